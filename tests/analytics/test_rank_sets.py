"""Confidence sets for ranks: known critical values, a plain second implementation, and what must always hold."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analytics.ranks import rank_sets
from tests.reference import plain_ranks
from tests.support.examples import examples

# The Monte Carlo SD of the critical value is about 0.007 at 20,000 draws of 60 units.
NEAR = 0.03


@st.composite
def leagues(draw, largest=7):
    """Scores with ties, a covariance of shared and own errors, and a seed."""
    p = draw(st.integers(2, largest))
    score = np.array(draw(st.lists(st.integers(0, 12), min_size=p, max_size=p)), dtype=float) / 2
    own = np.array(draw(st.lists(st.integers(1, 5), min_size=p, max_size=p)), dtype=float) / 3
    loading = np.array(draw(st.lists(st.integers(-3, 3), min_size=p, max_size=p)), dtype=float) / 3
    return score, np.diag(own**2) + np.outer(loading, loading), draw(st.integers(0, 10**6))


def agree_but_for_the_border(fast, plain, z, critical):
    """Sets differ only where a difference lies closer to the critical value than its Monte Carlo error."""
    best, worst, *_ = plain
    for unit in range(len(best)):
        if (fast.best[unit], fast.worst[unit]) != (best[unit], worst[unit]):
            own = np.broadcast_to(critical, len(best))[unit]
            nearest = min(abs(abs(value) - own) for pair, value in z.items() if unit in pair)
            assert nearest < 0.25, f"unit {unit} differs with {nearest} to spare"


@pytest.mark.parametrize("p", [2, 3, 10, 25, 60])
def test_equal_variances_give_the_studentised_range(p):
    sets = rank_sets(np.zeros(p), np.eye(p) * 4.0, seed=p)
    # The difference of two units has sqrt(2) standard errors; p = 2 is 1.95996, p = 25 is 3.6579.
    assert sets.critical == pytest.approx(stats.studentized_range.ppf(0.95, p, np.inf) / sqrt(2), abs=NEAR)


def test_shared_errors_do_not_count():
    """One evaluator's mood that moves all units alike changes no difference and no set."""
    score = np.array([3.0, 2.0, 0.0, -1.0])
    alone = rank_sets(score, np.eye(4) * 0.1, seed=5, draws=2000)
    moved = rank_sets(score, np.eye(4) * 0.1 + 7.0, seed=6, draws=2000)
    assert moved.critical == pytest.approx(alone.critical, abs=0.1)
    assert moved.best.tolist() == alone.best.tolist() == [1, 1, 3, 3]
    assert moved.worst.tolist() == alone.worst.tolist() == [2, 2, 4, 4]


def test_two_units_are_one_comparison():
    error = sqrt(2.0)
    for gap, worst in ((1.90, [2, 2]), (2.02, [1, 2])):
        sets = rank_sets([gap * error, 0.0], np.eye(2), seed=3)
        assert sets.critical == pytest.approx(1.95996, abs=NEAR)
        assert sets.worst.tolist() == worst
        marginal = rank_sets([gap * error, 0.0], np.eye(2), seed=3, simultaneous=False)
        np.testing.assert_allclose(marginal.critical, 1.959964, atol=1e-6)
        assert marginal.worst.tolist() == worst


@pytest.mark.parametrize(("level", "place"), [(0.25, 0), (0.26, 1), (0.5, 1), (0.75, 2), (0.76, 3), (0.99, 3)])
def test_the_critical_value_is_the_least_draw_that_covers_the_level(level, place):
    draws = np.random.Generator(np.random.PCG64(7)).standard_normal((4, 2))
    largest = np.sort(np.abs(draws[:, 0] - draws[:, 1]) / np.sqrt(2))
    found = rank_sets([1.0, 0.0], np.eye(2), level=level, draws=4, seed=7, stepdown=False)
    assert found.critical == pytest.approx(largest[place])


def test_marginal_critical_values_are_the_one_dimensional_integral():
    sigma = [0.4, 1.0, 1.0, 2.5, 0.7, 1.3]
    sets = rank_sets(np.arange(6.0), np.diag(np.square(sigma)), seed=1, simultaneous=False)
    plain = [plain_ranks.marginal_critical(sigma, unit) for unit in range(6)]
    np.testing.assert_allclose(sets.critical, plain, atol=1e-6)


