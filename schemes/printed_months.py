"""Months whose circular was issued: the figures that it printed are kept, and later documents say what has changed."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from data.store.closing import Closing, Compared, close_month, closings, compared
from errors import UsageError
from schemes.chosen import Chosen, choose, rows
from schemes.frame import ALL, Period, records
from schemes.scheme import Scheme

if TYPE_CHECKING:
    from data.store import Store
    from data.store.release import Release

PRINTED_BY = (ALL, "unit", "place")
"""Ways to divide the figures of a month that are kept."""


@dataclass(frozen=True)
class Correction:
    """A figure of a closed month that is another now. closed : day on which the month was closed."""

    month: str
    closed: str
    figure: Compared


def month_rows(chosen: Chosen) -> pd.DataFrame:
    """Return the figures of a period that are kept when it is closed: in total, by unit and by place."""
    ways = [by for by in PRINTED_BY if by == ALL or any(by in measure.by for measure in chosen.scheme.measures)]
    return pd.concat([rows(chosen.by(by)) for by in ways], ignore_index=True)


def close(store: "Store", release: "Release", scheme: Scheme, month: str, note: str = "", who: str = "") -> Closing:
    """Close a month with the figures of a release as of its newest day. Raises UsageError, also before it is over."""
    period = Period.of(month)
    day = scheme.latest_day(release) or period.last
    if day < period.last:
        raise UsageError(
            "The newest file gives the state of {day}; the month {month} was not over on that day.",
            day=day.isoformat(),
            month=month,
        )
    figures = records(month_rows(choose(scheme, release, period, day)))
    return close_month(store, scheme.name, month, figures, release.id, note, who)


def corrections(chosen: Chosen) -> list[Correction]:
    """Return what has changed in closed months since they were printed, in the order of months."""
    from data.store import Store

    store = Store(chosen.registers.release.store)
    found: list[Correction] = []
    for closing in closings(store, chosen.scheme.name):
        whole = Chosen(chosen.scheme, chosen.registers, chosen.asked)
        now = records(month_rows(whole.over(Period.of(closing.month))))
        pairs = compared(closing.figures(store.path), now)
        found += [Correction(closing.month, closing.time[:10], pair) for pair in pairs if pair.changed]
    return found


def is_closed(store: "Store", scheme: Scheme, month: str) -> date | None:
    """Return the day on which a month was closed; None while it is open."""
    days = {closing.month: closing.time[:10] for closing in closings(store, scheme.name)}
    return date.fromisoformat(days[month]) if month in days else None
