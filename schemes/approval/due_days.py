"""Last days for the filing of decisions: calendar days, and the next worked day where the last is not worked."""

from datetime import date

import pandas as pd

from data.model.clock import after_days, rolled
from data.model.working_days import Calendar
from schemes.approval.surveys import Settings
from schemes.frame import Frames, days, with_frames

TABLES = ("assessment",)


def with_due_days(frames: Frames, calendar: Calendar, as_of: date, settings: Settings) -> Frames:
    """Return the frames with `filing_due` added to the assessments; missing without a decision."""
    if "assessment" not in frames:
        return frames
    decided = days(frames["assessment"], "decided_on")
    due = [
        None if pd.isna(day) else rolled(calendar, after_days(day.date(), settings.filing_days)).day for day in decided
    ]
    column = pd.to_datetime(pd.Series(due, index=decided.index, dtype=object)).astype("datetime64[s]")
    return with_frames(frames, {"assessment": frames["assessment"].assign(filing_due=column)})
