"""Assessments and consultations as offices deliver them: read through the real import, refused or asked by name."""

import csv
import io

import pandas as pd
import pytest

from data.store import ImportOptions, Store
from data.store.replay import replay
from data.store.verify import check
from tests.support.stores import table

REGISTER = """
    单位编码 | 单位全称   | 单位简称
    A        | 市住建局   | 住建局
    B        | 市人社局   | 人社局
"""
PLACES = """
    地点编码 | 名称     | 类型
    KZ       | 康庄社区 | 村社区
"""
ASSESSED = """
    评估编号 | 事项编号 | 重大事项 | 类型 | 类别 | 责任单位 | 涉及地点 | 程序 | 利益相关人数 | 人数依据 | 启动
    PG-2025-31 | M-0398 | 拆迁安置 | 改革 | 拆迁安置 | 住建局 | KZ | 普通 | 3000 | 征收红线内 | 2025-04-02
    PG-2025-32 | M-0399 | 公交票价调整 | 政策 | 收费调整 | 人社局 | | 普通 | | | 2025-05-06
"""
SURVEYED = """
    编号  | 评估编号   | 方式     | 抽取方式 | 计数单位 | 应调查 | 收回 | 起         | 止         | 主调查 | 确定日期
    ZX-77 | PG-2025-31 | 问卷调查 | 随机     | 人       | 300    | 290  | 2025-04-20 | 2025-05-08 | 是     | 2025-04-10
"""
ANSWERED = """
    编号  | 问题 | 赞成 | 反对 | 中立 | 说不清 | 弃权 | 空白 | 无效
    ZX-77 | 支持 | 213  | 58   | 6    | 9      | 0    | 3    | 1
"""
DECIDED = """
    评估编号 | 事项编号 | 名称 | 类型 | 责任单位 | 程序 | 总人数 | 人数依据 | 启动 | 结论 | 决定日期 | 决定机关 | 文号
    PG-2025-31 | M-0398 | 拆迁安置 | 改革 | 住建局 | 普通 | 3000 | 人口 | 2025-04-02 | 暂缓 | 2025-06-10 | 市政府 | 4号
"""


@pytest.fixture
def store(store_path, made_once):
    def registers():
        made = Store(store_path, threads=2)
        assert made.import_files("units", [("单位名录.csv", table(REGISTER).encode())], "2025").stored
        assert read(made, "place", PLACES).problems == []
        assert read(made, "assessment", ASSESSED, as_of="2025-05-31").problems == []

    made_once(registers)
    return Store(store_path, threads=2)


@pytest.fixture
def surveyed(store):
    report = read(store, "consultation", SURVEYED)
    assert report.stored and report.problems == []
    return store


def read(store, kind, text, name="登记簿.csv", **options):
    text = text if "\n" in text and "," in text and "|" not in text else table(text)
    return store.import_files(kind, [(name, text.encode())], "2025", ImportOptions(**options))


def found(report):
    """Level, code and column of every problem and note."""
    return [(problem.level[0].upper(), problem.code, problem.column) for problem in (*report.problems, *report.notes)]


def changed(text, **cells):
    """A table with other cells in its last row."""
    rows = list(csv.reader(io.StringIO(table(text))))
    for name, value in cells.items():
        rows[-1][rows[0].index(name)] = value
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def without(text, *names):
    """A table without some columns."""
    rows = list(csv.reader(io.StringIO(table(text))))
    kept = [at for at, name in enumerate(rows[0]) if name not in names]
    return "".join(",".join(row[at] for at in kept) + "\n" for row in rows)


def records(store, kind):
    store.publish()
    release = store.release()
    try:
        return release.book(kind, "9999-12-31") if kind == "assessment" else release.round("2025").records(kind)
    finally:
        release.close()


@pytest.mark.sweep
def test_the_example_of_the_tables_is_read_and_found_in_the_release(surveyed):
    store = surveyed
    assert read(store, "consultation_answer", ANSWERED).problems == []
    decided = read(store, "assessment", DECIDED, as_of="2025-06-30")
    assert decided.stored and found(decided) == []
    book = records(store, "assessment").set_index("assess_no")
    assert book["decision"].dropna().to_dict() == {"PG-2025-31": "暂缓"} and book["unit_code"].tolist() == ["A", "B"]
    (survey,) = records(store, "consultation").to_dict("records")
    assert (survey["invited"], survey["primary"], survey["from"]) == (300, True, "2025-04-20")
    (answer,) = records(store, "consultation_answer").to_dict("records")
    assert [answer[name] for name in ("yes", "no", "neutral", "dont_know", "blank")] == [213, 58, 6, 9, 3]
    assert replay(store, store.release().id) == [] and check(store) == []


