"""Results of a unit: its place in every round, and its groups, indicators and grades in a single round."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.laws import VoteCounts
from analytics.moments import SCALE, Moments, Pairs
from analytics.scores import scores_from_moments
from analytics.suppression import is_small
from analytics.verdicts import CONFIRMED
from data.model.rule_sets import RuleSet
from data.store.release import Release, Round
from errors import BiaochiError
from i18n import N_, translate
from results import number_format
from results.ranking.family import Family
from results.ranking.lineage import codes_of
from results.ranking.ranking import Ranking
from results.ranking.rows import rows_of_unit
from results.ranking.scoring_tables import scored_units
from results.ranking.statements import ALONE, p_words
from results.ranking.verdicts import claims_by_rule, rank_sets_of

OVERALL = ""
WITHHELD = N_("not shown")
TOO_FEW = N_(
    "Means of fewer than {count} votes are not shown. Where a group that counts in the score gave so few, the "
    "means of the other groups are not shown either: with the score they would reveal it."
)
MEANS = ("indicator", "group", "n", "mean", "low", "high", "too_few")
COMPARED = ("category_mean", "category_min", "category_max")


@dataclass(frozen=True)
class UnitHistory:
    """Ranking rows of a unit, newest round first, each with its round."""

    release: str
    unit: str
    name: str
    rounds: list[dict[str, object]]

    def up_to(self, round_id: str) -> "UnitHistory":
        """Return the history that ends with a round, as it was when that round was the newest."""
        return replace(self, rounds=[row for row in self.rounds if str(row["round"]) <= round_id])

    @property
    def confirmed_in_a_row(self) -> int:
        """Return how many of its newest rounds, without a gap, confirmed the unit at the bottom."""
        verdicts = [row["verdict"] for row in self.rounds]
        return next((at for at, verdict in enumerate(verdicts) if verdict != CONFIRMED), len(verdicts))


@dataclass(frozen=True)
class UnitDetail:
    """Results of a unit in a round.

    groups: MEANS and COMPARED, a row a group, from complete votes. indicators: the same by indicator and group.
    grades: indicator, group, grade, kind, points, lines, share (of the scored lines; NaN for unscored kinds).
    Means of fewer than presentation.smallest_cell votes are NaN and marked too_few; their grades are left out. Where a
    scoring group has so few, this applies to all groups: score and other means would reveal its mean.
    """

    unit: str
    round: str
    name: str
    category: str
    rules: RuleSet
    groups: pd.DataFrame
    indicators: pd.DataFrame
    grades: pd.DataFrame
    scored_indicators: frozenset[str]


@dataclass(frozen=True)
class Alone:
    """A ranked unit examined by itself: marginal rank set, p-values without the correction for an entire list."""

    best: int
    worst: int
    confirm_p: float
    clear_p: float


class UnitNotFoundError(BiaochiError):
    """Absence of the unit, or of any votes on it, in the round."""

    message = N_("The round {round} has no votes on a unit with the code {unit}.")

    def __init__(self, round_id: str, unit: str) -> None:
        super().__init__(round=round_id, unit=unit)


def unit(release: Release, code: str, rankings: list[Ranking]) -> UnitHistory:
    """Return a unit through the rounds of `rankings`, newest first, renamings followed; empty for an unknown code."""
    codes = codes_of(release, code)
    rows = [row for ranking in rankings for own in codes for row in rows_of_unit(ranking, own)]
    return UnitHistory(release.id, code, str(rows[0]["unit_name"]) if rows else code, rows)


def alone(family: Family, code: str) -> Alone:
    """Test a unit as if it were the only question. Raises UnitNotFoundError unless it is ranked."""
    codes = list(family.members["unit_code"])
    if code not in codes or not family.ranked[codes.index(code)]:
        raise UnitNotFoundError(family.round, code)
    at = codes.index(code)
    sets = rank_sets_of(family, alone=at)
    claims = claims_by_rule(family)
    best, worst = int(sets.best[at]), int(sets.worst[at])
    return Alone(best, worst, float(claims.confirm_raw[at]), float(claims.clear_raw[at]))


def alone_sentence(found: Alone, language: str) -> str:
    """Return the statement for statisticians on a unit examined by itself."""
    return translate(ALONE, language).format(
        places=number_format.places(found.best, found.worst),
        confirm=p_words(found.confirm_p),
        clear=p_words(found.clear_p),
    )


def detail(round_: Round, code: str) -> UnitDetail:
    """Return a unit in a round. Raises UnitNotFoundError."""
    units = round_.units.set_index("unit_code")
    if code not in units.index or round_.cells.empty:
        raise UnitNotFoundError(round_.id, code)
    rules = round_.scored_rules
    category = str(units.loc[code, "category"])
    members = [name for name in units.index if units.loc[name, "category"] == category]
    place = {name: position for position, name in enumerate(units.index)}
    moments = scored_units(round_).moments.select([place[name] for name in members])
    lines = round_.category_grades(category)
    everyone = dict(list(round_.query("points_by_group").groupby("indicator")))
    withheld = _small_group(moments, code, rules, category)
    by_indicator = [
        _means(_moments_of_lines(part, members, everyone[name]), code, rules, str(name), withheld)
        for name, part in lines[lines["points"].notna()].groupby("indicator", sort=False)
    ]
    return UnitDetail(
        code,
        round_.id,
        str(units.loc[code, "unit_name"]),
        category,
        rules,
        _means(moments, code, rules, OVERALL, withheld),
        pd.concat(by_indicator, ignore_index=True) if by_indicator else _no_means(),
        _grades(lines[:0] if withheld else lines[lines["unit_code"] == code], rules),
        frozenset(map(str, lines.loc[lines["scored"], "indicator"])),
    )


def _small_group(moments: Moments, code: str, rules: RuleSet, category: str) -> bool:
    """Return whether a scoring group gave the unit fewer votes than may be shown."""
    n, weights = moments.n[moments.units.index(code)], rules.weights(category)
    counts = np.array([weights is None or weights.get(str(group), 0) > 0 for group in moments.groups], dtype=bool)
    return bool(is_small(n[counts], rules.presentation.smallest_cell).any())


def _means(moments: Moments, code: str, rules: RuleSet, indicator: str, withheld: bool) -> pd.DataFrame:
    """Compare mean and interval of the unit in every group with its category. withheld: show no means."""
    at = moments.units.index(code)
    rows = []
    for position, group in enumerate(moments.groups):
        n = int(moments.n[at, position])
        if n == 0:
            continue
        weights = {name: float(name == group) for name in moments.groups}
        scores = scores_from_moments(moments, weights)
        low, high = scores.interval(rules.uncertainty.level)
        few = withheld or n < rules.presentation.smallest_cell
        own = (scores.score[at], low[at], high[at]) if not few else (np.nan,) * 3
        enough = scores.score[moments.n[:, position] >= rules.presentation.smallest_cell]
        compared = _compared(enough)
        rows.append((indicator, str(group), n, *own, few, *compared))
    return pd.DataFrame(rows, columns=[*MEANS, *COMPARED]) if rows else _no_means()


def _compared(scores: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return mean, smallest and largest of the units of the category that have enough votes."""
    if not len(scores):
        return np.nan, np.nan, np.nan
    return float(scores.mean()), float(scores.min()), float(scores.max())


