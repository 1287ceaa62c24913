"""What an import checks beyond a row: repetitions of repetitions, the order of events, answers that were put back, and
visits outside a service, too many on a day, or all on the last day of a month.

Each check reads the tables with the rows of the file and names the rows of the file only.
"""

import calendar as months
from collections.abc import Callable, Iterator, Mapping, Set
from datetime import date
from typing import Any

import pandas as pd

from data.model.across_tables import Finding, Tables
from data.model.clock import AFTER_DUE, BEFORE_RECEIPT, NO_DAYS, NOT_PAUSED, OVERLAPS, Event, handled
from data.model.working_days import CALENDAR_COLUMNS, Calendar, work_calendar
from i18n import N_
from problems import Term
from schemes.echo.due_days import SORTS, terms_of, with_due_days
from schemes.echo.measures import SETTINGS, Settings
from schemes.frame import days, numbers, records

Found = Iterator[Finding]
TITLE = N_("Opinions of residents")
MOST_VISITS = 40  # by a person on a day; ten minutes each would be seven hours
FEWEST_ON_LAST_DAY = 2  # visits of a grid in a month: a single visit may well fall on its last day
MOST_SHOWN = 20  # numbers in a sentence
WHY = {
    BEFORE_RECEIPT: N_("it is before the day of receipt"),
    AFTER_DUE: N_("it begins after the due day and cannot cure lateness"),
    OVERLAPS: N_("it overlaps another pause"),
    NO_DAYS: N_("it ends before it has begun"),
    NOT_PAUSED: N_("nothing was paused"),
}
FIRST_DAY = "1970-01-01"
LATER = date(2200, 1, 1)  # all that is entered was known by then
_DAY = "%Y-%m-%d"


def _calendar(tables: Tables, *, before: bool = False) -> Calendar:
    return work_calendar(tables("work_calendar", CALENDAR_COLUMNS, before=before))


def _shown(numbers: pd.Series) -> list[str]:
    listed = [str(number) for number in numbers[:MOST_SHOWN]]
    return [*listed, "…"] if len(numbers) > MOST_SHOWN else listed


def of_opinions(keys: Set[str], tables: Tables, settings: Settings = SETTINGS) -> Found:
    """Check opinions: a repetition names the first, no answer is put back, answers on days off are shown."""
    refused = list(_repeated(keys, tables))
    yield from refused
    known = {finding.key for finding in refused}
    yield from (finding for finding in _excused(keys, tables, settings) if finding.key not in known)
    yield from _put_back(keys, tables, settings)
    yield from _on_days_off(keys, tables)


def _repeated(keys: Set[str], tables: Tables) -> Found:
    """Refuse a repetition of a repetition, also if the first becomes a repetition now, and of a later opinion."""
    table = tables("opinion", ("opinion_no", "received_at", "duplicate_of"), given="duplicate_of")
    own = table[table.index.isin(keys & set(table.index))]
    if own.empty:
        return
    of = dict(zip(table["opinion_no"], table["duplicate_of"], strict=True))
    for key, of_row in own.loc[own["duplicate_of"].isin(list(of)), "duplicate_of"].items():
        facts = {"table": Term(TITLE), "first": _first(str(of_row), of)}
        yield Finding("unknown_reference", "error", "duplicate_of", str(key), facts)
    others = table[~table.index.isin(own.index)].groupby("duplicate_of", sort=True)["opinion_no"]
    for key, number in own.loc[own["opinion_no"].isin(list(others.groups)), "opinion_no"].items():
        named = {"table": Term(TITLE), "repeated_by": _shown(others.get_group(number))}
        yield Finding("unknown_reference", "error", "duplicate_of", str(key), named)
    yield from _of_later(own, tables)


