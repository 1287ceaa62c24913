"""Siblings of the known cases as offices and survey tools write them: headings, marks, answers and numbers in other
forms, and texts that only look like names.
"""

import pytest
import xlsxwriter

from data.intake.headings import grade_texts, question_of, unit_named, without_number
from data.intake.identifiers import Numbers, damage
from data.intake.marked_names import question
from data.intake.values import is_totals_unit
from data.intake.workbook_worker import Format, read_format, shown_in
from data.model.names import match_key
from data.store import ImportOptions
from data.store.replay import replay
from tests.data.intake.test_cases import COUNTS, LONG, REGISTER, SCORES, TICKED, TICKS, UNITS, beside, respondents
from tests.support.desk import Desk
from tests.support.paths import RULES

POOLED, POINTS, GROUPS = (
    (RULES / f"{name}.toml").read_text(encoding="utf-8")
    for name in ("three-grades-100-70-40", "numeric-1-5", "demo-2025")
)
WIDE = COUNTS.replace("市财政局,甲,0,0,100", "市财政局,甲,50,20,10")


@pytest.fixture(scope="module")
def desks(tmp_path_factory):
    rules = {"pooled": POOLED, "points": POINTS, "groups": GROUPS}
    made = {name: Desk(tmp_path_factory.mktemp(name), text, REGISTER) for name, text in rules.items()}
    return made | {"bare": Desk(tmp_path_factory.mktemp("bare"), POOLED)}


CODES = {match_key(name): name for name in (*UNITS, "财政局", "市公安局服务中心", "市机关事务服务中心")}
QUESTIONS = {
    "2.请您对市财政局2025年度工作进行评价": "市财政局",
    "3、您对财政局工作满意吗": "财政局",
    "2、您对“市财政局”的总体评价是": "市财政局",
    "市财政局（2025年度）": "市财政局",
    "您认为市公安局怎么样": "市公安局",
    "对市机关事务服务中心的评价": "市机关事务服务中心",
    "您对市公安局服务中心工作的评价": "市公安局服务中心",
    "3、请对市教育局以下方面评价—服务态度": "市教育局",
    "How satisfied are you with 市水务局?": "市水务局",
    "①市水务局": "市水务局",
    "2.请评价下列单位.市水务局": "市水务局",
    "G01Q02[SQ001]. 请评价 [市水务局]": "市水务局",
    "您对市公安局服务窗口的评价": None,
    "您对市公安局交警支队的评价": None,
    "市公安局（交警支队）": None,
    "您对市财政局和市公安局的评价": None,
}


def test_a_question_names_a_unit_only_by_its_complete_name():
    named = {text: unit_named(text, CODES) for text in QUESTIONS}
    assert {text: found and found[0] for text, found in named.items()} == QUESTIONS


@pytest.mark.parametrize("answer", ["1.满意", "①满意", "满意。", "满意┋", "“满意”", "A.满意", "1. 满意(100分)"])
def test_an_answer_holds_its_grade(answer):
    assert "满意" in set(grade_texts(answer))


def test_numbers_are_no_options_and_headings_lose_what_a_form_adds():
    assert [list(grade_texts(text)) for text in ("1.5", "12.5", "5")] == [["1.5"], ["12.5"], ["5"]]
    assert question_of("1. 您是（单选题）") == "您是"
    assert without_number("id. Response ID") == "Response ID"


def test_a_number_in_scientific_notation_without_its_sign_is_damaged():
    assert damage("2.02511e11", Numbers()) and not damage("1E11", Numbers())


def test_codes_are_read_with_the_zeros_that_the_sheet_shows():
    assert read_format("000") == Format(False, 0, 3) and read_format("0") is None
    assert [shown_in(value, Format(False, 0, 3), False) for value in (7, 7.0, 1234.0, 7.5, -7.0)] == [
        "007",
        "007",
        "1234",
        "7.5",
        "-7",
    ]


