"""Sufficient statistics of votes: exact counts, sums, squares and products. No statistical method.

A score is an integer (ten-thousandths of a point). Ballots are pivoted a few thousand at a
time into small matrices of integers held as floats, whose products are exact below the
mantissa and are added as wider integers: any order of rows and any chunk gives the same
numbers.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from data.moments.ballot_links import Given, GroupLinks, links_of_ballots, no_links

BALLOTS_AT_ONCE = 8_000
"""With 2,000 units this reaches CELLS_AT_ONCE."""
CELLS_AT_ONCE = 16_000_000
"""Largest pivot, ballots x units: 128 MB as float64."""
VOTES_AT_ONCE = 1 << 17
"""Votes handled at a time, so that a piece stays in the processor's cache."""
BYTES_AT_ONCE = 1 << 28
"""Largest matrix of bytes, ballots x units."""
SPARSE_GAIN = 30
"""A dense multiplication costs about 1/30 of a sparse multiplication."""
WIDE = 2**62
"""Sums that may pass this are Python ints in object arrays."""

Ints: TypeAlias = NDArray[np.int64]
Exact: TypeAlias = NDArray[Any]


@dataclass(frozen=True)
class VoteMoments:
    """Moments by unit and group, and by pair of units and group.

    n, total, squares : shape (units, groups); votes, sum and sum of squares of the scores.
    links : one a group, of the same scores; see `data.moments.ballot_links`.
    pair_group, pair_first, pair_second : shape (pairs,); first < second, ordered by these
        three; only pairs with a common ballot.
    pair_n, pair_sum_first, pair_sum_second, pair_sum_product : shape (pairs,); over the common
        ballots: their number, the sums of the scores of either unit, the sum of products.
    group_n, group_total, group_squares : one Python int a group, over all units.
    """

    n: Ints
    total: Exact
    squares: Exact
    links: tuple[GroupLinks, ...]
    pair_group: Ints
    pair_first: Ints
    pair_second: Ints
    pair_n: Ints
    pair_sum_first: Exact
    pair_sum_second: Exact
    pair_sum_product: Exact

    @property
    def group_n(self) -> tuple[int, ...]:
        """Return the votes of each group."""
        return _column_sums(self.n)

    @property
    def group_total(self) -> tuple[int, ...]:
        """Return the sum of the scores of each group."""
        return _column_sums(self.total)

    @property
    def group_squares(self) -> tuple[int, ...]:
        """Return the sum of the squared scores of each group."""
        return _column_sums(self.squares)


def moments_of_votes(
    ballot: ArrayLike,
    unit: ArrayLike,
    group: ArrayLike,
    score: ArrayLike,
    n_units: int,
    n_groups: int,
    *,
    step: int | None = None,
    ballots_at_once: int = BALLOTS_AT_ONCE,
) -> VoteMoments:
    """Compute moments of votes, an entry per vote, in any order.

    Parameters
    ----------
    ballot, unit, group : shape (votes,); codes from 0, ballots without large gaps.
    score : shape (votes,); integers in ten-thousandths of a point.
    step : divides every score; None looks for the largest such number.

    Raises
    ------
    ValueError
        If a ballot is in two groups, votes twice on a unit, or a score is beyond 9,490 points.
    """
    step = step or largest_step(score)
    groups = sums_of_groups(ballot, unit, group, score, n_units, n_groups, step=step, ballots_at_once=ballots_at_once)
    links = [links_of_ballots(*part.ballots, *total_and_squares(part.table)) for part in groups]
    return joined([part.table for part in groups], links, n_units, step)


def largest_step(score: ArrayLike) -> int:
    """Return the largest number that divides every score."""
    return int(np.gcd.reduce(np.asarray(score, dtype=np.int64), initial=0)) or 1


@dataclass(frozen=True)
class GroupSums:
    """Sums of one group, of scores in steps: its table, and its ballots as `links_of_ballots` takes them."""

    table: "Table"
    ballots: tuple[Ints, Ints, Given]


