"""Reading of untrusted workbooks: inspect the directory, then parse in a child process with limits.

A single cell at XFD1048576 makes the reader ask for 549 GB and abort its process, so it must not run in ours.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import settings
from data.intake.elsewhere import of_workbook
from data.intake.identifiers import ROUNDED
from data.intake.personal_values import LIKELY
from data.intake.refusal import FileRefusedError, refuse
from data.intake.workbook_worker import letters
from data.model.grouped_problems import spans
from data.model.notes_sheet import NOTES_TITLES
from problems import Problem, Term

MEBIBYTE = 1 << 20
# 82,000 ballot rows unpack to 21 MB, so 800 thousand rows fit a part; a sheet ends at 1,048,576.
PART_LIMIT = 200 * MEBIBYTE
TOTAL_LIMIT = 400 * MEBIBYTE
RATIO_LIMIT = 100  # the sheet of the demonstration's ballots shrinks 13 times
RATIO_COUNTS_FROM = MEBIBYTE
MOST_SHEETS = 1000  # a sheet a unit of a large city is 300; each is looked at for personal data
TEXT_LIMIT = 400 * MEBIBYTE
FACTS_LIMIT = MEBIBYTE
SECONDS = 60  # twice the processor time of the child process: ends a process that waits
FAR_CELL, TOO_LARGE, LOCKED, TOO_MANY = 3, 4, 5, 6
OLE_ENTRY = 128  # bytes of an entry of an OLE directory; entries never span sectors
BROKEN_ZIP = (zipfile.BadZipFile, OSError, ValueError, NotImplementedError)
"""Raised by `zipfile` for an invalid directory: OSError or ValueError for an offset outside the file, and
NotImplementedError for an unknown version of the format."""
SHEET_PART = re.compile(r"xl/worksheets/[^/]*\.xml")
ASKED_FOR = re.compile(rb"memory allocation of (\d+) bytes failed")
CHILD = Path(__file__).with_name("workbook_worker.py")
KEPT_ENVIRONMENT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "TEMP", "TMP")


@dataclass(frozen=True)
class MergedArea:
    """Merged area over several rows; rows and columns count from 1."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        return f"{letters(self.left - 1)}{self.top}:{letters(self.right - 1)}{self.bottom}"


@dataclass(frozen=True)
class SheetText:
    """Sheet as a CSV file: line i is Excel's row i as long as no cell holds a line break.

    merged_numbers: areas of several cells whose value is a number, with the number. struck: rows with text that is
    struck through. doubted: cells with a note that may change their value, '…' where the format does not
    tell the cell. noted: cells with any other note.
    """

    path: Path
    sheet: str
    warnings: list[Problem]
    without_value: list[Problem]
    merged: tuple[MergedArea, ...]
    merged_numbers: tuple[tuple[MergedArea, str], ...]
    struck: tuple[int, ...] = ()
    doubted: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()


def zip_kind(path: Path) -> str:
    """Return the type of a zip: xlsx, ods, csv, docx, xlsb or zip; refuse a broken zip."""
    try:
        with zipfile.ZipFile(path) as parts:
            names = set(parts.namelist())
            mimetype = _mimetype(parts)
    except BROKEN_ZIP:
        raise refuse("workbook_unreadable") from None
    if "xl/workbook.xml" in names and "[Content_Types].xml" in names:
        return "xlsx"
    for kind, part in (("xlsb", "xl/workbook.bin"), ("docx", "word/document.xml"), ("odf", "content.xml")):
        if part in names:
            return "ods" if mimetype.startswith(b"application/vnd.oasis.opendocument.spreadsheet") else kind
    if "[Content_Types].xml" in names:
        return "xlsx"
    return "csv" if any(name.lower().endswith((".csv", ".txt", ".tsv")) for name in names) else "zip"


def _mimetype(parts: zipfile.ZipFile) -> bytes:
    """Return the part "mimetype" of an OpenDocument file, which the format stores uncompressed.

    A packed or locked part is not unpacked here: that comes after the checks of the directory.
    """
    entries = [info for info in parts.infolist() if info.filename == "mimetype"]
    if not entries or entries[0].compress_type != zipfile.ZIP_STORED or entries[0].flag_bits & 1:
        return b""
    with parts.open(entries[0]) as part:
        return part.read(100)


