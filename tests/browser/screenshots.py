"""Pictures of every page in both languages: `python -m tests.browser.screenshots [STORE] [PATH ...]`.

They go to tests/browser/screenshots/, which is not in git, as do the pictures of journeys, which only
`pytest --pictures` takes: a picture of a whole page costs up to a second. Look at them; no test does.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from schemes import OTHER_SCHEMES
from tests.browser.conftest import (
    CHROMIUM,
    CHROMIUM_OPTIONS,
    settled,
    start_server,
    stop_server,
    watched_context,
)
from ui.layout import MENU

FOLDER = Path(__file__).with_name("screenshots")
PATHS = tuple(entry.path for entries in MENU.values() for entry in entries)
PATHS += tuple(scheme.name for scheme in OTHER_SCHEMES)
"""Of every page of the menu."""
HEIGHT = "() => Math.max(innerHeight, document.querySelector('[data-testid=\"stMain\"]').scrollHeight)"
wanted: set[str] = set()
"""Holds "pictures" once `pytest --pictures` asked for those of journeys."""


def picture(page, name: str) -> None:
    """The whole page of a journey, where pictures are wanted."""
    if wanted:
        whole(page, name)


def whole(page, name: str) -> Path:
    """All of the page, which Streamlit scrolls within its window: the window is made as high as the page for it."""
    FOLDER.mkdir(exist_ok=True)
    path, before = FOLDER / f"{name}.png", page.viewport_size
    settled(page)
    page.set_viewport_size({**before, "height": page.evaluate(HEIGHT)})
    settled(page)
    page.screenshot(path=path)
    page.set_viewport_size(before)
    settled(page)
    return path


def take(url: str, paths=PATHS, languages=("zh", "en"), width: int = 1366) -> list[Path]:
    """One PNG per page and language of a running dashboard."""
    taken = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        page = watched_context(browser).new_page()
        page.set_viewport_size({"width": width, "height": 1000})
        for path in paths:
            for language in languages:
                page.goto(f"{url}/{path}{'&' if '?' in path else '?'}lang={language}")
                taken.append(whole(page, f"{path.split('?')[0]}-{language}"))
        browser.close()
    return taken


def main(arguments: list[str]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        store = Path(arguments[0]) if arguments else Path(scratch, "store")
        server = start_server(store, Path(scratch, "server.log"))
        try:
            for path in take(server.url, arguments[1:] or PATHS):
                print(path)
        finally:
            stop_server(server)


if __name__ == "__main__":
    main(sys.argv[1:])
