"""Disclosure over levels: which sums of a province may become public, next to the public pages of its cities.

A number that a city withholds must not follow from a sum of the province minus what the other cities print. The cells
of all pages and of the province are judged together: what a city prints is known, what it withholds stays withheld, and
sums of the province are withheld until each small number keeps an interval that is wide (analytics.suppression). Scores
are then tried as on a page of a city, by linear programmes over the votes by unit, group and grade.

Counted are cities whose public page is of the release that they published to the province, so that both agree. Earlier
tables of the province are judged as the pages of a round are (reports.disclosure_over_time).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analytics.suppression import (
    Cells,
    Knowledge,
    Sum,
    closed_in_integers,
    exposed_cells,
    is_small,
    suppress,
)
from reports.public_facts import BETWEEN, PublicSet

Key = tuple[str, ...]
VOTES, GROUPS, GRADES = "votes", "groups", "grades"
"""Sums of the province: (VOTES, category), (VOTES, category, place), (GROUPS, category, group), (GRADES, category,
grade)."""
MOST_UNKNOWN = 8_000
"""Votes by unit, group and grade that are tried together; a category with more has no grades of the province."""


@dataclass(frozen=True)
class PublicPlace:
    """A city or county with a public page. counted: code -> group -> votes, as counted."""

    name: str
    page: PublicSet
    counted: Mapping[str, Mapping[str, int]]

    def codes(self, category: str) -> list[str]:
        """Return its units of a category with figures on the page; none while the category waits."""
        if category in self.page.waiting:
            return []
        return [code for code, unit in self.page.facts.units.items() if unit.category == category]

    def printed(self, code: str, group: str = "") -> int | None:
        """Return the printed votes of a unit, or of a group on it; None if they are withheld."""
        row = self.page.rows.get(code, {})
        found = (row.get("n_by_group") or {}).get(group) if group else row.get("n")
        return None if found is None else int(found)

    def grades(self, category: str) -> dict[str, int | None]:
        """Return the printed table of grades of a category; empty if there is none, or several indicators."""
        tables = [table for table in self.page.grades if category in table["counts"]]
        if len(tables) != 1 or len(_indicators(self.page)) != 1:
            return {}
        return dict(zip(tables[0]["grades"], tables[0]["counts"][category], strict=True))

    def by_grade(self, code: str) -> dict[tuple[str, str], int]:
        """Return the votes of a unit by group and grade, as counted."""
        counts = self.page.facts.units[code].counts
        return {
            (group, key.partition(BETWEEN)[2]): n for group, by_grade in counts.items() for key, n in by_grade.items()
        }


def _indicators(page: PublicSet) -> set[str]:
    units = page.facts.units.values()
    return {key.partition(BETWEEN)[0] for unit in units for by_grade in unit.counts.values() for key in by_grade}


@dataclass
class _Table:
    """Cells of the pages and of the province, by key."""

    place: dict[Key, int] = field(default_factory=dict)
    counts: list[int] = field(default_factory=list)
    kept: list[bool] = field(default_factory=list)
    small: list[bool] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)

    def add(self, key: Key, count: int, *, kept: bool = False, small: bool = False) -> int:
        self.place[key] = len(self.counts)
        self.counts.append(count)
        self.kept.append(kept)
        self.small.append(small and not kept)
        return self.place[key]

    def sum(self, total: int, parts: Iterable[int]) -> None:
        self.sums.append(Sum(total, tuple(parts)))

    @property
    def cells(self) -> Cells:
        return Cells(np.array(self.counts, dtype=np.int64), tuple(self.sums), np.array(self.kept, dtype=bool))


def public_sums(
    places: Sequence[PublicPlace], categories: Sequence[str], smallest: int, *, joint: bool = True
) -> dict[Key, int | None]:
    """Return the sums of the province; None is withheld. joint: False judges the sums by their size alone."""
    table = _Table()
    own = [at for category in categories for at in _add_category(table, _with(places, category), category, smallest)]
    if not own:
        return {}
    keys, small = list(table.place), np.array(table.small, dtype=bool)
    ours = np.zeros(len(small), dtype=bool)
    ours[own] = True
    if not joint:
        return {keys[at]: None if small[at] else table.counts[at] for at in own}
    hidden = _withheld(table, places, ours, smallest)
    numbers = {keys[at]: None if hidden[at] else table.counts[at] for at in own}
    for category in categories:
        numbers |= _without_leaks(_with(places, category), category, smallest, numbers)
    return numbers


def _with(places: Sequence[PublicPlace], category: str) -> list[PublicPlace]:
    return [place for place in places if place.codes(category)]


def _without_leaks(
    places: Sequence[PublicPlace], category: str, smallest: int, numbers: Mapping[Key, int | None]
) -> dict[Key, int | None]:
    """Return the sums of a category, without its grades, then without any, as long as scores give a vote away."""
    inside = {key: n for key, n in numbers.items() if key[1] == category}
    for what in ((GRADES,), (GRADES, GROUPS), (GRADES, GROUPS, VOTES)):
        if not _scores_give_away(places, category, smallest, inside):
            return inside
        inside |= {key: None for key in inside if key[0] in what}
    return inside


def _add_category(table: _Table, places: Sequence[PublicPlace], category: str, smallest: int) -> list[int]:
    """Add the cells of a category on all pages and its sums in the province; return where these sums are."""
    if not places:
        return []
    own: list[int] = []
    groups = sorted({group for place in places for code in place.codes(category) for group in place.counted[code]})
    of_group: dict[str, list[int]] = {group: [] for group in groups}
    of_grade: dict[str, list[int]] = {}
    votes = []
    for place in places:
        units = [_unit(table, place, code, groups, smallest) for code in place.codes(category)]
        for _unit_at, by_group in units:
            for group, at in by_group.items():
                of_group[group].append(at)
        total = sum(table.counts[at] for at, _ in units)
        votes.append(table.add((VOTES, category, place.name), total, small=bool(is_small(total, smallest))))
        table.sum(votes[-1], (at for at, _ in units))
        grades = _grades(table, place, category, smallest)
        if grades and sum(table.counts[at] for at in grades.values()) == total:
            table.sum(votes[-1], grades.values())
        for grade, at in grades.items():
            of_grade.setdefault(grade, []).append(at)
    own += votes
    whole = table.add((VOTES, category), sum(table.counts[at] for at in votes))
    table.sum(whole, votes)
    own.append(whole)
    for name, parts in ((GROUPS, of_group), (GRADES, of_grade)):
        for item, cells in parts.items():
            count = sum(table.counts[at] for at in cells)
            own.append(table.add((name, category, item), count, small=bool(is_small(count, smallest))))
            table.sum(own[-1], cells)
    table.sum(whole, (table.place[GROUPS, category, group] for group in groups))
    return own


def _unit(
    table: _Table, place: PublicPlace, code: str, groups: Iterable[str], smallest: int
) -> tuple[int, dict[str, int]]:
    """Add the votes of a unit and of its groups."""
    counted, by_grade = place.counted[code], place.by_grade(code)
    total = sum(counted.values())
    alike = len({grade for _, grade in by_grade}) < 2
    known = place.printed(code) is not None
    at = table.add((place.name, code), total, kept=known, small=bool(is_small(total, smallest, alike)))
    cells = {}
    for group in groups:
        n = counted.get(group, 0)
        alike = len({grade for own, grade in by_grade if own == group}) < 2
        known = place.printed(code, group) is not None
        small = bool(is_small(n, smallest, alike))
        cells[group] = table.add((place.name, code, group), n, kept=known, small=small)
    table.sum(at, cells.values())
    return at, cells


def _grades(table: _Table, place: PublicPlace, category: str, smallest: int) -> dict[str, int]:
    """Add the printed table of grades of a city, with its withheld numbers as counted."""
    printed = place.grades(category)
    counts = dict.fromkeys(printed, 0)
    for code in place.codes(category):
        for (_group, grade), n in place.by_grade(code).items():
            if grade in counts:
                counts[grade] += n
    return {
        grade: table.add(
            (place.name, category, GRADES, grade),
            counts[grade],
            kept=number is not None,
            small=bool(is_small(counts[grade], smallest)),
        )
        for grade, number in printed.items()
    }


def _withheld(
    table: _Table, places: Sequence[PublicPlace], ours: NDArray[np.bool_], smallest: int
) -> NDArray[np.bool_]:
    """Return the cells that must not be public. What the pages alone give away is theirs, and asks for nothing here.

    As on the page of a city, the totals of its groups are taken to be known; where they alone give a number away, not.
    """
    small = np.array(table.small, dtype=bool)
    for cells in (_with_group_totals(table, places), table.cells):
        more = np.zeros(len(cells.counts) - len(small), dtype=bool)
        theirs = ~cells.kept & ~np.concatenate([ours, more])
        targets = np.flatnonzero(small)
        before = exposed_cells(cells, ~cells.kept, targets, smallest)
        primary = np.concatenate([small, more])
        primary[before] = False
        found = suppress(cells, primary, smallest, withheld=theirs)
        if not len(found.exposed):
            return found.cells[: len(small)]
    return np.ones(len(small), dtype=bool)


def _with_group_totals(table: _Table, places: Sequence[PublicPlace]) -> Cells:
    """Return the cells with the votes of each group of a city over all categories, which are known."""
    cells = table.cells
    counts, sums, kept = list(table.counts), list(cells.sums), list(table.kept)
    for place in places:
        if place.page.waiting:
            continue  # votes of the categories that wait are among the totals, and nothing is known of them
        of_group: dict[str, list[int]] = {}
        for key, at in table.place.items():
            if len(key) == 3 and key[0] == place.name:
                of_group.setdefault(key[2], []).append(at)
        for parts in of_group.values():
            sums.append(Sum(len(counts), tuple(parts)))
            counts.append(sum(counts[at] for at in parts))
            kept.append(True)
    return Cells(np.array(counts, dtype=np.int64), tuple(sums), np.array(kept, dtype=bool))


def _scores_give_away(
    places: Sequence[PublicPlace], category: str, smallest: int, numbers: Mapping[Key, int | None]
) -> bool:
    """Return whether printed scores and the sums of the province fix a vote that the pages alone leave open.

    Tried for the cities that withhold anything of the category: what a city prints in full, the sums repeat.
    """
    hiding = [place for place in places if _hides(place, category)]
    if not hiding:
        return False
    if any(len(_indicators(place.page)) != 1 for place in hiding):  # what scores of several give away is not tried
        return any(n is not None for key, n in numbers.items() if key[0] == GRADES)
    puzzle = _Puzzle(hiding, category)
    if puzzle.size > MOST_UNKNOWN:
        return any(n is not None for key, n in numbers.items() if key[0] == GRADES)
    pages = puzzle.knowledge()
    puzzle.add_sums(numbers, [place for place in places if place not in hiding])
    closed = closed_in_integers(puzzle.knowledge(), puzzle.few(smallest), puzzle.units, puzzle.counts)
    return len(closed_in_integers(pages, closed, puzzle.units, puzzle.counts)) < len(closed)


def _hides(place: PublicPlace, category: str) -> bool:
    groups = {group for code in place.codes(category) for group in place.counted[code]}
    units = (place.printed(code, group) is None for code in place.codes(category) for group in ("", *groups))
    return any(units) or None in place.grades(category).values() or not place.grades(category)


class _Puzzle:
    """Unknown votes by city, unit, group and grade, and what is printed of them."""

    def __init__(self, places: Sequence[PublicPlace], category: str) -> None:
        self._places, self._category = places, category
        self._cells: list[tuple[str, str, str, str]] = []
        counts: list[int] = []
        for place in places:
            points = place.page.facts.points
            groups = sorted({group for code in place.codes(category) for group in place.counted[code]})
            for code in place.codes(category):
                votes = place.by_grade(code)
                for group in groups:
                    for grade in points:
                        self._cells.append((place.name, code, group, grade))
                        counts.append(votes.get((group, grade), 0))
        self.counts = np.array(counts, dtype=np.int64)
        self._parts = [np.array([cell[at] for cell in self._cells]) for at in range(4)]
        self._rows: list[tuple[NDArray[np.int64], NDArray[np.float64], float, float]] = []
        for place in places:
            self._add_page(place)

    @property
    def size(self) -> int:
        """Return how many numbers are unknown."""
        return len(self._cells)

    @property
    def units(self) -> NDArray[np.int64]:
        """Return the unit that each unknown is about, numbered."""
        known: dict[tuple[str, str], int] = {}
        return np.array([known.setdefault(cell[:2], len(known)) for cell in self._cells], dtype=np.int64)

    def few(self, smallest: int) -> NDArray[np.int64]:
        """Return the unknowns that must stay open: small numbers of equal votes on units that several groups rated."""
        place, code, group, _ = self._parts
        several = {
            (a, b)
            for a, b in zip(place, code, strict=True)
            if len(set(group[(place == a) & (code == b) & (self.counts > 0)])) > 1
        }
        of_several = np.array([pair in several for pair in zip(place, code, strict=True)], dtype=bool)
        return np.flatnonzero((self.counts > 0) & (self.counts < smallest) & of_several)

    def knowledge(self) -> Knowledge:
        """Return all that was added so far."""
        row = np.repeat(np.arange(len(self._rows)), [len(cells) for cells, *_ in self._rows])
        cells = np.concatenate([np.zeros(0, dtype=np.int64), *(cells for cells, *_ in self._rows)])
        values = np.concatenate([np.zeros(0), *(values for _, values, *_ in self._rows)])
        facts = sparse.csr_array((values, (row, cells)), shape=(len(self._rows), self.size))
        low, high = (np.array([line[at] for line in self._rows], dtype=np.float64) for at in (2, 3))
        return Knowledge(facts, low, high)

    def add_sums(self, numbers: Mapping[Key, int | None], others: Sequence[PublicPlace]) -> None:
        """Add the sums of the province, less what the other cities print."""
        place, _, group, grade = self._parts
        for (what, category, *item), n in numbers.items():
            if category != self._category or n is None:
                continue
            if what == GRADES:
                rest = sum(own.grades(category).get(item[0]) or 0 for own in others)
                counted = np.isin(place, [own.name for own in self._places if own.grades(category)])
                self._fact(np.flatnonzero((grade == item[0]) & counted), 1.0, n - rest, n - rest)
            elif what == GROUPS:
                rest = sum(own.counted[code].get(item[0], 0) for own in others for code in own.codes(category))
                self._fact(np.flatnonzero(group == item[0]), 1.0, n - rest, n - rest)
            elif item and item[0] in set(place):
                self._fact(np.flatnonzero(place == item[0]), 1.0, n, n)

    def _add_page(self, own: PublicPlace) -> None:
        place, code, group, grade = self._parts
        for unit in own.codes(self._category):
            inside = (place == own.name) & (code == unit)
            total = own.printed(unit)
            if total is not None:
                self._fact(np.flatnonzero(inside), 1.0, total, total)
            for name in sorted(set(group[inside])):
                n = own.printed(unit, name)
                if n is not None:
                    self._fact(np.flatnonzero(inside & (group == name)), 1.0, n, n)
            self._add_score(own, unit, np.flatnonzero(inside))
        for name, number in own.grades(self._category).items():
            if number is not None:
                self._fact(np.flatnonzero((place == own.name) & (grade == name)), 1.0, number, number)

    def _add_score(self, own: PublicPlace, unit: str, cells: NDArray[np.int64]) -> None:
        """Add the printed score of a unit, if the votes of every group that counts are printed."""
        facts = own.page.facts
        score, weights = own.page.rows.get(unit, {}).get("score"), facts.weights.get(self._category)
        sizes = {str(group): own.printed(unit, str(group)) for group in self._parts[2][cells]}
        if score is None:
            return
        if weights is None:
            per_vote = dict.fromkeys(sizes, 1.0 / max(1, own.printed(unit) or 0))
        else:
            there = {group: weights.get(group, 0.0) for group, n in sizes.items() if n != 0}
            if any(sizes[group] is None for group, weight in there.items() if weight):
                return
            whole = sum(there.values()) or 1.0
            per_vote = {group: weight / whole / (sizes[group] or 1) for group, weight in there.items()}
        worth = [
            per_vote.get(str(self._parts[2][at]), 0.0) * facts.points[str(self._parts[3][at])] for at in cells.tolist()
        ]
        half = 0.5 * 10.0**-facts.decimals
        self._fact(cells, np.array(worth), float(score) - half, float(score) + half)

    def _fact(self, cells: NDArray[np.int64], values: float | NDArray[np.float64], low: float, high: float) -> None:
        if len(cells):
            spread = np.broadcast_to(np.asarray(values, dtype=np.float64), cells.shape)
            self._rows.append((cells, spread, float(low), float(high)))
