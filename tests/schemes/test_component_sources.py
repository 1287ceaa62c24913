"""Measures of schemes as components of the official score: only those that may enter, with their cases and error."""

from datetime import date

import pytest

from data.store import Store
from results.ranking.component_sources import offer, offered
from schemes import SCHEMES
from schemes.chosen import year_rows
from schemes.component_sources import sources


@pytest.fixture(scope="module")
def store(schemes_path):
    offer(sources)
    return Store(schemes_path)


def test_only_shares_of_registers_and_verified_pledges_may_enter():
    offer(sources)
    offer(sources)
    assert {name for name in offered() if not name.startswith("wall.")} == {  # those another test offers
        *("echo.on_time", "echo.satisfaction", "inquiry.accepted_in_time", "inquiry.handled_in_time", "pledges.met")
    }
    assert not offered()["pledges.met"].sampled and offered()["echo.on_time"].sampled


@pytest.mark.sweep
def test_the_cases_are_those_of_the_scheme_from_the_first_day_on(store):
    release = store.release()
    (echo,) = (scheme for scheme in SCHEMES if scheme.name == "echo")
    year = max(int(str(day)[:4]) for day in [echo.latest_day(release)])
    source = offered()["echo.on_time"]
    counts = source.counts(release, date(year, 1, 1), date(year, 12, 31))
    rows = year_rows(echo, release, year)
    rows = rows[(rows["measure"] == "on_time") & (rows["by"] == "unit") & rows["value"].notna()]
    expected = {str(row["key"]): (round(row["value"] * row["n"]), int(row["n"])) for _, row in rows.iterrows()}
    assert counts == expected and counts
    later = source.counts(release, date(year, 3, 1), date(year, 12, 31))
    assert sum(base for _, base in later.values()) <= sum(base for _, base in counts.values())
    assert source.counts(release, date(year + 1, 1, 1), date(year + 1, 12, 31)) == {}
    release.close()
