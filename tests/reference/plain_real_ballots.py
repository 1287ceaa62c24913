"""Inference from real ballots a second time: loops over votes, units and pairs, roots by bisection, no arrays of units.

Written from the formulas of `docs/method` alone: r*, line tests, and the variance of a pair.
"""

from itertools import pairwise
from math import exp, inf, log, sqrt

from scipy import stats


class Law:
    """Law of a score: for each group (weight, votes, {value: share})."""

    def __init__(self, groups):
        self.groups = groups

    def cumulants(self, multiplier):
        k = mean = variance = 0.0
        for weight, size, share in self.groups:
            step = multiplier * weight / size
            top = max(step * value for value in share)
            mass = {value: part * exp(step * value - top) for value, part in share.items()}
            total = sum(mass.values())
            middle = sum(value * part for value, part in mass.items()) / total
            square = sum((value - middle) ** 2 * part for value, part in mass.items()) / total
            k += size * (log(total) + top)
            mean += weight * middle
            variance += weight**2 / size * square
        return k, mean, variance

    def multiplier(self, score):
        return bisected(lambda b: self.cumulants(b)[1] - score, -1.0, 1.0)

    def r_star(self, hypothesis, score):
        return self.root(self.multiplier(hypothesis), self.multiplier(score), score)

    def root(self, a, b, score):
        before, after, variance = self.cumulants(a)[0], self.cumulants(b)[0], self.cumulants(b)[2]
        r = sqrt(max(2 * ((b - a) * score - after + before), 0.0))
        r = r if b > a else -r
        if abs(r) < 1e-3:
            return r
        return r + log((b - a) * sqrt(variance) / r) / r

    def ends(self):
        low = sum(weight * min(v for v, part in share.items() if part > 0) for weight, _, share in self.groups)
        high = sum(weight * max(v for v, part in share.items() if part > 0) for weight, _, share in self.groups)
        return low, high


def bisected(function, low, high):
    while function(low) > 0:
        low *= 2
    while function(high) < 0:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) < 0 else (low, middle)
    return (low + high) / 2


def smoothed(own, group, pseudo):
    """own, group : {value: votes}."""
    everybody, n = sum(group.values()), sum(own.values())
    if pseudo == inf:
        return {value: votes / everybody for value, votes in group.items()}
    return {value: (own.get(value, 0) + pseudo * votes / everybody) / (n + pseudo) for value, votes in group.items()}


def law_of(cells, groups, weights, pseudo):
    """cells : {group: {value: votes}} of one unit."""
    return Law([(weights[g], sum(own.values()), smoothed(own, groups[g], pseudo)) for g, own in cells.items()])


def score_of(cells, weights):
    return sum(weights[g] * sum(v * n for v, n in own.items()) / sum(own.values()) for g, own in cells.items())


def half_step(cells, groups, weights):
    values = sorted({value for group in groups.values() for value in group})
    gap = max(min(b - a for a, b in pairwise(values)), (values[-1] - values[0]) / 50)
    return min(weights[g] / sum(own.values()) for g, own in cells.items()) * gap / 2


def moved_inside(score, law, step):
    low, high = law.ends()
    step = min(step, (high - low) / 2)
    return min(max(score, low + step), high - step)


def interval(cells, groups, weights, df, level=0.95):
    law, score, step = law_of(cells, groups, weights, 20), score_of(cells, weights), half_step(cells, groups, weights)
    x, limit = moved_inside(score, law, step), stats.t.ppf((1 + level) / 2, df)
    b = law.multiplier(x)
    width = limit / sqrt(law.cumulants(b)[2])
    found = []
    for side in (1, -1):

        def beyond(away, side=side):
            return side * law.root(b - side * away, b, x) - limit

        low, high = 1e-6 * width, width
        while beyond(high) < 0:
            high *= 2
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if beyond(middle) < 0 else (low, middle)
        found.append(law.cumulants(b - side * low)[1])
    return min(found[0], score), max(found[1], score)


