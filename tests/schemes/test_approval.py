"""Approval of major matters: every worked example, a plain recount, and matters from survey to outcome."""

from fractions import Fraction

import pytest

from analytics.two_thirds import size_to_clear, strata_verdict, verdict
from schemes.approval import words
from schemes.approval.measures import MEASURES, NOTES, notes
from schemes.approval.surveys import OUTCOMES, Answers, Settings, bases, matters
from schemes.frame import measure_rows
from tests.reference import plain_two_thirds as plain
from tests.support.schemes import asked, cases, complete, faults, frame, number, value, word

WORDS = ("yes", "no", "neutral", "dont_know", "abstain", "blank", "invalid")
SIZES = {
    "valid": WORDS[:5],
    "returned": WORDS,
    "decided": WORDS[:2],
}


def test_every_worked_example_of_the_line():
    wrong = []
    for example in cases("approval", "line"):
        given = {name: int(example.inputs[name]) for name in WORDS}
        found = bases(Answers(**given), None, int(example.inputs["invited"]), Settings())
        for name, base in found.items():
            n = int(example.inputs["invited"]) if name == "invited" else sum(given[part] for part in SIZES[name])
            reached = None if n == 0 else 3 * given["yes"] >= 2 * n
            short = plain.line_of(n, Fraction(2, 3)) - given["yes"] if reached is False else None
            assert (base.n, base.reached, base.short or None) == (n, reached, short), example.case
            told = {name: n, f"{name}_reached": word(reached), f"{name}_short": short}
            wrong += faults(example, **told)
    assert wrong == []


def test_every_worked_example_of_the_verdict():
    wrong = []
    for example in cases("approval", "two_thirds"):
        if example.inputs["design"] == "voluntary":
            continue  # test_volunteers_prove_nothing
        survey = [number(example.inputs.get(name)) for name in ("yes", "drawn", "missing", "population")]
        answer, (reaches, short, told) = verdict(*survey), plain.verdict(*survey)
        assert answer.reaches_p == pytest.approx(float(reaches), abs=1e-12)
        assert answer.falls_short_p == pytest.approx(float(short), abs=1e-12)
        assert answer.verdict == told
        for name, p in (("reaches_p", reaches), ("falls_short_p", short)):
            if abs(float(p) - float(example.expected[name])) > 5e-7:
                wrong.append(f"{example.case} {name} {float(p)}")
        wrong += faults(example, verdict=told)
        if survey[3]:
            wrong += faults(example, needed=plain.line_of(survey[3], Fraction(2, 3)))
    assert wrong == []


def test_every_worked_example_of_strata_intervals_and_more_answers():
    wrong = []
    for example in cases("approval", "strata"):
        strata = [tuple(map(int, part.split("/"))) for part in example.inputs["strata"].split()]
        answer = strata_verdict(strata)
        ends = " ".join(f"{low}-{high}" for low, high in zip(answer.low, answer.high, strict=True))
        totals = {"low_sum": answer.low_sum, "high_sum": answer.high_sum, "verdict": answer.verdict}
        wrong += faults(example, bounds=ends, needed=answer.needed, population=sum(s[3] for s in strata), **totals)
        if sum(s[3] for s in strata) <= 700:  # the plain search tries every number of every stratum
            assert plain.strata(strata)[1:] == (answer.low_sum, answer.high_sum, answer.verdict)
    for example in cases("approval", "how_many_more"):
        asked_for = size_to_clear(*(int(example.inputs[name]) for name in ("yes", "drawn", "population")))
        wrong += faults(example, asked=asked_for or "everybody")
    for example in cases("approval", "interval"):
        answer = verdict(*(int(example.inputs[name]) for name in ("yes", "drawn", "missing", "population")))
        wrong += faults(example, low_count=answer.low_count, high_count=answer.high_count)
    assert wrong == []


ASSESSMENT = "assess_no,matter_no,unit_code,class,population,started_on,level,decision,decided_on,filing_no"
SURVEY = "consult_no,assess_no,method,design,unit_of_count,stratum,stratum_size,invited,returned,from,to,primary"
REPLY = "consult_no,question,yes,no,neutral,dont_know,abstain,blank,invalid"


