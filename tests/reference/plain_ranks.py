"""Rank sets, bottom claims and shrinkage a second time: loops and lists, written from the formulas alone.

Scores are lists of numbers, larger is better; covariances are lists of rows. Nobody is NaN here.
"""

import random
from math import erf, erfc, exp, inf, pi, sqrt

from scipy import special


def differences(score, covariance):
    """(x_j - x_k) / s_jk for all j != k; an exact difference without variance is infinitely clear."""
    found = {}
    for j in range(len(score)):
        for k in range(len(score)):
            if j == k:
                continue
            gap = score[j] - score[k]
            s = error(covariance, j, k)
            if s > 0:
                found[j, k] = gap / s
            else:
                found[j, k] = 0.0 if gap == 0 else (inf if gap > 0 else -inf)
    return found


def error(covariance, j, k):
    return sqrt(max(covariance[j][j] + covariance[k][k] - 2 * covariance[j][k], 0.0))


def as_normal(t, df):
    """The normal value with the same tail as each Student t; df is a list of rows or None."""
    if df is None:
        return dict(t)
    return {(j, k): _normal_value(value, df[j][k]) for (j, k), value in t.items()}


def _normal_value(t, nu):
    if abs(t) == inf:
        return t
    size = -float(special.ndtri(special.stdtr(nu, -abs(t))))
    return size if t > 0 else -size


def rank_sets(score, covariance, noise, *, level=0.95, stepdown=True, df=None):
    """Best and worst rank of every unit together, and the one-step critical value.

    noise: a list of draws, each one number a unit, from N(0, covariance).
    """
    p = len(score)
    t = as_normal(differences(score, covariance), df)
    tested = [pair for pair in t if error(covariance, *pair) > 0]
    rejected = {pair for pair in t if pair not in tested and t[pair] > 0}
    first = None
    while True:
        left = [pair for pair in tested if pair not in rejected]
        critical = quantile([largest(draw, left, covariance) for draw in noise], level) if left else inf
        first = critical if first is None else first
        new = {pair for pair in left if t[pair] > critical}
        rejected |= new
        if not new or not stepdown:
            break
    return (*_ranges(p, rejected), first)


def marginal_sets(score, covariance, noise, *, level=0.95, stepdown=True, df=None):
    """The same for each unit alone; one critical value a unit."""
    best, worst, critical = [], [], []
    t = as_normal(differences(score, covariance), df)
    for unit in range(len(score)):
        mine = [pair for pair in t if unit in pair and error(covariance, *pair) > 0]
        rejected = {pair for pair in t if unit in pair and pair not in mine and t[pair] > 0}
        first = None
        while True:
            left = [pair for pair in mine if pair not in rejected]
            c = quantile([largest(draw, left, covariance) for draw in noise], level) if left else inf
            first = c if first is None else first
            new = {pair for pair in left if t[pair] > c}
            rejected |= new
            if not new or not stepdown:
                break
        low, high = _ranges(len(score), rejected)
        best.append(low[unit])
        worst.append(high[unit])
        critical.append(first)
    return best, worst, critical


def _ranges(p, rejected):
    """Rejected (j, k) says that j is above k."""
    best = [1 + sum((k, j) in rejected for k in range(p)) for j in range(p)]
    worst = [p - sum((j, k) in rejected for k in range(p)) for j in range(p)]
    return best, worst


def largest(draw, pairs, covariance):
    return max((draw[j] - draw[k]) / error(covariance, j, k) for j, k in pairs)


def quantile(values, level):
    """The smallest value that at least a share `level` of the values does not pass."""
    ordered = sorted(values)
    need = level * len(ordered)
    for count, value in enumerate(ordered, start=1):
        if count >= need - 1e-9:
            return value
    return ordered[-1]


def draws(covariance, many, seed):
    """`many` draws from N(0, covariance) by Cholesky's square root, one number after the other."""
    rng = random.Random(seed)
    root = cholesky(covariance)
    p = len(covariance)
    found = []
    for _ in range(many):
        z = [rng.gauss(0, 1) for _ in range(p)]
        found.append([sum(root[j][i] * z[i] for i in range(j + 1)) for j in range(p)])
    return found


