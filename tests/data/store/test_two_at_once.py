"""Two people do the same step at the same instant: it happens once, and the second learns who was first."""

import threading
import time
from datetime import date, timedelta

import pytest

from data.store import Store
from data.store.objections import Claim, Ruling, correct, give_preview, object_to, rule
from data.store.verify import check
from errors import StoreBusyError, UsageError
from tests.data.store.test_frozen_parts import UNITS, ballots, put
from tests.support.stores import SMALL

pytestmark = pytest.mark.sweep

WHO = ("甲", "乙")
BUSY_SECONDS = 60
ROWS = [{"unit_code": "B", "unit_name": "乙局", "category": "部门", "verdict": "undecided", "score": 61.5}]


@pytest.fixture
def store(store_path):
    made = Store(store_path, threads=1)
    made.add_rules(SMALL)
    put(made, "units", UNITS)
    put(made, "ballots", ballots(), accept_warnings="小样")
    made.publish()
    return made


def both(store, step):
    """Name -> what the step gave or raised, of two people who start together; whoever finds the store busy waits."""
    start, found = threading.Barrier(len(WHO)), {}

    def act(who):
        start.wait()
        until = time.monotonic() + BUSY_SECONDS
        while who not in found and time.monotonic() < until:
            try:
                found[who] = step(Store(store.path, threads=1), who)
            except StoreBusyError:
                time.sleep(0.02)
            except UsageError as refusal:
                found[who] = refusal

    people = [threading.Thread(target=act, args=(who,)) for who in WHO]
    for person in people:
        person.start()
    for person in people:
        person.join()
    return found


def told_of_the_first(found):
    """The one who was refused reads the name of the one who was not."""
    (second,) = [who for who, given in found.items() if isinstance(given, UsageError)]
    (first,) = set(WHO) - {second}
    assert first in found[second].sentence("zh"), found[second].sentence("zh")
    return first


@pytest.mark.parametrize("status", ["final", "announced"])
def test_the_second_finaliser_or_announcer_gets_the_entry_of_the_first(store, status):
    if status == "announced":
        store.set_status("2025", "final", "审定")
    events = len(store.history())
    found = both(store, lambda own, who: own.set_status("2025", status, f"{who}审定", who=who))
    assert len(store.history()) == events + 1
    (second,) = [who for who, entry in found.items() if entry is not None]
    assert found[second].user == store.history()[0].user != second and check(store) == []


def test_the_second_ruler_is_told_who_ruled(store):
    store.set_status("2025", "final", "审定")
    give_preview(store, "2025", ROWS, store.in_force(), 5, date.today() - timedelta(days=20))
    object_to(store, "2025", Claim(("B", "乙局"), "data", "重复录入", "办公室", date.today()), 5)
    events = len(store.history())
    told_of_the_first(both(store, lambda own, who: rule(own, 1, Ruling("lifted", "无误", "丙", by=who), who)))
    assert len(store.history()) == events + 1 and check(store) == []


def test_the_second_preview_and_the_second_correction_name_the_first(store):
    store.set_status("2025", "final", "审定")
    told_of_the_first(both(store, lambda own, who: give_preview(own, "2025", ROWS, own.in_force(), 5, who=who)))
    object_to(store, "2025", Claim(("B", "乙局"), "data", "重复录入", "办公室"), 5)
    rule(store, 1, Ruling("upheld", "属实", "丙", corrects=True, public="剔除重复的票", by="丁"))
    put(store, "ballots", ballots("3"), replace=True, accept_warnings="更正")
    releases, events = len(store.releases()), len(store.history())
    told_of_the_first(both(store, lambda own, who: correct(own, "2025", lambda before, after: [], who=who)))
    assert (len(store.releases()), len(store.history())) == (releases + 1, events + 1) and check(store) == []
