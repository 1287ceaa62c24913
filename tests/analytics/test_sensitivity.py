"""The bottom list against the weights: worked examples, exactness at the ends, a plain second implementation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.ranks import competition_ranks
from analytics.sensitivity import (
    bottom_under,
    cut_intervals,
    cut_lists,
    dominance_bounds,
    reversals,
    simplex_share,
    weight_intervals,
)
from tests.reference import plain_sensitivity as plain
from tests.support.examples import examples

NAN, INF = float("nan"), float("inf")
# Public and representatives; A is disliked by the public, B by the representatives.
TWO = [[60.0, 90.0], [80.0, 50.0], [95.0, 95.0]]


@st.composite
def cases(draw, most_units=8, groups=None):
    """Means in quarters of a point (so ties happen), weights of small parts (so zeros happen), k."""
    g, p = groups or draw(st.integers(2, 4)), draw(st.integers(2, most_units))
    mean = st.integers(0, 40).map(lambda quarter: quarter / 4)
    means = draw(st.lists(st.lists(mean, min_size=g, max_size=g), min_size=p, max_size=p))
    parts = draw(st.lists(st.integers(0, 20), min_size=g, max_size=g).filter(any))
    return means, [part / sum(parts) for part in parts], draw(st.integers(1, p - 1))


def apart(means, weights, k):
    """Whether the border lies between two scores."""
    return len(plain.listed(means, weights, k)) == k


# Worked by hand.


def test_two_units_cross_where_their_lines_meet():
    """A = 60t + 90(1-t), B = 80t + 50(1-t): equal at t = 2/3. At 0.4 the last is B (62 against 78)."""
    found = weight_intervals(TWO, [0.4, 0.6], 1)
    assert found.bottom.tolist() == [False, True, False]
    assert found.low == pytest.approx([0, 1 / 3], abs=1e-15)
    assert found.high == pytest.approx([2 / 3, 1], abs=1e-15)
    assert found.smallest_change == pytest.approx(2 / 3 - 0.4, abs=1e-9)
    assert (found.first_out, found.first_in) == (1, 0)
    assert found.changed == pytest.approx([2 / 3, 1 / 3], abs=1e-9)


def test_the_others_keep_their_proportions():
    """The first group's weight t against 3:1 of the others: 10t = (1-t)(0.75*8 - 0.25*4), t = 1/3."""
    found = weight_intervals([[10, 0, 4], [0, 8, 0]], [0.5, 0.375, 0.125], 1)
    assert found.bottom.tolist() == [False, True]
    assert found.low[0] == pytest.approx(1 / 3, abs=1e-15)
    assert found.high[0] == 1


def test_others_without_weight_share_alike():
    """All weight on the first group; at weight t the others have (1-t)/2 each: 10t = 20(1-t)/2."""
    found = weight_intervals([[0, 20, 0], [10, 0, 0]], [1, 0, 0], 1)
    assert found.low[0] == pytest.approx(0.5, abs=1e-15)
    assert found.high[0] == 1


def test_a_weight_cannot_fall_below_zero_in_the_smallest_change():
    """The third group has no weight to give: only the first gives, so 10(1-d) = 20d, d = 1/3."""
    found = weight_intervals([[0, 20, 0], [10, 0, 0]], [1, 0, 0], 1)
    assert found.smallest_change == pytest.approx(1 / 3, abs=1e-9)
    assert found.changed == pytest.approx([2 / 3, 1 / 3, 0], abs=1e-9)


def test_a_unit_last_in_every_group_stays_last_under_all_weights():
    found = weight_intervals([[1, 2, 3], [4, 5, 6], [5, 9, 4]], [0.2, 0.3, 0.5], 1)
    assert found.low.tolist() == [0, 0, 0]
    assert found.high.tolist() == [1, 1, 1]
    assert found.smallest_change == INF
    assert (found.first_out, found.first_in) == (-1, -1)
    assert np.isnan(found.changed).all()


def test_a_pair_that_only_ties_in_the_best_corner_does_not_cross():
    assert weight_intervals([[5, 1], [5, 9]], [0.5, 0.5], 1).smallest_change == INF


@pytest.mark.parametrize(("k", "tied"), [(1, (0, 1)), (2, (2, 3))])
def test_a_tie_across_the_border_is_a_margin_of_zero(k, tied):
    means = [[10, 20], [20, 10], [30, 50], [50, 30]]
    found = weight_intervals(means, [0.5, 0.5], k)
    if k == 1:
        assert found.low.tolist() == found.high.tolist() == [0.5, 0.5]
        assert found.smallest_change == 0
        assert {found.first_out, found.first_in} == set(tied)
    else:  # the tie of the two lowest is inside the list, that of the two others outside
        assert found.smallest_change > 0
        assert found.bottom.tolist() == [True, True, False, False]


