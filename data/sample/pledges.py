"""Pledges, quarterly checks and votes on duty reports of the fictitious city, with known true values.

Two categories take part. What a unit delivers, how much it overstates and what the hall thinks of it are drawn once a
year from a separate fixed seed, so the ballots of the city stay as they are. Cases that a page must detect are staged
by name below.
"""

from dataclasses import dataclass
from functools import cache
from math import erf, sqrt

import numpy as np

from data.sample.city import ROUNDS, SEED, WORST, DemoFile, DemoUnit, as_file, demo_truth, demo_units

TAKING_PART = ("政府工作部门", "公共服务单位")
CHECKS = ("03-31", "06-30", "09-30", "12-20")
DUE = ("06-30", "09-30", "12-31", "12-31")
GRADES, POINTS = ("好", "较好", "一般", "差"), (100.0, 80.0, 60.0, 0.0)
GROUPS = {"班子成员": (8, 13), "党员": (25, 46), "两代表一委员": (10, 16), "群众代表": (15, 36)}
MILDER = {"班子成员": 0.35, "党员": 0.15, "两代表一委员": -0.10, "群众代表": -0.35}
"""How much milder a group's hall ballots are than the average, on the latent scale."""
CUTS = (0.0, -1.0, -1.9)
CHECKER = "市委督查室"

# Staged in 2025.
PRAISED_ONLY_IN_THE_HALL = WORST
"""Last of its category with the public; a large hall gives it the highest grades: the page must name it."""
WITHIN_UNCERTAINTY = "市公交公司"
"""A little above the mean in the hall, far below with the public: the hall's ballots are too few for a finding."""
NINE_BALLOTS, FOUR_BALLOTS = "市图书馆", "市通信公司"
REPORTS_TOO_MUCH = "市商务局"
"""Reports a quarter more than the checker finds; elsewhere one item in four is reported 8% better than it is."""
CANCELLED, ADJUSTED, NO_REASON, SILENT, LATE = "市林业局", "市水务局", "市体育局", "市信访局", "市城市管理局"
"""Each concerns the first routine item; LATE: its first headline item is due in June and never done."""

Item = tuple[str, str, str, str, int, bool]
HEADLINES: tuple[Item, ...] = (
    ("新增便民服务点", "个", "越高越好", "民生实事", 20, True),
    ("群众办事平均等候时间", "分钟", "越低越好", "作风效能", 40, True),
)
ROUTINES: tuple[Item, ...] = (
    ("热线工单按期办结率", "%", "越高越好", "作风效能", 80, False),
    ("公文平均办理天数", "天", "越低越好", "作风效能", 12, True),
    ("修订内部管理制度并公布", "", "", "党建", 0, True),
)
"""Item, unit of measure, direction, field of work, usual value in the year before the first, integers only."""


@dataclass(frozen=True)
class DemoPledge:
    """Item of a year; values as in the files, '' for none. truth: the value that was really reached."""

    pledge_id: str
    unit: DemoUnit
    seq: int
    item: Item
    headline: bool
    due: str
    baseline: float | None
    target: float | None
    truth: float | None
    states: tuple[tuple[str, float | None, float | None, str, str], ...]
    """Date, reported, verified, status, evidence of each check."""


def pledge_files() -> list[DemoFile]:
    """Return register, checks and votes of each round, oldest first; UTF-8 with mark."""
    tables = {
        "pledges": ("公开承诺", pledge_lines),
        "progress": ("践诺进度", progress_lines),
        "votes": ("述职测评", vote_lines),
    }
    return [
        DemoFile(kind, round_id, f"演示数据_{round_id}_{title}.csv", as_file(lines(round_id)), None)
        for round_id in ROUNDS
        for kind, (title, lines) in tables.items()
    ]


def post_of(unit: DemoUnit) -> str:
    """Return the post that pledges for a unit."""
    return "党委书记" if unit.name.endswith(("公司", "医院")) else "党组书记"


def pledging_units(round_id: str) -> list[DemoUnit]:
    """Return the units that pledge in a round: those that exist in it, of the categories that take part."""
    there = [unit for unit in demo_units() if unit.participation(round_id) not in (None, "撤并")]
    return [unit for unit in there if unit.category in TAKING_PART]


def pledge_lines(round_id: str) -> list[str]:
    """Return the register of pledges as a table."""
    lines = [
        "承诺编号,年度,单位,承诺人职务,序号,承诺事项,类别,重点,目标值,方向,基期值,计量单位,完成时限,来源,公示日期,分值"
    ]
    origins = ("群众点题", "上级任务", "自提", "上年整改", "自提")
    for pledge in demo_pledges(round_id):
        name, measure, direction, area, _, _ = pledge.item
        values = (_text(pledge.target), direction, _text(pledge.baseline), measure)
        headline, weight = ("是", 30) if pledge.headline else ("否", 10)
        unit = pledge.unit.name_in(round_id)
        about = (pledge.pledge_id, round_id, unit, post_of(pledge.unit), str(pledge.seq), name, area, headline)
        rest = (f"{round_id}-{pledge.due}", origins[pledge.seq - 1], f"{round_id}-01-15", str(weight))
        lines.append(",".join((*about, *values, *rest)))
    return lines


