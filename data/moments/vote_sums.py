"""What a round keeps of its ballots' votes: computed at once from all lines, or from the added rows of pieces.

Both give the same numbers, bit by bit: whole numbers are added first, and the few divisions come after, in one order.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy import sparse

from data.model.facts import Lines
from data.moments.ballot_links import BallotsOfSize, links_of_sizes
from data.moments.pieces import CLUSTER, COMMON, KEY, MET, NUMBERS, PAIR, SCORE, SIZE, Scoring
from data.moments.scored_lines import votes_of_codes
from data.moments.vote_moments import (
    WIDE,
    Table,
    VoteMoments,
    joined,
    largest_step,
    moments_of_votes,
    total_and_squares,
)
from data.moments.vote_scores import no_sites, site_table, votes_by_cluster, votes_by_score

Ints: TypeAlias = NDArray[np.int64]
Rows: TypeAlias = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Ballots:
    """Group and cluster of each ballot: shape (ballots,), -1 for a code that no ballot has.

    cluster, clusters : as `clusters_of_ballots` gives them, or None where no ballot names a site.
    """

    group_at: Ints
    cluster: Ints | None = None
    clusters: pd.DataFrame | None = None


@dataclass(frozen=True)
class VoteSums:
    """Sums over the votes of ballots. step : divides every score.

    scores : votes by unit, group and score. sites : votes by cluster, with the columns of SITE_COLUMNS. Units and
    groups are positions, scores ten-thousandths of a point.
    """

    moments: VoteMoments
    step: int
    scores: pd.DataFrame
    sites: pd.DataFrame


def sums_at_once(lines: Lines, ballots: Ballots, scoring: Scoring) -> VoteSums:
    """Compute the sums from all lines, sorted by unit, ballot and indicator."""
    votes = votes_of_codes(lines.unit, lines.ballot, lines.indicator, lines.grade, scoring.points, scoring.weight)
    unit_at, group_at = scoring.unit_at[votes.unit], ballots.group_at[votes.ballot]
    moments = moments_of_votes(
        votes.ballot, unit_at, group_at, votes.score, scoring.units, scoring.groups, step=votes.step
    )
    scores = votes_by_score(unit_at, group_at, votes.score, None, scoring.groups)
    if ballots.cluster is None or ballots.clusters is None:
        return VoteSums(moments, votes.step, scores, no_sites())
    found = votes_by_cluster(ballots.cluster[votes.ballot], unit_at, votes.score, scoring.units)
    return VoteSums(moments, votes.step, scores, site_table(ballots.clusters, *found))


def sums_of_rows(rows: pa.Table, ballots: Ballots, scoring: Scoring) -> VoteSums:
    """Compute the sums from the rows of all pieces, added; in any order."""
    scores = _score_table(_of_kind(rows, SCORE))
    step = scoring.step or largest_step(scores["score"])
    tables = _tables(_of_kind(rows, PAIR), scoring, step)
    sizes = _sizes(rows, scoring.units, scoring.groups, step)
    links = [links_of_sizes(sizes[g], *total_and_squares(table)) for g, table in enumerate(tables)]
    moments = joined(tables, links, scoring.units, step)
    if ballots.clusters is None:
        return VoteSums(moments, step, scores, no_sites())
    found = _of_kind(rows, CLUSTER)
    order = np.lexsort((found["unit_a"], found["unit_b"]))
    parts = (found[name][order].astype(np.int64) for name in ("unit_b", "unit_a", "n", "x"))
    return VoteSums(moments, step, scores, site_table(ballots.clusters, *parts))


def _of_kind(rows: pa.Table, what: int) -> Rows:
    """Return the columns of the rows of one kind; whole numbers as int64 where they fit, else as Python ints."""
    found = rows.filter(pc.equal(rows.column("what"), what))
    return {name: _numbers(found.column(name)) for name in (*KEY, *NUMBERS)}


def _numbers(column: pa.ChunkedArray) -> NDArray[Any]:
    if not pa.types.is_decimal(column.type):
        return column.to_numpy()
    try:
        return column.cast(pa.int64()).to_numpy()
    except pa.ArrowInvalid:
        return np.array([int(number) for number in column.to_pylist()], dtype=object)


def _score_table(rows: Rows) -> pd.DataFrame:
    order = np.lexsort((rows["score"], rows["group_at"], rows["unit_a"]))
    names = {"unit": "unit_a", "group": "group_at", "score": "score", "votes": "n"}
    return pd.DataFrame({name: rows[column][order].astype(np.int64) for name, column in names.items()})


def _tables(rows: Rows, scoring: Scoring, step: int) -> list[Table]:
    """Return the three tables of each group, of scores in steps."""
    largest = max((abs(int(number)) for name in ("x", "y", "z") for number in _ends(rows[name])), default=0)
    kind: Any = object if largest >= WIDE else np.int64
    shape = (scoring.groups, scoring.units, scoring.units)
    common, sums, products = (np.zeros(shape, dtype=of) for of in (np.int64, kind, kind))
    at, mirrored = (
        (rows["group_at"], rows["unit_a"], rows["unit_b"]),
        (rows["group_at"], rows["unit_b"], rows["unit_a"]),
    )
    for place, total in ((at, "x"), (mirrored, "y")):
        common[place] = rows["n"]
        sums[place] = rows[total] // step
        products[place] = rows["z"] // step**2
    return list(zip(common, sums, products, strict=True))


def _ends(numbers: NDArray[Any]) -> list[Any]:
    return [numbers.min(), numbers.max()] if len(numbers) else []


def _sizes(rows: pa.Table, n_units: int, n_groups: int, step: int) -> list[list[BallotsOfSize]]:
    """Return for each group the sums over its ballots of each size, smallest size first, of scores in steps."""
    sizes, met, common = (_by_size(_of_kind(rows, what)) for what in (SIZE, MET, COMMON))
    found: list[list[BallotsOfSize]] = [[] for _ in range(n_groups)]
    for (group, votes), size in sizes.items():
        sums = np.zeros(n_units)
        if (group, votes) in met:
            of_units = met[group, votes]
            sums[of_units["unit_a"]] = (of_units["x"] // step).astype(np.float64)
        pairs = _mirrored(common.get((group, votes)), n_units) if votes > 1 else None
        ballots, squares = int(size["n"][0]), int(size["x"][0]) // step**2
        found[group].append(BallotsOfSize(votes, ballots, squares, sums, pairs))
    return found


def _by_size(rows: Rows) -> dict[tuple[int, int], Rows]:
    """Return the rows of each group and size, in this order."""
    order = np.lexsort((rows["size"], rows["group_at"]))
    group, size = rows["group_at"][order], rows["size"][order]
    new = np.flatnonzero((np.diff(group) != 0) | (np.diff(size) != 0)) + 1
    return {
        (int(rows["group_at"][place[0]]), int(rows["size"][place[0]])): {
            name: column[place] for name, column in rows.items()
        }
        for place in np.split(order, new)
        if len(place)
    }


def _mirrored(pairs: Rows | None, n_units: int) -> Any:
    """Return the common ballots of pairs as a symmetric matrix with an empty diagonal."""
    shape = (n_units, n_units)
    if pairs is None:
        return sparse.coo_array(shape)
    at = (np.r_[pairs["unit_a"], pairs["unit_b"]], np.r_[pairs["unit_b"], pairs["unit_a"]])
    return sparse.coo_array((np.r_[pairs["n"], pairs["n"]].astype(np.float64), at), shape=shape)
