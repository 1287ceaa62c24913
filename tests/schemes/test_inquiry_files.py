"""Files of petitions, inquiries, decisions, reviews and rewards through the real import: each bad input."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from data.store import ImportOptions, Store
from data.store.replay import replay
from data.store.verify import check
from results.ranking.allowed_accountability import ReleaseClaims
from tests.support.stores import table

BLOCKS = Path(__file__).with_name("inquiry_tables.txt").read_text(encoding="utf-8").removeprefix("# ").split("\n\n# ")
TABLES = dict(block.split("\n", 1) for block in BLOCKS)
REGISTER, PERSONS, PETITIONS, INQUIRIES = (TABLES[kind] for kind in ("units", "person", "petition", "inquiry"))
DECISIONS, REVIEWS, REWARDS = (TABLES[kind] for kind in ("inquiry_measure", "quarter_review", "year_reward"))
PLEDGES = TABLES["pledges"]
AS_OF = {"petition": "2026-03-31", "inquiry": "2026-03-31"}


@pytest.fixture
def store(store_path, made_once):
    def registers():
        made = Store(store_path, threads=2)
        assert made.import_files("units", [("单位名录.csv", table(REGISTER).encode())], "2026").stored
        assert read(made, "person", PERSONS).stored

    made_once(registers)
    return Store(store_path, threads=2)


@pytest.fixture
def filled(store_path, made_once):
    """The store with petitions, inquiries, decisions and a pledge."""

    def files():
        made = Store(store_path, threads=2)
        assert made.import_files("units", [("单位名录.csv", table(REGISTER).encode())], "2026").stored
        for kind, text in (("person", PERSONS), ("petition", PETITIONS), ("inquiry", INQUIRIES)):
            assert read(made, kind, text).stored, kind
        assert read(made, "inquiry_measure", DECISIONS).problems == []
        assert read(made, "pledges", PLEDGES).stored

    made_once(files)
    return Store(store_path, threads=2, claims=ReleaseClaims)


def read(store, kind, text, round_id="2026", **options):
    options = {"as_of": AS_OF.get(kind, ""), **options}
    return store.import_files(kind, [("表.csv", table(text).encode())], round_id, ImportOptions(**options))


def changed(text, row, **cells):
    """The table with other cells in a data row, counted from 1."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    for header, cell in cells.items():
        lines[row][lines[0].index(header)] = cell
    return "\n".join(" | ".join(line) for line in lines)


def findings(report):
    return [(problem.level, problem.row, problem.column, problem.code) for problem in report.problems]


@pytest.mark.sweep
def test_the_tables_are_taken_and_come_back_from_the_release(filled):
    assert read(filled, "quarter_review", REVIEWS).problems == []
    assert read(filled, "year_reward", REWARDS).problems == []
    release_id = filled.publish().release
    with closing(filled.release()) as release:
        petitions = release.book("petition").set_index("petition_no")
        assert petitions["person_codes"].tolist() == [["P2207"], ["P2207", "P2311"], ["P0001"]]
        assert petitions["incident"].tolist() == [False] * 3
        assert release.book("inquiry")["finding"].tolist() == ["属实", "核查中", "不属实"]
        assert sorted(release.records("inquiry_measure")["unit_code"]) == ["A", "B"]
        assert release.records("quarter_review")["quarter"].tolist() == ["2026Q1"]
        assert sorted(release.records("year_reward")["basis_ref"]) == ["CL-2026-12", "P1"]
    assert replay(filled, release_id) == [] and check(filled) == []


