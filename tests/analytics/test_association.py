"""Association, shift and trend against hand-worked and published examples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analytics.association import _Ranked, hodges_lehmann, rank_association, shift, trend
from tests.reference.plain_association import plain_bca, plain_spearman


def test_spearman_by_hand():
    """Ranks 1..8 against two neighbours exchanged: rho = 1 - 6 * 2 / (8 * 63)."""
    first = np.arange(8.0)
    second = np.array([1.0, 0, 2, 3, 4, 5, 6, 7])
    found = rank_association(first, second, seed=1)
    assert found.correlation == pytest.approx(1 - 12 / 504)
    assert found.refused is None and found.low < found.correlation <= found.high <= 1


def test_spearman_with_ties_by_hand():
    """Midranks 1, 2.5, 2.5, 4, 5 and 1, 3, 2, 4.5, 4.5: products of their departures 9, squares 9.5 each."""
    found = rank_association([10, 20, 20, 30, 40], [5, 7, 6, 9, 9], seed=1)
    assert found.correlation == pytest.approx(9 / 9.5)


@given(st.integers(0, 2**32 - 1), st.integers(3, 12))
def test_a_resample_that_is_counted_is_as_one_that_is_drawn(seed, n):
    """The correlation of resamples by counting equals that of the resampled values themselves, ties and all."""
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 5, n).astype(float), rng.integers(0, 5, n).astype(float)
    units = rng.integers(0, n, (6, n))
    for row, found in zip(units, _Ranked(x, y)(units), strict=True):
        assert found == pytest.approx(plain_spearman(x[row], y[row]), abs=1e-12)


@pytest.mark.sweep
def test_the_interval_agrees_with_bca_written_out():
    rng = np.random.default_rng(4)
    x = rng.normal(size=25)
    y = x + rng.normal(size=25)
    found = rank_association(x, y, seed=1)
    low, high = plain_bca(x, y, resamples=4_000, seed=2)
    assert found.low == pytest.approx(low, abs=0.03) and found.high == pytest.approx(high, abs=0.03)


def test_an_association_is_refused_where_it_means_nothing():
    few = rank_association([1, 2, 3, 4, 5], [2, 1, 4, 3, 5], seed=1)
    assert few.refused == "no_interval" and few.correlation == pytest.approx(0.8) and np.isnan(few.low)
    assert rank_association([1] * 9, range(9), seed=1).refused == "constant"
    assert rank_association([1, np.nan, 3], [1, 2, 3], seed=1).n == 2
    same = rank_association(range(9), range(9), seed=1)
    assert same.correlation == pytest.approx(1) and same.refused == "perfect" and np.isnan(same.low)


def test_the_interval_covers_the_truth():
    """Independent outcomes have no correlation; 95% intervals of 60 units miss 0 in few of 40 years."""
    rng = np.random.default_rng(5)
    missed = 0
    for year in range(40):
        found = rank_association(rng.normal(size=60), rng.normal(size=60), seed=year)
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


# Depression of nine patients before and after a tranquilizer (Hollander and Wolfe 1973, Nonparametric statistical
# methods, table 3.1): signed ranks 40 of 45 against, shift -0.46, limits -0.786 and -0.010 at 96.1%.
BEFORE = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
AFTER = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]


def test_the_published_shift_of_hollander_and_wolfe():
    found = shift(BEFORE, AFTER)
    assert found.median == pytest.approx(-0.46, abs=5e-4)
    assert (found.low, found.high) == (pytest.approx(-0.786, abs=5e-4), pytest.approx(-0.010, abs=5e-4))
    z = (40 - 0.5 - 22.5) / np.sqrt(9 * 10 * 19 / 24)
    assert found.p == pytest.approx(2 * stats.norm.sf(z), rel=1e-9)


def test_signed_ranks_with_ties_and_zeros_by_hand():
    """Differences 1, 1, 1, -1, 2, 2, -3, 0, 0: the four ones share rank 2.5, the twos 5.5; the negative ranks add to
    2.5 + 7. Variance 7 * 8 * 15 / 24 less (4^3 - 4 + 2^3 - 2) / 48 for the ties."""
    found = shift(np.zeros(9), [1, 1, 1, -1, 2, 2, -3, 0, 0])
    z = (9.5 + 0.5 - 14) / np.sqrt(35 - 66 / 48)
    assert found.p == pytest.approx(2 * stats.norm.cdf(z), rel=1e-9)
    assert (found.n, found.zeros) == (9, 2)


def test_hodges_lehmann_is_the_median_of_pairwise_means():
    values = [1.0, 4.0, 9.0]
    assert hodges_lehmann(values)[0] == np.median([1, 2.5, 5, 4, 6.5, 9])


def test_interval_and_p_value_of_a_shift_agree():
    """-1, 2, 3, 4, 5, 6: one negative of 21 ranks, p = 0.059, so no shift is shown and 0 lies in the interval."""
    found = shift(np.zeros(6), [-1, 2, 3, 4, 5, 6])
    assert found.p == pytest.approx(2 * stats.norm.cdf((1 + 0.5 - 10.5) / np.sqrt(6 * 7 * 13 / 24)))
    assert found.p > 0.05 and (found.low, found.high) == (-1, 6)


def test_pairs_without_a_difference_are_in_neither_test_nor_estimate():
    """R leaves them out of both: else p = 0.036 would stand beside a shift of 0 with the interval from 0 to 0."""
    found = shift(np.zeros(26), [1, 2, 3, 4, 5, 6] + [0] * 20)
    assert found.p < 0.05 and (found.median, found.low, found.zeros) == (3.5, 1, 20)


@given(st.lists(st.integers(-1000, 1000), min_size=6, max_size=30, unique_by=abs), st.sampled_from([0.9, 0.95, 0.99]))
def test_zero_lies_in_the_interval_where_the_test_does_not_reject(apart, level):
    apart = [value + 0.25 for value in apart]
    found = shift(np.zeros(len(apart)), apart, level=level)
    if found.refused:
        assert (found.refused, level) == ("no_interval", 0.99) and len(apart) < 9 and np.isnan(found.low)
        assert found.p > 0.01
    else:
        assert (found.low <= 0 <= found.high) == (found.p >= 1 - level)


def test_a_shift_needs_six_differences_and_tells_the_zeros():
    found = shift([1, 2, 3, 4, 5, 6, 7], [1, 2, 4, 5, 6, 7, 8])
    assert (found.refused, found.zeros, found.n) == ("few", 2, 7)


def test_theil_sen_by_hand():
    """Five years on a line but for one: the median slope does not see it."""
    found = trend([2021, 2022, 2023, 2024, 2025], [1, 2, 3, 40, 5])
    assert found.slope == 1 and found.refused is None
    assert trend([2024, 2025], [1, 2]).refused == "few"


def test_theil_sen_on_the_cloud_seeding_years():
    """Rainfall ratios of five years (Hollander and Wolfe 1999, chapter 9), all ten slopes worked by hand: the middle
    two are -0.0575 and -0.055. Sen (1968): 1.96 sqrt(5 * 4 * 15 / 18) = 8.0 of 10, so the limits are the outermost."""
    found = trend([1, 2, 3, 4, 5], [1.26, 1.27, 1.12, 1.16, 1.03])
    assert found.slope == pytest.approx((-0.0575 - 0.055) / 2)
    assert (found.low, found.high) == (pytest.approx(-0.15), pytest.approx(0.04))


def test_years_without_a_value_do_not_count():
    found = trend([2021, 2022, 2023, 2024, 2025], [1, 2, np.nan, 4, 5])
    assert found.refused == "few" and found.n == 4
