"""Due days of opinions, from the register, the events of its handling and the working days.

An opinion that was sent back has several answers and its register a single answer day: the earlier ones are in the
files that were brought before.

Opinions without an event are computed together; the few with one go through the clock, item by item.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.model.clock import AGAIN, EXTEND, LATE, PAUSE, PAUSED, RESUME, Event, handled, of_cycles, standing
from data.model.clock_arrays import DAY, ManyDays, as_day
from data.model.working_days import Calendar
from schemes.echo.measures import Settings
from schemes.frame import Earlier, Frames, days, numbers, records, texts, with_frames

TABLES = ("opinion",)
SORTS = {"暂停": PAUSE, "恢复": RESUME, "延期": EXTEND, "退回重办": AGAIN}
WITHDRAWN, SENT_BACK = "撤回", "退回重办"
ANSWERS = "answers_given"
COLUMNS = (
    *("due", "paused", "paused_since", "late_before", "provisional", "withdrawn"),
    *("used", "term", "late", "days_left"),
)


def with_due_days(frames: Frames, calendar: Calendar, as_of: date, settings: Settings) -> Frames:
    """Return the frames with COLUMNS added to the opinions.

    due : of the last cycle of what was sent back; its answer and result are missing until it is answered again. used :
    working days counted up to the answer or the as-of day. term : those that the answer may take. late : those
    after the due day. days_left : of the term on the as-of day, negative once it is over; missing without a due day.
    """
    opinions = frames["opinion"].reset_index(drop=True)
    events = frames["opinion_event"] if "opinion_event" in frames else pd.DataFrame(columns=["opinion_no", "event"])
    terms = terms_at_receipt(opinions, frames, settings)
    columns = _without_events(opinions, terms, calendar, as_of)
    given = frames.get(ANSWERS)
    again = np.zeros(len(opinions), dtype=bool)
    for at, row in _with_events(opinions, terms, events, given, calendar, as_of, settings):
        again[at] = row["open_again"]
        for name in columns:
            columns[name][at] = row[name]
    withdrawn = opinions["opinion_no"].isin(events.loc[events["event"] == WITHDRAWN, "opinion_no"])
    left = pd.Series(columns["term"] - columns["used"], dtype="Int64").mask(np.isnat(columns["due"]))
    dated = {name: columns[name].astype("datetime64[s]") for name in ("due", "paused_since")}
    added: dict[str, Any] = {**columns, **dated, "withdrawn": withdrawn, "days_left": left}
    if again.any():
        added |= {name: opinions[name].mask(again) for name in ("answered_at", "result") if name in opinions}
    return with_frames(frames, {"opinion": opinions.assign(**added)})


def sent_back(frames: Frames) -> list[str]:
    """Return the numbers of the opinions that were sent back to be done again."""
    if "opinion_event" not in frames:
        return []
    events = frames["opinion_event"]
    return sorted(set(events.loc[events["event"] == SENT_BACK, "opinion_no"]))


EARLIER = {ANSWERS: Earlier("opinion", "answered_at", sent_back)}


def answers_in_order(given: Sequence[pd.Timestamp], sent_back: Sequence[pd.Timestamp]) -> list[date]:
    """Return the days of the answers of an opinion, from the answers that its files gave, oldest file first.

    sent_back : moments at which it was sent back. An answer that another replaced without that was corrected.
    """
    kept: list[pd.Timestamp] = []
    for answer in given:
        if kept and not any(_in_order(kept[-1], at) and _in_order(at, answer) for at in sent_back):
            kept[-1] = answer
        elif not kept or answer != kept[-1]:
            kept.append(answer)
    # Answered after it was sent back on the same day: the answer before it is not on record, and was that day at the
    # latest.
    lost = [at for at in sent_back if any(_after_on_the_day(answer, at) for answer in kept)]
    lost = [at for at in lost if not any(answer.date() == at.date() and answer <= at for answer in kept)]
    return sorted(moment.date() for moment in (*kept, *lost))


def _in_order(first: pd.Timestamp, second: pd.Timestamp) -> bool:
    """Return whether a moment is not after another; a day without a time is compared as a day."""
    if pd.Timestamp(0).time() in (first.time(), second.time()):
        return bool(first.date() <= second.date())
    return bool(first <= second)


def _after_on_the_day(answer: pd.Timestamp, at: pd.Timestamp) -> bool:
    return bool(answer.date() == at.date() and answer > at and at.time() != pd.Timestamp(0).time())


def terms_at_receipt(opinions: pd.DataFrame, frames: Frames, settings: Settings) -> NDArray[np.int64]:
    """Return the working days for an answer under the rules of the day of receipt; later rules move no due day."""
    if "rules" not in frames or len(frames["rules"]) < 2:
        return terms_of(opinions, settings)
    received = days(opinions, "received_at")
    terms = np.zeros(len(opinions), dtype=np.int64)
    for rules in records(frames["rules"]):
        first = rules["valid_from"]
        since = np.ones(len(terms), dtype=bool) if first is None else np.asarray(received >= first)
        terms = np.where(since, terms_of(opinions, rules["settings"]), terms)
    return terms


def terms_of(opinions: pd.DataFrame, settings: Settings) -> NDArray[np.int64]:
    """Return the working days for an answer to each opinion: by its nature, else by its channel, else for all."""
    special = dict(settings.days_by)
    found = texts(opinions, "nature").map(special).fillna(texts(opinions, "channel").map(special))
    return np.asarray(found.fillna(settings.days), dtype=np.int64)


def _without_events(
    opinions: pd.DataFrame, terms: NDArray[np.int64], calendar: Calendar, as_of: date
) -> dict[str, NDArray[Any]]:
    """Return COLUMNS of all opinions as if nothing but the answer had happened."""
    received, answered = (days(opinions, name).to_numpy().astype(DAY) for name in ("received_at", "answered_at"))
    today = as_day(as_of)
    last = np.where(answered <= today, answered, today)
    many = ManyDays.around(calendar, received, last)
    due, used = many.due(received, terms), many.between(received, last)
    no = np.zeros(len(opinions), dtype=bool)
    return {
        "due": due,
        "paused": no.copy(),
        "late_before": no.copy(),
        "provisional": many.is_provisional(received, due),
        "used": used,
        "term": terms.copy(),
        "late": np.maximum(used - terms, 0),
        "paused_since": np.full(len(opinions), np.datetime64("NaT"), dtype=DAY),
    }


def _with_events(
    opinions: pd.DataFrame,
    terms: NDArray[np.int64],
    events: pd.DataFrame,
    given: pd.DataFrame | None,
    calendar: Calendar,
    as_of: date,
    settings: Settings,
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the place of each opinion that was paused, extended or sent back, and its COLUMNS.

    given : the answers of the files of what was sent back (EARLIER), None if the files are not at hand.
    """
    moved, several = _moved(events), _several_answers(events, given)
    known: dict[tuple[object, ...], dict[str, Any]] = {}  # the same days and events again: a third of a ms each
    places = np.flatnonzero(opinions["opinion_no"].isin(moved).to_numpy())
    own = {name: days(opinions, name).iloc[places].dt.date for name in ("received_at", "answered_at")}
    numbers = opinions["opinion_no"].iloc[places]
    for at, number, received, answered in zip(places, numbers, own["received_at"], own["answered_at"], strict=True):
        if pd.isna(received):
            continue
        answers = [] if pd.isna(answered) or answered > as_of else [answered]
        answers = several.get(number, answers)
        key = (received, int(terms[at]), tuple(moved[number]), tuple(answers))
        if key not in known:
            known[key] = _moved_row(received, int(terms[at]), moved[number], answers, calendar, as_of, settings)
        yield int(at), known[key]


