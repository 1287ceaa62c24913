"""The main journey in a real browser: a rule set and a GB18030 file become a published ranking."""

from pathlib import Path

import pytest

from data.sample.city import demo_files
from data.store import Store

from .conftest import assert_only_language, settled

pytestmark = pytest.mark.browser

RULES = Path(__file__).resolve().parents[2] / "rules" / "demo-2025.toml"
HEADER = "票号,评议主体,参评单位,测评指标,评价\r\n"
NAMES = {"票号", "评议主体", "参评单位", "测评指标", "评价", "demo", "S"}


def ballots_2025() -> str:
    """The demonstration ballots of 2025 as an office's own file."""
    file = next(f for f in demo_files() if (f.kind, f.round_id) == ("ballots", "2025"))
    return file.content.decode("utf-8-sig")


def choose_file(page, name: str, content: bytes) -> None:
    page.locator("input[type=file]").last.set_input_files([{"name": name, "mimeType": "text/csv", "buffer": content}])


def open_upload(page, server, language: str = "zh") -> None:
    page.goto(f"{server.url}/upload?lang={language}")
    settled(page)


def fill_round(page, round_id: str) -> None:
    field = page.get_by_test_id("stTextInputField").first
    field.fill(round_id)
    field.press("Enter")
    settled(page)


@pytest.fixture
def store_with_rules(tmp_path):
    store = Store(tmp_path / "store")
    store.add_rules(RULES.read_text(encoding="utf-8"))
    return store


def test_an_empty_store_takes_a_rule_set_and_a_gb18030_file_to_a_published_ranking(start, page, tmp_path):
    server = start(tmp_path / "store")
    open_upload(page, server)
    assert_only_language(page, "zh")
    page.get_by_test_id("stExpander").get_by_text("添加计分规则").click()
    page.locator("input[type=file]").first.set_input_files(RULES)
    page.get_by_role("button", name="保存这套规则").click()
    settled(page)
    fill_round(page, "2025")
    choose_file(page, "2025年评议票.csv", ballots_2025().encode("gb18030"))
    page.get_by_text("按 GB18030 编码读取").wait_for(timeout=30_000)
    page.get_by_text("没有发现问题").wait_for(timeout=30_000)
    page.get_by_role("button", name="保存并发布").click()
    page.get_by_text("已发布").wait_for(timeout=30_000)
    page.get_by_text("查看排名").click()
    page.locator("h1", has_text="排名").wait_for(timeout=30_000)
    settled(page)
    release = Store(tmp_path / "store").release()
    assert release is not None and release.rounds() == ["2025"]


def test_faults_are_all_named_and_nothing_is_stored(start, page, store_with_rules):
    server = start(store_with_rules.path)
    open_upload(page, server)
    fill_round(page, "2025")
    bad = HEADER + "S1,普通群众,市公安局,总体评价,很好\r\nS2,路人,市公安局,总体评价,满意\r\n"
    choose_file(page, "faults.csv", bad.encode("utf-8-sig"))
    page.get_by_text("有 2 处需要改正").wait_for(timeout=30_000)
    page.get_by_role("button", name="下载问题清单").wait_for()
    assert page.get_by_role("button", name="保存并发布").count() == 0
    assert store_with_rules.uploads() == []


def test_the_upload_page_speaks_english(start, page, store_with_rules):
    server = start(store_with_rules.path)
    open_upload(page, server, "en")
    fill_round(page, "2025")
    assert_only_language(page, "en", NAMES)
