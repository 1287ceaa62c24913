"""Statistical disclosure control: the results of a round that may be published on the public page or in the bundle.

For each unit these are its votes and, if it is ranked, score, interval, place, range of places and verdict; also votes
by group, and grades by category. Means of groups, grades of single units, totals of groups and shares of "don't know"
are never published: a unit knows its counts and could subtract them. Small numbers in the published tables are
withheld jointly (analytics.suppression), under the assumption that the totals of the groups are publicly known.
Intervals are printed to a coarser step and tried as well (reports.interval_leaks).

An export is judged together with everything public of the round before it (reports.disclosure_over_time.judge): a
category has new figures, repeats those printed before, or waits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analytics.moments import SCALE, Moments
from analytics.suppression import (
    Cells,
    Knowledge,
    Sum,
    Withheld,
    closed_in_integers,
    feasible,
    interval_is_open,
    interval_is_wide,
    is_small,
    suppress,
)
from data.model.rule_sets import RuleSet
from data.store.release import Round
from errors import BiaochiError
from i18n import N_
from reports.disclosure_over_time import NEW, REPEATED, WAITING, Judgement, judge
from reports.interval_leaks import finest_steps, outward, steps_of
from reports.public_facts import BETWEEN, Facts, PublicSet, UnitFacts
from results.missing import is_missing
from results.ranking.bottom_list import BottomList, bottom_list
from results.ranking.family import Family, families
from results.ranking.ranking import Ranking, ranking_of
from results.ranking.scoring_tables import moments_of, tables_of

Array: TypeAlias = NDArray[Any]

FIELDS = (
    *("unit_code", "unit_name", "category", "n", "n_by_group", "score", "score_low", "score_high"),
    *("rank", "rank_tied_to", "rank_best", "rank_worst", "verdict", "reason"),
)
OF_A_RANKED_UNIT = ("score", "score_low", "score_high")
INTERVAL = ("score_low", "score_high", "interval_step")
COLUMNS = (*FIELDS, "interval_step")
FEWEST_UNITS = 3
"""Fewest units of a category whose grades are published: with two units, each could compute the other's grades."""
MOST_GRADES = 10
"""Most grades of a published grade table; a round with marks from 0 to 100 has no grade table."""


class NothingPublishedError(BiaochiError):
    """The round has a register but no votes."""

    message = N_("The round {round} has no votes; there is nothing to publish.")

    def __init__(self, round_id: str) -> None:
        super().__init__(round=round_id)


class ErrorUnknownError(BiaochiError):
    """The scores of the round have no known error, so that what they disclose of few votes cannot be judged."""

    message = N_(
        "The rule set {rules} has scores of whose error nothing is known (trimmed, or formed indicator by indicator "
        "from incomplete ballots). Whether they give away how few people voted cannot be judged, so there is no public "
        "page. Publish by another rule set."
    )

    def __init__(self, rules: str) -> None:
        super().__init__(rules=rules)


class NothingNewError(BiaochiError):
    """All that a new public page could print would give away the few votes that changed since an earlier page."""

    message = N_(
        "No new figures of the round {round} can be published yet: since the public page of release {release} fewer "
        "than {smallest} votes of a unit changed in every category, and two pages that differ by so few votes give "
        "these votes away. That page stays; the change waits until more votes change."
    )

    def __init__(self, round_id: str, release: str, smallest: int) -> None:
        super().__init__(round=round_id, release=release[:16], smallest=smallest)


@dataclass(frozen=True)
class GradeTable:
    """Scored votes of one indicator by category and grade; None is withheld.

    counts : category -> one number a grade. totals : category -> their sum.
    """

    indicator: str
    grades: tuple[str, ...]
    counts: Mapping[str, tuple[int | None, ...]]
    totals: Mapping[str, int | None]


