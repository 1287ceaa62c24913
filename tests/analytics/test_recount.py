"""Risk-limiting recount: the published formula of two candidates, the draw, and wrong lists that must not pass."""

import hashlib
import math

import numpy as np
import pytest

from analytics.recount import GAMMA, assertions, drawn, influence, overstatements, risk, sheets_needed


def kaplan_markov_sheets(margin: float, limit: float) -> float:
    """Published: n = log(limit) / log(1 - 1/U) with U = 2 gamma / mu, mu the diluted margin, no errors (Stark 2009)."""
    return math.ceil(math.log(limit) / math.log(1 - margin / (2 * GAMMA)))


@pytest.mark.parametrize("margin", [0.02, 0.05, 0.1, 0.3])
@pytest.mark.parametrize("limit", [0.05, 0.1])
def test_two_candidates_need_the_published_number(margin, limit):
    """A ballot is a vote for a (1, 0) or b (0, 1): the largest overstatement of the difference is 2."""
    graded, group = np.ones((1000, 2), dtype=bool), np.zeros(1000, dtype=int)
    pairs = assertions([(1 - margin) / 2, (1 + margin) / 2], [True, False])
    assert np.allclose(pairs.margin, margin)
    found = influence(graded, group, [1.0], pairs, 1.0)
    assert np.allclose(found.largest, 2.0) and set(found.tickets.tolist()) == {1}
    assert sheets_needed(pairs.margin, found.largest, limit=limit) == kaplan_markov_sheets(margin, limit)


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
    first = int(hashlib.sha256(b"45f2ffbc 6 1 4,1").hexdigest(), 16)
    assert drawn("45f2ffbc 6 1 4", np.ones(600), 5)[0] == first % 600
    tickets = [3, 1, 5, 2]
    places = [sheet for sheet, number in enumerate(tickets) for _ in range(number)]
    assert drawn("45f2ffbc 6 1 4", tickets, 5)[0] == places[first % 11]
    assert drawn("s", tickets, 5, start=3).tolist() == drawn("s", tickets, 8)[3:].tolist()
    with pytest.raises(ValueError, match="no sheets"):
        drawn("s", [], 1)


def test_a_tie_is_refused():
    with pytest.raises(ValueError, match="not below"):
        assertions([1.0, 1.0], [True, False])


GROUPS, WEIGHTS = np.repeat([0, 1, 2], [400, 150, 50]), np.array([0.4, 0.3, 0.3])
"""600 sheets: a sheet of the last group moves a score six times as much as one of the first."""


def scores(grades, group=GROUPS, weight=WEIGHTS):
    """Weighted means of the groups, where not every sheet grades every unit."""
    return sum(w * np.nanmean(grades[group == g], axis=0) for g, w in enumerate(weight))


def wrong_tabulation(rng):
    """Paper and a tabulation of it that makes the better of two units the last by altering just enough sheets.

    Half of the years alter weighty sheets first; a tenth of the grades is missing on paper, and alterations of a third
    of the years leave a low grade of the other unit out.
    """
    paper = rng.choice([0.0, 60.0, 100.0], p=[0.1, 0.3, 0.6], size=(len(GROUPS), 2))
    paper[rng.random(paper.shape) < 0.1] = np.nan
    tabulated, last = paper.copy(), int(scores(paper).argmax())
    leaves_out = rng.random() < 1 / 3
    order = rng.permutation(len(GROUPS))
    for row in order if rng.random() < 0.5 else order[np.argsort(-GROUPS[order], kind="stable")]:
        if scores(tabulated)[last] < scores(tabulated)[1 - last]:
            return paper, tabulated, last
        if leaves_out and paper[row, 1 - last] == 0:
            tabulated[row, 1 - last] = np.nan
        elif not np.isnan(paper[row, last]):
            tabulated[row, last] = 0.0
    return paper, tabulated, last


def wrong_lists_that_pass(years, seed, limit=0.05):
    """The share of wrong tabulations whose list passes: paper says that the listed unit is not the last."""
    rng, passed = np.random.default_rng(seed), 0
    for year in range(years):
        paper, tabulated, last = wrong_tabulation(rng)
        pairs = assertions(scores(tabulated), np.arange(2) == last)
        found = influence(~np.isnan(tabulated), GROUPS, WEIGHTS, pairs, 100.0)
        number = min(sheets_needed(pairs.margin, found.largest, limit=limit), 4 * len(GROUPS))
        at = drawn(f"{seed} {year}", found.tickets, number)
        over = overstatements(found.factor[at], pairs, tabulated[at], paper[at])
        unlike = (np.isnan(tabulated[at]) != np.isnan(paper[at])).any(axis=1)
        over[unlike] = found.largest  # as `results.evidence.recount` judges them
        passed += bool((risk(over, pairs.margin, found.largest) <= limit).all())
    return passed / years


def test_wrong_lists_rarely_pass():
    assert wrong_lists_that_pass(60, 1) <= 0.13


def test_an_error_counts_for_the_chance_of_its_sheet():
    """Over all sheets, by their chances, the errors of a tabulation average to the error of its margin."""
    rng = np.random.default_rng(5)
    tabulated = rng.choice([0.0, 60.0, 100.0], size=(len(GROUPS), 2))
    paper = rng.choice([0.0, 60.0, 100.0], size=(len(GROUPS), 2))
    low = int(scores(tabulated).argmin())
    pairs = assertions(scores(tabulated), np.arange(2) == low)
    found = influence(np.ones(paper.shape, bool), GROUPS, WEIGHTS, pairs, 100.0)
    over = overstatements(found.factor, pairs, tabulated, paper)[:, 0]
    chance = found.tickets / found.tickets.sum()
    apart = scores(paper)[1 - low] - scores(paper)[low]
    assert chance @ over == pytest.approx(pairs.margin[0] - apart, abs=1e-9)
    assert np.abs(over).max() <= found.largest[0] * (1 + 1e-12)
    assert found.tickets[0] < found.tickets[-1]


def share_to_read(sheets, rng, margin, k, units=30):
    """The share of the sheets to read, of groups as in the demonstration, for a margin at the border of the list."""
    group = np.repeat([0, 1, 2], np.round(np.array([0.676, 0.253, 0.071]) * sheets).astype(int))
    listed, others = 70 - rng.uniform(0, 6, k), 70 + margin + rng.uniform(0, 15, units - k)
    listed[0], others[0] = 70, 70 + margin
    score = np.concatenate([listed, others])
    pairs = assertions(score, np.arange(units) < k)
    found = influence(np.ones((len(group), units), bool), group, [0.4, 0.3, 0.3], pairs, 100.0)
    return sheets_needed(pairs.margin, found.largest) / len(group)


@pytest.mark.parametrize(("sheets", "most"), [(3_500, 0.04), (11_000, 0.013)])
def test_a_margin_of_five_points_takes_few_sheets(sheets, most):
    """Every sheet grades all units; averaged over margins from 5 to 10 points at the border of the last 1 to 5."""
    rng = np.random.default_rng(8)
    shares = [share_to_read(sheets, rng, rng.uniform(5, 10), int(rng.integers(1, 6))) for _ in range(20)]
    assert np.mean(shares) <= most and share_to_read(sheets, rng, 5.0, 1) <= 0.04
