"""The worked cases of attainment that the methods page shows; and what holds of every pledge."""

import csv
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.pledges import attainment, kept, soft
from words import ROOT

with (ROOT / "docs" / "worked" / "attainment.csv").open(encoding="utf-8") as file:
    CASES = list(csv.DictReader(file))
VALUES = st.one_of(st.none(), st.floats(-1e6, 1e6))


def number(text):
    return float(text) if text else None


def nearly(text):
    return pytest.approx(float(text), rel=1e-12) if text else None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_a_worked_case(case):
    found = attainment(*(number(case[name]) for name in ("actual", "target", "baseline")), case["direction"])
    assert found.met == {"yes": True, "no": False, "": None}[case["met"]]
    assert found.completion == nearly(case["completion"])
    assert found.progress == nearly(case["progress"])


def test_there_are_enough_cases_of_both_directions():
    assert len(CASES) >= 20 and {case["direction"] for case in CASES} == {"higher", "lower"}


@given(VALUES, VALUES, VALUES, st.sampled_from(["higher", "lower"]))
def test_percentages_stay_inside_the_cap_and_unknown_is_not_zero(actual, target, baseline, direction):
    found = attainment(actual, target, baseline, direction)
    assert all(value is None or 0 <= value <= 120 for value in (found.completion, found.progress))
    if actual is None or target is None:
        assert found.met is found.completion is found.progress is None
    if soft(target, baseline, direction):
        assert found.progress is None


@given(st.integers(-50, 50), st.integers(-50, 50), st.integers(-50, 50))
def test_progress_is_the_same_seen_from_the_other_side(actual, target, baseline):
    """Counting what is left instead of what is done changes the direction and nothing else."""
    found = attainment(actual, target, baseline, "higher").progress
    assert found == attainment(-actual, -target, -baseline, "lower").progress
    if found is not None:
        exact = Fraction(100 * (actual - baseline), target - baseline)
        assert found == pytest.approx(float(min(max(exact, 0), 120)))


def test_a_mean_and_a_share_tell_different_things():
    two = [attainment(120, 100, None, "higher"), attainment(60, 100, None, "higher")]
    assert (kept(two).completion, kept(two).share_met) == (90, 0.5)
    assert kept(two, [3, 1]).share_met == 0.75
    assert kept([attainment(None, 100, None, "higher")]).completion is None
