"""Points, receptions, outings and pairings: planned against done, and what came of it.

A day counts once at a point, however many records it has. More done than planned is shown as it is in tables and
capped at 100% in shares. The calendar comes from the clock as the frame `clock`: year, elapsed and worked (working days
of the year up to and including the as-of day, and in all).

Frames, with the fields of the tables of the scheme: `contact_point`, `reception`, `outing`, `pairing`, `person`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pandas as pd

from schemes.frame import (
    MONTH,
    SHARE,
    Asked,
    Frames,
    Measure,
    Period,
    answers,
    counts,
    days,
    groups,
    numbers,
    records,
    share,
    shares,
    sums,
    texts,
)

LEADER, HOUSEHOLD, LIVE = "领导干部", "户", "在帮"
POINTS = (
    *("point_no", "year", "person_code", "unit_code", "place_code", "planned", "done", "planned_by_then", "difference"),
    "share",
)
PLAN = ("person_code", "unit_code", "first", "last", "held", "met")
ATTENTION = ("what", "key", "unit_code", "day", "days")


@dataclass(frozen=True)
class Settings:
    """Settings of the scheme. reception_months : rank to the months in which a leader receives people at least once.

    log_days : a pairing without a log for longer is listed.
    """

    reception_months: Mapping[str, int] = field(
        default_factory=lambda: {"市级": 3, "县级": 1}, metadata={"low": 1, "high": 12}
    )
    log_days: int = 90


def planned_by_then(planned: int, elapsed: int, worked: int) -> int:
    """Return the visits that should be done after so many working days of the year, rounded down."""
    return planned * elapsed // worked if worked else 0


def points(frames: Frames, as_of: date) -> pd.DataFrame:
    """Return POINTS, a row for every point of a year. difference : done minus planned by then, negative if behind.

    done : different days with an outing to the point, or a reception at its place by its leader. share : of the plan of
    the year, at most 1; None where nothing is planned.
    """
    clock = {int(row["year"]): (int(row["elapsed"]), int(row["worked"])) for row in records(frames["clock"])}
    outings, held = _days_of_outings(frames["outing"], as_of), _days_of_receptions(frames["reception"], as_of)
    rows = []
    for row in records(frames["contact_point"]):
        year, planned = int(row["year"]), int(row["planned"])
        at = outings.get(row["point_no"], set()) | held.get((row["person_code"], row.get("place_code")), set())
        done = sum(day.year == year for day in at)
        due = planned_by_then(planned, *clock[year])
        counted = {"year": year, "planned": planned, "done": done, "planned_by_then": due, "difference": done - due}
        rows.append({**row, **counted})
        rows[-1]["share"] = share(min(done, planned), planned)
    table = pd.DataFrame(rows, columns=list(POINTS), dtype=object)
    return table.where(table.notna(), None)


def _days_of_outings(outings: pd.DataFrame, as_of: date) -> dict[object, set[date]]:
    found: dict[object, set[date]] = {}
    for row in records(outings.assign(day=days(outings, "date"))):
        if row.get("point_no") and row["day"] <= pd.Timestamp(as_of):
            found.setdefault(row["point_no"], set()).add(row["day"].date())
    return found


def _days_of_receptions(receptions: pd.DataFrame, as_of: date) -> dict[tuple[object, object], set[date]]:
    found: dict[tuple[object, object], set[date]] = {}
    for row in records(receptions.assign(day=days(receptions, "date"))):
        if row.get("place_code") and row["day"] <= pd.Timestamp(as_of):
            found.setdefault((row["person_code"], row["place_code"]), set()).add(row["day"].date())
    return found


def reception_plan(frames: Frames, period: Period, as_of: date, settings: Settings) -> pd.DataFrame:
    """Return PLAN: a row for every leader and span of months that ended in the period and by the as-of day.

    A span counts if the leader served on each of its days; it is met with at least one reception.
    """
    receptions = frames["reception"]
    day = days(receptions, "date")
    rows = []
    for person in records(frames["person"]):
        months = settings.reception_months.get(str(person.get("rank")), 0)
        spans = _spans(period, months) if months and person.get("role") == LEADER else ()
        for span in spans:
            if span.last <= as_of and _served(person, span):
                held = int((span.holds(day) & (receptions["person_code"] == person["person_code"])).sum())
                about = (person["person_code"], person.get("unit_code"), span.first, span.last)
                rows.append((*about, held, held > 0))
    return pd.DataFrame(rows, columns=list(PLAN))


def _spans(period: Period, months: int) -> Iterator[Period]:
    """Yield the spans of so many months, counted from January, that end in the period."""
    first = Period(date(period.first.year, 1, 1), period.last)
    parts = [Period.of(name) for name, _ in first.parts(MONTH)]
    for part in parts:
        if part.last.month % months == 0 and period.first <= part.last <= period.last:
            yield Period(date(part.last.year, part.last.month - months + 1, 1), part.last)


def _served(person: Mapping[str, Any], span: Period) -> bool:
    start, end = (str(person.get(name) or "")[:10] for name in ("valid_from", "valid_to"))
    after = (span.last + timedelta(days=1)).isoformat()
    return start <= span.first.isoformat() and (not end or end >= after)


def live_pairings(pairings: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Return the pairings that are live on a day: start <= day < end."""
    day, end = pd.Timestamp(as_of), days(pairings, "end")
    return pairings[(days(pairings, "start") <= day) & (end.isna() | (end > day))]


