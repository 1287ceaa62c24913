"""Skew-corrected signed root of the likelihood ratio: intervals of scores, and tests against a line.

For a hypothesis theta the law of a score is tilted so that its mean is theta. With K the cumulant generating function,
a the multiplier of the hypothesis and b that of the observed score x,

    r = sign(b - a) sqrt(2 ((b - a) x - K(b) + K(a))),  u = (b - a) sqrt(K''(b)),  r* = r + log(u / r) / r

is very nearly standard normal (Lugannani and Rice 1980), also where grades are skewed. It is read through Student's t,
since the distribution is estimated. A score on the end of the scale is moved inside by half a grade step, as a
probability of a lattice asks for; else the interval of a unit without any low grade would be empty.

Two grades: the tilted variance is theta (1 - theta) / n, so that its test inverts to the interval of Wilson (1927).
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from analytics.laws import Floats, Ints, Tilted

Increasing: TypeAlias = Callable[[Floats], tuple[Floats, Floats]]
"""Function of shape (rows,) to its values and slopes; a slope may be approximate."""

NEAR = 1e-3
"""|r| below which log(u / r) / r is rounding error; its limit, a sixth of the skewness, hardly matters there."""
EXACT = 1e-12
"""Share of its range to which a score is met."""
MOST_STEPS = 200
"""Steps of a search. Bisection alone would need 60; the reach of a step doubles, so no multiplier is out of reach."""


def multipliers(law: Tilted, score: Floats, rows: Ints) -> Floats:
    """Return the multipliers at which the laws `rows` have the means `score`, each inside the range of its law."""
    lowest, highest = law.range_of(rows)
    tolerance = EXACT * (highest - lowest)

    def excess(multiplier: Floats) -> tuple[Floats, Floats]:
        _, mean, variance = law.cumulants(multiplier, rows)
        return mean - score, variance

    start = np.zeros(len(rows))
    width = 1 / np.sqrt(np.maximum(law.cumulants(start, rows)[2], np.finfo(float).tiny))
    return _root(excess, start, width, tolerance)


def signed_root(law: Tilted, hypothesis: Floats, observed: Floats, score: Floats, rows: Ints) -> Floats:
    """Return r*, positive where the score is above the hypothesis; both are given by their multipliers."""
    return _roots(law, hypothesis, observed, score, law.cumulants(observed, rows), rows)[0]


def _roots(
    law: Tilted,
    hypothesis: Floats,
    observed: Floats,
    score: Floats,
    after: tuple[Floats, Floats, Floats],
    rows: Ints,
) -> tuple[Floats, Floats]:
    """Return r* and minus the slope of r in the multiplier of the hypothesis."""
    before, mean, _ = law.cumulants(hypothesis, rows)
    apart = observed - hypothesis
    r = np.sign(apart) * np.sqrt(2 * np.maximum(apart * score - after[0] + before, 0.0))
    far = np.abs(r) > NEAR
    ratio = np.divide(apart * np.sqrt(after[2]), r, out=np.ones_like(r), where=far)
    correction: Floats = np.divide(np.log(np.maximum(ratio, 1e-300)), r, out=np.zeros_like(r), where=far)
    slope = np.divide(score - mean, r, out=np.sqrt(after[2]), where=far)
    return r + correction, slope


def interval_ends(law: Tilted, score: Floats, critical: Floats, rows: Ints) -> tuple[Floats, Floats]:
    """Return the scores whose r* equals +critical and -critical: the low and the high end, shape (rows,).

    score : observed, inside the range of the laws. critical : shape (rows,), positive.
    """
    observed = multipliers(law, score, rows)
    after = law.cumulants(observed, rows)
    width = critical / np.sqrt(np.maximum(after[2], np.finfo(float).tiny))
    ends = []
    for side in (1.0, -1.0):

        def missing(away: Floats, side: float = side) -> tuple[Floats, Floats]:
            root, slope = _roots(law, observed - side * away, observed, score, after, rows)
            return side * root - critical, slope

        away = _root(missing, width, width, np.full(len(rows), 1e-10), below=0.0)
        ends.append(law.cumulants(observed - side * away, rows)[1])
    return ends[0], ends[1]


def _root(function: Increasing, start: Floats, width: Floats, tolerance: Floats, below: float = -np.inf) -> Floats:
    """Return the roots of increasing functions: Newton's steps inside a bracket, bisection where they leave it.

    below : no root is at or below it. width : shape (rows,), reach of the first step, doubled with every step.
    """
    x, low, high = start.copy(), np.full(len(start), below), np.full(len(start), np.inf)
    for step in range(MOST_STEPS):
        value, slope = function(x)
        if (np.abs(value) <= tolerance).all():
            break
        low, high = np.where(value < 0, x, low), np.where(value > 0, x, high)
        reach = width * 2.0 ** min(step, 60)
        with np.errstate(divide="ignore", over="ignore"):
            new = x + np.clip(np.where(slope > 0, -value / slope, -np.sign(value) * reach), -reach, reach)
        bounded = np.isfinite(low) & np.isfinite(high)
        outside = (new <= low) | (new >= high)
        middle = np.where(bounded, (np.where(bounded, low, 0.0) + np.where(bounded, high, 0.0)) / 2, new)
        new = np.where(outside, middle, new)
        if step > 20:  # a slope that is only approximate may creep
            new = np.where(bounded, middle, new)
        new = np.where(np.abs(value) <= tolerance, x, new)
        if (np.abs(new - x) <= 1e-15 * np.abs(x)).all():
            break
        x = new
    return x
