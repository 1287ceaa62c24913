"""Opinions, visits and households: every worked example, a plain recount, and sums that add up."""

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.deadlines import on_time
from schemes.echo import measures, words
from schemes.echo.measures import (
    MEASURES,
    Settings,
    attention,
    coverage,
    late_by,
    needy_gaps,
    opinion_states,
    person_weeks,
    weeks_over,
)
from schemes.frame import Period, measure_rows
from tests.reference import plain_clock
from tests.support.examples import examples
from tests.support.schemes import asked, cases, complete, faults, frame, value, word


def pauses_of(text):
    """ "from/until", the end missing while the clock still stands."""
    if not text:
        return []
    start, end = (part.strip() for part in text.split("/"))
    return [(date.fromisoformat(start), date.fromisoformat(end) if end else None)]


def test_every_worked_example_of_the_clock():
    """The due day comes from a plain walk through the calendar; the state from the measures."""
    wrong = []
    for example in cases("echo", "clock"):
        given = example.inputs
        received, as_of, term = (
            date.fromisoformat(given["received"]),
            date.fromisoformat(given["as_of"]),
            int(given["days"]),
        )
        pauses, answered = pauses_of(given.get("pause")), given.get("answered")
        due = plain_clock.due(received, term, pauses)
        used = plain_clock.used(received, min(date.fromisoformat(answered), as_of) if answered else as_of, pauses)
        row = pd.DataFrame(
            {"due": [due], "answered_at": [answered], "paused": [due is None], "term": [term], "used": [used]}
        )
        state, over = opinion_states(row, as_of)[0], int(late_by(row)[0])
        provisional = word(due is not None and plain_clock.provisional(received, due))
        wrong += faults(example, due=due, used=used, state=state, by=over or None, provisional=provisional)
    assert wrong == []


def test_every_worked_example_of_the_share_on_time():
    wrong = []
    for example in cases("echo", "on_time"):
        counts = {name: int(number) for name, number in example.inputs.items()}
        found = on_time(counts)
        base = counts["on_time"] + counts["late"] + counts["overdue"]
        assert (found.base, found.open_in_all) == (base, counts["open"] + counts["overdue"])
        exact = None if not base else Fraction(counts["on_time"], base)
        assert found.share == (None if exact is None else float(exact))
        shown = "none" if exact is None else f"{exact.numerator}/{exact.denominator}"
        wrong += faults(example, base=found.base, share=shown, open_in_all=found.open_in_all)
        rows = complete(
            measure_rows("echo", MEASURES, {"opinion": opinions(counts)}, asked(as_of="2026-06-30"), Settings())
        )
        assert value(rows, "on_time") == found.share and value(rows, "open") == found.open_in_all
        assert value(rows, "paused") == counts["paused"]
    assert wrong == []


DUE = {"on_time": "2026-06-10", "late": "2026-06-08", "overdue": "2026-06-20", "open": "2026-07-01", "paused": None}


def opinions(counts):
    """A register with so many opinions of each state on 30 June 2026, and one duplicate that is in no sum."""
    states = [state for state, number in counts.items() for _ in range(number)]
    rows = pd.DataFrame(
        {"opinion_no": [f"N{at}" for at in range(len(states))], "due": [DUE[state] for state in states]}
    )
    rows["received_at"], rows["unit_code"] = "2026-06-01 09:00", "U"
    rows["answered_at"] = ["2026-06-10 16:00" if state in ("on_time", "late") else None for state in states]
    rows["paused"] = [state == "paused" for state in states]
    copy = rows.head(1).assign(opinion_no="D", duplicate_of="N0")
    return pd.concat([rows, copy], ignore_index=True).astype(object)


