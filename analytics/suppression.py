"""Cell suppression: numbers of published tables to withhold, so that small counts cannot be derived by subtraction.

Primary suppression withholds the small numbers themselves, complementary suppression further ones: whoever knows
all that is published must be left with an interval that is wide and reaches beyond the small numbers. The intervals
are exact, by linear programming over everything published (audit); the choice of further cells is greedy, smallest
counts first. Cells, sums and audit as in the statistical disclosure control of tables: Fischetti and Salazar
(2001), Hundepool et al. (2012).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, sparse

from analytics.solver_output import silenced

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]

UNIFORM = 10
"""Votes below which a unanimous cell is withheld: it would disclose how everyone in it voted."""
SEED, WORTH_A_SWEEP = 1, 0.95
"""Before the programmes of single cells come some with prices drawn at random, as long as each settles a twentieth of
the open cells . Drawn the same way every time; they save time and decide nothing."""
SLACK = 1e-6
"""Linear programmes are solved to 1e-7; bounds this near to a whole number are that number."""

NEAR_ENOUGH = 1e-5
"""By which integers may miss a printed number: the tolerance of the solver, a five-hundredth of its rounding."""
MOST_NODES = 2_000
"""Branches of an integer programme; those of one unit need a few dozen."""
INFEASIBLE, UNBOUNDED = 2, 3
"""Status that scipy returns for a programme without a solution, and for an unbounded programme."""
NOT_FOUND: Floats = np.empty(0)
"""No solution within MOST_NODES branches: nothing is learned, so that the interval stays as narrow as it is known."""

Enough: TypeAlias = Callable[[Floats, Floats], Bools]
"""Whether intervals (low, high) protect their cells."""


@dataclass(frozen=True)
class Sum:
    """Cell `total` is the sum of the cells `parts`."""

    total: int
    parts: tuple[int, ...]


@dataclass(frozen=True)
class Cells:
    """All numbers that might be published together, of one table or several, totals among them.

    counts : shape (cells,), whole numbers from 0. sums : how they add up, over all tables.
    kept : shape (cells,); cells that are published, or known to readers from elsewhere, in any case.
    """

    counts: Ints
    sums: tuple[Sum, ...]
    kept: Bools

    @property
    def matrix(self) -> sparse.csr_array:
        """Return shape (sums, cells): 1 for a part, -1 for its total; its product with the counts is zero."""
        row = [at for at, one in enumerate(self.sums) for _ in range(len(one.parts) + 1)]
        column = [cell for one in self.sums for cell in (one.total, *one.parts)]
        value = [sign for one in self.sums for sign in (-1.0, *(1.0 for _ in one.parts))]
        return sparse.csr_array((value, (row, column)), shape=(len(self.sums), len(self.counts)))


@dataclass(frozen=True)
class Withheld:
    """cells : shape (cells,); what must not be published. exposed : indices of small cells that no choice of further
    cells protects, because what is kept gives them away; empty when all is well."""

    cells: Bools
    exposed: Ints


@dataclass(frozen=True)
class Knowledge:
    """Knowledge of a reader about unknown numbers x >= 0: low <= facts @ x <= high.

    facts : shape (facts, unknowns). low, high : shape (facts,); equal for an exact number, different if rounded.
    """

    facts: sparse.csr_array
    low: Floats
    high: Floats


def table(counts: ArrayLike, *, row_totals: bool = True, column_totals: bool = True) -> Cells:
    """Return the cells of a table with its published totals: inner cells by row, then row totals, then column totals.

    counts : shape (rows, columns). Totals are kept.
    """
    inner = np.asarray(counts, dtype=np.int64)
    rows, columns = inner.shape
    at = np.arange(rows * columns).reshape(rows, columns)
    values, sums = [inner.ravel()], []
    for wanted, axis, lines in ((row_totals, 1, at), (column_totals, 0, at.T)):
        if wanted:
            first = sum(len(part) for part in values)
            values.append(inner.sum(axis=axis))
            sums += [Sum(first + line, tuple(parts.tolist())) for line, parts in enumerate(lines)]
    flat = np.concatenate(values)
    return Cells(flat, tuple(sums), np.arange(len(flat)) >= inner.size)


def is_small(counts: ArrayLike, smallest: int, uniform: ArrayLike | bool = False) -> Bools:
    """Mark cells subject to primary suppression, in the shape of `counts`.

    smallest : the least count that is published. Zero discloses nothing about anybody and is published.
    uniform : cells in which all votes are alike; they are withheld below 10 votes.
    """
    n = np.asarray(counts, dtype=np.int64)
    alike = np.asarray(uniform, dtype=bool) & (n < UNIFORM) & (smallest > 1)
    return (n > 0) & ((n < smallest) | alike)


def suppress(cells: Cells, primary: ArrayLike, smallest: int, withheld: ArrayLike | None = None) -> Withheld:
    """Choose the cells to withhold: the primary ones, and as few and small others as protect them.

    Every sum whose total is published or withheld ends with no or at least two withheld cells, and the interval that
    is left for every primary cell is at least `smallest` wide and reaches `smallest`.

    primary : shape (cells,), for instance of `is_small`; also cells that are kept are refused.
    withheld : shape (cells,); cells that are withheld already, as those of a table that somebody else published.

    Raises
    ------
    ValueError
        If counts are negative or do not add up, or a primary cell is kept.
    """
    small_ones = np.flatnonzero(np.asarray(primary, dtype=bool))
    hidden = np.array(primary, dtype=bool)
    if withheld is not None:
        hidden |= np.asarray(withheld, dtype=bool)
    _check(cells, hidden)
    if not hidden.any():
        return Withheld(hidden, np.zeros(0, dtype=np.int64))
    given_away = _given_away(cells, small_ones, smallest)
    targets = np.setdiff1d(small_ones, given_away)
    choice = _Choice(cells, hidden)
    while True:
        choice.complete(smallest)
        exposed = exposed_cells(cells, choice.withheld, targets, smallest)
        if not choice.widen(exposed):
            return Withheld(choice.withheld, np.union1d(exposed, given_away))


def exposed_cells(cells: Cells, withheld: ArrayLike, targets: ArrayLike, smallest: int) -> Ints:
    """Audit: return indices of targets for which the published cells leave too narrow an interval.

    withheld : shape (cells,). targets : indices of withheld cells.
    """
    hidden = np.asarray(withheld, dtype=bool)
    asked = np.asarray(targets, dtype=np.int64)
    place = np.flatnonzero(hidden)
    matrix = cells.matrix
    rest = -(matrix[:, np.flatnonzero(~hidden)] @ cells.counts[~hidden])
    known = Knowledge(matrix[:, place], rest.astype(np.float64), rest.astype(np.float64))
    at = np.searchsorted(place, asked)
    low, high = feasible(known, at, interval_is_wide(smallest), start=cells.counts[place])
    return asked[~interval_is_wide(smallest)(low, high)]


def interval_is_wide(smallest: int) -> Enough:
    """Accept intervals at least `smallest` wide that reach `smallest`."""
    return lambda low, high: (high - low >= smallest) & (high >= smallest)


def interval_is_open(low: Floats, high: Floats) -> Bools:
    """Mark intervals that contain more than one integer."""
    return high > low


def feasible(
    known: Knowledge,
    targets: ArrayLike,
    enough: Enough | None = None,
    *,
    start: ArrayLike | None = None,
    whole: bool = False,
) -> tuple[Floats, Floats]:
    """Return the smallest and largest integer that each target can be, as bounded by linear programmes.

    targets : indices of unknowns. enough : an interval is not searched further once this holds of it; None searches
    every interval to its end, infinity included.
    start : shape (unknowns,); numbers that fit, such as the true ones. They save programmes and decide nothing.
    `whole` : search integers only (integer programmes): slower, for few unknowns a component. A search that takes
        too long ends with the interval reached so far, so that it errs towards withholding.

    Unknowns that share no fact are searched apart. Every solution also widens the intervals of the others,
    so most need no separate programme.
    """
    asked = np.asarray(targets, dtype=np.int64)
    low, high = np.full(len(asked), np.inf), np.full(len(asked), -np.inf)
    if start is not None:
        low, high = (np.asarray(start, dtype=np.float64)[asked] for _ in range(2))
    label = _components(known.facts)
    for part in np.unique(label[asked]).tolist():
        inside, at = np.flatnonzero(label == part), np.flatnonzero(label[asked] == part)
        rows = np.unique(known.facts[:, inside].nonzero()[0])
        piece = Knowledge(known.facts[rows][:, inside], known.low[rows], known.high[rows])
        low[at], high[at] = _search(
            _Solver(piece, whole), np.searchsorted(inside, asked[at]), enough, low[at], high[at]
        )
    return low, high


def closed_in_integers(known: Knowledge, targets: ArrayLike, block: ArrayLike, start: ArrayLike) -> Ints:
    """Return the targets that can be no other integer than `start` has, or none that a search came upon.

    block : shape (unknowns,); block of each unknown, -1 for unknowns that are always free. Other numbers are searched
    in the block of a target, then in that and each other block, nearest first, and at last in all together: two units
    nearly always leave each other room, and their programmes are small. start : integers that fit.
    """
    asked, own = np.asarray(targets, dtype=np.int64), np.asarray(block, dtype=np.int64)
    true = np.asarray(start, dtype=np.int64)
    is_open = np.zeros(len(asked), dtype=bool)
    for at, target in enumerate(asked.tolist()):
        for free in _free_parts(own, int(own[target])):
            if is_open[at]:
                break
            found = _other_numbers(known, true, free, target)
            if found is not None:
                is_open |= found[asked] != true[asked]
    return asked[~is_open]


def _free_parts(block: Ints, mine: int) -> Iterator[Bools]:
    """Yield which unknowns are free: a block with each other, nearest first; at last all."""
    always = (block == mine) | (block < 0)
    others = np.unique(block[block >= 0])
    for other in others[np.argsort(abs(others - mine), kind="stable")].tolist():
        yield always | (block == other)
    yield np.ones(len(block), dtype=bool)


def _other_numbers(known: Knowledge, true: Ints, free: Bools, target: int) -> Ints | None:
    """Return integers that fit and differ at the target, with only some unknowns free; None if there are none."""
    inside = np.flatnonzero(free)
    rows = np.unique(known.facts[:, inside].nonzero()[0])
    facts = known.facts[rows]
    fixed = facts[:, np.flatnonzero(~free)] @ true[~free]
    at = int(np.searchsorted(inside, target))
    for low, high in ((float(true[target]) + 1, np.inf), (0.0, float(true[target]) - 1)):
        if high < low:
            continue
        ends = np.zeros(len(inside)), np.full(len(inside), np.inf)
        ends[0][at], ends[1][at] = low, high
        piece = Knowledge(facts[:, inside], known.low[rows] - fixed, known.high[rows] - fixed)
        found = _integers(piece, *ends)
        if found is not None:
            numbers = true.copy()
            numbers[inside] = found
            return numbers
    return None


def _integers(known: Knowledge, low: Floats, high: Floats) -> Ints | None:
    """Return any integers that fit, within ends; None where there are none or a search took too long."""
    with silenced():
        found = optimize.milp(
            np.zeros(known.facts.shape[1]),
            constraints=optimize.LinearConstraint(known.facts, known.low, known.high),
            integrality=np.ones(known.facts.shape[1]),
            bounds=optimize.Bounds(low, high),
            options={"node_limit": MOST_NODES},
        )
    if found.x is None:
        return None
    numbers: Ints = np.round(found.x).astype(np.int64)
    made = known.facts @ numbers
    fits = (made >= known.low - NEAR_ENOUGH).all() and (made <= known.high + NEAR_ENOUGH).all()
    return numbers if fits else None


def _check(cells: Cells, primary: Bools) -> None:
    if (cells.counts < 0).any():
        raise ValueError("counts must not be negative")
    wrong = np.flatnonzero(cells.matrix @ cells.counts)
    if len(wrong):
        raise ValueError(f"sums that do not add up: {wrong.tolist()}")
    if (primary & cells.kept).any():
        raise ValueError(f"cells both small and kept: {np.flatnonzero(primary & cells.kept).tolist()}")


def _given_away(cells: Cells, small_ones: Ints, smallest: int) -> Ints:
    """Return small cells in a kept total too small to hide them; these need no audit."""
    few = (
        part for one in cells.sums if cells.kept[one.total] and cells.counts[one.total] < smallest for part in one.parts
    )
    return np.intersect1d(small_ones, np.fromiter(few, dtype=np.int64))


class _Choice:
    """Cells withheld so far, and the choice of the next cell."""

    def __init__(self, cells: Cells, primary: Bools) -> None:
        self.withheld = primary.copy()
        self._cells = cells
        self._sums_of: list[list[int]] = [[] for _ in cells.counts]
        for at, one in enumerate(cells.sums):
            for cell in (one.total, *one.parts):
                self._sums_of[cell].append(at)

    def complete(self, smallest: int) -> None:
        """Withhold a second cell in every sum with a withheld cell, and enough for `smallest`, as far as possible."""
        waiting = list(range(len(self._cells.sums)))
        while waiting:
            at = waiting.pop(0)
            members = self._members(at)
            hidden = sum(self.withheld[cell] for cell in members)
            if hidden == 0 or (hidden > 1 and self._room(at) >= smallest):
                continue
            chosen = self._cheapest(members)
            if chosen is not None:
                self.withheld[chosen] = True
                waiting += [at, *self._sums_of[chosen]]

    def widen(self, exposed: Ints) -> bool:
        """Withhold one more cell for each exposed cell, in its tightest sum; False when nothing could be added.

        A sum that has been given a cell in this round is left for the next audit.
        """
        touched: set[int] = set()
        added = False
        for cell in exposed.tolist():
            if touched & set(self._sums_of[cell]):
                continue
            chosen = self._beside(cell)
            if chosen is not None:
                self.withheld[chosen] = added = True
                touched |= set(self._sums_of[chosen])
        return added

    def _beside(self, cell: int) -> int | None:
        """Return the cheapest cell of the tightest sum around a cell; else of the sums of withheld cells around it."""
        seen, ring = {cell}, [cell]
        while ring:
            around = list(dict.fromkeys(at for one in ring for at in self._sums_of[one]))
            for at in sorted(around, key=self._room):
                chosen = self._cheapest(self._members(at))
                if chosen is not None:
                    return chosen
            near = {other for at in around for other in self._members(at) if self.withheld[other]}
            ring = sorted(near - seen)
            seen |= near
        return None

    def _members(self, at: int) -> tuple[int, ...]:
        one = self._cells.sums[at]
        return (one.total, *one.parts)

    def _room(self, at: int) -> int:
        """Return the sum of the withheld parts: the most that a single withheld part can be."""
        return int(sum(self._cells.counts[part] for part in self._cells.sums[at].parts if self.withheld[part]))

    def _cheapest(self, members: Sequence[int]) -> int | None:
        """Return the smallest published count that may be withheld; zeros last, because they hide nothing."""
        free = [cell for cell in members if not self.withheld[cell] and not self._cells.kept[cell]]
        counts = self._cells.counts
        return min(free, key=lambda cell: (counts[cell] == 0, counts[cell], cell), default=None)


def _components(facts: sparse.csr_array) -> Ints:
    """Number the connected components: unknowns linked by facts, also indirectly, share a number."""
    count = facts.shape[1]
    used = abs(facts).astype(bool).astype(np.int64)
    linked = sparse.block_array([[None, used], [used.T, None]], format="csr")
    _, label = sparse.csgraph.connected_components(linked, directed=False)
    return np.asarray(label[len(label) - count :], dtype=np.int64)


def _search(
    solver: "_Solver", targets: Ints, enough: Enough | None, low: Floats, high: Floats
) -> tuple[Floats, Floats]:
    """Return the intervals of the targets of a component, starting from those known already."""

    def learn(solution: Floats | None) -> None:
        if solution is not None and len(solution):
            np.minimum(low, np.ceil(solution[targets] - SLACK), out=low)
            np.maximum(high, np.floor(solution[targets] + SLACK), out=high)

    draw = np.random.Generator(np.random.PCG64(SEED))
    open_still = len(targets) if enough is not None else 0
    while enough is not None and open_still:
        learn(solver.best(targets, draw.standard_normal(len(targets))))
        before, open_still = open_still, int((~enough(low, high)).sum())
        if open_still > WORTH_A_SWEEP * before:
            break
    for position, target in enumerate(targets.tolist()):
        for sign in (-1.0, 1.0):
            if enough is not None and enough(low[position : position + 1], high[position : position + 1])[0]:
                break
            solution = solver.best(np.array([target]), np.array([sign]))
            learn(solution)
            if solution is None:
                high[position] = np.inf
    return low, high


class _Solver:
    """Linear or integer programmes over one body of knowledge."""

    def __init__(self, known: Knowledge, whole: bool) -> None:
        self._count = known.facts.shape[1]
        self._facts = optimize.LinearConstraint(known.facts, known.low, known.high)
        self._whole = np.full(self._count, int(whole))

    def best(self, unknowns: Ints, price: Floats) -> Floats | None:
        """Return a solution of the smallest sum of price x unknown, None if it has no bound; NOT_FOUND after too long.

        Raises ValueError when no numbers fit what is known.
        """
        objective = np.zeros(self._count)
        objective[unknowns] = price
        for presolve in (True, False):  # presolve may not say which of unbounded and infeasible it is
            options = {"node_limit": MOST_NODES, "presolve": presolve}
            with silenced():
                found = optimize.milp(objective, constraints=self._facts, integrality=self._whole, options=options)
            if found.x is not None:
                return np.asarray(found.x, dtype=np.float64)
            if found.status == UNBOUNDED:
                return None
        if found.status == INFEASIBLE:
            raise ValueError(f"no numbers fit what is known: {found.message}")
        return NOT_FOUND
