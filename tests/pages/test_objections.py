"""The page of objections, through the real main script: what is refused is said before a form, and nothing twice."""

from datetime import date

import pytest

from data.store import Store
from data.store.deliveries import deliveries
from data.store.objections import register
from tests.data.store.test_frozen_parts import UNITS, ballots, put
from tests.pages.test_pages import opened
from tests.pages.test_releases import plain, said
from tests.support.stores import SMALL


@pytest.fixture
def store(store_path, made_once):
    def make():
        made = Store(store_path, threads=1)
        made.add_rules(SMALL)
        put(made, "units", UNITS)
        put(made, "ballots", ballots(), accept_warnings="小样")
        made.publish()
        made.set_status("2025", "final", "审定")

    made_once(make)
    return Store(store_path, threads=1)


def page(store, monkeypatch, language="zh"):
    test = opened("act/objections", store.path, monkeypatch, language)
    assert not test.exception, test.exception
    return test


def keys(test):
    return {button.key for button in test.button}


@pytest.mark.sweep
def test_from_the_preview_to_the_correction_on_the_page(store, monkeypatch):
    test = page(store, monkeypatch)
    assert "objection_add" not in keys(test) and "ruling_record" not in keys(test)  # refused before the form
    test.button(key="preview_give").click().run()
    assert not test.exception and "preview_give" not in keys(test)
    found = register(store, "2025", date.today())
    assert found.preview["days"] == 5 and found.terms[0].last.day.isoformat() in plain(said(test))
    for key, text in (("objection_text_0", "三号票重复"), ("objection_by_0", "办公室")):
        box = test.text_area(key=key) if key == "objection_text_0" else test.text_input(key=key)
        box.set_value(text).run()
    test.button(key="objection_add").click().run()
    (line,) = register(store, "2025", date.today()).lines
    assert (line.state, line.claim["by"]) == ("open", "办公室")
    next(group for group in test.button_group if group.key.startswith("ruling_1")).set_value("upheld").run()
    test.text_area(key="ruling_reason_1").set_value("属实").run()
    test.checkbox(key="ruling_corrects_1").set_value(True).run()
    assert test.button(key="ruling_record").disabled
    for key, text in (("ruling_public_1", "剔除重复的票"), ("ruling_by", "甲"), ("ruling_second", "甲")):
        test.text_input(key=key).set_value(text).run()
    test.button(key="ruling_record").click().run()
    assert test.error and register(store, "2025", date.today()).awaiting == ()
    test.text_input(key="ruling_second").set_value("乙").run()
    test.button(key="ruling_record").click().run()
    assert register(store, "2025", date.today()).awaiting == (1,) and "correct" not in keys(test)
    put(store, "ballots", ballots("3"), replace=True, accept_warnings="更正")
    test = opened("manage/upload", store.path, monkeypatch, "zh")
    assert "publish" not in keys(test) and ["在下一页作为更正发布" in box.value for box in test.info] == [True]
    test.selectbox(key="upload_kind").set_value("ballots")
    test.text_input(key="upload_round").set_value("2025").run()
    assert any("裁定已开放批次" in box.value for box in test.info) and "冻结" not in plain(said(test))
    test = page(store, monkeypatch, "en")
    test.text_input(key="correct_reason").set_value("checked").run()
    test.button(key="correct").click().run()
    assert not test.exception and "correct" not in keys(test)
    assert register(store, "2025", date.today()).lines[0].state == "corrected"
    assert any("→" in str(table.value.to_dict()) for table in test.table)
    test.text_input(key="sent_by").set_value("丁").run()
    test.button(key="sent_record").click().run()
    test.text_input(key="received_by").set_value("戊").run()
    test.button(key="received_record").click().run()
    (sent,) = deliveries(store)
    assert (sent.sent_by, sent.receiver) == ("丁", "戊")


@pytest.mark.sweep
def test_what_a_status_and_an_upload_are_refused_for_is_shown_before_the_form(store, monkeypatch):
    test = page(store, monkeypatch)
    test.button(key="preview_give").click().run()
    test = opened("manage/releases", store.path, monkeypatch, "zh")
    next(group for group in test.button_group if group.key.startswith("status_2025")).set_value("announced").run()
    last = register(store, "2025", date.today()).terms[0].last.day.isoformat()
    assert last in plain(said(test)) and "status_set" not in keys(test)
    test.text_input(key="status_although").set_value("市委要求").run()
    test.text_input(key="status_reason").set_value("公布").run()
    store.set_status("2025", "announced", "公布", although="先到", who="先到的人")
    test.button(key="status_set").click().run()
    assert "先到的人" in plain(said(test)) and len(store.history()) == 4
    test = opened("manage/upload", store.path, monkeypatch, "zh")
    test.text_input(key="upload_round").set_value("2025").run()
    assert test.error and not test.get("file_uploader"), "frozen: no file is asked for"
    test.selectbox(key="upload_kind").set_value("pledges").run()
    assert test.get("file_uploader"), "evidence of the year goes on"
