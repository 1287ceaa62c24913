"""Risk-limiting recount: how many paper sheets must be looked at again before a list may be called right.

SHANGRLA (Stark 2020): a list is right if every assertion "the mean of these numbers is above one half" is. For a pair
(unit in, unit out) of the last k, ballot by ballot, the number is that of an overstatement assorter: the tabulation
says the mean score of `out` is above that of `in` by the margin v; a sheet whose paper agrees contributes 1 / (2 - v),
a sheet that overstates the difference less. Sheets are drawn at random with replacement by a public seed; the chance
that a wrong list passes is at most the risk limit, by the inequality of Kaplan and Markov for each assertion (Stark
2009). All assertions must pass, so none needs a correction for their number.

A sheet of a small group with much weight moves a score more than one of a large group, so it has more tickets in the
draw (probability proportional to the largest error, Aslam, Popa and Rivest 2008), and its errors count for less. With
7,590, 2,844 and 800 sheets of weights .4, .3 and .3 a margin of 5 points takes 124 sheets in place of 524. A grade that
the tabulation lacks may be on any paper, so the tickets do not depend on what a sheet grades according to it.
"""

import hashlib
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

MOST_TICKETS = 1000
"""Tickets of a sheet of the weightiest group; rounded up, so that no sheet is without."""
ROUNDING = 1e-6
"""Tickets by which rounding error may pass a whole number: the draw is the same on every machine."""
GAMMA = 1.03905
"""Inflation of the largest error, so that a single large one does not end the recount (Lindeman and Stark 2012)."""


@dataclass(frozen=True)
class Assertions:
    """Pairs of a unit in the list and a unit out of it; all shape (pairs,).

    inside, outside : positions of the units. margin : difference of their scores as tabulated, outside - inside.
    """

    inside: Ints
    outside: Ints
    margin: Floats


def assertions(score: ArrayLike, listed: ArrayLike) -> Assertions:
    """Return every pair whose order makes the list. score : shape (units,), NaN is left out. listed : shape (units,).

    Raises ValueError where a listed unit is not below every unit out of the list: no recount confirms a tie.
    """
    x, named = np.asarray(score, dtype=np.float64), np.asarray(listed, dtype=bool)
    inside, outside = np.flatnonzero(named & ~np.isnan(x)), np.flatnonzero(~named & ~np.isnan(x))
    first, second = (part.ravel() for part in np.meshgrid(inside, outside, indexing="ij"))
    margin = x[second] - x[first]
    if len(margin) and margin.min() <= 0:
        raise ValueError("a listed unit is not below every unit out of the list")
    return Assertions(first, second, margin)


def weighted_means(grades: ArrayLike, group: ArrayLike, weight: ArrayLike) -> Floats:
    """Return the weighted mean of the group means of each unit, shape (units,); NaN where a group has no grade.

    grades : shape (sheets, units), points, NaN without. These are the scores that `influence` bounds errors for.
    """
    x, at = np.asarray(grades, dtype=np.float64), np.asarray(group, dtype=np.int64)
    w = np.asarray(weight, dtype=np.float64)
    votes, total = np.zeros((len(w), x.shape[1])), np.zeros((len(w), x.shape[1]))
    np.add.at(votes, at, ~np.isnan(x))
    np.add.at(total, at, np.nan_to_num(x))
    with np.errstate(invalid="ignore"):
        mean: Floats = (w[:, None] * total / votes)[w > 0].sum(axis=0)
    return mean


@dataclass(frozen=True)
class Influence:
    """What an error on a sheet does to a margin, and how likely the sheet is drawn.

    tickets : shape (sheets,), of each sheet in the draw. factor : shape (sheets, units); what a point adds to a score,
    over the chance of the sheet. largest : shape (pairs,), the largest overstatement of each margin, over the chance.
    """

    tickets: Ints
    factor: Floats
    largest: Floats


