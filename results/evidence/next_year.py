"""Design of next year: votes by unit and group for a stated difference or number, from the variances of this year."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.next_year import design
from analytics.pairs import honest_pairs
from analytics.resolution import smallest_difference
from data.store.release import Round
from errors import UsageError
from i18n import N_, translate
from results import number_format
from results.ranking.bottom_list import BottomList, bottom_list
from results.ranking.family import RoundNotFoundError, families
from results.ranking.ranking import ranking
from results.ranking.statements import family_name

COLUMNS = ("unit_code", "unit_name", "category", "group", "votes_now", "votes_planned")
PSEUDO = 8.0
"""Votes of the group mixed into the variance of a cell, as for comparisons of two units."""
BUYS = N_(
    "{family}: {planned} votes tell apart differences of {difference} points instead of {now}, at 80% power and with "
    "all units compared at once. Equal numbers everywhere would take {equal}."
)
SUFFICES = N_(
    "{family}: {planned} votes are enough for differences of {difference} points; this year's tell apart {now}. Equal "
    "numbers everywhere would take {equal}."
)
NOTHING = N_("{family}: fewer than two ranked units, or no spread; there is nothing to plan.")


LARGEST = 1_000_000_000
"""Votes, costs and differences from here on are slips."""
FINEST = 0.1
"""Points: scores are printed no finer."""
FEWEST = 2
"""Votes of a group on a unit, which a variance takes."""


@dataclass(frozen=True)
class Plan:
    """Plan of a category.

    rows : COLUMNS. difference_now, difference : points that are distinguished. votes, equal_votes : sums.
    """

    family: str
    rows: pd.DataFrame
    difference_now: float
    difference: float
    votes: float
    equal_votes: float

    def sentence(self, language: str) -> str:
        """Return what the plan buys."""
        facts = {"family": family_name(self.family, language)}
        if self.rows.empty:
            return translate(NOTHING, language).format(**facts)
        finer = round(self.difference, 1) < round(self.difference_now, 1)
        return translate(BUYS if finer else SUFFICES, language).format(
            **facts,
            planned=number_format.count(round(self.votes)),
            equal=number_format.count(round(self.equal_votes)),
            difference=number_format.number(self.difference, 1),
            now=number_format.number(self.difference_now, 1),
        )


def plans(
    round_: Round,
    category: str | None = None,
    *,
    difference: float | None = None,
    votes: float | None = None,
    cost: Mapping[str, float] | None = None,
) -> list[Plan]:
    """Return a plan for each category; without a difference or a number of votes, for as many votes as this year.

    cost : group -> cost of a vote, 1 for groups not named; with it `votes` is a budget. Raises RoundNotFoundError, and
    UsageError for both a difference and a number, or for numbers that are not positive.
    """
    if difference is not None and votes is not None:
        raise UsageError("Give either a difference in points or a number of votes, not both.")
    given = [value for value in (difference, votes, *(cost or {}).values()) if value is not None]
    if not all(0 < value < LARGEST for value in given):  # a number that is none is not above 0 either
        raise UsageError("Difference, votes and costs must be above 0 and below {most}.", most=f"{LARGEST:,}")
    if difference is not None and difference < FINEST:
        raise UsageError("A difference of less than {finest} points cannot be planned for.", finest=FINEST)
    answer = ranking(round_, category)
    lists = [bottom_list(family, answer) for family in families(round_, category)]
    if not lists:
        raise RoundNotFoundError(round_.id)
    known = {group for listed in lists for group in listed.family.weights or ()}
    for group in sorted(set(cost or ()) - known):
        raise UsageError("No group is called {group}. There are: {known}.", group=group, known=", ".join(sorted(known)))
    return [_plan(listed, difference, votes, cost or {}) for listed in lists]


def _plan(listed: BottomList, difference: float | None, votes: float | None, cost: Mapping[str, float]) -> Plan:
    family, evidence = listed.family, listed.family.scores.evidence
    rows = np.flatnonzero(family.ranked)
    empty = Plan(family.name, pd.DataFrame(columns=list(COLUMNS)), float("nan"), float("nan"), 0.0, 0.0)
    if evidence is None or len(rows) < 2:
        return empty
    groups = [str(group) for group in family.moments.groups] if family.weights is not None else [""]
    weight = np.array([float((family.weights or {"": 1.0}).get(group, 0.0)) for group in groups])
    variance = evidence.counts.variance(PSEUDO)[rows]
    critical = listed.sets.critical
    now = smallest_difference(honest_pairs(family.ranked_scores).differences.spread, critical)
    prices = np.array([cost.get(group, 1.0) for group in groups])
    cast = evidence.n[rows]
    if not np.isfinite(now) or (variance * weight).max(initial=0.0) <= 0:
        return empty
    budget = None if difference is not None else votes or float((cast * prices)[:, weight > 0].sum())
    least = FEWEST * len(rows) * float(prices[weight > 0].sum())
    if votes is not None and votes < least:
        raise UsageError(
            "{category}: {votes} are too few. Each group must grade each unit {fewest} times, which takes {least}.",
            category=family.name,
            votes=f"{votes:,g}",
            fewest=FEWEST,
            least=f"{least:,g}",
        )
    found = design(variance, weight, evidence.effect, prices, critical, difference=difference, budget=budget)
    members = family.members.iloc[rows]
    table = [
        (str(code), str(name), str(kind), groups[g], int(cast[at, g]), int(found.votes[at, g]))
        for at, (code, name, kind) in enumerate(
            zip(members["unit_code"], members["unit_name"], members["category"], strict=True)
        )
        for g in range(len(groups))
        if weight[g] > 0
    ]
    frame = pd.DataFrame(table, columns=list(COLUMNS))
    return Plan(family.name, frame, now, found.difference, found.cost, found.equal_cost)
