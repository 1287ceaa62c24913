"""Small numbers of votes that a printed score and its interval fix together, for a reader who knows the group means.

With few votes a score fits some hundred ways to vote, and the interval, which rests on the spread of the votes, tells
most of them apart: at the smallest groups that rules allow (10 votes each), score and interval to two decimals gave 58
of 75 small numbers exactly, ends rounded outwards to a tenth 22, to a full point 1. So every unit is tried: the
interval of every way to vote with the printed score is computed, and those printed alike must disagree on every small
number. Ends are rounded outwards to the finest step at which they do; of the 75 numbers none is left.
"""

from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import combinations
from math import comb
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analytics.laws import VoteCounts
from analytics.moments import SCALE, Moments, Pairs
from analytics.scores import scores_from_moments
from results.ranking.family import Family

Array: TypeAlias = NDArray[Any]

MOST_WAYS_OF_A_GROUP = 20_000
"""Ways in which a group can have voted, above which nothing is tried: 198 votes of three grades, 47 of four."""
MOST_WAYS = 20_000
"""Ways with the printed score above which nothing is tried: about 1 in 150 has the printed interval, so over a hundred
are left to disagree."""
TRIED = 1_200
"""Ways of which the interval is computed, evenly spread over all; fewer than all can only lead to withholding more."""
AT_ONCE = 200
MOST_SUMS = 2_000_000


def steps_of(decimals: int) -> tuple[float, ...]:
    """Return the steps to which ends of intervals may be rounded, finest first; scores have `decimals`.

    For scores to a hundredth: a tenth of a point, a point, five points.
    """
    fine = Decimal(1).scaleb(-max(0, decimals - 1))
    return tuple(float(fine * factor) for factor in (1, 10, 50))


def step_decimals(step: float) -> int:
    """Return the decimals that a step needs."""
    return max(0, -int(Decimal(repr(step)).normalize().as_tuple().exponent))


def outward(low: float, high: float, step: float) -> tuple[float, float]:
    """Round an interval outwards."""
    unit = Decimal(repr(step))
    ends = ((low, ROUND_FLOOR), (high, ROUND_CEILING))
    below, above = (float((Decimal(repr(float(end))) / unit).to_integral_value(how) * unit) for end, how in ends)
    return below, above


def finest_steps(
    family: Family, counts: Array, points: Array, asked: list[int], smallest: int
) -> dict[int, float | None]:
    """Return the step of the interval of each unit of `asked`; None if score and interval fix a small number at
    every step.

    Tried as if all numbers of votes were printed. counts : shape (units, groups, grades), votes of the family.
    points : shape (grades,). asked : positions of ranked units.
    """
    steps, evidence = steps_of(family.rules.presentation.decimals), family.scores.evidence
    by_site = evidence is None or (evidence.clusters is not None and evidence.clusters.used.any())
    if by_site:  # nobody outside knows the votes of a site
        return dict.fromkeys(asked, steps[0])
    return {at: _Unit(family, counts[at], points, smallest).finest(at, steps) for at in asked}


