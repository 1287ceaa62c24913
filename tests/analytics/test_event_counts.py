"""Exact comparison of two numbers of events, against a plain sum of binomial terms."""

from math import comb

import numpy as np
import pytest

from analytics.event_counts import equal_rates


def plain(first, second):
    """The probability of everything that is no more likely than what was seen."""
    total = first + second
    terms = [comb(total, k) / 2**total for k in range(total + 1)]
    return sum(term for term in terms if term <= terms[first] * (1 + 1e-9))


@pytest.mark.parametrize("pair", [(5, 4), (0, 7), (21, 18), (18, 14), (12, 12), (1, 0), (40, 17)])
def test_equal_rates_are_those_of_a_plain_sum(pair):
    assert equal_rates(*pair) == pytest.approx(plain(*pair), rel=1e-9)
    assert equal_rates(*pair) == pytest.approx(equal_rates(*pair[::-1]), rel=1e-9)


def test_nothing_is_no_difference_and_longer_years_have_more():
    assert equal_rates(0, 0) == 1.0
    assert equal_rates(20, 10, exposure=(2.0, 1.0)) > 0.99
    assert equal_rates(20, 10) > equal_rates(30, 10)


def test_equal_years_differ_at_most_as_often_as_the_level_says():
    rng = np.random.default_rng(5)
    pairs = rng.poisson(15, (2000, 2))
    assert np.mean([equal_rates(int(a), int(b)) <= 0.05 for a, b in pairs]) <= 0.05
