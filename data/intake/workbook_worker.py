"""Child process that converts one visible sheet of a workbook to CSV on standard output.

It imports nothing of ours and writes no file. First comes one line of JSON about the workbook, then the table, then on
standard error JSON about its cells; then the parent reads the exit code: anything but 0 means that the table is
incomplete. Standard input is the workbook; the
arguments are its kind (xlsx, xls or ods), the name of the sheet, empty for the first visible sheet, and "printed" where
the numbers are kept as they are printed and "earlier" where no format of theirs is followed.
"""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import json
import posixpath
import re
import struct
import sys
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any, NamedTuple
from xml.etree import ElementTree

MEMORY = 2 << 30  # bytes; a file of 5.6 KB with one far cell asked for 549 GB
CPU_SECONDS = 30
HEAD = 64 << 10  # bytes in which a DOCTYPE must be
DOUBT = re.compile(
    r"废|无效|撤|更正|改|应为|应是|错|误|重复|不[算计]|待核|void|invalid|withdr|cancel|wrong|should|duplic", re.I
)
"""Words of a note that may change what its cell or row counts."""
NAMED_CELLS = 100  # cells without a value that are named in the refusal
MOST_AREAS = 100_000  # merged areas; the facts must stay below FACTS_LIMIT of workbook.py
MOST_SHEETS = 1000  # of workbook.py
TOO_MANY = 6  # exit code, of workbook.py
PASSWORD = 5  # exit code, LOCKED of workbook.py
BLANK_ROWS = 100_000  # between two filled rows: the second is a stray cell far below
NUMBER = re.compile(r"\s*[+-]?[\d,.]*\d[\d,.]*\s*%?\s*")
RELEASE_ID = re.compile(r"[0-9a-f]{64}")
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
FAR = re.compile(rb'\br="([A-Z]{3}[0-9]+)"[^>]*(?<!/)>')
CELL = re.compile(rb"<c\b([^>]*[^>/])>(.*?)</c>", re.DOTALL)
PLACE = re.compile(rb'\br="([A-Z]+)([0-9]+)"')
VALUE = re.compile(rb"<v[^>]*>[^<]|<is\b")
DIMENSION = re.compile(rb'<(\w+:)?dimension\b[^>]*?\bref="([^"]*)"[^>]*?(?:/>|>\s*</(?:\w+:)?dimension>)')
AREA_CORNER = re.compile(rb"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")
LAST_ROW = 1 << 20
HIDDEN_ROW = re.compile(rb'<row\b(?=[^>]*\bhidden="(?:1|true)")[^>]*\br="([0-9]+)"[^>]*(?<!/)>')
HIDDEN_COLUMNS = re.compile(rb'<col\b(?=[^>]*\bhidden="(?:1|true)")(?=[^>]*\bmin="([0-9]+)")[^>]*\bmax="([0-9]+)"')
COLUMNS_INFO = 0x7D  # of an .xls: width and visibility of columns
LAST_SECTOR = 0xFFFFFFFA  # numbers from here on are marks, not sectors
END, BOUNDSHEET, ROW, HIDDEN = 0x0A, 0x85, 0x0208, 0x20  # records of an .xls and the mark of a hidden row
BEGIN, SIZE, INDEX = 0x09, 0x0200, 0x020B  # of a sheet: its first record (low byte), its size, the index of its rows
VALUES = {0x00BD, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x027E}  # cells that hold a number or a text
CELLS = {*VALUES, 0x0006, 0x00BE, 0x0201, 0x0205}  # formulas, blank cells with a format and errors as well
FORMULA, NO_NUMBER, EMPTY_TEXT = 0x06, 0xFFFF, 3  # a formula's record; its result is no number; it is an empty text
FONT, STRIKE, SHARED, TEXT_CELL = 0x31, 0x08, 0xFC, 0xFD  # of an .xls: fonts, the mark of a line through, shared texts
RICH, EXTENDED_TEXT = 0x08, 0x04  # marks of a shared text with several fonts, and with sounds or the like
TEXT_OBJECT, CONTINUE = 0x01B6, 0x3C  # of an .xls: the text of a note, and the record with its letters
SHORTEST, LONGEST_TEXT = 6, 1000  # characters of texts outside the table that are reported
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
STYLES = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
EXTENDED = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
FORMAT, STYLE, RUN, NUMBERS = 0x041E, 0xE0, 0xBD, {0x0203, 0x027E, 0x0006}  # of an .xls: formats and cells of numbers
STYLED = re.compile(rb'<c\b(?=[^>]*\br="([A-Z]+)([0-9]+)")[^>]*\bs="([0-9]+)"')
ZEROS = re.compile(r"0{2,}")  # 000, in which codes are shown with their zeros
PLAIN_FORMAT = re.compile(r"[#,]*0(?:\.(0+))?(%?)")
ZERO_FIRST = re.compile(r"0\d+")
SHOWN_NUMBER = re.compile(r"[+-]?[\d,]*\d(?:\.(\d+))?(%?)")
BUILT_IN = {"2": "0.00", "4": "#,##0.00", "9": "0%", "10": "0.00%"}  # formats that a file does not list
ROW_OF_CELL = re.compile(rb'<c\b(?=[^>]*\br="[A-Z]+([0-9]+)")([^>]*[^>/])>(.*?)</c>', re.DOTALL)
STYLE_OF_CELL = re.compile(rb'\bs="([0-9]+)"')
SHARED_TEXT = re.compile(rb'\bt="s"')
NUMBER_OF_TEXT = re.compile(rb"<v>([0-9]+)</v>")
NOT_STRUCK = ("0", "false", "none")
MOST_REPEATED = 1000  # cells that an element of an OpenDocument table represents


