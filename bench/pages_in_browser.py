"""(h) What a person waits for in Chromium: the home page opened right after the server's start, opened later until the
finding is painted and until all is drawn, and a click in the menu.

`python -m bench.pages_in_browser [STORE]`; without a store the demonstration is loaded into a new store. Each is timed
from the click or address to the moment at which the page rests and is drawn, next to a bare page of Streamlit, below
which no page can fall. Bars on an idle machine: first open 2 s, a click 0.5 s. Of an open page at rest, Streamlit's
scripts take 1.3 s, and to compile Plotly and to draw each chart twice, as Streamlit does, takes some 2 s.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from data.sample.load import load_demo
from data.store import Store
from schemes.demonstration import scheme_files
from tests.browser.conftest import CHROMIUM, CHROMIUM_OPTIONS, settled, start_server, stop_server, watched_context

CLICKS = ("ranking", "bottom", "unit", "changes", "home")
RUNS = 3
WARM = 10.0  # seconds after which a server that just started has computed the release in force, see ui/warm.py
PAINTED = """
  window.painted = 0;
  const seen = new MutationObserver(() => {
    if (!document.querySelector(".biaochi-cards")) return;
    seen.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => { window.painted = performance.now(); }));
  });
  seen.observe(document, { subtree: true, childList: true });
"""
"""Put into a page before its scripts: milliseconds from its address to the first frame that shows the finding."""


@contextmanager
def served(store: Path, app: str = "app.py") -> Iterator[str]:
    """Serve a dashboard, and yield its address."""
    with tempfile.TemporaryDirectory() as scratch:
        server = start_server(store, Path(scratch, "server.log"), app)
        try:
            yield server.url
        finally:
            stop_server(server)


def timed(page: Page, act: Callable[[], object]) -> float:
    """Return the seconds from an action to the moment at which the page rests."""
    start = time.perf_counter()
    act()
    settled(page)
    return time.perf_counter() - start


def times_of(browser: Browser, url: str, clicks: tuple[str, ...]) -> dict[str, float]:
    """Return the seconds of a first open, of an open in a new browser session, and the median of each click."""
    found = {}
    for name, wait in (("first open, new server", 0.0), ("first open", WARM), ("opened again", 0.0)):
        time.sleep(wait)
        page = watched_context(browser).new_page()
        page.add_init_script(PAINTED)
        found[name] = timed(page, lambda page=page: page.goto(url))
        found[f"{name}: finding"] = page.evaluate("painted") / 1000
    for path in clicks:
        found[f"click {path}"] = statistics.median(_clicked(page, path) for _run in range(RUNS))
    return found


def _clicked(page: Page, path: str) -> float:
    """Return the seconds of a click on a page in the menu, from the home page or to it."""
    link = page.locator(f'[data-testid="stSidebarNavLink"][href$="/{"" if path == "home" else path}"]')
    other = page.locator('[data-testid="stSidebarNavLink"][href$="/methods"]')
    other.click()
    settled(page)
    return timed(page, link.click)


def bare_times(browser: Browser, url: str) -> dict[str, float]:
    """Return the seconds of a first open and of a click of the bare page."""
    page = watched_context(browser).new_page()
    first = timed(page, lambda: page.goto(url))
    radios = page.get_by_test_id("stRadio").locator("label")
    click = statistics.median(timed(page, radios.nth(1 + run % 2).click) for run in range(RUNS))
    return {"first open": first, "click": click}


def main(arguments: list[str]) -> None:
    """Print the seconds of the dashboard and of the bare page."""
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        store = Path(arguments[0]) if arguments else Path(scratch, "store")
        if not arguments:
            load_demo(Store(store), scheme_files())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        with served(store, "bench/bare_page.py") as url:
            bare = bare_times(browser, url)
        with served(store) as url:
            found = times_of(browser, url, CLICKS)
        browser.close()
    print(f"load of the machine {os.getloadavg()[0]:.1f}")
    for name, seconds in found.items():
        beside = bare["first open" if "open" in name else "click"]
        print(f"(h) {name:32} {seconds:6.2f} s, bare page {beside:6.2f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
