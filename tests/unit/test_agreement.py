"""Agreement, shift and trend against hand-worked and published examples."""

import numpy as np
import pytest
from scipy import stats

from analytics.agreement import agreement, hodges_lehmann, shift, trend


def test_spearman_by_hand():
    """Ranks 1..8 against two neighbours exchanged: rho = 1 - 6 * 2 / (8 * 63)."""
    first = np.arange(8.0)
    second = np.array([1.0, 0, 2, 3, 4, 5, 6, 7])
    found = agreement(first, second, seed=1)
    assert found.correlation == pytest.approx(1 - 12 / 504)
    assert found.refused is None and found.low < found.correlation <= found.high <= 1


def test_agreement_is_refused_where_it_means_nothing():
    few = agreement([1, 2, 3, 4, 5], [2, 1, 4, 3, 5], seed=1)
    assert few.refused == "no_interval" and few.correlation == pytest.approx(0.8) and np.isnan(few.low)
    assert agreement([1] * 9, range(9), seed=1).refused == "constant"
    assert agreement([1, np.nan, 3], [1, 2, 3], seed=1).n == 2


def test_the_interval_covers_the_truth():
    """Independent outcomes have no correlation; 95% intervals of 60 units miss 0 in few of 40 years."""
    rng = np.random.default_rng(5)
    missed = 0
    for year in range(40):
        found = agreement(rng.normal(size=60), rng.normal(size=60), seed=year)
        missed += not found.low <= 0 <= found.high
    assert missed <= 7  # 2 expected; more than 7 happens once in 1,000 at the nominal level


# Darwin's maize (Fisher 1935, The design of experiments): cross- minus self-fertilised, eighths of an inch.
DARWIN = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]


def test_signed_ranks_by_hand_on_darwins_maize():
    """Sum of the negative ranks is 24 of 120; z = (24 + 0.5 - 60) / sqrt(15 * 16 * 31 / 24)."""
    found = shift(np.zeros(15), DARWIN)
    z = (24 + 0.5 - 60) / np.sqrt(15 * 16 * 31 / 24)
    assert found.p == pytest.approx(2 * stats.norm.cdf(z), rel=1e-9)
    assert (found.n, found.zeros, found.refused) == (15, 0, None)
    assert found.low < found.median < found.high


def test_hodges_lehmann_is_the_median_of_pairwise_means():
    values = [1.0, 4.0, 9.0]
    assert hodges_lehmann(values)[0] == np.median([1, 2.5, 5, 4, 6.5, 9])


def test_a_shift_needs_six_differences_and_tells_the_zeros():
    found = shift([1, 2, 3, 4, 5, 6, 7], [1, 2, 4, 5, 6, 7, 8])
    assert (found.refused, found.zeros, found.n) == ("few", 2, 7)


def test_theil_sen_by_hand():
    """Five years on a line but for one: the median slope does not see it."""
    found = trend([2021, 2022, 2023, 2024, 2025], [1, 2, 3, 40, 5])
    assert found.slope == 1 and found.refused is None
    assert trend([2024, 2025], [1, 2]).refused == "few"
