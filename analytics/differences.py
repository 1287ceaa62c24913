"""Standardised differences between units, the input of rank sets and claim tests.

Matrices of p x p are filled some rows at a time: with 3,000 units each takes 72 MB, and a temporary one as long to
allocate as to compute.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]

TIE = 1e-9
"""Scores no further apart than this are equal, as in ranking."""
ROUNDING = 1e-12
"""Share of V_j + V_k below which the variance of a difference is rounding error, that is, zero."""
ENTRIES_AT_ONCE = 1 << 17
"""Entries of the rows that are filled at a time; 1 MB stays in the cache."""


@dataclass(frozen=True)
class Differences:
    """All ordered pairs of the p units that have a score.

    present : shape (units,); False where the score is NaN. p = present.sum().
    z : shape (p, p); z[j, k] > 0 where j scored above k. The t statistic of the difference, read as a
        normal deviate of the same tail probability. Infinite where the standard error is zero and the
        scores differ, 0 for ties.
    spread : shape (p, p); standard error of the difference, points.
    """

    present: Bools
    z: Floats
    spread: Floats


def checked(
    score: ArrayLike, covariance: ArrayLike, df: ArrayLike | None
) -> tuple[Bools, Floats, Floats, Floats | None]:
    """Return scores, covariance and degrees of freedom of the units with a score, and a mask of those units.

    Raises
    ------
    ValueError
        If shapes do not fit, a unit with a score has no finite covariance, a variance is negative, or the matrix
        is not symmetric.
    """
    x = np.asarray(score, dtype=np.float64)
    sigma = np.asarray(covariance, dtype=np.float64)
    if x.ndim != 1 or sigma.shape != (len(x), len(x)):
        raise ValueError(f"score {x.shape} needs a covariance {(len(x), len(x))}, got {sigma.shape}")
    present = ~np.isnan(x)
    x, sigma = x[present], among(present, sigma)
    if not (np.isfinite(x).all() and np.isfinite(sigma).all()):
        raise ValueError("a unit with a score needs a finite score and covariance")
    diagonal = np.diagonal(sigma)
    if (diagonal < 0).any():
        raise ValueError(f"variances must not be negative, got {diagonal.min()}")
    if _asymmetry(sigma) > 1e-8 * diagonal.max(initial=0.0):
        raise ValueError("the covariance is not symmetric")
    if df is None:
        return present, x, sigma, None
    nu = np.asarray(df, dtype=np.float64)
    if nu.shape != (len(present), len(present)):
        raise ValueError(f"df must have shape {(len(present), len(present))}, got {nu.shape}")
    return present, x, sigma, among(present, nu)


def among(present: Bools, matrix: Floats) -> Floats:
    """Return the rows and columns of the units with a score: the matrix itself if none is missing."""
    return matrix if present.all() else matrix[np.ix_(present, present)]


def rows_at_once(p: int) -> Iterator[slice]:
    """Yield the rows of a p x p matrix, some at a time."""
    size = max(1, ENTRIES_AT_ONCE // max(p, 1))
    return (slice(start, start + size) for start in range(0, p, size))


def _asymmetry(sigma: Floats) -> float:
    """Return the largest difference of an entry and its mirror image."""
    pairs = ((sigma[rows, rows.start :], sigma[rows.start :, rows].T) for rows in rows_at_once(len(sigma)))
    return max((float(np.abs(upper - lower).max()) for upper, lower in pairs), default=0.0)


def standardised(score: ArrayLike, covariance: ArrayLike, df: ArrayLike | None = None) -> Differences:
    """Standardise every difference of two scores.

    Parameters
    ----------
    score : shape (units,); larger is better, NaN is left out.
    covariance : shape (units, units), points squared.
    df : shape (units, units), degrees of freedom of each difference; None is normal theory.
    """
    present, x, sigma, nu = checked(score, covariance, df)
    spread = spread_of(sigma)
    z = np.empty_like(spread)
    for rows in rows_at_once(len(x)):
        apart = np.subtract.outer(x[rows], x)
        apart[np.abs(apart) <= TIE] = 0.0
        with np.errstate(divide="ignore", invalid="ignore"):
            np.divide(apart, spread[rows], out=z[rows])
        z[rows][apart == 0] = 0.0
    if nu is not None:
        _as_normal(z, nu)
    return Differences(present, z, spread)


def spread_of(sigma: Floats) -> Floats:
    """Return the standard error of every difference, shape (p, p); exactly 0 on the diagonal and for rounding error.

    Raises ValueError where a difference would have a negative variance.
    """
    diagonal = np.diagonal(sigma)
    spread = np.empty(sigma.shape)
    for rows in rows_at_once(len(sigma)):
        total = np.add.outer(diagonal[rows], diagonal)
        variance = total - 2 * sigma[rows]
        if (variance < -1e-8 * total).any():
            raise ValueError("no covariance: the difference of two units would have a negative variance")
        variance[variance <= ROUNDING * total] = 0.0
        np.sqrt(variance, out=spread[rows])
    np.fill_diagonal(spread, 0.0)
    return spread


def _as_normal(t: Floats, nu: Floats) -> None:
    """Replace t by the normal deviate with the same tail, in place; antisymmetric, so half is computed.

    Row by row: index arrays of 4.5 million pairs cost more than the numbers themselves.
    """
    for j in range(len(t) - 1):
        value = t[j, j + 1 :]
        tail = special.stdtr(nu[j, j + 1 :], -np.abs(value))
        value[:] = np.copysign(-special.ndtri(tail), value)
        t[j + 1 :, j] = -value
