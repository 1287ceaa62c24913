"""Scores of units, with the covariance between them.

Score: fixed-weight mean of group means (direct standardisation). Covariance: sandwich
clustered on the evaluator, full between units, with the factor n/(n-1) per cell in place
of E/(E-1). Small samples: two pseudo-votes drawn from the group's votes of the round, for
the variance only, and Student's t with Satterthwaite (1946) degrees of freedom.

Two implementations check each other: `score_units` from single lines,
`scores_from_moments` from exact sums. Neither ranks units.

In addition to scores and covariance, `UnitScores.evidence` keeps what inference from real ballots needs: the votes of
each cell (unit x group) by score, the votes that two units have in common, the sites, and the share of each group that
has not voted. From it come
- intervals (`UnitScores.interval`) and line rules (`analytics.verdicts.line_claims`): the law of a cell is its votes
  with pseudo-votes of its group, tilted to the hypothesis (`analytics.signed_root`);
- pairs (`analytics.pairs`): a variance and degrees of freedom of each difference, which no covariance matrix can
  express, for `analytics.ranks.rank_sets_of` and `analytics.verdicts.bottom_claims_of`;
- sites (`analytics.clusters`): votes count less by the design effect, degrees of freedom come from the sites.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse, special

from analytics.clusters import clustered
from analytics.evidence import Evidence
from analytics.laws import VoteCounts
from analytics.moments import SCALE, Exact, Ints, Moments, Pairs, SiteSums

__all__ = ["SCALE", "Moments", "Pairs", "UnitScores", "score_units", "scores_from_moments"]

WEIGHTS_APART = 1.001e-9
"""Distance of the sum of the weights from 1; a rule set is read to 1e-9 in decimals, the rest is rounding error."""
PSEUDO_VOTES = 2
"""Votes of the entire group mixed into a cell's variance; 2 gave 100% cover where raw gave 3.8%."""

Floats: TypeAlias = NDArray[np.float64]
Weights: TypeAlias = Mapping[Any, float] | None
Overlap: TypeAlias = NDArray[np.float32]
Population: TypeAlias = Mapping[Any, int] | None


