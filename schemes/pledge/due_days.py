"""Pledges with their state on a day, from the book of the evaluation: a number has one source.

The frame `pledges` holds the lines of `results.pledges.register.PledgeBook` of all rounds that have begun.
"""

from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from data.model.record_keys import year_of
from results.pledges.counts import states
from results.pledges.progress import quarter_report
from results.pledges.register import default_as_of, pledge_rounds
from schemes.frame import BEGUN
from schemes.pledge.measures import COLUMNS, Settings

if TYPE_CHECKING:
    from data.store.release import Release, Round

TABLES = ()  # nothing is added to frames: FRAMES has all


def pledge_lines(release: "Release", as_of: date, settings: Settings) -> pd.DataFrame:
    """Return COLUMNS of every pledge of the rounds up to the year of a day, as of that day or the round's last."""
    rounds = [release.round(name) for name in pledge_rounds(release)]
    begun = [round_ for round_ in rounds if (year_of(round_.id) or as_of.year) <= as_of.year]
    parts = [_of_round(round_, as_of, settings) for round_ in begun if len(round_.records("pledges"))]
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))
    if len(found):
        found.attrs[BEGUN] = found["due_day"].min().replace(month=1, day=1)
    return found


def _of_round(round_: "Round", as_of: date, settings: Settings) -> pd.DataFrame:
    report = quarter_report(round_, min(as_of, default_as_of(round_, as_of)), settings.report_days)
    lines, year = report.warnings, year_of(round_.id) or as_of.year
    first, last = pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31)
    due = pd.to_datetime(lines["due"], format="ISO8601").astype("datetime64[s]")
    added: dict[str, Any] = {
        "state": states(lines, round_.id, report.as_of),
        "due_on": due,
        "due_day": due.fillna(last)
        .mask(due < first, first)
        .mask(due > last, last),  # a pledge is of its round, whatever its day
        "running_round": _runs(round_, as_of),
    }
    return lines.assign(**added)[list(COLUMNS)]


def _runs(round_: "Round", as_of: date) -> bool:
    """Return whether the round is not over on a day: its to-do list is then that of the day."""
    return default_as_of(round_, as_of) >= as_of


def latest_day(release: "Release") -> date | None:
    """Return the day of the last check of the newest round, else the last day of its year; None without pledges."""
    for name in pledge_rounds(release):
        round_ = release.round(name)
        if len(round_.records("pledges")):
            checked = round_.records("progress")["check_date"].dropna()
            return date.fromisoformat(str(checked.max())) if len(checked) else date(year_of(name) or 2025, 12, 31)
    return None


FRAMES = {"pledges": pledge_lines}
