"""Files of assemblies and projects through the real import: what is refused, asked about, noted, and counted."""

from datetime import date

import pytest

from data.model.contract import field_of_header
from data.model.names import match_key
from data.store import Store
from data.store.replay import replay
from data.store.verify import check
from schemes.assembly.measures import Settings, decisions, meetings
from schemes.assembly.money import funds, levies
from tests.support.assembly import MEETINGS, PROJECTS, frames_of, read, village
from tests.support.schemes import cases

ENTRY = "凭证号 | 项目编号 | 日期 | 收支 | 来源 | 金额(元) | 缴款人代码 | 是否开具凭证\n"
MEETING = "会议编号 | 村社区 | 日期 | 通知日期 | 到会规则 | 应到 | 实到 | 代表户数\n"
MOTION = "会议编号 | 议题序号 | 议题 | 通过规则 | 赞成 | 反对 | 弃权\n"
PROJECT = "项目编号 | 事项编号 | 会议编号 | 议题序号 | 村社区 | 项目名称 | 直接受益人数 | 直接受益标准(元) | 筹资性质\n"


@pytest.fixture
def store(store_path, made_once):
    made_once(lambda: village(store_path))
    return Store(store_path, threads=2)


def found(report):
    return [(problem.level, problem.code) for problem in [*report.problems, *report.notes]]


def test_a_village_is_read_by_the_headers_of_its_office(store):
    frames = frames_of(store)
    (meeting,) = meetings(frames).to_dict("records")
    assert (meeting["entitled"], meeting["present"], meeting["place_code"]) == (300, 214, "FS")
    results = decisions(frames).set_index("item")["result"].to_dict()
    assert results == {1: "passed", 2: "short"}
    (levy,) = levies(frames, date(2024, 12, 31), 0).to_dict("records")
    assert (levy["levy_until"], levy["agreed"], levy["paid"], levy["cap"]) == (
        *("2024-04-09", 15_000_000, 150_000),
        "not_tested",
    )
    assert funds(frames, date(2024, 12, 31))["raised"].tolist() == [350_000]
    assert replay(store, store.release().id) == [] and check(store) == []


@pytest.mark.parametrize(
    ("header", "field"),
    [("到会人数", "present"), ("到会户数", "present"), ("应到户数", "entitled"), ("实到人数", "present")],
)
def test_who_came_is_never_read_as_who_was_entitled(header, field):
    assert field_of_header("meeting")[match_key(header)] == field
    assert field_of_header("motion")[match_key("会议主题")] == "topic"
    project = field_of_header("project")
    assert [project[match_key(word)] for word in ("筹资金额", "财政奖补", "预算（元）")] == [
        "raised",
        "subsidy",
        "budget",
    ]


