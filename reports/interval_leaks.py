"""Small numbers of votes that a printed score and its interval fix together, for a reader who knows the group means.

With few votes a score fits some hundred ways to vote, and the interval, which rests on the spread of the votes, tells
most of them apart: at the smallest groups that rules allow, score and interval to two decimals gave 28 of 83 small
numbers exactly. So ends of intervals are printed to a coarser step, outwards, and every unit is tried: all ways to vote
with the printed score are made into intervals, and those printed alike must disagree on every small number.
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
"""Ways in which one group can have voted, above which nothing is tried: 198 votes of three grades, 47 of four."""
MOST_WAYS = 20_000
"""Ways with the printed score above which nothing is tried: about 1 in 150 has the printed interval, so over a hundred
are left to disagree."""
TRIED = 1_200
"""Ways of which the interval is computed, evenly spread over all; fewer than all can only lead to withholding more."""
AT_ONCE = 200
MOST_SUMS = 2_000_000


def interval_decimals(decimals: int) -> int:
    """Return the decimals of the ends of an interval, one fewer than those of scores."""
    return max(0, decimals - 1)


def outward(low: float, high: float, decimals: int) -> tuple[float, float]:
    """Round an interval outwards to the step of `interval_decimals`."""
    step = Decimal(1).scaleb(-interval_decimals(decimals))
    ends = ((low, ROUND_FLOOR), (high, ROUND_CEILING))
    below, above = (float(Decimal(repr(float(end))).quantize(step, how)) for end, how in ends)
    return below, above


def given_away(family: Family, counts: Array, points: Array, asked: list[int], smallest: int) -> list[int]:
    """Return the units of `asked` whose score and interval fix a small number of equal votes of one group.

    counts : shape (units, groups, grades), votes of the family. points : shape (grades,). asked : positions of ranked
    units of which all numbers of votes are printed.
    """
    evidence = family.scores.evidence
    if evidence is None or (evidence.clusters is not None and evidence.clusters.used.any()):
        return []  # by site: nobody outside knows the votes of a site
    return [at for at in asked if _Unit(family, counts[at], points, smallest).is_given_away(at)]


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

    def is_given_away(self, at: int) -> bool:
        """Return whether all ways to vote with the printed score and interval agree on a small number."""
        if not self._few.any() or (self._votes.sum(axis=1) > 0).sum() < 2:
            return False
        ways = self._ways(float(self._family.scores.score[at]))
        if ways is None:
            return False
        printed = self._printed(np.concatenate([self._parts[None], ways]))
        alike = ways[[ends == printed[0] for ends in printed[1:]]]
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

    def _printed(self, ways: Array) -> list[tuple[float, float]]:
        """Return the interval of each way to vote, as it would be printed."""
        found: list[tuple[float, float]] = []
        for first in range(0, len(ways), AT_ONCE):
            low, high = self._intervals(ways[first : first + AT_ONCE])
            found += [outward(a, b, self._decimals) for a, b in zip(low.tolist(), high.tolist(), strict=True)]
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
