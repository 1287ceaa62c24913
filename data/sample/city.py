"""Fictitious city with known true scores: 资阳示范市, three rounds, about 11,000 evaluators each.

Its pledges and votes on duty reports are in `pledges.py`.

Ballots come from a latent scale: unit quality (AR(1) over the rounds) + unit-by-group
deviation + leniency of the evaluator + noise of the line, cut into grades. The seed is fixed,
so the files are the same everywhere. No name here represents the result of a real office.
"""

from dataclasses import dataclass
from functools import cache
from math import erf, sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

SEED = 20_231_125
ROUNDS = ("2023", "2024", "2025")
RULES = "demo-2025"
CITY = "资阳示范市"
GROUPS = ("普通群众", "服务对象", "两代表一委员")
WEIGHTS = (0.4, 0.3, 0.3)
EVALUATORS = (7_600, 3_000, 400)
UNITS_ON_A_BALLOT = ((4, 9), (1, 3), (40, 60))
GRADES = ("满意", "基本满意", "不满意", "不了解", "", "弃权", "无效")
POINTS = (100.0, 60.0, 0.0)
INDICATORS = ("总体评价", "服务态度", "办事效率")

GROUP_SHIFT = (0.0, -0.15, 0.25)
LENIENCY = (0.50, 0.45, 0.60)
NOISE = (0.85, 0.95, 0.70)
CUTS = (-0.2, -1.4)
"""Above the first 满意, above the second 基本满意."""
SPOILT = (0.010, 0.012, 0.005)
"""Shares of 空白, 弃权 and 无效 among the lines."""
MISSING_LINES = 0.05
FEW = 24
"""Lines left to the unit with too few ballots."""

NAMES = {
    "党群部门": "市委办公室 市人大常委会办公室 市政协办公室 市委组织部 市委宣传部 "
    "市委统战部 市委政法委 市委编办 市委网信办 市委社会工作部 市直机关工委 "
    "市委党校 市委党史研究室 市档案馆 市总工会 共青团市委 市妇联 市科协 "
    "市文联 市残联 市工商联 市红十字会",
    "政府工作部门": "市政府办公室 市发展和改革委员会 市教育局 市科学技术局 市工业和信息化局 "
    "市公安局 市民政局 市司法局 市财政局 市人力资源和社会保障局 市自然资源局 "
    "市生态环境局 市住房和城乡建设局 市交通运输局 市水务局 市农业农村局 "
    "市商务局 市旅游局 市文化广电局 市卫生健康委员会 市退役军人事务局 "
    "市应急管理局 市审计局 市国有资产监督管理委员会 市市场监督管理局 市体育局 "
    "市统计局 市医疗保障局 市信访局 市城市管理局 市行政审批局 市乡村振兴局 "
    "市林业局 市机关事务管理局 市文化广电和旅游局",
    "垂直管理单位": "市税务局 市气象局 市烟草专卖局 市邮政管理局 市消防救援支队 市海关办事处 "
    "市国家安全局 市统计调查队 市金融监管分局 市人民银行分行 市地震监测中心 "
    "市水文中心 市无线电监测站 市航道管理处 市公路养护中心 市盐务管理局",
    "公共服务单位": "市供水公司 市供电公司 市燃气公司 市公交公司 市第一人民医院 市中医医院 "
    "市妇幼保健院 市图书馆 市殡葬服务中心 市不动产登记中心 市住房公积金中心 "
    "市政务服务中心 市环境卫生中心 市园林绿化中心 市广播电视网络公司 "
    "市邮政公司 市通信公司",
}
OLD_NAME = {"市卫生健康委员会": "市卫生和计划生育委员会"}  # until 2023
MERGED, SUCCESSOR = ("市旅游局", "市文化广电局"), "市文化广电和旅游局"  # in 2025
MERGED_ON, MERGED_BY = "2025-01-20", "示范市机构改革方案（演示）"
EXEMPT, CONSULTED, LITTLE_SEEN = "市统计局", "市委党史研究室", "市无线电监测站"
TIED_CATEGORY = "公共服务单位"
TIED, WORST = ("市燃气公司", "市公交公司"), "市殡葬服务中心"
"""In 2025 the tied two are on either side of the border of the last two of their category."""

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True)
class DemoFile:
    """File to import. kind: as `biaochi import` knows it. as_of: ISO day of a register whose rows live on, else ""."""

    kind: str
    round_id: str
    name: str
    content: bytes
    rules: str | None = None
    as_of: str = ""


