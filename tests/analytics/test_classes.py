"""Classes: natural breaks against every choice of cuts, order by score, and the promise in simulated years."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from analytics.classes import classes
from analytics.ranks import rank_sets_of
from tests.support.simulation import SCENARIOS, draw, scored, true_intervals


def squares_within(places, begins):
    edges = [*begins, max(places) + 1]
    parts = [[p for p in places if a <= p < b] for a, b in pairwise(edges)]
    return sum(sum((p - sum(part) / len(part)) ** 2 for p in part) for part in parts if part)


@pytest.mark.parametrize("seed", range(30))
def test_the_cuts_are_the_best_of_all(seed):
    rng = np.random.default_rng(seed)
    places = np.sort(rng.integers(1, 15, size=int(rng.integers(3, 20))))
    found = classes(-np.arange(len(places), dtype=float), places)
    values = sorted(set(places.tolist()))
    number = len(found.first)
    best = min(squares_within(places.tolist(), [values[0], *cut]) for cut in combinations(values[1:], number - 1))
    assert squares_within(places.tolist(), found.first.tolist()) == pytest.approx(best)
    assert number <= 5


def test_no_unit_is_below_a_unit_with_a_lower_score():
    score = np.array([90.0, 85.0, 80.0, np.nan, 70.0])
    found = classes(score, [1, 3, 1, 0, 4])  # the second has a small error, so its set begins at place 3
    assert found.better.tolist() == [0, 0, 0, 0, 3]
    assert found.number.tolist() == [1, 1, 1, 0, 2]


def test_nothing_separated_is_a_single_class():
    found = classes([3.0, 2.0, 1.0], [1, 1, 1])
    assert found.number.tolist() == [1, 1, 1] and found.first.tolist() == [1]
    assert classes([np.nan], [0]).number.tolist() == [0]


def test_five_at_most_and_shapes():
    best = np.arange(1, 31)
    assert len(classes(-best.astype(float), best).first) == 5
    with pytest.raises(ValueError, match="one entry a unit"):
        classes([1.0, 2.0], [1])
    with pytest.raises(ValueError, match="at least one class"):
        classes([1.0], [1], most=0)


def too_low(scenario, years, seed, draws=2000):
    """Return the share of years in which some unit is in a lower class than its true place deserves."""
    wrong = 0
    for year in range(years):
        sample = draw(SCENARIOS[scenario], seed + year)
        scores = scored(sample)
        sets = rank_sets_of(scores, draws=draws, seed=year)
        found = classes(scores.score, sets.best)
        ranked = ~np.isnan(scores.score)
        true_best, _ = true_intervals(sample.truth, ranked)
        deserved = np.searchsorted(found.first, true_best, side="right")
        wrong += bool((found.number > np.where(ranked, deserved, found.number))[ranked].any())
    return wrong / years


@pytest.mark.parametrize("scenario", ["all_equal", "small_p12", "tiny_sample"])
def test_nobody_is_in_a_lower_class_than_deserved(scenario):
    assert too_low(scenario, 6, 100) <= 0.2