def test_drawn_marginal_values_meet_the_integral():
    """A hair of covariance sends the product down the road of draws, which must lead to the same place."""
    sigma = np.array([0.4, 1.0, 1.0, 2.5, 0.7, 1.3])
    covariance = np.diag(sigma**2)
    covariance[0, 1] = covariance[1, 0] = 1e-9
    exact = rank_sets(np.arange(6.0), np.diag(sigma**2), seed=1, simultaneous=False)
    drawn = rank_sets(np.arange(6.0), covariance, seed=1, simultaneous=False)
    np.testing.assert_allclose(drawn.critical, exact.critical, atol=NEAR)


@given(leagues(6), st.booleans())
@examples(25)
def test_the_plain_implementation_finds_the_same_sets(league, stepdown):
    score, covariance, seed = league
    fast = rank_sets(score, covariance, seed=seed, stepdown=stepdown)
    rows = covariance.tolist()
    noise = plain_ranks.draws(rows, 1500, seed)
    plain = plain_ranks.rank_sets(score.tolist(), rows, noise, stepdown=stepdown)
    # 1,500 draws by hand: SD of the 95% point about 0.05 for two units, less for more.
    assert fast.critical == pytest.approx(plain[2], abs=0.25)
    agree_but_for_the_border(fast, plain, plain_ranks.differences(score.tolist(), rows), fast.critical)


@given(leagues(5), st.booleans())
@examples(15)
def test_the_plain_implementation_finds_the_same_marginal_sets(league, stepdown):
    score, covariance, seed = league
    fast = rank_sets(score, covariance, seed=seed, simultaneous=False, stepdown=stepdown)
    rows = covariance.tolist()
    noise = plain_ranks.draws(rows, 1500, seed)
    plain = plain_ranks.marginal_sets(score.tolist(), rows, noise, stepdown=stepdown)
    np.testing.assert_allclose(fast.critical, plain[2], atol=0.25)
    agree_but_for_the_border(fast, plain, plain_ranks.differences(score.tolist(), rows), fast.critical)


@given(leagues())
@examples(60)
def test_one_step_sets_count_the_differences_beyond_the_critical_value(league):
    score, covariance, seed = league
    sets = rank_sets(score, covariance, seed=seed, draws=500, stepdown=False)
    t = plain_ranks.differences(score.tolist(), covariance.tolist())
    p = len(score)
    for j in range(p):
        others = [k for k in range(p) if k != j]
        assert sets.best[j] == 1 + sum(t[k, j] > sets.critical for k in others)
        assert sets.worst[j] == p - sum(t[j, k] > sets.critical for k in others)


@given(leagues(), st.booleans())
@examples(60)
def test_a_set_holds_the_rank_seen_and_grows_with_the_level(league, simultaneous):
    score, covariance, seed = league
    earlier = None
    for level in (0.5, 0.8, 0.95, 0.99):
        sets = rank_sets(score, covariance, seed=seed, draws=500, level=level, simultaneous=simultaneous)
        assert (sets.best <= sets.rank).all() and (sets.rank <= sets.worst).all()
        if earlier is not None:
            assert (sets.best <= earlier.best).all() and (sets.worst >= earlier.worst).all()
        earlier = sets


@given(leagues(), st.booleans())
@examples(60)
def test_step_down_never_widens_a_set(league, simultaneous):
    score, covariance, seed = league
    common = {"seed": seed, "draws": 500, "simultaneous": simultaneous}
    one, down = (rank_sets(score, covariance, stepdown=s, **common) for s in (False, True))
    assert (down.best >= one.best).all() and (down.worst <= one.worst).all()
    np.testing.assert_array_equal(down.critical, one.critical)


def test_step_down_gains_where_much_is_already_decided():
    """Fourteen of fifteen pairs are clear; the critical value falls from 2.85 to 2.66 and lets 2.76 pass as well."""
    score, covariance = np.array([0.0, 2.76 * sqrt(2), 30, 60, 90, 120]), np.eye(6)
    one = rank_sets(score, covariance, seed=2, stepdown=False)
    down = rank_sets(score, covariance, seed=2)
    assert one.best.tolist() == [5, 5, 4, 3, 2, 1] and one.worst.tolist() == [6, 6, 4, 3, 2, 1]
    assert down.best.tolist() == down.worst.tolist() == [6, 5, 4, 3, 2, 1]
    noise = plain_ranks.draws(covariance.tolist(), 8000, 2)
    best, worst, _ = plain_ranks.rank_sets(score.tolist(), covariance.tolist(), noise)
    assert best == worst == [6, 5, 4, 3, 2, 1]


