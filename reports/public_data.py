"""The tables of a public page as files: every unit, votes by grade, and the codebook that explains the columns.

Their texts are those of the page, so that a file discloses nothing that the page does not.
"""

import hashlib
from collections.abc import Hashable

from data.store.release import Round
from formats.spreadsheet import Cell, Sheet, csv_bytes
from i18n import N_, PUNCTUATION, translate
from reports.disclosure_control import FIELDS, OF_A_RANKED_UNIT, Published
from reports.interval_leaks import step_decimals, steps_of
from reports.public_numbers import HIDDEN, half_up, public_mark
from reports.ranking_table import legend_of, with_basis
from results.fields import columns
from results.labels import BASIS, DATA_HEADER, REASONS, VERDICTS, header, word

FILE, CODEBOOK_FILE = "public-{round}.csv", "public-{round}-codebook.csv"
TYPES = {"text": N_("text"), "int": N_("whole number"), "decimal": N_("decimal number"), "bool": N_("yes or no")}
CODEBOOK = (N_("Column"), N_("Field"), N_("Meaning"), N_("Type"), N_("Values"), N_("If empty or ×"))
NOT_RANKED = N_("empty: the unit has no place, or its figures wait")
WITHHELD = N_("×: withheld, see the page")
ALWAYS = N_("never empty")
REMARK = N_("empty: nothing to remark")
IN_POINTS = N_("points, {decimals} decimals")
OUTWARDS = N_("points, rounded outwards to {steps}")
OF_GROUP = N_("Votes of the evaluator group {group}.")


def rows_sheet(round_: Round, found: Published, language: str) -> Sheet:
    """Return every unit with the text of the page: scores rounded the same way, a cross for withheld numbers."""
    decimals = found.rules.presentation.decimals
    headers = [f"n:{group}" if name == "" else header(name, language) for name, group in _columns(found)]
    rows = [
        [_cell(row, name, group, decimals, language) for name, group in _columns(found)]
        for row in found.rows.to_dict("records")
    ]
    mark = public_mark(round_.release, round_.id, language)
    width = len(headers)
    headers, rows = with_basis(headers, rows, [(found.rules.name, mark)] * len(rows), round_.release, language)
    since = [found.since(str(category))[:16] for category in found.rows["category"]]
    rows = [[*row[: width + 1], release, *row[width + 2 :]] for row, release in zip(rows, since, strict=True)]
    facts: list[tuple[str, Cell]] = [
        (translate(N_("Release"), language), found.release),
        (translate(N_("Round"), language), found.round),
        (translate(N_("Rule set"), language), found.rules.name),
        (translate(N_("Rows"), language), len(rows)),
        (HIDDEN, translate(N_("withheld"), language)),
    ]
    return Sheet(
        translate(N_("Ranking"), language),
        headers,
        rows,
        [*facts, (translate(N_("data"), language), mark)] if mark else facts,
        translate(N_("About"), language),
        legend_of((*FIELDS, *BASIS), language),
        {header(name, language): _digits(_decimals(name, decimals)) for name in OF_A_RANKED_UNIT},
        marks=mark,
        folded=frozenset(header(name, language) for name in BASIS),
    )


def grades_sheet(found: Published, language: str) -> Sheet:
    """Return votes by category, indicator and grade, with a cross for withheld numbers."""
    headers = [translate(text, language) for text in (N_("Category"), N_("Indicator"), N_("Grade"), N_("Votes"))]
    rows: list[list[Cell]] = [
        [category, table.indicator, grade, HIDDEN if n is None else n]
        for table in found.grades
        for category, counts in table.counts.items()
        for grade, n in zip(table.grades, counts, strict=True)
    ]
    facts: list[tuple[str, Cell]] = [
        (translate(N_("Release"), language), found.release),
        (translate(N_("Round"), language), found.round),
        (HIDDEN, translate(N_("withheld"), language)),
    ]
    return Sheet(translate(N_("Grades"), language), headers, rows, facts, translate(N_("About"), language))


