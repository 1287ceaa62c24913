"""The clock: worked examples, a plain loop over the calendar file, pauses, extensions, months."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from data.model.clock import (
    AFTER_DUE,
    AGAIN,
    BEFORE_RECEIPT,
    EXTEND,
    LATE,
    NO_DAYS,
    NOT_PAUSED,
    ON_TIME,
    OPEN,
    OVERLAPS,
    PAUSE,
    RESUME,
    Event,
    Extension,
    Item,
    Pause,
    after_days,
    after_months,
    counted_days,
    due_day,
    extended,
    handled,
    of_cycles,
    refused_pauses,
    rolled,
    standing,
    used_days,
)
from data.model.working_days import SHIPPED, work_calendar

CALENDAR = work_calendar()
HERE = Path(__file__).parent


def rows(name):
    with (HERE / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def day(text):
    return date.fromisoformat(text) if text else None


@pytest.mark.parametrize("row", rows("clock.csv"), ids=lambda row: row["no"])
def test_worked_examples_of_the_clock(row):
    pauses = (Pause(day(row["pause_from"]), day(row["pause_until"])),) if row["pause_from"] else ()
    item = Item(day(row["received"]), int(row["days"]), pauses, day(row["answered"]))
    found = standing(CALENDAR, item, day(row["as_of"]))
    assert (found.state, found.due, found.used) == (row["state"], day(row["due"]), int(row["used"]))
    assert (found.late, found.provisional) == (int(row["late"]), row["provisional"] == "yes")


@pytest.mark.parametrize("row", rows("calendar_terms.csv"), ids=lambda row: row["no"])
def test_worked_examples_of_calendar_days_and_months(row):
    length, first = int(row["length"]), day(row["from"])
    last = after_days(first, length) if row["unit"] == "days" else after_months(first, length)
    assert last == day(row["plain"])
    assert rolled(CALENDAR, last).day == day(row["rolled"])
    assert rolled(CALENDAR, last).provisional == (last.year > 2026)


def worked_days():
    """Every worked day of 2024 to the spring of 2027 by a plain reading of the file."""
    with SHIPPED.open(encoding="utf-8") as file:
        notice = {row["日期"]: row["是否工作日"] == "是" for row in csv.DictReader(file)}
    every = [date(2024, 1, 1) + timedelta(days=n) for n in range(1200)]
    return [one for one in every if notice.get(one.isoformat(), one.weekday() < 5)]


def test_every_due_day_of_three_years_equals_a_plain_loop():
    worked, wrong = worked_days(), []
    for n in range(1096):
        received = date(2024, 1, 1) + timedelta(days=n)
        later = [one for one in worked if received < one < received + timedelta(days=60)]
        for days in range(1, 16):
            found = due_day(CALENDAR, received, days)
            plain = later[days - 1]
            if (found.day, found.provisional) != (plain, plain.year > 2026):
                wrong.append((received, days, found))
            if days == 7 and used_days(CALENDAR, received, found.day) != 7:
                wrong.append((received, "used"))
    assert wrong == []


def test_pauses_equal_a_plain_loop():
    """Every second day of 2026 is a receipt, with a pause of each length that begins within its term."""
    worked, wrong = worked_days(), []
    for n in range(0, 330, 2):
        received = date(2026, 1, 1) + timedelta(days=n)
        for begin, length in ((0, 1), (1, 5), (3, 14), (6, 40)):
            pause = Pause(received + timedelta(days=begin), received + timedelta(days=begin + length))
            counted = [one for one in worked if one > received and not pause.start <= one < pause.end]
            if due_day(CALENDAR, received, 7, [pause]).day != counted[6]:
                wrong.append((received, pause))
    assert wrong == []


def test_what_is_entered_for_later_days_was_not_known_before():
    item = Item(date(2026, 3, 2), 7, (Pause(date(2026, 3, 4), date(2026, 3, 9)),), date(2026, 3, 16))
    assert standing(CALENDAR, item, date(2026, 3, 3)).state == OPEN
    assert standing(CALENDAR, item, date(2026, 3, 6)).due is None  # nobody knew yet when it would end
    assert standing(CALENDAR, item, date(2026, 3, 9)).due == date(2026, 3, 16)
    assert standing(CALENDAR, item, date(2026, 3, 15)).state == OPEN
    assert standing(CALENDAR, item, date(2026, 3, 16)).state == ON_TIME


def test_an_answer_ends_a_pause_that_goes_on():
    item = Item(date(2026, 3, 2), 7, (Pause(date(2026, 3, 4)),), date(2026, 4, 20))
    assert standing(CALENDAR, item, date(2026, 4, 30)) == standing(CALENDAR, item, date(2026, 4, 20))
    found = standing(CALENDAR, item, date(2026, 4, 20))
    assert (found.state, found.used) == (ON_TIME, 2)  # 3 March, and the day of the answer


def test_a_pause_that_cannot_hold_is_refused_with_its_reason():
    received = date(2026, 3, 2)
    good = Pause(date(2026, 3, 4), date(2026, 3, 9))
    cases = {
        BEFORE_RECEIPT: Pause(date(2026, 3, 1), date(2026, 3, 3)),
        NO_DAYS: Pause(date(2026, 3, 11), date(2026, 3, 11)),
        OVERLAPS: Pause(date(2026, 3, 6), date(2026, 3, 12)),
        AFTER_DUE: Pause(date(2026, 3, 17), date(2026, 3, 20)),  # due on 16 March with the first pause
    }
    for reason, pause in cases.items():
        assert refused_pauses(CALENDAR, received, 7, [good, pause]) == [(pause, reason)]
    assert refused_pauses(CALENDAR, received, 7, [good, Pause(date(2026, 3, 16), date(2026, 3, 20))]) == []


def test_an_extension_counts_from_receipt_if_approved_in_time_and_once():
    item = Item(date(2026, 3, 2), 7)
    longer, without = extended(CALENDAR, item, [Extension(date(2026, 3, 11), 5)])
    assert without == [] and due_day(CALENDAR, longer.received, longer.days).day == date(2026, 3, 18)
    late, second = Extension(date(2026, 3, 12), 5), Extension(date(2026, 3, 10), 5)
    assert extended(CALENDAR, item, [late]) == (item, [late])
    twice = extended(CALENDAR, item, [second, Extension(date(2026, 3, 11), 2)])
    assert (twice[0].days, [one.days for one in twice[1]]) == (12, [2])
    assert extended(CALENDAR, item, [Extension(date(2026, 3, 3), 8)])[1] != []
    paused = Item(date(2026, 3, 2), 7, (Pause(date(2026, 3, 4), date(2026, 4, 1)),))
    assert extended(CALENDAR, paused, [Extension(date(2026, 3, 25), 5)])[0].days == 12


def test_work_that_is_sent_back_is_on_time_only_if_every_cycle_was():
    first = standing(CALENDAR, Item(date(2026, 3, 2), 7, (), date(2026, 3, 12)), date(2026, 4, 30))
    again = standing(CALENDAR, Item(date(2026, 3, 16), 7, (), date(2026, 3, 18)), date(2026, 4, 30))
    assert (first.state, again.state) == (LATE, ON_TIME)
    whole = of_cycles([first, again])
    assert (whole.state, whole.used, whole.late, whole.due) == (LATE, 10, 1, again.due)


def test_events_make_cycles_pauses_and_extensions_in_whatever_order_they_come():
    received, on = date(2026, 3, 2), lambda day: date(2026, 3, day)
    events = [Event(on(9), RESUME), Event(on(4), PAUSE), Event(on(11), EXTEND, 5), Event(on(20), AGAIN)]
    found = handled(CALENDAR, received, 7, events, [date(2026, 3, 27), date(2026, 3, 18)])
    assert found.refused == () and found.without_effect == () and len(found.extensions) == 1
    assert found.cycles == (
        Item(received, 12, (Pause(on(4), on(9)),), on(18)),
        Item(on(20), 7, (), on(27)),
    )
    assert of_cycles([standing(CALENDAR, cycle, on(31)) for cycle in found.cycles]).state == ON_TIME
    unknown = handled(CALENDAR, received, 7, [Event(on(20), AGAIN)], [on(25)])
    assert [cycle.answered for cycle in unknown.cycles] == [on(20), on(25)]
    for given, expected in (([on(20)], [on(20), None]), ([on(20), on(20)], [on(20), on(20)]), ([], [on(20), None])):
        same_day = handled(CALENDAR, received, 7, [Event(on(20), AGAIN)], given)
        assert [cycle.answered for cycle in same_day.cycles] == expected  # an answer is of a single cycle


def test_an_event_that_cannot_hold_is_refused_and_a_late_extension_has_no_effect():
    received, on = date(2026, 3, 2), lambda day: date(2026, 3, day)
    cases = {
        NOT_PAUSED: [Event(on(4), RESUME)],
        OVERLAPS: [Event(on(4), PAUSE), Event(on(5), PAUSE)],
        AFTER_DUE: [Event(on(12), PAUSE)],  # due on 11 March
        BEFORE_RECEIPT: [Event(date(2026, 2, 27), PAUSE)],
    }
    for reason, events in cases.items():
        assert handled(CALENDAR, received, 7, events).refused == ((events[-1], reason),), reason
    late, second = Event(on(12), EXTEND, 5), Event(on(10), EXTEND, 2)
    assert handled(CALENDAR, received, 7, [late]).without_effect == (late,)
    found = handled(CALENDAR, received, 7, [Event(on(9), EXTEND, 5), second])
    assert found.without_effect == (second,) and found.cycles[0].days == 12


def test_a_due_day_can_be_opened_day_by_day():
    days = list(counted_days(CALENDAR, date(2026, 2, 11), date(2026, 2, 27)))
    assert [one.number for one in days if one.number] == [1, 2, 3, 4, 5, 6, 7] and len(days) == 16
    told = {one.day.day: (one.why, one.name) for one in days}
    assert told[14] == ("counted", "春节") and told[17] == ("holiday", "春节") and told[22][0] == "weekend"
    paused = counted_days(CALENDAR, date(2026, 3, 2), date(2026, 3, 9), [Pause(date(2026, 3, 4), date(2026, 3, 6))])
    assert [one.why for one in paused] == ["counted", "paused", "paused", "counted", "weekend", "weekend", "counted"]


def test_a_notice_that_arrives_later_moves_open_due_days():
    notice = pd.DataFrame(
        {"date": ["2027-01-01", "2027-01-02"], "is_workday": [False, True], "provisional": [None, None]}
    )
    notice["name"] = ["元旦", "元旦"]
    before, after = CALENDAR, work_calendar(notice)
    item = Item(date(2026, 12, 23), 7)
    assert standing(before, item, date(2026, 12, 31)).provisional
    moved = standing(after, item, date(2026, 12, 31))
    assert (moved.due, moved.provisional) == (date(2027, 1, 2), False)
    assert after.names[date(2027, 1, 1)] == "元旦"
