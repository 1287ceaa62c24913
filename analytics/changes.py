"""Change of scores from one round to the next, and regression to the mean of the lowest units.

The evaluators of two rounds are different people, so variances add. Positions are not compared here: a change of
position shows in two rank sets or not at all.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from analytics.differences import TIE
from analytics.shrinkage import FEWEST, reliability
from analytics.verdicts import holm

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class ScoreChanges:
    """Changes of scores, all shape (units,), in the order given; NaN for units without both scores.

    change : second score less the first, points; above 0 is a rise.
    standard_error, df : of the change, points; degrees of freedom after Satterthwaite (1946).
    low, high : ends of the interval of each change, one unit at a time, at the level asked for.
    p : two-sided p-value of "no change", one unit at a time.
    p_holm : the same after Holm (1979), for statements: up to 5%, no false statement at all in 95% of cases.
    p_bh : the same after Benjamini and Hochberg (1995), for a list to look into: up to 5%, no more than 5% of the
        list, on average, did not change.
    """

    change: Floats
    standard_error: Floats
    df: Floats
    low: Floats
    high: Floats
    p: Floats
    p_holm: Floats
    p_bh: Floats


@dataclass(frozen=True)
class RegressionToMean:
    """Measured rise of the k lowest units of the first round, and the rise expected if no unit had changed.

    k : units asked about; more than were asked for when some are tied.
    reliability : share of the variance of the first scores that is not chance, 0 to 1.
    predicted : mean rise, in points, of the k if no true score had changed: (1 - reliability) * (mean of all first
        scores - mean of theirs).
    measured : mean rise of the k, points. overall : mean rise of all units with both scores, points.
    margin : points by which `measured` may exceed `predicted` by chance; margin_overall : the same of `overall`. NaN
        where the covariance of the rises was not given.
    """

    k: int
    reliability: float
    predicted: float
    measured: float
    overall: float
    margin: float = float("nan")
    margin_overall: float = float("nan")


def score_changes(
    first: ArrayLike,
    first_variance: ArrayLike,
    first_df: ArrayLike,
    second: ArrayLike,
    second_variance: ArrayLike,
    second_df: ArrayLike,
    *,
    level: float = 0.95,
) -> ScoreChanges:
    """Return the change of every unit between two rounds with different evaluators.

    Parameters
    ----------
    first, second : shape (units,), points; larger is better; NaN is not compared.
    first_variance, second_variance : shape (units,), squared standard errors after the small-sample step.
    first_df, second_df : shape (units,), degrees of freedom of each score.
    level : of the intervals.

    Raises
    ------
    ValueError
        If level is not inside (0, 1), shapes differ, or a unit with both scores has a variance that is negative or
        not finite.
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    x1, v1, x2, v2 = (np.asarray(a, dtype=np.float64) for a in (first, first_variance, second, second_variance))
    nu1, nu2 = np.asarray(first_df, dtype=np.float64), np.asarray(second_df, dtype=np.float64)
    if len({a.shape for a in (x1, v1, nu1, x2, v2, nu2)}) != 1 or x1.ndim != 1:
        raise ValueError("scores, variances and degrees of freedom of both rounds must have one shape (units,)")
    change = x2 - x1
    both = ~np.isnan(change)
    for variance in (v1[both], v2[both]):
        if not (np.isfinite(variance).all() and (variance >= 0).all()):
            raise ValueError("variances must be finite and not negative")
    change[np.abs(change) <= TIE] = 0.0
    spread = np.where(both, np.sqrt(v1 + v2), np.nan)
    df = np.where(both, _satterthwaite(v1, nu1, v2, nu2), np.nan)
    reach = special.stdtrit(df, (1 + level) / 2) * spread
    p = _two_sided(change, spread, df)
    return ScoreChanges(change, spread, df, change - reach, change + reach, p, holm(p), _benjamini_hochberg(p))


def regression_to_mean(
    first: ArrayLike,
    first_variance: ArrayLike,
    second: ArrayLike,
    k: int,
    *,
    covariance: ArrayLike | None = None,
    level: float = 0.95,
) -> RegressionToMean | None:
    """Compare the rise that chance predicts for the k lowest units with the rise measured.

    Scores that were low partly by chance are less low when taken again, with no unit any better. Nothing follows
    for or against a measure: units were chosen by their score, and no others were left to compare them with.

    Parameters
    ----------
    first, first_variance, second : shape (units,), as for `score_changes`; of the k lowest first scores, those
        with a second score are looked at.
    k : how many of the lowest; None comes back below 1, from half the units on, below 5 units, and when none of
        the k has a second score.
    covariance : shape (units, units), of the rises; evaluators who grade many units move their scores together.
    level : of the two margins.
    """
    x1, v1 = np.asarray(first, dtype=np.float64), np.asarray(first_variance, dtype=np.float64)
    rise = np.asarray(second, dtype=np.float64) - x1
    scored = ~np.isnan(x1)
    p = int(scored.sum())
    if p < FEWEST or not 1 <= k <= p // 2:
        return None
    border = np.sort(x1[scored])[k - 1]
    lowest = (x1 <= border + TIE) & ~np.isnan(rise)
    if not lowest.any():
        return None
    sure = reliability(x1, v1)
    predicted = (1 - sure) * float(x1[scored].mean() - x1[lowest].mean())
    overall = float(np.nanmean(rise))
    margins = _margins(lowest, ~np.isnan(rise), covariance, level)
    return RegressionToMean(int(lowest.sum()), sure, predicted, float(rise[lowest].mean()), overall, *margins)


def _margins(
    lowest: NDArray[np.bool_], both: NDArray[np.bool_], covariance: ArrayLike | None, level: float
) -> tuple[float, float]:
    """Return the reach of the mean rise of the lowest, and of its distance from the mean rise of all."""
    if covariance is None:
        return float("nan"), float("nan")
    spread = np.where(np.outer(both, both), np.asarray(covariance, dtype=np.float64), 0.0)
    ours, everyone = lowest / lowest.sum(), both / both.sum()
    reach = float(special.ndtri((1 + level) / 2))
    own, apart = (float(np.sqrt(max(mean @ spread @ mean, 0.0))) for mean in (ours, ours - everyone))
    return reach * own, reach * apart


def _satterthwaite(v1: Floats, nu1: Floats, v2: Floats, nu2: Floats) -> Floats:
    """Return degrees of freedom of a difference of independent scores; their sum where neither has variance."""
    top = np.maximum(v1, v2)
    top = np.where(top > 0, top, 1.0)
    a, b = v1 / top, v2 / top  # no underflow when squared
    bottom = a**2 / nu1 + b**2 / nu2
    return np.divide((a + b) ** 2, bottom, out=nu1 + nu2, where=bottom > 0)


def _two_sided(change: Floats, spread: Floats, df: Floats) -> Floats:
    """Return the p-value of each change: 0 for a change without variance, 1 for no change."""
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(change == 0, np.where(np.isnan(spread), np.nan, 0.0), change / spread)
    p: Floats = np.minimum(1.0, 2 * special.stdtr(df, -np.abs(t)))
    return p


def _benjamini_hochberg(p: Floats) -> Floats:
    out = np.full(p.shape, np.nan)
    tests = ~np.isnan(p)
    if tests.any():
        out[tests] = stats.false_discovery_control(p[tests], method="bh")
    return out
