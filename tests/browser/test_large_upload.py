"""Files of hundreds of megabytes: read from the inbox, seen to move, stopped without a trace, and carried through."""

import pytest

from bench.ballots import write_ballots
from data.store import Store

from .conftest import ROOT
from .journeys import choose_option, fill_round, open_upload, store_and_publish

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LINES = 4_000_020
PATIENCE = 120_000


def choose_waiting(page, name: str) -> None:
    choose_option(page, page.get_by_test_id("stSelectbox").filter(has_text="服务器收件文件夹中的文件"), name)


def test_a_large_file_is_stopped_without_a_trace_and_then_published(serve, page, tmp_path):
    store = Store(tmp_path / "store")
    store.add_rules((ROOT / "rules" / "demo-2025.toml").read_text(encoding="utf-8"))
    write_ballots(store.path / "inbox" / "large.csv", LINES)
    server = serve(store.path)
    open_upload(page, server)
    fill_round(page, "2025")
    choose_waiting(page, "large.csv")
    page.get_by_test_id("stProgress").wait_for(timeout=PATIENCE)
    page.get_by_role("button", name="停止", exact=True).click()
    page.get_by_text("已停止").wait_for(timeout=PATIENCE)
    assert store.uploads() == [] and list((store.path / "staging").iterdir()) == []
    page.get_by_role("button", name="重新读取文件").click()
    page.get_by_text("没有发现问题").wait_for(timeout=PATIENCE)
    store_and_publish(page)
    assert [upload.lines for upload in store.uploads()] == [LINES]
    assert (store.path / "inbox" / "large.csv").is_file()
