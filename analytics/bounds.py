"""Worst-case bounds of scores where evaluators answered "don't know" (Manski 1990).

A score is the mean of those who graded. If a "don't know" depends on the opinion, it is biased: units that lose a
quarter of their low grades gain 0.8 points, three quarters 2.5. Nothing in the data can tell, so the bounds give the
scores that are possible if all missing grades were the lowest, or the highest.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.laws import Floats

LIMIT = 0.10
"""Share of don't-know from which bounds are shown: with 10% of a 100-point scale they are already 10 points apart."""


@dataclass(frozen=True)
class UnknownBounds:
    """Shape (units,). low, high : points; NaN without a score. share : of don't-know, weighted like the groups.

    shown : where the share is above the limit.
    """

    low: Floats
    high: Floats
    share: Floats
    shown: NDArray[np.bool_]


def unknown_bounds(
    mean: ArrayLike,
    graded: ArrayLike,
    unknown: ArrayLike,
    weight: ArrayLike,
    scale: tuple[float, float],
    *,
    limit: float = LIMIT,
) -> UnknownBounds:
    """Return bounds of each score.

    Parameters
    ----------
    mean, graded, unknown : shape (units, groups); mean of the grades in points, answers with a grade, and "don't know".
    weight : shape (groups,), adding to 1. scale : lowest and highest points that a grade can have.
    """
    m, n, u = (np.asarray(part, dtype=np.float64) for part in (mean, graded, unknown))
    w = np.asarray(weight, dtype=np.float64)
    if not (m.shape == n.shape == u.shape and w.shape == m.shape[1:]):
        raise ValueError(f"mean {m.shape}, graded {n.shape}, unknown {u.shape} and weight {w.shape} do not fit")
    total = n + u
    missing = np.divide(u, total, out=np.zeros_like(u), where=total > 0)
    lacking = ((n <= 0) & (w > 0)).any(axis=1)
    known = np.where(n > 0, m, 0.0) * (1 - missing)
    low, high = ((known + missing * end) @ w for end in scale)
    share = missing @ w
    low, high = np.where(lacking, np.nan, low), np.where(lacking, np.nan, high)
    return UnknownBounds(low, high, share, (share > limit) & ~lacking)
