"""Ballots to flip against brute force: every set of ballots of small families, and large families by search."""

from dataclasses import replace

import numpy as np
import pytest

from analytics.flips import (
    ADD,
    CHANGE,
    DROP,
    KINDS,
    LAST,
    PLACE,
    VERDICT,
    Ballots,
    FlipRule,
    FlipState,
    exact_places,
    fewest_ballots,
)
from analytics.scores import score_units
from analytics.verdicts import bottom_claims_of
from tests.reference.plain_flips import fewest, named_by_rule, scores_of

GRADES = [0.0, 60.0, 100.0]


def rule_of(k, per_unit=1, per_group=0, grades=GRADES):
    return FlipRule(LAST, lambda _ranked: k, 0.0, 0.0, 0.95, per_unit, per_group, min(grades), max(grades))


def arrays_of(ballots):
    rows = [(at, unit, group, score) for at, (group, marks) in enumerate(ballots) for unit, score in marks.items()]
    return [np.array(column) for column in zip(*rows, strict=True)]


def judged(ballots, units, weights, k, per_unit=1):
    """Scores of a family with verdict and named units, as the product has them."""
    scores = score_units(*arrays_of(ballots), dict(enumerate(weights)))
    few = scores.n.sum(axis=1) < per_unit
    scores = replace(scores, score=np.where(few, np.nan, scores.score))
    claims = bottom_claims_of(scores, k)
    with np.errstate(invalid="ignore"):
        below = (scores.score[:, None] < scores.score[None, :] - 1e-9).sum(axis=0)
    named = (below < k) & ~np.isnan(scores.score)
    none = np.zeros(units, dtype=np.int64)
    return FlipState(scores, np.isnan(scores.score), none, claims.verdict, named)


def small_family(rng, shape=None):
    """A family of 2 to 4 units with 5 to 8 ballots in one or two groups, as in a division of an office."""
    units, people = int(rng.integers(2, 5)), int(rng.integers(5, 9))
    weights = [1.0] if rng.random() < 0.5 else [0.6, 0.4]
    best = rng.uniform(0.3, 0.8)
    share = [(1 - best) * 0.4, (1 - best) * 0.6, best]
    ballots = []
    for at in range(people):
        graded = np.flatnonzero(rng.random(units) < 0.8)
        graded = graded if len(graded) else np.array([rng.integers(units)])
        if at < len(weights):
            graded = np.arange(units)  # every group votes on every unit
        ballots.append((at % len(weights), {int(u): float(rng.choice(GRADES, p=share)) for u in graded}))
    return ballots, units, weights


def places_by_product(ballots, units, weights, k, per_unit=1):
    state = judged(ballots, units, weights, k, per_unit)
    rule = rule_of(k, per_unit)
    bounds = fewest_ballots(state, rule)
    score = np.full((len(ballots), units), np.nan)
    for at, (_, marks) in enumerate(ballots):
        for unit, value in marks.items():
            score[at, unit] = value
    sheets = Ballots(np.array([b[0] for b in ballots]), score)
    start = {kind: bounds[PLACE, kind].number for kind in KINDS}
    weight = np.broadcast_to(np.array(weights), (units, len(weights)))
    return bounds, exact_places(sheets, weight, rule, start)


def compare_places(years, most, seed):
    """Compare bounds and searched numbers with brute force; return how many numbers were equal."""
    rng, equal = np.random.default_rng(seed), 0
    for _ in range(years):
        ballots, units, weights = small_family(rng)
        k = int(rng.integers(1, units)) if units > 1 else 1
        bounds, exact = places_by_product(ballots, units, weights, k)
        for kind in KINDS:
            depth = most if kind == DROP else min(most, 2 if kind == CHANGE else 1)

            def finding(other, units=units, weights=weights, k=k):
                return named_by_rule(scores_of(other, units, weights, 1), k)

            true = fewest(ballots, finding, kind, GRADES, units, len(weights), depth)
            for unit in range(units):
                found, bound = int(exact[kind].number[unit]), int(bounds[PLACE, kind].number[unit])
                if true[unit] is not None:
                    assert found == true[unit], (kind, unit, ballots)
                    assert 0 < bound <= true[unit], (kind, unit, ballots)
                    equal += 1
                else:
                    assert found == 0 or found > depth, (kind, unit, ballots)
    return equal


