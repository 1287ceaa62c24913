"""What a clerk must do about assessments, what a unit's dossier says of them, and what a survey would show."""

from datetime import date

import pandas as pd
import pytest

from data.model.working_days import work_calendar
from errors import UsageError
from schemes import scheme_of
from schemes.approval import words
from schemes.approval.due_days import with_due_days
from schemes.approval.measures import NOTES, SETTINGS, URGENCY, attention, dossier, timeline
from schemes.approval.surveys import Forecast, four_bases, questions
from schemes.approval.what_if import what_if
from schemes.chosen import Chosen
from schemes.dossier import EVENTS, MARKS
from schemes.frame import ATTENTION
from tests.support.schemes import asked, cases, complete, frame, number

ASSESSED = "assess_no,matter_no,unit_code,place_codes,class,population,started_on,level,decision,decided_on,filing_no"
SURVEY = "consult_no,assess_no,method,design,unit_of_count,invited,returned,from,to,primary"
REPLY = "consult_no,question,yes,no,neutral,dont_know,abstain,blank,invalid"


def frames(decision=",,", reply="213,58,6,9,0,3,1", until="2026-03-01", design="随机", level="中"):
    """A matter of 3,000 people with a survey of 300, with whatever else a test asks of it."""
    survey = frame(SURVEY, f"Z,P,问卷调查,{design},人,300,290,2026-02-01,{until},1")
    return {
        "assessment": frame(ASSESSED, f"P,M,U,KZ,就业,3000,2026-01-05,{level},{decision}").assign(place_codes=[["KZ"]]),
        "consultation": survey.assign(primary=True),
        "consultation_answer": frame(REPLY, f"Z,支持,{reply}") if reply else frame(REPLY),
    }


def listed(given, as_of="2026-06-30", settings=SETTINGS):
    rows = attention(given, asked(as_of=as_of), settings)
    assert list(rows.columns) == list(ATTENTION)
    return [(row.what, row.key, str(row.day)[:10], row.days) for row in rows.itertuples()]


def test_what_has_to_be_done_in_order_with_unit_and_place():
    given = frames("准予实施,2026-02-20,", level="低", reply="186,100,0,0,0,4,0")
    rows = attention(given, asked(as_of="2026-06-30"), SETTINGS)
    assert rows["what"].tolist() == ["not_filed", "approved_without_proof", "low_risk_but_missed", "decided_too_early"][
        :1
    ] + [name for name in URGENCY if name in set(rows["what"]) - {"not_filed"}]
    assert set(rows["what"]) == {"not_filed", "approved_without_proof", "decided_too_early"}
    assert (rows["unit_code"] == "U").all() and (rows["place_code"] == "KZ").all()
    refused = listed(frames("不予实施,2026-06-20,BA-1", reply="240,40,0,0,0,10,0"))
    assert [what for what, *_ in refused] == ["refused_though_met"]
    missed = listed(frames("暂缓,2026-06-20,BA-1", reply="170,120,0,0,0,0,0", level="低"))
    assert [what for what, *_ in missed] == ["low_risk_but_missed"]
    assert set(words.ATTENTION_WORDS) == set(URGENCY) and set(NOTES) <= set(URGENCY)
    assert attention({}, asked(), SETTINGS).empty


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2026-06-30", []),
        ("2026-07-09", [("filing_due", "P", "2026-07-16", 7)]),
        ("2026-07-16", [("filing_due", "P", "2026-07-16", 0)]),
        ("2026-07-17", [("not_filed", "P", "2026-07-16", -1)]),
    ],
)
def test_a_filing_is_due_30_days_after_the_decision(as_of, expected):
    assert listed(frames("暂缓,2026-06-16,"), as_of) == expected
    assert listed(frames("暂缓,2026-06-16,BA-1"), as_of) == []


