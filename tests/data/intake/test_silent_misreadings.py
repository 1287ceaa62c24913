"""Every value looks right, and the file means something else: sums without a word, shares, other years and measures,
printed points, marked names, lone headings, struck rows. Each is asked or refused; its ordinary twin is not.
"""

import io
import zipfile

import pytest
import xlsxwriter

from data.intake.context import READING_OF_MEANINGS
from data.intake.contradictions import other_points
from data.intake.corrections import WHOLE_ROW, Edit
from data.intake.headings import counts_votes, is_share, measured_in, named_first, names_part, points_behind
from data.intake.marked_names import plain, question
from data.intake.section_sums import sums_among
from data.intake.titles import contradicted
from data.model.rule_sets import parse_rules
from data.store import ImportOptions, Store
from data.store.replay import replay
from data.store.uploads import EditLog
from tests.data.intake.test_unit_sheets import book
from tests.support.desk import Desk
from tests.support.opendocument import SPACES, opendocument
from tests.support.paths import FIXTURES, RULES
from tests.support.stores import SMALL

POOLED = (RULES / "three-grades-100-70-40.toml").read_text(encoding="utf-8")
NUMERIC = (RULES / "numeric-1-5.toml").read_text(encoding="utf-8")
NAMES = ("市财政局", "市教育局", "市水务局", "市公安局")
REGISTER = "单位编码,单位全称,类别\n" + "".join(f"00{n},{name},政府\n" for n, name in enumerate(NAMES, 1))
COUNTS = "单位,满意,基本满意,不满意\n"
BALLOTS = "票号,评议主体,单位,{}\n1,普通群众,市财政局,{}\n2,普通群众,市财政局,{}\n"
ONE = COUNTS + "市财政局,50,30,20\n"


@pytest.fixture(scope="module")
def pooled(tmp_path_factory):
    return Desk(tmp_path_factory.mktemp("pooled"), POOLED)


@pytest.fixture(scope="module")
def registered(tmp_path_factory):
    return Desk(tmp_path_factory.mktemp("registered"), POOLED, REGISTER)


@pytest.fixture(scope="module")
def points(tmp_path_factory):
    return Desk(tmp_path_factory.mktemp("points"), NUMERIC, REGISTER)


def codes(report) -> set[str]:
    return {problem.code for problem in report.problems} - {"title_row", "unknown_column"}


def wrong(desk, kind, files) -> dict[str, set[str]]:
    """Files whose questions and refusals are not those expected: text -> (expected, found)."""
    found = {text: codes(desk.read(kind, text)) for text in files}
    return {text: (files[text], found[text]) for text in files if files[text] != found[text]}


# --- sums without a word ----------------------------------------------------------------------------------------------

A, B, C, D = (10, 5, 2), (20, 7, 3), (5, 4, 3), (7, 5, 3)


def total(*lines):
    return tuple(map(sum, zip(*lines, strict=True)))


def test_lines_that_are_exactly_the_sums_of_their_neighbours():
    cases = {
        "above its lines": ([total(A, B), A, B, total(C, D), C, D], [0, 3]),
        "below its lines": ([A, B, total(A, B), C, D, total(C, D)], [2, 5]),
        "sums of sums": ([total(A, B, C, D), total(A, B), A, B, total(C, D), C, D], [0, 1, 4]),
        "all others, further away": ([A, B, C, D, total(A, B, C, D)], [4]),
        "a section of one line": ([total(A, B), A, B, C, C], [0, 3]),
        "no sums": ([A, B, C, D], []),
        "equal lines": ([A, A, A], []),
        "small numbers": ([(2, 1, 0), (1, 1, 0), (1, 0, 0)], []),
        "a single column": ([(30, 0, 0), (10, 0, 0), (20, 0, 0)], []),
        "nearly": ([(30, 12, 6), A, B], []),
    }
    found = {name: sums_among(lines) for name, (lines, _) in cases.items()}
    assert found == {name: places for name, (_, places) in cases.items()}


