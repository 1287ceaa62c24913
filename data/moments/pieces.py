"""Sums of a piece of the facts as rows of integers, and the sums of all votes from the added rows of all pieces.

A piece splits no ballot, and no site where sites are the clusters, so every number of a piece is a part of a sum:
rows that are equal in KEY add up. Whoever adds them need not know what they mean. The part that makes rows uses plain
arrays only, and no other part of the product: it also runs on the machines of a cluster.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from data.moments.ballot_links import ballots_by_size
from data.moments.scored_lines import Votes, step_depends_on_votes, step_of_points, votes_of_codes
from data.moments.vote_moments import GroupSums, sums_of_groups

Ints: TypeAlias = NDArray[np.int64]

FEW_GAPS = 4
"""Codes of ballots for each line up to which they are marked in an array, in place of sorting."""
MOST_COUNTERS = 8_000_000
PAIR, SIZE, MET, COMMON, SCORE, CLUSTER = range(6)
"""What a row counts: a pair of units (or a unit with itself); the ballots of one size; for a unit, the sums of such
ballots that it is on; such ballots that grade both units; votes of a unit with one score; votes of a cluster."""
KEY = ("what", "group_at", "size", "unit_a", "unit_b", "score")
NUMBERS = ("n", "x", "y", "z")
WHOLE = pa.decimal128(28, 0)
"""A sum of products of ten-thousandths of a point: 10^15 votes of 100 points stay below it."""
_TYPES = (pa.int8(), pa.int32(), pa.int32(), pa.int32(), pa.int32(), pa.int64(), pa.int64(), WHOLE, WHOLE, WHOLE)
ROWS = pa.schema(list(zip((*KEY, *NUMBERS), _TYPES, strict=True)))
LINES = ("unit", "ballot", "indicator", "grade", "group_at", "cluster")
"""Columns of a piece: codes of a line, and group and cluster of its ballot; cluster -1 where no ballot has a site."""


@dataclass(frozen=True)
class Scoring:
    """How lines become votes.

    points, weight : as for `votes_of_codes`. unit_at : shape (codes,); position of each unit. units, groups : how many.
    """

    points: Ints
    weight: Ints
    unit_at: Ints
    units: int
    groups: int

    @property
    def step(self) -> int | None:
        """What divides every score, or None where only the votes show it."""
        return None if step_depends_on_votes(self.weight) else step_of_points(self.points)


@dataclass(frozen=True)
class PieceSums:
    """Makes the rows of one piece out of its lines; sent to the machines that hold the lines."""

    scoring: Scoring

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a piece that arrives in batches."""
        lines = pa.Table.from_batches(list(batches))
        if lines.num_rows:
            yield from rows_of_piece(lines, self.scoring).to_batches()


def rows_of_piece(lines: pa.Table, scoring: Scoring) -> pa.Table:
    """Return the rows of a piece; its lines come in any order."""
    unit, ballot, indicator, grade, group_at, cluster = _in_order([lines.column(name).to_numpy() for name in LINES])
    numbers, ballot = _numbered(ballot)
    votes = votes_of_codes(unit, ballot, indicator, grade, scoring.points, scoring.weight)
    group_of = np.zeros(len(numbers), dtype=np.int64)
    group_of[ballot] = group_at
    unit_at = scoring.unit_at[votes.unit]
    groups = group_of[votes.ballot]
    sums = sums_of_groups(votes.ballot, unit_at, groups, votes.score, scoring.units, scoring.groups, step=votes.step)
    parts = [part for group, found in enumerate(sums) for part in _group_rows(group, found, votes.step)]
    parts.append(_score_rows(unit_at, groups, votes, scoring.groups))
    if (cluster >= 0).any():
        cluster_of = np.zeros(len(numbers), dtype=np.int64)
        cluster_of[ballot] = cluster
        parts.append(_cluster_rows(cluster_of[votes.ballot], unit_at, votes.score, scoring.units))
    return pa.concat_tables(parts)


def _in_order(columns: list[NDArray[Any]]) -> list[NDArray[Any]]:
    """Return columns sorted by unit, ballot and indicator; as they are where they come in this order."""
    unit, ballot, indicator = columns[:3]
    vote = unit.astype(np.int64) << 32 | ballot
    if ((vote[1:] > vote[:-1]) | ((vote[1:] == vote[:-1]) & (indicator[1:] >= indicator[:-1]))).all():
        return columns
    order = np.lexsort((indicator, ballot, unit))
    return [column[order] for column in columns]


