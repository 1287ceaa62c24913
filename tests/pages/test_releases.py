"""The releases page and what a trial looks like, through the real main script."""

import hashlib
import json

import pytest

from data.model.working_days import Periods
from data.store import ImportOptions, Store
from formats.spreadsheet import csv_bytes
from results.public_notice import notice_of, shown_day
from tests.pages.test_pages import PAGES, opened
from tests.support.stores import BALLOTS, SMALL
from ui import cached, sheets

OTHER = BALLOTS.replace("不满意", "满意")


def put(store, round_id, text=BALLOTS, **how):
    report = store.import_files("ballots", [(f"评议票{round_id}.csv", text.encode())], round_id, ImportOptions(**how))
    assert report.stored, [problem.code for problem in report.problems]


@pytest.fixture
def store(store_path, made_once):
    """Two formal rounds under rules by which seven ballots suffice; the first version of 2025 was replaced."""

    def make():
        made = Store(store_path, threads=1)
        made.add_rules(SMALL)
        put(made, "2024")
        put(made, "2025")
        made.publish("首次发布")
        put(made, "2025", OTHER, replace=True)
        made.publish("更正")

    made_once(make)
    return Store(store_path, threads=1)


def releases(store, monkeypatch, language="zh"):
    return opened("manage/releases", store.path, monkeypatch, language)


def shown(test, column):
    return next(frame.value for frame in [*test.dataframe, *test.table] if column in frame.value)


def plain(text):
    """Without what keeps names from being read as Markdown, and dates from being broken."""
    return text.replace("\\", "").replace("\u2060", "").replace("\u00a0", " ")


def said(test):
    return "\n".join(item.value for item in [*test.markdown, *test.caption, *test.warning, *test.error, *test.success])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_history_and_files_of_a_release(language, store, monkeypatch):
    test = releases(store, monkeypatch, language)
    history = shown(test, {"zh": "说明", "en": "Note"}[language])
    assert history.iloc[:, -1].tolist() == ["更正", "首次发布"] and history.iloc[:, -2].tolist() == ["2", "2"]
    files = [text.value for text in test.text if "SHA-256" in text.value]
    assert any(hashlib.sha256(OTHER.encode()).hexdigest() in line for line in files) and len(files) == 2
    assert sum("original" in button.key for button in test.get("download_button")) == 2


def test_nothing_to_publish_is_said(store, monkeypatch):
    test = releases(store, monkeypatch)
    assert "已上传的数据均已发布。" in said(test) and not [b for b in test.button if b.key == "publish"]


@pytest.mark.sweep
def test_what_would_change_is_what_is_published(store, monkeypatch):
    put(store, "2024", OTHER, replace=True)
    test = releases(store, monkeypatch)
    assert "批次 2024 有变动，评价仍为 7 份。" in said(test).replace("\\", "")
    assert shown(test, "变化")["单位"].tolist() == ["市财政局", "市公安局"]
    test.text_input(key="publish_note").set_value("补正 2024").run()
    test.button(key="publish").click().run()
    assert not test.exception and "已发布" in said(test)
    newest = Store(store.path).history()[0]
    assert (newest.action, newest.note) == ("publish", "补正 2024")


@pytest.mark.sweep
def test_rolling_back_needs_a_reason_and_the_digits(store, monkeypatch):
    newest, first = store.releases()
    test = releases(store, monkeypatch)
    next(box for box in test.selectbox if str(box.key).startswith("release_")).set_value(first).run()
    assert test.button(key="rollback").disabled
    test.text_input(key="rollback_reason").set_value("复核").run()
    assert test.button(key="rollback").disabled
    test.text_input(key="rollback_typed").set_value(first[:6]).run()
    test.button(key="rollback").click().run()
    assert not test.exception and store.in_force() == first and first[:16] in said(test)
    assert store.history()[0].note == "复核" and store.history()[0].previous == newest
    assert test.button(key="publish")  # the replaced upload is in force still: it can be published again


@pytest.mark.sweep
def test_a_trial_is_marked_and_cleared_on_the_page(store, monkeypatch):
    before = store.in_force()
    put(store, "2026", OTHER, trial=True)
    store.publish("演练")
    test = opened("browse/ranking", store.path, monkeypatch, "zh")
    assert test.selectbox(key="round").value == "2025"
    assert test.selectbox(key="round").options == ["2025", "2024", "2026（试算）"]
    release = cached.release()
    assert "试算" in csv_bytes(sheets.ranking(release.round("2026"), "zh", None)).decode()
    test = releases(store, monkeypatch)
    test.selectbox(key="status_round").set_value("2026").run()
    test.text_input(key="clear_reason").set_value("演练结束").run()
    test.text_input(key="clear_typed").set_value("2026").run()
    test.button(key="clear").click().run()
    assert not test.exception and store.in_force() == before
    assert "是试算" not in said(test)


