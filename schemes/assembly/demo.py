"""Demonstration of assemblies: seven village roads, 14,000,000 yuan, 24 km of concrete and 20.5 km of gravel road.

The village of the source text raises 200,000 yuan within a month of its assembly, the first 1,500 on the day itself.
Further assemblies show a missed quorum, one held in two parts, a motion that nobody has begun, accounts not posted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from data.model.clock import after_months
from data.sample.city import DemoFile
from data.sample.community import City, table_file

TOWN = ("FSZ", "方山镇", "乡镇街道", "", "", "")
VILLAGES = (
    ("FS", "方山村", 300, 812),
    ("SQ", "石桥村", 240, 655),
    ("LX", "柳溪村", 226, 590),
    ("HX", "红星村", 228, 602),
    ("DP", "大坪村", 180, 471),
    ("BM", "白马村", 210, 548),
    ("CL", "长岭村", 156, 402),
)
PLACE_HEADERS = ("地点编码", "名称", "类型", "上级编码", "户数", "18周岁以上人数", "统计日期")
MEETING_HEADERS = (
    *("会议编号", "分片序号", "分片数", "村社区", "日期", "通知日期", "提议", "主持身份", "到会规则"),
    *("应到户", "实到户"),
)
MOTION_HEADERS = (
    *("会议编号", "议题序号", "分片序号", "议题", "事项编号", "通过规则", "赞成", "反对", "弃权"),
    *("表决结果", "是否有记录", "签字户数"),
)
PROJECT_HEADERS = (
    *("项目编号", "事项编号", "会议编号", "议题序号", "村社区", "项目名称", "类型", "长度(米)", "预算(元)"),
    *("直接受益人数", "直接受益标准(元)", "间接受益人数", "间接受益标准(元)", "计收单位", "筹资性质", "监督人数"),
    *("镇审核日期", "县复审日期", "开工日期", "完工日期", "验收日期", "账目公示日期", "状态"),
)
ENTRY_HEADERS = ("凭证号", "项目编号", "日期", "收支", "来源", "金额(元)", "缴款人代码", "是否开具凭证")
RULE, MAJORITY = "户代表三分之二", "到会过半"
CONCRETE, GRAVEL = "水泥路", "泥结碎石路"
DIRECT, INDIRECT = 500, 100  # yuan a person
PASSED, REJECTED = "通过", "未通过"
USES = (("材料", 58), ("人工", 27), ("机械", 15))
"""Uses of the money, in percent."""
SNAPSHOTS = (
    *(("2023", date(2023, 12, 31)), ("2024", date(2024, 12, 31)), ("2025", date(2025, 12, 31))),
    ("2026", date(2026, 3, 31)),
)


@dataclass(frozen=True)
class Road:
    """A project. direct, indirect: persons who pay. held: its assembly. late: the last share came after the term.

    left: yuan that are not spent.
    """

    number: str
    matter: str
    meeting: str
    village: str
    name: str
    kind: str
    metres: int
    direct: int
    indirect: int
    gifts: int
    subsidy: int
    held: date
    accepted: date
    posted: date | None
    monitors: int = 5
    late: bool = False
    left: int = 0

    @property
    def levy(self) -> int:
        """Yuan that those who benefit agreed to pay."""
        return DIRECT * self.direct + INDIRECT * self.indirect

    @property
    def raised(self) -> int:
        """Yuan of all sources."""
        return self.levy + self.gifts + self.subsidy


def _day(text: str) -> date:
    return date.fromisoformat(text)


ROADS = (
    Road(
        *("FS-L1", "M-0501", "BB-2024-03", "FS", "方山村水泥路", CONCRETE, 6_200, 300, 500, 400_000, 2_500_000),
        *(_day("2024-03-09"), _day("2024-11-05"), _day("2024-11-20")),
        left=12_600,
    ),
    Road(
        *("SQ-L1", "M-0502", "BB-2023-01", "SQ", "石桥村水泥路", CONCRETE, 5_400, 280, 400, 320_000, 2_200_000),
        *(_day("2023-02-18"), _day("2023-11-16"), _day("2023-12-08")),
    ),
    Road(
        *("LX-L1", "M-0503", "BB-2024-05", "LX", "柳溪村水泥路", CONCRETE, 4_800, 240, 300, 250_000, 2_000_000),
        *(_day("2024-05-18"), _day("2025-01-14"), _day("2025-02-06")),
    ),
    Road(
        *("HX-L1", "M-0504", "BB-2024-09", "HX", "红星村水泥路", CONCRETE, 4_100, 200, 300, 220_000, 1_700_000),
        *(_day("2024-09-07"), _day("2025-06-20"), _day("2025-07-04")),
        late=True,
    ),
    Road(
        *("DP-L1", "M-0505", "BB-2025-02", "DP", "大坪村水泥路", CONCRETE, 3_500, 160, 300, 140_000, 1_500_000),
        *(_day("2025-02-22"), _day("2025-10-17"), _day("2025-11-10")),
        left=8_400,
    ),
    Road(
        *("BM-L1", "M-0506", "BB-2023-02", "BM", "白马村碎石路", GRAVEL, 11_300, 150, 150, 110_000, 900_000),
        *(_day("2023-03-11"), _day("2023-10-27"), _day("2023-11-14")),
    ),
    Road(
        *("CL-L1", "M-0507", "BB-2025-04", "CL", "长岭村碎石路", GRAVEL, 9_200, 110, 150, 80_000, 750_000),
        *(_day("2025-04-13"), _day("2026-01-20"), None),
        monitors=0,
        left=25_000,
    ),
)
MEETINGS = (
    ("BB-2023-01", "", 1, "SQ", "2023-02-18", "2023-02-04", "村委会", 240, 171),
    ("BB-2023-02", "", 1, "BM", "2023-03-11", "2023-02-27", "村民联名", 210, 158),
    ("BB-2024-03", "", 1, "FS", "2024-03-09", "2024-02-26", "村委会", 300, 214),
    ("BB-2024-05", "", 1, "LX", "2024-05-18", "2024-05-06", "代表联名", 226, 163),
    ("BB-2024-08", "", 1, "HX", "2024-08-10", "2024-07-29", "村委会", 228, 151),
    ("BB-2024-09", "", 1, "HX", "2024-09-07", "2024-08-26", "村委会", 228, 170),
    ("BB-2025-02", "", 1, "DP", "2025-02-22", "2025-02-10", "村民联名", 180, 133),
    ("BB-2025-04", 1, 2, "CL", "2025-04-12", "2025-03-31", "村委会", 84, 61),
    ("BB-2025-04", 2, 2, "CL", "2025-04-13", "2025-03-31", "村委会", 72, 49),
    ("BB-2025-12", "", 1, "CL", "2025-12-06", "2025-11-24", "村民联名", 156, 121),
    ("BB-2026-02", "", 1, "DP", "2026-02-28", "2026-02-12", "代表联名", 180, 126),
)
"""Number, part, parts, village, day, notice, proposed by, households, present. 151 of 228 lack one of a quorum."""
MOTIONS = (
    ("BB-2023-01", 1, "", "石桥村水泥路集资方案", "M-0502", 139, 18, 14, PASSED, 240),
    ("BB-2023-02", 1, "", "白马村碎石路集资方案", "M-0506", 131, 15, 12, PASSED, 210),
    ("BB-2024-03", 1, "", "通村公路集资方案", "M-0501", 187, 12, 15, PASSED, 300),
    ("BB-2024-03", 2, "", "推选工程质量监督小组", "", 196, 6, 12, PASSED, ""),
    ("BB-2024-05", 1, "", "柳溪村水泥路集资方案", "M-0503", 121, 25, 17, PASSED, 226),
    ("BB-2024-08", 1, "", "红星村水泥路集资方案", "M-0504", 112, 24, 15, PASSED, ""),
    ("BB-2024-09", 1, "", "红星村水泥路集资方案", "M-0504", 118, 31, 21, PASSED, 228),
    ("BB-2025-02", 1, "", "大坪村水泥路集资方案", "M-0505", 97, 22, 14, PASSED, 180),
    ("BB-2025-04", 1, 1, "长岭村碎石路集资方案", "M-0507", 43, 12, 6, PASSED, 84),
    ("BB-2025-04", 1, 2, "长岭村碎石路集资方案", "M-0507", 36, 8, 5, PASSED, 72),
    ("BB-2025-12", 1, "", "维修水渠", "M-0508", 88, 20, 13, PASSED, ""),
    ("BB-2025-12", 2, "", "集资修建文化室", "", 57, 49, 15, REJECTED, ""),
    ("BB-2026-02", 1, "", "道路养护公约", "", 104, 9, 13, PASSED, ""),
    ("BB-2026-02", 2, "", "安装路灯", "M-0509", 91, 21, 14, PASSED, ""),
)
"""Number, item, part, topic, matter, yes, no, abstain, as announced, households that signed."""


def files(city: City) -> list[DemoFile]:
    """Return the villages, their assemblies with the votes, the projects on four days, all receipts and payments."""
    years = sorted({row[0][3:7] for row in MEETINGS})
    entries = [entry for road in ROADS for entry in _numbered(road)]
    return [
        table_file("place", "2023", "村社区名录", PLACE_HEADERS, _places()),
        *(table_file("meeting", year, "坝坝会", MEETING_HEADERS, _meetings(year)) for year in years),
        *(table_file("motion", year, "议题表决", MOTION_HEADERS, _motions(year)) for year in years),
        *(_register(round_id, day) for round_id, day in SNAPSHOTS),
        *(
            table_file("fund_entry", year, "资金收支", ENTRY_HEADERS, [row for row in entries if row[2][:4] == year])
            for year in sorted({row[2][:4] for row in entries})
        ),
    ]


def _places() -> Iterator[Sequence[object]]:
    yield (*TOWN, "")
    for code, name, households, adults in VILLAGES:
        yield (code, name, "村社区", TOWN[0], households, adults, "2022-12-31")


def _meetings(year: str) -> Iterator[Sequence[object]]:
    for number, part, parts, village, day, notice, proposed, households, present in MEETINGS:
        if number[3:7] == year:
            yield (number, part, parts, village, day, notice, proposed, "群众代表", RULE, households, present)


def _motions(year: str) -> Iterator[Sequence[object]]:
    for number, item, part, topic, matter, yes, no, abstain, announced, signed in MOTIONS:
        if number[3:7] == year:
            votes = (yes, no, abstain)
            yield (number, item, part, topic, matter, MAJORITY, *votes, announced, "是", signed)


def _register(round_id: str, day: date) -> DemoFile:
    """Return the register of projects as it was on a day."""
    rows = [_project(road, day) for road in ROADS if road.held <= day]
    return table_file("project", round_id, "议定项目", PROJECT_HEADERS, rows, day.isoformat())


def _project(road: Road, day: date) -> Sequence[object]:
    approved, answered = road.held + timedelta(days=8), road.held + timedelta(days=17)
    started = road.held + timedelta(days=37)
    finished = road.accepted - timedelta(days=20)
    life = (approved, answered, started, finished, road.accepted, road.posted)
    shown = [one.isoformat() if one is not None and one <= day else "" for one in life]
    state = "已验收" if shown[4] else "完工" if shown[3] else "在建" if shown[2] else "筹备"
    return (
        *(
            road.number,
            road.matter,
            road.meeting,
            1,
            road.village,
            road.name,
            road.kind,
            road.metres,
            f"{road.raised}.00",
        ),
        *(road.direct, DIRECT, road.indirect, INDIRECT, "人", "自愿捐资", road.monitors),
        *(*shown, state),
    )


def _numbered(road: Road) -> Iterator[tuple[str, ...]]:
    """Yield the entries of a road in the order of their days, each with its number."""
    rows = sorted((*_levy(road), *_others(road), *_payments(road)), key=lambda row: row[0])
    for at, (day, direction, source, amount, payer) in enumerate(rows, start=1):
        yield (f"{road.number}-{at:03}", road.number, day.isoformat(), direction, source, f"{amount}.00", payer, "是")


Entry = tuple[date, str, str, int, str]


def _levy(road: Road) -> Iterator[Entry]:
    """Yield the shares: a household of three at once, others by their groups of nine and of twenty-five persons."""
    households, groups = (
        divided(DIRECT * (road.direct - 3), 9 * DIRECT),
        divided(INDIRECT * road.indirect, 25 * INDIRECT),
    )
    amounts = [3 * DIRECT, *households, *groups]
    last, until = len(amounts) - 1, after_months(road.held, 1)
    for at, amount in enumerate(amounts):
        day = road.held + timedelta(days=at * (until - road.held).days // last)
        late = timedelta(days=5 if road.late and at == last else 0)
        yield (day + late, "收入", "集资", amount, f"H{at + 1:04}")


def _others(road: Road) -> Iterator[Entry]:
    """Yield three gifts and the subsidy in two parts."""
    for at, amount in enumerate(divided(road.gifts, road.gifts // 3 + 1)):
        yield (road.held + timedelta(days=12 + 20 * at), "收入", "捐款", amount, "")
    first = road.subsidy * 6 // 10
    yield (road.held + timedelta(days=30), "收入", "项目补助", first, "")
    yield (road.accepted - timedelta(days=30), "收入", "项目补助", road.subsidy - first, "")


def _payments(road: Road) -> Iterator[Entry]:
    """Yield the payments: half of each use while the work goes on, the rest when it is accepted."""
    total = road.raised - road.left
    for at, (use, percent) in enumerate(USES):
        amount = total * percent // 100 if at < len(USES) - 1 else total - sum(total * p // 100 for _, p in USES[:-1])
        half = amount // 2
        yield (road.accepted - timedelta(days=60 - 5 * at), "支出", use, half, "")
        yield (road.accepted - timedelta(days=5 - at), "支出", use, amount - half, "")


def divided(total: int, part: int) -> list[int]:
    """Return a total in equal parts, the last of them smaller if need be."""
    count, rest = divmod(total, part)
    return [part] * count + [rest] * bool(rest)