def _of_later(repetitions: pd.DataFrame, tables: Tables) -> Found:
    """Refuse a repetition of an opinion that came in on a later day: the term would begin again."""
    received = tables("opinion", ("opinion_no", "received_at"))
    received = received[received["opinion_no"].isin(repetitions["duplicate_of"])]
    first = repetitions["duplicate_of"].map(
        dict(zip(received["opinion_no"], days(received, "received_at"), strict=True))
    )
    for key, day in first[first > days(repetitions, "received_at")].items():
        facts = {"table": Term(TITLE), "later": day.date().isoformat()}
        yield Finding("unknown_reference", "error", "duplicate_of", str(key), facts)


def _excused(keys: Set[str], tables: Tables, settings: Settings) -> Found:
    """Warn of repetitions that were counted, and overdue or late, in an earlier file: they are in no share any more."""
    columns = ("opinion_no", "received_at", "nature", "channel", "answered_at", "duplicate_of")
    now = tables("opinion", columns, given="duplicate_of")
    now = now[now.index.isin(keys & set(now.index))]
    if now.empty:
        return
    before = tables("opinion", (*columns, "as_of"), before=True)
    counted = before[before.index.isin(now.index) & before["duplicate_of"].isna()]
    due, answered = _due(counted, tables, settings), days(counted, "answered_at")
    late = counted[(answered > due) | (answered.isna() & (pd.to_datetime(counted["as_of"]) > due))]
    for key, row in zip(map(str, late.index), records(late), strict=True):
        facts = {"key": row["opinion_no"], "since": row["as_of"], "overdue": str(due[key].date())}
        yield Finding("past_changed", "warning", "duplicate_of", key, {**facts, "new": now.at[key, "duplicate_of"]})


def _first(number: str, of: Mapping[str, str]) -> str:
    seen: set[str] = set()
    while number in of and number not in seen:
        seen.add(number)
        number = of[number]
    return number


def _put_back(keys: Set[str], tables: Tables, settings: Settings) -> Found:
    """Warn of answers that are now in time although the opinion was overdue in an earlier file."""
    columns = ("opinion_no", "received_at", "nature", "channel", "answered_at")
    before = tables("opinion", (*columns, "as_of"), before=True)
    if before.empty:
        return
    now = tables("opinion", columns, given="answered_at")
    moved = now.join(before["answered_at"].rename("earlier"), how="inner")
    moved = moved[moved["earlier"].ne(moved["answered_at"]).fillna(True)]
    moved = moved[moved.index.isin(keys & set(moved.index))]
    if moved.empty:
        return
    since = before["as_of"].loc[moved.index]
    due = _due(moved, tables, settings)
    earlier, answered = days(moved, "earlier"), days(moved, "answered_at")
    was_late = (earlier > due) | (earlier.isna() & (pd.to_datetime(since) > due))
    late = moved[was_late & (answered <= due)]
    for key, row in zip(map(str, late.index), records(late), strict=True):
        facts = {"key": row["opinion_no"], "since": since[key], "due": str(due[key].date())}
        facts |= {"old": "—" if pd.isna(row["earlier"]) else row["earlier"], "new": row["answered_at"]}
        yield Finding("past_changed", "warning", "answered_at", key, facts)


def _due(opinions: pd.DataFrame, tables: Tables, settings: Settings, *, before: bool = False) -> pd.Series:
    """Return the due days of opinions. before: by the calendar without the days of the file."""
    events = tables("opinion_event")
    own = events[events["opinion_no"].isin(opinions["opinion_no"])]
    frames = {"opinion": opinions, "opinion_event": own}
    dated = with_due_days(frames, _calendar(tables, before=before), LATER, settings)["opinion"]
    return dated["due"].set_axis(opinions.index)


def _on_days_off(keys: Set[str], tables: Tables) -> Found:
    """Tell of answers on days that are not worked; they count."""
    answers = tables("opinion", ("opinion_no", "answered_at"), given="answered_at")
    calendar, answered = _calendar(tables), days(answers, "answered_at")
    off = {day for day in answered.unique() if not calendar.is_working_day(pd.Timestamp(day).date())}
    own = answers[answered.isin(list(off))]
    own = own[own.index.isin(keys & set(own.index))]
    if len(own):
        yield Finding("day_off", "note", "answered_at", facts={"count": len(own), "shown": _shown(own["opinion_no"])})