def test_a_last_day_that_is_not_worked_moves_to_the_next_worked_day():
    """30 days after 3 September is 3 October, inside the holiday that ends on the 7th."""
    given = {**frames("暂缓,2026-09-03,")}
    dated = with_due_days(given, work_calendar(), date(2026, 10, 8), SETTINGS)
    assert listed(dated, "2026-10-08") == [("filing_due", "P", "2026-10-08", 0)]
    assert listed(given, "2026-10-08") == [("not_filed", "P", "2026-10-03", -5)]
    assert with_due_days({}, work_calendar(), date(2026, 10, 8), SETTINGS) == {}
    open_ = with_due_days(frames(), work_calendar(), date(2026, 10, 8), SETTINGS)
    assert open_["assessment"]["filing_due"].isna().all()


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("210,90,0,0,0,0,0", ("more_answers", 180)),
        ("205,95,0,0,0,0,0", ("more_answers", 982)),
        ("200,100,0,0,0,0,0", ("all_answers", None)),
        ("199,101,0,0,0,0,0", None),
        ("214,86,0,0,0,0,0", None),
        ("", ("no_answers", -121)),
    ],
)
def test_a_survey_that_ended_and_does_not_prove_the_line(reply, expected):
    given = frames(reply=reply)
    given["consultation"]["returned"] = "300"
    assert [(what, days) for what, _, _, days in listed(given)] == ([expected] if expected else [])
    given["assessment"] = given["assessment"].assign(decision="暂缓", decided_on="2026-06-20", filing_no="B")
    assert [what for what, *_ in listed(given)] == (["no_answers"] if expected and expected[0] == "no_answers" else [])


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("", ("running", 15)),
        ("105,45,0,0,0,0,0", ("running_more", 330)),
        ("100,50,0,0,0,0,0", ("running_all", None)),
        ("90,60,0,0,0,0,0", ("running_below", None)),
        ("150,0,0,0,0,0,0", ("running_more", 0)),
    ],
)
def test_a_survey_that_runs_says_what_its_answers_so_far_lead_to_expect(reply, expected):
    given = frames(reply=reply, until="2026-03-16")
    assert [(what, days) for what, _, _, days in listed(given, "2026-03-01")] == [expected]


def test_volunteers_and_strata_have_no_forecast():
    given = frames(reply="105,45,0,0,0,0,0", until="2026-03-16", design="自愿")
    assert listed(given, "2026-03-01") == [("running", "P", "2026-03-16", 15)]
    assert listed(frames(design="自愿")) == []


def test_the_forecast_is_a_sentence():
    found = {more: words.forecast_sentence(Forecast(213, 300, True, more), "en") for more in (41, 1, None)}
    assert found[41] == "At this share, 41 more answers would prove it."
    assert found[1] == "At this share, 1 more answer would prove it."
    assert found[None] == "At this share, only asking everybody would prove it."
    below = words.forecast_sentence(Forecast(100, 300, False, None), "zh")
    assert below and below != words.BELOW, "no Chinese sentence"


def test_matters_of_other_registers_without_an_assessment():
    petitions = frame(
        "petition_no,matter_no,topic,unit_code,received_on",
        "X1,M-9,拆迁/补偿,U,2026-02-01",
        "X2,M-9,拆迁/补偿,U,2026-01-02",
        "X3,M,拆迁,U,2026-02-01",
        "X4,M-8,物业,U,2026-02-01",
        "X5,,拆迁,U,2026-02-01",
    )
    projects = frame("project_no,matter_no,name,place_code,started_on", "G1,M-7,新村安置点道路,KZ,", "G2,M-9,拆迁,KZ,")
    found = attention({**frames(), "petition": petitions, "project": projects}, asked(), SETTINGS)
    own = found[found["what"] == "not_assessed"].fillna("")
    assert [(row.key, str(row.day)[:10], row.unit_code, row.place_code) for row in own.itertuples()] == [
        ("M-9", "2026-01-02", "U", ""),
        ("M-7", "", "", "KZ"),
    ]


class Kept:
    """Registers of a test: frames and settings."""

    def __init__(self, given):
        self.frames, self.settings = given, SETTINGS


def chosen(given, unit="U"):
    return Chosen(scheme_of("approval"), Kept(given), asked("2026"), unit)


