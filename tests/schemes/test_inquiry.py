"""Petitions and inquiries: every worked example, plain recounts, and sums that add up."""

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemes.frame import Period, measure_rows
from schemes.inquiry import words
from schemes.inquiry.measures import KIND_NAMES, MEASURES, SANCTIONS, WHY, Settings, attention, codes, judged
from tests.reference import plain_clock
from tests.support.examples import examples
from tests.support.schemes import asked, cases, complete, faults, frame, value, word

LEVELS = ["村社区", "乡镇街道", "县区", "市", "省", "国家"]


def handle_due(accepted):
    return plain_clock.rolled(date.fromisoformat(accepted) + timedelta(days=60)).isoformat() if accepted else None


def register():
    """The petitions of the worked example, with the last days of a plain clock."""
    rows = []
    for example in cases("inquiry", "petitions"):
        given = example.inputs
        renamed = {
            "matter": "matter_no",
            "persons": "person_codes",
            "received": "received_on",
            "accepted": "accepted_on",
        }
        row = {renamed.get(name, name): text for name, text in given.items()}
        row["closed_on"] = row.pop("closed", None)
        accept_due = plain_clock.rolled(date.fromisoformat(given["received"]) + timedelta(days=15)).isoformat()
        rows.append({"petition_no": example.case, "unit_code": "U", "accept_due": accept_due, **row})
        rows[-1]["handle_due"] = handle_due(given.get("accepted"))
    return pd.DataFrame(rows, dtype=object)


def test_every_worked_example_of_petitions():
    table = judged(register().sample(frac=1, random_state=3), Settings()).set_index("petition_no")
    wrong = []
    for example in cases("inquiry", "petitions"):
        row = table.loc[example.case]
        told = {"kind": row["kind"], "counted_with": row["counted_with"]}
        if row["kind"] != "duplicate":
            told |= {name: word(row[name]) for name in ("skip_level", "group", "against")}
            told |= {"number": row["number"], "why": row["why"], "due": row["why_due"]}
        wrong += faults(example, **told)
    assert wrong == []


def plain_judgement(rows):
    """Kind, number and against of each petition, comparing it with every other."""
    counted, answers = [], {}
    for row in sorted(rows, key=lambda row: (row["received_on"], row["petition_no"])):
        same = [
            o
            for o in counted
            if o["matter_no"] == row["matter_no"] and codes(o["person_codes"]) & codes(row["person_codes"])
        ]
        if any(all(o[name] == row[name] for name in ("received_on", "form", "level")) for o in same):
            answers[row["petition_no"]] = ("duplicate", None, None)
            continue
        late = any(
            o["accepted_on"]
            and o["handle_due"] < row["received_on"]
            and not (o["closed_on"] and o["closed_on"] <= row["received_on"])
            for o in same
        )
        unsolved = any(
            o["closed_on"] and o["closed_on"] <= row["received_on"] and o["result"] == "合理未解决" for o in same
        )
        answers[row["petition_no"]] = ("repeat" if same else "first", len(same) + 1, late or unsolved)
        counted.append(row)
    return answers


DAYS = st.integers(0, 140).map(lambda n: (date(2026, 1, 1) + timedelta(days=n)).isoformat())
PETITION = st.fixed_dictionaries(
    {
        "matter_no": st.sampled_from("AB"),
        "person_codes": st.sampled_from(["a", "b", "a；b", "", None]),
        "received_on": DAYS,
        "form": st.sampled_from(["来访", "来信"]),
        "level": st.sampled_from(LEVELS),
        "responsible_level": st.sampled_from(LEVELS[:3]),
        "people": st.integers(1, 8),
        "accepted_on": st.none() | DAYS,
        "closed_on": st.none() | DAYS,
        "result": st.sampled_from(["合理未解决", "已解决"]),
        "unit_code": st.sampled_from("UV"),
    }
)
REGISTER = st.lists(PETITION, max_size=14)


@given(REGISTER)
@examples(100, 20)
def test_repetitions_are_those_of_a_plain_comparison(rows):
    rows = [
        {**row, "petition_no": f"P{at:02}", "handle_due": handle_due(row["accepted_on"])} for at, row in enumerate(rows)
    ]
    table = judged(pd.DataFrame(rows, columns=["petition_no", *PETITION_COLUMNS], dtype=object), Settings())
    found = {row.petition_no: (row.kind, row.number, row.against) for row in table.itertuples()}
    assert found == plain_judgement(rows)


PETITION_COLUMNS = (
    *("matter_no", "person_codes", "received_on", "form", "level", "responsible_level", "people"),
    *("accepted_on", "closed_on", "result", "unit_code", "handle_due", "accept_due"),
)


@pytest.mark.sweep
@given(REGISTER)
@examples(60, 5)
def test_petitions_of_a_quarter_are_those_of_its_months_and_units(rows):
    rows = [
        {
            **row,
            "petition_no": f"P{at:02}",
            "handle_due": handle_due(row["accepted_on"]),
            "accept_due": row["received_on"],
        }
        for at, row in enumerate(rows)
    ]
    frames = {"petition": pd.DataFrame(rows, columns=["petition_no", *PETITION_COLUMNS], dtype=object)}
    adds_up(frames, [measure for measure in MEASURES if measure.tables == ("petition",)], "2026Q1")