REFUSED = {
    "present over entitled": ("meeting", MEETING + "B2|FS|2024-05-01||村民过半|300|310|", "more_than_whole"),
    "households represented": (
        "meeting",
        MEETING + "B2|FS|2024-05-01||代表会议（代表三分之二户）|300|40|",
        "missing_because",
    ),
    "nobody entitled": ("meeting", MEETING + "B2|FS|2024-05-01||村民过半|0|0|", "out_of_range"),
    "a rule that is not listed": ("meeting", MEETING + "B2|FS|2024-05-01||三人以上|30|20|", "unknown_choice"),
    "announced after it was held": ("meeting", MEETING + "B2|FS|2024-05-01|2024-05-02|村民过半|30|20|", "before_start"),
    "a village that is not registered": ("meeting", MEETING + "B2|XX|2024-05-01||村民过半|30|20|", "unknown_place"),
    "votes over present": ("motion", MOTION + "BB-2024-03|3|架桥|到会过半|200|10|5", "sum_exceeds"),
    "yes over present": ("motion", MOTION + "BB-2024-03|3|架桥|到会过半|215||", "sum_exceeds"),
    "a motion of no assembly": ("motion", MOTION + "BB-2024-99|1|架桥|到会过半|10||", "unknown_reference"),
    "a motion that is not on record": ("project", PROJECT + "P2|M-2|BB-2024-03|9|FS|架桥|||", "unknown_motion"),
    "a share without its sort": ("project", PROJECT + "P2|M-2|BB-2024-03|1|FS|架桥|10|5|", "missing_because"),
    "persons without a share": ("project", PROJECT + "P2|M-2|BB-2024-03|1|FS|架桥|10||", "missing_because"),
    "spent over raised": ("fund_entry", ENTRY + "E1|FS-L1|2024-05-01|支出|材料|3500.01||是", "more_than_whole"),
    "spent before raised": (
        "fund_entry",
        ENTRY + "E1|FS-L1|2024-05-01|支出|材料|4000||是\nE2|FS-L1|2024-05-02|收入|捐款|9000||是",
        "more_than_whole",
    ),
    "a sign on an amount": ("fund_entry", ENTRY + "E1|FS-L1|2024-05-01|收入|捐款|-500||是", "below_lowest"),
    "an amount of nothing": ("fund_entry", ENTRY + "E1|FS-L1|2024-05-01|收入|捐款|0||是", "below_lowest"),
    "a part of a fen": ("fund_entry", ENTRY + "E1|FS-L1|2024-05-01|收入|捐款|500.005||是", "too_precise"),
    "accepted before it was finished": (
        "project",
        PROJECT.replace("筹资性质", "筹资性质 | 完工日期 | 验收日期")
        + "P2|M-2|BB-2024-03|1|FS|架桥||||2024-09-02|2024-09-01",
        "before_start",
    ),
    "an acceptance to come": (
        "project",
        PROJECT.replace("筹资性质", "筹资性质 | 验收日期") + "P2|M-2|BB-2024-03|1|FS|架桥||||2025-01-01",
        "date_in_future",
    ),
    "an entry of no project": ("fund_entry", ENTRY + "E1|FS-L9|2024-05-01|收入|捐款|10||是", "unknown_reference"),
    "a payment by a payer": ("fund_entry", ENTRY + "E1|FS-L1|2024-05-01|支出|材料|10|H1|是", "must_be_empty"),
    "a name in place of a code": ("fund_entry", ENTRY + "E1|FS-L1|2024-05-01|收入|集资|10|张三|是", "not_a_code"),
}


@pytest.mark.sample
@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused(store, case):
    kind, drawing, code = REFUSED[case]
    report = read(store, kind, drawing)
    assert not report.stored and (("error", code)) in found(report), found(report)
    assert {level for level, other in found(report) if other == code} == {"error"}


ASKED = {
    "notice of nine days": ("meeting", MEETING + "B2|FS|2024-05-11|2024-05-02|村民过半|30|20|", "short_notice"),
    "no minutes": (
        "motion",
        MOTION.replace("弃权", "弃权 | 是否有记录") + "BB-2024-03|3|架桥|到会过半|200|10|4|否",
        "no_minutes",
    ),
    "not passed": ("project", PROJECT + "P2|M-2|BB-2024-03|2|FS|文化室|10|5|自愿捐资", "not_passed"),
    "over the cap": (
        "project",
        PROJECT.replace("筹资性质", "筹资性质 | 限额") + "P2|M-2|BB-2024-03|1|FS|架桥|10|500|筹资|15",
        "levy_over_cap",
    ),
    "posted before it was accepted": (
        "project",
        PROJECT.replace("筹资性质", "筹资性质 | 验收日期 | 账目公示日期")
        + "P2|M-2|BB-2024-03|1|FS|架桥||||2024-09-02|2024-09-01",
        "before_start",
    ),
    "begun before the review": (
        "project",
        PROJECT.replace("筹资性质", "筹资性质 | 镇审核日期 | 开工日期")
        + "P2|M-2|BB-2024-03|1|FS|架桥||||2024-09-02|2024-09-01",
        "before_start",
    ),
    "no receipt": ("fund_entry", ENTRY + "E1|FS-L1|2024-05-01|收入|捐款|10||否", "no_receipt"),
    "nothing said of a receipt": ("fund_entry", ENTRY + "E1|FS-L1|2024-05-01|收入|捐款|10||", "no_receipt"),
    "a line of totals": (
        "fund_entry",
        ENTRY + "E1|FS-L1|2024-05-01|收入|捐款|10||是\n合计|||||10||",
        "totals_row",
    ),
}


@pytest.mark.sample
@pytest.mark.parametrize("case", ASKED)
def test_what_may_be_needs_a_reason(store, case):
    kind, drawing, code = ASKED[case]
    report = read(store, kind, drawing)
    assert found(report) == [("warning", code)] and report.needs_acceptance and not report.stored
    for language in ("en", "zh"):
        assert report.problems[0].message(language) and report.problems[0].suggestion(language)
    assert read(store, kind, drawing, accept_warnings="已核实").stored


