"""Leniency a second time: fractions and loops for the sums, one full least-squares design for the scores."""

from collections import defaultdict
from fractions import Fraction

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import lsqr


def plain_links(votes, units, groups):
    """votes: (ballot, unit, group, score). The sums a release keeps, as fractions.

    linked[group, a, b] with a < b; own[unit][group]; ballots, votes, within: one entry a group.
    """
    ballots = defaultdict(dict)
    for ballot, unit, group, score in votes:
        ballots[group, ballot][unit] = Fraction(score)
    linked = defaultdict(Fraction)
    own = [[Fraction(0)] * groups for _ in range(units)]
    count, lines, within = [0] * groups, [0] * groups, [Fraction(0)] * groups
    for (group, _), given in ballots.items():
        mean = sum(given.values()) / len(given)
        if len(given) > 1:
            count[group] += 1
            lines[group] += len(given)
        for unit, score in given.items():
            own[unit][group] += score - mean
            within[group] += (score - mean) ** 2
            for other in given:
                if unit < other:
                    linked[group, unit, other] += Fraction(1, len(given))
    return {key: linked[key] for key in sorted(linked)}, own, count, lines, within


def plain_adjusted(votes, units, weights):
    """Adjusted scores: fit unit + evaluator, correct each vote by its evaluator, score by group and weight.

    votes: (ballot, unit, group, points); weights: one a group. Of no use for units that lack a group.
    The leniency of the evaluators of a group is measured from the mean over its votes.
    """
    rows = len(votes)
    ballot, unit, group = (np.array([vote[i] for vote in votes]) for i in range(3))
    points = np.array([vote[3] for vote in votes], dtype=float)
    person = np.unique(ballot, return_inverse=True)[1]
    people = person.max() + 1
    at = (np.tile(np.arange(rows), 2), np.concatenate([unit, units + person]))
    design = sparse.csr_array((np.ones(2 * rows), at), shape=(rows, units + people))
    effects = lsqr(design, points, atol=1e-15, btol=1e-15, conlim=0, iter_lim=100_000)[0]
    leniency = effects[units + person]
    score = np.zeros(units)
    for g, weight in enumerate(weights):
        inside = group == g
        corrected = points[inside] - leniency[inside] + leniency[inside].mean()
        count = np.bincount(unit[inside], minlength=units)
        means = np.bincount(unit[inside], weights=corrected, minlength=units) / np.maximum(count, 1)
        score += weight * means
    return score
