"""Demonstration of risk assessments: 240 matters of 2023 to 2025, of which 31 were refused.

Most were decided by asking everybody; 40 by a sample whose true share is known (`truths`), so that false verdicts can
be counted. Others show what a line means: 666 and 667 of 1,000, 213 and 214 of 300, volunteers, and a matter that is
reached on valid answers and missed on returned forms.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from data.sample.city import DemoFile
from data.sample.community import City, table_file

ASSESSED = {2023: 84, 2024: 80, 2025: 76}
INVESTMENT, RENEWAL, LAND = "三高招商", "城市改造", "土地征用"
REFUSED = {
    2023: {INVESTMENT: 5, RENEWAL: 4, LAND: 3},
    2024: {INVESTMENT: 4, RENEWAL: 4, LAND: 2},
    2025: {INVESTMENT: 3, RENEWAL: 3, LAND: 3},
}
SAMPLED = {2023: 13, 2024: 13, 2025: 14}
TALKED = 4  # a year, with meetings alone
SHARES = np.linspace(0.50, 0.84, 40)
"""True shares of the sampled matters."""
CLASSES: Mapping[str, tuple[str, str, str]] = {
    INVESTMENT: ("项目", "{}招商引资项目", "市发展和改革委员会"),
    RENEWAL: ("项目", "{}片区改造", "市住房和城乡建设局"),
    LAND: ("项目", "{}土地征用", "市自然资源局"),
    "拆迁安置": ("改革", "{}拆迁安置方案", "市住房和城乡建设局"),
    "社会保险": ("政策", "{}社会保险缴费调整", "市人力资源和社会保障局"),
    "住房保障": ("政策", "{}住房保障分配办法", "市住房和城乡建设局"),
    "收费调整": ("政策", "{}收费标准调整", "市发展和改革委员会"),
    "就业": ("改革", "{}就业扶持办法", "市人力资源和社会保障局"),
    "企业排污": ("决策", "{}企业排污整治", "市生态环境局"),
}
"""Kind, name and unit of the matters of a class."""
AREAS = ("滨江", "城北", "东湖", "南门", "西山", "北苑", "桃源", "临港", "河东", "柳林", "金桥", "青龙")
SIDES = ("", "东", "西", "南", "北", "新", "老")
BASIS, DECIDER = "范围内常住人口登记", "市人民政府"
HEADERS = (
    *("评估编号", "事项编号", "重大事项", "类型", "类别", "责任单位", "评估主体", "涉及地点", "程序", "利益相关人数"),
    *("人数依据", "启动", "风险等级", "结论", "决定日期", "决定机关", "文号", "备案日期", "备案号"),
)
SURVEY_HEADERS = (
    *("编号", "评估编号", "方式", "抽取方式", "计数单位", "应调查", "收回", "起", "止", "主调查", "确定日期"),
)
ANSWER_HEADERS = ("编号", "问题", "赞成", "反对", "中立", "说不清", "弃权", "空白", "无效")
APPROVED, IN_PART, SETTLE_FIRST, POSTPONED, VETOED = "准予实施", "部分实施", "先化解后实施", "暂缓", "不予实施"


@dataclass(frozen=True)
class Survey:
    """A consultation. answers: yes, no, neutral, don't know, abstain, blank and invalid of 支持; none while it runs."""

    design: str
    invited: int | None
    returned: int | None
    answers: tuple[int, ...] = ()
    method: str = "问卷调查"
    primary: bool = True


@dataclass(frozen=True)
class Matter:
    """An assessment with its survey. approving: how many of the population approve, where it is known."""

    year: int
    group: str
    population: int | None = None
    survey: Survey | None = None
    decision: str = ""
    approving: int | None = None
    number: int = 0
    started: date = date(2023, 1, 1)
    until: date | None = None
    decided: date | None = None
    filed: bool = True
    level: str = "中"

    @property
    def code(self) -> str:
        """Number of the assessment."""
        return f"PG-{self.year}-{self.number:03}"


def files(city: City) -> list[DemoFile]:
    """Return the book of assessments, and the consultations that were held between two of its states."""
    matters, made = matters_of(city), []
    for year in ASSESSED:
        own = [matter for matter in matters if matter.year == year]
        held = [matter for matter in own if matter.until is not None and matter.until.year == year]
        made += [_book(city, own, date(year, 8, 31)), *_surveys(year, held), _book(city, own, date(year, 12, 31))]
    late = [matter for matter in matters if matter.until is not None and matter.until.year == 2026]
    return [*made, *_surveys(2026, late), _book(city, late, date(2026, 3, 31))]


