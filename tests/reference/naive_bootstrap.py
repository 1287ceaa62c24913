"""What the product must never do: percentile intervals of the ranks of resampled evaluators."""

import numpy as np


def bootstrap_ranks(evaluator, unit, group, points, weights, *, draws, seed):
    """Low and high end of each unit's 95% interval, each shape (units,); rank 1 is the best.

    Evaluators are drawn with replacement inside their group, scores and ranks made anew each time.
    """
    rng = np.random.default_rng(seed)
    people, units = int(evaluator.max()) + 1, int(unit.max()) + 1
    given, total = np.zeros((people, units)), np.zeros((people, units))
    given[evaluator, unit] = 1
    total[evaluator, unit] = points
    group_of = np.zeros(people, dtype=int)
    group_of[evaluator] = group
    score = np.zeros((draws, units))
    for name, weight in weights.items():
        mine = np.flatnonzero(group_of == name)
        times = rng.multinomial(len(mine), np.full(len(mine), 1 / len(mine)), size=draws).astype(float)
        score += weight * (times @ total[mine]) / (times @ given[mine])
    rank = 1 + np.argsort(np.argsort(-score, axis=1), axis=1)
    low, high = np.quantile(rank, (0.025, 0.975), axis=0, method="inverted_cdf")
    return low, high
