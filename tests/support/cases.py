"""Files in which a fault was seen, and what an import says of a file."""

import csv
import io
from pathlib import Path

import xlsxwriter

from tests.support.opendocument import CELL, opendocument
from tests.support.paths import FIXTURES
from tests.support.stores import Biaochi

CASES = FIXTURES / "cases"
SCALE = "three-grades-100-70-40"


def found(biaochi: Biaochi, kind: str, path: Path, code: int) -> list[dict]:
    """The problems of a file, once the import ended with this exit code."""
    return biaochi.json("import", kind, path, "--round", "2025", code=code)["problems"]


def codes(problems: list[dict]) -> list[tuple[str, int | None]]:
    return [(problem["code"], problem["row"]) for problem in problems]


def records(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def book(lines: list[list[object]]) -> bytes:
    """A workbook with one sheet 票; numbers are cells with numbers."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        sheet = workbook.add_worksheet("票")
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)
    return out.getvalue()


def ods(lines: list[list[str]]) -> bytes:
    """An OpenDocument table of texts; line breaks inside cells are paragraphs."""
    return opendocument([CELL.format(cell.replace("\n", "</text:p><text:p>")) for cell in line] for line in lines)