ALLOWED = {
    "notice of ten days": ("meeting", MEETING + "B2|FS|2024-05-11|2024-05-01|村民过半|30|20|"),
    "as many votes as people": ("motion", MOTION + "BB-2024-03|3|架桥|到会过半|200|10|4"),
    "a levy at the cap": (
        "project",
        PROJECT.replace("筹资性质", "筹资性质 | 限额") + "P2|M-2|BB-2024-03|1|FS|架桥|10|15|筹资|15",
    ),
    "a gift over the cap": (
        "project",
        PROJECT.replace("筹资性质", "筹资性质 | 限额") + "P2|M-2|BB-2024-03|1|FS|架桥|10|500|自愿捐资|15",
    ),
    "spent to the last fen": ("fund_entry", ENTRY + "E1|FS-L1|2024-05-01|支出|材料|3500||是"),
    "spent with a loan": (
        "fund_entry",
        ENTRY + "E1|FS-L1|2024-05-01|收入|借款|5000||是\nE2|FS-L1|2024-05-01|支出|材料|4000||是",
    ),
    "received and spent on a day": (
        "fund_entry",
        ENTRY + "E1|FS-L1|2024-05-01|支出|材料|4000||是\nE2|FS-L1|2024-05-01|收入|捐款|500||是",
    ),
}


@pytest.mark.parametrize("case", ALLOWED)
def test_what_keeps_the_line_is_stored_without_a_word(store, case):
    report = read(store, *ALLOWED[case])
    assert found(report) == [] and report.stored


def test_without_a_quorum_nothing_is_passed_whatever_is_announced(store):
    meeting = MEETING + "B2|FS|2024-05-20|2024-05-01|户代表三分之二|300|199|"
    assert read(store, "meeting", meeting).stored
    report = read(store, "motion", MOTION.replace("弃权", "弃权 | 表决结果") + "B2|1|架桥|到会过半|199|||通过")
    assert report.stored and found(report) == [("note", "no_quorum")]
    assert "200" in report.notes[0].message("zh") and "199" in report.notes[0].message("en")
    decided = decisions(frames_of(store)).set_index("meeting_no").loc["B2"]
    assert (decided["result"], decided["quorum"], decided["printed"]) == ("no_quorum", False, "通过")


@pytest.mark.parametrize(("printed", "yes", "notes"), [("通过", 107, 1), ("未通过", 108, 1), ("通过", 108, 0)])
def test_an_announced_result_that_the_votes_contradict_is_noted(store, printed, yes, notes):
    report = read(
        store, "motion", MOTION.replace("弃权", "弃权 | 表决结果") + f"BB-2024-03|3|架桥|到会过半|{yes}|||{printed}"
    )
    assert report.stored and found(report) == [("note", "result_differs")] * notes


@pytest.mark.parametrize(
    ("rule", "signed", "codes"), [("筹资", 299, ["few_signatures"]), ("筹资", 300, []), ("自愿捐资", 1, [])]
)
def test_a_levy_is_signed_by_every_household(store, rule, signed, codes):
    motion = MOTION.replace("弃权", "弃权 | 签字户数") + f"BB-2024-03|3|架桥|到会过半|200|||{signed}"
    assert read(store, "motion", motion).stored
    report = read(store, "project", PROJECT + f"P2|M-2|BB-2024-03|3|FS|架桥|10|5|{rule}")
    assert found(report) == [("warning", code) for code in codes]


def test_a_payment_of_several_shares_is_a_household_or_a_gift(store):
    drawing = ENTRY + "E1|FS-L1|2024-03-21|收入|集资|500|H1|是\nE2|FS-L1|2024-03-21|收入|集资|1500|H2|是"
    report = read(store, "fund_entry", drawing)
    assert report.stored and found(report) == [("note", "several_shares")]
    assert "E2" in report.notes[0].message("zh") and "E1" not in report.notes[0].message("zh")


def test_a_file_that_is_there_already_counts_once_in_every_check(store):
    """The same payments again, or again in another file, would be spent twice and refused for that."""
    spent = ENTRY + "E1|FS-L1|2024-05-01|支出|材料|3000||是"
    assert read(store, "fund_entry", spent).stored
    again = read(store, "fund_entry", spent, name="再报.csv")
    assert found(again) == [] and again.same_as
    assert (
        read(store, "fund_entry", spent + "\nE2|FS-L1|2024-05-02|支出|材料|500||是").problems[0].code
        == "record_in_other_upload"
    )