def _numbered(ballot: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int32]]:
    """Return the ballots of a piece, sorted, and the place of each line's ballot among them."""
    low, high = int(ballot.min()), int(ballot.max())
    if high - low > FEW_GAPS * len(ballot):
        numbers, found = np.unique(ballot, return_inverse=True)
        return numbers, found.astype(np.int32)
    there = np.zeros(high - low + 1, dtype=bool)
    there[ballot - low] = True
    place = (np.cumsum(there) - 1).astype(np.int32)
    return np.flatnonzero(there) + low, place[ballot - low]


def _group_rows(group: int, sums: GroupSums, step: int) -> Iterator[pa.Table]:
    common, totals, products = sums.table
    first, second = np.nonzero(np.triu(common > 0))
    numbers = (totals[first, second] * step, totals[second, first] * step, products[first, second] * step**2)
    yield _rows(PAIR, common[first, second], numbers, group_at=group, unit_a=first, unit_b=second)
    for part in ballots_by_size(*sums.ballots, len(common)):
        of_size: dict[str, ArrayLike] = {"group_at": group, "size": part.votes}
        yield _rows(SIZE, [part.ballots], (np.array([part.squares * step**2], dtype=object),), **of_size)
        on = np.flatnonzero(part.met)
        yield _rows(MET, np.zeros(len(on)), (part.met[on].astype(np.int64) * step,), **of_size, unit_a=on)
        if part.votes > 1:
            at, counts = _upper(part.common)
            yield _rows(COMMON, counts, (), **of_size, unit_a=at[0], unit_b=at[1])


def _upper(common: Any) -> tuple[tuple[NDArray[Any], NDArray[Any]], NDArray[Any]]:
    """Return the pairs with a common ballot and their number, of a dense or sparse matrix."""
    if hasattr(common, "tocoo"):
        entries = common.tocoo()
        above = entries.row < entries.col
        return (entries.row[above], entries.col[above]), entries.data[above].astype(np.int64)
    first, second = np.nonzero(np.triu(common, 1))
    return (first, second), common[first, second].astype(np.int64)


def _score_rows(unit: Ints, group: Ints, votes: Votes, n_groups: int) -> pa.Table:
    value, code = _values(votes.score)
    key, n = _counted((unit * n_groups + group) * len(value) + code)
    cell, at = np.divmod(key, max(len(value), 1))
    return _rows(SCORE, n, (), unit_a=cell // n_groups, group_at=cell % n_groups, score=value[at])


def _values(score: Ints) -> tuple[Ints, Ints]:
    """Return the different scores, sorted, and the place of each score among them."""
    high = int(score.max(initial=0))
    if score.min(initial=0) < 0 or high >= MOST_COUNTERS:
        value, code = np.unique(score, return_inverse=True)
        return value, code
    there = np.zeros(high + 1, dtype=bool)
    there[score] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[score]


def _counted(key: Ints) -> tuple[Ints, Ints]:
    """Return the different keys, sorted, and how often each occurs."""
    if int(key.max(initial=0)) >= MOST_COUNTERS:
        keys, counts = np.unique(key, return_counts=True)
        return keys, counts
    counts = np.bincount(key)
    keys = np.flatnonzero(counts)
    return keys, counts[keys]


def _cluster_rows(cluster: Ints, unit: Ints, score: Ints, n_units: int) -> pa.Table:
    key, at, n = np.unique(cluster * n_units + unit, return_inverse=True, return_counts=True)
    total = np.rint(np.bincount(at, score, minlength=len(key))).astype(np.int64)  # exact below 2^53
    return _rows(CLUSTER, n, (total,), unit_a=key % n_units, unit_b=key // n_units)


def _rows(what: int, n: ArrayLike, numbers: tuple[NDArray[Any], ...], **key: ArrayLike) -> pa.Table:
    """Return rows; what is not named is 0."""
    count = np.asarray(n, dtype=np.int64)
    given: dict[str, Any] = {**dict.fromkeys(KEY, 0), **key, "what": what, "n": count}
    given |= dict(zip(NUMBERS[1:], numbers, strict=False))
    columns = [np.broadcast_to(given.get(field.name, 0), count.shape) for field in ROWS]
    return pa.table([_as_type(column, field.type) for column, field in zip(columns, ROWS, strict=True)], schema=ROWS)


def _as_type(numbers: NDArray[Any], kind: pa.DataType) -> pa.Array:
    """Return whole numbers in a type; those of sums may pass 64 bits."""
    if numbers.dtype == object:
        return pa.array([Decimal(int(number)) for number in numbers], kind)
    return pa.array(numbers.astype(np.int64)).cast(kind)
