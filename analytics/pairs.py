"""Differences of two units with a variance and degrees of freedom of each pair.

The variance of a pair is the largest of three, since each fails where another holds:

- its own, from the evaluators (or sites) of the two units. Estimated from few people it is often far too small: with
  2 or 3 people who grade all units, sets from it held in 77% of years;
- one with the correlation of all pairs of the group, and cell variances with 8 pseudo-votes. It misses a unit that is
  judged against the grain (88%);
- one with both laws tilted to a common score. An agreeing unit beside a divided one that by luck drew no low grade has
  too small a variance by both of the others (90%).

Degrees of freedom: people who grade both units are one sample, min(n_j, n_k) - 1 (compare Bell and McCaffrey 2002), not
the two samples of Welch (1947), which apply where no evaluator is common; in between by the share in common. Sites:
the smaller degrees of freedom of the two. Below FEWEST_VOTES votes nothing is separated: t would have to exceed 71.
"""

from dataclasses import dataclass

import numpy as np

from analytics.differences import TIE, Bools, Differences, as_normal, spread_of, standardised
from analytics.evidence import Evidence
from analytics.laws import Floats, Ints
from analytics.scores import UnitScores

PSEUDO = 8.0
"""Votes of the group mixed into a cell of a pair. With 27 agreeing and 3 divided units of 10 votes sets held in 76% of
years without, in 98% with 8."""
FEWEST_VOTES = 4
"""Votes on a unit below which it is not compared."""
MULTIPLIERS = np.sinh(np.linspace(-4.0, 4.0, 65))
"""Multipliers in standard errors at which the variance of each score is tabulated: dense in the middle, up to 27."""


@dataclass(frozen=True)
class Pairs:
    """Differences, and the covariance whose draws give the critical value of all of them at once.

    sigma : shape (p, p), points squared; of the units with a score, with pooled correlations.
    """

    differences: Differences
    sigma: Floats


def too_few(scores: UnitScores) -> Bools:
    """Mark units with a score from so few votes that they are separated from nobody, shape (units,)."""
    few: Bools = ~np.isnan(scores.score) & (scores.n.sum(axis=1) < FEWEST_VOTES)
    return few


def honest_pairs(scores: UnitScores) -> Pairs:
    """Return the differences of all units with a score; from the covariance alone where only sums are known."""
    evidence = scores.evidence
    if evidence is None:
        present = ~np.isnan(scores.score)
        found = standardised(scores.score, scores.covariance_adjusted, scores.df)
        return Pairs(found, scores.covariance_adjusted[np.ix_(present, present)])
    present = ~np.isnan(scores.score)
    rows = np.flatnonzero(present)
    x = scores.score[rows]
    floor = _floors(evidence)[rows]
    sigma, df = _pooled(evidence, floor, rows)
    variance = spread_of(scores.covariance_adjusted[np.ix_(rows, rows)]) ** 2
    np.maximum(variance, spread_of(sigma) ** 2, out=variance)
    _raise_to_tilted(variance, evidence, x, sigma, rows)
    spread = np.sqrt(variance, out=variance)
    np.fill_diagonal(spread, 0.0)
    z = np.subtract.outer(x, x)
    z[np.abs(z) <= TIE] = 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        np.divide(z, spread, out=z, where=z != 0)
    few = too_few(scores)[rows]
    z[few, :] = 0.0
    z[:, few] = 0.0
    as_normal(z, df)
    return Pairs(Differences(present, z, spread), sigma)


def _floors(evidence: Evidence) -> Floats:
    """Return each cell's variance in the score with PSEUDO pseudo-votes, shape (p, groups), points squared."""
    n = np.maximum(evidence.n, 1).astype(np.float64)
    bessel = np.where(n > 1, n / np.maximum(n - 1, 1), 1.0)
    spread = evidence.counts.variance(PSEUDO) * bessel
    size = evidence.size
    used = (evidence.n > 0) & np.isfinite(size)
    return np.where(used, evidence.weight**2 * spread / np.where(used, size, 1.0), 0.0)


def _pooled(evidence: Evidence, floor: Floats, rows: Ints) -> tuple[Floats, Floats]:
    """Return the covariance with pooled correlations and the degrees of freedom of each difference, both (p, p)."""
    p = len(rows)
    sigma = np.diag(floor.sum(axis=1))
    total, spread, plain = np.zeros((p, p)), np.zeros((p, p)), np.zeros((p, p))
    for g in range(floor.shape[1]):
        n = evidence.n[rows, g]
        if not (n > 0).any():
            continue
        sd = np.sqrt(floor[:, g])
        freedom = np.maximum(n - 1, 1).astype(np.float64)
        clusters = evidence.clusters
        if clusters is not None and clusters.used[g]:
            shared, freedom = np.ones((p, p)), clusters.freedom[rows, g]
            shared_part = np.full((p, p), clusters.between[g])
        else:
            root = np.sqrt(np.maximum(n, 1))
            shared = evidence.overlap[g][np.ix_(rows, rows)].astype(np.float64)
            shared_part = evidence.correlation[g] * shared / np.multiply.outer(root, root)
            shared /= np.maximum(np.minimum.outer(n, n), 1)
        part = shared_part * np.multiply.outer(sd, sd)
        np.fill_diagonal(part, 0.0)
        sigma += part
        both = np.add.outer(floor[:, g], floor[:, g]) - 2 * part
        lower = np.minimum.outer(freedom, freedom)
        apart = floor[:, g] ** 2 / freedom
        total += both
        spread += shared * both**2 / lower + (1 - shared) * np.add.outer(apart, apart)
        plain += lower
    return sigma, np.divide(total**2, spread, out=plain, where=spread > 0)


def _raise_to_tilted(variance: Floats, evidence: Evidence, x: Floats, sigma: Floats, rows: Ints) -> None:
    """Raise the variance of each pair, in place, to the one under the hypothesis that both have one score.

    That score is between the two, nearer to the surer one.
    """
    mean, spread = _tilted_variances(evidence, rows)
    diagonal = np.diagonal(sigma)
    sd = np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    at_common = np.empty(sigma.shape)  # row j: variance of unit j at the common score with each other unit
    for j in range(len(x)):
        total = diagonal[j] + diagonal
        toward = np.divide(diagonal[j], total, out=np.full(len(x), 0.5), where=total > 0)
        at_common[j] = np.interp(x[j] + (x - x[j]) * toward, mean[j], spread[j])
    for j in range(len(x)):
        mine, theirs = at_common[j], at_common[:, j]
        tilted = mine + theirs - 2 * sigma[j] / (sd[j] * sd) * np.sqrt(mine * theirs)
        np.maximum(variance[j], tilted, out=variance[j])


def _tilted_variances(evidence: Evidence, rows: Ints) -> tuple[Floats, Floats]:
    """Return scores and variances of each unit's law at MULTIPLIERS, shape (p, multipliers), scores ascending."""
    law = evidence.law(PSEUDO)
    _, _, variance = law.cumulants(np.zeros(len(rows)), rows)
    unit = 1 / np.sqrt(np.where(variance > 0, variance, 1.0))
    mean, spread = np.empty((len(rows), len(MULTIPLIERS))), np.empty((len(rows), len(MULTIPLIERS)))
    for at, multiplier in enumerate(MULTIPLIERS.tolist()):
        _, mean[:, at], spread[:, at] = law.cumulants(multiplier * unit, rows)
    return mean, spread
