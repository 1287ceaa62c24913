"""Recount of paper sheets, category by category: the sheets to draw, and whether the list holds after reading.

The seed is public: the release id and dice that were thrown before witnesses. Every sheet that grades a ranked unit of
the category can be drawn; sheets are in the order of their numbers. Nothing of the release changes.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.recount import (
    Assertions,
    assertions,
    drawn,
    influence,
    overstatements,
    risk,
    sheets_needed,
    weighted_means,
)
from data.moments.votes import points_of_grade
from data.store.release import Round
from data.store.round_ballots import round_ballots
from errors import UsageError
from i18n import N_, join, translate
from results.ranking.bottom_list import bottom_list
from results.ranking.family import COUNTED, RoundNotFoundError, families
from results.ranking.ranking import ranking

Array: TypeAlias = NDArray[Any]

LIMIT = 0.05
"""Chance at most that a wrong list passes."""
LOST = frozenset({"缺", "missing"})
"""Word in place of a grade for a sheet that is not there: the worst is assumed."""
HEADERS = (("票号", "ballot_id"), ("参评单位", "unit_code"), ("评价", "grade_code"))
COUNT_ALL = N_("{category}: count all {sheets} sheets; the margin of {margin} points is too small for a sample.")
SAMPLE = N_("{category}: read {number} drawn sheets of {sheets}; the smallest margin is {margin} points.")
TICKETS = N_("Tickets of a sheet in the draw, by group: {tickets}.")
STANDS = N_("{category}: the list holds; the chance that a wrong list passes is at most {limit}.")
MORE = N_("{category}: {read} sheets are read and the risk is {risk}; read {more} more, or count all.")
SOME_SAMPLED = N_("In {sampled} of {count} categories a sample of the paper sheets is enough; in the others count all.")
ALL_SAMPLED = N_("In all {count} categories a sample of the paper sheets is enough.")
NONE_SAMPLED = N_("No margin is wide enough for a sample: count all paper sheets of all {count} categories.")
NOT_PLAIN = N_(
    "{category}: scores are not plain weighted means of the votes (trimmed, with other parts, or without a group). "
    "No sample confirms such a list: count all sheets."
)
SAME = 1e-6
"""Points by which a score may differ from the mean that the errors are bounded for."""
TIED = N_("{category}: a listed unit is not below every other; no recount confirms a tie.")


@dataclass(frozen=True)
class Recount:
    """A category ready for a recount.

    sheets : numbers of the sheets, in order. tickets, factor, largest : as in `analytics.recount.Influence`. by_group :
    group -> tickets of each of its sheets. tabulated : shape (sheets, units); the score as stored, NaN without.
    needed : sheets to read if all agree.
    """

    category: str
    sheets: Array
    tickets: Array
    by_group: dict[str, int]
    units: tuple[str, ...]
    factor: Array
    tabulated: Array
    pairs: Assertions
    largest: Array
    needed: int

    @property
    def counts_all(self) -> bool:
        """Return whether reading all sheets takes no more than the sample."""
        return self.needed >= len(self.sheets)

    @property
    def is_weighted(self) -> bool:
        """Return whether sheets of some groups have more tickets than those of others."""
        return len(set(self.by_group.values())) > 1

    def order(self, seed: str, number: int | None = None) -> list[str]:
        """Return the numbers of the drawn sheets in their order, with repetitions."""
        return [str(self.sheets[at]) for at in drawn(seed, self.tickets, self.needed if number is None else number)]

    def sentence(self, language: str) -> str:
        """Return what has to be read."""
        message = COUNT_ALL if self.counts_all else SAMPLE
        margin = f"{float(self.pairs.margin.min(initial=np.inf)):.2f}"
        facts = {"sheets": f"{len(self.sheets):,}", "number": f"{self.needed:,}", "margin": margin}
        return translate(message, language).format(category=self.category, **facts)

    def tickets_in_words(self, language: str) -> str:
        """Return the tickets of a sheet of each group; "" where all sheets have the same."""
        if not self.is_weighted or self.counts_all:
            return ""
        tickets = join([f"{group} {number:,}" for group, number in self.by_group.items()], language)
        return translate(TICKETS, language).format(tickets=tickets)


def recount_of(round_: Round, category: str) -> Recount:
    """Prepare a category. Raises RoundNotFoundError, and UsageError for counts, other rules, or a tie."""
    listed = [bottom_list(family, ranking(round_, category)) for family in families(round_, category)]
    if not listed:
        raise RoundNotFoundError(round_.id)
    family = listed[0].family
    read = round_ballots(round_)
    if read is None or family.bottom.rule not in COUNTED or listed[0].no_list:
        raise UsageError("{category} has no ballots or no list by places to recount.", category=category)
    rows = np.flatnonzero(family.ranked)
    units = tuple(str(code) for code in family.members["unit_code"].iloc[rows])
    at = {code: place for place, code in enumerate(units)}
    votes = read.counted[read.counted["unit_code"].isin(at)]
    numbers = votes["ballot"].map(read.numbers).to_numpy(dtype=str)
    sheets, row = np.unique(numbers, return_inverse=True)
    tabulated = np.full((len(sheets), len(units)), np.nan)
    tabulated[row, votes["unit_code"].map(at).to_numpy(dtype=np.int64)] = votes["score"].to_numpy()
    groups, group, weight = _groups(votes, row, len(sheets), family.weights)
    plain = weighted_means(tabulated, group, weight)
    is_plain = family.others is None and family.no_error is None
    if not is_plain or not np.allclose(plain, family.scores.score[rows], rtol=0, atol=SAME):
        raise UsageError(NOT_PLAIN, category=category)
    named = listed[0].rows.set_index("unit_code")["named"].reindex(list(units)).to_numpy(dtype=bool)
    try:
        pairs = assertions(family.scores.score[rows], named)
    except ValueError:
        raise UsageError(TIED, category=category) from None
    low, high = family.rules.scale
    found = influence(~np.isnan(tabulated), group, weight, pairs, high - low)
    needed = sheets_needed(pairs.margin, found.largest, limit=LIMIT)
    present, first = np.unique(group, return_index=True)
    by_group = dict(sorted((groups[at], int(found.tickets[row])) for at, row in zip(present, first, strict=True)))
    return Recount(
        category, sheets, found.tickets, by_group, units, found.factor, tabulated, pairs, found.largest, needed
    )


def headline(sampled: int, count: int, language: str) -> str:
    """Return for a leader in how many of the categories a sample is enough."""
    message = NONE_SAMPLED if not sampled else ALL_SAMPLED if sampled == count else SOME_SAMPLED
    return translate(message, language).format(sampled=sampled, count=count)


def _groups(
    votes: pd.DataFrame, row: Array, sheets: int, weights: Mapping[str, float] | None
) -> tuple[list[str], Array, Array]:
    """Return the groups, the group of each sheet and the weights of the groups."""
    group = np.zeros(sheets, dtype=np.int64)
    if weights is None:
        return [""], group, np.ones(1)
    names = list(weights)
    group[row] = votes["group_name"].map({name: at for at, name in enumerate(names)}).to_numpy(dtype=np.int64)
    return names, group, np.array([float(weights[name]) for name in names])


@dataclass(frozen=True)
class Reading:
    """State after some sheets were read. read : draws read without a gap. risk : of the weakest assertion."""

    read: int
    risk: float
    more: int

    @property
    def stands(self) -> bool:
        """Return whether the list may be called right."""
        return self.risk <= LIMIT

    def sentence(self, category: str, language: str) -> str:
        """Return whether the list holds, or how many more sheets to read."""
        facts = {
            "limit": f"{LIMIT:.0%}",
            "read": f"{self.read:,}",
            "risk": f"{self.risk:.3f}",
            "more": f"{self.more:,}",
        }
        return translate(STANDS if self.stands else MORE, language).format(category=category, **facts)


def read_sheets(found: Recount, paper: Mapping[tuple[str, str], float | None], seed: str) -> Reading:
    """Judge what was read on paper: the draws from the first on, up to the first sheet that nobody has read.

    paper : (number of the sheet, unit) -> points; None for a sheet that is not there.
    """
    entered = {number for number, _ in paper}
    most = max(found.needed, len(found.sheets))
    order = drawn(seed, found.tickets, most)
    gaps = [at for at, sheet in enumerate(order) if str(found.sheets[sheet]) not in entered]
    read = gaps[0] if gaps else most
    rows = order[:read]
    over = overstatements(found.factor[rows], found.pairs, found.tabulated[rows], _on_paper(found, paper, rows))
    over = np.where(_unlike(found, paper, rows), found.largest, over)
    values = risk(over, found.pairs.margin, found.largest)
    worst = float(values.max(initial=0.0)) if read else 1.0
    return Reading(read, worst, 0 if worst <= LIMIT else max(found.needed - read, 1))


def _on_paper(found: Recount, paper: Mapping[tuple[str, str], float | None], rows: Array) -> Array:
    read = [[paper.get((str(found.sheets[row]), unit)) for unit in found.units] for row in rows]
    return np.array([[np.nan if value is None else value for value in line] for line in read]).reshape(
        len(rows), len(found.units)
    )


def _unlike(found: Recount, paper: Mapping[tuple[str, str], float | None], rows: Array) -> Array:
    """Mark (draw, pair) where paper and store do not grade the same units, or the sheet is lost: the worst counts."""
    there = ~np.isnan(_on_paper(found, paper, rows)) if len(rows) else np.zeros((0, len(found.units)), dtype=bool)
    wrong = there != ~np.isnan(found.tabulated[rows])
    unlike: Array = wrong[:, found.pairs.inside] | wrong[:, found.pairs.outside]
    return unlike


def paper_of(content: bytes, round_: Round) -> dict[tuple[str, str], float | None]:
    """Read what staff typed from the sheets: 票号, 参评单位, 评价 (a grade of the rules, or points).

    Raises UsageError for a missing column or a word that is no grade.
    """
    rules = round_.scored_rules
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    names = [next((name for name in pair if rows and name in rows[0]), None) for pair in HEADERS]
    if None in names:
        raise UsageError("The file of a recount needs the columns {columns}.", columns=", ".join(p[0] for p in HEADERS))
    codes = dict(zip(round_.units["unit_name"], round_.units["unit_code"], strict=True))
    paper: dict[tuple[str, str], float | None] = {}
    for row in rows:
        number, unit, grade = (str(row[str(name)] or "").strip() for name in names)
        points = None if grade in LOST or grade in rules.unscored else _points(grade, round_)
        paper[number, str(codes.get(unit, unit))] = points
    return paper


def _points(grade: str, round_: Round) -> float:
    """Return the points of a grade or of a number."""
    try:
        found = points_of_grade(grade, round_.scored_rules)
        return float(grade) if found is None else found / 10_000
    except (ValueError, ArithmeticError):
        raise UsageError("{grade} is no grade of the rules and no number.", grade=grade) from None
