"""Association of outcomes: rank correlation, paired shift and trend, all nonparametric.

Each result names the reason when the method does not apply, instead of returning a meaningless number.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

FEWEST_UNITS = 3
"""Two posts always correlate by 1 or -1."""
FEWEST_FOR_INTERVAL = 8
"""Resamples of fewer posts repeat the same few pairs; the correlation is given without an interval."""
FEWEST_NONZERO = 6
"""The smallest two-sided p-value of the signed-rank test of five differences is 2/32 = 0.06, of six 0.03."""
FEWEST_YEARS = 5
"""The smallest two-sided p-value of Kendall's test of a trend over four years is 2/4! = 0.08, over five 0.02."""
RESAMPLES = 9_999
"""One less than 10,000, so that the limits of a 95% interval are resamples themselves, not values between two."""
BATCH = 500
"""Resamples at a time: 500 of 400 units fit the processor's cache."""
FEW, NO_INTERVAL, CONSTANT, PERFECT = "few", "no_interval", "constant", "perfect"


@dataclass(frozen=True)
class Association:
    """Spearman's rank correlation with a BCa interval (Efron 1987) by resampling units; NaN where refused.

    refused : None; "few": below 3 units, no result; "no_interval": below 8 units, the correlation alone;
        "constant": one side is all equal, so there is no order to agree with; "perfect": the correlation is 1 or -1 and
        so is that of every resample, which leaves no spread to make an interval of.
    """

    correlation: float
    low: float
    high: float
    n: int
    refused: str | None


def rank_association(first: ArrayLike, second: ArrayLike, *, level: float = 0.95, seed: int) -> Association:
    """Return the rank correlation of two outcomes of the same units. Pairs with a NaN are left out."""
    x, y = _paired(first, second)
    nan = float("nan")
    if len(x) < FEWEST_UNITS:
        return Association(nan, nan, nan, len(x), FEW)
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return Association(nan, nan, nan, len(x), CONSTANT)
    ranked = _Ranked(x, y)
    units = np.arange(len(x))
    correlation = float(ranked(units))
    if len(x) < FEWEST_FOR_INTERVAL:
        return Association(correlation, nan, nan, len(x), NO_INTERVAL)
    if abs(correlation) > 1 - 1e-12:
        return Association(correlation, nan, nan, len(x), PERFECT)
    # Units are resampled by their index, and a resample is only counted: sorting once instead of 20,000 times.
    bootstrap = stats.bootstrap(
        (units,),
        ranked,
        vectorized=True,
        n_resamples=RESAMPLES,
        batch=BATCH,
        confidence_level=level,
        method="BCa",
        rng=np.random.default_rng(seed),
    )
    low, high = bootstrap.confidence_interval
    return Association(correlation, float(low), float(high), len(x), None)


class _Ranked:
    """Spearman's correlation of resamples of units: Pearson's of midranks, 0 where a resample is constant."""

    def __init__(self, x: Floats, y: Floats) -> None:
        self.n = len(x)
        self.sides = [_order(values) for values in (x, y)]

    def __call__(self, units: Ints, axis: int = -1) -> Floats:
        """units : indices of the units of each resample along the last axis."""
        sample = np.moveaxis(np.asarray(units), axis, -1)
        rows = sample.reshape(-1, sample.shape[-1])
        at = rows + self.n * np.arange(len(rows))[:, None]
        count = np.bincount(at.ravel(), minlength=len(rows) * self.n).reshape(len(rows), self.n).astype(np.float64)
        size = rows.shape[1]
        a, b = (_midranks(count, *side) - (size + 1) / 2 for side in self.sides)
        top = np.einsum("ij,ij,ij->i", count, a, b)
        scale = np.sqrt(np.einsum("ij,ij,ij->i", count, a, a) * np.einsum("ij,ij,ij->i", count, b, b))
        found: Floats = np.divide(top, scale, out=np.zeros(len(rows)), where=scale > 0)
        return found.reshape(sample.shape[:-1])