def adds_up(frames, measures, period):
    """Numerators and bases of the whole are the sums of the parts, whichever way it is divided."""

    def parts(by):
        rows = complete(measure_rows("inquiry", measures, frames, asked(period, "2026-12-31", by), Settings()))
        shares = {measure.name for measure in measures if measure.counts == "share"}
        rows["value"] = [
            round((row.value or 0) * row.n) if row.measure in shares else row.value for row in rows.itertuples()
        ]
        sums = rows.groupby("measure")[["value", "n"]].sum().astype(int)
        return {name: (row.value, row.n) for name, row in zip(sums.index, sums.itertuples(), strict=True) if row.n}

    assert parts("all") == parts("month") == parts("quarter") == parts("unit")


def test_every_worked_example_of_the_clock():
    wrong = []
    for example in cases("inquiry", "clock"):
        start = date.fromisoformat(example.inputs["from"])
        days, months = example.inputs.get("days"), example.inputs.get("months")
        plain = start + timedelta(days=int(days)) if days else plain_clock.months_later(start, int(months))
        wrong += faults(example, plain=plain, rolled=plain_clock.rolled(plain))
    assert wrong == []


def test_every_worked_example_of_the_share_in_time():
    """Handling has the same share as opinions: overdue petitions are in the base."""
    dues = {
        "on_time": "2026-06-10",
        "late": "2026-06-08",
        "overdue": "2026-06-20",
        "open": "2026-07-10",
        "paused": None,
    }
    wrong = []
    for example in cases("inquiry", "on_time"):
        numbers = {state: int(number) for state, number in example.inputs.items()}
        states = [state for state, number in numbers.items() for _ in range(number)]
        rows = [
            (
                f"N{at}",
                f"M{at}",
                "2026-05-01",
                "来信",
                "市",
                dues[s],
                "2026-06-10" if s in ("on_time", "late") else None,
            )
            for at, s in enumerate(states)
        ]
        names = ["petition_no", "matter_no", "received_on", "form", "level", "handle_due", "closed_on"]
        table = pd.DataFrame(rows, columns=names, dtype=object).assign(responsible_level="市")
        measure = [m for m in MEASURES if m.name == "handled_in_time"]
        row = measure_rows("inquiry", measure, {"petition": table}, asked(as_of="2026-06-30"), Settings()).iloc[0]
        base = int(example.expected["base"])
        share = example.expected["share"]
        assert row["value"] == (None if share == "none" else numbers["on_time"] / base), example.case
        wrong += faults(example, base=row["n"])
    assert wrong == []


def day_of(quarter):
    return Period.of(quarter).first + timedelta(days=40)


def demonstration():
    """Inquiries and decisions with the numbers of the table by quarter; two persons are held responsible twice."""
    numbers = {example.case: example.inputs for example in cases("inquiry", "adding_up")}
    inquiries, decided = [], []

    def decide(measure, quarter, number, persons):
        for _ in range(number):
            person = persons.pop(0) if persons else f"X{len(decided)}"
            decided.append((f"C{len(decided)}", f"D{len(inquiries)}", person, "U", measure, day_of(quarter), "heard"))

    again = {"2023Q1": ["A"], "2023Q3": ["A"], "2023Q4": ["B"], "2024Q2": ["B"]}
    for quarter in numbers["incidents"]:
        decide("约谈", quarter, int(numbers["talks"][quarter]), [])
        decide("诫勉", quarter, int(numbers["admonitions"][quarter]), [])
        decide("党纪处分", quarter, int(numbers["decisions"][quarter]), again.get(quarter, []))
        for _ in range(int(numbers["incidents"][quarter])):
            inquiries.append((f"I{len(inquiries)}", "U", day_of(quarter), "属实", day_of(quarter), "责任事故"))
            circular = (f"C{len(decided)}", inquiries[-1][0], None, "U", "通报", day_of(quarter), "heard")
            decided += [circular, (f"C{len(decided)}b", *circular[1:5], circular[5] + timedelta(days=30), "heard")]
    decided.append(("C-body", "I0", None, "U", "改组", day_of("2024Q1"), "heard"))
    names = ["measure_no", "inquiry_no", "person_code", "unit_code", "measure", "decided_on", "heard_on"]
    return {
        "inquiry": pd.DataFrame(
            inquiries, columns=["inquiry_no", "unit_code", "opened_on", "finding", "found_on", "grade"], dtype=object
        ),
        "inquiry_measure": pd.DataFrame(decided, columns=names, dtype=object),
    }