def test_lines_that_are_no_units_are_set_aside_or_asked():
    sums = ("小计（党群）", "全部", "总票数", "加权平均", "均数")
    assert all(map(is_totals_unit, sums)) and not any(map(is_totals_unit, ("总票管理局", "全部门服务中心")))
    asked = question(None, ("市财政局", "——", "/", "审核人：", "其中：", "备注：以上", "说明"))[0]
    assert asked.facts["count"] == 6
    assert not question(None, ("市财政局", "说明书管理中心", "A"))


ACCEPTED = {
    "marks": ("pooled", "ballots", TICKED.format("", "", "对", "", "对", "", ""), TICKS),
    "ones": ("pooled", "ballots", TICKED.format("/", "/", "1.0", "/", "1.0", "/", "/"), TICKS),
    "years": ("pooled", "ballots", beside(LONG, "评议年份", 2025), LONG),
    "codes": ("points", "ballots", beside(SCORES, "您的性别是", 1, 5), SCORES),
    "weights of 1": ("pooled", "counts", beside(COUNTS, "抽样权重", 1), COUNTS),
    "divided twice": (
        "pooled",
        "counts",
        "单位,主体,测评,,,,,\n,,得票,,,占比,,\n,,满意,基本满意,不满意,满意,基本满意,不满意\n"
        "市财政局,甲,0,0,100,0%,0%,100%\n市教育局,甲,100,0,0,100%,0%,0%\n",
        COUNTS,
    ),
    "sums over grades": (
        "pooled",
        "counts",
        "单位,主体,得票,,,合计,,\n,,满意,基本满意,不满意,满意,基本满意,不满意\n市财政局,甲,0,0,100,1,1,1\n市教育局,甲,100,0,0,1,1,1\n",
        COUNTS,
    ),
    "groups over grades": (
        "groups",
        "counts",
        "单位,普通群众评议,,,服务对象评议,,\n,满意,基本满意,不满意,满意,基本满意,不满意\n市财政局,1,2,3,4,5,6\n",
        "单位,主体,满意,基本满意,不满意\n市财政局,普通群众,1,2,3\n市财政局,服务对象,4,5,6\n",
    ),
    "groups of a pooled scale": (
        "pooled",
        "counts",
        "单位,群众评议,,,代表评议,,\n,满意,基本满意,不满意,满意,基本满意,不满意\n市财政局,1,2,3,4,5,6\n",
        "单位,主体,满意,基本满意,不满意\n市财政局,群众,1,2,3\n市财政局,代表,4,5,6\n",
    ),
    "options of groups": (
        "groups",
        "ballots",
        LONG.replace("普通群众", "A.普通群众"),
        LONG,
    ),
}
REFUSED = {
    "another grade below a grade": (
        "pooled",
        "ballots",
        TICKED.format("", "", "满意", "", "√", "", ""),
        "unknown_grade",
        "基本满意+满意",
    ),
    "another year": ("pooled", "ballots", beside(LONG, "统计年度", 2024), "wrong_round", "2024"),
    "years under 年": ("pooled", "results", "年,单位,得分\n2024,市财政局,9\n", "wrong_round", "2024"),
    "checked before the year": ("pooled", "progress", "承诺编号,核查日期\nP1,2024-11-01\n", "wrong_round", "2025"),
    "weights of counts": ("pooled", "counts", beside(COUNTS, "加权系数", 2), "sampling_weight", "加权系数"),
    "an error as a number": ("pooled", "ballots", LONG.replace("\n1,", "\n#N/A,"), "excel_error", "#N/A"),
    "answers below units": (
        "pooled",
        "ballots",
        respondents(*UNITS).text.replace("满意", "不错"),
        "unknown_grade",
        "不错",
    ),
    "a name that is not registered": (
        "pooled",
        "ballots",
        respondents(*(f"{unit}及下属单位" for unit in UNITS)).text,
        "unknown_unit",
        "市公安局及下属单位",
    ),
    "where somebody was": ("pooled", "ballots", beside(LONG, "定位", "甲"), "personal_column", "定位"),
    "a remark below years": (
        "pooled",
        "votes",
        "年度,单位,职务,测评主体,等次,票数\n2025,市财政局,书记,党员,好,5\n注：咨询电话13812345678,,,,,\n",
        "personal_value",
        "年度",
    ),
    "numbers of staff": ("pooled", "ballots", beside(LONG, "工号", "甲"), "personal_column", "工号"),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_means_the_same_is_read_the_same(name, desks):
    desk, kind, text, truth = ACCEPTED[name]
    report = desks[desk].confirmed(kind, text)
    assert not report.refused, [problem.message("zh") for problem in report.problems]
    assert truth is None or report.content == desks[desk].confirmed(kind, truth).content


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_names_the_cause(name, desks):
    desk, kind, text, code, shown = REFUSED[name]
    problems = [problem for problem in desks[desk].read(kind, text).problems if problem.level == "error"]
    assert {problem.code for problem in problems} == {code}
    assert shown in problems[0].message("zh")


def test_figures_of_all_usual_names_are_recomputed(desks):
    head, *lines = WIDE.splitlines()
    names = {"测评人数": 60, "样本量": 60, "有效票数": 79, "总得分": 90, "满意和基本满意率": "80%"}
    for name, printed in names.items():
        text = "\n".join([f"{head},{name}", f"{lines[0]},{printed}", f"{lines[1]},"]) + "\n"
        notes = desks["pooled"].read("counts", text).notes
        assert [note.code for note in notes] == ["figure_differs"], name


def test_a_number_of_a_question_is_cut_off_in_full_width_and_with_spaces_too():
    numbers = (
        "Ｑ４． ",
        "Ｑ４．",
        "４、 ",
        "( 4 ) ",
        "（４）",
        "第 4 题：",
        "Ｑ２＿１．",
        "4 . ",
        "４　",
        "Ｑ４ ",
        "Q4：",
    )
    assert {number: question_of(number + "服务态度") for number in numbers} == dict.fromkeys(numbers, "服务态度")
    kept = ("一站式服务", "三公经费", "2025年度工作", "4G网络覆盖", "Q版宣传", "第三方评价", "(四)")
    assert {text: question_of(text) for text in kept} == {text: text for text in kept}


def test_a_direction_may_be_given_in_other_words(desks):
    text = "承诺编号,单位,承诺事项,基期值,目标值,方向\nC1,市财政局,投诉件数,12,5,{}\n"
    for words in (("越低越好", "越少越好", "降低", "低", "↓", "lower"), ("越高越好", "升", "↑", "增长", "Higher")):
        read = {desks["pooled"].read("pledges", text.format(word)).content for word in words}
        assert len(read) == 1 and None not in read, words


def test_unit_codes_shown_with_zeros_are_those_of_the_register(desks, tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, zeros = book.add_worksheet(), book.add_format({"num_format": "000"})
        for row, line in enumerate((["单位", "满意", "基本满意", "不满意"], [1, 5, 3, 2])):
            sheet.write_row(row, 0, line)
        sheet.write_number(1, 0, 1, zeros)
    plain = "单位,满意,基本满意,不满意\n市财政局,5,3,2\n"
    read = desks["pooled"].read("counts", path.read_bytes(), "a.xlsx")
    assert read.content == desks["pooled"].read("counts", plain).content


@pytest.mark.parametrize("form", ["long", "wide", "respondents", pytest.param("large", marks=pytest.mark.sweep)])
def test_ballots_that_say_nothing_of_their_evaluators_are_one_group_where_all_votes_are_pooled(form, tmp_path):
    texts = {
        "long": "票号,参评单位,评价\n1,市财政局,满意\n2,市财政局,不满意\n1,市教育局,满意\n",
        "wide": "票号,参评单位,满意,不满意\n1,市财政局,√,\n2,市财政局,,√\n1,市教育局,√,\n",
        "respondents": "序号,市财政局,市教育局\n1,满意,满意\n2,不满意,\n",
        "large": "票号,参评单位,评价\n"
        + "".join(f"{n},{unit},满意\n" for n in range(170_000) for unit in ("市财政局", "市教育局")),
    }
    register = "单位编码,单位全称,类别\nU1,市财政局,政府\nU2,市教育局,政府\n"
    pooled = Desk(tmp_path / "pooled", POOLED, register)
    options = ImportOptions(confirm=pooled.read("ballots", texts[form]).meaning.digest)
    report = pooled.store.import_files("ballots", [("票.csv", texts[form].encode())], "2025", options)
    assert report.stored and list(report.meaning.groups) == ["ALL"], report.problems
    pooled.store.publish()
    (group,) = pooled.store.release().round("2025").ballots_by_group["group_name"]
    assert group == "ALL" and replay(pooled.store, pooled.store.release().id) == []
    weighted = Desk(tmp_path / "weighted", GROUPS, register)
    assert "missing_columns" in {problem.code for problem in weighted.read("ballots", texts[form]).problems}


def test_a_file_without_the_column_of_evaluators_next_to_one_that_has_it_is_refused(tmp_path):
    pooled = Desk(tmp_path / "pooled", POOLED)
    files = [
        ("a.csv", "票号,评议主体,参评单位,评价\n1,居民,市财政局,满意\n".encode()),
        ("b.csv", "票号,参评单位,评价\n2,市财政局,满意\n".encode()),
    ]
    report = pooled.store.import_files("ballots", files, "2025", ImportOptions(dry_run=True))
    assert [(problem.code, problem.file) for problem in report.problems] == [("missing_columns", "b.csv")]


LACKING = "票号,参评单位,评价\n1,市财政局,满意\n2,市教育局,不满意\n"


def test_the_group_that_a_file_a_sheet_or_a_title_names_is_asked_about(desks, tmp_path):
    desk = desks["groups"]
    titled = "2025年度群众评议 服务对象测评表,,\n" + LACKING
    for name, text in {"服务对象.csv": LACKING, "2025年群众评议服务对象.csv": LACKING, "a.csv": titled}.items():
        report = desk.read("ballots", text, name)
        asked = [problem for problem in report.problems if problem.code != "title_row"]
        assert [problem.code for problem in asked] == ["confirm_groups"], (name, report.problems)
        assert list(report.meaning.groups) == ["服务对象"] and "服务对象" in asked[0].message("zh")
    count = "单位,满意,基本满意,不满意\n市财政局,5,3,2\n"
    assert [problem.code for problem in desk.read("counts", count, "普通群众统计.csv").problems] == ["confirm_groups"]
    for name in ("票.csv", "群众评议.csv", "服务对象和普通群众.csv", "服务对象、普通群众评议.csv"):
        assert {problem.code for problem in desk.read("ballots", LACKING, name).problems} == {"missing_columns"}, name
    said = "票号,您是,参评单位,评价\n1,普通群众,市财政局,满意\n2,普通群众,市教育局,不满意\n"
    assert list(desk.read("ballots", said, "服务对象.csv").meaning.groups) == ["普通群众"]


def test_files_of_two_groups_are_stored_together_once_confirmed_and_replayed(tmp_path):
    desk = Desk(tmp_path / "desk", GROUPS, REGISTER)
    files = [
        ("服务对象.csv", LACKING.encode()),
        ("普通群众.csv", LACKING.replace("1,", "3,").replace("2,", "4,").encode()),
    ]
    asked = desk.store.import_files("ballots", files, "2025", ImportOptions(dry_run=True))
    report = desk.store.import_files("ballots", files, "2025", ImportOptions(confirm=asked.meaning.digest))
    assert report.stored and report.meaning.groups == {"服务对象": 2, "普通群众": 2}
    desk.store.publish()
    assert replay(desk.store, desk.store.release().id) == []
