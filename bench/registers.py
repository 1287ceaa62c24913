"""(g) A city's hotline: half a million opinions, imported with every check, published, and asked for their last state.

Bars on two cores: import within 30 s and 1 GiB, publication within 15 s. A plain script in pandas, which only reads the
file and parses its days, is timed in the same process.
"""

import json
import random
import resource
import shutil
import sys

import pandas as pd

from bench.import_ballots import WORK, seconds
from data.store import ImportOptions, Store

ROWS = 500_000
UNITS, GRIDS = 60, 200
TEXTS = ("路灯不亮，天黑后出行不便", "小区垃圾三天未清运", "电梯停运", "要求公开物业收支情况", "夜间施工噪声大")
HEAD = "意见编号,收到时间,来源渠道,网格,性质,类别,办理内容,承办单位,答复时间,办理结果,群众评价,是否回访"
AS_OF = "2026-12-31"


def opinions(rows: int) -> str:
    """Return a register of opinions of a year, four fifths answered."""
    dice = random.Random(7)
    lines = [HEAD]
    for number in range(rows):
        day = f"2026-{1 + number % 11:02d}-{1 + number % 28:02d} {number % 24:02d}:{number % 60:02d}"
        answer = "2026-12-20,已解决,满意,是" if dice.random() < 0.8 else ",,,"
        text = f"{TEXTS[number % len(TEXTS)]}（{number % 977}）"
        cells = f"HY-{number:07d},{day},热线,KZ-{number % GRIDS},投诉,市容/路灯,{text}"
        lines.append(f"{cells},第{number % UNITS:03d}局,{answer}")
    return "\n".join(lines) + "\n"


def main(rows: int = ROWS) -> None:
    """Print seconds and memory of import, publication and last state as JSON."""
    shutil.rmtree(WORK / "registers", ignore_errors=True)
    store = Store(WORK / "registers", threads=2)
    units = "单位编码,单位全称\n" + "".join(f"U{n:03d},第{n:03d}局\n" for n in range(UNITS))
    places = "地点编码,名称,类型\n" + "".join(f"KZ-{n},第{n}网格,网格\n" for n in range(GRIDS))
    assert store.import_files("units", [("units.csv", units.encode())], "2026").stored
    assert store.import_files("place", [("places.csv", places.encode())], "2026").stored
    path = WORK / "opinions.csv"
    path.write_text(opinions(rows), encoding="utf-8")
    figures = {"rows": rows, "plain_pandas_s": seconds(lambda: pd.read_csv(path, parse_dates=["收到时间", "答复时间"]))}
    options = ImportOptions(as_of=AS_OF)
    figures["import_s"] = seconds(lambda: store.import_files("opinion", [path], "2026", options))
    figures["memory_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    figures["publish_s"] = seconds(store.publish)
    release = store.release()
    assert release is not None
    figures["last_state_s"] = seconds(lambda: release.book("opinion"))
    assert len(release.book("opinion")) == rows
    release.close()
    print(json.dumps(figures))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
