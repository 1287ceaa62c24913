"""Scores and their covariance: two roads, one plain second implementation, and the edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analytics.scores import score_units, scores_from_moments
from tests.reference.plain_scores import plain_scores
from tests.support.examples import examples
from tests.support.votes import moments_of_lines

WEIGHTS = {"gA": 0.5, "gB": 0.3, "gC": 0.2}
GRADES = [0.0, 60.0, 80.0, 100.0, 33.3333]
FIELDS = ("score", "covariance", "covariance_adjusted", "df", "df_score")


@st.composite
def ballots(draw):
    """Lines (evaluator, unit, group, points), one a vote, in any order."""
    lines = []
    for number in range(draw(st.integers(1, 14))):
        group = draw(st.sampled_from(sorted(WEIGHTS)))
        for unit in draw(st.sets(st.integers(0, 3), min_size=1)):
            lines.append((f"e{number}", f"u{unit}", group, draw(st.sampled_from(GRADES))))
    return draw(st.permutations(lines))


def both_roads(lines, weights):
    columns = list(zip(*lines, strict=True))
    return score_units(*columns, weights), scores_from_moments(moments_of_lines(*columns), weights)


@given(ballots(), st.sampled_from([WEIGHTS, None, {"gA": 1.0, "gB": 0.0, "gC": 0.0}]))
@examples(200)
def test_lines_and_sums_and_the_plain_implementation_agree(lines, weights):
    direct, summed = both_roads(lines, weights)
    assert direct.units.tolist() == summed.units.tolist()
    assert direct.n.tolist() == summed.n.tolist()
    for field in FIELDS:
        np.testing.assert_allclose(getattr(direct, field), getattr(summed, field), rtol=1e-9, atol=1e-9, err_msg=field)
    plain = plain_scores([(*line, 1) for line in lines], weights)
    for i, j_name in enumerate(direct.units.tolist()):
        assert np.isnan(direct.score[i]) == (j_name not in plain["score"])
        if j_name not in plain["score"]:
            continue
        assert direct.score[i] == pytest.approx(plain["score"][j_name], rel=1e-12)
        assert direct.df_score[i] == pytest.approx(plain["df_score"][j_name])
        for k, k_name in enumerate(direct.units.tolist()):
            key = (j_name, k_name)
            if k_name not in plain["score"]:
                assert np.isnan(direct.covariance[i, k])
                continue
            assert direct.covariance[i, k] == pytest.approx(plain["covariance"][key], abs=1e-9)
            assert direct.covariance_adjusted[i, k] == pytest.approx(plain["adjusted"][key], abs=1e-9)
            assert direct.df[i, k] == pytest.approx(plain["df"][key])


@given(ballots(), st.randoms())
@examples(100)
def test_the_order_of_rows_does_not_matter(lines, random):
    shuffled = list(lines)
    random.shuffle(shuffled)
    for one, other in zip(both_roads(lines, WEIGHTS), both_roads(shuffled, WEIGHTS), strict=True):
        for field in FIELDS:
            assert getattr(one, field).tobytes() == getattr(other, field).tobytes()


@given(ballots())
@examples(100)
def test_the_covariance_has_no_negative_direction(lines):
    for scores in both_roads(lines, None):
        for matrix in (scores.covariance, scores.covariance_adjusted):
            assert np.linalg.eigvalsh(matrix).min() > -1e-8
        assert (scores.se >= scores.se_sampling - 1e-9).all()


@given(ballots(), st.integers(-50, 50))
@examples(100)
def test_adding_a_constant_moves_the_score_only(lines, shift):
    moved = [(e, u, g, x + shift) for e, u, g, x in lines]
    for one, other in zip(both_roads(lines, None), both_roads(moved, None), strict=True):
        np.testing.assert_allclose(other.score, one.score + shift, atol=1e-9)
        for field in FIELDS[1:]:
            np.testing.assert_allclose(getattr(other, field), getattr(one, field), rtol=1e-7, atol=1e-7)


@given(
    st.lists(
        st.tuples(st.integers(0, 10_000), st.sampled_from([0.1, 0.25, 0.3, 1.0])),
        min_size=1,
        max_size=5,
    )
)
@examples(200)
def test_a_vote_is_the_mean_of_its_lines_rounded_half_up(parts):
    lines = [("e", "u", "g", cents / 100, weight) for cents, weight in parts]
    evaluator, unit, group, points, weight = zip(*lines, strict=True)
    direct = score_units(evaluator, unit, group, points, line_weight=weight)
    assert direct.n.tolist() == [[1]]
    assert direct.score[0] == pytest.approx(plain_scores(lines, None)["score"]["u"], abs=1e-12)


def test_half_a_ten_thousandth_rounds_up():
    two = score_units(["e", "e"], ["u", "u"], ["g", "g"], [0.0001, 0.0002])
    assert two.score.tolist() == [0.0002]


def test_one_vote_has_no_variance_of_its_own_and_takes_the_groups():
    lines = [("e1", "u1", "gA", 100.0), ("e2", "u2", "gA", 0.0), ("e3", "u2", "gA", 100.0)]
    for scores in both_roads(lines, {"gA": 1.0}):
        assert scores.covariance[0, 0] == 0
        assert scores.covariance_adjusted[0, 0] > 0
        assert scores.df_score[0] == pytest.approx(2)


def test_one_grade_only_leaves_no_variance_and_finite_degrees_of_freedom():
    lines = [(f"e{i}", f"u{i % 2}", "gA", 33.3333) for i in range(10)]
    for scores in both_roads(lines, None):
        assert not scores.covariance_adjusted.any()
        assert np.isfinite(scores.df).all() and scores.df_score.tolist() == [6.0, 6.0]
        low, high = scores.interval(0.95)
        assert low.tolist() == high.tolist() == scores.score.tolist()


def test_one_unit_and_its_interval():
    lines = [(f"e{i}", "u", "gA", 100.0 * (i % 2)) for i in range(20)]
    for scores in both_roads(lines, {"gA": 1.0}):
        low, high = scores.interval(0.9)
        reach = stats.t.ppf(0.95, scores.df_score[0]) * scores.se[0]
        assert low[0] + high[0] == pytest.approx(100)
        if scores.evidence is None:  # only sums are known
            assert (low[0], high[0]) == pytest.approx((50 - reach, 50 + reach))
        else:
            assert 0.9 * reach < 50 - low[0] < 1.02 * reach
        with pytest.raises(ValueError, match="level"):
            scores.interval(1.0)


def test_a_unit_without_a_weighted_group_has_no_score_row_or_column():
    lines = [("e1", "u1", "gA", 1.0), ("e2", "u1", "gB", 2.0), ("e1", "u2", "gA", 3.0)]
    for scores in both_roads(lines, {"gA": 0.5, "gB": 0.5}):
        assert np.isnan(scores.score).tolist() == [False, True]
        assert np.isnan(scores.covariance).tolist() == [[False, True], [True, True]]
        assert np.isnan(scores.se).tolist() == [False, True]
    for scores in both_roads(lines, {"gA": 1.0, "gB": 0.0}):
        assert scores.score.tolist() == [1.0, 3.0]
    for scores in both_roads(lines, {"gA": 0.5, "gB": 0.2, "nobody": 0.3}):
        assert np.isnan(scores.score).all()


def test_the_groups_that_are_left_keep_the_proportion_of_their_weights():
    lines = [("e1", "u1", "gA", 90.0), ("e2", "u1", "gB", 60.0), ("e3", "u2", "gA", 80.0), ("e4", "u2", "gC", 70.0)]
    moments = moments_of_lines(*zip(*lines, strict=True))
    scores = scores_from_moments(moments, {"gA": 0.5, "gB": 0.3, "gC": 0.2}, renormalise=True)
    assert scores.score.tolist() == pytest.approx([(0.5 * 90 + 0.3 * 60) / 0.8, (0.5 * 80 + 0.2 * 70) / 0.7])


def test_weights_that_a_rule_set_may_have_are_never_refused_later():
    """A rule set is read in decimals up to 1e-9 off; the sum of its weights as floats is a little more."""
    columns = list(zip(("e1", "u1", "gA", 1.0), ("e2", "u1", "gB", 2.0), strict=True))
    for off in (1e-9, -1e-9):
        assert score_units(*columns, {"gA": 1.0 - 0.5, "gB": 0.5 + off}).score[0] == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ({"gA": 0.5, "gB": 0.6}, "add to 1, they add to 1.1"),
        ({"gA": 0.5, "gB": 0.500001}, "add to 1, they add to 1.000001"),
        ({"gA": 1.5, "gB": -0.5}, "not negative"),
        ({"gA": float("nan"), "gB": 1.0}, "finite"),
        ({"gA": 1.0}, "without a weight: \\['gB'\\]"),
    ],
)
def test_weights_that_cannot_be_are_refused(weights, words):
    lines = [("e1", "u1", "gA", 1.0), ("e2", "u1", "gB", 2.0)]
    columns = list(zip(*lines, strict=True))
    with pytest.raises(ValueError, match=words):
        score_units(*columns, weights)
    with pytest.raises(ValueError, match=words):
        scores_from_moments(moments_of_lines(*columns), weights)


def test_lines_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="evaluator in two groups: e"):
        score_units(["e", "e"], ["u", "v"], ["gA", "gB"], [1.0, 2.0])
    with pytest.raises(ValueError, match="finite"):
        score_units(["e"], ["u"], ["g"], [np.nan])
    with pytest.raises(ValueError, match="one length"):
        score_units(["e"], ["u"], ["g"], [1.0, 2.0])
    with pytest.raises(ValueError, match="add to zero"):
        score_units(["e"], ["u"], ["g"], [1.0], line_weight=[0.0])


@given(ballots(), st.permutations([0, 1, 2]), st.integers(0, 3))
@examples(100)
def test_a_category_keeps_the_group_totals_of_the_round(lines, order, count):
    columns = list(zip(*lines, strict=True))
    moments = moments_of_lines(*columns)
    chosen = [i for i in order[:count] if i < len(moments.units)]
    for weights in (WEIGHTS, None):
        whole = scores_from_moments(moments, weights)
        part = scores_from_moments(moments.select(chosen), weights)
        assert part.units.tolist() == [whole.units[i] for i in chosen]
        np.testing.assert_allclose(part.score, whole.score[chosen], atol=1e-12)
        square = np.ix_(chosen, chosen)
        np.testing.assert_allclose(part.covariance_adjusted, whole.covariance_adjusted[square], atol=1e-9)
        np.testing.assert_allclose(part.df_score, whole.df_score[chosen], rtol=1e-9)


def test_large_scores_and_many_votes_lose_no_digit():
    lines = [(f"e{i}", f"u{j}", "gA", 100.0 - 0.0001 * ((i + j) % 2)) for i in range(500) for j in range(2)]
    direct, summed = both_roads(lines, None)
    exact = plain_scores([(*line, 1) for line in lines], None)["covariance"]
    for scores in (direct, summed):
        assert scores.covariance[0, 1] == pytest.approx(exact["u0", "u1"], rel=1e-8)
        assert scores.covariance[0, 0] == pytest.approx(exact["u0", "u0"], rel=1e-8)
