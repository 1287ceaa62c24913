"""Tables as CSV, JSON and Excel files, with the same bytes for the same content.

A sheet is already in the reader's language; nothing here knows what the columns mean.
"""

import csv
import hashlib
import io
import json
import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from typing import Any

import xlsxwriter

from errors import BiaochiError
from i18n import N_

Cell = str | int | float | bool | None

BOM = b"\xef\xbb\xbf"
# A text that begins with any of them gets an apostrophe; data/model/names.py has the same set and removes it.
FORMULA_SIGNS = frozenset("=+-@|%\t\r\n")
WIDEST = 32  # of a column; longer texts take a second line
PIECE = 50_000  # rows per piece of CSV
LAST_ROW = 1_048_576  # of a sheet, the header included
LONGEST_TEXT = 32_767  # characters of a cell; Excel rejects a longer text
A4 = 9  # as Excel numbers paper
HEAD_LINES = 3  # of a header
LINE, AIR = 15, 3  # points of a row of text, and free between rows
LEGIBLE = 215  # columns across a page of A4, in 7.6 points
EDGE = 0.4  # inches left and right of a printed page
BAR = 24  # pixels of a bar of a chart
ROW = 20  # pixels of a row of a sheet
WIDE = 500  # pixels of a chart: within the width of a page of A4
OWN_SIZE = {"scale_with_doc": False, "align_with_margins": True}  # a wide table does not shrink its page number
SHADES = ("#5B8DB8", "#B5CCE0")  # of a bar, below and above the score
BESIDE = 8  # column right of the charts
CREATED = datetime(2000, 1, 1)  # fixed, so that the same content gives the same bytes


@dataclass(frozen=True)
class Chart:
    """Chart of values with their intervals, native to the spreadsheet; columns are named by their headers.

    first, count: which rows of the table, one after another. labels: text at each bar in place of its name, so
    that the sheet also reads alone; () for the names.
    """

    title: str
    name: str
    value: str
    low: str
    high: str
    first: int
    count: int
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """Rows under headers, in the reader's language.

    facts go on the second sheet of a workbook: (name, value); after them legend: (header, what it means).
    formats: header -> number format of a spreadsheet; the cells keep their full precision.
    folded: headers of columns collapsed behind a plus sign, so that the others fit a printed page.
    marks: text on every printed page, such as the release.
    leading: number of first columns that identify the row; repeated on each page if a table is wider than a page.
    """

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    facts: Sequence[tuple[str, Cell]] = field(default_factory=tuple)
    facts_title: str = "about"
    legend: Sequence[tuple[str, str]] = field(default_factory=tuple)
    formats: Mapping[str, str] = field(default_factory=dict)
    charts: Sequence[Chart] = field(default_factory=tuple)
    charts_title: str = "charts"
    marks: str = ""
    folded: frozenset[str] = frozenset()
    leading: int = 2


class TooManyRowsError(BiaochiError):
    """Error for a table with more rows than a sheet of a workbook holds."""

    message = N_(
        "The table has {count} rows; a sheet of a workbook holds {limit}. Take --format csv, which has no limit."
    )

    def __init__(self, count: int) -> None:
        super().__init__(count=count, limit=LAST_ROW - 1)


def safe_text(text: str) -> str:
    """Prefix a text with an apostrophe if a spreadsheet that opens CSV could read it as a formula."""
    if unicodedata.normalize("NFKC", text).strip() == "%":
        return text  # a unit of measure
    start = next((c for c in text if c in FORMULA_SIGNS or not _is_invisible(c)), "")
    return f"'{text}" if unicodedata.normalize("NFKC", start)[:1] in FORMULA_SIGNS else text


def csv_bytes(sheet: Sheet) -> bytes:
    """Return CSV in UTF-8 with mark and CRLF; texts are quoted and neutralised, numbers bare in full precision."""
    return b"".join(csv_pieces(sheet.headers, sheet.rows))