def test_every_worked_example_of_visit_days():
    wrong = []
    for example in cases("echo", "visit_days"):
        given = example.inputs
        monday = date.fromisoformat(given["monday"])
        week = [monday + timedelta(days=n) for n in range(7)]
        frames = {
            "calendar": pd.DataFrame(
                plain_clock.frame_rows(week[0], week[-1]), columns=["date", "worked", "provisional"]
            ),
            "person": frame(
                "person_code,place_code,role,valid_from,valid_to,leave",
                ",".join(
                    [
                        "G",
                        "KZ-1",
                        "网格员",
                        *(given.get(name, "").replace(" ", "") for name in ("from", "until", "leave")),
                    ]
                ),
            ),
            "visit": frame("person_code,visit_date", *(f"G,{day}" for day in given.get("visits", "").split())),
        }
        row = person_weeks(frames, Period(week[3], week[3]), Settings()).iloc[0]
        told = {name: row[name] for name in ("days", "available", "target", "result")}
        wrong += faults(example, **told, missed_by=row["missed_by"] or None, provisional=word(bool(row["provisional"])))
        assert (
            plain_week(given, week) == (row["days"], row["available"], row["target"]) and row["week"] == given["week"]
        )
    assert wrong == []


def plain_week(given, week):
    def inside(day, start, end):
        return (not start or day >= date.fromisoformat(start)) and (not end or day < date.fromisoformat(end))

    served = [day for day in week if inside(day, given.get("from"), given.get("until"))]
    away = given.get("leave", "").replace(" ", "").split("/") if given.get("leave") else None
    worked = [d for d in served if plain_clock.CALENDAR.is_working_day(d) and not (away and inside(d, *away))]
    days = {date.fromisoformat(day) for day in given.get("visits", "").split()}
    return len(days & set(served)), len(worked), min(3, len(worked))


DAYS = st.dates(date(2025, 12, 28), date(2026, 4, 30)) | st.dates(date(2026, 1, 1), date(2026, 1, 7))
REGISTER = st.lists(
    st.tuples(DAYS, st.integers(0, 25), st.none() | st.integers(0, 40), st.booleans(), st.sampled_from("AB")),
    max_size=25,
)


@pytest.mark.sweep
@given(REGISTER)
@examples(60, 5)
def test_a_week_is_the_sum_of_its_days_and_a_quarter_of_its_months(items):
    rows = [
        (f"N{at}", day, unit, day + timedelta(days=term), None if after is None else day + timedelta(days=after), copy)
        for at, (day, term, after, copy, unit) in enumerate(items)
    ]
    table = pd.DataFrame(
        rows, columns=["opinion_no", "received_at", "unit_code", "due", "answered_at", "copy"], dtype=object
    )
    table["duplicate_of"] = table.pop("copy").map({True: "N0", False: None})
    measures = [measure for measure in MEASURES if measure.tables == ("opinion",)]

    def told(period, by="all"):
        return complete(measure_rows("echo", measures, {"opinion": table}, asked(period, "2026-04-30", by), Settings()))

    quarter, by_month, by_unit = told("2026Q1"), told("2026Q1", "month"), told("2026Q1", "unit")
    days = [told_on(table, measures, date(2026, 1, 1 + n), date(2026, 1, 1 + n)) for n in range(7)]
    week = told_on(table, measures, date(2026, 1, 1), date(2026, 1, 7))
    for measure in measures:
        assert parts(quarter, measure) == parts(by_month, measure) == parts(by_unit, measure), measure.name
        assert parts(week, measure) == tuple(map(sum, zip(*(parts(day, measure) for day in days), strict=True)))
    plain = Counter()
    for _, received, _, due, answered, copy in rows:
        if not copy and date(2026, 1, 1) <= due <= date(2026, 3, 31):
            late = answered is None or answered > date(2026, 4, 30) or answered > due
            plain["late" if late else "on_time"] += 1
        plain["received"] += not copy and date(2026, 1, 1) <= received <= date(2026, 3, 31)
    assert value(quarter, "received") == plain["received"]
    share = plain["on_time"] / (plain["on_time"] + plain["late"]) if plain["on_time"] + plain["late"] else None
    assert value(quarter, "on_time") == share


def told_on(table, measures, first, last):
    question = asked("2026Q1", "2026-04-30").within(Period(first, last))
    return measure_rows("echo", measures, {"opinion": table}, question, Settings())


def parts(rows, measure):
    """Numerator and base, added over the rows of a measure."""
    own = rows[rows["measure"] == measure.name]
    whole = [(row.value or 0) * (row.n if measure.counts == "share" else 1) for row in own.itertuples()]
    return round(sum(whole)), sum(own["n"])


