"""Differences in method between two rounds that affect a score: in the rules, and in the ballot form."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.model.rule_sets import RuleSet
from data.model.score_rules import further_parts, nonzero, shares
from data.moments.votes import kind_of_grade, scored_indicators
from data.store.release import Release
from i18n import N_, join, translate
from results.ranking.family import ALL, Family

EXPECTED = 10
"""A grade that nobody used counts as missing from the form if at least this many uses were expected: chance alone
leaves out one grade in 20,000 such cases."""
BREAKS = {
    "scale": N_("One round has grades, the other numbers, or the range of the numbers differs."),
    "points": N_("The points of the grades differ."),
    "averaging": N_("One round weights the evaluator groups, the other counts all votes alike."),
    "weights": N_("The weights of the evaluator groups differ."),
    "indicators": N_("The indicators that count, or their weights, differ."),
    "parts": N_(
        "Components, deductions, bonus points, coefficients, trimming, averages by indicator "
        "or votes kept apart differ."
    ),
    "elsewhere": N_("The points, weights or indicators of other categories differ."),
    "not_recounted": N_("The earlier round cannot be counted under the later rules."),
    "groups": N_("Evaluator groups that count and voted in one of the rounds only: {names}."),
    "asked": N_("Indicators that count and were asked in one of the rounds only: {names}."),
    "grades": N_("Grades that were used in one of the rounds only: {names}."),
}


@dataclass(frozen=True)
class Break:
    """A difference in method between the rounds: a code of BREAKS and the terms it mentions."""

    code: str
    names: tuple[str, ...] = ()

    def sentence(self, language: str) -> str:
        """Return the difference as a sentence."""
        names = join(self.names, language)
        return translate(BREAKS[self.code], language).format(names=names)


def rule_breaks(first: RuleSet, second: RuleSet, category: str) -> Iterator[Break]:
    """Return the settings that affect a score and in which the rule sets differ for a category."""
    own = None if category == ALL else category
    if first.numeric != second.numeric:
        yield Break("scale")
    elif dict(first.points) != dict(second.points):
        yield Break("points")
    if first.pooled != second.pooled:
        yield Break("averaging")
    elif nonzero(first.weights(own)) != nonzero(second.weights(own)):
        yield Break("weights")
    if shares(first.indicators) != shares(second.indicators):
        yield Break("indicators")
    if further_parts(first) != further_parts(second):
        yield Break("parts")


def form_breaks(release: Release, earlier: list[Family], later: Family) -> Iterator[Break]:
    """Return what only one of the rounds asked, as far as it counts under the rules of the comparison.

    earlier : every category that units of the later category came from. Only units of both rounds are compared: a
    grade that only a new unit received does not make the form different.
    """
    used = [_lines(release, part, later.rules) for part in (earlier, [later])]
    both = set(used[0]["unit_code"]) & set(used[1]["unit_code"])
    used = [frame[frame["unit_code"].isin(list(both))] for frame in used]
    found = {
        "groups": _in_one(*(set(frame["group_name"]) & _that_count(later) for frame in used)),
        "asked": _in_one(*(set(frame["indicator"]) for frame in used)),
        "grades": _grades_of_one(*used) if later.rules.numeric is None else (),
    }
    yield from (Break(code, names) for code, names in found.items() if names)


def _lines(release: Release, families: list[Family], rules: RuleSet) -> pd.DataFrame:
    """Return unit_code, group_name, indicator, grade and lines of some families, as far as `rules` score them."""
    asked_of = [(family.round, name) for family in families for name in sorted(set(family.members["category"]))]
    parts = [release.round(year).category_grades(name) for year, name in asked_of]
    lines = pd.concat(parts, ignore_index=True)
    asked = tuple(map(str, lines["indicator"].unique()))
    scored = [kind_of_grade(str(grade), "", rules) == "scored" for grade in lines["grade"]]
    counts = lines["indicator"].isin(list(scored_indicators(asked, rules))) & np.array(scored, dtype=bool)
    return lines.loc[counts, ["unit_code", "group_name", "indicator", "grade", "lines"]]


def _that_count(family: Family) -> set[str]:
    groups = map(str, family.moments.groups) if family.weights is None else nonzero(family.weights) or {}
    return set(groups)


def _in_one(first: set[str], second: set[str]) -> tuple[str, ...]:
    return tuple(sorted(first ^ second))


def _grades_of_one(first: pd.DataFrame, second: pd.DataFrame) -> tuple[str, ...]:
    """Return grades of one round that the other, with an equal share, would have used EXPECTED times but did not."""
    a, b = (frame.groupby("grade")["lines"].sum() for frame in (first, second))
    missing = []
    for own, other in ((a, b), (b, a)):
        expected = own / max(int(own.sum()), 1) * int(other.sum())
        missing += [str(grade) for grade in own.index if expected[grade] >= EXPECTED and not other.get(grade, 0)]
    return tuple(sorted(missing))
