"""Bottom claims: a plain second implementation, the edges of the list, and claims that must never be made."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analytics.scores import score_units
from analytics.verdicts import both, bottom_claims, claims_of, holm, line_claims, share_claims, t_line_claims
from tests.analytics.test_rank_sets import leagues
from tests.reference import plain_ranks
from tests.support.examples import examples

P_VALUES = ("confirm_raw", "clear_raw", "confirm_p", "clear_p")


def p_values(claims):
    return [getattr(claims, name) for name in P_VALUES]


@given(leagues(), st.data())
@examples(150)
def test_the_plain_implementation_finds_the_same_p_values(league, data):
    score, covariance, _ = league
    k = data.draw(st.integers(1, len(score) - 1))
    nu = data.draw(st.sampled_from([None, 3.0, 20.0]))
    df = None if nu is None else np.full(covariance.shape, nu)
    claims = bottom_claims(score, covariance, k, df=df)
    rows = None if df is None else df.tolist()
    plain = plain_ranks.bottom_claims(score.tolist(), covariance.tolist(), k, rows)
    for name, ours, theirs in zip(P_VALUES, p_values(claims), plain, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-300, err_msg=name)
    words = [
        "confirmed" if yes <= 0.05 else "cleared" if no <= 0.05 else "undecided"
        for yes, no in zip(plain[2], plain[3], strict=True)
    ]
    assert claims.verdict.tolist() == words


@given(leagues(), st.data())
@examples(60)
def test_the_order_of_the_units_does_not_matter(league, data):
    score, covariance, _ = league
    order = np.array(data.draw(st.permutations(range(len(score)))))
    k = data.draw(st.integers(1, len(score) - 1))
    straight = bottom_claims(score, covariance, k)
    mixed = bottom_claims(score[order], covariance[np.ix_(order, order)], k)
    for name, one, other in zip(P_VALUES, p_values(straight), p_values(mixed), strict=True):
        np.testing.assert_array_equal(one[order], other, err_msg=name)
    assert straight.verdict[order].tolist() == mixed.verdict.tolist()


@given(leagues(), st.data())
@examples(60)
def test_higher_scores_are_never_more_surely_at_the_bottom(league, data):
    """With one variance for all the order of the p-values is the order of the scores."""
    score = league[0]
    k = data.draw(st.integers(1, len(score) - 1))
    claims = bottom_claims(score, np.eye(len(score)), k)
    order = np.argsort(score, kind="stable")
    assert (np.diff(claims.confirm_raw[order]) >= 0).all()
    assert (np.diff(claims.clear_raw[order]) <= 0).all()
    assert not ((claims.confirm_p <= 0.05) & (claims.clear_p <= 0.05)).any()


def test_a_clear_tail_is_confirmed_and_the_rest_cleared():
    score = np.array([90.0, 88.0, 86.0, 60.0, 58.0, np.nan])
    covariance = np.full((6, 6), np.nan)
    covariance[:5, :5] = np.eye(5)
    claims = bottom_claims(score, covariance, 2)
    assert claims.verdict.tolist() == ["cleared"] * 3 + ["confirmed"] * 2 + ["not_ranked"]
    for values in p_values(claims):
        assert np.isnan(values[5]) and not np.isnan(values[:5]).any()


def test_a_unit_without_a_score_takes_no_part_in_the_correction():
    score, covariance = np.array([5.0, 3.0, 1.0, 0.0]), np.eye(4)
    wide = np.full((5, 5), np.nan)
    wide[1:, 1:] = covariance
    whole, holed = bottom_claims(score, covariance, 1), bottom_claims(np.insert(score, 0, np.nan), wide, 1)
    for one, other in zip(p_values(whole), p_values(holed), strict=True):
        np.testing.assert_array_equal(one, other[1:])


@pytest.mark.parametrize("variance", [0.0, 1e-6, 1.0])
def test_a_tie_at_the_border_is_never_confirmed(variance):
    """Places 4 and 5 are tied and the list has one place left for them."""
    claims = bottom_claims([90.0, 80.0, 70.0, 50.0, 50.0, 10.0], np.eye(6) * variance, 2)
    assert claims.verdict[3:5].tolist() == ["undecided", "undecided"]
    assert (claims.confirm_raw[3:5] >= 0.5).all()
    assert claims.verdict[5] == "confirmed"


@pytest.mark.parametrize("variance", [0.0, 1e-6])
def test_a_tie_inside_the_list_is_no_obstacle(variance):
    claims = bottom_claims([90.0, 80.0, 70.0, 50.0, 50.0], np.eye(5) * variance, 2)
    assert claims.verdict.tolist() == ["cleared"] * 3 + ["confirmed"] * 2


@pytest.mark.parametrize("k", [-1, 0, 3, 4, 100])
def test_no_list_or_everybody_on_it_claims_nothing(k):
    claims = bottom_claims([3.0, 2.0, 1.0], np.eye(3) * 1e-6, k)
    assert claims.verdict.tolist() == ["undecided"] * 3
    for values in p_values(claims):
        assert values.tolist() == [1.0] * 3


def test_one_unit_and_none():
    assert bottom_claims([3.0], [[1.0]], 1).verdict.tolist() == ["undecided"]
    assert bottom_claims([np.nan], [[np.nan]], 1).verdict.tolist() == ["not_ranked"]
    assert len(bottom_claims([], np.zeros((0, 0)), 1).verdict) == 0


def test_the_level_moves_the_line():
    """F of the worked example has an adjusted p of 0.0131."""
    score, covariance = [90.2, 88.1, 86.6, 84.0, 81.5, 78.8], np.eye(6) * 1.44
    words = [bottom_claims(score, covariance, 2, level=level).verdict[5] for level in (0.95, 0.98, 0.99)]
    assert words == ["confirmed", "confirmed", "undecided"]


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_agrees_with_the_loops_and_lies_between_raw_and_bonferroni(values):
    adjusted = holm(values)
    np.testing.assert_allclose(adjusted, plain_ranks.holm(values))
    assert (adjusted >= np.array(values)).all()
    assert (adjusted <= np.minimum(1, np.array(values) * len(values)) + 1e-15).all()


@pytest.mark.parametrize("level", [0.0, 1.0, 95])
def test_an_impossible_level_is_refused(level):
    with pytest.raises(ValueError, match="level"):
        bottom_claims([1.0, 2.0], np.eye(2), 1, level=level)


def test_a_score_on_the_line_decides_nothing_also_when_rounding_moves_it():
    claims = t_line_claims([60.0 + 1e-12, 60.0 - 1e-12, 59.0, 61.0], np.zeros(4), np.ones(4), 60.0)
    assert claims.confirm_raw.tolist() == [0.5, 0.5, 0.0, 1.0]
    assert claims.clear_raw.tolist() == [0.5, 0.5, 1.0, 0.0]
    assert claims.verdict.tolist() == ["undecided", "undecided", "confirmed", "cleared"]


def test_a_share_of_lowest_grades_is_tested_by_the_binomial_tail_with_the_number_itself():
    claims = share_claims([3, 0, 10, 0], [10, 10, 10, 0], 0.3)
    tail = [sum(stats.binom.pmf(range(x, 11), 10, 0.3)) for x in (3, 0, 10)]
    head = [sum(stats.binom.pmf(range(x + 1), 10, 0.3)) for x in (3, 0, 10)]
    assert claims.confirm_raw[:3] == pytest.approx(tail) and claims.clear_raw[:3] == pytest.approx(head)
    assert claims.verdict.tolist() == ["undecided", "undecided", "confirmed", "not_ranked"]


def test_a_line_decides_nothing_below_thirty_votes_of_a_group_that_counts():
    """Nobody of 29 gave less than the best grade, and the line is far below: still nothing, unless all have voted."""
    both = {0: 0.8, 1: 0.2}

    def verdicts_of(few, weights=both, **more):
        n = (300, few)
        unit = np.repeat([0, 1], sum(n))
        group = np.tile(np.repeat([0, 1], n), 2)
        points = np.where(np.arange(len(unit)) % 17 == 0, 60.0, 100.0)
        evaluator = np.tile(np.arange(sum(n)), 2)
        scores = score_units(evaluator, unit, group, points, weights, **more)
        return line_claims(scores, 50.0).verdict.tolist()

    assert verdicts_of(29) == ["undecided"] * 2
    assert verdicts_of(30) == ["cleared"] * 2
    assert verdicts_of(29, population={1: 29}) == ["cleared"] * 2
    assert verdicts_of(29, {0: 1.0, 1: 0.0}) == ["cleared"] * 2
    assert verdicts_of(29, None) == ["cleared"] * 2


@pytest.mark.parametrize(("units", "times"), [(2, 2), (4, 2), (5, 1), (8, 1)])
def test_either_condition_clears_and_twice_the_smaller_p_value_is_taken_among_few_units(units, times):
    """A unit without a score is no test and makes no family larger."""
    above = np.array([0.02, *np.linspace(0.3, 0.9, units - 1), np.nan])
    worse = np.array([0.4, *np.linspace(0.2, 0.8, units - 1), np.nan])
    first, second = claims_of(above, worse, 0.95), claims_of(worse, above, 0.95)
    found = both(first, second, k=2)
    np.testing.assert_allclose(found.clear_raw, np.minimum(1, times * np.minimum(above, worse)))
    np.testing.assert_allclose(found.confirm_raw, np.maximum(above, worse))
    assert found.clear_p[0] == pytest.approx(times * units * 0.02)
