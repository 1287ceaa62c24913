"""Headings and marks that contradict what every value looks like: another year, another scale, a void answer."""

import pytest

from data.intake.contradictions import names_other_round, other_scale
from data.model.rule_sets import parse_rules
from tests.support.desk import Desk
from tests.support.paths import RULES
from tests.support.stores import table

NUMERIC = (RULES / "numeric-1-5.toml").read_text(encoding="utf-8")
LINES = "票号,评议主体,参评单位,评价,{}\n1,普通群众,市财政局,满意,{}\n2,普通群众,市财政局,不满意,{}\n"


def test_the_years_and_the_scale_that_a_heading_names():
    others = ["2024年", "2024年度测评", "上年", "去年同期", "2026年"]
    assert [text for text in others if not names_other_round(text, "2025-Q2")] == []
    own = ["2025年", "2025年（2024年度工作）", "测评结果", "2026年1月", "第20245号", "上年结转办"]
    assert [text for text in own if names_other_round(text, "2025-Q2")] == []
    assert not names_other_round("2024年", "换届")
    band = parse_rules(NUMERIC).numeric
    others = [
        "满分10分",
        "服务态度（10分）",
        "评分（0-10）",
        "百分制",
        "10分制",
        "得分（1=非常满意，5=非常不满意）",
        "1为最好",
    ]
    assert [text for text in others if not other_scale(text, band)] == []
    own = ["满分5分", "评分（1－5分）", "五分制", "5=非常满意，1=非常不满意", "Q1", "服务态度", "（2024-2025）"]
    assert [text for text in own if other_scale(text, band)] == []
    assert other_scale("满分10分", None) == ""


def test_votes_of_another_year_or_scale_are_refused(tmp_path):
    desk = Desk(tmp_path / "grades")
    counts = "单位,主体,{},,\n,,满意,基本满意,不满意\n市财政局,普通群众,10,5,2\n"
    ticks = "票号,评议主体,参评单位,{},,\n,,,满意,基本满意,不满意\n1,普通群众,市财政局,,√,\n"
    for kind, text in (("counts", counts), ("ballots", ticks)):
        assert {p.code for p in desk.read(kind, text.format("2024年")).problems} == {"wrong_round"}, kind
        assert desk.read(kind, text.format("2025年")).problems == [], kind
    desk = Desk(tmp_path / "points", NUMERIC)
    for heading in ("得分（满分10分）", "打分（10分制）", "评分（1为最好）"):
        text = f"票号,评议主体,参评单位,{heading}\n1,普通群众,市财政局,5\n"
        assert [p.code for p in desk.read("ballots", text).problems] == ["scale_differs"], heading
    wide = table("""
        票号 | 评议主体 | 参评单位 | 服务态度（10分） | 办事效率（5分）
        1    | 普通群众 | 市财政局 | 5                | 4
    """)
    assert [p.column for p in desk.read("ballots", wide).problems] == ["服务态度（10分）"]


@pytest.mark.sweep
def test_answers_marked_as_void_beside_the_grades_are_asked_about_for_each_file(tmp_path):
    desk = Desk(tmp_path / "desk")
    marks = [
        ("是否作废", "否", "是"),
        ("备注", "", "作废"),
        ("答卷状态", "有效", "无效"),
        ("审核状态", "通过", "不通过"),
    ]
    marks += [("Finished", "True", "False"), ("Status", "IP Address", "Survey Preview"), ("是否完成", "是", "否")]
    for name, good, void in marks:
        (problem,) = desk.read("ballots", LINES.format(name, good, void)).problems
        assert (problem.code, problem.facts["votes"], problem.facts["words"]) == ("confirm_void", 1, [void]), name
        assert not desk.confirmed("ballots", LINES.format(name, good, void)).needs_confirmation, name
        other = desk.read("ballots", LINES.format(name, good, good)).problems
        assert [p.code for p in other] in ([], ["unknown_column"]), name