class _Unit:
    """The votes of one unit, shape (groups, grades), and the ways to vote that a reader cannot tell from them."""

    def __init__(self, family: Family, votes: Array, points: Array, smallest: int) -> None:
        self._family, self._votes, self._points = family, votes, points
        self._few = (votes > 0) & (votes < smallest)
        self._decimals = family.rules.presentation.decimals
        sizes = votes.sum(axis=1)
        if family.weights is None:
            self._used, self._weight = np.flatnonzero(sizes >= 0), np.ones(1)
            self._parts = votes.sum(axis=0, keepdims=True)
        else:
            weight = np.array([family.weights.get(str(group), 0.0) for group in family.moments.groups])
            self._used = np.flatnonzero((sizes > 0) & (weight > 0))
            self._weight = weight[self._used] / (weight[self._used].sum() or 1.0)
            self._parts = votes[self._used]
            self._few[np.setdiff1d(np.arange(len(votes)), self._used)] = False

    def finest(self, at: int, steps: tuple[float, ...]) -> float | None:
        """Return the first step at which the ways to vote that are printed alike disagree on every small number."""
        if not self._few.any() or (self._votes.sum(axis=1) > 0).sum() < 2:
            return steps[0]
        ways = self._ways(float(self._family.scores.score[at]))
        if ways is None:
            return steps[0]
        ends = self._ends(np.concatenate([self._parts[None], ways]))
        return next((step for step in steps if not self._fixed(ways, ends, step)), None)

    def _fixed(self, ways: Array, ends: list[tuple[float, float]], step: float) -> bool:
        """Return whether all ways to vote with the same interval as the true votes, first in `ends`, agree."""
        own, *others = (outward(low, high, step) for low, high in ends)
        alike = ways[[other == own for other in others]]
        low, high = self._bounds(np.concatenate([self._parts[None], alike]))
        return bool((self._few & (low.min(axis=0) == high.max(axis=0))).any())

    def _bounds(self, ways: Array) -> tuple[Array, Array]:
        """Return the least and the most votes by group and grade of each way, shape (ways, groups, grades)."""
        if self._family.weights is None:
            size, by_grade = self._votes.sum(axis=1)[None, :, None], ways
            return np.maximum(0, size + by_grade - size.sum()), np.minimum(size, by_grade)
        whole = np.repeat(self._votes[None], len(ways), axis=0)
        whole[:, self._used] = ways
        return whole, whole

    def _ways(self, score: float) -> Array | None:
        """Return ways to vote with the printed score, shape (ways, parts, grades); None if there are too many."""
        sizes, grades = self._parts.sum(axis=1).tolist(), len(self._points)
        if max(comb(n + grades - 1, grades - 1) for n in sizes) > MOST_WAYS_OF_A_GROUP:
            return None
        parts = [_compositions(n, grades) for n in sizes]
        worth = [part @ self._points * w / n for part, w, n in zip(parts, self._weight, sizes, strict=True)]
        return self._matching(parts, worth, score)

    def _matching(self, parts: list[Array], worth: list[Array], score: float) -> Array | None:
        """Combine ways of the groups whose contributions add up to the printed score."""
        if np.prod([float(len(one)) for one in worth[:-1]]) > MOST_SUMS:
            return None
        sums = np.zeros(1)
        for one in worth[:-1]:
            sums = np.add.outer(sums, one).ravel()
        order = np.argsort(worth[-1])
        rest = round(score, self._decimals) - sums
        half = 0.5 * 10.0**-self._decimals + 1e-9
        first = np.searchsorted(worth[-1][order], rest - half, side="left")
        count = np.searchsorted(worth[-1][order], rest + half, side="right") - first
        if count.sum() > MOST_WAYS:
            return None
        ends = np.cumsum(count)
        chosen = np.unique(np.linspace(0, ends[-1] - 1, min(TRIED, int(ends[-1]))).astype(np.int64))
        row = np.searchsorted(ends, chosen, side="right")
        last = order[first[row] + chosen - (ends[row] - count[row])]
        places = np.unravel_index(row, [len(one) for one in worth[:-1]]) if len(worth) > 1 else ()
        picked = [part[place] for part, place in zip(parts, (*places, last), strict=True)]
        return np.stack(picked, axis=1)

    def _ends(self, ways: Array) -> list[tuple[float, float]]:
        """Return the interval of each way to vote."""
        found: list[tuple[float, float]] = []
        for first in range(0, len(ways), AT_ONCE):
            low, high = self._intervals(ways[first : first + AT_ONCE])
            found += zip(low.tolist(), high.tolist(), strict=True)
        return found

    def _intervals(self, ways: Array) -> tuple[Array, Array]:
        family = self._family
        moments, counts = family.moments, family.moments.counts
        assert counts is not None, "a family with evidence has counts"
        whole = np.zeros((len(ways), *self._votes.shape), dtype=np.int64)
        if family.weights is None:
            whole[:, 0] = ways[:, 0]
        else:
            whole[:] = self._votes
            whole[:, self._used] = ways
        exact = np.rint(self._points * SCALE).astype(np.int64)
        place = np.abs(counts.value[None, :] - self._points[:, None]).argmin(axis=1)
        own = np.zeros((*whole.shape[:2], len(counts.value)))
        for grade, at in enumerate(place.tolist()):
            own[:, :, at] += whole[:, :, grade]
        tried = replace(
            moments,
            units=tuple(range(len(ways))),
            n=whole.sum(axis=2),
            total=whole @ exact,
            squares=whole @ (exact * exact),
            pairs=Pairs.none(),
            counts=VoteCounts(counts.value, own, counts.group_count),
        )
        return self._scored(tried)

    def _scored(self, tried: Moments) -> tuple[Array, Array]:
        family, rules = self._family, self._family.rules
        scores = scores_from_moments(
            tried,
            family.weights,
            renormalise=rules.minimum.missing_group == "renormalise",
            population=None if family.weights is None else family.population or None,
        )
        return scores.interval(rules.uncertainty.level)


def _compositions(n: int, parts: int) -> Array:
    """Return all ways to divide n votes among `parts` grades, shape (ways, parts)."""
    bars = np.array(list(combinations(range(n + parts - 1), parts - 1)), dtype=np.int64).reshape(-1, parts - 1)
    edges = np.concatenate([np.full((len(bars), 1), -1), bars, np.full((len(bars), 1), n + parts - 1)], axis=1)
    return np.diff(edges, axis=1) - 1
