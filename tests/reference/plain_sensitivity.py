"""The bottom list against the weights a second time: lists, loops and bisection, no SciPy, no closed form.

Units are rows of means; a unit with a None lacks a group and is left out.
"""

from itertools import combinations, product
from math import inf

EQUAL = 1e-9


def listed(means, weights, k):
    """Set of units with fewer than k units strictly below."""
    score = {
        unit: sum(w * m for w, m in zip(weights, row, strict=True))
        for unit, row in enumerate(means)
        if all(m is not None for m in row)
    }
    return {u for u in score if sum(score[v] < score[u] - EQUAL for v in score) < k}


def moved(weights, group, value):
    """The weights with one group's set to a value and the others in their proportions, alike if all 0."""
    others = sum(w for g, w in enumerate(weights) if g != group)
    alike = 1 / (len(weights) - 1)
    return [value if g == group else (1 - value) * (w / others if others > 0 else alike) for g, w in enumerate(weights)]


def interval(means, weights, k, group):
    """The ends by bisection: sound because the weights that keep a list are convex."""

    def same(value):
        return listed(means, moved(weights, group, value), k) == listed(means, weights, k)

    return tuple(_last_same(same, weights[group], end) for end in (0.0, 1.0))


def _last_same(same, start, end):
    if same(end):
        return end
    good, bad = start, end
    for _ in range(60):
        middle = (good + bad) / 2
        good, bad = (middle, bad) if same(middle) else (good, middle)
    return good


def smallest_change(means, weights, k):
    """By bisection on the change: the farthest any weights within it can push one unit past another."""
    now = listed(means, weights, k)
    units = [u for u, row in enumerate(means) if all(m is not None for m in row)]
    if len(now) >= len(units) or not now:
        return inf
    changes = []
    for i in now:
        for j in set(units) - now:
            gain = [means[i][g] - means[j][g] for g in range(len(weights))]
            if max(gain) > 0:
                changes.append(_last_same(lambda d, gain=gain: _most(gain, weights, d) < 0, 0.0, 1.0))
    return min(changes, default=inf)


def _most(gain, weights, change):
    """Largest gain . w with every weight within `change` and not below 0: fill the best groups first."""
    low = [max(0.0, w - change) for w in weights]
    left, total = 1 - sum(low), sum(x * g for x, g in zip(low, gain, strict=True))
    for g in sorted(range(len(weights)), key=lambda g: -gain[g]):
        step = min(left, weights[g] + change - low[g])
        total, left = total + step * gain[g], left - step
    return total


def simplex(groups, steps):
    """All weights in multiples of 1/steps."""
    for parts in product(range(steps + 1), repeat=groups - 1):
        if sum(parts) <= steps:
            yield [*(part / steps for part in parts), (steps - sum(parts)) / steps]


def reversed_pairs(means, pooled):
    """(i, j): i better in all groups, j better pooled."""
    pairs = [pair for a, b in combinations(range(len(means)), 2) for pair in ((a, b), (b, a))]
    return {
        (i, j)
        for i, j in pairs
        if None not in [*means[i], *means[j]]
        and all(x - y > EQUAL for x, y in zip(means[i], means[j], strict=True))
        and pooled[j] - pooled[i] > EQUAL
    }
