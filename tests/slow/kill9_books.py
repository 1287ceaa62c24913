"""Kill imports of a book at random instants and look at what is left. `python -m tests.slow.kill9_books DIR KILLS`."""

import os
import random
import signal
import sys
import time
from datetime import date, timedelta
from pathlib import Path

from data.store import ImportOptions, Store
from data.store.uploads import active
from data.store.verify import check
from tests.slow.kill9 import call

ROWS = 20_000  # above the number from which a table is read by columns
HEAD = "意见编号,收到时间,来源渠道,网格,承办单位,答复时间,办理结果\n"
PLACES = "地点编码,名称,类型\nKZ,康庄,村社区\n"
FIRST = date(2026, 2, 1)


def register(rows: int, month: int) -> str:
    """A register whose rows move on: each month a further part of them is answered."""
    lines = [
        f"HY-{n:06d},2026-01-{1 + n % 28:02d},热线,KZ,市公安局,{'2026-01-30,已解决' if n % 12 < month else ','}\n"
        for n in range(rows)
    ]
    return HEAD + "".join(lines)


class Killer:
    """A store under attack: imports of the states of a book, each killed while it runs."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.rng, self.path, self.part = random.Random(seed), folder / "var", folder / "part.csv"
        self.store, self.number = Store(self.path), 0
        assert self.store.import_files(
            "place", [("p.csv", "地点编码,名称,类型\nKZ,康庄,村社区\n".encode())], "2026"
        ).stored
        january = [("一月.csv", register(ROWS, 0).encode())]
        assert self.store.import_files("opinion", january, "2026", ImportOptions(as_of="2026-01-31")).stored
        self.store.publish()
        start = time.monotonic()
        assert self._start().wait() == 0
        self.longest = time.monotonic() - start

    def attack(self) -> bool:
        """Start an import, kill it at a random instant, check the store. False when it ended before the kill."""
        before, release = self._uploads(), self.store.in_force()
        process = self._start()
        time.sleep(self.rng.uniform(0, self.longest))
        running = process.poll() is None
        if running:
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert check(self.store) == [], check(self.store)
        after = self._uploads()
        assert (
            after[: len(before)] == before and len(after) - len(before) in (0, 1) and self.store.in_force() == release
        )
        for upload in active(self.store.uploads())[len(before) :]:
            assert upload.lines == ROWS == len(upload.keys()) and upload.choices.as_of == self._day()
        return running

    def _uploads(self) -> list[str]:
        return [upload.upload_id for upload in active(self.store.uploads())]

    def _day(self) -> str:
        return (FIRST + timedelta(days=self.number)).isoformat()

    def _start(self):
        self.number += 1
        self.part.write_text(register(ROWS, self.number % 12), encoding="utf-8")
        words = ("--round", "2026", "--as-of", self._day(), "--complete", "--accept-warnings", "x")
        return call(self.path, "import", "opinion", str(self.part), *words)


def run(folder: Path, kills: int, seed: int = 1) -> int:
    """Attack until so many imports were killed while they ran. AssertionError when unsound."""
    killer, killed = Killer(folder, seed), 0
    while killed < kills:
        killed += killer.attack()
    assert killer.store.publish().new or killer._uploads()
    assert check(killer.store) == []
    return killed


if __name__ == "__main__":
    print(run(Path(sys.argv[1]), int(sys.argv[2])))