@dataclass(frozen=True)
class Published:
    """The public tables of a round.

    facts : what was counted. judgement : what may be printed of it. earlier : the sets that were public before.
    rows : COLUMNS of every unit, in the order of the ranking. None or NA is withheld or does not exist: `n` is None
        only where it is withheld, a group's number in `n_by_group` likewise. A unit without a rank has no score.
    lists : of each category the bottom list, as the office has it; `shown` says of whom it may speak.
    withheld_units, withheld_groups, withheld_grades : how many numbers are withheld: n with all that rests on it,
        numbers by group, numbers by grade.
    without_grades : categories whose grades are not published at all.
    ballots : of the round; None where their number may not be printed. alone : judged without the earlier sets.
    """

    release: str
    round: str
    rules: RuleSet
    groups: tuple[str, ...]
    facts: Facts
    judgement: Judgement
    earlier: tuple[PublicSet, ...]
    rows: pd.DataFrame
    lists: tuple[BottomList, ...]
    grades: tuple[GradeTable, ...]
    withheld_units: int
    withheld_groups: int
    withheld_grades: int
    without_grades: tuple[str, ...]
    ballots: int | None
    alone: bool

    @property
    def shown(self) -> frozenset[str]:
        """Return the codes of the units with published numbers, not only a name."""
        return frozenset(self.rows.loc[self.rows["n"].notna(), "unit_code"])

    @property
    def waiting(self) -> tuple[str, ...]:
        """Return the categories of which nothing but names is published."""
        return self.judgement.named(WAITING)

    def before(self, category: str) -> PublicSet | None:
        """Return the export that is repeated, or since which the change is too small; None for new figures."""
        against = self.judgement.categories[category].against
        return None if against is None else self.earlier[against]

    def standing(self, category: str) -> PublicSet | None:
        """Return the export whose figures of a category are repeated, None if they are not."""
        return self.before(category) if self.judgement.categories[category].how == REPEATED else None

    def since(self, category: str) -> str:
        """Return the release to which the printed figures of a category belong."""
        before = self.standing(category)
        return self.release if before is None else before.since.get(category, before.release)


def published(round_: Round, public_so_far: Sequence[PublicSet] = (), *, joint: bool = True) -> Published:
    """Return the public tables of a round, with each category ranked separately.

    public_so_far : the sets of this round that are public already, oldest first. joint : False leaves them out of the
    judgement, for pages that left before sets were kept.

    Raises RoundNotFoundError, NothingPublishedError, and NothingNewError if every category waits.
    """
    ranked_families = families(round_)
    if not ranked_families:
        raise NothingPublishedError(round_.id)
    rules, votes = ranked_families[0].rules, _Votes.of(round_)
    if any(family.no_error for family in ranked_families):
        raise ErrorUnknownError(rules.name)
    facts, smallest = _facts(round_, votes), rules.presentation.smallest_cell
    judgement = judge(facts, public_so_far if joint else (), smallest)
    waiting = judgement.named(WAITING)
    if len(waiting) == len(judgement.categories):
        against = judgement.categories[waiting[0]].against or 0
        raise NothingNewError(round_.id, public_so_far[against].release, smallest)
    ranking = ranking_of(round_, ranked_families)
    # Other parts of a score are known to readers; what is left of a printed score is that of the ballots.
    unpublished = [family.of_ballots for family in ranked_families if judgement.categories[family.name].how == NEW]
    fresh = votes.only({family.name for family in unpublished})
    limits = (
        _limits(fresh, unpublished, {name for name, judged in judgement.categories.items() if not judged.grades})
        if unpublished
        else None
    )
    lists = tuple(bottom_list(family, ranking) for family in ranked_families)
    tables = _grade_tables(limits.plan if limits else None, facts, judgement, public_so_far)
    rows = _public_rows(ranking, votes, fresh, limits, judgement, public_so_far)
    groups = _groups_of(rows, fresh)
    by_group = [{group: row.get(group, 0 if row else None) for group in groups} for row in rows["n_by_group"]]
    rows = rows.assign(n_by_group=pd.Series(by_group, index=rows.index, dtype=object))
    rows = _first_and_last(rows, ranking, rules)
    known = {name for table in tables for name in table.counts}
    return Published(
        round_.release.id,
        round_.id,
        rules,
        groups,
        facts,
        judgement,
        tuple(public_so_far),
        rows,
        lists,
        tables,
        int(rows["n"].isna().sum()),
        sum(n is None for numbers in rows["n_by_group"] for n in numbers.values()),
        sum(n is None for grade_table in tables for numbers in grade_table.counts.values() for n in numbers),
        tuple(sorted(set(votes.categories) - known - set(waiting))),
        facts.ballots if judgement.ballots else None,
        not joint,
    )