def test_people_who_turn_out_fewer_than_the_votes_are_refused(store):
    report = read(store, "meeting", MEETINGS.replace("214", "213"), replace=True)
    assert found(report) == [("error", "sum_exceeds")] and report.problems[0].column == "实到"


def test_reported_sums_are_compared_with_the_receipts(store):
    drawing = PROJECTS.replace("监督人数", "监督人数 | 筹资金额(元) | 财政奖补(元)").replace("|5\n", "|5|{}|0\n")
    for printed, codes in (("3500", []), ("3500.01", [("note", "figure_differs")])):
        report = read(store, "project", drawing.format(printed), as_of="2025-12-31", dry_run=True)
        assert found(report) == codes


PARTS = """
    会议编号 | 分片序号 | 分片数 | 村社区 | 日期       | 到会规则       | 应到户 | 实到户
    F1       | 1        | 2      | FS     | 2024-06-01 | 户代表三分之二 | 200    | 140
    F1       | 2        | 2      | FS     | 2024-06-02 | 户代表三分之二 | 100    | 60
"""
PART_VOTES = """
    会议编号 | 议题序号 | 分片序号 | 议题 | 通过规则 | 赞成 | 反对
    F1       | 1        | 1        | 架桥 | 到会过半 | 61   | 79
    F1       | 1        | 2        | 架桥 | 到会过半 | 40   | 20
"""


def test_an_assembly_in_parts_adds_its_parts_once(store):
    """200 of 300 present is exactly a quorum and 101 of 200 exactly a majority; the first part alone has neither."""
    assert read(store, "meeting", PARTS).stored
    assert read(store, "motion", PART_VOTES).stored
    assert read(store, "meeting", PARTS, name="再报.csv").same_as
    frames = frames_of(store)
    decided = decisions(frames).set_index("meeting_no").loc["F1"]
    assert (decided["entitled"], decided["present"], decided["yes"], decided["result"]) == (300, 200, 101, "passed")
    assert str(decided["date"])[:10] == "2024-06-02"
    assert len(meetings(frames)) == 2


def test_an_assembly_with_a_part_that_is_missing_decides_nothing(store):
    header, first, _second = PARTS.strip().splitlines()
    assert read(store, "meeting", f"{header}\n{first}").stored
    assert read(store, "motion", "\n".join(PART_VOTES.strip().splitlines()[:2])).stored
    assert decisions(frames_of(store)).set_index("meeting_no").loc["F1", "result"] == "incomplete"


def test_an_assembly_is_a_row_or_its_parts(store):
    entire = PARTS.strip() + "\nF1||2|FS|2024-06-02|户代表三分之二|300|200"
    assert found(read(store, "meeting", entire)) == [("error", "part_and_whole")] * 3
    assert found(read(store, "meeting", PARTS.replace("| 2        | 2", "| 3        | 2"))) == [
        ("error", "more_than_whole")
    ]


def test_every_worked_example_of_quorum_and_majority_comes_out_of_files(store):
    meetings_drawn, motions_drawn = [MEETING], [MOTION]
    examples = cases("assembly", "majority")
    for example in examples:
        given = example.inputs
        household = given["present"] if given["quorum_rule"].startswith("代表会议(代表三") else ""
        number = f"W{example.case}"
        meetings_drawn.append(
            f"{number}|FS|2024-05-01||{given['quorum_rule']}|{given['entitled']}|{given['present']}|{household}\n"
        )
        motions_drawn.append(
            f"{number}|1|架桥|{given['majority_rule']}|{given['yes']}|{given['no']}|{given['abstain']}\n"
        )
    assert read(store, "meeting", "".join(meetings_drawn)).stored
    refused = read(store, "motion", "".join(motions_drawn))
    assert [(p.level, p.code, p.row) for p in refused.problems] == [("error", "sum_exceeds", 21)]
    assert read(store, "motion", "".join(motions_drawn[:-1])).stored
    decided = decisions(frames_of(store)).set_index("meeting_no")
    wanted = {
        f"W{e.case}": (e.expected["result"], e.expected.get("needed"), e.expected.get("short", "0")) for e in examples
    }
    got = {
        number: (row["result"], str(row["needed"]), str(row["short"] if row["result"] == "short" else 0))
        for number, row in decided.iterrows()
        if number in wanted
    }
    assert got == {number: want for number, want in wanted.items() if want[0] != "refused"}


