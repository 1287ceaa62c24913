"""Smallest difference that the ballots of a year can detect, and the ballots needed to detect less."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats: TypeAlias = NDArray[np.float64]

POWER = 0.80
"""Probability of detecting a difference of the size reported as detectable."""
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
