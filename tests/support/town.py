"""A town: the demonstration city with 44 of its 90 units and a quarter of its ballots, three rounds, same codes.

Every case that is staged in the city is kept: a tie across the border of the last two, a unit confirmed as last, one
that is exempt, one that takes part unranked, one with few ballots, a merger, a new name, pledges of every sort. A
ranking of the city costs a CPU-second, one of the town a fifth.
"""

import csv
import io
from collections import defaultdict
from dataclasses import replace
from functools import cache

from data.sample import city
from data.sample.city import NAMES, TIED, DemoFile, demo_files, demo_units
from data.sample.pledges import pledge_files
from data.store import ImportOptions, Store
from tests.support.stores import RULES

TOWN_RULES = RULES.replace("draws = 20000", "draws = 2000")
STAGED = {
    *(*city.MERGED, city.SUCCESSOR, city.EXEMPT, city.CONSULTED, city.LITTLE_SEEN, *city.OLD_NAME, *TIED, city.WORST),
    *("市图书馆", "市通信公司", "市商务局", "市林业局", "市水务局", "市体育局", "市信访局", "市城市管理局"),
}
"""What `city` and `pledges` stage by name."""
FIRST = {"党群部门": 11, "政府工作部门": 3, "垂直管理单位": 6, "公共服务单位": 9}
"""So many of a category are there besides, the first of the register."""
ONE_IN = 4
"""Ballots of the city for one of the town: 900 votes of a unit become 220, enough to confirm the staged last one."""


@cache
def city_files() -> list[DemoFile]:
    """The files of the city, written once for every test of a worker that reads them: 1.6 CPU-seconds."""
    return demo_files()


def kept_units() -> set[str]:
    """The names of the units of the town, old names included."""
    first = {name for category, count in FIRST.items() for name in NAMES[category].split()[:count]}
    return first | STAGED | set(city.OLD_NAME.values())


def town_files() -> list[DemoFile]:
    """The files of the city with the lines of the town."""
    names = kept_units()
    codes = {unit.code for unit in demo_units() if unit.name in names}
    return [_of_town(file, names, codes) for file in (*city_files(), *pledge_files())]


def load_town(store: Store) -> None:
    """Import and publish rules and every table of all rounds, marked as demonstration data."""
    store.add_rules(TOWN_RULES)
    with store.batch():
        for file in town_files():
            options = ImportOptions(rules=file.rules, demo=True)
            report = store.import_files(file.kind, [(file.name, file.content)], file.round_id, options)
            assert report.stored, [problem.message("en") for problem in report.problems]
    store.publish("town")


def _of_town(file: DemoFile, names: set[str], codes: set[str]) -> DemoFile:
    head, *lines = csv.reader(io.StringIO(file.content.decode("utf-8-sig")))
    if file.kind == "progress":
        lines = [line for line in lines if line[0].split("-")[1] in codes]
    elif file.kind != "unit_lineage":
        at = head.index(next(name for name in ("单位全称", "参评单位", "单位") if name in head))
        lines = [line for line in lines if line[at] in names]
    if file.kind == "ballots":
        lines = _tied([line for line in lines if int(line[0].partition("-")[2]) % ONE_IN == 0], file.round_id)
    return replace(file, content=city.as_file([",".join(line) for line in (head, *lines)]))


def _tied(lines: list[list[str]], round_id: str) -> list[list[str]]:
    """Give the second of the tied two, in 2025, the answers of the first again, each on another ballot."""
    if round_id != "2025":
        return lines
    answers = defaultdict(list)
    for _, group, unit, indicator, grade in lines:
        if unit == TIED[0]:
            answers[group, indicator].append(grade)
    shifted = {key: iter([*grades[1:], grades[0]]) for key, grades in answers.items()}
    return [[*line[:4], next(shifted[line[1], line[3]])] if line[2] == TIED[1] else line for line in lines]