def _no_means() -> pd.DataFrame:
    return pd.DataFrame(columns=[*MEANS, *COMPARED])


def _moments_of_lines(lines: pd.DataFrame, members: list[str], everyone: pd.DataFrame) -> Moments:
    """Return moments of an indicator's lines: an evaluator has one line on a unit, so no pairs exist here.

    everyone: the lines of all units of the round by group and points, for the totals of each group.
    """
    groups = tuple(sorted(set(lines["group_name"])))
    unit_at = pd.Categorical(lines["unit_code"], categories=members).codes.astype(np.int64)
    group_at = pd.Categorical(lines["group_name"], categories=list(groups)).codes.astype(np.int64)
    count = lines["lines"].to_numpy(dtype=np.int64)
    points = lines["points"].to_numpy(dtype=np.int64)
    n, total, squares = (np.zeros((len(members), len(groups)), dtype=np.int64) for _ in range(3))
    for target, value in ((n, count), (total, count * points), (squares, count * points * points)):
        np.add.at(target, (unit_at, group_at), value)
    whole = everyone.assign(lines=everyone["lines"].map(int), points=everyone["points"].map(int))
    own = [whole[whole["group_name"] == group] for group in groups]
    sums = [tuple(int((part["lines"] * part["points"] ** power).sum()) for part in own) for power in (0, 1, 2)]
    counts = _counts_of_lines(unit_at, group_at, lines, whole, n.shape, groups)
    return Moments(tuple(members), groups, n, total, squares, Pairs.none(), *sums, counts=counts)


def _counts_of_lines(
    unit: NDArray[np.int64],
    group: NDArray[np.int64],
    lines: pd.DataFrame,
    everyone: pd.DataFrame,
    shape: tuple[int, int],
    groups: tuple[str, ...],
) -> VoteCounts:
    """Return the lines of the members by points; the lines of all units of the round are the groups' distribution."""
    known = everyone[everyone["group_name"].isin(groups)]
    last = np.full(len(known), shape[0], dtype=np.int64)
    theirs = pd.Categorical(known["group_name"], categories=list(groups)).codes.astype(np.int64)
    points = np.concatenate([lines["points"].to_numpy(dtype=np.int64), known["points"].to_numpy(dtype=np.int64)])
    count = np.concatenate([lines["lines"].to_numpy(dtype=np.float64), known["lines"].to_numpy(dtype=np.float64)])
    place = np.concatenate([unit, last]), np.concatenate([group, theirs])
    table = VoteCounts.of_rows(*place, points / SCALE, count, (shape[0] + 1, shape[1]))
    return VoteCounts(table.value, table.count[:-1], table.count[-1])


def _grades(lines: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Return counts of grades by indicator and group; groups with too few scored lines are left out."""
    frame = lines.rename(columns={"group_name": "group"}).drop(columns=["unit_code", "scored"])
    scored = frame["lines"].where(frame["kind"] == "scored", 0)
    base = scored.groupby([frame["indicator"], frame["group"]]).transform("sum")
    frame = frame.assign(share=(frame["lines"] / base.where(base > 0)).where(frame["kind"] == "scored"))
    return frame[base >= rules.presentation.smallest_cell].reset_index(drop=True)
