"""Import and publish of 8 million ballot lines, against two baselines in the same process.

(a) `CREATE TABLE AS SELECT * FROM read_csv(..., all_varchar=true)` of the same file: at most 5 times.
(c) the obvious pandas script (`read_csv`, `groupby`), which checks nothing: import at most 3 times, and `ranking`
    from the published release at least 20 times faster.
"""

import resource
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd

from bench.ballots import write_ballots
from data.store import Store
from i18n import ROOT
from results.ranking.ranking import ranking

WORK = ROOT / "bench" / "work"
LINES = 8_000_000


def seconds(call: Callable[[], object]) -> float:
    """Return the wall time of a call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


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


def publish(path: Path, store: Path) -> Store:
    """Import and publish with the product: every check, facts, moments, release."""
    shutil.rmtree(store, ignore_errors=True)
    published = Store(store)
    published.add_rules((ROOT / "rules" / "demo-2025.toml").read_text(encoding="utf-8"))
    report = published.import_files("ballots", [path], "2025")
    assert report.stored and report.rows == LINES // 60 * 60, report.problems[:3]
    published.publish()
    return published


def main() -> None:
    """Print each ratio with its baseline."""
    path = write_ballots(WORK / "ballots_8m.csv", LINES)
    print(f"file: {path.stat().st_size / 1e6:.0f} MB, {LINES:,} lines")
    read_csv_baseline(path)  # the file is in the disk cache from here on, for every measurement
    product = min(seconds(lambda: publish(path, WORK / "store_8m")) for _ in range(2))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    baseline = min(seconds(lambda: read_csv_baseline(path)) for _ in range(3))
    print(f"(a) import + publish {product:.2f} s / read_csv {baseline:.2f} s = {product / baseline:.2f} (bar 5)")
    print(f"    peak memory of the process before the baselines of (c): {peak:.2f} GiB (bar 3)")
    script = min(seconds(lambda: pandas_script(path)) for _ in range(2))
    release = Store(WORK / "store_8m").release()
    assert release is not None
    ranked = min(seconds(lambda: ranking(release.round("2025"))) for _ in range(5))
    print(f"(c) pandas {script:.2f} s / ranking {ranked:.4f} s = {script / ranked:.0f} (bar 20)")
    print(f"    import + publish {product:.2f} s / pandas {script:.2f} s = {product / script:.2f} (bar 3)")


if __name__ == "__main__":
    main()