def ole_kind(path: Path) -> str:
    """Return the type of an OLE file by the names in its directory: xls, or the reason why it is not read."""
    if path.stat().st_size > PART_LIMIT:
        raise refuse("workbook_too_large", limit=f"{PART_LIMIT >> 20} MB")
    data = path.read_bytes()
    for kind, streams in (
        ("locked", ("EncryptedPackage",)),
        ("macros", ("_VBA_PROJECT_CUR",)),
        ("xls", ("Workbook", "Book")),
        ("docx", ("WordDocument",)),
    ):
        if any(_has_stream(data, stream) for stream in streams):
            return kind
    return "ole"


def _has_stream(data: bytes, name: str) -> bool:
    """Return whether an entry of the directory has this name: the name first, its length in bytes at 64."""
    wanted = (name + "\0").encode("utf-16-le")
    at = data.find(wanted)
    while at >= 0:
        if at % OLE_ENTRY == 0 and int.from_bytes(data[at + 64 : at + 66], "little") == len(wanted):
            return True
        at = data.find(wanted, at + 1)
    return False


def read_workbook(
    path: Path, target: Path, kind: str = "xlsx", sheet: str = "", marks: frozenset[str] = frozenset()
) -> SheetText:
    """Write one visible sheet as CSV to `target`, or refuse the workbook.

    `sheet` is the sheet that a person chose; empty means the first visible sheet, with a warning if there are more.
    `marks`: "printed" where numbers keep the zeros at their end that the sheet shows, "earlier" where the workbook was
    stored by a version that read numbers without their format and did not look for lost rows, "again" where the other
    sheets and notes were looked at before.
    """
    if kind != "xls":
        check_directory(path)
    facts = _run_child(path, target, [kind, sheet, LIKELY, *sorted(marks)])
    personal = of_workbook(map(str, facts["names"]), facts["beside"]) if marks.isdisjoint({"earlier", "again"}) else []
    if personal:
        raise FileRefusedError(personal)
    if facts["far"]:
        raise refuse("workbook_cell_far_away", cell=facts["far"])
    if facts["lost"] and "earlier" not in marks:
        raise refuse("rows_lost", expected=facts["lost"][0], found=facts["lost"][1])
    if not facts["visible"]:
        raise refuse("workbook_unreadable")
    if not facts["sheet"]:
        raise refuse("sheet_not_found", sheet=sheet, sheets=list(facts["visible"]))
    name = str(facts["sheet"])
    merged = tuple(map(_area, facts["merged"]))
    if "earlier" in marks:
        facts["rounded"] = []
    numbers = tuple((_area(area), value) for area, value in facts["merged_numbers"])
    struck = tuple(map(int, facts["struck"]))
    doubted, noted = (tuple(str(cell) or "…" for cell in facts[which]) for which in ("doubted", "noted"))
    warnings = _warnings(facts, chosen=bool(sheet))
    return SheetText(target, name, warnings, _without_value(facts, name), merged, numbers, struck, doubted, noted)


def _area(counted_from_0: list[int]) -> MergedArea:
    return MergedArea(*(number + 1 for number in counted_from_0))


def check_directory(path: Path) -> None:
    """Check everything that the zip's directory shows, before any part is unpacked."""
    try:
        with zipfile.ZipFile(path) as parts:
            infos = parts.infolist()
    except BROKEN_ZIP:
        raise refuse("workbook_unreadable") from None
    if any(_leaves_the_archive(info.filename) for info in infos):
        raise refuse("workbook_bad_path")
    if any(info.flag_bits & 1 for info in infos):
        raise refuse("workbook_locked")
    if any(info.filename.lower().endswith("vbaproject.bin") for info in infos):
        raise refuse("macro_workbook")
    if sum(SHEET_PART.fullmatch(info.filename) is not None for info in infos) > MOST_SHEETS:
        raise refuse("too_many_sheets", limit=MOST_SHEETS)
    if sum(info.file_size for info in infos) > TOTAL_LIMIT or any(_is_bomb(info) for info in infos):
        raise refuse("workbook_too_large", limit=f"{TOTAL_LIMIT >> 20} MB")


def _leaves_the_archive(name: str) -> bool:
    plain = name.replace("\\", "/")
    return plain.startswith("/") or ":" in plain or ".." in plain.split("/")


