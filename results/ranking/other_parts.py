"""Parts of the official score besides the ballots: components, points added or taken off, vetoes, and evidence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.composites import Parts, in_steps, on_lines, share_variance
from analytics.shares import exact_interval
from data.model.rule_features import RECORDS, Adjustment, Component
from data.model.rule_sets import RuleSet
from data.store.release import Round
from errors import BiaochiError
from i18n import N_
from results.missing import is_missing
from results.ranking.component_sources import Counts, Source, SourceNotFoundError, offered

Array: TypeAlias = NDArray[Any]

MISSING_PART, RENORMALISED, VETOED, PARTS_DECIDED = "missing_part", "part_left_out", "vetoed", "parts_decided"
"""Reasons of units: not ranked without a part; ranked on the other parts and never confirmed; vetoed; confirmed, which
the ballots alone would not.
"""
COMPONENT, DEDUCTION, BONUS, VOLUME, VETO = "component", "deduction", "bonus", "volume", "veto"
TABLE = ("unit_code", "kind", "part", "weight", "value", "base", "points", "evidence")


class CountedTwiceError(BiaochiError):
    """A matter that is behind two parts of the score of a unit."""

    message = N_(
        "One fact enters a score once. The matter {matter} of {unit} is behind {parts} in the round {round}. Correct "
        "the table of other scores; or, if it is to count in each, name the matter and the reason under "
        "[counted_twice] of the rule set."
    )

    def __init__(self, round_id: str, unit: str, matter: str, parts: str) -> None:
        super().__init__(round=round_id, unit=unit, matter=matter, parts=parts)


@dataclass(frozen=True)
class OtherParts:
    """Parts of the scores of the members of a family, in their order.

    parts : for `analytics.composites.composed`. table : TABLE, a row a unit and part that the rules name. value : share
    of the full marks, or number of services; base : cases of a measure; points : what the part adds to the score.
    reason : MISSING_PART, VETOED or None. left_out : shape (units,), scored without a part that is missing.
    vetoed : shape (units,).
    """

    parts: Parts
    table: pd.DataFrame
    reason: tuple[str | None, ...]
    left_out: NDArray[np.bool_]
    vetoed: NDArray[np.bool_]


@dataclass(frozen=True)
class _Part:
    """A component of every unit: points with the ends of their interval; NaN where it is missing."""

    weight: float
    points: Array
    variance: Array
    low: Array
    high: Array
    may_lack: bool


def other_parts(round_: Round, rules: RuleSet, units: list[str]) -> OtherParts | None:
    """Return the other parts of the scores of some units; None under rules whose score is that of the ballots.

    Raises SourceNotFoundError and CountedTwiceError.
    """
    features = rules.features
    if not (features.adjusted or features.veto):
        return None
    rows = _rows(round_)
    _refuse_twice(round_, rules, rows)
    lines: list[dict[str, object]] = []
    components = [
        _component(round_, rules, own, rows, units, lines) for own in features.components if own.source is not None
    ]
    ballots = next((own.weight for own in features.components if own.source is None), 1.0)
    weight, constant, variance, low, high, left_out = _joined(ballots, components, len(units))
    for adjustment, kind, sign in ((features.deductions, DEDUCTION, -1.0), (features.bonus, BONUS, 1.0)):
        added = _adjustment(adjustment, kind, sign, rows, units, lines)
        constant, low, high = constant + added, low + added, high + added
    coefficient = _coefficient(rules, rows, units, lines)
    constant = np.where(np.isnan(coefficient), np.nan, constant)
    vetoed = _vetoed(rules, rows, units, lines)
    parts = Parts(weight * np.nan_to_num(coefficient, nan=1.0), constant, variance, low, high)
    not_ranked = features.veto is not None and features.veto.effect == "not_ranked"
    reason = tuple(
        VETOED if veto and not_ranked else MISSING_PART if missing else None
        for veto, missing in zip(vetoed, np.isnan(constant), strict=True)
    )
    table = pd.DataFrame(lines, columns=list(TABLE))
    return OtherParts(parts, table, reason, left_out, vetoed)


def _joined(ballots: float, components: list[_Part], units: int) -> tuple[Array, ...]:
    """Return weight of the ballots, constant, variance, low and high of the sums, and units that lack a part."""
    present = ballots + np.zeros(units)
    constant, variance, low, high = (np.zeros(units) for _ in range(4))
    left_out, missing = np.zeros(units, dtype=bool), np.zeros(units, dtype=bool)
    for part in components:
        there = ~np.isnan(part.points)
        present += part.weight * there
        constant += part.weight * np.nan_to_num(part.points)
        variance += part.weight**2 * np.nan_to_num(part.variance)
        # Ends of the sum of independent parts lie at the root of the sum of squares (Zou and Donner 2008).
        low += (part.weight * np.nan_to_num(part.points - part.low)) ** 2
        high += (part.weight * np.nan_to_num(part.high - part.points)) ** 2
        left_out |= ~there & part.may_lack
        missing |= ~there & (not part.may_lack)
    constant, variance = constant / present, variance / present**2
    reach = np.sqrt(low) / present, np.sqrt(high) / present
    constant = np.where(missing, np.nan, constant)
    return ballots / present, constant, variance, constant - reach[0], constant + reach[1], left_out & ~missing


def _component(
    round_: Round,
    rules: RuleSet,
    own: Component,
    rows: pd.DataFrame,
    units: list[str],
    lines: list[dict[str, object]],
) -> _Part:
    """Return a component of every unit, and add its lines."""
    table, _, name = str(own.source).partition(":")
    sampled = False
    if table == RECORDS:
        share, base, evidence = _of_records(rows, name, own.full, units)
        met: Array = np.zeros(len(units))
    else:
        source = offered().get(table)
        if source is None:
            raise SourceNotFoundError(rules.name, own.name, table)
        met, base = _of_measure(round_, own, source, units)
        sampled = source.sampled
        share = np.where(base >= max(1, own.minimum), met / np.maximum(base, 1), np.nan)
        evidence = [f"{int(m)} / {int(n)}" if n else "" for m, n in zip(met, base, strict=True)]
    points = np.where(np.isnan(share), np.nan, on_lines(share, own.points))
    variance, low, high = np.zeros(len(units)), points.copy(), points.copy()
    if sampled:
        there = ~np.isnan(share)
        slope = _slope(own)
        variance = np.where(there, share_variance(met, base) * slope**2, 0.0)
        ends = exact_interval(met[there].astype(int), base[there].astype(int), rules.uncertainty.level)
        both = np.sort(np.stack([on_lines(end, own.points) for end in ends]), axis=0)
        low[there], high[there] = np.minimum(both[0], points[there]), np.maximum(both[1], points[there])
    for at, unit in enumerate(units):
        known = not np.isnan(points[at])
        lines.append(
            {
                "unit_code": unit,
                "kind": COMPONENT,
                "part": own.name,
                "weight": own.weight,
                "value": float(share[at]) if known else None,
                "base": int(base[at]) if sampled else None,
                "points": float(own.weight * points[at]) if known else None,
                "evidence": evidence[at],
            }
        )
    return _Part(own.weight, points, variance, low, high, own.missing == "renormalise")


def _slope(own: Component) -> float:
    """Return the steepest of the straight lines, points a share of 1: an error is never taken for smaller."""
    pairs = own.points
    steep = [abs((b[1] - a[1]) / (b[0] - a[0])) for a, b in pairwise(pairs)]
    return max(steep, default=0.0)


def _of_records(rows: pd.DataFrame, name: str, full: float, units: list[str]) -> tuple[Array, Array, list[str]]:
    """Return the share of the full marks of each unit, NaN without a row, no bases, and the evidence."""
    found = rows[rows["component"] == name].set_index("unit_code").reindex(units)
    most = found["max_points"].astype(float).fillna(full).to_numpy(dtype=float)
    share = found["points"].astype(float).to_numpy(dtype=float) / np.where(most > 0, most, np.nan)
    return share, np.zeros(len(units)), [str(text) for text in found["evidence"].fillna("")]


def _of_measure(round_: Round, own: Component, source: Source, units: list[str]) -> tuple[Array, Array]:
    """Return met cases and all cases of each unit in the days that count."""
    days = _days_that_count(round_, own)
    counts: Counts = source.counts(round_.release, *days) if days else {}
    pairs = [counts.get(unit, (0, 0)) for unit in units]
    return np.array([met for met, _ in pairs], dtype=float), np.array([base for _, base in pairs], dtype=float)


def _days_that_count(round_: Round, own: Component) -> tuple[date, date] | None:
    """Return the days of the round's year from the day after the declaration on; None if there are none."""
    if not round_.id[:4].isdecimal() or not int(round_.id[:4]):
        return None
    year = int(round_.id[:4])
    first, last = date(year, 1, 1), date(year, 12, 31)
    if own.declared is not None:
        first = max(first, own.declared + timedelta(days=1))
    return (first, last) if first <= last else None


