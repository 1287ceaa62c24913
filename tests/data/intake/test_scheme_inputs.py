"""What happens to bad files of opinions, events, visits, places and posts: each row of the list has its outcome."""

from contextlib import closing

import pytest

from data.store import ImportOptions, Store
from data.store.audit_log import FOLDER as AUDIT
from data.store.audit_log import LOG
from data.store.replay import replay
from errors import UsageError
from schemes import checks
from tests.support.stores import snapshot, table

PLACES = """
    地点编码 | 名称     | 类型   | 上级编码
    KZ       | 康庄社区 | 村社区 |
    KZ-1     | 第一网格 | 网格   | KZ
    KZ-2     | 第二网格 | 网格   | KZ
"""
PERSONS = """
    人员代码 | 地点 | 身份     | 起         | 止
    R017     | KZ-1 | 民情信使 | 2025-01-01 |
    G031     | KZ-1 | 网格员   | 2025-01-01 | 2026-03-16
    G031     | KZ-2 | 网格员   | 2026-04-01 |
"""
UNITS = "单位编码,单位全称,单位简称\nA,市公安局,公安局\nB,市城管局,城管局\n"
HEAD = "意见编号,收到时间,来源渠道,转达人代码,网格,承办单位,办理内容,答复时间,办理结果,重复于"
GOOD = "HY-1,2026-03-02 09:30,热线,,KZ-1,城管局,路灯不亮,,,"
EVENT_HEAD = "意见编号,时间,事项,天数,原因"
VISIT_HEAD = "走访编号,走访日期,走访人代码,网格,户代码,反映数,当场解决数"
AS_OF = "2026-03-31"


@pytest.fixture
def store(store_path, made_once):
    def registers():
        made = Store(store_path, threads=2)
        assert made.import_files("units", [("单位名录.csv", UNITS.encode())], "2025").stored
        for kind, rows in (("place", PLACES), ("person", PERSONS)):
            assert made.import_files(kind, [(f"{kind}.csv", table(rows).encode())], "2026").stored

    made_once(registers)
    return Store(store_path, threads=2)


def read(store, kind, head, *rows, name="登记簿.csv", **options):
    """Import rows as the command does: with what the schemes check across tables."""
    if kind == "opinion":
        options.setdefault("as_of", AS_OF)
    text = "\n".join([head, *rows]) + "\n"
    return store.import_files(kind, [(name, text.encode())], "2026", ImportOptions(**options), checks=checks(store))


def opinions(store, *rows, **options):
    return read(store, "opinion", HEAD, *rows, **options)


def events(store, *rows, **options):
    return read(store, "opinion_event", EVENT_HEAD, *rows, **options)


def visits(store, *rows, **options):
    return read(store, "visit", VISIT_HEAD, *rows, **options)


def found(report):
    """Code, row and column of every problem and note; each has its words in both languages."""
    named = [*report.problems, *report.notes]
    assert all(p.message(lang) and p.suggestion(lang) for p in named for lang in ("zh", "en"))
    return [(p.code, p.row, p.column) for p in named]


SINGLE = {
    "6 a person on the anonymous wall": (
        "HY-1,2026-03-02,回音墙,R017,KZ-1,城管局,,,,", ("must_be_empty", 2, "转达人代码")),
    "7 a channel that is not on the list": (
        "HY-1,2026-03-02,贴吧,,KZ-1,城管局,,,,", ("unknown_choice", 2, "来源渠道")),
    "8 answered before it was received": (
        "HY-1,2026-03-30,热线,,KZ-1,城管局,,2026-03-20,已解决,", ("before_start", 2, "答复时间")),
    "9 answered without a result": (
        "HY-1,2026-03-02,热线,,KZ-1,城管局,,2026-03-20,,", ("missing_because", 2, "办理结果")),
    "10 no day of any calendar": (
        "HY-1,2026-13-05,热线,,KZ-1,城管局,,,,", ("not_a_date", 2, "收到时间")),
    "11 received after the as-of day": (
        "HY-1,2026-04-01,热线,,KZ-1,城管局,,,,", ("date_in_future", 2, "收到时间")),
    "12 a repetition of itself": (
        "HY-1,2026-03-02,热线,,KZ-1,城管局,,,,HY-1", ("unknown_reference", 2, "重复于")),
    "34 a grid that is not in the register": (
        "HY-1,2026-03-02,热线,,KZ-3,城管局,,,,", ("unknown_place", 2, "网格")),
    "83 a number that a spreadsheet has changed": (
        "1.0E+17,2026-03-02,热线,,KZ-1,城管局,,,,", ("damaged_identifier", 2, "意见编号")),
}  # fmt: skip