def influence(graded: ArrayLike, group: ArrayLike, weight: ArrayLike, pairs: Assertions, spread: float) -> Influence:
    """Return the influence of each sheet, with tickets in proportion to the largest error that it can hold.

    graded : shape (sheets, units), whether the tabulation has a grade. group : shape (sheets,). weight : (groups,).
    spread : points between the lowest and the highest grade.
    """
    there, at = np.asarray(graded, dtype=bool), np.asarray(group, dtype=np.int64)
    w = np.asarray(weight, dtype=np.float64)
    votes = np.zeros((len(w), there.shape[1]))
    np.add.at(votes, at, there)
    share = np.divide(w[:, None], votes, out=np.zeros_like(votes), where=votes > 0)
    largest = spread * (share[:, pairs.inside] + share[:, pairs.outside])
    present, at = np.unique(at, return_inverse=True)
    tickets = _tickets(largest[present], pairs.margin)
    chance = tickets / max(int(tickets[at].sum()), 1)
    factor: Floats = share[present[at]] * there / chance[at][:, None]
    return Influence(tickets[at], factor, (largest[present] / chance[:, None]).max(axis=0, initial=0.0))


def _tickets(largest: Floats, margin: Floats) -> Ints:
    """Return the tickets of a sheet of each group; largest : shape (groups, pairs)."""
    reach = (largest / margin).max(axis=1, initial=0.0)
    most = reach.max(initial=0.0) or 1.0
    tickets = np.maximum(np.ceil(MOST_TICKETS * reach / most - ROUNDING), 1).astype(np.int64)
    fewest: Ints = tickets // (np.gcd.reduce(tickets, initial=0) or 1)
    return fewest


def overstatements(factor: Floats, pairs: Assertions, tabulated: Floats, paper: Floats) -> Floats:
    """Return by how much sheets overstate each margin, shape (sheets, pairs), points.

    factor, tabulated, paper : shape (sheets, units), rows of the drawn sheets; scores on the paper, NaN for no grade in
    both. A sheet that is missing counts as the worst: give NaN in `paper` where `tabulated` has a grade.
    """
    wrong = np.nan_to_num(tabulated - paper, nan=0.0) * factor
    over: Floats = wrong[:, pairs.outside] - wrong[:, pairs.inside]
    return over


def risk(over: ArrayLike, margin: ArrayLike, largest: ArrayLike) -> Floats:
    """Return the p-value of each assertion after the drawn sheets, shape (pairs,): Kaplan and Markov's.

    over : shape (draws, pairs). Product of (1 - 1 / u) / (1 - error / (gamma * largest)) with
    u = 2 gamma largest / (2 margin), in the notation of Stark (2009) for errors in [-largest, largest].
    """
    e = np.asarray(over, dtype=np.float64)
    v, most = np.asarray(margin, dtype=np.float64), GAMMA * np.asarray(largest, dtype=np.float64)
    kept = np.log1p(-np.minimum(v / most, 1 - 1e-12))
    steps = kept - np.log1p(-np.minimum(e / most, 1 - 1e-12))
    return np.minimum(1.0, np.exp(np.minimum(np.cumsum(steps, axis=0), 0.0)).min(axis=0)) if len(e) else np.ones(len(v))


def sheets_needed(margin: ArrayLike, largest: ArrayLike, *, limit: float = 0.05) -> int:
    """Return how many sheets have to be drawn if none is wrong: the stopping rule's least number."""
    v, most = np.asarray(margin, dtype=np.float64), GAMMA * np.asarray(largest, dtype=np.float64)
    if not len(v):
        return 0
    share = np.minimum(v / most, 1 - 1e-12)
    return int(np.ceil(np.log(limit) / np.log1p(-share)).max())


def drawn(seed: str, tickets: ArrayLike, number: int, start: int = 0) -> Ints:
    """Return the positions of the drawn sheets, with replacement; anyone can recompute them with SHA-256.

    tickets : shape (sheets,), whole numbers. Draw i takes SHA-256 of "seed,i" (i from 1) as a number modulo all
    tickets, as in the tools of Rivest and Stark, and counts the tickets from the first sheet on.
    """
    ends = np.cumsum(np.asarray(tickets, dtype=np.int64))
    if not len(ends):
        raise ValueError("there are no sheets to draw from")
    total = int(ends[-1])
    hashed = (hashlib.sha256(f"{seed},{i}".encode()).hexdigest() for i in range(start + 1, start + number + 1))
    ticket = np.array([int(digest, 16) % total for digest in hashed], dtype=np.int64)
    return np.searchsorted(ends, ticket, side="right")