def _groups_of(rows: pd.DataFrame, fresh: "_Votes") -> tuple[str, ...]:
    """Return the groups with votes in what is printed: one more would tell that it voted on a waiting category."""
    voted = fresh.moments.n.sum(axis=0) > 0
    anew = {group for group, there in zip(fresh.groups, voted, strict=True) if there}
    standing = {group for row in rows["n_by_group"] for group, n in row.items() if group not in fresh.groups or n != 0}
    return tuple(sorted(anew | standing))


def facts_of(round_: Round) -> Facts:
    """Return what was counted in a round, and its rules. Raises RoundNotFoundError."""
    return _facts(round_, _Votes.of(round_))


def _facts(round_: Round, votes: "_Votes") -> Facts:
    rules = round_.scored_rules
    counts: dict[str, dict[str, dict[str, int]]] = {code: {} for code in votes.units}
    names = ("unit_code", "group_name", "indicator", "grade", "lines")
    for code, group, indicator, grade, lines in zip(*(votes.lines[name] for name in names), strict=True):
        by_grade = counts[str(code)].setdefault(str(group), {})
        key = f"{indicator}{BETWEEN}{grade}"
        by_grade[key] = by_grade.get(key, 0) + int(lines)
    units = {
        str(row["unit_code"]): UnitFacts(
            str(row["unit_name"]),
            str(row["category"]),
            "" if is_missing(row["participation"]) else str(row["participation"]),
            counts[str(row["unit_code"])],
        )
        for row in round_.units.to_dict("records")
    }
    points = dict(zip(votes.lines["grade"], votes.lines["points"], strict=True))
    weights = {name: _weights_of(rules, name) for name in votes.categories}
    return Facts(
        units,
        rules.digest,
        {str(grade): int(value) / SCALE for grade, value in points.items()},
        weights,
        rules.presentation.decimals,
        int(round_.about["evaluators"]),
    )


def _weights_of(rules: RuleSet, category: str) -> dict[str, float] | None:
    weights = rules.weights(category)
    return None if weights is None else {str(group): float(weight) for group, weight in weights.items()}


@dataclass(frozen=True)
class _Votes:
    """Counts of the round: votes by unit and group, lines by unit, group, indicator and grade."""

    units: tuple[str, ...]
    category: tuple[str, ...]
    groups: tuple[str, ...]
    moments: Moments
    lines: pd.DataFrame

    @classmethod
    def of(cls, round_: Round) -> "_Votes":
        tables = tables_of(round_)
        categories = tuple(tables.units["category"])
        parts = [round_.category_grades(name).assign(category=name) for name in sorted(set(categories))]
        lines = pd.concat(parts, ignore_index=True)
        lines = lines[lines["scored"].astype(bool) & lines["points"].notna() & (lines["lines"] > 0)]
        moments = moments_of(tables)
        groups = tuple(map(str, moments.groups))
        return cls(tuple(tables.units["unit_code"]), categories, groups, moments, lines.reset_index(drop=True))

    def only(self, categories: set[str]) -> "_Votes":
        """Return the votes on the units of some categories."""
        kept = [at for at, name in enumerate(self.category) if name in categories]
        return replace(
            self,
            units=tuple(self.units[at] for at in kept),
            category=tuple(self.category[at] for at in kept),
            moments=self.moments.select(kept),
            lines=self.lines[self.lines["category"].isin(categories)].reset_index(drop=True),
        )

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(sorted(set(self.category)))

    @property
    def indicators(self) -> tuple[str, ...]:
        return tuple(sorted(set(self.lines["indicator"])))

    def alike(self) -> Array:
        """Return the cells (units, groups) in which all votes have the same score."""
        m = self.moments
        return np.asarray(m.n * m.squares == m.total * m.total, dtype=bool)

    def units_alike(self) -> Array:
        """Return the units whose votes all have the same score, shape (units,)."""
        m = self.moments.pooled()
        return np.asarray(m.n * m.squares == m.total * m.total, dtype=bool)[:, 0]


