"""Ballots to flip against brute force: 500 small families for the rule, 1,000 that no bound exceeds, and verdicts."""

import time

import numpy as np
import pytest

from analytics.flips import FlipState, fewest_ballots
from analytics.scores import score_units
from analytics.verdicts import bottom_claims_of
from tests.analytics.test_flips import big_family, compare_places, compare_verdicts, rule_of

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("part", range(25))
def test_five_hundred_small_families(part):
    """Left out up to three, changed up to two, added one: all sets are tried; 20 families a part."""
    equal = compare_places(20, 3, 2026 + part)
    print(f"part {part}: {equal} numbers equal to brute force")
    assert equal > 60


@pytest.mark.parametrize("part", range(20))
def test_a_thousand_families_have_no_bound_above_the_truth(part):
    equal = compare_places(50, 2, 77_000 + part)
    print(f"part {part}: {equal} numbers, none optimistic")
    assert equal > 120


def test_no_verdict_turns_below_its_bound():
    assert compare_verdicts(60, 2026) > 60


def test_a_category_of_sixty_units_takes_less_than_a_second():
    arrays = big_family(np.random.default_rng(3))
    scores = score_units(*arrays, {0: 0.7, 1: 0.3})
    claims = bottom_claims_of(scores, 5)
    below = (scores.score[:, None] < scores.score[None, :]).sum(axis=0)
    state = FlipState(scores, np.zeros(60, bool), np.zeros(60, np.int64), claims.verdict, below < 5)
    begin = time.process_time()
    fewest_ballots(state, rule_of(5))
    seconds = time.process_time() - begin
    print(f"{seconds:.2f} CPU-seconds for 60 units")
    assert seconds < 1
