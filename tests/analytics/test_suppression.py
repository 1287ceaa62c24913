"""Withholding: small cells, the cells beside them, and the audit by linear programmes."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from analytics.suppression import (
    Cells,
    Knowledge,
    Sum,
    closed_in_integers,
    exposed_cells,
    feasible,
    interval_is_open,
    interval_is_wide,
    is_small,
    suppress,
    table,
)
from tests.reference.plain_suppression import ranges
from tests.support.examples import examples

TOY = [[3, 20, 30], [25, 2, 18], [22, 31, 4]]
"""Three small cells, one in each row and each column."""


def inside(cells: Cells, counts, mask) -> np.ndarray:
    """A mask of the inner cells as one of all cells of a table."""
    full = np.zeros(len(cells.counts), dtype=bool)
    full[: np.size(counts)] = np.ravel(mask)
    return full


def withheld(counts, smallest=5, uniform=False, **totals):
    cells = table(counts, **totals)
    found = suppress(cells, inside(cells, counts, is_small(counts, smallest, uniform)), smallest)
    return found.cells[: np.size(counts)].reshape(np.shape(counts)), found.exposed


def holes(counts, mask):
    return [
        [None if hidden else int(n) for n, hidden in zip(*line, strict=True)] for line in zip(counts, mask, strict=True)
    ]


def test_small_cells_alone_are_found_by_subtraction():
    cells = table(TOY)
    hidden = inside(cells, TOY, is_small(TOY, 5))
    places = np.flatnonzero(hidden)
    assert exposed_cells(cells, hidden, places, 5).tolist() == places.tolist()
    left = ranges(holes(TOY, is_small(TOY, 5)), np.sum(TOY, axis=1), np.sum(TOY, axis=0))
    assert left == {(0, 0): (3, 3), (1, 1): (2, 2), (2, 2): (4, 4)}


def test_three_more_cells_protect_three_in_a_latin_square():
    hidden, exposed = withheld(TOY)
    assert len(exposed) == 0
    assert hidden.sum() == 6 and (hidden.sum(axis=0) == 2).all() and (hidden.sum(axis=1) == 2).all()
    left = ranges(holes(TOY, hidden), np.sum(TOY, axis=1), np.sum(TOY, axis=0))
    for at in ((0, 0), (1, 1), (2, 2)):
        low, high = left[at]
        assert high >= 5 and high - low >= 5


@pytest.mark.parametrize("counts", [[[8, 3, 1], [0, 6, 20], [6, 0, 0]], [[2, 0, 6], [2, 8, 20], [2, 0, 6]]])
def test_two_withheld_cells_in_every_sum_are_not_always_enough(counts):
    """With two cells in every row and column the intervals are still too narrow: the audit asks for more."""
    hidden, exposed = withheld(counts)
    assert len(exposed) == 0 and hidden.sum() == 9
    cells = table(counts)
    assert len(exposed_cells(cells, inside(cells, counts, hidden), np.flatnonzero(is_small(counts, 5)), 5)) == 0


@pytest.mark.parametrize(
    ("counts", "uniform", "expected"),
    [
        ([0, 1, 4, 5, 9], False, [False, True, True, False, False]),
        ([0, 1, 4, 5, 9, 10, 300], True, [False, True, True, True, True, False, False]),
    ],
)
def test_what_is_small(counts, uniform, expected):
    """Zero says nothing of anybody; a cell of equal votes tells how everyone voted."""
    assert is_small(counts, 5, uniform).tolist() == expected


@pytest.mark.parametrize(
    ("low", "high", "protects"),
    [(0, 5, True), (1, 6, True), (0, 4, False), (1, 5, False), (7, 11, False), (7, 12, True)],
)
def test_an_interval_protects_that_is_as_wide_as_the_smallest_count(low, high, protects):
    assert interval_is_wide(5)(np.array([float(low)]), np.array([float(high)])).tolist() == [protects]


def test_a_round_without_a_limit_withholds_nothing():
    assert not is_small([1, 2, 9], 1, True).any() and not is_small([1, 2, 9], 0, True).any()


def test_two_small_cells_are_no_hiding_place_for_each_other():
    """1 and 1 of 62: their sum of 2 is known, so a third cell is withheld."""
    hidden, exposed = withheld([[1, 1, 20, 40]], column_totals=False)
    assert hidden.tolist() == [[True, True, True, False]] and len(exposed) == 0


def test_a_small_total_that_is_published_gives_its_parts_away():
    hidden, exposed = withheld([[2, 1, 0], [30, 40, 50]], column_totals=False)
    assert exposed.tolist() == [0, 1]
    assert not hidden[1].any(), "no other row can help"


def test_tables_that_share_a_total_are_judged_together():
    """Votes by group 3 + 37, votes by grade 36 + 4, and 40 in all; beside them somebody publishes 3 + 36 = 39."""
    counts = np.array([3, 37, 36, 4, 40, 39])
    own = (Sum(4, (0, 1)), Sum(4, (2, 3)))
    kept = np.array([False] * 4 + [True] * 2)
    hidden = np.array([True, True, True, True, False, False])
    assert len(exposed_cells(Cells(counts, own, kept), hidden, [0, 3], 5)) == 0
    linked = Cells(counts, (*own, Sum(5, (0, 2))), kept)
    assert len(exposed_cells(linked, hidden, [0, 3], 5)) == 0, "one equation more still leaves them open"
    known = hidden & (np.arange(6) != 2)
    assert exposed_cells(linked, known, [0], 5).tolist() == [0]


def test_a_score_and_the_grades_give_two_groups_away():
    """20 and 10 votes, one unhappy in the first: the score of 97.50 and 1 unhappy in all leave nothing open."""
    facts = [[1, 1, 0, 0], [0, 0, 1, 1], [5, 0, 10, 0], [0, 1, 0, 1]]  # happy and unhappy of either group
    votes = [20.0, 10.0]
    score = [100 * 0.5 * (19 / 20 + 10 / 10)]
    low = np.array([*votes, score[0] - 0.005, 1.0])
    high = np.array([*votes, score[0] + 0.005, 1.0])
    weights = sparse.csr_array(np.array(facts, dtype=float))
    weights[2, 0], weights[2, 2] = 50 / 20, 50 / 10
    without = Knowledge(weights[[0, 1, 2]], low[[0, 1, 2]], high[[0, 1, 2]])
    assert feasible(Knowledge(weights, low, high), [1]) == (1, 1)
    unhappy_low, unhappy_high = feasible(without, [1])
    assert interval_is_open(unhappy_low, unhappy_high).all() and (unhappy_low, unhappy_high) == (0, 1)


def test_what_nothing_bounds_has_no_end():
    known = Knowledge(sparse.csr_array([[1.0, -1.0]]), np.zeros(1), np.zeros(1))
    assert feasible(known, [0, 1]) == (pytest.approx([0, 0]), pytest.approx([np.inf, np.inf]))


@pytest.mark.parametrize(
    ("counts", "total", "kept", "message"),
    [
        ([-1, 4], 3, False, "negative"),
        ([3, 4], 8, False, "add up"),
        ([3, 4], 7, True, "kept"),
    ],
)
def test_what_makes_no_sense_is_refused(counts, total, kept, message):
    cells = Cells(np.array([*counts, total]), (Sum(2, (0, 1)),), np.array([kept, False, True]))
    with pytest.raises(ValueError, match=message):
        suppress(cells, [True, False, False], 5)


tables = st.integers(1, 3).flatmap(
    lambda rows: st.integers(2, 3).flatmap(
        lambda columns: st.lists(
            st.lists(st.integers(0, 7), min_size=columns, max_size=columns), min_size=rows, max_size=rows
        )
    )
)


@examples(40)
@given(tables, st.data())
def test_the_audit_finds_what_trying_every_filling_finds(counts, data):
    shape = np.shape(counts)
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=np.size(counts), max_size=np.size(counts))))
    mask[np.flatnonzero(mask)[5:]] = False  # trying all is slow
    cells = table(counts)
    hidden = inside(cells, counts, mask)
    expected = ranges(holes(counts, mask.reshape(shape)), np.sum(counts, axis=1), np.sum(counts, axis=0))
    exposed = {at for at, (low, high) in expected.items() if not (high >= 3 and high - low >= 3)}
    found = exposed_cells(cells, hidden, np.flatnonzero(hidden), 3)
    assert {tuple(map(int, np.unravel_index(at, shape))) for at in found} == exposed


@examples(30)
@given(tables)
def test_what_is_withheld_is_protected_or_named(counts):
    hidden, exposed = withheld(counts, smallest=3)
    left = ranges(holes(counts, hidden), np.sum(counts, axis=1), np.sum(counts, axis=0))
    names = {tuple(map(int, np.unravel_index(at, np.shape(counts)))) for at in exposed}
    for at in zip(*np.nonzero(is_small(counts, 3)), strict=True):
        low, high = left[tuple(map(int, at))]
        assert (high >= 3 and high - low >= 3) != (tuple(map(int, at)) in names)
    if not len(exposed):
        assert (hidden.sum(axis=0) != 1).all() and (hidden.sum(axis=1) != 1).all()


@examples(30)
@given(tables, st.data())
def test_intervals_are_those_of_all_fillings(counts, data):
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=np.size(counts), max_size=np.size(counts))))
    mask[np.flatnonzero(mask)[5:]] = False
    holed = holes(counts, mask.reshape(np.shape(counts)))
    expected = ranges(holed, np.sum(counts, axis=1), np.sum(counts, axis=0))
    cells = table(counts)
    place = np.flatnonzero(inside(cells, counts, mask))
    whole = cells.matrix
    rest = np.delete(np.arange(len(cells.counts)), place)
    value = -(whole[:, rest] @ cells.counts[rest]).astype(float)
    low, high = feasible(Knowledge(whole[:, place], value, value), np.arange(len(place)))
    assert [(a, b) for a, b in zip(low, high, strict=True)] == [expected[at] for at in sorted(expected)]


@pytest.mark.sweep
def test_a_search_without_an_end_learns_nothing_and_withholds(monkeypatch):
    """Market split (Cornuejols and Dawande 1998): three equations of 20 unknowns, each 0 or 1, in which branching finds
    no whole numbers for long. An export stopped there with an error of ours.
    """
    monkeypatch.setattr("analytics.suppression.MOST_NODES", 1)
    draw = np.random.default_rng(7)
    split, start = draw.integers(0, 100, (3, 20)), draw.integers(0, 2, 20)
    facts = sparse.csr_array(np.vstack([split, np.eye(20)]).astype(float))
    fits = (split @ start).astype(float)
    known = Knowledge(facts, np.array([*fits, *np.zeros(20)]), np.array([*fits, *np.ones(20)]))
    low, high = feasible(known, np.arange(20), interval_is_open, start=start, whole=True)
    assert (low == start).all() and (high == start).all()
    assert not interval_is_open(low, high).any()
    with pytest.raises(ValueError, match="no numbers fit"):
        feasible(Knowledge(facts, known.low + 0.25, known.low + 0.25), np.arange(20), start=start, whole=True)


SPLITS = {n: [(a, b, n - a - b) for a in range(n + 1) for b in range(n - a + 1)] for n in range(8)}
WEIGHTS, POINTS = (0.6, 0.4), (100, 60, 0)


def score_of(votes):
    """Of a unit, from (group, grade) votes; every group has some."""
    return sum(w * np.dot(own, POINTS) / sum(own) for w, own in zip(WEIGHTS, votes, strict=True))


@given(
    st.lists(st.tuples(*[st.integers(2, 7).flatmap(lambda n: st.sampled_from(SPLITS[n]))] * 2), min_size=2, max_size=3)
)
@examples(300, every_run=8)
def test_votes_that_scores_and_a_grade_leave_open_are_those_that_trying_all_finds(units):
    """Printed: votes of each group, scores to two decimals, and how many votes of all units have the best grade."""
    truth = np.array(units)
    fitting = [
        [
            votes
            for votes in product(*(SPLITS[sum(own)] for own in unit))
            if abs(score_of(votes) - score_of(unit)) <= 0.005
        ]
        for unit in units
    ]
    best = truth[:, :, 0].sum()
    left = np.array([all_ for all_ in product(*fitting) if sum(v[g][0] for v in all_ for g in range(2)) == best])
    wanted = np.flatnonzero((left == truth).all(axis=0).ravel())
    index, rows, low, high = np.arange(truth.size).reshape(truth.shape), [], [], []

    def fact(cells, values, least, most):
        rows.append(np.zeros(truth.size))
        rows[-1][cells] = values
        low.append(least)
        high.append(most)

    for j, unit in enumerate(units):
        for g, own in enumerate(unit):
            fact(index[j, g], 1, sum(own), sum(own))
        worth = [w * p / sum(own) for w, own in zip(WEIGHTS, unit, strict=True) for p in POINTS]
        fact(index[j].ravel(), worth, score_of(unit) - 0.005, score_of(unit) + 0.005)
    fact(index[:, :, 0].ravel(), 1, best, best)
    known = Knowledge(sparse.csr_array(np.array(rows)), np.array(low, dtype=float), np.array(high, dtype=float))
    block = index.ravel() // 6
    assert closed_in_integers(known, index.ravel(), block, truth.ravel()).tolist() == wanted.tolist()
