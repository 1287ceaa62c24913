"""Demonstration of opinions and visits: six grids with 93 people, 36 messengers, 480 opinions in 2025 and in 2026.

In each year an opinion is answered on its due day and another a working day later; the rest earlier. On the last day
two are overdue, others are not yet due, and the clock of another is paused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from data.model.working_days import Calendar, work_calendar
from data.sample.city import DemoFile
from data.sample.community import GRIDS, City, table_file

OPINIONS = 480  # a year
TERM = 7  # working days
YEARS = ((date(2025, 1, 2), date(2025, 12, 30)), (date(2026, 1, 4), date(2026, 3, 31)))
"""First and last day of receipt: opinions round Spring Festival, May and National Day."""
CHANNELS = ("民情信使", "回音墙", "茶馆", "数字社区", "网格")
SHARES = (0.38, 0.22, 0.14, 0.16, 0.10)
TOPICS = (
    ("市容/路灯", "路灯不亮，晚上看不清路", "市城市管理局"),
    ("市容/占道", "早市占了人行道", "市城市管理局"),
    ("环卫/垃圾", "垃圾桶满了两天没有清", "市环境卫生中心"),
    ("绿化/树木", "行道树的枝条挡住了窗户", "市园林绿化中心"),
    ("供水/水压", "高层晚间水压低", "市供水公司"),
    ("供电/停电", "停电没有提前通知", "市供电公司"),
    ("物业/电梯", "电梯停运，老人上下楼不便", "市住房和城乡建设局"),
    ("交通/公交", "首班车时间太晚", "市公交公司"),
    ("治安/停车", "消防通道停满了车", "市公安局"),
    ("教育/接送", "学校门口放学时太堵", "市教育局"),
)
NATURES = ("投诉", "求助", "建议", "咨询")
RESULTS = ("已解决", "部分解决", "解释说明", "列入计划")
HEADERS = (
    *("意见编号", "收到时间", "来源渠道", "转达人代码", "网格", "性质", "类别", "办理内容", "承办单位"),
    *("答复时间", "办理结果", "群众评价", "是否回访", "上墙日期"),
)
WEEKS = 13  # of the first quarter of 2026
FIRST_MONDAY = date(2025, 12, 29)
NO_WORKED_DAY = 7  # place of the week of Spring Festival, 2026-W08
MISSED = 0.07  # share of person-weeks with too few days
VISIT_HEADERS = ("走访编号", "走访日期", "走访人代码", "网格", "户代码", "户类型", "结果", "反映数", "当场解决数")
KINDS, KIND_SHARES = ("普通", "困难", "独居老人", "流动人口", "残疾"), (0.80, 0.06, 0.07, 0.04, 0.03)


@dataclass(frozen=True)
class Opinion:
    """An opinion. answered: None while it is open."""

    number: str
    received: date
    channel: str
    person: str
    grid: str
    nature: str
    topic: tuple[str, str, str]
    answered: date | None
    result: str
    feedback: str
    posted: bool


def files(city: City) -> list[DemoFile]:
    """Return the registers of opinions, what happened to them, and the visits."""
    calendar = work_calendar()
    first, second = (_opinions(city, calendar, year) for year in range(len(YEARS)))
    return [
        _register("2025", first, date(2025, 12, 31)),
        _register("2026", [*_open_on(first, date(2025, 12, 31)), *second], date(2026, 1, 31)),
        *(_register("2026", second, day) for day in (date(2026, 2, 28), date(2026, 3, 31))),
        _events(second, calendar),
        _visits(city),
    ]


def _opinions(city: City, calendar: Calendar, year: int) -> list[Opinion]:
    rng = city.rng(1, year)
    first, last = YEARS[year]
    days = np.sort(rng.integers(0, (last - first).days + 1, OPINIONS))
    drawn = [_opinion(city, rng, first + timedelta(days=int(day)), at) for at, day in enumerate(days, start=1)]
    answered = [replace(one, answered=_early(calendar, one.received, rng)) for one in drawn]
    return _staged(answered, calendar, last)


def _opinion(city: City, rng: np.random.Generator, received: date, at: int) -> Opinion:
    channel = CHANNELS[rng.choice(len(CHANNELS), p=SHARES)]
    grid, topic = GRIDS[rng.integers(len(GRIDS))], TOPICS[rng.integers(len(TOPICS))]
    own = [code for code, place in city.messengers if place == grid]
    person = own[rng.integers(len(own))] if channel == "民情信使" else ""
    feedback = ("满意", "基本满意", "不满意", "未评价")[rng.choice(4, p=(0.42, 0.2, 0.06, 0.32))]
    number, nature = f"HY-{received.year}-{at:04}", NATURES[rng.integers(len(NATURES))]
    return Opinion(
        number, received, channel, person, grid, nature, topic, None, RESULTS[rng.integers(4)], feedback, True
    )


def _early(calendar: Calendar, received: date, rng: np.random.Generator) -> date:
    """Return a worked day well before the due day."""
    return calendar.add_working_days(received, int(rng.integers(1, TERM - 1))).day


def _staged(opinions: list[Opinion], calendar: Calendar, last: date) -> list[Opinion]:
    """Return the opinions with one on the due day and one a working day late; nothing is answered after the last day.

    Two of those that were due before the last day stay open, and two of the wall were answered but not posted.
    """
    on_wall = [at for at, one in enumerate(opinions) if one.channel == "回音墙"]
    for at, working_days in ((OPINIONS // 3, TERM), (OPINIONS // 2, TERM + 1)):
        day = calendar.add_working_days(opinions[at].received, working_days).day
        opinions[at] = replace(opinions[at], answered=day)
    if last.year == 2025:
        return opinions
    for at in (on_wall[-16], on_wall[-16] + 3):
        opinions[at] = replace(opinions[at], answered=None)
    for at in (on_wall[-20], on_wall[-24]):
        opinions[at] = replace(opinions[at], posted=False)
    return [replace(one, answered=None) if one.answered and one.answered > last else one for one in opinions]


def _open_on(opinions: Sequence[Opinion], day: date) -> list[Opinion]:
    return [one for one in opinions if one.answered is None or one.answered > day]


def _register(round_id: str, opinions: Sequence[Opinion], day: date) -> DemoFile:
    rows = [_row(one, day) for one in opinions if one.received <= day]
    return table_file("opinion", round_id, "群众意见", HEADERS, rows, day.isoformat())


def _row(one: Opinion, day: date) -> tuple[object, ...]:
    """Return the row as it was on a day."""
    answered = one.answered if one.answered is not None and one.answered <= day else None
    posted = answered if answered and one.posted and one.channel == "回音墙" else None
    asked = answered and one.feedback != "未评价"
    return (
        one.number,
        f"{one.received} 09:30",
        one.channel,
        one.person,
        one.grid,
        one.nature,
        one.topic[0],
        one.topic[1],
        one.topic[2],
        f"{answered} 15:00" if answered else "",
        one.result if answered else "",
        one.feedback if answered else "",
        "是" if asked else "否",
        posted or "",
    )


def _events(opinions: Sequence[Opinion], calendar: Calendar) -> DemoFile:
    """Return what happened to two: the first waits for the resident, the other was extended before its due day."""
    waiting = [one for one in opinions if one.answered is None][4]
    longer = next(one for one in reversed(opinions) if one.answered is not None)
    headers = ("意见编号", "时间", "事项", "天数", "原因", "批准岗位")
    rows = [
        (waiting.number, calendar.add_working_days(waiting.received, 1).day, "暂停", "", "待当事人补充", ""),
        (longer.number, f"{longer.received} 16:00", "延期", 5, "跨部门协调", ""),
    ]
    return table_file("opinion_event", "2026", "办理过程", headers, rows)


def _visits(city: City) -> DemoFile:
    rng = city.rng(1, 9)
    kinds = {grid: rng.choice(KINDS, 480, p=KIND_SHARES) for grid in GRIDS}
    rows: list[tuple[object, ...]] = []
    for week in range(WEEKS):
        for code, grid in city.visitors:
            rows += [(code, grid, day) for day in _days_of_visits(rng, week)]
    reported = rng.integers(0, 3, len(rows))
    homes = rng.integers(0, 470, len(rows))
    return table_file(
        "visit",
        "2026",
        "网格走访",
        VISIT_HEADERS,
        [
            (
                f"V-26-{at:05}",
                day,
                code,
                grid,
                f"H{GRIDS.index(grid) + 1}{home:03}",
                kinds[str(grid)][home],
                "见面",
                n,
                n // 2,
            )
            for at, ((code, grid, day), n, home) in enumerate(zip(rows, reported, homes, strict=True), start=1)
        ],
    )


def _days_of_visits(rng: np.random.Generator, week: int) -> list[date]:
    """Return the days of a person's visits in a week: three, or fewer where the target is missed."""
    if week == NO_WORKED_DAY:
        return []
    monday = FIRST_MONDAY + timedelta(weeks=week)
    known = [3, 4, 5, 6] if week == 0 else [0, 1, 2, 3, 4, 5]  # the first week has no day of 2025
    days = int(rng.integers(1, 3)) if rng.random() < MISSED else 3
    return [monday + timedelta(days=int(day)) for day in sorted(rng.choice(known, days, replace=False))]
