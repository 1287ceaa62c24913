"""Design of next year's ballots.

The variance of a score is the sum over groups of (weight squared) (variance of a vote) (design effect) / (votes). To
reach the same variance in every unit, the cheapest numbers are proportional to weight times the root of variance over
cost (Neyman 1934, with costs).
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

FEWEST = 2
"""Votes of a cell at least: a variance needs two."""


@dataclass(frozen=True)
class Design:
    """Votes to collect. votes : shape (units, groups). cost : of them. difference : points between two units that are
    distinguished at the stated power. equal_cost : cost of equal numbers in every cell for the same difference."""

    votes: Ints
    cost: float
    difference: float
    equal_cost: float


def design(
    variance: ArrayLike,
    weight: ArrayLike,
    effect: ArrayLike,
    cost: ArrayLike,
    critical: float,
    *,
    power: float = 0.8,
    difference: float | None = None,
    budget: float | None = None,
) -> Design:
    """Return the cheapest numbers of votes for a difference, or the smallest difference for a budget.

    Parameters
    ----------
    variance : shape (units, groups), of a vote, points squared. weight, effect, cost : shape (groups,), of a group in
        the score, design effect, cost of a vote.
    critical : value that a standardised difference must exceed. power : chance to exceed it at the difference.

    Raises ValueError unless exactly a difference or a budget is given, and for numbers that are not positive.
    """
    v, w = np.asarray(variance, dtype=np.float64), np.asarray(weight, dtype=np.float64)
    d, c = np.asarray(effect, dtype=np.float64), np.asarray(cost, dtype=np.float64)
    if (difference is None) == (budget is None):
        raise ValueError("give either a difference or a budget")
    if (c <= 0).any() or (d < 1).any() or (v < 0).any() or (difference or budget or 0) <= 0:
        raise ValueError("costs, difference and budget must be positive, design effects at least 1")
    reach = critical + float(special.ndtri(power))
    spread = w * np.sqrt(v * d)
    total = (spread * np.sqrt(c)).sum(axis=1)  # by unit
    if difference is not None:
        target = (difference / reach) ** 2 / 2
    else:
        assert budget is not None
        target = float((total**2).sum() / budget)
    exact = spread / np.sqrt(c) * total[:, None] / target
    votes = np.where(w > 0, np.maximum(np.ceil(exact - 1e-9), FEWEST), 0).astype(np.int64)
    worst = float((spread**2).sum(axis=1).max(initial=0.0))
    equal = float(np.ceil(worst / target)) * float(c[w > 0].sum()) * len(v)
    return Design(votes, float((votes * c).sum()), reach * float(np.sqrt(2 * target)), equal)
