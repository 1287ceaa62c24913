"""Pledge against outcome: what was promised, what came of it, and how outcomes of several kinds agree.

Attainment is arithmetic on one pledge. The comparisons below it are nonparametric; each says why when it does not
apply instead of returning a number that means nothing.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Floats: TypeAlias = NDArray[np.float64]

HIGHER, LOWER = "higher", "lower"
CAP = 120.0
"""Most that one pledge can count, in per cent: beyond it a lavish goal would hide a missed one."""
FEWEST_FOR_INTERVAL = 8
FEWEST_NONZERO = 6
FEWEST_YEARS = 5
RESAMPLES = 9_999


@dataclass(frozen=True)
class Attainment:
    """One pledge; None where undefined.

    met : whether the target was reached. completion : actual against target, per cent, 0 to 120. progress : way from
    the baseline to the target, per cent, 0 to 120; undefined for a target that is no better than the baseline.
    """

    met: bool | None
    completion: float | None
    progress: float | None


def attainment(actual: float | None, target: float | None, baseline: float | None, direction: str) -> Attainment:
    """How far a pledge was kept.

    Parameters
    ----------
    actual, target, baseline : in the pledge's own unit; None where there is none. A missing actual is "not reported",
        never 0.
    direction : "higher" or "lower", which way is better. For "lower" an actual of 0 or less gives the cap.

    Raises
    ------
    ValueError
        If the direction is another word or a number is not finite.
    """
    if direction not in (HIGHER, LOWER):
        raise ValueError(f'direction must be "higher" or "lower", got {direction!r}')
    if not all(np.isfinite(value) for value in (actual, target, baseline) if value is not None):
        raise ValueError("actual, target and baseline must be finite or None")
    if actual is None or target is None:
        return Attainment(None, None, None)
    met = actual >= target if direction == HIGHER else actual <= target
    return Attainment(met, _completion(actual, target, direction), _progress(actual, target, baseline, direction))


def soft(target: float | None, baseline: float | None, direction: str) -> bool:
    """Whether the target is no better than last year's value; False where either is unknown."""
    if target is None or baseline is None:
        return False
    return target <= baseline if direction == HIGHER else target >= baseline


def _completion(actual: float, target: float, direction: str) -> float | None:
    """Actual over target, or target over actual where lower is better; undefined without a positive target."""
    if target <= 0:
        return None
    if direction == HIGHER:
        return _clipped(100 * actual / target)
    return CAP if actual <= 0 else _clipped(100 * target / actual)


def _progress(actual: float, target: float, baseline: float | None, direction: str) -> float | None:
    """Share of the way from baseline to target; undefined for a soft pledge."""
    if baseline is None or soft(target, baseline, direction):
        return None
    return _clipped(100 * (actual - baseline) / (target - baseline))


def _clipped(value: float) -> float:
    return float(min(max(value, 0.0), CAP))


@dataclass(frozen=True)
class Kept:
    """Several pledges together; None where nothing is defined.

    completion : weighted mean of the completions that are defined, per cent. share_met : weighted share of those met
    among those where it is known. Both are told, because a mean hides failures. known : pledges whose outcome is known.
    """

    completion: float | None
    share_met: float | None
    known: int
    pledges: int


def kept(attainments: list[Attainment], weights: list[float] | None = None) -> Kept:
    """Pledges of one unit, post or kind together. Weights default to alike; they are relative."""
    given = [1.0] * len(attainments) if weights is None else [float(weight) for weight in weights]
    if len(given) != len(attainments) or any(weight < 0 or not np.isfinite(weight) for weight in given):
        raise ValueError("weights must be finite, not negative, one a pledge")
    pairs = list(zip(attainments, given, strict=True))
    completion = _mean([(one.completion, weight) for one, weight in pairs if one.completion is not None])
    met = _mean([(float(one.met), weight) for one, weight in pairs if one.met is not None])
    return Kept(completion, met, sum(one.met is not None for one in attainments), len(attainments))


