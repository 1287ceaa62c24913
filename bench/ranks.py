"""Rank sets: time and memory against the plain loop over draws, and against the package multiple-inference.

`python -m bench.ranks [--multiple-inference PYTHON]`, where PYTHON has multiple-inference 1.2.0 in a separate
environment; it is no dependency of ours (dormant since 2023, and it brings a plotting stack).

Bars: p = 60 with 20,000 draws in 1 s, p = 1,000 with 1,000 draws in 3 s, p = 3,000 in 6 s and 0.6 GB, p = 10,000 in
2 minutes and 4 GB. Against the package 3 and 5 times faster at 500 and 1,000 units, a fifth of its memory at 3,000, and
the same sets. Sets of scores, with a variance of each pair: p = 60 in 1 s, p = 1,000 in 3 s, p = 3,000 in 1.1 times the
time of sets of a covariance in the same process.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from analytics.laws import VoteCounts
from analytics.moments import SCALE, Moments, Pairs
from analytics.ranks import BORDERLINE, rank_sets, rank_sets_of
from analytics.scores import UnitScores, scores_from_moments
from bench.import_ballots import seconds
from i18n import ROOT

SIZES = ((60, 20_000, 1.0), (1_000, 1_000, 3.0), (3_000, 1_000, 6.0))
A_COUNTRY = (10_000, 1_000, 120.0)
"""Too many units for the plain loop: it would take an hour."""
OVER_COVARIANCE = 1.1
"""Time of sets of scores over that of sets of their covariance, for the largest of SIZES, which has no bar in seconds:
its speed is that of the sets of a covariance."""
AGAINST = ((500, 3.0), (1_000, 5.0))
SAME_SETS = (20, 40, 60, 80, 150)
SAME_DRAWS = 100_000
STEPS_BELOW = 100
"""The package steps down below 100 units only."""

OURS = """
import json, sys, time
import numpy as np
from analytics.ranks import rank_sets
from bench.ranks import peak_memory
given = np.load(sys.argv[1])
before = peak_memory()
start = time.perf_counter()
rank_sets(given["score"], given["covariance"], draws=int(sys.argv[2]), seed=1, stepdown=sys.argv[3] == "stepdown")
taken = time.perf_counter() - start
print(json.dumps({"seconds": taken, "before": before, "peak": peak_memory()}))
"""

THEIRS = """
import json, re, sys, time
from pathlib import Path
import numpy as np
from multiple_inference.confidence_set import SimultaneousRanking

def peak_memory():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024

given = np.load(sys.argv[1])
before = peak_memory()
start = time.perf_counter()
sets = SimultaneousRanking(given["score"], given["covariance"]).fit(n_samples=int(sys.argv[2])).conf_int(alpha=0.05)
taken = time.perf_counter() - start
found = {"seconds": taken, "before": before, "peak": peak_memory(), "sets": np.asarray(sets).astype(int).tolist()}
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Run:
    """Run in a separate process: wall time of the call, memory before it and at its peak, bytes."""

    seconds: float
    before: int
    peak: int
    sets: np.ndarray | None = None


def peak_memory() -> int:
    """Return the peak memory of this process, bytes. The kernel's figure, because ru_maxrss is inherited."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise OSError("no VmHWM in /proc/self/status")


def inputs(units: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return scores spread like those of a good year, and a covariance with shared and individual errors."""
    rng = np.random.default_rng([seed, units])
    shared = rng.normal(0, 0.3, (units, 8))
    covariance = np.diag(rng.uniform(0.5, 1.5, units)) + shared @ shared.T
    return rng.normal(75, 4.5, units), covariance


def scores_of(units: int, groups: int = 3) -> UnitScores:
    """Return scores of units with 60 to 400 votes of each group, four grades, mostly the best."""
    rng = np.random.default_rng([1, units])
    value = np.array([0, 60, 80, 100], dtype=np.int64) * SCALE
    laws = rng.dirichlet((0.4, 0.8, 3, 16), (units, groups))
    count = rng.multinomial(rng.integers(60, 400, (units, groups)), laws)
    sums = [count.sum(axis=2), count @ value, count @ value**2]
    totals = [tuple(int(part) for part in table.sum(axis=0)) for table in sums]
    counts = VoteCounts(value / SCALE, count.astype(np.float64), count.sum(axis=0).astype(np.float64))
    names = tuple(range(units)), tuple(range(groups))
    moments = Moments(*names, *sums, Pairs.none(), *totals, counts=counts)
    return scores_from_moments(moments, {g: 1 / groups for g in range(groups)})


def of_scores() -> None:
    """Compare sets of scores with sets of their covariance, in this process."""
    for units, draws, bar in SIZES:
        scores = scores_of(units)
        given = (scores.score, scores.covariance_adjusted)
        plain = min(seconds(partial(rank_sets, *given, draws=draws, seed=1, df=scores.df)) for _ in range(3))
        ours = min(seconds(partial(rank_sets_of, scores, draws=draws, seed=1)) for _ in range(3))
        ratio, last = ours / plain, units == SIZES[-1][0]
        print(
            f"(h) {units:5} units, {draws:6} draws: sets of scores {ours:6.2f} s{'' if last else against(ours, bar)}, "
            f"of a covariance {plain:6.2f} s, {ratio:.2f} of it{against(ratio, OVER_COVARIANCE) if last else ''}; "
            f"intervals {seconds(scores.interval):.3f} s"
        )


