"""Headers as tools and forms make them: of three rows, a delimiter too long, above the answers of a survey."""

import csv
import io
import zipfile
from pathlib import Path

import pytest

from tests.support.cases import CASES, SCALE, book, codes, found, records
from tests.support.paths import ROOT

COUNTS = "单位,主体,满意,基本满意,不满意\n市财政局,普通群众,5,3,2\n市教育局,普通群众,4,3,2\n"
SHEET = "xl/worksheets/sheet1.xml"


def rewritten(data: bytes, old: bytes, new: bytes) -> bytes:
    """The workbook with its sheet changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as parts, zipfile.ZipFile(out, "w") as changed:
        for name in parts.namelist():
            content = parts.read(name)
            assert name != SHEET or old in content
            changed.writestr(name, content.replace(old, new) if name == SHEET else content)
    return out.getvalue()


def test_a_workbook_whose_size_is_written_wrongly_is_read(office):
    report = office.json("import", "ballots", CASES / "p03_dimension_A0.xlsx", "--round", "2025")
    assert (report["rows"], report["stored"]) == (18, True)


@pytest.mark.sample
@pytest.mark.parametrize("size", [b"A0", b"A1:E0", b"E3:A1", b"", b"A1:", b"A1:E9999999", b"1:3", b"A1", b"A1:B2"])
def test_other_sizes_written_wrongly(size, office, tmp_path):
    path = tmp_path / "汇总.xlsx"
    path.write_bytes(rewritten(book(records(COUNTS)), b'ref="A1:E3"', b'ref="' + size + b'"'))
    assert office.json("import", "counts", path, "--round", "2025")["rows"] == 2


# --- a delimiter too many ----------------------------------------------------------------------------------------


def test_a_delimiter_too_many_in_the_header_is_one_sentence(office):
    (problem,) = found(office, "ballots", CASES / "v28_trailing_header.csv", 3)
    assert (problem["code"], problem["row"]) == ("header_width", 1)
    assert all(number in problem["message"] for number in ("5", "18", "4"))


@pytest.mark.parametrize(
    ("kind", "text", "row"),
    [
        ("counts", COUNTS.replace("不满意\n", "不满意,,\n", 1), 1),
        ("counts", COUNTS.replace("2\n", "2,9\n"), 1),
        ("counts", "某市汇总表,,,,\n" + COUNTS.replace("不满意\n", "不满意,\n", 1), 2),
        ("units", "单位编码,单位全称,\n001,市财政局\n002,市教育局\n", 1),
        ("results", "单位;得分;\n市财政局;94\n市教育局;93\n", 1),
    ],
)
def test_headers_of_another_width_than_all_rows(kind, text, row, biaochi, office, tmp_path):
    path = tmp_path / "表.csv"
    path.write_text(text, encoding="utf-8")
    problems = [p for p in found(office, kind, path, 3) if p["level"] == "error"]
    assert codes(problems) == [("header_width", row)]


def test_single_rows_of_another_width_are_named_one_by_one(office, tmp_path):
    path = tmp_path / "汇总.csv"
    path.write_text(COUNTS.replace("4,3,2", "4,3") + "市水务局,普通群众,1,2,3,4\n", encoding="utf-8")
    assert codes(found(office, "counts", path, 3)) == [("short_row", 3), ("long_row", 4)]


# --- three rows --------------------------------------------------------------------------------------------------


def test_a_header_of_three_rows_is_read(office):
    problems = found(office, "counts", CASES / "p11b_counts3.csv", 4)
    assert [(p["code"], p["row"], p["value"]) for p in problems] == [("title_row", 2, "计分等级 不计分")]
    accepted = ("import", "counts", CASES / "p11b_counts3.csv", "--round", "2025", "--accept-warnings", "表头三行")
    assert office.json(*accepted)["rows"] == 4


THREE = """单位,主体,评议等级,,,
,,计分等级,,,不计分
,,满意,基本满意,不满意,不了解
市财政局,普通群众,5,3,2,1
"""
FILLED = THREE.replace("评议等级,,,", "评议等级,评议等级,评议等级,评议等级").replace(
    ",,计分等级,,,", "单位,主体,计分等级,计分等级,计分等级,"
)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (THREE, 2),
        (FILLED.replace(",,满意", "单位,主体,满意"), 2),
        ("某市群众评议汇总表,,,,,\n" + THREE, 3),
        (THREE.replace("不计分", "其他"), 2),
    ],
)
def test_forms_with_three_rows(text, row, office, tmp_path):
    path = tmp_path / "汇总.csv"
    path.write_text(text, encoding="utf-8")
    assert ("title_row", row) in codes(found(office, "counts", path, 4))
    assert office.json("import", "counts", path, "--round", "2025", "--accept-warnings", "x")["rows"] == 1


def test_a_row_of_data_is_no_third_row_of_the_header(office, tmp_path):
    """The unit is merged over the rows of its groups, so that its cell is empty below."""
    path = tmp_path / "票.csv"
    path.write_text("票号,主体,单位,测评指标,\n,,,作风,效率\n1,普通群众,市财政局,满意,满意\n", encoding="utf-8")
    assert office.confirmed("ballots", path, "--round", "2025")["rows"] == 1


# --- survey tools ------------------------------------------------------------------------------------------------


def test_the_header_rows_of_a_survey_are_set_aside(office):
    problems = found(office, "ballots", CASES / "p13_qualtrics.csv", 4)
    assert codes(problems) == [("title_row", 1), ("title_row", 3), ("unknown_column", 3)]
    accepted = ("import", "ballots", CASES / "p13_qualtrics.csv", "--round", "2025", "--accept-warnings", "问卷导出")
    assert office.json(*accepted)["rows"] == 4


SURVEY = [
    ["ResponseId", "Q1", "Q2", "Q3"],
    ["Response ID", "主体", "单位", "等级"],
    ['{"ImportId":"_recordId"}', '{"ImportId":"QID1"}', '{"ImportId":"QID2"}', '{"ImportId":"QID3_TEXT"}'],
    ["R_1", "普通群众", "市教育局", "满意"],
    ["R_2", "服务对象", "市财政局", "不满意"],
]


def written(lines: list[list[str]], folder: Path, name: str) -> Path:
    path = folder / name
    if name.endswith(".xlsx"):
        path.write_bytes(book(lines))
    else:
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            csv.writer(out, delimiter="\t" if name.endswith(".tsv") else ",").writerows(lines)
    return path


@pytest.mark.sample
@pytest.mark.parametrize(
    ("lines", "name", "aside"),
    [
        (SURVEY, "问卷.xlsx", [1, 3]),
        (SURVEY, "问卷.tsv", [1, 3]),
        ([["票号", "主体", "单位", "等级"], *SURVEY[2:]], "问卷.csv", [2]),
        ([SURVEY[1], SURVEY[0], *SURVEY[2:]], "问卷.csv", [2, 3]),
        ([*SURVEY[:2], [cell.replace(":", ": ") for cell in SURVEY[2]], *SURVEY[3:]], "问卷.csv", [1, 3]),
        ([["票号", "group_code", "unit_code", "grade_code"], *SURVEY[1:]], "问卷.csv", [2, 3]),
    ],
)
def test_other_exports_of_surveys(lines, name, aside, office, tmp_path):
    path = written(lines, tmp_path, name)
    assert codes(found(office, "ballots", path, 4)) == [("title_row", row) for row in aside]
    assert office.json("import", "ballots", path, "--round", "2025", "--accept-warnings", "x")["rows"] == 2


# --- sums --------------------------------------------------------------------------------------------------------


def test_the_whole_of_all_units_is_no_unit(biaochi, tmp_path):
    biaochi("rules", "add", ROOT / "rules" / f"{SCALE}.toml")
    problems = found(biaochi, "counts", CASES / "v04_总体.csv", 4)
    assert [(p["code"], p["row"], p["value"]) for p in problems] == [("totals_row", 4, "总体")]


@pytest.mark.sample
@pytest.mark.parametrize(
    "word", ["全市", "全县", "全区", "汇总", "平均", "总体情况", "全市总体", "（汇总）", "全 市", "Overall"]
)
@pytest.mark.parametrize("kind", ["counts", "ballots", "results"])
def test_words_for_the_whole(word, kind, biaochi, tmp_path):
    biaochi("rules", "add", ROOT / "rules" / f"{SCALE}.toml")
    text = {
        "counts": f"单位,主体,满意,不满意\n市财政局,普通群众,5,2\n{word},普通群众,5,2\n",
        "ballots": f"票号,主体,单位,等级\n1,普通群众,市财政局,满意\n2,普通群众,{word},满意\n",
        "results": f"单位,得分\n市财政局,94\n{word},94\n",
    }[kind]
    path = tmp_path / "表.csv"
    path.write_text(text, encoding="utf-8")
    assert codes(found(biaochi, kind, path, 4)) == [("totals_row", 3)]


@pytest.mark.parametrize("word", ["全省", "全市", "总体"])
def test_a_table_of_the_whole_alone_is_of_that_unit(word, biaochi, tmp_path):
    """Published months often give one line for the whole province and nothing else."""
    biaochi("rules", "add", ROOT / "rules" / f"{SCALE}.toml")
    path = tmp_path / "汇总.csv"
    path.write_text(f"单位,主体,满意,不满意\n{word},普通群众,5,2\n{word},服务对象,5,2\n合计,,10,4\n", encoding="utf-8")
    assert codes(found(biaochi, "counts", path, 4)) == [("totals_row", 4)]


@pytest.mark.parametrize("unit", ["全市通公司", "市总工会", "平均村", "市汇总中心", "总体规划局"])
def test_units_whose_names_contain_such_words(unit, biaochi, tmp_path):
    biaochi("rules", "add", ROOT / "rules" / f"{SCALE}.toml")
    path = tmp_path / "汇总.csv"
    path.write_text(f"单位,主体,满意,不满意\n{unit},普通群众,5,2\n", encoding="utf-8")
    assert found(biaochi, "counts", path, 0) == []


def test_a_place_may_be_the_whole_city(office, tmp_path):
    path = tmp_path / "回收.csv"
    path.write_text("会场,主体,发放数,收回数\n全市,普通群众,50,40\n", encoding="utf-8")
    assert office.json("import", "issue_return", path, "--round", "2025")["rows"] == 1
