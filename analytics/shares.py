"""Shares of units that differ from all others beyond chance: exact binomial tests with a smallest base."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from analytics.verdicts import holm

BELOW, ABOVE, INSIDE, TOO_FEW = "below", "above", "inside", "too_few"
SMALLEST_BASE = 30


def beyond_chance(
    met: ArrayLike, base: ArrayLike, *, level: float = 0.95, smallest: int = SMALLEST_BASE
) -> NDArray[Any]:
    """Return whether the share of each unit differs from the pooled share: "below", "above", "inside" or "too_few".

    Two-sided tests of met of base against the share of all units together, the smaller tail doubled; Holm over the
    units with a large enough base.

    Parameters
    ----------
    met, base : shape (units,), counts. smallest : base below which a unit is not tested.

    Raises
    ------
    ValueError
        If a unit met more than its base.
    """
    x, n = np.asarray(met, dtype=np.int64), np.asarray(base, dtype=np.int64)
    if x.shape != n.shape or (x < 0).any() or (x > n).any():
        raise ValueError("met must be a part of base")
    pooled = x.sum() / max(n.sum(), 1)
    tail = np.minimum(stats.binom.cdf(x, n, pooled), stats.binom.sf(x - 1, n, pooled))
    p = holm(np.where(n >= max(smallest, 1), np.minimum(1.0, 2 * tail), np.nan))
    differs = p <= 1 - level + 1e-12  # 1 - 0.95 falls short of 0.05 by rounding
    return np.select([np.isnan(p), differs & (x < pooled * n), differs], [TOO_FEW, BELOW, ABOVE], INSIDE)


def exact_interval(met: ArrayLike, base: ArrayLike, level: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the interval of Clopper and Pearson (1934) of each share; 0 to 1 for an empty base.

    met, base : shape (units,), counts.
    """
    x, n = np.asarray(met, dtype=np.float64), np.asarray(base, dtype=np.float64)
    tail = (1 - level) / 2
    low = np.where(x > 0, stats.beta.ppf(tail, np.maximum(x, 0.5), n - x + 1), 0.0)
    high = np.where(x < n, stats.beta.ppf(1 - tail, x + 1, np.maximum(n - x, 0.5)), 1.0)
    return low, high
