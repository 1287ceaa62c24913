"""Ties across the border of the last places: which unit may be confirmed must not rest on the order of a tie."""

import numpy as np
import pytest

from results.ranking.verdicts import border_ties

SCORES = np.array([90.0, 80.0, 80.0, 70.0, 60.0, 60.0, np.nan])


@pytest.mark.parametrize(
    ("k", "marked"),
    [(0, []), (1, [4, 5]), (2, []), (3, []), (4, [1, 2]), (5, []), (6, [])],
)
def test_a_tie_is_marked_only_where_the_border_goes_through_it(k, marked):
    assert np.flatnonzero(border_ties(SCORES, k)).tolist() == marked


def test_scores_that_differ_by_rounding_only_are_a_tie():
    assert border_ties(np.array([3.0, 1.0 + 1e-12, 1.0]), 1).tolist() == [False, True, True]
