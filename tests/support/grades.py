"""Years drawn from exact grade laws, dependent through a Gaussian copula: a second generator, written apart.

`tests/support/simulation.py` cuts a latent opinion; here the shares of the grades are given, so that the truth is exact
and top-heavy laws are what they say. One evaluator's grades share `leniency`, one site's grades on a unit share `venue`
(correlations of the latent normals), and both leave every grade law unchanged.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from analytics.laws import VoteCounts
from analytics.moments import SCALE, Moments, Pairs, SiteSums
from analytics.scores import UnitScores, score_units, scores_from_moments

POINTS = np.array([0.0, 60, 80, 100])
ONE, THREE = {0: 1.0}, {0: 0.4, 1: 0.3, 2: 0.3}
LAWS = {
    "even": (0.15, 0.24, 0.30, 0.31),
    "good": (0.04, 0.11, 0.25, 0.60),
    "95": (0.005, 0.015, 0.03, 0.95),
    "98": (0.002, 0.005, 0.013, 0.98),
    "99": (0.001, 0.003, 0.006, 0.99),
    "worst 60": (0.60, 0.20, 0.10, 0.10),
    "worst 95": (0.95, 0.03, 0.01, 0.01),
    "two 80": (0.20, 0.0, 0.0, 0.80),
    "two 95": (0.05, 0.0, 0.0, 0.95),
    "two 99": (0.01, 0.0, 0.0, 0.99),
}
"""Shares of the grades from the worst to the best; "two" are laws of two grades."""


def differing(law, p: int, groups: int, rng: np.random.Generator, spread: float = 0.3) -> np.ndarray:
    """Laws of p units and groups around `law`, shape (p, groups, grades): odds of each grade times e^N(0, spread)."""
    share = np.asarray(law) * np.exp(rng.normal(0, spread, (p, groups, len(law))))
    return share / share.sum(axis=2, keepdims=True)


def on_the_line(law, p: int, groups: int, line: float, rng: np.random.Generator) -> np.ndarray:
    """Laws that differ between units and have the mean `line` exactly, by mixing with a law on its other side."""
    laws = differing(law, p, groups, rng)
    mean = laws @ POINTS
    other = np.where(mean > line, 0.0, 100.0)
    ends = np.where((mean > line)[..., None], np.eye(4)[0], np.eye(4)[3])
    share = ((mean - line) / (mean - other))[..., None]
    return (1 - share) * laws + share * ends


def indicator_sums(laws: np.ndarray, indicators: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores and shares of votes that are the mean of independent indicators with one law."""
    value, share = np.zeros(1), np.ones((*laws.shape[:2], 1))
    for _ in range(indicators):
        value, share = np.add.outer(value, POINTS).ravel(), (share[..., :, None] * laws[..., None, :])
        share = share.reshape(*laws.shape[:2], -1)
    kept, at = np.unique(np.rint(value / indicators * SCALE), return_inverse=True)
    merged = np.zeros((*laws.shape[:2], len(kept)))
    np.add.at(merged, (slice(None), slice(None), at), share)
    return kept / SCALE, merged


def multinomial(laws: np.ndarray, n, rng: np.random.Generator) -> np.ndarray:
    """Votes of independent people by score, shape of `laws`, which may have years in front."""
    return rng.multinomial(n, laws).astype(np.int64)


def scores_of_counts(value: np.ndarray, count: np.ndarray, weights) -> UnitScores:
    """Scores from votes by score, shape (p, groups, values), without ballots in common."""
    kept = count.sum(axis=(0, 1)) > 0
    value, count = value[kept], count[:, :, kept]
    exact = np.rint(value * SCALE).astype(np.int64)
    n, total, squares = count.sum(axis=2), count @ exact, count @ exact**2
    sums = [tuple(int(part) for part in table.sum(axis=0)) for table in (n, total, squares)]
    counts = VoteCounts(exact / SCALE, count.astype(float), count.sum(axis=0).astype(float))
    units, groups = tuple(range(count.shape[0])), tuple(range(count.shape[1]))
    return scores_from_moments(Moments(units, groups, n, total, squares, Pairs.none(), *sums, counts=counts), weights)


def scores_of_years(value: np.ndarray, count: np.ndarray, weights) -> UnitScores:
    """Scores of many years at a time, count : shape (years, p, groups, values); every year has its own group laws.

    The covariance has no meaning here; intervals and line rules of a year do not look at the other years.
    """
    years, p = count.shape[:2]
    kept = count.sum(axis=(0, 1, 2)) > 0
    scores = scores_of_counts(value[kept], count[..., kept].reshape(years * p, *count.shape[2:-1], kept.sum()), weights)
    assert scores.evidence is not None
    of_round = count[..., kept].sum(axis=1)
    if weights is None:
        of_round = of_round.sum(axis=1, keepdims=True)
    counts = replace(scores.evidence.counts, group_count=np.repeat(of_round, p, axis=0))
    return replace(scores, evidence=replace(scores.evidence, counts=counts))


