"""Demonstration of visits and receptions: 24 leaders by code, 30 points a year, 96 receptions, 1,240 live pairings.

The receptions are those of 2023 to 2025. The eight leaders of the city receive once a quarter, 32 times a year; in
each year a reception is missed and another held twice, so that plan and number differ. The last weeks leave work to be
done: receptions that nobody announced, points without a visit, pairings without a log.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from data.model.working_days import Calendar, work_calendar
from data.sample.city import DemoFile
from data.sample.community import City, table_file

YEARS = (2023, 2024, 2025, 2026)
LAST = date(2026, 3, 31)
CITY_LEADERS, LEADERS, POINTS = 8, 24, 30
TOWNSHIPS = ("石板镇", "清溪镇", "永兴镇", "团山镇", "双桥镇", "龙泉镇")
VILLAGES = ("红星村", "青杠村", "白塔村", "高坪村")
DISTRICT = "DX"
UNITS_OF_CITY = (
    "市委办公室",
    "市政府办公室",
    "市人大常委会办公室",
    "市政协办公室",
    "市委组织部",
    "市委宣传部",
    "市委政法委",
)
UNITS = (
    *("市公安局", "市民政局", "市财政局", "市教育局", "市卫生健康委员会", "市住房和城乡建设局", "市交通运输局"),
    *("市水务局", "市农业农村局", "市生态环境局", "市自然资源局", "市信访局", "市城市管理局", "市乡村振兴局"),
    *("市司法局", "市林业局"),
)
PLANNED = (12, 12, 6, 6, 4)
OFFICIALS, PAIRINGS_OF_EACH, ENDED = 124, 10, 36
KINDS, NEEDS = ("节庆走访", "机关公开日", "基层奉献日"), ("缺劳力", "因病", "缺技术", "因学", "自然灾害")
POINT_HEADERS = ("挂点编号", "年度", "挂点领导", "类型", "地点", "事项编号", "计划次数", "包村部门")
RECEPTION_HEADERS = (
    *("接访编号", "接访日期", "接访地点", "带队领导", "参加部门", "接访方式", "公示日期", "接待批次", "接待人数"),
    *("反映事项", "当场解决", "包案", "事项编号"),
)
OUTING_HEADERS = (
    *("走访编号", "日期", "活动类型", "单位", "走访人", "走访地点", "走访户数", "反映问题", "当场解决", "挂点编号"),
)
PAIRING_HEADERS = (
    *("结对编号", "结对干部", "单位", "对象类型", "对象代码", "结对日期", "结束日期", "困难类型", "年计划次数"),
    *("记录次数", "签认次数", "最近记录日期", "状态"),
)
Line = tuple[object, ...]


@dataclass(frozen=True)
class Point:
    """A contact point; its place is "" where it is a matter."""

    leader: str
    kind: str
    place: str
    matter: str
    planned: int
    unit: str


def files(city: City) -> list[DemoFile]:
    """Return places and posts, and for each year the points, the receptions and the outings; then the pairings."""
    calendar, points = work_calendar(), list(_points())
    made = [_places(), _persons()]
    for year in YEARS:
        made += [_plan(year, points), _receptions(city, calendar, year), _outings(city, calendar, year, points)]
    return [*made, _pairings(city)]


def _leader(number: int) -> str:
    return f"L{number:02}"


def _unit(number: int) -> str:
    """Return the unit of a leader; the eighth leader of the city shares the first's."""
    if number <= CITY_LEADERS:
        return UNITS_OF_CITY[(number - 1) % len(UNITS_OF_CITY)]
    return UNITS[number - CITY_LEADERS - 1]


def _villages() -> list[str]:
    return [f"{DISTRICT}-{town}-{at}" for town in range(1, len(TOWNSHIPS) + 1) for at in range(1, len(VILLAGES) + 1)]


