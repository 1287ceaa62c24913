"""Every worked example of petitions and their terms as files, through the real import, a release and its registers."""

from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta

import pytest

from data.store import ImportOptions, Store
from data.store.replay import replay
from schemes import scheme_of
from schemes.chosen import attention, choose, rows
from schemes.frame import Period, days, measure_rows
from schemes.inquiry.measures import dossier, timeline
from schemes.rules import Rules
from tests.reference import plain_clock
from tests.support.schemes import cases, complete, faults, value, word
from tests.support.stores import table

REGISTER = """
    单位编码 | 单位全称     | 单位简称
    A        | 城南街道办事处 | 城南街道
    B        | 市城管局     | 城管局
"""
HEADERS = (
    *("登记编号", "事项编号", "信访人代码", "登记日期", "信访形式", "人数", "登记层级", "责任单位", "责任层级"),
    *("受理日期", "延长天数", "延期批准日期", "办结日期", "办理结果"),
)
SCHEME = scheme_of("inquiry")


@pytest.fixture
def store(store_path, made_once):
    def registers():
        made = Store(store_path, threads=2)
        assert made.import_files("units", [("单位名录.csv", table(REGISTER).encode())], "2026").stored

    made_once(registers)
    return Store(store_path, threads=2)


def taken(store, kind, headers, lines, as_of=""):
    text = "\n".join([",".join(headers), *(",".join(map(str, line)) for line in lines)])
    options = ImportOptions(as_of=as_of, accept_warnings="例")
    report = store.import_files(kind, [("表.csv", text.encode())], "2026", options)
    assert report.stored, [problem.message("en") for problem in report.problems]


def petition(number, received, accepted="", **other):
    own = {
        "事项编号": f"M-{number}",
        "信访形式": "来信",
        "人数": 1,
        "登记层级": "市",
        "责任单位": "A",
        "责任层级": "市",
    }
    row = {**own, "登记编号": number, "登记日期": received, "受理日期": accepted, **other}
    return [row.get(header, "") for header in HEADERS]


def published(store, as_of, period="2026", **settings):
    """What is asked of the release; settings replace those of the scheme."""
    store.publish()
    release = store.release()
    rules = SCHEME.default_rules
    rules = Rules("own", replace(rules.settings, **settings), rules.why, rules.source) if settings else None
    return closing(release), choose(SCHEME, release, Period.of(period), date.fromisoformat(as_of), rules=rules)


def day(stamp):
    return stamp.date().isoformat()


@pytest.mark.sweep
def test_every_term_of_calendar_days_is_that_of_the_worked_example(store):
    """15 days from receipt, 60 from acceptance, 90 with an extension; 30 days as an office could set them."""
    terms = [example for example in cases("inquiry", "clock") if "days" in example.inputs]
    lines = []
    for example in terms:
        start, count = example.inputs["from"], example.inputs["days"]
        longer = {"延长天数": 30, "延期批准日期": start} if count == "90" else {}
        lines.append(petition(f"D{example.case}", start, start, **longer))
    taken(store, "petition", HEADERS, lines, "2026-12-31")
    for roll, expected in ((True, "rolled"), (False, "plain")):
        wrong = []
        for count, column, settings in (
            ("15", "accept_due", {}),
            ("60", "handle_due", {}),
            ("90", "handle_due", {}),
            ("30", "accept_due", {"accept_days": 30}),
        ):
            opened, chosen = published(store, "2026-12-31", roll=roll, **settings)
            with opened:
                due = chosen.frames["petition"].set_index("petition_no")[column]
                examples = [example for example in terms if example.inputs["days"] == count]
                wrong += [f for e in examples for f in faults(e, **{expected: day(due[f"D{e.case}"])})]
        assert wrong == [], roll


@pytest.mark.sweep
def test_every_term_of_months_is_the_last_day_of_an_effect_and_is_not_moved(store):
    months = [example for example in cases("inquiry", "clock") if "months" in example.inputs]
    inquiry = [f"I-1,M-1,{2023}-01-01,2023-01,信访,领导落实不力,A,属实,2023-01-02".split(",")]
    headers = ("倒查编号", "事项编号", "启动日期", "所属月份", "来源", "倒查方向", "责任单位", "认定", "认定日期")
    taken(store, "inquiry", headers, inquiry, "2026-12-31")
    lines = [
        (f"E{e.case}", "I-1", "单位", "A", "诫勉", e.inputs["from"], "市纪委", "〔2026〕1号", e.expected["plain"])
        for e in months
    ]
    headers = ("决定编号", "倒查编号", "对象", "单位", "处理方式", "决定日期", "决定机关", "文号", "影响期至")
    taken(store, "inquiry_measure", headers, lines)
    wrong = []
    for example in months:
        start, last = date.fromisoformat(example.inputs["from"]), date.fromisoformat(example.expected["plain"])
        assert plain_clock.months_later(start, int(example.inputs["months"])) == last
        for on, running in ((last, True), (last + timedelta(days=1), False)):
            opened, chosen = published(store, on.isoformat(), str(on.year))
            with opened:
                effects = chosen.frames["inquiry_measure"].set_index("measure_no")
                own = replace_rows(chosen, effects.loc[[f"E{example.case}"]].reset_index())
                wrong += [example.case] * (value(own, "in_effect") != int(running))
                due = attention(chosen).set_index("key")
                ends = due.loc[[f"E{example.case}"]]
                same_month = (on.year, on.month) == (last.year, last.month)
                wrong += [f"{example.case} attention"] * (("effect_ends" in set(ends["what"])) != same_month)
    assert wrong == []


