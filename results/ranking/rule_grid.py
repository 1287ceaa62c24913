"""Alternative rules, as defensible as the rule set, and the units that each puts at the bottom of a family.

By score alone: the verdicts decide whether units are distinguishable. Only assumptions change here, never a vote.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.scores import SCALE
from analytics.sensitivity import bottom_under, cut_lists
from data.model.rule_sets import RuleSet
from data.moments.votes import scored_indicators
from data.store.release import Round
from i18n import N_, PUNCTUATION, translate
from results.ranking.family import BY_GRADE, COUNTED, LINED, Family, places

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]

# Equally defensible rules, each of which changes one assumption: a weight by a quarter or a half, the minimum by half
# or to the double. Chosen to show the direction; how far weights can move exactly is computed by linear programmes.
WEIGHT_FACTORS = (0.5, 0.75, 1.25, 1.5)
MINIMUM_FACTORS = (0.5, 2.0)

KINDS = {
    "official": N_("The rule set itself"),
    "weight": N_("Weight of one group"),
    "equal": N_("Equal weights"),
    "pooled": N_("Every vote alike"),
    "cut": N_("Cut of the grades"),
    "minimum": N_("Minimum of votes"),
    "without_parts": N_("Without components"),
    "declared": N_("Declared in advance"),
}
SENTENCES = {
    "official": N_("The rule set as published."),
    "weight": N_("The group {group} weighs {weight} instead of {before}; the others keep their proportions."),
    "equal": N_("All evaluator groups have the same weight."),
    "pooled": N_("All votes count equally, whatever the group."),
    "cut": N_("Ranked by the share of answers that are {grades}."),
    "without_parts": N_("The score of the ballots alone, without components, points and coefficients."),
    "declared": N_("Declared in advance as equally defensible: {name}, because {why}"),
    "minimum": N_("A unit needs {votes} votes to be ranked instead of {before}."),
}


@dataclass(frozen=True)
class Rule:
    """A rule of the grid and the units it lists.

    code: unique in the grid, such as "weight:GROUP:0.5". kind: of KINDS. listed: unit codes in the order of the
    register; with another minimum this includes units that the rule set does not rank.
    """

    code: str
    kind: str
    listed: tuple[str, ...]
    facts: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        """Return how this rule differs from the rule set."""
        return translate(SENTENCES[self.kind], language).format(**in_words(self.facts, language))


@dataclass(frozen=True)
class Case:
    """A family with the inputs of the grid; arrays in the order of its members, NaN is missing, points.

    groups, weights : as the rule set lists them; weights is None when pooled. means : shape (units, groups).
    pooled : shape (units,), mean of all votes.
    levels : grades by points, best first, grades of equal points together; none for numeric rule sets.
    shares : shape (units, levels). steps : shape (levels - 1,), points between neighbouring levels.
    """

    family: Family
    groups: tuple[str, ...]
    weights: Floats | None
    means: Floats
    pooled: Floats
    levels: tuple[tuple[str, ...], ...]
    shares: Floats
    steps: Floats

    @property
    def units(self) -> NDArray[np.object_]:
        """Return codes, shape (units,)."""
        return self.family.members["unit_code"].to_numpy(dtype=object)

    @property
    def tried_weights(self) -> Floats | None:
        """Return the weights if there are alternatives: None when pooled or with a single group."""
        return self.weights if self.weights is not None and len(self.weights) > 1 else None

    @property
    def counted(self) -> bool:
        """Return whether the bottom rule takes a number of places."""
        return self.family.bottom.rule in COUNTED

    @property
    def lined(self) -> bool:
        """Return whether the bottom rule has a line in points."""
        return self.family.bottom.rule in LINED

    @property
    def composed(self) -> bool:
        """Return whether the score has other parts, or is no mean of votes: shares of grades do not make it."""
        return self.family.others is not None or self.family.no_error is not None

    @property
    def by_score(self) -> bool:
        """Return whether the bottom rule uses scores at all."""
        return self.family.bottom.rule != BY_GRADE


def case_of(round_: Round, family: Family) -> Case:
    """Return the family with its group means and its shares of grades."""
    moments, rules = family.moments, family.rules
    weighed = rules.weights(family.category)
    groups = tuple(map(str, moments.groups)) if weighed is None else tuple(weighed)
    weights = None if weighed is None else np.array(list(weighed.values()))
    means = pd.DataFrame(_means(moments.n, moments.total), columns=list(moments.groups))
    everyone = moments.pooled()
    levels = _levels(rules)
    lines = _lines(round_, family)
    return Case(
        family=family,
        groups=groups,
        weights=weights,
        means=_with_parts(family, means.reindex(columns=list(groups)).to_numpy(dtype=float)),
        pooled=_with_parts(family, _means(everyone.n, everyone.total))[:, 0],
        levels=levels,
        shares=_shares(lines, family, levels, groups, weights),
        steps=-np.diff([rules.points[level[0]] / 100 for level in levels]),
    )


def _with_parts(family: Family, means: Floats) -> Floats:
    """Return means of groups on the scale of the official score: their weighted mean is then that score.

    means : shape (units, groups). The weights of the groups add to 1, so that other parts may be added to each.
    """
    if family.others is None:
        return means
    parts = family.others.parts
    moved: Floats = parts.weight[:, None] * means + parts.constant[:, None]
    return moved


def grid(case: Case) -> Iterator[Rule]:
    """Return every rule of the grid, the rule set itself first.

    For a bottom rule that does not use scores, only the minimum of votes varies.
    """
    family = case.family
    yield Rule("official", "official", _listed(case, family.scores.score, family.ranked))
    if case.by_score:
        yield from _weight_rules(case)
        if case.weights is not None:
            yield Rule("pooled", "pooled", _listed(case, case.pooled, family.ranked))
        if family.others is not None:
            yield Rule("without_parts", "without_parts", _listed(case, family.ballots.score, family.ranked))
        yield from _cut_rules(case)
    yield from _minimum_rules(case)
    yield from _declared(case)


def in_words(facts: Mapping[str, object], language: str) -> dict[str, object]:
    """Return facts with lists joined in the reader's language."""
    comma = PUNCTUATION[language].listed
    return {key: comma.join(map(str, v)) if isinstance(v, tuple) else v for key, v in facts.items()}


