"""Files that offices and survey tools produce, each kind of fault with its right outcome and its siblings.

`tests/fixtures/cases/rows.csv` lists the kinds. A row with tests elsewhere names them; the others are tried here.
"""

import csv
from dataclasses import dataclass, field
from functools import cache

import pytest

from data.store import ImportOptions, Store
from tests.support.cases import CASES, SCALE
from tests.support.paths import ROOT

HERE = ROOT / "tests/data/intake"
with (CASES / "rows.csv").open(encoding="utf-8") as listed:
    LISTED = list(csv.DictReader(listed))
UNITS = ("市财政局", "市教育局", "市水务局", "市公安局")
GRADES = ("满意", "基本满意", "不满意")
REGISTER = "单位编码,单位全称,单位简称\n" + "".join(f"00{n},{u},{u[1:]}\n" for n, u in enumerate(UNITS, 1))
POOLED, POINTS, BARE = "pooled", "points", "bare"
ONE_IN = 3
"""The first of so many cases of a row is tried with every run, the others in the sweeps."""


@dataclass(frozen=True)
class Case:
    """A file. truth: a file that says the same; asked, refused: codes of questions, or of errors; notes: of notes."""

    text: str
    kind: str = "ballots"
    truth: str = ""
    asked: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    where: str = POOLED
    votes: int | None = None
    shown: str = field(default="", compare=False)


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """Three stores that every case reads into without storing anything."""
    made = {}
    for name, rules in {POOLED: SCALE, POINTS: "numeric-1-5", BARE: SCALE}.items():
        made[name] = Store(tmp_path_factory.mktemp(name) / "var", threads=1)
        made[name].add_rules((ROOT / f"rules/{rules}.toml").read_text(encoding="utf-8"))
        if name != BARE:
            assert made[name].import_files("units", [("u.csv", REGISTER.encode())], "2025").stored
    return made


@cache
def content_of(store, kind, truth):
    """The digest of a file that says the same: siblings share it."""
    return read(store, kind, truth, accept_warnings="看过").content


def read(store, kind, text, **options):
    return store.import_files(kind, [("a.csv", text.encode())], "2025", ImportOptions(dry_run=True, **options))


def beside(text, heading, *values):
    """The text with one more column; the values go round."""
    head, *lines = text.splitlines()
    rows = [f"{line},{values[n % len(values)]}" for n, line in enumerate(lines)]
    return "\n".join([f"{head},{heading}", *rows]) + "\n"


# --- headings over grades ---------------------------------------------------------------------------------------------

COUNTS = "单位,主体,满意,基本满意,不满意\n市财政局,甲,0,0,100\n市教育局,甲,100,0,0\n"
OVER = COUNTS.replace("单位,主体,满意,基本满意,不满意", "单位,主体,{}\n,,满意,基本满意,不满意")
TICKED = "票号,主体,单位,{},,\n,,,满意,基本满意,不满意\n1,甲,市财政局,{},{},{}\n2,甲,市教育局,{},{},{}\n"
TICKS = "票号,主体,单位,评价\n1,甲,市财政局,基本满意\n2,甲,市教育局,满意\n"


def ticks(heading, yes, no=""):
    return Case(TICKED.format(heading, no, yes, no, yes, no, no), truth=TICKS)


# --- columns beside the grades ----------------------------------------------------------------------------------------

SCORES = "票号,主体,单位,服务态度,办事效率\n" + "".join(f"{n},群众,{u},5,{4 + n % 2}\n" for n in (1, 2) for u in UNITS)
LONG = "票号,主体,单位,评价\n" + "".join(
    f"{n},普通群众,{unit},{GRADES[(n + place) % 3]}\n" for n in range(1, 4) for place, unit in enumerate(UNITS)
)


def codes(heading):
    asked = ("confirm_ignored", "confirm_indicators")
    return Case(beside(SCORES, heading, 1, 5), truth=SCORES, asked=asked, where=POINTS, shown=heading)


def votes(heading, found=100):
    return Case(f"单位,主体,满意,基本满意,{heading}\n市财政局,普通群众,10,20,70\n", "counts", votes=found)


def lost(heading):
    text = f"单位,主体,满意,基本满意,{heading}\n市财政局,普通群众,10,20,70\n"
    return Case(text, "counts", refused=("votes_not_read",), shown=heading)


def late(filled):
    """2,100 ballots on one indicator; the second holds the grades that `filled` gives by ballot."""
    rows = [f"{n},普通群众,{UNITS[n % 4]},满意,{filled.get(n, '')}" for n in range(1, 2101)]
    text = "\n".join(["票号,主体,单位,服务态度,依法办事", *rows]) + "\n"
    return Case(text, asked=("confirm_indicators",), votes=2100 + len(filled))


# --- a row a respondent -----------------------------------------------------------------------------------------------


