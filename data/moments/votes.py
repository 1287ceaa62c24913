"""Votes computed from lines: a vote's score is the weighted mean of its scored lines, as an integer.

The rule set gives the points of grades and the scored indicators; the arithmetic uses integers throughout (rounded
half up to a ten-thousandth of a point).
"""

from decimal import Decimal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.model.facts import Dictionaries, Lines
from data.model.rule_sets import RuleSet
from data.moments.scored_lines import UNSCORED, Votes, votes_of_codes

OVERALL = "总体评价"


def scored_indicators(asked: tuple[str, ...], rules: RuleSet) -> dict[str, int]:
    """Return the indicators that make the score, with integer weights.

    Those of the rule set; else 总体评价 if it was asked; else all with equal weight.
    """
    if rules.indicators:
        exact = {name: Decimal(str(weight)) for name, weight in rules.indicators.items()}
        return {name: int(weight * 10**9) for name, weight in exact.items() if name in asked}
    if OVERALL in asked:
        return {OVERALL: 1}
    return dict.fromkeys(asked, 1)


def points_of_grade(name: str, rules: RuleSet) -> int | None:
    """Return the points of a grade or a score text, in ten-thousandths; None when it is not scored."""
    if name in rules.points:
        return rules.points[name] * 100
    if rules.numeric is None or name in rules.unscored or not name:
        return None
    return int(Decimal(name) * 10_000)


def lowest_score(rules: RuleSet) -> int:
    """Return the score of a vote with the lowest grade on every line, in ten-thousandths of a point."""
    return min(rules.points.values()) * 100 if rules.numeric is None else rules.numeric.low * 100


def kind_of_grade(name: str, forced: str, rules: RuleSet) -> str:
    """Return the kind of a grade: scored, dont_know, abstain, blank or invalid."""
    if forced:
        return forced
    if not name:
        return "blank"
    return rules.unscored.get(name, "scored")


def votes_of_lines(lines: Lines, texts: Dictionaries, rules: RuleSet) -> Votes:
    """Compute votes, in the order of the lines (by unit, then ballot)."""
    return votes_of_codes(lines.unit, lines.ballot, lines.indicator, lines.grade, *points_and_weights(texts, rules))


def points_and_weights(texts: Dictionaries, rules: RuleSet) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the points of each grade, UNSCORED where it has none, and the weight of each indicator."""
    weights = scored_indicators(texts.indicators, rules)
    points = [
        UNSCORED if kind_of_grade(name, kind, rules) != "scored" else points_of_grade(name, rules)
        for name, kind in texts.grades
    ]
    weight = [weights.get(name, 0) for name in texts.indicators]
    return np.array(points, dtype=np.int64), np.array(weight, dtype=np.int64)


def count_table(counts: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Add to counts the kind of each grade, its points (ten-thousandths or NA), and whether it is scored."""
    asked = tuple(sorted(set(counts["indicator"])))
    scored = scored_indicators(asked, rules)
    out = counts.copy()
    out["kind"] = [kind_of_grade(str(g), "", rules) for g in out["grade"]]
    out["points"] = pd.array(
        [
            points_of_grade(str(g), rules) if k == "scored" else None
            for g, k in zip(out["grade"], out["kind"], strict=True)
        ],
        dtype="Int64",
    )
    out["scored"] = [
        indicator in scored and kind == "scored" for indicator, kind in zip(out["indicator"], out["kind"], strict=True)
    ]
    return out
