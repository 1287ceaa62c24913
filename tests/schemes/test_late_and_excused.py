"""What was late in an earlier file and is not any more is shown with both days and needs a reason, however it is done.

Through the real import: a book of opinions or petitions as of 31 March, then a file of April.
"""

from contextlib import closing

import pytest

from data.store import ImportOptions, Store
from errors import UsageError
from schemes import checks, scheme_of
from schemes.printed_months import close
from tests.support.stores import table

REGISTERS = {
    "units": "单位编码 | 单位全称\nA | 市公安局",
    "place": "地点编码 | 名称 | 类型\nKZ | 康庄社区 | 村社区\nKZ-1 | 第一网格 | 网格\nKZ-2 | 第二网格 | 网格",
    "person": "人员代码 | 地点 | 身份 | 起 | 止\nR017 | KZ-1 | 民情信使 | 2025-01-01 |",
    "opinion": """
        意见编号 | 收到时间   | 来源渠道 | 网格 | 承办单位 | 答复时间   | 办理结果 | 重复于
        HY-1     | 2026-01-05 | 热线     | KZ-1 | A        | 2026-01-08 | 已解决   |
        HY-2     | 2026-03-02 | 热线     | KZ-1 | A        |            |          |
        HY-3     | 2026-03-30 | 热线     | KZ-1 | A        |            |          |
        HY-4     | 2026-03-30 | 热线     | KZ-1 | A        |            |          | HY-3
    """,
    "petition": (
        "登记编号|事项编号|信访人代码|登记日期|信访形式|人数|登记层级|责任单位|责任层级"
        "|受理日期|延长天数|延期批准日期|办结日期|办理结果\n"
        "P1|M1|a1|2026-01-05|来访|1|市|A|乡镇街道|2026-01-06||||"
    ),
    "inquiry": """
        倒查编号 | 事项编号 | 启动日期   | 所属月份 | 来源 | 倒查方向     | 责任单位 | 认定 | 认定日期
        DC-1     | M1       | 2026-03-12 | 2026-03  | 信访 | 领导落实不力 | A        | 属实 | 2026-03-27
    """,
    "inquiry_measure": """
        决定编号 | 倒查编号 | 对象 | 单位 | 处理方式 | 决定日期   | 决定机关 | 文号
        CL-1     | DC-1     | 单位 | A    | 约谈     | 2026-03-30 | 市纪委   | 3号
    """,
}
BOOKS = ("opinion", "petition", "inquiry")


@pytest.fixture
def store(store_path, made_once):
    def registers():
        made = Store(store_path, threads=2)
        for kind in REGISTERS:
            assert read(made, kind, as_of="2026-03-31").stored, kind

    made_once(registers)
    return Store(store_path, threads=2)


def read(store, kind, row=0, as_of="2026-04-30", year="2026", **cells):
    """Import the table of a kind; with a row, that row alone with other cells."""
    head, *rows = [[cell.strip() for cell in line.split("|")] for line in REGISTERS[kind].strip().splitlines()]
    rows = [[cells.get(name, cell) for name, cell in zip(head, rows[row - 1], strict=True)]] if row else rows
    text = table("\n".join(" | ".join(line) for line in [head, *rows])).encode()
    options = ImportOptions(as_of=as_of if kind in BOOKS else "")
    return store.import_files(kind, [(f"{kind}.csv", text)], year, options, checks=checks(store))


def found(report):
    assert all(
        problem.message(lang) and problem.suggestion(lang) for problem in report.problems for lang in ("zh", "en")
    )
    return [(problem.level, problem.code, problem.column) for problem in report.problems]


