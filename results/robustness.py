"""Would the same units be at the bottom under other rules that could have been chosen as well?

One category, a stated grid of rules, and how often each unit is listed under them; beside it how far the weights
and the points of the grades can move before the list changes. By score alone: whether units can be told apart is
the business of the verdicts. Only assumptions change here, never a vote.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.scores import SCALE
from analytics.sensitivity import WeightIntervals, bottom_under, cut_intervals, cut_lists, weight_intervals
from data.release import Release
from data.rule_sets import Bottom, RuleSet
from data.votes import scored_indicators
from results.bottom import COUNTED, LINED, NOT_DRAWN, places
from results.ranking import NoSuchRound, ranking
from words import N_, translate

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]

FACTORS = (0.5, 0.75, 1.25, 1.5)
MINIMUM_FACTORS = (0.5, 2.0)
COLUMNS = (
    *("unit_code", "unit_name", "rank", "score", "n"),
    *("listed", "times", "of", "share", "listed_by", "only"),
)
KINDS = {
    "official": N_("The rule set itself"),
    "weight": N_("Weight of one group"),
    "equal": N_("Equal weights"),
    "pooled": N_("Every vote alike"),
    "cut": N_("Cut of the grades"),
    "minimum": N_("Minimum of votes"),
}
SENTENCES = {
    "official": N_("The rule set as published."),
    "weight": N_("The group {group} weighs {weight} instead of {before}; the others keep their proportions."),
    "equal": N_("Every evaluator group weighs the same."),
    "pooled": N_("Every vote counts the same, whatever its group."),
    "cut": N_("Ranked by the share of answers that are {grades}."),
    "minimum": N_("A unit needs {votes} votes to be ranked instead of {before}."),
}
REMARKS = {
    "not_by_score": N_("The bottom rule counts the lowest grade, not scores; other weights are not tried."),
    "no_places": N_("The bottom rule has no number of places; there is no margin of the weights."),
    "line": N_("The bottom rule has a line in points; a cut of the grades has none and is left out."),
    "pooled": N_("The rule set counts all votes as one group; there are no weights to change."),
    "one_group": N_("Only one evaluator group counts; there are no weights to change."),
    "numeric": N_("The answers are numbers, not grades; there are no cuts."),
    "two_grades": N_("There are only two grades; their points cannot move against each other."),
    "left_out": N_("Units that lack an evaluator group are left out of the margins: {units}."),
}


@dataclass(frozen=True)
class Rule:
    """One rule of the grid and whom it lists.

    code: unique in the grid, "weight:GROUP:0.5". kind: of KINDS. listed: unit codes in the order of the register;
    with another minimum also units that the rule set does not rank.
    """

    code: str
    kind: str
    listed: tuple[str, ...]
    facts: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        """What this rule does otherwise than the rule set."""
        return translate(SENTENCES[self.kind], language).format(**_in_words(self.facts, language))


@dataclass(frozen=True)
class Margin:
    """How far weights, or steps of points between grades, can move before the list changes.

    table: name (group, or the grades above the step), low, value, high, each while the others keep their proportions.
    smallest_change: the largest single move in the smallest change of all together; inf when nothing changes the
    list. first_out, first_in: codes of the units that then change places. left_out: units that lack a group.
    Weights are shares of 1, steps are points.
    """

    table: pd.DataFrame
    smallest_change: float
    first_out: str | None
    first_in: str | None
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Robustness:
    """The answer for one category.

    rows: COLUMNS, ranked units in the order of the ranking. listed: by the rule set. times of `of` rules list the
    unit, share = times / of. listed_by: codes of those rules. only: the one kind of rule (of KINDS) that lists the
    unit, null when several kinds do or none.
    k: places under the rule set, 0 for a rule without places. by_one_kind: (unit code, kind), also of units that
    the rule set does not rank. intervals, points: None where a remark says why.
    """

    release: str
    round: str
    category: str
    k: int
    rows: pd.DataFrame
    rules: tuple[Rule, ...]
    intervals: Margin | None
    points: Margin | None
    by_one_kind: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]

    def sentences(self, language: str) -> list[str]:
        """The remarks in words."""
        facts = _in_words({"units": self.intervals.left_out if self.intervals else ()}, language)
        return [translate(REMARKS[code], language).format(**facts) for code in self.remarks]


def robustness(release: Release, round_id: str, category: str) -> Robustness:
    """Try the stated grid of rules on one category.

    The grid: the rule set itself; each group's weight times 0.5, 0.75, 1.25 and 1.5 (at most 1, the others keep their
    proportions); equal weights; every vote alike; each cut of the grades; half and twice the minimum of votes. A rule
    that comes out as the rule set itself, or as another of the grid, is not counted again. All but the minimum look
    at the units that the rule set ranks. A rule of `share` takes its share of the units each rule ranks.

    Cuts are made from lines, not votes: the share of scored lines with a grade or a better one, a line with the
    weight of its indicator, by group, then with the weights of the groups. So with several indicators, where votes
    have gaps, the points margin may begin from a list that differs from the official one by a hair.

    Raises NoSuchRound.
    """
    case = _case(release, round_id, category)
    rules = tuple(_grid(case))
    remarks = list(_remarks(case))
    intervals, points = _weight_margin(case), _points_margin(case)
    if intervals is not None and intervals.left_out:
        remarks.append("left_out")
    kinds = _kinds(rules)
    by_one = tuple((code, next(iter(found))) for code, found in kinds.items() if len(found) == 1)
    rows = _rows(case, rules, dict(by_one))
    return Robustness(
        release.id, round_id, category, case.k, rows, rules, intervals, points, by_one, tuple(dict.fromkeys(remarks))
    )


@dataclass(frozen=True)
class _Case:
    """One category: arrays in the order of the register, shape (units,) or (units, groups or levels); NaN is missing.

    rows: of the ranking. may: takes part and has a score. weights: None when pooled. levels: grades by points,
    best first, grades of equal points together; none for numbers. shares: (units, levels). steps: points between
    neighbouring levels.
    """

    rows: pd.DataFrame
    units: NDArray[np.object_]
    names: Mapping[str, str]
    n: NDArray[np.int64]
    score: Floats
    ranked: Bools
    may: Bools
    means: Floats
    pooled: Floats
    groups: tuple[str, ...]
    weights: Floats | None
    levels: tuple[tuple[str, ...], ...]
    shares: Floats
    steps: Floats
    rules: RuleSet
    bottom: Bottom

    @property
    def k(self) -> int:
        return places(self.bottom, int(self.ranked.sum()))

    @property
    def has_weights(self) -> bool:
        return self.weights is not None and len(self.weights) > 1

    @property
    def has_cuts(self) -> bool:
        return len(self.levels) > 1 and self.bottom.rule in COUNTED and self.bottom.rule not in LINED


def _case(release: Release, round_id: str, category: str) -> _Case:
    rows = ranking(release, round_id, category).rows
    if rows.empty:
        raise NoSuchRound(f"{round_id} / {category}")
    rules = release.rules(round_id)
    units = release.query("units", round_id=round_id)
    units = units[units["category"] == category]
    own = rows.set_index("unit_code").loc[units["unit_code"]]
    score = own["score"].to_numpy(dtype=float)
    weights = rules.weights(category)
    groups, means, pooled = _means(release, round_id, list(own.index), weights)
    weight = None if weights is None else np.array(list(weights.values()))
    levels = _levels(rules)
    lines = release.query("category_grades", round_id=round_id, category=category)
    return _Case(
        rows=rows[rows["rank"].notna()],
        units=own.index.to_numpy(dtype=object),
        names=dict(zip(own.index, own["unit_name"], strict=True)),
        n=own["n"].to_numpy(dtype=np.int64),
        score=score,
        ranked=own["rank"].notna().to_numpy(dtype=bool),
        may=~units["participation"].fillna("").astype(bool).to_numpy(dtype=bool) & ~np.isnan(score),
        means=means,
        pooled=pooled,
        groups=groups,
        weights=weight,
        levels=levels,
        shares=_shares(lines, list(own.index), levels, groups, weight, rules),
        steps=-np.diff([rules.points[level[0]] / 100 for level in levels]),
        rules=rules,
        bottom=rules.bottom_for(category),
    )


def _means(
    release: Release, round_id: str, units: list[str], weights: Mapping[str, float] | None
) -> tuple[tuple[str, ...], Floats, Floats]:
    """Weighted groups (all, when pooled), their means, and the mean of all votes, in points."""
    rounds = release.query("rounds").set_index("round_id")
    step = int(rounds["score_step"][round_id]) / SCALE
    cells = release.query("cell_moments", round_id=round_id)
    votes, total = (
        cells.pivot(index="unit_code", columns="group_name", values=name).reindex(units) for name in ("votes", "total")
    )
    groups = tuple(map(str, votes.columns if weights is None else weights))
    means = (total / votes.where(votes > 0) * step).reindex(columns=list(groups))
    all_votes = votes.sum(axis=1)
    pooled = total.sum(axis=1) / all_votes.where(all_votes > 0) * step
    return groups, means.to_numpy(dtype=float), pooled.to_numpy(dtype=float)


def _levels(rules: RuleSet) -> tuple[tuple[str, ...], ...]:
    """Grades by points, best first; grades of equal points cannot be cut apart."""
    points = sorted(set(rules.points.values()), reverse=True)
    return tuple(tuple(grade for grade, value in rules.points.items() if value == level) for level in points)


def _shares(
    lines: pd.DataFrame,
    units: list[str],
    levels: tuple[tuple[str, ...], ...],
    groups: tuple[str, ...],
    weights: Floats | None,
    rules: RuleSet,
) -> Floats:
    """Share of each level among the scored lines of a unit, shape (units, levels), weighted over the groups."""
    level_of = {grade: position for position, level in enumerate(levels) for grade in level}
    scored = lines[lines["scored"] & lines["grade"].isin(list(level_of)) & lines["unit_code"].isin(units)]
    indicator = scored_indicators(tuple(sorted(set(scored["indicator"]))), rules)
    column = {group: position if weights is not None else 0 for position, group in enumerate(groups)}
    scored = scored[scored["group_name"].isin(list(column))]
    count = np.zeros((len(units), 1 if weights is None else len(groups), len(levels)))
    unit_at = pd.Categorical(scored["unit_code"], categories=units).codes
    size = scored["lines"].to_numpy(dtype=float) * scored["indicator"].map(indicator).to_numpy(dtype=float)
    np.add.at(count, (unit_at, scored["group_name"].map(column), scored["grade"].map(level_of)), size)
    base = count.sum(axis=2, keepdims=True)
    share = np.divide(count, base, out=np.full(count.shape, np.nan), where=base > 0)
    weight = np.ones(1) if weights is None else weights
    parts = [_weighted(share[:, :, level], weight, rules) for level in range(len(levels))]
    return np.column_stack(parts) if parts else np.zeros((len(units), 0))


def _weighted(means: Floats, weights: Floats, rules: RuleSet) -> Floats:
    """Weighted mean over the groups; NaN where one is missing, unless the rule set spreads its weight."""
    there = ~np.isnan(means)
    total = np.where(there, means, 0.0) @ weights
    if rules.minimum.missing_group != "renormalise":
        return np.where((there | (weights == 0)).all(axis=1), total, np.nan)
    base = there @ weights
    return np.divide(total, base, out=np.full(len(means), np.nan), where=base > 0)


def _grid(case: _Case) -> Iterator[Rule]:
    """Every rule of the grid, the rule set itself first."""
    if case.bottom.rule in NOT_DRAWN:
        return
    yield Rule("official", "official", _listed(case, case.score, case.ranked))
    yield from _weight_rules(case)
    if case.weights is not None:
        yield Rule("pooled", "pooled", _listed(case, case.pooled, case.ranked))
    yield from _cut_rules(case)
    yield from _minimum_rules(case)


def _weight_rules(case: _Case) -> Iterator[Rule]:
    """One weight at a time, then equal weights; each set of weights once."""
    if case.weights is None or not case.has_weights:
        return
    seen = {_same(case.weights)}
    for group, own in enumerate(case.weights):
        for factor in FACTORS:
            tried = case.weights * ((1 - min(1.0, own * factor)) / (1 - own))
            tried[group] = min(1.0, own * factor)
            if _same(tried) not in seen:
                seen.add(_same(tried))
                name = case.groups[group]
                facts = {"group": name, "weight": _percent(tried[group]), "before": _percent(own)}
                yield Rule(f"weight:{name}:{factor:g}", "weight", _under(case, tried), facts)
    equal = np.full(len(case.weights), 1 / len(case.weights))
    if _same(equal) not in seen:
        yield Rule("equal", "equal", _under(case, equal))


def _cut_rules(case: _Case) -> Iterator[Rule]:
    if not case.has_cuts:
        return
    lists = cut_lists(np.where(case.ranked[:, None], case.shares, np.nan), case.k)
    for cut in range(len(case.levels) - 1):
        grades = tuple(grade for level in case.levels[: cut + 1] for grade in level)
        yield Rule(f"cut:{grades[-1]}", "cut", tuple(case.units[lists[:, cut]]), {"grades": grades})


def _minimum_rules(case: _Case) -> Iterator[Rule]:
    before = case.rules.minimum.per_unit
    seen = {max(1, before)}
    for factor in MINIMUM_FACTORS:
        votes = max(1, math.ceil(before * factor))
        if votes not in seen:
            seen.add(votes)
            listed = _listed(case, case.score, case.may & (case.n >= votes))
            yield Rule(f"minimum:{factor:g}", "minimum", listed, {"votes": votes, "before": before})


def _under(case: _Case, weights: Floats) -> tuple[str, ...]:
    return _listed(case, _weighted(case.means, weights, case.rules), case.ranked)


def _listed(case: _Case, score: Floats, ranked: Bools) -> tuple[str, ...]:
    """Whom the bottom rule lists among the ranked units, given their scores."""
    listed = ranked & ~np.isnan(score)
    if case.bottom.rule in COUNTED:
        listed &= bottom_under(np.where(ranked, score, np.nan), places(case.bottom, int(ranked.sum())))
    if case.bottom.rule in LINED:
        listed &= score < (case.bottom.line or 0.0)
    return tuple(case.units[listed])


def _same(weights: Floats) -> tuple[float, ...]:
    """The key under which equal weights meet."""
    return tuple(np.round(weights, 9).tolist())


def _remarks(case: _Case) -> Iterator[str]:
    """Why a part of the answer is missing."""
    if case.bottom.rule in NOT_DRAWN:
        yield "not_by_score"
        return
    if case.weights is None:
        yield "pooled"
    elif not case.has_weights:
        yield "one_group"
    if case.bottom.rule not in COUNTED:
        yield "no_places"
    if case.rules.numeric is not None:
        yield "numeric"
    elif case.bottom.rule in LINED:
        yield "line"
    elif len(case.levels) < 3:
        yield "two_grades"


def _weight_margin(case: _Case) -> Margin | None:
    if case.weights is None or not case.has_weights or case.bottom.rule not in COUNTED:
        return None
    found = weight_intervals(case.means[case.ranked], case.weights, case.k)
    return _margin(case, found, case.groups, case.weights)


def _points_margin(case: _Case) -> Margin | None:
    if not case.has_cuts or len(case.levels) < 3:
        return None
    found = cut_intervals(case.shares[case.ranked], case.steps, case.k)
    return _margin(case, found, tuple("、".join(level) for level in case.levels[:-1]), case.steps)


def _margin(case: _Case, found: WeightIntervals, names: tuple[str, ...], value: Floats) -> Margin:
    units = case.units[case.ranked]
    table = pd.DataFrame({"name": names, "low": found.low, "value": value, "high": found.high})
    first_out, first_in = (str(units[at]) if at >= 0 else None for at in (found.first_out, found.first_in))
    return Margin(table, found.smallest_change, first_out, first_in, tuple(units[~found.used]))


def _kinds(rules: tuple[Rule, ...]) -> dict[str, set[str]]:
    """Unit code -> kinds of the rules that list it."""
    kinds: dict[str, set[str]] = {}
    for rule in rules:
        for code in rule.listed:
            kinds.setdefault(code, set()).add(rule.kind)
    return dict(sorted(kinds.items()))


def _rows(case: _Case, rules: tuple[Rule, ...], only: Mapping[str, str]) -> pd.DataFrame:
    rows = case.rows[["unit_code", "unit_name", "rank", "score", "n"]].reset_index(drop=True)
    by = [tuple(rule.code for rule in rules if code in rule.listed) for code in rows["unit_code"]]
    rows["listed_by"] = pd.Series(by, dtype="object")
    rows["listed"] = [("official" in codes) for codes in rows["listed_by"]]
    rows["times"] = [len(codes) for codes in rows["listed_by"]]
    rows["of"] = len(rules)
    rows["share"] = rows["times"] / rows["of"] if rules else np.nan
    rows["only"] = pd.array([only.get(code) for code in rows["unit_code"]], dtype="string")
    return rows[list(COLUMNS)]


def _percent(share: float) -> str:
    return f"{100 * share:.4g}%"


def _in_words(facts: Mapping[str, object], language: str) -> dict[str, object]:
    """Facts with lists joined the way the language joins them."""
    comma = "、" if language == "zh" else ", "
    return {key: comma.join(map(str, v)) if isinstance(v, tuple) else v for key, v in facts.items()}