def test_the_dossier_of_a_unit():
    given = frames("准予实施,2026-06-01,")
    rows = complete(dossier(chosen(given), "U"))
    assert rows.set_index("measure")["value"].to_dict() == {
        **{"assessed": 1, "line_met": 0, "line_more_answers": 1, "line_not_met": 0},
        **{"vetoed": 0, "approved_without_proof": 1},
    }
    assert dossier(chosen(given, "V"), "V").empty


def test_the_timeline_of_a_unit():
    events = timeline(chosen(frames("准予实施,2026-06-01,")), "U")
    assert list(events.columns) == list(EVENTS) and set(events["mark"]) <= set(MARKS)
    assert [(str(row.day)[:10], row.mark, row.words, row.matter_no) for row in events.itertuples()] == [
        ("2026-03-01", "undecided", "line_more_answers", "M"),
        ("2026-06-01", "block", "approved", "M"),
    ]
    approval = scheme_of("approval")
    assert all(approval.word(code) != code for code in events["words"])
    assert timeline(chosen({}), "U").empty


def test_questions_and_bases_of_a_matter():
    given = frames()
    three = frame(REPLY, *(f"Z,{name},{yes},{290 - yes},0,0,0,0,0" for name, yes in (("满意", 207), ("支持", 213))))
    given["consultation_answer"] = three
    asked_for = questions(given, asked(), SETTINGS)
    assert asked_for[["question", "yes", "n", "reached"]].values.tolist() == [
        ["满意", 207, 290, True],
        ["支持", 213, 290, True],
    ]
    found = four_bases(frames(), SETTINGS).set_index("base")
    assert found["n"].to_dict() == {"valid": 286, "returned": 290, "invited": 300, "decided": 271}
    unknown = four_bases(frames(reply="213,58,,,,,"), SETTINGS).set_index("base")
    assert pd.isna(unknown.at["valid", "n"]) and unknown.at["returned", "n"] == 290


def figures(**given):
    return what_if(**given, settings=SETTINGS).set_index("figure")["value"].to_dict()


def test_every_worked_example_of_the_verdict_as_what_if():
    wrong = []
    for example in cases("approval", "two_thirds"):
        if example.inputs["design"] == "voluntary":
            continue
        given = {name: number(example.inputs.get(name)) for name in ("yes", "missing", "population")}
        found = figures(n=int(example.inputs["drawn"]), **given)
        for name in ("reaches_p", "falls_short_p"):
            if abs(found[name] - float(example.expected[name])) > 5e-7:
                wrong.append((example.case, name, found[name]))
        wrong += [(example.case, found["verdict"])] * (found["verdict"] != example.expected["verdict"])
    assert wrong == []


def test_what_if_says_how_many_more_would_prove_it():
    for example in cases("approval", "how_many_more"):
        given = {name: int(example.inputs[name]) for name in ("yes", "population")}
        wanted, drawn = example.expected["asked"], int(example.inputs["drawn"])
        assert figures(n=drawn, **given)["more"] == ("everybody" if wanted == "everybody" else int(wanted) - drawn)
    assert figures(yes=199, n=300, population=3000)["more"] == "below_line"
    found = figures(yes=214, n=300, population=3000, missing=20)
    assert [found[name] for name in ("needed", "short", "reached", "needed_of_answers", "more")] == [
        200,
        0,
        True,
        187,
        0,
    ]
    assert figures(yes=75, n=100)["more"] == 0 and figures(yes=70, n=100)["more"] > 100


@pytest.mark.parametrize(
    "given",
    [
        {"yes": 5, "n": 3},
        {"yes": 3, "n": 3, "missing": 1},
        {"yes": -1, "n": 3},
        {"yes": 0, "n": 0},
        {"yes": 1, "n": 3, "missing": -1},
        {"yes": 1, "n": 300, "population": 200},
    ],
)
def test_what_cannot_be_is_wrong_usage(given):
    with pytest.raises(UsageError):
        what_if(**given, settings=SETTINGS)


def test_every_figure_has_a_word():
    assert set(figures(yes=2, n=3)) == set(words.FIGURE_WORDS)