def replace_rows(chosen, decisions):
    """The measures of some decisions only."""
    frames = {**chosen.frames, "inquiry_measure": decisions}
    measures = [measure for measure in SCHEME.measures if measure.name == "in_effect"]
    return complete(measure_rows("inquiry", measures, frames, chosen.asked, chosen.settings))


@pytest.fixture
def examples(store):
    """The petitions of the worked example in the store."""
    renamed = {
        "matter": "事项编号",
        "persons": "信访人代码",
        "received": "登记日期",
        "form": "信访形式",
        "people": "人数",
    }
    renamed |= {"level": "登记层级", "responsible_level": "责任层级", "accepted": "受理日期", "closed": "办结日期"}
    lines = []
    for example in cases("inquiry", "petitions"):
        row = {renamed.get(name, "办理结果"): text for name, text in example.inputs.items()}
        row["信访人代码"] = "；".join(row.get("信访人代码", "").split())
        lines.append([{"登记编号": example.case, "责任单位": "A", **row}.get(header, "") for header in HEADERS])
    taken(store, "petition", HEADERS, lines[::-1], "2026-06-30")
    return store


def test_every_worked_example_of_petitions_is_judged_from_the_register(examples):
    opened, chosen = published(examples, "2026-06-30")
    with opened:
        judged = chosen.frames["petition"].set_index("petition_no")
        wrong = []
        for example in cases("inquiry", "petitions"):
            row = judged.loc[example.case]
            told = {"kind": row["kind"], "counted_with": row["counted_with"]}
            if row["kind"] != "duplicate":
                told |= {name: word(row[name]) for name in ("skip_level", "group", "against")}
                told |= {"number": row["number"], "why": row["why"], "due": row["why_due"]}
            wrong += faults(example, **told)
        assert wrong == []
        measured = complete(rows(chosen))
        names = ("received", "registered_twice", "repeated", "skip_level", "group", "against")
        assert {name: value(measured, name) for name in names} == {
            "received": 17,
            "registered_twice": 1,
            "repeated": 8,
            "skip_level": 2,
            "group": 3,
            "against": 3,
        }
        assert replay(examples, chosen.asked.release) == []


def test_what_was_not_known_on_a_day_is_not_in_its_state(examples):
    """On 10 February P03 is not yet received and P01 not yet closed."""
    taken(examples, "petition", HEADERS, [petition("P01", "2026-01-05", "2026-01-06")], "2026-01-31")
    opened, chosen = published(examples, "2026-02-10")
    with opened:
        assert list(chosen.frames["petition"]["petition_no"]) == ["P01"]
        assert days(chosen.frames["petition"], "closed_on").isna().all()


def test_a_unit_alone_keeps_the_judgement_of_the_chain_that_others_share(store):
    """The first petition is of another unit; narrowed to B its repetition is still a repetition."""
    lines = [
        petition("P1", "2026-01-05", "2026-01-06", 事项编号="M-1", 信访人代码="a"),
        petition("P2", "2026-04-01", "2026-04-02", 事项编号="M-1", 信访人代码="a", 责任单位="B"),
        petition("P3", "2026-04-02", "2026-04-03", 事项编号="M-2", 责任单位="B"),
    ]
    taken(store, "petition", HEADERS, lines, "2026-04-30")
    opened, chosen = published(store, "2026-04-30")
    with opened:
        own = replace(chosen, unit="B")
        assert value(complete(rows(own)), "against") == 1
        told = dossier(own, "B")
        assert told[["measure", "value", "n"]].values.tolist()[0] == ["received", 2, 2]
        assert set(told["key"]) == {"B"} and list(told["measure"]) == ["received", "accepted_in_time", "against"]
        events = timeline(own, "B").assign(day=lambda rows: rows["day"].map(day))
        assert events[["day", "lane", "mark", "matter_no"]].values.tolist() == [
            ["2026-04-01", "inquiry", "dot", "M-1"],
            ["2026-04-02", "inquiry", "ring", "M-2"],
        ]
        assert dossier(own, "C").empty and timeline(own, "C").empty


