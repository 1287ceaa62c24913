"""Findings for people: one sentence a distinct mistake with its places; for programs one finding a cell."""

import pytest

from data.model.grouped_problems import by_kind, grouped, spans
from data.model.problem_titles import TITLES
from data.store import ImportOptions
from problems import SENTENCES, Problem
from tests.support.stores import table
from ui.problem_table import _line

REGISTER = "单位编码,单位全称,单位简称\nU1,市公安局,\nU2,市财政局,\nU3,市卫生健康委员会,\n"
BALLOTS = table("""
    票号 | 评议主体 | 参评单位 | 评价
    1    | 普通群众 | 市卫健委 | 满意
    2    | 普通群众 | 市卫健委 | 很好
    3    | 服务对像 | 市卫健委 | 很好
    4    | 服务对像 | 市财证局 | 满意
    5    | 普通群众 | 市卫健委 | 很好
    6    | 普通群众 | 甲乙丙丁 | 满意
""")


@pytest.fixture
def registered(small, files):
    small("import", "units", files("units.csv", REGISTER), "--round", "2025")
    return small


def test_a_program_gets_every_cell(registered, files):
    problems = registered.json("import", "ballots", files("a.csv", BALLOTS), "--round", "2025", code=3)["problems"]
    assert [p["row"] for p in problems if p["code"] == "unknown_unit"] == [2, 3, 4, 5, 6, 7]
    assert [p["row"] for p in problems if p["code"] == "unknown_grade"] == [3, 4, 6]
    assert [p["row"] for p in problems if p["code"] == "unknown_group"] == [4, 5]


def test_a_person_gets_one_sentence_a_distinct_mistake(registered, files):
    registered("import", "ballots", files("a.csv", BALLOTS), "--round", "2025", code=3)
    lines = registered.err.splitlines()
    assert len([line for line in lines if line.startswith("错误")]) == 5
    (health,) = [line for line in lines if "市卫健委" in line and line.startswith("错误")]
    assert health.startswith("错误：a.csv，第 2-4、6 行，“参评单位”列（共 4 处）：")
    assert "市卫生健康委员会[U3]（简称）" in health
    assert lines[lines.index(health) + 1].endswith("biaochi alias '市卫健委' U3")
    (grade,) = [line for line in lines if "很好" in line]
    assert "第 3-4、6 行" in grade
    assert lines[-1] == "未入库：11 处需要改正。", "the count is of cells, as before"


def test_the_command_that_is_named_mends_it(registered, files):
    path = files("a.csv", "票号,评议主体,参评单位,评价\n1,普通群众,市卫健委,满意\n")
    registered("import", "ballots", path, "--round", "2025", code=3)
    command = next(line for line in registered.err.splitlines() if "biaochi alias" in line).split("biaochi ")[1]
    registered(*command.replace("'", "").split())
    registered("import", "ballots", path, "--round", "2025")


def test_of_very_many_mistakes_the_first_are_printed_and_the_rest_counted(small, files):
    lines = "".join(f"{n},普通群众,市公安局,档{n}\n" for n in range(120))
    path = files("a.csv", "票号,评议主体,参评单位,评价\n" + lines)
    small("import", "ballots", path, "--round", "2025", code=3)
    printed = small.err.splitlines()
    assert len([line for line in printed if line.startswith("错误")]) == 50
    assert printed[0].startswith("120 处：等级不在计分规则之内（错误）")
    assert any("还有 70 处" in line and "--format csv" in line for line in printed)
    assert len(small.json("import", "ballots", path, "--round", "2025", code=3)["problems"]) == 120


def problem(row, value="甲", file="a.csv", column="单位", code="unknown_unit", **facts):
    return Problem(code, "error", file, None, row, column, value, facts)


def test_what_says_the_same_is_one_finding():
    found = grouped([problem(2), problem(9), problem(3, "乙"), problem(4), problem(5, file="b.csv")], "zh")
    assert [(f.first.value, f.count) for f in found] == [("甲", 4), ("乙", 1)]
    assert found[0].place("zh") == "a.csv，第 2、4、9 行；b.csv，第 5 行，“单位”列"
    assert found[0].place("en") == "a.csv, rows 2, 4, 9; b.csv, rows 5, column 单位"


def test_errors_come_before_warnings():
    warning = Problem("totals_row", "warning", "a.csv", None, 2, "单位", "合计")
    assert [f.first.level for f in grouped([warning, problem(5)], "zh")] == ["error", "warning"]


def test_many_rows_and_files_are_cut_short_and_say_so():
    scattered = grouped([problem(row) for row in range(2, 40, 2)], "zh")[0].place("zh")
    assert scattered == "a.csv，第 2、4、6、8、10、… 行，“单位”列"
    many = grouped([problem(2, file=f"{n}.csv") for n in range(9)], "zh")[0].place("zh")
    assert many.count("csv") == 5 and "…" in many


def test_a_kind_is_one_line_with_its_count_and_errors_come_first():
    note = Problem("figure_differs", "note", "a.csv", None, 2, "合计", "9", {"printed": "9", "found": "8"})
    warning = Problem("totals_row", "warning", "a.csv", None, 9, None, "合计")
    asked = Problem("confirm_ignored", "warning", "a.csv", facts={"shown": "甲", "votes": 3})
    grades = [problem(row, f"档{row}", known=["满意"], code="unknown_grade") for row in range(2, 18)]
    kinds = by_kind([note, warning, asked, *grades, problem(4)], "zh")
    assert [kind.level for kind in kinds] == ["error", "error", "question", "warning", "note"]
    assert kinds[0].title("zh") == "16 处：等级不在计分规则之内" and len(kinds[0].groups) == 16
    assert kinds[0].title("en") == "16 cells: grade is not on the scale"
    assert kinds[3].title("en") == "1 row: row looks like a total"
    assert sum(len(kind.problems) for kind in kinds) == 20, "nothing is lost"


def test_every_problem_of_a_file_has_a_title():
    of_files = {code for code in SENTENCES if not code.startswith("rules_")}
    assert set(TITLES) == of_files


def test_rows_are_written_as_people_write_them():
    assert spans([7, 3, 4, 5, 3]) == ["3-5", "7"]


def test_the_page_groups_the_same_way_and_says_where_to_confirm(registered, files):
    from data.store import Store

    report = Store(registered.store).import_files(
        "ballots", [files("a.csv", BALLOTS)], "2025", ImportOptions(dry_run=True)
    )
    lines = [_line(group) for group in grouped(report.problems, "zh")]
    assert len(lines) == 5
    assert sum("第 2-4、6 行" in line.replace("\\", "") for line in lines) == 1
    assert sum("“名录中没有的名称”" in line for line in lines) == 2, "where there is a proposal"


def test_without_a_register_the_outcome_says_that_names_were_not_checked(small, files):
    """A note, no warning: the file is kept and the exit code says so."""
    path = files("a.csv", "票号,评议主体,参评单位,评价\n1,普通群众,市卫健委,满意\n")
    note = "本批次没有单位名录，单位名称未经核对。"
    small("import", "ballots", path, "--round", "2024")
    assert small.err.splitlines()[-1] == note
    small("import", "units", files("units.csv", REGISTER.replace("会,", "会,市卫健委")), "--round", "2025")
    assert note not in small.err
    small("import", "ballots", path, "--round", "2025")
    assert note not in small.err