def test_persons_do_not_add_up_and_person_times_do():
    """The figures of three years: 12 incidents, 53 talks and admonitions, 43 decisions on 41 persons."""
    frames, wrong = demonstration(), []
    years = [("2023", Period.of("2023")), ("2024", Period.of("2024")), ("2025", Period.of("2025"))]
    periods = [*years, ("all", Period(date(2023, 1, 1), date(2025, 12, 31)))]
    measures = [
        measure for measure in MEASURES if measure.name in {case.case for case in cases("inquiry", "adding_up")}
    ]
    told = {}
    for name, period in periods:
        question = asked(as_of="2025-12-31").within(period)
        rows = complete(measure_rows("inquiry", measures, frames, question, Settings()))
        told[name] = {measure.name: value(rows, measure.name) for measure in measures}
    for example in cases("inquiry", "adding_up"):
        wrong += faults(example, **{name: told[name][example.case] for name, _ in periods})
        by_quarter = measure_rows("inquiry", measures, frames, asked("2023", "2025-12-31", "quarter"), Settings())
        own = by_quarter[by_quarter["measure"] == example.case].set_index("key")["value"]
        assert {name: str(number) for name, number in own.items()} == {
            name: text for name, text in example.inputs.items() if name.startswith("2023")
        }
    assert wrong == []
    assert sum(told[year]["persons"] for year, _ in years) == 42


DECISIONS = st.lists(
    st.tuples(
        st.integers(0, 120),
        st.sampled_from(["a", "b", "c", None]),
        st.sampled_from([*SANCTIONS[:3], "约谈", "诫勉", "通报"]),
        st.sampled_from("UV"),
        st.sampled_from(["I1", "I2"]),
    ),
    max_size=20,
)


@given(DECISIONS)
@examples(100, 8)
def test_events_add_up_and_persons_are_different_codes(rows):
    table = pd.DataFrame(
        [
            (f"C{at}", inquiry, person, unit, measure, date(2026, 1, 1) + timedelta(days=day))
            for at, (day, person, measure, unit, inquiry) in enumerate(rows)
        ],
        columns=["measure_no", "inquiry_no", "person_code", "unit_code", "measure", "decided_on"],
        dtype=object,
    )
    frames = {"inquiry": frame("inquiry_no,unit_code,grade", "I1,U,责任事故", "I2,U,一般"), "inquiry_measure": table}
    events = [
        m for m in MEASURES if m.name in ("incidents", "talks", "admonitions", "talks_and_admonitions", "decisions")
    ]
    adds_up({**frames, "inquiry": frames["inquiry"]}, events, "2026Q1")
    (persons,) = [m for m in MEASURES if m.name == "persons"]
    quarter = measure_rows("inquiry", [persons], frames, asked("2026Q1"), Settings())
    inside = [(person, measure) for day, person, measure, _, _ in rows if day < 90 and person and measure in SANCTIONS]
    assert value(quarter, "persons") == len({person for person, _ in inside}) and quarter["n"].iloc[0] == len(inside)
    months = measure_rows("inquiry", [persons], frames, asked("2026Q1", by="month"), Settings())["value"]
    assert max(months) <= value(quarter, "persons") <= sum(months)


def test_what_a_clerk_must_do():
    table = register().assign(inquiry_due=lambda rows: rows["received_on"])
    frames = {
        "petition": table,
        "inquiry": frame(
            "inquiry_no,matter_no,unit_code,opened_on,finding", "I1,B,U,2026-03-12,核查中", "I2,Z,U,2026-05-30,"
        ),
        "inquiry_measure": frame(
            "measure_no,unit_code,decided_on,heard_on,effect_until", "C1,U,2026-03-30,,2026-06-30"
        ),
    }
    found = attention(frames, asked(as_of="2026-06-01"), Settings())
    lists = {what: list(part["key"]) for what, part in found.groupby("what")}
    assert lists["handling_overdue"] == ["P04"] and lists["handling_due"] == ["P08"]
    assert lists["no_inquiry"] == ["P18"] and lists["inquiry_open"] == ["I1"]
    left = found.set_index("what")["days"]
    assert left["handling_due"] == 0 and left["handling_overdue"] == -84  # due on 9 March, today is 1 June
    assert lists["not_heard"] == lists["effect_ends"] == ["C1"]
    assert "P12" not in lists["acceptance_overdue"] and set(lists) <= set(words.ATTENTION_WORDS)


def test_measures_of_a_year_and_words():
    frames = {"petition": register(), **demonstration()}
    rows = complete(measure_rows("inquiry", MEASURES, frames, asked(as_of="2026-06-30"), Settings()))
    shown = {
        name: value(rows, name)
        for name in ("received", "registered_twice", "repeated", "skip_level", "group", "against")
    }
    assert shown == {"received": 17, "registered_twice": 1, "repeated": 8, "skip_level": 2, "group": 3, "against": 3}
    before = {**frames, "petition": judged(frames["petition"], Settings())}
    again = measure_rows("inquiry", MEASURES, before, asked(as_of="2026-06-30"), Settings())
    pd.testing.assert_frame_equal(rows, again)
    assert set(KIND_NAMES) == set(words.KIND_WORDS) and set(WHY) == set(words.WHY_WORDS)
