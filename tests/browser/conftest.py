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

from access import accounts
from data.store import Store
from data.store.audit_log import log_action
from tests.support.paths import ROOT
from tests.support.stores import BALLOTS, SMALL

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
PATIENCE = 180_000  # milliseconds: how long every step waits, so that a slow machine is no failure
LOOPBACK = {"127.0.0.1", "localhost"}

# Latin words a Chinese page may show: file kinds, units, the product's name, the other
# language's name.
DIGEST = re.compile(r"(?:[0-9a-f]{4} ){7}[0-9a-f]{4}|\d+:[0-9a-f]{16}")  # as papers print it, and heads of the log
LATIN_ALLOWED = {
    "P",  # of Ctrl+P
    "sgaj",  # Pinyin initials, an example of the search
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

WITH_EVERY_RUN = {"test_pages_with_data", "test_shell"}
"""Modules that run with every `make test`: each page opens in both languages, and the shell around the pages works.
Journeys take minutes of waiting and run with `make test-browser`."""


def pytest_configure(config):
    from tests.browser import screenshots

    screenshots.wanted.update({"pictures"} if config.getoption("--pictures") else ())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        module = item.module.__name__.rpartition(".")[2]
        if "browser" in str(item.path) and module not in WITH_EVERY_RUN:
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


def start_server(store: Path, log: Path, app: str = "app.py", root: Path = ROOT, **environment: str) -> Server:
    """`streamlit run app.py` of the tree at `root` over a store; returns when it answers."""
    port = free_port()
    env = {
        **os.environ,
        "BIAOCHI_STORE": str(store),
        "PORT": str(port),
        "PYTHONPATH": str(root),
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
            cwd=root,
            env=env,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(f"http://127.0.0.1:{port}", process, log)
    _await_health(server)
    return server


def _await_health(server: Server, seconds: float = PATIENCE / 1000) -> None:
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
def serve(start, tmp_path_factory):
    """serve(store) -> Server: one dashboard for every store of this worker, since a start costs seconds of a core.

    The folder that it serves is a link to the store; a release is the same wherever its store lies.
    """
    link = tmp_path_factory.mktemp("served") / "store"
    running = []

    def run(store: Path) -> Server:
        store.mkdir(parents=True, exist_ok=True)
        fresh = link.with_name("next")
        fresh.symlink_to(store, target_is_directory=True)
        fresh.replace(link)
        running[:] = running or [start(link)]
        return running[0]

    return run


@pytest.fixture
def server(serve, tmp_path) -> Server:
    """A dashboard over an empty store."""
    return serve(tmp_path / "store")


@pytest.fixture
def demo_server(serve, demo_path) -> Server:
    """A dashboard over the demonstration city."""
    return serve(demo_path)


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        yield chromium
        chromium.close()


def watched_context(browser, **options):
    """A browser context whose pages `settled` can wait for."""
    context = browser.new_context(viewport={"width": 1366, "height": 900}, **options)
    context.set_default_timeout(PATIENCE)
    context.add_init_script(WATCH)
    return context


@pytest.fixture(scope="session")
def contexts(browser):
    """contexts(locale): one browser context per worker and locale, so that Streamlit's scripts are read only once."""
    opened = {}

    def of(locale: str):
        if locale not in opened:
            opened[locale] = watched_context(browser, locale=locale)
        opened[locale].clear_cookies()
        return opened[locale]

    return of


@contextlib.contextmanager
def tab(context):
    """A fresh page; a request that leaves this machine is a failure."""
    opened = context.new_page()
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("websocket", lambda socket: asked.append(socket.url))
    yield opened
    opened.close()
    outside = [
        url for url in asked if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).hostname not in LOOPBACK
    ]
    assert not outside, f"asked outside this machine: {outside}"


@pytest.fixture
def page(contexts, request):
    """A fresh page, in a Chinese browser unless a test sets another locale by indirect parameter."""
    with tab(contexts(getattr(request, "param", "zh-CN"))) as opened:
        yield opened


PEOPLE = {
    "li": ("viewer", "李明"),
    "wang": ("clerk", "王芳"),
    "zhao": ("publisher", "赵强"),
    "qian": ("publisher", "钱进"),
    "sun": ("auditor", "孙丽"),
    "zhou": ("administrator", "周管"),
}
"""Name -> role and title of those who have an account in the `office`."""


@pytest.fixture(scope="module")
def office(start, tmp_path_factory):
    """A dashboard with six accounts; the first password of `li` is not changed yet."""
    base = tmp_path_factory.mktemp("office")
    store = Store(base / "var", threads=1)
    store.add_rules(SMALL)
    for round_id in ("2024", "2025"):
        store.import_files("ballots", [("评议票.csv", BALLOTS.encode())], round_id)
    store.publish("首次")
    passwords = {}
    for name, (role, title) in PEOPLE.items():
        passwords[name] = accounts.add_account(base / "var-accounts", name, role, title=title)
        log_action(store.path, "account", name, note=role)
        if name != "li":
            accounts.change_password(base / "var-accounts", name, passwords[name], f"Duanwu-{role}-5")
            passwords[name] = f"Duanwu-{role}-5"
    return start(store.path), store, base / "var-accounts", passwords


@pytest.fixture
def enter(office, browser):
    """enter(name): a page of a browser in which somebody signed in."""
    server, _store, _folder, passwords = office
    opened = []

    def sign_in(name, path="/signin?lang=zh"):
        context = watched_context(browser, locale="zh-CN")
        opened.append(context)
        page = context.new_page()
        page.goto(server.url + path)
        page.fill("#name", name)
        page.fill("#password", passwords[name])
        page.click("button")
        return page

    yield sign_in
    for context in opened:
        context.close()


WATCH = Path(__file__).with_name("watch.js").read_text(encoding="utf-8")
RESTS = """() => {
  const one = (name, part) => [...document.querySelectorAll(`[data-testid="${name}"]`)]
    .filter((element) => element.checkVisibility()).every((element) => element.querySelector(part));
  const app = document.querySelector('[data-testid="stApp"]');
  return !biaochiWatch.asked && !biaochiWatch.running && app && app.dataset.testScriptState === 'notRunning'
    && document.querySelector('h1') && !document.querySelector('[data-testid="stSkeleton"]')
    && one('stPlotlyChart', '.main-svg') && one('stDataFrame', 'canvas');
}"""
DRAWN = """async () => {
  await document.fonts.ready;
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""


def settled(page) -> None:
    """Waits until every run that the page has asked for is done and drawn, tables and charts included."""
    drawn(page)  # what was just typed or clicked has been sent
    page.wait_for_function(RESTS)
    drawn(page)


def drawn(page) -> None:
    """Waits until what the page shows by itself, as an opened list, is drawn in its fonts."""
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
    text = DIGEST.sub(" ", text)  # before the names, some of which are numbers that a digest begins with
    for name in sorted({*names, *LANGUAGE_NAMES}, key=len, reverse=True):
        text = text.replace(name, " ")
    if language == "zh":
        return [word for word in LATIN.findall(text) if word not in LATIN_ALLOWED]
    return CJK.findall(text)
