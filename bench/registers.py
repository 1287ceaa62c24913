"""(g) A city's hotline: half a million opinions, imported with every check, published, and asked for their last state.

Bars on two cores: import within 30 s and 1 GiB with every check, publication within 15 s, what a page asks within 0.3 s
once it was asked before. A plain script in pandas, which only reads the file, parses its days and counts by month and
unit, is timed in the same process. Processor seconds, of all threads, are those to compare on a machine that is busy.
"""

import json
import random
import resource
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from bench.import_ballots import WORK, seconds
from data.store import ImportOptions, Store
from data.store.release import Release
from schemes import checks

ROWS = 500_000
UNITS, GRIDS = 60, 200
TEXTS = ("路灯不亮，天黑后出行不便", "小区垃圾三天未清运", "电梯停运", "要求公开物业收支情况", "夜间施工噪声大")
HEAD = "意见编号,收到时间,来源渠道,网格,性质,类别,办理内容,承办单位,答复时间,办理结果,群众评价,是否回访"
AS_OF = "2026-12-31"


def opinions(rows: int) -> Iterator[str]:
    """Yield the lines of a register of opinions of a year, four fifths answered."""
    dice = random.Random(7)
    yield f"{HEAD}\n"
    for number in range(rows):
        day = f"2026-{1 + number % 11:02d}-{1 + number % 28:02d} {number % 24:02d}:{number % 60:02d}"
        answer = "2026-12-20,已解决,满意,是" if dice.random() < 0.8 else ",,,"
        text = f"{TEXTS[number % len(TEXTS)]}（{number % 977}）"
        cells = f"HY-{number:07d},{day},热线,KZ-{number % GRIDS},投诉,市容/路灯,{text}"
        yield f"{cells},第{number % UNITS:03d}局,{answer}\n"


def plain(path: Path) -> pd.Series:
    """Read the register as a plain script does and count it by month, unit and result."""
    rows = pd.read_csv(path, parse_dates=["收到时间", "答复时间"])
    return rows.groupby([rows["收到时间"].dt.to_period("M"), "承办单位", "办理结果"], dropna=False).size()


def pages(release: Release) -> dict[str, Callable[[], object]]:
    """Return what a page asks: counts, the first of an attention list, how many it has, and a list of one unit."""
    overdue = {"answered_at": None, "received_at": ("", "2026-06-30")}
    unit = {"unit_code": "U003"}
    return {
        "counts_s": lambda: release.book_counts("opinion"),
        "attention_s": lambda: release.book_rows("opinion", overdue, "received_at", 50),
        "size_s": lambda: release.book_size("opinion", overdue),
        "list_s": lambda: release.book_rows("opinion", unit, "received_at DESC", 50, 200),
    }


def main(rows: int = ROWS) -> None:
    """Print seconds and memory of import, publication and reading as JSON."""
    shutil.rmtree(WORK / "registers", ignore_errors=True)
    store = Store(WORK / "registers", threads=2)
    units = "单位编码,单位全称\n" + "".join(f"U{n:03d},第{n:03d}局\n" for n in range(UNITS))
    places = "地点编码,名称,类型\n" + "".join(f"KZ-{n},第{n}网格,网格\n" for n in range(GRIDS))
    assert store.import_files("units", [("units.csv", units.encode())], "2026").stored
    assert store.import_files("place", [("places.csv", places.encode())], "2026").stored
    path = WORK / "opinions.csv"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(opinions(rows))
    options = ImportOptions(as_of=AS_OF)
    figures: dict[str, float] = {"rows": rows}
    began = time.process_time()
    figures["import_s"] = seconds(lambda: store.import_files("opinion", [path], "2026", options, checks=checks(store)))
    figures["import_cpu_s"] = time.process_time() - began
    figures["memory_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    began = time.process_time()
    figures["publish_s"] = seconds(store.publish)
    figures["publish_cpu_s"] = time.process_time() - began
    release = store.release()
    assert release is not None and release.book_size("opinion") == rows
    for name, ask in pages(release).items():
        ask()
        figures[name] = seconds(ask)
    figures["whole_book_s"] = seconds(lambda: release.book("opinion"))
    release.close()
    began = time.process_time()
    figures["plain_pandas_s"] = seconds(lambda: plain(path))
    figures["plain_pandas_cpu_s"] = time.process_time() - began
    print(json.dumps(figures))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
