"""A sheet or a file a unit: the unit stands in the name of the sheet, in the title or in the file's name alone."""

import io

import pytest
import xlsxwriter

from data.store import Store
from data.store.replay import replay
from tests.data.intake.test_meaning import POOLED, REGISTER, Office
from tests.support.desk import Desk

HEAD = ["评议主体", "满意", "基本满意", "不满意"]
FINANCE = [HEAD, ["普通群众", 50, 20, 10], ["企业", 5, 2, 1], ["合计", 55, 22, 11]]
SCHOOLS = [HEAD, ["普通群众", 40, 30, 5], ["企业", 4, 3, 2], ["合计", 44, 33, 7]]
WATER = [HEAD, ["普通群众", 30, 0, 9], ["企业", 3, 3, 3], ["合计", 33, 3, 12]]
UNITS = {"市财政局": FINANCE, "市教育局": SCHOOLS, "市水务局": WATER}
LONG = "单位,评议主体,满意,基本满意,不满意\n" + "".join(
    f"{unit},{','.join(map(str, row))}\n" for unit, rows in UNITS.items() for row in rows[1:3]
)
NOTES = {"填报说明": [["本表由各单位填写，每张工作表一个单位。"], ["请勿改动列名。"]]}


def book(sheets: dict[str, list[list[object]]], hidden: tuple[str, ...] = ()) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            if name in hidden:
                sheet.hide()
    return out.getvalue()


def titled(rows: list[list[object]], *titles: str) -> list[list[object]]:
    return [*([title] for title in titles), *rows]


def csv_of(rows: list[list[object]]) -> bytes:
    return "".join(",".join(map(str, row)) + "\n" for row in rows).encode()


@pytest.fixture
def office(biaochi, tmp_path, made_once):
    return Office(biaochi, tmp_path, made_once, POOLED)


def read(office: Office, files: dict[str, bytes], *words: str, kind: str = "counts", code: int | None = None) -> dict:
    paths = []
    for name, content in files.items():
        paths.append(office.folder / name)
        paths[-1].write_bytes(content)
    return office.biaochi.json("import", kind, *paths, "--round", "2025", *words, code=code)


def digest_of(report: dict) -> int:
    return report["meaning"]["cells"]["votes"]


def stored(office: Office, files: dict[str, bytes], kind: str = "counts") -> str:
    """Confirm and store; the digest of the facts."""
    digest = read(office, files, "--explain", kind=kind)["digest"]
    report = read(office, files, "--confirm", digest, "--accept-warnings", "已看过", kind=kind)
    assert report["stored"], report
    return Store(office.biaochi.store).uploads()[-1].digest


@pytest.fixture(scope="module")
def same_counts(tmp_path_factory) -> str:
    """The digest of the same counts with the unit in a column."""
    return Desk(tmp_path_factory.mktemp("counts") / "var", POOLED, REGISTER).confirmed("counts", LONG).content


SAME = {
    "sheet names": {"票.xlsx": book(UNITS)},
    "short names, numbers": {"票.xlsx": book({"1财政局": FINANCE, "2、教育局": SCHOOLS, "003": WATER})},
    "notes and a summary beside": {
        "票.xlsx": book({**NOTES, **UNITS, "汇总表": [["单位", *HEAD], ["市财政局", "全部", 55, 22, 11]]})
    },
    "an empty unit and an empty sheet": {"票.xlsx": book({**UNITS, "市公安局": [HEAD], "Sheet5": []})},
    "titles in sheets of no name": {
        "票.xlsx": book(
            {
                "Sheet1": titled(FINANCE, "市财政局民主测评统计表"),
                "Sheet2": titled(SCHOOLS, "2025年度市教育局群众评议得票表"),
                "Sheet3": titled(WATER, "测评结果", "被评议单位：市水务局"),
            }
        )
    },
    "titles in files": {
        "a.csv": csv_of(titled(FINANCE, "单位：市财政局")),
        "b.csv": csv_of(titled(SCHOOLS, "市教育局满意度测评统计")),
        "c.xlsx": book({"Sheet1": titled(WATER, "填报单位：市公安局", "水务局测评票数")}),
    },
    "names of files": {
        "市财政局.csv": csv_of(FINANCE),
        "02-教育局测评表.csv": csv_of(SCHOOLS),
        "c.xlsx": book({"水务局": WATER}),
    },
    "two header rows": {
        "票.xlsx": book(
            {unit: [["评议主体", "评议等级", "", ""], ["", *HEAD[1:]], *rows[1:]] for unit, rows in UNITS.items()}
        )
    },
}