def respondents(*headings, first="票号,主体", lead="{n},普通群众", rest="", after="", **expected):
    rows = [
        ",".join([lead.format(n=n), *(GRADES[(n + place) % 3] for place in range(len(UNITS)))]) + rest
        for n in range(1, 4)
    ]
    text = "\n".join([f"{first},{','.join(headings)}", *rows]) + f"\n{after}"
    return Case(text, **({"truth": LONG, "asked": ("confirm_units",)} | expected))


WJX = "序号,提交答卷时间,所用时间,来源,来源详情{},1、您的身份是"
WJX_LEAD = "{{n}},2025/11/21 9:11:00,41秒,微信,N/A{},普通群众"
NAMES = [f"市第{n:02d}局" for n in range(1, 33)]
WIDE = "序号,您的身份," + ",".join(f"{n}、您对{name}的评价" for n, name in enumerate(NAMES, 2)) + "\n"
WIDE += "".join(f"{n},甲," + ",".join(GRADES[(n * place) % 3] for place in range(32)) + "\n" for n in range(1, 21))
NARROW = "票号,主体,单位,评价\n" + "".join(
    f"{n},甲,{name},{GRADES[(n * place) % 3]}\n" for n in range(1, 21) for place, name in enumerate(NAMES)
)

# --- figures, years, pledges ------------------------------------------------------------------------------------------

PRINTED = "单位,主体,发放票,收回票,有效票,满意,基本满意,不满意,合计,满意率\n市财政局,甲,100,90,{},50,20,10,{},{}\n"
SUMS = "单位,主体,满意,基本满意,不满意\n市财政局,甲,5,3,2\n市教育局,甲,4,3,2\n"
PLEDGES = "承诺编号,单位,承诺事项,基期值,目标值{}\nC1,市财政局,{},{},{}{}\n"


def figures(valid, total, rate, differing=0):
    text = PRINTED.format(valid, total, rate)
    return Case(text, "counts", votes=80, notes=("figure_differs",) * differing)


def figure(heading, value, differing=0):
    text = f"单位,主体,满意,基本满意,不满意,{heading}\n市财政局,甲,50,20,10,{value}\n"
    return Case(text, "counts", votes=80, notes=("figure_differs",) * differing)


def sums(word):
    return Case(f"{SUMS}{word},甲,9,6,4\n", "counts", truth=SUMS, asked=("totals_row",), where=BARE)


def year(heading, value, kind="results"):
    rest = ("单位,得分,名次", "市财政局,94.1,1") if kind == "results" else ("单位,项目,得分", "市财政局,日常考核,9.1")
    return Case(f"{heading},{rest[0]}\n{value},{rest[1]}\n", kind, refused=("wrong_round",))


def pledge(name, baseline, target, direction=None, **expected):
    column, cell = ("", "") if direction is None else (",方向", f",{direction}")
    text = PLEDGES.format(column, name, baseline, target, cell)
    return Case(text, "pledges", **({"asked": ("confirm_direction",)} | expected))


def weighted(heading):
    return Case(beside(LONG, heading, 2.5), refused=("sampling_weight",), shown=heading)


def personal(heading):
    return Case(beside(LONG, heading, "甲"), refused=("personal_column",), shown=heading)


