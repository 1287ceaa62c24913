"""States of items with a deadline, item by item, and shares that differ beyond chance."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analytics.deadlines import STATES, on_time, states
from analytics.shares import beyond_chance
from tests.support.examples import examples

DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 31))


def plain_state(due, answered, paused, before, as_of):
    if answered is not None and answered <= as_of and due is not None:
        return "on_time" if answered <= due and not before else "late"
    answered_without_clock = answered is not None and answered <= as_of
    if paused and not answered_without_clock:
        return "paused"
    if due is None:
        return "no_clock"
    return "overdue" if as_of > due else "open"


ITEMS = st.lists(st.tuples(st.none() | DAYS, st.none() | DAYS, st.booleans(), st.booleans()), max_size=20)


@given(ITEMS, DAYS)
@examples(200)
def test_each_item_has_the_state_of_a_plain_reading(items, as_of):
    due, answered, paused, before = (list(part) for part in zip(*items, strict=True)) if items else ([],) * 4
    days = [
        np.array([np.datetime64(day or "NaT", "D") for day in part], dtype="datetime64[D]") for part in (due, answered)
    ]
    given_states = states(*days, as_of, paused=paused, late_before=before)
    assert given_states.tolist() == [plain_state(*item, as_of) for item in items]
    counts = {state: int((given_states == state).sum()) for state in STATES}
    share = on_time(counts)
    assert share.base == len(items) - counts["open"] - counts["paused"] - counts["no_clock"]
    assert share.share is None or 0 <= share.share <= 1


def test_the_due_day_itself_is_on_time_and_an_empty_base_has_no_share():
    due = np.datetime64("2026-02-27")
    for late, word in ((0, "on_time"), (1, "late")):
        answered = due + np.timedelta64(late, "D")
        assert states([due], [answered], date(2026, 3, 31)).tolist() == [word]
    for day, word in ((due.item(), "open"), (due.item() + timedelta(days=1), "overdue")):
        assert states([due], [np.datetime64("NaT")], day).tolist() == [word]
    assert on_time({"open": 5}).share is None


def test_only_what_chance_does_not_explain_differs():
    met, base = [90, 92, 60, 20, 100], [100, 100, 100, 29, 100]
    assert beyond_chance(met, base).tolist() == ["inside", "inside", "below", "too_few", "above"]
    assert beyond_chance([0, 0], [0, 0]).tolist() == ["too_few"] * 2
    pooled = (90 + 60) / 200
    tails = [2 * min(stats.binom.cdf(x, 100, pooled), stats.binom.sf(x - 1, 100, pooled)) for x in (90, 60)]
    assert max(tails) <= 0.05 and beyond_chance([90, 60], [100, 100]).tolist() == ["above", "below"]
    with pytest.raises(ValueError, match="part"):
        beyond_chance([3], [2])
