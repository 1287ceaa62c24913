"""Gaps to the mean, and posts that stand on opposite sides of it with the hall and with the public."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analytics.standing import Sides, exchanged, floored, opposite, standing
from analytics.verdicts import holm

MANY = 1e9  # degrees of freedom: normal theory


def test_three_units_by_hand():
    """Scores 70, 80, 90 with variance 4 each: the gap of the first is -10, its variance 4 (4 + 1 + 1) / 9 = 8/3."""
    found = standing([70, 80, 90], np.diag([4.0] * 3), [MANY] * 3)
    assert found.gap.tolist() == [-10, 0, 10]
    assert found.se == pytest.approx(np.sqrt(8 / 3))
    assert found.sides.below[0] == pytest.approx(stats.norm.cdf(-10 / np.sqrt(8 / 3)), rel=1e-6)
    low, high = found.interval(0.95)
    assert (high - low) / 2 == pytest.approx(1.959964 * np.sqrt(8 / 3), rel=1e-6)


def test_degrees_of_freedom_by_hand():
    """Contrast 2/3, -1/3, -1/3 on variances 9, 1, 1 with 4 degrees of freedom each."""
    found = standing([70, 80, 90], np.diag([9.0, 1, 1]), [4, 4, 4])
    parts = np.array([4 / 9 * 9, 1 / 9, 1 / 9])
    assert found.df[0] == pytest.approx(parts.sum() ** 2 / (parts**2 / 4).sum())


@st.composite
def scores(draw):
    p = draw(st.integers(3, 7))
    root = np.array(draw(st.lists(st.lists(st.floats(-3, 3), min_size=p, max_size=p), min_size=p, max_size=p)))
    return np.array(draw(st.lists(st.floats(0, 100), min_size=p, max_size=p))), root @ root.T + np.eye(p)


@given(scores())
def test_the_gap_is_the_contrast_with_the_full_covariance(case):
    """Against the contrast matrix written out: C = 1 - 1/p."""
    x, sigma = case
    p = len(x)
    contrast = np.eye(p) - 1 / p
    found = standing(x, sigma, [MANY] * p)
    assert found.gap == pytest.approx(contrast @ x, abs=1e-9)
    assert found.se**2 == pytest.approx(np.diag(contrast @ sigma @ contrast), rel=1e-8)


@given(scores(), st.floats(-50, 50), st.floats(0.1, 10))
def test_another_scale_changes_no_p_value(case, shift, factor):
    """What is compared is the standing within one outcome, so its unit and zero do not matter."""
    x, sigma = case
    nu = [10.0] * len(x)
    one, other = standing(x, sigma, nu), standing(shift + factor * x, factor**2 * sigma, nu)
    assert other.sides.above == pytest.approx(one.sides.above, abs=1e-9)


def test_units_without_a_score_are_left_out_and_two_are_too_few():
    found = standing([70, np.nan, 80, 90], np.diag([4.0] * 4), [9] * 4)
    assert np.isnan(found.gap[1]) and found.gap[[0, 2, 3]].tolist() == [-10, 0, 10]
    assert np.isnan(standing([70, np.nan, 80], np.diag([4.0] * 3), [9] * 3).gap).all()


def test_no_spread_proves_nothing():
    found = standing([70, 80, 90], np.zeros((3, 3)), [9, 9, 9])
    assert found.sides.above.tolist() == found.sides.below.tolist() == [1, 1, 1]


def test_opposite_needs_both_sides():
    nu, sigma = [MANY] * 3, np.eye(3)
    hall = standing([90, 80, 70], sigma, nu).sides
    p, side = opposite(hall, standing([70, 80, 90], sigma, nu).sides)
    assert side.tolist() == [1, 1, -1] and p[0] < 1e-9 and p[2] < 1e-9 and p[1] == 1
    agreeing, _ = opposite(hall, hall)
    assert (agreeing == 1).all()
    half, _ = opposite(hall, standing([80.1, 80, 80.2], sigma, nu).sides)
    assert (half > 0.5).all()


def test_nobody_is_named_by_chance():
    """Worst cases: the hall tells half the posts apart for sure and the public none, or none at all differ.

    At most 5% of years may name anybody.
    """
    rng = np.random.default_rng(11)
    runs, p = 600, 20
    for spread in (0.0, 30.0):
        level = np.repeat([spread, -spread], p // 2)
        named = 0
        for _ in range(runs):
            hall = standing(rng.normal(level, 1), np.eye(p), [MANY] * p).sides
            public = standing(rng.normal(0, 1, p), np.eye(p), [MANY] * p).sides
            named += (holm(opposite(hall, public)[0]) <= 0.05).any()
        assert named / runs <= 0.05 + 2.6 * np.sqrt(0.05 * 0.95 / runs)


def test_dealing_ballots_anew_by_hand():
    """Nine ballots of one grade out of 20 of which 12 carry it: C(12, 9) / C(20, 9) of all deals have nine or more."""
    counts, points = [[9, 0], [2, 4], [1, 4]], [100, 0]
    sure = Sides(np.zeros(3), np.zeros(3))
    found = exchanged(counts, points, sure, [0], seed=1)
    assert found.above[0] == pytest.approx(220 / 167_960, rel=0.2)
    assert found.below[0] == 1 and found.above[1:].tolist() == [0, 0]
    kept = exchanged(counts, points, Sides(np.full(3, 0.7), np.full(3, 0.7)), [0, 1, 2], seed=1)
    assert kept.above[0] == 0.7 and kept.above[2] > 0.7


def test_no_hall_is_surer_than_the_ballots_of_all_by_hand():
    """Ballots 100 100, 100 0 0 100 and 80 80 scatter by 4 * 2500 around their halls' means, 1250 a ballot of eight."""
    raised = floored(np.diag([1.0, 900.0, 5.0]), [[2, 0, 0], [2, 0, 2], [0, 2, 0]], [100, 80, 0])
    assert np.diag(raised).tolist() == [625, 900, 625]


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError):
        standing([1, 2, 3], np.eye(2), [1, 1, 1])
    with pytest.raises(ValueError):
        standing([1, 2, 3], np.eye(3), [1, 1, 1]).interval(95)
    with pytest.raises(ValueError):
        exchanged(np.ones((3, 2)), [100, 0], Sides(np.zeros(2), np.zeros(2)), [0], seed=1)
