"""Shapes of real forms: two header rows, maxima in headers, sums, remarks and titles around the table."""

import csv
from pathlib import Path

import pytest
import xlsxwriter

from data.intake.headers import first_records, is_glued, read_header, without_maximum
from data.intake.source import open_source
from data.model.contract import header_words
from tests.support.paths import FIXTURES
from tests.support.stores import SMALL

FORM = """资阳市某县2025年度机关作风测评汇总表,,,,,,,,,
序号,单位名称,服务态度,,,,办事效率,,,
,,满意,基本满意,不满意,不了解,满意,基本满意,不满意,不了解
1,县公安局,"1,040",20,3,5,30,25,8,5
2,县教育局,５０,10,2,6,44,12,6,6
合计,,1090,30,5,11,74,37,14,11
注：不了解不计分。,,,,,,,,,
"""
POOLED = (
    SMALL.split("[weights]")[0]
    + '[indicators]\n"服务态度" = 1.0\n[averaging]\norder = "pooled"\n[minimum]'
    + (SMALL.split("[minimum]", 1)[1])
)


def workbook(path: Path) -> Path:
    """The form as a person draws it, with merged cells."""
    records = list(csv.reader(FORM.splitlines()))
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("汇总")
        for number, record in enumerate(records):
            sheet.write_row(number, 0, record)
        sheet.merge_range(0, 0, 0, 9, records[0][0])
        sheet.merge_range(1, 0, 2, 0, "序号")
        sheet.merge_range(1, 1, 2, 1, "单位名称")
        sheet.merge_range(1, 2, 1, 5, "服务态度")
        sheet.merge_range(1, 6, 1, 9, "办事效率")
        sheet.merge_range(6, 0, 6, 9, records[6][0])
    return path


@pytest.mark.sweep
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_county_form_of_indicators_over_grades(form, biaochi, tmp_path):
    biaochi.rules(tmp_path, POOLED)
    path = tmp_path / f"汇总.{form}"
    if form == "csv":
        path.write_text(FORM, encoding="gb18030")
    else:
        workbook(path)
    call = ("import", "counts", path, "--round", "2025")
    problems = biaochi.json(*call, code=4)["problems"]
    aside = {(problem["code"], problem["row"], problem["value"]) for problem in problems}
    assert aside == {
        ("confirm_indicators", 3, None),
        ("title_row", 1, "资阳市某县2025年度机关作风测评汇总表"),
        ("unknown_column", 3, "序号"),
        ("totals_row", 6, "合计"),
        ("note_row", 7, "注：不了解不计分。"),
    }
    assert not biaochi.json(*call, "--accept-warnings", "已看过", code=4)["stored"], "a meaning is no warning"
    assert biaochi.confirmed(*call[1:], "--accept-warnings", "已看过")["stored"]
    biaochi.publish()
    rows = {row["unit_name"]: row for row in biaochi.json("ranking", "--round", "2025")["rows"]}
    police, schools = rows["县公安局"], rows["县教育局"]
    assert (police["n"], schools["n"]) == (1063, 62)
    assert police["score"] == pytest.approx((1040 * 100 + 20 * 60) / 1063)
    assert schools["score"] == pytest.approx((50 * 100 + 10 * 60) / 62)


MARKED = """票号,评议主体,参评单位,总体评价,,,服务态度,,
,,,满意,基本满意,不满意,满意,基本满意,不满意
1,普通群众,市公安局,√,,,,1,
2,服务对象,市公安局,,√,,,,
3,两代表一委员,市公安局,,,√,√,0,
"""
PLAIN = """票号,评议主体,参评单位,总体评价,服务态度
1,普通群众,市公安局,满意,基本满意
2,服务对象,市公安局,基本满意,
3,两代表一委员,市公安局,不满意,满意
"""


@pytest.mark.sweep
def test_marks_under_two_header_rows_are_grades(biaochi, tmp_path):
    biaochi.rules(tmp_path, SMALL)
    path = tmp_path / "票.csv"
    for text, stored in ((MARKED, True), (PLAIN, False)):
        path.write_text(text, encoding="utf-8")
        report = biaochi.confirmed("ballots", path, "--round", "2025")
        assert report == {"problems": [], "rows": 3, "stored": stored}
    path.write_text(MARKED.replace("√,,,,1,", "√,√,,,有,"), encoding="utf-8")
    problems = biaochi.json("import", "ballots", path, "--round", "2025", code=3)["problems"]
    assert [(p["code"], p["row"], p["value"]) for p in problems] == [
        ("unknown_grade", 3, "满意+基本满意"),
        ("unknown_grade", 3, "有"),
    ]


