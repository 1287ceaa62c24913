"""Corrections of single cells of a text table, kept as a list separate from the unchanged original.

Edits are applied in order: the old value of each is the result of the earlier edits. An edit whose old value differs
from the cell is refused, so nothing is corrected that nobody saw.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.intake.headers import Header
from data.intake.personal import PERSONAL
from data.intake.refusal import FileRefusedError
from problems import Problem

WHOLE_ROW = ""
NO_UNITS: Mapping[str, str] = {}
# The original is kept with the correction, and such cells must not be kept at all.
NEVER_KEPT = PERSONAL


@dataclass(frozen=True)
class Edit:
    """Correction of a cell: row as Excel counts, column as its header is spelled, the old and the new value.

    With column WHOLE_ROW the row is left out; `old` is then all its cells as a CSV line.
    """

    row: int
    column: str
    old: str
    new: str


@dataclass(frozen=True)
class FaultyCell:
    """Cell named by a problem, with its actual text and the complete row.

    ballot, unit: number of the ballot and name of the unit that the cell is about; '' where the table has neither.
    """

    problem: Problem
    row: int
    column: str
    text: str
    line: str
    ballot: str = ""
    unit: str = ""

    def edit(self, new: str) -> Edit:
        """Return the correction of this cell."""
        return Edit(self.row, self.column, self.text, new)

    def without_row(self) -> Edit:
        """Return the correction that leaves out the row."""
        return Edit(self.row, WHOLE_ROW, self.line, "")


def apply(table: bytes, edits: Sequence[Edit], columns: Sequence[str], delimiter: str = ",") -> bytes:
    """Apply edits to a UTF-8 table; return CSV in UTF-8 with mark. `columns` are the header's cells, left to right.

    Raises FileRefusedError with one problem for every edit that does not fit.
    """
    records = csv.reader(io.StringIO(table.decode("utf-8-sig"), newline=""), delimiter=delimiter)
    out = io.StringIO(newline="")
    _write(out, corrected(records, edits, columns))
    return out.getvalue().encode("utf-8-sig")


def apply_to_file(source: Path, target: Path, edits: Sequence[Edit], header: Header, delimiter: str) -> None:
    """Apply edits to a table of any size, record by record."""
    with (
        source.open(encoding="utf-8-sig", newline="") as file,
        target.open("w", encoding="utf-8-sig", newline="") as out,
    ):
        _write(out, corrected(csv.reader(file, delimiter=delimiter), edits, header.cells))


def _write(out: io.TextIOBase | io.StringIO, records: Iterable[list[str]]) -> None:
    csv.writer(out, lineterminator="\r\n").writerows(records)


def corrected(records: Iterable[list[str]], edits: Sequence[Edit], columns: Sequence[str]) -> Iterator[list[str]]:
    """Yield all records with edits applied; rows keep their numbers, a row left out is blank."""
    waiting: dict[int, list[Edit]] = {}
    for edit in edits:
        waiting.setdefault(edit.row, []).append(edit)
    places = {cell: place for place, cell in reversed(list(enumerate(columns)))}
    problems = []
    for number, record in enumerate(records, start=1):
        for edit in waiting.pop(number, ()):
            found = _found(record, edit, places)
            if found != edit.old:
                problems.append(_does_not_fit(edit, found))
            elif edit.column == WHOLE_ROW:
                record = [""] * len(record)
            else:
                record[places[edit.column]] = edit.new
        yield record
    problems += [_does_not_fit(edit, None) for late in waiting.values() for edit in late]
    if problems:
        raise FileRefusedError(problems)


def _found(record: list[str], edit: Edit, places: dict[str, int]) -> str | None:
    """Return the text at the place of an edit; None if there is no such cell."""
    if edit.column == WHOLE_ROW:
        return line_of(record)
    place = places.get(edit.column)
    return record[place] if place is not None and place < len(record) else None


def line_of(record: list[str]) -> str:
    """Return a record as a CSV line."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow(record)
    return out.getvalue().removesuffix("\r\n")


def _does_not_fit(edit: Edit, found: str | None) -> Problem:
    facts = {"old": edit.old, "found": "" if found is None else found}
    return Problem("edit_does_not_fit", row=edit.row, column=edit.column or None, value=edit.new, facts=facts)


def faulty_cells(
    path: Path, delimiter: str, header: Header, problems: Sequence[Problem], units: Mapping[str, str] = NO_UNITS
) -> list[FaultyCell]:
    """Return the cells of a text table that have errors and may be corrected in place. units: column -> unit."""
    places = {cell: place for place, cell in reversed(list(enumerate(header.cells)))}
    asked = [(p.row, p) for p in problems if p.row is not None and _is_correctable(p, p.row, header, places)]
    rows = _records_at(path, delimiter, {row for row, _ in asked})
    return [
        _faulty_cell(problem, row, rows[row], places[column], header, units.get(column, ""))
        for row, problem in asked
        if row in rows and (column := problem.column or "") and places[column] < len(rows[row])
    ]


def _faulty_cell(problem: Problem, row: int, record: list[str], place: int, header: Header, unit: str) -> FaultyCell:
    ballot, named = (_of_field(record, header, *names) for names in (("ballot_id",), ("unit_code", "unit_name")))
    return FaultyCell(problem, row, problem.column or "", record[place], line_of(record), ballot, unit or named)


def _of_field(record: list[str], header: Header, *names: str) -> str:
    """Return the cell of the first of these fields that the table has; '' if it has none."""
    places = [header.fields[name] for name in names if name in header.fields]
    return record[places[0]] if places and places[0] < len(record) else ""


def _is_correctable(problem: Problem, row: int, header: Header, places: dict[str, int]) -> bool:
    return (
        problem.level == "error"
        and problem.code not in NEVER_KEPT
        and row > header.row
        and problem.column is not None
        and problem.column in places
    )


def _records_at(path: Path, delimiter: str, rows: set[int]) -> dict[int, list[str]]:
    """Return records by their row; the file is read no further than the last of them."""
    found: dict[int, list[str]] = {}
    if not rows:
        return found
    last = max(rows)
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, record in enumerate(csv.reader(file, delimiter=delimiter), start=1):
            if number in rows:
                found[number] = record
            if number >= last:
                break
    return found