class _Plan:
    """The cells of all public tables of a round, and which of them are withheld."""

    def __init__(self, votes: _Votes, smallest: int, forced: set[int], without_grades: set[str]) -> None:
        self.votes, self._smallest = votes, smallest
        self._counts: list[int] = []
        self._sums: list[Sum] = []
        n = votes.moments.n
        self.cell = self._add(n.ravel()).reshape(n.shape)
        self.unit = self._add(n.sum(axis=1))
        self._sums += [Sum(int(self.unit[j]), tuple(map(int, self.cell[j]))) for j in range(len(n))]
        self._group = self._add(n.sum(axis=0))
        self._sums += [Sum(int(self._group[g]), tuple(map(int, self.cell[:, g]))) for g in range(n.shape[1])]
        self.grades: dict[tuple[str, str], tuple[tuple[str, ...], Array, int]] = {}
        self._add_grades(without_grades)
        self.withheld = self._suppress(forced)

    @property
    def with_grades(self) -> set[str]:
        """Return the categories whose grades are published at least in part."""
        return {category for _, category in self.grades}

    def number(self, cell: int) -> int | None:
        """Return a number as published; None if it is withheld."""
        return None if self.withheld.cells[cell] else self._counts[cell]

    def grade_tables(self) -> list[GradeTable]:
        """Return a table for each indicator that counts towards the score."""
        found = []
        for indicator in self.votes.indicators:
            own = {category: place for (name, category), place in self.grades.items() if name == indicator}
            if own:
                grades = next(iter(own.values()))[0]
                counts = {name: tuple(self.number(int(cell)) for cell in cells) for name, (_, cells, _) in own.items()}
                totals = {name: self.number(total) for name, (_, _, total) in own.items()}
                found.append(GradeTable(indicator, grades, counts, totals))
        return found

    def _add(self, counts: Array) -> Array:
        first = len(self._counts)
        self._counts += [int(count) for count in counts]
        return np.arange(first, first + len(counts))

    def _add_grades(self, without: set[str]) -> None:
        """Add grades by category. With a single indicator they add up to the votes of the units."""
        votes, one = self.votes, len(self.votes.indicators) == 1
        voted = self.votes.moments.n.sum(axis=1) > 0
        for indicator in votes.indicators:
            lines = votes.lines[votes.lines["indicator"] == indicator]
            # Grades with equal points are ordered by name, so that the page is the same on every machine.
            best_first = lines.sort_values(["points", "grade"], ascending=[False, True])
            grades = tuple(map(str, best_first["grade"].unique()))
            for category in votes.categories:
                units = [j for j, name in enumerate(votes.category) if name == category and voted[j]]
                if category in without or len(units) < FEWEST_UNITS or len(grades) > MOST_GRADES:
                    continue
                own = lines[lines["category"] == category].groupby("grade")["lines"].sum().reindex(grades).fillna(0)
                cells = self._add(own.to_numpy(dtype=np.int64))
                total = int(self._add(np.array([own.sum()]))[0])
                self._sums.append(Sum(total, tuple(map(int, cells))))
                if one:
                    self._sums.append(Sum(total, tuple(int(self.unit[j]) for j in units)))
                self.grades[indicator, category] = (grades, cells, total)

    def _suppress(self, forced: set[int]) -> Withheld:
        """Withhold small cells. forced: units whose numbers by group are all withheld."""
        counts, m = np.array(self._counts, dtype=np.int64), self.votes.moments
        primary = np.zeros(len(counts), dtype=bool)
        primary[self.cell] = is_small(m.n, self._smallest, self.votes.alike())
        primary[self.cell[sorted(forced)]] |= m.n[sorted(forced)] > 0
        primary[self.unit] = is_small(m.n.sum(axis=1), self._smallest, self.votes.units_alike())
        for _, cells, _ in self.grades.values():
            primary[cells] = is_small(counts[cells], self._smallest)
        kept = np.zeros(len(counts), dtype=bool)
        kept[self.unit] = ~primary[self.unit]
        kept[self._group] = True
        found = suppress(Cells(counts, tuple(self._sums), kept), primary, self._smallest)
        if not len(found.exposed):
            return found
        unknown = tuple(one for one in self._sums if one.total not in set(self._group.tolist()))
        return suppress(Cells(counts, unknown, kept), primary, self._smallest)


