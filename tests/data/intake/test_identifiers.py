"""Numbers of ballots, units and pledges that a spreadsheet damaged are refused with column, cause and cure."""

import datetime
from pathlib import Path

import pytest
import xlsxwriter

from tests.support.cases import CASES, SCALE, book, codes, found
from tests.support.opendocument import opendocument
from tests.support.paths import ROOT

HEAD = "选票编号,评议主体,单位,等级"
NUMBER = '<table:table-cell office:value-type="float" office:value="{0}"><text:p>{0}</text:p></table:table-cell>'
SCIENTIFIC, LONG, DATE, ZEROS = "科学计数法", "15 位", "日期", "前面的 0"


def ballots(folder: Path, *numbers: str) -> Path:
    """A ballot of each number, on the same unit."""
    path = folder / "票.csv"
    path.write_text(HEAD + "\n" + "".join(f"{n},普通群众,市财政局,满意\n" for n in numbers), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "rows", "cause"),
    [
        ("p06a_sci_ids.csv", range(2, 6), SCIENTIFIC),
        ("p06b_sci_ids40.csv", range(2, 42), SCIENTIFIC),
        ("p06c_long_ids.xlsx", range(2, 6), LONG),
    ],
)
def test_damaged_ballot_numbers_are_refused(name, rows, cause, office):
    problems = found(office, "ballots", CASES / name, 3)
    assert codes(problems) == [("damaged_identifier", row) for row in rows]
    assert {problem["column"] for problem in problems} == {"选票编号"}
    assert all(cause in problem["message"] and "文本" in problem["suggestion"] for problem in problems)


@pytest.mark.sample
@pytest.mark.parametrize(
    ("numbers", "wrong", "cause"),
    [
        (["1.00E+05", "100001"], [2], SCIENTIFIC),
        (["2e+15", "3E+11"], [2, 3], SCIENTIFIC),
        (["202511000000123000", "202511000000456000"], [2, 3], LONG),
        (["2025110000001230", "2025110000004560", "2025110000007890"], [2, 3, 4], LONG),
        (["2025-11-01", "2025-11-02"], [2, 3], DATE),
        (["2025/11/1", "13-1"], [2], DATE),
        (["11月1日", "13-1"], [2], DATE),
        (["Nov-01", "1-Nov", "32-1"], [2, 3], DATE),
        (["45962", "13-1", "11-31"], [2], DATE),
        (["001", "002", "3", "12"], [4, 5], ZEROS),
    ],
)
def test_other_damage_is_refused_where_it_is(numbers, wrong, cause, office, tmp_path):
    problems = found(office, "ballots", ballots(tmp_path, *numbers), 3)
    assert codes(problems) == [("damaged_identifier", row) for row in wrong]
    assert all(cause in problem["message"] for problem in problems)


def test_lost_zeros_are_proposed(office, tmp_path):
    (problem,) = found(office, "ballots", ballots(tmp_path, "001", "2"), 3)
    assert "002" in problem["suggestion"]


@pytest.mark.sample
@pytest.mark.parametrize(
    "numbers",
    [
        ["1", "2", "10", "99", "100"],
        ["0", "1", "2"],
        ["001", "002", "099", "100"],
        ["01", "0101", "010102"],
        ["20251101-003", "2025-11-01-7", "A2025/11/01"],
        ["2025-1-1", "2025-1-2", "2025-13-1"],
        ["2025-01-01", "2025-01-45"],
        ["45962", "45963", "1"],
        ["R_1e+05", "1E5", "2E11A"],
        ["202511000000123456", "202511000000123000"],
        ["2025110000001230"],
    ],
)
def test_honest_numbers_are_accepted(numbers, office, tmp_path):
    problems = found(office, "ballots", ballots(tmp_path, *numbers), 0)
    assert problems == []


def test_a_number_lost_in_a_workbook_is_told_from_a_text(office, tmp_path):
    """The same digits: as text they are the number itself, in a cell with a number they are what is left of it."""
    text, number = tmp_path / "文本.xlsx", tmp_path / "数字.xlsx"
    head = HEAD.split(",")
    ids = ["2025110000001230", "2025110000004567"]
    text.write_bytes(book([head, *([n, "普通群众", "市财政局", "满意"] for n in ids)]))
    number.write_bytes(book([head, *([int(n), "普通群众", "市财政局", "满意"] for n in ids)]))
    assert codes(found(office, "ballots", number, 3)) == [("damaged_identifier", 2), ("damaged_identifier", 3)]
    assert found(office, "ballots", text, 0) == []


