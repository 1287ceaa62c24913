"""The page of early looks: an open round that nobody published, no names, every look logged; nothing after closing."""

from data.store.audit_log import read_log
from tests.pages.test_pages import opened, told_by
from tests.results.test_early_look import store

__all__ = ["store"]


def test_a_click_looks_names_nobody_and_is_logged(store, monkeypatch):
    test = opened("manage/early", store.path, monkeypatch, "zh")
    assert not test.dataframe and not [entry for entry in read_log(store.path) if entry.action == "look"]
    test.button(key="look").click().run()
    assert not test.exception and len(test.dataframe) == 1
    texts = " ".join(told_by(test))
    assert "末位名额" in texts and "单位0" not in texts + test.dataframe[0].value.to_string()
    assert [entry.round for entry in read_log(store.path) if entry.action == "look"] == ["2025"]
    store.publish()
    store.set_status("2025", "final", "审定")
    assert not opened("manage/early", store.path, monkeypatch, "zh").button
