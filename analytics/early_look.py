"""Looks at the bottom of a ranking while votes come in: claims that hold at every look at once.

The p-value of each pair of units holds at any time (`analytics.anytime.anytime_p`: a mixture over effects, here of
`scale` points, fixed before the first vote; Robbins 1970, Howard and others 2021, Waudby-Smith and others 2024). The
claims are those of `analytics.verdicts`, Bonferroni over the units that would have to be wrong and Holm over all
units: both add chances of events, so that a false claim at any look, ever, has a chance of 1 - level at most. The price
is width: a difference has to be about 1.3 to 1.5 times as large as at a single look.
"""

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analytics.anytime import anytime_p
from analytics.differences import Differences
from analytics.verdicts import CONFIRMED, BottomClaims, claims_of

Floats: TypeAlias = NDArray[np.float64]

FEWEST = 30
"""Votes of each unit before which nothing is claimed: the theory is one of many votes."""
GROWTHS = np.geomspace(1.0, 16.0, 25)
"""Multiples of the votes so far at which a look is imagined."""


@dataclass(frozen=True)
class Pairwise:
    """p-values that hold at every look, shape (units, units); row j, column m: of "j is not above m"."""

    above: Floats


def pairwise(differences: Differences, scale: float) -> Pairwise:
    """Return the p-values of all pairs; 1 where nothing is known of the error. scale : points."""
    spread = differences.spread
    known = np.isfinite(spread) & (spread > 0)
    share = np.where(known, 1 / np.where(known, spread, 1.0) ** 2, 1.0)
    p = np.where(known, anytime_p(np.where(known, differences.z, 0.0), share, 1 / scale**2), 1.0)
    return Pairwise(p)


def early_claims(differences: Differences, k: int, votes: NDArray[Any], *, scale: float, level: float) -> BottomClaims:
    """Test at a look which units are among the k worst and which are not.

    differences : of the present units. votes : shape (units,), votes so far; a unit with fewer than FEWEST takes part
    in no claim. scale : points of a difference that matters, the same at every look.
    """
    present = differences.present
    count = int(present.sum())
    confirm, clear = np.full(len(present), np.nan), np.full(len(present), np.nan)
    confirm[present], clear[present] = 1.0, 1.0
    if 0 < k < count:
        p = pairwise(differences, scale).above
        few = votes[present] < FEWEST
        p[few, :] = p[:, few] = 1.0
        others = ~np.eye(count, dtype=bool)
        over = p.T[others].reshape(count, count - 1)  # row j: the others, whether they are above j
        under = p[others].reshape(count, count - 1)
        confirm[present] = np.minimum(1.0, k * np.sort(over, axis=1)[:, -k])
        clear[present] = np.minimum(1.0, (count - k) * np.sort(under, axis=1)[:, k - 1])
    return claims_of(confirm, clear, level)


def growth_needed(differences: Differences, k: int, votes: NDArray[Any], *, scale: float, level: float) -> float:
    """Return about how many times the votes so far decide all k places, if the differences stay as they are.

    An outlook and no claim: infinite where GROWTHS do not suffice.
    """
    for growth in GROWTHS:
        root = np.sqrt(growth)
        grown = replace(differences, z=differences.z * root, spread=differences.spread / root)
        verdict = early_claims(grown, k, votes * growth, scale=scale, level=level).verdict
        if int((verdict == CONFIRMED).sum()) >= k:
            return float(growth)
    return float("inf")
