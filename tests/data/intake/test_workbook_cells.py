"""Cells of workbooks: merged numbers, the numbers as the sheet shows them, sheets that lost rows."""

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from data.intake.source import open_source
from data.intake.workbook_worker import formats_of_xls, read_format
from tests.support.cases import CASES, codes, found
from tests.support.desk import Desk
from tests.support.opendocument import CELL, opendocument
from tests.support.paths import FIXTURES, ROOT

COUNTS = [
    ["单位", "主体", "满意", "基本满意", "不满意"],
    ["市财政局", "普通群众", 10, 50, 3],
    ["市教育局", "普通群众", 20, 30, 4],
    ["市水务局", "普通群众", 30, 20, 5],
]
BALLOTS = [
    ["票号", "评议主体", "单位", "评价"],
    [1, "普通群众", "市财政局", "满意"],
    [1, "普通群众", "市教育局", "满意"],
    [2, "普通群众", "市财政局", "不满意"],
]
Fill = Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], None]


def workbook(path: Path, lines: list[list[object]], fill: Fill) -> Path:
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("票")
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)
        fill(made, sheet)
    return path


def merge(*areas: tuple[str, object]) -> Fill:
    def fill(_: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        for area, value in areas:
            sheet.merge_range(area, value)

    return fill


def test_a_number_merged_over_columns_is_refused(office):
    (problem,) = found(office, "counts", CASES / "v40_xlsx_horizontal_merge.xlsx", 3)
    assert (problem["code"], problem["row"], problem["value"]) == ("merged_number", 2, "50")
    assert "D2:F2" in problem["message"]


@pytest.mark.parametrize(
    ("lines", "area", "value", "row"),
    [
        (COUNTS, "C2:E2", 63, 2),
        (COUNTS, "D3:D4", 30, 3),
        (COUNTS, "C2:D3", "15", 2),
        (COUNTS, "B4:C4", 9, 4),
    ],
)
def test_merged_numbers_of_counts(lines, area, value, row, office, tmp_path):
    path = workbook(tmp_path / "汇总.xlsx", lines, merge((area, value)))
    problems = found(office, "counts", path, 3)
    assert ("merged_number", row) in codes(problems)
    assert not [problem for problem in problems if problem["code"] == "merged_cells"]


@pytest.mark.parametrize(
    ("kind", "head", "line", "area", "value"),
    [
        ("results", ["单位", "得分", "满意率"], ["市财政局", 94, 90], "B2:C2", 94.5),
        (
            "pledges",
            ["承诺编号", "单位", "承诺事项", "目标值", "基期值"],
            ["P1", "市财政局", "修路", 7, 5],
            "D2:E2",
            7.5,
        ),
        ("issue_return", ["主体", "发放数", "收回数"], ["普通群众", 50, 40], "B2:C2", 50),
    ],
)
def test_merged_numbers_in_every_kind_of_upload(kind, head, line, area, value, office, tmp_path):
    path = workbook(tmp_path / "表.xlsx", [head, line], merge((area, value)))
    (problem,) = found(office, kind, path, 3)
    assert (problem["code"], problem["row"]) == ("merged_number", 2)
    assert area in problem["message"]


def test_a_merged_number_of_an_open_document(office, tmp_path):
    number = '<table:table-cell {} office:value-type="float" office:value="50"><text:p>50</text:p></table:table-cell>'
    lines = [[CELL.format(text) for text in COUNTS[0]], [*map(CELL.format, ("市财政局", "普通群众"))]]
    lines[1] += [number.format('table:number-columns-spanned="3"'), "<table:covered-table-cell/>" * 2]
    path = tmp_path / "汇总.ods"
    path.write_bytes(opendocument(lines))
    (problem,) = found(office, "counts", path, 3)
    assert (problem["code"], problem["row"]) == ("merged_number", 2)


@pytest.mark.parametrize("areas", [[("A2:A3", 1)], [("B2:B3", "普通群众")], [("A2:A3", 1), ("B2:B3", "普通群众")]])
def test_names_and_ballot_numbers_over_several_rows_are_read_once_confirmed(areas, office, tmp_path):
    path = workbook(tmp_path / "票.xlsx", BALLOTS, merge(*areas))
    assert codes(found(office, "ballots", path, 4)) == [("merged_cells", 2)] * len(areas)
    assert office.json("import", "ballots", path, "--round", "2025", "--fill-down")["rows"] == 3


@pytest.mark.parametrize(
    "area", [("F2:G2", 7), ("F2:F4", 7), ("A1:B1", "2025")]
)  # beside the table, in a column that is not read, above the header
def test_merged_numbers_outside_of_the_table(area, office, tmp_path):
    lines = [[*line, note] for line, note in zip(BALLOTS, ("旁注", "", "", ""), strict=True)]
    lines = [["", "", "", ""], *lines] if area[0] == "A1:B1" else [[*line[:4], "", *line[4:]] for line in lines]
    path = workbook(tmp_path / "票.xlsx", lines, merge(area))
    assert "merged_number" not in {problem["code"] for problem in found(office, "ballots", path, 4)}


def test_filling_down_copies_no_numbers(office, tmp_path):
    path = workbook(tmp_path / "汇总.xlsx", COUNTS, merge(("D2:D3", 50)))
    problems = office.json("import", "counts", path, "--round", "2025", "--fill-down", code=3)["problems"]
    assert codes(problems) == [("merged_number", 2)]


# --- old workbooks that lost rows --------------------------------------------------------------------------------

OLD = (FIXTURES / "hidden_rows.xls").read_bytes()
LABEL = b"\xfd\x00\x0a\x00"  # a cell with a text: its kind and its length, then its row


def cell_of(row: int) -> int:
    """Where the first text of a row, counted from 0, stands in the file."""
    return OLD.index(LABEL + row.to_bytes(2, "little"))


def with_bytes(at: int, new: bytes) -> bytes:
    return OLD[:at] + new + OLD[at + len(new) :]


@pytest.mark.parametrize(
    "damaged",
    [
        with_bytes(cell_of(100), b"\x0a\x00"),  # the record that ends a sheet
        with_bytes(cell_of(300), b"\x0a\x00\x00\x00"),
        with_bytes(cell_of(200) + 2, b"\x0a\x10"),  # a length that leads into the middle of another record
        OLD[: cell_of(250)],
        with_bytes(cell_of(100), bytes(len(OLD) - cell_of(100) - 600)),
    ],
)
def test_an_old_workbook_that_lost_rows_is_refused(damaged, office, tmp_path):
    path = tmp_path / "票.xls"
    path.write_bytes(damaged)
    problems = [p for p in found(office, "ballots", path, 3) if p["level"] == "error"]
    assert {problem["code"] for problem in problems} <= {
        "rows_lost",
        "workbook_unreadable",
        "workbook_too_large",
        "not_a_table",
    }


def test_lost_rows_are_counted(office, tmp_path):
    path = tmp_path / "票.xls"
    path.write_bytes(with_bytes(cell_of(100), b"\x0a\x00"))
    (problem,) = found(office, "ballots", path, 3)
    assert problem["code"] == "rows_lost"
    assert "409" in problem["message"] and "10" in problem["message"]


# --- numbers as the sheet shows them -----------------------------------------------------------------------------


def printed_lines(office) -> dict[str, dict[str, str]]:
    """The imported lines of published results by unit, as they are exported again."""
    office("publish")
    text = office("export", "results", "--round", "2025").decode("utf-8-sig")
    return {row["单位(原文)"]: row for row in csv.DictReader(io.StringIO(text))}


def test_percent_and_decimals_as_the_sheet_shows_them(office):
    office("import", "results", CASES / "p05_percent_cells.xlsx", "--round", "2025")
    shown = [[text for text in row.values() if text] for row in printed_lines(office).values()]
    for score, share in (("94.40", "96.50%"), ("93.00", "94.23%"), ("88.00", "100.00%")):
        assert any({score, share} <= set(row) for row in shown), shown


FORMATS = [
    (0.9423, "0.00%", "94.23%"),
    (0.94235, "0.0%", "94.235%"),
    (0.5, "0%", "50%"),
    (94.4, "0.00", "94.40"),
    (94.2345, "0.0", "94.2345"),
    (1234.5, "#,##0.00", "1234.50"),
    (94.4, "[Red]0.00_ ;-0.00", "94.40"),
    (94.4, "General", "94.4"),
    (94, "0", "94"),
]


@pytest.mark.parametrize(("value", "form", "shown"), FORMATS)
def test_formats_of_a_workbook(value, form, shown, office, tmp_path):
    def fill(made, sheet):
        sheet.write_number(1, 1, value, made.add_format({"num_format": form}))

    path = workbook(tmp_path / "通报.xlsx", [["单位", "得分"], ["市财政局", ""]], fill)
    assert opened(path, printed=True) == f"单位,得分\n市财政局,{shown}\n"


def opened(path: Path, *, printed: bool) -> str:
    """The sheet as text."""
    return open_source(path, path.parent, frozenset({"单位", "得分"}), printed=printed).path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ('office:value-type="percentage" office:value="0.9423"><text:p>94.23%</text:p>', "94.23%"),
        ('office:value-type="float" office:value="94.4"><text:p>94.40</text:p>', "94.40"),
        ('office:value-type="float" office:value="94.2345"><text:p>94.2</text:p>', "94.2345"),
    ],
)
def test_formats_of_an_open_document(cell, shown, tmp_path):
    head = [CELL.format("单位"), CELL.format("得分")]
    path = tmp_path / "通报.ods"
    path.write_bytes(opendocument([head, [CELL.format("市财政局"), f"<table:table-cell {cell}</table:table-cell>"]]))
    assert opened(path, printed=True) == f"单位,得分\n市财政局,{shown}\n"