def _adjustment(
    adjustment: Adjustment | None,
    kind: str,
    sign: float,
    rows: pd.DataFrame,
    units: list[str],
    lines: list[dict[str, object]],
) -> Array:
    """Return points that a deduction takes off (as a negative number) or a bonus adds, shape (units,)."""
    added = np.zeros(len(units))
    if adjustment is None:
        return added
    found = rows[rows["component"] == adjustment.source.partition(":")[2]]
    most = np.inf if adjustment.most is None else adjustment.most
    for row in found.to_dict("records"):
        if row["unit_code"] in units and not is_missing(row["points"]):
            points = sign * float(np.clip(abs(float(row["points"])), 0.0, most))
            added[units.index(str(row["unit_code"]))] = points
            lines.append(_line(row, kind, float(row["points"]), points))
    return added


def _coefficient(rules: RuleSet, rows: pd.DataFrame, units: list[str], lines: list[dict[str, object]]) -> Array:
    """Return the coefficient of the ballots' score of each unit, 1 without volume weights, NaN without a number."""
    volume = rules.features.volume
    if volume is None:
        return np.ones(len(units))
    found = rows[rows["component"] == volume.source.partition(":")[2]].set_index("unit_code").reindex(units)
    number = found["points"].astype(float).to_numpy(dtype=float)
    coefficient = np.where(np.isnan(number), np.nan, in_steps(np.nan_to_num(number), volume.steps))
    for unit, value, step in zip(units, number, coefficient, strict=True):
        known = not np.isnan(value)
        weight, services = (float(step), float(value)) if known else (None, None)
        row = {"unit_code": unit, "kind": VOLUME, "part": volume.source.partition(":")[2], "weight": weight}
        lines.append({**row, "value": services, "base": None, "points": None, "evidence": ""})
    return coefficient


