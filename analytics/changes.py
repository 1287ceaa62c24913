"""Change of scores from one round to the next, and regression to the mean of the lowest units.

The evaluators of two rounds are different people, so errors add in squares. Positions are not compared here: a change
of position shows in two rank sets or not at all.

The interval of a change adds the squares of how far the intervals of the
two scores reach towards each other (Newcombe 1998 for two shares; Zou and Donner 2008), so that it is as skewed as they
are, and knows sites and populations as they do; the p-value of "no change" is the level at which it ends at 0. Tried on
20 units without any change, 400 years, at least one statement of a change (5% are allowed), at 95% best grades
and 30 votes before 300: t with the variances of the votes 45%, this 3%; at 300 and 300 votes of 98%: r* of the
difference 18% and its interval covers 90% (tilting two laws towards each other makes them too sure), the pair of
`analytics.pairs` 0.3%, but 7.5% where the votes became more divided; this 1% and 3%.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from analytics.differences import TIE
from analytics.scores import UnitScores
from analytics.shrinkage import FEWEST, reliability
from analytics.verdicts import holm

Floats: TypeAlias = NDArray[np.float64]


FARTHEST = 6.0
"""Normal deviate beyond which p is no longer searched for: p = 2e-9."""
SEARCHES = 40
"""Steps of the search for p at most; 4 to 6 are usual."""
CAUTION = 1.3
"""Factor of a p-value before Holm's correction. An interval of a score may cover 93% where it says 95%, and two of them
added in squares ended short of 0 too often: at 95% best grades and 300 votes in both years, of 4,000 years without any
change 6.0% had a statement on one of 20 units; with the factor 4.5%."""
NEAR = 1e-7
"""Share of the change to which its interval is brought to 0: p to six digits."""


@dataclass(frozen=True)
class ScoreChanges:
    """Changes of scores, all shape (units,), in the order given; NaN for units without both scores.

    change : second score less the first, points; above 0 is a rise.
    standard_error : of the change, points, as the interval has it: half its width over the normal deviate of the level.
    low, high : ends of the interval of each change, one unit at a time, at the level asked for.
    p : two-sided p-value of "no change", one unit at a time.
    p_holm : CAUTION times p after Holm (1979), for statements: up to 5%, no false statement at all in 95% of cases.
    p_bh : the same after Benjamini and Hochberg (1995), for a list to look into: up to 5%, no more than 5% of the
        list, on average, did not change.
    """

    change: Floats
    standard_error: Floats
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


def changes_of(first: UnitScores, second: UnitScores, *, level: float = 0.95) -> ScoreChanges:
    """Return the change of every unit between two rounds with different evaluators, from the intervals of its scores.

    Parameters
    ----------
    first, second : the same units in the same order; a unit without one of the scores is not compared.
    level : of the intervals. A p-value is at most 1 - level exactly where the interval does not reach over 0.

    Raises ValueError if level is not inside (0, 1) or the numbers of units differ.
    """
    if first.score.shape != second.score.shape:
        raise ValueError(f"both rounds need the same units, got {first.score.shape} and {second.score.shape}")
    change = second.score - first.score
    change[np.abs(change) <= TIE] = 0.0
    low, high = _interval(first, second, change, np.full(change.shape, level))
    spread = (high - low) / 2 / special.ndtri((1 + level) / 2)
    return corrected(change, spread, low, high, _p_of_no_change(first, second, change))


def corrected(change: Floats, spread: Floats, low: Floats, high: Floats, p: Floats) -> ScoreChanges:
    """Return the changes with the corrections for all units that have a p-value."""
    return ScoreChanges(change, spread, low, high, p, for_statements(p), _benjamini_hochberg(p))


def for_statements(p: Floats) -> Floats:
    """Return the p-values that decide the statements on all units together."""
    return holm(np.minimum(CAUTION * p, 1.0))


def _interval(first: UnitScores, second: UnitScores, change: Floats, level: Floats) -> tuple[Floats, Floats]:
    """Return the interval of each change, each at a separate level."""
    (low_1, high_1), (low_2, high_2) = first.interval(level), second.interval(level)
    down = np.hypot(second.score - low_2, high_1 - first.score)
    up = np.hypot(high_2 - second.score, first.score - low_1)
    return change - down, change + up


def _p_of_no_change(first: UnitScores, second: UnitScores, change: Floats) -> Floats:
    """Return 1 - the level at which the interval of each change ends at 0; 1 for no change, NaN where there is none.

    How far an interval reaches is nearly a z + b z^2 in the normal deviate z of its level, so each step takes a and b
    from the two steps before; where that leaves the bracket, its middle.
    """
    size = np.abs(change)

    def reach(deviate: Floats) -> Floats:
        level = np.maximum(1 - 2 * special.ndtr(-deviate), 1e-12)
        low, high = _interval(first, second, change, level)
        return np.where(change > 0, change - low, high - change)

    left, right = np.zeros(change.shape), np.full(change.shape, FARTHEST)
    asked = (change != 0) & (reach(right) > size)  # NaN is not asked
    before, z = np.full(change.shape, 2.0), np.full(change.shape, 2.0)
    slope_before, slope = (np.maximum(reach(z), TIE) / z for _ in range(2))
    for _ in range(SEARCHES):
        found = slope * z
        if not (asked & (np.abs(found - size) > NEAR * size)).any():
            break
        left, right = np.where(found < size, z, left), np.where(found < size, right, z)
        b = np.divide(slope - slope_before, z - before, out=np.zeros(z.shape), where=z != before)
        a = slope - b * z
        root = np.sqrt(np.maximum(a**2 + 4 * b * size, 0.0))
        new = np.divide(2 * size, a + root, out=np.full(z.shape, -1.0), where=a + root > 0)
        new = np.where((new > left) & (new < right), new, (left + right) / 2)
        before, slope_before, z = z, slope, new
        slope = np.maximum(reach(z), TIE) / z
    deviate = np.where(asked, z, np.where(change == 0, 0.0, FARTHEST))
    p: Floats = np.where(np.isnan(change), np.nan, 2 * special.ndtr(-deviate))
    return p


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
    first, first_variance, second : shape (units,); scores and squared standard errors of `UnitScores`. Of the k lowest
        first scores, those with a second score are looked at.
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


def _benjamini_hochberg(p: Floats) -> Floats:
    out = np.full(p.shape, np.nan)
    tests = ~np.isnan(p)
    if tests.any():
        out[tests] = stats.false_discovery_control(p[tests], method="bh")
    return out
