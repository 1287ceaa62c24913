"""Scores a second time: dictionaries, loops and fractions, written from the formulas alone."""

from collections import defaultdict
from fractions import Fraction
from math import floor, sqrt

PSEUDO = 2


def plain_scores(lines, weights):
    """lines: (evaluator, unit, group, points, line weight). Returns a dictionary of results.

    score[j], covariance[j, k], adjusted[j, k], df[j, k], df_score[j]; a unit that lacks a weighted
    group is left out.
    """
    if weights is None:
        lines = [(e, u, "all", x, w) for e, u, _, x, w in lines]
        weights = {"all": 1}
    votes = _votes(lines)
    cells, group_votes = defaultdict(dict), defaultdict(list)
    for (evaluator, unit, group), score in votes.items():
        cells[unit, group][evaluator] = score
        group_votes[group].append(score)
    live = {g: w for g, w in weights.items() if w > 0}
    units = [u for u in sorted({u for _, u, *_ in lines}) if all((u, g) in cells for g in live)]
    mean = {cell: _mean(given.values()) for cell, given in cells.items()}
    score = {u: sum(Fraction(w) * mean[u, g] for g, w in live.items()) for u in units}
    covariance = {(j, k): sum(_shared(cells, mean, live, g, j, k) for g in live) for j in units for k in units}
    wide, freedom = {}, {}
    for u in units:
        for g, w in live.items():
            given = list(cells[u, g].values())
            wide[u, g] = float(w) ** 2 * _variance(given, group_votes[g]) / len(given)
            freedom[u, g] = len(given) - 1 + PSEUDO
    adjusted = dict(covariance)
    for u in units:
        adjusted[u, u] = sum(wide[u, g] for g in live)
    total = {u: sum(wide[u, g] for g in live) for u in units}
    spread = {u: sum(wide[u, g] ** 2 / freedom[u, g] for g in live) for u in units}
    plain = {u: sum(freedom[u, g] for g in live) for u in units}
    df = {
        (j, k): (total[j] + total[k]) ** 2 / (spread[j] + spread[k]) if spread[j] + spread[k] else plain[j] + plain[k]
        for j in units
        for k in units
    }
    df_score = {u: total[u] ** 2 / spread[u] if spread[u] else plain[u] for u in units}
    return {
        "score": {u: float(value) for u, value in score.items()},
        "covariance": covariance,
        "adjusted": adjusted,
        "df": df,
        "df_score": df_score,
    }


def _votes(lines):
    """A vote is the weighted mean of its lines, half up to a ten-thousandth of a point."""
    parts = defaultdict(list)
    for evaluator, unit, group, points, weight in lines:
        parts[evaluator, unit, group].append((Fraction(str(points)), Fraction(str(weight))))
    votes = {}
    for key, given in parts.items():
        exact = sum(x * w for x, w in given) / sum(w for _, w in given)
        votes[key] = Fraction(floor(exact * 10_000 + Fraction(1, 2)), 10_000)
    return votes


def _mean(values):
    values = list(values)
    return sum(values, Fraction(0)) / len(values)


def _shared(cells, mean, weights, group, j, k):
    ours, theirs = cells[j, group], cells[k, group]
    both = ours.keys() & theirs.keys()
    product = sum((ours[e] - mean[j, group]) * (theirs[e] - mean[k, group]) for e in both)
    factor = sqrt(_bessel(len(ours)) * _bessel(len(theirs))) / (len(ours) * len(theirs))
    return float(weights[group]) ** 2 * float(product) * factor


def _bessel(n):
    return Fraction(n, n - 1) if n > 1 else Fraction(1)


def _variance(own, everyone):
    """The larger of the cell's variance and the variance of its mixture with two group votes."""
    n = len(own)
    m, m2 = _mean(own), _mean(x * x for x in own)
    big, big2 = _mean(everyone), _mean(x * x for x in everyone)
    mixed = (n * m2 + PSEUDO * big2) / (n + PSEUDO) - ((n * m + PSEUDO * big) / (n + PSEUDO)) ** 2
    return float(max(mixed, m2 - m * m) * _bessel(n))
