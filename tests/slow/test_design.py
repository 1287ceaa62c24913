"""The power that a design promises is realised: a year, the votes it asks for, and years with these votes."""

import numpy as np
import pytest

from analytics.next_year import design
from analytics.pairs import honest_pairs
from tests.support.grades import LAWS, POINTS, THREE, differing, multinomial, scores_of_counts

pytestmark = pytest.mark.slow
POWER, YEARS, CRITICAL = 0.8, 400, 3.3
WEIGHT, COST = np.array([0.4, 0.3, 0.3]), np.array([1.0, 2.0, 8.0])


@pytest.mark.parametrize("law", ["even", "good"])
def test_the_stated_power_is_realised_within_a_tenth(law):
    """Units 0 and 1 are `points` apart; both years have the same laws, and only the first is known to the design."""
    rng = np.random.default_rng(31)
    laws = differing(LAWS[law], 12, 3, rng)
    points = float((laws[0] @ POINTS @ WEIGHT) - (_worse(laws[0]) @ POINTS @ WEIGHT))
    laws[1] = _worse(laws[0])
    first = scores_of_counts(POINTS, multinomial(laws, np.tile([300, 150, 60], (12, 1)), rng), THREE)
    variance = first.evidence.counts.variance(8.0)
    found = design(variance, WEIGHT, np.ones(3), COST, CRITICAL, power=POWER, difference=points)
    reached = 0
    for _ in range(YEARS):
        scores = scores_of_counts(POINTS, multinomial(laws, found.votes, rng), THREE)
        spread = honest_pairs(scores).differences.spread[0, 1]
        reached += (scores.score[0] - scores.score[1]) / spread > CRITICAL
    print(f"{law}: {points:.2f} points apart, power stated {POWER}, realised {reached / YEARS:.3f}")
    assert abs(reached / YEARS - POWER) <= 0.1 * POWER
    assert found.cost <= 0.8 * found.equal_cost


def _worse(law):
    """Return the laws of a unit with a seventh of the best votes moved to the grade below."""
    worse = law.copy()
    move = worse[:, -1] / 7
    worse[:, -1] -= move
    worse[:, -2] += move
    return worse
