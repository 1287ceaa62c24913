"""Robustness of the bottom list: would other rules, equally defensible, put the same units at the bottom?

Reports how often each unit is listed under a stated grid of rules, and how far the weights and the points of the
grades can move before the list changes. Exact, by score alone; the uncertainty of the scores is not included.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.ranks import competition_ranks
from analytics.sensitivity import WeightIntervals, cut_intervals, dominance_bounds, simplex_share, weight_intervals
from data.store.release import Round, per_round
from i18n import N_, translate
from results.ranking.family import Family, RoundNotFoundError, families
from results.ranking.rule_grid import Case, Floats, Rule, case_of, grid, in_words

COLUMNS = (
    *("unit_code", "unit_name", "rank", "score", "n"),
    *("listed", "times", "of", "share", "listed_by", "only"),
    *("any_weights", "best_any", "worst_any"),
)
REMARKS = {
    "not_by_score": N_("The bottom rule counts the lowest grade, not scores; only another minimum of votes is tried."),
    "pooled": N_("The rule set counts all votes as one group; there are no weights to change."),
    "one_group": N_("Only one evaluator group counts; there are no weights to change."),
    "no_places": N_("The bottom rule has no number of places; how far weights can move is not asked, nor are cuts."),
    "numeric": N_("The answers are numbers, not grades; there are no cuts."),
    "line": N_(
        "The bottom rule also has a line in points. A cut of the grades has no such line and is left out, and "
        "how far weights can move is calculated for the places alone."
    ),
    "composed": N_("The score has more parts than the shares of grades; cuts of the grades are left out."),
    "two_grades": N_("There are fewer than three grades; their points cannot move against each other."),
    "left_out": N_("Left out of the question how far weights can move, for lack of an evaluator group: {units}."),
}


@dataclass(frozen=True)
class Margin:
    """Limits within which weights, or steps of points between grades, do not change the list.

    table: name (group, or the grade above the step), low, value, high, each while the others keep their proportions.
    smallest_change: the least possible size of the largest move, when all may move together; inf when nothing
    changes the list. first_out, first_in: codes of the units that then change places, None without any.
    left_out: codes of units that lack a group. Weights are shares of 1, steps are points.
    """

    table: pd.DataFrame
    smallest_change: float
    first_out: str | None
    first_in: str | None
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Robustness:
    """Robustness of the bottom list of a family.

    k: places at the bottom, 0 for a bottom rule without places. rules: the grid.
    rows: COLUMNS, ranked units in the order of the ranking. listed: by the rule set. times: of `of` rules list the
    unit; share = times / of. listed_by: codes of those rules. only: the single kind of rule that lists the unit, null
    when several kinds do or none. any_weights: share of all possible weights under which the unit is among the k
    last; best_any, worst_any: bounds of its rank under all weights; null where weights are not examined.
    intervals: of the group weights; steps: of the points of the grades; None where a remark says why.
    by_one_kind: (unit code, kind) of all units listed by a single kind of rule, including units not ranked.
    remarks: codes of REMARKS.
    """

    release: str
    round: str
    category: str
    k: int
    rules: tuple[Rule, ...]
    rows: pd.DataFrame
    intervals: Margin | None
    steps: Margin | None
    by_one_kind: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]

    def sentences(self, language: str) -> list[str]:
        """Return the remarks as sentences."""
        left_out = self.intervals.left_out if self.intervals else ()
        facts = in_words({"units": left_out}, language)
        return [translate(REMARKS[code], language).format(**facts) for code in self.remarks]


@per_round
def robustness(round_: Round, category: str) -> Robustness:
    """Try the stated grid of rules on a category, or on ALL.

    The grid: the rule set itself; each group's weight times 0.5, 0.75, 1.25 and 1.5 (at most 1, the others keep their
    proportions); equal weights; every vote alike; each cut of the grades ("share of answers with this grade or
    better"); half and twice the minimum of votes. A rule equal to the rule set, or to another rule of the
    grid, counts once. All but the minimum consider only the units that the rule set ranks.

    Cuts and steps are computed from lines, not votes: the share of scored lines of each grade by group, a line with the
    weight of its indicator, then the weights of the groups. With several indicators, where votes have gaps, the
    steps may begin from a list that differs a little from the official list. A cut has no line in points, so the
    rule "last and below" has none; its intervals and any_weights are those of the places alone.

    Raises RoundNotFoundError, also for a round without votes.
    """
    found = families(round_, category)
    if not found:
        raise RoundNotFoundError(f"{round_.id} / {category}")
    return robustness_of(round_, found[0])


def robustness_of(round_: Round, family: Family) -> Robustness:
    """Try the stated grid of rules on a given family."""
    case = case_of(round_, family)
    rules = tuple(grid(case))
    intervals, steps = _weight_margin(case), _steps_margin(case)
    by_one = _by_one_kind(rules)
    rows = _rows(case, rules, dict(by_one))
    remarks = tuple(_remarks(case, intervals))
    return Robustness(
        family.release, family.round, family.name, family.places, rules, rows, intervals, steps, by_one, remarks
    )


def _remarks(case: Case, intervals: Margin | None) -> Iterator[str]:
    """Return why parts of the result are missing."""
    if not case.by_score:
        yield "not_by_score"
        return
    if case.tried_weights is None:
        yield "pooled" if case.weights is None else "one_group"
    if not case.counted:
        yield "no_places"
    elif case.family.rules.numeric is not None:
        yield "numeric"
    elif case.composed:
        yield "composed"
    elif case.lined:
        yield "line"
    elif len(case.levels) < 3:
        yield "two_grades"
    if intervals is not None and intervals.left_out:
        yield "left_out"


def _weight_margin(case: Case) -> Margin | None:
    if case.tried_weights is None or not case.counted:
        return None
    found = weight_intervals(case.means[case.family.ranked], case.tried_weights, case.family.places)
    return _margin(case, found, case.groups, case.tried_weights)


def _steps_margin(case: Case) -> Margin | None:
    if not case.counted or case.lined or len(case.levels) < 3 or case.composed:
        return None
    found = cut_intervals(case.shares[case.family.ranked], case.steps, case.family.places)
    return _margin(case, found, tuple("、".join(level) for level in case.levels[:-1]), case.steps)


def _margin(case: Case, found: WeightIntervals, names: tuple[str, ...], value: Floats) -> Margin:
    units = case.units[case.family.ranked]
    table = pd.DataFrame({"name": names, "low": found.low, "value": value, "high": found.high})
    first_out, first_in = (str(units[at]) if at >= 0 else None for at in (found.first_out, found.first_in))
    return Margin(table, found.smallest_change, first_out, first_in, tuple(units[~found.used]))


def _by_one_kind(rules: tuple[Rule, ...]) -> tuple[tuple[str, str], ...]:
    """Return units that only rules of a single kind list, with that kind, by code."""
    kinds: dict[str, set[str]] = {}
    for rule in rules:
        for code in rule.listed:
            kinds.setdefault(code, set()).add(rule.kind)
    return tuple((code, next(iter(own))) for code, own in sorted(kinds.items()) if len(own) == 1)


def _rows(case: Case, rules: tuple[Rule, ...], only: Mapping[str, str]) -> pd.DataFrame:
    """Return a row for each ranked unit, best first, ties in the order of the register."""
    family = case.family
    rank, _ = competition_ranks(family.ranked_score)
    rows = family.members[["unit_code", "unit_name"]].assign(rank=rank, score=family.scores.score)
    rows["n"] = family.moments.n.sum(axis=1)
    by = [tuple(rule.code for rule in rules if code in rule.listed) for code in rows["unit_code"]]
    rows["listed"] = ["official" in codes for codes in by]
    rows["times"] = [len(codes) for codes in by]
    rows["of"] = len(rules)
    rows["share"] = rows["times"] / max(1, len(rules))
    rows["listed_by"] = pd.Series(by, dtype="object")
    rows["only"] = pd.array([only.get(code) for code in rows["unit_code"]], dtype="string")
    rows = rows.join(_under_all_weights(case))[family.ranked]
    return rows.sort_values("rank", kind="stable", ignore_index=True)[list(COLUMNS)]


def _under_all_weights(case: Case) -> pd.DataFrame:
    """Return any_weights, best_any and worst_any in the order of the members."""
    means = np.where(case.family.ranked[:, None], case.means, np.nan)
    found = pd.DataFrame({"any_weights": np.full(len(means), np.nan), "best_any": 0, "worst_any": 0})
    if case.tried_weights is not None and case.by_score:
        found["best_any"], found["worst_any"] = dominance_bounds(means)
        if case.counted:
            found["any_weights"] = simplex_share(means, case.family.places, seed=case.family.seed)
    for name in ("best_any", "worst_any"):
        found[name] = pd.array([place or None for place in found[name].tolist()], dtype="Int64")
    return found
