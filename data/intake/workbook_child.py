"""Runs in a process of its own and turns the first visible sheet of one workbook into CSV on standard output.

It imports nothing of ours and writes no file. First comes one line of JSON about the workbook, then the table, then the
parent reads the exit code: anything but 0 means that the table is not whole. Standard input is the workbook.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

MEMORY = 2 << 30
CPU_SECONDS = 30
HEAD = 64 << 10
NAMED_CELLS = 100
BLANK_ROWS = 100_000
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
FAR = re.compile(rb'\br="([A-Z]{3}[0-9]+)"[^>]*(?<!/)>')
CELL = re.compile(rb"<c\b([^>]*[^>/])>(.*?)</c>", re.DOTALL)
PLACE = re.compile(rb'\br="([A-Z]+)([0-9]+)"')
VALUE = re.compile(rb"<v[^>]*>[^<]|<is\b")


def limit() -> None:
    """Memory, processor time, no files, no core dump; Windows has only the parent's clock."""
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
    """No workbook has a document type; with one, the reader would leave cells with entities blank without a word."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        for name in parts.namelist():
            with parts.open(name) as part:
                if name.endswith((".xml", ".rels")) and b"<!DOCTYPE" in part.read(HEAD).replace(b"\0", b""):
                    raise ValueError(name)


def sheet_xml(data: bytes, name: str) -> bytes:
    """The XML of one sheet, found through the workbook's relations; empty when there is none."""
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


def cells_without_value(xml: bytes) -> list[tuple[str, int, str]]:
    """Cells with a formula but no stored value, and cells that hold an error: column letters, row, error."""
    if b"<f" not in xml and b't="e"' not in xml:
        return []
    found: list[tuple[str, int, str]] = []
    for match in CELL.finditer(xml):
        attributes, content = match.groups()
        is_error = b't="e"' in attributes
        if is_error or (b"<f" in content and not VALUE.search(content) and b't="str"' not in attributes):
            place = PLACE.search(attributes)
            if place and len(found) < NAMED_CELLS:
                error = re.search(rb"<v>([^<]*)", content) if is_error else None
                found.append((place[1].decode(), int(place[2]), error[1].decode() if error else ""))
    return found


def shown(value: Any) -> str:
    """A cell's value as Excel shows it in the General format; dates in ISO."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return plain_number(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", "seconds") if value.time() != datetime.time() else value.date().isoformat()
    return str(value)


def plain_number(value: float) -> str:
    """Fifteen digits like Excel, without an exponent unless the number is very large or small."""
    text = f"{value:.15g}"
    if "e" in text and 1e-12 < abs(value) < 1e21:
        text = format(Decimal(text), "f")
    return "0" if text == "-0" else text


def rows_like_excel(sheet: Any) -> Iterator[list[str]]:
    """All rows from row 1 and column A on, so that row numbers are Excel's; blank rows at the end left out."""
    if sheet.start is None:
        return
    left = [""] * int(sheet.start[1])
    blank = 0
    for row in sheet.iter_rows():
        cells = left + [shown(value) for value in row]
        if not any(cells):
            blank += 1
            continue
        if blank > BLANK_ROWS:
            raise FarCell(f"row {blank}")
        yield from ([""] * len(cells) for _ in range(blank))
        blank = 0
        yield cells


class FarCell(Exception):
    """A cell lies so far from the rest that the table cannot be meant."""


def convert(data: bytes) -> None:
    """Writes the facts and the table to standard output."""
    import python_calamine as calamine

    refuse_doctype(data)
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
    visible = [sheet.name for sheet in sheets if sheet.visible == calamine.SheetVisibleEnum.Visible]
    hidden = [sheet.name for sheet in sheets if sheet.visible != calamine.SheetVisibleEnum.Visible]
    facts: dict[str, Any] = {"visible": visible, "hidden": hidden, "far": "", "no_value": []}
    xml = sheet_xml(data, visible[0]) if visible else b""
    far = FAR.search(xml)
    facts["far"] = far[1].decode() if far else ""
    facts["no_value"] = cells_without_value(xml)
    del xml
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=False)
    out.write(json.dumps(facts) + "\n")
    out.flush()
    if visible and not far:
        write = csv.writer(out, lineterminator="\n").writerow
        for row in rows_like_excel(book.get_sheet_by_name(visible[0])):
            write(row)
    out.flush()


def main() -> int:
    """The exit code tells the parent what happened: 0 whole, 3 a far cell, 4 too large, 1 anything else."""
    limit()
    try:
        convert(sys.stdin.buffer.read())
    except FarCell:
        return 3
    except MemoryError:
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main())