@dataclass(frozen=True)
class DemoUnit:
    """Unit through all rounds, under its newest name."""

    code: str
    name: str
    category: str

    def name_in(self, round_id: str) -> str:
        """Return the full name in the register of that round."""
        return OLD_NAME.get(self.name, self.name) if round_id == "2023" else self.name

    def participation(self, round_id: str) -> str | None:
        """Return 参评状态 in that round; None when the unit does not exist yet."""
        if round_id != "2025":
            return None if self.name == SUCCESSOR else "参评"
        states = dict.fromkeys(MERGED, "撤并") | {EXEMPT: "免评", CONSULTED: "征求意见不排名"}
        return states.get(self.name, "参评")

    def on_the_form(self, round_id: str) -> bool:
        """Return whether ballots of that round ask about the unit."""
        return self.participation(round_id) in ("参评", "征求意见不排名")


@dataclass(frozen=True)
class _Latent:
    """Latent parameters. quality: (rounds, units); deviation: (units, groups); known: (units,)."""

    quality: Floats
    deviation: Floats
    known: Floats


def demo_units() -> list[DemoUnit]:
    """Return all units of the three rounds, in roster order."""
    pairs = [(name, category) for category, names in NAMES.items() for name in names.split()]
    return [DemoUnit(f"ZY{number:03d}", name, category) for number, (name, category) in enumerate(pairs, start=1)]


def demo_files() -> list[DemoFile]:
    """Return register and ballots of each round, oldest first, and the reforms between them; UTF-8 with mark."""
    files = []
    for round_id in ROUNDS:
        register = demo_register(round_id)
        ballots = DemoFile("ballots", round_id, f"演示数据_{round_id}_评议票.csv", _ballots(round_id), RULES)
        reforms = DemoFile("unit_lineage", round_id, f"演示数据_{round_id}_单位沿革.csv", _reforms(), None)
        files += [register, reforms, ballots] if round_id == "2025" else [register, ballots]
    return files


def demo_register(round_id: str) -> DemoFile:
    """Return the register of a round: ballots take a second to draw, and a scheme reads none of them."""
    return DemoFile("units", round_id, f"演示数据_{round_id}_单位名录.csv", _register(round_id), None)


def demo_truth(round_id: str) -> dict[str, float]:
    """Return the true score in points of each unit on the form, by code.

    The expectation of a scored vote over leniency and noise, group means weighted.
    """
    latent, year = _latent(), ROUNDS.index(round_id)
    truth = {}
    for index, unit in enumerate(demo_units()):
        if unit.on_the_form(round_id):
            means = [
                _expected_points(latent.quality[year, index] + latent.deviation[index, g], g)
                for g in range(len(GROUPS))
            ]
            truth[unit.code] = sum(w * m for w, m in zip(WEIGHTS, means, strict=True))
    return truth


def latent_levels(round_id: str, group: int) -> Floats:
    """Return the latent level of each unit on the form of a round, in roster order, for a group."""
    latent = _latent()
    form = [index for index, unit in enumerate(demo_units()) if unit.on_the_form(round_id)]
    return latent.quality[ROUNDS.index(round_id), form] + latent.deviation[form, group]