def one(design="随机", reply="213,58,6,9,0,3,1", population="3000", invited="300", returned="290", method="问卷调查"):
    return {
        "assessment": frame(ASSESSMENT, f"P,M,U,就业,{population},2026-01-05,中,准予实施,2026-06-01,"),
        "consultation": survey_frame(f"Z,P,{method},{design},人,,,{invited},{returned},2026-02-01,2026-03-01,1"),
        "consultation_answer": frame(REPLY, f"Z,支持,{reply}"),
    }


def survey_frame(*lines):
    rows = frame(SURVEY, *lines)
    return rows.assign(primary=rows["primary"] == "1")


def examined(frames, settings=None, as_of="2026-12-31"):
    return matters(frames, asked(as_of=as_of), settings or Settings()).iloc[0]


def test_three_safe_looking_percentages_prove_nothing():
    """One more yes would have been enough: the example of the tables."""
    (example,) = cases("approval", "matter")
    answered = Answers(*(int(example.inputs[name]) for name in WORDS))
    found = bases(answered, 290, 300, Settings())
    row = examined(one())
    wrong = faults(
        example,
        **{name: found[name].n for name in ("valid", "returned", "invited")},
        missing=300 - found["valid"].n,
        official=row["base"],
        reached=word(row["reached"]),
        reaches_p=f"{row['reaches_p']:.6f}",
        verdict=row["verdict"],
        invited_needed=Settings().needed(300),
    )
    assert wrong == [] and row["outcome"] == "more_answers"
    assert examined(one(reply="214,57,6,9,0,3,1"))["outcome"] == "met"


def test_volunteers_prove_nothing():
    (example,) = (case for case in cases("approval", "two_thirds") if case.inputs["design"] == "voluntary")
    yes, drawn = example.inputs["yes"], example.inputs["drawn"]
    for design, method in (("自愿", "网络"), ("随机", "媒体公示"), ("指定", "座谈")):
        row = examined(one(design, f"{yes},20,0,0,0,0,0", "3000", drawn, drawn, method))
        assert faults(example, verdict=row["verdict"], reason=row["reason"]) == []
        assert (row["reached"], row["outcome"]) == (True, "more_answers")


def test_a_census_is_decided_on_those_who_were_to_be_asked():
    for yes, outcome in ((667, "met"), (666, "not_met")):
        row = examined(one("全部", f"{yes},{1000 - yes},0,0,0,0,0", "1000", "1000", "1000"))
        assert (row["base"], row["n"], row["outcome"]) == ("invited", 1000, outcome)
    assert examined(one("全部", "667,333,0,0,0,0,0", "3000", "1000", "1000"))["reason"] == "not_everybody"


def test_why_there_is_no_result():
    frames = one()
    assert examined(frames, as_of="2026-02-15")["reason"] == "running"
    assert examined({**frames, "consultation_answer": frame(REPLY)})["reason"] == "no_answers"
    none = frames["consultation"].assign(primary=False)
    row = examined({**frames, "consultation": none})
    assert (row["verdict"], row["reason"], row["outcome"]) == ("not_tested", "no_primary", "no_result")


def test_a_column_that_was_not_delivered_is_not_zero():
    found = bases(Answers(213, 58), 290, 300, Settings())
    assert set(found) == {"returned", "invited", "decided"}
    row = examined(one(reply="213,58,,,,,"))
    assert row["reached"] is True and row["verdict"] == "undecided"
    assert examined(one(reply="213,58,,,,,"), Settings(survey_base="valid"))["reached"] is None


def test_settings_change_the_base_and_the_missing_answers():
    frames = one(reply="190,84,6,6,0,3,1")
    assert examined(frames)["outcome"] == "not_met"
    row = examined(frames, Settings(dont_know="out_of_base"))
    assert (row["base"], row["n"], row["reached"]) == ("decided", 274, True)
    worst, random = (
        examined(one(reply="172,100,0,0,0,10,8"), Settings(missing=word)) for word in ("worst_case", "at_random")
    )
    assert (worst["verdict"], random["verdict"]) == ("undecided", "undecided")
    assert worst["high"] > random["high"]


