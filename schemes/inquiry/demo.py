"""Demonstration of inquiries: three years with the figures of the source text, and the first quarter of 2026.

12 incidents circulated, 31 talks and 22 admonitions (53), 43 decisions on 41 persons. Every case has its matter: a
petition that was not closed in time, a repetition that counts, an inquiry opened within five working days, a finding,
decisions. Around them are ordinary petitions whose repetitions do not count. What a clerk must do is staged in March
2026.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache

import numpy as np

from data.model.clock import after_months, rolled
from data.model.working_days import work_calendar
from data.sample.city import DemoFile
from data.sample.community import City, table_file

QUARTERS = tuple((year, quarter) for year in (2023, 2024, 2025) for quarter in (1, 2, 3, 4))
INCIDENTS = (1, 2, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1)
TALKS = (3, 4, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2)
ADMONITIONS = (2, 2, 2, 2, 2, 2, 2, 2, 1, 2, 1, 2)
SANCTIONS = (4, 5, 5, 4, 4, 5, 3, 3, 2, 3, 3, 2)
SMALLER = ("较大", "一般")  # further cases of each quarter that are upheld
AGAIN = {2: 0, 5: 3}
"""Quarter -> an earlier quarter; the first person held responsible there is held responsible again."""
UNITS = (
    *("市公安局", "市自然资源局", "市住房和城乡建设局", "市人力资源和社会保障局", "市教育局", "市生态环境局"),
    *(
        "市交通运输局",
        "市城市管理局",
        "市农业农村局",
        "市民政局",
        "市水务局",
        "市市场监督管理局",
        "市应急管理局",
        "市供水公司",
    ),
)
TOPICS = ("征地拆迁", "劳动社保", "城乡建设", "环境保护", "交通运输", "教育", "涉农", "供水")
SEVERE = ("党纪处分", "政务处分", "免职", "停职检查", "调整职务")
POSTS = ("分管负责人", "直接责任人", "主要负责人")
TRIGGERS = ("越级", "重复", "集访")
SNAPSHOTS = (
    *(("2023", date(2023, 12, 31)), ("2024", date(2024, 12, 31)), ("2025", date(2025, 12, 31))),
    *(("2026", date(2026, 1, 31)), ("2026", date(2026, 2, 28)), ("2026", date(2026, 3, 31))),
)
FIRST, LAST = date(2023, 1, 3), date(2026, 3, 31)
ORDINARY = 560  # petitions of 39 months; some of them come back
FORMS, FORM_SHARES = ("来信", "来访", "网上", "来电", "领导交办"), (0.2, 0.34, 0.32, 0.1, 0.04)
RESULTS, RESULT_SHARES = ("已解决", "部分解决", "解释说明", "无理", "合理未解决"), (0.46, 0.16, 0.28, 0.06, 0.04)
PETITION_HEADERS = (
    *("登记编号", "事项编号", "信访人代码", "登记日期", "信访形式", "人数", "登记层级", "责任单位", "责任层级", "类别"),
    *("受理日期", "延长天数", "延期批准日期", "办结日期", "办理结果", "是否群体性事件"),
)
INQUIRY_HEADERS = (
    *("倒查编号", "事项编号", "启动日期", "所属月份", "来源", "倒查方向", "责任单位", "触发情形", "认定", "认定日期"),
    *("事件等级", "办结日期"),
)
DECISION_HEADERS = (
    *("决定编号", "倒查编号", "对象", "人员代码", "单位", "处理方式", "决定日期", "决定机关", "文号", "听取说明日期"),
    *("影响期至", "通报期号"),
)
UPHELD, PARTLY, DISMISSED, EXAMINED = "属实", "部分属实", "不属实", "核查中"
Cells = tuple[object, ...]
Days = timedelta


@dataclass(frozen=True)
class Petition:
    """A petition through its life; days that have not come yet are left out of the file of a day."""

    matter: int
    persons: str
    received: date
    form: str
    people: int
    level: str
    unit: str
    topic: str
    accepted: date | None = None
    closed: date | None = None
    result: str = ""
    extended: tuple[int, date] | None = None


@dataclass(frozen=True)
class Case:
    """A matter with an inquiry. upheld: one of the findings. decided: the day of its decisions."""

    matter: int
    quarter: int
    unit: str
    grade: str
    finding: str
    trigger: str
    opened: date
    found: date | None
    decided: date
    source: str = "信访"
    persons: list[tuple[str, str, str]] = field(default_factory=list)
    """Measure, object and code of each person."""


def files(city: City) -> list[DemoFile]:
    """Return the posts of those held responsible, the registers of each day, the decisions, reviews and rewards."""
    cases, petitions = demo_cases(), _petitions(city)
    numbers = {petition: f"XF-{petition.received.year}-{at:04}" for at, petition in enumerate(petitions, start=1)}
    return [
        _posts(cases),
        *(_register(numbers, round_id, day) for round_id, day in SNAPSHOTS),
        *(_inquiries(cases, round_id, day) for round_id, day in SNAPSHOTS if day.month in (12, 3)),
        *_decisions(cases),
        *_reviews(cases),
        _rewards(city, cases),
    ]


@cache
def demo_cases() -> tuple[Case, ...]:
    """Return every case of the three years, and those of the first quarter of 2026."""
    cases = [case for quarter in range(len(QUARTERS)) for case in _cases(quarter)]
    for quarter in range(len(QUARTERS)):
        _hold_responsible([case for case in cases if case.quarter == quarter and case.finding != DISMISSED], quarter)
    return (*cases, *_of_2026())


def _cases(quarter: int) -> Iterator[Case]:
    """Yield the incidents of a quarter, smaller cases, and a case that is dismissed."""
    year, part = QUARTERS[quarter]
    grades = ("责任事故",) * INCIDENTS[quarter] + SMALLER + ("一般",)
    for at, grade in enumerate(grades):
        unit = UNITS[(3 * AGAIN.get(quarter, quarter) + 5 * at) % len(UNITS)]
        finding = DISMISSED if at == len(grades) - 1 else PARTLY if grade == "一般" else UPHELD
        decided = _worked(date(year, 3 * part - 2, 1) + Days(25 + 14 * at))
        found = _worked(decided - Days(12))
        source = "督查" if finding == DISMISSED else "信访"
        yield Case(
            10 * quarter + at,
            quarter,
            unit,
            grade,
            finding,
            TRIGGERS[(quarter + at) % 3],
            _worked(found - Days(20)),
            found,
            decided,
            source,
        )


def _of_2026() -> Iterator[Case]:
    """Yield a case that is decided, and a case that is examined for more than a month; a third has no inquiry."""
    first = Case(900, 12, UNITS[2], "较大", UPHELD, "重复", date(2026, 1, 20), date(2026, 2, 6), date(2026, 3, 6))
    first.persons.append(("约谈", POSTS[0], "L901"))
    yield first
    yield Case(901, 12, UNITS[6], "", EXAMINED, "越级", date(2026, 2, 12), None, date(2026, 12, 31))


def _hold_responsible(cases: Sequence[Case], quarter: int) -> None:
    """Give the cases of a quarter its talks, admonitions and sanctions, in turn."""
    again = AGAIN.get(quarter)
    kinds = ["约谈"] * TALKS[quarter] + ["诫勉"] * ADMONITIONS[quarter]
    for at, kind in enumerate(kinds):
        cases[at % len(cases)].persons.append((kind, POSTS[at % 2], f"T{quarter:02}{at}"))
    for at in range(SANCTIONS[quarter]):
        code = f"L{again:02}0" if again is not None and not at else f"L{quarter:02}{at}"
        cases[at % len(cases)].persons.append((SEVERE[(quarter + at) % len(SEVERE)], POSTS[at % 3], code))


def _petitions(city: City) -> list[Petition]:
    """Return all petitions by their day: those of the cases, ordinary ones, those of a case that has no inquiry yet."""
    of_cases = [petition for case in demo_cases() for petition in _of_case(case)]
    silent = replace(demo_cases()[-1], matter=902, unit=UNITS[4], trigger="重复", opened=date(2026, 3, 16))
    everything = [*of_cases, *_of_case(silent), *_ordinary(city)]
    return sorted(everything, key=lambda petition: (petition.received, petition.matter))


def _of_case(case: Case) -> Iterator[Petition]:
    """Yield a petition that is not closed in time, and the repetition that counts; none for a case from elsewhere."""
    if case.source != "信访":
        return
    repeated = case.opened - Days(3)
    accepted = repeated - Days(78)
    closed = None if case.found is None else _worked(case.decided + Days(15))
    persons = f"P{case.matter:03}A"
    first = Petition(
        case.matter, persons, accepted - Days(9), "来信", 1, "市", case.unit, _topic(case.matter), accepted
    )
    yield replace(first, closed=closed, result="已解决" if closed else "")
    level, people = {"越级": ("国家", 1), "重复": ("省", 1), "集访": ("市", 7)}[case.trigger]
    again = replace(
        first, persons=f"{persons}；P{case.matter:03}B", received=repeated, form="来访", people=people, level=level
    )
    yield replace(again, accepted=_worked(repeated + Days(6)), closed=closed, result="已解决" if closed else "")


def _ordinary(city: City) -> Iterator[Petition]:
    """Yield petitions that are dealt with in time but for a few; a repetition is inside the term or after an answer."""
    rng = city.rng(2)
    span = (LAST - FIRST).days
    for at, day in enumerate(np.sort(rng.integers(0, span, ORDINARY))):
        matter = 1000 + at
        received = FIRST + Days(int(day))
        form = FORMS[rng.choice(len(FORMS), p=FORM_SHARES)]
        people = int(rng.choice((1, 2, 3, 5, 8), p=(0.72, 0.14, 0.07, 0.05, 0.02)))
        unit = UNITS[rng.integers(len(UNITS))]
        accepted = _worked(received + Days(int(rng.integers(2, 13)) + (6 if rng.random() < 0.02 else 0)))
        late, result = rng.random() < 0.04, RESULTS[rng.choice(len(RESULTS), p=RESULT_SHARES)]
        closed = _worked(accepted + Days(int(rng.integers(15, 52)) + (30 if late else 0)))
        extended = (20, _worked(accepted + Days(40))) if late and rng.random() < 0.5 else None
        first = Petition(
            matter,
            f"P{matter}A",
            received,
            form,
            people,
            "市",
            unit,
            _topic(matter),
            accepted,
            closed,
            result,
            extended,
        )
        yield first
        if rng.random() < 0.14 and result != "合理未解决":
            yield from _comes_back(first, int(rng.integers(6, 30)))
    yield from _staged()


def _comes_back(first: Petition, after: int) -> Iterator[Petition]:
    """Yield a repetition of an ordinary petition, if it is inside the term or after the answer."""
    assert first.accepted is not None and first.closed is not None
    inside = first.accepted + Days(after)
    received = inside if after % 2 and inside < first.closed else first.closed + Days(after)
    if received <= LAST:
        closed = first.closed if received < first.closed else _worked(received + Days(25))
        again = replace(first, received=received, form="来访", extended=None, closed=closed)
        yield replace(again, accepted=min(_worked(received + Days(4)), closed))


def _staged() -> Iterator[Petition]:
    """Yield what has to be done on the last day: acceptances overdue and due, handlings overdue and due, extended."""
    plain = Petition(990, "P990A", date(2026, 3, 5), "来信", 1, "市", UNITS[0], TOPICS[0])
    yield plain
    yield replace(plain, matter=991, persons="P991A", received=date(2026, 3, 17), form="网上", unit=UNITS[1])
    yield replace(
        plain, matter=992, persons="P992A", received=date(2026, 1, 12), unit=UNITS[3], accepted=date(2026, 1, 16)
    )
    yield replace(
        plain, matter=993, persons="P993A", received=date(2026, 1, 26), unit=UNITS[5], accepted=date(2026, 2, 2)
    )
    extended = replace(
        plain, matter=994, persons="P994A", received=date(2026, 1, 8), unit=UNITS[7], accepted=date(2026, 1, 14)
    )
    yield replace(extended, extended=(30, date(2026, 3, 10)))


def _register(numbers: Mapping[Petition, str], round_id: str, day: date) -> DemoFile:
    """Return the register of petitions as it was on a day; in 2026 with the entries of the year and what is open."""
    begun = date(day.year, 1, 1)
    rows = [
        _petition_row(petition, number, day)
        for petition, number in numbers.items()
        if petition.received <= day and (petition.closed is None or petition.closed >= begun)
    ]
    return table_file("petition", round_id, "信访事项", PETITION_HEADERS, rows, day.isoformat())


def _petition_row(petition: Petition, number: str, day: date) -> Cells:
    closed = _known(petition.closed, day)
    more, approved = petition.extended if petition.extended and petition.extended[1] <= day else ("", "")
    return (
        *(number, f"M-{petition.matter:04}", petition.persons, petition.received, petition.form, petition.people),
        *(petition.level, petition.unit, "市", petition.topic, _known(petition.accepted, day), more, approved),
        *(closed, petition.result if closed else "", "是" if petition.people >= 7 else "否"),
    )


def _inquiries(cases: Sequence[Case], round_id: str, day: date) -> DemoFile:
    begun = date(day.year, 1, 1)
    rows = [_inquiry_row(case, day) for case in cases if case.opened <= day and case.decided + Days(15) >= begun]
    return table_file("inquiry", round_id, "倒查事项", INQUIRY_HEADERS, rows, day.isoformat())


def _inquiry_row(case: Case, day: date) -> Cells:
    found = _known(case.found, day)
    direction = "责任单位该办不办矛盾上交" if case.matter % 3 else "领导落实不力"
    closed = _known(_worked(case.decided + Days(15)), day) if found else ""
    return (
        *(
            _inquiry_no(case),
            f"M-{case.matter:04}",
            case.opened,
            f"{case.opened:%Y-%m}",
            case.source,
            direction,
            case.unit,
        ),
        *(case.trigger, case.finding if found else EXAMINED, found, case.grade if found else "", closed),
    )


def _inquiry_no(case: Case) -> str:
    return f"DC-{case.opened.year}-{case.matter:03}"


def _decisions(cases: Sequence[Case]) -> Iterator[DemoFile]:
    """Yield the decisions of each year."""
    rows = [row for case in cases if case.finding in (UPHELD, PARTLY) for row in _decision_rows(case)]
    for year in ("2023", "2024", "2025", "2026"):
        of_year = [row for row in rows if str(row[6]).startswith(year)]
        numbered = [
            (f"CL-{year}-{at:03}", *row[1:8], f"示范纪〔{year}〕{at}号", *row[9:])
            for at, row in enumerate(of_year, start=1)
        ]
        yield table_file("inquiry_measure", year, "处理决定", DECISION_HEADERS, numbered)


def _decision_rows(case: Case) -> Iterator[Cells]:
    """Yield what is decided on the unit, an incident circulated, a smaller case to be mended, then on its persons."""
    heard = _worked(case.decided - Days(5))
    about = ("", _inquiry_no(case))
    circular = ("通报", case.decided, "市委、市政府", "", heard, "", f"{case.decided.year}年第{case.decided.month}期")
    mended = ("限期整改", case.decided, "市委、市政府", "", heard, case.decided + Days(25), "")
    yield (*about, "单位", "", case.unit, *(circular if case.grade == "责任事故" else mended))
    for measure, post, code in case.persons:
        months = {"约谈": 0, "诫勉": 6}.get(measure, 12)
        until = after_months(case.decided, months) if months else ""
        unheard = "" if case.decided.year == 2026 else heard
        yield (*about, post, code, case.unit, measure, case.decided, "市纪委", "", unheard, until, "")


def _posts(cases: Sequence[Case]) -> DemoFile:
    """Return the posts of all persons who are named by code, by their first case."""
    units = {code: case.unit for case in reversed(cases) for _, _, code in case.persons}
    rows = [(code, unit, "领导干部", "科级", "2022-01-01") for code, unit in sorted(units.items())]
    return table_file("person", "2023", "责任人岗位", ("人员代码", "单位", "身份", "级别", "起"), rows)


def _reviews(cases: Sequence[Case]) -> Iterator[DemoFile]:
    """Yield the reviews of the quarters of 2025 and of the first of 2026."""
    rows = [row for quarter in (8, 9, 10, 11, 12) for row in _reviewed(cases, quarter)]
    for year in ("2025", "2026"):
        of_year = [row for row in rows if str(row[0]).startswith(year)]
        yield table_file("quarter_review", year, "季度讲评", ("季度", "单位", "讲评", "理由", "讲评机关"), of_year)


def _reviewed(cases: Sequence[Case], quarter: int) -> Iterator[Cells]:
    year, part = QUARTERS[quarter] if quarter < len(QUARTERS) else (2026, 1)
    worst = {
        case.unit: case.grade
        for case in reversed(cases)
        if case.quarter == quarter and case.finding in (UPHELD, PARTLY)
    }
    for unit in dict.fromkeys((*UNITS[:8], *sorted(worst))):
        grade, reason = "较好", "受理、办结基本及时。"
        if unit in worst:
            grade = "差" if worst[unit] == "责任事故" else "一般"
            reason = f"一件{worst[unit]}事项经倒查认定属实或部分属实，已作出处理决定。"
        yield f"{year}Q{part}", unit, grade, reason, "市委、市政府"


def _rewards(city: City, cases: Sequence[Case]) -> DemoFile:
    """Return rewards and penalties of 2025: on decisions of the year, on a pledge that was missed, on others."""
    held = [case for case in cases if case.quarter in (8, 10, 11) and case.grade == "责任事故"]
    numbers = {row[1]: f"CL-2025-{at:03}" for at, row in _numbered_rows(cases)}
    rows: list[Cells] = []
    for case, state in zip(held, ("已兑现", "已决定", "拟议"), strict=True):
        rows.append(
            (2025, case.unit, 1, "惩处", "两倒查", numbers[_inquiry_no(case)], "取消评优", "", *_settled(state))
        )
    late = city.units["市城市管理局"]
    rows.append((2025, "市城市管理局", 2, "惩处", "承诺", f"2025-{late}-1", "扣减绩效", 5000, *_settled("已决定")))
    rows.append(
        (2025, "市教育局", 1, "奖励", "承诺", f"2025-{city.units['市教育局']}-4", "表扬", "", *_settled("已兑现"))
    )
    rows.append((2025, "市民政局", 1, "奖励", "其他", "", "奖金", 20000, *_settled("已兑现")))
    headers = (
        "年度",
        "单位",
        "序号",
        "奖惩",
        "依据",
        "依据编号",
        "内容",
        "金额",
        "状态",
        "决定日期",
        "文号",
        "兑现日期",
    )
    return table_file("year_reward", "2025", "年终奖惩", headers, rows)


def _numbered_rows(cases: Sequence[Case]) -> Iterator[tuple[int, Cells]]:
    """Yield the decisions of 2025 on units with their running number, the first of each inquiry last."""
    rows = [row for case in cases if case.finding in (UPHELD, PARTLY) for row in _decision_rows(case)]
    of_year = [row for row in rows if str(row[6]).startswith("2025")]
    return ((at, row) for at, row in enumerate(of_year, start=1) if row[2] == "单位")


def _settled(state: str) -> Cells:
    """Return state, day and number of the decision, and the day on which it was carried out."""
    if state == "拟议":
        return state, "", "", ""
    return state, "2026-01-20", "示范委〔2026〕3号", "2026-02-10" if state == "已兑现" else ""


def _known(day: date | None, as_of: date) -> object:
    return day if day is not None and day <= as_of else ""


@cache
def _worked(day: date) -> date:
    """Return the day, or the next worked day."""
    return rolled(work_calendar(), day).day


def _topic(matter: int) -> str:
    return TOPICS[matter % len(TOPICS)]
