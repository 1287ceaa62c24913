"""Kill writers at random instants and look at what is left. `python -m tests.slow.kill9 DIR TIMES`."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from data.sample.city import demo_files
from data.sample.load import RULES_FILE
from data.store import Store
from words import ROOT

LONGEST = 2.5  # seconds: beyond the end of an import or a publication


def call(store: Path, *words: str) -> subprocess.Popen:
    command = [sys.executable, str(ROOT / "cli.py"), "--store", str(store), *words]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, cwd=ROOT, **quiet)


def run(folder: Path, times: int, seed: int = 1) -> int:
    """How many writers were killed before they ended. AssertionError if a store is not sound."""
    rng = random.Random(seed)
    store = Store(folder / "var")
    store.add_rules(RULES_FILE.read_text(encoding="utf-8"))
    files = {(f.round_id, f.kind): f for f in demo_files()}
    ballots = files["2025", "ballots"].content.decode("utf-8-sig").splitlines(keepends=True)
    killed = 0
    for number in range(times):
        before = store.in_force()
        part = folder / "part.csv"
        size = 60_000 + number
        part.write_text(ballots[0] + "".join(ballots[1:size]), encoding="utf-8")
        words = ("import", "ballots", str(part), "--round", "2025", "--replace")
        if number % 2:
            words = ("publish",)
        process = call(folder / "var", *words)
        time.sleep(rng.uniform(0.1, LONGEST))
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
        process.wait()
        assert store.check() == [], (number, store.check())
        after = store.in_force()
        if words[0] == "import":
            assert after == before
            if not store.uploads():
                call(folder / "var", *words).wait()
        release = store.release()
        if release is not None:
            assert release.rounds()
            release.close()
    return killed


if __name__ == "__main__":
    print(run(Path(sys.argv[1]), int(sys.argv[2])))
