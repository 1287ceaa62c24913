"""Looks while votes come in: twenty looks keep 5%, a clear difference is found, and few votes claim nothing."""

import numpy as np
import pytest

from analytics.anytime import anytime_p
from analytics.differences import Differences, standardised
from analytics.early_look import FEWEST, early_claims, growth_needed, pairwise
from analytics.verdicts import CLEARED, CONFIRMED, bottom_claims

LOOKS = 20


def looks(truth, rng, variance=900.0, a_look=15):
    """Yield differences and votes after each look: means of independent normal votes."""
    total, n = np.zeros(len(truth)), 0
    for _ in range(LOOKS):
        total, n = total + rng.normal(truth * a_look, np.sqrt(variance * a_look)), n + a_look
        covariance = np.eye(len(truth)) * variance / n
        yield total / n, covariance, n


def ever(truth, k, years, seed):
    """Return how often a unit that is not among the k worst is ever confirmed, and one of them ever cleared."""
    bottom = np.arange(len(truth)) < k
    confirmed = cleared = plain = 0
    for year in range(years):
        seen = np.zeros(3, dtype=bool)
        for score, covariance, n in looks(truth, np.random.default_rng([seed, year])):
            votes = np.full(len(truth), n)
            verdict = early_claims(standardised(score, covariance), k, votes, scale=5.0, level=0.95).verdict
            once = bottom_claims(score, covariance, k).verdict
            seen |= [(verdict[~bottom] == CONFIRMED).any(), (verdict[bottom] == CLEARED).any(), False]
            seen[2] |= bool((once[~bottom] == CONFIRMED).any() or (once[bottom] == CLEARED).any())
        confirmed, cleared, plain = confirmed + seen[0], cleared + seen[1], plain + seen[2]
    return confirmed / years, cleared / years, plain / years


def test_twenty_looks_keep_five_per_cent():
    truth = np.array([79.99, 80.0, 80.0, 80.0])
    confirmed, cleared, plain = ever(truth, 1, 25, 4)
    assert confirmed <= 0.05 and cleared <= 0.05
    assert plain > max(confirmed, cleared)


def test_a_clear_difference_is_found_before_the_end_and_is_right():
    rng, truth = np.random.default_rng(6), np.array([60.0, 80.0, 80.0, 80.0])
    verdicts = [
        early_claims(standardised(score, covariance), 1, np.full(4, n), scale=5.0, level=0.95).verdict
        for score, covariance, n in looks(truth, rng)
    ]
    assert verdicts[0][0] != CONFIRMED  # 15 votes
    first = next(at for at, verdict in enumerate(verdicts) if verdict[0] == CONFIRMED)
    assert first < LOOKS - 5 and (verdicts[-1][1:] == CLEARED).all()


def test_few_votes_and_no_error_claim_nothing():
    found = standardised(np.array([0.0, 90, 90]), np.eye(3))
    assert (early_claims(found, 1, np.array([100, 100, 100]), scale=5.0, level=0.95).verdict[0]) == CONFIRMED
    assert not (early_claims(found, 1, np.full(3, FEWEST - 1), scale=5.0, level=0.95).verdict == CONFIRMED).any()
    exact = standardised(np.array([0.0, 90, 90]), np.zeros((3, 3)))
    assert (pairwise(exact, 5.0).above == 1).all()


def test_the_pairs_are_the_mixture_over_effects_of_the_scale():
    found = standardised(np.array([70.0, 80.0]), np.diag([4.0, 5.0]))
    p = pairwise(found, 5.0).above
    assert p[1, 0] == pytest.approx(anytime_p(10 / 3, 1 / 9, 1 / 25).item()) and p[0, 1] == 1
    assert early_claims(found, 0, np.full(2, 99), scale=5.0, level=0.95).verdict.tolist() == ["undecided"] * 2


def test_the_outlook_is_finite_where_units_differ_and_infinite_where_they_do_not():
    def needed(z):
        apart = np.subtract.outer(np.array(z), np.array(z))
        spread = np.where(np.eye(len(z), dtype=bool), 0.0, 2.0)
        differences = Differences(np.ones(len(z), dtype=bool), apart, spread)
        return growth_needed(differences, 1, np.full(len(z), 100), scale=5.0, level=0.95)

    assert needed([-20.0, 0.0, 0.0, 0.0]) == 1.0
    assert 1.0 < needed([-2.5, 0.0, 0.0, 0.0]) < float("inf")
    assert needed([-0.2, 0.0, 0.0, 0.0]) == float("inf")