@dataclass(frozen=True)
class _Limits:
    """The limits of new figures: the plan of the cells, and unit -> step of its interval."""

    plan: _Plan
    steps: Mapping[int, float]


def _limits(votes: _Votes, found: list[Family], without_grades: set[str]) -> _Limits:
    """Withhold cells and check whether scores and intervals still disclose a small number; repeat until none does.

    without_grades : categories whose grades are not published in any case.
    """
    smallest = found[0].rules.presentation.smallest_cell
    steps = _interval_steps(votes, found, smallest)
    forced = {j for j, step in steps.items() if step is None}
    without = _subtractable(votes, smallest) | without_grades
    while True:
        plan = _Plan(votes, smallest, forced, without)
        leaks = [_leaks(plan, family, smallest) for family in found]
        units = {j for leak in leaks for j in leak.units} - forced
        categories = {family.name for family, leak in zip(found, leaks, strict=True) if leak.by_grades}
        if units:
            forced |= units
        elif categories & plan.with_grades:
            without |= categories
        else:
            coarsest = steps_of(found[0].rules.presentation.decimals)[-1]
            return _Limits(plan, {j: coarsest if step is None else step for j, step in steps.items()})


def _interval_steps(votes: _Votes, found: list[Family], smallest: int) -> dict[int, float | None]:
    """Return the step of the interval of each ranked unit; None: too coarse ones give a small number away too."""
    steps: dict[int, float | None] = {}
    for family in found:
        inner = _Inner(votes, family)
        ranked = np.flatnonzero(family.ranked).tolist()
        if len(votes.indicators) != 1 or smallest <= 1:
            finest: float | None = steps_of(family.rules.presentation.decimals)[0]
            step_of = dict.fromkeys(ranked, finest)
        else:
            step_of = finest_steps(family, inner.counts, inner.points, ranked, smallest)
        steps |= {int(inner.units[at]): step for at, step in step_of.items()}
    return steps


def _subtractable(votes: _Votes, smallest: int) -> set[str]:
    """Return the categories whose totals by indicator would disclose a withheld unit.

    With one indicator the total of the grades is the votes of the units, and a Sum says so. With several each total is
    that but for blank lines, mostly none: no Sum can say so, and a reader subtracts the other units all the same.
    """
    if len(votes.indicators) == 1:
        return set()
    hidden = is_small(votes.moments.n.sum(axis=1), smallest, votes.units_alike())
    return {name for name, few in zip(votes.category, hidden, strict=True) if few}


@dataclass(frozen=True)
class _Leak:
    """Units whose score discloses a small number, and whether the grades of the category contribute or are affected."""

    units: frozenset[int]
    by_grades: bool


