"""Workbooks that nobody vouches for; each is made here."""

from __future__ import annotations

import datetime
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from data.intake.refusal import FileRefusedError
from data.intake.source import TextTable, open_source
from data.intake.workbook_worker import plain_number

WORDS = frozenset({"单位", "评分"})
SHEET = "xl/worksheets/sheet1.xml"
DOCTYPE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def book(fill: Callable[[Any], None]) -> bytes:
    packed = io.BytesIO()
    workbook = xlsxwriter.Workbook(packed)
    fill(workbook)
    workbook.close()
    return packed.getvalue()


def ballots(workbook: Any) -> None:
    sheet = workbook.add_worksheet("一月")
    sheet.write_row(0, 0, ["单位", "评分"])
    sheet.write_row(1, 0, ["市公安局", 9])


def changed(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same zip with one part changed or added."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
        if part not in old.namelist():
            new.writestr(part, change(b""))
    return packed.getvalue()


def opened(data: bytes, folder: Path) -> TextTable:
    return open_source(("a.xlsx", data), folder, WORDS)


def refusal(data: bytes, folder: Path) -> list[tuple[str, int | None, str | None]]:
    with pytest.raises(FileRefusedError) as caught:
        opened(data, folder)
    return [(problem.code, problem.row, problem.column) for problem in caught.value.problems]


def refused(code: str) -> list[tuple[str, int | None, str | None]]:
    return [(code, None, None)]


def test_rows_are_excels_rows_and_values_are_as_shown(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet("一月")
        date = workbook.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(2, 1, ["单位", "评分", "日期"])
        sheet.write_row(4, 1, ["市公安局", 5.0])
        sheet.write_datetime(4, 3, datetime.datetime(2025, 1, 2), date)
        sheet.write_row(5, 1, [" 001,“x”", 0.1 + 0.2, True])

    table = opened(book(fill), tmp_path)
    assert table.path.read_text() == (',,,\n,,,\n,单位,评分,日期\n,,,\n,市公安局,5,2025-01-02\n," 001,“x”",0.3,TRUE\n')
    assert (table.encoding, table.sheet, table.warnings) == ("xlsx", "一月", [])


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (5.0, "5"),
        (-0.0, "0"),
        (0.1 + 0.2, "0.3"),
        (1e-5, "0.00001"),
        (123456789012345.0, "123456789012345"),
        (1e16, "1" + "0" * 16),
    ],
)
def test_numbers(number: float, text: str) -> None:
    assert plain_number(number) == text


def test_hidden_sheets_are_not_read_and_others_are_named(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        workbook.add_worksheet("旧").hide()
        ballots(workbook)
        workbook.add_worksheet("二月").write(0, 0, "单位")
        workbook.add_worksheet("Sheet3")
        workbook.get_worksheet_by_name("一月").activate()
        workbook.get_worksheet_by_name("一月").set_first_sheet()

    table = opened(book(fill), tmp_path)
    assert [(p.code, p.level, p.sheet) for p in table.warnings] == [
        ("hidden_sheet", "warning", None),
        ("several_sheets", "warning", "一月"),
    ]
    assert table.warnings[1].facts["sheets"] == ["一月", "二月"]
    assert table.path.read_text() == "单位,评分\n市公安局,9\n"


@pytest.mark.parametrize("cell", [(1048575, 16383), (1048575, 701)])
def test_a_far_cell_kills_only_the_child(cell: tuple[int, int], tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        ballots(workbook)
        workbook.get_worksheet_by_name("一月").write(*cell, "x")

    assert refusal(book(fill), tmp_path) == refused("workbook_cell_far_away")


@pytest.mark.skipif(sys.platform == "win32", reason="no resource limits there")
def test_the_child_has_its_limits(tmp_path: Path) -> None:
    code = "import sys; sys.path.insert(0, '.'); from data.intake.workbook_worker import limit; limit(); "
    hungry = subprocess.run([sys.executable, "-c", code + "bytearray(3 << 30)"], capture_output=True, check=False)
    assert b"MemoryError" in hungry.stderr
    writer = subprocess.run(
        [sys.executable, "-c", code + f"open({str(tmp_path / 'never')!r}, 'wb', 0).write(b'x')"],
        capture_output=True,
        check=False,
    )
    assert b"File too large" in writer.stderr


def test_formulas_without_value_and_errors_are_told(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        ballots(workbook)
        sheet = workbook.get_worksheet_by_name("一月")
        sheet.write_row(2, 0, ["市教育局"])
        sheet.write_formula(2, 1, "=B2", None, "")
        sheet.write_formula(2, 5, "=B2", None, "")
        sheet.write_formula(3, 1, "=1/0", None, "#DIV/0!")
        sheet.write_formula(4, 1, "=B2", None, 9)

    assert [(p.code, p.row, p.column) for p in opened(book(fill), tmp_path).without_value] == [
        ("formula_without_value", 3, "B"),
        ("formula_without_value", 3, "F"),
        ("excel_error", 4, "B"),
    ]


def test_zip_bombs(tmp_path: Path) -> None:
    assert refusal(changed(book(ballots), SHEET, lambda _: b" " * (20 << 20)), tmp_path) == refused(
        "workbook_too_large"
    )


def test_a_part_outside_the_archive(tmp_path: Path) -> None:
    assert refusal(changed(book(ballots), "xl/../../evil", lambda _: b"x"), tmp_path) == refused("workbook_bad_path")


def test_macros(tmp_path: Path) -> None:
    data = changed(book(ballots), "xl/vbaProject.bin", lambda _: b"x")
    assert refusal(data, tmp_path) == refused("macro_workbook")


def test_external_entity(tmp_path: Path) -> None:
    def change(xml: bytes) -> bytes:
        return xml.replace(b"<worksheet", DOCTYPE + b"<worksheet", 1).replace(b"<v>9</v>", b"<v>&x;</v>")

    assert refusal(changed(book(ballots), SHEET, change), tmp_path) == refused("workbook_unreadable")


def test_entity_expansion(tmp_path: Path) -> None:
    entities = b'<!ENTITY a0 "lol">' + b"".join(
        b'<!ENTITY a%d "%s">' % (i, b"&a%d;" % (i - 1) * 10) for i in range(1, 10)
    )

    def change(xml: bytes) -> bytes:
        return xml.replace(b"<workbook", b"<!DOCTYPE a [" + entities + b"]><workbook", 1).replace(
            "一月".encode(), b"&a9;"
        )

    assert refusal(changed(book(ballots), "xl/workbook.xml", change), tmp_path)[0][0].startswith("workbook_")


def test_truncated_and_broken(tmp_path: Path) -> None:
    assert refusal(book(ballots)[:-40], tmp_path) == refused("workbook_unreadable")
    assert refusal(changed(book(ballots), SHEET, lambda _: b"<no"), tmp_path)[0][0] in (
        "workbook_unreadable",
        "empty_file",
    )


def test_a_sheet_without_cells_and_one_with_a_header_only(tmp_path: Path) -> None:
    assert refusal(book(lambda workbook: workbook.add_worksheet()), tmp_path) == refused("empty_file")
    header = book(lambda workbook: workbook.add_worksheet().write_row(0, 0, ["单位", "评分"]))
    assert refusal(header, tmp_path) == refused("header_only")
