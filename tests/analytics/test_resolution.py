"""How small a difference can be seen, and how many more ballots would show a smaller one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from analytics.differences import standardised
from analytics.pairs import honest_pairs
from analytics.resolution import growth, needed_deviate, settling_deviate, smallest_difference
from analytics.verdicts import bottom_claims, bottom_claims_of, bottom_p
from tests.support.grades import ONE, POINTS, scores_of_counts

POSITIVE = st.floats(0.01, 100)


def test_a_difference_of_that_size_is_seen_four_times_in_five():
    spread = np.array([[0.0, 2.0], [2.0, 0.0]])
    difference = smallest_difference(spread, stats.norm.ppf(0.975))
    assert stats.norm.sf(stats.norm.ppf(0.975) - difference / 2) == pytest.approx(0.8)
    assert np.isnan(smallest_difference(np.zeros((1, 1)), 2.0))


def test_the_deviate_passes_both_claims_after_holm():
    z = needed_deviate(60, 5, 0.95) - stats.norm.ppf(0.8)
    assert 60 * 55 * stats.norm.sf(z) == pytest.approx(0.05)


def test_equal_scores_are_never_parted():
    found = growth(0.0, np.array([1.0, 2.0]), np.array([10.0, 10.0]), 4.0)
    assert np.isinf(found.everyone) and np.isinf(found.plan).all()


def test_enough_is_enough():
    found = growth(100.0, np.array([1.0, 2.0]), np.array([10.0, 10.0]), 4.0)
    assert found.everyone == 1 and found.plan.tolist() == [1, 1]


@given(st.lists(st.tuples(POSITIVE, st.floats(1, 1e5)), min_size=1, max_size=4), st.floats(0.05, 0.9))
def test_the_plan_reaches_the_aim_with_the_fewest_ballots(parts, shrink):
    variance, ballots = np.array(parts).T
    aim = shrink * variance.sum()
    found = growth(np.sqrt(aim) * 4.0, variance, ballots, 4.0)
    assert (found.plan >= 1).all() and found.everyone == pytest.approx(1 / shrink)
    assert (variance / found.plan).sum() == pytest.approx(aim, rel=1e-9)
    assert (ballots * found.plan).sum() <= ballots.sum() * found.everyone * (1 + 1e-9)


def test_the_plan_against_a_general_optimiser():
    variance, ballots = np.array([1.0, 0.4, 2.5]), np.array([4000.0, 1500.0, 120.0])
    aim = 0.3 * variance.sum()
    found = growth(np.sqrt(aim) * 4.0, variance, ballots, 4.0).plan
    result = optimize.minimize(
        lambda f: (ballots * f).sum() / 1000,
        np.full(3, 4.0),
        bounds=[(1, None)] * 3,
        constraints={"type": "ineq", "fun": lambda f: aim - (variance / f).sum()},
    )
    assert (ballots * found).sum() == pytest.approx(1000 * result.fun, rel=1e-4)


def confirmed_share(score, spread, k, years, seed):
    """Share of years in which the k-th worst unit is confirmed, by the claim tests themselves."""
    rng = np.random.default_rng(seed)
    order = np.argsort(score)
    mine = order[k - 1]
    named = 0
    for _ in range(years):
        x = score + spread * rng.standard_normal(len(score))
        differences = standardised(x, spread**2 * np.eye(len(score)))
        claims = bottom_claims(x, spread**2 * np.eye(len(score)), k)
        p = 2 * bottom_p(differences, 1)[0] if k == 1 else claims.confirm_p
        named += p[mine] <= 0.05
    return named / years


@pytest.mark.parametrize("k", [1, 3])
def test_ballots_needed_are_those_with_which_the_unit_is_named(k):
    """At the factor named in 80% of years; with a tenth fewer ballots seldomer, with a tenth more oftener."""
    score = np.random.default_rng(30).normal(80, 4, 21)
    order = np.sort(score)
    deviate = settling_deviate(score, np.eye(21), k, seed=3)
    factor = (deviate * np.sqrt(2) / (order[k] - order[k - 1])) ** 2
    found = [confirmed_share(score, 1 / np.sqrt(factor * part), k, 800, 4) for part in (0.9, 1.0, 1.1)]
    assert found[0] < 0.8 < found[2] and found[1] == pytest.approx(0.8, abs=0.035)
    bound = needed_deviate(21, k, 0.95)
    assert 1.2 < (bound / deviate) ** 2 < 4


def year_of(count):
    return scores_of_counts(POINTS, count[:, None, :], ONE)


def votes_needed(count, k):
    """Votes of a unit that the year card asks for, given a year; and the unit that they would confirm."""
    scores = year_of(count)
    pairs = honest_pairs(scores)
    order = np.argsort(scores.score, kind="stable")
    below, above = order[k - 1], order[k]
    error = pairs.differences.spread[below, above]
    deviate = settling_deviate(scores.score, pairs.sigma, k, spread=pairs.differences.spread, seed=1)
    apart = scores.score[above] - scores.score[below]
    needed = growth(apart, np.array([error**2]), np.array([1.0]), deviate)
    return needed.everyone * count[0].sum(), below


def share_confirmed(laws, votes, k, unit, years, seed):
    """Share of years of so many votes a unit in which the claim tests of the product confirm the unit."""
    rng = np.random.default_rng(seed)
    years = [year_of(rng.multinomial(round(votes), laws)) for _ in range(years)]
    return np.mean([bottom_claims_of(scores, k).verdict[unit] == "confirmed" for scores in years])


def top_heavy_year(n, k=1, units=15, gap=0.08):
    """Counts of a year: a tenth of low grades or less, the k lowest units with more of them."""
    count = np.tile((0.02, 0.03, 0.05, 0.90), (units, 1))
    worse = np.where(np.arange(units) < k, gap, 0.004 * (np.arange(units) % 5))
    count[:, 0] += worse
    count[:, 3] -= worse
    table = np.rint(count * n).astype(int)
    table[:, 3] += n - table.sum(axis=1)
    return table


@pytest.mark.sweep
def test_votes_needed_are_met_from_ballots_in_short():
    """Ballots, not normal errors: confirmed in 80% of years, within a tenth of the votes. Long: tests/slow."""
    count = top_heavy_year(250)
    votes, unit = votes_needed(count, 1)
    fewer, more = (share_confirmed(count / 250, votes * part, 1, unit, 120, 7) for part in (0.8, 1.25))
    assert fewer < 0.8 < more and votes > 250


def test_equal_units_at_the_border_are_never_settled():
    assert np.isinf(settling_deviate(np.array([3.0, 1.0, 1.0]), np.eye(3), 1, seed=1))
    assert np.isnan(settling_deviate(np.array([3.0, 1.0]), np.eye(2), 2, seed=1))
