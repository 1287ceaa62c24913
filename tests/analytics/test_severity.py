"""Severity of the groups of a hall, against least squares written out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.severity import without_severity
from tests.reference.plain_severity import plain_without_severity
from tests.support.examples import examples


def test_two_halls_by_hand():
    """Group A gives post 1 80 and post 2 90; group B gives 10 points more to both, but did not see post 3.

    Of all 50 ballots A gave 3/5 and B 2/5, so A is 4 points below and B 6 above the usual. A hall of the usual
    make-up would give post 3 four points more than A did, and posts 1 and 2 one point less than their halls of half
    and half.
    """
    n = [[10, 10], [10, 10], [10, 0]]
    found = without_severity(n, [[80, 90], [90, 100], [70, np.nan]], np.ones((3, 2)))
    assert found.severity == pytest.approx([-4, 6])
    assert found.score == pytest.approx([84, 94, 74])
    assert found.refused is None and [part.tolist() for part in found.parts] == [[0, 1]]


@st.composite
def halls(draw):
    posts, groups = draw(st.integers(2, 6)), draw(st.integers(2, 4))
    rows = st.lists(st.integers(0, 12), min_size=groups, max_size=groups)
    n = np.array(draw(st.lists(rows, min_size=posts, max_size=posts)))
    n[0] += 1  # one hall that all groups attend keeps them comparable
    shape = st.lists(st.floats(0, 100), min_size=posts * groups, max_size=posts * groups)
    return n, np.array(draw(shape)).reshape(n.shape), 0.1 + np.array(draw(shape)).reshape(n.shape) / 20


@examples(60)
@given(halls())
def test_it_agrees_with_least_squares_written_out(case):
    n, mean, variance = case
    fast = without_severity(n, mean, variance)
    score, se = plain_without_severity(n, mean, variance)
    assert fast.score == pytest.approx(score, rel=1e-7, abs=1e-7, nan_ok=True)
    assert fast.se == pytest.approx(se, rel=1e-6, abs=1e-6, nan_ok=True)


def test_halls_made_up_alike_keep_their_scores():
    rng = np.random.default_rng(3)
    n = np.tile([5, 20, 10], (8, 1))
    mean = rng.uniform(60, 100, (8, 3))
    found = without_severity(n, mean, np.ones((8, 3)))
    assert found.score == pytest.approx((n * mean).sum(axis=1) / 35)


def test_groups_that_never_met_are_not_compared():
    found = without_severity([[9, 8, 0], [0, 0, 7]], np.full((2, 3), 80.0), np.ones((2, 3)))
    assert found.refused == "no_overlap" and np.isnan(found.score).all()
    assert [part.tolist() for part in found.parts] == [[0, 1], [2]]
    assert without_severity([[9, 0], [7, 0]], np.full((2, 2), 80.0), np.ones((2, 2))).refused == "one_group"
    assert without_severity(np.zeros((0, 0)), np.zeros((0, 0)), np.zeros((0, 0))).refused == "one_group"


def test_planted_severity_is_found():
    """Posts with halls of very different make-up: the adjusted scores are nearer to the truth."""
    rng = np.random.default_rng(8)
    truth, milder = rng.normal(80, 4, 60), np.array([6.0, 0, -6])
    n = rng.multinomial(60, [1 / 3] * 3, size=60) * rng.integers(0, 3, (60, 3))
    n[n.sum(axis=1) == 0] = 10
    mean = truth[:, None] + milder + rng.normal(0, 1, n.shape) * 15 / np.sqrt(np.maximum(n, 1))
    found = without_severity(n, mean, 225 / np.maximum(n, 1))
    raw = (n * mean).sum(axis=1) / n.sum(axis=1)
    level = n.sum(axis=0) @ milder / n.sum()
    assert np.std(found.score - truth) < 0.7 * np.std(raw - truth)
    assert ((found.score - truth - level) / found.se).std() == pytest.approx(1, abs=0.3)
