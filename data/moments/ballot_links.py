"""Sums over ballots that grade several units, by group, for estimating leniency: small and reproducible.

The unit + evaluator model needs sums of 1/size over ballots, size being the number of votes of a ballot. Ballots of
one size are counted as integers first; the sizes follow in ascending order as floats, so the order of rows, chunks
and threads changes no bit.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Given: TypeAlias = Callable[[Ints], Any]
"""Numbers of ballots -> 0/1 matrix (these ballots, units), a float32 array or a sparse array."""

ROWS_AT_ONCE = 4_000
"""Ballots multiplied at a time; their counts stay far below 2^24, where float32 ends to be exact."""


@dataclass(frozen=True)
class GroupLinks:
    """Sums of one group over its ballots, in the unit of the scores given.

    linked : shape (units, units), 0 on the diagonal; sum of 1/size over the ballots that grade both.
    own_minus_ballot : shape (units,); sum over the unit's votes of vote minus mean of its ballot.
    ballots, votes : ballots of at least two votes, and the votes on them.
    within : sum of squared deviations of votes from the mean of their ballot.
    """

    linked: Floats
    own_minus_ballot: Floats
    ballots: int
    votes: int
    within: float

    def times(self, step: float) -> "GroupLinks":
        """Return the links of the scores times `step`."""
        return replace(self, own_minus_ballot=self.own_minus_ballot * step, within=self.within * step**2)


def no_links(n_units: int) -> GroupLinks:
    """Return the links of tallies, which do not record the votes of each ballot."""
    return GroupLinks(np.zeros((n_units, n_units)), np.zeros(n_units), 0, 0, 0.0)


@dataclass(frozen=True)
class BallotsOfSize:
    """Whole numbers over the ballots of one size in a group, which add up over pieces of a group.

    votes : the size. ballots : how many. squares : sum of the squared sums of their scores.
    met : shape (units,); sum of the ballots' sums over those that the unit is on.
    common : shape (units, units), dense or sparse, of which the diagonal is not used; ballots that grade both. None
    where a ballot has one vote.
    """

    votes: int
    ballots: int
    squares: int
    met: Floats
    common: Any


def links_of_ballots(size: Ints, sums: Ints, given: Given, total: NDArray[Any], squares: int) -> GroupLinks:
    """Compute the links of the ballots of a group.

    Parameters
    ----------
    size, sums : shape (ballots,); votes of each ballot and the sum of their scores.
    given : which units each ballot grades.
    total : shape (units,); sum of each unit's scores. squares : sum of all squared scores.
    """
    return links_of_sizes(ballots_by_size(size, sums, given, len(total)), total, squares)


def ballots_by_size(size: Ints, sums: Ints, given: Given, n_units: int) -> Iterator[BallotsOfSize]:
    """Yield the sums over the ballots of each size, smallest size first; parameters as for `links_of_ballots`."""
    for votes in np.unique(size[size > 0]).tolist():
        chosen = np.flatnonzero(size == votes)
        met, common = _met_and_common(chosen, sums, given, votes, n_units)
        yield BallotsOfSize(votes, len(chosen), _sum_of_squares(sums[chosen]), met, common)


def links_of_sizes(sizes: Iterable[BallotsOfSize], total: NDArray[Any], squares: int) -> GroupLinks:
    """Compute the links of a group from the sums over its ballots of each size, smallest size first."""
    linked = np.zeros((len(total), len(total)))
    own_minus_ballot = total.astype(np.float64)
    within = Fraction(squares)
    ballots = votes = 0
    for part in sizes:
        own_minus_ballot -= part.met / part.votes
        within -= Fraction(part.squares, part.votes)
        if part.votes > 1:
            _add_share(linked, part.common, part.votes)
            ballots, votes = ballots + part.ballots, votes + part.ballots * part.votes
    np.fill_diagonal(linked, 0.0)
    return GroupLinks(linked, own_minus_ballot, ballots, votes, float(within))


def _met_and_common(chosen: Ints, sums: Ints, given: Given, size: int, n_units: int) -> tuple[Floats, Any]:
    """Return `met` and `common` of some ballots of one size.

    Counts and sums are whole numbers held as floats, exact in any order; divisions come later.
    """
    met = np.zeros(n_units)
    common: Any = None
    largest = int(np.abs(sums[chosen]).max(initial=0))
    exact_in = np.float32 if largest * ROWS_AT_ONCE < 2**24 else np.float64
    for start in range(0, len(chosen), ROWS_AT_ONCE):
        piece = chosen[start : start + ROWS_AT_ONCE]
        matrix = given(piece)
        met += matrix.T @ sums[piece].astype(exact_in)
        if size > 1:
            part = matrix.T @ matrix
            common = part if start == 0 else common + part.astype(np.float64)
    return met, common


def _add_share(linked: Floats, common: Any, size: int) -> None:
    """Add 1/size to `linked` for every common ballot of that size."""
    if sparse.issparse(common):
        entries = common.tocoo()  # each pair of units once
        linked[entries.row, entries.col] += entries.data.astype(np.float64) / size
    else:
        linked += np.divide(common, size, dtype=np.float64)


def _sum_of_squares(sums: Ints) -> int:
    """Add the squares exactly, also beyond 64 bits."""
    if int(np.abs(sums).max(initial=0)) ** 2 * len(sums) < 2**62:
        return int(sums @ sums)
    return sum(value * value for value in sums.tolist())
