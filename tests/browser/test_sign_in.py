"""Signing in as a person does: the door, the menu of a role, two people, a copied cookie, expiry, signing out."""

import re
import sqlite3
import time

import pytest

from access import accounts
from data.store.audit_log import read_log

from .conftest import PEOPLE, assert_only_language, settled, tab, watched_context
from .test_shell import fetch, handshake

pytestmark = pytest.mark.browser
NAMES = frozenset({*PEOPLE, "root", "demo-2025"})
HEAD = re.compile(r"\d+:[0-9a-f]{16}")


def go(page, server, path):
    page.goto(f"{server.url}{path}")
    settled(page)
    return page.inner_text("h1")


def test_nobody_sees_anything(office, page):
    """A deep link on a fresh server, files, the upload, the socket: nothing but the way in."""
    server = office[0]
    page.goto(f"{server.url}/releases?round=2025")
    assert page.url.startswith(f"{server.url}/signin?next=%2Freleases%3Fround%3D2025")
    assert_only_language(page, "zh")
    for path in ("/media/x.csv", "/_stcore/upload_file/a/b", "/api/x", "/ranking", "/unit"):
        assert fetch(f"{server.url}{path}")[0] == 401
    assert "403" in handshake(server.url, server.url)[0]
    assert "403" in handshake(server.url, "http://evil.example")[0]


def test_the_first_password_is_changed_before_anything_is_seen(office, enter):
    passwords = office[3]
    page = enter("li", "/ranking?round=2024&lang=zh")
    page.wait_for_url("**/signin/password**")
    assert_only_language(page, "zh")
    for name, text in (("old", passwords["li"]), ("new", "Duanwu-5-5-jie"), ("again", "Duanwu-5-5-jie")):
        page.fill(f"#{name}", text)
    page.click("button")
    passwords["li"] = "Duanwu-5-5-jie"
    settled(page)
    assert page.inner_text("h1") == "排名" and "round=2024" in page.url
    assert "李明 · 查看人员" in page.inner_text(".st-key-biaochi-top")
    assert HEAD.search(page.inner_text('[data-testid="stSidebar"]'))


def test_a_page_outside_the_role_is_not_in_the_menu_and_its_address_says_so(office, enter):
    server, store, _folder, _passwords = office
    page = enter("wang")
    settled(page)
    menu = page.inner_text('[data-testid="stSidebarNav"]')
    assert "上传" in menu and "账号管理" not in menu and "审计日志" not in menu
    assert go(page, server, "/users?lang=zh") == "此角色无权使用"
    assert [entry.what for entry in read_log(store.path) if entry.action == "not for role"][-1] == "page users"


def test_an_administrator_has_accounts_and_no_results(office, enter):
    server = office[0]
    page = enter("zhou")
    settled(page)
    assert page.inner_text("h1") == "账号管理" and "赵强" in page.inner_text("body")
    assert go(page, server, "/ranking?lang=zh") == "此角色无权使用"


def test_two_people_finalise(office, enter):
    server, store, _folder, _passwords = office
    first = enter("zhao")
    settled(first)
    go(first, server, "/releases?lang=zh")
    first.get_by_text("更改状态或清除试算").click()
    first.get_by_role("button", name="已定稿").or_(first.get_by_role("radio", name="已定稿")).first.click()
    first.get_by_label("原因").last.fill("会议决定")
    first.keyboard.press("Tab")
    settled(first)
    first.get_by_role("button", name="更改状态", exact=True).click()
    settled(first)
    assert "待复核的申请" in first.inner_text("body") and store.status("2025").code == "draft"
    assert first.get_by_role("button", name="确认", exact=True).is_disabled()
    second = enter("qian")
    settled(second)
    go(second, server, "/releases?lang=zh")
    second.get_by_role("button", name="确认", exact=True).click()
    settled(second)
    assert store.status("2025").code == "final"
    assert [entry.user for entry in read_log(store.path) if entry.action in ("request", "status")] == ["zhao", "qian"]


def test_signing_out_in_another_window_and_a_copied_cookie(office, enter, browser):
    server = office[0]
    page = enter("sun")
    settled(page)
    context = page.context
    other = context.new_page()
    assert go(other, server, "/log?lang=zh") == "审计日志"
    copied = context.cookies()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/signin?out=1**")
    other.get_by_role("button", name="立即核验").click()
    other.wait_for_url("**/signin?**")
    stranger = watched_context(browser, locale="zh-CN")
    stranger.add_cookies(copied)
    with tab(stranger) as fresh:
        fresh.goto(f"{server.url}/ranking")
        assert "/signin?next=" in fresh.url
    stranger.close()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE session SET seen = seen - 1801, began = began - 1801",
        "UPDATE session SET began = began - 28801",
        "UPDATE session SET seen = seen + 3600",
    ],
    ids=["30 idle minutes", "eight hours", "a clock set back"],
)
def test_a_session_ends_by_itself(change, office, enter):
    server, _store, folder, _passwords = office
    page = enter("sun")
    settled(page)
    go(page, server, "/log?lang=zh")
    time.sleep(0.1)
    with sqlite3.connect(folder / "sessions.sqlite") as rows:
        rows.execute(change)
    page.get_by_role("button", name="立即核验").click()
    page.wait_for_url("**/signin?**")