DAY_OF = {
    "2024-04-09": "2024-03-09",
    "2024-02-29": "2024-01-31",
    "2026-07-01": "2026-06-01",
    "2025-02-28": "2025-01-31",
}
"""Last day of a levy -> an assembly a month before it; 31 January has its last day on the last of February."""


@pytest.mark.sweep
def test_every_worked_example_of_a_levy_comes_out_of_files(store):
    examples = cases("assembly", "levy")
    header = PROJECT.replace("筹资性质", "间接受益人数 | 间接受益标准(元) | 筹资性质")
    days, drawn, paid = sorted(DAY_OF.values()), [header], [ENTRY]
    held = MEETING + "".join(f"L{day}|FS|{day}||村民过半|3|3|\n" for day in days)
    votes = MOTION + "".join(f"L{day}|1|修路|到会过半|3||\n" for day in days)
    for example in examples:
        given, project = example.inputs, f"W{example.case}"
        day, until = DAY_OF[given["until"]], given["until"]
        shares = "|".join(
            given[name] for name in ("direct_persons", "direct_share", "indirect_persons", "indirect_share")
        )
        drawn.append(f"{project}|M-1|L{day}|1|FS|修路|{shares}|自愿捐资\n")
        then, later = int(given["paid_by_then"]), int(given["paid_in_all"]) - int(given["paid_by_then"])
        next_day = date.fromordinal(date.fromisoformat(until).toordinal() + 1)
        paid += [f"{project}-1|{project}|{until}|收入|集资|{then}||是\n"] * bool(then)
        paid += [f"{project}-2|{project}|{next_day}|收入|集资|{later}||是\n"] * bool(later)
    for kind, drawing in (
        ("meeting", held),
        ("motion", votes),
        ("project", "".join(drawn)),
        ("fund_entry", "".join(paid)),
    ):
        report = read(store, kind, drawing, accept_warnings="测试", as_of="2026-12-31" if kind == "project" else "")
        assert report.stored, found(report)
    frames = frames_of(store, "2026-12-31")
    got = {row["project_no"]: row for row in levies(frames, date(2026, 12, 31), 0).to_dict("records")}
    wrong = []
    for example in examples:
        row, want = got[f"W{example.case}"], example.expected
        told = (row["levy_until"], row["agreed"], "yes" if row["reached"] else "no", row["short"])
        wrong += [example.case] * (
            told != (example.inputs["until"], 100 * int(want["agreed"]), want["reached"], 100 * int(want["short"]))
        )
    assert wrong == []


def test_a_term_that_ends_on_a_day_off_moves_on_if_the_rules_say_so(store):
    """9 March and a month is a Tuesday; 6 March and a month is Saturday 6 April 2024, in the Qingming holiday."""
    assert read(store, "meeting", MEETING + "B2|FS|2024-03-06||村民过半|3|3|").stored
    assert read(store, "motion", MOTION + "B2|1|修路|到会过半|3||").stored
    assert read(store, "project", PROJECT + "P2|M-2|B2|1|FS|架桥|1|5|自愿捐资").stored
    until = {
        roll: frames_of(store, settings=Settings(roll=roll))["project"].set_index("project_no")["levy_until"]
        for roll in (True, False)
    }
    assert [until[roll]["P2"] for roll in (True, False)] == ["2024-04-07", "2024-04-06"]
    assert [until[roll]["FS-L1"] for roll in (True, False)] == ["2024-04-09", "2024-04-09"]


def test_a_negative_amount_names_the_column_of_its_direction(store):
    report = read(store, "fund_entry", ENTRY + "E1|FS-L1|2024-05-01|收入|捐款|-500||是")
    assert "收支" in report.problems[0].suggestion("zh") and "支出" in report.problems[0].suggestion("en")


def test_a_levy_is_never_relabelled_without_a_word(store):
    report = read(store, "project", PROJECTS.replace("自愿捐资", "筹资"), as_of="2025-12-31")
    assert found(report) == [("warning", "past_changed")] and report.problems[0].column == "筹资性质"