def test_satisfaction_is_counted_tested_or_neither():
    closed = frame(
        "opinion_no,received_at,answered_at,feedback,feedback_asked",
        "1,2026-01-01,2026-01-05,满意,1",
        "2,2026-01-01,2026-01-05,不满意,1",
        "3,2026-01-01,2026-01-05,未评价,1",
        "4,2026-01-01,2026-01-05,,",
    ).assign(feedback_asked=[True, True, True, False])

    def row(table, **settings):
        rows = complete(measure_rows("echo", MEASURES, {"opinion": table}, asked(), Settings(**settings)))
        return rows[rows["measure"] == "satisfaction"].iloc[0]

    first = row(closed)
    assert (first["value"], first["n"], first["verdict"], first["reason"]) == (0.5, 2, "not_tested", "not_random")
    drawn = row(closed, feedback_drawn=True)
    assert drawn["low"] <= 0.25 and drawn["high"] >= 0.75 and drawn["reason"] == "no_line"
    everybody = row(closed.head(2))
    assert (everybody["value"], everybody["verdict"], everybody["why_no_interval"]) == (0.5, "counted", "counted")


PLACES = frame("place_code,parent_code,households", "KZ,QY,10", "KZ-1,KZ,4", "KZ-2,KZ,6", "QY,,")


def test_the_coverage_of_a_community_is_not_the_sum_of_its_grids():
    visits = frame(
        "place_code,household_code,visit_date,result",
        *("KZ-1,H1,2026-01-05,见面", "KZ-1,H1,2026-01-06,", "KZ-2,H1,2026-01-07,见面"),
        *("KZ-2,H2,2026-01-07,见面", "KZ-2,H3,2026-01-07,无人在家", "KZ-2,H4,2025-12-31,见面"),
    )
    table = coverage(visits, PLACES, Period.of("2026"), Settings()).set_index("place_code")["visited"].to_dict()
    assert table == {"KZ": 2, "KZ-1": 1, "KZ-2": 2}
    frames = {"visit": visits, "place": PLACES}
    rows = complete(measure_rows("echo", MEASURES[-1:], frames, asked(), Settings()))
    assert (value(rows, "coverage"), rows["n"].iloc[0]) == (0.2, 10)
    by_place = measure_rows("echo", MEASURES[-1:], frames, asked(by="place"), Settings())
    assert value(by_place, "coverage", "KZ-1") == 0.25


def test_a_place_without_visitors_is_not_at_zero_but_left_out_and_an_idle_grid_stays():
    """A village of the assemblies is in the register of places too; nobody was ever to visit it."""
    village = frame("place_code,name,kind,parent_code,households", "V,石桥村,村社区,,210")
    places = pd.concat([PLACES, village], ignore_index=True)
    visits = frame("place_code,household_code,visit_date,result", "KZ-1,H1,2026-01-05,见面")
    people = frame("person_code,place_code,role", "G1,KZ-2,网格员")
    frames = {"visit": visits, "place": places, "person": people}
    found = measure_rows("echo", MEASURES[-1:], frames, asked(by="place"), Settings())
    assert set(found["key"]) == {"KZ", "KZ-1", "KZ-2"} and value(found, "coverage", "KZ-2") == 0
    assert measure_rows("echo", MEASURES[-1:], frames, asked(), Settings())["n"].iloc[0] == 10


def test_needy_households_that_wait_and_what_a_clerk_must_do():
    visits = frame(
        "place_code,household_code,household_kind,visit_date,result",
        *(
            "K,H1,困难,2026-01-01,见面",
            "K,H1,困难,2026-01-20,无人在家",
            "K,H2,残疾,2026-01-15,",
            "K,H3,普通,2025-01-01,见面",
        ),
    )
    waiting = needy_gaps(visits, date(2026, 2, 10), Settings())
    assert waiting[["household_code", "days"]].values.tolist() == [["H1", 40]]
    register = frame(
        "opinion_no,channel,due,answered_at,duplicate_of",
        *(
            "1,热线,2026-02-09,,",
            "2,热线,2026-02-11,,",
            "3,热线,2026-02-20,,",
            "4,回音墙,2026-02-20,2026-02-01,",
            "5,热线,2026-02-01,,1",
        ),
    )
    frames = {"opinion": register, "visit": visits}
    found = attention(frames, asked(as_of="2026-02-10"), Settings())
    assert found[["what", "key"]].values.tolist() == [
        ["overdue", "1"],
        ["due_soon", "2"],
        ["needy", "H1"],
        ["not_posted", "4"],
    ]
    assert set(measures.URGENCY) == set(words.ATTENTION_WORDS)


