"""Ballots to flip against brute force: 500 small families for the rule, and verdicts; the short version is ordinary."""

import pytest

from tests.analytics.test_flips import compare_places, compare_verdicts

pytestmark = pytest.mark.slow


def test_five_hundred_small_families():
    assert compare_places(500, 3, 2026) > 2000


def test_no_verdict_turns_below_its_bound():
    assert compare_verdicts(60, 2026) > 60
