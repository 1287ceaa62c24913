"""A line that stands twice names both places: the file and row at hand, and the file and row of the earlier one."""

from dataclasses import replace

import pytest

from data.store import ImportOptions, Store
from tests.support.stores import table

BALLOTS = (
    "票号,评议主体,参评单位,评价\n1,普通群众,市公安局,满意\n2,普通群众,市公安局,满意\n3,服务对象,市公安局,不满意\n"
)
WIDE = "票号,评议主体,参评单位,总体评价,服务态度\n1,普通群众,市公安局,满意,满意\n2,普通群众,市公安局,满意,不满意\n"
COUNTS = "参评单位,评议主体,满意,不满意\n市公安局,普通群众,4,2\n市公安局,服务对象,3,1\n市财政局,普通群众,3,1\n"
PROGRESS = "承诺编号,核查日期,完成率%\nP1,2025-06-30,60\nP1,2025-09-30,90\n"


def found(report: dict) -> list[tuple[str, str, int]]:
    return [(problem["file"], problem["code"], problem["row"]) for problem in report["problems"]]


def test_two_files_of_one_import(small, files):
    one, two = (
        files("甲.csv", BALLOTS),
        files("乙.csv", BALLOTS.split("\n")[0] + "\n9,普通群众,市公安局,满意\n2,普通群众,市公安局,满意\n"),
    )
    report = small.json("import", "ballots", one, two, "--round", "2025", code=3)
    assert found(report) == [("乙.csv", "duplicate_line", 3)]
    assert "“甲.csv”第 3 行" in report["problems"][0]["message"]


@pytest.mark.parametrize(
    ("kind", "text", "code", "row"),
    [
        ("counts", COUNTS, "duplicate_count", 3),
        ("progress", PROGRESS, "duplicate_key", 3),
        ("units", "单位编码,单位全称,建制序号\nU1,市公安局,1\nU2,市财政局,2\n", "duplicate_unit", 3),
    ],
)
def test_two_files_of_every_other_kind(kind, text, code, row, small, files):
    head, *lines = text.splitlines()
    small.json("import", "units", files("u.csv", "单位编码,单位全称\nU1,市公安局\nU2,市财政局\n"), "--round", "2024")
    again = files("乙.csv", "\n".join([head, lines[-1]]) + "\n")
    report = small.json("import", kind, files("甲.csv", text), again, "--round", "2025", code=3)
    last = len(text.splitlines())
    twice = [problem for problem in report["problems"] if problem["code"] == code]
    assert twice and {(problem["file"], problem["row"]) for problem in twice} == {("乙.csv", 2)}
    assert all(f"“甲.csv”第 {last} 行" in problem["message"] for problem in twice)


def test_a_line_of_an_earlier_upload_of_two_files(small, files):
    first = (
        files("一组.csv", BALLOTS),
        files("二组.csv", BALLOTS.replace("\n1,", "\n11,").replace("\n2,", "\n12,").replace("\n3,", "\n13,")),
    )
    upload = small("import", "ballots", *first, "--round", "2025").decode().strip()
    head = BALLOTS.split("\n")[0] + "\n"
    late = (
        files("补一.csv", head + "21,普通群众,市公安局,满意\n"),
        files("补二.csv", head + "22,普通群众,市公安局,满意\n12,普通群众,市公安局,满意\n"),
    )
    report = small.json("import", "ballots", *late, "--round", "2025", code=3)
    assert found(report) == [("补二.csv", "already_imported_line", 3)]
    (problem,) = report["problems"]
    assert problem["column"] == "参评单位" and problem["value"] == "12"
    assert "“二组.csv”第 3 行" in problem["message"] and upload in problem["message"]


def test_in_the_wide_form_and_after_corrections_the_rows_are_those_of_the_office(small, files):
    """The earlier file had a title, a fault that was corrected in the page, and indicators side by side."""
    from data.intake.corrections import Edit
    from data.store.uploads import EditLog

    store = Store(small.store)
    titled = f"某市评议票,,,,\n{WIDE.replace('2,普通群众,市公安局,满意,不满意', '2,普通群众,市公安局,满意,优')}"
    edit = EditLog(Edit(4, "服务态度", "优", "不满意"), "2025-12-01T00:00:00+00:00", "甲")
    source = [("一.csv", titled.encode())]
    options = ImportOptions(edits=(edit,), accept_warnings="标题")
    options = replace(options, confirm=store.import_files("ballots", source, "2025", options).meaning.digest)
    kept = store.import_files("ballots", source, "2025", options)
    assert kept.stored, [problem.message("zh") for problem in kept.problems]
    late = (
        "票号,评议主体,参评单位,测评指标,评价\n7,普通群众,市公安局,服务态度,满意\n2,普通群众,市公安局,服务态度,满意\n"
    )
    report = small.json("import", "ballots", files("二.csv", late), "--round", "2025", code=3)
    assert found(report) == [("二.csv", "already_imported_line", 3)]
    assert "“一.csv”第 4 行" in report["problems"][0]["message"]