@pytest.mark.parametrize("what", SINGLE)
def test_a_faulty_opinion_is_refused_at_its_cell(store, what):
    row, expected = SINGLE[what]
    before = snapshot(store.path)
    report = opinions(store, row)
    assert found(report) == [expected] and report.refused and not report.stored
    assert snapshot(store.path) == before
    (problem,) = report.problems
    if problem.code == "unknown_choice":
        assert "民情信使" in problem.message("zh") + problem.suggestion("zh")
    if problem.code == "date_in_future":
        assert AS_OF in problem.message("zh")
    if problem.code == "unknown_place":
        assert "KZ-1" in problem.suggestion("zh")


@pytest.mark.parametrize("header", ["诉求人", "联系方式", "户主", "信访人"])
def test_1_a_column_of_persons_is_refused_and_the_column_for_a_code_is_named(store, header):
    report = read(store, "opinion", f"{HEAD},{header}", f"{GOOD},某某")
    assert ("personal_column", 1, header) in found(report) and report.is_personal
    assert "转达人代码" in next(p for p in report.problems if p.code == "personal_column").message("zh")


SECRETS = {
    "2 a sentence with name, house and number": (
        "张三 家住3栋2单元 电话13912345678", ("13912345678", "3栋2单元", "张三")),
    "3 an identity number in wide digits": (
        "身份证５１０１０１１９９００１０１１２３４", ("５１０１０１１９９００１０１１２３４", "510101199001011234")),
    "a bank card": ("退款至6222021234567890123", ("6222021234567890123",)),
    "a landline": ("回电话028-87654321", ("87654321",)),
}  # fmt: skip


@pytest.mark.parametrize("what", SECRETS)
def test_nothing_of_a_person_is_kept_after_a_refusal(store, what):
    text, secrets = SECRETS[what]
    before = snapshot(store.path)
    report = opinions(store, GOOD.replace("路灯不亮", text))
    assert found(report) == [("personal_text", 2, "办理内容")] and report.is_personal and not report.stored
    said = str([problem.as_dict(lang) for problem in report.problems for lang in ("zh", "en")])
    after = snapshot(store.path)
    kept = b"".join(content for name, content in after.items() if before.get(name) != content)
    log = (store.path / AUDIT / LOG).read_bytes()
    for secret in secrets:
        assert secret not in said
        assert secret.encode() not in kept + log and secret.encode("utf-16-le") not in kept


@pytest.mark.parametrize("code", ["510101199001011234", "c0" * 32])
def test_4_5_a_code_is_no_number_and_no_hash_of_a_person(store, code):
    report = visits(store, f"V-1,2026-03-04,G031,KZ-1,{code},,")
    assert ("personal_text", 2, "户代码") in found(report)
    assert code not in str([problem.as_dict("zh") for problem in report.problems])


def test_13_a_repetition_of_a_repetition_names_the_first(store):
    second = GOOD.replace("HY-1,", "HY-2,") + "HY-1"
    third = GOOD.replace("HY-1,", "HY-3,") + "HY-2"
    report = opinions(store, GOOD, second, third)
    assert found(report) == [("unknown_reference", 4, "重复于")] and report.refused
    assert "HY-1" in report.problems[0].message("zh") and "HY-2" in report.problems[0].message("zh")
    assert opinions(store, GOOD, second).stored
    later = opinions(store, third, as_of="2026-04-30")
    assert found(later) == [("unknown_reference", 2, "重复于")] and "HY-1" in later.problems[0].suggestion("zh")
    assert opinions(store, third.replace(",HY-2", ",HY-1"), as_of="2026-04-30").stored
    assert opinions(store, GOOD.replace("HY-1,", "HY-4,") + "HY-5", GOOD.replace("HY-1,", "HY-5,") + "HY-4",
                    as_of="2026-05-31").refused  # fmt: skip


