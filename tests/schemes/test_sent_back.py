"""Opinions that were sent back: each answer keeps its day, though the register has room for a single answer."""

from datetime import date

import pandas as pd
import pytest

from data.store import ImportOptions, Store
from schemes import scheme_of
from schemes.chosen import choose, rows
from schemes.echo.due_days import answers_in_order
from schemes.echo.measures import opinion_states
from schemes.frame import Period

HEAD = "意见编号,收到时间,来源渠道,网格,承办单位,答复时间,办理结果"
EVENTS = "意见编号,时间,事项,天数,原因"
FILES = {
    # As of 12 March: 1 was answered on its fifth working day, 2 is overdue since 11 March, 3 was answered in time.
    "2026-03-12": (
        ("1", "2026-03-02", "2026-03-09 10:00", "已解决"),
        ("2", "2026-03-02", "", ""),
        ("3", "2026-03-02", "2026-03-06", "已解决"),
        ("4", "2026-03-02", "2026-03-05 09:00", "已解决"),
    ),
    # As of the 16th: 2 was answered two working days late; the day of 4 was a mistake.
    "2026-03-16": (("2", "2026-03-02", "2026-03-13", "解释说明"), ("4", "2026-03-02", "2026-03-06 09:00", "已解决")),
    # As of the 31st: 1 and 2 were sent back on the 18th and answered again; 3 was sent back and waits.
    "2026-03-31": (
        ("1", "2026-03-02", "2026-03-25", "已解决"),
        ("2", "2026-03-02", "2026-03-20", "已解决"),
        ("3", "2026-03-02", "2026-03-06", "已解决"),
    ),
}


@pytest.fixture(scope="module")
def release(once_a_run):
    def fill(folder):
        store = Store(folder / "var", threads=2)

        def read(kind, head, lines, **options):
            text = "\n".join([head, *(",".join(line) for line in lines)]) + "\n"
            found = store.import_files(kind, [(f"{kind}.csv", text.encode())], "2026", ImportOptions(**options))
            assert found.stored, found.problems

        read("units", "单位编码,单位全称", [("A", "市公安局")])
        read("place", "地点编码,名称,类型", [("KZ", "康庄社区", "村社区")])
        for day, lines in FILES.items():
            full = [(number, received, "热线", "KZ", "A", *rest) for number, received, *rest in lines]
            read("opinion", HEAD, full, as_of=day, accept_warnings="退回重办、更正")
        read("opinion_event", EVENTS, [(number, "2026-03-18 09:00", "退回重办", "", "其他") for number in "123"])
        store.publish()

    opened = Store(once_a_run("sent_back", fill) / "var").release(None)
    yield opened
    opened.close()


def states(release, day):
    chosen = choose(scheme_of("echo"), release, Period.of("2026"), date.fromisoformat(day))
    opinions = chosen.frames["opinion"]
    found = opinion_states(opinions, chosen.asked.as_of)
    return dict(zip(opinions["opinion_no"], found, strict=True)), opinions.set_index("opinion_no"), chosen


def test_an_opinion_is_on_time_only_if_every_answer_was(release):
    """Before, the first answer of 2 was lost: it counted as late by the day on which it was sent back."""
    state, opinions, chosen = states(release, "2026-03-31")
    assert state == {"1": "on_time", "2": "late", "3": "overdue", "4": "on_time"}
    assert opinions["used"].to_dict() == {"1": 5 + 5, "2": 9 + 2, "3": 4 + 9, "4": 4}
    assert opinions["late"].to_dict() == {"1": 0, "2": 2, "3": 2, "4": 0}
    assert pd.isna(opinions.at["3", "answered_at"]) and pd.isna(opinions.at["3", "result"])
    assert {str(opinions.at[number, "due"].date()) for number in "123"} == {"2026-03-27"}
    (share,) = rows(chosen).query("measure == 'on_time'").to_dict("records")
    assert (share["value"], share["n"]) == (0.5, 4)


def test_before_it_was_sent_back_it_stood_as_it_did(release):
    state, _, _ = states(release, "2026-03-16")
    assert state == {"1": "on_time", "2": "late", "3": "on_time", "4": "on_time"}


def test_a_correction_is_no_second_answer():
    def answered(given, sent):
        return [str(day) for day in answers_in_order([*map(pd.Timestamp, given)], [*map(pd.Timestamp, sent)])]

    sent = ["2026-03-18 09:00"]
    assert answered(["2026-03-05", "2026-03-06"], sent) == ["2026-03-06"]
    assert answered(["2026-03-05", "2026-03-06", "2026-03-20"], sent) == ["2026-03-06", "2026-03-20"]
    assert answered(["2026-03-05", "2026-03-05"], sent) == ["2026-03-05"]
    assert answered(["2026-03-18 08:00", "2026-03-18 15:00"], sent) == ["2026-03-18"] * 2
    assert answered(["2026-03-18 15:00"], sent) == ["2026-03-18"] * 2  # what was sent back is not on record
    assert answered(["2026-03-18 08:00"], sent) == ["2026-03-18"]
    assert answered(["2026-03-18"], ["2026-03-18"]) == ["2026-03-18"]