def _places() -> DemoFile:
    rows: list[Line] = [(DISTRICT, "东新区", "县区", "")]
    for town, name in enumerate(TOWNSHIPS, start=1):
        rows.append((f"{DISTRICT}-{town}", name, "乡镇街道", DISTRICT))
        rows += [
            (f"{DISTRICT}-{town}-{at}", f"{name}{village}", "村社区", f"{DISTRICT}-{town}")
            for at, village in enumerate(VILLAGES, start=1)
        ]
    return table_file("place", YEARS_ROUND, "地点名录_挂点", ("地点编码", "名称", "类型", "上级编码"), rows)


YEARS_ROUND = "2025"
"""Registers of posts and places are imported once, for the round of 2025."""


def _persons() -> DemoFile:
    leaders = [
        (_leader(number), _unit(number), "领导干部", "市级" if number <= CITY_LEADERS else "科级", "2022-07-01")
        for number in range(1, LEADERS + 1)
    ]
    others = [(f"B{number:03}", UNITS[number % len(UNITS)], "机关干部", "无", "2022-07-01") for number in _officials()]
    headers = ("人员代码", "单位", "身份", "级别", "起")
    return table_file("person", YEARS_ROUND, "人员岗位_领导与机关干部", headers, [*leaders, *others])


def _officials() -> range:
    return range(1, OFFICIALS + 1)


def _points() -> Iterator[Point]:
    """Yield 24 villages, four townships and two matters: each leader has one point, six have two."""
    villages = _villages()
    for at in range(POINTS):
        leader = _leader(at % LEADERS + 1)
        kind, place, matter = "村社区", villages[at % len(villages)], ""
        if at >= len(villages):
            kind, place = "乡镇", f"{DISTRICT}-{at - len(villages) + 1}"
        if at >= POINTS - 2:
            kind, place, matter = "信访案件", "", f"M-{4100 + at}"
        yield Point(leader, kind, place, matter, PLANNED[at % len(PLANNED)], UNITS[at % len(UNITS)])


def _number(year: int, at: int) -> str:
    return f"GD-{year}-{at + 1:02}"


def _plan(year: int, points: Sequence[Point]) -> DemoFile:
    rows = [
        (_number(year, at), year, one.leader, one.kind, one.place, one.matter, one.planned, one.unit)
        for at, one in enumerate(points)
    ]
    return table_file("contact_point", str(year), "挂点", POINT_HEADERS, rows, f"{year}-01-31")


def _receptions(city: City, calendar: Calendar, year: int) -> DemoFile:
    """Return a reception of each leader of the city in each quarter; each year a span is missed, another has two."""
    rng = city.rng(4, year, 1)
    villages = _villages()
    rows: list[Line] = []
    for quarter in range(1 if year == LAST.year else 4):
        for number in range(1, CITY_LEADERS + 1):
            missed = (number, quarter) == (5 - year % 4, year % 4 if year < LAST.year else 0)
            twice = (number, quarter) == (7, (year + 1) % 4)
            for again in range(0 if missed else 2 if twice else 1):
                month = 3 * quarter + (number + again) % 3 + 1
                day = _worked(calendar, date(year, month, 15))
                place = villages[(number - 1 + quarter * CITY_LEADERS) % len(villages)]
                rows.append(_reception(rng, f"JF-{year}-{len(rows) + 1:03}", day, place, _leader(number)))
    return table_file("reception", str(year), "接访场次", RECEPTION_HEADERS, rows)


