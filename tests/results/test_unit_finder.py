"""A search over all rounds of a release: every way in which people call a unit leads to it."""

import pytest

from data.sample.city import OLD_NAME
from results.unit_finder import CODE, EARLIER, LETTERS, MOST_FOUND, NAME, SHORT, SIMILAR, directory


@pytest.fixture(scope="module")
def units(demo_release):
    return directory(demo_release)


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        ("市公安局", "市公安局", NAME),
        ("公安", "市公安局", SHORT),
        ("zy028", "市公安局", CODE),
        ("sgaj", "市公安局", LETTERS),
        ("市卫生和计划生育委员会", "市卫生健康委员会", EARLIER),
        ("卫健委", "市卫生健康委员会", NAME),
        ("市公安厅局", "市公安局", SIMILAR),
    ],
)
def test_a_unit_is_known_by_all_that_it_is_called(units, text, name, why):
    first = units.find(text)[0]
    assert (first.unit.name, first.why) == (name, why)


def test_the_nearest_comes_first_and_nothing_is_offered_for_nothing(units):
    assert units.find("市委")[0].unit.name.startswith("市委")
    assert units.find("") == [] and units.find("  ") == [] and units.find("龘") == []
    assert len(units.find("市")) == MOST_FOUND
    assert units.find("swjw") == [] or all(match.why == LETTERS for match in units.find("swjw"))


def test_a_unit_is_listed_once_under_its_newest_name(units):
    names = [unit.name for unit in units.units]
    assert len(names) == len(set(names)) and not set(OLD_NAME.values()) & set(names)