def _leaks(plan: _Plan, family: Family, smallest: int) -> _Leak:
    """Return what the published scores of a family disclose together with all other published numbers.

    That is a small number of equal grades of one group on one unit, or a withheld number of grades of the category.
    Units with votes of one group only are left out: their grades follow from the score. Integers are tried: a
    score to two decimals often fits only one set of votes of its unit, and with the grades of the category three units
    of 30 votes fitted only two. A withheld number of grades is tried with fractions as well, which are quicker.
    """
    if len(plan.votes.indicators) != 1:
        return _Leak(frozenset(), False)
    inner = _Inner(plan.votes, family)
    inner.printed_votes(plan)
    inner.printed_scores(plan)
    several = (plan.votes.moments.n > 0).sum(axis=1) > 1
    few = (inner.counts > 0) & (inner.counts < smallest) & several[inner.units][:, None, None]
    asked, start = np.flatnonzero(few & inner.scored[:, None, None]), inner.counts.ravel()
    low, high = feasible(inner.knowledge(), asked, interval_is_open, start=start, whole=True)
    alone = asked[~interval_is_open(low, high)]
    hidden = inner.printed_grades(plan, smallest)
    asked, start = np.flatnonzero(few), np.concatenate([start, inner.hidden_counts])
    together = closed_in_integers(inner.knowledge(), asked, inner.unit_of_unknowns(), start)
    low, high = feasible(inner.knowledge(), hidden, interval_is_wide(smallest), start=start)
    given_away = np.concatenate([alone, together]) // inner.width
    units = frozenset(int(inner.units[at]) for at in given_away)
    return _Leak(units, len(together) > 0 or not interval_is_wide(smallest)(low, high).all())