def test_formats_of_an_old_workbook():
    assert read_format("0.00%") == (True, 2, 0)
    assert formats_of_xls((FIXTURES / "formulas.xls").read_bytes(), 0) == {}


def test_a_score_counts_as_it_is_and_a_share_is_no_score(office, tmp_path):
    """A score shown with fewer digits keeps all of them; 94% is not taken for a score of 0.94."""
    office("rules", "add", ROOT / "rules" / "numeric-1-5.toml")

    def shown(form: str, value: float) -> Fill:
        return lambda made, sheet: sheet.write_number(1, 3, value, made.add_format({"num_format": form}))

    head = ["票号", "评议主体", "单位", "打分"]
    path = workbook(tmp_path / "票.xlsx", [head, ["1", "普通群众", "市财政局"]], shown("0.0%", 0.5))
    call = ("import", "ballots", path, "--round", "2026", "--rules", "numeric-1-5")
    assert codes(office.json(*call, code=3)["problems"]) == [("score_not_a_number", 2)]
    workbook(path, [head, ["1", "普通群众", "市财政局"]], shown("0.00", 4))
    assert office.json(*call, code=None)["rows"] == 1


def test_hidden_columns_of_the_table_are_named(tmp_path):
    desk = Desk(tmp_path / "desk")
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate((("单位", "主体", "满意", "不满意"), ("市财政局", "普通群众", 10, 5))):
            sheet.write_row(number, 0, line)
        sheet.set_column("C:C", None, None, {"hidden": True})
        sheet.set_column("H:H", None, None, {"hidden": True})  # beyond the table
    (problem,) = desk.read("counts", out.getvalue(), "表.xlsx").problems
    assert (problem.code, problem.facts["columns"]) == ("hidden_columns", ["C"])
    lines = [[CELL.format(text) for text in line] for line in (("单位", "得分", "名次"), ("市财政局", "95", "1"))]
    columns = '<table:table-column/><table:table-column table:visibility="collapse" table:number-columns-repeated="2"/>'
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(opendocument(lines))) as plain, zipfile.ZipFile(out, "w") as archive:
        for name in plain.namelist():
            archive.writestr(
                name, plain.read(name).decode().replace("<table:table-row>", f"{columns}<table:table-row>", 1)
            )
    (problem,) = desk.read("results", out.getvalue(), "表.ods").problems
    assert (problem.code, problem.facts["columns"]) == ("hidden_columns", ["B", "C"])
