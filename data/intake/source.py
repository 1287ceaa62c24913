"""Detection of a file's type by content, not by name, and conversion to a UTF-8 text table.

Reads plain text, gzip of plain text, .xlsx, .xls and .ods; everything else is refused by what it is.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import os
import re
import shutil
import unicodedata
import zlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from data.intake.byte_scan import BOMS, Scan, scan
from data.intake.encoding import HEADER_LINES, convert, find_encoding, words_in
from data.intake.refusal import FileRefusedError, refuse
from data.intake.workbook import MergedArea, SheetText, ole_kind, read_workbook, zip_kind
from i18n import N_
from problems import Problem, Term

DELIMITERS = ",;\t"
FEWEST_SPACED = 3  # words of a header between spaces; a name may be two words
COLUMN_LIMIT = 200  # as MOST_COLUMNS of headers.py
NAME_LIMIT = 100  # characters of a file name in messages
HEAD = 1 << 20
SNIFF = 2048  # bytes in which signatures and the first tag of a web page are
GZIP_LIMIT = 8 << 30  # bytes; 8 million ballot rows are 474 MB
# The demonstration's ballots shrink 17 times; DEFLATE reaches 1,032 on repeats. Small files may be that uniform.
GZIP_RATIO = 300
GZIP_RATIO_COUNTS_FROM = 64 << 20
WORKBOOKS = ("xlsx", "xls", "ods")
WPS_TABLES = (".et", ".ett")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (OLE, "ole"),
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"{\\rtf", "rtf"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "7z"),
    (b"PAR1", "parquet"),
    (b"SQLite format 3\0", "sqlite"),
)
KIND_WORDS = {
    "pdf": N_("a PDF document"),
    "image": N_("a picture"),
    "rtf": N_("a text document"),
    "docx": N_("a Word document"),
    "odf": N_("an OpenDocument text or drawing"),
    "ole": N_("a document from an older office program"),
    "xlsb": N_("a binary Excel workbook"),
    "rar": N_("an archive"),
    "7z": N_("an archive"),
    "zip": N_("an archive"),
    "gzip": N_("an archive"),
    "parquet": N_("a database file"),
    "sqlite": N_("a database file"),
    "json": N_("JSON, as programs exchange data"),
    "xml": N_("an XML document"),
}
WEB_PAGE = re.compile(
    rb"<(?:!doctype|html|head|body|table|meta|style|script|\?xml)\b|mime-version:|<!--",
    re.IGNORECASE,
)
JSON = re.compile(rb'[\[{]\s*(?:[\[{]\s*)*"[^"\r\n]*"\s*:')
XML = re.compile(rb"<[A-Za-z][\w:.-]*(?:\s[^<>]*)?/?>\s*<")
SPACED = N_("spaces")
FULL_WIDTH = "\uff0c\uff1b"
UNSAFE_IN_GLOB = set("*?[]{}")


@dataclass(frozen=True)
class TextTable:
    """Table as a UTF-8 text file; `path` is the original itself when nothing had to be converted."""

    path: Path
    name: str
    sha256: str
    size: int
    encoding: str
    delimiter: str
    newline_count: int
    has_quotes: bool
    has_cr_only: bool
    skip_bytes: int = 0
    sheet: str | None = None
    warnings: list[Problem] = field(default_factory=list)
    merged: tuple[MergedArea, ...] = ()
    merged_numbers: tuple[tuple[MergedArea, str], ...] = ()
    struck: tuple[int, ...] = ()
    doubted: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    without_value: tuple[Problem, ...] = ()
    """Formulas of a workbook that were never computed or gave an error; columns by letters."""
    has_our_line_ends: bool = False
    """Whether the file was written from a sheet: lines end in LF, and a cell may contain CR LF."""
    workdir: Path = Path()
    """Folder for working copies; the folder of the original may be read-only and gets none."""

    earlier: bool = False
    """Whether it was stored by a version that did not look for swallowed rows."""

    @property
    def has_bom(self) -> bool:
        """Return whether the file at `path` starts with a byte-order mark."""
        return self.skip_bytes > 0


@dataclass(frozen=True)
class _Text:
    """UTF-8 file and its properties known before the header is read."""

    path: Path
    encoding: str
    newline_count: int
    has_quotes: bool
    has_cr_only: bool
    skip_bytes: int = 0


def open_source(
    source: Path | tuple[str, bytes],
    workdir: Path,
    header_words: frozenset[str] = frozenset(),
    sheet: str = "",
    *,
    printed: bool = False,
    earlier: bool = False,
    again: bool = False,
) -> TextTable:
    """Return the file as a UTF-8 text table; raise FileRefusedError with the reasons if it is not a table.

    `header_words` are the column names that may stand in a header, in every spelling; GB18030 and Big5 are
    accepted only when one of them can be read. `sheet` is the sheet of a workbook that a person chose.
    `printed`: its numbers keep the zeros at their end, as the sheet shows them. `earlier`: the file was stored by a
    version that read numbers without their format and did not look for lost or swallowed rows. `again`: another sheet
    of a workbook that was opened before.
    """
    name = display_name(source.name if isinstance(source, Path) else source[0])
    try:
        marks = frozenset(
            word for word, is_set in (("printed", printed), ("earlier", earlier), ("again", again)) if is_set
        )
        table = _open(_on_disk(source, workdir), name, workdir, header_words, sheet, marks)
    except FileRefusedError as refusal:
        raise refusal.in_file(name) from None
    return replace(table, workdir=workdir, earlier=earlier)


def display_name(name: str) -> str:
    """Return a file's name as a label: no folders, no control or direction characters, 100 characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(character for character in last if unicodedata.category(character)[0] != "C")[:NAME_LIMIT]


