"""Cost of an upload through the browser: `python -m bench.upload`.

(a) a million ballot lines from choosing the file to the published ranking on the page: at most 60 s on 2 cores.
(b) memory of the server after 20 uploads of 20 MB, each published, against before: at most 150 MB more.
The first upload precedes the measurement of (b): it loads libraries that stay in memory.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench.ballots import write_ballots
from data.store import Store
from i18n import ROOT
from tests.browser.conftest import CHROMIUM, CHROMIUM_OPTIONS, Server, settled, start_server, stop_server
from tests.browser.journeys import fill_round, open_upload

WORK = ROOT / "bench" / "work"
MILLION = 1_000_020  # complete ballots of 60 units
TWENTY_MB = 340_020
PATIENCE = 180_000  # ms


def resident_mb(server: Server) -> float:
    """Return the memory of the server's process now."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def publish_through(page, round_id: str, file: Path) -> tuple[float, float]:
    """Return the seconds until the file is published, and until its ranking is on the page, in the same session."""
    page.get_by_test_id("stSidebarNavLink").get_by_text("上传", exact=True).click()
    page.locator("h1", has_text="上传").wait_for(timeout=PATIENCE)
    settled(page)
    fill_round(page, round_id)
    start = time.perf_counter()
    page.locator("input[type=file]").last.set_input_files(file)
    page.get_by_role("button", name="保存并发布").click(timeout=PATIENCE)
    page.get_by_text("查看排名").wait_for(timeout=PATIENCE)
    published = time.perf_counter() - start
    page.get_by_text("查看排名").click()
    page.locator("h1", has_text="排名").wait_for(timeout=PATIENCE)
    settled(page)
    return published, time.perf_counter() - start


def main(arguments: list[str]) -> None:
    rounds = int(arguments[0]) if arguments else 20
    large, small = write_ballots(WORK / "ballots_1m.csv", MILLION), write_ballots(WORK / "ballots_20mb.csv", TWENTY_MB)
    folder = Path(tempfile.mkdtemp(dir=WORK))
    store = Store(folder / "store")
    store.add_rules((ROOT / "rules" / "demo-2025.toml").read_text(encoding="utf-8"))
    server = start_server(store.path, folder / "server.log")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
            page = browser.new_page(locale="zh-CN")
            open_upload(page, server)
            published, ranked = publish_through(page, "2000", large)
            print(
                f"(a) {large.stat().st_size / 1e6:.0f} MB: published {published:.1f} s, ranking {ranked:.1f} s (bar 60)"
            )
            print(f"    peak of the server {peak_mb(server):.0f} MB")
            publish_through(page, "2001", small)
            before = resident_mb(server)
            for number in range(rounds):
                publish_through(page, f"{2002 + number}", small)
                print(f"    {number + 1}: {resident_mb(server):.0f} MB", flush=True)
            page.wait_for_timeout(5000)
            grown = resident_mb(server) - before
            size = small.stat().st_size / 1e6
            print(f"(b) {rounds} uploads of {size:.0f} MB: {before:.0f} MB + {grown:.0f} MB (bar 150)")
    finally:
        stop_server(server)
        shutil.rmtree(folder)


def peak_mb(server: Server) -> float:
    """Return the peak memory of the server's process."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    main(sys.argv[1:])