@pytest.mark.sample
@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"收回": "310"}, [("E", "more_than_whole", "收回")]),  # row 58
        ({"应调查": "", "收回": ""}, [("E", "missing_because", "应调查")]),  # row 55
        ({"抽取方式": "全部", "应调查": ""}, [("E", "missing_because", "应调查")]),
        ({"抽取方式": "自愿", "方式": "网络", "应调查": ""}, []),
        ({"抽取方式": "分层随机"}, [("E", "missing_because", "层人数")]),
        ({"确定日期": "2025-04-21"}, [("E", "before_start", "起")]),  # row 57
        ({"确定日期": "2025-04-20"}, []),
        ({"确定日期": ""}, [("E", "missing_because", "确定日期")]),
        ({"主调查": "否", "确定日期": ""}, []),
        ({"止": "2025-04-19"}, [("E", "before_start", "止")]),
        ({"应调查": "3001"}, [("W", "base_too_small", "应调查")]),
        ({"应调查": "3000"}, []),
        ({"评估编号": "PG-2025-33"}, [("E", "unknown_reference", "评估编号")]),
        ({"评估编号": "PG-2025-32", "应调查": "100000"}, []),  # nobody said how many are concerned
        ({"方式": "抽签"}, [("E", "unknown_choice", "方式")]),
        ({"应调查": "0", "收回": "0"}, [("E", "below_lowest", "应调查")]),
    ],
)
def test_a_consultation(store, cells, expected):
    text = changed(
        SURVEYED.replace("确定日期\n", "确定日期 | 层人数\n").replace("2025-04-10\n", "2025-04-10 | \n"), **cells
    )
    assert found(read(store, "consultation", text, dry_run=True)) == expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (
            {"赞成": "667"},
            [
                ("E", "more_than_whole", "赞成"),
                ("E", "parts_differ", "无效"),
                ("E", "sum_exceeds", "无效"),
            ],
        ),
        ({"赞成": "203"}, [("E", "parts_differ", "无效")]),  # row 51: 280 answers, 290 returned
        ({"编号": "ZX-78"}, [("E", "unknown_reference", "编号")]),
        ({"赞成": "-1"}, [("E", "below_lowest", "赞成")]),
        ({"赞成": "213.5"}, [("E", "not_whole", "赞成")]),
        ({"赞成": ""}, [("E", "missing_value", "赞成")]),
        ({"问题": "幸福"}, [("E", "unknown_choice", "问题")]),
        ({"说不清": ""}, []),  # unknown, so that the parts cannot be added up
    ],
)
def test_answers(surveyed, cells, expected):
    assert sorted(found(read(surveyed, "consultation_answer", changed(ANSWERED, **cells), dry_run=True))) == expected


def test_more_yes_than_people_who_were_asked(store):
    """Row 50: the number of people asked is in the other table."""
    survey = changed(SURVEYED, 应调查="600", 收回="")
    assert read(store, "consultation", survey).stored
    report = read(store, "consultation_answer", changed(ANSWERED, 赞成="667", 反对="", 空白=""))
    assert sorted(found(report)) == [("E", "more_than_whole", "赞成"), ("E", "sum_exceeds", "无效")]
    shown = next(problem.message("zh") for problem in report.problems if problem.column == "赞成")
    assert "600" in shown and "应调查" in shown and "667" in shown


def test_a_column_that_was_not_delivered_is_unknown(surveyed):
    """Row 54: stored without 不了解; no number stands in for it."""
    assert read(surveyed, "consultation_answer", without(ANSWERED, "说不清")).stored
    (answer,) = records(surveyed, "consultation_answer").to_dict("records")
    assert answer["yes"] == 213 and pd.isna(answer["dont_know"])


