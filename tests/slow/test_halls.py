"""Halls of known truth: do intervals hold it, and is anybody named whom only chance set apart?"""

import numpy as np
import pytest

from analytics.laws import VoteCounts
from analytics.moments import SCALE, Moments, Pairs
from analytics.scores import scores_from_moments
from analytics.standing import Sides, exchanged, floored, opposite, standing
from analytics.verdicts import holm

pytestmark = pytest.mark.slow
POINTS = np.array([100.0, 80, 60, 0])
KINDS = np.array(
    [
        (0.60, 0.25, 0.10, 0.05),
        (0.85, 0.10, 0.04, 0.01),
        (0.90, 0.10, 0.00, 0.00),
        (0.30, 0.40, 0.20, 0.10),
        (0.97, 0.03, 0.00, 0.00),
        (0.50, 0.50, 0.00, 0.00),
    ]
)
"""Shares of the four grades, from a divided hall to one that gives the best grade nearly always."""


def scores_of(counts):
    """Scores of halls from counts of grades, shape (halls, grades)."""
    value = (POINTS * SCALE).astype(np.int64)
    n, total, squares = (counts @ part for part in (np.ones(4, dtype=np.int64), value, value**2))
    sums = [(int(part.sum()),) for part in (n, total, squares)]
    shape = (len(counts), 1)
    sums_of = [part.reshape(shape) for part in (n, total, squares)]
    votes = np.flip(counts, axis=1)[:, None].astype(np.float64)
    table = VoteCounts(np.flip(POINTS), votes, votes.sum(axis=0))
    halls = tuple(range(len(counts)))
    return scores_from_moments(Moments(halls, ("hall",), *sums_of, Pairs.none(), *sums, counts=table), None)


@pytest.mark.parametrize("ballots", [9, 20, 30, 60, 100])
def test_intervals_hold_the_truth(ballots):
    """Ten halls of each kind a year, 200 years: 93% for every kind, less two Monte Carlo errors."""
    rng = np.random.default_rng(20)
    kind = np.repeat(np.arange(len(KINDS)), 10)
    truth, inside = KINDS[kind] @ POINTS, np.zeros(len(kind))
    for _ in range(200):
        low, high = scores_of(rng.multinomial(ballots, KINDS[kind])).interval(0.95)
        inside += (low <= truth) & (truth <= high)
    share = inside.reshape(len(KINDS), 10).sum(axis=1) / 2_000
    print(ballots, share)
    assert share.min() >= 0.93 - 2 * np.sqrt(0.93 * 0.07 / 2_000)


def named_by_chance(shares, ballots, years=200):
    """Share of years in which somebody is named although all halls have one mean, with dealing and by t alone.

    The public tells every unit apart for sure, half of them on each side: the worst case.
    """
    rng = np.random.default_rng(21)
    named = by_t = 0
    away = np.where(np.arange(len(shares)) % 2, 0.0, 1.0)
    sure = Sides(away, 1 - away)
    for year in range(years):
        counts = rng.multinomial(ballots, shares)
        scores = scores_of(counts)
        own = standing(scores.score, scores.covariance_adjusted, scores.df_score).sides
        by_t += (holm(opposite(own, sure)[0]) <= 0.05).any()
        hall = standing(scores.score, floored(scores.covariance_adjusted, counts, POINTS), scores.df_score).sides
        plain = opposite(hall, sure)[0]
        dealt = exchanged(counts, POINTS, hall, np.flatnonzero(plain <= 0.05), seed=year, deals=9_999)
        named += (holm(opposite(dealt, sure)[0]) <= 0.05).any()
    print(ballots, named / years, by_t / years)
    return named / years, by_t / years


BAR = 0.05 + 2.6 * np.sqrt(0.05 * 0.95 / 200)


@pytest.mark.parametrize("kind", range(len(KINDS)))
@pytest.mark.parametrize("ballots", [9, 75])
def test_nobody_is_named_by_chance(kind, ballots):
    assert named_by_chance(np.tile(KINDS[kind], (50, 1)), ballots)[0] <= BAR


@pytest.mark.parametrize("ballots", [9, 75])
def test_nor_where_halls_of_one_mean_differ_in_spread(ballots):
    """Half of the halls agree on 好 and 较好 alike, half are divided between 好 and 差; the mean is 90 in both."""
    shares = np.array([(0.5, 0.5, 0.0, 0.0), (0.5, 0.5, 0.0, 0.0), (0.9, 0.0, 0.0, 0.1), (0.9, 0.0, 0.0, 0.1)] * 12)
    assert named_by_chance(shares, ballots)[0] <= BAR


def test_without_dealing_somebody_would_be():
    """The guard against a naive test: t alone names somebody in most years of halls that nearly always say 好."""
    assert named_by_chance(np.tile(KINDS[4], (50, 1)), 75, years=40)[1] > 0.5