@pytest.mark.sweep
def test_14_to_22_files_of_a_register(store):
    twice = opinions(store, GOOD, GOOD)
    assert found(twice) == [("duplicate_key", 3, "意见编号")] and "2" in twice.problems[0].message("zh")
    with pytest.raises(UsageError, match="--as-of"):
        read(store, "opinion", HEAD, GOOD, as_of="")
    second = GOOD.replace("HY-1,", "HY-2,")
    assert opinions(store, GOOD, second).stored
    again = opinions(store, second, GOOD, name="另存.csv")
    assert (again.stored, found(again)) == (False, []) and again.same_as
    assert {code for code, *_ in found(opinions(store, GOOD.replace("热线", "信箱")))} == {"record_in_other_upload"}
    older = opinions(store, GOOD, as_of="2026-03-20", dry_run=True)
    assert found(older) == [("snapshot_older", None, None)] and not older.refused
    moved = opinions(store, GOOD.replace("03-02 09:30", "03-03 09:30"), as_of="2026-04-30")
    assert found(moved) == [("past_changed", 2, "收到时间")] and moved.needs_acceptance
    assert all(day in moved.problems[0].message("zh") for day in ("2026-03-02", "2026-03-03"))
    further = GOOD.replace("路灯不亮,,,", "路灯不亮,2026-04-07,已解决,")
    gone = opinions(store, further, as_of="2026-04-30", complete=True)
    assert [code for code, *_ in found(gone)] == ["row_vanished"] and "HY-2" in gone.problems[0].message("zh")
    on = opinions(store, further, as_of="2026-04-30")
    assert on.stored and found(on) == []


def test_21_an_answer_that_is_put_back_before_the_due_day_is_told_of(store):
    assert opinions(store, GOOD).stored  # due on 2026-03-11, open on the 31st
    answered = GOOD.replace("路灯不亮,,,", "路灯不亮,{},已解决,")
    back = opinions(store, answered.format("2026-03-10"), as_of="2026-04-30")
    assert found(back) == [("past_changed", 2, "答复时间")] and back.needs_acceptance and not back.stored
    words = back.problems[0].message("zh")
    assert all(part in words for part in ("HY-1", "2026-03-11", "2026-03-31", "2026-03-10"))
    late = opinions(store, answered.format("2026-04-02"), as_of="2026-04-30")
    assert late.stored and found(late) == []
    back = opinions(store, answered.format("2026-03-11"), as_of="2026-05-31")
    assert found(back) == [("past_changed", 2, "答复时间")]  # told once, as put back
    assert "2026-03-11" in back.problems[0].message("zh") and "改期" in back.problems[0].message("zh")
    other = opinions(store, answered.format("2026-04-03"), as_of="2026-05-31")
    assert found(other) == [("past_changed", 2, "答复时间")] and "改期" not in other.problems[0].message("zh")


def test_an_extension_or_a_pause_moves_the_day_that_an_answer_is_put_back_to(store):
    assert opinions(store, GOOD).stored
    assert events(store, "HY-1,2026-03-04,延期,5,跨部门协调").stored  # due on 2026-03-18
    assert opinions(store, GOOD, as_of="2026-03-16", accept_warnings="x").stored
    inside = GOOD.replace("路灯不亮,,,", "路灯不亮,2026-03-17,已解决,")
    report = opinions(store, inside, as_of="2026-04-30", dry_run=True)
    assert found(report) == [("past_changed", 2, "答复时间")]  # on the 31st it was overdue
    assert "2026-03-18" in report.problems[0].message("zh")


def test_answers_on_days_off_are_shown_and_count(store):
    report = opinions(store, GOOD.replace("路灯不亮,,,", "路灯不亮,2026-03-07,已解决,"))  # a Saturday
    assert report.stored and found(report) == [("day_off", None, "答复时间")]
    assert "HY-1" in report.notes[0].message("zh")
    worked = GOOD.replace("HY-1,2026-03-02 09:30", "HY-2,2026-02-10").replace("不亮,,,", "不亮,2026-02-14,已解决,")
    assert found(opinions(store, worked, as_of="2026-04-30")) == []  # worked in lieu of a holiday