@given(leagues())
@examples(40)
def test_a_marginal_set_lies_inside_the_simultaneous_one(league):
    """One-step, on the same draws: the largest of some differences is no larger than the largest of all."""
    score, covariance, seed = league
    common = {"seed": seed, "draws": 4000, "stepdown": False}
    together = rank_sets(score, covariance, **common)
    alone = rank_sets(score, covariance, simultaneous=False, **common)
    assert (alone.critical <= together.critical + 0.15).all()
    close = np.abs(alone.critical - together.critical) < 0.15
    assert ((alone.best >= together.best) | close).all() and ((alone.worst <= together.worst) | close).all()


@pytest.mark.parametrize("coupling", [0.0, 1e-9], ids=["integral", "draws"])
@pytest.mark.parametrize("side", [1, -1], ids=["the best", "the worst"])
def test_marginal_step_down_drops_the_side_that_is_decided(side, coupling):
    """Unit 0 against four far away and one near, all on one side.

    Two-sided against five the critical value is 2.511; when "0 beyond the four" is decided and dropped, 2.326.
    """
    covariance = np.eye(6)
    covariance[0, 5] = covariance[5, 0] = coupling
    for gap, decided in ((2.37, True), (2.28, False)):
        score = -side * np.array([0.0, gap * sqrt(2), 30, 30, 30, 30])
        sets = rank_sets(score, covariance, seed=1, simultaneous=False, only=[0])
        apart = sets.best[0] == sets.worst[0] == (1 if side == 1 else 6)
        assert apart == decided
        one = rank_sets(score, covariance, seed=1, simultaneous=False, stepdown=False, only=[0])
        assert one.worst[0] - one.best[0] == 1


def test_only_the_unit_asked_about_gets_a_marginal_set():
    score, covariance = np.array([9.0, 5.0, 1.0]), np.eye(3)
    every = rank_sets(score, covariance, seed=1, simultaneous=False)
    one = rank_sets(score, covariance, seed=1, simultaneous=False, only=[1])
    assert (one.best[1], one.worst[1]) == (every.best[1], every.worst[1]) == (2, 2)
    assert one.best.tolist() == [1, 2, 1] and one.worst.tolist() == [3, 2, 3]
    assert np.isnan(one.critical[[0, 2]]).all() and one.critical[1] == every.critical[1]


@pytest.mark.parametrize("simultaneous", [True, False])
def test_a_difference_without_error_is_certain_and_a_tie_without_error_is_a_tie(simultaneous):
    # Units 0 to 2 move together: no error between them. Unit 3 is noise.
    covariance = np.zeros((4, 4))
    covariance[:3, :3] = 2.0
    covariance[3, 3] = 50.0
    sets = rank_sets([5.0, 5.0, 4.0, 4.5], covariance, seed=1, simultaneous=simultaneous)
    assert sets.rank.tolist() == [1, 1, 4, 3]
    assert sets.best.tolist() == [1, 1, 3, 1]
    assert sets.worst.tolist() == [3, 3, 4, 4]


@pytest.mark.parametrize("seed", range(4))
def test_rounding_in_the_covariance_is_no_variance(seed):
    """Two units judged by the same people alike: what is left of their difference is 1e-16, not a comparison."""
    rng = np.random.default_rng(seed)
    own = rng.uniform(0.1, 3, 2)
    covariance = np.diag([own[0], own[0], own[1]])
    covariance[0, 1] = covariance[1, 0] = np.nextafter(own[0], 0)
    sets = rank_sets([1.0, 1.0, 1.5], covariance, seed=seed)
    assert sets.critical == pytest.approx(1.96, abs=NEAR)  # both differ from the third by the same amount


@pytest.mark.parametrize("simultaneous", [True, False])
def test_nothing_varies(simultaneous):
    sets = rank_sets([2.0, 1.0, 1.0], np.zeros((3, 3)), seed=1, simultaneous=simultaneous)
    assert (sets.best.tolist(), sets.worst.tolist()) == ([1, 2, 2], [1, 3, 3])


@pytest.mark.parametrize("simultaneous", [True, False])
def test_all_tied_share_every_place(simultaneous):
    sets = rank_sets(np.full(9, 70.0), np.eye(9), seed=1, simultaneous=simultaneous)
    assert sets.rank.tolist() == sets.best.tolist() == [1] * 9
    assert sets.worst.tolist() == [9] * 9


@pytest.mark.parametrize("simultaneous", [True, False])
def test_one_unit_is_first_of_one_and_none_is_nobody(simultaneous):
    one = rank_sets([4.0], [[1.0]], seed=1, simultaneous=simultaneous)
    assert (one.rank.tolist(), one.best.tolist(), one.worst.tolist()) == ([1], [1], [1])
    none = rank_sets([], np.zeros((0, 0)), seed=1, simultaneous=simultaneous)
    assert len(none.rank) == len(none.best) == len(none.worst) == 0