CHANGES = {
    "an overdue opinion becomes a repetition": ("opinion", 2, {"重复于": "HY-1"}, ["重复于"]),
    "the channel decides the term": ("opinion", 2, {"来源渠道": "信箱"}, ["来源渠道"]),
    "closed on a day that is put back": ("petition", 1, {"办结日期": "2026-03-01", "办理结果": "已解决"}, ["办结日期"]),
    "extended on a day that is put back": (
        "petition", 1, {"延长天数": "30", "延期批准日期": "2026-02-20"}, ["延期批准日期"]),
    "no skipped level any more": ("petition", 1, {"登记层级": "乡镇街道"}, ["登记层级"]),
    "no repetition any more": ("petition", 1, {"事项编号": "M9", "信访人代码": "z"}, ["事项编号", "信访人代码"]),
    "moved to another month": ("inquiry", 1, {"所属月份": "2026-04"}, ["所属月份"]),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_it_needs_a_reason(store, what):
    kind, row, cells, columns = CHANGES[what]
    report = read(store, kind, row, **cells)
    assert found(report) == [("warning", "past_changed", column) for column in columns] and not report.stored


def test_what_is_late_all_the_same_needs_none(store):
    assert found(read(store, "petition", 1, 办结日期="2026-03-31", 办理结果="已解决")) == []
    assert found(read(store, "opinion", 2, 答复时间="2026-04-02", 办理结果="已解决")) == []


EVENTS = "意见编号|时间|事项|天数|原因\n{}\n"


@pytest.mark.parametrize(
    ("event", "excused"),
    [
        ("HY-2|2026-03-04|暂停||待当事人补充", True),
        ("HY-2|2026-03-04|延期|7|其他", False),
        ("HY-2|2026-03-20|撤回||", True),
        ("HY-2|2026-03-04|延期|1|其他", False),
        ("HY-3|2026-03-31|暂停||待当事人补充", False),
    ],
)
def test_a_late_opinion_that_is_excused_by_a_later_entry_is_named_in_a_note(store, event, excused):
    text = table(EVENTS.format(event)).encode()
    report = store.import_files("opinion_event", [("e.csv", text)], "2026", checks=checks(store))
    assert report.stored, report.problems
    notes = [note for note in report.notes if note.code == "excused_by_events"]
    assert len(notes) == excused and all("HY-2" in note.message("zh") for note in notes)


def test_a_finding_that_a_decision_rests_on_is_lifted_with_a_reason(store):
    report = read(store, "inquiry", 1, 认定="不属实")
    assert found(report) == [("warning", "measure_without_finding", "倒查编号")]
    assert "CL-1" in report.problems[0].message("zh")


def test_a_repetition_names_an_earlier_opinion_and_the_first_does_not_become_one(store):
    assert found(read(store, "opinion", 2, 重复于="HY-3")) == [("error", "unknown_reference", "重复于")]
    report = read(store, "opinion", 3, 重复于="HY-2")
    assert found(report) == [("error", "unknown_reference", "重复于")] and "HY-4" in report.problems[0].message("zh")


def test_a_person_is_in_one_post_at_a_time_whichever_file_says_it(store):
    later = {"地点": "KZ-2", "起": "2026-03-01"}
    report = read(store, "person", 1, **later)
    assert found(report) == [("error", "duplicate_key", "起")] and "person.csv" in report.problems[0].message("zh")
    assert read(store, "person", 1, year="2027", 止="2026-03-01").stored
    assert read(store, "person", 1, **later).stored


def test_a_month_closes_once_it_is_over(store):
    store.publish()
    with closing(store.release()) as release:
        with pytest.raises(UsageError, match="2026-04"):
            close(store, release, scheme_of("echo"), "2026-04")
        close(store, release, scheme_of("echo"), "2026-03")


@pytest.mark.parametrize("header", ["缴款人", "捐款人", "转达人", "来电号码"])
def test_whoever_pays_or_calls_is_no_column(store, header):
    text = table(REGISTERS["opinion"]).replace("意见编号", header, 1).encode()
    report = store.import_files("opinion", [("o.csv", text)], "2026", ImportOptions(as_of="2026-04-30"))
    assert ("personal_column", header) in [(problem.code, problem.column) for problem in report.problems]


def test_who_decides_is_a_body_and_no_person(store):
    assert found(read(store, "inquiry_measure", 1, 决定编号="CL-2", 决定机关="王科长")) == [
        ("error", "personal_text", "决定机关")
    ]
