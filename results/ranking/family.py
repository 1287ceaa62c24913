"""Families: the units that are ranked together, with their scores and the reasons of those that are not ranked.

A family is a category within a round, or the entire round. Rank sets, verdicts and probabilities hold inside it.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.composites import composed
from analytics.moments import Moments
from analytics.scores import UnitScores, scores_from_moments
from data.model.rule_sets import Bottom, RuleSet
from data.store.cache import Cache
from data.store.release import Round, per_round
from errors import BiaochiError
from i18n import N_
from results.ranking.estimators import estimated
from results.ranking.other_parts import OtherParts, other_parts
from results.ranking.scoring_tables import ScoredUnits, ScoringTables, scored_units, units_of

Array: TypeAlias = NDArray[Any]

ALL = "ALL"
WITHOUT_A_GROUP = ("missing_group", "all_trimmed")
"""Reasons of units that lack the votes of a group, which the rules may let the other groups stand in for."""
COUNTED = ("last", "share", "last_and_below", "share_and_below")
LINED = ("below", "last_and_below", "share_and_below")
BOTH = ("last_and_below", "share_and_below")
BY_GRADE = "dissatisfied_over"
"""Bottom rule that uses the lowest grade and no score."""
# Halves are rounded up: `round` would make 2.5 places 2 and 3.5 places 4.
_ROUNDING = {"down": math.floor, "up": math.ceil, "nearest": lambda value: math.floor(value + 0.5)}


class RoundNotFoundError(BiaochiError):
    """Absence of a round in the release, or of a category in the round; `known`: those that exist, if available."""

    message = N_("The release has no such round or category: {name}.")

    def __init__(self, name: str, known: Iterable[str] = ()) -> None:
        super().__init__(name=name)
        self.known = tuple(known)
        if self.known:
            self.details = ((N_("It has: {known}."), {"known": ", ".join(self.known)}),)


class PopulationExceededError(BiaochiError):
    """Population that the rules give for a group, and that is smaller than the number of people who voted."""

    message = N_(
        "A group cannot have more voters than people. The rule set {rules} gives the group {group} {population} people "
        "in the round {round}, and {people} voted. Correct uncertainty.population, or leave the group out of it."
    )

    def __init__(self, round_id: str, rules: str, group: str, people: int, population: int) -> None:
        super().__init__(round=round_id, rules=rules, group=group, people=people, population=population)


@dataclass(frozen=True)
class WhatIf:
    """Tables of a round under rules other than those it was published with."""

    rules: RuleSet
    tables: ScoringTables


@dataclass(frozen=True)
class Family:
    """Units ranked together; all arrays are in the order of `members` (roster order).

    release : full id. drawn_from : id with which draws begin, as `Round.drawn_from`. name : the category, or ALL for
        the entire round.
    members : unit_code, unit_name, category, roster_no, participation, dont_know_share, lowest_votes (votes with
        the lowest score there is).
    moments, scores : of the members. weights : group -> weight; None when pooled.
    reason : why a unit is not ranked, or is ranked with a remark (missing_group); None for the others.
    ranked : shape (units,). cache : store of slow results. joint : whether it is the entire round.
    others : parts of the scores besides the ballots; None where the ballots are all. ballots : scores of the ballots
        alone, the same as `scores` then. no_error : reason why nothing is known of the error of the scores, or None.
    """

    release: str
    drawn_from: str
    round: str
    name: str
    rules: RuleSet
    bottom: Bottom
    members: pd.DataFrame
    moments: Moments
    weights: Mapping[str, float] | None
    scores: UnitScores
    reason: tuple[str | None, ...]
    ranked: NDArray[np.bool_]
    cache: Cache
    joint: bool
    others: OtherParts | None
    ballots: UnitScores
    no_error: str | None

    @property
    def population(self) -> dict[str, int]:
        """Return the people of each group whom the result is about; empty where the rules give none."""
        return self.rules.population(self.round, self.category)

    @property
    def category(self) -> str | None:
        """Return the category; None for the entire round."""
        return None if self.joint else self.name

    @property
    def of_ballots(self) -> "Family":
        """Return the same units with the scores of the ballots alone."""
        if self.others is None:
            return self
        return replace(self, scores=self.ballots, others=None, ranked=self.ranked & ~np.isnan(self.ballots.score))

    @property
    def ranked_score(self) -> Array:
        """Return scores in points, larger is better; NaN for units that are not ranked. shape (units,)."""
        return np.where(self.ranked, self.scores.score, np.nan)

    @property
    def ranked_scores(self) -> UnitScores:
        """Return scores of which only those of ranked units are known: what is compared and claimed."""
        return replace(self.scores, score=self.ranked_score)

    @property
    def places(self) -> int:
        """Return how many places at the bottom the rule takes; 0 for rules without a number of places."""
        return places(self.bottom, int(self.ranked.sum()))

    @property
    def seed(self) -> int:
        """Return the seed of every draw: the first 8 bytes of SHA-256 of "id of `drawn_from`, newline, name"."""
        digest = hashlib.sha256(f"{self.drawn_from}\n{self.name}".encode()).digest()
        return int.from_bytes(digest[:8], "big")

    def with_last(self, k: int) -> "Family":
        """Return the same family under the rule "the last k"."""
        return replace(self, bottom=Bottom("last", k=k))


def families(round_: Round, category: str | None = None, what_if: WhatIf | None = None) -> list[Family]:
    """Return the families of a round in the order of their names: every category, a single category, or ALL.

    Families of the published round are cached with it. Empty for a round that has a register and no votes.
    Raises RoundNotFoundError.
    """
    if not round_.has_units:
        raise RoundNotFoundError(round_.id, round_.release.rounds())
    rules = round_.rules if what_if is None else what_if.rules
    if rules is None:
        return []
    units = scored_units(round_) if what_if is None else units_of(what_if.tables)
    known = sorted(set(units.members["category"]))
    if category not in (None, ALL, *known):
        raise RoundNotFoundError(f"{round_.id} / {category}", (*known, ALL))
    names = known if category is None else [category]
    joint = category == ALL  # the only way to ask for all: a category under this name is refused when it is read
    if what_if is None:
        return [_published(round_, name, joint) for name in names]
    return [_family(round_, name, rules, units, joint) for name in names]


@per_round
def _published(round_: Round, name: str, joint: bool) -> Family:
    return _family(round_, name, round_.scored_rules, scored_units(round_), joint)


def places(bottom: Bottom, ranked: int) -> int:
    """Return how many of `ranked` places a bottom rule takes; 0 for rules without a number of places."""
    if bottom.rule in ("share", "share_and_below"):
        return int(_ROUNDING[bottom.rounding](round((bottom.share or 0.0) * ranked, 9)))
    return bottom.k or 0 if bottom.rule in COUNTED else 0


def _family(round_: Round, name: str, rules: RuleSet, units: ScoredUnits, joint: bool) -> Family:
    members = units.members
    inside = np.ones(len(members), dtype=bool) if joint else (members["category"] == name).to_numpy()
    members = members[inside].reset_index(drop=True)
    own = units.moments.select(np.flatnonzero(inside))
    if rules.uncertainty.cluster != "site":
        own = replace(own, sites=None)
    category = None if joint else name
    weights = _weights(rules, category, own.groups)
    renormalise = rules.minimum.missing_group == "renormalise"
    population = rules.population(round_.id, category)
    _check_population(round_, rules, own, population)
    scores = scores_from_moments(own, weights, renormalise=renormalise, population=population or None)
    scores, no_error = estimated(round_, rules, members, own, weights, scores)
    others, ballots = other_parts(round_, rules, list(members["unit_code"])), scores
    reason = tuple(_reasons(members, own, weights, rules))
    if others is not None:
        scores = composed(scores, others.parts)
        # A veto, or a missing part, also keeps a unit out that may lack a group.
        both = zip(reason, others.reason, strict=True)
        reason = tuple(other or why if why in (None, *WITHOUT_A_GROUP) else why for why, other in both)
    carried = np.array([why in WITHOUT_A_GROUP and renormalise for why in reason], dtype=bool)
    ranked = (np.array([why is None for why in reason], dtype=bool) | carried) & ~np.isnan(scores.score)
    bottom = rules.bottom_for(category)
    release = round_.release
    return Family(
        *(release.id, round_.drawn_from, round_.id, name),
        rules,
        bottom,
        members,
        own,
        weights,
        scores,
        reason,
        ranked,
        release.cache,
        joint,
        others,
        ballots,
        no_error,
    )


def _check_population(round_: Round, rules: RuleSet, moments: Moments, population: Mapping[str, int]) -> None:
    """Raise PopulationExceededError if more people voted than the population of a group has.

    Ballots of the round count for groups with the same electorate in all categories.
    """
    if not population:
        return
    ballots = round_.ballots_by_group
    cast = dict(zip(ballots["group_name"], ballots["evaluators"], strict=True))
    for at, group in enumerate(map(str, moments.groups)):
        people = int(moments.n[:, at].max(initial=0))
        if population.get(group) == rules.population(round_.id).get(group):
            people = max(people, int(cast.get(group, 0)))
        if people > population.get(group, people):
            raise PopulationExceededError(round_.id, rules.name, group, people, population[group])


def _weights(rules: RuleSet, category: str | None, groups: tuple[object, ...]) -> Mapping[str, float] | None:
    """Return weights of a category; a group with a weight only in other categories counts nothing here."""
    weights = rules.weights(category)
    if weights is None:
        return None
    return {**{str(group): 0.0 for group in groups}, **weights}


def _reasons(
    members: pd.DataFrame, moments: Moments, weights: Mapping[str, float] | None, rules: RuleSet
) -> list[str | None]:
    """Return the first reason of each member: decided by the register, too few votes, a missing group, a group of which
    trimming leaves no vote.
    """
    votes, trimming = moments.n.sum(axis=1), rules.features.trimming
    taken = trimming.highest + trimming.lowest if trimming else 0
    lacks = lacks_a_group(moments, weights, fewest=1)
    trimmed = lacks_a_group(moments, weights, fewest=1 + taken) if weights is not None else votes <= taken
    found: list[str | None] = []
    for participation, count, lacking, empty in zip(members["participation"], votes, lacks, trimmed, strict=True):
        if participation:
            found.append(str(participation))
        elif count < max(1, rules.minimum.per_unit):
            found.append("too_few_votes")
        else:
            found.append("missing_group" if lacking else "all_trimmed" if taken and empty else None)
    return found


def lacks_a_group(moments: Moments, weights: Mapping[str, float] | None, fewest: int) -> NDArray[np.bool_]:
    """Mark units with fewer than `fewest` votes from a group with a weight, shape (units,); all False when pooled."""
    votes = dict(zip(moments.groups, moments.n.T, strict=True))
    weighed = [group for group, weight in (weights or {}).items() if weight > 0]
    absent = np.zeros(len(moments.units), dtype=np.int64)
    few = [votes.get(group, absent) < fewest for group in weighed]
    return np.logical_or.reduce(few) if few else np.zeros(len(moments.units), dtype=bool)
