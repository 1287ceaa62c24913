"""Take the pictures of the front pages from the running product: `python -m tools.pictures`."""

import tempfile
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, FloatRect, sync_playwright

from cli.main import run
from i18n import ROOT
from tests.browser.conftest import (
    CHROMIUM,
    CHROMIUM_OPTIONS,
    settled,
    start_server,
    stop_server,
    watched_context,
)

FOLDER = ROOT / "docs" / "pictures"
NAMES = {"zh": "bottom.png", "en": "bottom.en.png"}
CATEGORY = "政府工作部门"  # 32 departments, all three verdicts
MARGIN = 8  # pixels around the chart


def take(browser: Browser, url: str, language: str) -> None:
    """Write the picture of the bottom chart in one language."""
    context = watched_context(browser, device_scale_factor=1.5)
    page = context.new_page()
    page.set_viewport_size({"width": 1366, "height": 1600})
    page.goto(f"{url}/bottom?{urlencode({'lang': language, 'category': CATEGORY})}")
    chart = page.get_by_test_id("stPlotlyChart").first
    chart.wait_for()
    settled(page)
    page.mouse.move(1, 1)  # the toolbar shows while the mouse is on the chart
    box = chart.bounding_box()
    assert box is not None
    x, y, width, height = box["x"], box["y"], box["width"], box["height"]
    clip = FloatRect(x=x - MARGIN, y=y - MARGIN, width=width + 2 * MARGIN, height=height + 2 * MARGIN)
    page.screenshot(path=FOLDER / NAMES[language], clip=clip)
    context.close()


def main() -> None:
    """Serve the demonstration city from a scratch folder and take every picture."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        run(["--store", str(folder / "store"), "demo"])
        server = start_server(folder / "store", folder / "server.log")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        try:
            for language in NAMES:
                take(browser, server.url, language)
        finally:
            browser.close()
            stop_server(server)


if __name__ == "__main__":
    main()
