"""Worst-case bounds of a score where many evaluators answered "don't know"."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from analytics.bounds import LIMIT, UnknownBounds, unknown_bounds
from analytics.moments import SCALE
from analytics.suppression import is_small
from data.store.release import Round
from i18n import N_, join, translate
from results import number_format
from results.ranking.family import Family

DONT_KNOW = N_("of the graded and the “don't know” answers on the indicators that make the score")
"""Definition of every share of "don't know": of a unit, of a round, in a note. Printed wherever a share is."""
BOUNDS = N_(
    "{share} of the answers are “don't know”, more than {limit}. Should they depend on the opinion, the score would be "
    "biased: were all of them the lowest grade it would be {low}, were all of them the highest {high}. The votes "
    "cannot tell where in between it is; interval and verdict hold for those who gave a grade."
)
MANY = N_(
    "More than {limit} of the answers are “don't know” ({count}): {units}. The page and the dossier of a unit give the "
    "bounds of its score in case they depend on the opinion; intervals and verdicts hold for those who gave a grade."
)


def bounds_in_words(round_: Round, family: Family, code: str, language: str, *, limit: float = LIMIT) -> str:
    """Return the bounds of a unit's score as a sentence; empty where at most `limit` are "don't know"."""
    at = list(family.members["unit_code"]).index(code)
    found = bounds_of(round_, family, limit=limit)
    if not shown(family, found, limit=limit)[at]:
        return ""
    share = float(family.members["dont_know_share"].iloc[at])
    return sentence(found, at, share, family.rules.presentation.decimals, language, limit=limit)


def many_in_words(units: Sequence[str], language: str, *, limit: float = LIMIT) -> str:
    """Return which units have bounds, by name; empty if none has."""
    if not units:
        return ""
    percent = number_format.percent(limit, 0)
    return translate(MANY, language).format(limit=percent, count=len(units), units=join(units, language))


def units_with_bounds(round_: Round, family: Family) -> tuple[str, ...]:
    """Return the names of the units for which bounds are given, in the order of the family."""
    if not family.ranked.any():
        return ()
    return tuple(map(str, family.members["unit_name"][shown(family, bounds_of(round_, family))]))


def shown(family: Family, found: UnknownBounds, *, limit: float = LIMIT) -> NDArray[np.bool_]:
    """Mark the units whose bounds may be given, shape (units,).

    Where a group that counts gave fewer votes than may be shown, score and bounds together would tell of its mean.
    """
    n = family.moments.n
    if family.weights is None:
        n = n.sum(axis=1, keepdims=True)
    else:
        n = n[:, [family.weights.get(str(group), 0.0) > 0 for group in family.moments.groups]]
    small = is_small(n, family.rules.presentation.smallest_cell)
    # The share of the unit's line decides, not a share weighted like the groups: one page had 9% and 11% of one unit.
    many = family.members["dont_know_share"].to_numpy(dtype=float) > limit
    kept: NDArray[np.bool_] = family.ranked & many & ~np.isnan(found.low) & ~small.any(axis=1)
    return kept


def sentence(found: UnknownBounds, at: int, share: float, decimals: int, language: str, *, limit: float = LIMIT) -> str:
    """Return the bounds of the unit at a position as a sentence. share : of "don't know", as the unit's line has it."""
    return translate(BOUNDS, language).format(
        share=number_format.percent(share, 0),
        limit=number_format.percent(limit, 0),
        low=number_format.number(found.low[at], decimals),
        high=number_format.number(found.high[at], decimals),
    )


def bounds_of(round_: Round, family: Family, *, limit: float = LIMIT) -> UnknownBounds:
    """Return the bounds of all members of a category, in the order of the family."""
    return _with_parts(family, _of_ballots(round_, family.of_ballots, limit))


def _with_parts(family: Family, found: UnknownBounds) -> UnknownBounds:
    """Return bounds of the official scores: other parts move both ends alike."""
    if family.others is None:
        return found
    parts = family.others.parts
    low, high = (parts.weight * end + parts.constant for end in (found.low, found.high))
    return replace(found, low=low, high=high)


def _of_ballots(round_: Round, family: Family, limit: float) -> UnknownBounds:
    rules, moments = family.rules, family.moments
    groups = [str(group) for group in moments.groups]
    lines = round_.category_grades(family.name)
    lines = lines[lines["indicator"].isin(set(lines.loc[lines["scored"], "indicator"]))]
    shape = (len(moments.units), len(groups))
    graded, unknown = np.zeros(shape), np.zeros(shape)
    for counts, kind in ((graded, "scored"), (unknown, "dont_know")):
        part = lines[(lines["kind"] == kind) & lines["unit_code"].isin(moments.units)]
        rows = [moments.units.index(code) for code in part["unit_code"]]
        columns = [groups.index(group) if group in groups else -1 for group in part["group_name"]]
        inside = np.array(columns, dtype=np.int64) >= 0
        place = np.array(rows, dtype=np.int64)[inside], np.array(columns, dtype=np.int64)[inside]
        np.add.at(counts, place, part["lines"].to_numpy(dtype=float)[inside])
    mean = np.asarray(moments.total, dtype=float) / np.maximum(moments.n, 1) / SCALE
    weight = np.array([(family.weights or {}).get(group, 0.0) for group in groups])
    if family.weights is None:  # all votes are one group
        graded, unknown = graded.sum(axis=1, keepdims=True), unknown.sum(axis=1, keepdims=True)
        mean, weight = np.nan_to_num(family.scores.score)[:, None], np.ones(1)
    return unknown_bounds(mean, graded, unknown, weight, rules.scale, limit=limit)
