"""Planned against done by the calendar, receptions, pairings."""

from datetime import date

from schemes.contact import words
from schemes.contact.measures import (
    MEASURES,
    Settings,
    attention,
    live_pairings,
    planned_by_then,
    points,
    reception_plan,
    twice_paired,
)
from schemes.frame import Period, measure_rows
from tests.reference import plain_clock
from tests.support.schemes import asked, cases, complete, faults, frame, value


def worked_days(year, last):
    """Working days of a year up to and including a day."""
    return sum(worked for _, worked, _ in plain_clock.frame_rows(date(year, 1, 1), last))


def test_every_worked_example_of_a_plan():
    wrong = []
    for example in cases("contact", "planned"):
        planned, done, as_of = int(example.inputs["planned"]), int(example.inputs["done"]), example.inputs["as_of"]
        day = date.fromisoformat(as_of)
        elapsed, worked = worked_days(day.year, day), worked_days(day.year, date(day.year, 12, 31))
        visits = [day_.isoformat() for day_, *_ in plain_clock.frame_rows(date(day.year, 1, 1), day)][:done]
        assert len(visits) == min(done, day.timetuple().tm_yday)
        frames = {
            "contact_point": frame("point_no,year,person_code,planned", f"T,{day.year},L,{planned}"),
            "outing": frame("outing_no,date,point_no", *(f"{at},{visit},T" for at, visit in enumerate(visits))),
            "reception": frame("person_code,place_code,date"),
            "clock": frame("year,elapsed,worked", f"{day.year},{elapsed},{worked}"),
        }
        row = points(frames, day).iloc[0]
        due = next(n for n in range(planned, -1, -1) if n * worked <= planned * elapsed)
        assert (row["planned_by_then"], row["done"]) == (due, done)
        capped = f"{min(done, planned)}/{planned}" if planned else "none"
        assert row["share"] == (min(done, planned) / planned if planned else None)
        told = {"planned_by_then": row["planned_by_then"], "difference": row["difference"], "share": capped}
        wrong += faults(example, elapsed=elapsed, worked=worked, **told)
        wrong += faults(example, as_counted=f"{row['done']}/{planned}") if planned else []
    assert wrong == [] and planned_by_then(12, 0, 0) == 0


FRAMES = {
    "contact_point": frame(
        "point_no,year,person_code,unit_code,place_code,planned",
        "T1,2026,L1,U,V1,4",
        "T2,2026,L2,U,V2,2",
        "T3,2026,L2,W,V3,4",
        "T4,2025,L1,U,V1,9",
    ),
    "outing": frame(
        "outing_no,date,kind,unit_code,place_code,point_no",
        "O1,2026-01-10,驻点,U,V1,T1",
        "O2,2026-01-10,驻点,U,V1,T1",
        "O3,2026-02-10,节庆走访,U,V9,",
        "O4,2026-03-01,驻点,U,V2,T2",
        "O5,2026-03-02,驻点,U,V2,T2",
        "O6,2026-03-03,驻点,U,V2,T2",
        "O7,2025-12-31,驻点,U,V1,T1",
    ),
    "reception": frame(
        "reception_no,date,place_code,person_code,announced_on,groups,people,raised,solved_there,taken_over",
        "R1,2026-01-20,V1,L1,2026-01-10,3,9,4,1,2",
        "R2,2026-01-10,V1,L1,,1,1,1,0,0",
        "R3,2026-04-20,V9,L2,2026-04-21,2,2,0,0,0",
    ),
    "person": frame(
        "person_code,unit_code,role,rank,valid_from,valid_to",
        "L1,U,领导干部,市级,2025-01-01,",
        "L2,W,领导干部,县级,2026-03-01,2026-06-01",
        "L3,W,网格员,市级,2025-01-01,",
    ),
    "pairing": frame(
        "pair_no,person_code,unit_code,partner_kind,partner_code,start,end,logs,signed",
        "J1,L1,U,户,H1,2026-01-01,2026-06-30,4,3",
        "J2,L2,W,户,H1,2026-06-30,,0,0",
        "J3,L2,W,户,H1,2026-02-01,,2,1",
        "J4,L2,W,村,H1,2026-02-01,,0,0",
    ),
    "clock": frame("year,elapsed,worked", "2026,120,248", "2025,248,248"),
}


def test_a_day_counts_once_and_more_than_planned_is_capped_in_shares():
    table = points(FRAMES, date(2026, 6, 30)).set_index("point_no")
    assert table["done"].to_dict() == {"T1": 2, "T2": 3, "T3": 0, "T4": 0}
    assert (table.loc["T2", "share"], table.loc["T2", "difference"]) == (1.0, 3)
    rows = complete(measure_rows("contact", MEASURES, FRAMES, asked(as_of="2026-06-30"), Settings()))
    assert value(rows, "visits_done") == 4 / 10
    by_unit = measure_rows("contact", MEASURES, FRAMES, asked(as_of="2026-06-30", by="unit"), Settings())
    assert (value(by_unit, "visits_done", "U"), value(by_unit, "visits_done", "W")) == (4 / 6, 0)


def test_receptions_by_rank_and_what_came_of_them():
    """A leader of a city receives once a quarter, of a county once a month, in the months of full service."""
    plan = reception_plan(FRAMES, Period.of("2026"), date(2026, 6, 30), Settings())
    assert plan[["person_code", "last", "met"]].values.tolist() == [
        ["L1", date(2026, 3, 31), True],
        ["L1", date(2026, 6, 30), False],
        ["L2", date(2026, 3, 31), False],
        ["L2", date(2026, 4, 30), True],
        ["L2", date(2026, 5, 31), False],
    ]
    rows = complete(measure_rows("contact", MEASURES, FRAMES, asked(as_of="2026-06-30"), Settings()))
    shown = {name: value(rows, name) for name in ("receptions", "plan_met", "announced", "groups", "people", "raised")}
    assert shown == {"receptions": 3, "plan_met": 2 / 5, "announced": 1 / 3, "groups": 6, "people": 12, "raised": 5}
    months = measure_rows("contact", MEASURES, FRAMES, asked(as_of="2026-06-30", by="month"), Settings())
    for name in ("receptions", "groups", "people", "raised", "solved_there", "taken_over", "outings"):
        assert sum(months.loc[months["measure"] == name, "value"]) == value(rows, name), name


def test_pairings_live_on_a_day():
    pairings = FRAMES["pairing"]
    assert live_pairings(pairings, date(2026, 6, 29))["pair_no"].tolist() == ["J1", "J3", "J4"]
    assert live_pairings(pairings, date(2026, 6, 30))["pair_no"].tolist() == ["J2", "J3", "J4"]
    assert twice_paired(pairings, date(2026, 6, 30))["pair_no"].tolist() == ["J2", "J3"]
    rows = measure_rows("contact", MEASURES, FRAMES, asked(as_of="2026-06-29"), Settings())
    assert (value(rows, "pairings"), value(rows, "signed")) == (3, 4 / 6)


def test_what_an_office_must_do():
    found = attention(FRAMES, date(2026, 6, 30), Settings())
    lists = {what: list(part["key"]) for what, part in found.groupby("what")}
    assert lists == {
        "not_announced": ["R2", "R3"],
        "no_reception": ["L1", "L2", "L2"],
        "no_visit": ["T3", "T4"],
        "no_log": ["J4"],
    }
    assert set(lists) == set(words.ATTENTION_WORDS)
