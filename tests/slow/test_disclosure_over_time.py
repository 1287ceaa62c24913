"""The attack over time on two hundred small rounds with four corrections each, five rounds a test."""

import pytest

from tests.support.public_sequences import attacked

pytestmark = pytest.mark.slow

ROUNDS, AT_ONCE, STEPS = 200, 5, 4


@pytest.mark.parametrize("first", range(0, ROUNDS, AT_ONCE))
def test_no_ballot_is_recovered_from_any_sequence_of_public_files(first, store_path):
    """In every fifth batch the same reader also gets pages judged one by one, and finds ballots."""
    both = first % 25 == 0
    guarded, unguarded, made = attacked(store_path, range(first, first + AT_ONCE), STEPS, both=both)
    assert guarded == {} and made > AT_ONCE
    assert not both or unguarded["ballot"] > AT_ONCE


@pytest.mark.parametrize("first", range(1000, 1020, AT_ONCE))
@pytest.mark.parametrize("kind", ["add", "remove", "change"])
def test_two_releases_that_differ_by_a_corrected_ballot_give_nothing_away(kind, first, store_path):
    """The reader has page and bundle of both releases; where the second is judged by itself, ballots are found."""
    seeds = range(first, first + AT_ONCE)
    guarded, unguarded, _ = attacked(store_path, seeds, 1, kinds=(kind,), together=True)
    assert guarded == {}
    assert (kind, first) != ("change", 1000) or unguarded["ballot"] > 0, "rounds 1000 and 1001 alone give away four"
