"""Ballots to flip: the fewest ballots dropped, changed or added that could alter a finding about a unit.

Two findings of every unit are asked about: whether the bottom rule names it (by the scores), and its verdict (by the
claim tests). Compare the fragility index of trials (Walsh et al. 2014) and the margin of an election (Blom et al.
2016).

The number is a bound: fewer ballots cannot do it. For m ballots every quantity that a finding rests on gets the range
in which any m ballots leave it:

- a mean of n votes moves at most by what the m most extreme votes do; of a pair of units both move at once where
  ballots grade both. For several groups the steepest of them is taken for all m ballots;
- a unit near the minimum of votes may leave or enter the ranking, and with it the number of places of a share;
- the variance of a difference changes at most by the sums of squares that m votes can add or remove, twice that where
  ballots grade both units, scaled to the largest of the three variances of `analytics.pairs`; degrees of freedom in
  proportion. Holm's step of every unit is taken with the best (worst) p-values of all units at once.

The numbers for the rule are proven, and so are the sums of squares; that the largest of the three variances moves with
them is not, and tests compare verdicts with every set of ballots of small families. For small families
`exact_places` searches the named units by trying every set of ballots.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations_with_replacement, pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import special

from analytics.differences import TIE
from analytics.pairs import honest_pairs
from analytics.scores import UnitScores
from analytics.verdicts import CLEARED, CONFIRMED, FEWEST_FOR_LINE, ways_to_clear

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]

DROP, CHANGE, ADD = KINDS = ("drop", "change", "add")
PLACE, VERDICT = FINDINGS = ("place", "verdict")
LAST, LINE, LAST_AND_LINE, GRADE = "last", "below", "last_and_below", "dissatisfied_over"
NEAR = 1e-7
"""Points by which a bound is taken too generously rather than too narrowly: sums of floats round."""
STEPS = 1.2
"""Ratio at which numbers above 16 ballots are tried; the bound follows the last that cannot do it."""
NEVER = 0
"""No number of ballots up to all of the unit's votes alters the finding."""


@dataclass(frozen=True)
class FlipRule:
    """Bottom rule of a family, and what it takes to be ranked.

    kind : LAST, LINE, LAST_AND_LINE or GRADE. places : number of ranked units -> places at the bottom.
    line : points. limit : share of lowest votes. level : of the claims. per_unit : votes of a ranked unit. per_group :
        votes of each weighted group below which a unit cannot be confirmed. lowest, highest : points a vote can have.
    """

    kind: str
    places: Callable[[int], int]
    line: float
    limit: float
    level: float
    per_unit: int
    per_group: int
    lowest: float
    highest: float


@dataclass(frozen=True)
class FlipState:
    """A family as it was counted; p units, every array in their order.

    scores : only ranked units have a score.
    enterable : units that votes alone keep out of the ranking. low : votes with the lowest score there is.
    verdict, named : as published. line_p : p-values of the line for confirming and
        clearing, shape (p,); None for rules without a line.
    """

    scores: UnitScores
    enterable: Bools
    low: Ints
    verdict: NDArray[Any]
    named: Bools
    line_p: tuple[Floats, Floats] | None = None

    @property
    def ranked(self) -> Bools:
        """Mark ranked units, shape (p,)."""
        return ~np.isnan(self.scores.score)


@dataclass(frozen=True)
class Flips:
    """Fewest ballots of a kind that could alter a finding, shape (p,); NEVER where no number can.

    exact : shape (p,); True where so many ballots do alter it. group : shape (p,), position of the group of the scores
    whose ballots weigh most; -1 where none does.
    """

    number: Ints
    exact: Bools
    group: Ints


def fewest_ballots(state: FlipState, rule: FlipRule) -> dict[tuple[str, str], Flips]:
    """Return for each finding and kind of tampering a bound that is never too large, keyed (finding, kind).

    Needs the votes by score (`UnitScores.evidence`).

    Raises ValueError if only sums are known.
    """
    if state.scores.evidence is None:
        raise ValueError("ballots to flip need the votes by score")
    base = _Base(state, rule)
    return {key: value for kind in KINDS for key, value in _of_kind(base, kind).items()}