@dataclass(frozen=True)
class ModelErrors:
    """Errors of scores that a model adjusted (`analytics.leniency`).

    covariance : shape (p, p), points squared. df : shape (p, p), of a difference. df_score : shape (p,).
    """

    covariance: Floats
    df: Floats
    df_score: Floats

    def select(self, rows: Ints) -> "ModelErrors":
        """Select units."""
        square = np.ix_(rows, rows)
        return ModelErrors(self.covariance[square], self.df[square], self.df_score[rows])


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
    evidence : votes by score, sites and overlap of evaluators; None where only sums are known.
    model : errors of the model, where `score` is adjusted and all else is that of the official scores. The larger of
        both errors counts: an adjustment never makes a score surer.
    """

    units: NDArray[Any]
    groups: NDArray[Any]
    n: Ints
    score: Floats
    covariance: Floats
    covariance_adjusted: Floats
    df: Floats
    df_score: Floats
    evidence: Evidence | None = None
    model: ModelErrors | None = None

    def select(self, rows: Sequence[int] | Ints) -> "UnitScores":
        """Select units by position; intervals stay what they are, pairs are those of the units selected."""
        at = np.asarray(rows, dtype=np.int64)
        square = np.ix_(at, at)
        tables = self.covariance[square], self.covariance_adjusted[square], self.df[square]
        evidence = None if self.evidence is None else self.evidence.select(at)
        model = None if self.model is None else self.model.select(at)
        columns = self.units[at], self.groups, self.n[at], self.score[at]
        return UnitScores(*columns, *tables, self.df_score[at], evidence, model)

    @property
    def se_sampling(self) -> Floats:
        """Return the clustered standard error before the small-sample step, in points."""
        return np.sqrt(np.diagonal(self.covariance))

    @property
    def se(self) -> Floats:
        """Return the standard error after the small-sample step, in points."""
        own: Floats = np.sqrt(np.diagonal(self.covariance_adjusted))
        return own if self.model is None else np.maximum(own, np.sqrt(np.diagonal(self.model.covariance)))

    def interval(self, level: float | Floats = 0.95) -> tuple[Floats, Floats]:
        """Return the low and high end of each score, one unit at a time, in points. level : one number, or by unit.

        From the votes by score (skew-corrected signed root); score +- t * se where only sums are known.
        """
        if not np.all((np.asarray(level) > 0) & (np.asarray(level) < 1)):
            raise ValueError(f"level must lie between 0 and 1, got {level}")
        df = self.df_score if self.model is None else np.minimum(self.df_score, self.model.df_score)
        reach: Floats = special.stdtrit(df, (1 + level) / 2) * self.se
        plain = self.score - reach, self.score + reach
        if self.evidence is None:
            return plain
        low, high = self.evidence.interval(self.score, level)
        return (low, high) if self.model is None else (np.minimum(low, plain[0]), np.maximum(high, plain[1]))


@dataclass(frozen=True)
class _Cells:
    """Per unit and group, shape (p, groups), in ten-thousandths of a point; 0 where n = 0."""

    n: Ints
    mean: Floats
    variance: Floats  # divided by n, not n - 1
    group_mean: Floats  # shape (groups,), all votes of the round
    group_variance: Floats  # shape (groups,), divided by n


def scores_from_moments(
    moments: Moments, weights: Weights, *, renormalise: bool = False, population: Population = None
) -> UnitScores:
    """Score units from exact sums.

    Parameters
    ----------
    moments : integer sums in ten-thousandths of a point.
    weights : group -> weight, adding to 1; None takes all votes as one group.
    renormalise : a unit that lacks a weighted group is scored on the others, their weights brought to 1 again.
    population : group -> people concerned, by unit; a group that voted completely adds no variance. None, or a group
        that is not named: no limit, the question is how the unit performs and not what a full count would give.

    Raises
    ------
    ValueError
        If a weight is not finite or negative, they do not add to 1 within 1e-9, a group
        with votes has no weight, or more people voted than a population has.
    """
    weight = group_weights(moments.groups, moments.group_n, weights)
    used = moments.pooled() if weights is None else moments
    cells, centre = _cells_of_moments(used)
    own, lacking = weights_of_units(cells.n, weight, weights, moments.groups, renormalise)
    open_share = _open_share(moments.groups, moments.n, population, pooled=weights is None)
    parts = _cross_products(used, cells, centre, _vote_factor(cells.n, own) * np.sqrt(open_share))
    units, groups = _labels(moments.units), _labels(moments.groups)
    overlap = _overlap(used)
    return _finish(units, groups, moments.n, cells, own, lacking, parts, overlap, open_share, used.counts, used.sites)


def score_units(
    evaluator: ArrayLike,
    unit: ArrayLike,
    group: ArrayLike,
    points: ArrayLike,
    weights: Weights = None,
    *,
    line_weight: ArrayLike | None = None,
    site: ArrayLike | None = None,
    population: Population = None,
) -> UnitScores:
    """Score units from single lines, one entry a scored line, in any order.

    Parameters
    ----------
    evaluator, unit, group : shape (lines,), integers or strings. An evaluator's lines on one
        unit form one vote.
    points : shape (lines,), in points; larger is better.
    weights : group -> weight, adding to 1; None takes all votes as one group.
    line_weight : shape (lines,), indicator weights inside a vote; None: all alike.
    site : shape (lines,), integers or strings, where each line's evaluator filled in the ballot; "" is unknown. Used
        for groups with at least 10 sites.
    population : group -> people concerned, as for `scores_from_moments`.

    Raises
    ------
    ValueError
        If shapes differ, a number is not finite, an evaluator is in two groups or at two sites, a group is
        not in `weights`, the weights do not add to 1, or more people voted than a population has.
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
    open_share = _open_share(tuple(groups.tolist()), n, population, pooled=weights is None)
    if weights is None:
        row = np.zeros_like(row)
    cells, deviation = _cells_of_votes(column, row, score, len(units), len(weight))
    unit_weights = np.broadcast_to(weight, cells.n.shape)
    part = deviation * (_vote_factor(cells.n, unit_weights) * np.sqrt(open_share))[column, row]
    place = (person, column)
    parts = _grams(part, place, row, (len(people), len(units)), len(weight))
    overlap = _grams(np.ones(len(part)), place, row, (len(people), len(units)), len(weight)).astype(np.float32)
    lacking = _lacking(cells.n, weight) | _lacks_absent(tuple(groups.tolist()), weights)
    counts = _counts_of_votes(column, row, score, cells.n.shape)
    sites = None if site is None else _site_sums(np.asarray(site), person_at, place, row, score, len(units))
    return _finish(units, groups, n, cells, unit_weights, lacking, parts, overlap, open_share, counts, sites)


