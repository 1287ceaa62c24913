"""Grouping of equal problems for display: a name unknown in 300 cells is one sentence with its rows.

Output for programs (`--format json`, the list to download) keeps one problem per cell; this is for people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from i18n import N_, PUNCTUATION, join, translate
from problems import Place, Problem, joined

ROWS_SHOWN = 5  # spans of rows per file: enough to find the place, few enough to read aloud
FILES_SHOWN = 5
RECORD = "record_in_other_upload"
REPEATED = ("already_imported_line", "duplicate_line", RECORD)  # entire files are sent twice: 50 lines as rows 2-51
MOST_JOINED = 20  # names listed with their other spellings
JOINED = N_("[{name}] is also written {others}; all are read as one name.")
UNREGISTERED = N_("This round has no register of units; the names of units were not checked.")
MARKS = {",": N_("commas"), ";": N_("semicolons"), "\t": N_("tabs")}  # separators of the columns of a text file


@dataclass(frozen=True)
class ProblemGroup:
    """Problems with the same sentence, in the order of their places."""

    problems: tuple[Problem, ...]

    @property
    def first(self) -> Problem:
        """Return the problem whose sentence is shown for the group; for repeated lines it names all earlier rows."""
        first = self.problems[0]
        place = _earlier(first)
        if place is None or self.count == 1:
            return first
        rows = [earlier.row for earlier in map(_earlier, self.problems) if earlier and earlier.row is not None]
        if len(set(rows)) > 1:
            place = place._replace(rows=tuple(spans(rows, ROWS_SHOWN)))
        return _together(first, place, self.count)

    @property
    def count(self) -> int:
        """Return the number of cells or rows concerned."""
        return len(self.problems)

    def place(self, language: str) -> str:
        """Return file, sheet, rows and column as far as they are known; of many rows and files the first."""
        if self.count == 1:
            return self.first.place(language)
        files: dict[tuple[str, str], list[int]] = {}
        for problem in self.problems:
            rows = files.setdefault((problem.file or "", problem.sheet or ""), [])
            rows += [problem.row] if problem.row is not None else []
        columns = sorted({problem.column or "" for problem in self.problems})
        parts = [_place(file, sheet, rows, language) for (file, sheet), rows in list(files.items())[:FILES_SHOWN]]
        where = translate(N_("; "), language).join([*filter(None, parts), *(["…"] if len(files) > FILES_SHOWN else [])])
        if len(columns) > 1 or not columns[0]:
            return where
        column = translate(N_("column {column}"), language).format(column=joined(columns, language))
        return PUNCTUATION[language].comma.join(filter(None, [where, column]))


def grouped(problems: Sequence[Problem], language: str) -> list[ProblemGroup]:
    """Group problems with the same sentence and suggestion, errors first, else in the order given."""
    found: dict[tuple[str, str, str, str], list[Problem]] = {}
    for problem in problems:
        place = _earlier(problem)
        alike = problem if place is None else _together(problem, place._replace(row=None), 0)
        key = (problem.level, problem.code, alike.message(language), alike.suggestion(language))
        found.setdefault(key, []).append(problem)
    return sorted((ProblemGroup(tuple(group)) for group in found.values()), key=lambda f: f.first.level != "error")


def _earlier(problem: Problem) -> Place | None:
    """Return the first place of a repeated line, or None. Pairs of contradicting grades are not grouped."""
    place = problem.facts.get("earlier")
    told_together = problem.code in REPEATED and "other_grade" not in problem.facts
    return place if told_together and isinstance(place, Place) else None


def _together(problem: Problem, place: Place, count: int) -> Problem:
    """Return a repeated line without its particulars: the row of the earlier line, and the key of a record."""
    facts = {**problem.facts, "earlier": place, **({"many": count} if problem.code == RECORD else {})}
    return replace(problem, facts=facts)


def shortened(findings: Sequence[ProblemGroup], most: int) -> tuple[list[ProblemGroup], dict[str, int]]:
    """Return at most `most` groups of each code, and how many problems of each code are left out."""
    kept: list[ProblemGroup] = []
    shown: dict[str, int] = {}
    rest: dict[str, int] = {}
    for finding in findings:
        code = finding.first.code
        shown[code] = shown.get(code, 0) + 1
        if shown[code] <= most:
            kept.append(finding)
        else:
            rest[code] = rest.get(code, 0) + finding.count
    return kept, rest


def unscored_words(lines: Mapping[str, int], language: str) -> str:
    """List how many lines have each word that is not scored: 弃权 3、空白 1."""
    empty = translate(N_("empty"), language)
    words = [f"{word or empty} {count:,}" for word, count in lines.items()]
    return join(words, language)


def shown_spellings(others: Sequence[str], language: str) -> str:
    """List other spellings of a name, each in brackets, so that spaces can be seen."""
    return join([f"[{other}]" for other in others], language)


def spans(rows: Sequence[int], most: int = 20) -> list[str]:
    """Return row numbers as a person writes them: 3, 5-8; at most `most` spans."""
    pieces: list[list[int]] = []
    for row in sorted(set(rows)):
        if pieces and row == pieces[-1][1] + 1:
            pieces[-1][1] = row
        else:
            pieces.append([row, row])
    texts = [str(first) if first == last else f"{first}-{last}" for first, last in pieces]
    return texts if len(texts) <= most else [*texts[:most], "…"]


def _place(file: str, sheet: str, rows: list[int], language: str) -> str:
    parts = [
        file,
        translate(N_("sheet {sheet}"), language).format(sheet=joined([sheet], language)) if sheet else "",
        translate(N_("rows {rows}"), language).format(rows=joined(spans(rows, ROWS_SHOWN), language)) if rows else "",
    ]
    return PUNCTUATION[language].comma.join(filter(None, parts))
