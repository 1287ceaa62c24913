"""The shell in a real browser on the real server: deep links, language, headers, the gate, no
request outside.
"""

import base64
import json
import os
import re
import socket
import time
import urllib.error
import urllib.request
from itertools import product

import pytest

from .conftest import assert_only_language, drawn, settled
from .journeys import TITLES, Journey
from .screenshots import PATHS

pytestmark = pytest.mark.browser


def fetch(url, **headers):
    """Status, headers and body of an answer, also of a refusal."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.headers, refusal.read()


def handshake(url, origin, cookie=""):
    """The status line of a WebSocket handshake and the seconds it took."""
    host = url.removeprefix("http://")
    address, port = host.split(":")
    key = base64.b64encode(os.urandom(16)).decode()
    began = time.monotonic()
    with socket.create_connection((address, int(port)), timeout=10) as line:
        line.sendall(
            f"GET /_stcore/stream HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nOrigin: {origin}\r\n"
            f"Cookie: {cookie}\r\n\r\n".encode()
        )
        status = line.recv(200).split(b"\r\n")[0].decode()
    return status, time.monotonic() - began


def heading(page, text):
    """Waits for a page's title. (The policy forbids the eval of wait_for_function.)"""
    page.locator("h1", has_text=re.compile(f"^{text}$")).wait_for()


@pytest.mark.sweep
def test_the_first_request_after_start_may_be_a_deep_link(start, page):
    fresh = start()
    page.goto(f"{fresh.url}/ranking")
    settled(page)
    assert page.inner_text("h1") == "排名"
    assert page.title() == "排名 · 标尺"
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert_only_language(page, "zh")


@pytest.mark.sweep
@pytest.mark.parametrize(("page", "language"), [("en-US", "zh"), ("zh-CN", "en")], indirect=["page"])
def test_the_pages_of_the_menu_speak_one_language_whatever_the_browser_speaks(server, page, language):
    page.goto(f"{server.url}/?lang={language}")
    settled(page)
    for title in TITLES:
        Journey(page, language, "menu").opens(title)
        assert_only_language(page, language)


@pytest.mark.sweep
@pytest.mark.parametrize(("page", "language"), list(product(("en-US", "zh-CN"), ("zh", "en"))), indirect=["page"])
@pytest.mark.parametrize("path", PATHS)
def test_a_page_speaks_one_language_whatever_the_browser_speaks(server, page, path, language):
    page.goto(f"{server.url}/{path}?lang={language}")
    settled(page)
    assert page.get_by_role("dialog").count() == 0
    assert_only_language(page, language)


def test_the_language_is_switched_and_stays_on_the_next_page(server, page):
    page.goto(f"{server.url}/ranking")
    settled(page)
    page.get_by_text("English", exact=True).click()
    heading(page, "Ranking")
    settled(page)
    assert page.locator("html").get_attribute("lang") == "en"
    assert "lang=en" in page.url
    assert_only_language(page, "en")

    page.get_by_role("link", name="Methods").click()
    heading(page, "Methods")
    settled(page)
    assert "lang=en" in page.url
    assert_only_language(page, "en")

    page.get_by_text("中文", exact=True).click()
    heading(page, "方法")
    settled(page)
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert_only_language(page, "zh")


@pytest.mark.sweep
@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=pytest.mark.sweep)])
def test_the_main_menu_speaks_the_language(server, page, language):
    page.goto(f"{server.url}/ranking?lang={language}")
    settled(page)
    page.get_by_test_id("stMainMenu").locator("button").click()
    page.get_by_test_id("stMainMenuList").first.wait_for()
    drawn(page)
    assert_only_language(page, language)


def test_a_foreign_origin_is_refused_at_once(server):
    for origin in ("http://evil.example", "null", "https://127.0.0.1"):
        status, seconds = handshake(server.url, origin)
        assert " 403 " in status, (origin, status)
        assert seconds < 1
    status, _ = handshake(server.url, server.url)
    assert " 101 " in status


def test_every_answer_carries_the_security_headers(server):
    for path in (
        "/",
        "/ranking",
        "/biaochi/page.js",
        "/api/ready",
        "/_stcore/health",
        "/media/none.csv",
    ):
        _, headers, _ = fetch(server.url + path, Accept="text/html")
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], path
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"]
    assert fetch(server.url + "/media/none.csv")[1]["Cache-Control"] == "no-store"


@pytest.mark.sweep
def test_the_policy_stops_nothing_that_the_page_needs(server, page):
    refused = []
    page.on(
        "console",
        lambda message: refused.append(message.text) if "Content Security" in message.text else None,
    )
    page.goto(f"{server.url}/ranking")
    settled(page)
    assert not refused


def test_ready_says_whether_uploads_can_be_taken(server):
    status, _, body = fetch(server.url + "/api/ready")
    assert status == 200
    assert json.loads(body)["ready"] is True


def test_metrics_and_the_agent_interface_are_closed(server):
    for path in ("/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/agent/mcp"):
        assert fetch(server.url + path)[0] == 404


def test_an_unknown_host_name_is_refused(server):
    assert fetch(server.url + "/", Host="evil.example")[0] == 421


def test_with_a_login_nothing_is_reachable_without_one(start, page):
    closed = start(BIAOCHI_LOGIN="1")
    for path in (
        "/media/a.csv",
        "/_stcore/upload_file/s/f",
        "/_stcore/metrics",
        "/_stcore/agent/openapi.json",
        "/api/other",
    ):
        assert fetch(closed.url + path)[0] == 401, path
        assert fetch(closed.url + path, Cookie="_streamlit_user=forged")[0] == 401, path
    assert fetch(closed.url + "/api/ready")[0] == 200
    for path in ("home", "upload"):  # the login stands before the menu; each page is swept
        assert_login_first(page, closed, path)


def assert_login_first(page, closed, path):
    """The page of signing in is plain HTML in front of the dashboard."""
    page.goto(f"{closed.url}/{path}")
    heading(page, "登录")


@pytest.mark.sweep
def test_with_a_login_no_page_is_reachable_without_one(start, page):
    closed = start(BIAOCHI_LOGIN="1")
    for path in PATHS:
        assert_login_first(page, closed, path)