def _is_bomb(info: zipfile.ZipInfo) -> bool:
    if info.file_size > PART_LIMIT:
        return True
    return info.file_size > RATIO_COUNTS_FROM and info.file_size > RATIO_LIMIT * max(info.compress_size, 1)


def _run_child(path: Path, target: Path, arguments: list[str]) -> dict[str, Any]:
    """Run the reader; turn a crash of the child into a refusal."""
    command = [sys.executable, "-I", "-B", str(CHILD), *arguments]
    environment = settings.inherited(KEPT_ENVIRONMENT)
    with path.open("rb") as workbook:
        child = subprocess.Popen(
            command, stdin=workbook, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        )
    late = threading.Event()

    def stop() -> None:
        late.set()
        child.kill()

    clock = threading.Timer(SECONDS, stop)
    clock.start()
    with child:
        try:
            facts, whole = _receive(child, target)
            complaint = child.stderr.read(FACTS_LIMIT) if child.stderr else b""
            code = child.wait()
        finally:
            clock.cancel()
            child.kill()
    if code != 0 or not whole or late.is_set():
        target.unlink(missing_ok=True)
        raise _why_it_died(code, complaint, late.is_set() or not whole)
    return _parsed(facts) | _parsed(complaint.rpartition(b"\n")[2])


def _receive(child: subprocess.Popen[bytes], target: Path) -> tuple[bytes, bool]:
    """Return the line of facts, and write the table to `target`; False when the table grew too large."""
    output: IO[bytes] | None = child.stdout
    if output is None:
        return b"", False
    facts = output.readline(FACTS_LIMIT)
    written = 0
    with target.open("wb") as out:
        while block := output.read(MEBIBYTE):
            written += out.write(block)
            if written > TEXT_LIMIT:
                child.kill()
                return facts, False
    return facts, True


def _why_it_died(code: int, complaint: bytes, too_large: bool) -> FileRefusedError:
    asked = ASKED_FOR.search(complaint)
    if code == LOCKED:
        return refuse("workbook_locked")
    if code == TOO_MANY:
        return refuse("too_many_sheets", limit=MOST_SHEETS)
    if code == FAR_CELL or (asked and int(asked[1]) > 4 << 30):
        return refuse("workbook_cell_far_away")
    killed_by_limit = (code < 0 and code != -signal.SIGABRT) or code == TOO_LARGE  # the reader aborts on damage as well
    if too_large or asked or killed_by_limit:
        return refuse("workbook_too_large", limit=f"{TOTAL_LIMIT >> 20} MB")
    return refuse("workbook_unreadable")


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = json.loads(line)
    except ValueError:
        raise refuse("workbook_unreadable") from None
    return facts


def _warnings(facts: dict[str, Any], chosen: bool) -> list[Problem]:
    """Warn of hidden sheets, never read, and of further visible sheets, unread unless a person chose."""
    hidden = [str(name) for name in facts["hidden"]]
    problems = [Problem("hidden_sheet", level="warning", facts={"sheets": hidden})] if hidden else []
    sheet = str(facts["sheet"])
    # The notes of a template hold no records; a sheet of that name is read only where somebody chooses it.
    visible = [str(name) for name in facts["visible"] if str(name) == sheet or str(name) not in NOTES_TITLES.values()]
    if len(visible) > 1 and not chosen:
        problems.append(Problem("several_sheets", level="warning", sheet=sheet, facts={"sheets": visible}))
    rows = [int(row) for row in facts["hidden_rows"]]
    if rows:
        about = {"count": len(rows), "rows": spans(rows)}
        problems.append(Problem("hidden_rows", level="warning", sheet=sheet, row=rows[0], facts=about))
    columns = [str(column) for column in facts["hidden_columns"]]
    if columns:
        about = {"count": len(columns), "columns": columns}
        problems.append(Problem("hidden_columns", level="warning", sheet=sheet, facts=about))
    return problems


def _without_value(facts: dict[str, Any], sheet: str) -> list[Problem]:
    """Return a problem for each cell, its column by letters; the caller knows whether the column is used."""
    formulas = [
        Problem("excel_error" if error else "formula_without_value", sheet=sheet, row=row, column=column, value=error)
        for column, row, error in facts["no_value"]
    ]
    about = {"cause": Term(ROUNDED)}
    return formulas + [
        Problem("damaged_identifier", sheet=sheet, row=row, column=column, value=value, facts=about)
        for column, row, value in facts["rounded"]
    ]
