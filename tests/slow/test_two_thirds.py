"""Does the two-thirds verdict keep its promise? Forty matters with a known approval, ten thousand surveys each."""

import pytest

from tests.support.surveys import false_claims, matters

pytestmark = pytest.mark.slow
SURVEYS = 10_000


def test_false_verdicts_stay_within_five_per_cent():
    rows = [(matter, *false_claims(matter, SURVEYS, seed)) for seed, matter in enumerate(matters(40, 20260101))]
    for matter, false, given in rows:
        print(f"{matter!s:110} false {false:.4f} given {given:.4f}")
    assert [row for row in rows if row[1] > 0.05] == []
    assert max(row[1] for row in rows) > 0.03, "the matters at the line test the promise sharply"
