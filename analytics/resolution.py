"""Smallest difference that the ballots of a year can detect, and the ballots needed to detect less."""

from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from analytics.differences import TIE, checked, spread_of

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]

POWER = 0.80
"""Probability of detecting a difference of the size reported as detectable."""
MOST_DRAWS, FEWEST_DRAWS, MOST_ENTRIES = 4_000, 400, 4_000_000
"""Draws of the needed ballots; 4,000 leave 1% of error on the probability, 4 million entries take 32 MB."""
MOST_CANDIDATES = 60
"""Units at the bottom whose p-values are drawn; the border unit rarely waits for one further down."""
HALVINGS = 40
MOST = 1e6
"""Factors beyond this are not a practical plan: the two scores are nearly equal."""


@dataclass(frozen=True)
class Growth:
    """How many more ballots a year needs to detect a difference.

    everyone : factor on the ballots of all groups alike; infinite when no number is enough.
    plan : shape (groups,); factors >= 1 on the ballots of each group that reach the same with the fewest ballots in
        all; infinite when no number is enough.
    """

    everyone: float
    plan: Floats


def smallest_difference(spread: Floats, critical: float, power: float = POWER) -> float:
    """Return the difference of two true scores, in points, that is detected with probability `power`.

    Parameters
    ----------
    spread : shape (p, p); standard errors of the differences; the typical pair (median) is taken.
    critical : value that a standardised difference must pass; 1.96 for one pair chosen beforehand, the critical value
        of the rank sets for all pairs at once.
    """
    pairs = spread[np.triu_indices(len(spread), 1)]
    return float((critical + special.ndtri(power)) * np.median(pairs)) if len(pairs) else float("nan")


def settling_deviate(
    score: ArrayLike,
    covariance: ArrayLike,
    k: int,
    *,
    spread: ArrayLike | None = None,
    level: float = 0.95,
    power: float = POWER,
    seed: int,
) -> float:
    """Return the standardised difference of the two units at the border at which the lower is confirmed.

    With probability `power`, as the claim tests do it: 2 Phi(-z) for k = 1, Holm over all units for k > 1. The scores
    are taken as true, and all standard errors shrink together until it is so; drawn, because the correction depends on
    where all other units are. A bound instead, Holm over all units for both claims, asked for 2.6 to 3.5 times as many
    ballots as are needed.

    Parameters
    ----------
    score : shape (units,), points, NaN is left out. covariance : shape (units, units), points squared.
    spread : shape (units, units), standard errors of the differences; None takes them from the covariance.
    k : places at the bottom. Infinite where the two units are equal, NaN where k leaves nobody on a side.
    """
    present, x, sigma, _ = checked(score, covariance, None)
    p = len(x)
    if not 0 < k < p:
        return float("nan")
    error = spread_of(sigma) if spread is None else np.asarray(spread, dtype=np.float64)[np.ix_(present, present)]
    order = np.argsort(x, kind="stable")
    low = order[: min(k, MOST_CANDIDATES)] if k <= MOST_CANDIDATES else order[k - MOST_CANDIDATES : k]
    border = order[k - 1], order[k]
    apart = x[border[1]] - x[border[0]]
    if apart <= TIE or error[border] <= 0:
        return float("inf")
    shift, noise = _against(x, sigma, error, low, seed)
    reached = partial(_confirmed_share, shift, noise, k, p, 1 - level)
    first, last = 0.0, np.sqrt(MOST)
    if reached(last) < power:
        return float("inf")
    for _ in range(HALVINGS):
        middle = (first + last) / 2 if first else last / 2
        first, last = (first, middle) if reached(middle) >= power else (middle, last)
    return float(last * apart / error[border])


def _against(x: Floats, sigma: Floats, error: Floats, low: Ints, seed: int) -> tuple[Floats, Floats]:
    """Return true and drawn standardised differences of the others to the units `low`.

    Shapes (low, p - 1) and (draws, low, p - 1).
    """
    p = len(x)
    values, vectors = np.linalg.eigh(sigma)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    draws = int(np.clip(MOST_ENTRIES // (len(low) * p), FEWEST_DRAWS, MOST_DRAWS))
    z = np.random.default_rng(seed).standard_normal((draws, p)) @ root.T
    others = np.array([np.delete(np.arange(p), j) for j in low])
    scale = error[low[:, None], others]
    inverse = np.divide(1.0, scale, out=np.zeros_like(scale), where=scale > 0)
    return (x[others] - x[low][:, None]) * inverse, (z[:, others] - z[:, low][:, :, None]) * inverse


def _confirmed_share(shift: Floats, noise: Floats, k: int, p: int, alpha: float, factor: float) -> float:
    """Return the share of draws in which the last of the candidates is confirmed; `factor` on every shift."""
    statistic = np.partition(factor * shift + noise, k - 1, axis=2)[:, :, k - 1]
    raw = np.minimum(1.0, k * special.ndtr(-statistic))
    if k == 1:
        return float((2 * raw[:, -1] <= alpha).mean())
    order = np.argsort(raw, axis=1)
    steps = np.take_along_axis(raw, order, axis=1) * (p - np.arange(raw.shape[1]))
    adjusted = np.empty_like(raw)
    np.put_along_axis(adjusted, order, np.maximum.accumulate(steps, axis=1), axis=1)
    return float((adjusted[:, -1] <= alpha).mean())


def needed_deviate(units: int, k: int, level: float, power: float = POWER) -> float:
    """Return the standardised difference at which both claims about a border unit pass with probability `power`.

    The claim tests multiply a tail probability by at most max(k, units - k), Holm by at most the number of units.
    """
    times = max(k, units - k, 1) * units
    return float(-special.ndtri((1 - level) / times) + special.ndtri(power))


def growth(difference: float, variance: Floats, ballots: Floats, deviate: float) -> Growth:
    """Return the factors on the ballots that are needed to detect a difference of two scores.

    Parameters
    ----------
    difference : points, sign ignored.
    variance : shape (groups,); what each group adds to the squared standard error of the difference; it falls with
        1 / ballots of that group.
    ballots : shape (groups,), that the groups cast now; positive.
    deviate : standardised difference that must be reached.
    """
    aim = (difference / deviate) ** 2
    total = float(variance.sum())
    if total > MOST * aim:
        return Growth(float("inf"), np.full(len(variance), np.inf))
    if total <= aim:
        return Growth(1.0, np.ones(len(variance)))
    return Growth(total / aim, _fewest(variance, ballots, aim))


def _fewest(variance: Floats, ballots: Floats, aim: float) -> Floats:
    """Return factors >= 1 with sum(variance / factor) = aim and the smallest sum(ballots * factor).

    Neyman (1934): factors go with sqrt(variance / ballots); those that would fall below 1 stay at 1.
    """
    factor = np.ones(len(variance))
    grows = variance > 0
    while True:
        room = aim - variance[~grows].sum()
        root = np.sqrt(variance[grows] * ballots[grows]).sum() / room
        factor[grows] = root * np.sqrt(variance[grows] / ballots[grows])
        shrinks = grows & (factor < 1)
        if not shrinks.any():
            return factor
        factor[shrinks] = 1.0
        grows &= ~shrinks
