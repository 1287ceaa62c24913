"""Which status may follow which, and that no status follows itself."""

import pytest

from data.store.round_status import ANNOUNCED, DRAFT, FINAL, STATUSES, TRIAL, WITHDRAWN, may_follow
from tests.support.stores import BALLOTS, snapshot

ALLOWED = {
    *((DRAFT, TRIAL), (DRAFT, FINAL), (DRAFT, WITHDRAWN), (TRIAL, DRAFT)),
    *((FINAL, DRAFT), (FINAL, ANNOUNCED), (FINAL, WITHDRAWN), (ANNOUNCED, WITHDRAWN), (WITHDRAWN, DRAFT)),
}


def test_which_status_may_follow_which():
    assert {(first, then) for first in STATUSES for then in STATUSES if may_follow(first, then)} == ALLOWED


@pytest.mark.parametrize("status", ["final", "withdrawn"])
def test_the_same_status_again_changes_nothing(status, small, files):
    small("import", "ballots", files("1.csv", BALLOTS), "--round", "2025")
    small.publish()
    small("status", "2025", status, "--reason", "会议通过")
    before = snapshot(small.store)
    small("status", "2025", status, "--reason", "再来一次")
    assert snapshot(small.store) == before
