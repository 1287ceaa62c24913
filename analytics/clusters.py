"""Ballots filled in together: variance of scores clustered on sites, design effect and intra-class correlation.

People in one hall hear the same speech and look at each other's ballots. With 30 ballots a hall, a correlation of 0.02
between hall and unit already makes the rank sets hold in 56% of years instead of 95%. The score stays the mean of the
votes; its variance is that of the totals of sites. A site of many ballots is one observation, so the degrees of freedom
are (sum n)^2 / sum n^2 - 1, which is sites - 1 for equal sites.
"""

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from analytics.laws import Floats, Ints
from analytics.moments import SCALE, SiteSums

Bools: TypeAlias = NDArray[np.bool_]

FEWEST_SITES = 10
"""Sites of a group below which they are not used: with 9, two units would have to be 6 standard errors apart."""


@dataclass(frozen=True)
class Clusters:
    """Sites of each group; all shape (groups,) unless stated otherwise.

    count : sites that the group's ballots name. used : whether the variance is clustered on them.
    effect : design effect, the variance of scores clustered on sites over that clustered on evaluators; NaN without
        sites. size : votes on one unit that share a site, weighted by votes. within : intra-class correlation of
        votes of one site on one unit, (effect - 1) / (size - 1); NaN where sites hold one vote each.
    between : correlation of two units' totals of a site, pooled over all pairs, 0 to 1.
    variance : shape (p, groups); part of a score's variance, points squared, 0 for groups whose sites are not used.
    freedom : shape (p, groups); degrees of freedom of that variance.
    across : shape (p,); what groups that share sites add to a score's variance together, points squared.
    shared : whether ballots of two groups name the same site.
    """

    count: Ints
    used: Bools
    effect: Floats
    size: Floats
    within: Floats
    between: Floats
    variance: Floats
    freedom: Floats
    across: Floats
    shared: bool

    @property
    def deflation(self) -> Floats:
        """Return the factor by which votes count less, at least 1; 1 for groups whose sites are not used."""
        return np.where(self.used, np.fmax(self.effect, 1.0), 1.0)

    def select(self, rows: Ints) -> "Clusters":
        """Select units; what is measured of each group stays."""
        return replace(self, variance=self.variance[rows], freedom=self.freedom[rows], across=self.across[rows])

    def effect_at(self, correlation: float) -> Floats:
        """Return the design effect that an intra-class correlation would have, for groups with too few sites."""
        return 1 + (np.fmax(self.size, 1.0) - 1) * correlation


def clustered(sums: SiteSums, n: Ints, mean: Floats, weight: Floats, plain: Floats) -> tuple[Clusters, Floats]:
    """Return the sites of each group, and the covariance of scores from the groups whose sites are used.

    Parameters
    ----------
    sums : votes by site. n, mean, weight : shape (p, groups); votes, mean in points, weight.
    plain : shape (p, groups); variance of the score by cell, clustered on evaluators, points squared.
    """
    p, groups = n.shape
    shape = (groups,)
    count = np.array([len(np.unique(sums.site[(sums.group == g) & sums.named])) for g in range(groups)], dtype=np.int64)
    used = count >= FEWEST_SITES
    influence, variance, freedom = np.zeros(sums.n.shape), np.zeros((p, groups)), np.zeros((p, groups))
    effect, size, between = (np.full(shape, np.nan) for _ in range(3))
    for g in np.flatnonzero(count > 0).tolist():
        rows = np.flatnonzero(sums.group == g)
        votes = sums.n[rows].astype(np.float64)
        part = _influence(votes, sums.total[rows] / SCALE, n[:, g], mean[:, g], weight[:, g])
        by_unit = (part**2).sum(axis=0)
        effect[g] = _ratio(by_unit.sum(), plain[:, g].sum())
        size[g] = _ratio((votes**2).sum(), votes.sum())
        if used[g]:
            influence[rows], variance[:, g] = part, by_unit
            squares = np.maximum((votes**2).sum(axis=0), 1.0)
            freedom[:, g] = np.maximum(votes.sum(axis=0) ** 2 / squares - 1, 1.0)
            between[g] = _pooled_correlation(part)
    within = np.divide(effect - 1, size - 1, out=np.full(shape, np.nan), where=size > 1)
    whole = np.zeros((len(np.unique(sums.site)), p))
    np.add.at(whole, np.unique(sums.site, return_inverse=True)[1], influence)
    used_rows = used[sums.group]
    keys = np.stack([sums.group, sums.site])[:, used_rows]
    shared = bool(len(np.unique(sums.site[used_rows])) < np.unique(keys, axis=1).shape[1])
    covariance = whole.T @ whole
    across = np.diagonal(covariance) - variance.sum(axis=1)
    return Clusters(count, used, effect, size, within, between, variance, freedom, across, shared), covariance


def _influence(votes: Floats, total: Floats, n: Ints, mean: Floats, weight: Floats) -> Floats:
    """Return what each site adds to each score beyond its share of the mean, shape (sites, p), points."""
    sites = (votes > 0).sum(axis=0)
    bessel = np.where(sites > 1, np.sqrt(sites / np.maximum(sites - 1, 1)), 1.0)
    part: Floats = (total - votes * mean) * weight / np.maximum(n, 1) * bessel
    return part


def _pooled_correlation(part: Floats) -> float:
    """Return the mean covariance of two columns over the mean product of their standard deviations, 0 to 1."""
    cross = part.T @ part
    sd = np.sqrt(np.diagonal(cross))
    scale = sd.sum() ** 2 - (sd**2).sum()
    return float(np.clip(_ratio(cross.sum() - np.trace(cross), scale), 0.0, 1.0)) if scale > 0 else 0.0


def _ratio(top: float, bottom: float) -> float:
    return float(top / bottom) if bottom > 0 else float("nan")