def csv_pieces(headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield CSV in pieces, for tables that are too long for memory."""
    yield BOM
    first: list[Cell] = [safe_text(header) for header in headers]
    whole = chain([first], ([_safe(_plain(cell)) for cell in row] for row in rows))
    while piece := list(islice(whole, PIECE)):
        out = io.StringIO(newline="")
        csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n").writerows(piece)
        yield out.getvalue().encode("utf-8")


def json_bytes(content: Mapping[str, object]) -> bytes:
    """Return JSON in UTF-8 with null for missing values, never NaN."""
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    return text.encode("utf-8") + b"\n"


def xlsx_bytes(sheet: Sheet) -> bytes:
    """Return a workbook: the table as shown, ready to print, and a second sheet that describes it.

    Raises TooManyRowsError beyond what a sheet holds. A text longer than a cell holds is cut and ends in …;
    CSV keeps it in full.
    """
    if len(sheet.rows) >= LAST_ROW:
        raise TooManyRowsError(len(sheet.rows))
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, {**options, "strings_to_urls": False})
    book.set_properties({"created": CREATED})
    page = book.add_worksheet(sheet_name(sheet.title))
    _table(book, page, sheet)
    _about(book, sheet)
    if sheet.charts:
        _charts(book, page.get_name(), sheet)
    book.close()
    return out.getvalue()


def checksum(sheet: Sheet) -> str:
    """Return the SHA-256 (hex) of the table as CSV."""
    return hashlib.sha256(csv_bytes(sheet)).hexdigest()


def sheet_name(title: str) -> str:
    """Return a title as the name of a sheet: without the signs that Excel forbids there, at most 31 characters."""
    return "".join("_" if c in "[]:*?/\\'" else c for c in title)[:31]


def _table(book: Any, page: Any, sheet: Sheet) -> None:
    """Write header and rows: frozen, filtered, and set up for A4 landscape with the header on every page."""
    middle = {"valign": "vcenter"}
    head = book.add_format({**middle, "bold": True, "text_wrap": True, "border": 1, "bg_color": "#E8EEF4"})
    styles = [
        book.add_format({**middle, "num_format": sheet.formats.get(header, "General")}) for header in sheet.headers
    ]
    page.set_default_row(LINE + AIR)
    widths = [
        column_width([header, *(row[column] for row in sheet.rows)], sheet.formats.get(header))
        for column, header in enumerate(sheet.headers)
    ]
    for column, header in enumerate(sheet.headers):
        write_cell(page, 0, column, header, head)
        page.set_column(column, column, widths[column], None, _folding(sheet, column))
    text = book.add_format({**middle, "indent": 1, "text_wrap": True})
    for at, row in enumerate(sheet.rows, start=1):
        for column, cell in enumerate(row):
            write_cell(page, at, column, _plain(cell), text if isinstance(cell, str) else styles[column])
        if (lines := _lines(row, widths)) > 1:
            page.set_row(at, LINE * lines + AIR)
    page.set_row(0, LINE * max(2, _lines(sheet.headers, widths)) + AIR)
    page.freeze_panes(1, 0)
    if sheet.rows:
        page.autofilter(0, 0, len(sheet.rows), len(sheet.headers) - 1)
    page.set_landscape()
    page.set_paper(A4)
    page.set_margins(left=EDGE, right=EDGE)
    across = _pages_across(sheet, widths)
    page.fit_to_pages(across, 0)
    page.repeat_rows(0)
    if across > 1:
        page.repeat_columns(0, sheet.leading - 1)
    page.set_header(f"&L{printed(sheet.title)}&R{printed(sheet.marks)}", OWN_SIZE)
    page.set_footer("&C&P / &N", OWN_SIZE)


def _pages_across(sheet: Sheet, widths: Sequence[int]) -> int:
    """Return the number of pages across: 1, unless the type would be too small to read."""
    shown = [0 if header in sheet.folded else width for header, width in zip(sheet.headers, widths, strict=True)]
    whole, leading = sum(shown), sum(shown[: sheet.leading])
    return 1 if whole <= LEGIBLE else math.ceil((whole - leading) / (LEGIBLE - leading))


def _folding(sheet: Sheet, column: int) -> dict[str, object]:
    """Return the options of a collapsed column, or of the next column, which carries the plus sign."""
    if sheet.headers[column] in sheet.folded:
        return {"level": 1, "hidden": True}
    return {"collapsed": True} if column and sheet.headers[column - 1] in sheet.folded else {}


def printed(text: str) -> str:
    """Escape a text of a page header, where & begins a command; cut it to fit with the other text (255 in all)."""
    return text[:100].replace("&", "&&")


def _charts(book: Any, table: str, sheet: Sheet) -> None:
    """Write charts to a separate sheet, a page each: next to the table they would shrink its print."""
    page = book.add_worksheet(sheet_name(sheet.charts_title))
    page.set_paper(A4)
    page.set_footer("&C&P / &N")
    row, breaks = 0, []
    for wanted in sheet.charts:
        chart = _bars(book, page, table, sheet, wanted, row)
        height = 90 + BAR * wanted.count
        chart.set_size({"width": WIDE, "height": height})
        page.insert_chart(row + 1, 0, chart, {"description": wanted.title})
        row += height // ROW + 3
        breaks.append(row)
    page.set_margins(left=EDGE, right=EDGE)
    page.print_area(0, 0, row, BESIDE - 1)
    page.set_h_pagebreaks(breaks[:-1])


def _bars(book: Any, page: Any, table: str, sheet: Sheet, wanted: Chart, row: int) -> Any:
    """Draw intervals as floating bars in two shades that meet at the value, the first row on top.

    No bar begins at the axis, so the axis may begin near the lowest interval: scores are close to each other. The
    lengths are in cells next to the chart, because spreadsheets take them from cells only.
    """
    at = {header: column for column, header in enumerate(sheet.headers)}
    first, last = wanted.first + 1, wanted.first + wanted.count
    ends: list[tuple[float, float]] = []
    for n, cells in enumerate(sheet.rows[wanted.first : wanted.first + wanted.count]):
        value, low, high = (_float(cells[at[name]]) for name in (wanted.value, wanted.low, wanted.high))
        page.write_row(row + n, BESIDE, [value - max(low, 0), high - value])
        ends.append((low, high))
    lengths = ([page.get_name(), row, column, row + wanted.count - 1, column] for column in (BESIDE, BESIDE + 1))
    names = [table, first, at[wanted.name], last, at[wanted.name]]
    if wanted.labels:
        page.write_column(row, BESIDE + 2, wanted.labels)
        names = [page.get_name(), row, BESIDE + 2, row + wanted.count - 1, BESIDE + 2]
    chart = book.add_chart({"type": "bar", "subtype": "stacked"})
    low_ends = [table, first, at[wanted.low], last, at[wanted.low]]
    # Bars are stacked from zero: a lower end below zero is itself the part of the bar on that side.
    below = [{"fill": {"color": SHADES[0]}} if low < 0 else None for low, _ in ends]
    chart.add_series(
        {"categories": names, "values": low_ends, "fill": {"none": True}, "gap": 60}
        | ({"points": below} if any(below) else {})
    )
    for values, colour in zip(lengths, SHADES, strict=True):
        chart.add_series({"categories": names, "values": values, "fill": {"color": colour}})
    chart.set_title({"name": wanted.title, "name_font": {"size": 11}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True, "interval_unit": 1, "label_position": "low"})
    least, most = min(low for low, _ in ends), max(high for _, high in ends)
    step = 5 if most - least > 10 else 1  # the axis begins at a round number
    chart.set_x_axis({"min": step * math.floor(least / step), "max": step * math.ceil(most / step)})
    return chart


def _float(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float) else 0.0


def _about(book: Any, sheet: Sheet) -> None:
    """Write the origin of the table, its checksum, and the meaning of every column."""
    page = book.add_worksheet(sheet_name(sheet.facts_title))
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "align": "left"})
    bold = book.add_format({"bold": True, "valign": "top"})
    lines = [*sheet.facts, ("SHA-256 (CSV)", checksum(sheet)), (None, None), *sheet.legend]
    for at, (name, value) in enumerate(lines):
        write_cell(page, at, 0, name, bold)
        write_cell(page, at, 1, _plain(value), wrapped)
    page.set_column(0, 0, 28)
    page.set_column(1, 1, 90)
    page.set_paper(A4)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_footer("&C&P / &N")


def write_cell(page: Any, row: int, column: int, cell: Cell, style: object) -> None:
    """Write a cell, a text always as text: `=1+1` does not become a formula and needs no apostrophe."""
    if isinstance(cell, str):
        if cell:
            fits = len(cell) <= LONGEST_TEXT
            page.write_string(row, column, cell if fits else f"{cell[: LONGEST_TEXT - 1]}…", style)
    elif cell is not None:
        page.write_number(row, column, cell, style)


def _safe(cell: Cell) -> Cell:
    return safe_text(cell) if isinstance(cell, str) else cell


def _plain(cell: Cell) -> Cell:
    """Return a cell for a table: a truth value as 0 or 1, nothing for a number that is not finite."""
    if isinstance(cell, bool):
        return int(cell)
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell


def _is_invisible(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cf", "Cc")


def column_width(cells: Sequence[Cell], number_format: str | None) -> int:
    """Return the width of a column. A header takes two lines, a long header three, without breaks inside words."""
    header, *rest = cells
    longest = max((_columns(cell, number_format) for cell in rest[:200]), default=0)
    across = _columns(header, None)
    word = max((_columns(part, None) for part in str(header).split() if part.isascii()), default=0)
    return min(WIDEST, max(longest, word, min(across // 2, 10), across // HEAD_LINES, 4) + 3)


def _lines(cells: Sequence[Cell], widths: Sequence[int]) -> int:
    """Return the lines that the longest text of a row takes in its column."""
    return max(
        (
            math.ceil(_columns(cell, None) / (width - 2))
            for cell, width in zip(cells, widths, strict=True)
            if isinstance(cell, str) and 2 * len(cell) > width - 2
        ),
        default=1,
    )


def _columns(cell: Cell, number_format: str | None) -> int:
    """Return the width of a cell, Chinese characters counted twice; of a format the longest part counts."""
    if isinstance(cell, float):
        return max(map(len, number_format.split(";"))) + 2 if number_format else 10
    text = "" if cell is None else str(cell)
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
