"""The part of a rule set that makes a score: grades and points, groups and weights, indicators, and further parts.

Two rule sets with the same part give scores that can be compared, whatever else they say: the bottom rule, the fewest
votes of a unit, the level of an interval, who wrote them.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import astuple

from data.model.rule_sets import RuleSet

OF_A_SCORE = ("trimming", "components", "deductions", "bonus", "volume", "apart")


def score_digest(rules: RuleSet) -> str:
    """Return the SHA-256 of what makes a score in any category, 64 hex digits."""
    categories = {name: nonzero(weights) for name, weights in rules.category_weights.items()}
    made_of = {
        "numeric": astuple(rules.numeric) if rules.numeric else None,
        "points": dict(rules.points),
        "weights": nonzero(rules.group_weights),
        "categories": {name: own for name, own in categories.items() if own != nonzero(rules.group_weights)},
        "indicators": shares(rules.indicators),
        "parts": further_parts(rules),
    }
    return hashlib.sha256(json.dumps(made_of, sort_keys=True, default=str).encode()).hexdigest()


def further_parts(rules: RuleSet) -> dict[str, object]:
    """Return all else that makes a score: components, points added or taken off, trimming, votes kept apart."""
    features = rules.features.canonical
    return {**{name: features.get(name) for name in OF_A_SCORE}, "by_indicator": rules.order == "indicator"}


def nonzero(weights: Mapping[str, float] | None) -> dict[str, float] | None:
    """Return the groups that count, with their weights; None when pooled."""
    return None if weights is None else {group: weight for group, weight in weights.items() if weight > 0}


def shares(weights: Mapping[str, float] | None) -> dict[str, float]:
    """Return indicator weights as shares: 1 and 1 mean the same as 0.5 and 0.5."""
    total = sum((weights or {}).values()) or 1.0
    return {name: round(weight / total, 9) for name, weight in (weights or {}).items()}
