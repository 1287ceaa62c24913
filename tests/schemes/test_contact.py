"""Planned against done by the calendar, receptions, pairings."""

from datetime import date

import pandas as pd
import pytest

from data.model.working_days import work_calendar
from schemes.contact import words
from schemes.contact.due_days import with_due_days
from schemes.contact.measures import (
    MEASURES,
    Settings,
    Worked,
    attention,
    idle_pairings,
    leaders,
    live_pairings,
    planned_by_then,
    points,
    posts,
    reception_days,
    reception_plan,
    twice_paired,
)
from schemes.frame import ATTENTION, Period, measure_rows
from tests.reference import plain_clock
from tests.support.schemes import asked, cases, complete, faults, frame, value

CALENDAR = pd.DataFrame(
    plain_clock.frame_rows(date(2023, 12, 1), date(2027, 1, 31)), columns=["date", "worked", "provisional"]
)


def joined(frames, as_of="2026-06-30"):
    """The frames as measures read them."""
    return with_due_days({**frames, "calendar": CALENDAR}, work_calendar(), date.fromisoformat(as_of), Settings())


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
        }
        row = points(joined(frames, as_of), day).iloc[0]
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
}
JOINED = joined(FRAMES)


def test_a_day_counts_once_and_more_than_planned_is_capped_in_shares():
    table = points(JOINED, date(2026, 6, 30)).set_index("point_no")
    assert table["done"].to_dict() == {"T1": 2, "T2": 3, "T3": 0, "T4": 0}
    assert (table.loc["T2", "share"], table.loc["T2", "difference"]) == (1.0, 3)
    rows = complete(measure_rows("contact", MEASURES, JOINED, asked(as_of="2026-06-30"), Settings()))
    assert value(rows, "visits_done") == 4 / 10
    by_unit = measure_rows("contact", MEASURES, JOINED, asked(as_of="2026-06-30", by="unit"), Settings())
    assert (value(by_unit, "visits_done", "U"), value(by_unit, "visits_done", "W")) == (4 / 6, 0)


def test_receptions_by_rank_and_what_came_of_them():
    """A leader of a city receives once a quarter, of a county once a month, in the months of full service."""
    plan = reception_plan(JOINED, Period.of("2026"), date(2026, 6, 30), Settings())
    assert plan[["person_code", "last", "met"]].values.tolist() == [
        ["L1", date(2026, 3, 31), True],
        ["L1", date(2026, 6, 30), False],
        ["L2", date(2026, 3, 31), False],
        ["L2", date(2026, 4, 30), True],
        ["L2", date(2026, 5, 31), False],
    ]
    rows = complete(measure_rows("contact", MEASURES, JOINED, asked(as_of="2026-06-30"), Settings()))
    shown = {name: value(rows, name) for name in ("receptions", "plan_met", "announced", "groups", "people", "raised")}
    assert shown == {"receptions": 3, "plan_met": 2 / 5, "announced": 1 / 3, "groups": 6, "people": 12, "raised": 5}
    months = measure_rows("contact", MEASURES, JOINED, asked(as_of="2026-06-30", by="month"), Settings())
    for name in ("receptions", "groups", "people", "raised", "solved_there", "taken_over", "outings"):
        assert sum(months.loc[months["measure"] == name, "value"]) == value(rows, name), name


def test_pairings_live_on_a_day():
    pairings = FRAMES["pairing"]
    assert live_pairings(pairings, date(2026, 6, 29))["pair_no"].tolist() == ["J1", "J3", "J4"]
    assert live_pairings(pairings, date(2026, 6, 30))["pair_no"].tolist() == ["J2", "J3", "J4"]
    assert twice_paired(pairings, date(2026, 6, 30))["pair_no"].tolist() == ["J2", "J3"]
    rows = measure_rows("contact", MEASURES, JOINED, asked(as_of="2026-06-29"), Settings())
    assert (value(rows, "pairings"), value(rows, "signed")) == (3, 4 / 6)


def test_what_an_office_must_do():
    found = attention(JOINED, asked(as_of="2026-06-30"), Settings())
    lists = {what: list(part["key"]) for what, part in found.groupby("what")}
    assert lists == {
        "not_announced": ["R2", "R3"],
        "no_reception": ["L2", "L2", "L1"],
        "no_visit": ["T3"],
        "no_log": ["J4"],
    }
    assert set(lists) | {"reception_due"} == set(words.ATTENTION_WORDS)
    assert found["days"].tolist() == sorted(found["days"])
    by_key = found.set_index(["what", "key"])["days"].to_dict()
    first = [day for day, worked, _ in plain_clock.frame_rows(date(2026, 1, 1), date(2026, 12, 31)) if worked][62 - 1]
    assert by_key["no_visit", "T3"] == (first - date(2026, 6, 30)).days  # 62 of 248 days: the first of four visits
    assert by_key["no_log", "J4"] == (date(2026, 5, 2) - date(2026, 6, 30)).days
    running = attention(JOINED, asked(as_of="2026-05-20"), Settings())
    due = running[running["what"] == "reception_due"].set_index("key")["days"].to_dict()
    assert due == {"L1": 41, "L2": 12}  # 31 May is a Sunday, so that May goes on until 1 June


