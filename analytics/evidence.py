"""Votes behind scores: inputs of intervals, line rules and comparisons that a covariance lacks."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from analytics.clusters import Clusters
from analytics.laws import Floats, Ints, Tilted, VoteCounts
from analytics.signed_root import interval_ends, multipliers, signed_root

PSEUDO = 20.0
"""Votes of the group mixed into a cell's law. On 208 cells of laws and sizes 20 covered .936 to .981, 2 only .50."""
INSIDE = 1e-9
"""Share of the range of scores by which a hypothesis must be inside it; at the very end a multiplier is infinite."""


@dataclass(frozen=True)
class Evidence:
    """Votes of p units by group (one group when pooled).

    counts : votes by score. n, mean, weight : shape (p, groups); votes, mean in points, weight in the score.
    open_share : shape (p, groups); share of the group that has not voted, 1 without a declared population, 0 for a
        group that voted completely and so adds no sampling error.
    overlap : shape (groups, p, p); votes that two units have in common. correlation : shape (groups,); of two votes of
        one evaluator, pooled, 0 to 1.
    clusters : sites; None where ballots count one by one.
    df_score : shape (p,); degrees of freedom of each score, NaN without a score.
    shift, extra, reach : of scores with other parts (`analytics.composites`), all shape (p,): their points, the
        variance of those that were sampled, and how far these reach down and up; None where the ballots are all.
    """

    counts: VoteCounts
    n: Ints
    mean: Floats
    weight: Floats
    open_share: Floats
    overlap: NDArray[np.float32]
    correlation: Floats
    clusters: Clusters | None
    df_score: Floats
    shift: Floats | None = None
    extra: Floats | None = None
    reach: tuple[Floats, Floats] | None = None

    def select(self, rows: Ints) -> "Evidence":
        """Select units; the groups keep the votes of the round."""
        return replace(
            self,
            counts=self.counts.select(rows),
            n=self.n[rows],
            mean=self.mean[rows],
            weight=self.weight[rows],
            open_share=self.open_share[rows],
            overlap=self.overlap[:, rows][:, :, rows],
            clusters=None if self.clusters is None else self.clusters.select(rows),
            df_score=self.df_score[rows],
            shift=None if self.shift is None else self.shift[rows],
            extra=None if self.extra is None else self.extra[rows],
            reach=None if self.reach is None else (self.reach[0][rows], self.reach[1][rows]),
        )

    @property
    def arrays(self) -> list[NDArray[Any]]:
        """Return everything that a comparison of two units depends on."""
        parts: list[NDArray[Any]] = [self.counts.value, self.counts.count, self.counts.group_count, self.n]
        parts += [self.weight, self.open_share, self.overlap, self.correlation]
        if self.clusters is not None:
            parts += [self.clusters.used, self.clusters.effect, self.clusters.between, self.clusters.freedom]
        parts += [part for part in (self.shift, self.extra) if part is not None]
        return parts

    def sampled(self, rows: Ints) -> Floats:
        """Return the variance of parts of the scores other than the ballots, shape (rows,); 0 where there are none."""
        return np.zeros(len(rows)) if self.extra is None else self.extra[rows]

    @property
    def effect(self) -> Floats:
        """Return the factor by which votes count less because sites agree, shape (groups,), at least 1."""
        return np.ones(self.n.shape[1]) if self.clusters is None else self.clusters.deflation

    @property
    def size(self) -> Floats:
        """Return the effective votes of each cell, shape (p, groups); infinite for a completed count."""
        votes = self.n / self.effect
        size: Floats = np.divide(
            votes, self.open_share, out=np.full(votes.shape, np.inf), where=self.open_share > 1e-12
        )
        return size

    def law(self, pseudo: float = PSEUDO, counts: VoteCounts | None = None) -> Tilted:
        """Return the laws of the scores, untilted; `counts` replaces the votes by score."""
        votes = counts or self.counts
        return Tilted(votes.smoothed(pseudo, self.effect), votes.value, self.weight, self.size, self.mean, self.shift)

    def half_step(self) -> Floats:
        """Return half of the smallest change that a vote can make to a score, shape (p,), points."""
        used = (self.n > 0) & (self.weight > 0) & (self.open_share > 0)
        change = np.where(used, self.weight / np.maximum(self.n, 1), np.inf).min(axis=1)
        half: Floats = np.where(np.isfinite(change), change, 0.0) * self.counts.step / 2
        return half

    def interval(self, score: Floats, level: float | Floats) -> tuple[Floats, Floats]:
        """Return the low and the high end of each score in points; NaN without a score. level : one number, or by unit.

        Without any spread in the round both ends are the score: nothing is known of its error.
        """
        low, high = score.copy(), score.copy()
        law = self.law()
        lowest, highest = law.range_of(np.arange(len(score)))
        rows = np.flatnonzero(~np.isnan(score) & (highest > lowest))
        inside = self._inside(score[rows], lowest[rows], highest[rows], rows)
        critical = special.stdtrit(self.df_score[rows], (1 + np.broadcast_to(level, score.shape)[rows]) / 2)
        ends = interval_ends(law, inside, critical, rows)
        low[rows], high[rows] = np.minimum(ends[0], score[rows]), np.maximum(ends[1], score[rows])
        if self.reach is not None:  # two independent parts: Zou and Donner (2008)
            low = score - np.hypot(score - low, self.reach[0])
            high = score + np.hypot(high - score, self.reach[1])
        return low, high

    def _inside(self, score: Floats, lowest: Floats, highest: Floats, rows: Ints) -> Floats:
        """Move scores on an end of the range inside by half a step, but never beyond its middle."""
        step = np.minimum(self.half_step()[rows], (highest - lowest) / 2)
        return np.clip(score, lowest + step, highest - step)

    def tails(self, score: Floats, line: float) -> tuple[Floats, Floats]:
        """Return p-values of "not below the line" and "not above it", shape (p,): small speaks for below, for above.

        Each is the larger of three: r* with the cell's votes and 20 of the group, r* with the law of the group, both
        moved towards the line by half a step, and the normal test with the variance tilted to the line. No single one
        held for one-sided grades: r* alone 10%, the tilted variance alone 34% wrong confirming at worst.
        """
        if self.shift is not None:
            return self._tails_apart(score, line)
        return self._tails(score, line, line)

    def _tails_apart(self, score: Floats, line: float) -> tuple[Floats, Floats]:
        """Return the tails unit by unit: with other parts in the scores each has its line among the votes."""
        below, above = np.full(score.shape, np.nan), np.full(score.shape, np.nan)
        for row in np.flatnonzero(~np.isnan(score)):
            own = self.select(np.array([row]))
            weight = float(own.weight.sum())
            among_votes = (line - float(own.shift[0] if own.shift is not None else 0.0)) / weight if weight else line
            below[row : row + 1], above[row : row + 1] = own._tails(score[row : row + 1], line, among_votes)
        return below, above

    def _tails(self, score: Floats, line: float, among_votes: float) -> tuple[Floats, Floats]:
        below = np.where(np.isnan(score), np.nan, np.where(score < line, 0.0, 1.0))
        above = np.where(np.isnan(score), np.nan, np.where(score > line, 0.0, 1.0))
        known = np.flatnonzero(~np.isnan(score))
        if (self.sampled(known) > 0).any():  # where no vote reaches the line, the other parts still may
            with np.errstate(divide="ignore", invalid="ignore"):
                z = np.nan_to_num((score[known] - line) / np.sqrt(self.sampled(known)), nan=0.0)
            below[known], above[known] = special.ndtr(z), special.ndtr(-z)
        counts = self._reaching(among_votes)
        own, group = self.law(PSEUDO, counts), self.law(np.inf, counts)
        lowest, highest = own.range_of(np.arange(len(score)))
        margin = INSIDE * (highest - lowest)
        rows = np.flatnonzero(~np.isnan(score) & (line - lowest > margin) & (highest - line > margin))
        tests = [self._root(law, score, line, rows) for law in (own, group)]
        tests.append(_wald(group, score, line, rows))
        share = self._share_of_votes(group, line, rows)
        nu = self.df_score[rows]
        below[rows] = np.max([special.stdtr(nu, up * share) for up, _ in tests], axis=0)
        above[rows] = np.max([special.stdtr(nu, -down * share) for _, down in tests], axis=0)
        return below, above

    def _share_of_votes(self, law: Tilted, line: float, rows: Ints) -> Floats:
        """Return the standard error of the ballots divided by that of the score, shape (rows,); 1 without parts."""
        if self.extra is None:
            return np.ones(len(rows))
        hypothesis = multipliers(law, np.full(len(rows), line), rows)
        variance = law.cumulants(hypothesis, rows)[2]
        share: Floats = np.sqrt(variance / (variance + self.extra[rows]))
        return share

    def _reaching(self, line: float) -> VoteCounts:
        """Return votes by score on both sides of the line; a score that nobody gave mirrors the farthest that was."""
        counts = self.counts
        if len(counts.value) and line <= counts.value[0]:
            return counts.extended(2 * line - counts.value[-1] - counts.step)
        if len(counts.value) and line >= counts.value[-1]:
            return counts.extended(2 * line - counts.value[0] + counts.step)
        return counts

    def _root(self, law: Tilted, score: Floats, line: float, rows: Ints) -> tuple[Floats, Floats]:
        """Return r* against the line, for confirming (score moved up) and for clearing (moved down)."""
        lowest, highest = law.range_of(rows)
        step = self.half_step()[rows]
        hypothesis = multipliers(law, np.full(len(rows), line), rows)
        moved = []
        for side in (1.0, -1.0):
            inside = self._inside(score[rows] + side * step, lowest, highest, rows)
            moved.append(signed_root(law, hypothesis, multipliers(law, inside, rows), inside, rows))
        return moved[0], moved[1]


def _wald(law: Tilted, score: Floats, line: float, rows: Ints) -> tuple[Floats, Floats]:
    """Return (score - line) / standard error under the hypothesis that the score is on the line, twice."""
    hypothesis = multipliers(law, np.full(len(rows), line), rows)
    z: Floats = (score[rows] - line) / np.sqrt(law.cumulants(hypothesis, rows)[2])
    return z, z
