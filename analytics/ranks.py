"""Ranks of units and confidence sets for them. Rank 1 is the best.

Confidence sets for ranks after Mogstad, Romano, Shaikh and Wilhelm (2024, Review of Economic Studies 91), by
inverting tests of all pairwise differences: simultaneous (all units at once) or marginal (one unit asked about),
two-sided, with step-down after Romano and Wolf (2005). A percentile bootstrap of ranks is no substitute: with
equal units it covers 0.01% instead of 95%.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

from analytics.differences import Differences, among, rows_at_once, spread_of, standardised
from analytics.largest_difference import LargestDifference, cholesky_factor, normal_blocks, order_statistic
from analytics.pairs import honest_pairs
from analytics.scores import UnitScores

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]

BORDERLINE = 0.04
"""Pairs closer than this to the critical value may change with the seed (Monte Carlo SD of it 0.007 to 0.014)."""


@dataclass(frozen=True)
class RankSets:
    """Ranks and their confidence sets, in the order of the units given.

    rank : shape (units,); competition rank, 1 is best; 0 where the score is NaN.
    best, worst : shape (units,); first and last place of the set; 0 where NaN. Places run to the number of units
        with a score.
    critical : one-step critical value of the standardised differences; marginal: shape (units,), NaN where no set
        was asked for.
    borderline : shape (pairs, 2); units (better, worse) whose difference is within 0.04 of the first or
        the final critical value, so that another seed might decide otherwise.
    """

    rank: Ints
    best: Ints
    worst: Ints
    critical: float | Floats
    borderline: Ints


def competition_ranks(score: ArrayLike, tolerance: float = 1e-9) -> tuple[Ints, Ints]:
    """Return competition ranks (1-2-2-4): rank = 1 + units strictly better.

    Parameters
    ----------
    score : shape (units,); larger is better, NaN is not ranked.
    tolerance : scores no further apart than this are equal.

    Returns
    -------
    rank : shape (units,); the place, shared by tied units; 0 where the score is NaN.
    tied_to : shape (units,); last place of the tie, equal to rank when untied; 0 where NaN.
    """
    values = np.asarray(score, dtype=np.float64)
    ranked = ~np.isnan(values)
    ordered = np.sort(values[ranked])
    better = len(ordered) - np.searchsorted(ordered, values + tolerance, side="right")
    worse = np.searchsorted(ordered, values - tolerance, side="left")
    rank = np.where(ranked, 1 + better, 0).astype(np.int64)
    tied_to = np.where(ranked, len(ordered) - worse, 0).astype(np.int64)
    return rank, tied_to


def rank_sets(
    score: ArrayLike,
    covariance: ArrayLike,
    *,
    level: float = 0.95,
    draws: int = 20_000,
    seed: int,
    simultaneous: bool = True,
    stepdown: bool = True,
    df: ArrayLike | None = None,
    only: ArrayLike | None = None,
) -> RankSets:
    """Return confidence sets for the ranks of all units.

    Simultaneous sets hold all true ranks at once with probability `level`; a marginal set holds the rank of the
    unit asked about. The method assumes large samples and a known covariance; `df` applies Student's t for small
    samples.

    Parameters
    ----------
    score : shape (units,), points; larger is better; NaN is left out and the number of places is smaller.
    covariance : shape (units, units), points squared.
    level : probability that the sets hold.
    draws : of the normal vector whose largest standardised difference gives the critical value.
    seed : of the draws; the same seed and input give the same sets.
    df : shape (units, units), degrees of freedom of each difference; None is normal theory.
    only : indices of the units whose marginal set is wanted; the others keep the widest set.

    Raises
    ------
    ValueError
        If `level` or `draws` is out of range, shapes differ, `covariance` is not a valid covariance matrix, or
        `only` is given for simultaneous sets.
    """
    _refuse(level, draws, simultaneous, only)
    pairs = standardised(score, covariance, df)
    present = pairs.present
    sigma = among(present, np.asarray(covariance, dtype=np.float64))
    return _sets(score, pairs, sigma, pairs.spread, level, draws, seed, simultaneous, stepdown, only)


def rank_sets_of(
    scores: UnitScores,
    *,
    level: float = 0.95,
    draws: int = 20_000,
    seed: int,
    simultaneous: bool = True,
    only: ArrayLike | None = None,
) -> RankSets:
    """Return confidence sets for the ranks of all units that hold for ballots of real people.

    Every pair has a variance and degrees of freedom (`analytics.pairs`): few people, agreeing next to divided units and
    sites. The critical value is that of differences with pooled correlations. Parameters as for `rank_sets`, which
    assumes one covariance for all pairs. Units with fewer than 4 votes keep the widest set.
    """
    _refuse(level, draws, simultaneous, only)
    pairs = honest_pairs(scores)
    spread = spread_of(pairs.sigma)
    return _sets(scores.score, pairs.differences, pairs.sigma, spread, level, draws, seed, simultaneous, True, only)


def _refuse(level: float, draws: int, simultaneous: bool, only: ArrayLike | None) -> None:
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    if draws < 1:
        raise ValueError(f"draws must be at least 1, got {draws}")
    if simultaneous and only is not None:
        raise ValueError("simultaneous sets are for all units; `only` asks for marginal ones")


def _sets(
    score: ArrayLike,
    pairs: Differences,
    sigma: Floats,
    spread: Floats,
    level: float,
    draws: int,
    seed: int,
    simultaneous: bool,
    stepdown: bool,
    only: ArrayLike | None,
) -> RankSets:
    """Invert the tests of all pairs. sigma, spread : of the draws, which need not be those of the pairs.

    spread is overwritten.
    """
    rank, _ = competition_ranks(score)
    present, z = pairs.present, pairs.z
    place = np.flatnonzero(present)
    p = len(place)
    if simultaneous:
        largest = LargestDifference(sigma, spread, draws, seed)
        critical: float | Floats = largest.critical(level)
        cut = np.full(p, largest.step_down(z, level) if stepdown else critical)
    else:
        wanted = np.ones(p, dtype=bool) if only is None else np.isin(place, np.asarray(only, dtype=np.int64))
        one_step, cut = _marginal(sigma, spread, z, wanted, level, draws, seed, stepdown)
        critical = np.full(len(present), np.nan)
        critical[place] = one_step
    best, worst = np.zeros(len(present), dtype=np.int64), np.zeros(len(present), dtype=np.int64)
    best[place] = 1 + (cut < z).sum(axis=0)
    worst[place] = p - (z > cut[:, None]).sum(axis=1)
    first = np.broadcast_to(critical, len(present))[place]  # a pair that just passes the first step counts too
    near = [_near(z[rows], rows, cut) | _near(z[rows], rows, first) for rows in rows_at_once(p)]
    j, k = np.nonzero(np.concatenate(near) if near else z)
    return RankSets(rank, best, worst, critical, np.column_stack([place[j], place[k]]))


def _near(z: Floats, rows: slice, cut: Floats) -> Bools:
    """Mark pairs (better, worse) within BORDERLINE of the critical value of either unit; z : some rows of all."""
    with np.errstate(invalid="ignore"):  # infinite against infinite is not near
        return ((np.abs(z - cut[rows, None]) < BORDERLINE) | (np.abs(z - cut) < BORDERLINE)) & (z > 0)


# Marginal sets.


def _marginal(
    sigma: Floats,
    spread: Floats,
    z: Floats,
    wanted: Bools,
    level: float,
    draws: int,
    seed: int,
    stepdown: bool,
) -> tuple[Floats, Floats]:
    """Return critical values by unit, one-step and final, shape (p,); NaN and infinite where not wanted."""
    p = len(sigma)
    first, final = np.full(p, np.nan), np.full(p, np.inf)
    if p < 2:
        return np.zeros(p), np.zeros(p)
    independent = not np.any(sigma - np.diag(np.diagonal(sigma)))
    sample = None if independent else np.hstack(list(normal_blocks(cholesky_factor(sigma), draws, seed)))
    for j in np.flatnonzero(wanted).tolist():
        others = np.delete(np.arange(p), j)
        others = others[spread[j, others] > 0]
        tail = _exact_tail(sigma, spread, j, others) if sample is None else _drawn_tail(sample, spread, j, others)
        everything = np.ones(len(others), dtype=bool)
        first[j] = final[j] = critical = tail(everything, everything, level)
        rejected = 0
        while stepdown and (now := int((np.abs(z[j, others]) > critical).sum())) > rejected:
            rejected = now
            above, below = z[j, others] <= critical, z[j, others] >= -critical
            final[j] = critical = min(critical, tail(above, below, level))
    return first, final


def _drawn_tail(sample: Floats, spread: Floats, j: int, others: Ints) -> "Tail":
    """Return the quantile function of unit j from draws of shape (p, draws)."""
    apart = (sample[j] - sample[others]) / spread[j, others][:, None]

    def quantile(above: Bools, below: Bools, level: float) -> float:
        largest = np.maximum(apart[above].max(axis=0, initial=0.0), -apart[below].min(axis=0, initial=0.0))
        return order_statistic(largest, level)

    return quantile


def _exact_tail(sigma: Floats, spread: Floats, j: int, others: Ints) -> "Tail":
    """Return the quantile function of unit j for independent estimates: a one-dimensional integral over its error."""
    sd = np.sqrt(np.diagonal(sigma))
    own, mass = _normal_nodes()
    value = (sd[j] * own)[:, None]
    reach, other = spread[j, others], np.maximum(sd[others], np.finfo(float).tiny)

    def held(critical: float, above: Bools, below: Bools) -> float:
        with np.errstate(over="ignore"):  # a unit without variance: 0 or 1
            high = np.where(below, special.ndtr((value + critical * reach) / other), 1.0)
            low = np.where(above, special.ndtr((value - critical * reach) / other), 0.0)
        return float(mass @ np.prod(high - low, axis=1))

    def quantile(above: Bools, below: Bools, level: float) -> float:
        if not len(others) or held(0.0, above, below) >= level:  # one side of one pair holds half at zero
            return 0.0
        return float(optimize.brentq(lambda c: held(c, above, below) - level, 0.0, 40.0, xtol=1e-12))

    return quantile


@cache
def _normal_nodes() -> tuple[Floats, Floats]:
    """Return points and masses of the standard normal; cached, as they took half the time of 60 marginal sets."""
    node, weight = np.polynomial.legendre.leggauss(400)
    points = 9 * node  # +-9 standard deviations hold all but 1e-18
    return points, 9 * weight * np.exp(-(points**2) / 2) / np.sqrt(2 * np.pi)


Tail: TypeAlias = Callable[[Bools, Bools, float], float]
"""Critical value from the remaining orders (the unit above each other unit, the unit below it) and the level."""
