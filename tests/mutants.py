"""Change the code in small ways; a test must fail for each: `python -m tests.mutants [WORD ...]`, or make mutants.

Each mutant runs in a copy of the tree, two at a time, against the tests that its row names; the tree itself is only
read. A failure counts only if the same test passes in an unchanged copy, which is tried at the end. The report is a
table: mutant, killed by, seconds. Exit 1 when fewer than 95 % are killed, or when the text of a mutant no longer
occurs exactly once: it has to be written again.
"""

import csv
import multiprocessing
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.support.paths import ROOT

ENOUGH = 0.95
SECONDS = 600  # a mutant that runs for ever is killed as well
NOT_COPIED = shutil.ignore_patterns(".venv", ".git", "var", ".*_cache", ".hypothesis", "bench")
HYPOTHESIS = ("--hypothesis-profile=mutants", "--hypothesis-seed=0")
ALL_NAMED = ("-m", "not slow and not cluster")  # those that run with the sweeps as well
PYTEST = ("-n", "0", "-q", "--tb=no", "-p", "no:cacheprovider", *ALL_NAMED, *HYPOTHESIS)
# Imported once, in the process that all others are forked from: it took two of three seconds of a mutant. Nothing of
# the project is among them.
PRELOADED = ("pytest", "numpy", "pandas", "scipy.stats", "scipy.optimize", "scipy.sparse", "duckdb", "xlsxwriter")
ENDLESS = f"no end after {SECONDS} s"
FAILED = re.compile(r"^(?:FAILED|ERROR) (tests/.*?)(?: - .*)?$", re.MULTILINE)


@dataclass(frozen=True)
class Mutant:
    """One change: in the file the text becomes another; the tests that should notice; what it means."""

    file: str
    text: str
    other: str
    tests: str
    what: str

    @property
    def name(self) -> str:
        return f"{self.file}: {self.what}"

    def times_found(self) -> int:
        """How often the text occurs in the file; once, or the mutant has to be written again."""
        return (ROOT / self.file).read_text(encoding="utf-8").count(self.text)


@dataclass(frozen=True)
class Outcome:
    """What the tests of a mutant did. killed_by: the test that failed; '' if the mutant survived."""

    mutant: Mutant
    killed_by: str
    seconds: float

    @property
    def line(self) -> str:
        return f"{self.mutant.name:<78.78} {self.killed_by or 'SURVIVED':<110.110} {self.seconds:6.1f}"


def mutants() -> list[Mutant]:
    """The rows of mutants.csv."""
    with (ROOT / "tests" / "mutants.csv").open(encoding="utf-8", newline="") as file:
        return [Mutant(**row) for row in csv.DictReader(file)]


def main(*words: str) -> int:
    """Run every mutant whose file or meaning has one of the words, or all; the exit code."""
    chosen = [mutant for mutant in mutants() if not words or any(word in mutant.name for word in words)]
    stale = [mutant for mutant in chosen if mutant.times_found() != 1]
    for mutant in stale:
        print(f"stale     {mutant.name}: {mutant.text!r}")
    with ThreadPoolExecutor(2) as pool:
        outcomes = [*pool.map(outcome_of, [mutant for mutant in chosen if mutant not in stale])]
    return report(without_false_kills(outcomes), len(stale))


def outcome_of(mutant: Mutant) -> Outcome:
    """Apply the mutant to a copy and run its tests there until one fails."""
    begun = time.monotonic()
    with copied_tree() as tree:
        changed = tree / mutant.file
        changed.write_text(changed.read_text("utf-8").replace(mutant.text, mutant.other), encoding="utf-8")
        for compiled in changed.parent.glob(f"__pycache__/{changed.stem}.*"):
            compiled.unlink()  # the others are copied: compiling them took half of the time of a mutant
        try:
            failed = failures(tree, ["-x", *mutant.tests.split()], SECONDS)
        except RuntimeError as error:
            print(f"no result {mutant.name}: {error}")
            failed = []
    found = Outcome(mutant, "".join(failed[:1]), time.monotonic() - begun)
    print(f"{'killed' if found.killed_by else 'SURVIVED':9} {mutant.name}", flush=True)
    return found


def without_false_kills(outcomes: list[Outcome]) -> list[Outcome]:
    """Undo the kills by tests that fail in an unchanged copy as well."""
    # All cases of a test are run: the brackets of a case may hold anything.
    tests = sorted({found.killed_by.partition("[")[0] for found in outcomes} - {"", ENDLESS})
    with copied_tree() as tree:
        failed = failures(tree, tests, 10 * SECONDS) if tests else []
    for test in failed:
        print(f"fails without any mutant: {test}")
    return [replace(found, killed_by="") if found.killed_by in failed else found for found in outcomes]


@contextmanager
def copied_tree() -> Iterator[Path]:
    """Yield a copy of the tree; it is removed at the end, whatever happened."""
    with tempfile.TemporaryDirectory() as folder:
        yield shutil.copytree(ROOT, Path(folder, "tree"), ignore=NOT_COPIED)


def failures(tree: Path, words: list[str], seconds: int) -> list[str]:
    """The tests that fail in the tree. RuntimeError if they cannot be collected: a mutant must still be Python."""
    said = tree.with_name("said")
    process = FORKED.Process(target=run_pytest, args=(str(tree), str(said), words))
    process.start()
    process.join(seconds)
    if process.is_alive():
        os.killpg(process.pid, signal.SIGKILL)
        process.join()
        return [ENDLESS]
    text = said.read_text(encoding="utf-8")
    if process.exitcode not in (0, 1):
        raise RuntimeError(f"pytest ended with {process.exitcode}: {' '.join(words)}\n{text}")
    return FAILED.findall(text)


def run_pytest(tree: str, said: str, words: list[str]) -> None:
    """Run pytest in the tree, in a process of its own; what it says goes into a file."""
    os.setsid()
    output = os.open(said, os.O_WRONLY | os.O_CREAT)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.chdir(tree)
    os.environ |= {"PYTHONPATH": tree, "PYTHONDONTWRITEBYTECODE": "1"}
    sys.dont_write_bytecode = True
    # This module came from the tree that is only read; the tests must find every module in the copy.
    sys.path[:] = [tree, *(path for path in sys.path if Path(path or ".").resolve() != ROOT)]
    for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
        del sys.modules[name]
    code = pytest.main([*PYTEST, *words])
    sys.stdout.flush()
    os._exit(int(code))


def report(outcomes: list[Outcome], stale: int) -> int:
    """Print the table, slowest last; the exit code."""
    killed = sum(bool(found.killed_by) for found in outcomes)
    print(f"\n{'mutant':<78} {'killed by':<110} {'seconds':>6}")
    for found in sorted(outcomes, key=lambda found: found.seconds):
        print(found.line)
    print(f"{killed} of {len(outcomes)} killed, {stale} stale")
    return int(bool(stale) or killed < ENOUGH * len(outcomes))


FORKED = multiprocessing.get_context("forkserver")

if __name__ == "__main__":
    FORKED.set_forkserver_preload(list(PRELOADED))
    sys.exit(main(*sys.argv[1:]))