def test_a_matter_has_one_primary_survey(surveyed):
    """Row 56: in a file, and in another upload; strata are parts of a single survey."""
    second = changed(SURVEYED, 编号="ZX-78")
    report = read(surveyed, "consultation", second)
    assert found(report) == [("E", "duplicate_key", "主调查")] and "登记簿.csv" in report.problems[0].message("zh")
    both = SURVEYED + SURVEYED.strip().splitlines()[-1].replace("ZX-77", "ZX-78")
    report = read(surveyed, "consultation", both, replace=True)
    assert found(report) == [("E", "duplicate_key", "主调查")] and report.problems[0].row == 3
    other = changed(SURVEYED, 编号="ZX-78", 评估编号="PG-2025-32")
    assert read(surveyed, "consultation", other, dry_run=True).problems == []
    assert (
        read(surveyed, "consultation", changed(SURVEYED, 编号="ZX-78", 主调查="否", 确定日期=""), dry_run=True).problems
        == []
    )
    assert read(surveyed, "consultation", SURVEYED).same_as  # the same file again is no second survey


STRATA = """
    编号 | 评估编号 | 方式 | 抽取方式 | 计数单位 | 层 | 层人数 | 应调查 | 收回 | 起 | 止 | 主调查 | 确定日期
    Z1 | PG-2025-31 | 问卷调查 | 分层随机 | 人 | 直接 | 400 | 100 | 100 | 2025-04-20 | 2025-05-08 | 是 | 2025-04-10
    Z2 | PG-2025-31 | 问卷调查 | 分层随机 | 人 | 间接 | 200 | 60 | 60 | 2025-04-20 | 2025-05-08 | 是 | 2025-04-10
"""


def test_strata_are_a_single_survey_and_no_two_have_a_name(store):
    assert read(store, "consultation", STRATA, dry_run=True).problems == []
    report = read(store, "consultation", STRATA.replace("间接", "直接"), dry_run=True)
    assert found(report) == [("E", "duplicate_key", "主调查")]
    report = read(store, "consultation", changed(STRATA, 层=""), dry_run=True)
    assert found(report) == [("E", "duplicate_key", "主调查")]
    report = read(store, "consultation", changed(STRATA, 层人数="50"), dry_run=True)
    assert found(report) == [("W", "base_too_small", "层人数")]


@pytest.mark.sample
@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, []),
        ({"文号": ""}, [("E", "missing_because", "文号")]),  # row 61
        ({"决定机关": ""}, [("E", "missing_because", "决定机关")]),
        ({"决定日期": ""}, [("E", "missing_because", "决定日期")]),
        ({"人数依据": ""}, [("E", "missing_because", "人数依据")]),
        ({"总人数": "200"}, [("W", "base_too_small", "总人数")]),  # row 59
        ({"总人数": "0"}, [("E", "below_lowest", "总人数")]),
        ({"决定日期": "2025-05-01"}, [("N", "decided_too_early", "决定日期")]),
        ({"决定日期": "2025-04-01"}, [("E", "before_start", "决定日期"), ("N", "decided_too_early", "决定日期")]),
        ({"结论": "准予实施"}, []),
        ({"结论": "同意"}, [("E", "unknown_choice", "结论")]),
        ({"评估编号": "PG-2025-32"}, [("E", "decided_without_survey", "结论")]),
        ({"评估编号": "PG-2025-32", "程序": "简易"}, []),
        ({"评估编号": "PG-2025-32", "程序": "简易", "结论": "准予实施"}, [("W", "decided_without_proof", "结论")]),
        ({"事项编号": ""}, [("E", "missing_value", "事项编号")]),
        ({"责任单位": "川剧团"}, [("E", "unknown_unit", "责任单位")]),
    ],
)
def test_an_assessment_that_is_decided(surveyed, cells, expected):
    report = read(surveyed, "assessment", changed(DECIDED, **cells), as_of="2025-06-30", dry_run=True)
    report.problems = [problem for problem in report.problems if problem.code != "past_changed"]
    assert found(report) == expected


TALKS = """
    编号  | 评估编号   | 方式     | 抽取方式 | 计数单位 | 收回 | 起         | 止
    ZX-80 | PG-2025-32 | 座谈     | 指定     | 人       | 12   | 2025-05-20 | 2025-05-20
    ZX-81 | PG-2025-32 | 媒体公示 | 全部     | 人       |      | 2025-05-20 | 2025-05-30
"""


