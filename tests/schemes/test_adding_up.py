"""Whatever happened adds up: a month is the sum of its days, a quarter of its months, all of any way to divide it.

Persons and households do not: they are counted by their different codes. Random registers, for every scheme.
"""

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemes import scheme_of
from schemes.approval.measures import MEASURES as OF_MATTERS
from schemes.assembly.measures import MEASURES as OF_ASSEMBLIES
from schemes.contact.measures import MEASURES as OF_CONTACT
from schemes.echo.measures import MEASURES as OF_COMMUNITY
from schemes.frame import Asked, Period, measure_rows
from schemes.inquiry.measures import MEASURES as OF_INQUIRIES
from schemes.inquiry.measures import SANCTIONS, judged
from tests.reference import plain_clock
from tests.support.examples import examples
from tests.support.schemes import complete

QUARTER, MONTH = Period.of("2026Q1"), Period.of("2026-02")
AS_OF = date(2026, 4, 30)
DAYS = st.dates(date(2025, 12, 28), date(2026, 4, 3)) | st.dates(MONTH.first, MONTH.last)
LATER = st.none() | st.dates(date(2026, 1, 5), date(2026, 4, 10))
UNITS, PLACES, LEADERS = st.sampled_from("UV"), st.sampled_from(["KZ", "FS"]), st.sampled_from(["L1", "L2"])


def named(scheme, measures, names):
    found = [measure for measure in measures if measure.name in names]
    assert len(found) == len(names), scheme
    return found


def added(scheme, measures, frames, question):
    """Measure -> numerator and base, over all rows of a question; a measure that cannot be divided so is left out."""
    settings = scheme_of(scheme).settings
    rows = measure_rows(scheme, measures, frames, question, settings)
    rows = rows if question.period != QUARTER else complete(rows)  # a day has the rows of a quarter
    shares = {measure.name for measure in measures if measure.counts == "share"}
    found = {}
    for row in rows.itertuples():
        value, base = found.get(row.measure, (0, 0))
        part = round((row.value or 0) * row.n) if row.measure in shares else row.value or 0
        found[row.measure] = (value + part, base + row.n)
    return found


def over(period, by="all"):
    return Asked(period, AS_OF, by, "test", "release")


def days_of(period):
    return [period.first + timedelta(days=n) for n in range((period.last - period.first).days + 1)]


def adds_up(scheme, names, measures, frames):
    """Assert that all parts add up to their whole, and return the numbers of the quarter."""
    own = named(scheme, measures, names)
    told = {by: added(scheme, own, frames, over(QUARTER, by)) for by in ("all", "month", "quarter")}
    assert told["all"] == told["month"] == told["quarter"]
    for by in sorted({by for measure in own for by in measure.by} - {"month", "quarter"}):
        divided = added(scheme, own, frames, over(QUARTER, by))
        able = {measure.name for measure in own if by in measure.by}
        empty = {name: (0, 0) for name in able}
        assert {**empty, **divided} == {name: told["all"][name] for name in able}, by
    parts = [added(scheme, own, frames, over(Period(day, day))) for day in days_of(MONTH)]
    of_days = {name: tuple(map(sum, zip(*(part[name] for part in parts), strict=True))) for name in parts[0]}
    assert added(scheme, own, frames, over(MONTH)) == of_days
    return told["all"]


def table(columns, rows):
    return pd.DataFrame(rows, columns=columns, dtype=object)


def inside(day):
    return day is not None and QUARTER.first <= day <= QUARTER.last


OPINIONS = st.lists(
    st.tuples(
        DAYS,
        st.integers(0, 20),
        LATER,
        UNITS,
        st.sampled_from(["满意", "不满意", None]),
        st.sampled_from(["热线", "茶馆"]),
    ),
    max_size=15,
)