def test_the_searched_numbers_are_those_of_brute_force():
    assert compare_places(3, 2, 11) > 10


def compare_verdicts(years, seed):
    """No set with fewer ballots than the bound alters a verdict; return how many bounds were above 1."""
    rng, above = np.random.default_rng(seed), 0
    for _ in range(years):
        units, people, k = 3, int(rng.integers(9, 13)), 1
        quality = rng.permutation([0.05, 0.6, 0.95])
        ballots = [
            (0, {u: float(rng.choice([0.0, 100.0], p=[1 - quality[u], quality[u]])) for u in range(units)})
            for _ in range(people)
        ]
        state = judged(ballots, units, [1.0], k)
        bounds = fewest_ballots(state, rule_of(k))

        def finding(other):
            return list(judged(other, 3, [1.0], 1).verdict)

        for kind, depth in ((DROP, 2), (CHANGE, 1), (ADD, 1)):
            true = fewest(ballots, finding, kind, [0.0, 100.0], units, 1, depth)
            for unit, number in enumerate(bounds[VERDICT, kind].number.tolist()):
                assert true[unit] is None or number <= true[unit], (kind, unit, ballots)
                above += number > 1
    return above


def test_no_fewer_ballots_than_the_bound_alter_a_verdict():
    assert compare_verdicts(1, 5) >= 0


def big_family(rng, units=60, people=(650, 120), graded=(8, 40), best=0.6):
    rows = []
    quality = rng.normal(0, 0.4, units)
    number = 0
    for group, size in enumerate(people):
        for _ in range(size):
            lean = rng.normal(0, 0.5)
            for u in rng.choice(units, graded[group], replace=False):
                level = quality[u] + lean + rng.normal(0, 0.9)
                cut = np.searchsorted([-1.5, -0.4], level + best - 0.6)
                rows.append((number, int(u), group, GRADES[cut]))
            number += 1
    return [np.array(column) for column in zip(*rows, strict=True)]


def test_a_family_of_sixty_units():
    arrays = big_family(np.random.default_rng(3))
    scores = score_units(*arrays, {0: 0.7, 1: 0.3})
    claims = bottom_claims_of(scores, 5)
    below = (scores.score[:, None] < scores.score[None, :]).sum(axis=0)
    state = FlipState(scores, np.zeros(60, bool), np.zeros(60, np.int64), claims.verdict, below < 5)
    found = fewest_ballots(state, rule_of(5))
    assert all((flips.number >= 1).all() for flips in found.values())
    border = np.argsort(scores.score)[4:6]
    assert found[PLACE, CHANGE].number[border].max() < found[PLACE, CHANGE].number[np.argmin(scores.score)]


def test_two_units_that_are_equal_flip_with_a_single_ballot():
    ballots = [(0, {0: 100.0, 1: 100.0, 2: 0.0}), (0, {0: 60.0, 1: 60.0, 2: 0.0}), (0, {0: 100.0, 1: 100.0, 2: 0.0})]
    bounds, exact = places_by_product(ballots, 3, [1.0], 2)
    assert bounds[PLACE, CHANGE].number[0] == 1
    assert exact[CHANGE].exact[0] and exact[CHANGE].number[0] == 1


def test_only_sums_are_refused():
    scores = score_units([1, 2], [0, 0], [0, 0], [60.0, 100.0], {0: 1.0})
    state = FlipState(
        replace(scores, evidence=None), np.zeros(1, bool), np.zeros(1, int), np.array(["x"]), np.ones(1, bool)
    )
    with pytest.raises(ValueError, match="votes by score"):
        fewest_ballots(state, rule_of(1))
