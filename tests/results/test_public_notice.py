"""How long the notice of announced results runs, by the calendar that is loaded."""

from datetime import date

import pytest

from data.model.working_days import Periods, work_calendar
from data.store import Store
from data.store.history import Event
from errors import UsageError
from results.public_notice import notice, notice_of, shown_day
from tests.support.stores import BALLOTS, SMALL

SHIPPED = work_calendar()


@pytest.fixture
def store(store_path):
    """One published round, ready to be announced."""
    made = Store(store_path, threads=1)
    made.add_rules(SMALL)
    assert made.import_files("ballots", [("票.csv", BALLOTS.encode())], "2026").stored
    made.publish()
    made.set_status("2026", "final", "审定")
    return made


def test_both_periods_skip_holidays_and_count_worked_weekends():
    found = notice(date(2026, 4, 28), Periods(5, 7), SHIPPED)
    # 29 and 30 April, then 1-5 May off, 6, 7, 8 and Saturday 9 May worked
    assert (found.notice_ends.day, found.review_until.day) == (date(2026, 5, 8), date(2026, 5, 11))
    assert not found.provisional and found.to_mend("zh") == ""
    assert found.sentences("zh") == [
        "2026-04-28 公布，公示至 2026-05-08，共 5 个工作日。",
        "可在 2026-05-11 前（含当日）申请复核，共 7 个工作日。",
        "公布当日不计入。工作日历版本：2004-2026。",
    ]


def test_only_the_date_that_passes_the_end_of_the_calendar_is_provisional():
    found = notice(date(2026, 12, 23), Periods(5, 7), SHIPPED)
    assert shown_day(found.notice_ends, "zh") == "2026-12-30"
    assert shown_day(found.review_until, "zh") == "2027-01-01（暂定）"
    assert shown_day(found.review_until, "en") == "2027-01-01 (provisional)"
    assert found.missing == (2027,) and "2027" in found.to_mend("en") and "工作日历" in found.to_mend("zh")


def test_announced_on_the_last_day_of_the_year_needs_only_the_next_calendar():
    assert notice(date(2027, 12, 31), Periods(), SHIPPED).missing == (2028,)


def test_an_uploaded_calendar_settles_the_dates_before_it_is_published(store):
    before = notice(date(2026, 12, 23), None, store.calendar())
    rows = "日期,是否工作日,类型\n2027-01-01,否,法定节假日\n2027-01-02,否,调休放假\n2027-01-03,是,调休上班\n"
    assert store.import_files("work_calendar", [("2027.csv", rows.encode())], "2027").stored
    after = notice(date(2026, 12, 23), None, store.calendar())
    assert before.provisional and not after.provisional
    assert after.review_until.day == date(2027, 1, 3) and after.calendar != before.calendar
    assert store.calendar().spans() == [(2004, 2027)]


def test_years_that_are_apart_are_told_apart():
    calendar = work_calendar()
    with_gap = type(calendar)({}, calendar.years | {2028, 2029}, "")
    assert with_gap.spans() == [(2004, 2026), (2028, 2029)]


def test_the_periods_stated_at_the_announcement_are_kept(store):
    store.set_status("2026", "announced", "市委审定", Periods(10, 15))
    (given, *_) = store.history()
    assert given.periods == Periods(10, 15)
    found = notice_of(given, store.calendar())
    assert found.stated and found.periods == Periods(10, 15)
    store.set_status("2026", "withdrawn", "复核有误", Periods(1, 1))
    assert store.history()[0].periods is None and notice_of(store.status("2026").given, store.calendar()) is None


def test_without_stated_periods_the_usual_ones_hold_and_it_is_said(store):
    store.set_status("2026", "announced", "市委审定")
    found = notice_of(store.status("2026").given, store.calendar())
    assert (found.periods, found.stated) == (Periods(5, 7), False)
    assert "these are the usual ones" in found.sentences("en")[2]


def test_a_round_that_is_not_announced_has_no_notice(store):
    assert notice_of(None, SHIPPED) is None
    assert notice_of(store.status("2026").given, SHIPPED) is None
    given = Event(1, "status", "", "", "", "2026-12-23T01:00:00+00:00", "", "2026", "announced")
    assert notice_of(given, SHIPPED).announced in (date(2026, 12, 22), date(2026, 12, 23))  # the clock on the wall


@pytest.mark.parametrize("periods", [Periods(0, 7), Periods(5, 61)])
def test_a_period_is_of_one_to_sixty_working_days(store, periods):
    with pytest.raises(UsageError, match="1 to 60 days"):
        store.set_status("2026", "announced", "市委审定", periods)
    assert store.status("2026").code == "final"
