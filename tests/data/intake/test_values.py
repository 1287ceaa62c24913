"""What a grade, a number and a date mean: what is scored, what is never scored, and which year a vote belongs to."""

import pytest

from data.intake.cells import number_in
from data.intake.count_columns import grade_of
from data.intake.values import judge_date, judge_grade, judge_group, judge_round, whole_number
from data.model.rule_sets import parse_rules
from data.moments.votes import kind_of_grade
from tests.support.paths import RULES as RULE_SETS
from tests.support.stores import SMALL

RULES = parse_rules(SMALL)
NUMERIC = (RULE_SETS / "numeric-1-5.toml").read_text(encoding="utf-8")


def kind(value="", score="", validity=""):
    found = judge_grade(value, score, validity, RULES)
    assert found.kept is not None, found
    return found.kept, kind_of_grade(found.kept, found.kind, RULES)


@pytest.mark.parametrize(
    ("validity", "expected"),
    [("弃权", "abstain"), ("无效", "invalid"), ("空白", "blank"), ("不了解", "dont_know")],
)
def test_what_is_not_valid_is_never_scored_whatever_grade_is_beside_it(validity, expected):
    assert kind("满意", validity=validity)[1] == kind(validity=validity)[1] == expected


def test_an_empty_cell_is_blank_and_a_listed_word_is_what_the_rules_say():
    assert kind() == kind("  ", " ") == ("", "blank")
    assert kind("满意") == kind("", "满意") == kind("满意", validity="有效") == ("满意", "scored")
    assert kind("不了解")[1] == "dont_know" and kind("弃权")[1] == "abstain" and kind("无效")[1] == "invalid"


@pytest.mark.parametrize(
    ("value", "score", "validity", "code"),
    [
        ("满意", "不满意", "", "grade_and_score"),
        ("满意", "", "大概", "unknown_choice"),
        ("很好", "", "", "unknown_grade"),
        ("=A1", "", "", "formula_text"),
        ("#N/A", "", "", "excel_error"),
    ],
)
def test_what_is_no_grade_is_refused_by_name(value, score, validity, code):
    found = judge_grade(value, score, validity, RULES)
    assert (found.kept, found.code) == (None, code)


@pytest.mark.parametrize(("text", "code"), [("2024-12-31", "wrong_round"), ("2025-01-01", ""), ("2026-12-31", "")])
def test_a_vote_of_2025_is_cast_in_2025_or_the_year_after(text, code):
    assert judge_date(text, "2025").code == code
    assert judge_date("2027-01-01", "2025").code == "wrong_round"
    assert judge_date("2027-01-01", "试点").code == ""


def test_a_row_names_its_round_or_its_year_in_full():
    taken = ["2025", "2025年", "2025年度", "", "2025-上半年"]
    assert [judge_round(text, "2025-上半年").code for text in taken] == [""] * len(taken)
    for text in ("2024", "2024年度", "25", "2025-下半年", "20255"):
        assert judge_round(text, "2025-上半年").code == "wrong_round", text


@pytest.mark.parametrize("score", ["满意", " 满 意 ", "满意\u200b"])
def test_the_same_answer_twice_is_one_answer(score):
    assert judge_grade("满意", score, "", RULES).kept == "满意"


def test_a_name_has_at_most_a_hundred_letters():
    assert judge_group("甲" * 100, None).kept == "甲" * 100
    assert judge_group("甲" * 101, None).code == "name_too_long"


def test_a_number_is_scored_inside_the_scale_and_on_its_steps():
    rules = parse_rules(NUMERIC)
    kept = [judge_grade("", text, "", rules) for text in ("1", "3.0", "5", "'4")]
    assert [found.kept for found in kept] == ["1", "3", "5", "4"]
    assert {kind_of_grade(found.kept, found.kind, rules) for found in kept} == {"scored"}
    stepped = parse_rules(NUMERIC.replace("step = 1", "step = 0.5"))
    assert judge_grade("", "2.5", "", stepped).kept == "2.5"
    codes = [judge_grade("", text, "", stepped).code for text in ("0.5", "5.5", "2.25", "2.501", "三")]
    assert codes == ["score_out_of_range"] * 2 + ["score_off_step", "score_too_precise", "score_not_a_number"]


def test_a_raised_digit_is_a_footnote_and_no_digit():
    rules = parse_rules(NUMERIC)
    texts = ("10²", "¹0", "5³", "4₂", "1⁰")
    assert [whole_number(text) for text in texts] == [number_in(text) for text in texts] == [None] * len(texts)
    assert {judge_grade(text, "", "", rules).code for text in texts} == {"score_not_a_number"}
    assert [whole_number(text) for text in ("１０", "④", "1，024")] == [10, 4, 1024]


def test_a_ballot_said_to_be_invalid_by_any_word_is_one_kind():
    marks = ("否", "作废", "废票", "无效票", "无效")  # 否 stands under 是否有效
    assert {kind("满意", validity=mark) for mark in marks} == {("无效", "invalid")}
    assert kind("满意", validity="有效票") == ("满意", "scored")


def test_points_over_columns_of_counts_are_grades_of_a_scale_of_points():
    rules = parse_rules(NUMERIC)
    assert [grade_of(text, rules) for text in ("5分", "4 分", "1", "3分票数", "6分", "满意")] == [
        "5",
        "4",
        "1",
        "3",
        None,
        None,
    ]
    assert grade_of("5分", RULES) is None
