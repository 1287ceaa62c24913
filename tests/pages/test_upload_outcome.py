"""What the upload page says once a file is stored."""

from collections.abc import Callable
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from data.store import Store
from data.store.drafts import drafts
from data.store.inbox import FOLDER
from tests.pages.test_pages import opened
from tests.support.stores import BALLOTS, RULES
from ui.jobs import Job


def run_until(test: AppTest, reached: Callable[[], bool]) -> None:
    """Files are read in a thread of their own: it is awaited, and the page run again, until it has come so far."""
    for _ in range(20):
        if reached():
            return
        for job in test.session_state.values():
            assert not isinstance(job, Job) or job.wait(120)
        test.run()
    raise AssertionError("the page did not come so far")


def is_stored(test: AppTest) -> bool:
    """Whether the last step is over: that a file has no problems is shown as a success too, while it is stored."""
    return bool(test.success) and "upload_storing" not in test.session_state


@pytest.mark.sweep
def test_without_a_register_the_page_says_that_names_were_not_checked(tmp_path, monkeypatch):
    store = Store(tmp_path / "store")
    store.add_rules(RULES)
    (store.path / FOLDER).mkdir(exist_ok=True)
    (store.path / FOLDER / "a.csv").write_text(BALLOTS, encoding="utf-8")
    test = opened("manage/upload", store.path, monkeypatch)
    test.text_input(key="upload_round").input("2025").run()
    test.selectbox(key="upload_inbox_0").select("a.csv").run()
    run_until(test, lambda: "upload_store" in {button.key for button in test.button})
    test.button(key="upload_store").click().run()
    run_until(test, lambda: is_stored(test))
    assert not test.exception
    assert "本批次没有单位名录，单位名称未经核对。" in [info.value for info in test.info]


@pytest.mark.sweep
def test_a_correction_replaces_what_the_round_has(tmp_path, monkeypatch):
    store = Store(tmp_path / "store")
    store.add_rules(RULES)
    assert store.import_files("ballots", [("一.csv", BALLOTS.encode())], "2025").stored
    store.publish("")
    (store.path / FOLDER).mkdir(exist_ok=True)
    lines = BALLOTS.splitlines()
    (store.path / FOLDER / "更正.csv").write_text("\n".join(lines[:-1]), encoding="utf-8")
    test = opened("manage/upload", store.path, monkeypatch)
    test.text_input(key="upload_round").input("2025").run()
    test.selectbox(key="upload_inbox_0").select("更正.csv").run()
    run_until(test, lambda: bool(test.error))
    assert "替换它们" in "\n".join(line.value for line in test.markdown)

    assert "（一.csv）" in test.radio[0].label
    test.radio[0].set_value(True).run()
    run_until(test, lambda: "upload_publish" in {button.key for button in test.button})
    assert not test.error
    test.button(key="upload_publish").click().run()
    run_until(test, lambda: is_stored(test))
    assert not test.exception
    assert [upload.files[0].name for upload in store.uploads_in_force()] == ["更正.csv"]
    assert "没有单位名录" in "\n".join(info.value for info in test.info), "said before publishing"
    before = store.in_force()
    test.button(key="publish").click().run()
    assert not test.exception and store.in_force() != before
    assert store.history()[0].findings[0] == "no_register 2025"
    test.text_input(key="upload_round").input("2025").run()
    assert list(test.table[-1].value["状态"]) == ["使用中", "已被替换"]
    assert test.radio[0].value is False, "the next file adds again"


def reading(store, monkeypatch, name):
    """The upload page with a file of the inbox, read."""
    test = opened("manage/upload", store.path, monkeypatch)
    test.text_input(key="upload_round").input("2025").run()
    test.selectbox(key="upload_inbox_0").select(name).run()
    return test


def labels(test: AppTest) -> list[str]:
    return [expander.label for expander in test.expander]


@pytest.mark.sweep
def test_an_upload_with_faults_is_kept_until_it_is_discarded_and_faults_are_sorted_by_kind(tmp_path, monkeypatch):
    store = Store(tmp_path / "store")
    store.add_rules(RULES)
    (store.path / FOLDER).mkdir(exist_ok=True)
    wrong = BALLOTS.replace(",满意", ",很好").replace("普通群众", "路人")
    (store.path / FOLDER / "a.csv").write_text(wrong, encoding="utf-8")
    first = reading(store, monkeypatch, "a.csv")
    run_until(first, lambda: bool(drafts(store.path)))
    grades = wrong.count("很好")
    assert f"错误 · {grades} 处：等级不在计分规则之内" in labels(first)
    assert any(label.startswith("错误") and "评议主体不在计分规则之内" in label for label in labels(first))
    assert store.uploads() == [], "nothing of it counts"
    (draft,) = drafts(store.path)

    again = opened("manage/upload", store.path, monkeypatch)  # another session, as after a restart
    (line,) = [line.value for line in again.markdown if "未完成的上传" in line.value]
    assert f"还有 {draft.errors} 处需要改正" in line
    again.button(key=f"draft_continue_{draft.draft_id}").click().run()
    run_until(again, lambda: f"错误 · {grades} 处：等级不在计分规则之内" in labels(again))
    assert again.text_input(key="upload_round").value == "2025"
    assert not [line for line in again.markdown if "未完成的上传：" in line.value], "it is in work now"
    again.button(key="draft_discard_current").click().run()
    assert not again.exception
    assert drafts(store.path) == []