ORDER = {
    "23 resumed without a pause": (("HY-1,2026-03-04,恢复,,",), [("event_order", 2, "事项")]),
    "24 two pauses overlap": (
        ("HY-1,2026-03-04,暂停,,法定程序", "HY-1,2026-03-05,暂停,,法定程序"), [("event_order", 3, "事项")]),
    "25 paused after the due day": (("HY-1,2026-03-12,暂停,,法定程序",), [("event_order", 2, "事项")]),
    "before the day of receipt": (("HY-1,2026-03-01,签收,,",), [("event_order", 2, "事项")]),
    "paused before the day of receipt": (("HY-1,2026-03-01,暂停,,法定程序",), [("event_order", 2, "事项")]),
    "resumed on the day of the pause": (
        ("HY-1,2026-03-04 09:00,暂停,,法定程序", "HY-1,2026-03-04 15:00,恢复,,"), [("event_order", 3, "事项")]),
    "26 extended after the due day": (("HY-1,2026-03-12,延期,3,跨部门协调",), [("without_effect", 2, "事项")]),
    "27 extended twice": (
        ("HY-1,2026-03-04,延期,3,跨部门协调", "HY-1,2026-03-05,延期,2,跨部门协调"), [("without_effect", 3, "事项")]),
    "28 no days": (("HY-1,2026-03-04,延期,0,跨部门协调",), [("out_of_range", 2, "天数")]),
    "28 more days than a term may have": (("HY-1,2026-03-04,延期,61,跨部门协调",), [("out_of_range", 2, "天数")]),
    "a pause in order, resumed": (("HY-1,2026-03-04,暂停,,法定程序", "HY-1,2026-03-09,恢复,,"), []),
    "paused on the due day itself": (
        ("HY-1,2026-03-11,暂停,,法定程序",), [("excused_by_events", None, "事项")]),  # the register is of the 31st
    "paused again after it was resumed": (
        ("HY-1,2026-03-04,暂停,,法定程序", "HY-1,2026-03-06,恢复,,", "HY-1,2026-03-10,暂停,,法定程序"),
        [("excused_by_events", None, "事项")]),
}  # fmt: skip


@pytest.mark.sample
@pytest.mark.parametrize("what", ORDER)
def test_events_are_in_order(store, what):
    assert opinions(store, GOOD).stored
    rows, expected = ORDER[what]
    report = events(store, *rows)
    assert found(report) == expected
    assert report.stored == all(code in ("without_effect", "excused_by_events") for code, *_ in expected)


def test_events_are_judged_with_those_of_earlier_files_and_never_again(store):
    assert opinions(store, GOOD).stored
    assert events(store, "HY-1,2026-03-05,暂停,,法定程序").stored
    overlapping = events(store, "HY-1,2026-03-04,暂停,,法定程序")
    assert found(overlapping) == [("event_order", 2, "事项")]  # the later of the two is in the store already
    assert events(store, "HY-1,2026-03-09,恢复,,").stored
    store.import_files(
        "work_calendar", [("假日.csv", "日期,是否工作日\n2026-03-10,否\n2026-03-11,否\n".encode())], "2026"
    )
    release = store.publish().release
    assert replay(store, release) == []


def test_the_rules_of_the_office_decide_which_pause_is_late(store):
    from datetime import date

    from schemes import scheme_of
    from schemes.kept_rules import add_rules, as_text

    assert opinions(store, GOOD).stored
    late = "HY-1,2026-03-12,暂停,,法定程序"
    assert found(events(store, late)) == [("event_order", 2, "事项")]
    text = as_text(scheme_of("echo").default_rules).replace("[days]\nvalue = 7", "[days]\nvalue = 15")
    add_rules(store, scheme_of("echo"), text.replace("echo-default", "十五日"), date(2026, 1, 1))
    assert events(store, late).stored


def test_29_a_visit_outside_the_service_of_the_person_is_told_of(store):
    inside = ("V-1,2026-03-04,G031,KZ-1,H1,,", "V-2,2026-04-02,G031,KZ-2,H1,,")
    outside = ("V-3,2026-03-16,G031,KZ-1,H1,,", "V-4,2024-12-31,R017,KZ-1,H1,,")
    report = visits(store, *inside, *outside)
    assert found(report) == [("outside_service", 4, "走访日期"), ("outside_service", 5, "走访日期")]
    assert report.needs_acceptance and "G031" in report.problems[0].message("zh")
    assert visits(store, *inside).stored


def test_30_to_33_a_faulty_visit_is_refused_at_its_cell(store):
    report = visits(
        store,
        "V-1,2026-03-04,G032,KZ-1,H1,,",
        "V-2,2026-03-04,G031,KZ-1,H1,2,3",
        "V-3,2026-02-30,G031,KZ-1,H1,,",
        "V-4,2026-03-04,G031,KZ-4,H1,,",
    )
    assert found(report) == [
        ("unknown_reference", 2, "走访人代码"),
        ("more_than_whole", 3, "当场解决数"),
        ("not_a_date", 4, "走访日期"),
        ("unknown_place", 5, "网格"),
    ]
    assert "G031" in report.problems[0].suggestion("zh") and "KZ-1" in report.problems[3].suggestion("zh")


