"""Join the exact sums of `data` to the scores of `analytics`, as `results` does."""

import numpy as np

from analytics.leniency import Links
from analytics.moments import Moments, Pairs
from data.moments.vote_moments import VoteMoments, moments_of_votes


def as_input(sums: VoteMoments, units, groups) -> Moments:
    pairs = Pairs(
        sums.pair_group,
        sums.pair_first,
        sums.pair_second,
        sums.pair_n,
        sums.pair_sum_first,
        sums.pair_sum_second,
        sums.pair_sum_product,
    )
    totals = (sums.group_n, sums.group_total, sums.group_squares)
    return Moments(tuple(units), tuple(groups), sums.n, sums.total, sums.squares, pairs, *totals)


def as_links(sums: VoteMoments, groups) -> Links:
    return Links(
        tuple(groups),
        np.stack([link.linked for link in sums.links]),
        np.stack([link.own_minus_ballot for link in sums.links], axis=1),
        np.array([link.ballots for link in sums.links]),
        np.array([link.votes for link in sums.links]),
        np.array([link.within for link in sums.links]),
    )


def moments_of_lines(evaluator, unit, group, points) -> Moments:
    """One line a vote, points with at most four decimals."""
    return moments_and_links(evaluator, unit, group, points)[0]


def moments_and_links(evaluator, unit, group, points) -> tuple[Moments, Links]:
    """One line a vote, points with at most four decimals."""
    units, unit_at = np.unique(unit, return_inverse=True)
    groups, group_at = np.unique(group, return_inverse=True)
    ballot = np.unique(evaluator, return_inverse=True)[1]
    score = np.rint(np.asarray(points, dtype=float) * 10_000).astype(np.int64)
    sums = moments_of_votes(ballot, unit_at, group_at, score, len(units), len(groups))
    return as_input(sums, units.tolist(), groups.tolist()), as_links(sums, groups.tolist())
