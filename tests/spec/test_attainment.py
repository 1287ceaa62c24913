"""The worked cases of attainment that the methods page shows; and what holds of every pledge."""

import csv
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.pledges import attainment, kept, soft
from i18n import ROOT
from results.worked_examples import CASES as NAMES
from results.worked_examples import attainment_cases

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


def test_the_methods_page_shows_them_all_by_name():
    shown = attainment_cases()
    assert list(shown["case"]) == [case["case"] for case in CASES] and set(shown["case"]) == set(NAMES)
    assert shown["met"].isna().sum() == 3 and shown["completion"].notna().sum() == sum(
        bool(c["completion"]) for c in CASES
    )


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
    """120% and 60% of two alike goals: a good mean, half of them missed. Weights 3 : 1 favour the kept one."""
    two = [attainment(120, 100, None, "higher"), attainment(60, 100, None, "higher")]
    met, completion = [one.met for one in two], [one.completion for one in two]
    alike = kept([0, 0], met, completion)
    assert (alike.completion[0], alike.share_met[0]) == (90, 0.5)
    assert kept([0, 0], met, completion, [3, 1]).share_met[0] == 0.75


def test_what_is_not_known_is_in_no_mean_and_no_share():
    found = kept([0, 0, 1, 2], [1, np.nan, np.nan, 0], [110, np.nan, np.nan, 40], [1, 5, 1, 0])
    assert found.completion[0] == 110 and found.share_met[0] == 1
    assert np.isnan(found.completion[1]) and np.isnan(found.share_met[1])
    assert np.isnan(found.completion[2])  # no weight at all
    assert found.known.tolist() == [1, 0, 1] and found.pledges.tolist() == [2, 1, 1]


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, 120), st.floats(0.1, 30)), min_size=1, max_size=30))
def test_a_mean_lies_among_its_pledges(rows):
    group, completion, weight = (np.array(part) for part in zip(*rows, strict=True))
    found = kept(group, completion >= 100, completion, weight)
    for name in set(group):
        own = completion[group == name]
        assert own.min() - 1e-9 <= found.completion[name] <= own.max() + 1e-9
        assert (found.share_met[name] == 1) == bool((own >= 100).all())


def test_weights_are_refused_when_they_mean_nothing():
    for weight in ([-1.0], [np.nan], [1.0, 2.0]):
        with pytest.raises(ValueError):
            kept([0], [1], [100], weight)
