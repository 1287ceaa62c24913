"""Kill writers at random instants and look at what is left. `python -m tests.slow.kill9 DIR KILLS`."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from data.sample.city import demo_files
from data.sample.load import RULES_FILE
from data.store import ImportOptions, Store
from data.store.uploads import active
from data.store.verify import check
from i18n import ROOT


def call(store: Path, *words: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "cli", "--store", str(store), *words]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, cwd=ROOT, **quiet)


class Killer:
    """One store under attack: an import, or the publication of something new, each killed while it runs."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.rng = random.Random(seed)
        self.path, self.part = folder / "var", folder / "part.csv"
        self.store = Store(self.path)
        self.store.add_rules(RULES_FILE.read_text(encoding="utf-8"))
        files = {(f.round_id, f.kind): f for f in demo_files()}
        self.lines = files["2025", "ballots"].content.decode("utf-8-sig").splitlines(keepends=True)
        self.size = 60_000
        self.longest = {"import": self._duration("import"), "publish": self._duration("publish")}

    def attack(self, what: str) -> bool:
        """Start one writer, kill it at a random instant, check the store. False when it ended before the kill."""
        before, uploads = self.store.in_force(), self._uploads()
        if what == "publish":
            self._import_here()
            uploads = self._uploads()
        process = self._start(what)
        time.sleep(self.rng.uniform(0, self.longest[what]))
        running = process.poll() is None
        if running:
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert check(self.store) == [], (what, check(self.store))
        self._old_or_new(what, before, uploads)
        return running

    def _old_or_new(self, what: str, before: str | None, uploads: list[str]) -> None:
        """The release in force is the one of before, or exactly the one that was to be published."""
        after = self.store.in_force()
        assert what == "publish" or after == before, "an import never moves the release in force"
        release = self.store.release()
        if release is None:
            return
        assert release.rounds() == ["2025"]
        assert after == before or release.upload_ids == uploads
        release.close()

    def _uploads(self) -> list[str]:
        return [upload.upload_id for upload in active(self.store.uploads())]

    def _write_part(self) -> None:
        self.size += 1
        self.part.write_text(self.lines[0] + "".join(self.lines[1 : self.size]), encoding="utf-8")

    def _import_here(self) -> None:
        self._write_part()
        assert self.store.import_files("ballots", [self.part], "2025", ImportOptions(replace=True)).stored

    def _start(self, what: str) -> subprocess.Popen:
        if what == "publish":
            return call(self.path, "publish")
        self._write_part()
        return call(self.path, "import", "ballots", str(self.part), "--round", "2025", "--replace")

    def _duration(self, what: str) -> float:
        """Seconds of one undisturbed run: kills are drawn inside it."""
        if what == "publish":
            self._import_here()
        start = time.monotonic()
        assert self._start(what).wait() == 0
        return time.monotonic() - start


def run(folder: Path, kills: int, seed: int = 1) -> dict[str, int]:
    """Attack until so many writers were killed while they ran; how many of each kind. AssertionError when unsound."""
    killer = Killer(folder, seed)
    killed = {"import": 0, "publish": 0}
    while sum(killed.values()) < kills:
        what = min(killed, key=lambda name: killed[name])
        killed[what] += killer.attack(what)
    return killed


if __name__ == "__main__":
    print(run(Path(sys.argv[1]), int(sys.argv[2])))
