"""How long the notice of announced results runs, by the calendar that is loaded."""

import json
from datetime import date

import pytest

from data.model.working_days import WORKING_DAYS, Periods, work_calendar
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


def test_the_notice_ends_on_a_working_day_and_objections_skip_holidays():
    found = notice(date(2026, 4, 28), Periods(7, 5), SHIPPED)
    # seven days end on 5 May, the last of the holiday; 29, 30 April, 6, 7, 8 May are worked
    assert (found.first, found.notice_ends.day) == (date(2026, 4, 29), date(2026, 5, 6))
    assert found.review_until.day == date(2026, 5, 8)
    assert not found.provisional and found.to_mend("zh") == ""
    assert found.sentences("zh") == [
        "2026-04-28 公布，公示期为 2026-04-29 至 2026-05-06，共 7 个自然日，末日遇非工作日顺延。",
        "可在 2026-05-08 前（含当日）提出异议，共 5 个工作日。",
        "公布当日不计入。工作日历版本：2004-2026。",
    ]


# the last day as counted on the calendar of the State Council by hand; "make-up" days are worked weekends
WORKED = [
    ("2024-01-22", 7, "2024-01-29"),  # a Monday
    ("2024-02-02", 7, "2024-02-09"),  # Friday before the Spring Festival: 9 February is worked that year
    ("2024-02-05", 7, "2024-02-18"),  # ends on the 12th, in the festival; Sunday the 18th is a make-up day
    ("2024-04-01", 5, "2024-04-07"),  # ends on Saturday the 6th; Sunday the 7th is a make-up day
    ("2024-04-24", 7, "2024-05-06"),  # 1 to 5 May are off
    ("2024-09-07", 7, "2024-09-14"),  # a Saturday that is a make-up day
    ("2024-09-25", 7, "2024-10-08"),  # 1 to 7 October are off
    ("2025-01-20", 7, "2025-01-27"),
    ("2025-01-21", 7, "2025-02-05"),  # ends on the 28th, the first day of the festival
    ("2025-01-19", 7, "2025-01-26"),  # a Sunday that is a make-up day
    ("2025-04-26", 5, "2025-05-06"),
    ("2025-05-29", 2, "2025-06-03"),  # 31 May to 2 June are off
    ("2025-09-24", 7, "2025-10-09"),  # 1 to 8 October are off
    ("2025-10-04", 7, "2025-10-11"),  # a Saturday that is a make-up day
    ("2026-02-07", 7, "2026-02-14"),  # a Saturday that is a make-up day
    ("2026-02-10", 7, "2026-02-24"),  # 15 to 23 February are off
    ("2026-04-28", 7, "2026-05-06"),
    ("2026-05-02", 7, "2026-05-09"),  # a Saturday that is a make-up day
    ("2026-06-12", 7, "2026-06-22"),  # 19 to 21 June are off
    ("2026-09-28", 7, "2026-10-08"),  # 1 to 7 October are off
]


@pytest.mark.parametrize(("announced", "days", "last"), WORKED)
def test_twenty_last_days_of_three_years(announced, days, last):
    found = notice(date.fromisoformat(announced), Periods(days, 5), SHIPPED)
    assert found.notice_ends.day == date.fromisoformat(last) and SHIPPED.is_working_day(found.notice_ends.day)


def test_only_the_date_that_passes_the_end_of_the_calendar_is_provisional():
    found = notice(date(2026, 12, 23), Periods(7, 7), SHIPPED)
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
    assert (found.periods, found.stated) == (Periods(7, 5, stated=False), False)
    assert "these are the usual ones" in found.sentences("en")[2]


def test_a_round_announced_by_an_earlier_version_keeps_its_working_days(store):
    store.set_status("2026", "announced", "市委审定", Periods(10, 15))
    entry = max((store.path / "history").glob("*.json"))
    event = json.loads(entry.read_text("utf-8"))
    entry.write_text(json.dumps({**event, "periods": {"notice": 10, "review": 15}}), "utf-8")
    assert store.history()[0].periods == Periods(10, 15, WORKING_DAYS)
    entry.write_text(json.dumps({**event, "periods": None, "time": "2026-04-28T12:00:00+00:00"}), "utf-8")
    found = notice_of(store.status("2026").given, store.calendar())
    assert (found.periods, found.notice_ends.day) == (Periods(5, 7, WORKING_DAYS, stated=False), date(2026, 5, 8))


def test_a_round_that_is_not_announced_has_no_notice(store):
    assert notice_of(None, SHIPPED) is None
    assert notice_of(store.status("2026").given, SHIPPED) is None
    given = Event(1, "status", "", "", "", "2026-12-23T01:00:00+00:00", "", "2026", "announced")
    assert notice_of(given, SHIPPED).announced in (date(2026, 12, 22), date(2026, 12, 23))  # the clock on the wall


@pytest.mark.parametrize("periods", [Periods(0, 7), Periods(5, 61)])
def test_a_period_is_of_one_to_sixty_days(store, periods):
    with pytest.raises(UsageError, match="1 to 60 days"):
        store.set_status("2026", "announced", "市委审定", periods)
    assert store.status("2026").code == "final"
