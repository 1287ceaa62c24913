"""Facts of a public export: what was counted, what of it was printed, and a digest that names both.

A set is kept in the store for each release of a round that became public. It holds counts that are withheld, so it
is printed nowhere but by its digest; it leaves the office only with the facts for a province, which hold every vote.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

Counts: TypeAlias = Mapping[str, Mapping[str, int]]
"""Lines by group, then by indicator and grade (joined by a tab); zeros are left out."""
BETWEEN = "\t"


@dataclass(frozen=True)
class UnitFacts:
    """What was counted of a unit. participation : why the register leaves it out of the ranking, '' if it does not."""

    name: str
    category: str
    participation: str
    counts: Counts


@dataclass(frozen=True)
class Facts:
    """What was counted in a round, and the rules that make scores of it.

    rules : digest of the rule set. points : grade -> points. weights : category -> group -> weight, None when pooled.
    decimals : of printed scores. ballots : of the round; 0 where only counts are known.
    """

    units: Mapping[str, UnitFacts]
    rules: str
    points: Mapping[str, float]
    weights: Mapping[str, Mapping[str, float] | None]
    decimals: int
    ballots: int

    def of_category(self, name: str) -> dict[str, UnitFacts]:
        """Return the units of a category by code."""
        return {code: unit for code, unit in self.units.items() if unit.category == name}

    @property
    def categories(self) -> tuple[str, ...]:
        """Return the categories by name."""
        return tuple(sorted({unit.category for unit in self.units.values()}))


@dataclass(frozen=True)
class PublicSet:
    """What one public export of a round printed.

    earlier : digests of the sets that were public before, oldest first. facts : behind it. rows : code -> printed row
    of the ranking. grades : printed tables. waiting : categories of which nothing but names was printed.
    bottom : language -> category -> the printed bottom list. ballots : the printed number; None if it was withheld.
    since : category -> release to which the printed figures belong. alone : printed without regard to earlier ones, as
    pages were before sets were kept.
    """

    round: str
    release: str
    earlier: tuple[str, ...]
    facts: Facts
    rows: Mapping[str, Mapping[str, Any]]
    grades: Sequence[Mapping[str, Any]]
    waiting: tuple[str, ...]
    bottom: Mapping[str, Mapping[str, Any]]
    ballots: int | None
    since: Mapping[str, str]
    alone: bool = False

    @property
    def content(self) -> str:
        """Return the set as it is kept: the same text for the same set everywhere."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, allow_nan=False) + "\n"

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the content."""
        return hashlib.sha256(self.content.encode()).hexdigest()

    @property
    def short(self) -> str:
        """Return the digits of the release id that are shown."""
        return self.release[:16]

    def printed(self, code: str) -> bool:
        """Return whether figures of this unit were printed, or withheld among those of others."""
        return code in self.facts.units and self.facts.units[code].category not in self.waiting

    def has_grades_of(self, category: str) -> bool:
        """Return whether a table of grades of the category was printed."""
        return any(category in table["counts"] for table in self.grades)


def set_of(content: str) -> PublicSet:
    """Return the set of a kept text. Raises ValueError, KeyError or TypeError for any other text."""
    values = json.loads(content)
    facts = values.pop("facts")
    units = {code: UnitFacts(**unit) for code, unit in facts.pop("units").items()}
    values |= {"earlier": tuple(values["earlier"]), "waiting": tuple(values["waiting"])}
    return PublicSet(facts=Facts(units=units, **facts), **values)


@dataclass(frozen=True)
class Change:
    """How many votes of a group differ at least, and whether they are all alike: one grade came, one went, or both."""

    votes: int
    alike: bool


def changes(first: Counts, second: Counts) -> dict[str, Change]:
    """Return by group how many votes differ at least: the larger of those added and those taken away.

    Of several indicators the largest difference counts.
    """
    found: dict[str, Change] = {}
    for group in sorted({*first, *second}):
        by_indicator = _by_indicator(first.get(group, {}), second.get(group, {}))
        if by_indicator:
            most = max(max(sum(more), sum(less)) for more, less in by_indicator.values())
            alike = any(len(more) < 2 and len(less) < 2 for more, less in by_indicator.values())
            found[group] = Change(most, alike)
    return found


def _by_indicator(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, tuple[list[int], list[int]]]:
    """Return by indicator how much the grades grew that grew, and how much those shrank that shrank."""
    found: dict[str, tuple[list[int], list[int]]] = {}
    for key in sorted({*before, *after}):
        by = after.get(key, 0) - before.get(key, 0)
        if by:
            more, less = found.setdefault(key.partition(BETWEEN)[0], ([], []))
            (more if by > 0 else less).append(abs(by))
    return found