def progress_lines(round_id: str) -> list[str]:
    """Return the quarterly checks as a table; the checker examines June and December."""
    lines = ["承诺编号,核查日期,自报值,核实值,完成状态,佐证,核验人"]
    for pledge in demo_pledges(round_id):
        for day, reported, verified, status, evidence in pledge.states:
            checker = CHECKER if day in (CHECKS[1], CHECKS[3]) and evidence == "现场核查" else ""
            cells = (pledge.pledge_id, f"{round_id}-{day}", _text(reported), _text(verified), status, evidence, checker)
            lines.append(",".join(cells))
    return lines


def vote_lines(round_id: str) -> list[str]:
    """Return the counts of the halls as a table."""
    lines = ["年度,单位,述职人职务,述职形式,测评主体,测评等次,票数,综合评价等次,点评问题数"]
    for unit, counts, level, comments in _votes(round_id):
        for group, row in counts.items():
            for grade, count in zip(GRADES, row, strict=True):
                about = (round_id, unit.name_in(round_id), post_of(unit), "现场", group, grade, str(count))
                lines.append(",".join((*about, level, str(comments))))
    return lines


def vote_truth(round_id: str) -> dict[str, float]:
    """Return the true vote score of each unit's post by code: the expected points of its ballots, all alike."""
    scores = {}
    for unit, counts, _, _ in _votes(round_id):
        means = {group: float(_shares(_liking(round_id)[unit.code], group) @ np.array(POINTS)) for group in counts}
        sizes = {group: sum(row) for group, row in counts.items()}
        scores[unit.code] = sum(means[group] * n for group, n in sizes.items()) / sum(sizes.values())
    return scores


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


@cache
def demo_pledges(round_id: str) -> tuple[DemoPledge, ...]:
    """Return every pledge of a round; the baseline is what the unit reached the year before."""
    year = ROUNDS.index(round_id)
    before = {(p.unit.code, p.seq): p.truth for p in demo_pledges(ROUNDS[year - 1])} if year else {}
    rng = np.random.Generator(np.random.PCG64([SEED, year, 1]))
    pledges = []
    for unit in pledging_units(round_id):
        delivery = rng.normal(1.0, 0.25)
        for seq, item in enumerate((*HEADLINES, *ROUTINES), start=1):
            draws = rng.random(5), rng.normal(0, 0.15)
            pledges.append(_pledge(round_id, unit, seq, item, before.get((unit.code, seq)), delivery, draws))
    return tuple(pledges)


def _pledge(
    round_id: str,
    unit: DemoUnit,
    seq: int,
    item: Item,
    reached: float | None,
    delivery: float,
    draws: tuple[np.ndarray, float],
) -> DemoPledge:
    (start, ambition, due_at, seen, candour), luck = draws
    _, _, direction, _, usual, integers = item
    sign = -1 if direction == "越低越好" else 1
    baseline = target = truth = None
    if direction:
        baseline = reached if reached is not None else _rounded(usual * (0.8 + 0.4 * start), integers)
        soft = ambition < 0.12
        room = 99.5 - baseline if item[1] == "%" else baseline
        step = max(room * (0.08 + 0.15 * ambition), 0.2 if item[1] == "%" else 1.0)
        target = _capped(_rounded(baseline + (0 if soft else sign * step), integers), item)
        truth = _capped(_rounded(baseline + sign * step * (delivery + luck), integers), item)
    due = DUE[int(due_at * len(DUE))]
    staged = unit.name if round_id == "2025" else ""
    if staged == LATE and seq == 1 and baseline is not None:
        due, truth = "06-30", baseline
        target = _rounded(baseline * 1.5, integers)
    if staged in (CANCELLED, ADJUSTED, NO_REASON, SILENT) and seq == len(HEADLINES) + 1:
        due = "12-31"
    inflated = 0.25 if staged == REPORTS_TOO_MUCH else 0.08 if candour < 0.25 else 0.0
    states = _states(staged, seq, item, due, (baseline, target, truth), delivery, seen < 0.85, inflated)
    pledge_id = f"{round_id}-{unit.code}-{seq}"
    return DemoPledge(pledge_id, unit, seq, item, seq <= len(HEADLINES), due, baseline, target, truth, states)


def _rounded(value: float, whole: bool) -> float:
    return float(max(round(value), 1)) if whole else float(round(value, 1))


def _capped(value: float, item: Item) -> float:
    return min(value, 99.5) if item[1] == "%" else value