@pytest.mark.sweep
@given(OPINIONS)
@examples(60, 2)
def test_opinions(rows):
    columns = ["opinion_no", "received_at", "due", "answered_at", "unit_code", "feedback", "channel", "feedback_asked"]
    opinions = table(
        [*columns, "place_code", "topic"],
        [
            (f"N{at}", day, day + timedelta(days=term), answered, unit, grade, channel, True, "KZ-1", "市容")
            for at, (day, term, answered, unit, grade, channel) in enumerate(rows)
        ],
    )
    names = {"received", "answered", "duplicates", "on_time", "overdue", "open", "paused", "satisfaction"}
    found = adds_up("echo", names, OF_COMMUNITY, {"opinion": opinions})
    assert found["received"][0] == sum(inside(day) for day, *_ in rows)
    graded = [grade for _, _, answered, _, grade, _ in rows if grade and inside(answered)]
    assert found["satisfaction"] == (graded.count("满意"), len(graded))


VISITS = st.lists(
    st.tuples(DAYS, st.sampled_from("ab"), st.sampled_from(["KZ-1", "KZ-2"]), st.sampled_from(["H1", "H2", "H3"])),
    max_size=25,
)


@pytest.mark.sweep
@given(VISITS)
@examples(40, 2)
def test_weeks_of_visits_add_up_and_households_are_different_codes(rows):
    """A week belongs to the day, and so to the month, of its Thursday."""
    frames = {
        "visit": table(["visit_date", "person_code", "place_code", "household_code"], rows),
        "place": table(
            ["place_code", "parent_code", "households"], [("KZ", None, 9), ("KZ-1", "KZ", 5), ("KZ-2", "KZ", 4)]
        ),
        "person": table(
            ["person_code", "role", "place_code", "valid_from"],
            [("a", "网格员", "KZ-1", "2025-01-01"), ("b", "网格员", "KZ-2", "2025-01-01")],
        ),
        "calendar": table(
            ["date", "worked", "provisional"], plain_clock.frame_rows(date(2025, 12, 1), date(2026, 5, 31))
        ),
    }
    if not rows:
        return
    adds_up("echo", {"weeks_met"}, OF_COMMUNITY, frames)
    (coverage,) = named("echo", OF_COMMUNITY, {"coverage"})
    quarter = added("echo", [coverage], frames, over(QUARTER))["coverage"][0]
    assert quarter == len({household for day, _, _, household in rows if inside(day)})
    months = [added("echo", [coverage], frames, over(month))["coverage"][0] for _, month in QUARTER.parts("month")]
    assert max(months) <= quarter <= sum(months)


PETITIONS = st.lists(
    st.tuples(
        *(DAYS, st.sampled_from("AB"), st.sampled_from(["a", "b", "a；b", None]), st.sampled_from(["来访", "来信"])),
        *(st.sampled_from(["乡镇街道", "市", "省"]), st.integers(1, 7), LATER, LATER, UNITS),
    ),
    max_size=12,
)
DECISIONS = st.lists(
    st.tuples(
        *(DAYS, st.sampled_from(["a", "b", "c", None]), st.sampled_from([*SANCTIONS[:2], "约谈", "诫勉", "通报"])),
        *(UNITS, st.sampled_from(["I0", "I1", "I2"])),
    ),
    max_size=12,
)
INQUIRIES = st.lists(
    st.tuples(DAYS, LATER, st.sampled_from(["属实", "不属实"]), st.sampled_from(["责任事故", "一般"]), UNITS),
    min_size=3,
    max_size=6,
)


