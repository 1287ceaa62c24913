"""Pictures of every page in both languages: `python -m tests.browser.screenshots [STORE] [PATH ...]`.

They go to tests/browser/screenshots/, which is not in git, as do the pictures of journeys, which only
`pytest --pictures` takes: a picture of a whole page costs up to a second. Look at them; no test does.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import (
    CHROMIUM,
    CHROMIUM_OPTIONS,
    settled,
    start_server,
    stop_server,
    watched_context,
)

FOLDER = Path(__file__).with_name("screenshots")
PATHS = ("overview", "ranking", "changes", "unit", "pledges", "bottom", "bulletin", "upload", "releases", "methods")


wanted: set[str] = set()
"""Holds "pictures" once `pytest --pictures` asked for those of journeys."""


def picture(page, name: str) -> None:
    """The whole page of a journey, where pictures are wanted."""
    if wanted:
        FOLDER.mkdir(exist_ok=True)
        settled(page)
        page.screenshot(path=FOLDER / f"{name}.png", full_page=True)


def take(url: str, paths=PATHS, languages=("zh", "en"), width: int = 1366) -> list[Path]:
    """One PNG per page and language of a running dashboard."""
    FOLDER.mkdir(exist_ok=True)
    taken = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        page = watched_context(browser).new_page()
        page.set_viewport_size({"width": width, "height": 1000})
        for path in paths:
            for language in languages:
                page.goto(f"{url}/{path}{'&' if '?' in path else '?'}lang={language}")
                settled(page)
                taken.append(FOLDER / f"{path.split('?')[0]}-{language}.png")
                page.screenshot(path=taken[-1], full_page=True)
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