def test_two_columns_that_share_a_heading_are_two_header_rows():
    """The least there is of this shape: a third column of grades would hide a limit that was set one too high."""
    records = [["单位名称", "服务态度", ""], ["", "满意", "不满意"], ["市公安局", "30", "5"]]
    header = read_header("counts", records, {}, "汇总.csv")
    assert (header.row, header.other) == (2, {1: "满意", 2: "不满意"})
    assert header.above == {1: "服务态度", 2: "服务态度"} and header.problems == []


def test_a_text_below_two_headings_is_no_field_of_either():
    records = [["单位名称", "现场测评", "", "网上测评", ""], ["", "等级", "票数", "等级", "票数"]]
    header = read_header("counts", [*records, ["市公安局", "满意", "3", "满意", "4"]], {}, "汇总.csv")
    assert header.fields == {"unit_code": 0}
    assert header.other == {1: "等级", 2: "票数", 3: "等级", 4: "票数"}


def test_counts_without_a_group_need_rules_that_pool(biaochi, tmp_path):
    biaochi.rules(tmp_path, SMALL)
    path = tmp_path / "汇总.csv"
    path.write_text(FORM, encoding="utf-8")
    problems = biaochi.json("import", "counts", path, "--round", "2025", code=3)["problems"]
    assert [p["code"] for p in problems if p["level"] == "error"] == ["missing_columns"]


@pytest.mark.parametrize(
    ("text", "bare", "maximum"),
    [
        ("总得分(100)", "总得分", 100),
        ("公开率得分 (3)", "公开率得分", 3),
        ("加分（满分2.5分）", "加分", 2.5),
        ("评价(现场)", "评价(现场)", None),
        ("打分", "打分", None),
    ],
)
def test_a_maximum_in_a_header_is_kept_apart(text, bare, maximum):
    assert without_maximum(text) == (bare, maximum)


def test_a_maximum_does_not_hide_the_field(tmp_path):
    text = "票号,评 议\n主体,单位,得分（100）\n".replace("评 议\n主体", '"评 议\n主体"')
    path = tmp_path / "a.csv"
    path.write_text(text + "1,普通群众,市公安局,90\n", encoding="utf-8")
    header = read_header("ballots", first_records(path, ","), {}, "a.csv")
    assert header.fields == {"ballot_id": 0, "group_code": 1, "unit_code": 2, "score": 3}
    assert header.maxima == {3: 100}


@pytest.mark.parametrize(
    ("text", "glued"),
    [
        ("1 市公安局 95.2 2 市教育局 94.1", True),
        ("地税系统93.84 工商系统93.21 国税系统91.71", True),
        ("检察机关94.40分，法院93.52分", True),
        ("市公安局", False),
        ("市信访局（“12345”市长公开电话受理中心）", False),
        ("第二小学 3", False),
        ("2025年度", False),
    ],
)
def test_units_glued_on_one_line_are_told_from_names(text, glued):
    assert is_glued(text) is glued


def test_glued_units_are_refused_with_their_rows(biaochi, tmp_path):
    biaochi.rules(tmp_path, SMALL)
    path = tmp_path / "排名.csv"
    path.write_text("1 市公安局 95.2 2 市教育局 94.1\n3 市财政局 93.0 4 市民政局 92.8\n", encoding="utf-8")
    problems = biaochi.json("import", "ballots", path, "--round", "2025", code=3)["problems"]
    assert [(problem["code"], problem["row"]) for problem in problems] == [("glued_units", 1), ("glued_units", 2)]


def test_a_row_with_one_text_is_a_remark_only_below_the_table(biaochi, tmp_path):
    """In the middle it is a row that lost its cells."""
    biaochi.rules(tmp_path, SMALL)
    path = tmp_path / "票.csv"
    path.write_text(
        "票号,评议主体,参评单位,评价\n1,普通群众,市公安局,满意\n2\n3,服务对象,市公安局,满意\n填表人：某某\n"
    )
    problems = biaochi.json("import", "ballots", path, "--round", "2025", code=3)["problems"]
    assert [(p["code"], p["row"]) for p in problems] == [("short_row", 3), ("note_row", 5)]