def sums_of_groups(
    ballot: ArrayLike,
    unit: ArrayLike,
    group: ArrayLike,
    score: ArrayLike,
    n_units: int,
    n_groups: int,
    *,
    step: int,
    ballots_at_once: int = BALLOTS_AT_ONCE,
) -> list[GroupSums]:
    """Return the whole numbers of each group that its moments follow from; parameters as for `moments_of_votes`."""
    ballots, units, groups, scores = (np.asarray(a) for a in (ballot, unit, group, score))
    pivot = _small_pivot(ballots, units, groups, scores, step, n_units)
    if pivot is not None:
        return [GroupSums(_pivot_tables(pivot, g, ballots_at_once), _pivot_ballots(pivot, g)) for g in range(n_groups)]
    ballots, units, groups, scores = (array.astype(np.int64, copy=False) for array in (ballots, units, groups, scores))
    votes = _sorted_votes(ballots, units, groups, scores // step, n_units, n_groups)
    largest = int(np.abs(votes.score).max(initial=0))
    rows = _ballots_that_fit(ballots_at_once, n_units, largest)
    # Products are bounded by what one cell can hold once the step is back.
    wide = (largest * step) ** 2 * max(votes.ballots, 1) >= WIDE
    return [
        GroupSums(_tables(votes, g, n_units, rows, largest, wide), _ballots_of_group(votes, g, n_units))
        for g in range(n_groups)
    ]


def moments_of_counts(
    unit: ArrayLike,
    group: ArrayLike,
    score: ArrayLike,
    votes: ArrayLike,
    n_units: int,
    n_groups: int,
) -> VoteMoments:
    """Compute moments of tallies, an entry per unit, group and score; no pairs.

    `votes`: shape (entries,); how many votes gave that score. Entries of one cell add.
    """
    units, groups = np.asarray(unit, dtype=np.int64), np.asarray(group, dtype=np.int64)
    value, count = np.asarray(score, dtype=np.int64), np.asarray(votes, dtype=np.int64)
    largest, all_votes = int(np.abs(value).max(initial=0)), sum(count.tolist())
    kind: Any = object if largest**2 * all_votes >= WIDE else np.int64
    n = np.zeros((n_units, n_groups), dtype=np.int64)
    total, squares = (np.zeros((n_units, n_groups), dtype=kind) for _ in range(2))
    value = value.astype(kind)
    np.add.at(n, (units, groups), count)
    np.add.at(total, (units, groups), count * value)
    np.add.at(squares, (units, groups), count * value * value)
    no_pairs = [np.zeros(0, dtype=np.int64) for _ in range(7)]
    return VoteMoments(n, total, squares, (no_links(n_units),) * n_groups, *no_pairs)


@dataclass(frozen=True)
class _Votes:
    """Votes ordered by group, ballot and unit; ballots renumbered in that order."""

    ballot: Ints
    unit: Ints
    score: Ints
    first_ballot: Ints  # shape (groups + 1,)
    ballots: int


def _sorted_votes(ballot: Ints, unit: Ints, group: Ints, score: Ints, n_units: int, n_groups: int) -> _Votes:
    """Order the votes. Packing a vote into one integer makes this a sort without an index."""
    ballots = int(ballot.max(initial=-1)) + 1
    first, place = _ballots_by_group(ballot, group, ballots, n_groups)
    key = place[ballot] * n_units + unit
    low = int(score.min(initial=0))
    span = int(score.max(initial=0)) - low + 1
    if ballots * n_units * span < 2**63:
        packed = key * span + (score - low)
        if (packed[1:] < packed[:-1]).any():
            packed.sort()
        key, score = packed // span, packed % span + low
    else:
        order = np.argsort(key, kind="stable")
        key, score = key[order], score[order]
    if (key[1:] == key[:-1]).any():
        raise ValueError("a ballot votes twice on one unit")
    return _Votes(key // max(n_units, 1), key % max(n_units, 1), score, first, ballots)


@dataclass(frozen=True)
class _Pivot:
    """Votes of few small scores as a matrix of bytes: score + 1, 0 where there is no vote."""

    cells: NDArray[np.uint8]  # shape (ballots, units), ballots of one group side by side
    first_ballot: Ints  # shape (groups + 1,)

    def range_of(self, group: int) -> tuple[int, int]:
        """Return the ballot range of a group, end excluded; that of a group without votes may exceed the array."""
        first, last = np.minimum((group, group + 1), len(self.first_ballot) - 1)
        return int(self.first_ballot[first]), int(self.first_ballot[last])


def _small_pivot(ballot: Ints, unit: Ints, group: Ints, score: Ints, step: int, n_units: int) -> _Pivot | None:
    """Return the votes as a byte matrix, where they fit: that saves sorting (1.0 s of 8 million votes).

    Graded ballots do: a handful of grades, and most ballots grade many units. None where scores are many,
    or the matrix would be large or nearly empty.
    """
    ballots = int(ballot.max(initial=-1)) + 1
    full = ballots * n_units
    low, high = int(score.min(initial=0)), int(score.max(initial=0))
    if low < 0 or high // step > 62 or full > BYTES_AT_ONCE or full > 8 * len(score):
        return None
    first, place = _ballots_by_group(ballot, group, ballots, int(group.max(initial=0)) + 1)
    cells = np.zeros(full, dtype=np.uint8)
    row = place * n_units
    for start in range(0, len(score), VOTES_AT_ONCE):
        piece = slice(start, start + VOTES_AT_ONCE)
        cells[row[ballot[piece]] + unit[piece]] = score[piece] // step + 1
    if int(np.count_nonzero(cells)) != len(score):
        raise ValueError("a ballot votes twice on one unit")
    return _Pivot(cells.reshape(ballots, n_units), first)


def _ballots_by_group(ballot: Ints, group: Ints, ballots: int, n_groups: int) -> tuple[Ints, Ints]:
    """Return where each group begins when ballots are ordered by group, and each ballot's position in that order."""
    group_of = np.full(ballots, n_groups, dtype=np.int64)  # an unused number belongs to no group
    for start in range(0, len(ballot), VOTES_AT_ONCE):
        piece = slice(start, start + VOTES_AT_ONCE)
        group_of[ballot[piece]] = group[piece]
    for start in range(0, len(ballot), VOTES_AT_ONCE):
        piece = slice(start, start + VOTES_AT_ONCE)
        if (group_of[ballot[piece]] != group[piece]).any():
            raise ValueError("a ballot is in two groups")
    by_group = np.argsort(group_of, kind="stable")
    place = np.empty_like(by_group)
    place[by_group] = np.arange(ballots)
    return np.searchsorted(group_of[by_group], np.arange(n_groups + 1)), place


def _pivot_tables(pivot: _Pivot, group: int, ballots_at_once: int) -> "Table":
    """Return the three tables of a group. Scores are at most 62, so 62^2 x 4,000 ballots stays below 2^24."""
    first, last = pivot.range_of(group)
    n_units = pivot.cells.shape[1]
    common, crossed, products = (np.zeros((n_units, n_units), dtype=np.int64) for _ in range(3))
    rows = min(ballots_at_once, 4_000)
    for begin in range(first, last, rows):
        cells = pivot.cells[begin : min(begin + rows, last)]
        given = (cells > 0).astype(np.float32)
        scores = cells.astype(np.float32) - given
        common += (given.T @ given).astype(np.int64)
        crossed += (scores.T @ given).astype(np.int64)
        products += (scores.T @ scores).astype(np.int64)
    return common, crossed, products


def _pivot_ballots(pivot: _Pivot, group: int) -> tuple[Ints, Ints, Given]:
    """Return the ballots of a group, from the bytes."""
    first, last = pivot.range_of(group)
    cells = pivot.cells[first:last]
    size = np.count_nonzero(cells, axis=1)
    sums = cells.sum(axis=1, dtype=np.int64) - size  # a byte holds score + 1

    def given(ballots: Ints) -> NDArray[np.float32]:
        return (cells[ballots] > 0).astype(np.float32)

    return size, sums, given


def total_and_squares(table: "Table") -> tuple[Exact, int]:
    """Return the sum of the scores of each unit, and the sum of all squared scores."""
    return np.diagonal(table[1]), sum(np.diagonal(table[2]).tolist())


def _ballots_that_fit(asked: int, n_units: int, largest: int) -> int:
    """Return the ballots per chunk, so that every product is exact in a float64 and the pivot small."""
    exact = 2**53 // max(largest**2, 1)
    if exact == 0:
        raise ValueError("scores are too large for exact products")
    return max(1, min(asked, exact, CELLS_AT_ONCE // max(n_units, 1)))


Table: TypeAlias = tuple[Exact, Exact, Exact]
"""Shape (units, units): common ballots, sum of the row unit's scores over them, sum of products."""


def _tables(votes: _Votes, group: int, n_units: int, rows: int, largest: int, wide: bool) -> Table:
    """Return the three tables of a group."""
    first, last = votes.first_ballot[group : group + 2].tolist()
    start, stop = np.searchsorted(votes.ballot, (first, last)).tolist()
    sizes = np.bincount(votes.ballot[start:stop] - first, minlength=last - first)
    if not wide and int((sizes**2).sum()) * SPARSE_GAIN < (last - first) * n_units**2:
        return _sparse_tables(votes, slice(start, stop), first, last, n_units)
    kind: Any = object if wide else np.int64
    sums = tuple(np.zeros((n_units, n_units), dtype=kind) for _ in range(3))
    exact_in = np.float32 if largest**2 * rows < 2**24 else np.float64
    for begin in range(first, last, rows):
        end = min(begin + rows, last)
        piece = slice(*np.searchsorted(votes.ballot, (begin, end)).tolist())
        for table, part in zip(sums, _dense_products(votes, piece, begin, end - begin, n_units, exact_in), strict=True):
            table += part
    return sums[0].astype(np.int64), sums[1], sums[2]


def _dense_products(
    votes: _Votes, piece: slice, begin: int, rows: int, n_units: int, kind: Any
) -> tuple[Ints, Ints, Ints]:
    """Return the products of a chunk, exact in `kind`, as integers."""
    where = (votes.ballot[piece] - begin) * n_units + votes.unit[piece]
    given, scores = np.zeros((rows, n_units), dtype=kind), np.zeros((rows, n_units), dtype=kind)
    given.ravel()[where] = 1
    scores.ravel()[where] = votes.score[piece]
    common, sums, products = given.T @ given, scores.T @ given, scores.T @ scores
    return common.astype(np.int64), sums.astype(np.int64), products.astype(np.int64)


def _sparse_tables(votes: _Votes, piece: slice, first: int, last: int, n_units: int) -> Table:
    """Return the tables for ballots with few units each: int64 throughout, so a single chunk."""
    at = (votes.ballot[piece] - first, votes.unit[piece])
    shape = (last - first, n_units)
    scores = sparse.csr_array((votes.score[piece], at), shape=shape)
    given = sparse.csr_array((np.ones_like(votes.score[piece]), at), shape=shape)
    products = (given.T @ given, scores.T @ given, scores.T @ scores)
    common, sums, crossed = (product.toarray() for product in products)
    return common, sums, crossed


def _ballots_of_group(votes: _Votes, group: int, n_units: int) -> tuple[Ints, Ints, Given]:
    """Return the ballots of a group, from sorted votes."""
    first, last = votes.first_ballot[group : group + 2].tolist()
    edges = np.searchsorted(votes.ballot, np.arange(first, last + 1))
    size = np.diff(edges)
    sums = np.diff(np.concatenate([[0], np.cumsum(votes.score)])[edges])
    there = (np.ones(edges[-1] - edges[0], dtype=np.float32), votes.unit[edges[0] : edges[-1]], edges - edges[0])
    ballots = sparse.csr_array(there, shape=(last - first, n_units))
    few = int((size**2).sum()) * SPARSE_GAIN < (last - first) * n_units**2

    def given(rows: Ints) -> Any:
        return ballots[rows] if few else ballots[rows].toarray()

    return size, sums, given


def joined(tables: list[Table], links: list[GroupLinks], n_units: int, step: int) -> VoteMoments:
    """Join cells from the diagonals and pairs from the upper triangles, with scores times their step."""
    columns: list[list[Exact]] = [[] for _ in range(7)]
    upper = np.triu(np.ones((n_units, n_units), dtype=bool), 1)
    for group, (common, sums, products) in enumerate(tables):
        first, second = np.nonzero(upper & (common > 0))
        pair_columns = (
            np.full(len(first), group, dtype=np.int64),
            first,
            second,
            common[first, second],
            sums[first, second] * step,
            sums[second, first] * step,
            products[first, second] * step**2,
        )
        for column, part in zip(columns, pair_columns, strict=True):
            column.append(part)
    cells = [
        np.stack([np.diagonal(table[i]) * step**i for table in tables], axis=1)
        if tables
        else np.zeros((n_units, 0), dtype=np.int64)
        for i in range(3)
    ]
    pairs = [np.concatenate(c) if c else np.zeros(0, dtype=np.int64) for c in columns]
    scaled = tuple(link.times(step) for link in links)
    return VoteMoments(cells[0], cells[1], cells[2], scaled, *pairs)


def _column_sums(table: Exact) -> tuple[int, ...]:
    """Add over units in Python ints, which cannot overflow."""
    return tuple(sum(column) for column in table.T.tolist())