def test_a_list_without_an_item_is_empty():
    """Receptions of an earlier year, all announced, once filled the list with lines of nothing."""
    frames = {
        "reception": frame(
            "reception_no,date,person_code,announced_on", "R1,2025-03-10,L,", "R2,2026-03-10,L,2026-03-01"
        )
    }
    assert attention(joined(frames), asked(as_of="2026-06-30"), Settings()).empty


def test_nothing_is_listed_of_tables_that_were_never_delivered():
    assert attention({"calendar": CALENDAR}, asked(), Settings()).empty
    assert list(attention({"calendar": CALENDAR}, asked(), Settings()).columns) == list(ATTENTION)


def test_whose_post_it_was_on_that_day():
    """A leader who moved counts for the unit of that day; a point without a department for the unit of its leader."""
    frames = {
        "person": frame(
            "person_code,unit_code,role,rank,valid_from,valid_to",
            "L1,U,领导干部,县级,2025-01-01,2026-03-01",
            "L1,W,领导干部,市级,2026-03-01,",
        ),
        "reception": frame(
            "reception_no,date,place_code,person_code", "R1,2026-02-28,V,L1", "R2,2026-03-01,V,L1", "R3,2026-03-02,V,L9"
        ),
        "contact_point": frame(
            "point_no,year,person_code,unit_code,place_code,planned", "T1,2026,L1,,V,4", "T2,2025,L1,X,V,4"
        ),
    }
    made = joined(frames)
    assert made["reception"]["unit_code"].fillna("").tolist() == ["U", "W", ""]
    assert made["reception"]["rank"].tolist()[:2] == ["县级", "市级"]
    assert made["contact_point"]["unit_code"].tolist() == ["W", "X"]
    assert made["contact_point"]["post_unit"].tolist() == ["W", "U"]
    assert [len(visits) for visits in made["contact_point"]["visits"]] == [2, 2]
    assert points(made, date(2026, 6, 30))["done"].tolist() == [2, 0]


def test_a_leader_of_another_unit_is_still_counted_at_the_point_of_a_unit():
    """Narrowed to a unit, the page reads fewer rows; the visits to a point were joined before."""
    made = joined(FRAMES)
    narrowed = {**made, "contact_point": made["contact_point"].iloc[:1], "reception": made["reception"].iloc[:0]}
    assert points(narrowed, date(2026, 6, 30))["done"].tolist() == [2]


def test_posts_with_the_most_missing_visits_come_first():
    table = posts(JOINED, 2026, date(2026, 6, 30))
    columns = ["person_code", "planned", "done", "planned_by_then", "difference", "missing", "raised", "solved_there"]
    assert table[columns].values.tolist() == [["L2", 6, 3, 1, 2, 4, 0, 0], ["L1", 4, 2, 1, 1, 2, 5, 1]]
    assert table["share"].tolist() == [2 / 6, 2 / 4] and table["rank"].tolist() == [None, "市级"]
    assert posts(JOINED, 2024, date(2026, 6, 30)).empty


def plan_of(persons, receptions, as_of="2026-12-31", period="2026"):
    frames = {
        "person": frame("person_code,unit_code,role,rank,valid_from,valid_to,leave", *persons),
        "reception": frame("reception_no,date,person_code", *receptions),
        "calendar": CALENDAR,
    }
    return reception_plan(frames, Period.of(period), date.fromisoformat(as_of), Settings())


def test_a_span_that_ends_on_a_day_off_goes_on_until_the_next_worked_day():
    """31 January 2026 is a Saturday: a reception on Monday 2 February may still be the one of January."""
    leader = ["L,U,领导干部,县级,2025-01-01,,"]
    late = plan_of(leader, ["R1,2026-02-02,L"], "2026-03-31")
    assert late[["last", "due", "held", "met"]].values.tolist() == [
        [date(2026, 1, 31), date(2026, 2, 2), 1, True],
        [date(2026, 2, 28), date(2026, 2, 28), 0, False],
        [date(2026, 3, 31), date(2026, 3, 31), 0, False],
    ]
    own = plan_of(leader, ["R0,2026-01-20,L", "R1,2026-02-02,L"], "2026-03-31")
    assert own["held"].tolist() == [1, 1, 0]  # it counts once: for February, as January has its own
    assert plan_of(leader, [], "2026-02-01").empty  # not due yet, so that it is neither met nor missed
    december = plan_of(leader, ["R1,2026-01-01,L"], "2026-01-31", "2025")
    assert december["held"].tolist()[-1] == 0  # 31 December 2025 is worked


