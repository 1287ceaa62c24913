"""Deadlines in working days, against dates counted by hand from the published holiday notices."""

import csv
from datetime import date, timedelta

import pytest

from data.model.working_days import SHIPPED, SHIPPED_YEARS, work_calendar
from data.store import Store

CALENDAR = work_calendar()
# received -> due 7 working days later; Monday to Friday alone gives another date in each case
EXAMPLES = {
    date(2026, 2, 11): date(2026, 2, 27),
    date(2026, 4, 28): date(2026, 5, 11),
    date(2026, 5, 6): date(2026, 5, 14),
    date(2026, 9, 28): date(2026, 10, 13),
}


@pytest.mark.parametrize(("received", "due"), EXAMPLES.items())
def test_seven_working_days_skip_holidays_and_count_worked_weekends(received, due):
    deadline = CALENDAR.add_working_days(received, 7)
    assert (deadline.day, deadline.provisional) == (due, False)
    naive = [received + timedelta(days=n) for n in range(1, 30)]
    assert [day for day in naive if day.weekday() < 5][6] != due


def test_the_longest_wait_of_2026_begins_before_the_spring_festival():
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(355)]
    waits = {day: (CALENDAR.add_working_days(day, 7).day - day).days for day in days}
    assert max(waits, key=waits.get) == date(2026, 2, 6) and waits[date(2026, 2, 6)] == 18


def test_monday_to_friday_would_be_wrong_for_a_quarter_of_all_days():
    for year in range(2019, 2027):
        days = [date(year, 1, 1) + timedelta(days=n) for n in range(350)]
        wrong = sum(CALENDAR.add_working_days(day, 7).day != naive_due(day) for day in days)
        assert 0.20 < wrong / len(days) < 0.35


def naive_due(received):
    later = (received + timedelta(days=n) for n in range(1, 30))
    return [day for day in later if day.weekday() < 5][6]


def test_the_shipped_calendar_holds_exceptions_only_of_every_year():
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        rows = [(date.fromisoformat(row["日期"]), row["是否工作日"] == "是") for row in csv.DictReader(file)]
    assert len(rows) == len({day for day, _ in rows}) == 557
    assert all(worked != (day.weekday() < 5) for day, worked in rows)
    assert {day.year for day, _ in rows} == set(SHIPPED_YEARS)
    assert not CALENDAR.is_working_day(date(2020, 1, 31)) and CALENDAR.is_working_day(date(2020, 2, 1)) is False
    assert CALENDAR.is_working_day(date(2026, 5, 9))  # a Saturday


def test_a_year_that_is_not_loaded_is_provisional_and_says_so():
    assert not CALENDAR.add_working_days(date(2026, 12, 22), 7).provisional
    beyond = CALENDAR.add_working_days(date(2026, 12, 23), 7)
    assert beyond.provisional and beyond.day == date(2027, 1, 1)  # New Year's Day, as far as nobody has said otherwise


def test_an_uploaded_notice_makes_the_year_certain_and_gives_another_version(store_path):
    store = Store(store_path, threads=2)
    notice = "日期,是否工作日,类型,名称\n2027-01-01,否,法定节假日,元旦\n2027-01-02,是,调休上班,元旦\n"
    assert store.import_files("work_calendar", [("2027.csv", notice.encode())], "2027").stored
    store.publish()
    release = store.release()
    calendar = work_calendar(release.records("work_calendar"))
    release.close()
    due = calendar.add_working_days(date(2026, 12, 23), 7)
    assert (due.day, due.provisional) == (date(2027, 1, 2), False)  # a worked Saturday
    assert calendar.version != CALENDAR.version == "2004-2026"


def test_the_shipped_calendar_can_be_uploaded_as_it_is(store_path):
    report = Store(store_path, threads=2).import_files("work_calendar", [SHIPPED], "2026")
    assert report.problems == [] and report.rows == 557


def test_a_deadline_lies_ahead():
    with pytest.raises(ValueError, match="at least one"):
        CALENDAR.add_working_days(date(2026, 1, 5), 0)