def test_a_week_that_still_runs_is_missed_by_nobody():
    """On Thursday, with a single visit, the target of three days can still be met on Friday and at the weekend."""
    frames = {
        "person": frame("person_code,place_code,role,valid_from", "G1,K,网格员,2025-01-01"),
        "visit": frame(
            "person_code,place_code,visit_date,result", *(f"G1,K,2026-03-{day:02},见面" for day in (2, 4, 6, 9))
        ),
        "calendar": frame(
            "date,worked,provisional", *(f"2026-03-{day:02},{int(day % 7 not in (0, 1))}," for day in range(1, 23))
        ),
    }
    frames["calendar"]["worked"] = frames["calendar"]["worked"] == "1"
    for as_of, expected in (("2026-03-12", (1, 1)), ("2026-03-14", (1, 1)), ("2026-03-15", (0.5, 2))):
        found = measure_rows("echo", MEASURES, frames, asked("2026-03", as_of), Settings())
        (row,) = found[found["measure"] == "weeks_met"].to_dict("records")
        assert (row["value"], row["n"]) == expected, as_of


def test_a_week_before_the_first_visit_on_record_is_missed_by_nobody():
    """The register of visits begins on Monday 9 March: of the weeks before nothing is known."""
    calendar = plain_clock.frame_rows(date(2026, 2, 16), date(2026, 3, 29))
    frames = {
        "person": frame("person_code,place_code,role,valid_from", "G1,K,网格员,2025-01-01"),
        "visit": frame(
            "person_code,place_code,visit_date,result,household_code,household_kind", "G1,K,2026-03-09,见面,H1,普通"
        ),
        "calendar": pd.DataFrame(calendar, columns=["date", "worked", "provisional"]),
    }
    for as_of, weeks, missed in (("2026-03-12", 0, []), ("2026-03-15", 1, []), ("2026-03-22", 2, ["G1"])):
        chosen = asked("2026", as_of)
        found = measure_rows("echo", MEASURES, frames, chosen, Settings())
        assert found.loc[found["measure"] == "weeks_met", "n"].tolist() == [weeks], as_of
        assert len(weeks_over(frames, chosen, Settings())) == weeks, "tiles"
        listed = attention(frames, chosen, Settings())
        assert listed.loc[listed["what"] == "weeks_missed", "key"].tolist() == missed, as_of


def test_a_person_who_moves_counts_once_a_week_in_the_last_grid():
    frames = {
        "calendar": pd.DataFrame(
            plain_clock.frame_rows(date(2026, 3, 2), date(2026, 3, 15)), columns=["date", "worked", "provisional"]
        ),
        "person": frame(
            "person_code,place_code,role,valid_from,valid_to",
            *("G,KZ-1,网格员,2026-01-01,2026-03-05", "G,KZ-2,网格员,2026-03-05,", "R,KZ-1,民情信使,2026-01-01,"),
        ),
        "visit": frame("person_code,visit_date", "G,2026-03-03", "G,2026-03-05", "G,2026-03-07", "R,2026-03-03"),
    }
    weeks = person_weeks(frames, Period.of("2026-03"), Settings())
    assert weeks[["place_code", "days", "target", "result"]].values.tolist() == [
        ["KZ-2", 3, 3, "met"],
        ["KZ-2", 0, 3, "missed"],
    ]
    rows = complete(measure_rows("echo", MEASURES[-2:-1], frames, asked("2026-03", "2026-03-31"), Settings()))
    assert (value(rows, "weeks_met"), rows["n"].iloc[0]) == (0.5, 2)
