"""Reads an .xlsx that nobody vouches for: the zip's directory first, then a process of its own with limits.

One cell at XFD1048576 makes the reader ask for 549 GB and abort its process. That must not be ours.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import settings
from data.intake.refusal import Refused, refuse
from data.problems import Problem

MEBIBYTE = 1 << 20
PART_LIMIT = 200 * MEBIBYTE
TOTAL_LIMIT = 400 * MEBIBYTE
RATIO_LIMIT = 100
RATIO_COUNTS_FROM = MEBIBYTE
TEXT_LIMIT = 400 * MEBIBYTE
FACTS_LIMIT = MEBIBYTE
SECONDS = 60
FAR_CELL, TOO_LARGE = 3, 4
ASKED_FOR = re.compile(rb"memory allocation of (\d+) bytes failed")
CHILD = Path(__file__).with_name("workbook_child.py")
KEPT_ENVIRONMENT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "TEMP", "TMP")


@dataclass(frozen=True)
class SheetText:
    """One sheet as a CSV file: line i is Excel's row i as long as no cell holds a line break."""

    path: Path
    sheet: str
    warnings: list[Problem]
    without_value: list[Problem]


def zip_kind(path: Path) -> str:
    """What a zip is: xlsx, csv, ods, docx, xlsb or zip; a broken one is refused."""
    try:
        with zipfile.ZipFile(path) as parts:
            names = set(parts.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise refuse("workbook_unreadable") from None
    if "xl/workbook.xml" in names and "[Content_Types].xml" in names:
        return "xlsx"
    for kind, part in (
        ("xlsb", "xl/workbook.bin"),
        ("docx", "word/document.xml"),
        ("ods", "content.xml"),
    ):
        if part in names:
            return kind
    if "[Content_Types].xml" in names:
        return "xlsx"
    return "csv" if any(name.lower().endswith((".csv", ".txt", ".tsv")) for name in names) else "zip"


def read_workbook(path: Path, target: Path) -> SheetText:
    """Writes the first visible sheet as CSV to `target`, or refuses the workbook."""
    check_directory(path)
    facts = _run_child(path, target)
    if facts["far"]:
        raise refuse("workbook_cell_far_away", cell=facts["far"])
    if not facts["visible"]:
        raise refuse("workbook_unreadable")
    sheet = str(facts["visible"][0])
    return SheetText(target, sheet, _warnings(facts), _without_value(facts, sheet))


def check_directory(path: Path) -> None:
    """Everything that the zip's directory alone tells, before any part is unpacked."""
    try:
        with zipfile.ZipFile(path) as parts:
            infos = parts.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise refuse("workbook_unreadable") from None
    if any(_leaves_the_archive(info.filename) for info in infos):
        raise refuse("workbook_bad_path")
    if any(info.flag_bits & 1 for info in infos):
        raise refuse("old_excel_or_password")
    if any(info.filename.lower().endswith("vbaproject.bin") for info in infos):
        raise refuse("macro_workbook")
    if sum(info.file_size for info in infos) > TOTAL_LIMIT or any(_is_bomb(info) for info in infos):
        raise refuse("workbook_too_large", limit=f"{TOTAL_LIMIT >> 20} MB")


def _leaves_the_archive(name: str) -> bool:
    plain = name.replace("\\", "/")
    return plain.startswith("/") or ":" in plain or ".." in plain.split("/")


def _is_bomb(info: zipfile.ZipInfo) -> bool:
    if info.file_size > PART_LIMIT:
        return True
    return info.file_size > RATIO_COUNTS_FROM and info.file_size > RATIO_LIMIT * max(info.compress_size, 1)


def _run_child(path: Path, target: Path) -> dict[str, Any]:
    """Runs the reader; a child that dies is a refusal and nothing more."""
    command = [sys.executable, "-I", "-B", str(CHILD)]
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
    return _parsed(facts)


def _receive(child: subprocess.Popen[bytes], target: Path) -> tuple[bytes, bool]:
    """The line of facts, and the table into `target`; False when the table grew too large."""
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


def _why_it_died(code: int, complaint: bytes, too_large: bool) -> Refused:
    asked = ASKED_FOR.search(complaint)
    if code == FAR_CELL or (asked and int(asked[1]) > 4 << 30):
        return refuse("workbook_cell_far_away")
    killed_by_limit = code < 0 or code == TOO_LARGE
    return refuse("workbook_too_large" if too_large or asked or killed_by_limit else "workbook_unreadable")


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = json.loads(line)
    except ValueError:
        raise refuse("workbook_unreadable") from None
    return facts


def _warnings(facts: dict[str, Any]) -> list[Problem]:
    """Hidden sheets are never read; of several visible ones the first is."""
    hidden = [str(name) for name in facts["hidden"]]
    found = [Problem("hidden_sheet", level="warning", facts={"sheets": hidden})] if hidden else []
    first, *others = (str(name) for name in facts["visible"])
    if others:
        found.append(Problem("several_sheets", level="warning", sheet=first, facts={"sheets": [first, *others]}))
    return found


def _without_value(facts: dict[str, Any], sheet: str) -> list[Problem]:
    """One problem for each cell; whether its column is used, the caller knows."""
    return [
        Problem("formula_without_value", sheet=sheet, row=row, column=column, value=error or None)
        for column, row, error in facts["no_value"]
    ]