def known_scores(x: np.ndarray, sigma: np.ndarray, df: float = np.inf) -> UnitScores:
    """Scores with a given covariance, as where only sums are known. x : shape (p,)."""
    p = len(x)
    labels, freedom = np.arange(p), np.full((p, p), df)
    return UnitScores(labels, np.array([0]), np.full((p, 1), 100), x, sigma, sigma, freedom, np.full(p, df))


@dataclass(frozen=True)
class Ballots:
    """Full or partly empty ballots; a line a vote. site : -1 never; one site an evaluator."""

    evaluator: np.ndarray
    unit: np.ndarray
    group: np.ndarray
    site: np.ndarray
    points: np.ndarray

    def scored(self, weights=None, *, sites: bool = False, **more) -> UnitScores:
        site = self.site if sites else None
        return score_units(self.evaluator, self.unit, self.group, self.points, weights, site=site, **more)

    def summed(self, p: int, *, sites: bool = False) -> UnitScores:
        """The same for one group, from exact sums: a tenth of the time, which thousands of years need."""
        people = int(self.evaluator.max()) + 1
        value, there = np.zeros((people, p)), np.zeros((people, p))
        value[self.evaluator, self.unit] = np.rint(self.points * SCALE)
        there[self.evaluator, self.unit] = 1
        site = np.zeros(people, dtype=np.int64)
        site[self.evaluator] = self.site
        n, total, squares = (np.rint(part.sum(axis=0)).astype(np.int64) for part in (there, value, value**2))
        first, second = np.triu_indices(p, 1)
        common, of_first, product = there.T @ there, value.T @ there, value.T @ value
        sums = [common[first, second], of_first[first, second], of_first[second, first], product[first, second]]
        pairs = Pairs(np.zeros_like(first), first, second, *(np.rint(part).astype(np.int64) for part in sums))
        exact = np.unique(value[there > 0])
        count = np.stack([((value == one) & (there > 0)).sum(axis=0) for one in exact], axis=1)[:, None].astype(float)
        parts = [part[:, None] for part in (n, total, squares)]
        groups = [(int(part.sum()),) for part in parts]
        table = VoteCounts(exact / SCALE, count, count.sum(axis=0))
        rows = _site_sums(site, there, value) if sites else None
        units = tuple(range(p))
        return scores_from_moments(Moments(units, (0,), *parts, pairs, *groups, counts=table, sites=rows), None)


def _site_sums(site: np.ndarray, there: np.ndarray, value: np.ndarray) -> SiteSums:
    """Votes by site of one group."""
    at = (np.arange(site.max() + 1)[:, None] == site).astype(float)
    n, total = (np.rint(at @ part).astype(np.int64) for part in (there, value))
    rows = np.arange(len(at))
    return SiteSums(np.zeros_like(rows), rows, np.ones(len(rows), dtype=bool), n, total)


def ballots(
    laws: np.ndarray,
    people: int,
    rng: np.random.Generator,
    *,
    leniency=0.0,
    sites: np.ndarray | None = None,
    venue=0.0,
    missing: float = 0.0,
    against: int | None = None,
    group: int = 0,
) -> Ballots:
    """Ballots of one group. laws : shape (p, grades).

    leniency, venue : one correlation, or one a unit. sites : shape (sites,), people at each (adds up to `people`).
    against : a unit judged against the grain, whose grades fall where the evaluator's others rise.
    """
    p = len(laws)
    a, b = np.broadcast_to(leniency, p), np.broadcast_to(venue, p)
    sign = np.ones(p)
    if against is not None:
        sign[against] = -1
    at = np.repeat(np.arange(len(sites)), sites) if sites is not None else np.zeros(people, dtype=np.int64)
    halls = rng.standard_normal((int(at.max()) + 1, p))
    own = rng.standard_normal((people, 1))
    noise = rng.standard_normal((people, p))
    latent = np.sqrt(a) * sign * own + np.sqrt(b) * halls[at] + np.sqrt(1 - a - b) * noise
    cuts = special.ndtri(np.clip(np.cumsum(laws, axis=1)[:, :-1], 0, 1))
    grade = (latent[:, :, None] > cuts).sum(axis=2)
    evaluator, unit = np.nonzero(rng.random((people, p)) >= missing)
    points = POINTS[grade[evaluator, unit]]
    return Ballots(evaluator, unit, np.full(len(unit), group), at[evaluator], points)