def test_an_earlier_name_of_the_unit_is_found_as_well(small, files):
    """The earlier file came before the register and called the unit by its short name."""
    small("import", "ballots", files("一.csv", BALLOTS.replace("市公安局", "公安局")), "--round", "2025")
    small("import", "units", files("u.csv", "单位编码,单位全称,单位简称\nU1,市公安局,公安局\n"), "--round", "2025")
    text = BALLOTS.split("\n")[0] + "\n8,普通群众,市公安局,满意\n3,服务对象,市公安局,不满意\n"
    report = small.json("import", "ballots", files("二.csv", text), "--round", "2025", code=3)
    assert found(report) == [("二.csv", "already_imported_line", 3)]
    assert "“一.csv”第 4 行" in report["problems"][0]["message"]


def test_an_overlap_names_the_file(small, files):
    small("import", "ballots", files("一.csv", BALLOTS), "--round", "2025")
    report = small.json(
        "import", "ballots", files("二.csv", BALLOTS + "4,普通群众,市公安局,满意\n"), "--round", "2025", code=3
    )
    assert [row for _, _, row in found(report)] == [None, 2, 3, 4]
    assert "4 行里有 3 行（75%）已在“一.csv”" in report["problems"][0]["message"]


def test_counts_of_an_earlier_upload(small, files):
    upload = small("import", "counts", files("一.csv", COUNTS), "--round", "2025").decode().strip()
    text = "参评单位,评议主体,满意,不满意\n市财政局,服务对象,5,2\n市公安局,服务对象,3,1\n"
    report = small.json("import", "counts", files("二.csv", text), "--round", "2025", code=3)
    assert {place for place in found(report)} == {("二.csv", "already_imported_line", 3)}
    assert {problem["column"] for problem in report["problems"]} == {"满意", "不满意"}
    assert all(
        "“一.csv”第 3 行" in problem["message"] and upload in problem["message"] for problem in report["problems"]
    )


def test_records_of_an_earlier_upload(small, files):
    upload = small("import", "progress", files("一.csv", PROGRESS), "--round", "2025").decode().strip()
    text = table("承诺编号 | 核查日期 | 完成率%\nP2 | 2025-06-30 | 1\nP1 | 2025-09-30 | 95")
    report = small.json("import", "progress", files("二.csv", text), "--round", "2025", code=3)
    assert found(report) == [("二.csv", "record_in_other_upload", 3)]
    assert "“一.csv”第 3 行" in report["problems"][0]["message"] and upload in report["problems"][0]["message"]


@pytest.mark.parametrize(("second", "third", "told"), [("不满意", "不满意", True), ("满意", "满意 ", False)])
def test_two_grades_on_one_line_of_a_ballot_are_a_contradiction(second, third, told, small, files):
    """Which of the two stands on paper nobody can know here; that one row is a repetition would be a guess."""
    head = BALLOTS.split("\n")[0] + "\n"
    lines = f"5,普通群众,市公安局,满意\n5,普通群众,市公安局,{second}\n5,普通群众,市公安局,{third}\n"
    report = small.json("import", "ballots", files("票.csv", head + lines), "--round", "2025", code=3)
    assert found(report) == [("票.csv", "duplicate_line", 3), ("票.csv", "duplicate_line", 4)]
    for problem in report["problems"]:
        assert ("“不满意”" in problem["message"] and "“满意”" in problem["message"]) == told
        assert ("矛盾" in problem["message"] and "纸质票" in problem["suggestion"]) == told
        assert "“票.csv”第 2 行" in problem["message"]


def test_a_contradiction_with_an_empty_or_unknown_grade_names_it_too(small, files):
    head = BALLOTS.split("\n")[0] + "\n"
    lines = "5,普通群众,市公安局,满意\n5,普通群众,市公安局,\n5,普通群众,市公安局,很好\n"
    report = small.json("import", "ballots", files("票.csv", head + lines), "--round", "2025", code=3)
    told = [problem["message"] for problem in report["problems"] if problem["code"] == "duplicate_line"]
    assert "“空白”" in told[0] and "“很好”" in told[1]


def test_a_file_imported_twice_is_told_in_ranges_of_rows(small, files):
    """50 lines that stand already are two sentences to read, and 51 findings for a program."""
    text = BALLOTS.split("\n")[0] + "\n" + "".join(f"{n},普通群众,市公安局,满意\n" for n in range(1, 51))
    upload = small("import", "ballots", files("一.csv", text), "--round", "2025").decode().strip()
    again = files("二.csv", text.replace("\n1,", "\n99,", 1))
    small("import", "ballots", again, "--round", "2025", code=3)
    overlap, lines = (line for line in small.err.splitlines() if line.startswith("错误"))
    assert lines.startswith("错误：二.csv，第 3-51 行，“参评单位”列（共 49 处）：")
    assert f"已在“一.csv”第 3-51 行（上传 {upload}）" in lines
    assert all("--replace" in line for line in (overlap, lines))
    told = small.json("import", "ballots", again, "--round", "2025", code=3)["problems"]
    assert [problem["row"] for problem in told] == [None, *range(3, 52)]
    assert "“一.csv”第 3 行（" in told[1]["message"]