class Format(NamedTuple):
    """Format of a number: whether in percent, its decimals, the digits up to which zeros are put in front."""

    is_percent: bool
    decimals: int
    digits: int = 0


Formats = dict[tuple[int, int], Format]  # by row and column, from 0
Area = tuple[int, int, int, int]  # first row, first column, last row, last column, from 0
NoValue = tuple[str, int, str]  # column letters, row from 1, the error that the cell shows


def limit() -> None:
    """Limit memory and processor time, forbid files and core dumps; on Windows only the parent's timeout applies."""
    if sys.platform == "win32":
        return
    import resource

    limits = (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    )
    for what, most in limits:
        resource.setrlimit(what, (most, most))


def refuse_doctype(data: bytes) -> None:
    """Refuse a document type, which no workbook has: the reader would silently leave cells with entities blank."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        for name in parts.namelist():
            with parts.open(name) as part:
                if name.endswith((".xml", ".rels")) and b"<!DOCTYPE" in part.read(HEAD).replace(b"\0", b""):
                    raise ValueError(name)


def without_wrong_dimensions(data: bytes) -> bytes:
    """Return the workbook without tags of a sheet's size that name no area, such as A0:D19: the reader refuses them.

    Excel computes the size and ignores the tag.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        wrong = {name for name in parts.namelist() if name.endswith(".xml") and has_wrong_dimension(head(parts, name))}
        if not wrong:
            return data
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as mended:
            for name in parts.namelist():
                content = parts.read(name)
                mended.writestr(name, DIMENSION.sub(b"", content, count=1) if name in wrong else content)
    return out.getvalue()


def head(parts: zipfile.ZipFile, name: str) -> bytes:
    """Return the beginning of a part."""
    with parts.open(name) as part:
        return part.read(HEAD)


def has_wrong_dimension(xml: bytes) -> bool:
    """Return whether a sheet names a size that is none: a row 0, no column, or corners in the wrong order."""
    tag = DIMENSION.search(xml)
    if tag is None:
        return False
    corners = [AREA_CORNER.fullmatch(corner) for corner in tag[2].split(b":")]
    places = [(int(corner[2]), len(corner[1]), corner[1]) for corner in corners if corner]
    if len(places) != len(corners) or len(places) > 2:
        return True
    return places[0][0] > places[-1][0] or places[0][1:] > places[-1][1:] or places[-1][0] > LAST_ROW


def sheet_xml(data: bytes, name: str) -> bytes:
    """Return the XML of a sheet, located through the workbook's relations; empty when there is none."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        book = ElementTree.fromstring(parts.read("xl/workbook.xml"))
        relations = ElementTree.fromstring(parts.read("xl/_rels/workbook.xml.rels"))
        targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
        for sheet in book.iter():
            if sheet.tag.endswith("}sheet") and sheet.get("name") == name:
                target = targets.get(sheet.get(RELATION), "")
                path = target.lstrip("/") if target.startswith("/") else "xl/" + target
                return parts.read(path) if path in parts.namelist() else b""
    return b""


def cells_without_value(xml: bytes) -> list[NoValue]:
    """Return cells with a formula but no stored value, and cells with an error: column letters, row, error."""
    if b"<f" not in xml and b't="e"' not in xml:
        return []
    found: list[NoValue] = []
    for match in CELL.finditer(xml):
        attributes, content = match.groups()
        is_error = b't="e"' in attributes
        if is_error or (b"<f" in content and not VALUE.search(content) and b't="str"' not in attributes):
            place = PLACE.search(attributes)
            if place and len(found) < NAMED_CELLS:
                error = re.search(rb"<v>([^<]*)", content) if is_error else None
                found.append((place[1].decode(), int(place[2]), error[1].decode() if error else ""))
    return found


def letters(index: int) -> str:
    """Return Excel's name of a column, 0 is A."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def shown(value: Any) -> str:
    """Return a cell's value as Excel shows it in the General format; dates in ISO."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return plain_number(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", "seconds") if value.time() != datetime.time() else value.date().isoformat()
    return str(value)


def shown_in(value: Any, style: Format, printed: bool) -> str:
    """Return a number in its cell's format where nothing is lost: 0.9423 as 94.23%, 94.4 as 94.40 where it is printed,
    1 as 001.

    A format that shows fewer digits than the cell holds is not followed: scores count as they are.
    """
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if is_number and style.digits:
        return shown(value).zfill(style.digits) if value >= 0 and value == int(value) else shown(value)
    if not is_number or not (style.is_percent or printed):
        return shown(value)
    number = Decimal(plain_number(float(value))).scaleb(2 if style.is_percent else 0).normalize()
    digits = max(style.decimals, -int(number.as_tuple().exponent))
    return f"{number:.{digits}f}" + ("%" if style.is_percent else "")


def read_format(code: str) -> Format | None:
    """Return what a format shows of a number; None for formats of dates, texts and others."""
    first = re.sub(r"\[[^\]]*\]|_.|\\.|\*.", "", code.split(";")[0]).strip()
    if ZEROS.fullmatch(first):
        return Format(False, 0, len(first))
    found = PLAIN_FORMAT.fullmatch(first)
    plain = Format(bool(found[2]), len(found[1] or "")) if found else Format(False, 0)
    return plain if any(plain) else None


def formats_of_xlsx(data: bytes, xml: bytes) -> Formats:
    """Return the formats of the cells with decimals or percent."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        if "xl/styles.xml" not in parts.namelist():
            return {}
        styles = ElementTree.fromstring(parts.read("xl/styles.xml"))
    space = styles.tag.partition("}")[0] + "}" if styles.tag.startswith("{") else ""
    codes = BUILT_IN | {str(f.get("numFmtId")): f.get("formatCode", "") for f in styles.iter(space + "numFmt")}
    cells = styles.find(space + "cellXfs")
    read = [read_format(codes.get(style.get("numFmtId", ""), "")) for style in (cells if cells is not None else ())]
    known = {str(place).encode(): found for place, found in enumerate(read) if found}
    if not known:
        return {}
    marks = (match.groups() for match in STYLED.finditer(xml))
    return {(int(row) - 1, column_of(letter)): known[style] for letter, row, style in marks if style in known}