def _moved_row(
    received: date,
    term: int,
    events: list[Event],
    answers: list[date],
    calendar: Calendar,
    as_of: date,
    settings: Settings,
) -> dict[str, Any]:
    limits = {"most": settings.max_extensions, "longest": settings.max_days}
    cycles = handled(calendar, received, term, events, answers, **limits).cycles
    stands = [standing(calendar, cycle, as_of) for cycle in cycles]
    whole = of_cycles(stands)
    running = [pause.start for pause in cycles[-1].pauses if pause.end is None]
    return {
        "due": whole.due,
        "paused": whole.state == PAUSED,
        "late_before": any(stand.state == LATE for stand in stands[:-1]),
        "provisional": whole.provisional,
        "used": whole.used,
        "term": sum(cycle.days for cycle in cycles),
        "late": whole.late,
        "paused_since": running[-1] if running and whole.state == PAUSED else None,
        "open_again": bool(answers) and cycles[-1].answered is None,
    }


def _several_answers(events: pd.DataFrame, given: pd.DataFrame | None) -> dict[str, list[date]]:
    """Return the days of the answers of each opinion that was sent back."""
    if given is None or given.empty:
        return {}
    sent = events[events["event"] == SENT_BACK]
    times = pd.to_datetime(sent["at"], format="ISO8601").groupby(sent["opinion_no"]).agg(list).to_dict()
    values = pd.to_datetime(given["value"], format="ISO8601").groupby(given["key"]).agg(list).to_dict()
    return {str(number): answers_in_order(found, times[number]) for number, found in values.items() if number in times}


def _moved(events: pd.DataFrame) -> dict[str, list[Event]]:
    """Return the events that move a due day, by opinion."""
    found: dict[str, list[Event]] = {}
    kept = events[events["event"].isin(SORTS)]
    if kept.empty:
        return found
    columns = (kept["opinion_no"], days(kept, "at").dt.date, kept["event"], numbers(kept, "days"))
    for number, day, event, count in zip(*columns, strict=True):
        found.setdefault(number, []).append(Event(day, SORTS[event], int(count)))
    return found
