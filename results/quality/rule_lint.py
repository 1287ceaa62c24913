"""Lint of a rule set: what it can never do or always does, by itself and on the ballots of a round.

A remark changes no score and no exit code. Seen in practice: 50 points for the lowest grade under a line of 50, so that
165 of 165 votes for it would list nobody.
"""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from data.model.rule_sets import Bottom, RuleSet
from data.store.release import Round
from results.notes import Note
from results.ranking.family import BY_GRADE, LINED, Family, WhatIf, families

NARROW = 0.6
"""Share of the scale below which points are close together: 100, 70 and 40 use exactly 60 % and are common."""
LARGE = 3
"""A bottom list is large if it takes a unit of LARGE or more."""
CLOSE = 0.1
"""Share of the scale: where all scores lie within it, places rest on the smallest of differences."""


def lint_rules(rules: RuleSet) -> list[Note]:
    """Return what follows from the rules alone: lines that no score or every score passes, points close together."""
    low, high = rules.scale
    lowest = rules.score_range[0]
    bottoms: list[tuple[str, Bottom]] = [("", rules.bottom), *rules.category_bottom.items()]
    found = [note for name, bottom in bottoms for note in _line(name, bottom, lowest)]
    if high > 0 and low > 0 and (high - low) / high < NARROW:
        found.append(Note("rule_scale_narrow", {"low": _plain(low), "high": _plain(high), **_share(low, high)}))
    if rules.features.trimming is not None:
        found.append(Note("rule_trimmed"))
    return found


def lint_on(round_: Round, other: WhatIf | None = None) -> list[Note]:
    """Return what the rules of a round, or other rules, do to its ballots, category by category."""
    return [note for family in families(round_, what_if=other) for note in _on_family(family)]


def _line(name: str, bottom: Bottom, low: float) -> Iterator[Note]:
    """Return a line that no score can be below, or a limit that no share or any share exceeds.

    A line above the highest score is refused when the rules are read.
    """
    key = f"bottom.by_category.{name}" if name else "bottom"
    if bottom.rule in LINED and bottom.line is not None and low >= bottom.line:
        yield Note("rule_line_never", {"line": _plain(bottom.line), "low": _plain(low), "key": f"{key}.line"})
    if bottom.rule == BY_GRADE and bottom.limit is not None and bottom.limit in (0, 1):
        yield Note("rule_limit_never" if bottom.limit == 1 else "rule_limit_any", {"key": f"{key}.limit"})


def _on_family(family: Family) -> Iterator[Note]:
    yield from _without_votes(family)
    ranked = family.ranked_score[family.ranked]
    if not len(ranked):
        return
    yield from _places(family, len(ranked))
    yield from _below(family, ranked)
    yield from _class_lines(family, ranked)
    low, high = family.rules.score_range
    spread = float(np.ptp(ranked))
    if len(ranked) > 1 and spread < CLOSE * (high - low):
        yield Note(
            "rule_scores_close", {"number": _plain(spread), "low": _plain(low), "high": _plain(high)}, _of(family)
        )
    yield from _ballot(family)


def _without_votes(family: Family) -> Iterator[Note]:
    """Return groups that have a weight in the category and not a single vote on its units."""
    votes = dict(zip(map(str, family.moments.groups), family.moments.n.sum(axis=0), strict=True))
    silent = [group for group, weight in (family.weights or {}).items() if weight > 0 and not votes.get(group)]
    if silent:
        yield Note("rule_group_silent", {"family": family.name}, tuple(silent))


def _places(family: Family, ranked: int) -> Iterator[Note]:
    k = family.places
    if family.bottom.rule == "share" and k == 0:
        yield Note(
            "rule_share_empty", {"share": f"{(family.bottom.share or 0) * 100:g}", "ranked": ranked}, _of(family)
        )
    elif ranked <= LARGE * k:
        yield Note("rule_bottom_large", {"k": k, "ranked": ranked}, _of(family))


def _below(family: Family, ranked: np.ndarray) -> Iterator[Note]:
    """Return a line that all ranked units of the category pass, or none of several."""
    line = family.bottom.line
    if family.bottom.rule not in LINED or line is None:
        return
    below = int((ranked < line).sum())
    if below in (0, len(ranked)):
        code = "rule_line_nobody" if below == 0 else "rule_line_everybody"
        yield Note(code, {"line": _plain(line), "ranked": len(ranked)}, _of(family))


def _class_lines(family: Family, ranked: np.ndarray) -> Iterator[Note]:
    """Return lines of classes that none or all of the ranked units reach."""
    for own in family.rules.features.classes:
        if own.from_score is not None:
            reached = int((ranked >= own.from_score).sum())
            if reached in (0, len(ranked)):
                code = "rule_class_nobody" if reached == 0 else "rule_class_everybody"
                facts = {"line": _plain(own.from_score), "ranked": len(ranked), "name": own.name}
                yield Note(code, facts, _of(family))


def _ballot(family: Family) -> Iterator[Note]:
    """Return the most that a single ballot can move a score, where that is more than the gap at the border.

    A ballot that goes from the best to the worst grade moves the mean of its group by the scale divided by the votes.
    """
    gap = _gap(family)
    effect = np.where(family.ranked, _effects(family), -1.0)
    most = int(np.argmax(effect))
    if gap is not None and effect[most] > gap:
        facts = {"number": _plain(float(effect[most])), "gap": _plain(gap), "family": family.name}
        yield Note("rule_one_ballot", facts, (str(family.members["unit_name"][most]),))


def _effects(family: Family) -> np.ndarray:
    """Return the most that a ballot can move the score of each unit, in points. shape (units,)."""
    low, high = family.rules.scale
    of_ballots = 1.0 if family.others is None else family.others.parts.weight
    votes = family.moments.n.astype(float)
    if family.weights is None:
        return np.asarray(of_ballots * (high - low) / np.maximum(votes.sum(axis=1), 1.0))
    weights = _weights(family.moments.groups, family.weights)
    return np.asarray(of_ballots * (weights * (high - low) / np.where(votes > 0, votes, np.inf)).max(axis=1))


def _weights(groups: Iterable[object], weights: Mapping[str, float]) -> np.ndarray:
    return np.array([weights.get(str(group), 0.0) for group in groups])


def _gap(family: Family) -> float | None:
    """Return the points between the last unit inside the bottom list and the first outside; None without a border."""
    ranked = np.sort(family.ranked_score[family.ranked])
    k = family.places
    return float(ranked[k] - ranked[k - 1]) if 0 < k < len(ranked) else None


def _of(family: Family) -> tuple[str, ...]:
    return (family.name,)


def _share(low: float, high: float) -> dict[str, object]:
    return {"number": f"{(high - low) / high * 100:.0f}"}


def _plain(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