BAD_PETITIONS = {
    "4 identity number as code": ({"信访人代码": "510101199001011234"}, 1, "error", "信访人代码", "personal_text"),
    "5 hash as code": ({"信访人代码": "0123456789abcdef" * 4}, 1, "error", "信访人代码", "personal_text"),
    "4b one of two codes is a telephone number": (
        {"信访人代码": "P2207；13912345678"},
        1,
        "error",
        "信访人代码",
        "personal_text",
    ),
    "37 closed before accepted": ({"办结日期": "2026-03-11"}, 3, "error", "办结日期", "before_start"),
    "37b accepted before received": ({"受理日期": "2026-01-06"}, 1, "error", "受理日期", "before_start"),
    "37c refused before received": (
        {"办结日期": "2026-03-09", "办理结果": "不予受理"},
        2,
        "error",
        "办结日期",
        "before_start",
    ),
    "38 closed without result": ({"办理结果": ""}, 3, "error", "办理结果", "missing_because"),
    "39 nobody": ({"人数": "0"}, 1, "error", "人数", "out_of_range"),
    "39b more than a hundred thousand": ({"人数": "100001"}, 1, "error", "人数", "out_of_range"),
    "39c half a person": ({"人数": "1.5"}, 1, "error", "人数", "not_whole"),
    "41 extended by 45 days": ({"延长天数": "45"}, 3, "error", "延长天数", "out_of_range"),
    "41b extended after the term": ({"延期批准日期": "2026-05-12"}, 3, "error", "延期批准日期", "after_term"),
    "41c extended before it was accepted": ({"延期批准日期": "2026-03-11"}, 3, "error", "延期批准日期", "before_start"),
    "received after the as-of day": ({"登记日期": "2026-04-01"}, 2, "error", "登记日期", "date_in_future"),
    "level that there is not": ({"登记层级": "片区"}, 2, "error", "登记层级", "unknown_choice"),
    "unit that is not registered": ({"责任单位": "城北街道"}, 2, "error", "责任单位", "unknown_unit"),
    "leader without a post": ({"包案领导": "L99"}, 1, "error", "包案领导", "unknown_reference"),
    "alone in a mass incident": ({"是否群体性事件": "是"}, 1, "warning", "人数", "below_lowest"),
    "topic with a name": ({"事项编号": "M 0412"}, 1, "error", "事项编号", "not_a_code"),
}


DAYS = {"41b extended after the term": "2026-05-31"}  # all other files are of the end of March


@pytest.mark.sample
@pytest.mark.parametrize("case", BAD_PETITIONS)
def test_bad_petitions(store, case):
    cells, row, level, column, code = BAD_PETITIONS[case]
    report = read(store, "petition", changed(PETITIONS, row, **cells), as_of=DAYS.get(case, "2026-03-31"))
    assert not report.stored
    assert findings(report) == [(level, row + 1, column, code)]


def test_a_value_that_identifies_a_person_is_not_repeated(store):
    report = read(store, "petition", changed(PETITIONS, 1, 信访人代码="510101199001011234"))
    (problem,) = report.problems
    shown = json.dumps([problem.as_dict("zh"), problem.as_dict("en")])
    kept = b"".join(path.read_bytes() for path in store.path.rglob("*") if path.is_file())
    assert "510101199001011234" not in shown and b"510101199001011234" not in kept


def test_a_short_word_for_a_level_is_read_without_a_message(store):
    """Row 42: 乡镇 is 乡镇街道, 走访 is 来访."""
    short = changed(changed(PETITIONS, 1, 登记层级="乡镇", 责任层级="街道"), 2, 登记层级="市级", 信访形式="走访")
    assert findings(read(store, "petition", short)) == []
    store.publish()
    with closing(store.release()) as release:
        rows = release.book("petition").set_index("petition_no")
        assert rows["level"].tolist() == ["乡镇街道", "市", "县区"]
        assert rows["form"].tolist() == ["来访", "来访", "来信"]


TWIN = """
    登记编号     | 事项编号 | 信访人代码 | 登记日期   | 信访形式 | 人数 | 登记层级 | 责任单位 | 责任层级
    XF-2026-0300 | M-0412   | P2311      | 2026-03-10 | 来访     | 5    | 市       | 城南街道 | 乡镇街道
"""


def test_an_entry_registered_twice_is_a_warning_in_a_file_and_between_files(filled):
    """Row 40; the pair that was accepted does not come back every month."""
    found = read(filled, "petition", TWIN, as_of="2026-04-30")
    assert findings(found) == [("warning", 2, "登记编号", "registered_twice")]
    assert found.problems[0].facts["other"] == "XF-2026-0203" and not found.stored
    both = f"{PETITIONS}\n{TWIN.strip().splitlines()[1]}{' |' * 7}"
    (pair,) = read(filled, "petition", both, as_of="2026-04-30").problems
    assert (pair.row, pair.code, pair.facts["value"]) == (5, "registered_twice", "XF-2026-0300")
    assert read(filled, "petition", both, as_of="2026-04-30", accept_warnings="两处登记").stored
    assert findings(read(filled, "petition", both, as_of="2026-05-31")) == []
    others = [{"信访人代码": "P9"}, {"登记日期": "2026-03-09"}, {"信访形式": "来信"}, {"登记层级": "省"}]
    for cells in [*others, {"信访人代码": ""}, {"事项编号": "M-1"}]:
        apart = changed(TWIN, 1, 登记编号="XF-2026-0400", **cells)
        assert findings(read(filled, "petition", apart, as_of="2026-05-31", dry_run=True)) == [], cells