def test_removal_counts_at_the_next_click(office, enter):
    server, _store, folder, passwords = office
    accounts.add_account(folder, "gone", "publisher")
    passwords["gone"] = accounts.reset_password(folder, "gone")
    accounts.change_password(folder, "gone", passwords["gone"], "Duanwu-gon-5")
    passwords["gone"] = "Duanwu-gon-5"
    page = enter("gone")
    settled(page)
    go(page, server, "/releases?lang=zh")
    page.get_by_text("更改状态或清除试算").click()
    settled(page)
    accounts.remove_account(folder, "gone")
    page.get_by_role("radio", name="已撤回").click()  # also where an earlier test has made the round final
    page.wait_for_url("**/signin?**")


def test_a_download_is_for_the_session_that_made_it(office, enter):
    """The link of an auditor's file gives a publisher nothing, and nobody else either."""
    server = office[0]
    page = enter("sun")
    settled(page)
    go(page, server, "/ranking?lang=zh")
    with page.expect_download() as waited:
        page.get_by_role("button", name=re.compile("CSV")).first.click()
    link = waited.value.url
    assert waited.value.path().read_bytes().startswith(b"\xef\xbb\xbf")
    assert page.request.get(link).status == 200
    other = enter("zhao")
    settled(other)
    assert other.request.get(link).status == 403
    assert fetch(link)[0] == 401


def test_ones_sessions_are_listed_and_ended(office, enter):
    server = office[0]
    first, second = enter("qian"), enter("qian")
    settled(first)
    settled(second)
    go(second, server, "/account?lang=zh")
    second.get_by_role("button", name="结束其他会话").click()
    settled(second)
    first.goto(f"{server.url}/ranking")
    assert "/signin?" in first.url and second.get_by_role("button", name="退出登录").is_visible()


def test_a_foreign_page_cannot_use_the_cookie_of_somebody_signed_in(office, enter):
    """Neither its socket nor its form nor its link for signing out; nor does a link lead out after signing in."""
    server = office[0]
    page = enter("sun", "/signin?next=%2F%2Fevil.example%2F&lang=zh")
    settled(page)
    assert page.url.startswith(server.url)
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
    for origin in ("http://evil.example", "null"):
        assert "403" in handshake(server.url, origin, cookie)[0]
    assert "101" in handshake(server.url, server.url, cookie)[0]
    for path in ("/signin", "/signin/password"):
        assert page.request.post(f"{server.url}{path}", headers={"origin": "http://evil.example"}).status == 403
    foreign = page.request.get(f"{server.url}/signout", headers={"sec-fetch-site": "cross-site"})
    assert foreign.status == 403 and go(page, server, "/log?lang=zh") == "审计日志"


def test_another_role_counts_at_the_next_click(office, enter):
    server, _store, folder, _passwords = office
    page = enter("wang")
    settled(page)
    assert go(page, server, "/upload?lang=zh") != "此角色无权使用"
    accounts.set_role(folder, "wang", "viewer")
    page.get_by_text("English").click()
    settled(page)
    assert page.inner_text("h1") in ("此角色无权使用", "Not for this role")
    accounts.set_role(folder, "wang", "clerk")


def test_wrong_passwords_get_the_same_sentence_for_every_name(office, page):
    server, said = office[0], []
    for name in ("sun", "nobody"):
        page.goto(f"{server.url}/signin?lang=zh")
        page.fill("#name", name)
        page.fill("#password", "wrong-password")
        page.click("button")
        said.append(page.inner_text("body").replace(name, ""))
        assert_only_language(page, "zh")
    assert said[0] == said[1] and "/signin" in page.url


def test_back_after_signing_out_shows_nothing(office, enter):
    """The history of the browser holds addresses, and no page of the office."""
    server = office[0]
    page = enter("sun")
    settled(page)
    go(page, server, "/ranking?lang=zh")
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/signin?out=1**")
    page.go_back()
    page.wait_for_url("**/signin?**")
    assert "排名" not in page.inner_text("body")
