"""Means of votes without the highest and the lowest, from the votes by score of each unit and group.

Nothing is known of the error of such a mean: what two units share is kept as sums of all votes, and with one-sided
grades the few low votes are the very ones left out. So a trimmed score has a place and no verdict.
"""

import numpy as np

from analytics.laws import Floats, Ints, VoteCounts


def trimmed_means(counts: VoteCounts, highest: int = 0, lowest: int = 0, share: float = 0.0) -> Floats:
    """Return the mean of the votes left in each cell, shape (p, groups), points; NaN where none is left.

    highest, lowest : votes left out at the ends. share : of the votes of a cell, left out at each end, rounded down.
    """
    n = np.rint(counts.count.sum(axis=2)).astype(np.int64)
    top = np.full(n.shape, highest) if not share else _share_of(n, share)
    bottom = np.full(n.shape, lowest) if not share else _share_of(n, share)
    left = _without_first(_without_first(counts.count, bottom)[:, :, ::-1], top)[:, :, ::-1]
    kept = left.sum(axis=2)
    means: Floats = np.divide(left @ counts.value, kept, out=np.full(n.shape, np.nan), where=kept > 0)
    return means


def _share_of(n: Ints, share: float) -> Ints:
    """Return the votes of a share, rounded down; 0.05 of 20 is 1, whatever binary fractions make of it."""
    return np.floor(np.round(n * share, 9)).astype(np.int64)


def _without_first(count: Floats, number: Ints) -> Floats:
    """Return counts of which the first `number` votes of each cell are taken out, in the order of the last axis."""
    reached = np.minimum(np.cumsum(count, axis=2), number[:, :, None])
    taken = np.diff(reached, axis=2, prepend=0.0)
    left: Floats = count - taken
    return left