def test_strata_and_three_questions():
    frames = one()
    strata = survey_frame(
        "Z1,P,问卷调查,分层随机,人,A,400,100,100,2026-02-01,2026-03-01,1",
        "Z2,P,问卷调查,分层随机,人,B,200,60,60,2026-02-01,2026-03-02,1",
    )
    replies = frame(REPLY, "Z1,支持,80,20,0,0,0,0,0", "Z2,支持,50,10,0,0,0,0,0")
    row = examined({**frames, "consultation": strata, "consultation_answer": replies})
    assert (row["verdict"], row["low"], row["yes"], row["n"]) == ("cleared", 436 / 600, 130, 160)
    three = frame(
        REPLY, *(f"Z,{name},{yes},{300 - yes},0,0,0,0,0" for name, yes in (("满意", 220), ("支持", 230), ("信心", 214)))
    )
    row = examined({**one(returned="300"), "consultation_answer": three}, Settings(approval="all_three"))
    assert (row["yes"], row["verdict"], row["outcome"]) == (214, "cleared", "met")
    missed = three.assign(yes=["220", "230", "170"], no=["80", "70", "130"])
    row = examined({**one(returned="300"), "consultation_answer": missed}, Settings(approval="all_three"))
    assert (row["verdict"], row["outcome"]) == ("confirmed", "not_met")


def test_a_stratum_that_is_against_vetoes_where_the_rules_say_so():
    """All of a large stratum approve, nobody of a small one: together the line is met, by strata it is missed."""
    surveys = survey_frame(
        "Z1,P,问卷调查,分层随机,人,A,400,400,400,2026-02-01,2026-03-01,1",
        "Z2,P,问卷调查,分层随机,人,B,50,50,50,2026-02-01,2026-03-02,1",
    )
    replies = frame(REPLY, "Z1,支持,400,0,0,0,0,0,0", "Z2,支持,0,50,0,0,0,0,0")
    frames = {**one(), "consultation": surveys, "consultation_answer": replies}
    assert examined(frames)["outcome"] == "met"
    row = examined(frames, Settings(stratum_veto=True))
    assert (row["verdict"], row["outcome"], row["reached"], row["short"]) == ("confirmed", "not_met", False, 34)
    rows = [(80, 100, 0, 400), (50, 60, 0, 200)]
    assert strata_verdict(rows, each=True).verdict == "cleared"  # 289 of 400 and 147 of 200 at least
    assert strata_verdict([(80, 100, 0, 400), (44, 60, 0, 200)]).verdict == "cleared"
    assert strata_verdict([(80, 100, 0, 400), (44, 60, 0, 200)], each=True).verdict == "undecided"


def test_measures_and_notes():
    frames = one()
    question = asked()
    rows = complete(measure_rows("approval", MEASURES, frames, question, Settings()))
    assert (value(rows, "assessed"), value(rows, "line_more_answers"), value(rows, "vetoed")) == (1, 1, 0)
    assert value(rows, "approved_without_proof") == 1
    forest = complete(measure_rows("approval", MEASURES, frames, asked(by="assessment"), Settings()))
    row = forest[forest["measure"] == "approval"].iloc[0]
    assert (row["key"], row["n"], row["verdict"]) == ("P", 290, "undecided") and row["low"] < row["value"] < row["high"]
    table = matters(frames, question, Settings())
    assert notes(frames, table, question, Settings())["note"].tolist() == ["approved_without_proof", "not_filed"]
    volunteers = measure_rows("approval", MEASURES, one("自愿"), asked(by="assessment"), Settings())
    assert complete(volunteers)["why_no_interval"].iloc[-1] == "not_random"
    assert set(words.NOTE_WORDS) == set(NOTES) and set(words.OUTCOME_WORDS) == set(OUTCOMES)