def twice_paired(pairings: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Return the live pairings of households with several live pairings."""
    live = live_pairings(pairings, as_of)
    households = live[(live["partner_kind"] == HOUSEHOLD) & (texts(live, "partner_code") != "")]
    return households[households.duplicated("partner_code", keep=False)]


def attention(frames: Frames, as_of: date, settings: Settings) -> pd.DataFrame:
    """Return ATTENTION: receptions not announced, leaders without a reception, points not visited, idle pairings."""
    today = pd.Timestamp(as_of)
    receptions, pairings = frames["reception"], live_pairings(frames["pairing"], as_of)
    announced, held = days(receptions, "announced_on"), days(receptions, "date")
    plan = reception_plan(frames, Period(date(as_of.year, 1, 1), as_of), as_of, settings)
    unvisited = points(frames, as_of)
    unvisited = unvisited[(unvisited["done"] == 0) & (unvisited["planned_by_then"].astype(int) > 0)]
    started = days(pairings, "start")
    idle = pairings[(numbers(pairings, "logs") == 0) & (started + pd.Timedelta(days=settings.log_days) < today)]
    parts = [
        ("not_announced", receptions[announced.isna() | (announced > held)], "reception_no", "date"),
        ("no_reception", plan[~plan["met"].astype(bool)], "person_code", "last"),
        ("no_visit", unvisited, "point_no", ""),
        ("no_log", idle, "pair_no", "start"),
    ]
    return pd.concat([_listed(*part, today) for part in parts], ignore_index=True)


def _listed(what: str, rows: pd.DataFrame, key: str, day: str, today: pd.Timestamp) -> pd.DataFrame:
    last = days(rows, day)
    listed = rows.assign(what=what, key=rows[key], day=last, days=(today - last).dt.days)
    return listed.reindex(columns=list(ATTENTION)).astype(object)


def _held(frames: Frames, asked: Asked) -> pd.DataFrame:
    table = frames["reception"]
    day = days(table, "date")
    return table[asked.period.holds(day) & (day <= pd.Timestamp(asked.as_of))]


def _receptions(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    return counts(_held(frames, asked), asked)


def _of_receptions(column: str) -> Callable[[Frames, Asked, Settings], pd.DataFrame]:
    """Return a measure: the sum of a column of the receptions of the period."""

    def measure(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
        return sums(_held(frames, asked), asked, column)

    return measure


def _announced(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    held = _held(frames, asked)
    return shares(held, asked, days(held, "announced_on") <= days(held, "date"))


def _plan_met(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    plan = reception_plan(frames, asked.period, asked.as_of, settings)
    return shares(plan, asked, plan["met"].astype(bool))


def _outings(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    table = frames["outing"]
    return counts(table[asked.period.holds(days(table, "date"))], asked)


def _points_of(frames: Frames, asked: Asked) -> pd.DataFrame:
    """Return the points of the years that the period touches, with a plan."""
    table = points(frames, min(asked.as_of, asked.period.last))
    return table[
        table["year"].astype("int64").between(asked.period.first.year, asked.period.last.year) & (table["planned"] > 0)
    ]


def _visits_done(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return the share of planned visits done; more than planned at a point does not make up for another point."""
    table = _points_of(frames, asked)
    return answers((key, *_share_of_plan(part)) for key, part in groups(table, asked.by))


def _share_of_plan(part: pd.DataFrame) -> tuple[float | None, int]:
    planned = numbers(part, "planned")
    done = numbers(part, "done").clip(upper=planned)
    return share(int(done.sum()), int(planned.sum())), int(planned.sum())


def _live(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    return counts(live_pairings(frames["pairing"], min(asked.period.last, asked.as_of)), asked)


def _signed(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return the share of logs that the household signed, of live pairings."""
    live = live_pairings(frames["pairing"], min(asked.period.last, asked.as_of))
    parts = [
        (key, int(numbers(part, "signed").sum()), int(numbers(part, "logs").sum()))
        for key, part in groups(live, asked.by)
    ]
    return answers((key, share(signed, logs), logs) for key, signed, logs in parts)


TIMES = ("month", "quarter")
HELD = ("reception",)
OF_HELD = ("post", "place", *TIMES)
VISITED = ("contact_point", "outing", "reception", "clock")
MEASURES: tuple[Measure[Settings], ...] = (
    Measure("receptions", "receptions", "receptions", OF_HELD, _receptions, HELD, public=True),
    Measure("plan_met", SHARE, "leader_spans", ("post", "unit"), _plan_met, ("reception", "person"), good="high"),
    Measure("announced", SHARE, "receptions", OF_HELD, _announced, HELD, good="high"),
    Measure("groups", "groups", "receptions", OF_HELD, _of_receptions("groups"), HELD, public=True),
    Measure("people", "people", "receptions", OF_HELD, _of_receptions("people"), HELD, public=True),
    Measure("raised", "matters", "receptions", OF_HELD, _of_receptions("raised"), HELD, public=True),
    Measure("solved_there", "matters", "receptions", OF_HELD, _of_receptions("solved_there"), HELD, public=True),
    Measure("taken_over", "matters", "receptions", OF_HELD, _of_receptions("taken_over"), HELD, public=True),
    Measure("outings", "outings", "outings", ("unit", "place", "kind", *TIMES), _outings, ("outing",)),
    Measure("visits_done", SHARE, "visits_planned", ("post", "unit", "place"), _visits_done, VISITED, good="high"),
    Measure("pairings", "pairings", "pairings", ("post", "unit"), _live, ("pairing",)),
    Measure("signed", SHARE, "logs", ("post", "unit"), _signed, ("pairing",), good="high"),
)
