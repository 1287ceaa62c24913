"""Design of next year's ballots, and looks at a round before it closes.

Design: the variance of a score is the sum over groups of (weight squared) (variance of a vote) (design effect) /
(votes). For a variance that every unit shall reach, the cheapest numbers are proportional to weight times the root of
variance over cost (Neyman 1934, with costs).

Early looks: whoever looks twenty times at 5% is wrong far more often than in 5% of rounds. With a normal mixture
(Robbins 1970; asymptotically valid by Waudby-Smith and others 2024) a p-value holds at every look at once.
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
PRIOR_SHARE = 0.15
"""Share of the planned information at which the mixture is tightest; small shares favour early looks."""


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


def anytime_p(z: ArrayLike, share: ArrayLike, prior: float = PRIOR_SHARE) -> Floats:
    """Return one-sided p-values that hold at every look at once, of the shape of z.

    z : standardised statistics, large speaks against the hypothesis. share : of the shape of z or a number; information
    so far over what is planned (inverse squared standard errors), above 0; it may pass 1. The mixture is over positive
    effects only. Any unit of information will do, if `prior` has the same.
    """
    x, so_far = np.asarray(z, dtype=np.float64), np.asarray(share, dtype=np.float64)
    if (so_far <= 0).any():
        raise ValueError(f"the share of information must be positive, got {so_far.min()}")
    ratio = so_far / (so_far + prior)
    log_evidence = 0.5 * np.log1p(-ratio) + 0.5 * ratio * x**2 + np.log(2.0) + special.log_ndtr(x * np.sqrt(ratio))
    found: NDArray[np.float64] = np.exp(-np.maximum(log_evidence, 0.0))
    return found
