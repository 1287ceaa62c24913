"""Competition ranks: 1-2-2-4, rank 1 is the best."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.ranks import competition_ranks


def test_ties_share_the_better_rank_and_know_the_last_place():
    rank, tied_to = competition_ranks([70.0, 90.0, 80.0, np.nan, 80.0 + 5e-10])
    assert rank.tolist() == [4, 1, 2, 0, 2]
    assert tied_to.tolist() == [4, 1, 3, 0, 3]


def test_nobody_and_one():
    assert [a.tolist() for a in competition_ranks([])] == [[], []]
    assert [a.tolist() for a in competition_ranks([5.0])] == [[1], [1]]


@given(st.lists(st.integers(0, 6), max_size=20))
def test_rank_counts_the_strictly_better(scores):
    rank, tied_to = competition_ranks(scores)
    assert rank.tolist() == [1 + sum(other > own for other in scores) for own in scores]
    assert tied_to.tolist() == [sum(other >= own for other in scores) for own in scores]
