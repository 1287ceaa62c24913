"""Ranks of units. Rank 1 is the best."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def competition_ranks(score: ArrayLike, tolerance: float = 1e-9) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Competition ranks (1-2-2-4): rank = 1 + units strictly better.

    Parameters
    ----------
    score : shape (units,); larger is better, NaN is not ranked.
    tolerance : scores no further apart than this are equal.

    Returns
    -------
    rank : shape (units,); the place, shared by tied units; 0 where the score is NaN.
    tied_to : shape (units,); last place of the tie, equal to rank when untied; 0 where NaN.
    """
    values = np.asarray(score, dtype=np.float64)
    ranked = ~np.isnan(values)
    ordered = np.sort(values[ranked])
    better = len(ordered) - np.searchsorted(ordered, values + tolerance, side="right")
    worse = np.searchsorted(ordered, values - tolerance, side="left")
    rank = np.where(ranked, 1 + better, 0).astype(np.int64)
    tied_to = np.where(ranked, len(ordered) - worse, 0).astype(np.int64)
    return rank, tied_to
