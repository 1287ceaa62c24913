"""(b) Server time of each page on 8 million lines and on 80 thousand, warm, in one process.

Bars: the ratio at most 1.3, and every page under 300 ms. Pages read counts and moments only, so a hundred times the
ballots must not be felt.
"""

import os
import statistics
import time
from pathlib import Path

from streamlit.testing.v1 import AppTest

from bench.ballots import write_ballots
from bench.import_ballots import WORK
from data.store import Store
from i18n import ROOT
from ui import cached

PAGES = (
    "browse/home.py",
    "browse/ranking.py",
    "browse/changes.py",
    "browse/unit.py",
    "act/bottom.py",
    "act/bulletin.py",
    "method/methods.py",
    "manage/upload.py",
)
RUNS = 15


def store_of(lines: int) -> Path:
    """Return a published store with this many lines, created once."""
    path = WORK / f"store_{lines}"
    store = Store(path)
    if store.in_force() is None:
        store.add_rules((ROOT / "rules" / "demo-2025.toml").read_text(encoding="utf-8"))
        store.import_files("ballots", [write_ballots(WORK / f"ballots_{lines}.csv", lines)], "2025")
        store.publish()
    return path


def page_times(store: Path) -> dict[str, float]:
    """Return the median milliseconds of a warm run of each page."""
    os.environ["BIAOCHI_STORE"] = str(store)
    cached.store.clear()
    times = {}
    for page in PAGES:
        app = AppTest.from_file(str(ROOT / "pages" / "entry" / "main.py"), default_timeout=60)
        app.switch_page(str(ROOT / "pages" / page)).run()
        assert not app.exception, app.exception
        taken = []
        for _ in range(RUNS):
            start = time.perf_counter()
            app.run()
            taken.append((time.perf_counter() - start) * 1000)
        times[page] = statistics.median(taken)
    return times


def main() -> None:
    """Print the times of both sizes and their ratio."""
    small, large = page_times(store_of(80_000)), page_times(store_of(8_000_000))
    for page in PAGES:
        ratio = large[page] / small[page]
        print(f"(b) {page:20} {large[page]:6.1f} ms / {small[page]:6.1f} ms = {ratio:.2f} (bars 300 ms, 1.3)")


if __name__ == "__main__":
    main()
