"""Exact comparison of two numbers of events: of their sum, is the part of each more uneven than chance explains?

If both rates are equal, the first number is binomial given the sum (Przyborowski and Wilenski 1940, Biometrika 31).
"""

from scipy.stats import binomtest


def equal_rates(first: int, second: int, *, exposure: tuple[float, float] = (1.0, 1.0)) -> float:
    """Return the two-sided exact p-value of equal rates; 1.0 where nothing happened in either.

    exposure : lengths over which the events were counted.
    """
    total = first + second
    if not total:
        return 1.0
    return float(binomtest(first, total, exposure[0] / sum(exposure)).pvalue)