def truths(city: City) -> dict[str, tuple[int, int]]:
    """Return how many approve, of how many, by the number of each sampled matter."""
    return {
        matter.code: (matter.approving, matter.population)
        for matter in matters_of(city)
        if matter.approving is not None and matter.population is not None
    }


def matters_of(city: City) -> list[Matter]:
    """Return every matter with its number and its days."""
    shares = iter(city.rng(3, 1).permutation(SHARES))
    found: list[Matter] = []
    for year, count in ASSESSED.items():
        rng = city.rng(3, year)
        own = [*_vetoed(rng, year), *(_sampled(rng, year, next(shares)) for _ in range(SAMPLED[year])), *_talked(year)]
        own += [*_examples(), *_late()] if year == 2025 else []
        own += [_approved(rng, year, at) for at in range(count - len(own))]
        found += [_dated(own[place], at, rng) for at, place in enumerate(rng.permutation(len(own)), start=1)]
    return found


def _vetoed(rng: np.random.Generator, year: int) -> Iterator[Matter]:
    """Yield the matters that were refused: everybody was asked, and too few approved. One of them is an example."""
    for group, count in REFUSED[year].items():
        for _ in range(count - (year == 2025 and group == RENEWAL)):
            size = int(rng.integers(60, 900))
            yield Matter(year, group, size, _census(rng, size, rng.uniform(0.40, 0.61)), VETOED, level="高")


def _approved(rng: np.random.Generator, year: int, at: int) -> Matter:
    size = int(rng.integers(60, 900))
    survey = _census(rng, size, rng.uniform(0.72, 0.92))
    return Matter(
        year, list(CLASSES)[at % len(CLASSES)], size, survey, IN_PART if at % 9 == 0 else APPROVED, level="低"
    )


