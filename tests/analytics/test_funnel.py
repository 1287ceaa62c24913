"""The funnel: centre, over-dispersion and limits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analytics.funnel import FEWEST, funnel, funnel_of
from results.ranking.funnel import funnel as funnel_of_round
from tests.reference.plain_funnel import dersimonian_laird
from tests.support.grades import LAWS, ONE, POINTS, THREE, ballots, differing, multinomial, scores_of_counts

SCORES = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 900)), min_size=FEWEST, max_size=40)


@given(SCORES)
def test_without_winsorising_it_is_dersimonian_laird(drawn):
    score, variance = [a / 4 for a, _ in drawn], [v / 8 for _, v in drawn]
    found = funnel(score, variance, np.full(len(drawn), 50), winsorise=0)
    centre, tau2 = dersimonian_laird(score, variance)
    assert found.theta0 == pytest.approx(centre, rel=1e-12)
    assert found.tau2 == pytest.approx(tau2, rel=1e-9, abs=1e-9)


def test_ten_units_by_hand():
    """Scores 1 .. 10 with variance 1: centre 5.5, z -4.5 .. 4.5; the 10th and 90th percentile are -3.6 and 3.6.

    phi = (2 * 3.6^2 + 2 * (3.5^2 + 2.5^2 + 1.5^2 + 0.5^2)) / 10 = 6.792; weights 1, so tau2 = (67.92 - 9) / 9.
    """
    found = funnel(np.arange(1.0, 11.0), np.ones(10), np.full(10, 40))
    assert found.theta0 == pytest.approx(5.5)
    assert found.phi == pytest.approx(6.792)
    assert found.tau2 == pytest.approx(58.92 / 9)
    assert found.effective == pytest.approx(np.full(10, 40.0))
    limits = found.limits([40.0])
    reach = np.sqrt(1 + 58.92 / 9)
    assert limits.low_3[0] == pytest.approx(5.5 - 3.09 * reach)
    assert limits.high_2[0] == pytest.approx(5.5 + 1.96 * reach)
    assert set(found.place) == {"inside"}


def test_below_ten_units_the_limits_are_those_of_chance():
    score = [50.0, 50.5, 49.5, 50.2, 53.0, 54.0, 46.5, 47.4, 50.0]
    found = funnel(score, np.ones(9), np.full(9, 40))
    assert found.tau2 == 0 and np.isnan(found.phi)
    apart = np.array(score) - found.theta0
    told = np.select([apart < -3.09, apart < -1.96, apart <= 1.96, apart <= 3.09], range(4), 4)
    assert found.place.tolist() == [("below_3", "below_2", "inside", "above_2", "above_3")[i] for i in told]
    assert {"below_3", "below_2", "inside", "above_2", "above_3"} == set(found.place)


def test_one_far_unit_does_not_widen_the_limits_as_it_would_without_winsorising():
    score = np.append(np.linspace(-1, 1, 20), -15.0)
    found = funnel(score, np.ones(21), np.full(21, 40))
    plain = funnel(score, np.ones(21), np.full(21, 40), winsorise=0)
    assert found.tau2 < plain.tau2 / 4
    assert found.place[-1] == "below_3"


def test_units_without_score_or_variance_are_left_out_and_change_nothing():
    score, variance, n = np.arange(1.0, 13.0), np.linspace(1, 2, 12), np.arange(30, 42)
    whole = funnel(score, variance, n)
    more = funnel([np.nan, *score, 3.0], [np.nan, *variance, 0.0], [0, *n, 9])
    assert (more.theta0, more.tau2, more.ballot_variance) == (whole.theta0, whole.tau2, whole.ballot_variance)
    assert more.place[[0, -1]].tolist() == ["", ""] and more.place[1:-1].tolist() == whole.place.tolist()
    nobody = funnel([np.nan], [np.nan], [0])
    assert np.isnan(nobody.theta0) and nobody.place.tolist() == [""]


@given(SCORES, st.floats(0.1, 10), st.floats(-50, 50))
def test_another_scale_of_points_moves_nobody(drawn, factor, shift):
    score, variance = np.array([a / 4 for a, _ in drawn]), np.array([v / 8 for _, v in drawn])
    n = np.full(len(drawn), 50)
    one, other = funnel(score, variance, n), funnel(factor * score + shift, factor**2 * variance, n)
    assert other.tau2 == pytest.approx(factor**2 * one.tau2, rel=1e-6, abs=1e-6)
    assert other.effective == pytest.approx(one.effective)
    assert other.z == pytest.approx(one.z, abs=1e-6)


def test_classes_are_the_limits_at_the_units_own_ballots():
    rng = np.random.default_rng(20)
    variance = rng.uniform(0.5, 6, 200)
    score = rng.normal(70, np.sqrt(variance + 2) * 1.2)
    found = funnel(score, variance, rng.integers(30, 300, 200))
    limits = found.limits(found.effective)
    assert np.array_equal(found.place == "below_3", score < limits.low_3)
    assert np.array_equal(np.isin(found.place, ["above_2", "above_3"]), score > limits.high_2)


def test_wrong_input_is_refused():
    for score, variance, n in (
        ([1.0, 2.0], [1.0], [5, 5]),
        ([1.0], [-1.0], [5]),
        ([1.0], [np.nan], [5]),
        ([1.0], [1.0], [0]),
    ):
        with pytest.raises(ValueError):
            funnel(score, variance, n)
    with pytest.raises(ValueError):
        funnel([1.0], [1.0], [5], winsorise=0.5)


def test_top_heavy_grades_put_nobody_outside_in_short():
    """30 equal units of 30 to 300 votes, 95% the best grade. With variances of their own votes, 1.1% lie above 99.8%,
    and the centre is half a point too high. Long: tests/slow."""
    rng = np.random.default_rng(21)
    outside = far = 0
    centre = []
    for _ in range(30):
        votes = rng.integers(30, 300, 30)
        count = np.array([rng.multinomial(n, LAWS["95"]) for n in votes])[:, None, :]
        found = funnel_of(scores_of_counts(POINTS, count, ONE))
        outside += int((found.place != "inside").sum())
        far += int(np.isin(found.place, ["below_3", "above_3"]).sum())
        centre.append(found.theta0)
    assert outside <= stats.binom.isf(1e-3, 900, 0.05) and far <= stats.binom.isf(1e-3, 900, 0.002)
    assert np.mean(centre) == pytest.approx(np.dot(LAWS["95"], POINTS), abs=0.1)


def test_limits_of_votes_are_skewed_inside_the_scale_and_those_of_the_classes():
    rng = np.random.default_rng(22)
    laws = differing(LAWS["95"], 40, 3, rng, spread=0.6)
    found = funnel_of(scores_of_counts(POINTS, multinomial(laws, 60, rng), THREE))
    limits = found.limits(found.effective)
    assert (limits.high_3 <= 100 + 1e-9).all() and (limits.low_3 < limits.low_2).all()
    assert (found.theta0 - limits.low_2 > limits.high_2 - found.theta0).all()
    score = scores_of_counts(POINTS, multinomial(laws, 60, np.random.default_rng(22)), THREE).score
    again = funnel_of(scores_of_counts(POINTS, multinomial(laws, 60, np.random.default_rng(22)), THREE))
    assert np.array_equal(again.place == "below_3", score < again.limits(again.effective).low_3 - 1e-9)
    wide = funnel_of(scores_of_counts(POINTS, multinomial(laws, 6_000, rng), THREE))
    plain = scores_of_counts(POINTS, multinomial(laws, 6_000, rng), THREE)
    assert wide.tau2 == pytest.approx(funnel(plain.score, plain.se**2, plain.n.sum(axis=1)).tau2, rel=0.3)


def test_a_census_and_a_round_without_spread_are_left_out():
    same = scores_of_counts(np.array([80.0]), np.array([[[30]], [[40]]]), ONE)
    assert funnel_of(same).place.tolist() == ["", ""]
    rng = np.random.default_rng(23)
    year = ballots(differing(LAWS["good"], 5, 1, rng)[:, 0], 40, rng)
    assert set(funnel_of(year.scored(population={0: 40})).place) == {""}


def test_the_demonstration_has_a_unit_to_examine(demo_release):
    found = funnel_of_round(demo_release.round("2025"), "公共服务单位")
    assert found.rows["unit_name"][0] == "市殡葬服务中心" and found.rows["place"][0] == "below_3"
    assert found.rows["score"].is_monotonic_increasing
    assert found.curves["effective"].min() < found.rows["effective"].min()
    assert found.curves["effective"].max() > found.rows["effective"].max()
    assert (found.curves["low_3"] < found.curves["low_2"]).all()
    too_few = funnel_of_round(demo_release.round("2025"), "垂直管理单位")
    assert "市无线电监测站" not in set(too_few.rows["unit_name"])