def _expected_points(level: float, group: int) -> float:
    spread = sqrt(LENIENCY[group] ** 2 + NOISE[group] ** 2)
    above = [0.5 * (1 + erf((level + GROUP_SHIFT[group] - cut) / spread / sqrt(2))) for cut in CUTS]
    return POINTS[0] * above[0] + POINTS[1] * (above[1] - above[0])


@cache
def _latent() -> _Latent:
    rng = np.random.Generator(np.random.PCG64(SEED))
    units = demo_units()
    quality = np.empty((len(ROUNDS), len(units)))
    quality[0] = rng.normal(0, 0.30, len(units))
    for year in range(1, len(ROUNDS)):
        fresh = rng.normal(0, 0.30 * sqrt(1 - 0.8**2), len(units))
        quality[year] = 0.8 * quality[year - 1] + fresh
    deviation = rng.normal(0, 0.10, (len(units), len(GROUPS)))
    known = rng.beta(5, 1.2, len(units))
    _stage_the_tie(units, quality, deviation, known)
    return _Latent(quality, deviation, known)


def _stage_the_tie(units: list[DemoUnit], quality: Floats, deviation: Floats, known: Floats) -> None:
    """Stage 2025: a unit clearly last of its category, two equal units next, the others clear of them."""
    place = {unit.name: index for index, unit in enumerate(units)}
    peers = [place[unit.name] for unit in units if unit.category == TIED_CATEGORY]
    first, second = (place[name] for name in TIED)
    quality[-1, peers] = np.maximum(quality[-1, peers], -0.15)
    quality[-1, [first, second]] = -0.50
    quality[-1, place[WORST]] = -0.85
    deviation[[first, second, place[WORST]]] = 0.0
    known[second] = known[first] = 0.9


def _register(round_id: str) -> bytes:
    lines = ["单位编码,单位全称,单位简称,建制序号,类别,参评状态"]
    for number, unit in enumerate(demo_units(), start=1):
        state = unit.participation(round_id)
        if state is not None:
            name = unit.name_in(round_id)
            keeps = name.startswith(("市委", "市直", "市政府"))
            short = name if keeps else name.removeprefix("市")
            lines.append(f"{unit.code},{name},{short},{number},{unit.category},{state}")
    return as_file(lines)


def _reforms() -> bytes:
    """Return the table of successors: a merger, which continues neither trends nor consecutive years."""
    codes = {unit.name: unit.code for unit in demo_units()}
    links = [f"{codes[name]},{codes[SUCCESSOR]},合并,{MERGED_ON},否,{MERGED_BY}" for name in MERGED]
    return as_file(["原单位编码,现单位编码,变化类型,生效日期,名次是否沿用,依据", *links])


def _ballots(round_id: str) -> bytes:
    year = ROUNDS.index(round_id)
    rng = np.random.Generator(np.random.PCG64([SEED, year]))
    units = demo_units()
    numbers = rng.permutation(sum(EVALUATORS)) + 1
    names = [unit.name_in(round_id) for unit in units]
    form = np.array([i for i, unit in enumerate(units) if unit.on_the_form(round_id)])
    rows: list[tuple[int, int, int, str]] = []
    start = 0
    for group, count in enumerate(EVALUATORS):
        person, unit = _sheets(rng, form, group, count, round_id)
        kept = rng.random(len(person)) >= MISSING_LINES
        kept &= _partner_kept(person, unit, kept, round_id)
        person, unit = _thin_out(rng, person[kept], unit[kept], group)
        grades = _grades(rng, year, group, person, unit, count)
        if round_id == "2025":
            _mirror(rng, unit, grades)
        ballot = numbers[start : start + count][person]
        for item in range(grades.shape[1]):
            words = (GRADES[grade] for grade in grades[:, item].tolist())
            text = (
                f"{GROUPS[group]},{names[u]},{INDICATORS[item]},{w}" for u, w in zip(unit.tolist(), words, strict=True)
            )
            rows += zip(ballot.tolist(), unit.tolist(), [item] * len(ballot), text, strict=True)
        start += count
    rows.sort()
    return as_file(["票号,评议主体,参评单位,测评指标,评价"] + [f"{round_id}-{n:06d},{text}" for n, _, _, text in rows])