def test_past_entries_of_petitions_and_inquiries_do_not_change_silently(filled):
    cells = [
        *(("petition", PETITIONS, 1, "登记日期", "2026-01-06"), ("petition", PETITIONS, 2, "人数", "3")),
        *(("petition", PETITIONS, 1, "责任单位", "城管局"), ("petition", PETITIONS, 3, "办结日期", "2026-03-24")),
        *(("petition", PETITIONS, 1, "受理日期", "2026-01-20"), ("inquiry", INQUIRIES, 1, "认定日期", "2026-03-26")),
        ("inquiry", INQUIRIES, 1, "责任单位", "城管局"),
    ]
    for kind, text, row, column, value in cells:
        report = read(filled, kind, changed(text, row, **{column: value}), as_of="2026-04-30", dry_run=True)
        assert findings(report) == [("warning", row + 1, column, "past_changed")], column
    moved_on = changed(INQUIRIES, 2, 认定="部分属实", 认定日期="2026-04-03")
    assert findings(read(filled, "inquiry", moved_on, as_of="2026-04-30")) == []


BAD_INQUIRIES = {
    "48b month 13": ({"所属月份": "2026-13"}, 1, "所属月份", "not_a_month"),
    "48c a quarter is no month": ({"所属月份": "2026Q1"}, 1, "所属月份", "not_a_month"),
    "found without a day": ({"认定日期": ""}, 1, "认定日期", "missing_because"),
    "found before it was opened": ({"认定日期": "2026-03-11"}, 1, "认定日期", "before_start"),
    "direction of an earlier form": ({"倒查方向": "查履责"}, 1, "倒查方向", "unknown_choice"),
    "opened after the as-of day": ({"启动日期": "2026-04-02"}, 2, "启动日期", "date_in_future"),
}


@pytest.mark.parametrize("case", BAD_INQUIRIES)
def test_bad_inquiries(store, case):
    cells, row, column, code = BAD_INQUIRIES[case]
    report = read(store, "inquiry", changed(INQUIRIES, row, **cells))
    assert findings(report) == [("error", row + 1, column, code)] and not report.stored


@pytest.mark.parametrize("month", ["2026-3", "2026年3月", "2026/03", "２０２６－０３"])
def test_months_are_read_as_offices_write_them(store, month):
    """Row 48."""
    assert findings(read(store, "inquiry", changed(INQUIRIES, 1, 所属月份=month))) == []
    store.publish()
    with closing(store.release()) as release:
        assert set(release.book("inquiry")["month"]) == {"2026-03"}


BAD_DECISIONS = {
    "43 still examined": ({"倒查编号": "DC-2026-08"}, 2, "error", "倒查编号", "measure_without_finding"),
    "43b not upheld": ({"倒查编号": "DC-2026-09"}, 2, "error", "倒查编号", "measure_without_finding"),
    "43c inquiry that there is not": ({"倒查编号": "DC-2026-70"}, 2, "error", "倒查编号", "unknown_reference"),
    "44 head without code": ({"对象": "主要负责人"}, 2, "error", "人员代码", "missing_because"),
    "44b person directly responsible without code": ({"人员代码": ""}, 1, "error", "人员代码", "missing_because"),
    "45 decided before found": ({"决定日期": "2026-03-26"}, 2, "error", "决定日期", "before_start"),
    "46 记大过": ({"处理方式": "记大过"}, 1, "error", "处理方式", "unknown_choice"),
    "47 person of another unit": ({"单位": "城南街道"}, 1, "warning", "单位", "other_unit"),
    "47b the unit of the day before": ({"决定日期": "2026-03-29"}, 1, "warning", "单位", "other_unit"),
    "heard after the decision": ({"听取说明日期": "2026-03-31"}, 1, "error", "决定日期", "before_start"),
    "effect ends before the decision": ({"影响期至": "2026-03-29"}, 1, "error", "影响期至", "before_start"),
    "person without a post": ({"人员代码": "L99"}, 1, "error", "人员代码", "unknown_reference"),
    "no document number": ({"文号": ""}, 1, "error", "文号", "missing_value"),
}


@pytest.mark.parametrize("case", BAD_DECISIONS)
def test_bad_decisions(filled, case):
    cells, row, level, column, code = BAD_DECISIONS[case]
    report = read(filled, "inquiry_measure", changed(DECISIONS, row, **cells), replace=True)
    assert findings(report) == [(level, row + 1, column, code)] and not report.stored
    for language in ("zh", "en"):
        assert report.problems[0].message(language) and report.problems[0].suggestion(language)


