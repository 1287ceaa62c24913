"""Which status may follow which, and that no status follows itself."""

import pytest

from data.store.history import Event
from data.store.round_status import ANNOUNCED, DRAFT, FINAL, STATUSES, TRIAL, WITHDRAWN, may_follow, status_given
from tests.support.stores import BALLOTS, snapshot

ALLOWED = {
    *((DRAFT, TRIAL), (DRAFT, FINAL), (DRAFT, WITHDRAWN), (TRIAL, DRAFT)),
    *((FINAL, DRAFT), (FINAL, ANNOUNCED), (FINAL, WITHDRAWN), (ANNOUNCED, WITHDRAWN), (WITHDRAWN, DRAFT)),
}


def test_which_status_may_follow_which():
    assert {(first, then) for first in STATUSES for then in STATUSES if may_follow(first, then)} == ALLOWED


@pytest.mark.sweep
@pytest.mark.parametrize("status", ["final", "withdrawn"])
def test_the_same_status_again_changes_nothing(status, small, files):
    small("import", "ballots", files("1.csv", BALLOTS), "--round", "2025")
    small.publish()
    small("status", "2025", status, "--reason", "会议通过")
    before = snapshot(small.store)
    small("status", "2025", status, "--reason", "再来一次")
    assert snapshot(small.store) == before


def test_a_cleared_round_has_no_status_until_somebody_gives_it_one():
    def event(number, action, round_id, status=""):
        return Event(number, action, "", "", "", "2026-11-23T08:00:00+00:00", "甲", round_id, status)

    trial, cleared, other = (
        event(1, "status", "2025", TRIAL),
        event(2, "clear", "2025"),
        event(3, "status", "2024", FINAL),
    )
    final = event(4, "status", "2025", FINAL)
    assert status_given([trial], "2025") == trial
    assert status_given([other, cleared, trial], "2025") is None
    assert status_given([other, cleared, trial], "2024") == other
    assert status_given([final, other, cleared, trial], "2025") == final
