"""Ranking: all units of one round, each category by itself, with n, score and interval.

The uncertainty of the places themselves (rank sets, verdicts) is not in this version: those fields are null and
every page says so.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.ranks import competition_ranks
from data.release import Release
from data.rule_sets import RuleSet
from results.scored import (
    ALL,
    FamilyScores,
    RoundTablesView,
    family_scores,
    moments_of,
    of_release,
)

Array: TypeAlias = NDArray[Any]
FIELDS = (
    *("unit_code", "unit_name", "category", "n", "n_by_group", "dont_know_share"),
    *("score", "se_sampling", "se", "score_low", "score_high"),
    *("rank", "rank_tied_to", "rank_best", "rank_worst", "p_bottom", "confirm_p", "clear_p"),
    *("verdict", "reason", "shrunken", "expected_rank"),
)
LATER = (
    *("rank_best", "rank_worst", "p_bottom", "confirm_p", "clear_p", "verdict"),
    *("shrunken", "expected_rank"),
)


@dataclass(frozen=True)
class Ranking:
    """The answer. `rows` has the columns FIELDS and roster_no; nulls are NA.

    Rows stand by category, then rank, then roster number, then code; units that are not ranked stand last.
    """

    release: str
    round: str
    rules: str
    rows: pd.DataFrame


class NoSuchRound(Exception):
    """The release has no such round, or the round no such category."""


def ranking(release: Release, round_id: str, category: str | None = None, what_if: "WhatIf | None" = None) -> Ranking:
    """Rank the units of a round: every category by itself, one category, or ALL as one.

    Raises NoSuchRound.
    """
    if round_id not in release.rounds():
        raise NoSuchRound(round_id)
    tables = of_release(release, round_id) if what_if is None else what_if.tables
    rules = _rules(release, round_id) if what_if is None else what_if.rules
    if rules is None:
        return Ranking(release.id, round_id, "", pd.DataFrame(columns=[*FIELDS, "roster_no"]))
    known = sorted(set(tables.units["category"]))
    if category not in (None, ALL, *known):
        raise NoSuchRound(f"{round_id} / {category}")
    moments = moments_of(tables)
    families = [ALL] if category == ALL else known if category is None else [category]
    frames = []
    for family in families:
        units = tables.units
        members = units if family == ALL else units[units["category"] == family]
        scores = family_scores(moments, list(members["unit_code"]), rules, None if family == ALL else family)
        frames.append(_family_rows(members, scores, tables, rules))
    rows = pd.concat(frames, ignore_index=True)
    order = ["rank", "roster_no", "unit_code"]
    if category != ALL:
        order.insert(0, "category")
    return Ranking(release.id, round_id, rules.name, rows.sort_values(order, ignore_index=True))


@dataclass(frozen=True)
class WhatIf:
    """The tables of a round under other rules than it was published with."""

    rules: RuleSet
    tables: RoundTablesView


def _rules(release: Release, round_id: str) -> RuleSet | None:
    rounds = release.query("rounds").set_index("round_id")
    return release.rules(round_id) if rounds.loc[round_id, "rules_name"] else None


def _family_rows(members: pd.DataFrame, scores: FamilyScores, tables: RoundTablesView, rules: RuleSet) -> pd.DataFrame:
    """Rows of one family, in the order of `members`."""
    n = scores.n.sum(axis=1)
    rows = pd.DataFrame(
        {
            "unit_code": members["unit_code"].to_numpy(),
            "unit_name": members["unit_name"].to_numpy(),
            "category": members["category"].to_numpy(),
            "n": n,
            "n_by_group": [dict(zip(scores.groups, map(int, row), strict=True)) for row in scores.n],
            "dont_know_share": _dont_know_share(members, tables.dont_know),
            "score": _zero_votes_have_none(scores.score, n),
            "se_sampling": _zero_votes_have_none(scores.se_sampling, n),
            "se": _zero_votes_have_none(scores.se, n),
            "score_low": _zero_votes_have_none(scores.low, n),
            "score_high": _zero_votes_have_none(scores.high, n),
            "roster_no": members["roster_no"].to_numpy(),
        }
    )
    rows["reason"] = _reasons(members, rows, scores.lacks_group, rules)
    carried = (rows["reason"] == "missing_group").fillna(False) & rows["score"].notna()
    ranked = (rows["reason"].isna() | carried).to_numpy(dtype=bool)
    rank, tied_to = competition_ranks(np.where(ranked, rows["score"].to_numpy(dtype=float), np.nan))
    rows["rank"] = pd.array([value or None for value in rank.tolist()], dtype="Int64")
    rows["rank_tied_to"] = pd.array([value or None for value in tied_to.tolist()], dtype="Int64")
    for name in LATER:
        rows[name] = pd.array([None] * len(rows), dtype="object")
    return rows[[*FIELDS, "roster_no"]]


def _zero_votes_have_none(values: Array, n: Array) -> Array:
    """A unit without any vote has no score, also where groups are pooled."""
    return np.where(n > 0, values, np.nan)


def _dont_know_share(members: pd.DataFrame, dont_know: pd.DataFrame) -> Array:
    """Don't-know lines / (scored + don't-know lines) of each unit; NaN without either."""
    counts = dont_know.set_index("unit_code").reindex(members["unit_code"])
    base = counts["scored"] + counts["dont_know"]
    return (counts["dont_know"] / base.where(base > 0)).to_numpy(dtype=float)


def _reasons(
    members: pd.DataFrame,
    rows: pd.DataFrame,
    lacks_group: Array,
    rules: RuleSet,
) -> pd.Series:
    """Why a unit is not ranked, the first that holds; NA for the others.

    A unit that lacks a weighted group and is scored on the others all the same keeps the mark.
    """
    reasons: list[str | None] = []
    for participation, n, lacking in zip(members["participation"], rows["n"], lacks_group, strict=True):
        if participation:
            reasons.append(str(participation))
        elif n < max(1, rules.minimum.per_unit):
            reasons.append("too_few_votes")
        elif lacking:
            reasons.append("missing_group")
        else:
            reasons.append(None)
    return pd.Series(pd.array(reasons, dtype="string"), index=rows.index)