@given(leagues(), st.integers(0, 7), st.booleans())
@examples(40)
def test_units_without_a_score_take_no_place(league, where, simultaneous):
    score, covariance, seed = league
    p = len(score)
    where = min(where, p)
    wide = np.full((p + 1, p + 1), np.nan)
    rest = np.delete(np.arange(p + 1), where)
    wide[np.ix_(rest, rest)] = covariance
    common = {"seed": seed, "draws": 500, "simultaneous": simultaneous}
    whole = rank_sets(score, covariance, **common)
    holed = rank_sets(np.insert(score, where, np.nan), wide, **common)
    for name in ("rank", "best", "worst"):
        assert getattr(holed, name)[where] == 0
        assert getattr(holed, name)[rest].tolist() == getattr(whole, name).tolist()


@given(leagues())
@examples(20)
def test_the_same_seed_gives_the_same_sets(league):
    score, covariance, seed = league
    first, second = (rank_sets(score, covariance, seed=seed, draws=1000) for _ in range(2))
    assert first.critical == second.critical
    assert first.best.tolist() == second.best.tolist() and first.worst.tolist() == second.worst.tolist()


def test_few_degrees_of_freedom_widen_the_sets():
    """Two units apart by 3 standard errors of the difference: clear with many degrees of freedom, not with 2."""
    score, covariance = [3 * sqrt(2), 0.0], np.eye(2)
    for nu, worst in ((2.0, 2), (1e9, 1)):
        sets = rank_sets(score, covariance, seed=1, df=np.full((2, 2), nu))
        assert sets.worst[0] == worst
        # With two units the normal-score step is the t test itself.
        assert (sets.worst[0] == 1) == (2 * stats.t.sf(3, nu) < 0.05)


@given(leagues(5), st.integers(1, 8))
@examples(15)
def test_the_plain_implementation_reads_t_the_same_way(league, nu):
    score, covariance, seed = league
    df = np.full(covariance.shape, float(nu))
    fast = rank_sets(score, covariance, seed=seed, stepdown=False, df=df)
    z = plain_ranks.as_normal(plain_ranks.differences(score.tolist(), covariance.tolist()), df.tolist())
    p = len(score)
    above = [[z[k, j] > fast.critical for k in range(p) if k != j] for j in range(p)]
    below = [[z[j, k] > fast.critical for k in range(p) if k != j] for j in range(p)]
    assert fast.best.tolist() == [1 + sum(row) for row in above]
    assert fast.worst.tolist() == [p - sum(row) for row in below]


def test_borderline_pairs_are_named():
    covariance = np.eye(2) / 2  # the difference has standard error 1
    for gap, named in ((1.94, [[0, 1]]), (1.98, [[0, 1]]), (1.85, []), (2.5, [])):
        assert rank_sets([gap, 0.0], covariance, seed=1, stepdown=False).borderline.tolist() == named


@pytest.mark.parametrize(
    ("score", "covariance", "options"),
    [
        ([1.0, 2.0], np.eye(3), {}),
        ([1.0, 2.0], np.eye(2), {"level": 1.0}),
        ([1.0, 2.0], np.eye(2), {"level": 0.0}),
        ([1.0, 2.0], np.eye(2), {"draws": 0}),
        ([1.0, 2.0], [[1.0, np.nan], [np.nan, 1.0]], {}),
        ([1.0, 2.0], -np.eye(2), {}),
        ([1.0, 2.0], [[1.0, 0.5], [0.1, 1.0]], {}),
        ([1.0, 2.0], np.eye(2), {"df": np.ones(2)}),
    ],
)
def test_what_makes_no_sense_is_refused(score, covariance, options):
    with pytest.raises(ValueError):
        rank_sets(score, covariance, seed=1, **options)


def test_what_is_no_covariance_is_refused():
    with pytest.raises(ValueError, match="negative variance"):
        rank_sets([1.0, 2.0], [[1, 2], [2, 1]], seed=1)
    with pytest.raises(ValueError, match="marginal"):
        rank_sets([1.0, 2.0], np.eye(2), seed=1, only=[0])


def test_a_unit_without_variance_stands_apart_in_its_own_set():
    sets = rank_sets([1.0, 2.0, 9.0], np.diag([1.0, 0.0, 1.0]), seed=1, simultaneous=False)
    assert sets.best.tolist() == [2, 2, 1] and sets.worst.tolist() == [3, 3, 1]