def group_weights(groups: tuple[Hashable, ...], votes: tuple[int, ...], weights: Weights) -> Floats:
    """Return the weight of each group, shape (groups,); a single weight 1 when pooled."""
    if weights is None:
        return np.ones(1)
    values = [float(value) for value in weights.values()]
    if not all(np.isfinite(value) and value >= 0 for value in values):
        raise ValueError(f"weights must be finite and not negative, got {values}")
    if abs(sum(values) - 1) > WEIGHTS_APART:
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
    parts: Floats,
    overlap: Overlap,
    open_share: Floats,
    counts: VoteCounts | None,
    site_sums: SiteSums | None,
) -> UnitScores:
    """Return scores in points; NaN for lacking units.

    weight, open_share : shape (p, groups). parts, overlap : shape (groups, p, p); covariance of the scores from each
    group, clustered on evaluators, and votes in common.
    """
    score = np.where(lacking, np.nan, (cells.mean * weight).sum(axis=1) / SCALE)
    sampling, smoothed, freedom = _cell_variances(cells, weight)
    sampling, smoothed = sampling * open_share, smoothed * open_share
    correlation = _vote_correlation(parts, overlap, sampling, cells.n)
    clusters, used = None, np.zeros(weight.shape[1], dtype=bool)
    if site_sums is not None:
        scaled = weight * np.sqrt(open_share)
        clusters, from_sites = clustered(site_sums, cells.n, cells.mean / SCALE, scaled, sampling / SCALE**2)
        used = clusters.used
        sampling = np.where(used, clusters.variance * SCALE**2, sampling)
        smoothed = np.where(used, np.maximum(smoothed, sampling), smoothed)
        freedom = np.where(used, clusters.freedom, freedom)
    cross = parts[~used].sum(axis=0)
    np.fill_diagonal(cross, sampling[:, ~used].sum(axis=1))
    if clusters is not None and used.any():
        cross += from_sites * SCALE**2
    adjusted = cross + np.diag((smoothed - sampling).sum(axis=1))
    df, df_score = _degrees_of_freedom(smoothed, freedom)
    for matrix in (cross, adjusted, df):
        matrix[lacking, :] = np.nan
        matrix[:, lacking] = np.nan
    df_score[lacking] = np.nan
    evidence = None
    if counts is not None:
        mean = cells.mean / SCALE
        evidence = Evidence(counts, cells.n, mean, weight, open_share, overlap, correlation, clusters, df_score)
    return UnitScores(units, groups, n, score, cross / SCALE**2, adjusted / SCALE**2, df, df_score, evidence)