def test_the_last_name_of_a_register_is_no_remark(biaochi, tmp_path):
    path = tmp_path / "名录.csv"
    path.write_text("单位全称,单位简称,备注\n市公安局,公安局,\n统计局,,\n统计口径：全年。,,\n", encoding="utf-8")
    report = biaochi.json("import", "units", path, "--round", "2025", code=4)
    assert (report["rows"], [(p["code"], p["row"]) for p in report["problems"]]) == (2, [("note_row", 4)])


def test_a_filled_column_without_a_name_is_not_dropped_in_silence(biaochi, tmp_path):
    biaochi.rules(tmp_path, SMALL)
    head = "票号,评议主体,参评单位,,评价\n"
    path = tmp_path / "票.csv"
    path.write_text(head + "1,普通群众,市公安局,,满意\n")
    assert biaochi.json("import", "ballots", path, "--round", "2025", "--dry-run")["problems"] == []
    path.write_text(head + "1,普通群众,市公安局,老王,满意\n")
    (problem,) = biaochi.json("import", "ballots", path, "--round", "2025", code=4)["problems"]
    assert (problem["code"], problem["column"]) == ("unknown_column", "D")


# --- published tables, as they were printed ----------------------------------------------------------------------

REAL = FIXTURES / "real"
READ_AS = {  # which column is which unit, and how many rows are printed
    "fujian_systems_2010_results": ("单位(原文写法)", 37),
    "sichuan_prefectures_2011_results": ("地市名称", 21),
    "qingdao_2006_rates": ("名称", 9),
    "guangdong_counts_2020-01": ("参评单位", 1),
    "guangdong_counts_2021-01": ("参评单位", 1),
    "guangdong_counts_2023-07": ("参评单位", 1),
}


@pytest.mark.parametrize("name", READ_AS)
def test_a_published_table_is_read_as_it_stands(name, tmp_path):
    unit, printed = READ_AS[name]
    text = open_source(REAL / f"{name}.csv", tmp_path, header_words())
    records = [record for record in first_records(text.path, text.delimiter, most=100) if record]
    header = read_header("units", records, {unit: "unit_name"}, name)
    assert header.problems == []
    assert (header.row, len(records) - 1) == (1, printed)
    assert {len(record) for record in records} == {len(header.cells)}
    assert header.fields["unit_name"] == header.cells.index(unit)


def test_the_maxima_of_sichuan_add_up_to_the_total(tmp_path):
    text = open_source(REAL / "sichuan_prefectures_2011_results.csv", tmp_path, header_words())
    records = [record for record in first_records(text.path, text.delimiter, most=100) if record]
    header = read_header("units", records, {"地市名称": "unit_name"}, text.name)
    total, *parts = header.maxima.values()
    assert (total, sum(parts)) == (100, 100) and len(parts) == 5
    for record in records[1:]:
        first, *own = (float(record[column]) for column in header.maxima)
        assert sum(own) == pytest.approx(first)


@pytest.mark.parametrize("month", ["2020-01", "2021-01", "2023-07"])
def test_the_counts_of_guangdong_import_as_they_stand(month, biaochi, tmp_path):
    rules = POOLED.replace('[indicators]\n"服务态度" = 1.0\n', "").split("[points]")
    five = '[points]\n"非常满意" = 10\n"满意" = 8\n"基本满意" = 6\n"不满意" = 4\n"非常不满意" = 2\n'
    biaochi.rules(tmp_path, rules[0] + five + "[" + rules[1].split("[", 1)[1])
    path = REAL / f"guangdong_counts_{month}.csv"
    assert biaochi.json("import", "counts", path, "--round", month) == {"problems": [], "rows": 1, "stored": True}


def test_units_side_by_side_are_read_once_a_person_says_that_they_are_units(small, files):
    """The usual paper form has a column a unit; one that the register does not have keeps its votes out of the file."""
    register = "单位编码,单位全称\nU1,市公安局\nU2,市财政局\nU3,市教育局\n"
    small("import", "units", files("u.csv", register), "--round", "2025")
    path = files("a.csv", "票号,评议主体,市公安局,市财政局,市教育局\n1,普通群众,满意,满意,不满意\n")
    (problem,) = small.json("import", "ballots", path, "--round", "2025", code=4)["problems"]
    assert problem["code"] == "confirm_units" and "市教育局" in problem["message"]
    assert small.confirmed("ballots", path, "--round", "2025")["stored"]
    path = files("b.csv", "票号,评议主体,市公安局,市财政局,市民政局\n1,普通群众,满意,满意,不满意\n")
    (problem,) = small.json("import", "ballots", path, "--round", "2025", code=3)["problems"]
    assert (problem["code"], problem["column"]) == ("unknown_unit", "市民政局")
