"""Ballots to flip by brute force: every set of ballots left out, changed or added, scored with plain Python."""

from collections.abc import Callable, Iterator
from itertools import combinations, product
from typing import Any

Ballot = tuple[int, dict[int, float]]
"""Group of a ballot, and its score of each unit that it grades."""
Finding = Callable[[list[Ballot]], list[Any]]


def scores_of(ballots: list[Ballot], units: int, weights: list[float], per_unit: int) -> list[float | None]:
    """Return the score of each unit; None where it is not ranked."""
    out: list[float | None] = []
    for unit in range(units):
        votes = [[b[1][unit] for b in ballots if b[0] == group and unit in b[1]] for group in range(len(weights))]
        if sum(map(len, votes)) < per_unit or not all(votes):
            out.append(None)
            continue
        out.append(sum(w * sum(v) / len(v) for w, v in zip(weights, votes, strict=True)))
    return out


def named_by_rule(scores: list[float | None], k: int) -> list[bool | None]:
    """Return whether fewer than k units are strictly below each."""
    there = [s for s in scores if s is not None]
    return [None if s is None else sum(o < s - 1e-9 for o in there) < k for s in scores]


def changed_sets(ballots: list[Ballot], kind: str, m: int, grades: list[float], units: int, groups: int):
    """Yield every list of ballots after m are dropped, changed to any marks of `grades`, or added."""
    if kind == "add":
        sheets = [(g, dict(enumerate(marks))) for g in range(groups) for marks in product(grades, repeat=units)]
        for new in _with_replacement(sheets, m):
            yield [*ballots, *new]
        return
    for chosen in combinations(range(len(ballots)), m):
        kept = [b for at, b in enumerate(ballots) if at not in chosen]
        if kind == "drop":
            yield kept
            continue
        for marks in product(*[_rewritten(ballots[at], grades) for at in chosen]):
            yield [*kept, *marks]


def fewest(ballots: list[Ballot], finding: Finding, kind: str, grades: list[float], units: int, groups: int, most: int):
    """Return for each unit the fewest ballots that alter its finding; None if more than `most` are needed."""
    now = finding(ballots)
    found: list[int | None] = [None] * units
    for m in range(1, most + 1):
        for other in changed_sets(ballots, kind, m, grades, units, groups):
            after = finding(other)
            for unit in range(units):
                if found[unit] is None and after[unit] != now[unit]:
                    found[unit] = m
    return found


def _rewritten(ballot: Ballot, grades: list[float]) -> list[Ballot]:
    graded = list(ballot[1])
    return [(ballot[0], dict(zip(graded, marks, strict=True))) for marks in product(grades, repeat=len(graded))]


def _with_replacement(items: list[Ballot], m: int) -> Iterator[tuple[Ballot, ...]]:
    from itertools import combinations_with_replacement

    yield from combinations_with_replacement(items, m)