def test_equal_units_are_a_tie_under_all_weights():
    assert weight_intervals([[5, 5], [5, 5], [9, 9]], [0.3, 0.7], 1).smallest_change == 0


@pytest.mark.parametrize("k", [-1, 0, 3, 4])
def test_a_list_of_nobody_or_everybody_cannot_change(k):
    found = weight_intervals(TWO, [0.4, 0.6], k)
    assert found.low.tolist() == [0, 0]
    assert found.high.tolist() == [1, 1]
    assert found.smallest_change == INF
    assert found.bottom.tolist() == [k > 0] * 3


def test_one_group_has_no_other_weights():
    for means in ([[1], [2]], [[2], [2]]):
        found = weight_intervals(means, [1.0], 1)
        assert (found.low.tolist(), found.high.tolist(), found.smallest_change) == ([1], [1], INF)


def test_a_unit_that_lacks_a_group_is_left_out_and_named():
    found = weight_intervals([[NAN, 0.0], *TWO], [0.4, 0.6], 1)
    assert found.used.tolist() == [False, True, True, True]
    assert found.bottom.tolist() == [False, False, True, False]
    assert found.high == pytest.approx([2 / 3, 1])
    assert (found.first_out, found.first_in) == (2, 1)


@pytest.mark.parametrize(
    ("means", "weights", "said"),
    [
        (TWO, [0.4, 0.5], "add to 0.9"),
        (TWO, [1.5, -0.5], "not negative"),
        (TWO, [0.4, NAN], "finite"),
        (TWO, [1.0], r"shape \(2,\)"),
        ([1.0, 2.0], [1.0], "units, groups"),
        ([[INF, 1.0]], [0.4, 0.6], "infinite"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_value(means, weights, said):
    with pytest.raises(ValueError, match=said):
        weight_intervals(means, weights, 1)


# Exact at the ends.


@given(cases())
def test_just_inside_an_end_the_list_is_the_same_and_just_outside_it_differs(case):
    means, weights, k = case
    found = weight_intervals(means, weights, k)
    now = plain.listed(means, weights, k)
    step = 1e-6  # leads differ by quarters of a point, so 1e-6 of weight is seen beyond 1e-9 points
    for group, own in enumerate(weights):
        low, high = found.low[group], found.high[group]
        assert 0 <= low <= own <= high <= 1
        if not apart(means, weights, k):
            assert low == high == own
            continue
        for end, inward in ((low, step), (high, -step)):
            if abs(own - end) > step:
                assert plain.listed(means, plain.moved(weights, group, end + inward), k) == now
            if 0 < end < 1 and 0 <= end - inward <= 1:
                assert plain.listed(means, plain.moved(weights, group, end - inward), k) != now


@given(cases())
def test_intervals_and_smallest_change_agree_with_bisection(case):
    means, weights, k = case
    found = weight_intervals(means, weights, k)
    if not apart(means, weights, k):
        assert found.smallest_change == 0
        return
    assert found.smallest_change == pytest.approx(plain.smallest_change(means, weights, k), abs=1e-7)
    for group in range(len(weights)):
        ends = plain.interval(means, weights, k, group)
        assert (found.low[group], found.high[group]) == pytest.approx(ends, abs=1e-7)


@given(cases(most_units=5, groups=3))
@examples(40)
def test_no_weights_on_a_grid_put_a_unit_off_the_list_within_the_smallest_change(case):
    """Others may join it by a tie where a weight is 0; see the pair that only ties in its corner."""
    means, weights, k = case
    found = weight_intervals(means, weights, k)
    now = plain.listed(means, weights, k)
    for tried in plain.simplex(3, 20):
        change = max(abs(a - b) for a, b in zip(tried, weights, strict=True))
        if change < found.smallest_change - 1e-7:
            assert plain.listed(means, tried, k) >= now


@given(cases())
def test_the_weights_of_the_smallest_change_tie_the_named_pair(case):
    means, weights, k = case
    found = weight_intervals(means, weights, k)
    if found.first_out < 0:
        assert found.smallest_change == INF
        return
    assert found.changed.min() >= 0
    assert found.changed.sum() == pytest.approx(1, abs=1e-9)
    assert np.abs(found.changed - weights).max() == pytest.approx(found.smallest_change, abs=1e-7)
    scores = np.array(means) @ found.changed
    assert scores[found.first_out] == pytest.approx(scores[found.first_in], abs=1e-5)
    assert found.bottom[found.first_out]


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_units_does_not_matter(case, random):
    means, weights, k = case
    order = list(range(len(means)))
    random.shuffle(order)
    one, other = weight_intervals(means, weights, k), weight_intervals([means[u] for u in order], weights, k)
    assert other.low == pytest.approx(one.low, abs=1e-12)
    assert other.high == pytest.approx(one.high, abs=1e-12)
    assert other.smallest_change == pytest.approx(one.smallest_change, abs=1e-7)
    assert other.bottom.tolist() == one.bottom[order].tolist()


@pytest.mark.parametrize("seed", range(4))
def test_a_real_size_agrees_with_bisection(seed):
    """60 units, 5 groups, one of them without weight: the programmes that are skipped are not missed."""
    rng = np.random.default_rng(seed)
    means = (80 + 5 * rng.normal(size=(60, 1)) + 3 * rng.normal(size=(60, 5))).tolist()
    weights = [0.4, 0.3, 0.2, 0.1, 0.0]
    found = weight_intervals(means, weights, 5)
    assert found.smallest_change == pytest.approx(plain.smallest_change(means, weights, 5), abs=1e-8)
    for group in range(5):
        assert (found.low[group], found.high[group]) == pytest.approx(
            plain.interval(means, weights, 5, group), abs=1e-8
        )


# All weights.


def test_rank_bounds_by_dominance():
    """C is above both others in both groups; A and B each win one."""
    best, worst = dominance_bounds(TWO)
    assert best.tolist() == [2, 2, 1]
    assert worst.tolist() == [3, 3, 1]


def test_a_unit_as_good_in_one_group_dominates_nobody():
    best, worst = dominance_bounds([[5, 9], [5, 1], [NAN, 1]])
    assert best.tolist() == [1, 1, 0]
    assert worst.tolist() == [2, 2, 0]


@given(cases(most_units=6, groups=3))
@examples(40)
def test_ranks_under_all_weights_lie_inside_the_bounds(case):
    means, _, _ = case
    best, worst = dominance_bounds(means)
    for tried in plain.simplex(3, 8):
        rank, _ = competition_ranks(np.array(means) @ tried)
        assert (best <= rank).all()
        assert (rank <= worst).all()


def test_shares_of_two_groups_are_the_parts_of_the_line():
    """A is last where t > 2/3."""
    assert simplex_share(TWO, 1, seed=0) == pytest.approx([1 / 3, 2 / 3, 0], abs=1 / 20_000)


def test_shares_of_three_groups_are_areas():
    """By symmetry each is last on a third; both of the first two below the third on none of it."""
    share = simplex_share(np.eye(3) * -1, 1, seed=0)
    assert share == pytest.approx([1 / 3] * 3, abs=0.005)
    # Last where its weight is above a half: a corner triangle, a quarter of the area.
    assert simplex_share([[0, 1, 1], [0.5, 0.5, 0.5]], 1, seed=0) == pytest.approx([0.25, 0.75], abs=0.01)


def test_shares_of_four_groups_are_drawn():
    """Last where its weight is above a half: (1/2)^3 of the volume; the same seed draws the same."""
    means = [[0, 1, 1, 1], [0.5, 0.5, 0.5, 0.5]]
    share = simplex_share(means, 1, seed=3)
    assert share == pytest.approx([1 / 8, 7 / 8], abs=0.01)
    assert share.tolist() == simplex_share(means, 1, seed=3).tolist()


def test_the_share_of_one_group_is_all_or_nothing_and_left_out_units_have_none():
    assert simplex_share([[1], [2], [NAN]], 1, seed=0).tolist()[:2] == [1, 0]
    assert np.isnan(simplex_share([[1], [2], [NAN]], 1, seed=0)[2])
    assert simplex_share(TWO, 0, seed=0).tolist() == [0, 0, 0]
    assert simplex_share(TWO, 9, seed=0).tolist() == [1, 1, 1]
    with pytest.raises(ValueError, match="draws"):
        simplex_share(TWO, 1, draws=0, seed=0)


@given(cases())
@examples(40)
def test_a_full_share_and_no_smallest_change_go_together(case):
    means, weights, k = case
    if weight_intervals(means, weights, k).smallest_change == INF:
        share = simplex_share(means, k, draws=400, seed=1)
        assert set(share.tolist()) <= {0.0, 1.0}


def test_many_units_are_tried_in_pieces(monkeypatch):
    means = np.random.default_rng(5).normal(size=(7, 4))
    whole = simplex_share(means, 2, draws=500, seed=9)
    monkeypatch.setattr("analytics.sensitivity.CELLS_AT_ONCE", 20)
    assert simplex_share(means, 2, draws=500, seed=9).tolist() == whole.tolist()


# Grade codes.

# A polarised, B lukewarm, C good. Best grade first.
GRADES = [[0.5, 0.0, 0.5], [0.2, 0.7, 0.1], [0.6, 0.4, 0.0]]


def test_cuts_name_who_is_last_by_each():
    """Best grade: 50, 20, 60 percent; at least the middle one: 50, 90, 100."""
    assert cut_lists(GRADES, 1).T.tolist() == [[False, True, False], [True, False, False]]
    assert cut_lists([*GRADES, [NAN] * 3], 1)[3].tolist() == [False, False]


def test_steps_play_the_part_of_weights():
    """Points 100, 60, 0. A: 50, B: 20 + 42 = 62; equal where 0.5 * 100 = 0.2 * 100 + 0.7 x, x = 42.86."""
    found = cut_intervals(GRADES, [40, 60], 1)
    middle = 300 / 7
    assert found.bottom.tolist() == [True, False, False]
    assert found.low == pytest.approx([0, middle])
    assert found.high == pytest.approx([100 - middle, 100])
    assert found.smallest_change == pytest.approx(60 - middle, abs=1e-6)
    assert (found.first_out, found.first_in) == (0, 1)


@given(st.lists(st.lists(st.integers(0, 9), min_size=4, max_size=4).filter(any), min_size=2, max_size=6))
def test_last_by_every_cut_is_last_under_every_code(counts):
    shares = np.array([np.array(row) / sum(row) for row in counts])
    always = cut_lists(shares, 1).all(axis=1)
    for steps in plain.simplex(3, 5):
        points = [100 * sum(steps[grade:]) for grade in range(4)]
        assert (bottom_under(shares @ points, 1) >= always).all()


@pytest.mark.parametrize("steps", [[0, 0], [-1, 101], [NAN, 1]])
def test_steps_must_make_a_scale(steps):
    with pytest.raises(ValueError, match="steps"):
        cut_intervals(GRADES, steps, 1)


def test_one_grade_has_no_cut():
    with pytest.raises(ValueError, match="two grades"):
        cut_lists([[1.0]], 1)


# The list itself.


@pytest.mark.parametrize(
    ("scores", "k", "expected"),
    [
        ([3, 1, 2], 2, [False, True, True]),
        ([1, 1, 2], 1, [True, True, False]),
        ([1, 2, 2], 2, [True, True, True]),
        ([1, 1 + 5e-10, 2], 1, [True, True, False]),
        ([NAN, 5, 4], 1, [False, False, True]),
        ([NAN, NAN], 1, [False, False]),
        ([1, 2], 0, [False, False]),
        ([1, 2], 5, [True, True]),
        ([], 1, []),
    ],
)
def test_among_the_k_lowest_are_those_with_fewer_than_k_below(scores, k, expected):
    assert bottom_under(scores, k).tolist() == expected


@given(st.lists(st.integers(0, 6), min_size=1, max_size=9), st.integers(1, 10))
def test_the_list_agrees_with_the_ranking(scores, k):
    _, tied_to = competition_ranks(scores)
    assert bottom_under(scores, k).tolist() == (len(scores) - tied_to < k).tolist()


def test_scores_are_one_row():
    with pytest.raises(ValueError, match="units"):
        bottom_under([[1.0]], 1)


# Simpson's paradox.


def test_better_in_every_group_and_worse_pooled():
    """A 90 and 50, B 85 and 45; A was judged mostly by the stern group: pooled 54 against 81."""
    pairs = reversals([[90, 50], [85, 45], [50, 90]], [54, 81, 60])
    assert pairs.tolist() == [[0, 1]]


def test_equal_in_one_group_or_pooled_is_no_reversal():
    assert reversals([[90, 50], [90, 45]], [54, 81]).shape == (0, 2)
    assert reversals([[90, 50], [85, 45]], [54, 54]).shape == (0, 2)
    with pytest.raises(ValueError, match="pooled"):
        reversals([[1, 2]], [1, 2])


@given(
    st.lists(st.tuples(*[st.sampled_from([1.0, 2.0, 3.0, 4.0, None])] * 2, st.integers(0, 4)), min_size=1, max_size=7)
)
def test_reversals_agree_with_loops(units):
    means, pooled = [list(unit[:2]) for unit in units], [unit[2] for unit in units]
    found = reversals(np.array(means, dtype=float), pooled)
    assert {tuple(pair) for pair in found.tolist()} == plain.reversed_pairs(means, pooled)


@given(cases())
def test_fixed_weights_never_turn_round_an_order(case):
    means, weights, _ = case
    assert not len(reversals(means, np.array(means) @ weights))