def struck_rows(data: bytes, xml: bytes) -> list[int]:
    """Return the rows of a sheet, counted from 1, with a value that is struck through: by its format or in its text."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        names = parts.namelist()
        styles = ElementTree.fromstring(parts.read("xl/styles.xml")) if "xl/styles.xml" in names else None
        texts = ElementTree.fromstring(head_of_texts(parts)) if "xl/sharedStrings.xml" in names else None
    formats = struck_formats(styles) if styles is not None else set[bytes]()
    struck = struck_texts(texts) if texts is not None else set[bytes]()
    found = set()
    formats = {number for number in formats if b's="' + number + b'"' in xml}  # a style is often listed and not used
    for match in ROW_OF_CELL.finditer(xml) if formats or struck or b"<strike" in xml else ():
        row, attributes, content = match.groups()
        style, text = STYLE_OF_CELL.search(attributes), NUMBER_OF_TEXT.search(content)
        by_format = style is not None and style[1] in formats and VALUE.search(content) is not None
        by_text = text is not None and SHARED_TEXT.search(attributes) is not None and text[1] in struck
        if by_format or by_text or (b"<strike" in content and b"<is" in content):
            found.add(int(row))
    return sorted(found)


def head_of_texts(parts: zipfile.ZipFile) -> bytes:
    """Return the table of texts, or an empty one where none of them is struck through."""
    content = parts.read("xl/sharedStrings.xml")
    return content if b"strike" in content else b"<sst/>"


def struck_formats(styles: ElementTree.Element) -> set[bytes]:
    """Return the numbers of the cell formats whose font is struck through."""
    space = styles.tag.partition("}")[0] + "}" if styles.tag.startswith("{") else ""
    fonts = styles.find(space + "fonts")
    struck = {str(place) for place, font in enumerate(fonts if fonts is not None else ()) if is_struck(font, space)}
    cells = styles.find(space + "cellXfs")
    listed = enumerate(cells if cells is not None else ())
    return {str(place).encode() for place, style in listed if style.get("fontId") in struck}


def is_struck(font: ElementTree.Element, space: str) -> bool:
    """Return whether a font, or the format of a run of text, is struck through."""
    mark = font.find(space + "strike")
    return mark is not None and mark.get("val", "1") not in NOT_STRUCK


def struck_texts(table: ElementTree.Element) -> set[bytes]:
    """Return the numbers of the shared texts of which every run is struck through."""
    space = table.tag.partition("}")[0] + "}" if table.tag.startswith("{") else ""
    found = set()
    for place, text in enumerate(table.iter(space + "si")):
        runs = [run.find(space + "rPr") for run in text.iter(space + "r")]
        if runs and all(run is not None and is_struck(run, space) for run in runs):
            found.add(str(place).encode())
    return found


def column_of(name: bytes) -> int:
    """Return the number of a column, from 0, by its letters."""
    number = 0
    for letter in name:
        number = number * 26 + letter - 64
    return number - 1


def formats_of_xls(data: bytes, index: int) -> Formats:
    """Return the formats of the cells with decimals or percent."""
    book = Compound(data).stream("Workbook", "Book")
    codes, styles, starts = dict(BUILT_IN), list[Format | None](), list[int]()
    for kind, content in biff_records(book, 0):
        if kind == FORMAT:
            number, _, wide = struct.unpack_from("<HHB", content)
            codes[str(number)] = content[5:].decode("utf-16-le" if wide & 1 else "latin-1", "replace")
        elif kind == STYLE:
            styles.append(read_format(codes.get(str(struct.unpack_from("<2xH", content)[0]), "")))
        elif kind == BOUNDSHEET:
            starts.append(struct.unpack_from("<I", content)[0])
    found: Formats = {}
    for kind, content in biff_records(book, starts[index]):
        if kind in NUMBERS:
            row, column, style = struct.unpack_from("<HHH", content)
            keep_format(found, row, column, styles, style)
        elif kind == RUN:
            row, column = struct.unpack_from("<HH", content)
            for at in range(4, len(content) - 2, 6):
                keep_format(found, row, column + (at - 4) // 6, styles, struct.unpack_from("<H", content, at)[0])
    return found


def keep_format(found: Formats, row: int, column: int, styles: list[Format | None], style: int) -> None:
    """Add the format of a cell if it shows decimals, percent or leading zeros."""
    known = styles[style] if style < len(styles) else None
    if known:
        found[row, column] = known


def is_rounded(value: Any) -> bool:
    """Return whether a number has more digits than a spreadsheet keeps: its last digits are zeros or accidental."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 1e15 <= abs(value) < 1e21


