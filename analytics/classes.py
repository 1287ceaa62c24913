"""Classes instead of places: at most five, so that with the level of the sets nobody is in a lower class than deserved.

The best place of a simultaneous rank set is at most the true place, for all units at once, with probability `level`
(`analytics.ranks`). A class is a range of best places. Whatever the ranges are, the class of the best place is then no
lower than the class of the true place, the class deserved; so the ranges may be chosen from the data. They are chosen
where best places leave gaps (natural breaks: Fisher 1958), never for the sake of a number of classes.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

MOST_CLASSES = 5
WORTH = 0.02
"""Share of the spread of best places that a further class has to explain."""
TIE = 1e-9


@dataclass(frozen=True)
class Classes:
    """Classes of units, 1 is the best.

    number : shape (units,); 0 where not ranked. better : shape (units,); units that are better at least, all at once.
    first : shape (classes,); the best place at which each class begins.
    """

    number: Ints
    better: Ints
    first: Ints


def classes(score: ArrayLike, best: ArrayLike, most: int = MOST_CLASSES) -> Classes:
    """Divide units into classes by the best places of their simultaneous rank sets.

    Parameters
    ----------
    score : shape (units,); larger is better, NaN is not ranked.
    best : shape (units,); best place of each unit's set (`RankSets.best`), 0 where not ranked. A unit is given the
        best place of any unit with no higher score, so that no unit is in a lower class than one with a lower score.
    most : classes at most.

    Raises ValueError if shapes differ or `most` is below 1.
    """
    x, place = np.asarray(score, dtype=np.float64), np.asarray(best, dtype=np.int64)
    if x.shape != place.shape or x.ndim != 1:
        raise ValueError(f"score {x.shape} and best {place.shape} must have one entry a unit")
    if most < 1:
        raise ValueError(f"there must be at least one class, got {most}")
    ranked = ~np.isnan(x)
    lowest = np.zeros(len(x), dtype=np.int64)
    lowest[ranked] = [place[ranked & (x <= value + TIE)].min() for value in x[ranked]]
    first = _begins(np.sort(lowest[ranked]), most)
    number = np.where(ranked, np.searchsorted(first, lowest, side="right"), 0)
    return Classes(number, np.where(ranked, lowest - 1, 0), first)


def _begins(places: Ints, most: int) -> Ints:
    """Return the place at which each class begins, from sorted best places: the fewest classes that are worth it."""
    if not len(places):
        return np.zeros(0, dtype=np.int64)
    values, counts = np.unique(places, return_counts=True)
    cost, cuts = _natural_breaks(values.astype(np.float64), counts.astype(np.float64), min(most, len(values)))
    chosen = 1
    for number in range(2, len(cost) + 1):
        if cost[chosen - 1] - cost[number - 1] >= WORTH * cost[0] * (number - chosen):
            chosen = number
    begins: Ints = values[cuts[chosen - 1]]
    return begins


def _natural_breaks(values: Floats, counts: Floats, most: int) -> tuple[Floats, list[list[int]]]:
    """Return for 1 to `most` classes the least sum of squares within them, and the positions where they begin."""
    n = len(values)
    c = np.concatenate([[0.0], np.cumsum(counts)])
    s = np.concatenate([[0.0], np.cumsum(counts * values)])
    q = np.concatenate([[0.0], np.cumsum(counts * values**2)])
    upper = np.arange(n + 1)
    size = c[None, :] - c[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        within = q[None, :] - q[:, None] - (s[None, :] - s[:, None]) ** 2 / size
    within = np.where(upper[None, :] > upper[:, None], np.maximum(within, 0.0), np.inf)
    least, begins = within[0].copy(), [[0] for _ in range(n + 1)]
    cost, cuts = [float(least[n])], [begins[n]]
    for _ in range(1, most):
        total = least[:, None] + within
        at = total.argmin(axis=0)
        least, begins = total[at, upper], [[*begins[int(a)], int(a)] for a in at]
        cost.append(float(least[n]))
        cuts.append(begins[n])
    return np.array(cost), cuts
