"""Rows are what they are: line breaks inside cells, rows between stray quotation marks, gaps and cut ends.

Each kind of fault has the file in which it was seen (`tests/fixtures/cases`) and others like it.
"""

import csv
import gzip

import pytest

from tests.support.cases import CASES, SCALE, book, codes, found, ods, records
from tests.support.paths import ROOT
from tests.support.stores import table

BALLOTS = table("""
    选票编号 | 评议主体     | 单位     | 等级     | 意见
    1        | 服务对象     | 市财政局 | 满意     | 好
    1        | 服务对象     | 市教育局 | 不满意   | 无
    2        | 两代表一委员 | 市财政局 | 满意     | 无
    2        | 两代表一委员 | 市教育局 | 基本满意 | 无
    3        | 普通群众     | 市财政局 | 基本满意 | 无
    3        | 普通群众     | 市教育局 | 满意     | 无
""")


# --- line breaks inside cells ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "name", "rows", "column"),
    [
        ("ballots", "v50a.csv", 18, "意见"),
        ("ballots", "v50b.csv", 2, "意见"),
        ("counts", "v50c.csv", 1, "备注"),
    ],
)
def test_a_line_break_beside_a_column_that_is_not_known(kind, name, rows, column, office):
    report = office.json("import", kind, CASES / name, "--round", "2025", code=4)
    assert [(p["code"], p["column"]) for p in report["problems"]] == [("unknown_column", column)]
    accepted = office.json("import", kind, CASES / name, "--round", "2025", "--accept-warnings", "不需要")
    assert (accepted["rows"], accepted["stored"]) == (rows, True)


def test_a_workbook_with_line_breaks_is_read_to_its_end(office):
    problems = found(office, "ballots", CASES / "v43_multiline.xlsx", 3)
    assert [(p["code"], p["row"], p["value"]) for p in problems] == [
        ("unknown_column", 1, "意见"),
        ("unknown_grade", 11, "满意哦"),
    ]


BROKEN = BALLOTS.replace(",好\n", ',"好\n很好"\n').replace("等级,意见", '等级,"意\n见"')


@pytest.mark.sample
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("票.csv", BROKEN.encode()),
        ("票.csv", BROKEN.encode("gb18030")),
        ("票.csv", BROKEN.replace("\n", "\r\n").encode()),
        ("票.csv", BROKEN.replace(",", "\t").encode()),
        ("票.csv.gz", gzip.compress(BROKEN.encode())),
        ("票.xlsx", book(records(BROKEN))),
        ("票.xlsx", book(records(BROKEN.replace("\n很好", "\r\n很好").replace("\n见", "\r\n见")))),
        ("票.ods", ods(records(BROKEN))),
    ],
)
def test_line_breaks_in_every_kind_of_file(name, content, office, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)
    (problem,) = found(office, "ballots", path, 4)
    assert (problem["code"], problem["row"]) == ("unknown_column", 1)
    assert office.json("import", "ballots", path, "--round", "2025", "--accept-warnings", "x")["rows"] == 6


@pytest.mark.parametrize(
    ("kind", "head", "line"),
    [
        ("units", "单位全称,类别,意见", '市税务局,垂直管理单位,"一\n二"'),
        ("pledges", "承诺编号,单位,承诺事项,意见", 'P1,市财政局,修路,"一\n二"'),
        ("progress", "承诺编号,核查日期,意见", 'P1,2025-06-30,"一\n二"'),
        ("results", "单位,得分,意见", '市财政局,94.1,"一\n二"'),
        ("votes", "年度,单位,职务,测评主体,等次,票数,意见", '2025,市财政局,书记,党员,好,3,"一\n二"'),
        ("issue_return", "主体,发放数,收回数,意见", '普通群众,5,4,"一\n二"'),
    ],
)
def test_line_breaks_in_every_kind_of_upload(kind, head, line, office, tmp_path):
    path = tmp_path / "表.csv"
    path.write_text(f"{head}\n{line}\n", encoding="utf-8")
    office(
        "import", kind, path, "--round", "2025", "--replace", "--accept-warnings", "x", "--dry-run", "--format", "json"
    )