def plain_number(value: float) -> str:
    """Return fifteen digits like Excel, without an exponent unless the number is very large or small."""
    text = f"{value:.15g}"
    if "e" in text and 1e-12 < abs(value) < 1e21:
        text = format(Decimal(text), "f")
    return "0" if text == "-0" else text


def rows_like_excel(
    sheet: Any, areas: list[Area], formats: Formats, printed: bool, late: dict[str, list[Any]]
) -> Iterator[list[str]]:
    """Yield all rows from row 1 and column A on, so that row numbers are Excel's; blank rows at the end left out.

    Every cell of a merged area shows the area's value, as the person who merged it sees it. late: facts that are
    known only after the rows.
    """
    if sheet.start is None:
        return
    left = [""] * int(sheet.start[1])
    merged = Merged(areas, late["merged_numbers"])
    blank = 0
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if any(map(is_rounded, row)) and len(late["rounded"]) < NAMED_CELLS:
            late["rounded"] += [
                (letters(len(left) + at), number, shown(value)) for at, value in enumerate(row) if is_rounded(value)
            ]
        texts = left + [shown(value) for value in row]
        for at in range(len(left), len(texts)) if formats else ():
            if (number - 1, at) in formats:
                texts[at] = shown_in(row[at - len(left)], formats[number - 1, at], printed)
        cells = merged.filled(texts)
        if not any(cells):
            blank += 1
            continue
        if blank > BLANK_ROWS:
            raise FarCellError(f"row {blank}")
        yield from ([""] * len(cells) for _ in range(blank))
        blank = 0
        yield cells


class Merged:
    """Filler of merged areas, row by row; `numbers` lists the areas whose value is a number, with the value."""

    def __init__(self, areas: list[Area], numbers: list[Any]) -> None:
        self._numbers = numbers
        self._waiting = sorted(areas, reverse=True)
        self._open: list[Area] = []
        self._shown: dict[Area, str] = {}
        self._row = -1

    def filled(self, cells: list[str]) -> list[str]:
        """Return the cells of the next row, with those inside merged areas filled."""
        self._row += 1
        self._open = [area for area in self._open if area[2] >= self._row]
        while self._waiting and self._waiting[-1][0] <= self._row:
            area = self._waiting.pop()
            self._shown[area] = cells[area[1]] if area[1] < len(cells) else ""
            if NUMBER.fullmatch(self._shown[area]) and len(self._numbers) < NAMED_CELLS:
                self._numbers.append((area, self._shown[area]))
            self._open.append(area)
        for area in self._open:
            for column in range(area[1], min(area[3] + 1, len(cells))):
                cells[column] = self._shown[area]
        return cells


def is_ours(sheet: Any) -> bool:
    """Return whether the sheet is the second sheet of our exports, which begins with the id of a release."""
    if sheet.start is None or sheet.width > 2:
        return False
    first: list[Any] = next(iter(sheet.iter_rows()), [])
    return len(first) == 2 and RELEASE_ID.fullmatch(str(first[1])) is not None


class FarCellError(Exception):
    """Error for a cell so far from the rest that it cannot belong to the table."""


class OpenDocumentSheet:
    """Facts of an OpenDocument sheet that the reader omits: merged areas, hidden rows, formulas without a stored value.

    Rows count from 1.
    """

    def __init__(self, data: bytes, name: str) -> None:
        self.areas: list[Area] = []
        self.hidden: list[int] = []
        self.hidden_columns: list[tuple[int, int]] = []
        self.no_value: list[NoValue] = []
        self.formats: Formats = {}
        self.struck: list[int] = []
        self._struck_styles: set[str] = set()
        with zipfile.ZipFile(io.BytesIO(data)) as parts, parts.open("content.xml") as content:
            for _, table in ElementTree.iterparse(content):
                if table.tag == STYLES + "style" and any(map(has_line_through, table)):
                    self._struck_styles.add(table.get(STYLES + "name", ""))
                if table.tag == TABLE + "table" and table.get(TABLE + "name") == name:
                    self._read(table)

    def _read(self, table: ElementTree.Element) -> None:
        number = 0
        self._columns(table)
        for row in table.iter(TABLE + "table-row"):
            repeated = int(row.get(TABLE + "number-rows-repeated", "1"))
            if row.get(TABLE + "visibility") in ("collapse", "filter") and any(True for _ in row.itertext()):
                self.hidden.append(number + 1)
            column = 0
            if self._struck_styles and any(map(self._is_struck, row)):
                self.struck.append(number + 1)
            for cell in row:
                spans = [int(cell.get(f"{TABLE}number-{what}-spanned", "1")) for what in ("rows", "columns")]
                if max(spans) > 1:
                    self.areas.append((number, column, number + spans[0] - 1, column + spans[1] - 1))
                self._formula(cell, number + 1, column)
                across = int(cell.get(TABLE + "number-columns-repeated", "1"))
                self._format(cell, number, repeated, column, across)
                column += across
            number += repeated

    def _is_struck(self, cell: ElementTree.Element) -> bool:
        """Return whether a cell's text is struck through, by the cell's style or by that of every part of the text."""
        if not any(True for _ in cell.itertext()):
            return False
        spans = list(cell.iter(TEXT + "span"))
        by_parts = bool(spans) and all(span.get(TEXT + "style-name") in self._struck_styles for span in spans)
        return by_parts or cell.get(TABLE + "style-name") in self._struck_styles

    def _columns(self, table: ElementTree.Element) -> None:
        first = 1
        for column in table.iter(TABLE + "table-column"):
            across = int(column.get(TABLE + "number-columns-repeated", "1"))
            if column.get(TABLE + "visibility") in ("collapse", "filter"):
                self.hidden_columns.append((first, first + across - 1))
            first += across

    def _format(self, cell: ElementTree.Element, row: int, down: int, column: int, across: int) -> None:
        """Read the format of a number from the text that the sheet shows."""
        text = SHOWN_NUMBER.fullmatch("".join(cell.itertext()).strip())
        if not text or not cell.get(OFFICE + "value") or down * across > MOST_REPEATED:
            return
        zeros = len(text[0]) if ZERO_FIRST.fullmatch(text[0]) else 0
        style = Format(bool(text[2]), len(text[1] or ""), zeros)
        if any(style):
            places = ((row + below, column + beside) for below in range(down) for beside in range(across))
            self.formats |= dict.fromkeys(places, style)

    def _formula(self, cell: ElementTree.Element, row: int, column: int) -> None:
        if cell.get(TABLE + "formula") is None or len(self.no_value) >= NAMED_CELLS:
            return
        text = "".join(cell.itertext())
        is_error = cell.get(EXTENDED + "value-type") == "error" or text.startswith(("#", "Err:"))
        if is_error or (cell.get(OFFICE + "value-type") is None and not text):
            self.no_value.append((letters(column), row, text))


