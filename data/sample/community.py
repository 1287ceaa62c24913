"""Places and persons that the schemes of the demonstration share: a community of six grids, its people by code.

Codes are random to the reader; no name of a person exists anywhere. A scheme's `demo.py` gets a `City` and returns its
files; places and persons that only this scheme needs are further files.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from data.sample.city import SEED, DemoFile, demo_register, demo_units
from data.sample.pledges import pledge_files

DISTRICT, COMMUNITY = "QY", "KZ"
PLACES = (
    ("QY", "青阳街道", "乡镇街道", "", "", ""),
    ("KZ", "康庄社区", "村社区", "QY", 2860, 6120),
    ("KZ-1", "第一网格", "网格", "KZ", 478, 1015),
    ("KZ-2", "第二网格", "网格", "KZ", 480, 1030),
    ("KZ-3", "第三网格", "网格", "KZ", 476, 1020),
    ("KZ-4", "第四网格", "网格", "KZ", 475, 1015),
    ("KZ-5", "第五网格", "网格", "KZ", 476, 1025),
    ("KZ-6", "第六网格", "网格", "KZ", 475, 1015),
)
"""Code, name, kind, place above, households, adults."""
PLACE_HEADERS = ("地点编码", "名称", "类型", "上级编码", "户数", "18周岁以上人数")
GRIDS = tuple(code for code, _name, kind, *_rest in PLACES if kind == "网格")
PEOPLE = (16, 16, 16, 15, 15, 15)
"""People of each grid, 93 together; the messengers are not among them."""
ROLES = ("社区工作者", "居民代表", "议事会成员", "院委会成员", "党员骨干", "监事会成员")
MESSENGERS = 6  # of each grid, 36 together
IN_SERVICE = "2025-01-01"


@dataclass(frozen=True)
class City:
    """What the schemes of the demonstration share."""

    last_day: str = "2026-03-31"

    @cached_property
    def units(self) -> Mapping[str, str]:
        """Code of each unit by its newest name."""
        return {unit.name: unit.code for unit in demo_units()}

    @cached_property
    def visitors(self) -> Sequence[tuple[str, str]]:
        """Code and grid of the 93 people of the grids."""
        places = [grid for grid, count in zip(GRIDS, PEOPLE, strict=True) for _ in range(count)]
        return [(f"G{number:03}", grid) for number, grid in enumerate(places, start=1)]

    @cached_property
    def messengers(self) -> Sequence[tuple[str, str]]:
        """Code and grid of the 36 messengers."""
        return [(f"R{number:03}", GRIDS[(number - 1) // MESSENGERS]) for number in range(1, 37)]

    def rng(self, *seeds: int) -> np.random.Generator:
        """Return a separate generator for each scheme and use, so that a change moves no other data."""
        return np.random.Generator(np.random.PCG64([SEED, 15, *seeds]))


def registers_of_the_city() -> list[DemoFile]:
    """Return the newest register of units and its pledges, for a demonstration of the schemes without ballots."""
    pledges = [file for file in pledge_files() if (file.kind, file.round_id) == ("pledges", "2025")]
    return [demo_register("2025"), *pledges]


def shared_files(city: City) -> list[DemoFile]:
    """Return the registers of places and of persons in posts; each is imported once, for the round 2025."""
    places = [(*place, "2025-12-31" if place[4] else "") for place in PLACES]
    people = [
        (code, "", grid, ROLES[at % len(ROLES)], "无", IN_SERVICE) for at, (code, grid) in enumerate(city.visitors)
    ]
    people += [(code, "", grid, "民情信使", "无", IN_SERVICE) for code, grid in city.messengers]
    return [
        table_file("place", "2025", "地点名录", (*PLACE_HEADERS, "统计日期"), places),
        table_file("person", "2025", "人员岗位", ("人员代码", "单位", "地点", "身份", "级别", "起"), people),
    ]


def table_file(
    kind: str,
    round_id: str,
    title: str,
    headers: Sequence[str],
    rows: Iterable[Sequence[object]],
    as_of: str = "",
) -> DemoFile:
    """Return a table as a file: comma-separated, UTF-8 with mark. as_of: day of a register whose rows live on."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(headers)
    writer.writerows(rows)
    name = "_".join(filter(None, ("演示数据", round_id, title, as_of)))
    return DemoFile(kind, round_id, f"{name}.csv", text.getvalue().encode("utf-8-sig"), None, as_of)