def test_lines_of_two_files_repeated_are_told_by_file(small, files):
    one, two = files("甲.csv", BALLOTS), files("乙.csv", BALLOTS)
    small("import", "ballots", one, two, "--round", "2025", code=3)
    (line,) = (line for line in small.err.splitlines() if line.startswith("错误"))
    assert "乙.csv，第 2-4 行" in line and "“甲.csv”第 2-4 行" in line


def test_one_code_for_two_units_names_both(small, files):
    text = "单位编码,单位全称\nD01,市财政局\nD01,市公安局\nD02,市财政局\n"
    problems = small.json("import", "units", files("u2.csv", text), "--round", "2025", code=3)["problems"]
    assert [(p["code"], p["row"], p["column"], p["value"]) for p in problems] == [
        ("duplicate_unit", 3, "单位编码", "D01"),
        ("duplicate_unit", 4, "单位全称", "市财政局"),
    ]
    assert "编码“D01”对应两个名称：“u2.csv”第 2 行是“市财政局”，这里是“市公安局”" in problems[0]["message"]
    assert "“市财政局”已在“u2.csv”第 2 行。" in problems[1]["message"]


def told(biaochi) -> list[str]:
    return [line for line in biaochi.err.splitlines() if line.startswith("错误")]


def test_a_whole_table_of_records_that_comes_twice_is_one_sentence(small, files):
    head, *lines = "承诺编号,核查日期,完成率%", *(f"P{n},2025-06-30,{n}" for n in range(1, 41))
    upload = small("import", "progress", files("一.csv", "\n".join([head, *lines])), "--round", "2025").decode().strip()
    again = files("二.csv", "\n".join([head, "P99,2025-06-30,5", *lines[:30]]))
    small("import", "progress", again, "--round", "2025", code=3)
    (sentence,) = told(small)
    assert "二.csv，第 3-32 行" in sentence and "“一.csv”第 2-31 行" in sentence and upload in sentence
    assert "30" in sentence and "P1 " not in sentence, "no record speaks for all"
    report = small.json("import", "progress", again, "--round", "2025", code=3)
    assert len(report["problems"]) == 30 and "P1 2025-06-30" in report["problems"][0]["message"]


def test_records_of_two_earlier_uploads_are_two_sentences(small, files):
    head = "承诺编号,核查日期,完成率%\n"
    for name, code in (("一.csv", "P1"), ("二.csv", "P2")):
        lines = "".join(f"{code},2025-{month:02d}-01,5\n" for month in range(1, 5))
        small("import", "progress", files(name, head + lines), "--round", "2025")
    both = head + "P1,2025-01-01,5\nP2,2025-01-01,5\nP1,2025-02-01,5\nP2,2025-02-01,5\nP3,2025-02-01,5\n"
    small("import", "progress", files("三.csv", both), "--round", "2025", code=3)
    one, two = told(small)
    assert "第 2、4 行" in one and "“一.csv”第 2-3 行" in one
    assert "第 3、5 行" in two and "“二.csv”第 2-3 行" in two


def test_an_overlap_with_two_uploads_counts_each_by_itself(small, files):
    head, *lines = BALLOTS.splitlines(keepends=True)
    other = [line.replace(line[0], f"1{line[0]}", 1) for line in lines]
    small("import", "ballots", files("一.csv", head + "".join(lines)), "--round", "2025")
    small("import", "ballots", files("二.csv", head + "".join(other)), "--round", "2025")
    late = files("三.csv", head + "".join([*lines[:2], *other]) + "9,普通群众,市公安局,满意\n")
    report = small.json("import", "ballots", late, "--round", "2025", code=3)
    overlaps = [problem["message"] for problem in report["problems"] if problem["code"] == "upload_overlaps"]
    assert ["6 行里有 2 行" in overlaps[0], "“一.csv”" in overlaps[0]] == [True, True], overlaps
    assert ["6 行里有 3 行" in overlaps[1], "“二.csv”" in overlaps[1]] == [True, True], overlaps


@pytest.mark.sweep
def test_more_lines_than_are_looked_up_still_name_the_upload(small, files):
    """Beyond the limit the row is not looked up: of an upload that is met only there, none is."""
    from data.store.earlier_lines import MOST

    head = "承诺编号,核查日期\n"
    many = "".join(f"P{n},2025-06-30\n" for n in range(MOST + 1))
    small("import", "progress", files("一.csv", head + many), "--round", "2025")
    small("import", "progress", files("二.csv", head + "Z1,2025-06-30\n"), "--round", "2025")
    again = files("三.csv", head + many + "Z1,2025-06-30\n")
    problems = small.json("import", "progress", again, "--round", "2025", code=3)["problems"]
    assert len(problems) == MOST + 2 and "“二.csv”" in problems[-1]["message"]