def _of_kind(base: "_Base", kind: str) -> dict[tuple[str, str], Flips]:
    reach = _Reach(base, kind)
    tries = _tries(int(base.n.sum(axis=1).max(initial=0)))
    open_ = {finding: np.zeros((len(tries), len(base.x)), dtype=bool) for finding in FINDINGS}
    if len(tries):
        _fill(open_, tries, 0, len(tries) - 1, lambda m: _possible(base, reach, m))
    found = {}
    for finding in FINDINGS:
        table = open_[finding]
        first = np.where(table.any(axis=0), table.argmax(axis=0), -1) if len(tries) else np.full(len(base.x), -1)
        before = np.array([0, *tries])[first]
        number = np.where(first >= 0, before + 1, NEVER)
        found[finding, kind] = Flips(
            number, np.zeros(len(number), dtype=bool), _steepest(base, reach, np.maximum(number, 1))
        )
    return found


def _tries(most: int) -> list[int]:
    """Return the numbers of ballots that are tried, up to `most`."""
    numbers, m = [], 1
    while m <= most:
        numbers.append(m)
        m = max(m + 1, int(m * STEPS)) if m >= 16 else m + 1
    return numbers


def _fill(
    table: dict[str, Bools], tries: list[int], low: int, high: int, possible: Callable[[int], dict[str, Bools]]
) -> None:
    """Fill the rows low to high; what is possible with few ballots is possible with more, so equal ends agree."""

    def row(at: int) -> None:
        for finding, values in possible(tries[at]).items():
            table[finding][at] = values

    def between(a: int, b: int) -> None:
        if b - a < 2:
            return
        if all((rows[a] == rows[b]).all() for rows in table.values()):
            for rows in table.values():
                rows[a + 1 : b] = rows[a]
            return
        middle = (a + b) // 2
        row(middle)
        between(a, middle)
        between(middle, b)

    row(low)
    row(high)
    between(low, high)


class _Base:
    """Votes by score of the cells that count, and what is compared.

    x : shape (p,), NaN where not ranked. w, n, mean, squares : shape (p, groups), squares around the mean.
    """

    def __init__(self, state: FlipState, rule: FlipRule) -> None:
        evidence = state.scores.evidence
        assert evidence is not None
        self.state, self.rule = state, rule
        self.x, self.ranked = state.scores.score, state.ranked
        used = (evidence.weight > 0) & (evidence.n > 0)
        self.w = np.where(used, evidence.weight, 0.0)
        self.n = evidence.n
        self.value, self.count = evidence.counts.value, evidence.counts.count
        self.mean = np.where(evidence.n > 0, evidence.mean, 0.0)
        self.squares = (self.count * (self.value - self.mean[..., None]) ** 2).sum(axis=2)
        self.common = evidence.overlap > 0
        pairs = honest_pairs(state.scores)
        self.variance = pairs.differences.spread**2
        self.df = np.where(np.isnan(pairs.df), 1.0, pairs.df)
        self.apart = np.subtract.outer(self.x[self.ranked], self.x[self.ranked])
        self.counting = evidence.weight > 0


