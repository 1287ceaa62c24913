"""The page of scoring rules: rules are made without a file, confirmed by two people, and tried on a round."""

import pytest

from data.store import Store
from data.store.audit_log import read_log
from data.store.second_person import require_second
from errors import UsageError
from tests.pages.test_pages import opened
from tests.support.stores import RULES


def said(test):
    return "\n".join(item.value for item in [*test.markdown, *test.caption, *test.info, *test.warning, *test.success])


def filled(test, **texts):
    for key, value in texts.items():
        box = next(item for item in test.text_input if item.key.endswith(f"_{key}"))
        box.set_value(value)
    return test.run()


def test_an_empty_store_offers_the_form_and_says_what_is_missing(tmp_path, monkeypatch):
    test = opened("manage/rules", tmp_path / "var", monkeypatch)
    assert "尚无计分规则" in said(test) and "还需填写" in said(test)
    assert not [button for button in test.button if button.key == "rules_store"]


def test_a_rule_set_made_from_an_example_is_stored_with_both_names(tmp_path, monkeypatch):
    test = opened("manage/rules", tmp_path / "var", monkeypatch)
    test = filled(test, name="2026", authored_by="张三", checked_by=" 张三 ")
    test.button(key="rules_store").click().run()
    assert "复核人不得与经办人为同一人" in "\n".join(item.value for item in test.error)
    test = filled(test, checked_by="李四")
    test.button(key="rules_store").click().run()
    assert not test.exception and "经办 张三，复核 李四" in said(test)
    store = Store(tmp_path / "var")
    assert [(rules.name, rules.checked_by) for rules in store.rule_sets()] == [("2026", "李四")]
    entry = next(entry for entry in read_log(store.path) if entry.action == "second")
    assert (entry.what, entry.user) == ("rules 2026", "张三") and "李四" in entry.note and "not verified" in entry.note


@pytest.mark.sweep
def test_rules_are_tried_on_a_published_round_and_the_released_verdicts_stay(demo_path, monkeypatch):
    test = opened("manage/rules", demo_path, monkeypatch, "en")
    test = filled(test, name="trial", authored_by="A", checked_by="B")
    test.toggle(key="rules_try").set_value(True).run()
    assert not test.exception
    assert "nothing here is a result" in said(test) and "No verdict changes." in said(test)
    assert not [rules for rules in Store(demo_path).rule_sets() if rules.name == "trial"]


def test_two_stored_rule_sets_are_compared_in_sentences(tmp_path, monkeypatch):
    store = Store(tmp_path / "var")
    store.add_rules(RULES)
    store.add_rules(RULES.replace("demo-2025", "demo-2026").replace("per_unit = 30", "per_unit = 50"))
    test = opened("manage/rules", tmp_path / "var", monkeypatch, "zh")
    test.selectbox(key="rules_compared").set_value("demo-2026").run()
    assert "单位所需评价数：50 → 30" in said(test)


@pytest.mark.parametrize("second", ["", " ", "张 三", "张三​"])
def test_the_second_person_is_another(second):
    with pytest.raises(UsageError):
        require_second("张三", second)
