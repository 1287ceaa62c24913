"""The notice of a year comes in after what is due in it: the import lists what it moves, and the release has moved."""

from contextlib import closing
from datetime import date

import pytest

from data.store import ImportOptions, Store
from data.store.replay import replay
from schemes import checks, scheme_of
from schemes.chosen import attention, choose
from schemes.frame import Period
from tests.pages.test_schemes import scheme_page

DAY = date(2026, 12, 31)
FILES = {
    "units": "单位编码,单位全称\nA,市公安局\n",
    "place": "地点编码,名称,类型\nKZ,康庄社区,村社区\n",
    "opinion": "意见编号,收到时间,来源渠道,网格,承办单位,答复时间,办理结果\n"
    "HY-1,2026-12-01 09:00,热线,KZ,A,,\n"
    "HY-2,2026-12-22 09:00,热线,KZ,A,,\n"
    "HY-3,2026-12-23 09:00,热线,KZ,A,,\n"
    "HY-4,2026-12-23 09:00,热线,KZ,A,2026-12-24,已解决\n",
    "petition": "登记编号,事项编号,登记日期,信访形式,人数,登记层级,责任单位,责任层级,受理日期,办结日期,办理结果\n"
    "XF-1,M-1,2026-12-20,来信,1,市,A,市,,,\n"
    "XF-2,M-2,2026-11-01,来信,1,市,A,市,2026-11-02,,\n"
    "XF-3,M-3,2026-11-01,来信,1,市,A,市,2026-11-02,2026-12-01,已解决\n"
    "XF-4,M-4,2026-12-01,来信,1,市,A,市,2026-12-02,,\n",
}
NOTICE = "日期,是否工作日\n2027-01-01,否\n2027-01-02,是\n2027-01-04,否\n2027-02-08,否\n2027-02-14,是\n"
"""New Year's Day, a Saturday that is worked for it, and a Monday off. Until it is out, Monday to Friday are worked."""


@pytest.fixture
def store(store_path, made_once):
    def fill():
        made = Store(store_path, threads=2)
        for kind, text in FILES.items():
            options = ImportOptions(as_of=DAY.isoformat() if kind in ("opinion", "petition") else None)
            assert made.import_files(kind, [(f"{kind}.csv", text.encode())], "2026", options).stored, kind
        made.publish()

    made_once(fill)
    return Store(store_path, threads=2)


def notice(store):
    """Import the notice as the command does, and return its notes on what has moved."""
    report = store.import_files("work_calendar", [("2027.csv", NOTICE.encode())], "2026", checks=checks(store))
    assert report.stored and not report.problems
    return [note for note in report.notes if note.code == "due_days_moved"]


def dated(store, scheme, table, number, *columns):
    """Number -> columns of the newest release, days as ISO text."""
    with closing(store.release()) as release:
        rows = choose(scheme_of(scheme), release, Period.of("2026"), DAY).frames[table]
        return {row[number]: tuple(str(row[name])[:10] for name in columns) for row in rows.to_dict("records")}


def test_opinions_are_listed_and_due_on_the_days_of_the_notice(store):
    assert dated(store, "echo", "opinion", "opinion_no", "due", "provisional") == {
        "HY-1": ("2026-12-10", "False"),
        "HY-2": ("2026-12-31", "False"),
        "HY-3": ("2027-01-01", "True"),
        "HY-4": ("2027-01-01", "True"),
    }
    (listed,) = [note for note in notice(store) if "HY-" in note.message("zh")]
    for language in ("zh", "en"):
        text = listed.message(language)
        assert "HY-3 2027-01-01 → 2027-01-02" in text
        assert not [number for number in ("HY-1", "HY-2", "HY-4") if number in text], "not due in 2027, or answered"
    assert dated(store, "echo", "opinion", "opinion_no", "due")["HY-3"] == ("2027-01-01",), "not before it is published"
    release = store.publish().release
    after = dated(store, "echo", "opinion", "opinion_no", "due", "provisional")
    assert (after["HY-2"], after["HY-3"]) == (("2026-12-31", "False"), ("2027-01-02", "False"))
    assert replay(store, release) == []


def test_petitions_are_listed_and_due_on_the_days_of_the_notice(store):
    terms = ("petition", "petition_no", "accept_due", "handle_due", "provisional")
    before = dated(store, "inquiry", *terms)
    assert before["XF-1"] == ("2027-01-04", "None", "True") and before["XF-2"][1:] == ("2027-01-01", "True")
    (listed,) = [note for note in notice(store) if "XF-" in note.message("zh")]
    for language in ("zh", "en"):
        text = listed.message(language)
        assert "XF-1 2027-01-04 → 2027-01-05" in text and "XF-2 2027-01-01 → 2027-01-02" in text
        assert "XF-3" not in text, "closed"
        assert "XF-4" not in text, "its last day, 31 January, stays 1 February"
    store.publish()
    after = dated(store, "inquiry", *terms)
    assert after["XF-1"] == ("2027-01-05", "None", "False") and after["XF-2"][1:] == ("2027-01-02", "False")
    assert after["XF-4"] == (before["XF-4"][0], "2027-02-01", "False")
    with closing(store.release()) as release:
        listed = attention(choose(scheme_of("inquiry"), release, Period.of("2026"), DAY))
    due = {row["key"]: str(row["day"])[:10] for row in listed.to_dict("records") if row["what"] == "handling_due"}
    assert due == {"XF-2": "2027-01-02"}


def test_a_notice_that_moves_nothing_says_nothing(store):
    text = "日期,是否工作日\n2025-12-25,否\n"
    report = store.import_files("work_calendar", [("2025.csv", text.encode())], "2026", checks=checks(store))
    assert report.stored and [note.code for note in report.notes if note.code == "due_days_moved"] == []


@pytest.mark.sweep
def test_the_page_has_the_new_due_day(store, monkeypatch):
    notice(store)
    store.publish()
    test = scheme_page(store.path, monkeypatch, scheme="echo", period="2026")
    wall = next(frame.value for frame in test.dataframe if "答复期限" in frame.value)
    assert dict(zip(wall["编号"], wall["答复期限"], strict=True)) == {
        "HY-1": "2026-12-10",
        "HY-2": "2026-12-31",
        "HY-3": "2027-01-02",
    }