def _reception(rng: np.random.Generator, number: str, day: date, place: str, leader: str) -> Line:
    groups = int(rng.integers(2, 9))
    people, raised = groups + int(rng.integers(0, 2 * groups)), groups + int(rng.integers(0, 3))
    solved, taken = int(rng.integers(0, raised // 2 + 1)), int(rng.integers(0, 3))
    late = rng.random() < 0.04
    announced = (
        "" if rng.random() < 0.04 else (day + timedelta(days=1) if late else day - timedelta(days=7)).isoformat()
    )
    units = "；".join(UNITS[int(at)] for at in sorted(rng.choice(len(UNITS), 2, replace=False)))
    mode = ("定点接访", "重点约访", "带案下访")[int(rng.choice(3, p=(0.7, 0.2, 0.1)))]
    matters = f"M-{4000 + int(rng.integers(0, 90))}" if taken else ""
    about = (number, day.isoformat(), place, leader, units, mode, announced)
    return (*about, groups, people, raised, solved, min(taken, raised - solved), matters)


def _outings(city: City, calendar: Calendar, year: int, points: Sequence[Point]) -> DemoFile:
    """Return the outings of a year: visits to the points, most of those planned, and the days of the offices."""
    rng = city.rng(4, year, 2)
    last = min(LAST, date(year, 12, 31))
    passed = (last - date(year, 1, 1)).days / 365
    rows: list[Line] = []
    for at, point in enumerate(points):
        kept = (1.05, 1.0, 0.9, 0.75, 0.5, 1.2)[(at + year) % 6] * passed
        idle = year == LAST.year and at % 11 == 3
        for day in _spread(rng, calendar, year, last, 0 if idle else round(point.planned * kept)):
            place = point.place or DISTRICT
            rows.append((day, "驻点", point.unit, point.leader, place, *_results(rng), _number(year, at)))
    for at in range(round(48 * passed)):
        day = _spread(rng, calendar, year, last, 1)[0]
        place = _villages()[int(rng.integers(0, len(_villages())))]
        rows.append((day, KINDS[at % 3], UNITS[at % len(UNITS)], "", place, *_results(rng), ""))
    ordered = sorted(rows, key=lambda row: (str(row[0]), str(row[2]), str(row[-1])))
    return table_file(
        "outing",
        str(year),
        "走访活动",
        OUTING_HEADERS,
        [(f"ZF-{year}-{at:04}", *row) for at, row in enumerate(ordered, start=1)],
    )


def _spread(rng: np.random.Generator, calendar: Calendar, year: int, last: date, count: int) -> list[str]:
    """Return so many worked days of the year, spread over it."""
    span = (last - date(year, 1, 1)).days
    days = [
        date(year, 1, 1) + timedelta(days=int(span * (at + rng.random() * 0.8) / max(count, 1))) for at in range(count)
    ]
    return [min(_worked(calendar, day), last).isoformat() for day in days]


def _results(rng: np.random.Generator) -> tuple[int, int, int]:
    """Return households, problems raised and those solved on the spot."""
    raised = int(rng.integers(0, 5))
    return int(rng.integers(3, 15)), raised, int(rng.integers(0, raised + 1))


def _worked(calendar: Calendar, day: date) -> date:
    while not calendar.is_working_day(day):
        day += timedelta(days=1)
    return day


def _pairings(city: City) -> DemoFile:
    """Return 1,240 live pairings, ten of each official, and some that are over."""
    rng = city.rng(4, 9)
    rows: list[Line] = []
    for at in range(OFFICIALS * PAIRINGS_OF_EACH + ENDED):
        official = at % OFFICIALS + 1
        start = date(2023, 1, 10) + timedelta(days=int(rng.integers(0, 900)))
        end = start + timedelta(days=200) if at >= OFFICIALS * PAIRINGS_OF_EACH else None
        months = int(((end or LAST) - start).days / 30)
        logs = int(rng.integers(months // 2, months + 1))
        signed = int(rng.binomial(logs, 0.93))
        silent = at % 97 == 11
        latest = (end or LAST) - timedelta(days=100 + at % 40 if silent else int(rng.integers(1, 60)))
        kind = ("户", "户", "户", "户", "村", "企业")[at % 6]
        about = (f"JD-{at + 1:04}", f"B{official:03}", UNITS[official % len(UNITS)], kind, f"H{5000 + at}")
        need = NEEDS[at % len(NEEDS)] if kind == "户" else ""
        log = max(latest, start).isoformat() if logs else ""
        state = "已脱困" if end else "在帮"
        rows.append((*about, start, end or "", need, 12 if kind == "户" else 4, logs, signed, log, state))
    return table_file("pairing", str(LAST.year), "结对帮扶", PAIRING_HEADERS, rows, LAST.isoformat())