def test_telephone_numbers_are_counted_beside_line_breaks(office, tmp_path):
    path = tmp_path / "票.csv"
    path.write_text(BROKEN.replace("很好", "请回电13800138000"), encoding="utf-8")
    problems = found(office, "ballots", path, 3)
    (personal,) = [problem for problem in problems if problem["level"] == "error"]
    assert personal["code"] == "personal_value"
    assert "1 格" in personal["message"] and "13800138000" not in str(problems)


# --- rows between stray quotation marks --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "name", "first", "last"),
    [("ballots", "v110_会场.csv", 4, 8), ("ballots", "v111.csv", 3, 4), ("pledges", "v112.csv", 3, 6)],
)
def test_rows_between_stray_quotation_marks_are_not_swallowed(kind, name, first, last, office):
    (problem,) = found(office, kind, CASES / name, 3)
    assert (problem["code"], problem["row"]) == ("swallowed_rows", first)
    assert f"第 {first} 行" in problem["message"] and f"{last}" in problem["message"]


@pytest.mark.parametrize(
    ("kind", "text", "rows"),
    [
        ("counts", '单位,主体,满意,不满意\n市财政局,普通群众,1,"2\n市教育局,普通群众,3,4"\n', (2, 3)),
        ("counts", '单位,主体,满意,不满意\n市财政局,普通群众,1,"2\n市教育局,普通群众,3",4\n', (2, 3)),
        ("units", '单位全称,类别\n市税务局,"垂直\n市电力局,垂直"\n市邮政局,垂直\n', (2, 3)),
        ("results", '"单位,得分\n市财政局",94\n市教育局,93\n', None),
        ("results", '单位,得分\n"市财政局,94\n市教育局",93\n市水务局,92\n', (2, 3)),
        ("issue_return", '主体;发放数;收回数\n普通群众;"5;4\n服务对象;6";3\n两代表一委员;7;2\n', (2, 3)),
        ("votes", '年度,单位,职务,测评主体,等次,票数\n2025,市财政局,书记,党员,好,"3\n2025,市财政局,书记,党员,差,1\n'
                  '2025,市教育局,书记,党员,好,4"\n', (2, 4)),
    ],
)  # fmt: skip
def test_stray_quotation_marks_in_every_kind_of_upload(kind, text, rows, biaochi, tmp_path):
    biaochi("rules", "add", ROOT / "rules" / f"{SCALE}.toml")
    path = tmp_path / "表.csv"
    path.write_text(text, encoding="utf-8")
    problems = found(biaochi, kind, path, 3)
    if rows:
        assert codes(problems) == [("swallowed_rows", rows[0])]
        assert str(rows[1]) in problems[0]["message"]


@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
def test_one_swallowed_row_whether_or_not_the_last_line_ends(end, office, tmp_path):
    """A single line break too many equals the line break that the last line may lack."""
    path = tmp_path / "票.csv"
    path.write_text((CASES / "v111.csv").read_text(encoding="utf-8").rstrip("\n") + end, encoding="utf-8")
    assert codes(found(office, "ballots", path, 3)) == [("swallowed_rows", 3)]


def test_swallowed_rows_in_a_packed_file_and_in_a_workbook(office, tmp_path):
    text = (CASES / "v111.csv").read_text(encoding="utf-8")
    packed, sheet = tmp_path / "票.csv.gz", tmp_path / "票.xlsx"
    packed.write_bytes(gzip.compress(text.encode("gb18030")))
    sheet.write_bytes(book(records(text)))
    for path in (packed, sheet):
        assert codes(found(office, "ballots", path, 3)) == [("swallowed_rows", 3)]


@pytest.mark.parametrize(
    "remark", ["一楼大厅\n窗口 3", "好,很好\n无", "见附件,照片,说明,其他\n谢谢,再见", "1\n2\n3", "甲、乙\n2,丙,丁"]
)
def test_an_honest_remark_of_several_lines_is_read(remark, office, tmp_path):
    path = tmp_path / "承诺.csv"
    lines = [
        ["承诺编号", "单位", "承诺事项", "措施"],
        ["P1", "市财政局", "修路", remark],
        ["P2", "市教育局", "建校", "无"],
    ]
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(lines)
    assert office.json("import", "pledges", path, "--round", "2025")["rows"] == 2


