"""Bounds for don't-know, mix of channels, drivers: by hand, and intervals that hold."""

import numpy as np
import pytest

from analytics.bounds import unknown_bounds
from analytics.composition import mix_adjusted, mode_effect
from analytics.drivers import drivers
from analytics.scores import score_units
from analytics.shrinkage import bottom_probability


def test_bounds_by_hand():
    """Group 0: 3 of 4 know, mean 80; group 1: all know. Low 0.5 * (80 * 3/4 + 0) + 0.5 * 60, high with 100 for 0."""
    found = unknown_bounds([[80, 60], [90, np.nan]], [[3, 5], [4, 0]], [[1, 0], [0, 2]], [0.5, 0.5], (0, 100))
    assert (found.low[0], found.high[0], found.share[0]) == pytest.approx((60.0, 72.5, 0.125))
    assert np.isnan(found.low[1]) and found.shown.tolist() == [True, False]
    with pytest.raises(ValueError, match="do not fit"):
        unknown_bounds([[80]], [[3]], [[1, 2]], [1.0], (0, 100))


def test_bounds_hold_what_the_silent_would_have_said():
    """Half of the low grades turn into don't-know: the score of those who answer rises, the bounds hold the truth."""
    rng = np.random.default_rng(1)
    grade = rng.choice([0.0, 60, 80, 100], size=4_000, p=(0.1, 0.2, 0.3, 0.4))
    silent = (grade <= 60) & (rng.random(4_000) < 0.5)
    known = grade[~silent]
    found = unknown_bounds([[known.mean()]], [[len(known)]], [[silent.sum()]], [1.0], (0, 100))
    assert known.mean() > grade.mean() + 5 and found.low[0] <= grade.mean() <= found.high[0]


def channel_year(rng, effect=8.0):
    """Two units of one quality; the first is asked mostly by telephone, where grades are higher."""
    channel = np.r_[rng.random(600) < 0.8, rng.random(600) < 0.2].astype(int)
    unit = np.repeat([0, 1], 600)
    points = np.clip(75 + effect * channel + rng.normal(0, 10, 1_200), 0, 100)
    return np.arange(1_200), unit, channel, points


def test_an_equal_mix_takes_the_channel_out():
    evaluator, unit, channel, points = channel_year(np.random.default_rng(2))
    found = mix_adjusted(evaluator, unit, channel, points)
    assert found.crude[0] - found.crude[1] > 3.5
    assert abs(found.score[0] - found.score[1]) < 1.5 and found.low[0] < found.high[1]
    assert sum(found.mix.values()) == pytest.approx(1)
    without = (unit == 0) | (channel == 1)  # the second unit has one channel only
    lacking = mix_adjusted(evaluator[without], unit[without], channel[without], points[without])
    assert np.isnan(lacking.score).tolist() == [False, True] and not np.isnan(lacking.crude[1])


def test_the_effect_of_a_channel_is_in_its_interval():
    held = 0
    for seed in range(40):
        evaluator, unit, channel, points = channel_year(np.random.default_rng(seed), 5.0)
        one, other = (
            score_units(evaluator[channel == c], unit[channel == c], unit[channel == c] * 0, points[channel == c])
            for c in (1, 0)
        )
        found = mode_effect(one, other)
        held += found.mean_low <= 5.0 <= found.mean_high
        assert (found.low < found.difference).all() and (found.difference < found.high).all()
    assert held >= 33  # 38 expected; fewer than 34 come once in 100 times
    nothing = mode_effect(one, score_units([1, 2], [9, 9], [0, 0], [1.0, 2.0]))
    assert len(nothing.units) == 0 and np.isnan(nothing.mean)


def test_the_driver_is_found():
    """The overall grade follows the second indicator; units differ, which is not what is measured."""
    rng = np.random.default_rng(3)
    evaluator, unit = np.repeat(np.arange(100), 4), np.tile(np.arange(4), 100)
    parts = rng.normal(70, 10, (400, 2)) + 20 * unit[:, None]
    overall = parts[:, 1] + rng.normal(0, 10, 400)
    found = drivers(evaluator, unit, parts, overall)
    assert found.correlation[1] == pytest.approx(np.sqrt(0.5), abs=0.08)
    assert found.low[1] < np.sqrt(0.5) < found.high[1] and found.low[0] < 0 < found.high[0]
    few = drivers(evaluator[:40], unit[:40], np.c_[parts[:40], np.full(40, 5.0)], overall[:40])
    assert np.isnan(few.low).all() and np.isnan(few.correlation[2]) and few.votes.tolist() == [40, 40, 40]
    with pytest.raises(ValueError, match="need one evaluator"):
        drivers(evaluator, unit, parts[:5], overall)


def test_a_common_error_moves_nobody_to_the_bottom():
    """What full ballots add to all scores alike leaves the probabilities; without covariance they are blurred."""
    score, alone = np.array([80.0, 82, 84, 86, 88, 90]), np.full(6, 0.5)
    free = bottom_probability(score, np.diag(alone), 1, seed=1)
    common = bottom_probability(score, np.diag(alone) + 25, 1, seed=1)
    blurred = bottom_probability(score, alone + 25, 1, seed=1)
    np.testing.assert_allclose(common.probability, free.probability, atol=0.02)
    assert blurred.probability[0] < common.probability[0] - 0.3
    for found in (free, common, blurred):
        assert found.expected_rank.sum() == pytest.approx(21)  # each place is somebody's
    diagonal = bottom_probability(score, alone, 1, seed=1)
    np.testing.assert_allclose(diagonal.probability, free.probability, atol=0.02)