def has_line_through(properties: ElementTree.Element) -> bool:
    """Return whether the properties of an OpenDocument style strike text through."""
    marks = [properties.get(f"{STYLES}text-line-through-{what}", "none") for what in ("style", "type")]
    return any(mark not in NOT_STRUCK for mark in marks)


class Compound:
    """Streams of an OLE file (Microsoft's [MS-CFB]): chains of sectors, small streams in sectors of a stream."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        sector, small = struct.unpack_from("<HH", data, 30)
        self._size, self._small_size = 1 << sector, 1 << small
        count, directory = struct.unpack_from("<II", data, 44)
        (self._cutoff, small_start) = struct.unpack_from("<II", data, 56)
        tables = [*struct.unpack_from("<109I", data, 76), *self._more_tables()][:count]
        self._next = [number for table in tables for number in self._numbers(self._sector(table))]
        self._entries = list(self._directory(self._chain(directory)))
        self._small_next = list(self._numbers(self._chain(small_start)))

    def stream(self, *names: str) -> bytes:
        """Return the content of the first stream of these names; empty when there is none."""
        for name, start, size in self._entries:
            if name in names:
                return self._whole(self._chain(start) if size >= self._cutoff else self._small(start), size)
        return b""

    def _whole(self, content: bytes, size: int) -> bytes:
        """Return the content; a chain of sectors that ends before its size is damaged."""
        if len(content) < size:
            raise ValueError(f"stream of {size} bytes ends after {len(content)}")
        return content[:size]

    def _more_tables(self) -> Iterator[int]:
        (sector,) = struct.unpack_from("<I", self._data, 68)
        while sector < LAST_SECTOR:
            *tables, sector = self._numbers(self._sector(sector))
            yield from tables

    def _sector(self, number: int) -> bytes:
        return self._data[(number + 1) * self._size : (number + 2) * self._size]

    def _numbers(self, data: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])

    def _chain(self, sector: int) -> bytes:
        return b"".join(self._sector(number) for number in follow(sector, self._next))

    def _small(self, sector: int) -> bytes:
        whole = self._chain(self._entries[0][1])
        size = self._small_size
        return b"".join(whole[n * size : (n + 1) * size] for n in follow(sector, self._small_next))

    def _directory(self, data: bytes) -> Iterator[tuple[str, int, int]]:
        for at in range(0, len(data), 128):
            length = int.from_bytes(data[at + 64 : at + 66], "little")
            start, size = struct.unpack_from("<II", data, at + 116)
            yield data[at : at + max(length - 2, 0)].decode("utf-16-le", "replace"), start, size


def follow(sector: int, following: list[int]) -> Iterator[int]:
    """Yield a chain of sectors; stop where it would repeat."""
    for _ in range(len(following)):
        if sector >= len(following):
            return
        yield sector
        sector = following[sector]


def rows_and_formulas_of_xls(data: bytes, index: int) -> tuple[list[int], list[NoValue]]:
    """Return hidden rows with content (counted from 1) and formulas without a value, of the sheet at this index.

    The format writes "never computed" and "computed, an empty text" alike. Where no formula of the sheet has a result,
    nobody computed them; else the empty ones are what their formulas gave.
    """
    book = Compound(data).stream("Workbook", "Book")
    starts = [struct.unpack_from("<I", content)[0] for kind, content in biff_records(book, 0) if kind == BOUNDSHEET]
    hidden: list[int] = []
    empty: list[NoValue] = []
    computed = False
    for kind, content in biff_records(book, starts[index]):
        if kind == ROW:
            row, first, last, options = struct.unpack_from("<HHH6xH", content)
            if options & HIDDEN and last > first:
                hidden.append(row + 1)
        elif kind == FORMULA:
            row, column, result, mark = struct.unpack_from("<HH2xB5xH", content)
            if mark == NO_NUMBER and result == EMPTY_TEXT:
                empty.append((letters(column), row + 1, ""))
            else:
                computed = True
    return sorted(hidden), [] if computed else empty[:NAMED_CELLS]


def hidden_columns_of_xls(data: bytes, index: int) -> list[tuple[int, int]]:
    """Return the first and last column, counted from 1, of each hidden range of the sheet at this index."""
    book = Compound(data).stream("Workbook", "Book")
    starts = [struct.unpack_from("<I", content)[0] for kind, content in biff_records(book, 0) if kind == BOUNDSHEET]
    ranges = [
        struct.unpack_from("<HH4xH", content)
        for kind, content in biff_records(book, starts[index])
        if kind == COLUMNS_INFO and len(content) >= 10
    ]
    return [(first + 1, last + 1) for first, last, options in ranges if options & 1]


def struck_rows_of_xls(data: bytes, index: int) -> list[int]:
    """Return the rows, counted from 1, of the sheet at this index with a value that is struck through."""
    book = Compound(data).stream("Workbook", "Book")
    fonts, styles, starts, shared = list[bool](), list[int](), list[int](), list[bytes]()
    before = 0
    for kind, content in biff_records(book, 0):
        if kind == FONT:
            fonts += [False] * (len(fonts) == 4)  # no font has the number 4
            fonts.append(bool(struct.unpack_from("<2xH", content)[0] & STRIKE))
        elif kind == STYLE:
            styles.append(struct.unpack_from("<H", content)[0])
        elif kind == BOUNDSHEET:
            starts.append(struct.unpack_from("<I", content)[0])
        elif kind == SHARED or (kind == CONTINUE and before == SHARED):
            shared.append(content[8 * (kind == SHARED) :])
        before = before if kind == CONTINUE else kind
    struck_fonts = {number for number, struck in enumerate(fonts) if struck}
    if not struck_fonts:
        return []
    struck = {number for number, font in enumerate(styles) if font in struck_fonts}
    texts = struck_texts_of_xls(shared, struck_fonts)
    return sorted({row for row, style, text in values_of_xls(book, starts[index]) if style in struck or text in texts})


def values_of_xls(book: bytes, start: int) -> Iterator[tuple[int, int, int | None]]:
    """Yield row (counted from 1), number of the format and number of the shared text of each value of a sheet."""
    for kind, content in biff_records(book, start):
        if kind == RUN:
            row = struct.unpack_from("<H", content)[0] + 1
            yield from ((row, struct.unpack_from("<H", content, at)[0], None) for at in range(4, len(content) - 2, 6))
        elif kind in VALUES or kind == FORMULA:
            row, style = struct.unpack_from("<H2xH", content)
            yield row + 1, style, struct.unpack_from("<I", content, 6)[0] if kind == TEXT_CELL else None


def struck_texts_of_xls(pieces: list[bytes], struck: set[int]) -> set[int]:
    """Return the numbers of the shared texts of which every letter is in a font of `struck`.

    pieces: contents of the record of shared texts and of those that continue it. A damaged table ends the search.
    """
    found, reader = set[int](), _Pieces(pieces)
    with suppress(IndexError, struct.error):
        for number in itertools.count():
            length, marks = struct.unpack("<HB", reader.take(3))
            runs = struct.unpack("<H", reader.take(2))[0] if marks & RICH else 0
            extended = struct.unpack("<I", reader.take(4))[0] if marks & EXTENDED_TEXT else 0
            reader.skip_letters(length, marks & 1)
            begins = [struct.unpack("<HH", reader.take(4)) for _ in range(runs)]
            reader.take(extended)
            if begins and begins[0][0] == 0 and all(font in struck for _, font in begins):
                found.add(number)
    return found


class _Pieces:
    """Contents of a record and of those that continue it, read one after the other."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces, self.number, self.at = pieces, 0, 0

    def take(self, length: int) -> bytes:
        """Return the next bytes. Raises IndexError at the end."""
        found = b""
        while len(found) < length:
            part = self.pieces[self.number][self.at : self.at + length - len(found)]
            self.at += len(part)
            found += part
            if not part:
                self.number, self.at = self.number + 1, 0
        return found

    def skip_letters(self, length: int, wide: int) -> None:
        """Pass over letters; where they go on in the next piece, its first byte gives the width of the rest."""
        while length:
            here = min(length, (len(self.pieces[self.number]) - self.at) >> wide)
            self.at, length = self.at + (here << wide), length - here
            if length:
                self.number, self.at = self.number + 1, 1
                wide = self.pieces[self.number][0] & 1


