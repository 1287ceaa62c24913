"""Terms of petitions: last days of acceptance and handling, and the day by which an inquiry should be opened.

Calendar days after receipt or acceptance, moved to a worked day; working days for the inquiry. Petitions are judged
here, all together, since a repetition may be of a petition of another unit.
"""

from collections.abc import Callable
from datetime import date
from functools import cache

import pandas as pd

from data.model.clock import after_days, rolled
from data.model.working_days import Calendar, Deadline
from schemes.frame import Frames, days, numbers, with_frames
from schemes.inquiry.measures import PETITION, Settings, judged

TABLES = (PETITION,)
"""The frames that this module changes."""
Term = Callable[[date], Deadline]


def with_due_days(frames: Frames, calendar: Calendar, as_of: date, settings: Settings) -> Frames:
    """Return the frames with accept_due, handle_due, inquiry_due, provisional and without_effect of each petition.

    accept_due : from the day of receipt. handle_due : from the day of acceptance, missing before; with the extension,
    if it was approved on or before the last day that was valid then. without_effect : extended later, or without a day
    of approval. provisional : the notice of a year within a term is not loaded.
    """
    if PETITION not in frames:
        return frames
    return with_frames(frames, {PETITION: judged(terms(frames[PETITION], calendar, settings), settings)})


def terms(table: pd.DataFrame, calendar: Calendar, settings: Settings) -> pd.DataFrame:
    """Return petitions with the columns of `with_due_days`."""
    received, accepted = days(table, "received_on"), days(table, "accepted_on")
    accept = _due(received, _calendar_days(calendar, settings.accept_days, roll=settings.roll))
    first = _due(accepted, _calendar_days(calendar, settings.handle_days, roll=settings.roll))
    handle, without = _extended(table, first, calendar, settings)
    inquiry = _due(received, lambda day: calendar.add_working_days(day, settings.inquiry_days))
    return table.assign(
        accept_due=accept["day"],
        handle_due=handle["day"],
        inquiry_due=inquiry["day"],
        without_effect=without,
        provisional=accept["provisional"] | handle["provisional"],
    )


def _calendar_days(calendar: Calendar, count: int, *, roll: bool) -> Term:
    """Return the term of so many calendar days, the first not counted."""

    def last(day: date) -> Deadline:
        plain = after_days(day, count)
        return rolled(calendar, plain) if roll else Deadline(plain, provisional=False)

    return last


def _due(start: pd.Series, term: Term) -> pd.DataFrame:
    """Return the last day from each start; every different day is computed once, as a register repeats its days."""
    last = cache(term)
    found = [None if pd.isna(day) else last(day.date()) for day in start]
    last_days = [None if deadline is None else pd.Timestamp(deadline.day) for deadline in found]
    provisional = [deadline is not None and deadline.provisional for deadline in found]
    day = pd.Series(last_days, start.index, dtype="datetime64[s]")
    return pd.DataFrame({"day": day, "provisional": pd.Series(provisional, start.index, dtype=bool)})


def _extended(
    table: pd.DataFrame, first: pd.DataFrame, calendar: Calendar, settings: Settings
) -> tuple[pd.DataFrame, pd.Series]:
    """Return the last days of handling with their extensions, and which extensions have no effect."""
    asked, approved = numbers(table, "extended_days"), days(table, "extended_on")
    counts = (asked > 0) & (approved <= first["day"])
    later = first.copy()
    for more in sorted(set(asked[counts])):
        total = settings.handle_days + min(int(more), settings.extended_days)
        chosen = counts & (asked == more)
        later[chosen] = _due(days(table, "accepted_on")[chosen], _calendar_days(calendar, total, roll=settings.roll))
    return later, (asked > 0) & ~counts
