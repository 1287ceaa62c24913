"""Scores adjusted for the severity of groups of scorers.

Model: mean of group g on post j = level + post + group, least squares weighted by ballots (a two-way layout with
unequal numbers, Yates 1934). The adjusted score is the score a post would have if its hall had the same mix of groups
as all halls together. It assumes that a group is as severe in every hall; counts by group cannot test that.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.leniency import connected_parts, laplacian, solved

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

ONE_GROUP, NO_OVERLAP = "one_group", "no_overlap"


@dataclass(frozen=True)
class Adjusted:
    """Scores of posts without the severity of their groups, in points, larger is better.

    score, se : shape (posts,); NaN without a ballot, all NaN when refused. severity : shape (groups,); points that a
    group gives more (positive: milder) than the groups do on average by ballots; NaN for a group without ballots.
    refused : None; "one_group": there is only one group, nothing to take out; "no_overlap": some groups never scored
    a post in common, not even through others. parts : indices of the groups that hang together, one array a part.
    """

    score: Floats
    se: Floats
    severity: Floats
    refused: str | None
    parts: list[Ints]


def without_severity(n: ArrayLike, mean: ArrayLike, variance: ArrayLike) -> Adjusted:
    """Adjust for severity.

    Parameters
    ----------
    n, mean, variance : shape (posts, groups); ballots, mean points, variance of that mean. Where n is 0 the other two
        are not read.
    """
    ballots = np.asarray(n, dtype=np.float64)
    there = ballots > 0
    y, v = (np.where(there, np.asarray(part, dtype=np.float64), 0.0) for part in (mean, variance))
    if ballots.ndim != 2 or not ballots.shape == y.shape == v.shape:
        raise ValueError(f"n {ballots.shape}, mean {y.shape} and variance {v.shape} must have one shape")
    used = np.flatnonzero(there.any(axis=0))
    scored = np.flatnonzero(there.any(axis=1))
    total = ballots[scored].sum(axis=1, keepdims=True)
    share = ballots[np.ix_(scored, used)] / total
    linked = (share * total).T @ share
    np.fill_diagonal(linked, 0.0)
    label = connected_parts(linked)
    parts = [used[label == part] for part in range(label.max(initial=-1) + 1)]
    score, se, severity = (
        np.full(len(ballots), np.nan),
        np.full(len(ballots), np.nan),
        np.full(ballots.shape[1], np.nan),
    )
    refused = ONE_GROUP if len(used) < 2 else NO_OVERLAP if len(parts) > 1 else None
    if refused is None:
        inside = np.ix_(scored, used)
        score[scored], se[scored], severity[used] = _fit(ballots[inside], y[inside], v[inside], laplacian(linked))
    return Adjusted(score, se, severity, refused, parts)


def _fit(n: Floats, y: Floats, v: Floats, matrix: Floats) -> tuple[Floats, Floats, Floats]:
    """Eliminate the posts and solve one equation per group, matrix @ b = r."""
    groups = n.shape[1]
    inverse = solved(matrix, np.eye(groups) - 1 / groups, np.zeros(groups, dtype=np.int64))
    share = n / n.sum(axis=1, keepdims=True)
    usual = n.sum(axis=0) / n.sum()
    adjusted_mean = (share * y).sum(axis=1)
    b = inverse @ (n * (y - adjusted_mean[:, None])).sum(axis=0)
    away = share - usual
    score = adjusted_mean - away @ b
    # Every mean moves the effects of all groups: move[j, h] is the step of b for one point more in cell (j, h).
    move = n[:, :, None] * (inverse[None, :, :] - (share @ inverse)[:, None, :])
    effects = np.einsum("jh,jhg,jhk->gk", v, move, move)
    through = np.einsum("jg,jhg->jh", away, move)
    variance = np.einsum("jg,gk,jk->j", away, effects, away) + (v * (share**2 - 2 * share * through)).sum(axis=1)
    return score, np.sqrt(np.maximum(variance, 0.0)), b - usual @ b