def test_31_too_many_visits_on_a_day_also_over_several_files(store):
    rows = [f"V-{n:02d},2026-03-04,G031,KZ-1,H{n},," for n in range(41)]
    report = visits(store, *rows)
    assert [code for code, *_ in found(report)] == ["too_many"] and "41" in report.problems[0].message("zh")
    assert visits(store, *rows[:40]).stored
    assert [code for code, *_ in found(visits(store, rows[40]))] == ["too_many"]
    assert visits(store, rows[40].replace("03-04", "03-05")).stored


def test_all_visits_of_a_grid_on_the_last_day_of_a_month(store):
    last = [f"V-{n},2026-02-28,R017,KZ-2,H{n},," for n in range(3)]
    report = visits(store, *last)
    assert [code for code, *_ in found(report)] == ["all_on_last_day"] and report.needs_acceptance
    assert "KZ-2" in report.problems[0].message("zh") and "2026-02" in report.problems[0].message("zh")
    assert visits(store, *last, "V-9,2026-02-10,R017,KZ-2,H9,,").stored
    assert visits(store, "V-10,2026-01-31,R017,KZ-2,H9,,").stored  # a single visit


def test_35_36_places_and_posts(store):
    cycle = table(PLACES.replace("村社区 |", "村社区 | KZ-1")).splitlines()
    report = read(store, "place", *cycle, replace=True)
    assert found(report) == [("cycle", 2, "上级编码"), ("cycle", 3, "上级编码")]
    assert all(code in report.problems[0].message("zh") for code in ("KZ", "KZ-1"))
    spans = read(
        store, "person", "人员代码,身份,起,止", "G1,网格员,2025-01-01,2025-06-01", "G1,网格长,2025-05-01,", replace=True
    )
    assert found(spans) == [("duplicate_key", 3, "起")]
    assert "2025-05-01–2025-06-01" in spans.problems[0].message("zh")


SPANS = {
    "2026-03-04至2026-03-06": "2026-03-04/2026-03-07",  # both days included
    "2026-03-04/2026-03-07": "2026-03-04/2026-03-07",  # as it is kept and exported
    "2026年5月1日至2026年5月2日；2026/3/4/2026/3/7": "2026-03-04/2026-03-07 2026-05-01/2026-05-03",
    "": None,
    "下周": "not_spans",
    "2026-03-04": "not_spans",
    "2026-03-06至2026-03-04": "not_spans",
    "2026-02-29至2026-03-06": "not_spans",
    "2026-03-04至2026-03-06；2026-03-06至2026-03-09": "not_spans",  # 6 March twice
}


@pytest.mark.sweep
def test_a_leave_is_spans_of_days(store):
    """Text that was no span was stored, and the measures read it as a day that is none."""
    for text, expected in SPANS.items():
        report = read(store, "person", "人员代码,身份,起,离岗", f"G9,网格员,2025-01-01,{text}", replace=True)
        if expected == "not_spans":
            assert found(report) == [("not_spans", 2, "离岗")] and not report.stored, text
        else:
            store.publish()
            with closing(store.release()) as release:
                assert release.records("person")["leave"].fillna("").tolist() == [expected or ""], text


def test_81_a_calendar_that_moves_due_days_lists_the_opinions(store):
    assert opinions(store, GOOD, GOOD.replace("HY-1,2026-03-02", "HY-2,2026-03-20")).stored
    assert opinions(store, GOOD.replace("HY-1,", "HY-3,").replace("不亮,,,", "不亮,2026-03-04,已解决,"),
                    as_of="2026-04-01").stored  # fmt: skip
    report = read(store, "work_calendar", "日期,是否工作日", "2026-03-09,否", "2026-03-10,否")
    assert report.stored and found(report) == [("due_days_moved", None, "日期")]
    words = report.notes[0].message("zh")
    assert "HY-1" in words and "HY-2" not in words and "HY-3" not in words and "2026-03-13" in words
    assert found(read(store, "work_calendar", "日期,是否工作日", "2025-12-25,否")) == []


def test_82_a_formula_in_a_text_is_refused(store):
    head, row = HEAD.replace("办理内容", "类别"), GOOD.replace("路灯不亮", '"=HYPERLINK(""http://x"",""y"")"')
    report = read(store, "opinion", head, row)
    assert found(report) == [("formula_text", 2, "类别")] and report.refused
    assert opinions(store, GOOD.replace("路灯不亮", "-5度时路灯不亮"), dry_run=True).refused is False
