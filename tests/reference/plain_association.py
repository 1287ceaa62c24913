"""Spearman's correlation and its BCa interval written out, one resample after the other."""

import numpy as np
from scipy import stats


def plain_spearman(x, y):
    """Pearson's correlation of midranks found by counting; 0 where one side is constant."""
    a, b = (np.array([np.sum(v < one) + (np.sum(v == one) + 1) / 2 for one in v]) for v in (x, y))
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def plain_bca(x, y, resamples, seed, level=0.95):
    """Efron (1987): bias from the share of resamples below, acceleration from leaving out one unit at a time."""
    rng = np.random.default_rng(seed)
    n = len(x)
    whole = plain_spearman(x, y)
    draws = np.array([plain_spearman(x[row], y[row]) for row in rng.integers(0, n, (resamples, n))])
    share = (np.sum(draws < whole) + np.sum(draws == whole) / 2) / resamples
    bias = stats.norm.ppf(share)
    without = np.array([plain_spearman(np.delete(x, i), np.delete(y, i)) for i in range(n)])
    apart = without.mean() - without
    acceleration = np.sum(apart**3) / (6 * np.sum(apart**2) ** 1.5)
    ends = []
    for q in ((1 - level) / 2, (1 + level) / 2):
        z = bias + stats.norm.ppf(q)
        ends.append(np.quantile(draws, stats.norm.cdf(bias + z / (1 - acceleration * z))))
    return ends
