"""Change the code in small ways; a test must fail for each: `python -m tests.mutants [WORD]`, or make mutants.

Each mutant runs in a copy of the tree, two at a time. Exit 1 when fewer than 95 % are killed, or when the text of a
mutant no longer occurs exactly once: it has to be written again.
"""

import csv
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.support.paths import ROOT

ENOUGH = 0.95
SECONDS = 600  # a mutant that runs for ever is killed as well
NOT_COPIED = shutil.ignore_patterns(".venv", ".git", "var", "__pycache__", ".*_cache", ".hypothesis", "bench")


@dataclass(frozen=True)
class Mutant:
    """One change: in the file the text becomes another; the tests that should notice; what it means."""

    file: str
    text: str
    other: str
    tests: str
    what: str


def mutants() -> list[Mutant]:
    """The rows of mutants.csv."""
    with (ROOT / "tests" / "mutants.csv").open(encoding="utf-8", newline="") as file:
        return [Mutant(**row) for row in csv.DictReader(file)]


def main(word: str = "") -> int:
    """Run every mutant whose file or meaning has the word; the exit code."""
    chosen = [mutant for mutant in mutants() if word in mutant.file + mutant.what]
    stale = [mutant for mutant in chosen if (ROOT / mutant.file).read_text(encoding="utf-8").count(mutant.text) != 1]
    for mutant in stale:
        print(f"stale     {mutant.file}: {mutant.text!r}")
    with ThreadPoolExecutor(2) as pool:
        killed = [*pool.map(is_killed, [mutant for mutant in chosen if mutant not in stale])]
    print(f"{sum(killed)} of {len(killed)} killed, {len(stale)} stale")
    return int(bool(stale) or sum(killed) < ENOUGH * len(killed))


def is_killed(mutant: Mutant) -> bool:
    """Whether a test fails for it."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "tree")
        shutil.copytree(ROOT, tree, ignore=NOT_COPIED)
        changed = tree / mutant.file
        changed.write_text(changed.read_text("utf-8").replace(mutant.text, mutant.other), encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-n",
            "0",
            "-x",
            "-q",
            "-p",
            "no:cacheprovider",
            *mutant.tests.split(),
        ]
        environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, timeout=SECONDS, check=False)
            killed = done.returncode == 1
        except subprocess.TimeoutExpired:
            killed = True
    print(f"{'killed' if killed else 'SURVIVED':9} {mutant.file}: {mutant.what}", flush=True)
    return killed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