def test_a_decision_counts_on_the_last_state_of_its_inquiry(filled):
    late = changed(DECISIONS, 2, 决定编号="CL-2026-20", 倒查编号="DC-2026-08", 单位="城管局", 决定日期="2026-04-10")
    late = "\n".join([late.splitlines()[0], late.splitlines()[2]])
    assert findings(read(filled, "inquiry_measure", late)) == [("error", 2, "倒查编号", "measure_without_finding")]
    assert read(
        filled, "inquiry", changed(INQUIRIES, 2, 认定="部分属实", 认定日期="2026-04-03"), as_of="2026-04-30"
    ).stored
    assert findings(read(filled, "inquiry_measure", late)) == []
    release_id = filled.publish().release
    assert replay(filled, release_id) == []


def test_quarters_are_read_as_offices_write_them(store):
    for quarter in ("2026Q1", "2026年第一季度", "2026年1季度", "2026-Q1"):
        assert findings(read(store, "quarter_review", changed(REVIEWS, 1, 季度=quarter), dry_run=True)) == []
    for quarter in ("2026Q5", "2026-03", "一季度"):
        report = read(store, "quarter_review", changed(REVIEWS, 1, 季度=quarter))
        assert findings(report) == [("error", 2, "季度", "not_a_quarter")]
    with_name = changed(REVIEWS, 1, 理由="本人张伟家住3栋2单元501号")
    assert {problem.code for problem in read(store, "quarter_review", with_name).problems} == {"personal_text"}


BAD_REWARDS = {
    "79 decision that there is not": ({"依据编号": "CL-2026-99"}, 1, "依据编号", "unknown_reference"),
    "79b pledge that there is not": ({"依据编号": "P9"}, 2, "依据编号", "unknown_reference"),
    "79c opinion that there is not": ({"依据": "意见办理", "依据编号": "HY-1"}, 2, "依据编号", "unknown_reference"),
    "79d round that there is not": ({"依据": "群众评议", "依据编号": "1999"}, 2, "依据编号", "unknown_reference"),
    "79e inquiry in place of its decision": ({"依据编号": "DC-2026-07"}, 1, "依据编号", "unknown_reference"),
    "basis without a number": ({"依据编号": ""}, 1, "依据编号", "missing_because"),
    "decided without a document": ({"文号": ""}, 1, "文号", "missing_because"),
    "carried out without a day": ({"兑现日期": ""}, 2, "兑现日期", "missing_because"),
    "carried out before it was decided": ({"兑现日期": "2027-01-19"}, 2, "兑现日期", "before_start"),
    "another year": ({"年度": "2025"}, 1, "年度", "wrong_round"),
    "negative amount": ({"金额": "-5"}, 2, "金额", "below_lowest"),
}


@pytest.mark.parametrize("case", BAD_REWARDS)
def test_bad_rewards(filled, case):
    cells, row, column, code = BAD_REWARDS[case]
    report = read(filled, "year_reward", changed(REWARDS, row, **cells))
    assert findings(report) == [("error", row + 1, column, code)] and not report.stored


def test_other_bases_need_no_number(filled):
    other = changed(REWARDS, 2, 依据="其他", 依据编号="")
    assert findings(read(filled, "year_reward", other)) == []


def rewards_on(city, round_id, unit, kind="惩处"):
    text = f"""
        年度 | 单位   | 序号 | 奖惩   | 依据     | 依据编号   | 内容 | 状态
        2025 | {unit} | 1    | {kind} | 群众评议 | {round_id} | 约谈 | 拟议
    """
    return city.import_files("year_reward", [("奖惩.csv", table(text).encode())], "2025", ImportOptions(dry_run=True))


def test_a_penalty_on_the_evaluation_needs_a_confirmed_unit(town_path):
    """Row 78: the sentence of the bottom list; a confirmed unit is taken, and so is a reward."""
    city = Store(town_path, threads=2, claims=ReleaseClaims)
    claims = ReleaseClaims(city)
    confirmed = next(code for code in claims.by_unit("2025") if claims.bottom("2025", code) is None)
    undecided = next(
        code
        for code, why in claims.by_unit("2025").items()
        if why is not None and "not enough to establish" in why["en"]
    )
    assert findings(rewards_on(city, "2025", confirmed)) == []
    refused = rewards_on(city, "2025", undecided)
    assert findings(refused) == [("error", 2, "依据编号", "not_confirmed")]
    for language in ("zh", "en"):
        assert claims.bottom("2025", undecided)[language] in refused.problems[0].message(language)
    assert findings(rewards_on(city, "2025", undecided, "奖励")) == []
    (unknown,) = rewards_on(city, "1999", confirmed).problems
    assert (unknown.code, unknown.facts["close"]) == ("unknown_reference", ["2025", "2024", "2023"])
