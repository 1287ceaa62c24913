"""An upload that is lost on its way, or with its session: nothing is stored, nothing is left, the server goes on."""

import urllib.request

import pytest

from data.store import Store
from tests.support.stores import snapshot

from .conftest import ROOT, settled
from .journeys import choose_file, fill_round, open_upload

pytestmark = pytest.mark.browser

RULES = ROOT / "rules" / "demo-2025.toml"
GRADES = ("满意", "基本满意", "不满意")
LINES = "".join(f"B{number},普通群众,市公安局,总体评价,{GRADES[number % 3]}\r\n" for number in range(300))
BALLOTS = ("票号,评议主体,参评单位,测评指标,评价\r\n" + LINES).encode("utf-8-sig")


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "store")
    made.add_rules(RULES.read_text(encoding="utf-8"))
    return made


def healthy(server) -> bool:
    with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=10) as answer:
        return answer.status == 200


def test_an_upload_that_is_cut_off_leaves_nothing(serve, contexts, store):
    server, before = serve(store.path), snapshot(store.path)
    page = contexts("zh-CN").new_page()
    open_upload(page, server)
    fill_round(page, "2025")
    page.route("**/_stcore/upload_file/**", lambda route: route.abort("connectionreset"))
    with page.expect_event("requestfailed", lambda request: request.method == "PUT"):
        choose_file(page, "票.csv", BALLOTS)
    page.close()
    assert healthy(server) and snapshot(store.path) == before


def test_an_upload_whose_session_ends_is_not_stored(serve, page, store):
    server, before = serve(store.path), snapshot(store.path)
    open_upload(page, server)
    fill_round(page, "2025")
    choose_file(page, "票.csv", BALLOTS)
    page.get_by_text("没有发现问题").wait_for()
    page.reload()  # a reload is another session: the file is gone with the old one
    settled(page)
    page.get_by_text("请选择文件种类、批次和文件。").wait_for()
    assert page.get_by_role("button", name="保存并发布").count() == 0
    assert healthy(server) and snapshot(store.path) == before