ROWS = {
    "v100a v100b": [
        *(
            Case(OVER.format(f"{heading},,"), "counts", COUNTS)
            for heading in ("评议等级", "得票数（张）", "2025年评议情况")
        ),
        Case(OVER.format("评议等级,评议等级,评议等级"), "counts", COUNTS),
        Case("某市汇总表,,,,\n" + OVER.format("Rating,,"), "counts", COUNTS, asked=("title_row",)),
    ],
    "v02": [
        ticks("评价等级", "√"),
        ticks("等级", "1", "0"),
        ticks("评价结果（打√）", "✔", "×"),
        ticks("您的评价", "是", "否"),
    ],
    "p12f2": [*map(codes, ("性别", "您的年龄段", "单位性质", "家庭人口数", "工龄(年)", "人员类型", "督导员"))],
    "v101": [
        *map(
            votes,
            (
                "不满意票数",
                "不满意票数（张）",
                "得不满意票",
                "投不满意票人数",
                "不满意/票",
                "不满意：",
                "3、不满意数(票)",
            ),
        ),
        *map(lost, ("非常满意", "差", "不满", "备选")),
        Case("单位,主体,满意,基本满意\n市财政局,普通群众,10,20\n", "counts", votes=30),
    ],
    "v91": [late({2050: "满意", 2060: "不满意"}), late({2100: "不满意"}), late({1: "满意", 2100: "基本满意"})],
    "v120": [*map(weighted, ("抽样权重", "权重", "样本权重", "加权系数", "Weight_final"))],
    "p12a p12g p12i": [
        respondents(*UNITS),
        respondents(*(f"2、您对下列单位的评价（{unit}）【单选】" for unit in UNITS)),
        respondents(*(f"{unit}（得分）" for unit in UNITS)),
        respondents("001", "002", "003", "004"),
        respondents(*UNITS, first=WJX.format(""), lead=WJX_LEAD.format(""), asked=("confirm_units", "unknown_column")),
        respondents(
            *UNITS,
            first=WJX.format(",来自IP"),
            lead=WJX_LEAD.format(",10.1.1.{n}(四川-成都)"),
            truth="",
            asked=(),
            refused=("personal_column",),
        ),
        respondents(*UNITS, "市财政局—不满意原因", rest=",办事慢", asked=("confirm_units", "unknown_column")),
        respondents(*UNITS, after="平均分,,80,80,80,80\n", asked=("confirm_units", "totals_row")),
        respondents(*UNITS, "总体满意度", rest=",满意", truth="", asked=(), refused=("unknown_unit",)),
        respondents(*UNITS, "财政局", rest=",不满意", truth="", asked=(), refused=("duplicate_line",)),
        respondents(*UNITS, after=f"票号,主体,{','.join(UNITS)}\n", truth="", asked=(), refused=("header_repeated",)),
    ],
    "p15f p15g": [
        *(year(heading, 2023) for heading in ("年度", "统计年度", "考核年份", "所属年度")),
        *(year("年度", value, "component_score") for value in (2023, "2024年度", "２０２４", "FY2024")),
    ],
    "v47": [
        figures(80, 80, "62.5%"),
        figures(80, 95, "62.5%", 1),
        figures(79, "80张", "65%", 2),
        figures('"1,080"', "80.0", "0.625", 1),
        figure("不满意率", "12.5%"),
        figure("不满意率", "20%", 1),
        figure("满意票占比", "70%", 1),
        figure("总票", 95, 1),
    ],
    "v90": [*map(personal, ("来自IP", "答题者IP", "IP属地", "手机尾号", "身份证后四位", "作答人", "用户标识"))],
    "v04": [*map(sums, ("总体", "全市", "全部单位", "合计（全市）", "最高分", "标准差", "去年同期", "本市"))],
    "journey survey": [
        Case(WIDE, truth=NARROW, asked=("confirm_units",), where=BARE, votes=640),
        Case(WIDE.replace("您对", "请评价").replace("的评价", ""), truth=NARROW, asked=("confirm_units",), where=BARE),
        Case("2025年试评,,\n" + WIDE, truth=NARROW, asked=("confirm_units", "title_row"), where=BARE),
        Case(WIDE.replace(",满意", ",A.满意"), truth=NARROW, asked=("confirm_units",), where=BARE),
    ],
    "journey pledges": [
        pledge("办件平均用时", 10, 6),
        pledge("投诉件数", 10, 0),
        pledge("净增", -5, -8),
        pledge("办件平均用时", 10, 6, ""),
        pledge("办件平均用时", 10, 6, "越低越好", asked=()),
        pledge("办件平均用时", 10, 6, "越大越小", asked=(), refused=("unknown_choice",)),
        pledge("办件平均用时", "10天", "6天", asked=(), refused=("not_a_number",)),
    ],
}


def test_every_row_has_its_tests():
    files = {row["files"] for row in LISTED if not row["elsewhere"]}
    assert files == set(ROWS) and all(len(cases) > 2 for cases in ROWS.values())
    for name in " ".join(row["elsewhere"] for row in LISTED).split():
        file, _, test = name.partition("::")
        assert f"def {test}(" in (HERE / file).read_text(encoding="utf-8"), name


@pytest.mark.parametrize("row", ROWS)
def test_a_row_and_its_siblings(row, stores):
    """Read as the file that says the same, once what is asked is confirmed, or refused; never as anything else."""
    tried(ROWS[row][::ONE_IN], stores)


@pytest.mark.sweep
@pytest.mark.parametrize("row", ROWS)
def test_the_other_siblings_of_a_row(row, stores):
    tried([case for place, case in enumerate(ROWS[row]) if place % ONE_IN], stores)


def tried(cases, stores):
    with stores[cases[0].where].batch():  # an import in a batch opens no engine of its own
        wrong = [(case.text[:80], *found) for case in cases if (found := differences(case, stores[case.where]))]
    assert not wrong


def differences(case, store):
    """What an import says otherwise than expected."""
    report = read(store, case.kind, case.text)
    errors = {problem.code for problem in report.problems if problem.level == "error"}
    asked = {problem.code for problem in report.problems} - errors
    found = [] if errors == set(case.refused) else [("refused", errors)]
    if not errors and asked != set(case.asked):
        found.append(("asked", asked))
    if not all(case.shown in problem.message("zh") for problem in report.problems if problem.code in case.refused):
        found.append(("message", case.shown))
    if errors or case.refused:
        return found
    confirmed = read(store, case.kind, case.text, confirm=report.meaning.digest, accept_warnings="看过")
    if case.truth and confirmed.content != content_of(store, case.kind, case.truth):
        found.append(("facts", confirmed.meaning.cells))
    if case.votes is not None and confirmed.meaning.cells["votes"] != case.votes:
        found.append(("votes", confirmed.meaning.cells))
    if tuple(note.code for note in confirmed.notes) != case.notes:
        found.append(("notes", [note.message("zh") for note in confirmed.notes]))
    return found