@pytest.mark.sweep
@given(PETITIONS, INQUIRIES, DECISIONS)
@examples(60, 2)
def test_petitions_inquiries_and_decisions(petitions, inquiries, decisions):
    columns = ["matter_no", "person_codes", "form", "level", "people", "accepted_on", "closed_on", "unit_code"]
    frames = {
        "petition": table(
            ["petition_no", "received_on", *columns, "accept_due", "handle_due", "responsible_level", "result"],
            [
                (f"P{at:02}", row[0], *row[1:], row[0] + timedelta(days=15), _handled_by(row), "乡镇街道", "合理未解决")
                for at, row in enumerate(petitions)
            ],
        ),
        "inquiry": table(
            ["inquiry_no", "opened_on", "found_on", "finding", "grade", "unit_code"],
            [(f"I{at}", *row) for at, row in enumerate(inquiries)],
        ),
        "inquiry_measure": table(
            ["measure_no", "decided_on", "person_code", "measure", "unit_code", "inquiry_no"],
            [(f"C{at}", *row) for at, row in enumerate(decisions)],
        ),
    }
    frames["petition"] = judged(frames["petition"], scheme_of("inquiry").settings)
    names = {measure.name for measure in OF_INQUIRIES} - {"persons", "in_effect", "carried_out"}
    found = adds_up("inquiry", names, OF_INQUIRIES, frames)
    held = [person for day, person, what, *_ in decisions if inside(day) and person and what in SANCTIONS]
    assert found["decisions"][0] == len(held)
    (persons,) = named("inquiry", OF_INQUIRIES, {"persons"})
    quarter = added("inquiry", [persons], frames, over(QUARTER))["persons"]
    assert quarter == (len(set(held)), len(held))
    months = added("inquiry", [persons], frames, over(QUARTER, "month"))["persons"]
    assert quarter[0] <= months[0] and quarter[1] == months[1]


def _handled_by(row):
    return row[6] + timedelta(days=60) if row[6] else None


MATTERS = st.lists(
    st.tuples(
        *(DAYS, LATER, st.sampled_from(["准予实施", "不予实施", "暂缓"]), UNITS, st.sampled_from(["就业", "拆迁安置"])),
        *(st.none() | DAYS, st.sampled_from([100, 199, 200, 250, 300])),
    ),
    max_size=10,
)


@pytest.mark.sweep
@given(MATTERS)
@examples(40, 2)
def test_matters_surveys_and_vetoes(rows):
    surveyed = [(at, *row[5:]) for at, row in enumerate(rows) if row[5]]
    frames = {
        "assessment": table(
            ["assess_no", "matter_no", "started_on", "decided_on", "decision", "unit_code", "class", "population"],
            [
                (f"A{at}", f"M{at}", started, decided, decision if decided else None, unit, sort, 3000)
                for at, (started, decided, decision, unit, sort, *_) in enumerate(rows)
            ],
        ),
        "consultation": table(
            ["consult_no", "assess_no", "method", "design", "invited", "returned", "from", "to", "primary"],
            [
                (f"Z{at}", f"A{at}", "问卷调查", "随机", 300, 300, str(end - timedelta(days=5)), str(end), True)
                for at, end, _ in surveyed
            ],
        ),
        "consultation_answer": table(
            ["consult_no", "question", "yes", "no", "neutral", "dont_know", "abstain", "blank", "invalid"],
            [(f"Z{at}", "支持", yes, 300 - yes, 0, 0, 0, 0, 0) for at, _, yes in surveyed],
        ),
    }
    names = {measure.name for measure in OF_MATTERS} - {"approval", "approval_published"}
    found = adds_up("approval", names, OF_MATTERS, frames)
    decided = [row[2] for row in rows if inside(row[1])]
    assert found["vetoed"] == (decided.count("不予实施"), len(decided))
    ended = [yes for _, end, yes in surveyed if inside(end)]
    assert found["line_not_met"] == (sum(3 * yes < 600 for yes in ended), len(ended))


MEETINGS = st.lists(
    st.tuples(DAYS, PLACES, st.integers(1, 30), st.integers(1, 30), st.integers(0, 30)), min_size=1, max_size=6
)
PROJECTS = st.lists(
    st.tuples(PLACES, st.sampled_from(["水泥路", "泥结碎石路", "桥"]), st.integers(0, 9000), LATER, LATER, LATER),
    min_size=1,
    max_size=5,
)
ENTRIES = st.lists(
    st.tuples(
        *(DAYS, st.sampled_from(["收入", "支出"]), st.sampled_from(["集资", "捐款", "借款", "材料"])),
        *(st.integers(1, 99_999), st.booleans(), st.integers(0, 4)),
    ),
    max_size=15,
)


