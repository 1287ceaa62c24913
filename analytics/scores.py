"""Scores of units, with the covariance between them.

Score: fixed-weight mean of group means (direct standardisation). Covariance: sandwich
clustered on the evaluator, full between units, with the factor n/(n-1) per cell in place
of E/(E-1). Small samples: two pseudo-votes drawn from the group's votes of the round, for
the variance only, and Student's t with Satterthwaite (1946) degrees of freedom.

Two implementations check each other: `score_units` from single lines,
`scores_from_moments` from exact sums. Neither ranks units.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse, special

from analytics.moments import SCALE, Exact, Ints, Moments, Pairs

__all__ = ["SCALE", "Moments", "Pairs", "UnitScores", "score_units", "scores_from_moments"]

PSEUDO_VOTES = 2
"""Votes of the entire group mixed into a cell's variance; 2 gave 100% cover where raw gave 3.8%."""

Floats: TypeAlias = NDArray[np.float64]
Weights: TypeAlias = Mapping[Any, float] | None


@dataclass(frozen=True)
class UnitScores:
    """Scores in points, larger is better; p = number of units.

    units, groups : labels. n : shape (p, groups), votes, by group also when pooled.
    score : shape (p,); NaN where a group with a positive weight has no vote.
    covariance : shape (p, p), points squared; sampling covariance of the scores.
    covariance_adjusted : the same with the small-sample step on the diagonal.
    df : shape (p, p), degrees of freedom of a difference of two scores (the diagonal
        means nothing).
    df_score : shape (p,), degrees of freedom of one score.
    """

    units: NDArray[Any]
    groups: NDArray[Any]
    n: Ints
    score: Floats
    covariance: Floats
    covariance_adjusted: Floats
    df: Floats
    df_score: Floats

    @property
    def se_sampling(self) -> Floats:
        """Return the clustered standard error before the small-sample step, in points."""
        return np.sqrt(np.diagonal(self.covariance))

    @property
    def se(self) -> Floats:
        """Return the standard error after the small-sample step, in points."""
        return np.sqrt(np.diagonal(self.covariance_adjusted))

    def interval(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """Return the low and high end of each score, one unit at a time, not clipped to the scale."""
        if not 0 < level < 1:
            raise ValueError(f"level must lie between 0 and 1, got {level}")
        reach: Floats = special.stdtrit(self.df_score, (1 + level) / 2) * self.se
        return self.score - reach, self.score + reach


@dataclass(frozen=True)
class _Cells:
    """Per unit and group, shape (p, groups), in ten-thousandths of a point; 0 where n = 0."""

    n: Ints
    mean: Floats
    variance: Floats  # divided by n, not n - 1
    group_mean: Floats  # shape (groups,), all votes of the round
    group_variance: Floats  # shape (groups,), divided by n


def scores_from_moments(moments: Moments, weights: Weights, *, renormalise: bool = False) -> UnitScores:
    """Score units from exact sums.

    Parameters
    ----------
    moments : integer sums in ten-thousandths of a point.
    weights : group -> weight, adding to 1; None takes all votes as one group.
    renormalise : a unit that lacks a weighted group is scored on the others, their weights brought to 1 again.

    Raises
    ------
    ValueError
        If a weight is not finite or negative, they do not add to 1 within 1e-9, or a group
        with votes has no weight.
    """
    weight = group_weights(moments.groups, moments.group_n, weights)
    used = moments.pooled() if weights is None else moments
    cells, centre = _cells_of_moments(used)
    own, lacking = weights_of_units(cells.n, weight, weights, moments.groups, renormalise)
    cross = _cross_products(used, cells, centre, _vote_factor(cells.n, own))
    units, groups = _labels(moments.units), _labels(moments.groups)
    return _finish(units, groups, moments.n, cells, own, lacking, cross)


def score_units(
    evaluator: ArrayLike,
    unit: ArrayLike,
    group: ArrayLike,
    points: ArrayLike,
    weights: Weights = None,
    *,
    line_weight: ArrayLike | None = None,
) -> UnitScores:
    """Score units from single lines, one entry a scored line, in any order.

    Parameters
    ----------
    evaluator, unit, group : shape (lines,), integers or strings. An evaluator's lines on one
        unit form one vote.
    points : shape (lines,), in points; larger is better.
    weights : group -> weight, adding to 1; None takes all votes as one group.
    line_weight : shape (lines,), indicator weights inside a vote; None: all alike.

    Raises
    ------
    ValueError
        If shapes differ, a number is not finite, an evaluator is in two groups, a group is
        not in `weights`, or the weights do not add to 1.
    """
    units, unit_at = np.unique(np.asarray(unit), return_inverse=True)
    groups, group_at = np.unique(np.asarray(group), return_inverse=True)
    people, person_at = np.unique(np.asarray(evaluator), return_inverse=True)
    group_of = _group_of_person(person_at, group_at, people)
    person, column, score = _votes(person_at, unit_at, points, line_weight, len(units))
    row = group_of[person]
    shape = (len(units), len(groups))
    n = np.bincount(column * shape[1] + row, minlength=shape[0] * shape[1]).reshape(shape)
    weight = group_weights(tuple(groups.tolist()), tuple(n.sum(axis=0).tolist()), weights)
    if weights is None:
        row = np.zeros_like(row)
    cells, deviation = _cells_of_votes(column, row, score, len(units), len(weight))
    unit_weights = np.broadcast_to(weight, cells.n.shape)
    part = deviation * _vote_factor(cells.n, unit_weights)[column, row]
    influence = sparse.csr_array((part, (person, column)), shape=(len(people), len(units)))
    cross: Floats = (influence.T @ influence).toarray()
    lacking = _lacking(cells.n, weight) | _lacks_absent(tuple(groups.tolist()), weights)
    return _finish(units, groups, n, cells, unit_weights, lacking, cross)


def group_weights(groups: tuple[Hashable, ...], votes: tuple[int, ...], weights: Weights) -> Floats:
    """Return the weight of each group, shape (groups,); a single weight 1 when pooled."""
    if weights is None:
        return np.ones(1)
    values = [float(value) for value in weights.values()]
    if not all(np.isfinite(value) and value >= 0 for value in values):
        raise ValueError(f"weights must be finite and not negative, got {values}")
    if abs(sum(values) - 1) > 1e-9:
        raise ValueError(f"weights must add to 1, they add to {sum(values)!r}")
    unknown = [g for g, n in zip(groups, votes, strict=True) if n and g not in weights]
    if unknown:
        raise ValueError(f"groups with votes but without a weight: {unknown}")
    return np.array([float(weights.get(group, 0.0)) for group in groups])


def weights_of_units(
    n: Ints, weight: Floats, weights: Weights, groups: tuple[Hashable, ...], renormalise: bool
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the weights of each unit's groups, shape (p, groups), and units without a score, shape (p,).

    n : shape (p, groups), one column when pooled. weight : of `group_weights`.
    """
    if renormalise:
        return _renormalised(n, weight)
    return np.broadcast_to(weight, n.shape), _lacking(n, weight) | _lacks_absent(groups, weights)


def _lacking(n: Ints, weight: Floats) -> NDArray[np.bool_]:
    """Mark units without a vote from a group that has a weight, shape (p,)."""
    lacking: NDArray[np.bool_] = ((n == 0) & (weight > 0)).any(axis=1)
    return lacking


def _lacks_absent(groups: tuple[Hashable, ...], weights: Weights) -> bool:
    """Return whether a group with a weight is absent from the data, so that every unit lacks it."""
    return weights is not None and any(value > 0 and group not in groups for group, value in weights.items())


def _renormalised(n: Ints, weight: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return weights of each unit over the groups it has, shape (p, groups), and units without any of them."""
    there = np.where(n > 0, weight, 0.0)
    total = there.sum(axis=1)
    return there / np.where(total > 0, total, 1.0)[:, None], total <= 0


def _finish(
    units: NDArray[Any],
    groups: NDArray[Any],
    n: Ints,
    cells: _Cells,
    weight: Floats,
    lacking: NDArray[np.bool_],
    cross: Floats,
) -> UnitScores:
    """Return scores in points from cells, weights (p, groups) and sampling covariance; NaN for lacking units."""
    score = np.where(lacking, np.nan, (cells.mean * weight).sum(axis=1) / SCALE)
    sampling, smoothed, freedom = _cell_variances(cells, weight)
    np.fill_diagonal(cross, sampling.sum(axis=1))
    adjusted = cross + np.diag((smoothed - sampling).sum(axis=1))
    df, df_score = _degrees_of_freedom(smoothed, freedom)
    for matrix in (cross, adjusted, df):
        matrix[lacking, :] = np.nan
        matrix[:, lacking] = np.nan
    df_score[lacking] = np.nan
    return UnitScores(units, groups, n, score, cross / SCALE**2, adjusted / SCALE**2, df, df_score)


def _cell_variances(cells: _Cells, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """Return each cell's variance in a score, before and after smoothing, and its df; weight (p, groups).

    The mixed variance is written with deviations from the means, which is the moment form of
    the method without its cancellation.
    """
    n = np.maximum(cells.n, 1).astype(np.float64)
    bessel = np.where(cells.n > 1, n / np.maximum(n - 1, 1), 1.0)
    unbiased = cells.variance * bessel
    counts = (cells.n > 0) * weight**2 / n
    freedom = np.where((cells.n > 0) & (weight > 0), n - 1 + PSEUDO_VOTES, 0.0)
    return counts * unbiased, counts * np.maximum(_mixed(cells) * bessel, unbiased), freedom


def _mixed(cells: _Cells) -> Floats:
    """Return the variance of each cell's votes together with the pseudo-votes, divided by their number."""
    n, a = np.maximum(cells.n, 1).astype(np.float64), PSEUDO_VOTES
    apart = (cells.mean - cells.group_mean) ** 2
    return (n * cells.variance + a * cells.group_variance) / (n + a) + n * a * apart / (n + a) ** 2


def relative_spread(moments: Moments) -> Floats:
    """Divide the variance of each cell's votes, with pseudo-votes, by the variance within the cells of its group.

    Shape (p, groups); 1 without votes or where no cell of the group has any spread.
    """
    cells, _ = _cells_of_moments(moments)
    within = (cells.n * cells.variance).sum(axis=0) / np.maximum(cells.n.sum(axis=0), 1)
    known = (cells.n > 0) & (within > 0)
    effect: Floats = np.divide(_mixed(cells), within, out=np.ones(cells.n.shape), where=known)
    return effect


def _degrees_of_freedom(variance: Floats, freedom: Floats) -> tuple[Floats, Floats]:
    """Return Satterthwaite degrees of freedom of each pair (p, p) and each score (p,).

    Without any variance the ratio is 0/0; its limit for equal small variances, the sum of
    the cells' degrees of freedom, is used.
    """
    largest = variance.max(initial=0.0)
    share = variance / (largest or 1.0)  # no underflow when squared
    sum_ = share.sum(axis=1)
    spread = (share**2 / np.maximum(freedom, 1)).sum(axis=1)
    plain = freedom.sum(axis=1)
    pair_sum, pair_spread = np.add.outer(sum_, sum_), np.add.outer(spread, spread)
    pair_plain = np.add.outer(plain, plain)
    return _ratio(pair_sum**2, pair_spread, pair_plain), _ratio(sum_**2, spread, plain)


def _ratio(top: Floats, bottom: Floats, otherwise: Floats) -> Floats:
    return np.divide(top, bottom, out=otherwise.copy(), where=bottom > 0)


def _vote_factor(n: Ints, weight: Floats) -> Floats:
    """Return w/n * sqrt(n/(n-1)) per cell, what a deviation adds to the score; the root is 1 at n = 1."""
    size = np.maximum(n, 1).astype(np.float64)
    return weight / size * np.where(n > 1, np.sqrt(size / np.maximum(size - 1, 1)), 1.0)


def _labels(values: tuple[Hashable, ...]) -> NDArray[Any]:
    return np.array(values) if values else np.zeros(0, dtype=str)


# From exact sums. Everything is centred on each cell's rounded mean while still an integer:
# the sums shrink from 1e12 to the size of the variance before any float is formed.


def _cells_of_moments(moments: Moments) -> tuple[_Cells, Exact]:
    """Return the cells and the integer centre of each, shape (p, groups)."""
    size = np.maximum(moments.n, 1)
    centre = (2 * moments.total + size) // (2 * size)
    rest = ((moments.total - moments.n * centre) / size).astype(np.float64)
    square = moments.squares - 2 * centre * moments.total + moments.n * centre * centre
    variance = np.maximum((square / size).astype(np.float64) - rest**2, 0.0)
    mean = centre.astype(np.float64) + rest
    group = [
        _mean_and_variance(*sums)
        for sums in zip(moments.group_n, moments.group_total, moments.group_squares, strict=True)
    ]
    overall = np.array(group, dtype=np.float64).reshape(len(moments.groups), 2)
    return _Cells(moments.n, mean, variance, overall[:, 0], overall[:, 1]), centre


def _mean_and_variance(n: int, total: int, squares: int) -> tuple[float, float]:
    if n == 0:
        return 0.0, 0.0
    return total / n, (n * squares - total * total) / (n * n)


def _cross_products(moments: Moments, cells: _Cells, centre: Exact, factor: Floats) -> Floats:
    """Return the off-diagonal covariance, shape (p, p), zero diagonal.

    The sum over common ballots of (s_j - m_j)(s_k - m_k), times both vote factors. int64
    wraps on the way and comes back: the centred result is small.
    """
    pairs = moments.pairs
    j, k, g = pairs.first, pairs.second, pairs.group
    cj, ck = centre[j, g], centre[k, g]
    product = pairs.sum_product - ck * pairs.sum_first - cj * pairs.sum_second + pairs.n * cj * ck
    first = (pairs.sum_first - pairs.n * cj).astype(np.float64)
    second = (pairs.sum_second - pairs.n * ck).astype(np.float64)
    dj = cells.mean[j, g] - cj.astype(np.float64)
    dk = cells.mean[k, g] - ck.astype(np.float64)
    centred = product.astype(np.float64) - dk * first - dj * second + pairs.n * dj * dk
    value = centred * factor[j, g] * factor[k, g]
    p = len(moments.units)
    cross = np.zeros((p, p))
    np.add.at(cross, (j, k), value)
    return cross + cross.T


# From single lines.


def _group_of_person(person: Ints, group: Ints, people: NDArray[Any]) -> Ints:
    """Return the group index of each evaluator, shape (people,)."""
    group_of = np.zeros(len(people), dtype=np.int64)
    group_of[person] = group
    strangers = people[person[group_of[person] != group]]
    if len(strangers):
        raise ValueError(f"evaluator in two groups: {strangers[0]}")
    return group_of


def _votes(
    person: Ints, unit: Ints, points: ArrayLike, line_weight: ArrayLike | None, p: int
) -> tuple[Ints, Ints, Ints]:
    """Return person, unit and integer score of the votes, in the order of person and unit.

    Points are read to a millionth and weights to a billionth, so that half a ten-thousandth
    is met exactly and rounds up.
    """
    value = np.asarray(points, dtype=np.float64)
    given = np.ones(len(value)) if line_weight is None else np.asarray(line_weight, dtype=np.float64)
    if not (len(value) == len(person) == len(unit) == len(given)):
        raise ValueError("evaluator, unit, group, points and line_weight must have one length")
    if not (np.isfinite(value).all() and np.isfinite(given).all() and (given >= 0).all()):
        raise ValueError("points and line weights must be finite, line weights not negative")
    key, vote = np.unique(person * p + unit, return_inverse=True)
    unit_weight = 1 if line_weight is None else 10**9
    integer_weight = np.rint(given * unit_weight).astype(np.int64)
    fine = np.rint(value * SCALE * 100).astype(np.int64)
    total, share = np.zeros(len(key), dtype=np.int64), np.zeros(len(key), dtype=np.int64)
    np.add.at(total, vote, integer_weight * fine)
    np.add.at(share, vote, integer_weight)
    if (share == 0).any():
        raise ValueError("the line weights of a vote add to zero")
    score = (total + 50 * share) // (100 * share)  # half up: floor(x + 1/2)
    return key // max(p, 1), key % max(p, 1), score


def _cells_of_votes(unit: Ints, group: Ints, score: Ints, p: int, g: int) -> tuple[_Cells, Floats]:
    """Return the cells and each vote's deviation from the mean of its cell, shape (votes,)."""
    cell = unit * g + group
    n = np.bincount(cell, minlength=p * g)
    mean = np.bincount(cell, weights=score, minlength=p * g) / np.maximum(n, 1)
    deviation: Floats = score - mean[cell]
    variance = np.bincount(cell, weights=deviation**2, minlength=p * g) / np.maximum(n, 1)
    size = np.maximum(np.bincount(group, minlength=g), 1)
    group_mean = np.bincount(group, weights=score, minlength=g) / size
    apart = (score - group_mean[group]) ** 2
    group_variance = np.bincount(group, weights=apart, minlength=g) / size
    shape = (p, g)
    cells = _Cells(n.reshape(shape), mean.reshape(shape), variance.reshape(shape), group_mean, group_variance)
    return cells, deviation