def lost_rows_of_xls(data: bytes, index: int, read: int) -> list[int]:
    """Return how many rows the sheet at this index has by its records, and how many were read; [] if all were.

    A damaged record can end a sheet early: then other records follow where the next sheet should begin. Only the index
    and the size together announce rows that are missing, since some programs write a size that is too large.
    """
    book = Compound(data).stream("Workbook", "Book")
    starts = [struct.unpack_from("<I", content)[0] for kind, content in biff_records(book, 0) if kind == BOUNDSHEET]
    announced, indexed, seen, filled, depth, end = 0, 0, 0, 0, 0, starts[index]
    while end + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, end)
        content = book[end + 4 : end + 4 + length]
        end += 4 + length
        depth += (kind & 0xFF == BEGIN) - (kind == END)
        if depth == 0:
            break
        if kind == SIZE:
            announced = struct.unpack_from("<4xI" if length >= 14 else "<2xH", content)[0]
        elif kind == INDEX and length >= 12:
            indexed = struct.unpack_from("<8xI", content)[0]
        elif kind in CELLS:
            seen = max(seen, struct.unpack_from("<H", content)[0] + 1)
            filled = seen if kind in VALUES else filled
    following = book[end : end + 2]
    is_cut = depth > 0 or bool(following.strip(b"\0") and following[0] != BEGIN)
    expected = max(seen, announced if is_cut else min(announced, indexed))
    return [expected, read] if is_cut or expected > seen or filled > read else []