def against(found: float, bar: float, *, at_least: bool = False) -> str:
    """Return a bar in brackets, with a mark where it is not held."""
    held = found >= bar if at_least else found <= bar
    return f" (bar {bar:g})" if held else f" (bar {bar:g}, NOT HELD)"


def plain_loop(score: np.ndarray, covariance: np.ndarray, draws: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Compute one-step sets in the plainest way: every draw, all pairs at once."""
    rng = np.random.default_rng(seed)
    root = np.linalg.cholesky(covariance)
    diagonal = np.diagonal(covariance)
    spread = np.sqrt(np.add.outer(diagonal, diagonal) - 2 * covariance)
    np.fill_diagonal(spread, np.inf)
    largest = np.empty(draws)
    for draw in range(draws):
        z = root @ rng.standard_normal(len(score))
        largest[draw] = (np.abs(z[:, None] - z[None, :]) / spread).max()
    t = np.subtract.outer(score, score) / spread
    clear = t > np.quantile(largest, 0.95)
    return 1 + clear.sum(axis=0), len(score) - clear.sum(axis=1)


def in_process(python: str, program: str, units: int, draws: int, *options: str, seed: int = 0) -> Run:
    """Run either program on the same scores and covariance."""
    score, covariance = inputs(units, seed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "given.npz"
        np.savez(path, score=score, covariance=covariance)
        done = subprocess.run(
            [python, "-c", program, str(path), str(draws), *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            check=True,
        )
    found = json.loads(done.stdout)
    sets = np.array(found["sets"]) if "sets" in found else None
    return Run(found["seconds"], found["before"], found["peak"], sets)


def against_the_loop() -> None:
    """Compare time with the plain loop in this process, and measure peak memory in a separate process."""
    for units, draws, bar in SIZES:
        given = inputs(units)
        ours = min(seconds(partial(rank_sets, *given, draws=draws, seed=1)) for _ in range(3))
        loop = seconds(partial(plain_loop, *given, draws, 1))
        run = in_process(sys.executable, OURS, units, draws, "stepdown")
        print(
            f"(r) {units:5} units, {draws:6} draws: {ours:6.2f} s{against(ours, bar)}, plain loop "
            f"{loop:6.2f} s, {loop / ours:4.1f} times; peak {run.peak / 2**20:5.0f} MiB, "
            f"{run.before / 2**20:.0f} of it before"
        )


def of_a_country() -> None:
    """Measure the largest family in a separate process."""
    units, draws, bar = A_COUNTRY
    run = in_process(sys.executable, OURS, units, draws, "stepdown")
    print(
        f"(r) {units:5} units, {draws:6} draws: {run.seconds:6.2f} s{against(run.seconds, bar)}; peak "
        f"{run.peak / 1e9:.2f} GB{against(run.peak / 1e9, 4)}, {run.before / 1e9:.2f} of it before"
    )


def against_the_package(python: str) -> None:
    """Compare time and memory with multiple-inference, in separate processes, one-step as it does from 100 units."""
    for units, bar in AGAINST:
        ours = min(in_process(sys.executable, OURS, units, 1_000, "one-step").seconds for _ in range(3))
        down = min(in_process(sys.executable, OURS, units, 1_000, "stepdown").seconds for _ in range(3))
        theirs = in_process(python, THEIRS, units, 1_000).seconds
        print(
            f"(m) {units:5} units, 1,000 draws: package {theirs:6.2f} s / {ours:.2f} s = {theirs / ours:.1f} times"
            f"{against(theirs / ours, bar, at_least=True)}; with step-down {down:.2f} s, {theirs / down:.1f} times"
        )
    ours_at = in_process(sys.executable, OURS, 3_000, 1_000, "stepdown")
    theirs_at = in_process(python, THEIRS, 3_000, 1_000)
    ratio = ours_at.peak / theirs_at.peak
    print(
        f"(m) 3,000 units, 1,000 draws: peak {ours_at.peak / 2**20:.0f} MiB / {theirs_at.peak / 2**20:.0f} MiB "
        f"= {ratio:.3f}{against(ratio, 0.2)}; {ours_at.seconds:.1f} s / {theirs_at.seconds:.1f} s"
    )


def same_sets(python: str) -> None:
    """Print units whose set differs from the package's on five inputs; only borderline pairs may cause it."""
    for seed, units in enumerate(SAME_SETS):
        given = inputs(units, seed)
        sets = rank_sets(*given, draws=SAME_DRAWS, seed=1, stepdown=units < STEPS_BELOW)
        theirs = in_process(python, THEIRS, units, SAME_DRAWS, seed=seed).sets
        differ = np.flatnonzero((sets.best != theirs[:, 0]) | (sets.worst != theirs[:, 1]))
        unsure = np.isin(differ, sets.borderline).sum()
        print(
            f"(m) {units:5} units, {SAME_DRAWS} draws: {len(differ)} sets differ, {unsure} of them in a borderline "
            f"pair (|t - c| < {BORDERLINE})"
        )


def main(arguments: list[str] | None = None) -> None:
    """Print every comparison that is possible here."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--multiple-inference", metavar="PYTHON", help="a Python that has multiple-inference 1.2.0")
    python = parser.parse_args(arguments).multiple_inference
    against_the_loop()
    of_a_country()
    of_scores()
    if python is None:
        print("(m) not compared with multiple-inference: give --multiple-inference PYTHON to do so")
        return
    same_sets(python)
    against_the_package(python)


if __name__ == "__main__":
    main()