def cholesky(matrix):
    """Lower triangle L with L L' = matrix; zero columns where the matrix has no more rank."""
    p = len(matrix)
    root = [[0.0] * p for _ in range(p)]
    for j in range(p):
        rest = matrix[j][j] - sum(root[j][i] ** 2 for i in range(j))
        root[j][j] = sqrt(rest) if rest > 1e-12 * max(matrix[j][j], 1e-300) else 0.0
        for k in range(j + 1, p):
            rest = matrix[k][j] - sum(root[k][i] * root[j][i] for i in range(j))
            root[k][j] = rest / root[j][j] if root[j][j] else 0.0
    return root


def marginal_critical(sigma, unit, level=0.95):
    """Critical value of one unit against all others, independent scores, by a one-dimensional integral."""
    return root_of(lambda c: _inside(sigma, unit, c) - level, 0.0, 20.0)


def _inside(sigma, unit, c, steps=400, reach=9.0):
    """Probability that no |Z_unit - Z_k| / s passes c: trapezoids over Z_unit."""
    width = 2 * reach / steps
    total = 0.0
    for i in range(steps + 1):
        u = -reach + i * width
        inside = exp(-u * u / 2) / sqrt(2 * pi)
        for k, other in enumerate(sigma):
            if k != unit:
                s = c * sqrt(sigma[unit] ** 2 + other**2)
                centre = sigma[unit] * u
                inside *= phi((centre + s) / other) - phi((centre - s) / other)
        total += inside * width
    return total


def phi(z):
    return 0.5 * (1 + erf(z / sqrt(2)))


def tail(z):
    """Probability that a standard normal passes z; erfc keeps small tails exact."""
    return 0.5 * erfc(z / sqrt(2))


def root_of(function, low, high, steps=100):
    """Bisection: the function rises through zero between low and high."""
    for _ in range(steps):
        middle = (low + high) / 2
        if function(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def bottom_claims(score, covariance, k, df=None):
    """Raw and Holm p-values: confirm_raw, clear_raw, confirm_p, clear_p, each a list. 0 < k < p."""
    p = len(score)
    z = as_normal(differences(score, covariance), df)
    confirm, clear = [], []
    for j in range(p):
        above = sorted(z[i, j] for i in range(p) if i != j)
        below = sorted((z[j, i] for i in range(p) if i != j), reverse=True)
        confirm.append(min(1.0, k * tail(above[k - 1])))
        clear.append(min(1.0, (p - k) * tail(below[k - 1])))
    return confirm, clear, holm(confirm), holm(clear)


def holm(values):
    """Step-down: the smallest times n, the next times n - 1, never falling, at most 1."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    adjusted = [0.0] * len(values)
    running = 0.0
    for place, i in enumerate(order):
        running = max(running, min(1.0, (len(values) - place) * values[i]))
        adjusted[i] = running
    return adjusted


def paule_mandel(score, variance):
    """Spread of the true scores: the root of sum (x - mu)^2 / (V + tau2) = p - 1; 0 where there is none."""
    if excess(score, variance, 0.0) <= 0:
        return 0.0
    high = 1.0
    while excess(score, variance, high) > 0:
        high *= 2
    return root_of(lambda tau2: -excess(score, variance, tau2), 0.0, high)


def excess(score, variance, tau2):
    weight = [1 / (v + tau2) for v in variance]
    mean = sum(w * x for w, x in zip(weight, score, strict=True)) / sum(weight)
    return sum(w * (x - mean) ** 2 for w, x in zip(weight, score, strict=True)) - (len(score) - 1)


def shrink(score, variance):
    """tau2, mean, shrunken scores and their variances."""
    tau2 = paule_mandel(score, variance)
    weight = [1 / (v + tau2) for v in variance]
    mean = sum(w * x for w, x in zip(weight, score, strict=True)) / sum(weight)
    value, left = [], []
    for x, v in zip(score, variance, strict=True):
        b = v / (v + tau2)
        value.append(mean + (1 - b) * (x - mean))
        left.append(v * (1 - b) + b * b / sum(weight))
    return tau2, mean, value, left


def bottom_probability(score, variance, k, many, seed):
    """Share of draws with each unit among the k lowest, and its mean rank."""
    _, _, value, left = shrink(score, variance)
    rng = random.Random(seed)
    p = len(score)
    hits, ranks = [0] * p, [0] * p
    for _ in range(many):
        drawn = [rng.gauss(m, sqrt(v)) for m, v in zip(value, left, strict=True)]
        for rank, unit in enumerate(sorted(range(p), key=lambda i: -drawn[i]), start=1):
            ranks[unit] += rank
            hits[unit] += rank > p - k
    return [h / many for h in hits], [r / many for r in ranks]
