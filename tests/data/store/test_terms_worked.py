"""Twenty worked dates of objections and notices, 2024 to 2026, counted by hand from the State Council's notices.

Term of objections: n working days, the first day not counted, weekends that are worked in lieu counted. Notice:
calendar days; a last day that is not worked moves to the next day that is.
"""

from datetime import date

import pytest

from data.model.clock import after_days, rolled
from data.model.working_days import CALENDAR_DAYS, Periods, work_calendar
from data.store.history import Event, Step
from data.store.review import PREVIEW, objections, running_term, terms
from results.public_notice import notice

CALENDAR = work_calendar()
OBJECTIONS = [
    # first day, working days, last day, what lies between
    ("2024-02-07", 5, "2024-02-20", "8-9 and Sunday 18 worked, Spring Festival 10-17 off, then 19 and 20"),
    ("2024-04-03", 5, "2024-04-11", "Qingming 4-6 off, Sunday 7 worked, 8-11"),
    ("2024-04-26", 5, "2024-05-07", "Sunday 28 worked, 1-5 off: 28, 29, 30 April, 6 and 7 May"),
    ("2024-06-07", 5, "2024-06-17", "Dragon Boat Monday 10 off"),
    ("2024-09-13", 5, "2024-09-23", "Saturday 14 worked, 15-17 off, 18, 19, 20, Monday 23"),
    ("2024-09-27", 5, "2024-10-10", "Sunday 29 worked, 30; 1-7 October off, 8, 9, 10"),
    ("2024-12-27", 5, "2025-01-06", "over the year: 1 January off"),
    ("2025-01-24", 5, "2025-02-07", "Sunday 26 and Monday 27 worked, 28 January to 4 February off, 5, 6, 7"),
    ("2025-04-03", 5, "2025-04-11", "Qingming 4-6 off"),
    ("2025-04-25", 5, "2025-05-06", "Sunday 27 worked, 28-30, 1-5 May off, 6"),
    ("2025-05-30", 5, "2025-06-09", "Dragon Boat Monday 2 June off"),
    ("2025-09-26", 5, "2025-10-10", "Sunday 28 worked, 29, 30; 1-8 October off, 9, 10"),
    ("2026-02-11", 7, "2026-02-27", "12, 13, Saturday 14 worked, 15-23 off, 24-27"),
    ("2026-04-28", 7, "2026-05-11", "29, 30, 1-5 May off, 6-8, Saturday 9 worked, 11"),
]
NOTICES = [
    ("2024-02-03", 7, "2024-02-18", "day 7 is Saturday 10, Spring Festival; Sunday 18 is the first day worked"),
    ("2024-04-27", 7, "2024-05-06", "day 7 is Saturday 4 May, off until 5"),
    ("2025-09-24", 7, "2025-10-09", "day 7 is 1 October, off until 8"),
    ("2025-10-09", 7, "2025-10-16", "day 7 is a Thursday"),
    ("2026-02-07", 7, "2026-02-14", "day 7 is Saturday 14, which is worked in lieu"),
    ("2026-03-01", 7, "2026-03-09", "day 7 is Sunday 8; Monday 9"),
]


def given(first, days):
    """The history of a round with a preview given on a day."""
    return [Event(1, PREVIEW, "", "", "", f"{first}T01:00:00+00:00", "甲", "2025", step=Step(day=first, days=days))]


@pytest.mark.parametrize(("first", "days", "last", "why"), OBJECTIONS)
def test_the_term_of_objections_by_hand(first, days, last, why):
    history = given(first, days)
    (term,) = terms(history, "2025", CALENDAR)
    assert term.last.day == date.fromisoformat(last), why
    assert running_term(history, "2025", CALENDAR, date.fromisoformat(last)) is not None
    assert running_term(history, "2025", CALENDAR, after_days(date.fromisoformat(last), 1)) is None
    assert term.holds(date.fromisoformat(first)) and objections(history) == []


@pytest.mark.parametrize(("announced", "days", "last", "why"), NOTICES)
def test_the_notice_by_hand(announced, days, last, why):
    day = date.fromisoformat(announced)
    found = notice(day, Periods(days, 5, CALENDAR_DAYS), CALENDAR)
    assert found.notice_ends.day == date.fromisoformat(last) == rolled(CALENDAR, after_days(day, days)).day, why
