"""Posts + groups by least squares with one column each, and the variance by moving one mean at a time."""

import numpy as np


def plain_without_severity(n, mean, variance):
    """Scores and standard errors; a post without ballots is NaN."""
    cells = [(j, g) for j in range(n.shape[0]) for g in range(n.shape[1]) if n[j, g] > 0]
    score = _fitted(n, mean, cells)
    total = np.zeros(len(n))
    for j, g in cells:
        moved = np.array(mean, dtype=float)
        moved[j, g] += 1
        total += variance[j, g] * (_fitted(n, moved, cells) - score) ** 2
    absent = n.sum(axis=1) == 0
    return np.where(absent, np.nan, score), np.where(absent, np.nan, np.sqrt(total))


def _fitted(n, mean, cells):
    posts, groups = n.shape
    design = np.zeros((len(cells), posts + groups))
    for row, (j, g) in enumerate(cells):
        design[row, j] = design[row, posts + g] = np.sqrt(n[j, g])
    target = np.array([np.sqrt(n[j, g]) * mean[j, g] for j, g in cells])
    effects = np.linalg.lstsq(design, target, rcond=None)[0]
    return effects[:posts] + n.sum(axis=0) / n.sum() @ effects[posts:]
