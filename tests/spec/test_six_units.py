"""The worked example of the methods page: each step again with the error function, then the product itself."""

import tomllib
from math import erfc, exp, pi, sqrt

import numpy as np
import pytest

from analytics.ranks import rank_sets
from analytics.verdicts import bottom_claims
from i18n import ROOT

EXAMPLE = tomllib.loads((ROOT / "docs" / "worked" / "six_units.toml").read_text(encoding="utf-8"))
UNITS = EXAMPLE["unit"]
CHAIN = EXAMPLE["chain"]
NAMES = [unit["name"] for unit in UNITS]
SCORE = [unit["score"] for unit in UNITS]
COVARIANCE = np.eye(6) * EXAMPLE["standard_error"] ** 2
S = EXAMPLE["standard_error"] * sqrt(2)


def tail(z):
    return erfc(z / sqrt(2)) / 2


def rounded(values):
    return [round(float(value), 4) for value in values]


def column(name):
    return [unit[name] for unit in UNITS]


def holm(raw):
    """Smallest first, times 6, 5, 4, 3, 2, 1; never falling, at most 1."""
    order = sorted(range(6), key=lambda i: raw[i])
    adjusted, running = [0.0] * 6, 0.0
    for factor, i in zip(CHAIN["holm_factor"], order, strict=True):
        running = max(running, min(1, factor * raw[i]))
        adjusted[i] = running
    return order, adjusted


def raw_p():
    confirm, clear = [], []
    for j in range(6):
        above = sorted((SCORE[i] - SCORE[j]) / S for i in range(6) if i != j)
        below = sorted(((SCORE[j] - SCORE[i]) / S for i in range(6) if i != j), reverse=True)
        confirm.append(min(1, 2 * tail(above[1])))  # K = 2: the second smallest
        clear.append(min(1, (6 - 2) * tail(below[1])))  # the second largest
    return confirm, clear


def test_the_chain_of_the_last_unit():
    last = NAMES.index(CHAIN["unit"])
    t = [(SCORE[i] - SCORE[last]) / S for i in range(5)]
    assert rounded([S]) == [EXAMPLE["difference_error"]]
    assert rounded(t) == CHAIN["t"]
    assert rounded(sorted(t)) == CHAIN["sorted"]
    second = sorted(t)[1]
    assert rounded([second, tail(second), 2 * tail(second)]) == [CHAIN["second_smallest"], CHAIN["tail"], CHAIN["p"]]
    order, adjusted = holm(raw_p()[0])
    assert [NAMES[i] for i in order] == CHAIN["order"]
    assert rounded(adjusted[i] for i in order) == CHAIN["holm"]


def test_the_p_values_and_the_verdicts():
    confirm, clear = raw_p()
    confirm_p, clear_p = holm(confirm)[1], holm(clear)[1]
    assert rounded(confirm) == column("confirm_raw")
    assert rounded(clear) == column("clear_raw")
    assert rounded(confirm_p) == column("confirm_p")
    assert rounded(clear_p) == column("clear_p")
    verdicts = [
        "confirmed" if yes <= 0.05 else "cleared" if no <= 0.05 else "undecided"
        for yes, no in zip(confirm_p, clear_p, strict=True)
    ]
    assert verdicts == column("verdict")


def largest_gap_stays_inside(q):
    """Probability that six standard normals lie within q of each other: one integral over the largest."""
    step = 18 / 4000
    grid = [-9 + i * step for i in range(4001)]
    return sum(6 * exp(-u * u / 2) / sqrt(2 * pi) * (tail(u - q) - tail(u)) ** 5 * step for u in grid)


def test_the_critical_value_and_the_rank_sets():
    c = EXAMPLE["critical"]
    assert largest_gap_stays_inside((c - 0.00006) * sqrt(2)) < 0.95 < largest_gap_stays_inside((c + 0.00006) * sqrt(2))
    t = [[(a - b) / S for b in SCORE] for a in SCORE]
    assert column("best") == [1 + sum(t[k][j] > c for k in range(6)) for j in range(6)]
    assert column("worst") == [6 - sum(t[j][k] > c for k in range(6)) for j in range(6)]


def test_the_product_agrees_with_the_page():
    claims = bottom_claims(np.array(SCORE), COVARIANCE, EXAMPLE["k"], level=EXAMPLE["level"])
    for name in ("confirm_raw", "clear_raw", "confirm_p", "clear_p"):
        assert rounded(getattr(claims, name)) == column(name), name
    assert list(claims.verdict) == column("verdict")
    sets = rank_sets(np.array(SCORE), COVARIANCE, level=EXAMPLE["level"], seed=1)
    assert sets.critical == pytest.approx(EXAMPLE["critical"], abs=0.03)  # 20,000 draws
    for name in ("rank", "best", "worst"):
        assert getattr(sets, name).tolist() == column(name), name
