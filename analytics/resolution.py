"""What a year's ballots can tell apart, and how many more would tell more."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats: TypeAlias = NDArray[np.float64]

POWER = 0.80
"""Chance of seeing a difference of the size that is called visible."""
MOST = 1e6
"""Factors beyond this are not a plan: the two scores are as good as equal."""


@dataclass(frozen=True)
class Growth:
    """How much larger a year must be to see one difference.

    everyone : factor on the ballots of all groups alike; infinite when no number is enough.
    plan : shape (groups,); factors >= 1 on the ballots of each group that reach the same with the fewest ballots in
        all; infinite when no number is enough.
    """

    everyone: float
    plan: Floats


def smallest_difference(spread: Floats, critical: float, power: float = POWER) -> float:
    """Difference of two true scores, in points, that is seen with probability `power`.

    Parameters
    ----------
    spread : shape (p, p); standard errors of the differences; the typical pair (median) is taken.
    critical : value that a standardised difference must pass; 1.96 for one pair chosen beforehand, the critical value
        of the rank sets for all pairs at once.
    """
    pairs = spread[np.triu_indices(len(spread), 1)]
    return float((critical + special.ndtri(power)) * np.median(pairs)) if len(pairs) else float("nan")


def needed_deviate(units: int, k: int, level: float, power: float = POWER) -> float:
    """Standardised difference at which both claims about a unit at the border pass with probability `power`.

    The claim tests multiply a tail probability by at most max(k, units - k), Holm by at most the number of units.
    """
    times = max(k, units - k, 1) * units
    return float(-special.ndtri((1 - level) / times) + special.ndtri(power))


def growth(difference: float, variance: Floats, ballots: Floats, deviate: float) -> Growth:
    """How many times the ballots must be to see a difference of two scores.

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
    """Factors >= 1 with sum(variance / factor) = aim and the smallest sum(ballots * factor).

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
