"""What is computed before anyone opens a page: the release in force, once, and again after a publication."""

import pytest

from tests.support.stores import BALLOTS
from ui import cached
from ui.warm import Warmer


@pytest.fixture
def office(small, monkeypatch):
    """A store whose pages would be served."""
    monkeypatch.setenv("BIAOCHI_STORE", str(small.store))
    cached.clear()
    yield small
    cached.clear()


def test_each_release_in_force_is_computed_once(office, files):
    warmer = Warmer()
    assert not warmer.look()  # an empty store
    office("import", "ballots", files("a.csv", BALLOTS), "--round", "2025")
    office.publish()
    assert warmer.look() and not warmer.look()
    office("import", "units", files("u.csv", "单位编码,单位全称\nU1,市公安局\nU2,市财政局\n"), "--round", "2025")
    office.publish()
    assert warmer.look() and not warmer.look()


def test_the_home_page_finds_its_cards_computed(office, files):
    office("import", "ballots", files("a.csv", BALLOTS), "--round", "2025")
    office.publish()
    assert Warmer().look() and len(cached.home_cards) == len(cached.overview) == 1
    cached.home_cards(cached.round_of(cached.release(), "2025"))
    assert len(cached.home_cards) == 1
