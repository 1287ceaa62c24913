"""With 95% nobody is in a lower class than deserved, in every scenario of the simulation and for top-heavy grades."""

import numpy as np
import pytest

from analytics.classes import classes
from analytics.ranks import competition_ranks, rank_sets_of
from tests.analytics.test_classes import too_low
from tests.support.grades import LAWS, POINTS, multinomial, scores_of_counts
from tests.support.simulation import SCENARIOS

pytestmark = pytest.mark.slow
ERROR = 2.6 * np.sqrt(0.05 * 0.95 / 200)


@pytest.mark.parametrize("scenario", [name for name in SCENARIOS if name != "large_sample"])
def test_nobody_is_in_a_lower_class_than_deserved(scenario):
    assert too_low(scenario, 200, 5000) <= 0.05 + ERROR


@pytest.mark.parametrize("law", list(LAWS))
@pytest.mark.parametrize("n", [30, 100])
def test_for_laws_of_real_grades(law, n):
    """Thirty units, half with the law and half with some of its best votes given the grade below."""
    rng, wrong = np.random.default_rng(n), 0
    own = np.asarray(LAWS[law], dtype=float)
    own = own / own.sum()
    worse = own.copy()
    move = 0.1 * worse[-1]
    worse[-1] -= move
    worse[-2] += move
    laws = np.stack([own] * 15 + [worse] * 15)[:, None, :]
    truth = laws[:, 0] @ POINTS
    deserved, _ = competition_ranks(truth)
    for year in range(200):
        scores = scores_of_counts(POINTS, multinomial(laws, n, rng), None)
        found = classes(scores.score, rank_sets_of(scores, draws=2000, seed=year).best)
        wrong += bool((found.number > np.searchsorted(found.first, deserved, side="right")).any())
    assert wrong / 200 <= 0.05 + ERROR
