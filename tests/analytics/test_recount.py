"""Risk-limiting recount: the published formula of two candidates, the draw, and wrong lists that must not pass."""

import hashlib
import math

import numpy as np
import pytest

from analytics.recount import GAMMA, assertions, drawn, influence, largest_errors, overstatements, risk, sheets_needed


def kaplan_markov_sheets(margin: float, limit: float) -> float:
    """Published: n = log(limit) / log(1 - 1/U) with U = 2 gamma / mu, mu the diluted margin, no errors (Stark 2009)."""
    return math.ceil(math.log(limit) / math.log(1 - margin / (2 * GAMMA)))


@pytest.mark.parametrize("margin", [0.02, 0.05, 0.1, 0.3])
@pytest.mark.parametrize("limit", [0.05, 0.1])
def test_two_candidates_need_the_published_number(margin, limit):
    """A ballot is a vote for a (1, 0) or b (0, 1): the largest overstatement of the difference is 2."""
    graded, group = np.ones((1000, 2), dtype=bool), np.zeros(1000, dtype=int)
    factor = influence(graded, group, [1.0])
    pairs = assertions([(1 - margin) / 2, (1 + margin) / 2], [True, False])
    assert np.allclose(pairs.margin, margin)
    largest = largest_errors(factor, pairs, 1.0)
    assert np.allclose(largest, 2.0)
    assert sheets_needed(pairs.margin, largest, limit=limit) == kaplan_markov_sheets(margin, limit)


def plain_risk(errors, margin, largest):
    """The smallest of the running products, one sheet after the other."""
    product, least = 1.0, 1.0
    for e in errors:
        product *= (1 - margin / (GAMMA * largest)) / (1 - e / (GAMMA * largest))
        least = min(least, product)
    return least


def test_the_risk_is_the_running_product():
    rng = np.random.default_rng(3)
    errors = rng.choice([0.0, 0.0, 0.0, 1.0, -1.0], size=(40, 1))
    assert risk(errors, [0.2], [2.0])[0] == pytest.approx(plain_risk(errors[:, 0], 0.2, 2.0))


def test_the_draw_is_public_arithmetic():
    first = int(hashlib.sha256(b"45f2ffbc 6 1 4,1").hexdigest(), 16) % 600
    assert drawn("45f2ffbc 6 1 4", 600, 5)[0] == first
    assert drawn("s", 600, 5, start=3).tolist() == drawn("s", 600, 8)[3:].tolist()
    with pytest.raises(ValueError, match="no sheets"):
        drawn("s", 0, 1)


def test_a_tie_is_refused():
    with pytest.raises(ValueError, match="not below"):
        assertions([1.0, 1.0], [True, False])


def wrong_lists_that_pass(years, seed, sheets=600, limit=0.05):
    """The share of wrong tabulations whose list passes: paper says that the listed unit is not the last."""
    rng, passed = np.random.default_rng(seed), 0
    for year in range(years):
        paper = rng.choice([0.0, 60.0, 100.0], p=[0.1, 0.3, 0.6], size=(sheets, 2))
        apart = paper.mean(axis=0)
        tabulated = paper.copy()
        last = int(apart.argmax())  # the better of two is made the last by altering just enough sheets
        for row in rng.permutation(sheets):
            if tabulated[:, last].mean() < tabulated[:, 1 - last].mean():
                break
            tabulated[row, last] = 0.0
        factor = influence(np.ones((sheets, 2), dtype=bool), np.zeros(sheets, dtype=int), [1.0])
        pairs = assertions(tabulated.mean(axis=0), np.arange(2) == last)
        largest = largest_errors(factor, pairs, 100.0)
        number = min(sheets_needed(pairs.margin, largest, limit=limit), 4 * sheets)
        at = drawn(f"{seed} {year}", sheets, number)
        over = overstatements(factor[at], pairs, tabulated[at], paper[at])
        passed += bool((risk(over, pairs.margin, largest) <= limit).all())
    return passed / years


def test_wrong_lists_rarely_pass():
    assert wrong_lists_that_pass(60, 1) <= 0.13