@pytest.mark.sweep
def test_a_trial_is_not_offered_beside_formal_rounds(store, monkeypatch):
    put(store, "2026", OTHER, trial=True)
    store.publish()
    test = opened("browse/changes", store.path, monkeypatch, "zh")
    assert [test.selectbox(key=f"address_{key}").value for key in ("from", "to")] == ["2024", "2025"]
    test.toggle(key="with_trial").set_value(True).run()
    assert test.selectbox(key="address_to").options == ["2026", "2025"]
    test.selectbox(key="address_to").set_value("2026").run()
    assert not test.exception and "有一个是试算" in said(test)
    test = opened("browse/unit", store.path, monkeypatch, "zh", unit="市公安局", round="2025")
    assert shown(test, "批次")["批次"].tolist() == ["2025", "2024"]


def announced(store, monkeypatch, **periods):
    """2025 finalised, then announced on the page with its periods."""
    store.set_status("2025", "final", "审定")
    test = releases(store, monkeypatch)
    test.selectbox(key="status_round").set_value("2025").run()
    next(group for group in test.button_group if group.key.startswith("status_2025")).set_value("announced").run()
    for key, days in periods.items():
        test.number_input(key=key).set_value(days).run()
    test.text_input(key="status_reason").set_value("市委审定").run()
    assert not test.exception, test.exception
    return test


@pytest.mark.sweep
def test_the_notice_of_an_announced_round_stands_where_results_are_read(store, monkeypatch):
    test = announced(store, monkeypatch, notice_days=10, review_days=15)
    assert "如今天公布：公示至" in said(test)
    test.button(key="status_set").click().run()
    assert store.history()[0].periods == Periods(10, 15)
    found = notice_of(store.status("2025").given, store.calendar())
    row = shown(test, "公示截止").set_index("批次").loc["2025"]
    assert plain(row["公示截止"]) == shown_day(found.notice_ends, "zh")
    for page in ("browse/home", "act/bottom"):
        told = plain(said(opened(page, store.path, monkeypatch, "zh", round="2025")))
        assert found.sentences("zh")[0] in told and found.sentences("zh")[1] in told, page
        assert "公示至" not in said(opened(page, store.path, monkeypatch, "zh", round="2024")), page


def announced_on(store, day):
    """2025 announced on a day of the past or future, as its history would say."""
    store.set_status("2025", "final", "审定")
    store.set_status("2025", "announced", "市委审定")
    entry = max((store.path / "history").glob("*.json"))
    event = json.loads(entry.read_text("utf-8"))
    entry.write_text(json.dumps({**event, "time": f"{day}T12:00:00+00:00"}), "utf-8")


@pytest.mark.sweep
def test_a_deadline_beyond_the_calendar_is_provisional_until_the_calendar_is_uploaded(store, monkeypatch):
    announced_on(store, "2026-12-26")
    overview = opened("browse/home", store.path, monkeypatch, "zh", round="2025")
    (warning,) = (item.value for item in overview.warning)
    assert "尚无 2027 年的工作日历" in warning and "请作为“工作日历”上传" in warning
    assert "2027-01-04（暂定）" in plain(said(overview)) and "2027-01-01（暂定）" in plain(said(overview))
    assert "（暂定）" in plain(shown(releases(store, monkeypatch), "异议截止").set_index("批次")["异议截止"]["2025"])
    calendar = "日期,是否工作日\n2027-01-01,否\n2027-01-02,否\n"
    assert store.import_files("work_calendar", [("2027.csv", calendar.encode())], "2027").stored
    overview = opened("browse/home", store.path, monkeypatch, "zh", round="2025")
    assert not overview.warning and "可在 2027-01-04 前（含当日）提出异议" in plain(said(overview))


@pytest.mark.sweep
def test_a_withdrawn_round_has_a_red_banner_and_a_trial_one_of_its_own_on_every_page(store, monkeypatch):
    put(store, "2026", OTHER, trial=True)
    store.publish("演练")
    test = releases(store, monkeypatch)
    test.selectbox(key="status_round").set_value("2025").run()
    next(group for group in test.button_group if group.key.startswith("status_2025")).set_value("withdrawn").run()
    test.text_input(key="status_reason").set_value("复核发现错误").run()
    test.button(key="status_set").click().run()
    assert not test.exception, test.exception
    assert store.status("2025").code == "withdrawn"
    for page in PAGES:
        test = opened(page, store.path, monkeypatch, "zh")
        assert [error.value for error in test.error] == ["批次 2025 的结果已撤回，请勿使用。"], page
        assert "批次 2026 是试算" in said(test), page
    assert "批次 2025 的状态：已撤回" in said(opened("browse/home", store.path, monkeypatch, "zh"))
