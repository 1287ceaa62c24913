"""Official scores that are no mean of votes: without the highest and lowest, or indicator by indicator.

Nothing is known of their error: what two units share is kept as sums of complete votes. Such a score has a place; its
range of places is the entire family, and nobody is confirmed or cleared.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.moments import SCALE, Moments
from analytics.scores import UnitScores, group_weights, weights_of_units
from analytics.trimming import trimmed_means
from data.model.rule_sets import RuleSet
from data.moments.votes import kind_of_grade, points_of_grade, scored_indicators
from data.store.release import Round

Array: TypeAlias = NDArray[Any]

TRIMMED, BY_INDICATOR = "trimmed", "by_indicator"
UNKNOWN = 1e12
"""Variance of a score of whose error nothing is known, points squared: large enough that no test ever decides."""


def estimated(
    round_: Round,
    rules: RuleSet,
    members: pd.DataFrame,
    moments: Moments,
    weights: Mapping[str, float] | None,
    scores: UnitScores,
) -> tuple[UnitScores, str | None]:
    """Return the scores of the estimator that the rules ask for, and why nothing is known of their error, or None."""
    trimming = rules.features.trimming
    if trimming is not None and moments.counts is not None:
        counts = moments.counts.pooled() if weights is None else moments.counts
        means = trimmed_means(counts, trimming.highest, trimming.lowest, trimming.share)
        return _without_error(scores, _weighted(means, moments, weights, rules)), TRIMMED
    if rules.order == "indicator":
        means, complete = indicator_means(_lines(round_, members, rules), members, moments, rules)
        # Where every vote has all its lines both orders are the same, and all that is known of the mean of votes holds.
        if not complete:
            return _without_error(scores, _weighted(means, moments, weights, rules)), BY_INDICATOR
    return scores, None


def _without_error(scores: UnitScores, score: Array) -> UnitScores:
    unknown = np.where(np.isnan(score), np.nan, UNKNOWN)
    covariance = np.where(np.isnan(np.add.outer(score, score)), np.nan, np.diag(np.nan_to_num(unknown)))
    return replace(
        scores, score=score, covariance=covariance, covariance_adjusted=covariance, evidence=None, model=None
    )


def _weighted(means: Array, moments: Moments, weights: Mapping[str, float] | None, rules: RuleSet) -> Array:
    """Return the weighted mean of the means of the groups, NaN where a group is missing, as for means of votes."""
    n = (~np.isnan(means)).astype(np.int64)
    weight = group_weights(moments.groups, moments.group_n, weights)
    renormalise = rules.minimum.missing_group == "renormalise"
    own, lacking = weights_of_units(n, weight, weights, moments.groups, renormalise)
    return np.where(lacking, np.nan, (np.nan_to_num(means) * own).sum(axis=1))


def _lines(round_: Round, members: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Return scored lines of the units by unit, group and indicator: number, and their points in ten-thousandths."""
    found = [round_.category_grades(name) for name in sorted(set(members["category"]))]
    lines = pd.concat(found, ignore_index=True)
    lines = lines[lines["unit_code"].isin(set(members["unit_code"])) & ~lines["group_name"].isin(rules.apart_groups)]
    scored = [kind_of_grade(str(grade), "", rules) == "scored" for grade in lines["grade"]]
    lines = lines[np.array(scored, dtype=bool) & (lines["kind"] != "invalid").to_numpy()]
    points = [points_of_grade(str(grade), rules) for grade in lines["grade"]]
    return lines.assign(points=np.array(points, dtype=float))


def indicator_means(lines: pd.DataFrame, members: pd.DataFrame, moments: Moments, rules: RuleSet) -> tuple[Array, bool]:
    """Return means of the groups, indicator by indicator, shape (units, groups), and whether no vote lacks a line.

    lines : unit_code, group_name, indicator, points (ten-thousandths), lines. A group without lines on an indicator
    has no mean. Points; groups as in `moments`, a single column when pooled.
    """
    units, pooled = list(members["unit_code"]), rules.group_weights is None
    groups = [""] if pooled else list(map(str, moments.groups))
    weight = scored_indicators(tuple(sorted(set(lines["indicator"]))), rules)
    lines = lines[lines["indicator"].isin(list(weight))]
    names = list(weight)
    shape = (len(units), len(groups), len(names))
    number, total = np.zeros(shape), np.zeros(shape)
    group = np.zeros(len(lines), dtype=np.int64) if pooled else pd.Categorical(lines["group_name"], groups).codes
    at = (pd.Categorical(lines["unit_code"], units).codes, group, pd.Categorical(lines["indicator"], names).codes)
    count = lines["lines"].to_numpy(dtype=float)
    np.add.at(number, at, count)
    np.add.at(total, at, count * lines["points"].to_numpy(dtype=float))
    means = np.divide(total, number, out=np.full(shape, np.nan), where=number > 0) / SCALE
    share = np.array([weight[name] for name in names], dtype=float)
    votes = (moments.n.sum(axis=1, keepdims=True) if pooled else moments.n)[:, :, None]
    return means @ (share / share.sum()), bool((number == votes).all())
