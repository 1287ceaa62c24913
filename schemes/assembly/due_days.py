"""The term of a levy: months from the assembly that decided on it, its day not counted."""

from datetime import date

import pandas as pd

from data.model.clock import after_months, rolled
from data.model.working_days import Calendar, Deadline
from schemes.assembly.measures import Settings, meetings
from schemes.frame import Frames, days, records, with_frames

TABLES = ("project",)
"""Tables that get a term."""


def levy_term(calendar: Calendar, held: date, settings: Settings) -> Deadline:
    """Return the last day of a levy that an assembly decided on; if it is not worked, it may move on."""
    last = after_months(held, settings.levy_months)
    return rolled(calendar, last) if settings.roll else Deadline(last, False)


def with_due_days(frames: Frames, calendar: Calendar, as_of: date, settings: Settings) -> Frames:
    """Return the frames with `levy_until` and `levy_provisional` of every project that names its assembly."""
    if "project" not in frames:
        return frames
    held = meetings(frames) if "meeting" in frames else pd.DataFrame(columns=["meeting_no", "date"])
    day_of = dict(zip(held["meeting_no"], days(held, "date"), strict=True))
    projects = frames["project"]
    named = projects["meeting_no"] if "meeting_no" in projects else pd.Series(None, index=projects.index, dtype=object)
    terms = [_term(calendar, day_of.get(number), frames, settings) for number in named]
    until = [None if term is None else term.day.isoformat() for term in terms]
    projects = projects.assign(
        levy_until=pd.Series(until, index=projects.index, dtype=object),
        levy_provisional=[term is not None and term.provisional for term in terms],
    )
    return with_frames(frames, {"project": projects})


def _term(calendar: Calendar, held: pd.Timestamp | None, frames: Frames, settings: Settings) -> Deadline | None:
    """Return the term under the rules of the day of the assembly; later rules move no term."""
    if held is None or pd.isna(held):
        return None
    for rules in records(frames["rules"]) if "rules" in frames else ():
        if rules["valid_from"] is None or rules["valid_from"] <= held:
            settings = rules["settings"]
    return levy_term(calendar, held.date(), settings)
