"""Due days by walking through the calendar day by day."""

import calendar
from datetime import date, timedelta

from data.model.working_days import work_calendar

CALENDAR = work_calendar()
ONE = timedelta(days=1)


def counts(day, pauses):
    paused = any(start <= day and (end is None or day < end) for start, end in pauses)
    return CALENDAR.is_working_day(day) and not paused


def due(received, n, pauses=()):
    """The n-th worked day after receipt; None while an open pause stops the clock."""
    day = received
    while n:
        day += ONE
        if any(end is None and start <= day for start, end in pauses):
            return None
        n -= counts(day, pauses)
    return day


def used(received, until, pauses=()):
    """Worked days after receipt up to and including a day."""
    total, day = 0, received
    while day < until:
        day += ONE
        total += counts(day, pauses)
    return total


def provisional(received, last):
    return any(CALENDAR.is_provisional(received + ONE * n) for n in range(1, (last - received).days + 1))


def months_later(start, months):
    """The same day number, else the last day of the month."""
    year, month = start.year + (start.month - 1 + months) // 12, (start.month - 1 + months) % 12 + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


def rolled(day):
    while not CALENDAR.is_working_day(day):
        day += ONE
    return day


def frame_rows(first, last):
    """date, worked, provisional of every day."""
    days = [first + ONE * n for n in range((last - first).days + 1)]
    return [(day, CALENDAR.is_working_day(day), CALENDAR.is_provisional(day)) for day in days]