def test_extensions_count_if_they_were_approved_in_time(store):
    """In time: 60 + 20 days. Without a day, or a day after a shorter term that an office set: no effect, and listed."""
    lines = [
        petition("X1", "2026-03-02", "2026-03-02", 延长天数=20, 延期批准日期="2026-05-06"),
        petition("X2", "2026-03-02", "2026-03-02", 延长天数=20),
        petition("X3", "2026-03-02", "2026-03-02", 延长天数=0),
    ]
    taken(store, "petition", HEADERS, lines, "2026-05-31")
    opened, chosen = published(store, "2026-05-31")
    with opened:
        due = chosen.frames["petition"].set_index("petition_no")["handle_due"].map(day)
        assert due.to_dict() == {"X1": "2026-05-21", "X2": "2026-05-06", "X3": "2026-05-06"}
        void = attention(chosen).query("what == 'extension_void'")
        assert list(void["key"]) == ["X2"]
    opened, chosen = published(store, "2026-05-31", handle_days=30)
    with opened:
        due = chosen.frames["petition"].set_index("petition_no")["handle_due"].map(day)
        assert due["X1"] == "2026-04-01"


def test_attention_lists_what_is_due_and_overdue_and_petitions_without_an_inquiry(store):
    lines = [
        petition("A1", "2026-03-12"),  # acceptance due on 27 March: overdue on 31 March
        petition("A2", "2026-03-19"),  # due on 3 April, in 3 days
        petition("A3", "2026-03-20"),  # due on 4 April, a Saturday of the Qingming holiday: moved to 7 April
        petition("H1", "2026-01-05", "2026-01-06", 事项编号="M-9", 信访人代码="p"),  # handling was due on 9 March
        petition("H2", "2026-01-26", "2026-02-02"),  # due on 3 April
        petition("H3", "2026-03-23", "2026-03-24", 事项编号="M-9", 信访人代码="p"),  # counts; an inquiry by 30 March
    ]
    taken(store, "petition", HEADERS, lines, "2026-03-31")
    opened, chosen = published(store, "2026-03-31")
    with opened:
        found = attention(chosen)
        told = found[["what", "key", "days"]].values.tolist()
        assert told == [
            ["acceptance_overdue", "A1", -4],
            ["acceptance_due", "A2", 3],
            ["handling_overdue", "H1", -22],
            ["handling_due", "H2", 3],
            ["no_inquiry", "H3", -1],
        ]
        petitions = chosen.frames["petition"].set_index("petition_no")
        assert day(petitions.loc["A3", "accept_due"]) == "2026-04-07"
        assert day(petitions.loc["H3", "inquiry_due"]) == "2026-03-30"
    inquiry = ["I-1", "M-9", "2026-03-30", "2026-03", "信访", "领导落实不力", "A", "核查中"]
    headers = ("倒查编号", "事项编号", "启动日期", "所属月份", "来源", "倒查方向", "责任单位", "认定")
    taken(store, "inquiry", headers, [inquiry], "2026-03-31")
    opened, chosen = published(store, "2026-03-31")
    with opened:
        assert "no_inquiry" not in set(attention(chosen)["what"])


def test_an_inquiry_that_ended_before_does_not_answer_a_new_repetition(store):
    lines = [
        petition("H1", "2026-01-05", "2026-01-06", 事项编号="M-9", 信访人代码="p"),
        petition("H3", "2026-03-23", "2026-03-24", 事项编号="M-9", 信访人代码="p"),
    ]
    taken(store, "petition", HEADERS, lines, "2026-04-30")
    headers = ("倒查编号", "事项编号", "启动日期", "所属月份", "来源", "倒查方向", "责任单位", "认定", "认定日期")
    ended = ["I-1", "M-9", "2026-02-02", "2026-02", "督查", "领导落实不力", "A", "不属实", "2026-02-20"]
    taken(store, "inquiry", headers, [ended], "2026-04-30")
    opened, chosen = published(store, "2026-04-30")
    with opened:
        listed = attention(chosen)
        assert list(listed.loc[listed["what"] == "no_inquiry", "key"]) == ["H3"]


def test_a_term_that_reaches_a_year_without_notice_is_provisional(store):
    taken(
        store,
        "petition",
        HEADERS,
        [petition("P1", "2026-11-02", "2026-11-10"), petition("P2", "2026-03-02")],
        "2026-12-31",
    )
    opened, chosen = published(store, "2026-12-31")
    with opened:
        told = chosen.frames["petition"].set_index("petition_no")
        assert told["provisional"].to_dict() == {"P1": True, "P2": False}