def _sheets(rng: np.random.Generator, form: Ints, group: int, count: int, round_id: str) -> tuple[Ints, Ints]:
    """Return which units each sheet asks about: (person, unit), an entry per line."""
    low, high = UNITS_ON_A_BALLOT[group]
    size = rng.integers(low, high + 1, count)
    key = rng.random((count, len(form)))
    if round_id == "2025":  # the tied two are printed side by side: a sheet has both or neither
        first, second = _tied_indices()
        key[:, form == second] = np.nextafter(key[:, form == first], 2)
    place = key.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    chosen = place < size[:, None]
    if round_id == "2025":
        both = chosen[:, form == first] & chosen[:, form == second]
        chosen[:, (form == first) | (form == second)] = both
    person, column = np.nonzero(chosen)
    return person, form[column]


def _partner_kept(person: Ints, unit: Ints, kept: NDArray[np.bool_], round_id: str) -> NDArray[np.bool_]:
    """Drop, in 2025, a lost line of either tied unit for the other too."""
    if round_id != "2025":
        return np.ones(len(kept), dtype=bool)
    first, second = _tied_indices()
    lost = set(person[(~kept) & ((unit == first) | (unit == second))].tolist())
    pair = (unit == first) | (unit == second)
    return ~(pair & np.isin(person, sorted(lost)))


def _thin_out(rng: np.random.Generator, person: Ints, unit: Ints, group: int) -> tuple[Ints, Ints]:
    """Leave the little-seen unit a third of FEW lines in each group."""
    place = next(i for i, u in enumerate(demo_units()) if u.name == LITTLE_SEEN)
    lines = np.nonzero(unit == place)[0]
    gone = rng.permutation(lines)[FEW // len(GROUPS) :]
    kept = np.ones(len(unit), dtype=bool)
    kept[gone] = False
    return person[kept], unit[kept]


def _grades(rng: np.random.Generator, year: int, group: int, person: Ints, unit: Ints, count: int) -> Ints:
    """Return indices into GRADES, shape (lines, indicators); only service recipients have three indicators."""
    latent = _latent()
    items = len(INDICATORS) if GROUPS[group] == "服务对象" else 1
    lenient = rng.normal(0, LENIENCY[group], count)
    level = latent.quality[year, unit] + latent.deviation[unit, group] + GROUP_SHIFT[group]
    noise = rng.normal(0, NOISE[group], (len(unit), items))
    latent_grade = (level + lenient[person])[:, None] + noise
    grades = (latent_grade <= CUTS[0]).astype(np.int64) + (latent_grade <= CUTS[1])
    stranger = (1 - latent.known[unit]) * (1.0, 0.2, 0.5)[group]
    grades[rng.random(len(unit)) < stranger] = GRADES.index("不了解")
    spoilt = rng.random(len(unit))
    edges = np.cumsum(SPOILT)
    for grade, low, high in zip(("", "弃权", "无效"), (0, *edges), edges, strict=False):
        grades[(spoilt >= low) & (spoilt < high)] = GRADES.index(grade)
    return grades


def _mirror(rng: np.random.Generator, unit: Ints, grades: Ints) -> None:
    """Give the second of the tied two a permutation of the first unit's grades."""
    first, second = _tied_indices()
    ours, theirs = np.nonzero(unit == first)[0], np.nonzero(unit == second)[0]
    grades[theirs] = grades[rng.permutation(ours)]


@cache
def _tied_indices() -> tuple[int, int]:
    place = {unit.name: index for index, unit in enumerate(demo_units())}
    return place[TIED[0]], place[TIED[1]]


def as_file(lines: list[str]) -> bytes:
    """Return a table as a file: UTF-8 with mark."""
    return ("\n".join(lines) + "\n").encode("utf-8-sig")