def test_a_sum_without_a_word_is_no_unit_and_no_group_without_a_question(pooled):
    rows = [("党群部门", *total(A, B)), ("市委办", *A), ("市纪委", *B), ("市财政局", *C)]
    long = "单位,评价等级,票数\n" + "".join(
        f"{unit},{grade},{n}\n"
        for unit, *votes in rows
        for grade, n in zip(("满意", "基本满意", "不满意"), votes, strict=True)
    )
    groups = "单位,评议主体,满意,基本满意,不满意\n" + "".join(
        f"市财政局,{group},{','.join(map(str, votes))}\n"
        for group, votes in (("全体", total(A, B)), ("代表", A), ("群众", B))
    )
    wide = COUNTS + "".join(",".join(map(str, row)) + "\n" for row in rows)
    assert not wrong(pooled, "counts", {text: {"confirm_sums"} for text in (wide, long, groups)})
    (problem,) = pooled.read("counts", wide).problems
    assert (problem.row, problem.facts["columns"]) == (2, ["党群部门"])
    assert not pooled.confirmed("counts", wide).needs_confirmation
    heading = {
        COUNTS + "党群部门,,,\n市委办,10,5,2\n": {"confirm_empty"},
        COUNTS + "市委办,0,0,0\n市纪委,1,2,3\n": set(),
    }
    assert not wrong(pooled, "counts", heading)
    returned = "评议主体,发放,收回,有效,无效\n全体,30,30,27,3\n代表,10,10,9,1\n群众,20,20,18,2\n"
    assert not wrong(pooled, "issue_return", {returned: {"confirm_sums"}})


# --- shares, measures, points -----------------------------------------------------------------------------------------


def test_shares_beside_the_votes_of_a_grade_are_control_figures(pooled):
    head = "单位,满意,,基本满意,,不满意,\n,{0},{1},{0},{1},{0},{1}\n"
    notes = {}
    for words in (("票数", "占比"), ("人数", "%"), ("得票", "得票率"), ("票", "百分比")):
        report = pooled.read("counts", head.format(*words) + "市财政局,50,50,30,31,20,20\n")
        assert (report.problems, report.meaning.grades) == ([], {"满意": 50, "基本满意": 30, "不满意": 20}), words
        notes[words] = [(note.code, note.value) for note in report.notes]
    assert set(map(str, notes.values())) == {"[('figure_differs', '31')]"}
    assert [counts_votes(text) for text in ("票数", "人数（人）", "满意", "")] == [True, True, False, False]
    assert [is_share(text) for text in ("占比（%）", "%", "比例", "满意率", "")] == [True, True, True, False, False]


def test_votes_in_another_measure_are_refused_by_name(pooled):
    assert [measured_in(text) for text in ("满意（万票）", "满意%", "满意", "满意(100分)", "满意（票）")] == [
        ("满意", "万票"),
        ("满意", "%"),
        *[("", "")] * 3,
    ]
    heads = {"（万票）": {"measure_differs"}, "（%）": {"share_without_base"}, "率": {"share_without_base"}}
    files = {f"单位,满意{m},基本满意{m},不满意{m}\n市财政局,5,3,2\n": expected for m, expected in heads.items()}
    assert not wrong(pooled, "counts", files)