def kind_of(head: bytes) -> str:
    """Return the type of a file by its first bytes; "text" when they match no other type."""
    for magic, kind in MAGIC:
        if head.startswith(magic):
            return kind
    start = head[:SNIFF].removeprefix(BOMS["utf-8-sig"]).replace(b"\0", b"")
    start = start.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").lstrip()
    if WEB_PAGE.match(start):
        return "html"
    return "json" if JSON.match(start) else "xml" if XML.match(start) else "text"


def _open(
    path: Path, name: str, workdir: Path, header_words: frozenset[str], sheet: str, marks: frozenset[str]
) -> TextTable:
    kind = _kind_of_file(path)
    if kind in ("zip", "ole"):
        # Only its name distinguishes a WPS table from an Excel 97 workbook: the content is nearly identical.
        if name.lower().endswith(WPS_TABLES):
            raise refuse("wps_table")
        kind = zip_kind(path) if kind == "zip" else ole_kind(path)
    if kind in WORKBOOKS:
        text = read_workbook(path, workdir / "sheet.csv", kind, sheet, marks)
        return _from_workbook(path, name, header_words, kind, text)
    if kind == "gzip":
        return _from_gzip(path, name, workdir, header_words)
    if kind != "text":
        raise _refuse_kind(kind)
    seen = scan(path)
    return _table(_text(path, seen, workdir, header_words), name, seen.sha256, seen.size, header_words)


def _kind_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return kind_of(file.read(SNIFF))


def _refuse_kind(kind: str) -> FileRefusedError:
    codes = {"locked": "workbook_locked", "macros": "macro_workbook", "html": "html_as_excel", "csv": "csv_in_zip"}
    return refuse(codes[kind]) if kind in codes else _not_a_table(kind)


def _not_a_table(kind: str) -> FileRefusedError:
    return refuse("not_a_table", kind=Term(KIND_WORDS.get(kind, KIND_WORDS["zip"])), content=kind)


def _on_disk(source: Path | tuple[str, bytes], workdir: Path) -> Path:
    """Return a path without pattern characters, which DuckDB's reader would expand; write bytes to a file first."""
    original = workdir / "original"
    if not isinstance(source, Path):
        original.write_bytes(source[1])
        return original
    if not UNSAFE_IN_GLOB & set(str(source)):
        return source
    try:
        os.link(source, original)
    except OSError:
        shutil.copyfile(source, original)
    return original


def _from_workbook(path: Path, name: str, header_words: frozenset[str], kind: str, sheet: SheetText) -> TextTable:
    try:
        return _of_sheet(sheet, path, name, header_words, kind)
    except FileRefusedError as refusal:  # the table may be on another sheet: the refusal lists the sheets
        raise FileRefusedError([*refusal.problems, *sheet.warnings]) from None


def _of_sheet(sheet: SheetText, path: Path, name: str, header_words: frozenset[str], kind: str) -> TextTable:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    seen = scan(sheet.path)
    if seen.is_blank:
        raise FileRefusedError([Problem("empty_file", sheet=sheet.sheet)])
    text = _Text(sheet.path, kind, seen.line_feeds, seen.has_quotes, has_cr_only=False)
    size = path.stat().st_size
    return _table(text, name, sha256, size, header_words, sheet)


