"""Grouping of equal problems for display: a name unknown in 300 cells is one sentence with its rows.

Output for programs (`--format json`, the list to download) keeps one problem per cell; this is for people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from data.model.problem_titles import TITLES
from i18n import N_, PUNCTUATION, join, ngettext, translate
from problems import LEVELS, QUESTIONS, Place, Problem, joined

ROWS_SHOWN = 5  # spans of rows per file: enough to find the place, few enough to read aloud
FILES_SHOWN = 5
RECORD = "record_in_other_upload"
REPEATED = ("already_imported_line", "duplicate_line", RECORD)  # entire files are sent twice: 50 lines as rows 2-51
MOST_JOINED = 20  # names listed with their other spellings
JOINED = N_("[{name}] is also written {others}; all are read as one name.")
MORE_JOINED = N_("{count} more names have several spellings, too.")
UNREGISTERED = N_("This round has no register of units; the names of units were not checked.")
QUESTION = "question"
# In the order in which a person deals with them. A question is a warning that accepting does not answer.
LEVEL_WORDS = {
    "error": LEVELS["error"],
    QUESTION: N_("Question"),
    "warning": LEVELS["warning"],
    "note": LEVELS["note"],
}
ORDER = tuple(LEVEL_WORDS)
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
    """Group problems with the same sentence and suggestion, in the order of LEVEL_WORDS, else in the order given."""
    found: dict[tuple[str, str, str, str], list[Problem]] = {}
    for problem in problems:
        place = _earlier(problem)
        alike = problem if place is None else _together(problem, place._replace(row=None), 0)
        key = (problem.level, problem.code, alike.message(language), alike.suggestion(language))
        found.setdefault(key, []).append(problem)
    return sorted(
        (ProblemGroup(tuple(group)) for group in found.values()), key=lambda f: ORDER.index(level_of(f.first))
    )


def level_of(problem: Problem) -> str:
    """Return the level of a problem, with questions apart from other warnings, since accepting does not answer them."""
    return QUESTION if problem.code in QUESTIONS else problem.level


@dataclass(frozen=True)
class ProblemKind:
    """All problems of one code and level, in groups with the same sentence."""

    groups: tuple[ProblemGroup, ...]

    @property
    def level(self) -> str:
        """Return the level: a key of LEVEL_WORDS."""
        return level_of(self.groups[0].first)

    @property
    def problems(self) -> list[Problem]:
        """Return the problems, group by group."""
        return [problem for group in self.groups for problem in group.problems]

    def title(self, language: str) -> str:
        """Return the number of cells, rows or other places, and what is wrong with them, in a few words."""
        problems = self.problems
        count = len(problems)
        sentence = ngettext("{count} place: {title}", "{count} places: {title}", count, language)
        if all(problem.row for problem in problems):
            sentence = ngettext("{count} row: {title}", "{count} rows: {title}", count, language)
            if all(problem.column for problem in problems):
                sentence = ngettext("{count} cell: {title}", "{count} cells: {title}", count, language)
        title = TITLES.get(problems[0].code)
        words = problems[0].message(language) if title is None else translate(title, language)
        return sentence.format(count=f"{count:,}", title=words)


def by_kind(problems: Sequence[Problem], language: str) -> list[ProblemKind]:
    """Group problems by kind: errors, then questions, warnings and notes; each kind in the order of its first place."""
    found: dict[tuple[str, str], list[ProblemGroup]] = {}
    for group in grouped(problems, language):
        found.setdefault((level_of(group.first), group.first.code), []).append(group)
    return [ProblemKind(tuple(groups)) for groups in found.values()]


def _earlier(problem: Problem) -> Place | None:
    """Return the first place of a repeated line, or None. Pairs of contradicting grades are not grouped."""
    place = problem.facts.get("earlier")
    listed_together = problem.code in REPEATED and "other_grade" not in problem.facts
    return place if listed_together and isinstance(place, Place) else None


def _together(problem: Problem, place: Place, count: int) -> Problem:
    """Return a repeated line without its particulars: the row of the earlier line, and the key of a record."""
    facts = {**problem.facts, "earlier": place, **({"many": count} if problem.code == RECORD else {})}
    return replace(problem, facts=facts)


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
