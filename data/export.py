"""Tables as files that people open: CSV, JSON and Excel, with the same bytes for the same content.

A sheet is already in the reader's language; nothing here knows what the columns mean.
"""

import csv
import io
import json
import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import xlsxwriter

Cell = str | int | float | bool | None

BOM = b"\xef\xbb\xbf"
FORMULA_SIGNS = frozenset("=+-@|%\t\r\n")
WIDEST = 40
_CREATED = datetime(2000, 1, 1)  # a fixed time: the same content is the same file


@dataclass(frozen=True)
class Sheet:
    """Rows under headers. `facts` go on the second sheet of a workbook: (name, value)."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    facts: Sequence[tuple[str, Cell]] = field(default_factory=tuple)
    facts_title: str = "about"


def safe_text(text: str) -> str:
    """The text with an apostrophe before it if a spreadsheet could take it for a formula."""
    start = next((c for c in text if c in FORMULA_SIGNS or not _is_invisible(c)), "")
    return f"'{text}" if unicodedata.normalize("NFKC", start)[:1] in FORMULA_SIGNS else text


def csv_bytes(sheet: Sheet) -> bytes:
    """UTF-8 with mark, CRLF, texts quoted and neutralised, numbers bare in full precision."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([safe_text(header) for header in sheet.headers])
    writer.writerows([_safe(cell) for cell in row] for row in sheet.rows)
    return BOM + out.getvalue().encode("utf-8")


def json_bytes(content: Mapping[str, object]) -> bytes:
    """JSON in UTF-8 with null for what is missing; never NaN."""
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    return text.encode("utf-8") + b"\n"


def xlsx_bytes(sheet: Sheet) -> bytes:
    """A workbook: the table under a frozen header, and a second sheet that says what it is."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, {**options, "strings_to_urls": False})
    book.set_properties({"created": _CREATED})
    bold = book.add_format({"bold": True})
    page = book.add_worksheet(sheet.title[:31])
    page.freeze_panes(1, 0)
    _write_rows(page, [sheet.headers], bold)
    _write_rows(page, sheet.rows, None, below=1)
    for column, header in enumerate(sheet.headers):
        page.set_column(column, column, _width([header, *(row[column] for row in sheet.rows)]))
    about = book.add_worksheet(sheet.facts_title[:31])
    _write_rows(about, sheet.facts, None)
    about.set_column(0, 1, WIDEST)
    book.close()
    return out.getvalue()


def _write_rows(page: Any, rows: Sequence[Sequence[Cell]], style: object, below: int = 0) -> None:
    for at, row in enumerate(rows, start=below):
        for column, cell in enumerate(row):
            _write_cell(page, at, column, _safe(cell), style)


def _write_cell(page: Any, row: int, column: int, cell: Cell, style: object) -> None:
    if isinstance(cell, str):
        if cell:
            page.write_string(row, column, cell, style)
    elif cell is not None:
        page.write_number(row, column, cell, style)


def _safe(cell: Cell) -> Cell:
    if isinstance(cell, str):
        return safe_text(cell)
    if isinstance(cell, bool):
        return int(cell)
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell


def _is_invisible(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cf", "Cc")


def _width(cells: Sequence[Cell]) -> int:
    """Columns of a spreadsheet, Chinese characters counted twice."""
    longest = max((_columns(cell) for cell in cells[:200]), default=0)
    return min(WIDEST, longest + 2)


def _columns(cell: Cell) -> int:
    if isinstance(cell, float):
        return 10
    text = "" if cell is None else str(cell)
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