def biff_records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield the records from a position to the end of the substream."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == END:
            return
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def surroundings(data: bytes, kind: str, name: str, sheet: Any, facts: dict[str, Any]) -> list[Area]:
    """Add to the facts what the sheet has apart from its values; return its merged areas."""
    areas = [(top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or []]
    if kind == "ods":
        document = OpenDocumentSheet(data, name)
        areas, facts["hidden_rows"], facts["no_value"] = document.areas, document.hidden, document.no_value
        facts["formats"], facts["hidden_columns"] = document.formats, document.hidden_columns
        facts["struck"] = document.struck
    elif kind == "xls":
        place = facts["names"].index(name)
        facts["hidden_rows"], facts["no_value"] = rows_and_formulas_of_xls(data, place)
        facts["formats"] = formats_of_xls(data, place)
        facts["hidden_columns"] = hidden_columns_of_xls(data, place)
        facts["struck"] = struck_rows_of_xls(data, place)
        facts["lost"] = lost_rows_of_xls(data, place, int(sheet.end[0]) + 1 if sheet.end else 0)
    elif kind == "xlsx":
        xml = sheet_xml(data, name)
        far = FAR.search(xml)
        facts["far"] = far[1].decode() if far else ""
        facts["no_value"] = cells_without_value(xml)
        facts["hidden_rows"] = [int(row) for row in HIDDEN_ROW.findall(xml)]
        facts["hidden_columns"] = [(int(first), int(last)) for first, last in HIDDEN_COLUMNS.findall(xml)]
        facts["formats"] = formats_of_xlsx(data, xml)
        facts["struck"] = struck_rows(data, xml)
    width = int(sheet.end[1]) + 1 if sheet.end else 0  # columns beyond the table are often hidden to its right
    hidden = [(first, min(last, width)) for first, last in facts["hidden_columns"] if first <= width]
    facts["hidden_columns"] = [letters(at - 1) for first, last in hidden for at in range(first, last + 1)]
    if len(areas) > MOST_AREAS:
        raise ValueError(f"{len(areas)} merged areas")
    return areas


def convert(data: bytes, kind: str, wanted: str, likely: str, marks: list[str]) -> None:
    """Write the facts and the table to standard output.

    likely: pattern of texts that are reported of other sheets and of notes on cells, '' for none.
    marks: "printed" where zeros at the end of numbers are shown, "earlier" where no format of numbers is followed.
    """
    import python_calamine as calamine

    if kind != "xls":
        refuse_doctype(data)
        data = without_wrong_dimensions(data)
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except calamine.PasswordError:
        raise LockedWorkbookError from None
    if len(book.sheet_names) > MOST_SHEETS:
        raise ManySheetsError
    sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
    visible = [sheet.name for sheet in sheets if sheet.visible == calamine.SheetVisibleEnum.Visible]
    hidden = [sheet.name for sheet in sheets if sheet.visible != calamine.SheetVisibleEnum.Visible]
    facts: dict[str, Any] = {"visible": visible, "hidden": hidden, "sheet": "", "far": "", "no_value": []}
    facts |= {"hidden_rows": [], "hidden_columns": [], "merged": [], "names": book.sheet_names, "lost": []}
    facts |= {"struck": [], "doubted": [], "noted": []}
    if not wanted and len(visible) > 1:
        visible = [name for name in visible if not is_ours(book.get_sheet_by_name(name))] or visible
        facts["visible"] = visible
    if not wanted and len(visible) > 1:  # Excel 2003 added two empty sheets to every workbook: nobody need choose
        visible = [name for name in visible if book.get_sheet_by_name(name).start is not None] or visible[:1]
        facts["visible"] = visible
    name = wanted if wanted in visible else "" if wanted or not visible else visible[0]
    table: Iterator[list[str]] = iter(())
    late: dict[str, list[Any]] = {"rounded": [], "merged_numbers": [], "beside": []}
    if name:
        facts["sheet"] = name
        sheet = book.get_sheet_by_name(name)
        areas = surroundings(data, kind, name, sheet, facts)
        for cell, text in [(cell, text) for _, of, cell, text in notes_of(data, kind, book) if of == name]:
            facts["doubted" if DOUBT.search(text) else "noted"].append(cell)
        if not facts["far"]:
            facts["merged"] = [area for area in areas if area[2] > area[0]]
            formats = facts.pop("formats", {})
            formats = {} if "earlier" in marks else formats
            table = rows_like_excel(sheet, areas, formats, "printed" in marks, late)
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=False)
    out.write(json.dumps(facts) + "\n")
    out.flush()
    write = csv.writer(out, lineterminator="\n").writerow
    for row in table:
        write(row)
    out.flush()
    if likely and not {"earlier", "again"} & set(marks):
        others = [sheet.name for sheet in sheets if sheet.name != name]
        late["beside"] = beside(data, kind, book, others, re.compile(likely))
    sys.stderr.write(json.dumps(late))