def _states(
    staged: str,
    seq: int,
    item: Item,
    due: str,
    values: tuple[float | None, float | None, float | None],
    delivery: float,
    checked: bool,
    inflated: float,
) -> tuple[tuple[str, float | None, float | None, str, str], ...]:
    """Return the state at each check; the value reached in the end is attained at the check of the due quarter."""
    baseline, target, truth = values
    first_routine = seq == len(HEADLINES) + 1
    last = next(at for at, day in enumerate(CHECKS) if day >= due or at == 3)
    found: list[tuple[str, float | None, float | None, str, str]] = []
    for at, day in enumerate(CHECKS):
        if staged == SILENT and first_routine:
            break
        ended = at >= last
        verified = None
        if baseline is not None and truth is not None:
            value = _rounded(baseline + (truth - baseline) * min((at + 1) / (last + 1), 1.0), item[5])
            shown = _inflated(value, item, inflated)
            verified = value if checked and at in (1, 3) else None
        else:
            shown = None
        status = _status(shown, target, item, delivery) if ended else "推进中"
        evidence = "现场核查" if checked and at in (1, 3) else "单位上报"
        if at == 3 and first_routine and staged in (CANCELLED, ADJUSTED, NO_REASON):
            status, evidence = {
                CANCELLED: ("取消", "项目并入全市统一平台，经市委同意取消"),
                ADJUSTED: ("客观调整", "汛期抢险，工作时限经批准顺延"),
                NO_REASON: ("客观调整", ""),
            }[staged]
            shown = verified = None
        found.append((day, shown, verified, status, evidence))
    return tuple(found)


def _inflated(value: float, item: Item, by: float) -> float:
    """Return the overstated value that is reported; a share of 0 adds nothing."""
    return _capped(_rounded(value / (1 + by) if item[2] == "越低越好" else value * (1 + by), item[5]), item)


def _status(shown: float | None, target: float | None, item: Item, delivery: float) -> str:
    """Return the status that the unit reports at the end."""
    if shown is None or target is None:
        return "已完成" if delivery > 0.8 else "部分完成"
    met = shown <= target if item[2] == "越低越好" else shown >= target
    return "已完成" if met else "部分完成"


@cache
def _liking(round_id: str) -> dict[str, float]:
    """Return the hall's latent opinion of each unit: half that of the public, half independent."""
    rng = np.random.Generator(np.random.PCG64([SEED, ROUNDS.index(round_id), 2]))
    truth = demo_truth(round_id)
    units = pledging_units(round_id)
    mean = {
        name: np.mean([truth[unit.code] for unit in units if unit.category == name and unit.code in truth])
        for name in TAKING_PART
    }
    liking = {}
    for unit in units:
        public = float(truth[unit.code] - mean[unit.category]) / 20 if unit.code in truth else 0.0
        liking[unit.code] = 0.45 + 0.8 * public + float(rng.normal(0, 0.10))
        if round_id == "2025" and unit.name == PRAISED_ONLY_IN_THE_HALL:
            liking[unit.code] = 1.5
        if round_id == "2025" and unit.name == WITHIN_UNCERTAINTY:
            liking[unit.code] = 0.55
    return liking


def _shares(liking: float, group: str) -> np.ndarray:
    """Return the share of each grade; the ballots of a hall scatter with standard deviation 1 on the latent scale."""
    above = [0.5 * (1 + erf((liking + MILDER[group] - cut) / sqrt(2))) for cut in CUTS]
    return np.diff([0.0, *above, 1.0])


@cache
def _votes(round_id: str) -> tuple[tuple[DemoUnit, dict[str, tuple[int, ...]], str, int], ...]:
    """Return unit, counts by group and grade, final level and problems named, of each post."""
    rng = np.random.Generator(np.random.PCG64([SEED, ROUNDS.index(round_id), 3]))
    votes = []
    for unit in pledging_units(round_id):
        sizes = {group: int(rng.integers(low, high)) for group, (low, high) in GROUPS.items()}
        staged = unit.name if round_id == "2025" else ""
        if staged == PRAISED_ONLY_IN_THE_HALL:
            sizes = {group: 4 * n for group, n in sizes.items()}
        if staged in (NINE_BALLOTS, FOUR_BALLOTS):
            sizes = dict.fromkeys(("班子成员", "党员", "群众代表"), 3) if staged == NINE_BALLOTS else {"党员": 4}
        liking = _liking(round_id)[unit.code]
        counts = {group: tuple(rng.multinomial(n, _shares(liking, group)).tolist()) for group, n in sizes.items()}
        level = "好" if liking > 0.7 else "较好" if liking > 0.2 else "一般"
        level = "较好" if staged == PRAISED_ONLY_IN_THE_HALL else level
        votes.append((unit, counts, level, int(rng.integers(1, 5))))
    return tuple(votes)