class _HashingReader:
    """Reader that hashes what a decompressor reads."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()
        self.size = 0

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(size)
        self.sha256.update(data)
        self.size += len(data)
        return data

    def seek(self, _position: int, /) -> int:
        raise OSError("a stream is read once")


def _from_gzip(path: Path, name: str, workdir: Path, header_words: frozenset[str]) -> TextTable:
    plain = workdir / "plain"
    with path.open("rb") as file:
        reader = _HashingReader(file)
        try:
            _unpack(reader, plain)
        except (EOFError, OSError, zlib.error):
            raise refuse("gz_broken") from None
        while reader.read(HEAD):
            pass
    kind = _kind_of_file(plain)
    if kind != "text":
        raise _refuse_kind(kind) if kind not in ("zip", "gzip") else _not_a_table(kind)
    text = _text(plain, scan(plain), workdir, header_words)
    return _table(text, name, reader.sha256.hexdigest(), reader.size, header_words)


def _unpack(reader: _HashingReader, target: Path) -> None:
    """Unpack block by block and stop when the size exceeds the limits."""
    written = 0
    with gzip.GzipFile(fileobj=reader) as packed, target.open("wb") as out:
        while block := packed.read(HEAD):
            written += out.write(block)
            if written > GZIP_LIMIT or written > max(GZIP_RATIO_COUNTS_FROM, GZIP_RATIO * reader.size):
                raise refuse("file_too_large", limit=f"{GZIP_LIMIT >> 30} GB")


def _text(path: Path, seen: Scan, workdir: Path, header_words: frozenset[str]) -> _Text:
    """Return the text in UTF-8 with one kind of line end; copied only when needed."""
    if seen.is_blank:
        raise refuse("empty_file")
    encoding = find_encoding(path, seen, header_words)
    if encoding in ("utf-8", "utf-8-sig") and not seen.has_mixed_newlines:
        skip = len(BOMS.get(encoding, b""))
        return _Text(path, encoding, seen.line_feeds, seen.has_quotes, has_cr_only=False, skip_bytes=skip)
    target = workdir / "text.csv"
    counts = convert(path, encoding, target)
    if counts.is_blank:
        raise refuse("empty_file")
    return _Text(target, encoding, counts.line_feeds, counts.has_quotes, seen.has_lone_cr)


def _table(
    text: _Text,
    name: str,
    sha256: str,
    size: int,
    header_words: frozenset[str],
    sheet: SheetText | None = None,
) -> TextTable:
    """Add the delimiter, determined from the header line."""
    header = _header_line(text.path, header_words)
    delimiter = "," if sheet else find_delimiter(header)
    if sheet is None and _is_spaced(text.path, header, delimiter, header_words):
        raise refuse("fullwidth_delimiter", delimiter=Term(SPACED))
    columns = len(_cells(header.rstrip(delimiter), delimiter))
    if columns > COLUMN_LIMIT:
        raise refuse("too_many_columns", found=columns, limit=COLUMN_LIMIT)
    if _has_one_line(text.path):
        raise refuse("header_only")
    return TextTable(
        path=text.path,
        name=name,
        sha256=sha256,
        size=size,
        encoding=text.encoding,
        delimiter=delimiter,
        newline_count=text.newline_count,
        has_quotes=text.has_quotes,
        has_cr_only=text.has_cr_only,
        skip_bytes=text.skip_bytes,
        sheet=sheet.sheet if sheet else None,
        warnings=sheet.warnings if sheet else [],
        merged=sheet.merged if sheet else (),
        merged_numbers=sheet.merged_numbers if sheet else (),
        struck=sheet.struck if sheet else (),
        doubted=sheet.doubted if sheet else (),
        noted=sheet.noted if sheet else (),
        without_value=tuple(sheet.without_value) if sheet else (),
        has_our_line_ends=sheet is not None,
    )


def _head_lines(path: Path) -> list[str]:
    """Return the lines with text in the first mebibyte."""
    with path.open("rb") as file:
        text = file.read(HEAD).decode("utf-8-sig", "ignore")
    return [line.rstrip("\r") for line in text.split("\n") if line.strip(DELIMITERS + " \r\u3000")]


def _header_line(path: Path, header_words: frozenset[str]) -> str:
    """Return the line among the first ten with most header words, else the first."""
    lines = _head_lines(path)[:HEADER_LINES]
    if not lines:
        raise refuse("empty_file")
    known = max(lines, key=lambda line: words_in(line, header_words))
    return known if words_in(known, header_words) else lines[0]


def _has_one_line(path: Path) -> bool:
    return path.stat().st_size < HEAD and len(_head_lines(path)) == 1


def find_delimiter(header: str) -> str:
    """Return the delimiter that cuts the header into most columns; refuse a full-width delimiter and a bar."""
    pieces = {mark: len(_cells(header, mark)) for mark in DELIMITERS}
    best = max(DELIMITERS, key=lambda mark: pieces[mark])
    wide = [mark for mark in FULL_WIDTH if mark in header]
    if pieces[best] == 1 and wide:
        raise refuse("fullwidth_delimiter", delimiter=wide[0])
    if pieces[best] == 1 and "|" in header.strip().strip("|"):
        raise refuse("fullwidth_delimiter", delimiter="|")
    return best


def _is_spaced(path: Path, header: str, delimiter: str, header_words: frozenset[str]) -> bool:
    """Return whether spaces separate the columns: the header has a known word, the next line as many words."""
    words = header.split()
    if delimiter in header or len(words) < FEWEST_SPACED:
        return False
    lines = _head_lines(path)
    below = lines[lines.index(header) + 1 :][:1] if header in lines else []
    is_known = any(words_in(word, header_words) > 0 for word in words)
    return is_known and [len(line.split()) for line in below] == [len(words)] and delimiter not in below[0]


def _cells(header: str, delimiter: str) -> list[str]:
    """Split the header; cells beyond the csv module's size are split without regard to quotes."""
    try:
        return next(csv.reader([header], delimiter=delimiter), [])
    except csv.Error:
        return header.split(delimiter)