def _vote_correlation(parts: Floats, overlap: Overlap, sampling: Floats, n: Ints) -> Floats:
    """Return the correlation of two votes of one evaluator, pooled over the pairs of each group, shape (groups,).

    0 to 1: a negative one lengthens comparisons, which the variance of each pair shows.
    """
    correlation = np.zeros(len(parts))
    for g, (part, common) in enumerate(zip(parts, overlap, strict=True)):
        sd = np.sqrt(sampling[:, g] / np.maximum(n[:, g], 1))
        expected = sd @ common @ sd - (sd**2 * np.diagonal(common)).sum()
        if expected > 0:
            correlation[g] = np.clip((part.sum() - np.trace(part)) / expected, 0.0, 1.0)
    return correlation


def _open_share(groups: tuple[Hashable, ...], n: Ints, population: Population, *, pooled: bool) -> Floats:
    """Return 1 - n/N by unit and group, shape (p, groups), or (p, 1) when pooled; 1 without a population."""
    known = population or {}
    for group, votes in zip(groups, n.max(axis=0, initial=0), strict=True):
        if group in known and known[group] < votes:
            raise ValueError(f"group {group}: {votes} people voted on one unit, but the population is {known[group]}")
    if pooled:
        total = sum(known[group] for group in groups) if all(group in known for group in groups) else np.inf
        whole: Floats = 1 - n.sum(axis=1, keepdims=True) / total
        return whole
    size = np.array([known.get(group, np.inf) for group in groups], dtype=np.float64)
    share: Floats = 1 - n / size
    return share


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
    """Return the off-diagonal covariance of each group, shape (groups, p, p), zero diagonal.

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
    cross = np.zeros((len(moments.groups), p, p))
    np.add.at(cross, (g, j, k), value)
    both: Floats = cross + cross.transpose(0, 2, 1)
    return both


def _overlap(moments: Moments) -> Overlap:
    """Return the votes that two units have in common, shape (groups, p, p); on the diagonal their votes."""
    pairs, p = moments.pairs, len(moments.units)
    common: Overlap = np.zeros((len(moments.groups), p, p), dtype=np.float32)
    np.add.at(common, (pairs.group, pairs.first, pairs.second), pairs.n)
    common += common.transpose(0, 2, 1)
    common[:, np.arange(p), np.arange(p)] = moments.n.T
    return common


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


def _grams(part: Floats, place: tuple[Ints, Ints], group: Ints, shape: tuple[int, int], groups: int) -> Floats:
    """Return for each group the sum over people of the products of two units' entries, shape (groups, p, p)."""
    products = np.zeros((groups, shape[1], shape[1]))
    for g in range(groups):
        mine = group == g
        table = sparse.csr_array((part[mine], (place[0][mine], place[1][mine])), shape=shape)
        products[g] = (table.T @ table).toarray()
    return products


def _counts_of_votes(unit: Ints, group: Ints, score: Ints, shape: tuple[int, int]) -> VoteCounts:
    return VoteCounts.of_rows(unit, group, score / SCALE, np.ones(len(score)), (shape[0], shape[1]))


def _site_sums(
    site: NDArray[Any], person_of_line: Ints, place: tuple[Ints, Ints], group: Ints, score: Ints, p: int
) -> SiteSums:
    """Return votes by site and group; a ballot without a site is a separate row."""
    if len(site) != len(person_of_line):
        raise ValueError("site must have one entry a line")
    names, at = np.unique(site, return_inverse=True)
    people = int(person_of_line.max(initial=-1)) + 1
    site_of = np.zeros(people, dtype=np.int64)
    site_of[person_of_line] = at
    if (site_of[person_of_line] != at).any():
        raise ValueError("an evaluator is at two sites")
    named = np.array([str(name) != "" for name in names], dtype=bool)
    site_of = np.where(named[site_of], site_of, len(names) + np.arange(people))
    person, unit = place
    key, row = np.unique(np.stack([group, site_of[person]]), axis=1, return_inverse=True)
    n = np.zeros((key.shape[1], p), dtype=np.int64)
    total = np.zeros_like(n)
    np.add.at(n, (row.ravel(), unit), 1)
    np.add.at(total, (row.ravel(), unit), score)
    return SiteSums(key[0], key[1], key[1] < len(names), n, total)
