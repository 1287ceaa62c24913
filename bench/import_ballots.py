"""Import and publish of ballot lines (8 million, or as many as asked), against two baselines in the same process.

(a) `CREATE TABLE AS SELECT * FROM read_csv(..., all_varchar=true)` of the same file: at most 3 times, by wall and by
    processor time. The memory is the peak that the operating system counted for this process up to then.
(c) the obvious pandas script (`read_csv`, `groupby`), which checks nothing: import at most 3 times, and `ranking`
    from the published release at least 20 times faster. Up to 8 million lines.

(d) the same lines under other rules: 100 million within 60 s and 2.5 GiB.

    python -m bench.import_ballots [LINES [GIB]]

GIB limits the address space of the process, as `ulimit -v` does; the baselines are left out then.
"""

import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb
import pandas as pd

from bench.ballots import UNITS, write_ballots
from data.model.rule_sets import parse_rules
from data.store import Store
from data.store.release_builder import round_tables
from i18n import ROOT
from results.ranking.ranking import ranking

WORK = ROOT / "bench" / "work"
LINES = 8_000_000
RULES = ROOT / "rules" / "demo-2025.toml"
LIMITED = 2  # place of the limit among the arguments


@dataclass(frozen=True)
class Cost:
    """Wall and processor seconds of a call."""

    wall: float
    cpu: float

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.wall + other.wall, self.cpu + other.cpu)

    def __str__(self) -> str:
        return f"{self.wall:.2f} s (processor {self.cpu:.2f} s)"


def cost(call: Callable[[], object]) -> Cost:
    """Return what a call costs."""
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return Cost(time.perf_counter() - wall, time.process_time() - cpu)


def seconds(call: Callable[[], object]) -> float:
    """Return the wall seconds of a call."""
    return cost(call).wall


def least(times: int, call: Callable[[], object]) -> Cost:
    """Return the least wall and processor time of several calls: other processes only ever add to them."""
    return least_of([cost(call) for _ in range(times)])


def least_of(costs: list[Cost]) -> Cost:
    """Return the least wall and the least processor time."""
    return Cost(min(each.wall for each in costs), min(each.cpu for each in costs))


def peak() -> float:
    """Return the peak memory of this process so far in GiB, as the operating system counts it."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def read_csv_baseline(path: Path) -> None:
    """Read the file as text with DuckDB and do nothing else."""
    con = duckdb.connect(config={"threads": 2})
    con.execute("CREATE TABLE t AS SELECT * FROM read_csv($path, all_varchar=true)", {"path": str(path)})
    con.close()


def pandas_script(path: Path) -> pd.Series:
    """Score as an office would: mean points by unit and group, then the weighted mean."""
    lines = pd.read_csv(path)
    lines["points"] = lines["评价"].map({"满意": 100, "基本满意": 60, "不满意": 0})
    means = lines.dropna(subset=["points"]).groupby(["参评单位", "评议主体"])["points"].mean().unstack()
    weights = pd.Series({"普通群众": 0.4, "服务对象": 0.3, "两代表一委员": 0.3})
    return (means * weights).sum(axis=1).sort_values()


def new_store(path: Path) -> Store:
    """Return an empty store with rules, in place of that of an earlier run."""
    shutil.rmtree(path, ignore_errors=True)
    fresh = Store(path)
    fresh.add_rules(RULES.read_text(encoding="utf-8"))
    return fresh


def import_lines(path: Path, fresh: Store, lines: int) -> None:
    """Import with the product: every check, facts."""
    report = fresh.import_files("ballots", [path], "2025")
    assert report.stored and report.rows == lines // UNITS * UNITS, report.problems[:3]


def compare_with_bare_load(path: Path, store: Path, lines: int) -> Cost:
    """Print import and publication against the bare load; return their cost."""
    times = 3 if lines <= LINES else 1
    imported = least_of([cost(partial(import_lines, path, new_store(store), lines)) for _ in range(times)])
    after_import = peak()
    published = cost(lambda: Store(store).publish())
    product, after_publish = imported + published, peak()
    score_again(store)  # before the baseline, whose memory would count as ours
    bare = least(times, lambda: read_csv_baseline(path))
    print(f"(a) import {imported}, publish {published}, bare load {bare}")
    print(f"    ratio: wall {product.wall / bare.wall:.2f}, processor {product.cpu / bare.cpu:.2f} (bar 3)")
    print(f"    peak memory: {after_import:.2f} GiB after the import, {after_publish:.2f} after publishing (bar 2.5)")
    _print_ids(store)
    return product


def _print_ids(store: Path) -> None:
    (upload,) = Store(store).uploads()
    print(f"    upload {upload.digest[:16]}, release {(Store(store).in_force() or '')[:16]}")


def score_again(store: Path) -> None:
    """Print what the same lines cost under other rules, in a process that has done the import."""
    text = RULES.read_text(encoding="utf-8")
    rules = parse_rules(text.replace('"demo-2025"', '"other"').replace('"基本满意" = 60', '"基本满意" = 70'))
    with tempfile.TemporaryDirectory(dir=store) as folder:
        again = cost(lambda: round_tables(Path(folder), Store(store).uploads_in_force(), "2025", rules))
    print(f"(d) under {rules.name}: {again} (bar 60 s); peak memory {peak():.2f} GiB (bar 2.5)")


def in_limited_memory(path: Path, store: Path, lines: int, gib: float) -> None:
    """Print import, publication and other rules in a process whose address space is limited."""
    resource.setrlimit(resource.RLIMIT_AS, (int(gib * 2**30),) * 2)
    imported = cost(partial(import_lines, path, new_store(store), lines))
    published = cost(lambda: Store(store).publish())
    print(f"(l) address space {gib:g} GiB: import {imported}, publish {published}; peak memory {peak():.2f} GiB")
    _print_ids(store)
    score_again(store)


def main() -> None:
    """Print each ratio with its baseline."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else LINES
    path, store = write_ballots(WORK / f"ballots_{lines}.csv", lines), WORK / f"store_{lines}"
    print(f"file: {path.stat().st_size / 1e6:.0f} MB, {lines:,} lines", flush=True)
    with path.open("rb") as file:  # the file is in the disk cache from here on, for every measurement
        while file.read(1 << 24):
            pass
    if len(sys.argv) > LIMITED:
        in_limited_memory(path, store, lines, float(sys.argv[LIMITED]))
        return
    product = compare_with_bare_load(path, store, lines)
    if lines <= LINES:
        compare_with_pandas(path, store, product)


def compare_with_pandas(path: Path, store: Path, product: Cost) -> None:
    """Print import and publication, and the ranking, against the script of an office."""
    script = least(2, lambda: pandas_script(path))
    release = Store(store).release()
    assert release is not None
    ranked = least(5, lambda: ranking(release.round("2025")))
    print(f"(c) pandas {script} / ranking {ranked.wall:.4f} s = {script.wall / ranked.wall:.0f} (bar 20)")
    print(f"    import + publish {product.wall:.2f} s / pandas = {product.wall / script.wall:.2f} (bar 3)")


if __name__ == "__main__":
    main()