def _mean(pairs: list[tuple[float, float]]) -> float | None:
    total = sum(weight for _, weight in pairs)
    return sum(value * weight for value, weight in pairs) / total if total > 0 else None


# How outcomes of several kinds agree.


@dataclass(frozen=True)
class Agreement:
    """Spearman's rank correlation with a BCa interval by resampling units; NaN where refused.

    refused : None, "few" (no interval below 8 units) or "constant" (one side is all equal: not defined).
    """

    correlation: float
    low: float
    high: float
    n: int
    refused: str | None


def agreement(first: ArrayLike, second: ArrayLike, *, level: float = 0.95, seed: int) -> Agreement:
    """Do units that stand high on one outcome stand high on another? Pairs with a NaN are left out."""
    x, y = _paired(first, second)
    nan = float("nan")
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return Agreement(nan, nan, nan, len(x), "constant" if len(x) >= 3 else "few")
    correlation = _spearman(x, y)
    if len(x) < FEWEST_FOR_INTERVAL:
        return Agreement(correlation, nan, nan, len(x), "few")
    with np.errstate(invalid="ignore", divide="ignore"):
        found = stats.bootstrap(
            (x, y),
            _spearman,
            paired=True,
            vectorized=False,
            n_resamples=RESAMPLES,
            confidence_level=level,
            method="BCa",
            rng=np.random.default_rng(seed),
        )
    low, high = found.confidence_interval
    return Agreement(correlation, float(low), float(high), len(x), None)


def _spearman(x: Floats, y: Floats) -> float:
    """Pearson's correlation of midranks; 0 where a resample is constant, which has no order to agree with."""
    a, b = stats.rankdata(x), stats.rankdata(y)
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale > 0 else 0.0


@dataclass(frozen=True)
class Shift:
    """Paired shift second - first: Wilcoxon's signed-rank test and the Hodges-Lehmann estimate; NaN where refused.

    zeros : pairs without a difference, left out of the test. refused : None or "few" (below 6 differences).
    """

    p: float
    median: float
    low: float
    high: float
    n: int
    zeros: int
    refused: str | None


def shift(first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> Shift:
    """Is one outcome systematically higher than the other? Asymptotic with continuity correction, as R does it."""
    x, y = _paired(first, second)
    apart = y - x
    zeros = int((apart == 0).sum())
    nan = float("nan")
    if len(apart) - zeros < FEWEST_NONZERO:
        return Shift(nan, nan, nan, nan, len(apart), zeros, "few")
    test = stats.wilcoxon(apart, zero_method="wilcox", correction=True, method="asymptotic")
    median, low, high = hodges_lehmann(apart, level)
    return Shift(float(test.pvalue), median, low, high, len(apart), zeros, None)


def hodges_lehmann(differences: ArrayLike, level: float = 0.95) -> tuple[float, float, float]:
    """Median of the Walsh averages, and the interval that the signed-rank test would not reject (normal bound)."""
    apart = np.asarray(differences, dtype=np.float64)
    n = len(apart)
    i, j = np.triu_indices(n)
    walsh = np.sort((apart[i] + apart[j]) / 2)
    mean, sd = len(walsh) / 2, np.sqrt(n * (n + 1) * (2 * n + 1) / 24)
    below = max(int(np.floor(mean - stats.norm.ppf((1 + level) / 2) * sd)), 0)
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
    """Median of all pairwise slopes (Theil 1950, Sen 1968). Years without a value are left out."""
    x, y = _paired(year, value)
    nan = float("nan")
    if len(np.unique(x)) < FEWEST_YEARS:
        return Trend(nan, nan, nan, len(x), "few")
    slope, _, low, high = stats.theilslopes(y, x, alpha=level)
    return Trend(float(slope), float(low), float(high), len(x), None)


def _paired(first: ArrayLike, second: ArrayLike) -> tuple[Floats, Floats]:
    """Pairs in which both are known."""
    x, y = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if x.shape != y.shape or x.ndim != 1:
        raise ValueError(f"both must have one shape (units,), got {x.shape} and {y.shape}")
    known = ~(np.isnan(x) | np.isnan(y))
    return x[known], y[known]
