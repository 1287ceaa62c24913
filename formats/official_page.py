"""Measures of an official page (GB/T 9704-2012), decided once for the PDF and the Word file.

Millimetres and points as the names say; a character is the 28th part of a line.
"""

import unicodedata
from dataclasses import dataclass

from formats.document import Document, Form
from formats.table_kinds import KINDS, UNITS

PAGE_MM = (210.0, 297.0)
TOP_MM, LEFT_MM = 37.0, 28.0
TEXT_MM = (156.0, 225.0)
CHARACTERS, LINES = 28, 22
CHARACTER_MM, LINE_MM = TEXT_MM[0] / CHARACTERS, TEXT_MM[1] / LINES
MARK_MM = 35.0  # from the top of the text to the name of the office in red
LARGEST_MARK = 40.0  # points; a long name is set smaller, on one line
TABLE_TEXT = 9.0  # points
POINT_MM = 25.4 / 72
RIGHT_OF_OFFICE, RIGHT_OF_DATE, SEALED = 2, 2, 4  # characters free at the end of the line
"""The office ends two characters before the edge and its date begins two after it; under a seal the date ends four."""

_MANY_UNITS_MM = (16, 31, 13, 12, 25, 18, 20, 21)  # with 1,000 ranks or more


@dataclass(frozen=True)
class Spaces:
    """Characters free right of the office and of the date at the end of a paper."""

    office: float
    date: float


def ems(text: str) -> float:
    """Return the width of a text in characters; a Latin letter is half a character."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in text)


def mark_points(form: Form) -> float:
    """Return the size of the name of the office in red, such that it takes one line."""
    wide = ems(form.mark or form.office) * POINT_MM
    return min(LARGEST_MARK, round(TEXT_MM[0] / wide * 0.98, 1)) if wide else LARGEST_MARK


def signature_spaces(form: Form) -> Spaces:
    """Return the blanks right of office and date, as GB/T 9704-2012 places them (7.3.5)."""
    office, date = ems(form.office), ems(form.date)
    if not date:
        return Spaces(RIGHT_OF_OFFICE, 0)
    if form.sealed:
        return Spaces(max(0.0, SEALED + (date - office) / 2), SEALED)
    if office - date >= RIGHT_OF_DATE:
        return Spaces(RIGHT_OF_OFFICE, office - date)
    return Spaces(max(0.0, RIGHT_OF_OFFICE + RIGHT_OF_DATE + date - office), RIGHT_OF_DATE)


def widths_mm(document: Document) -> dict[str, tuple[float, ...]]:
    """Return the widths of the columns of each kind of table; units have one more, for the drawn range."""
    used = {table.kind: KINDS[table.kind].widths for table in document.tables()}
    return {**used, UNITS: _of_units(document)} if UNITS in used else used


def _of_units(document: Document) -> tuple[float, ...]:
    """Space left by short names goes to verdicts with a remark, up to two lines of them."""
    rows = [row for table in document.tables() if table.kind == UNITS for row in table.rows]
    most = max((row.bar.count for row in rows if row.bar), default=0)
    plain = _MANY_UNITS_MM if most >= 1000 else KINDS[UNITS].widths
    size = TABLE_TEXT * POINT_MM
    longest = {key: max((ems(row.cells[key]) for row in rows), default=0) * size for key in ("unit", "verdict")}
    given = max(0.0, min(longest["verdict"] / 2 + size - 19, plain[1] - 2 - longest["unit"]))
    return (plain[0], plain[1] - given, *plain[2:-1], plain[-1] + given)
