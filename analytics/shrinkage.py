"""Empirical Bayes shrinkage: the real share of the spread of scores, and shrunken scores of units.

Model: score ~ N(theta, variance), theta ~ N(mean, tau2), units independent. It supplements the official
score and never replaces it.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize

from analytics.differences import TIE

Floats: TypeAlias = NDArray[np.float64]

FEWEST = 5
"""Units below which tau2 is not estimated: four scores carry almost no information about a spread."""
DRAWS_AT_ONCE = 1 << 20
"""Entries of a block of draws x units: 8 MB as float64."""


@dataclass(frozen=True)
class Shrunken:
    """Shrunken scores; NaN everywhere below 5 units, and for units without a score.

    tau2 : variance of the true scores after Paule and Mandel (1982), points squared; 0 when the scores differ no
        more than chance lets them.
    mean : of the true scores, points, weighted with 1 / (variance + tau2).
    value, variance : shape (units,); posterior mean in points (larger is better) and its variance, with the
        uncertainty of the mean.
    """

    tau2: float
    mean: float
    value: Floats
    variance: Floats


@dataclass(frozen=True)
class BottomProbability:
    """Shape (units,): probability of being among the k worst, and expected rank (1 is best); NaN below 5 units."""

    probability: Floats
    expected_rank: Floats


def shrink(score: ArrayLike, variance: ArrayLike) -> Shrunken:
    """Shrink every score towards the mean according to its variance.

    Parameters
    ----------
    score : shape (units,), points, as measured; larger is better; NaN is left out.
    variance : shape (units,), squared standard errors.

    Raises
    ------
    ValueError
        If shapes differ or a variance is negative or not finite.
    """
    x, v, present = _present(score, variance)
    value, spread = np.full(len(present), np.nan), np.full(len(present), np.nan)
    if len(x) < FEWEST:
        return Shrunken(np.nan, np.nan, value, spread)
    tau2 = paule_mandel(x, v)
    total = v + tau2
    if (total == 0).any():  # no variance and no spread at all: everything is tied
        mean = float(x[total == 0].mean())
        value[present], spread[present] = mean, 0.0
        return Shrunken(tau2, mean, value, spread)
    precision = 1 / total
    mean = float((precision * x).sum() / precision.sum())
    pull = v / total
    value[present] = mean + (1 - pull) * (x - mean)
    spread[present] = v * (1 - pull) + pull**2 / precision.sum()
    return Shrunken(tau2, mean, value, spread)


def bottom_probability(
    score: ArrayLike, variance: ArrayLike, k: int, *, draws: int = 20_000, seed: int
) -> BottomProbability:
    """Return the probability that each unit is among the k worst, from draws of the shrunken scores.

    Parameters
    ----------
    score, variance : as for `shrink`, raw; shrinking happens inside.
    k : places at the bottom; none below 1, all from the number of units on.
    """
    shrunken = shrink(score, variance)
    present = ~np.isnan(shrunken.value)
    probability, expected = np.full(len(present), np.nan), np.full(len(present), np.nan)
    p = int(present.sum())
    if p == 0:
        return BottomProbability(probability, expected)
    rng = np.random.Generator(np.random.PCG64(seed))
    # Never exactly 0: equal scores without variance would else be ranked by their place in the table.
    sd = np.maximum(np.sqrt(shrunken.variance[present]), TIE)
    bottom, places = np.zeros(p, dtype=np.int64), np.zeros(p, dtype=np.int64)
    size = max(1, DRAWS_AT_ONCE // p)
    rank = np.empty((min(size, draws), p), dtype=np.int64)
    for start in range(0, draws, size):
        rows = min(size, draws - start)
        theta = shrunken.value[present] + sd * rng.standard_normal((rows, p))
        order = np.argsort(-theta, axis=1)
        worst = order[:, max(p - k, 0) :] if k > 0 else order[:, :0]
        bottom += np.bincount(worst.ravel(), minlength=p)
        np.put_along_axis(rank[:rows], order, np.arange(1, p + 1), axis=1)
        places += rank[:rows].sum(axis=0)
    probability[present], expected[present] = bottom / draws, places / draws
    return BottomProbability(probability, expected)


def paule_mandel(score: Floats, variance: Floats) -> float:
    """Return tau2 at which the weighted sum of squares equals its expectation p - 1; 0 if below it at tau2 = 0."""

    def excess(tau2: float) -> float:
        precision = 1 / (variance + tau2)
        mean = (precision * score).sum() / precision.sum()
        return float((precision * (score - mean) ** 2).sum() - (len(score) - 1))

    highest = float(np.var(score, ddof=1))
    if highest == 0:
        return 0.0
    lowest = 0.0
    if (variance == 0).any():  # 1 / 0: begin just above
        lowest = highest * 1e-12
    if excess(lowest) <= 0:
        return 0.0
    while excess(highest) > 0:
        highest *= 2
    return float(optimize.brentq(excess, lowest, highest, xtol=1e-14 * highest, rtol=1e-14, maxiter=500))


def reliability(score: ArrayLike, variance: ArrayLike) -> float:
    """Return the share of the variance of scores that is not chance: 1 - mean(variance) / var(score), at least 0.

    NaN for fewer than two units; 0 when all scores are equal.
    """
    x, v, _ = _present(score, variance)
    if len(x) < 2:
        return float("nan")
    spread = float(np.var(x, ddof=1))
    return max(0.0, 1 - float(v.mean()) / spread) if spread > 0 else 0.0


def _present(score: ArrayLike, variance: ArrayLike) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return scores and variances of the units with a score, and a mask of those units."""
    x, v = np.asarray(score, dtype=np.float64), np.asarray(variance, dtype=np.float64)
    if x.shape != v.shape or x.ndim != 1:
        raise ValueError(f"score and variance must have one shape (units,), got {x.shape} and {v.shape}")
    present = ~np.isnan(x)
    if not (np.isfinite(v[present]).all() and (v[present] >= 0).all()):
        raise ValueError("variances must be finite and not negative")
    return x[present], v[present], present
