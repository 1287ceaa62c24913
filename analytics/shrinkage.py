"""Empirical Bayes shrinkage: the real share of the spread of scores, and shrunken scores of units.

Model: score ~ N(theta, variance), theta ~ N(mean, tau2), units independent. It supplements the official
score and never replaces it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

from analytics.differences import TIE, checked

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

    The expected rank is exact: 1 + the sum over the others of the probability that they are better.

    Parameters
    ----------
    score, variance : as for `shrink`, raw; shrinking happens inside. variance may be the covariance, shape (units,
        units): evaluators who grade many units move scores together, which leaves their order alone. Without it what
        was given a probability of .75 happened in .88 of cases.
    k : places at the bottom; none below 1, all from the number of units on.
    """
    value, covariance = _posterior(score, variance)
    present = ~np.isnan(value)
    probability, expected = np.full(len(present), np.nan), np.full(len(present), np.nan)
    p = int(present.sum())
    if p == 0:
        return BottomProbability(probability, expected)
    theta = value[present]
    expected[present] = 1 + _better(theta, covariance).sum(axis=1)
    rng = np.random.Generator(np.random.PCG64(seed))
    root = _draw_root(covariance)
    bottom = np.zeros(p, dtype=np.int64)
    size = max(1, DRAWS_AT_ONCE // p)
    for start in range(0, draws, size):
        noise = rng.standard_normal((min(size, draws - start), p))
        drawn = theta + (root * noise if root.ndim == 1 else noise @ root.T)
        order = np.argsort(-drawn, axis=1)
        worst = order[:, max(p - k, 0) :] if k > 0 else order[:, :0]
        bottom += np.bincount(worst.ravel(), minlength=p)
    probability[present] = bottom / draws
    return BottomProbability(probability, expected)


def _posterior(score: ArrayLike, variance: ArrayLike) -> tuple[Floats, Floats]:
    """Return shrunken scores, NaN where undefined, and the variance or covariance of those that are defined.

    No variance is below TIE^2: equal scores without variance would else be ranked by their place in the table.
    """
    given = np.asarray(variance, dtype=np.float64)
    if given.ndim < 2:
        shrunken = shrink(score, given)
        present = ~np.isnan(shrunken.value)
        return shrunken.value, np.maximum(shrunken.variance[present], TIE**2)
    present, x, sigma, _ = checked(score, given, None)
    value = np.full(len(present), np.nan)
    if len(x) < FEWEST:
        return value, np.zeros((0, 0))
    value[present], covariance = _jointly_shrunken(x, sigma)
    return value, covariance + TIE**2 * np.eye(len(x))


def _jointly_shrunken(x: Floats, sigma: Floats) -> tuple[Floats, Floats]:
    """Return posterior mean and covariance for x ~ N(theta, sigma), theta ~ N(mean, tau2), independent.

    In the directions of the eigenvectors of sigma everything is a division.
    """
    spread, turn = np.linalg.eigh(sigma)
    spread = np.maximum(spread, 0.0)
    turned, ones = turn.T @ x, turn.sum(axis=0)
    highest = float(np.var(x, ddof=1))
    if highest == 0:
        return x.copy(), np.zeros_like(sigma)

    def fitted(tau2: float) -> tuple[Floats, float]:
        precision = 1 / (spread + tau2)
        return precision, float((precision * ones) @ turned / ((precision * ones) @ ones))

    def excess(tau2: float) -> float:
        precision, mean = fitted(tau2)
        return float((precision * (turned - mean * ones) ** 2).sum() - (len(x) - 1))

    tau2 = _zero_of(excess, highest, singular=bool((spread <= 1e-12 * spread.max(initial=0.0)).any()))
    precision, mean = fitted(max(tau2, 1e-12 * highest))
    pull = spread * precision
    value = mean + turn @ ((1 - pull) * (turned - mean * ones))
    away = turn @ (pull * ones)
    covariance = (turn * (spread * (1 - pull))) @ turn.T + np.outer(away, away) / float((precision * ones) @ ones)
    return value, covariance


def _better(theta: Floats, covariance: Floats) -> Floats:
    """Return the probability that unit k is better than unit j in row j, shape (p, p), 0 on the diagonal."""
    if covariance.ndim == 1:
        variance = np.add.outer(covariance, covariance)
    else:
        diagonal = np.diagonal(covariance)
        variance = np.maximum(np.add.outer(diagonal, diagonal) - 2 * covariance, 2 * TIE**2)
    chance: Floats = special.ndtr(-np.subtract.outer(theta, theta) / np.sqrt(variance))
    np.fill_diagonal(chance, 0.0)
    return chance


def _draw_root(covariance: Floats) -> Floats:
    """Return standard deviations, or a root of the covariance, by which standard normal draws are multiplied."""
    if covariance.ndim == 1:
        return np.sqrt(covariance)
    spread, turn = np.linalg.eigh(covariance)
    root: Floats = turn * np.sqrt(np.maximum(spread, 0.0))
    return root


def paule_mandel(score: Floats, variance: Floats) -> float:
    """Return tau2 at which the weighted sum of squares equals its expectation p - 1; 0 if below it at tau2 = 0."""

    def excess(tau2: float) -> float:
        precision = 1 / (variance + tau2)
        mean = (precision * score).sum() / precision.sum()
        return float((precision * (score - mean) ** 2).sum() - (len(score) - 1))

    return _zero_of(excess, float(np.var(score, ddof=1)), singular=bool((variance == 0).any()))


def _zero_of(excess: Callable[[float], float], highest: float, *, singular: bool) -> float:
    """Return the root of a falling function; 0 if it is not positive at 0. singular: begin just above 0."""
    if highest == 0:
        return 0.0
    lowest = highest * 1e-12 if singular else 0.0
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