def line_p(cells, groups, weights, df, line):
    """p-values of "below" and of "above"; the line is inside the range of the votes."""
    score, step = score_of(cells, weights), half_step(cells, groups, weights)
    below, above = [], []
    for pseudo in (20, inf):
        law = law_of(cells, groups, weights, pseudo)
        below.append(law.r_star(line, moved_inside(score + step, law, step)))
        above.append(law.r_star(line, moved_inside(score - step, law, step)))
    z = (score - line) / sqrt(law.cumulants(law.multiplier(line))[2])
    return stats.t.cdf(max(*below, z), df), stats.t.sf(min(*above, z), df)


def pair(votes, groups_of, weights, j, k):
    """Variance and degrees of freedom of score j - score k of single votes {(evaluator, unit): value}.

    groups_of : {evaluator: group}. Returns the variance with pooled correlation, the tilted one, and df.
    """
    cells, group_counts = {}, {}
    for (evaluator, unit), value in votes.items():
        g = groups_of[evaluator]
        cells.setdefault(unit, {}).setdefault(g, {}).setdefault(value, 0)
        cells[unit][g][value] += 1
        group_counts.setdefault(g, {}).setdefault(value, 0)
        group_counts[g][value] += 1
    values = sorted({value for group in group_counts.values() for value in group})
    group_counts = {g: {v: group.get(v, 0) for v in values} for g, group in group_counts.items()}
    floor = {u: {g: _floor(own, group_counts[g], weights[g]) for g, own in c.items()} for u, c in cells.items()}
    total = bottom = 0.0
    covariance = 0.0
    for g in weights:
        nj, nk = (sum(cells[u][g].values()) for u in (j, k))
        common = [e for e, group in groups_of.items() if group == g and (e, j) in votes and (e, k) in votes]
        part = _correlation(votes, groups_of, cells, g) * len(common) / sqrt(nj * nk) * sqrt(floor[j][g] * floor[k][g])
        covariance += part
        both = floor[j][g] + floor[k][g] - 2 * part
        fj, fk = max(nj - 1, 1), max(nk - 1, 1)
        shared = len(common) / min(nj, nk)
        total += both
        bottom += shared * both**2 / min(fj, fk) + (1 - shared) * (floor[j][g] ** 2 / fj + floor[k][g] ** 2 / fk)
    vj, vk = sum(floor[j].values()), sum(floor[k].values())
    xj, xk = score_of(cells[j], weights), score_of(cells[k], weights)
    middle = (xj + xk) / 2
    tilted = []
    for unit in (j, k):
        law = law_of(cells[unit], group_counts, weights, 8)
        low, high = law.ends()
        tilted.append(law.cumulants(law.multiplier(min(max(middle, low + 1e-9), high - 1e-9)))[2])
    correlation = covariance / sqrt(vj * vk)
    spread = sum(tilted) - 2 * correlation * sqrt(tilted[0] * tilted[1])
    return vj + vk - 2 * covariance, spread, total**2 / bottom


def _floor(own, group, weight):
    n, share = sum(own.values()), smoothed(own, group, 8)
    mean = sum(v * part for v, part in share.items())
    spread = sum((v - mean) ** 2 * part for v, part in share.items())
    return weight**2 * spread / n * (n / (n - 1) if n > 1 else 1)


def _correlation(votes, groups_of, cells, g):
    """Covariances of the votes that two units share, over the products of their standard deviations."""
    mean, sd = {}, {}
    for unit, given in cells.items():
        own = given[g]
        n = sum(own.values())
        mean[unit] = sum(v * m for v, m in own.items()) / n
        square = sum((v - mean[unit]) ** 2 * m for v, m in own.items())
        sd[unit] = sqrt(square / (n - 1)) if n > 1 else 0.0
    top = bottom = 0.0
    for j in cells:
        for k in cells:
            common = [e for e, group in groups_of.items() if group == g and (e, j) in votes and (e, k) in votes]
            if j == k or not common:
                continue
            n = [sum(cells[u][g].values()) for u in (j, k)]
            root = 1.0
            for one in n:
                root *= sqrt(one / (one - 1)) if one > 1 else 1.0
            sum_ = sum((votes[e, j] - mean[j]) * (votes[e, k] - mean[k]) for e in common)
            top += root * sum_ / (n[0] * n[1])
            bottom += len(common) * sd[j] * sd[k] / (n[0] * n[1])
    return min(max(top / bottom, 0.0), 1.0) if bottom > 0 else 0.0