def _vetoed(rules: RuleSet, rows: pd.DataFrame, units: list[str], lines: list[dict[str, object]]) -> Array:
    veto = rules.features.veto
    found = rows[:0] if veto is None else rows[rows["component"] == veto.source.partition(":")[2]]
    found = found[found["unit_code"].isin(units)]
    lines += [_line(row, VETO, None, None) for row in found.to_dict("records")]
    return np.isin(units, list(found["unit_code"]))


def _line(row: Mapping[Any, Any], kind: str, value: float | None, points: float | None) -> dict[str, object]:
    own = {"unit_code": row["unit_code"], "kind": kind, "part": row["component"], "weight": None, "value": value}
    evidence = "" if is_missing(row["evidence"]) else str(row["evidence"])
    return {**own, "base": None, "points": points, "evidence": evidence}


def _rows(round_: Round) -> pd.DataFrame:
    """Return the table of other scores of a round; empty if none was imported."""
    columns = ["unit_code", "component", "points", "max_points", "evidence", "matter_no"]
    return round_.records("component_score").reindex(columns=columns)


def _refuse_twice(round_: Round, rules: RuleSet, rows: pd.DataFrame) -> None:
    """Raise CountedTwiceError if a matter is behind two parts of a unit, unless the rules name it."""
    allowed = rules.features.counted_twice.matters
    known = (rows["matter_no"].fillna("") != "") & ~rows["matter_no"].isin(allowed)
    used = rows[rows["component"].isin(list(_names(rules))) & known]
    for (unit, matter), own in used.groupby(["unit_code", "matter_no"], sort=True):
        parts = [*sorted(own["component"]), *_measures_behind(round_, rules, str(unit), str(matter))]
        if len(parts) > 1:
            raise CountedTwiceError(round_.id, str(unit), str(matter), ", ".join(parts))


def _measures_behind(round_: Round, rules: RuleSet, unit: str, matter: str) -> Iterator[str]:
    """Yield the components whose measure counts a case of a matter for a unit."""
    for own in rules.features.components:
        source, days = offered().get(str(own.source)), _days_that_count(round_, own)
        if source is None or source.behind is None or days is None:
            continue
        if unit in source.behind(round_.release, *days, matter):
            yield own.name


def _names(rules: RuleSet) -> Iterator[str]:
    """Yield the components of the table of other scores that the rules name."""
    features = rules.features
    adjusting = (features.deductions, features.bonus, features.veto, features.volume)
    sources = [part.source for part in (*features.components, *adjusting) if part is not None]
    yield from (name for table, _, name in (str(source).partition(":") for source in sources) if table == RECORDS)