def _weight_rules(case: Case) -> Iterator[Rule]:
    """Return rules that change a single weight, then equal weights; each set of weights once."""
    weights = case.tried_weights
    if weights is None:
        return
    seen = {_same(weights)}
    for group, own in enumerate(weights):
        for factor in WEIGHT_FACTORS:
            new = min(1.0, own * factor)
            tried = weights * ((1 - new) / (1 - own))
            tried[group] = new
            if _same(tried) not in seen:
                seen.add(_same(tried))
                name = case.groups[group]
                facts = {"group": name, "weight": _percent(new), "before": _percent(own)}
                yield Rule(f"weight:{name}:{factor:g}", "weight", _under(case, tried), facts)
    equal = np.full(len(weights), 1 / len(weights))
    if _same(equal) not in seen:
        yield Rule("equal", "equal", _under(case, equal))


def _cut_rules(case: Case) -> Iterator[Rule]:
    """Return a rule for each cut; empty for rules without a number of places, or with a line in points."""
    if not case.counted or case.lined or len(case.levels) < 2 or case.composed:
        return
    lists = cut_lists(np.where(case.family.ranked[:, None], case.shares, np.nan), case.family.places)
    for cut in range(len(case.levels) - 1):
        grades = tuple(grade for level in case.levels[: cut + 1] for grade in level)
        yield Rule(f"cut:{grades[-1]}", "cut", tuple(case.units[lists[:, cut]]), {"grades": grades})


def _minimum_rules(case: Case) -> Iterator[Rule]:
    family = case.family
    before, votes = family.rules.minimum.per_unit, family.moments.n.sum(axis=1)
    takes_part = _takes_part(family)
    seen = {max(1, before)}
    for factor in MINIMUM_FACTORS:
        minimum = max(1, math.ceil(before * factor))
        if minimum not in seen:
            seen.add(minimum)
            ranked = takes_part & ~np.isnan(family.scores.score) & (votes >= minimum)
            listed = _listed(case, family.scores.score, ranked)
            yield Rule(f"minimum:{factor:g}", "minimum", listed, {"votes": minimum, "before": before})


def _declared(case: Case) -> Iterator[Rule]:
    """Return the alternatives that the rule set declares; each changes what it names and nothing else."""
    family = case.family
    for own in family.rules.features.alternatives:
        score, ranked = family.scores.score, family.ranked
        if own.pooled:
            score = case.pooled
        elif own.weights is not None and case.weights is not None:
            tried = np.array([own.weights.get(group, 0.0) for group in case.groups])
            score = _weighted(case.means, tried, family.rules)
        if own.per_unit is not None:
            enough = family.moments.n.sum(axis=1) >= own.per_unit
            ranked = _takes_part(family) & ~np.isnan(score) & enough
        facts = {"name": own.name, "why": own.why}
        yield Rule(f"declared:{own.name}", "declared", _listed(case, score, ranked), facts)


