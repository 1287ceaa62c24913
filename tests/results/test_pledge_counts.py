"""Pledges in states: each item in exactly one, by the verified account; quarters as they stood."""

from datetime import date

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from data.sample.pledges import demo_pledges
from results.pledges.counts import STATES, count_pledges, quarter_days, states, through_quarters
from results.pledges.register import pledge_book

DAY = date(2025, 9, 30)


def lines(**columns):
    rows = pd.DataFrame(columns)
    defaults = {"kind": "headline", "status": None, "due": "2025-06-30", "verified_met": None}
    defaults |= {"overdue": False, "unverified": False, "reported_met": None, "soft": False}
    for name, value in defaults.items():
        if name not in rows:
            rows[name] = value
    return rows.astype({"verified_met": "boolean", "reported_met": "boolean", "status": "str", "due": "str"})


def test_every_state_by_hand():
    found = states(
        lines(
            verified_met=[True, False, False, False, None, None, False],
            due=["2025-12-31", "2025-06-30", "2025-12-31", None, "2025-06-30", "2025-06-30", "2025-06-30"],
            status=[None, None, None, None, "done", "adjusted", "cancelled"],
        ),
        "2025",
        DAY,
    )
    assert list(found) == ["kept", "missed", "running", "running", "unknown", "adjusted", "cancelled"]


def test_on_its_day_an_item_below_the_target_is_not_kept():
    """Values of a day are as at its end; at the year's end an item without a day is due as well."""
    below = lines(verified_met=[False, False], due=["2025-12-31", None])
    assert list(states(below, "2025", date(2025, 12, 30))) == ["running", "running"]
    assert list(states(below, "2025", date(2025, 12, 31))) == ["missed", "missed"]


def test_a_year_end_check_of_january_gives_no_further_year():
    """The book of 2025 is looked at on the day of its last check, 12 January 2026; nothing of it runs on."""
    below = lines(verified_met=[False, False], due=["2025-12-31", None])
    assert list(states(below, "2025", date(2026, 1, 12))) == ["missed", "missed"]


STATUSES = [None, "done", "under_way", "adjusted", "cancelled"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["headline", "routine"]),
            st.sampled_from([True, False, None]),
            st.sampled_from(STATUSES),
            st.sampled_from(["2025-03-31", "2025-12-31", None]),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_the_states_add_up_to_the_pledges_of_each_kind(drawn):
    kinds, met, status, due = (list(column) for column in zip(*drawn, strict=True))
    for one in count_pledges(lines(kind=kinds, verified_met=met, status=status, due=due), "2025", DAY):
        assert sum(getattr(one, state) for state in STATES) == one.pledges == kinds.count(one.kind)


def test_quarters_begin_with_the_year_and_end_with_the_day():
    assert quarter_days("2025", date(2025, 8, 15)) == {
        "2025Q1": date(2025, 3, 31),
        "2025Q2": date(2025, 6, 30),
        "2025Q3": date(2025, 8, 15),
    }
    assert list(quarter_days("2025", date(2026, 1, 20)))[-1] == "2026Q1"
    assert quarter_days("2025", date(2025, 12, 31))["2025Q4"] == date(2025, 12, 31)


def test_the_demonstration_is_counted_and_overdue_items_only_gather(demo_release):
    book = pledge_book(demo_release.round("2025"), date(2025, 12, 31))
    headline, routine = count_pledges(book.lines, "2025", book.as_of)
    made = demo_pledges("2025")
    assert headline.pledges == sum(pledge.headline for pledge in made)
    assert routine.pledges == sum(not pledge.headline for pledge in made)
    assert (headline.adjusted, headline.cancelled, routine.adjusted, routine.cancelled) == (0, 0, 2, 1)
    days = quarter_days("2025", date(2025, 12, 31)).values()
    quarters = through_quarters(pledge_book(demo_release.round("2025"), day) for day in days)
    own = quarters[quarters["kind"] == "routine"]
    assert list(own["quarter"]) == ["2025Q1", "2025Q2", "2025Q3", "2025Q4"]
    assert own["overdue"].is_monotonic_increasing and own["overdue"].iloc[0] == 0
    assert (own["pledges"] == routine.pledges).all()
    assert own["overdue"].iloc[-1] == routine.overdue


def test_what_is_due_on_the_closing_day_is_overdue_then_and_not_before(demo_release):
    before, closing = (pledge_book(demo_release.round("2025"), date(2025, 12, day)).lines for day in (30, 31))
    last = closing["due"] == "2025-12-31"
    assert closing.loc[last, "overdue"].sum() > 0 and before.loc[before["due"] == "2025-12-31", "overdue"].sum() == 0
    found = states(closing, "2025", date(2025, 12, 31))
    assert closing.loc[found == "missed", "overdue"].mean() > 0.9
