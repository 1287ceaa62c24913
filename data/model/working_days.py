"""Working days of the Chinese mainland, and deadlines counted in working days.

`work_calendar.csv` holds the exceptions of 2004-2026 (weekdays off, weekends worked), as the yearly notices of the
State Council set them; it was written once from the package chinesecalendar 1.11.0. A year whose notice is not
loaded is counted Monday to Friday and marked provisional: in 2019-2026 that gives a wrong deadline of 7 working
days for a quarter of all days of receipt.
"""

import csv
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pandas as pd

SHIPPED = Path(__file__).with_name("work_calendar.csv")
SHIPPED_YEARS = range(2004, 2027)
CALENDAR_COLUMNS = ("date", "is_workday", "provisional")
_ONE = timedelta(days=1)


CALENDAR_DAYS, WORKING_DAYS = "calendar", "working"


@dataclass(frozen=True)
class Periods:
    """Days of the public notice, and working days in which an objection may be raised or a review requested.

    7 and 5 are common, but rules differ between offices: whoever announces states the numbers. counted : how the notice
    counts, in CALENDAR_DAYS whose last day is moved to a working day, or in WORKING_DAYS. stated : the numbers were
    given when the round was announced.
    """

    notice: int = 7
    review: int = 5
    counted: str = CALENDAR_DAYS
    stated: bool = True


UNSTATED_BEFORE = Periods(5, 7, WORKING_DAYS, stated=False)
"""What holds for a round that was announced without periods before the history kept the usual ones."""
LONGEST_PERIOD = 60
"""Days; two to three months, longer than any period of notice seen."""


@dataclass(frozen=True)
class Deadline:
    """Last day of a period. provisional: the notice of a year within the period is not loaded."""

    day: date
    provisional: bool


@dataclass(frozen=True)
class Calendar:
    """Exceptions to the weekday rule (date -> worked), and the years whose notice is loaded.

    names: date -> name of the holiday, or of the holiday that it is worked for. version: identifies the calendar of a
    computed deadline; another notice gives another version.
    """

    exceptions: Mapping[date, bool]
    years: frozenset[int]
    version: str
    names: Mapping[date, str] = field(default_factory=dict)

    def is_working_day(self, day: date) -> bool:
        """Return whether the day is worked; by its weekday alone in a year that is not loaded."""
        return self.exceptions.get(day, day.weekday() < 5)

    def is_provisional(self, day: date) -> bool:
        """Return whether the notice of the day's year is not loaded."""
        return day.year not in self.years

    def spans(self) -> list[tuple[int, int]]:
        """Return the loaded years, each unbroken run as its first and last year."""
        firsts = sorted(year for year in self.years if year - 1 not in self.years)
        lasts = sorted(year for year in self.years if year + 1 not in self.years)
        return list(zip(firsts, lasts, strict=True))

    def add_working_days(self, received: date, days: int) -> Deadline:
        """Return the day on which `days` working days have passed; the day of receipt is not counted.

        Raises ValueError for fewer than one day.
        """
        if days < 1:
            raise ValueError(f"a deadline lies at least one working day ahead, got {days}")
        day, left, provisional = received, days, False
        while left:
            day += _ONE
            provisional = provisional or self.is_provisional(day)
            left -= self.is_working_day(day)
        return Deadline(day, provisional)


def work_calendar(uploaded: pd.DataFrame | None = None) -> Calendar:
    """Return the shipped calendar, overridden by uploaded rows.

    uploaded : rows of kind work_calendar (CALENDAR_COLUMNS; the date as ISO text); a year counts as loaded when one
    of its rows is not provisional.
    """
    exceptions = dict(_shipped())
    years = set(SHIPPED_YEARS)
    names = dict(_shipped_names())
    rows = [] if uploaded is None else _plain(uploaded)
    for day, worked, provisional in rows:
        exceptions[day] = worked
        names.pop(day, None)
        if not provisional:
            years.add(day.year)
    return Calendar(exceptions, frozenset(years), _version(rows), {**names, **_uploaded_names(uploaded)})


def _uploaded_names(uploaded: pd.DataFrame | None) -> dict[date, str]:
    """Return the names of uploaded days, where the rows have any."""
    if uploaded is None or "name" not in uploaded:
        return {}
    named = uploaded.dropna(subset=["name"])
    pairs = zip(named["date"], named["name"], strict=True)
    return {date.fromisoformat(str(day)): str(name) for day, name in pairs if name}


def _plain(uploaded: pd.DataFrame) -> list[tuple[date, bool, bool]]:
    columns = (uploaded["date"], uploaded["is_workday"], uploaded["provisional"].astype("boolean").fillna(False))
    rows = zip(*columns, strict=True)
    return sorted((date.fromisoformat(str(day)), bool(worked), bool(provisional)) for day, worked, provisional in rows)


@cache
def _shipped() -> Mapping[date, bool]:
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        return {date.fromisoformat(row["日期"]): row["是否工作日"] == "是" for row in csv.DictReader(file)}


@cache
def _shipped_names() -> Mapping[date, str]:
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        return {date.fromisoformat(row["日期"]): row["名称"] for row in csv.DictReader(file)}


def _version(rows: Iterable[tuple[date, bool, bool]]) -> str:
    """Return the shipped years and a digest of the uploaded rows."""
    shipped = f"{SHIPPED_YEARS[0]}-{SHIPPED_YEARS[-1]}"
    text = ";".join(f"{day.isoformat()}={worked:d}{provisional:d}" for day, worked, provisional in rows)
    return f"{shipped}+{hashlib.sha256(text.encode()).hexdigest()[:8]}" if text else shipped