@pytest.mark.sweep
@given(MEETINGS, PROJECTS, ENTRIES)
@examples(40, 2)
def test_assemblies_motions_roads_and_money(meetings, projects, entries):
    held = [
        (f"B{at}", *row[:2], max(row[2:4]), min(row[2:4]), min(row[3], row[4], row[2]))
        for at, row in enumerate(meetings)
    ]
    frames = {
        "meeting": table(
            ["meeting_no", "date", "place_code", "entitled", "present", "quorum_rule"],
            [(*row[:5], "村民过半") for row in held],
        ),
        "motion": table(
            ["meeting_no", "item", "majority_rule", "yes", "no", "abstain"],
            [(number, 1, "到会过半", yes, 0, 0) for number, *_, yes in held],
        ),
        "project": table(
            ["project_no", "place_code", "kind", "length_m", "accepted_on", "posted_on", "levy_until", "direct_persons",
             "direct_share", "share_kind", "cap"],
            [(f"P{at}", *row, 10, 100, "筹资", 15) for at, row in enumerate(projects)],
        ),
        "fund_entry": table(
            ["project_no", "date", "direction", "source", "amount", "receipt"],
            [
                (f"P{at % len(projects)}", day, side, source, f"{fen // 100}.{fen % 100:02}", receipt)
                for day, side, source, fen, receipt, at in entries
            ],
        ),
    }  # fmt: skip
    names = {measure.name for measure in OF_ASSEMBLIES if not measure.name.endswith("_in_all")}
    found = adds_up("assembly", names, OF_ASSEMBLIES, frames)
    income = [row for row in entries if inside(row[0]) and row[1] == "收入" and row[2] != "借款"]
    assert found["raised"] == (sum(row[3] for row in income), len(income))
    assert found["held"][0] == sum(inside(row[0]) for row in meetings)
    roads = [row[2] for row in projects if row[1] == "水泥路" and inside(row[3])]
    assert found["concrete_road"] == (sum(roads), len(roads))


RECEPTIONS = st.lists(
    st.tuples(DAYS, PLACES, LEADERS, UNITS, LATER, *(st.integers(0, 20) for _ in range(5))), max_size=12
)
OUTINGS = st.lists(st.tuples(DAYS, st.sampled_from(["驻点", "节庆走访"]), UNITS, PLACES), max_size=12)


@pytest.mark.sweep
@given(RECEPTIONS, OUTINGS)
@examples(40, 2)
def test_receptions_and_outings(receptions, outings):
    columns = ["date", "place_code", "person_code", "unit_code", "announced_on", "groups", "people", "raised"]
    frames = {
        "reception": table([*columns, "solved_there", "taken_over"], receptions),
        "outing": table(["date", "kind", "unit_code", "place_code"], outings),
    }
    names = {"receptions", "announced", "groups", "people", "raised", "solved_there", "taken_over", "outings"}
    found = adds_up("contact", names, OF_CONTACT, frames)
    own = [row for row in receptions if inside(row[0])]
    assert found["people"] == (sum(row[6] for row in own), len(own))
    assert found["solved_there"] == (sum(row[8] for row in own), sum(row[7] for row in own))
    assert found["announced"][0] == sum(row[4] is not None and row[4] <= row[0] for row in own)


@pytest.mark.parametrize("name", ["echo", "inquiry", "approval", "assembly", "contact"])
def test_every_measure_of_a_time_is_tried_here(name):
    """A measure by month that is not in a test above does not add up, or is of a day; both are named."""
    apart = {"coverage", "persons", "in_effect"}
    by_time = {measure.name for measure in scheme_of(name).measures if {"month", "quarter"} & set(measure.by)} - apart
    assert by_time <= TRIED[name]


TRIED = {
    "echo": {
        *("received", "answered", "duplicates", "on_time", "overdue", "open", "paused", "satisfaction", "weeks_met"),
    },
    "inquiry": {measure.name for measure in OF_INQUIRIES},
    "approval": {measure.name for measure in OF_MATTERS},
    "assembly": {measure.name for measure in OF_ASSEMBLIES},
    "contact": {"receptions", "announced", "groups", "people", "raised", "solved_there", "taken_over", "outings"},
}
