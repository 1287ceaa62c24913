"""Official scores by a second, plain implementation: the TOML of a rule set and lists of lines, in fractions.

It shares no code with the product. Lines are (ballot, group, channel, unit, indicator, grade); other scores are
(unit, component, points, max_points).
"""

import math
import tomllib
from collections import defaultdict
from fractions import Fraction
from itertools import pairwise

KINDS = ("dont_know", "abstain", "blank", "invalid")


def frac(value):
    return Fraction(str(value))


def read(text):
    return tomllib.loads(text, parse_float=str)


def points_of(rules, grade):
    if any(grade in rules.get("unscored", {}).get(kind, []) for kind in KINDS):
        return None
    return frac(grade) if "numeric" in rules else frac(rules["points"][grade])


def indicators_of(rules, lines):
    asked = {line[4] for line in lines}
    if "indicators" in rules:
        return {name: frac(weight) for name, weight in rules["indicators"].items() if name in asked}
    return {"总体评价": Fraction(1)} if "总体评价" in asked else {name: Fraction(1) for name in asked}


def counted(rules, lines):
    apart = rules.get("apart", {})
    return [
        line for line in lines if line[1] not in apart.get("groups", []) and line[2] not in apart.get("channels", [])
    ]


def vote_scores(rules, lines):
    """unit -> group -> scores of votes, each a mean of its lines rounded half up to a ten-thousandth of a point."""
    weights, votes = indicators_of(rules, lines), defaultdict(list)
    for ballot, group, _, unit, indicator, grade in lines:
        points = points_of(rules, grade)
        if points is not None and indicator in weights:
            votes[unit, group, ballot].append((points, weights[indicator]))
    found = defaultdict(lambda: defaultdict(list))
    for (unit, group, _), own in votes.items():
        mean = sum(p * w for p, w in own) / sum(w for _, w in own)
        found[unit][group].append(Fraction(math.floor(mean * 10_000 + Fraction(1, 2)), 10_000))
    return found


def trimmed(rules, scores):
    trimming = rules.get("trimming", {})
    ordered = sorted(scores)
    low = high = math.floor(frac(trimming.get("share", 0)) * len(ordered))
    if "share" not in trimming:
        low, high = trimming.get("lowest", 0), trimming.get("highest", 0)
    return ordered[low : len(ordered) - high]


def mean(values):
    return sum(values, Fraction(0)) / len(values)


def joined(rules, by_group, category):
    """Group means to a score: weighted, or all votes as one group."""
    if rules.get("averaging", {}).get("order") == "pooled":
        return mean(trimmed(rules, [score for scores in by_group.values() for score in scores]))
    weights = rules.get("weights_by_category", {}).get(category) or rules["weights"]
    return sum(frac(weight) * mean(trimmed(rules, by_group[group])) for group, weight in weights.items())


def ballot_scores(rules, lines, category=""):
    lines = counted(rules, lines)
    if rules.get("averaging", {}).get("order") != "indicator":
        return {unit: joined(rules, groups, category) for unit, groups in vote_scores(rules, lines).items()}
    weights, found = indicators_of(rules, lines), defaultdict(Fraction)
    for name, weight in weights.items():
        single = {key: value for key, value in rules.items() if key != "indicators"}
        own = [(*line[:4], "总体评价", line[5]) for line in lines if line[4] == name]
        for unit, groups in vote_scores(single, own).items():
            found[unit] += weight / sum(weights.values()) * joined(single, groups, category)
    return dict(found)


def on_lines(share, pairs):
    if share <= pairs[0][0]:
        return pairs[0][1]
    for (x0, y0), (x1, y1) in pairwise(pairs):
        if share <= x1:
            return y0 + (y1 - y0) * (share - x0) / (x1 - x0)
    return pairs[-1][1]


def source_of(section, default):
    return section["source"].partition(":")[2] or default


def official(rules, lines, others=(), category="", measures=None):
    """Score of each unit. others : (unit, component, points, max_points); measures : source -> unit -> (met, base)."""
    ballots = ballot_scores(rules, lines, category)
    rows = {(unit, name): (frac(points), most and frac(most)) for unit, name, points, most in others}
    return {unit: _official(rules, unit, own, rows, measures or {}) for unit, own in ballots.items()}


def _official(rules, unit, ballots, rows, measures):
    score = ballots
    if "volume" in rules:
        number = rows[unit, source_of(rules["volume"], "业务量")][0]
        score *= [frac(c) for start, c in rules["volume"]["steps"] if number >= frac(start)][-1]
    if "components" in rules:
        parts = [
            (frac(own["weight"]), _part(own, name, unit, score, rows, measures))
            for name, own in rules["components"].items()
        ]
        there = [(weight, value) for weight, value in parts if value is not None]
        score = sum(weight * value for weight, value in there) / sum(weight for weight, _ in there)
    for section, default, sign in (("deductions", "扣分", -1), ("bonus", "创新加分", 1)):
        if section in rules:
            points = abs(rows.get((unit, source_of(rules[section], default)), (Fraction(0), None))[0])
            score += sign * min(points, frac(rules[section].get("most", 10**9)))
    return score


def _part(own, name, unit, ballots, rows, measures):
    if "source" not in own:
        return ballots
    pairs = [(frac(x), frac(y)) for x, y in own.get("points", [[0, 0], [1, 100]])]
    if own["source"] in measures:
        met, base = measures[own["source"]].get(unit, (0, 0))
        return on_lines(Fraction(met, base), pairs) if base >= own.get("minimum", 1) else None
    row = rows.get((unit, source_of(own, name)))
    return None if row is None else on_lines(row[0] / (row[1] or frac(own.get("full", 100))), pairs)


def class_sizes(units, shares, rounding):
    exact = [None if share is None else frac(share) * units for share in shares]
    if rounding == "largest":
        sizes = [None if value is None else math.floor(value) for value in exact]
        given = [at for at, value in enumerate(exact) if value is not None]
        target = math.floor(sum(exact[at] for at in given) + Fraction(1, 2))
        for at in sorted(given, key=lambda at: sizes[at] - exact[at])[: target - sum(sizes[at] for at in given)]:
            sizes[at] += 1
        return sizes
    step = {"up": math.ceil, "nearest": lambda value: math.floor(value + Fraction(1, 2))}.get(rounding, math.floor)
    sizes = [None if value is None else step(value) for value in exact]
    return [*sizes[:-1], None] if rounding == "remainder" else sizes


def classes(rules, scores):
    """Class of each unit: from the best down, units of one score together, the last class takes the rest."""
    section = {name: own for name, own in rules["classes"].items() if name != "rounding"}
    names = list(section)
    sizes = class_sizes(
        len(scores), [section[name].get("share") for name in names], rules["classes"].get("rounding", "nearest")
    )
    left, at, found = dict(zip(names, sizes, strict=True)), 0, {}
    for value in sorted(set(scores.values()), reverse=True):
        together = [unit for unit, score in scores.items() if score == value]
        while at < len(names) - 1:
            line, room = section[names[at]].get("from"), left[names[at]]
            if (line is None or value >= frac(line)) and (room is None or room >= len(together)):
                break
            at += 1
        for unit in together:
            found[unit] = names[at]
        if left[names[at]] is not None:
            left[names[at]] -= len(together)
    return found