def codebook_sheet(round_: Round, found: Published, language: str) -> Sheet:
    """Return a line for each column of `rows_sheet`, in its order: meaning, type, values, and what a gap says."""
    lines = [_line(found, name, group, language) for name, group in _columns(found)]
    lines += [_line(found, name, "", language) for name in BASIS]
    if mark := public_mark(round_.release, round_.id, language):
        about = translate(N_("What the results are, where they are not real or not announced."), language)
        lines.append([translate(DATA_HEADER, language), "data", about, translate(TYPES["text"], language), mark, ""])
    headers = [translate(text, language) for text in CODEBOOK]
    facts: list[tuple[str, Cell]] = [(translate(N_("Release"), language), found.release)]
    return Sheet(translate(N_("Codebook"), language), headers, lines, facts, translate(N_("About"), language))


def files_told(round_: Round, found: Published, language: str) -> list[tuple[str, str]]:
    """Return name and SHA-256 of the table and of its codebook, as the page names them."""
    made = ((FILE, rows_sheet(round_, found, language)), (CODEBOOK_FILE, codebook_sheet(round_, found, language)))
    return [(name.format(round=round_.id), hashlib.sha256(csv_bytes(sheet)).hexdigest()) for name, sheet in made]


def _line(found: Published, name: str, group: str, language: str) -> list[Cell]:
    column = columns("ranking")[name or "n_by_group"]
    title = header(name, language) if name else f"n:{group}"
    meaning = translate(column.meaning, language) if name else translate(OF_GROUP, language).format(group=group)
    type_, gap = translate(TYPES[column.type], language), translate(_gap(name), language)
    return [title, column.field, meaning, type_, _values(found, name, language), gap]


def _values(found: Published, name: str, language: str) -> str:
    """Return what a column may hold, where that is a list or a measure."""
    decimals = found.rules.presentation.decimals
    if name == "score":
        return translate(IN_POINTS, language).format(decimals=decimals)
    if name in OF_A_RANKED_UNIT:
        steps = " / ".join(f"{step:g}" for step in steps_of(decimals))
        return translate(OUTWARDS, language).format(steps=steps)
    words = {"verdict": VERDICTS, "reason": REASONS}.get(name, {})
    return PUNCTUATION[language].semicolon.join(translate(text, language) for text in words.values())


def _gap(name: str) -> str:
    """Return what an empty cell or a cross means in a column."""
    if name in ("", "n"):
        return WITHHELD
    if name in ("unit_code", "unit_name", "category", *BASIS):
        return ALWAYS
    return REMARK if name == "reason" else NOT_RANKED


def _digits(decimals: int) -> str:
    return f"0.{'0' * decimals}" if decimals else "0"


def _decimals(name: str, decimals: int) -> int:
    """Return the decimals of a column: ends of intervals are printed more coarsely than scores."""
    return decimals if name == "score" else step_decimals(steps_of(decimals)[0])


def _columns(found: Published) -> list[tuple[str, str]]:
    """Return (field, '') for each column, or ('', group) for the votes of a group."""
    parts = [[("", group) for group in found.groups] if name == "n_by_group" else [(name, "")] for name in FIELDS]
    return [column for part in parts for column in part]


def _cell(row: dict[Hashable, object], name: str, group: str, decimals: int, language: str) -> Cell:
    if name == "":
        counts = row["n_by_group"]
        value = counts.get(group) if isinstance(counts, dict) else None
        return HIDDEN if value is None else int(value)
    value = row[name]
    if name == "n":
        return HIDDEN if value is None else int(str(value))
    if value is None:
        return None
    if name in OF_A_RANKED_UNIT:
        return float(half_up(value, _decimals(name, decimals)))
    text = word(name, value, language)
    return text if isinstance(text, str | int | float) else None