def of_events(keys: Set[str], tables: Tables, settings: Settings = SETTINGS) -> Found:
    """Check events: in order, not before receipt; note extensions without effect."""
    events = tables("opinion_event", ("opinion_no", "at", "event", "days"))
    own = events[events.index.isin(keys & set(events.index))]
    touched = events[events["opinion_no"].isin(own["opinion_no"])]
    opinions = tables("opinion", ("opinion_no", "received_at", "nature", "channel"))
    opinions = opinions[opinions["opinion_no"].isin(own["opinion_no"])].reset_index(drop=True)
    received = dict(zip(opinions["opinion_no"], days(opinions, "received_at").dt.date, strict=True))
    terms = dict(zip(opinions["opinion_no"], terms_of(opinions, settings), strict=True))
    calendar, refused = _calendar(tables), False
    for number, part in touched.groupby("opinion_no", sort=True):
        if number in received:
            for finding in _of_opinion(part, set(own.index), received[number], int(terms[number]), calendar, settings):
                refused = refused or finding.level == "error"
                yield finding
    if not refused:
        yield from _excused_by_events(set(own.index), touched, tables, settings)


def _excused_by_events(in_file: set[str], events: pd.DataFrame, tables: Tables, settings: Settings) -> Found:
    """Tell of opinions that were late in their last file and are not any more, by events that are entered now.

    A note: whoever imports the register of a month before its events does nothing wrong.
    """
    columns = ("opinion_no", "received_at", "nature", "channel", "answered_at", "as_of")
    opinions = tables("opinion", columns, before=True)
    opinions = opinions[opinions["opinion_no"].isin(events["opinion_no"])]
    if opinions.empty:
        return
    earlier = events[~events.index.isin(in_file)]
    late, still = (_late(opinions, known, _calendar(tables), settings) for known in (earlier, events))
    excused = opinions["opinion_no"][late & ~still]
    if len(excused):
        yield Finding("excused_by_events", "note", "event", facts={"count": len(excused), "shown": _shown(excused)})


def _late(opinions: pd.DataFrame, events: pd.DataFrame, calendar: Calendar, settings: Settings) -> pd.Series:
    """Return which opinions were answered late, or overdue as of the day of their file, and not withdrawn."""
    frames = {"opinion": opinions, "opinion_event": events}
    dated = with_due_days(frames, calendar, LATER, settings)["opinion"].set_axis(opinions.index)
    answered = days(dated, "answered_at")
    late = (answered > dated["due"]) | (answered.isna() & (pd.to_datetime(opinions["as_of"]) > dated["due"]))
    return (late | dated["late_before"]) & ~dated["withdrawn"]


def _of_opinion(
    events: pd.DataFrame, in_file: set[str], received: date, term: int, calendar: Calendar, settings: Settings
) -> Found:
    """Check the events of an opinion.

    in_file : keys of the rows of the file.
    """
    columns = (events.index, days(events, "at").dt.date, events["event"], numbers(events, "days"))
    rows = list(zip(*columns, strict=True))
    last = max(key for key, *_ in rows if key in in_file)
    known = {}
    for key, day, word, count in rows:
        if day < received:
            yield _out_of_order(key if key in in_file else last, word, day, BEFORE_RECEIPT)
        elif word in SORTS:
            known[Event(day, SORTS[word], int(count))] = (key, word)
    limits = {"most": settings.max_extensions, "longest": settings.max_days}
    handling = handled(calendar, received, term, list(known), most=settings.max_extensions, longest=settings.max_days)
    for event, why in handling.refused:
        key, word = known[event]
        yield _out_of_order(key if key in in_file else last, word, event.day, why)
    for event in handling.without_effect:
        key, word = known[event]
        if key in in_file:
            facts = {"event": word, "day": event.day.isoformat(), **limits}
            yield Finding("without_effect", "note", "event", key, facts)


