"""Measures of schemes as components of the official score: only those that may enter, with their cases and error."""

from datetime import date

import pytest

from data.store import Store
from results.ranking.component_sources import offer, offered
from results.ranking.family import families
from results.ranking.what_if import what_if
from schemes import SCHEMES
from schemes.chosen import year_rows
from schemes.component_sources import sources
from tests.support.stores import RULES

COMPONENTS = """
[components."评议"]
weight = 0.8
[components."意见办理"]
weight = 0.2
source = "echo.on_time"
minimum = 1
missing = "renormalise"
"""


@pytest.fixture(scope="module")
def store(schemes_path):
    offer(sources)
    return Store(schemes_path)


def test_only_shares_of_registers_and_verified_pledges_may_enter():
    offer(sources)
    offer(sources)
    assert set(offered()) == {
        *("echo.on_time", "echo.satisfaction", "inquiry.accepted_in_time", "inquiry.handled_in_time", "pledges.met")
    }
    assert not offered()["pledges.met"].sampled and offered()["echo.on_time"].sampled


def test_the_cases_are_those_of_the_scheme_and_their_error_widens_the_score(store):
    from data.model.rule_sets import parse_rules

    release = store.release()
    (echo,) = (scheme for scheme in SCHEMES if scheme.name == "echo")
    newest = next(name for name in release.scored_rounds)
    counts = offered()["echo.on_time"].counts(release, date(int(newest), 1, 1), date(int(newest), 12, 31))
    rows = year_rows(echo, release, int(newest))
    rows = rows[(rows["measure"] == "on_time") & (rows["by"] == "unit") & rows["value"].notna()]
    expected = {str(row["key"]): (round(row["value"] * row["n"]), int(row["n"])) for _, row in rows.iterrows()}
    assert counts == expected and counts
    round_ = release.round(newest)
    rules = parse_rules(RULES.replace('name = "demo-2025"', 'name = "with-echo"') + COMPONENTS)
    again = what_if(store, round_, rules)
    for family in families(round_, None, again):
        alone = family.of_ballots
        low, high = family.scores.interval(0.95)
        for at, code in enumerate(family.members["unit_code"]):
            if not family.ranked[at]:
                continue
            met, base = counts.get(code, (0, 0))
            x = alone.scores.score[at]
            assert family.scores.score[at] == pytest.approx(0.8 * x + 20 * met / base if base else x)
            assert (family.others.parts.variance[at] > 0) == bool(base)
            assert low[at] < family.scores.score[at] < high[at]
            assert bool(family.others.left_out[at]) == (not base)
    release.close()