def test_a_title_that_contradicts_the_reading_is_asked_about(pooled, points):
    asked = ("（单位：%）", "单位：万票", "2024年度民主测评结果", "上年度", "一季度", "男", "（百人）")
    ordinary = (
        *(
            "（单位：票）",
            "单位：市财政局",
            "2025年民主测评结果",
            "填表日期：2026-01-10",
            "依据×政发〔2024〕15号",
            "2026年1月统计",
        ),
        "2024年度工作2025年测评",
    )
    rules = parse_rules(POOLED)
    assert [title for title in asked if not list(contradicted("counts", title, "2025", rules, ()))] == []
    assert [title for title in ordinary if list(contradicted("counts", title, "2025", rules, ("普通群众",)))] == []
    assert list(contradicted("ballots", "普通群众", "2025", rules, ("普通群众",))) == ["普通群众"]
    assert list(contradicted("ballots", "单位：分", "2025", rules, ())) == []
    assert not wrong(pooled, "counts", {f"{asked[1]},,,\n{ONE}": {"confirm_title"}, f"{ordinary[0]},,,\n{ONE}": set()})
    scale = "评分采用10分制,,,\n" + BALLOTS.format("评分", "5", "4")
    assert codes(points.read("ballots", scale)) == {"confirm_title"}
    assert codes(pooled.read("counts", ONE, "2024年测评.csv")) == {"confirm_title"}
    assert codes(pooled.read("counts", book({"2024年": [["单位", "满意"], ["市财政局", 5]]}), "a.xlsx")) == {
        "confirm_title"
    }


def test_points_behind_a_grade_that_are_not_those_of_the_rules():
    assert [points_behind(text) for text in ("不满意（70分）", "满意(5)", "满意5分", "满意", "1")] == [
        "70",
        "5",
        "5",
        "",
        "",
    ]
    rules = parse_rules(POOLED)
    printed = {
        "those of the rules": ({"满意(100分)": "满意", "不满意(40分)": "不满意"}, []),
        "in one proportion": ({"满意(10分)": "满意", "基本满意(7分)": "基本满意", "不满意(4分)": "不满意"}, []),
        "another": ({"满意(100分)": "满意", "不满意(70分)": "不满意"}, ["不满意(70分)"]),
        "alone": ({"不满意70分": "不满意"}, ["不满意70分"]),
        "all the same": ({"满意(5分)": "满意", "不满意(5分)": "不满意"}, ["不满意(5分)", "满意(5分)"]),
        "without points": ({"满意": "满意", "弃权(0分)": "弃权"}, []),
    }
    found = {
        name: [c for p in other_points(None, 1, of.items(), rules) for c in p.facts["columns"]]
        for name, (of, _) in printed.items()
    }
    assert found == {name: expected for name, (_, expected) in printed.items()}


def test_points_are_asked_about_wherever_they_stand(pooled):
    three = "满意（100分）,基本满意（80分）,不满意（60分）"
    assert codes(pooled.read("counts", f"单位,{three}\n市财政局,5,3,2\n")) == {"confirm_points"}
    assert codes(pooled.read("counts", "单位,评价等级,票数\n市财政局,不满意(60分),5\n")) == {"confirm_points"}
    texts = (BALLOTS.format("评价", "满意(100分)", "不满意(70分)"), BALLOTS.format(three, "√,,", ",√,"))
    assert not wrong(pooled, "ballots", {text: {"confirm_points"} for text in texts})


# --- headings ---------------------------------------------------------------------------------------------------------


@pytest.mark.sweep
def test_headings_of_a_unit_and_an_indicator_are_asked_about_as_both(pooled, registered):
    for sign in ("—", "-", "：", "_"):
        texts = [f"{unit}{sign}{what}" for unit in NAMES[:2] for what in ("服务态度", "办事效率")]
        assert named_first(texts), sign
        text = f"票号,身份,{','.join(texts)}\n1,群众,满意,满意,满意,不满意\n"
        for desk in (pooled, registered):
            (problem,) = desk.read("ballots", text).problems
            assert problem.code == "confirm_units"
            assert problem.facts["shown"][:2] == ["市财政局 · 服务态度", "市财政局 · 办事效率"]
    assert not named_first(["请评价—市财政局", "请评价—市教育局"])
    assert not named_first(["市财政局", "市教育局"])
    assert not named_first(["服务态度-市财政局", "办事效率-市财政局"])