def beside(data: bytes, kind: str, book: Any, others: list[str], likely: re.Pattern[str]) -> list[list[str]]:
    """Return texts that match, outside the table: cells of other sheets and notes on cells, each with its place."""
    found: list[list[str]] = []
    texts = itertools.chain(cells_of(data, kind, book, others), notes_of(data, kind, book))
    for where, sheet, cell, text in texts:
        plain = unicodedata.normalize("NFKC", text)
        if len(plain) >= SHORTEST and likely.search(plain):
            found.append([where, sheet, cell, text[:LONGEST_TEXT]])
            if len(found) >= NAMED_CELLS:
                break
    return found


def cells_of(data: bytes, kind: str, book: Any, names: list[str]) -> Iterator[tuple[str, str, str, str]]:
    """Yield the texts of sheets that are not read; a sheet with a far cell is left out, as no table can be in it."""
    for name in names:
        if kind == "xlsx" and FAR.search(sheet_xml(data, name)):
            continue
        sheet = book.get_sheet_by_name(name)
        left = int(sheet.start[1]) if sheet.start is not None else 0
        for row, cells in enumerate(sheet.iter_rows() if sheet.start is not None else (), start=1):
            for at, value in enumerate(cells):
                if value != "":
                    yield "cells", name, f"{letters(left + at)}{row}", shown(value)


def notes_of(data: bytes, kind: str, book: Any) -> Iterator[tuple[str, str, str, str]]:
    """Yield the notes on cells: sheet, cell ('' where the format does not tell) and text."""
    if kind == "xlsx":
        yield from notes_of_xlsx(data)
    elif kind == "ods":
        with zipfile.ZipFile(io.BytesIO(data)) as parts, parts.open("content.xml") as content:
            for _, table in ElementTree.iterparse(content):
                if table.tag == TABLE + "table":
                    for note in table.iter(OFFICE + "annotation"):
                        yield "notes", table.get(TABLE + "name", ""), "", " ".join(note.itertext())
    else:
        yield from notes_of_xls(data, book.sheet_names)


def notes_of_xlsx(data: bytes) -> Iterator[tuple[str, str, str, str]]:
    """Yield the notes and the threaded comments of all sheets."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        of_sheet = sheets_of_parts(parts)
        for part in parts.namelist():
            if re.search(r"comments\w*/?[^/]*\.xml$", part, re.IGNORECASE) and "_rels" not in part:
                for note in ElementTree.fromstring(parts.read(part)).iter():
                    if note.get("ref"):
                        yield "notes", of_sheet.get(part, ""), str(note.get("ref")), "".join(note.itertext())


def sheets_of_parts(parts: zipfile.ZipFile) -> dict[str, str]:
    """Map each part that a sheet refers to, such as its notes, to the name of the sheet."""
    names = parts.namelist()
    if "xl/_rels/workbook.xml.rels" not in names:
        return {}
    relations = ElementTree.fromstring(parts.read("xl/_rels/workbook.xml.rels"))
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    found = {}
    for sheet in ElementTree.fromstring(parts.read("xl/workbook.xml")).iter():
        target = targets.get(sheet.get(RELATION), "") if sheet.tag.endswith("}sheet") else ""
        folder, _, file = ("xl/" + target if not target.startswith("/") else target[1:]).rpartition("/")
        own = f"{folder}/_rels/{file}.rels"
        for relation in ElementTree.fromstring(parts.read(own)) if target and own in names else ():
            part = posixpath.normpath(posixpath.join(folder, relation.get("Target", "")))
            found[part.lstrip("/")] = sheet.get("name", "")
    return found


def notes_of_xls(data: bytes, names: list[str]) -> Iterator[tuple[str, str, str, str]]:
    """Yield the texts of drawn objects, among them the notes on cells."""
    book = Compound(data).stream("Workbook", "Book")
    starts = [struct.unpack_from("<I", content)[0] for kind, content in biff_records(book, 0) if kind == BOUNDSHEET]
    for name, start in zip(names, starts, strict=False):
        length = 0
        for kind, content in biff_records(book, start):
            if length and kind == CONTINUE and content:
                text = content[1:].decode("utf-16-le" if content[0] & 1 else "latin-1", "replace")
                yield "notes", name, "", text[:length]
            length = struct.unpack_from("<10xH", content)[0] if kind == TEXT_OBJECT and len(content) >= 12 else 0


class ManySheetsError(Exception):
    """Error for a workbook with more sheets than can be looked at."""


class LockedWorkbookError(Exception):
    """Error for a workbook with a password."""


def main() -> int:
    """Return the exit code: 0 complete, 3 a far cell, 4 too large, 5 locked, 6 too many sheets, 1 anything else."""
    limit()
    try:
        kind, sheet, likely, *marks = sys.argv[1:]
        convert(sys.stdin.buffer.read(), kind, sheet, likely, marks)
    except FarCellError:
        return 3
    except MemoryError:
        return 4
    except ManySheetsError:
        return TOO_MANY
    except LockedWorkbookError:
        return PASSWORD
    return 0


if __name__ == "__main__":
    sys.exit(main())
