"""What an import checks beyond a row: petitions that were late and are in time now, findings that decisions rest on.

Each check reads the tables with the rows of the file and names the rows of the file only.
"""

from collections.abc import Callable, Iterator, Mapping, Set
from datetime import date
from typing import Any

import pandas as pd

from data.model.across_tables import Finding, Tables
from data.model.working_days import CALENDAR_COLUMNS, work_calendar
from schemes.frame import days, records, texts
from schemes.inquiry.due_days import terms
from schemes.inquiry.measures import DECISION, FOUND, INQUIRY, PETITION, SETTINGS, Settings

Found = Iterator[Finding]
ENDS = (("accepted_on", "accept_due"), ("closed_on", "handle_due"))
"""What ends a term of a petition, and the last day of the term."""
LATER = date(2200, 1, 1)  # all that is entered was known by then
MOST_SHOWN = 20  # numbers in a sentence
_DAY = "%Y-%m-%d"


def of_petitions(keys: Set[str], tables: Tables, settings: Settings = SETTINGS) -> Found:
    """Warn of petitions that were late in an earlier file and are in time now: put back, or extended afterwards."""
    before, now = (_dated(tables, settings, before=before) for before in (True, False))
    if before.empty:
        return
    now = now[now.index.isin(keys & set(now.index) & set(before.index))]
    was = before.loc[now.index]
    as_of = pd.to_datetime(was["as_of"])
    for name, due in ENDS:
        ended, earlier = days(now, name), days(was, name)
        was_late = (earlier > was[due]) | (earlier.isna() & (as_of > was[due]))
        excused = now[was_late & ((ended <= now[due]) | (ended.isna() & (now[due] >= as_of)))]
        former = records(was.loc[excused.index])
        for key, row, earlier_row in zip(map(str, excused.index), records(excused), former, strict=True):
            yield _late_before(key, row, earlier_row, name, due)


def _late_before(key: str, row: Mapping[str, Any], was: Mapping[str, Any], name: str, due: str) -> Finding:
    """Return the warning at the day that was put back, or at the extension that moved the last day."""
    moved = row[due] != was[due] and not pd.isna(row["extended_on"])
    column = "extended_on" if moved and name == "closed_on" else name
    facts = {"key": row["petition_no"], "since": was["as_of"], "due": str(was[due].date())}
    facts |= {"old": "—" if pd.isna(was[column]) else was[column], "new": row[column]}
    return Finding("past_changed", "warning", column, key, facts)


def _dated(tables: Tables, settings: Settings, *, before: bool, calendar_before: bool = False) -> pd.DataFrame:
    """Return the petitions with the last days of their terms, before or with the rows of the file.

    calendar_before : by the calendar without the days of the file.
    """
    columns = ("petition_no", "received_on", "accepted_on", "extended_days", "extended_on", "closed_on", "as_of")
    found = tables(PETITION, columns, before=before)
    calendar = work_calendar(tables("work_calendar", CALENDAR_COLUMNS, before=calendar_before))
    dated = terms(found.reset_index(drop=True), calendar, settings)
    return dated.set_axis(found.index)


def of_inquiries(keys: Set[str], tables: Tables, settings: Settings = SETTINGS) -> Found:
    """Warn of findings that are lifted although decisions rest on them."""
    found = tables(INQUIRY, ("inquiry_no", "finding"))
    found = found[found.index.isin(keys & set(found.index)) & ~texts(found, "finding").isin(FOUND)]
    decided = tables(DECISION, ("measure_no", "inquiry_no")).groupby("inquiry_no", sort=True)["measure_no"]
    for key, row in zip(map(str, found.index), records(found), strict=True):
        if row["inquiry_no"] in decided.groups:
            numbers = sorted(map(str, decided.get_group(row["inquiry_no"])))
            shown = [*numbers[:MOST_SHOWN], *(["…"] if len(numbers) > MOST_SHOWN else [])]
            facts = {"decisions": shown, "given": row["finding"], "known": sorted(FOUND)}
            yield Finding("measure_without_finding", "warning", "inquiry_no", key, facts)


def of_calendar(keys: Set[str], tables: Tables, settings: Settings = SETTINGS) -> Found:
    """Tell which open petitions have another last day with the days of the file: of acceptance, then of handling."""
    before, now = (_dated(tables, settings, before=False, calendar_before=former) for former in (True, False))
    lines = []
    for name, due in ENDS:
        waiting = now[days(now, name).isna() & days(now, "closed_on").isna() & now[due].notna()]
        moved = waiting[before.loc[waiting.index, due].ne(waiting[due])]
        spans = (before.loc[moved.index, due].dt.strftime(_DAY), moved[due].dt.strftime(_DAY))
        lines += [f"{number} {old} → {new}" for number, old, new in zip(moved["petition_no"], *spans, strict=True)]
    if lines:
        shown = [*lines[:MOST_SHOWN], *(["…"] if len(lines) > MOST_SHOWN else [])]
        yield Finding("due_days_moved", "note", "date", facts={"count": len(lines), "shown": shown})


CHECKS: Mapping[str, Callable[..., Any]] = {
    PETITION: of_petitions,
    INQUIRY: of_inquiries,
    "work_calendar": of_calendar,
}