def test_a_lone_heading_over_all_grades_that_names_a_part_is_asked_about(pooled):
    parts = ["男", "一季度", "群众代表", "窗口服务", "服务对象满意度"]
    assert [text for text in parts if not names_part(text)] == []
    forms = (
        *("评议等级", "测评结果", "总体评价", "综合评价", "各档次得票数", "满意程度", "评议内容", "请在相应栏内打√"),
        *("2025年测评", "群众满意度", "民主测评票数"),
    )
    assert [text for text in forms if names_part(text)] == []
    counts = "单位,{},,\n,满意,基本满意,不满意\n市财政局,50,30,20\n"
    ticks = "票号,身份,单位,{},,\n,,,满意,基本满意,不满意\n1,群众,市财政局,√,,\n2,群众,市教育局,√,,\n"
    for kind, text in (("counts", counts), ("ballots", ticks)):
        files = {text.format("男"): {"confirm_heading"}, text.format("测评结果"): set()}
        assert not wrong(pooled, kind, files), kind


def test_grades_of_another_scale_are_not_left_out_like_a_remark(pooled, registered):
    head = "票号,身份,单位,服务态度,办事效率\n"
    other = head + "1,群众,市财政局,满意,好\n2,群众,市财政局,不满意,差\n"
    remark = (
        head.replace("办事效率", "意见")
        + "1,群众,市财政局,满意,好\n2,群众,市财政局,不满意,排队太久\n3,群众,市财政局,满意,希望改进\n"
    )
    assert not wrong(pooled, "ballots", {other: {"confirm_ignored"}, remark: set()})
    units = "序号,身份,市财政局,市教育局,市水务局\n1,群众,满意,好,不满意\n2,群众,满意,差,不满意\n"
    assert codes(registered.read("ballots", units)) == {"unknown_grade"}


# --- names and sheets -------------------------------------------------------------------------------------------------


def test_names_with_numbers_and_marks_are_asked_about_without_a_register(pooled):
    marked = (
        "市财政局*",
        "1.市财政局",
        "市财政局①",
        "（3）市财政局",
        "市财政局[1]",
        "12、市财政局★",
        "市财政局²",
        "市财政局（注1）",
    )
    assert {name: plain(name) for name in marked} == dict.fromkeys(marked, "市财政局")
    clean = ("110指挥中心", "第2小学", "市财政局（本级）", "12345热线", "三中", "A公司", "市财政局(新)", "61医院")
    assert {name: plain(name) for name in clean} == {name: name for name in clean}
    (found,) = question(None, ["市财政局", "市财政局1", "一中2"])
    assert found.facts["columns"] == ["市财政局1"], "a digit is a mark next to the plain name only"
    files = {
        BALLOTS.format("评价", "满意", "满意").replace("2,普通群众,市财政局", "2,普通群众,市财政局*"): {"confirm_names"}
    }
    assert not wrong(pooled, "ballots", files)
    assert not wrong(pooled, "counts", {ONE + "1.市财政局,3,2,1\n": {"confirm_names"}, ONE: set()})
    assert not wrong(pooled, "units", {"单位编码,单位全称\n1,市财政局*\n2,市教育局\n": {"confirm_names"}})
    told_apart = "".join(f"工商局{number},3,2,1\n" for number in (1, 2, 10))
    assert not wrong(
        pooled, "counts", {ONE + told_apart: set(), ONE + told_apart + "工商局,4,2,1\n": {"confirm_names"}}
    )