@pytest.mark.sweep
def test_meetings_and_notices_are_no_proof(store):
    """Row 60: the decision is stored once a person gives the reason."""
    talks = changed(TALKS, 抽取方式="自愿")
    assert read(store, "consultation", talks).stored
    decided = changed(DECIDED, 评估编号="PG-2025-32", 事项编号="M-0399", 结论="准予实施", 启动="2025-05-06")
    report = read(store, "assessment", decided, as_of="2025-06-30")
    assert found(report) == [("W", "decided_without_proof", "结论")] and report.needs_acceptance
    assert read(store, "assessment", decided, as_of="2025-06-30", accept_warnings="事项紧急").stored
    assert replay(store, store.publish().release) == []


WIDE = """
    编号  | 有效票 | 无效票 | 满意票 | 支持票 | 信心票
    ZX-77 | 286    | 4      | 207    | 213    | 220
"""


def answers(store):
    return {row["question"]: row for row in records(store, "consultation_answer").to_dict("records")}


def test_a_row_with_three_questions_is_taken_apart(surveyed):
    report = read(surveyed, "consultation_answer", WIDE)
    assert report.stored and (report.problems, report.rows) == ([], 3)
    rows = answers(surveyed)
    assert {name: row["yes"] for name, row in rows.items()} == {"满意": 207, "支持": 213, "信心": 220}
    assert [rows["信心"][name] for name in ("valid", "invalid")] == [286, 4] and pd.isna(rows["信心"]["no"])
    assert replay(surveyed, surveyed.release().id) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("编号,满意票,支持票\nZX-77,300,213\n", [("E", "more_than_whole", "满意票")]),
        ("编号,满意票,支持票\nZX-77,2o7,213\n", [("E", "not_a_number", "满意票")]),
        ("编号,满意票,支持票\nZX-77,207,213\nZX-77,207,213\n", [("E", "duplicate_key", "编号")] * 2),
        ("编号,满意票,不满意票,支持票,不支持票,说不清\nZX-77,207,20,213,30,9\n", [("W", "unknown_column", "说不清")]),
        ("编号,支持票,不支持票,说不清\nZX-77,213,58,9\n", []),
        ("编号,满意票,支持票\nZX-77,207,\n", []),
        ("编号,满意票,支持票\nZX-77,,\n", [("E", "missing_value", "满意票")]),
        ("编号,题号\nZX-77,1\n", [("E", "missing_columns", None)]),
    ],
)
def test_wide_files(surveyed, text, expected):
    assert found(read(surveyed, "consultation_answer", text, dry_run=True)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("编号,满意度\nZX-77,87.3%\n", [("E", "share_without_base", "满意度")]),  # row 52
        ("编号,有效票,支持率\nZX-77,285,66.67%\n", [("E", "share_not_whole", "支持率")]),
        ("编号,问题,赞成率,有效\nZX-77,支持,87.3%,\n", [("E", "share_without_base", "赞成率")]),
        ("编号,问题,赞成率,有效\nZX-77,支持,101%,200\n", [("E", "out_of_range", "赞成率")]),
        ("编号,问题,赞成,赞成率,有效\nZX-77,支持,175,80%,250\n", [("N", "figure_differs", "赞成率")]),
        ("编号,问题,赞成,赞成率,有效\nZX-77,支持,213,74.48%,286\n", []),
        ("编号,问题,有效\nZX-77,支持,250\n", [("E", "missing_columns", None)]),
    ],
)
def test_shares_need_their_base_and_a_whole_number(surveyed, text, expected):
    assert found(read(surveyed, "consultation_answer", text, dry_run=True)) == expected


def test_two_thirds_are_no_whole_percentage(store):
    """Row 53: 66.67% of 300 are 200.01 answers."""
    assert read(store, "consultation", changed(SURVEYED, 收回="300")).stored
    report = read(store, "consultation_answer", "编号,有效票,支持率\nZX-77,300,66.67%\n")
    assert found(report) == [("E", "share_not_whole", "支持率")] and "300" in report.problems[0].message("zh")


@pytest.mark.parametrize("share", ["70%", "70.0％", "0.7"])
def test_a_share_of_its_base_is_a_number_of_answers(surveyed, share):
    assert read(surveyed, "consultation_answer", f"编号,有效票,支持度\nZX-77,250,{share}\n").stored
    assert answers(surveyed)["支持"]["yes"] == 175


def test_a_share_without_a_percent_sign_under_a_header_with_it(surveyed):
    assert read(surveyed, "consultation_answer", "编号,有效票,支持度%\nZX-77,200,0.5\n").stored
    assert answers(surveyed)["支持"]["yes"] == 1
