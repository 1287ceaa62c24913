"""The exact sums of votes against a plain dictionary, in any order and any chunk."""

from collections import defaultdict
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.moments.vote_moments import VoteMoments, moments_of_counts, moments_of_votes
from tests.reference.plain_leniency import plain_links
from tests.support.examples import examples

SCORES = st.sampled_from([0, 1, 600_000, 1_000_000, 333_333, -50_000, 90_000_000])


@st.composite
def rounds(draw):
    """Votes as (ballot, unit, group, score), a ballot in one group, once a unit."""
    units, groups = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    votes = []
    for ballot in range(draw(st.integers(0, 12))):
        group = draw(st.integers(0, groups - 1))
        for unit in draw(st.sets(st.integers(0, units - 1))):
            votes.append((ballot, unit, group, draw(SCORES)))
    return draw(st.permutations(votes)), units, groups


def plain(votes, units, groups):
    cells, pairs = defaultdict(lambda: [0, 0, 0]), defaultdict(lambda: [0, 0, 0, 0])
    ballots = defaultdict(dict)
    for ballot, unit, group, score in votes:
        ballots[ballot, group][unit] = score
        for i, value in enumerate((1, score, score**2)):
            cells[unit, group][i] += value
    for (_, group), given_scores in ballots.items():
        for a, b in combinations(sorted(given_scores), 2):
            x, y = given_scores[a], given_scores[b]
            for i, value in enumerate((1, x, y, x * y)):
                pairs[group, a, b][i] += value
    tables = [[[cells[u, g][i] for g in range(groups)] for u in range(units)] for i in range(3)]
    return tables, {key: tuple(pairs[key]) for key in sorted(pairs)}


def as_plain(moments: VoteMoments):
    keys = zip(
        *(a.tolist() for a in (moments.pair_group, moments.pair_first, moments.pair_second)),
        strict=True,
    )
    sums = (
        moments.pair_n,
        moments.pair_sum_first,
        moments.pair_sum_second,
        moments.pair_sum_product,
    )
    values = zip(*(a.tolist() for a in sums), strict=True)
    return [t.tolist() for t in (moments.n, moments.total, moments.squares)], dict(zip(keys, values, strict=True))


def build(votes, units, groups, **options):
    columns = np.array(votes, dtype=np.int64).reshape(-1, 4).T
    return moments_of_votes(*columns, units, groups, **options)


@given(rounds(), st.integers(1, 9))
@examples(300)
def test_sums_are_those_of_a_plain_dictionary_whatever_the_order_and_chunk(sample, chunk):
    votes, units, groups = sample
    assert as_plain(build(votes, units, groups, ballots_at_once=chunk)) == plain(votes, units, groups)


def link_bits(moments: VoteMoments):
    """Everything about links, to the last bit."""
    return [
        (link.linked.tobytes(), link.own_minus_ballot.tobytes(), link.ballots, link.votes, link.within)
        for link in moments.links
    ]


def assert_links(moments: VoteMoments, votes, units, groups):
    linked, own, ballots, lines, within = plain_links(votes, units, groups)
    table = np.stack([link.linked for link in moments.links])
    found = {(g, a, b): table[g, a, b] for g in range(groups) for a in range(units) for b in range(a + 1, units)}
    assert (table == table.transpose(0, 2, 1)).all() and (np.diagonal(table, axis1=1, axis2=2) == 0).all()
    assert {key: value for key, value in found.items() if value} == pytest.approx(
        {key: float(value) for key, value in linked.items()}, rel=1e-15
    )
    largest = max((abs(vote[3]) for vote in votes), default=0)
    for g, link in enumerate(moments.links):
        assert (link.ballots, link.votes) == (ballots[g], lines[g])
        assert link.within == pytest.approx(float(within[g]), rel=1e-14)
        expected = [float(row[g]) for row in own]
        assert link.own_minus_ballot == pytest.approx(expected, rel=1e-13, abs=1e-14 * largest * len(votes))


@given(rounds(), st.integers(1, 9), st.randoms())
@examples(300)
def test_links_are_those_of_fractions_and_to_the_bit_alike_in_any_order_and_chunk(sample, chunk, random):
    votes, units, groups = sample
    built = build(votes, units, groups)
    assert_links(built, votes, units, groups)
    shuffled = random.sample(votes, len(votes))
    assert link_bits(build(shuffled, units, groups, ballots_at_once=chunk)) == link_bits(built)


@pytest.mark.parametrize("points", [100, 99.9999, 9_000])
@pytest.mark.parametrize("units", [4, 400])
def test_many_units_or_large_scores_take_other_roads_to_the_same_sums(units, points):
    rng = np.random.default_rng(5)
    top = round(points * 10_000)
    votes = [
        (ballot, unit, ballot % 2, int(rng.choice([0, top // 2, top])))
        for ballot in range(120)
        for unit in sorted(rng.choice(units, 3, replace=False).tolist())
    ]
    assert as_plain(build(votes, units, 2)) == plain(votes, units, 2)
    assert_links(build(votes, units, 2), votes, units, 2)


def test_sums_beyond_64_bits_stay_exact():
    top = 90_000_000  # 9,000 points: a square is 8.1e15, 2,000 of them pass 2**63
    votes = [(ballot, unit, 0, top - unit) for ballot in range(2_000) for unit in range(2)]
    moments = build(votes, 2, 1)
    assert moments.squares.tolist() == [[2_000 * top**2], [2_000 * (top - 1) ** 2]]
    assert moments.pair_sum_product.tolist() == [2_000 * top * (top - 1)]
    assert moments.group_squares == (2_000 * (top**2 + (top - 1) ** 2),)


def test_group_totals_do_not_overflow_where_the_cells_fit():
    counts = moments_of_counts(range(20), [0] * 20, [1_000_000] * 20, [10**6] * 20, 20, 1)
    assert counts.group_squares == (20 * 10**18,)


def test_tallies_give_the_cells_of_their_votes_and_no_pairs():
    tally = moments_of_counts([0, 0, 1], [0, 0, 0], [1_000_000, 0, 600_000], [3, 1, 2], 2, 1)
    assert tally.n.tolist() == [[4], [2]]
    assert tally.total.tolist() == [[3_000_000], [1_200_000]]
    assert tally.squares.tolist() == [[3 * 10**12], [2 * 36 * 10**10]]
    assert len(tally.pair_n) == 0
    assert [(link.ballots, link.linked.any()) for link in tally.links] == [(0, False)]


@pytest.mark.parametrize(
    ("votes", "words"),
    [
        ([(0, 0, 0, 1), (0, 1, 1, 1)], "two groups"),
        ([(0, 0, 0, 1), (0, 0, 0, 2)], "twice"),
        ([(0, 0, 0, 10**9), (0, 1, 0, 1)], "too large"),
    ],
)
def test_votes_that_cannot_be_are_refused(votes, words):
    with pytest.raises(ValueError, match=words):
        build(votes, 2, 2)


def test_nothing_gives_nothing():
    empty = build([], 3, 2)
    assert empty.n.sum() == 0 and empty.group_n == (0, 0) and len(empty.pair_n) == 0