@pytest.mark.sweep
def test_sheets_named_by_evaluator_groups_are_read_together_once_confirmed(pooled, tmp_path):
    head = ["单位", "满意", "基本满意", "不满意"]
    sheets = {"服务对象": [head, ["市财政局", 5, 3, 2]], "群众代表": [head, ["市财政局", 50, 30, 20]]}
    listed = Desk(tmp_path / "listed", SMALL)
    weighted = {"服务对象": sheets["服务对象"], "普通群众": sheets["群众代表"]}
    for desk, of in ((pooled, sheets), (listed, weighted)):
        report = desk.read("counts", book(of), "票.xlsx")
        assert codes(report) == {"confirm_groups"}
        assert report.meaning.groups == dict(zip(of, (10, 100), strict=True))
    other = {"服务对象": sheets["服务对象"], "街坊": sheets["群众代表"]}
    assert "several_sheets" in codes(listed.read("counts", book(other), "票.xlsx"))
    options = ImportOptions(confirm=pooled.read("counts", book(sheets), "票.xlsx").meaning.digest)
    assert pooled.store.import_files("counts", [("票.xlsx", book(sheets))], "2026", options).stored
    assert replay(pooled.store, pooled.store.publish().release) == []


def workbook(mark: str, note: str = "此行作废") -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        sheet, struck = made.add_worksheet("票"), made.add_format({"font_strikeout": True})
        sheet.write_row(0, 0, ["单位", "满意", "基本满意", "不满意"])
        sheet.write_row(1, 0, ["市财政局", 5, 3, 2])
        sheet.write_row(2, 0, ["市教育局", 7, 1, 2], struck if mark == "row" else None)
        if mark == "cell":
            sheet.write(2, 1, 7, struck)
        elif mark == "runs":
            sheet.write_rich_string(2, 0, struck, "市教", struck, "育局")
        elif mark == "blank":
            sheet.write_blank(5, 0, None, struck)
        elif mark in ("B3", "B1"):
            sheet.write_comment(mark, note)
    return out.getvalue()


@pytest.mark.sweep
def test_struck_rows_and_notes_on_cells_are_asked_about_in_each_file(pooled):
    asked = dict.fromkeys(("row", "cell", "runs"), "confirm_struck") | {"B3": "confirm_notes"}
    for mark, code in asked.items():
        assert codes(pooled.read("counts", workbook(mark), "a.xlsx")) == {code}, mark
    for mark in ("blank", "B1", ""):
        assert codes(pooled.read("counts", workbook(mark), "a.xlsx")) == set(), mark
    for note in ("本行撤回", "应为 17", "Void, see sheet 3", "与第 4 行重复"):
        assert codes(pooled.read("counts", workbook("B3", note), "a.xlsx")) == {"confirm_notes"}, note
    for note in ("已核对", "第三会场", "checked"):
        report = pooled.read("counts", workbook("B3", note), "a.xlsx")
        assert (codes(report), [told.code for told in report.notes]) == (set(), ["notes_not_read"]), note
    assert not pooled.confirmed("counts", workbook("row"), "a.xlsx").needs_confirmation
    spaces = {**SPACES, "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0"}
    cell = '<table:table-cell office:value-type="string"{}><text:p>{}</text:p></table:table-cell>'
    rows = [["单位", "满意", "基本满意", "不满意"], ["市财政局", "5", "3", "2"]]
    lines = [[cell.format(' table:style-name="ce1"' if row is rows[1] else "", text) for text in row] for row in rows]
    style = '<style:style style:name="ce1"><style:text-properties style:text-line-through-style="solid"/></style:style>'
    assert codes(pooled.read("counts", opendocument(lines, spaces, style), "a.ods")) == {"confirm_struck"}


def test_struck_rows_of_an_old_workbook_are_asked_about(pooled):
    """By the format of the row or of a cell and in the text, also where the texts go on in another record."""
    report = pooled.read("counts", (FIXTURES / "struck.xls").read_bytes(), "a.xls")
    (asked,) = [problem for problem in report.problems if problem.code == "confirm_struck"]
    assert asked.facts["columns"] == ["3-5", "157"] and asked.facts["count"] == 4