@pytest.mark.sweep
def test_each_way_to_name_the_unit_gives_the_same_counts_once_confirmed(office, same_counts):
    """Asked first, and nothing stored before; sums of each sheet are set aside; notes are named."""
    wrong = {}
    for name, files in SAME.items():
        report = read(office, files, "--explain")
        asked = [p for p in report["problems"] if p["code"] == "confirm_sheets"]
        rest = {p["code"] for p in report["problems"]} - {"confirm_sheets", "totals_row", "sheets_aside", "title_row"}
        if len(asked) != 1 or "3" not in asked[0]["message"] or rest or digest_of(report) != 220:
            wrong[name] = report
    assert not wrong
    assert stored(office, SAME["sheet names"]) == same_counts
    again = read(office, SAME["sheet names"], "--accept-warnings", "x")
    assert not again["stored"], "the same content"
    changed = {"票.xlsx": book({**UNITS, "市财政局": [HEAD, ["普通群众", 51, 20, 10]]})}
    later = read(office, changed, "--replace", "--accept-warnings", "x")
    assert later["stored"], "what was confirmed holds for the next workbook of that shape"
    release = office.biaochi.publish()
    assert replay(Store(office.biaochi.store), release) == []


def test_notes_and_summaries_are_named(office):
    report = read(office, SAME["notes and a summary beside"], "--explain")
    (aside,) = [p for p in report["problems"] if p["code"] == "sheets_aside"]
    assert "填报说明" in aside["message"] and "汇总表" in aside["message"] and "市财政局" not in aside["message"]


REFUSED = {
    "other columns": (
        {**UNITS, "市教育局": [["评议主体", "满意", "不满意"], ["普通群众", 1, 2]]},
        "sheet_header_differs",
        ("市教育局", "市财政局", "基本满意"),
    ),
    "a column more": (
        {**UNITS, "市教育局": [[*HEAD, "弃权"], ["普通群众", 1, 2, 3, 4]]},
        "sheet_header_differs",
        ("市教育局", "弃权"),
    ),
    "a name that is no unit": ({**UNITS, "市公交局": WATER}, "unknown_unit", ("市公交局",)),
    "a longer name": ({**UNITS, "市公安局交警支队": WATER}, "unknown_unit", ("市公安局交警支队",)),
    "a unit without a header": ({**UNITS, "市公安局": [["甲", "乙"], ["1", "2"]]}, "no_header", ()),
    "two names": (
        {**UNITS, "市公安局": titled(WATER, "市水务局民主测评表")},
        "unit_named_twice",
        ("市公安局", "市水务局"),
    ),
}


@pytest.mark.sweep
def test_sheets_that_do_not_fit_are_refused_by_name(office):
    wrong = {}
    for name, (sheets, code, words) in REFUSED.items():
        problems = [p for p in read(office, {"票.xlsx": book(sheets)}, code=3)["problems"] if p["level"] == "error"]
        if (
            [p["code"] for p in problems] != [code]
            or not all(word in problems[0]["message"] for word in words)
            or problems[0]["sheet"] not in sheets
        ):
            wrong[name] = problems
    assert not wrong


def test_ballots_in_a_sheet_a_unit(office):
    """Numbered in each sheet, or a row a ballot without a number; hidden sheets are named as before."""
    head, grades = ["票号", "评议主体", "服务态度"], ("满意", "基本满意", "不满意")
    sheets = {
        unit: [head, *([f"{place}-{n}", "普通群众", grades[n % 3]] for n in range(4))]
        for place, unit in enumerate(UNITS)
    }
    report = read(office, {"票.xlsx": book({**sheets, "旧": [["x"]]}, hidden=("旧",))}, "--explain", kind="ballots")
    assert {p["code"] for p in report["problems"]} == {"confirm_sheets", "hidden_sheet"}
    assert digest_of(report) == 12
    bare = {unit: [row[1:] for row in rows] for unit, rows in sheets.items()}
    report = read(office, {"票.xlsx": book(bare)}, "--explain", kind="ballots")
    assert {p["code"] for p in report["problems"]} == {"confirm_sheets", "equal_rows"}
    assert digest_of(report) == 12


def test_a_workbook_with_units_in_a_column_is_read_as_before(office):
    sheets = {
        "一月": [["单位", *HEAD], ["市财政局", "群众", 1, 2, 3]],
        "二月": [["单位", *HEAD], ["市教育局", "群众", 1, 2, 3]],
    }
    problems = read(office, {"票.xlsx": book(sheets)}, code=4)["problems"]
    assert [p["code"] for p in problems] == ["several_sheets"] and "二月" in problems[0]["message"]


def test_without_a_register_the_names_of_the_sheets_are_asked(biaochi, tmp_path, made_once):
    office = Office(biaochi, tmp_path, made_once, POOLED, register="")
    found = {}
    for name, sheets in {
        "units": UNITS,
        "numbers": dict(zip(["Sheet1", "Sheet2"], UNITS.values(), strict=False)),
    }.items():
        found[name] = [p["code"] for p in read(office, {"票.xlsx": book(sheets)}, "--explain")["problems"]]
    assert "confirm_sheets" in found["units"] and "missing_columns" not in found["units"]
    assert "missing_columns" in found["numbers"] and "several_sheets" in found["numbers"]
