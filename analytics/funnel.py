"""Funnel plot: scores against their number of ballots, with limits that widen where ballots are few.

Spiegelhalter (2005, Statistics in Medicine 24; "Funnel plots for comparing institutional performance"), additive
random effects with winsorised z scores. Without winsorising, the variance between units is that of DerSimonian and
Laird (1986). A point outside the limits should be examined; the funnel does not rank units.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]

FEWEST = 10
"""Units below which over-dispersion is not estimated: winsorising a tenth of nine units touches none."""
INNER, OUTER = 1.96, 3.09
"""Normal deviates of 95% and 99.8%."""
BELOW_3, BELOW_2, INSIDE, ABOVE_2, ABOVE_3 = "below_3", "below_2", "inside", "above_2", "above_3"


@dataclass(frozen=True)
class Limits:
    """The four curves, in points, each of the shape asked for: 99.8% below, 95% below, 95% above, 99.8% above."""

    low_3: Floats
    low_2: Floats
    high_2: Floats
    high_3: Floats


@dataclass(frozen=True)
class Funnel:
    """Position of each unit relative to the limits; arrays have shape (units,), in the order given.

    theta0 : centre, points: mean of the scores weighted with 1 / variance. NaN without any unit.
    tau2 : variance between units beyond chance, points squared; 0 below 10 units.
    phi : mean of the squared winsorised z; 1 is chance alone. NaN below 10 units.
    ballot_variance : of one ballot, pooled over the units, points squared.
    effective : ballots of a simple sample that would give the unit's variance; NaN for units left out.
    z : (score - theta0) / standard error, before over-dispersion and winsorising.
    place : "below_3" (outside 99.8%), "below_2" (outside 95%), "inside", "above_2", "above_3"; "" for units left
        out (no score, or no variance to set limits by).
    """

    theta0: float
    tau2: float
    phi: float
    ballot_variance: float
    effective: Floats
    z: Floats
    place: NDArray[Any]

    def limits(self, effective: ArrayLike) -> Limits:
        """Return the limits for these numbers of effective ballots, with over-dispersion."""
        spread = np.sqrt(self.ballot_variance / np.asarray(effective, dtype=np.float64) + self.tau2)
        low_3, low_2, high_2, high_3 = (self.theta0 + reach * spread for reach in (-OUTER, -INNER, INNER, OUTER))
        return Limits(low_3, low_2, high_2, high_3)


def funnel(score: ArrayLike, variance: ArrayLike, n: ArrayLike, *, winsorise: float = 0.1) -> Funnel:
    """Identify scores outside the range that chance and the usual spread between units explain.

    Parameters
    ----------
    score : shape (units,), points; larger is better; NaN is left out.
    variance : shape (units,), squared standard errors; 0 is left out.
    n : shape (units,), ballots.
    winsorise : share of the z at each end that is set to the limit of the rest; 0 leaves all as they are.

    Raises
    ------
    ValueError
        If shapes differ, winsorise is not in [0, 0.5), or a unit with a score has a variance that is negative or
        not finite, or no ballots.
    """
    x, v, ballots = (np.asarray(a, dtype=np.float64) for a in (score, variance, n))
    if x.ndim != 1 or not x.shape == v.shape == ballots.shape:
        raise ValueError(f"score, variance and n must have one shape, got {x.shape}, {v.shape}, {ballots.shape}")
    if not 0 <= winsorise < 0.5:
        raise ValueError(f"winsorise must lie in [0, 0.5), got {winsorise}")
    scored = ~np.isnan(x)
    if not (np.isfinite(v[scored]).all() and (v[scored] >= 0).all() and (ballots[scored] >= 1).all()):
        raise ValueError("a unit with a score needs a finite variance of 0 or more and at least one ballot")
    kept = scored & (v > 0)
    effective, z = np.full(len(x), np.nan), np.full(len(x), np.nan)
    place = np.full(len(x), "", dtype=object)
    if not kept.any():
        return Funnel(float("nan"), 0.0, float("nan"), float("nan"), effective, z, place)
    weight = 1 / v[kept]
    theta0 = float((weight * x[kept]).sum() / weight.sum())
    z[kept] = (x[kept] - theta0) / np.sqrt(v[kept])
    phi, tau2 = _over_dispersion(z[kept], weight, winsorise)
    ballot_variance = float((ballots[kept] ** 2 * v[kept]).sum() / ballots[kept].sum())
    effective[kept] = ballot_variance / v[kept]
    place[kept] = _places((x[kept] - theta0) / np.sqrt(v[kept] + tau2))
    return Funnel(theta0, tau2, phi, ballot_variance, effective, z, place)


def _over_dispersion(z: Floats, weight: Floats, winsorise: float) -> tuple[float, float]:
    """Return phi and tau2; (NaN, 0) below 10 units."""
    p = len(z)
    if p < FEWEST:
        return float("nan"), 0.0
    low, high = np.quantile(z, [winsorise, 1 - winsorise])
    phi = float((np.clip(z, low, high) ** 2).mean())
    excess = p * phi - (p - 1)
    if excess <= 0:
        return phi, 0.0
    return phi, float(excess / (weight.sum() - (weight**2).sum() / weight.sum()))


def _places(distance: Floats) -> NDArray[Any]:
    """Classify units by their distance from the centre, in standard errors that include over-dispersion."""
    steps = [distance < -OUTER, distance < -INNER, distance <= INNER, distance <= OUTER]
    return np.select(steps, [BELOW_3, BELOW_2, INSIDE, ABOVE_2], ABOVE_3)
