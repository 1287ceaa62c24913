"""Pictures of every page in both languages: `python -m tests.browser.screenshots [STORE | URL] [PATH ...] [--width 390]
[--zoom 150] [--dark] [--paper] [--language en]`, and below the name of each picture what does not fit on the page.

They go to tests/browser/screenshots/, which is not in git, as do the pictures of journeys, which only
`pytest --pictures` takes: a picture of a whole page costs up to a second. Look at them; no test does.
"""

import re
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
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
from tests.browser.geometry import faults
from ui.layout import MENU, PROVINCE, WITH_LOGIN

FOLDER = Path(__file__).with_name("screenshots")
PATHS = tuple(entry.path for entries in MENU.values() for entry in entries if entry.path not in {*WITH_LOGIN, PROVINCE})
PATHS += tuple(scheme.name for scheme in OTHER_SCHEMES)
"""Of every page of a menu where nobody signs in and no province is set."""
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


def take(url: str, paths=PATHS, languages=("zh", "en"), looks=None) -> Iterator[tuple[Path, list[str]]]:
    """One PNG per page and language of a running dashboard, with what does not fit."""
    looks = looks or options([])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        zoom = looks.zoom / 100
        page = watched_context(
            browser, device_scale_factor=zoom, color_scheme="dark" if looks.dark else "light"
        ).new_page()
        page.set_viewport_size({"width": round(looks.width / zoom), "height": round(looks.height / zoom)})
        if looks.paper:
            page.add_init_script("window.print = () => {}")
        for path in paths:
            for language in languages:
                page.goto(f"{url}/{path}{'&' if '?' in path else '?'}lang={language}{'&view=print' * looks.paper}")
                name = "-".join(re.findall(r"\w+", path)) + f"-{looks.name}{language}"
                yield (paper if looks.paper else whole)(page, name), faults(page)
        browser.close()


def paper(page, name: str) -> Path:
    """The page as it is printed, a PDF; the picture is for its screen."""
    settled(page)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    FOLDER.mkdir(exist_ok=True)
    page.pdf(path=FOLDER / f"{name}.pdf", prefer_css_page_size=True)
    return FOLDER / f"{name}.pdf"


def options(arguments: list[str]) -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(prog="tests.browser.screenshots")
    parser.add_argument("store", nargs="?", default="")
    parser.add_argument("paths", nargs="*", default=PATHS)
    parser.add_argument("--width", type=int, default=1366)
    parser.add_argument("--height", type=int, default=900)
    parser.add_argument("--zoom", type=int, default=100)
    parser.add_argument("--language", nargs="+", default=("zh", "en"))
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--paper", action="store_true")
    parser.add_argument("--name", default="")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> None:
    looks = options(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        running = looks.store.startswith("http")
        server = (
            None
            if running
            else start_server(Path(looks.store) if looks.store else Path(scratch, "store"), Path(scratch, "server.log"))
        )
        try:
            for path, unfit in take(server.url if server else looks.store, looks.paths, looks.language, looks):
                print(path, *unfit, sep="\n  ", flush=True)
        finally:
            if server:
                stop_server(server)


if __name__ == "__main__":
    main(sys.argv[1:])