@pytest.mark.sweep
def test_what_a_note_says_is_asked_about_after_a_correction_as_well(pooled):
    """A corrected file is read a second time: what was known of its cells goes along, and a row left out takes its own
    marks with it.
    """
    cell = EditLog(Edit(2, "满意", "5", "6"), "2026-01-05T08:00:00Z", "somebody")
    row = EditLog(Edit(3, WHOLE_ROW, "市教育局,7,1,2", ""), "2026-01-05T08:00:00Z", "somebody")
    for mark, note, asked in (("B3", "此行作废", "confirm_notes"), ("row", "", "confirm_struck")):
        content = workbook(mark, note)
        assert codes(pooled.read("counts", content, "a.xlsx", edits=(cell,))) == {asked}, mark
        assert codes(pooled.read("counts", content, "a.xlsx", edits=(row,))) == set(), mark


# --- records ----------------------------------------------------------------------------------------------------------


def test_a_printed_score_that_is_no_number_is_refused_and_words_in_its_place_are_told(pooled):
    lines = "单位,得分,名次\n市财政局,{},1\n市教育局,93.1,2\n"
    digits = ('"95,2"', "94*")
    assert not wrong(pooled, "results", {lines.format(text): {"not_a_number"} for text in digits})
    for text in ("未参评", "-", "优秀"):
        report = pooled.read("results", lines.format(text))
        told = [note for note in report.notes if note.code == "no_number"]
        assert (codes(report), [note.value for note in told]) == (set(), [text]), text
    report = pooled.read("results", "单位,得分,名次\n市财政局,95,第二\n市教育局,96,1?\n")
    assert [(p.code, p.value) for p in [*report.problems, *report.notes] if p.column == "名次"] == [
        ("not_a_number", "1?"),
        ("no_number", "第二"),
    ]


def test_a_pledge_whose_numbers_do_not_tell_the_direction_is_read_by_the_default_of_the_contract_and_named(pooled):
    head = "承诺编号,单位,承诺内容,目标值,基期值,方向\n"
    for line in ("P1,市财政局,时限,5,,\n", "P2,市财政局,时限,5,5,\n"):
        report = pooled.read("pledges", head + line)
        told = [(note.code, note.facts["shown"]) for note in report.notes if note.code == "direction_by_default"]
        assert (codes(report), told) == (set(), [("direction_by_default", [line[:2]])]), line
    asked = pooled.read("pledges", head + "P1,市财政局,时限,5,9,\n")
    assert codes(asked) == {"confirm_direction"}
    clear = ("P1,市财政局,办结率,95,90,\n", "P1,市财政局,时限,5,,越低越好\n", "P1,市财政局,制度,,,\n")
    assert not [line for line in clear if pooled.read("pledges", head + line).notes]
    assert not wrong(pooled, "pledges", {head + line: set() for line in clear})


# --- what was stored before -------------------------------------------------------------------------------------------


@pytest.mark.sweep
def test_files_that_were_stored_before_these_checks_are_read_again_as_they_were_then(tmp_path):
    """A score that is no number, the makers of a table, ● and ○, a mean beside units, a scale, a year, struck rows,
    sums and more; see make_reading_2.py. Today each of them is asked about or refused.
    """
    with zipfile.ZipFile(FIXTURES / "store-reading-2" / "store.zip") as archive:
        archive.extractall(tmp_path / "store")
    store = Store(tmp_path / "store", threads=1)
    uploads = store.uploads()
    assert [upload.choices.reading for upload in uploads] == [READING_OF_MEANINGS] * 11
    assert replay(store, store.publish().release) == []
    settled = []
    for upload in uploads:
        ((file, path),) = upload.evidence()
        options = ImportOptions(rules=upload.rules_name or None, dry_run=True)
        found = store.import_files(upload.kind, [(file.name, path.read_bytes())], "2099", options).problems
        settled += [] if {problem.code for problem in found} - {"title_row", "totals_row"} else [file.name]
    assert settled == ["p.csv"], "its direction is told in a note"