class _Inner:
    """Votes by unit, group and grade of a family, and the published facts about them."""

    def __init__(self, votes: _Votes, family: Family) -> None:
        self._votes, self._family = votes, family
        lines = votes.lines[votes.lines["category"] == family.name]
        self.units = np.array([votes.units.index(code) for code in family.members["unit_code"]], dtype=np.int64)
        levels = lines.drop_duplicates("grade").sort_values(["points", "grade"], ascending=[False, True])
        self._grades = tuple(map(str, levels["grade"]))
        self.points = levels["points"].to_numpy(dtype=np.float64) / SCALE
        self.counts = np.zeros((len(self.units), len(votes.groups), len(self._grades)), dtype=np.int64)
        codes = list(family.members["unit_code"])
        at = (
            pd.Categorical(lines["unit_code"], categories=codes).codes,
            pd.Categorical(lines["group_name"], categories=list(votes.groups)).codes,
            pd.Categorical(lines["grade"], categories=list(self._grades)).codes,
        )
        np.add.at(self.counts, at, lines["lines"].to_numpy(dtype=np.int64))
        self.width = int(np.prod(self.counts.shape[1:]))
        self._index = np.arange(self.counts.size).reshape(self.counts.shape)
        self.scored = np.zeros(len(self.units), dtype=bool)
        self.hidden_counts = np.zeros(0, dtype=np.int64)
        self._rows: list[tuple[Array, Array]] = []
        self._low: list[float] = []
        self._high: list[float] = []

    def knowledge(self) -> Knowledge:
        """Return all facts added so far."""
        row = np.repeat(np.arange(len(self._rows)), [len(cells) for cells, _ in self._rows])
        none = np.zeros(0, dtype=np.int64)
        cells = np.concatenate([none, *(cells for cells, _ in self._rows)])
        values = np.concatenate([none, *(values for _, values in self._rows)])
        shape = (len(self._rows), self.counts.size + len(self.hidden_counts))
        facts = sparse.csr_array((values, (row, cells)), shape=shape)
        return Knowledge(facts, np.array(self._low), np.array(self._high))

    def unit_of_unknowns(self) -> Array:
        """Return the position of the unit that each unknown is about; -1 for withheld numbers of the category."""
        return np.concatenate([self._index.ravel() // self.width, np.full(len(self.hidden_counts), -1)])

    def printed_votes(self, plan: _Plan) -> None:
        """Add the votes of a unit and of its groups."""
        for at, j in enumerate(self.units.tolist()):
            numbers = [plan.number(int(cell)) for cell in plan.cell[j]]
            for group, n in enumerate(numbers):
                if n is not None:
                    self._fact(self._index[at, group], 1.0, n, n)
            n = plan.number(int(plan.unit[j]))
            if n is not None:
                self._fact(self._index[at].ravel(), 1.0, n, n)

    def printed_scores(self, plan: _Plan) -> None:
        """Add scores of ranked units, rounded as published; they are informative if the numbers by group are."""
        half = 0.5 * 10.0**-self._family.rules.presentation.decimals
        for at, j in enumerate(self.units.tolist()):
            per_vote = self._weight_of_a_vote(plan, j)
            if self._family.ranked[at] and per_vote is not None and plan.number(int(plan.unit[j])):
                score = float(self._family.scores.score[at])
                values = np.outer(per_vote, self.points).ravel()
                self._fact(self._index[at].ravel(), values, score - half, score + half)
                self.scored[at] = True

    def printed_grades(self, plan: _Plan, smallest: int) -> Array:
        """Add the grades of the category and return the unknowns: small numbers that are withheld."""
        hidden: list[int] = []
        for (_, category), (grades, cells, _) in plan.grades.items():
            for grade, cell in zip(grades, cells, strict=True):
                if category != self._family.name or grade not in self._grades:
                    continue
                own = self._index[:, :, self._grades.index(grade)].ravel()
                n, count = plan.number(int(cell)), int(self.counts.ravel()[own].sum())
                if n is not None:
                    self._fact(own, 1.0, n, n)
                elif 0 < count < smallest:
                    unknown = self.counts.size + len(hidden)
                    self._fact(np.append(own, unknown), np.append(np.ones(len(own)), -1.0), 0, 0)
                    hidden.append(count)
        self.hidden_counts = np.array(hidden, dtype=np.int64)
        return self.counts.size + np.arange(len(hidden))

    def _weight_of_a_vote(self, plan: _Plan, j: int) -> Array | None:
        """Return the weight of a vote of each group in the score of unit j; None if a number it needs is withheld."""
        n = self._votes.moments.n[j]
        if self._family.weights is None:
            return np.full(len(n), 1.0 / max(1, int(n.sum())))
        weight = np.array([float(self._family.weights.get(group, 0.0)) for group in self._votes.groups])
        weight = np.where(n > 0, weight, 0.0)
        if any(plan.number(int(cell)) is None for cell in plan.cell[j][weight > 0]):
            return None
        return np.asarray(weight / (weight.sum() or 1.0) / np.maximum(n, 1), dtype=np.float64)

    def _fact(self, cells: Array, values: float | Array, low: float, high: float) -> None:
        self._rows.append((cells, np.broadcast_to(np.asarray(values, dtype=np.float64), cells.shape)))
        self._low.append(float(low))
        self._high.append(float(high))


def _grade_tables(
    plan: _Plan | None, facts: Facts, judgement: Judgement, sets: Sequence[PublicSet]
) -> tuple[GradeTable, ...]:
    """Return the tables of grades: new ones, and those of categories that are repeated as they were printed.

    Only grades of tables that are printed have a column: one more would tell how somebody in a waiting category voted.
    """
    parts = list(plan.grade_tables()) if plan else []
    for name in judgement.named(REPEATED):
        printed = sets[judgement.categories[name].against or 0].grades
        parts += [_of_category(table, name) for table in printed if name in table["counts"]]
    tables = []
    for indicator in sorted({part.indicator for part in parts}):
        own = [part for part in parts if part.indicator == indicator]
        grades = {grade for part in own for grade in part.grades}
        best_first = tuple(sorted(grades, key=lambda grade: (-facts.points.get(grade, 0.0), grade)))
        counts = {
            name: tuple(dict(zip(part.grades, row, strict=True)).get(grade, 0) for grade in best_first)
            for part in own
            for name, row in part.counts.items()
        }
        totals = {name: total for part in own for name, total in part.totals.items()}
        ordered = {name: counts[name] for name in sorted(counts)}
        tables.append(GradeTable(indicator, best_first, ordered, {name: totals[name] for name in ordered}))
    return tuple(tables)


def _of_category(table: Mapping[str, Any], name: str) -> GradeTable:
    counts, totals = {name: tuple(table["counts"][name])}, {name: table["totals"][name]}
    return GradeTable(str(table["indicator"]), tuple(table["grades"]), counts, totals)


def _public_rows(
    ranking: Ranking,
    votes: _Votes,
    fresh: _Votes,
    limits: _Limits | None,
    judgement: Judgement,
    sets: Sequence[PublicSet],
) -> pd.DataFrame:
    """Return the rows of a ranking, limited to what may be published. fresh : votes of categories with new figures."""
    place = {code: j for j, code in enumerate(fresh.units)}
    category = dict(zip(votes.units, votes.category, strict=True))
    shown: list[dict[str, object]] = []
    for row in ranking.rows[list(FIELDS)].to_dict("records"):
        code = str(row["unit_code"])
        judged = judgement.categories[category[code]]
        repeated = sets[judged.against or 0].rows.get(code) if judged.how == REPEATED else None
        if repeated is not None:
            shown.append(dict(repeated))
            continue
        named = {str(name): None if is_missing(value) else value for name, value in row.items()}
        # Of a repeated category only places that the earlier page printed are printed again.
        if judged.how in (WAITING, REPEATED) or limits is None:
            kept = {name: named[name] for name in ("unit_code", "unit_name", "category")}
            shown.append(dict.fromkeys(COLUMNS) | kept | {"n_by_group": {}})
            continue
        again = (judged.intervals or {}).get(code)
        before = None if again is None else _row_of(sets[again], code, str(row["unit_name"]))
        shown.append(_public_row(named, place[code], fresh, limits, before))
    return pd.DataFrame(shown, columns=list(COLUMNS), dtype=object)


def _first_and_last(rows: pd.DataFrame, ranking: Ranking, rules: RuleSet) -> pd.DataFrame:
    """Return the rows of the first and last places that the rules publish; all where they name no number.

    Units of one place are published together, and units that are not ranked or wait stay.
    """
    wanted = rules.features.publication
    if wanted is None:
        return rows
    ranked = ranking.rows[ranking.rows["rank"].notna()]
    size = ranked.groupby("category")["unit_code"].transform("size")
    first, last = ranked["rank"] <= wanted.first, size - ranked["rank_tied_to"] < wanted.last
    left_out = set(ranked.loc[~(first | last), "unit_code"])
    return rows[~rows["unit_code"].isin(left_out)].reset_index(drop=True)


def _row_of(one: PublicSet, code: str, name: str) -> Mapping[str, Any] | None:
    """Return the row of a unit in an earlier export, by its code or its name."""
    by_name = {row["unit_name"]: row for row in one.rows.values()}
    return one.rows.get(code) or by_name.get(name)


def _public_row(
    row: dict[str, object], j: int, votes: _Votes, limits: _Limits, before: Mapping[str, Any] | None
) -> dict[str, object]:
    """Return the row of a unit with new figures. before : printed row of the same votes, whose interval is repeated."""
    plan = limits.plan
    row["n"] = plan.number(int(plan.unit[j]))
    cells = zip(votes.groups, plan.cell[j], strict=True)
    row["n_by_group"] = {group: plan.number(int(cell)) for group, cell in cells}
    if row["n"] is None:
        row |= dict.fromkeys((*OF_A_RANKED_UNIT, "rank", "rank_tied_to", "rank_best", "rank_worst", "verdict"))
    if row["rank"] is None:
        return row | dict.fromkeys((*OF_A_RANKED_UNIT, *INTERVAL))
    if before is not None and before["score_low"] is not None:
        return row | {name: before[name] for name in INTERVAL}
    step = limits.steps[j]
    low, high = outward(float(str(row["score_low"])), float(str(row["score_high"])), step)
    return row | dict(zip(INTERVAL, (low, high, step), strict=True))