def _order(values: Floats) -> tuple[Ints, Ints, Ints]:
    """Return the units in order of value, the start of each run of equal values, and the run of each unit."""
    order = np.argsort(values, kind="stable")
    _, run, size = np.unique(values, return_inverse=True, return_counts=True)
    return order, np.cumsum(size) - size, run


def _midranks(count: Floats, order: Ints, starts: Ints, run: Ints) -> Floats:
    """Return the midrank of every unit in a resample that holds it `count` times, shape (resamples, units)."""
    runs = np.add.reduceat(count[:, order], starts, axis=1)
    return (np.cumsum(runs, axis=1) - (runs - 1) / 2)[:, run]


@dataclass(frozen=True)
class Shift:
    """Paired shift second - first: Wilcoxon's signed-rank test and the Hodges-Lehmann estimate; NaN where refused.

    zeros : pairs without a difference, left out of the test and the estimate, as R does. refused : None; "few": below 6
        differences; "no_interval": so few that the test rejects no shift at this level, estimate and p-value alone.
    """

    p: float
    median: float
    low: float
    high: float
    n: int
    zeros: int
    refused: str | None


def shift(first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> Shift:
    """Test whether one outcome is systematically higher. Asymptotic with continuity correction, as in R."""
    x, y = _paired(first, second)
    apart = y - x
    zeros = int((apart == 0).sum())
    nan = float("nan")
    if len(apart) - zeros < FEWEST_NONZERO:
        return Shift(nan, nan, nan, nan, len(apart), zeros, FEW)
    test = stats.wilcoxon(apart, zero_method="wilcox", correction=True, method="asymptotic")
    median, low, high = hodges_lehmann(apart[apart != 0], level)
    refused = NO_INTERVAL if np.isnan(low) else None
    return Shift(float(test.pvalue), median, low, high, len(apart), zeros, refused)


def hodges_lehmann(differences: ArrayLike, level: float = 0.95) -> tuple[float, float, float]:
    """Return the median of the Walsh averages and the interval of shifts that the signed-rank test does not reject.

    The same normal bound with continuity correction as in `shift`, so that interval and p-value agree about 0 (ties
    aside, which narrow the test a little). NaN limits where every shift is left: there are too few differences.
    """
    apart = np.asarray(differences, dtype=np.float64)
    n = len(apart)
    i, j = np.triu_indices(n)
    walsh = np.sort((apart[i] + apart[j]) / 2)
    mean, sd = len(walsh) / 2, np.sqrt(n * (n + 1) * (2 * n + 1) / 24)
    # Of a shift just above the k-th Walsh average k lie below it; the test rejects while k < mean - 1/2 - z sd.
    below = int(np.ceil(mean - 0.5 - stats.norm.ppf((1 + level) / 2) * sd)) - 1
    if below < 0:
        return float(np.median(walsh)), float("nan"), float("nan")
    return float(np.median(walsh)), float(walsh[below]), float(walsh[len(walsh) - 1 - below])


@dataclass(frozen=True)
class Trend:
    """Theil-Sen slope a year with its interval; NaN where refused ("few": below 5 years)."""

    slope: float
    low: float
    high: float
    n: int
    refused: str | None


def trend(year: ArrayLike, value: ArrayLike, *, level: float = 0.95) -> Trend:
    """Return the median of all pairwise slopes (Theil 1950, Sen 1968). Years without a value are left out."""
    x, y = _paired(year, value)
    nan = float("nan")
    if len(np.unique(x)) < FEWEST_YEARS:
        return Trend(nan, nan, nan, len(x), FEW)
    slope, _, low, high = stats.theilslopes(y, x, alpha=level)
    return Trend(float(slope), float(low), float(high), len(x), None)


def _paired(first: ArrayLike, second: ArrayLike) -> tuple[Floats, Floats]:
    """Return the pairs in which both values are known."""
    x, y = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if x.shape != y.shape or x.ndim != 1:
        raise ValueError(f"both must have one shape (units,), got {x.shape} and {y.shape}")
    known = ~(np.isnan(x) | np.isnan(y))
    return x[known], y[known]
