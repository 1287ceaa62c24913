"""Why no rank interval comes from a percentile bootstrap: among equal units it holds almost never."""

from dataclasses import replace

import pytest

from tests.reference.naive_bootstrap import bootstrap_ranks
from tests.support.simulation import SCENARIOS, WEIGHTS, draw

YEARS = 20


def cover(scenario):
    """Share of units and years whose interval holds every true rank; all units are equal, so 1 to p."""
    held = 0
    for seed in range(YEARS):
        year = draw(scenario, seed)
        low, high = bootstrap_ranks(
            year.evaluator, year.unit, year.group, year.points, WEIGHTS, draws=200, seed=seed + 10_000
        )
        held += ((low == 1) & (high == scenario.units)).sum()
    return held / (YEARS * scenario.units)


@pytest.mark.slow
def test_the_percentile_bootstrap_misses_the_bar_when_all_units_are_equal():
    """Nominal 95%, bar 94%. The whole base year holds in 0.01% of cases; half its people are enough to see it."""
    equal = replace(SCENARIOS["all_equal"], evaluators=(2000, 1500, 60))
    assert cover(equal) < 0.02
    assert cover(replace(equal, units=12)) < 0.5