def test_a_file_about_persons_is_never_kept_as_a_draft(tmp_path, monkeypatch):
    store = Store(tmp_path / "store")
    store.add_rules(RULES)
    (store.path / FOLDER).mkdir(exist_ok=True)
    (store.path / FOLDER / "a.csv").write_text(BALLOTS.replace(",满意", ",13912345678"), encoding="utf-8")
    test = reading(store, monkeypatch, "a.csv")
    run_until(test, lambda: bool(test.error))
    assert not test.exception
    assert not (store.path / "drafts").exists()


@pytest.mark.sweep
def test_a_register_is_asked_for_its_day_and_whether_it_is_complete(tmp_path, monkeypatch):
    store = Store(tmp_path / "store")
    store.add_rules(RULES)
    places = "地点编码,名称,类型\nKZ,康庄社区,村社区\n"
    assert store.import_files("place", [("p.csv", places.encode())], "2026").stored
    opinions = "意见编号,收到时间,来源渠道,网格,承办单位\nA-1,2026-03-02,热线,KZ,市公安局\n"
    (store.path / FOLDER).mkdir(exist_ok=True)
    (store.path / FOLDER / "登记簿.csv").write_text(opinions, encoding="utf-8")
    test = opened("manage/upload", store.path, monkeypatch)
    test.text_input(key="upload_round").input("2026").run()
    test.selectbox(key="upload_kind").select("opinion").run()
    test.selectbox(key="upload_inbox_0").select("登记簿.csv").run()
    run_until(test, lambda: bool(test.error))
    assert "截至" in "".join(error.value for error in test.error)
    test.date_input(key="upload_as_of").set_value(date(2026, 3, 31)).run()
    test.checkbox(key="upload_complete").check().run()
    run_until(test, lambda: "upload_store" in {button.key for button in test.button})
    test.button(key="upload_store").click().run()
    run_until(test, lambda: is_stored(test))
    choices = store.uploads_in_force()[-1].choices
    assert not test.exception and (choices.as_of, choices.complete) == ("2026-03-31", True)


OPINIONS = """意见编号,收到时间,来源渠道,网格,承办单位
HY-1,2025-03-02,热线,KZ,市公安局
HY-2,2025-03-05,贴吧,KZ,市公安局
"""


@pytest.mark.sweep
def test_a_register_of_an_announced_round_is_taken_and_its_draft_keeps_the_as_of_day(tmp_path, monkeypatch):
    store = Store(tmp_path / "store")
    store.add_rules(RULES)
    assert store.import_files("ballots", [("一.csv", BALLOTS.encode())], "2025").stored
    places = "地点编码,名称,类型\nKZ,康庄社区,村社区\n"
    assert store.import_files("place", [("地点.csv", places.encode())], "2025").stored
    store.publish("")
    store.set_status("2025", "final", "评议结束")
    store.set_status("2025", "announced", "公布")
    (store.path / FOLDER).mkdir(exist_ok=True)
    (store.path / FOLDER / "意见.csv").write_text(OPINIONS, encoding="utf-8")

    first = opened("manage/upload", store.path, monkeypatch)
    first.text_input(key="upload_round").input("2025").run()
    assert "评议票、汇总票数、名册和计分规则已冻结" in "\n".join(line.value for line in first.caption)
    first.selectbox(key="upload_kind").select("opinion").run()
    said = "\n".join(line.value for line in first.caption)
    assert "不再接收上传" not in said and "已公布" in said
    assert not [box for box in first.checkbox if box.key.startswith("upload_trial")]
    first.date_input(key="upload_as_of").set_value(date(2025, 3, 31)).run()
    first.checkbox(key="upload_complete").check().run()
    first.selectbox(key="upload_inbox_0").select("意见.csv").run()
    run_until(first, lambda: bool(drafts(store.path)))
    (draft,) = drafts(store.path)
    assert (draft.options.as_of, draft.options.complete) == ("2025-03-31", True)

    again = opened("manage/upload", store.path, monkeypatch)
    again.button(key=f"draft_continue_{draft.draft_id}").click().run()
    run_until(again, lambda: bool(again.error))
    assert not again.exception
    assert again.date_input(key="upload_as_of").value == date(2025, 3, 31)
    assert again.checkbox(key="upload_complete").value is True