def _out_of_order(key: str, word: str, day: date, why: str) -> Finding:
    facts = {"event": word, "day": day.isoformat(), "why": Term(WHY[why])}
    return Finding("event_order", "error", "event", key, facts)


def of_visits(keys: Set[str], tables: Tables, settings: Settings = SETTINGS) -> Found:
    """Check visits: inside the service of the visitor, not too many on a day, not all on the last day of a month."""
    visits = tables("visit", ("visit_date", "person_code", "place_code"))
    visits = visits.assign(own=visits.index.isin(keys & set(visits.index)))
    yield from _outside_service(visits[visits["own"]], tables)
    yield from _too_many(visits)
    yield from _on_last_day(visits)


def _outside_service(visits: pd.DataFrame, tables: Tables) -> Found:
    """Warn of visits outside all spans of a person; such visits are not counted."""
    persons = tables("person", ("person_code", "valid_from", "valid_to"))
    different = visits[["person_code", "visit_date"]].drop_duplicates()
    pairs = different.merge(persons, on="person_code")
    inside = pairs["valid_from"].fillna(FIRST_DAY).le(pairs["visit_date"])
    inside &= pairs["valid_to"].isna() | pairs["valid_to"].gt(pairs["visit_date"])
    served = pd.MultiIndex.from_frame(pairs.loc[inside, ["person_code", "visit_date"]])
    outside = ~pd.MultiIndex.from_frame(visits[["person_code", "visit_date"]]).isin(served)
    for key, row in visits[outside].iterrows():
        facts = {"person": row["person_code"], "day": row["visit_date"]}
        yield Finding("outside_service", "warning", "visit_date", str(key), facts)


def _too_many(visits: pd.DataFrame) -> Found:
    """Warn of a person with more visits on a day than a day has room for."""
    by = ["person_code", "visit_date"]
    many = visits[visits.groupby(by)["visit_date"].transform("size") > MOST_VISITS]
    for (person, day), part in many.groupby(by, sort=True):
        if part["own"].any():
            facts = {"person": person, "day": day, "count": len(part), "most": MOST_VISITS}
            yield Finding("too_many", "warning", "person_code", str(part.index[part["own"]][0]), facts)


def _on_last_day(visits: pd.DataFrame) -> Found:
    """Warn of a grid all of whose visits of a month are on its last day."""
    visits = visits.assign(month=visits["visit_date"].str[:7])
    by = ["place_code", "month"]
    first = visits.groupby(by)["visit_date"].transform("min")
    last_days = {month: _last_day(str(month)) for month in visits["month"].unique()}
    for (place, month), part in visits[first.eq(visits["month"].map(last_days))].groupby(by, sort=True):
        if len(part) >= FEWEST_ON_LAST_DAY and part["own"].any():
            facts = {"place": place, "month": month, "count": len(part)}
            yield Finding("all_on_last_day", "warning", "visit_date", str(part.index[part["own"]][0]), facts)


def _last_day(month: str) -> str:
    year, number = map(int, month.split("-"))
    return date(year, number, months.monthrange(year, number)[1]).isoformat()


def of_calendar(keys: Set[str], tables: Tables, settings: Settings = SETTINGS) -> Found:
    """Tell which open opinions have another due day with the days of the file."""
    opinions = tables("opinion", ("opinion_no", "received_at", "nature", "channel", "answered_at"))
    opinions = opinions[opinions["answered_at"].isna()]
    before, now = (_due(opinions, tables, settings, before=before) for before in (True, False))
    moved = opinions["opinion_no"][before.ne(now) & now.notna()]
    if len(moved):
        lines = moved + " " + before[moved.index].dt.strftime(_DAY) + " → " + now[moved.index].dt.strftime(_DAY)
        yield Finding("due_days_moved", "note", "date", facts={"count": len(moved), "shown": _shown(lines)})


CHECKS: Mapping[str, Callable[..., Any]] = {
    "opinion": of_opinions,
    "opinion_event": of_events,
    "visit": of_visits,
    "work_calendar": of_calendar,
}