def _takes_part(family: Family) -> Bools:
    """Mark units that the register lets take part and no other part excludes."""
    takes_part: Bools = ~family.members["participation"].fillna("").astype(bool).to_numpy(dtype=bool)
    return takes_part if family.others is None else takes_part & np.array([why is None for why in family.others.reason])


def _under(case: Case, weights: Floats) -> tuple[str, ...]:
    return _listed(case, _weighted(case.means, weights, case.family.rules), case.family.ranked)


def _listed(case: Case, score: Floats, ranked: Bools) -> tuple[str, ...]:
    """Return the ranked units that the bottom rule lists, given their scores."""
    family, bottom = case.family, case.family.bottom
    listed = ranked & ~np.isnan(score)
    if not case.by_score:
        lowest = family.members["lowest_votes"].to_numpy(dtype=float)
        listed &= lowest > (bottom.limit or 0.0) * family.moments.n.sum(axis=1)
    if case.counted:
        listed &= bottom_under(np.where(ranked, score, np.nan), places(bottom, int(ranked.sum())))
    if case.lined:
        listed &= score < (bottom.line or 0.0)
    return tuple(case.units[listed])


def _weighted(means: Floats, weights: Floats, rules: RuleSet) -> Floats:
    """Return the weighted mean over the groups; NaN where a group is missing, unless the rules spread its weight."""
    there = ~np.isnan(means)
    total = np.where(there, means, 0.0) @ weights
    if rules.minimum.missing_group != "renormalise":
        return np.where((there | (weights == 0)).all(axis=1), total, np.nan)
    base = there @ weights
    mean: Floats = np.divide(total, base, out=np.full(len(means), np.nan), where=base > 0)
    return mean


def _means(n: NDArray[np.int64], total: NDArray[np.generic]) -> Floats:
    """Return means in points of exact sums, NaN without votes."""
    mean = np.asarray(total / np.maximum(n, 1), dtype=np.float64) / SCALE
    return np.where(n > 0, mean, np.nan)


def _levels(rules: RuleSet) -> tuple[tuple[str, ...], ...]:
    """Return grades by points, best first; grades of equal points form a single level."""
    points = sorted(set(rules.points.values()), reverse=True)
    return tuple(tuple(grade for grade, value in rules.points.items() if value == level) for level in points)


def _lines(round_: Round, family: Family) -> pd.DataFrame:
    """Return counts of grades of the family's units."""
    categories = sorted(set(family.members["category"])) if family.joint else [family.name]
    frames = [round_.category_grades(name) for name in categories]
    return pd.concat(frames, ignore_index=True)


def _shares(
    lines: pd.DataFrame,
    family: Family,
    levels: tuple[tuple[str, ...], ...],
    groups: tuple[str, ...],
    weights: Floats | None,
) -> Floats:
    """Return shares of each level among the scored lines of a unit, shape (units, levels), weighted over groups.

    A line has the weight of its indicator. Where every vote has all its lines, the shares times the points are the
    score.
    """
    level_of = {grade: position for position, level in enumerate(levels) for grade in level}
    column = {group: position if weights is not None else 0 for position, group in enumerate(groups)}
    units = list(family.members["unit_code"])
    known = lines["grade"].isin(list(level_of)) & lines["group_name"].isin(list(column))
    scored = lines[lines["scored"] & known]
    indicator = scored_indicators(tuple(sorted(set(scored["indicator"]))), family.rules)
    weight = np.ones(1) if weights is None else weights
    count = np.zeros((len(units), len(weight), len(levels)))
    unit_at = pd.Categorical(scored["unit_code"], categories=units).codes
    size = scored["lines"].to_numpy(dtype=float) * scored["indicator"].map(indicator).to_numpy(dtype=float)
    np.add.at(count, (unit_at, scored["group_name"].map(column), scored["grade"].map(level_of)), size)
    base = count.sum(axis=2, keepdims=True)
    share = np.divide(count, base, out=np.full(count.shape, np.nan), where=base > 0)
    parts = [_weighted(share[:, :, level], weight, family.rules) for level in range(len(levels))]
    return np.column_stack(parts) if parts else np.zeros((len(units), 0))


def _same(weights: Floats) -> tuple[float, ...]:
    """Return the key by which equal weights compare as equal."""
    return tuple(np.round(weights, 9).tolist())


def _percent(share: float) -> str:
    return f"{100 * share:.4g}%"
