"""Design of next year: against a search over numbers, realised power, and looks that keep 5%."""

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from analytics.anytime import anytime_p
from analytics.next_year import design

VARIANCE = np.array([[400.0, 900.0, 250.0], [300.0, 500.0, 600.0], [800.0, 200.0, 100.0]])
WEIGHT, EFFECT, COST = np.array([0.4, 0.3, 0.3]), np.array([1.0, 1.5, 1.0]), np.array([1.0, 2.0, 8.0])


def test_no_other_numbers_are_cheaper():
    found = design(VARIANCE, WEIGHT, EFFECT, COST, 3.0, difference=6.0)
    target = (6.0 / (3.0 + stats.norm.ppf(0.8))) ** 2 / 2
    for unit in range(3):
        part = WEIGHT**2 * VARIANCE[unit] * EFFECT
        limit = {"type": "ineq", "fun": lambda n, part=part: target - (part / n).sum()}
        best = optimize.minimize(lambda n: n @ COST, np.full(3, 500.0), constraints=[limit], bounds=[(1, None)] * 3)
        assert found.votes[unit] @ COST <= best.fun + COST.sum()
        assert (part / found.votes[unit]).sum() <= target + 1e-9
    assert found.cost < 0.8 * found.equal_cost


def test_a_budget_buys_a_difference():
    found = design(VARIANCE, WEIGHT, EFFECT, COST, 3.0, budget=5000.0)
    again = design(VARIANCE, WEIGHT, EFFECT, COST, 3.0, difference=found.difference)
    assert again.votes.tolist() == found.votes.tolist()
    assert found.cost == pytest.approx(5000, rel=0.02)


def test_the_stated_power_is_realised():
    rng = np.random.default_rng(4)
    found = design(VARIANCE, WEIGHT, np.ones(3), COST, 2.5, difference=5.0)
    se = np.sqrt((WEIGHT**2 * VARIANCE / found.votes).sum(axis=1))
    reached = 0
    for _ in range(2000):
        score = rng.normal([0.0, 5.0, 0.0], se)
        reached += (score[1] - score[0]) / np.hypot(se[0], se[1]) > 2.5
    assert abs(reached / 2000 - 0.8) <= 0.08


def test_the_evidence_is_the_integral_over_effects():
    """Evidence at z with share s: the mean of the likelihood ratio over half-normal effects."""
    z, share, prior = 2.3, 0.4, 0.15
    scale = 1 / np.sqrt(prior)

    def part(effect):
        return 2 * stats.norm.pdf(effect / scale) / scale * np.exp(effect * z * np.sqrt(share) - effect**2 * share / 2)

    whole, _ = integrate.quad(part, 0, 60)
    assert anytime_p([z], share, prior)[0] == pytest.approx(min(1.0, 1 / whole), rel=1e-6)
    with pytest.raises(ValueError, match="positive"):
        anytime_p([1.0], 0.0)


def test_twenty_looks_keep_five_per_cent_and_find():
    rng = np.random.default_rng(9)
    steps = rng.standard_normal((4000, 20))
    shares = np.arange(1, 21) / 20
    null = np.cumsum(steps, axis=1) / np.sqrt(np.arange(1, 21))
    smallest = np.min([anytime_p(null[:, at], share) for at, share in enumerate(shares)], axis=0)
    assert (smallest <= 0.05).mean() <= 0.05
    assert (stats.norm.sf(null) <= 0.05).any(axis=1).mean() > 0.15  # what plain looks would do
    effect = null + 4.0 * np.sqrt(shares)
    found = np.min([anytime_p(effect[:, at], share) for at, share in enumerate(shares)], axis=0)
    assert (found <= 0.05).mean() >= 0.85


@pytest.mark.parametrize("given", [{}, {"difference": 1.0, "budget": 1.0}])
def test_a_difference_or_a_budget(given):
    with pytest.raises(ValueError, match="either"):
        design(VARIANCE, WEIGHT, EFFECT, COST, 3.0, **given)