def _census(rng: np.random.Generator, size: int, share: float) -> Survey:
    """Return a census; up to two in a hundred gave no usable answer."""
    missing = int(rng.integers(0, size // 50 + 1))
    blank = int(rng.integers(0, missing + 1))
    return _survey("全部", size, size - missing + blank, round(size * share), blank)


def _sampled(rng: np.random.Generator, year: int, share: float) -> Matter:
    """Return a matter whose people were sampled; 5% of those drawn did not answer."""
    size, drawn = int(rng.integers(600, 5000)), int(rng.integers(120, 400))
    approving = round(size * share)
    answered = int(rng.binomial(drawn, 0.95))
    yes = int(rng.hypergeometric(approving, size - approving, answered))
    group = list(CLASSES)[int(rng.integers(len(CLASSES)))]
    decision = APPROVED if yes / drawn > 0.76 else SETTLE_FIRST if yes / drawn > 0.6 else POSTPONED
    return Matter(year, group, size, _survey("随机", drawn, answered, yes), decision, approving)


def _survey(design: str, invited: int, returned: int, yes: int, blank: int = 0) -> Survey:
    """Return a survey with a few of each other answer."""
    others = returned - blank - yes
    neutral, unsure = others // 8, others // 6
    return Survey(design, invited, returned, (yes, others - neutral - unsure, neutral, unsure, 0, blank, 0))


def _talked(year: int) -> Iterator[Matter]:
    """Yield matters of the simple procedure: people who were chosen came to a meeting. The first is approved."""
    for at in range(TALKED):
        talk = Survey("指定", None, 12 + at, (), "座谈", primary=False)
        yield Matter(year, ("就业", "社会保险")[at % 2], None, talk, POSTPONED if at else APPROVED, level="低")


def _examples() -> list[Matter]:
    """Return the matters that show what a line means."""
    return [
        Matter(2025, RENEWAL, 1000, Survey("全部", 1000, 1000, (666, 334, 0, 0, 0, 0, 0)), VETOED, level="高"),
        Matter(2025, "住房保障", 1000, Survey("全部", 1000, 1000, (667, 333, 0, 0, 0, 0, 0)), APPROVED),
        Matter(2025, "拆迁安置", 3000, Survey("随机", 300, 290, (213, 58, 6, 9, 0, 3, 1))),
        Matter(2025, "收费调整", 3000, Survey("随机", 300, 300, (214, 70, 6, 10, 0, 0, 0)), APPROVED),
        Matter(2025, "企业排污", 8000, Survey("自愿", 500, 500, (480, 20, 0, 0, 0, 0, 0), "网络"), POSTPONED),
        Matter(2025, LAND, 5000, Survey("随机", 700, 615, (400, 150, 0, 50, 0, 12, 3)), SETTLE_FIRST, level="低"),
    ]


def _late() -> list[Matter]:
    """Return the matters of 2025 whose surveys were held in the first quarter of 2026, or still run."""
    day = date(2026, 1, 16)
    ended = [
        (Survey("随机", 400, 392, (318, 50, 8, 16, 0, 0, 0)), 2600, APPROVED, date(2026, 1, 30), True),
        (Survey("全部", 240, 236, (186, 32, 6, 12, 0, 0, 0)), 240, APPROVED, date(2026, 2, 10), False),
        (Survey("全部", 520, 508, (301, 160, 20, 27, 0, 0, 0)), 520, POSTPONED, date(2026, 3, 4), False),
        (Survey("随机", 360, 351, (262, 60, 9, 20, 0, 0, 0)), 4200, "", None, False),
        (Survey("随机", 250, 244), 1800, "", None, False),
    ]
    found = [
        Matter(2025, group, size, survey, decision, until=day + timedelta(days=at), decided=decided, filed=filed)
        for at, (group, (survey, size, decision, decided, filed)) in enumerate(zip(CLASSES, ended, strict=False))
    ]
    soon = date(2026, 4, 10)
    running = [Survey("随机", 400, None, (140, 42, 5, 13, 0, 0, 0)), Survey("全部", 310, None)]
    return [*found, *(Matter(2025, "拆迁安置", 3600 - 3290 * at, own, until=soon) for at, own in enumerate(running))]


def _dated(matter: Matter, number: int, rng: np.random.Generator) -> Matter:
    """Return the matter with its number and days: it begins by August, and is decided from September to December."""
    started = date(matter.year, 1, 6) + timedelta(days=int(rng.integers(0, 190)))
    until = matter.until or started + timedelta(days=int(rng.integers(24, 45)))
    decided = date(matter.year, 9, 1) + timedelta(days=int(rng.integers(0, 95)))
    own = matter.decided or (decided if matter.decision else None)
    return replace(matter, number=number, started=started, until=until, decided=own)


def _book(city: City, matters: Iterable[Matter], day: date) -> DemoFile:
    rows = [_row(city, matter, day) for matter in matters if matter.started <= day]
    return table_file("assessment", str(day.year), "评估事项", HEADERS, rows, day.isoformat())


def _row(city: City, matter: Matter, day: date) -> tuple[object, ...]:
    """Return the row as it was on a day."""
    kind, name, unit = CLASSES[matter.group]
    known = matter.decided is not None and matter.decided <= day
    filed = matter.decided + timedelta(days=12) if known and matter.filed and matter.decided else None
    decision = (matter.decision, matter.decided, DECIDER, f"〔{matter.year}〕{matter.number}号") if known else ("",) * 4
    return (
        matter.code,
        f"M-{matter.year % 100}{matter.number:03}",
        name.format(AREAS[matter.number % len(AREAS)] + SIDES[matter.number // len(AREAS) % len(SIDES)]),
        kind,
        matter.group,
        unit,
        "市重大事项评估小组",
        "KZ" if matter.number % 20 == 0 else "",
        "普通" if matter.survey and matter.survey.primary else "简易",
        matter.population or "",
        BASIS if matter.population else "",
        matter.started,
        matter.level,
        *decision,
        filed or "",
        f"BA-{matter.code[3:]}" if filed else "",
    )


def _surveys(year: int, matters: Sequence[Matter]) -> list[DemoFile]:
    """Return the consultations of a year and the answers to them."""
    held = [(matter, matter.survey) for matter in matters if matter.survey is not None]
    answers = [row for matter, survey in held for row in _answers(matter, survey)]
    return [
        table_file("consultation", str(year), "征求意见", SURVEY_HEADERS, [_held(*one) for one in held]),
        table_file("consultation_answer", str(year), "意见统计", ANSWER_HEADERS, answers),
    ]


def _held(matter: Matter, survey: Survey) -> tuple[object, ...]:
    until = matter.until or matter.started
    begun = max(until - timedelta(days=20), matter.started)
    declared = begun - timedelta(days=3) if survey.primary else ""
    invited = "" if survey.invited is None else survey.invited
    returned = "" if survey.returned is None else survey.returned
    own = (survey.method, survey.design, "人", invited, returned, begun, until)
    return (_consult(matter), matter.code, *own, "是" if survey.primary else "否", declared)


def _consult(matter: Matter) -> str:
    return f"ZX-{matter.year}-{matter.number:03}"


def _answers(matter: Matter, survey: Survey) -> Iterator[tuple[object, ...]]:
    """Yield the answers to the three questions: a few fewer are satisfied, a few more are confident."""
    if not survey.answers:
        return
    yes, no, *rest = survey.answers
    for question, other in (("满意", -(yes // 25)), ("支持", 0), ("信心", min(no // 8, yes // 30))):
        yield (_consult(matter), question, yes + other, no - other, *rest)