class _Reach:
    """What m ballots of a kind can do to the means of the cells."""

    def __init__(self, base: _Base, kind: str) -> None:
        self.base, self.kind = base, kind
        self.top = _Extremes(base, highest=True)
        self.bottom = _Extremes(base, highest=False)

    def moves(self, m: int) -> tuple[Floats, Floats, Floats, Floats]:
        """Return how far m ballots lower and raise each score by a group, and the steepest move by ballot."""
        base, rule = self.base, self.base.rule
        n, mean = np.maximum(base.n, 1).astype(np.float64), base.mean
        if self.kind == ADD:
            down, up = (m * (mean - rule.lowest) / (n + m), m * (rule.highest - mean) / (n + m))
            steep_down, steep_up = (mean - rule.lowest) / (n + 1), (rule.highest - mean) / (n + 1)
        elif self.kind == CHANGE:
            t = np.minimum(m, n)
            down, up = (self.top(t) - t * rule.lowest) / n, (t * rule.highest - self.bottom(t)) / n
            steep_down = (self.top(np.ones_like(n)) - rule.lowest) / n
            steep_up = (rule.highest - self.bottom(np.ones_like(n))) / n
        else:
            down, up, steep_down, steep_up = self._dropped(m, n)
        return base.w * down, base.w * up, base.w * steep_down, base.w * steep_up

    def _dropped(self, m: int, n: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return the moves of votes left out. Between two steps a rate is at most that of the first over the last."""
        mean, before = self.base.mean, 1
        steep_down, steep_up = np.zeros_like(n), np.zeros_like(n)
        down, up = steep_down, steep_up
        for step in [t for t in _tries(m) if t < m] + [m]:
            t = np.minimum(step, n - 1)
            left = np.maximum(n - t, 1)
            down, up = (self.top(t) - t * mean) / left, (t * mean - self.bottom(t)) / left
            first = np.minimum(step if step - before <= 1 else before, np.maximum(n - 1, 1))
            steep_down = np.maximum(steep_down, (self.top(first) / first - mean) / left)
            steep_up = np.maximum(steep_up, (mean - self.bottom(first) / first) / left)
            before = step
        return down, up, steep_down, steep_up

    def pairs(self, m: int) -> Floats:
        """Return how far m ballots move score i down against score j, shape (ranked, ranked)."""
        base, rows = self.base, np.flatnonzero(self.base.ranked)
        down, up, steep_down, steep_up = (part[rows] for part in self.moves(m))
        most = np.zeros((len(rows), len(rows)))
        for g in range(down.shape[1]):
            lower, raise_ = steep_down[:, g][:, None], steep_up[:, g][None, :]
            joint = base.common[g][np.ix_(rows, rows)] | (self.kind == ADD)
            most = np.maximum(most, np.where(joint, lower + raise_, np.maximum(lower, raise_)))
        everything = down.sum(axis=1)[:, None] + up.sum(axis=1)[None, :]
        reach: Floats = np.minimum(m * most, everything)
        return reach

    def variances(self, m: int) -> tuple[Floats, Floats]:
        """Return the least and the largest variance of each difference after m ballots, shape (ranked, ranked)."""
        base, rows = self.base, np.flatnonzero(self.base.ranked)
        n = np.maximum(base.n, 1).astype(np.float64)
        least, most, after = self.squares(m, n)
        now = _of_mean(base.squares, n)
        weight = base.w**2
        up = (weight * np.maximum(_of_mean(most, after) - now, 0.0)).sum(axis=1)[rows]
        down = (weight * np.maximum(now - _of_mean(least, after), 0.0)).sum(axis=1)[rows]
        total = (weight * now).sum(axis=1)[rows]
        sum_ = np.add.outer(total, total)
        scale = np.maximum(np.divide(base.variance, sum_, out=np.ones_like(sum_), where=sum_ > 0), 1.0)
        scale = np.where(np.isfinite(scale), scale, 1.0)
        joint = base.common[:, rows][:, :, rows].any(axis=0)
        twice = np.where(joint | (self.kind == ADD), 2.0, 1.0) * scale
        low = np.maximum(base.variance - twice * np.add.outer(down, down), 0.0)
        return low, base.variance + twice * np.add.outer(up, up)

    def squares(self, m: int, n: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the least and the largest sum of squares of each cell after m ballots, and the votes then."""
        base, rule = self.base, self.base.rule
        far = np.maximum(rule.highest - base.mean, base.mean - rule.lowest) ** 2
        if self.kind == ADD:
            return base.squares, base.squares + m * far, n + m
        least = self._without(m, n)
        if self.kind == CHANGE:
            return least, base.squares + np.minimum(m, n) * far, n
        return least, base.squares, np.maximum(n - m, 1)

    def _without(self, m: int, n: Floats) -> Floats:
        """Return the least sum of squares that is left when m votes go, from either end."""
        base = self.base
        total, square = base.n * base.mean, base.squares + base.n * base.mean**2
        least: Floats = base.squares.copy()
        for low, high in _from_both_ends(m):
            a, b = np.minimum(low, n), np.minimum(high, np.maximum(n - low, 0))
            left = n - a - b
            rest = total - self.bottom(a) - self.top(b)
            rest_square = square - self.bottom.squares(a) - self.top.squares(b)
            spread = rest_square - np.divide(rest**2, left, out=np.zeros_like(left), where=left > 0)
            least = np.minimum(least, np.where(left > 1, np.maximum(spread, 0.0), 0.0))
        return least


def _from_both_ends(m: int) -> list[tuple[int, int]]:
    """Return how many of m votes go from the low and from the high end; above 16 some more go, which leaves less."""
    if m <= 16:
        return [(low, m - low) for low in range(m + 1)]
    cuts = [round(m * part / 16) for part in range(17)]
    return [(after, m - before) for before, after in pairwise(cuts)]


class _Extremes:
    """Sum of the t highest (or lowest) votes of each cell."""

    def __init__(self, base: _Base, *, highest: bool) -> None:
        order = slice(None, None, -1) if highest else slice(None)
        self.value, self.count = base.value[order], base.count[:, :, order]
        self.before = np.cumsum(self.count, axis=2) - self.count

    def _taken(self, t: Floats) -> Floats:
        taken: Floats = np.clip(t[..., None] - self.before, 0.0, self.count)
        return taken

    def __call__(self, t: Floats) -> Floats:
        """Return the sums of scores, t : shape (p, groups)."""
        sums: Floats = self._taken(t) @ self.value
        return sums

    def squares(self, t: Floats) -> Floats:
        """Return the sums of squared scores."""
        sums: Floats = self._taken(t) @ self.value**2
        return sums


def _of_mean(squares: Floats, n: Floats) -> Floats:
    """Return the variance of the mean of n votes; of a single vote its square."""
    variance: Floats = squares / (n * np.maximum(n - 1, 1))
    return variance


@dataclass(frozen=True)
class _Free:
    """What m ballots can do to who is ranked: units that may leave or enter, and the range of places."""

    leaving: Bools
    entering: int
    fewest: int
    most: int


def _free(base: _Base, kind: str, m: int) -> _Free:
    rule, ranked = base.rule, base.ranked
    total = base.n.sum(axis=1)
    needed = np.where(base.counting, base.n, np.iinfo(np.int64).max).min(axis=1)
    leaving = ranked & (kind == DROP) & ((total - m < rule.per_unit) | (needed - m < 1))
    enters = base.state.enterable & (kind == ADD) & (total + m >= rule.per_unit)
    lacking = (base.counting & (base.n == 0)).sum(axis=1)
    entering = int((enters & (lacking <= m)).sum())
    now = int(ranked.sum())
    counts = [rule.places(c) for c in range(now - int(leaving.sum()), now + entering + 1)]
    return _Free(leaving, entering, min(counts), max(counts))


def _possible(base: _Base, reach: _Reach, m: int) -> dict[str, Bools]:
    """Return which units' findings m ballots might alter."""
    free = _free(base, reach.kind, m)
    place = np.zeros(len(base.x), dtype=bool)
    verdict = place.copy()
    if base.ranked.any():
        pairs = reach.pairs(m)
        place[base.ranked] = _place_open(base, reach, m, free, pairs)
        verdict[base.ranked] = _verdict_open(base, reach, m, free, pairs)
    return {PLACE: place | free.leaving, VERDICT: verdict | free.leaving}


def _place_open(base: _Base, reach: _Reach, m: int, free: _Free, pairs: Floats) -> Bools:
    """Return for ranked units whether m ballots might alter that the rule names them."""
    rule, rows = base.rule, np.flatnonzero(base.ranked)
    named = base.state.named[rows]
    if rule.kind == GRADE:
        return _grade_open(base, reach.kind, m, rows)
    maybe_in, maybe_out = np.ones(len(rows), dtype=bool), np.zeros(len(rows), dtype=bool)
    if rule.kind in (LAST, LAST_AND_LINE):
        lower = base.apart  # row i, column j: score of i minus score of j
        may_be = lower - pairs < NEAR
        must_be = (lower + pairs.T < -NEAR) & ~free.leaving[rows][:, None]
        np.fill_diagonal(may_be, False)
        below_most = may_be.sum(axis=0) + free.entering
        maybe_in &= must_be.sum(axis=0) < free.most
        maybe_out |= below_most >= free.fewest
    if rule.kind in (LINE, LAST_AND_LINE):
        down, up = _alone(reach, m, rows)
        maybe_in &= base.x[rows] - down < rule.line + NEAR
        maybe_out |= base.x[rows] + up > rule.line - NEAR
    return np.where(named, maybe_out, maybe_in)


def _alone(reach: _Reach, m: int, rows: Ints) -> tuple[Floats, Floats]:
    """Return how far m ballots move each score down and up, shape (rows,)."""
    down, up, steep_down, steep_up = (part[rows] for part in reach.moves(m))
    return (
        np.minimum(m * steep_down.max(axis=1), down.sum(axis=1)),
        np.minimum(m * steep_up.max(axis=1), up.sum(axis=1)),
    )


def _grade_open(base: _Base, kind: str, m: int, rows: Ints) -> Bools:
    """Return whether m ballots take the share of lowest votes across the limit."""
    fewer, more = _shares(base, kind, m, rows)
    limit = base.rule.limit
    return np.where(base.state.named[rows], fewer[0] <= limit * fewer[1] + NEAR, more[0] > limit * more[1] - NEAR)


def _shares(base: _Base, kind: str, m: int, rows: Ints) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Return (lowest votes, votes) of the units with the smallest and with the largest share after m ballots."""
    low, n = base.state.low[rows].astype(np.float64), base.n.sum(axis=1)[rows].astype(np.float64)
    if kind == ADD:
        return (low, n + m), (low + m, n + m)
    away, rest = np.minimum(m, low), np.minimum(m, n - low)
    if kind == CHANGE:
        return (low - away, n), (low + rest, n)
    return (low - away, np.maximum(n - away, 1)), (low, np.maximum(n - rest, 1))


def _verdict_open(base: _Base, reach: _Reach, m: int, free: _Free, pairs: Floats) -> Bools:
    """Return for ranked units whether m ballots might alter the verdict."""
    rows = np.flatnonzero(base.ranked)
    verdict = base.state.verdict[rows]
    confirm, clear = _p_ranges(base, reach, m, free, pairs)
    alpha = 1 - base.rule.level + 1e-12
    extra, fewer = free.entering, int(free.leaving.sum())
    sole = base.rule.kind in (LAST, LAST_AND_LINE) and free.most <= 1
    step = _twice if sole and base.rule.kind == LAST else _holm_between
    confirmed_least, confirmed_most = step(confirm[1], extra, 0) <= alpha, step(confirm[0], 0, fewer) <= alpha
    cleared_least = _holm_between(clear[1], extra, 0) <= alpha
    cleared_most = _holm_between(clear[0], 0, fewer) <= alpha
    blocked_now, blocked_then = _blocked(base, reach.kind, m, rows)
    stays_confirmed = confirmed_least & ~blocked_then
    may_confirm = confirmed_most & ~blocked_now
    return np.select(
        [verdict == CONFIRMED, verdict == CLEARED],
        [~stays_confirmed, ~cleared_least | may_confirm],
        may_confirm | cleared_most,
    )


def _blocked(base: _Base, kind: str, m: int, rows: Ints) -> tuple[Bools, Bools]:
    """Return units that no m ballots free from "too few of a group", and units that m ballots might bring there."""
    n = np.where(base.counting, base.n, np.iinfo(np.int64).max).min(axis=1)[rows]
    least = base.rule.per_group
    gains = m if kind == ADD else 0
    loses = m if kind == DROP else 0
    return (n + gains < least), (n - loses < least)


def _p_ranges(
    base: _Base, reach: _Reach, m: int, free: _Free, pairs: Floats
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Return the least and the largest unadjusted p-value to confirm and to clear, shape (ranked,)."""
    rule, rows = base.rule, np.flatnonzero(base.ranked)
    if rule.kind == GRADE:
        return _grade_p(base, reach.kind, m, rows)
    line = _line_p(base, reach, m, rows) if rule.kind in (LINE, LAST_AND_LINE) else None
    if rule.kind == LINE:
        assert line is not None
        return line
    last = _last_p(base, reach, m, free, pairs)
    if line is None:
        return last
    confirm = np.maximum(last[0][0], line[0][0]), np.maximum(last[0][1], line[0][1])
    least, most = ways_to_clear(len(rows) + free.entering), ways_to_clear(len(rows) - int(free.leaving.sum()))
    clear = least * np.minimum(last[1][0], line[1][0]), most * np.minimum(last[1][1], line[1][1])
    return confirm, (np.minimum(1.0, clear[0]), np.minimum(1.0, clear[1]))


def _last_p(
    base: _Base, reach: _Reach, m: int, free: _Free, pairs: Floats
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Return the ranges for "is among the k worst" and "is not"."""
    rows = np.flatnonzero(base.ranked)
    low = _lowest_z(base, reach, m, pairs)
    high = -low.T
    own = np.eye(len(rows), dtype=bool)
    low, high = np.where(own, np.inf, low), np.where(own, np.inf, high)
    high[free.leaving[rows]] = np.inf
    p, ranges = len(rows), []
    least_kth = _kth(low, min(free.fewest, free.most) - free.entering)
    most_kth = _kth(high, free.most)
    none = free.most <= 0 or free.fewest >= p + free.entering
    perhaps_none = free.fewest <= 0 or free.most >= p - int(free.leaving.sum())
    k_low, k_high = max(free.fewest, 1), max(free.most, 1)
    for kth, k, others in (
        (most_kth, k_low, p - free.most - int(free.leaving.sum())),
        (least_kth, k_high, p + free.entering - free.fewest),
    ):
        confirm = np.ones(p) if none else np.minimum(1.0, k * special.ndtr(-kth))
        ranges.append((confirm, max(others, 1)))
    clear_least = np.minimum(1.0, ranges[0][1] * special.ndtr(least_kth))
    clear_most = np.minimum(1.0, ranges[1][1] * special.ndtr(most_kth))
    if none:
        clear_least = np.ones(p)
    if perhaps_none:
        clear_most = np.ones(p)
    return (ranges[0][0], np.ones(p) if perhaps_none else ranges[1][0]), (clear_least, clear_most)


def _kth(z: Floats, k: int) -> Floats:
    """Return the k-th smallest of each column; -inf for k < 1, inf beyond the last."""
    if k < 1:
        return np.full(z.shape[1], -np.inf)
    if k > len(z):
        return np.full(z.shape[1], np.inf)
    kth: Floats = np.partition(z, k - 1, axis=0)[k - 1]
    return kth


def _lowest_z(base: _Base, reach: _Reach, m: int, pairs: Floats) -> Floats:
    """Return the least z of score i minus score j after m ballots, shape (ranked, ranked)."""
    rows = np.flatnonzero(base.ranked)
    least, most = reach.variances(m)
    apart = base.apart - pairs
    counting = np.where(base.counting & (base.n > 0), base.n, np.iinfo(np.int64).max).min(axis=1)[rows]
    share = np.minimum(m / np.minimum.outer(counting, counting), 0.9)
    with np.errstate(divide="ignore", invalid="ignore"):
        grown = np.where(base.variance > 0, most / base.variance, 1.0)
        shrunk = np.where(least > 0, base.variance / least, np.inf)
        t = apart / np.sqrt(np.where(apart > 0, most, least))
        df = np.where(apart > 0, base.df * (1 - share) / grown, base.df * (1 + share) * shrunk)
    t = np.where(np.isfinite(base.variance), np.nan_to_num(t, nan=0.0, posinf=np.inf, neginf=-np.inf), 0.0)
    df = np.clip(np.nan_to_num(df, nan=1.0, posinf=1e9), 1.0, 1e9)
    z: Floats = special.ndtri(special.stdtr(df, -np.abs(t)))
    return np.copysign(np.abs(z), t)


def _line_p(base: _Base, reach: _Reach, m: int, rows: Ints) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Return the ranges for "is below the line" and "is not": the deviate moves with the score as a t does, or more."""
    assert base.state.line_p is not None
    down, up = _alone(reach, m, rows)
    se = base.state.scores.se[rows]
    grown, shrunk = _own_variance(reach, m, rows)
    ranges = []
    for p, towards, away in ((base.state.line_p[0][rows], up, down), (base.state.line_p[1][rows], down, up)):
        z = -special.ndtri(np.clip(p, 1e-300, 1 - 1e-16))
        far = np.maximum(np.abs(base.x[rows] - base.rule.line), NEAR)
        with np.errstate(divide="ignore", invalid="ignore"):
            by_se = np.where(se > 0, 1 / se, np.inf)
            rate = np.maximum(by_se, np.abs(z) / far)
            worst = (z - towards * rate) / np.where(z > 0, np.sqrt(grown), 1.0)
            best = (z + away * rate) * np.where(z + away * rate > 0, np.sqrt(shrunk), 1.0)
        ranges.append((special.ndtr(-best), special.ndtr(-worst)))
    few_then, few_now = _few_for_line(base, reach.kind, m, rows)
    found = [(np.where(few_now, 1.0, low), np.where(few_then, 1.0, high)) for low, high in ranges]
    return found[0], found[1]


def _few_for_line(base: _Base, kind: str, m: int, rows: Ints) -> tuple[Bools, Bools]:
    """Return units that m ballots may leave with too few votes for a line, and units that m ballots leave so anyway."""
    n = np.where(base.counting & (base.n > 0), base.n, np.iinfo(np.int64).max).min(axis=1)[rows]
    loses, gains = (m if kind == DROP else 0), (m if kind == ADD else 0)
    return n - loses < FEWEST_FOR_LINE, n + gains < FEWEST_FOR_LINE


def _own_variance(reach: _Reach, m: int, rows: Ints) -> tuple[Floats, Floats]:
    """Return the largest factors by which the variance of each score grows and shrinks."""
    base = reach.base
    n = np.maximum(base.n, 1).astype(np.float64)
    least, most, after = reach.squares(m, n)
    weight = base.w**2
    now = (weight * _of_mean(base.squares, n)).sum(axis=1)[rows]
    top, low = ((weight * _of_mean(part, after)).sum(axis=1)[rows] for part in (most, least))
    grown = np.divide(top, now, out=np.full(len(rows), np.inf), where=now > 0)
    shrunk = np.divide(now, low, out=np.full(len(rows), np.inf), where=low > 0)
    return np.maximum(grown, 1.0), np.maximum(shrunk, 1.0)


def _grade_p(base: _Base, kind: str, m: int, rows: Ints) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Return the ranges of the exact binomial p-values; the design effect stays as it was."""
    evidence = base.state.scores.evidence
    assert evidence is not None
    effect = float(evidence.effect.max())
    fewer, more = _shares(base, kind, m, rows)
    (confirm_most, clear_least), (confirm_least, clear_most) = (
        _binomial(low / effect, n / effect, base.rule.limit) for low, n in (fewer, more)
    )
    return (confirm_least, confirm_most), (clear_least, clear_most)


def _binomial(x: Floats, n: Floats, limit: float) -> tuple[Floats, Floats]:
    confirm = np.where(x > 0, special.betainc(np.maximum(x, 1e-300), np.maximum(n - x, 0) + 1, limit), 1.0)
    clear = np.where(x < n, special.betaincc(x + 1, np.maximum(n - x, 1e-300), limit), 1.0)
    return confirm, clear


def _holm_between(p: Floats, extra: int, fewer: int) -> Floats:
    """Return Holm's adjusted p-values with so many tests more, or so many fewer at best."""
    order = np.argsort(p, kind="stable")
    steps = np.maximum(np.arange(len(p), 0, -1) + extra - fewer, 1)
    out = np.empty(len(p))
    out[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * steps))
    return out


def _twice(p: Floats, _extra: int, _fewer: int) -> Floats:
    """Return the adjusted p-values of the claim "is the worst"."""
    return np.minimum(1.0, 2 * p)


def _steepest(base: _Base, reach: _Reach, number: Ints) -> Ints:
    """Return the group a ballot of which moves each score most."""
    _, _, down, up = reach.moves(int(max(1, np.median(number))))
    steep = down + up
    return np.where(steep.max(axis=1, initial=0.0) > 0, steep.argmax(axis=1), -1)


# Small families: every set of ballots.


@dataclass(frozen=True)
class Ballots:
    """Ballots of a family. group : shape (ballots,). score : shape (ballots, p), NaN where a unit is not graded."""

    group: Ints
    score: Floats


MOST_SETS = 60_000
"""Sets of ballots that are tried; 30 ballots in all sets of up to 4 are 31,930."""


def exact_places(
    ballots: Ballots, weight: Floats, rule: FlipRule, fewest: dict[str, Ints], most_sets: int = MOST_SETS
) -> dict[str, Flips]:
    """Return by kind the fewest ballots that alter whom the rule names, trying every set of ballots.

    ballots : of all units that the register does not leave out. weight : shape (p, groups), of each unit.
    fewest : by kind, bounds to start from (`fewest_ballots`). Where sets run out before a unit is settled, the number
    is the bound, and not exact. For the rules LAST and LAST_AND_LINE.
    """
    search = _Search(ballots, weight, rule)
    return {kind: search.settle(kind, fewest[kind], most_sets) for kind in KINDS}


class _Search:
    """Named units after every set of ballots of a size; ballots alike are one type."""

    def __init__(self, ballots: Ballots, weight: Floats, rule: FlipRule) -> None:
        rows = np.column_stack([ballots.group, np.nan_to_num(ballots.score, nan=-1e9)])
        kinds, number = np.unique(rows, axis=0, return_counts=True)
        self.group = kinds[:, 0].astype(np.int64)
        score = kinds[:, 1:]
        self.graded = (score > -1e8).astype(np.float64)
        self.score = np.where(score > -1e8, score, 0.0)
        self.number, self.weight, self.rule = number, weight, rule
        self.groups = weight.shape[1]
        of_group = np.eye(self.groups)[self.group]  # types x groups
        self.sums = of_group[:, None, :] * self.score[:, :, None]
        self.votes = of_group[:, None, :] * self.graded[:, :, None]
        self.total = np.tensordot(number, self.sums, 1)
        self.n = np.tensordot(number, self.votes, 1)
        self.named = self.named_after(self.total[None], self.n[None])[0]

    def named_after(self, total: Floats, n: Floats) -> Bools:
        """Return who is named (1), not named (0) or not ranked (-1), from sums and votes (sets, p, groups)."""
        lacks = ((n < 0.5) & (self.weight > 0)).any(axis=2)
        ranked = ~lacks & (n.sum(axis=2) >= self.rule.per_unit)
        mean = np.divide(total, n, out=np.zeros_like(total), where=n > 0)
        score = np.where(ranked, (mean * self.weight).sum(axis=2), np.nan)
        below = (score[:, :, None] < score[:, None, :] - TIE).sum(axis=1)
        k = np.array([self.rule.places(c) for c in range(score.shape[1] + 1)])[ranked.sum(axis=1)]
        named = below < k[:, None]
        if self.rule.kind == LAST_AND_LINE:
            named &= score < self.rule.line
        return np.where(ranked, named.astype(np.int64), -1)

    def settle(self, kind: str, fewest: Ints, most_sets: int) -> Flips:
        """Return the numbers, starting each unit at its bound."""
        p = len(self.named)
        number, exact = fewest.copy(), np.zeros(p, dtype=bool)
        waiting = (self.named >= 0) & (fewest > 0)
        left = most_sets
        for m in range(int(fewest[waiting].min(initial=1)), int(self.number.sum()) + 1):
            todo = waiting & ~exact & (number <= m)
            if (exact | ~waiting).all():
                break
            if not todo.any():
                continue
            sets = self._sets(kind, m, left)
            if sets is None:
                break
            left -= len(sets)
            for j in np.flatnonzero(todo):
                if self._alters(kind, sets, int(j)):
                    exact[j] = True
                else:
                    number[j] = m + 1
        return Flips(number, exact, np.full(p, -1))

    def _sets(self, kind: str, m: int, most: int) -> Floats | None:
        """Return every set of m ballots as numbers by type (or by group, of new ballots); None if too many."""
        among = self.groups if kind == ADD else len(self.number)
        limit = np.full(among, m) if kind == ADD else self.number
        found = list(_multisets(among, m, limit, most + 1))
        return None if len(found) > most else np.array(found, dtype=np.float64).reshape(len(found), among)

    def _alters(self, kind: str, sets: Floats, j: int) -> bool:
        """Return whether some set alters that unit j is named; new marks are the extreme ones that help."""
        rule = self.rule
        target = np.full(len(self.named), rule.lowest if self.named[j] else rule.highest)
        target[j] = rule.highest if self.named[j] else rule.lowest
        if kind == ADD:
            total = self.total + sets[:, None, :] * target[None, :, None]
            n = self.n + sets[:, None, :]
        else:
            total = self.total - np.tensordot(sets, self.sums, 1)
            n = self.n - np.tensordot(sets, self.votes, 1)
            if kind == CHANGE:
                gone = np.tensordot(sets, self.votes, 1)
                total, n = total + gone * target[None, :, None], n + gone
        return bool((self.named_after(total, n)[:, j] != self.named[j]).any())


def _multisets(among: int, m: int, limit: NDArray[Any], most: int) -> Iterator[list[int]]:
    """Yield numbers by type that add to m, each at most its limit; at most `most` of them."""
    found = 0
    for chosen in combinations_with_replacement(range(among), m):
        row = np.bincount(chosen, minlength=among)
        if (row <= limit).all():
            yield row.tolist()
            found += 1
            if found >= most:
                return
