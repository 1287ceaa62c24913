"""The real server, a real browser, and what must hold on every page.

`server(store)` starts `streamlit run app.py` on a free port of the loopback; `page` is a browser page that fails its
test when anything outside this machine was asked for.
"""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.paths import ROOT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MINUTE = 60_000  # milliseconds: how long every step waits, so that a slow machine is no failure
LOOPBACK = {"127.0.0.1", "localhost"}

# Latin words a Chinese page may show: file kinds, units, the product's name, the other
# language's name.
LATIN_ALLOWED = {
    "CSV",
    "XLSX",
    "XLS",
    "ODS",
    "GZ",
    "PDF",
    "Word",
    "JSON",
    "TOML",
    "toml",
    "TXT",
    "Excel",
    "B",
    "KB",
    "MB",
    "GB",
    "PNG",
    "Ctrl",
    "Alt",
    "X",
    "V",
    "n",
    "k",
    "p",
    "SHA",
    "Biaochi",
}
LANGUAGE_NAMES = {"English", "中文"}
CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
LATIN = re.compile(r"[A-Za-z]+")

VISIBLE = """() => {
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!parent || parent.closest('script, style, noscript, [data-testid="stIconMaterial"]')) continue;
    if (parent.checkVisibility({visibilityProperty: true}) && node.nodeValue.trim()) texts.push(node.nodeValue.trim());
  }
  for (const element of document.querySelectorAll('[placeholder], [title], [aria-label]'))
    for (const name of ['placeholder', 'title', 'aria-label']) {
      const value = element.getAttribute(name);
      if (value && value.trim()) texts.push(value.trim());
    }
  texts.push(document.title);
  return texts;
}"""

JOURNEYS = {"test_decisions", "test_pledges", "test_exports", "test_upload", "test_bulletin", "test_page_script"}
"""Modules of long journeys, and Streamlit's own texts: in Chinese with every run, in English with the sweeps;
`test_pages_with_data` and the page tests look at every page in both languages each time."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        values = getattr(getattr(item, "callspec", None), "params", {}).values()
        if item.module.__name__.rpartition(".")[2] in JOURNEYS and "browser" in str(item.path) and "en" in values:
            item.add_marker(pytest.mark.sweep)


@dataclass
class Server:
    """A running dashboard."""

    url: str
    process: subprocess.Popen
    log: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_server(store: Path, log: Path, app: str = "app.py", **environment: str) -> Server:
    """`streamlit run app.py` over a store; returns when it answers."""
    port = free_port()
    env = {
        **os.environ,
        "BIAOCHI_STORE": str(store),
        "PORT": str(port),
        "PYTHONPATH": str(ROOT),
        **environment,
    }
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        app,
        "--server.port",
        str(port),
        "--server.headless",
        "true",
    ]
    with log.open("wb") as sink:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=env,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(f"http://127.0.0.1:{port}", process, log)
    _await_health(server)
    return server


def _await_health(server: Server, seconds: float = 60) -> None:
    """Asks the plain health address, which runs no page: the first page request stays the
    test's own.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise AssertionError(f"the server stopped:\n{server.log.read_text()}")
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"the server did not answer:\n{server.log.read_text()}")


def stop_server(server: Server) -> None:
    """Ends the process that we started, and nothing else."""
    server.process.send_signal(signal.SIGTERM)
    try:
        server.process.wait(10)
    except subprocess.TimeoutExpired:
        server.process.kill()
        server.process.wait()


@pytest.fixture(scope="session")
def start(tmp_path_factory):
    """start(store=None, **environment) -> Server; all of them are stopped at the end."""
    running = []

    def run(store: Path | None = None, app: str = "app.py", **environment: str) -> Server:
        folder = tmp_path_factory.mktemp("server")
        running.append(start_server(store or folder / "store", folder / "server.log", app, **environment))
        return running[-1]

    yield run
    for server in running:
        stop_server(server)


@pytest.fixture(scope="session")
def server(start) -> Server:
    """A dashboard over an empty store."""
    return start()


@pytest.fixture(scope="session")
def demo_server(start, demo_path) -> Server:
    """A dashboard over the demonstration city."""
    return start(demo_path)


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser, request):
    """A fresh browser context, Chinese unless a test sets another locale by indirect parameter.

    The test fails when a request left this machine.
    """
    locale = getattr(request, "param", "zh-CN")
    context = browser.new_context(viewport={"width": 1366, "height": 900}, locale=locale)
    context.set_default_timeout(MINUTE)
    opened = context.new_page()
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("websocket", lambda socket: asked.append(socket.url))
    yield opened
    context.close()
    outside = [
        url for url in asked if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).hostname not in LOOPBACK
    ]
    assert not outside, f"asked outside this machine: {outside}"


RESTS = '[data-testid="stApp"][data-test-script-state="notRunning"]'
HAS_RUN = """() => {
  const runs = Number(document.querySelector('[data-testid="stApp"]').dataset.biaochiRuns || 0);
  if (runs <= (window.biaochiSeen || 0)) return false;
  window.biaochiSeen = runs;
  return true;
}"""
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def settled(page) -> None:
    """Waits until the page has been run and drawn: until ui/host_page.js has counted one run more than at the last
    call, or 300 milliseconds where what was done causes none.
    """
    from playwright.sync_api import TimeoutError as NoRun

    page.wait_for_selector(RESTS)
    page.wait_for_selector("h1")
    with contextlib.suppress(NoRun):
        page.wait_for_function(HAS_RUN, timeout=300)
    page.wait_for_selector(RESTS)
    page.evaluate(DRAWN)


def visible_text(page) -> list[str]:
    """Every text, placeholder, title and aria-label of the page, and the title of its window."""
    return page.evaluate(VISIBLE)


def assert_only_language(page, language: str, names: frozenset[str] | set[str] = frozenset()) -> None:
    """No word of the other language is on the page, except names from the data and the short
    list above.
    """
    wrong = [text for text in visible_text(page) if _foreign(text, language, names)]
    assert not wrong, f"not {language}: {wrong}"


def _foreign(text: str, language: str, names) -> list[str]:
    for name in sorted({*names, *LANGUAGE_NAMES}, key=len, reverse=True):
        text = text.replace(name, " ")
    if language == "zh":
        return [word for word in LATIN.findall(text) if word not in LATIN_ALLOWED]
    return CJK.findall(text)