def test_a_date_in_a_workbook_is_no_ballot_number(office, tmp_path):
    path = tmp_path / "票.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, HEAD.split(","))
        sheet.write_row(1, 1, ["普通群众", "市财政局", "满意"])
        sheet.write_datetime(1, 0, datetime.datetime(2025, 11, 1), workbook.add_format({"num_format": "m-d"}))
    (problem,) = found(office, "ballots", path, 3)
    assert (problem["code"], problem["row"], problem["column"]) == ("damaged_identifier", 2, "选票编号")


def test_a_long_number_of_an_open_document(office, tmp_path):
    path = tmp_path / "票.ods"
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    lines = [[cell.format(text) for text in HEAD.split(",")]]
    lines += [[NUMBER.format("2.02511000000123E+17"), *map(cell.format, ("普通群众", "市财政局", "满意"))]]
    path.write_bytes(opendocument(lines))
    assert codes(found(office, "ballots", path, 3)) == [("damaged_identifier", 2)]


@pytest.mark.parametrize("number", ["1E+18", "250"])
def test_a_long_number_in_a_column_that_is_not_read(number, office, tmp_path):
    path = tmp_path / "票.xlsx"
    path.write_bytes(book([[*HEAD.split(","), "旁注"], ["1", "普通群众", "市财政局", "满意", float(number)]]))
    assert codes(found(office, "ballots", path, 4)) == [("confirm_ignored", 1)]


@pytest.mark.sample
@pytest.mark.parametrize(
    ("kind", "head", "line"),
    [
        ("ballots", HEAD, "7,普通群众,{},满意"),
        ("counts", "单位,主体,满意,不满意", "{},普通群众,3,4"),
        ("pledges", "承诺编号,单位,承诺事项", "P1,{},修路"),
        ("votes", "年度,单位,职务,测评主体,等次,票数", "2025,{},书记,党员,好,3"),
        ("unit_round", "单位,类别", "{},政府"),
        ("component_score", "单位,项目,得分", "{},日常考核,9"),
    ],
)
@pytest.mark.parametrize(("code", "cause"), [("1", ZEROS), ("2.02511E+11", SCIENTIFIC), ("2025/11/1", DATE)])
def test_codes_of_units_in_every_kind(kind, head, line, code, cause, office, tmp_path):
    path = tmp_path / "表.csv"
    path.write_text(f"{head}\n{line.format(code)}\n", encoding="utf-8")
    (problem,) = found(office, kind, path, 3)
    assert (problem["code"], problem["row"], problem["value"]) == ("damaged_identifier", 2, code)
    assert cause in problem["message"]
    assert "001" in problem["suggestion"] or code != "1"


@pytest.mark.parametrize(
    ("kind", "head", "lines", "row"),
    [
        ("units", "单位编码,单位全称", ["001,市财政局", "2,市教育局"], 3),
        ("units", "单位编码,单位全称", ["1.1E+17,市财政局"], 2),
        ("pledges", "承诺编号,单位,承诺事项", ["2025/1/1,市财政局,修路", "13-1,市财政局,建校"], 2),
        ("pledges", "承诺编号,单位,承诺事项", ["01,市财政局,修路", "2,市财政局,建校"], 3),
        ("progress", "承诺编号,核查日期", ["2.02511E+11,2025-06-30"], 2),
    ],
)
def test_other_identifiers(kind, head, lines, row, biaochi, tmp_path):
    biaochi("rules", "add", ROOT / "rules" / f"{SCALE}.toml")
    path = tmp_path / "表.csv"
    path.write_text("\n".join([head, *lines, ""]), encoding="utf-8")
    assert codes(found(biaochi, kind, path, 3)) == [("damaged_identifier", row)]


def test_damaged_numbers_are_told_once_and_alone(office, tmp_path):
    """Several ballots that look like one now are not duplicates of each other, nor of two groups."""
    path = ballots(tmp_path, "2.02511E+11", "2.02511E+11")
    text = path.read_text(encoding="utf-8").replace("普通群众", "服务对象", 1)
    path.write_text(text, encoding="utf-8")
    assert {problem["code"] for problem in found(office, "ballots", path, 3)} == {"damaged_identifier"}
