"""Disclosure over time: what a new public export may print, given everything that became public before it.

Two exports that differ by one ballot give that ballot away: the difference of two printed numbers is printed too. So
each category of a round
- is repeated, if its votes are those of an earlier export: the figures that were printed then are printed again;
- waits, if votes of one of its units changed by a few: nothing but names is printed. The places of the others go as
  well, since a place between two printed scores is nearly a score;
- is printed with new figures, if every group of every unit changed by nothing or by at least the smallest cell (10
  votes if all are alike), and the scores of all exports together fix neither a small number of equal votes nor a small
  change (integer programmes).
The rule asks how many votes differ, never which numbers were printed, so it does not depend on what was withheld.

It knows counts by unit, group and grade only, so that schemes and themes can be judged like rounds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from analytics.suppression import Knowledge, feasible, interval_is_open, is_small
from reports.public_facts import BETWEEN, Facts, PublicSet, UnitFacts, changes

MOST_GRADES = 10
"""Most grades of a unit whose scores are tried: marks from 0 to 100 leave so much open that no vote follows."""
REPEATED, WAITING, NEW = "repeated", "waiting", "new"


@dataclass(frozen=True)
class Judged:
    """What may be printed of a category.

    how : REPEATED, WAITING or NEW. against : position of the earlier export whose figures are repeated, or against
    which the change is too small; None for new figures. grades : whether a new table of grades may be printed.
    intervals : unit -> position of the export whose interval is repeated, as the votes did not change.
    """

    how: str
    against: int | None = None
    grades: bool = True
    intervals: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Judgement:
    """What may be printed of a round, by category. ballots : whether their number may be printed."""

    categories: Mapping[str, Judged]
    ballots: bool

    def named(self, how: str) -> tuple[str, ...]:
        """Return the categories that are judged so."""
        return tuple(name for name, judged in sorted(self.categories.items()) if judged.how == how)


def judge(new: Facts, public_so_far: Sequence[PublicSet], smallest: int) -> Judgement:
    """Judge a new export together with everything public so far, oldest first. smallest : of the rules; below 2: free.

    The answer depends on nothing else, so the same release and the same sets always give the same page.
    """
    sets = list(public_so_far) if smallest > 1 else []
    categories = {name: _category(new, name, sets, smallest) for name in new.categories}
    before = [one.ballots for one in sets if one.ballots is not None]
    return Judgement(categories, all(_none_or_many(new.ballots - ballots, smallest) for ballots in before))


def _none_or_many(change: int, smallest: int) -> bool:
    return change == 0 or abs(change) >= smallest


def _category(new: Facts, name: str, sets: list[PublicSet], smallest: int) -> Judged:
    own = new.of_category(name)
    for at in reversed(range(len(sets))):
        if sets[at].facts.rules == new.rules and name not in sets[at].waiting and _same(sets[at], name, own):
            return Judged(REPEATED, at)
    for at in reversed(range(len(sets))):
        if _changed_by_few(new, own, sets[at], smallest):
            return Judged(WAITING, at)
    for code, unit in own.items():
        against = _pinned(new, unit, _states(new, code, unit, sets), smallest)
        if against is not None:
            return Judged(WAITING, against)
    grades = not any(_had_grades(code, unit, one, new) for code, unit in own.items() for one in sets)
    return Judged(NEW, None, grades, _intervals(new, own, sets))


def _same(one: PublicSet, name: str, own: Mapping[str, UnitFacts]) -> bool:
    """Return whether a category has the same units under the same names with the same votes as in an earlier export."""
    before = one.facts.of_category(name)
    return dict(own) == before


def _matches(code: str, unit: UnitFacts, one: PublicSet, new: Facts) -> list[str]:
    """Return the units of an earlier export that may be this unit: of the same code or name, else all that are gone.

    A unit may be renamed, or get another code, between two releases. A reader joins the two names by their votes, so
    the guard tries every pair of a new unit and a removed unit.
    """
    same = [other for other, was in one.facts.units.items() if other == code or was.name == unit.name]
    names = {unit.name for unit in new.units.values()}
    gone = [other for other, was in one.facts.units.items() if other not in new.units and was.name not in names]
    found = same or gone
    return [other for other in found if one.printed(other)]


def _changed_by_few(new: Facts, own: Mapping[str, UnitFacts], one: PublicSet, smallest: int) -> bool:
    """Return whether votes of any unit and group changed since an export, by fewer than the smallest cell.

    Or by few that are all alike: whoever knows of the change would know how all of them voted.
    """
    for code, unit in own.items():
        for other in _matches(code, unit, one, new):
            by_group = changes(one.facts.units[other].counts, unit.counts).values()
            if any(is_small(change.votes, smallest, change.alike) for change in by_group):
                return True
    return False


def _had_grades(code: str, unit: UnitFacts, one: PublicSet, new: Facts) -> bool:
    """Return whether votes of this unit are in a table of grades of an export: a new one would be subtracted from it.

    Whatever changed, a unit that came into the category or left it would be given away by its grades.
    """
    there = _matches(code, unit, one, new)
    return any(one.has_grades_of(one.facts.units[other].category) for other in there)


def _intervals(new: Facts, own: Mapping[str, UnitFacts], sets: list[PublicSet]) -> dict[str, int]:
    """Return the units whose votes are those of an earlier export, with its position: their interval is repeated.

    An interval rests on the votes of all units a little (pseudo-votes of the group), so a new interval would tell of a
    small change elsewhere.
    """
    found: dict[str, int] = {}
    for at, one in enumerate(sets):
        if one.facts.rules != new.rules:
            continue
        for code, unit in own.items():
            there = [other for other in _matches(code, unit, one, new) if other in one.rows]
            if any(one.facts.units[other].counts == unit.counts for other in there):
                found[code] = at
    return found


@dataclass(frozen=True)
class _State:
    """Votes of a unit in one export, shape (groups, grades), and its printed score with the weight of each vote."""

    at: int | None
    votes: dict[str, dict[str, int]]
    score: float | None
    per_vote: Mapping[str, float]
    points: Mapping[str, float]
    decimals: int


def _states(new: Facts, code: str, unit: UnitFacts, sets: list[PublicSet]) -> list[_State]:
    """Return what was public of a unit, export by export, and what would be; the same votes under one rule once."""
    found = [_state(None, new, unit, None)]
    for at, one in enumerate(sets):
        for other in _matches(code, unit, one, new):
            was = one.facts.units[other]
            again = any(_votes(was) == state.votes and state.points == one.facts.points for state in found)
            if not again or one.facts.rules != new.rules:
                found.append(_state(at, one.facts, was, one.rows.get(other, {}).get("score")))
    return found


def _votes(unit: UnitFacts) -> dict[str, dict[str, int]]:
    grades = {
        group: {key.partition(BETWEEN)[2]: n for key, n in by_grade.items()} for group, by_grade in unit.counts.items()
    }
    return {group: by_grade for group, by_grade in grades.items() if by_grade}


def _state(at: int | None, facts: Facts, unit: UnitFacts, printed: float | None) -> _State:
    """Return a state; the score of the new export is computed, as it would be printed."""
    votes, weights = _votes(unit), facts.weights.get(unit.category)
    sizes = {group: sum(by_grade.values()) for group, by_grade in votes.items()}
    if weights is None:
        per_vote = dict.fromkeys(votes, 1.0 / max(1, sum(sizes.values())))
    else:
        there = {group: weights.get(group, 0.0) for group in votes}
        whole = sum(there.values()) or 1.0
        per_vote = {group: weight / whole / sizes[group] for group, weight in there.items()}
    if at is None:
        printed = sum(
            per_vote[group] * facts.points.get(grade, 0.0) * n
            for group, by_grade in votes.items()
            for grade, n in by_grade.items()
        )
    return _State(at, votes, printed, per_vote, facts.points, facts.decimals)


def _pinned(new: Facts, unit: UnitFacts, states: list[_State], smallest: int) -> int | None:
    """Return the export with which a unit's scores would fix a small number or a small change; None if there is none.

    Tried as if all numbers of votes were printed and the reader knew which groups did not change.
    """
    indicators = {key.partition(BETWEEN)[0] for by_grade in unit.counts.values() for key in by_grade}
    grades = sorted({grade for state in states for by_grade in state.votes.values() for grade in by_grade})
    if len(states) < 2 or len(indicators) > 1 or len(grades) > MOST_GRADES:
        return None
    puzzle = _Puzzle(states, grades)
    asked = puzzle.small(smallest)
    start = puzzle.start
    low, high = feasible(puzzle.knowledge(), asked, interval_is_open, start=start, whole=True)
    return states[-1].at if not interval_is_open(low, high).all() else None


class _Puzzle:
    """Unknown votes of one unit in several exports, their changes, and what is known of both."""

    def __init__(self, states: list[_State], grades: list[str]) -> None:
        self._states, self._grades = states, grades
        self._groups = sorted({group for state in states for group in state.votes})
        counts = [[[s.votes.get(g, {}).get(x, 0) for x in grades] for g in self._groups] for s in states]
        self._counts = np.array(counts, dtype=np.int64)
        self._index = np.arange(self._counts.size).reshape(self._counts.shape)
        self._rows: list[tuple[list[int], list[float], float, float]] = []
        self._moved: list[tuple[int, int]] = []
        self._lift = int(self._counts.sum()) + 1
        self._add_states()
        self._add_changes()

    @property
    def start(self) -> np.ndarray:
        """Return the true numbers: votes, then changes lifted so that none is negative."""
        flat = self._counts.ravel()
        return np.array([*flat, *(flat[b] - flat[a] + self._lift for a, b in self._moved)], dtype=np.int64)

    def small(self, smallest: int) -> np.ndarray:
        """Return unknowns that must stay open: small numbers of equal votes of several groups, and small changes."""
        several = (self._counts.sum(axis=2) > 0).sum(axis=1) > 1
        few = (self._counts > 0) & (self._counts < smallest) & several[:, None, None]
        first = self._counts.size
        lifted = self.start[first:] - self._lift
        moved = [first + at for at, by in enumerate(lifted.tolist()) if 0 < abs(by) < smallest]
        return np.array([*np.flatnonzero(few), *moved], dtype=np.int64)

    def knowledge(self) -> Knowledge:
        """Return all facts."""
        place = [(at, cell, value) for at, row in enumerate(self._rows) for cell, value in zip(*row[:2], strict=True)]
        row, cell, value = (np.array(part) for part in zip(*place, strict=True))
        facts = sparse.csr_array((value, (row, cell)), shape=(len(self._rows), len(self.start)))
        return Knowledge(facts, np.array([row[2] for row in self._rows]), np.array([row[3] for row in self._rows]))

    def _add_states(self) -> None:
        for at, state in enumerate(self._states):
            for g in range(len(self._groups)):
                n = float(self._counts[at, g].sum())
                self._rows.append((self._index[at, g].tolist(), [1.0] * len(self._grades), n, n))
            if state.score is not None:
                worth = [
                    state.per_vote.get(group, 0.0) * state.points.get(grade, 0.0)
                    for group in self._groups
                    for grade in self._grades
                ]
                half = 0.5 * 10.0**-state.decimals
                self._rows.append((self._index[at].ravel().tolist(), worth, state.score - half, state.score + half))

    def _add_changes(self) -> None:
        """Link the exports: groups that did not change are known to be the same, the change of the others is asked.

        Where votes were only added, or only taken away, the reader is taken to know that too: a late box.
        """
        for b in range(1, len(self._states)):
            for a in range(b):
                for g in range(len(self._groups)):
                    by = self._counts[b, g] - self._counts[a, g]
                    for first, second in zip(self._index[a, g].tolist(), self._index[b, g].tolist(), strict=True):
                        self._link(first, second, bool((by >= 0).all()), bool((by <= 0).all()))

    def _link(self, first: int, second: int, rising: bool, falling: bool) -> None:
        if rising and falling:
            self._rows.append(([first, second], [1.0, -1.0], 0.0, 0.0))
            return
        change = self._counts.size + len(self._moved)
        self._moved.append((first, second))
        lift = float(self._lift)
        self._rows.append(([first, second, change], [-1.0, 1.0, -1.0], -lift, -lift))
        if rising or falling:
            self._rows.append(([change], [1.0], lift if rising else 0.0, lift if falling else np.inf))
