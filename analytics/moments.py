"""Sufficient statistics of votes: the counts and sums from which scores are computed.

This module defines the input only, no method. A vote's score is an integer in
ten-thousandths of a point, so every sum is an exact integer and adding up in another
order gives the same numbers.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analytics.laws import VoteCounts

SCALE = 10_000
"""Integer score units in one point."""

Ints: TypeAlias = NDArray[np.int64]
Exact: TypeAlias = NDArray[Any]
"""int64 where every sum fits, else an object array of Python ints."""


@dataclass(frozen=True)
class Pairs:
    """Votes that two units have in common, one entry per group and pair; all shape (pairs,).

    `first` and `second` index units (each pair once, in either order), `group` indexes
    groups. `sum_first` adds the scores of `first` over the common ballots only,
    `sum_product` the products. Entries of one pair and group may be split; they add.
    """

    group: Ints
    first: Ints
    second: Ints
    n: Ints
    sum_first: Exact
    sum_second: Exact
    sum_product: Exact

    @classmethod
    def none(cls) -> "Pairs":
        """Return no pairs, for tallies without ballots or ballots with one unit each."""
        empty = np.zeros(0, dtype=np.int64)
        return cls(empty, empty, empty, empty, empty, empty, empty)


@dataclass(frozen=True)
class SiteSums:
    """Votes by site, one row for each site of each group.

    group, site : shape (rows,); index of the group, number of the site. named : shape (rows,); False for a ballot
        without a site, which is a separate row. n, total : shape (rows, units); votes and sum of their scores.
    """

    group: Ints
    site: Ints
    named: NDArray[np.bool_]
    n: Ints
    total: Ints

    def select(self, indices: Ints) -> "SiteSums":
        """Select units."""
        return replace(self, n=self.n[:, indices], total=self.total[:, indices])

    def pooled(self) -> "SiteSums":
        """Pool all groups; the rows of a site are added up."""
        site, first, row = np.unique(self.site, return_index=True, return_inverse=True)
        n = np.zeros((len(site), self.n.shape[1]), dtype=np.int64)
        total = np.zeros_like(n)
        np.add.at(n, row, self.n)
        np.add.at(total, row, self.total)
        return SiteSums(np.zeros(len(site), dtype=np.int64), site, self.named[first], n, total)


@dataclass(frozen=True)
class Moments:
    """Sufficient statistics of the votes of one round.

    n, total, squares : shape (units, groups); votes, sum and sum of squares of their scores.
    pairs : votes in common; only off-diagonal pairs.
    group_n, group_total, group_squares : one Python int a group, over ALL units of the
        round, also those that `select` leaves out.
    counts : votes by score, for intervals and line rules; None where only sums are known.
    sites : votes by site; None without sites, or where the rules cluster on ballots.
    """

    units: tuple[Hashable, ...]
    groups: tuple[Hashable, ...]
    n: Ints
    total: Exact
    squares: Exact
    pairs: Pairs
    group_n: tuple[int, ...]
    group_total: tuple[int, ...]
    group_squares: tuple[int, ...]
    counts: VoteCounts | None = field(default=None, kw_only=True)
    sites: SiteSums | None = field(default=None, kw_only=True)

    def select(self, indices: Sequence[int] | Ints) -> "Moments":
        """Select the units at `indices`, in that order; the groups keep the totals of the round."""
        chosen = np.asarray(indices, dtype=np.int64)
        place = np.full(len(self.units), -1, dtype=np.int64)
        place[chosen] = np.arange(len(chosen))
        first, second = place[self.pairs.first], place[self.pairs.second]
        kept = (first >= 0) & (second >= 0)
        pairs = Pairs(
            self.pairs.group[kept],
            first[kept],
            second[kept],
            self.pairs.n[kept],
            self.pairs.sum_first[kept],
            self.pairs.sum_second[kept],
            self.pairs.sum_product[kept],
        )
        return replace(
            self,
            units=tuple(self.units[i] for i in chosen.tolist()),
            n=self.n[chosen],
            total=self.total[chosen],
            squares=self.squares[chosen],
            pairs=pairs,
            counts=None if self.counts is None else self.counts.select(chosen),
            sites=None if self.sites is None else self.sites.select(chosen),
        )

    def pooled(self) -> "Moments":
        """Pool all groups. Exact, because a ballot belongs to one group only."""
        return replace(
            self,
            groups=("",),
            n=self.n.sum(axis=1, keepdims=True),
            total=_row_sums(self.total),
            squares=_row_sums(self.squares),
            pairs=replace(self.pairs, group=np.zeros_like(self.pairs.group)),
            group_n=(sum(self.group_n),),
            group_total=(sum(self.group_total),),
            group_squares=(sum(self.group_squares),),
            counts=None if self.counts is None else self.counts.pooled(),
            sites=None if self.sites is None else self.sites.pooled(),
        )


def _row_sums(sums: Exact) -> Exact:
    """Add over groups in Python ints, which cannot overflow."""
    total: Exact = sums.astype(object).sum(axis=1, keepdims=True)
    return total
