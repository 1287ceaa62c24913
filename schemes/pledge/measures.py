"""Pledges by state, and what has to be done.

Every pledge of a period is due in it, without a day at the end of its year.

Frame `pledges`, COLUMNS: the lines of the evaluation's book, so that a number is that of the page of pledges.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from schemes.frame import (
    ATTENTION,
    COUNTED,
    SHARE,
    Asked,
    Frames,
    Measure,
    counts,
    days,
    flags,
    parts_of,
    setting,
    shares,
    texts,
)

STATES = ("kept", "missed", "running", "unknown", "adjusted", "cancelled")
TO_DO = ("overdue", "due_this_quarter", "not_reported", "unverified", "no_reason")
"""What has to be done, most urgent first; a pledge is listed once, for the first that holds."""
COLUMNS = (
    *("pledge_id", "unit_code", "kind", "area", "due_on", "due_day", "state", "status", "running_round"),
    *("verified_met", "reported_met", *TO_DO),
)


@dataclass(frozen=True)
class Settings:
    """Settings of the scheme. report_days : working days after a quarter in which its report is due."""

    report_days: int = setting(10, low=1, high=60)


SETTINGS = Settings()


def _due(frames: Frames, asked: Asked) -> pd.DataFrame:
    pledges = frames["pledges"]
    return pledges[asked.period.holds(days(pledges, "due_day"))]


def _pledged(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    return counts(_due(frames, asked), asked)


def _in_state(state: str) -> Callable[[Frames, Asked, Settings], pd.DataFrame]:
    """Return a measure: pledges in a state, of those of the period."""

    def measure(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
        pledges = _due(frames, asked)
        return parts_of(pledges, asked, pledges["state"] == state)

    return measure


def _marked(name: str) -> Callable[[Frames, Asked, Settings], pd.DataFrame]:
    """Return a measure: pledges with a mark of the book, of those of the period."""

    def measure(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
        pledges = _due(frames, asked)
        return parts_of(pledges, asked, flags(pledges, name))

    return measure


def _met(name: str) -> Callable[[Frames, Asked, Settings], pd.DataFrame]:
    """Return a measure: the share met by a source, of the pledges whose outcome it knows; adjusted ones are in none."""

    def measure(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
        pledges = _due(frames, asked)
        known = pledges[pledges[name].notna() & (texts(pledges, "status") != "adjusted")]
        return shares(known, asked, flags(known, name))

    return measure


def attention(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return ATTENTION: the pledges of rounds that are not over, most urgent first, with the days to their due day."""
    if "pledges" not in frames:
        return pd.DataFrame(columns=list(ATTENTION), dtype=object)
    pledges = frames["pledges"]
    open_ = pledges[flags(pledges, "running_round") & pledges[list(TO_DO)].astype(bool).any(axis=1)]
    what = [next(name for name in TO_DO if row[name]) for row in open_[list(TO_DO)].to_dict("records")]
    due = days(open_, "due_on")
    left = (due - pd.Timestamp(asked.as_of)).dt.days
    listed = open_.assign(what=what, key=open_["pledge_id"], day=due, days=left, order=[*map(TO_DO.index, what)])
    listed = listed.sort_values(["order", "day", "key"], kind="stable")
    return listed.reindex(columns=list(ATTENTION)).astype(object)


TABLES = ("pledges",)
DIVIDED = ("unit", "kind", "month", "quarter")
MEASURES: tuple[Measure[Settings], ...] = (
    Measure("pledged", "pledges", "pledges_due", DIVIDED, _pledged, TABLES),
    *(Measure(state, "pledges", "pledges_due", DIVIDED, _in_state(state), TABLES) for state in STATES),
    Measure("overdue", "pledges", "pledges_due", DIVIDED, _marked("overdue"), TABLES, good="low"),
    Measure("unverified", "pledges", "pledges_due", DIVIDED, _marked("unverified"), TABLES, good="low"),
    Measure("verified_met", SHARE, "verified_pledges", DIVIDED, _met("verified_met"), TABLES, COUNTED, "high"),
    Measure("reported_met", SHARE, "reported_pledges", DIVIDED, _met("reported_met"), TABLES, COUNTED, "high"),
)
