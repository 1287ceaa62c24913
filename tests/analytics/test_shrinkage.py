"""Shrunken scores and P(bottom k): published figures, the plain implementation, and the edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.shrinkage import bottom_probability, paule_mandel, shrink
from tests.reference import plain_ranks
from tests.support.examples import examples

# Efron and Morris (1975): hits in the first 45 times at bat of 1970 and the average over the rest of the season.
HITS = np.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7])
REST = np.array([346, 298, 276, 222, 273, 270, 263, 210, 269, 230, 264, 256, 303, 264, 226, 285, 316, 200]) / 1000


@st.composite
def scores_and_variances(draw, largest=12):
    p = draw(st.integers(5, largest))
    score = draw(st.lists(st.floats(0, 100).map(lambda x: round(x, 2)), min_size=p, max_size=p))
    variance = draw(st.lists(st.floats(0.05, 30).map(lambda x: round(x, 3)), min_size=p, max_size=p))
    return np.array(score), np.array(variance)


def test_eighteen_baseball_players():
    """The shrunken averages foretell the rest of the season 3.5 times better, as published."""
    average = np.round(HITS / 45, 3)
    variance = np.full(18, average.mean() * (1 - average.mean()) / 45)
    value = shrink(average, variance).value
    assert np.mean((average - REST) ** 2) == pytest.approx(0.00419, abs=5e-6)
    assert np.mean((value - REST) ** 2) == pytest.approx(0.00121, abs=5e-6)


@given(scores_and_variances())
@examples(100)
def test_the_plain_implementation_shrinks_alike(case):
    score, variance = case
    ours = shrink(score, variance)
    tau2, mean, value, left = plain_ranks.shrink(score.tolist(), variance.tolist())
    assert ours.tau2 == pytest.approx(tau2, rel=1e-6, abs=1e-9)
    assert ours.mean == pytest.approx(mean, rel=1e-6)
    np.testing.assert_allclose(ours.value, value, rtol=1e-6)
    np.testing.assert_allclose(ours.variance, left, rtol=1e-6)


@given(scores_and_variances())
@examples(100)
def test_tau2_solves_its_equation_or_is_zero(case):
    score, variance = case
    tau2 = paule_mandel(score, variance)
    excess = plain_ranks.excess(score.tolist(), variance.tolist(), tau2)
    if tau2 > 0:
        assert excess == pytest.approx(0, abs=1e-6)
    else:
        assert excess <= 0


@given(scores_and_variances())
@examples(60)
def test_a_shrunken_score_lies_between_the_score_and_the_mean(case):
    score, variance = case
    ours = shrink(score, variance)
    low, high = np.minimum(score, ours.mean), np.maximum(score, ours.mean)
    assert (ours.value >= low - 1e-9).all() and (ours.value <= high + 1e-9).all()
    assert (ours.variance <= variance * (1 + 1e-9)).all()


def test_scores_that_differ_no_more_than_chance_become_one():
    score, variance = np.array([70.0, 70.5, 69.5, 70.2, 69.8, 70.0]), np.array([4.0, 9.0, 4.0, 1.0, 4.0, 2.0])
    ours = shrink(score, variance)
    assert ours.tau2 == 0
    np.testing.assert_allclose(ours.value, np.average(score, weights=1 / variance))
    chance = bottom_probability(score, variance, 2, draws=20_000, seed=1)
    # Six units, two places, nothing known: one third each. Standard error 0.0033.
    np.testing.assert_allclose(chance.probability, 1 / 3, atol=0.015)
    np.testing.assert_allclose(chance.expected_rank, 3.5, atol=0.06)


def test_below_five_units_nothing_is_said():
    score, variance = np.array([9.0, 5.0, np.nan, 3.0, 1.0]), np.array([1.0, 1.0, np.nan, 1.0, 1.0])
    ours, chance = shrink(score, variance), bottom_probability(score, variance, 2, draws=100, seed=1)
    assert np.isnan([ours.tau2, ours.mean]).all()
    for values in (ours.value, ours.variance, chance.probability, chance.expected_rank):
        assert values.shape == (5,) and np.isnan(values).all()


@given(scores_and_variances(), st.integers(0, 14), st.integers(0, 10**6))
@examples(40)
def test_the_places_are_shared_out_whole(case, k, seed):
    score, variance = case
    p = len(score)
    chance = bottom_probability(score, variance, k, draws=300, seed=seed)
    assert ((chance.probability >= 0) & (chance.probability <= 1)).all()
    assert chance.probability.sum() == pytest.approx(min(k, p))
    assert chance.expected_rank.sum() == pytest.approx(p * (p + 1) / 2)


def test_the_plain_implementation_finds_the_same_probabilities():
    score = np.array([80.0, 79.0, 78.5, 77.0, 76.0, 75.5, 74.0, 70.0])
    variance = np.array([1.0, 4.0, 0.5, 2.0, 1.0, 6.0, 3.0, 9.0])
    ours = bottom_probability(score, variance, 3, draws=20_000, seed=1)
    probability, rank = plain_ranks.bottom_probability(score.tolist(), variance.tolist(), 3, 20_000, 2)
    # Two runs of 20,000 draws: standard error of a difference at most 0.005.
    np.testing.assert_allclose(ours.probability, probability, atol=0.02)
    np.testing.assert_allclose(ours.expected_rank, rank, atol=0.08)


def test_the_worst_of_many_is_sure_and_the_best_is_safe():
    score = np.array([95.0, 90.0, 85.0, 80.0, 75.0, 20.0])
    chance = bottom_probability(score, np.full(6, 0.5), 1, draws=2000, seed=1)
    assert chance.probability.tolist() == [0, 0, 0, 0, 0, 1]
    assert chance.expected_rank == pytest.approx([1, 2, 3, 4, 5, 6], abs=1e-5)


def test_a_unit_without_a_score_is_left_out():
    score, variance = np.array([9.0, 7.0, 5.0, 3.0, 1.0]), np.full(5, 2.0)
    whole = bottom_probability(score, variance, 2, draws=1000, seed=4)
    holed = bottom_probability(np.insert(score, 2, np.nan), np.insert(variance, 2, np.nan), 2, draws=1000, seed=4)
    assert np.isnan(holed.probability[2]) and np.isnan(holed.expected_rank[2])
    assert np.delete(holed.probability, 2).tolist() == whole.probability.tolist()


def test_the_same_seed_gives_the_same_probabilities():
    score, variance = np.arange(6.0), np.full(6, 2.0)
    first, second = (bottom_probability(score, variance, 2, draws=500, seed=9) for _ in range(2))
    assert first.probability.tolist() == second.probability.tolist()


def test_without_variance_the_scores_stand():
    """Every group spoke with one voice: nothing to shrink, the order is certain."""
    score = np.array([9.0, 7.0, 5.0, 3.0, 1.0])
    ours = shrink(score, np.zeros(5))
    np.testing.assert_allclose(ours.value, score)
    assert bottom_probability(score, np.zeros(5), 2, draws=50, seed=1).probability.tolist() == [0, 0, 0, 1, 1]


def test_without_variance_tied_units_share_the_places():
    """All tied and nothing varies: no unit is more surely at the bottom for standing last in the table."""
    score, variance = np.full(6, 70.0), np.zeros(6)
    np.testing.assert_allclose(shrink(score, variance).value, 70.0)
    chance = bottom_probability(score, variance, 2, draws=2000, seed=1)
    np.testing.assert_allclose(chance.probability, 1 / 3, atol=0.06)
    np.testing.assert_allclose(chance.expected_rank, 3.5, atol=0.2)


@pytest.mark.parametrize("variance", [[1.0, 1.0], [1.0, -1.0, 1.0, 1.0, 1.0], [1.0, np.inf, 1.0, 1.0, 1.0]])
def test_a_variance_that_is_none_is_refused(variance):
    with pytest.raises(ValueError, match="varianc"):
        shrink(np.arange(5.0), np.array(variance))