# --- gaps and cut ends -------------------------------------------------------------------------------------------

PLAIN = "票号,主体,单位,等级\n1,普通群众,市财政局,满意\n{}2,服务对象,市教育局,不满意\n3,普通群众,市水务局,满意\n"
LINE = "普通群众,市水务局,满意"


@pytest.mark.parametrize(
    ("text", "row", "last"),
    [
        (PLAIN.format("\n" * 2), 3, 4),
        (PLAIN.format(",,,\n" * 5), 3, 7),
        (PLAIN.format("\n,,,\n   \n"), 3, 5),
        (PLAIN.format(",,,\n" * 379), 3, 381),
    ],
)
def test_blank_rows_inside_a_table_are_confirmed(text, row, last, office, tmp_path):
    path = tmp_path / "票.csv"
    path.write_text(text, encoding="utf-8")
    (problem,) = found(office, "ballots", path, 4)
    assert (problem["code"], problem["row"]) == ("blank_rows", row)
    assert str(last) in problem["message"]
    assert office.json("import", "ballots", path, "--round", "2025", "--accept-warnings", "两段")["rows"] == 3


@pytest.mark.parametrize(
    ("kind", "head", "line"),
    [
        ("counts", "单位,主体,满意,不满意", "{},普通群众,3,4"),
        ("units", "单位编码,单位全称", "{0},{0}"),
        ("results", "单位,得分", "{},94"),
    ],
)
def test_blank_rows_in_every_kind_of_upload(kind, head, line, biaochi, tmp_path):
    biaochi("rules", "add", ROOT / "rules" / f"{SCALE}.toml")
    lines = [head.split(","), line.format("甲局").split(","), [], [], [], line.format("乙局").split(",")]
    path = tmp_path / "表.xlsx"
    path.write_bytes(book(lines))
    assert codes(found(biaochi, kind, path, 4)) == [("blank_rows", 3)]


@pytest.mark.parametrize("text", [PLAIN.format("\n"), PLAIN.format(",,,\n"), PLAIN.format("") + "\n\n,,,\n,,,\n"])
def test_a_single_blank_row_and_blank_rows_at_the_end(text, office, tmp_path):
    path = tmp_path / "票.csv"
    path.write_text(text, encoding="utf-8")
    assert found(office, "ballots", path, 0) == []


@pytest.mark.sample
@pytest.mark.parametrize(
    ("end", "code", "expected"),
    [
        ("4,普通群众,市水务局,", 4, ("cut_last_row", 5)),
        ("4,普通群众,市水务局", 3, ("short_row", 5)),
        ("4", 3, ("short_row", 5)),
        ("4,普通群众,市水务局,满", 3, ("unknown_grade", 5)),
        ('4,普通群众,市水务局,"满意', 3, ("unclosed_quote", 5)),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_file_cut_in_its_last_line(end, code, expected, packed, office, tmp_path):
    path = tmp_path / ("票.csv.gz" if packed else "票.csv")
    content = (PLAIN.format("") + end).encode("gb18030" if packed else "utf-8")
    path.write_bytes(gzip.compress(content) if packed else content)
    assert codes(found(office, "ballots", path, code)) == [expected]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_file_cut_inside_a_character(encoding, office, tmp_path):
    path = tmp_path / "票.csv"
    path.write_bytes((PLAIN.format("") + "4,普通群众,市水务局,满意").encode(encoding)[:-1])
    (problem,) = found(office, "ballots", path, 3)
    assert (problem["code"], problem["row"]) == ("truncated_character", 5)


def test_an_empty_last_cell_that_others_have_too(office, tmp_path):
    path = tmp_path / "票.csv"
    path.write_text(PLAIN.format(f"9,{LINE[:-2]}\n") + "4,普通群众,市水务局,", encoding="utf-8")
    assert found(office, "ballots", path, 0) == []
