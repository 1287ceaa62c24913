"""Scores of one round, from the exact moments of a release; the one place where points meet arithmetic."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.moments import Moments, Pairs
from analytics.scores import UnitScores, scores_from_moments
from data.release import Release
from data.rule_sets import RuleSet

Array: TypeAlias = NDArray[Any]
ALL = "ALL"


@dataclass(frozen=True)
class RoundTablesView:
    """The tables that scoring reads: of a release, or recomputed under other rules (what-if)."""

    units: pd.DataFrame
    cells: pd.DataFrame
    pairs: pd.DataFrame
    dont_know: pd.DataFrame
    score_step: int


def of_release(release: Release, round_id: str) -> RoundTablesView:
    """The stored tables of one round."""
    rounds = release.query("rounds").set_index("round_id")
    return RoundTablesView(
        release.query("units", round_id=round_id),
        release.query("cell_moments", round_id=round_id),
        release.query("pair_moments", round_id=round_id),
        release.query("dont_know", round_id=round_id),
        int(rounds["score_step"][round_id]),
    )


def moments_of(tables: RoundTablesView) -> Moments:
    """Moments of the whole round, in ten-thousandths of a point, for all units in roster order."""
    units = tuple(tables.units["unit_code"])
    groups = tuple(sorted(set(tables.cells["group_name"])))
    unit_at = _codes(tables.cells["unit_code"], units)
    group_at = _codes(tables.cells["group_name"], groups)
    step = tables.score_step
    n, total, squares = (
        _grid(tables.cells[name], unit_at, group_at, (len(units), len(groups)))
        for name in ("votes", "total", "squares")
    )
    total, squares = _scaled(total, step), _scaled(squares, step * step)
    pairs = Pairs(
        _codes(tables.pairs["group_name"], groups),
        _codes(tables.pairs["unit_a"], units),
        _codes(tables.pairs["unit_b"], units),
        tables.pairs["votes"].to_numpy(dtype=np.int64),
        _scaled(tables.pairs["total_a"].to_numpy(dtype=np.int64), step),
        _scaled(tables.pairs["total_b"].to_numpy(dtype=np.int64), step),
        _scaled(tables.pairs["product"].to_numpy(dtype=np.int64), step * step),
    )
    return Moments(units, groups, n, total, squares, pairs, *(_sums(part) for part in (n, total, squares)))


@dataclass(frozen=True)
class FamilyScores:
    """Scores of the units of one family, shapes (units,) and n (units, groups), in points; NaN where undefined.

    lacks_group: a weighted group has no vote on the unit. units: of the covariance inside `full`.
    """

    groups: tuple[str, ...]
    n: Array
    score: Array
    se_sampling: Array
    se: Array
    low: Array
    high: Array
    lacks_group: Array
    full: UnitScores


def family_scores(moments: Moments, members: list[str], rules: RuleSet, category: str | None) -> FamilyScores:
    """Scores of some units under the weights of their category (None: of the whole round)."""
    place = {code: position for position, code in enumerate(moments.units)}
    chosen = moments.select([place[code] for code in members])
    weights = weights_of(rules, category, moments.groups)
    full = scores_from_moments(chosen, weights)
    low, high = full.interval(rules.uncertainty.level)
    groups = tuple(str(group) for group in full.groups)
    columns = [full.score.copy(), full.se_sampling.copy(), full.se.copy(), low, high]
    lacks = np.isnan(full.score)
    if weights is not None and rules.minimum.missing_group == "renormalise":
        _renormalise(chosen, weights, rules.uncertainty.level, lacks, columns)
    score, se_sampling, se, low, high = columns
    return FamilyScores(groups, full.n, score, se_sampling, se, low, high, lacks, full)


def _renormalise(
    moments: Moments,
    weights: Mapping[str, float],
    level: float,
    lacks: Array,
    columns: list[Array],
) -> None:
    """Fill in units that lack a group, with the weights of the groups they have brought to 1 again."""
    groups = [str(group) for group in moments.groups]
    for unit in np.flatnonzero(lacks):
        there = {g: weights[g] for g, n in zip(groups, moments.n[unit], strict=True) if n}
        total = sum(there.values())
        if total <= 0:
            continue
        own = {group: there.get(group, 0.0) / total for group in groups}
        scores = scores_from_moments(moments.select([int(unit)]), own)
        values = (scores.score, scores.se_sampling, scores.se, *scores.interval(level))
        for column, value in zip(columns, values, strict=True):
            column[unit] = value[0]


def weights_of(rules: RuleSet, category: str | None, groups: tuple[object, ...]) -> Mapping[str, float] | None:
    """Weights of a category; a group that only other categories weigh counts nothing here."""
    weights = rules.weights(category)
    if weights is None:
        return None
    return {**{str(group): 0.0 for group in groups}, **weights}


def _codes(values: pd.Series, names: tuple[str, ...]) -> Array:
    return pd.Categorical(values, categories=list(names)).codes.astype(np.int64)


def _grid(
    values: pd.Series,
    rows: Array,
    columns: Array,
    shape: tuple[int, int],
) -> Array:
    out = np.zeros(shape, dtype=np.int64)
    out[rows, columns] = values.to_numpy(dtype=np.int64)
    return out


def _scaled(values: Array, step: int) -> Array:
    """values * step, exact: as Python ints where 64 bits would not hold them."""
    largest = int(np.abs(values).max(initial=0)) * step
    return values.astype(object) * step if largest >= 2**62 else values * step


def _sums(part: Array) -> tuple[int, ...]:
    return tuple(sum(int(value) for value in column) for column in part.T)