@pytest.mark.parametrize(
    ("persons", "spans"),
    [
        (["L,U,领导干部,市级,2026-01-01,,"], 4),
        (["L,U,领导干部,市级,2026-01-02,,"], 3),  # not on each day of the first quarter
        (["L,U,领导干部,市级,2025-01-01,2026-02-15,", "L,W,领导干部,市级,2026-02-15,,"], 4),  # another post, no gap
        (["L,U,领导干部,市级,2025-01-01,2026-02-15,", "L,W,领导干部,市级,2026-02-16,,"], 3),
        (["L,U,领导干部,市级,2025-01-01,,2026-01-01/2026-04-01"], 3),  # away for a quarter
        (["L,U,领导干部,市级,2025-01-01,,2026-01-01/2026-03-31"], 4),
        (["L,U,领导干部,市级,2025-01-01,,2026-01-01/2026-02-01 2026-02-01/"], 0),
        (["L,U,领导干部,科级,2025-01-01,,", "M,U,机关干部,市级,2025-01-01,,"], 0),
        (["L,U,领导干部,市级,2025-01-01,2026-04-01,", "L,W,领导干部,县级,2026-04-01,,"], 1 + 9),
    ],
)
def test_spans_in_which_a_leader_has_to_receive(persons, spans):
    plan = plan_of(persons, [])
    assert len(plan) == spans and not plan["met"].any()
    if len(persons) == 2 and spans == 4:
        assert plan["unit_code"].tolist() == ["W"] * 4  # the post on the last day of the span


def test_the_days_of_next_month_move_on_from_days_off_and_quarters_take_turns():
    persons = [
        "A,U,领导干部,市级,2025-01-01,,",
        "B,U,领导干部,市级,2025-01-01,,",
        "C,U,领导干部,市级,2025-01-01,,",
        "D,W,领导干部,县级,2025-01-01,,",
        "E,W,领导干部,县级,2025-01-01,,2026-02-01/2026-03-01",
    ]
    frames = {
        "person": frame("person_code,unit_code,role,rank,valid_from,valid_to,leave", *persons),
        "contact_point": frame("point_no,year,person_code,place_code,planned", "T1,2026,D,V1,4"),
        "reception": frame("reception_no,date,person_code", "R1,2026-01-15,A"),
        "calendar": CALENDAR,
    }

    def of(month, **settings):
        found = reception_days(frames, Period.of(month), date(2026, 1, 31), Settings(**settings))
        return dict(zip(found["person_code"], found["day"], strict=True))

    holiday = date(2026, 2, 24)  # 15 to 23 February 2026 are the Spring Festival
    assert of("2026-02") == {"B": holiday, "D": holiday}
    assert of("2026-03", reception_day=31) == {name: date(2026, 3, 31) for name in "BCDE"}  # B held none in its turn
    assert of("2026-04") == {name: date(2026, 4, 15) for name in "ADE"}
    assert of("2026-02", reception_day=31)["D"] == date(2026, 2, 28)  # a worked Saturday
    places = reception_days(frames, Period.of("2026-02"), date(2026, 1, 31), Settings()).set_index("person_code")
    assert places["place_code"].to_dict() == {"B": "", "D": "V1"}


def test_a_pairing_is_idle_by_its_latest_log_or_without_any():
    pairings = frame(
        "pair_no,person_code,unit_code,partner_kind,start,end,logs,last_log",
        "J1,L,U,户,2026-01-01,,3,2026-04-01",
        "J2,L,U,户,2026-01-01,,3,2026-04-02",
        "J3,L,U,户,2026-01-01,,3,",
        "J4,L,U,户,2026-04-01,,0,",
        "J5,L,U,户,2026-04-02,,,",
        "J6,L,U,户,2026-01-01,2026-06-01,0,",
    )
    idle = idle_pairings(pairings, date(2026, 7, 1), Settings())
    assert idle["pair_no"].tolist() == ["J1", "J4"]  # 91 days; of J3 no day is known, so it is not accused


def test_worked_days_equal_a_plain_count():
    worked = Worked.of(CALENDAR)
    for year in (2024, 2025, 2026):
        for month in range(1, 13):
            last = Period.of(f"{year}-{month:02}").last
            assert worked.until(year, last) == worked_days(year, last), last
    assert (worked.until(2030, date(2030, 6, 1)), worked.of_year(2030)) == (0, 0)
    assert worked.moved_on(date(2026, 10, 1)) == date(2026, 10, 8) and worked.moved_on(date(2040, 1, 1)).year == 2040
    assert 2027 in worked.provisional and 2026 not in worked.provisional


def test_posts_of_a_leader_are_in_order():
    held = leaders(
        frame(
            "person_code,unit_code,role,rank,valid_from,valid_to",
            "L,W,领导干部,县级,2026-01-01,",
            "L,U,领导干部,县级,,2026-01-01",
        )
    )
    assert [(post.unit_code, post.first) for post in held["L"]] == [("U", date.min), ("W", date(2026, 1, 1))]
