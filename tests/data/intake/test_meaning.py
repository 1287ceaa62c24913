"""Nothing is stored before it is settled what each column means: by the contract, the rules, or a person by name."""

import json
import re
from pathlib import Path

import pytest

from data.store import Store
from data.store.replay import replay
from tests.support.desk import Desk
from tests.support.paths import ROOT
from tests.support.stores import Biaochi, table

POOLED = (ROOT / "rules/three-grades-100-70-40.toml").read_text(encoding="utf-8")
NUMERIC = (ROOT / "rules/numeric-1-5.toml").read_text(encoding="utf-8")
REGISTER = table("""
    单位编码 | 单位全称 | 单位简称 | 类别
    001      | 市财政局 | 财政局   | 政府
    002      | 市教育局 | 教育局   | 政府
    003      | 市水务局 | 水务局   | 政府
    004      | 市公安局 | 公安局   | 政府
""")
GRADES = ("满意", "基本满意", "不满意")
LONG = "票号,评议主体,参评单位,评价\n" + "".join(
    f"{ballot},普通群众,{unit},{GRADES[(ballot + place) % 3]}\n"
    for ballot in range(1, 7)
    for place, unit in enumerate(("市财政局", "市教育局", "市水务局", "市公安局"))
)


class Office:
    """A store with a rule set and a register, and files that say the same in other shapes."""

    def __init__(self, biaochi: Biaochi, folder: Path, made_once, rules: str, register: str = REGISTER) -> None:
        self.biaochi, self.folder = biaochi, folder

        def fill() -> None:
            biaochi.rules(folder, rules)
            if register:
                biaochi("import", "units", self.file("units.csv", register), "--round", "2025")

        made_once(fill, rules + register)

    def file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def read(self, text: str, *words: str, kind: str = "ballots", code: int | None = None) -> dict:
        return self.biaochi.json(
            "import", kind, self.file("a.csv", text), "--round", "2025", *words, "--explain", code=code
        )

    def asked(self, text: str, *words: str, kind: str = "ballots") -> list[tuple[str, list[str]]]:
        """The questions of a file: code and the words of its message that name columns."""
        problems = self.read(text, *words, kind=kind, code=4)["problems"]
        return [(p["code"], p["message"]) for p in problems if p["code"].startswith("confirm_")]

    def stored(self, text: str, *words: str, kind: str = "ballots") -> str:
        """The digest of the facts, once what the columns mean is confirmed."""
        path = self.file("a.csv", text)
        report = self.biaochi.confirmed(kind, path, "--round", "2025", *words)
        assert report["stored"], report
        return Store(self.biaochi.store).uploads()[-1].digest


@pytest.fixture
def office(biaochi, tmp_path, made_once):
    return Office(biaochi, tmp_path, made_once, POOLED)


@pytest.fixture
def points(biaochi, tmp_path, made_once):
    return Office(biaochi, tmp_path, made_once, NUMERIC)


@pytest.fixture(scope="module")
def long_digest(tmp_path_factory) -> str:
    """The digest of the facts of LONG."""
    desk = Desk(tmp_path_factory.mktemp("long") / "var", POOLED, REGISTER)
    found = desk.read("ballots", LONG)
    assert not found.problems
    return found.content


# --- survey exports ---------------------------------------------------------------------------------------------------


def respondents(headings: list[str], first: str = "序号,您的身份", answer=str) -> str:
    """The ballots of LONG with a row a respondent."""
    lines = [f"{first},{','.join(headings)}"]
    for ballot in range(1, 7):
        grades = [answer(GRADES[(ballot + place) % 3]) for place in range(4)]
        lines.append(f"{ballot},普通群众,{','.join(grades)}")
    return "\n".join(lines) + "\n"


def renumbered(text: str) -> str:
    """The same lines on other ballots."""
    return re.sub(r"^(\d)", r"10\1", text, flags=re.MULTILINE)


UNITS = ["市财政局", "市教育局", "市水务局", "市公安局"]
SURVEYS = {
    "plain": UNITS,
    "short names": ["财政局", "教育局", "水务局", "公安局"],
    "numbers": [f"{n}、{unit}" for n, unit in enumerate(UNITS, 2)],
    "wjx matrix": [f"2、请对以下单位的工作进行评价—{unit}" for unit in UNITS],
    "wjx brackets": [f"2、您对下列单位的评价（{unit}）" for unit in UNITS],
    "tencent": [f"Q3_{n}. 请评价:{unit}" for n, unit in enumerate(UNITS, 1)],
    "google forms": [f"请对下列单位评价 [{unit}]" for unit in UNITS],
    "limesurvey": [f"Q1[SQ00{n}]. 请评价 [{unit}]" for n, unit in enumerate(UNITS, 1)],
    "qualtrics": [f"请评价下列单位 - {unit}" for unit in UNITS],
    "a question a unit": [f"{n}、您对{unit}的评价" for n, unit in enumerate(UNITS, 2)],
}


@pytest.mark.sample
@pytest.mark.parametrize("name", SURVEYS)
def test_a_row_a_respondent_is_a_line_a_unit(name, office, long_digest):
    """The heading names the unit in whatever words the tool puts around it; a person confirms that they are units."""
    text = respondents(SURVEYS[name])
    ((code, message),) = office.asked(text)
    assert code == "confirm_units" and "24" in message
    assert office.stored(text) == long_digest


@pytest.mark.sweep
@pytest.mark.sample
@pytest.mark.parametrize("answer", ["A.{}", "B、{}", "{}(5分)", "{}（5分）", "C. {}"])
def test_letters_and_points_around_an_answer_are_no_part_of_the_grade(answer, office, long_digest):
    assert office.stored(respondents(UNITS, answer=answer.format)) == long_digest


@pytest.mark.parametrize("first", ["序号,1、您的身份是：", "答卷编号,您属于哪一类", "编号,Q1. 评议主体", "序号,问题一"])
def test_the_group_is_the_column_that_names_it_or_holds_the_groups_alone(first, biaochi, tmp_path, made_once):
    grouped = POOLED.split("[averaging]")[0] + '[weights]\n"普通群众" = 1.0\n\n[bottom]' + POOLED.split("[bottom]")[1]
    office = Office(biaochi, tmp_path, made_once, grouped)
    text = respondents(UNITS, first)
    assert office.read(text)["meaning"]["groups"] == [{"group": "普通群众", "votes": 24}]


def test_what_a_tool_calls_the_source_is_no_channel(office, long_digest):
    """来源 of a survey export says 微信 or 链接; in a file of the office it is the channel and has a list of values."""
    head, *lines = respondents(UNITS).splitlines()
    text = "\n".join([f"来源,提交答卷时间,{head}", *(f"微信,2025/11/20 9:11:00,{line}" for line in lines)]) + "\n"
    assert {code for code, _ in office.asked(text)} == {"confirm_units"}
    assert office.stored(text) == long_digest


@pytest.mark.sweep
def test_a_question_that_was_not_put_is_no_line(office):
    text = respondents(UNITS, answer=lambda grade: "(跳过)" if grade == "不满意" else grade)
    office.stored(text)
    office.biaochi.publish()
    rows = office.biaochi.json("ranking", "--round", "2025")["rows"]
    assert sum(row["n"] for row in rows) == 16
    assert all(not row["dont_know_share"] for row in rows)


def test_units_over_indicators_in_two_rows(office):
    upper = "票号,评议主体,市财政局,,市教育局,"
    lower = ",,服务态度,办事效率,服务态度,办事效率"
    text = f"{upper}\n{lower}\n1,普通群众,满意,不满意,满意,满意\n2,普通群众,基本满意,满意,不满意,满意\n"
    meaning = office.read(text, code=4)["meaning"]
    assert [column["means"] for column in meaning["columns"]][2:] == [
        *("市财政局 · 服务态度", "市财政局 · 办事效率"),
        *("市教育局 · 服务态度", "市教育局 · 办事效率"),
    ]
    assert [indicator["indicator"] for indicator in meaning["indicators"]] == ["办事效率", "服务态度"]


def test_a_column_that_names_no_unit_beside_those_that_do_is_refused_with_its_name(office):
    text = respondents([*UNITS[:3], "市公交局"])
    (problem,) = office.read(text, code=3)["problems"]
    assert (problem["code"], problem["column"]) == ("unknown_unit", "市公交局")


def test_a_longer_name_is_not_the_unit_that_it_begins_with(office):
    """您对市公安局交警支队的评价 is about another unit than 市公安局."""
    text = respondents([*UNITS[:3], "您对市公安局交警支队的评价"])
    assert [p["code"] for p in office.read(text, code=3)["problems"]] == ["unknown_unit"]


# --- once a shape -----------------------------------------------------------------------------------------------------


def test_what_was_confirmed_holds_for_the_next_file_of_that_shape(office):
    office.stored(respondents(UNITS))
    path = office.file("later.csv", renumbered(respondents(UNITS)))
    assert office.biaochi.json("import", "ballots", path, "--round", "2025")["stored"]


def test_another_column_is_asked_about_again(office):
    office.stored(respondents(UNITS))
    lines = renumbered(respondents(UNITS)).splitlines()
    wider = "\n".join([lines[0] + ",学历", *(f"{line},{2}" for line in lines[1:])]) + "\n"
    assert {code for code, _ in office.asked(wider)} == {"confirm_units", "confirm_ignored"}


def test_a_confirmed_reading_is_replayed_as_it_was(office):
    office.stored(respondents(SURVEYS["wjx matrix"]))
    release = office.biaochi.publish()
    assert replay(Store(office.biaochi.store), release) == []


def test_another_digest_confirms_nothing(office):
    path = office.file("a.csv", respondents(UNITS))
    words = ("import", "ballots", path, "--round", "2025", "--confirm", "0" * 16, "--accept-warnings", "看过")
    assert not office.biaochi.json(*words, code=4)["stored"]
    assert not Store(office.biaochi.store).uploads()[1:]


# --- codes that look like grades --------------------------------------------------------------------------------------

SCORES = "票号,主体,单位,服务态度,办事效率\n" + "".join(
    f"{ballot},群众,{unit},5,{4 + ballot % 2}\n" for ballot in (1, 2, 3) for unit in ("市财政局", "市教育局")
)


def with_column(text: str, name: str, value: str) -> str:
    head, *lines = text.splitlines()
    return "\n".join([f"{head},{name}", *(f"{line},{value}" for line in lines)]) + "\n"


@pytest.mark.sweep
@pytest.mark.sample
@pytest.mark.parametrize("name", ["性别", "年龄段", "3、您的年龄", "学历", "所在区县代码", "Q7. Gender", "职业"])
def test_a_code_is_never_scored_unasked(name, points):
    text = with_column(SCORES, name, "2")
    asked = points.asked(text)
    assert [code for code, message in asked if name in message] == ["confirm_ignored"]
    truth = points.stored(SCORES)
    same = points.biaochi.confirmed("ballots", points.file("b.csv", text), "--round", "2025")
    assert not same["stored"] and Store(points.biaochi.store).uploads()[-1].digest == truth


def test_a_person_may_say_that_a_column_is_an_indicator_or_is_not(points):
    text = with_column(SCORES, "Q9", "3")
    indicators = points.read(text, "--map", "Q9=ignored", code=4)["meaning"]["indicators"]
    assert [entry["indicator"] for entry in indicators] == ["办事效率", "服务态度"]
    indicators = points.read(with_column(SCORES, "性别", "3"), "--map", "性别=indicator", code=4)["meaning"][
        "indicators"
    ]
    assert "性别" in [entry["indicator"] for entry in indicators]


def test_indicators_of_the_rule_set_need_no_question(biaochi, tmp_path, made_once):
    listed = NUMERIC.replace("[averaging]", '[indicators]\n"服务态度" = 0.5\n"办事效率" = 0.5\n\n[averaging]')
    office = Office(biaochi, tmp_path, made_once, listed)
    assert office.biaochi.json("import", "ballots", office.file("a.csv", SCORES), "--round", "2025")["stored"]


def test_the_only_indicator_needs_no_question(points):
    one = "".join(line.rpartition(",")[0] + "\n" for line in SCORES.splitlines())
    assert points.biaochi.json("import", "ballots", points.file("a.csv", one), "--round", "2025")["stored"]


def test_an_indicator_that_is_blank_for_two_thousand_rows_is_one(office):
    rows = [f"{n},普通群众,市财政局,满意,{'不满意' if n > 2100 else ''}" for n in range(1, 2201)]
    text = "\n".join(["票号,评议主体,参评单位,服务态度,依法办事", *rows]) + "\n"
    indicators = office.read(text, code=4)["meaning"]["indicators"]
    assert [entry["indicator"] for entry in indicators] == ["依法办事", "服务态度"]


def test_words_beside_the_grades_are_never_left_out_as_a_remark(office):
    text = with_column(LONG, "对领导班子", "满意")
    ((code, message),) = office.asked(text)
    assert code == "confirm_ignored" and "对领导班子" in message and "24" in message


# --- headings over grades ---------------------------------------------------------------------------------------------

OVER = table("""
    单位     | 主体 | HEADING |          |
             |      | 满意    | 基本满意 | 不满意
    市财政局 | 甲   | 0       | 0        | 100
    市教育局 | 甲   | 100     | 0        | 0
""")
BESIDE = table("""
    单位     | 主体 | 满意 | 基本满意 | 不满意
    市财政局 | 乙   | 100  | 0        | 0
    市教育局 | 乙   | 0    | 0        | 100
""")


@pytest.mark.sample
@pytest.mark.parametrize("heading", ["评议等级", "评价等次", "满意度", "票数", "测评结果", "得票情况"])
def test_a_heading_over_the_grades_is_no_indicator(heading, office):
    """Read as one, its votes leave the ranking in silence."""
    for name, text in (("over.csv", OVER.replace("HEADING", heading)), ("beside.csv", BESIDE)):
        path = office.file(name, text)
        assert office.biaochi.json("import", "counts", path, "--round", "2025")["stored"]
    office.biaochi.publish()
    rows = office.biaochi.json("ranking", "--round", "2025")["rows"]
    assert {row["unit_code"]: (row["score"], row["n"]) for row in rows if row["n"]} == {
        "001": (70.0, 200),
        "002": (70.0, 200),
    }


@pytest.mark.parametrize("heading", ["等级", "评价等级", "评议意见", "总体评价情况", ""])
def test_ticks_are_read_under_any_heading(heading, office):
    text = f"票号,评议主体,参评单位,{heading},,\n,,,满意,基本满意,不满意\n1,普通群众,市教育局,,√,\n"
    text += "2,普通群众,市水务局,,,√\n3,普通群众,市公安局,√,,\n"
    path = office.file("a.csv", text)
    assert office.biaochi.json("import", "ballots", path, "--round", "2025") == {
        "problems": [],
        "rows": 3,
        "stored": True,
    }


def test_ticks_of_check_boxes_are_read(tmp_path):
    desk, head = Desk(tmp_path / "desk"), "票号,评议主体,参评单位,满意,基本满意,不满意\n"
    for yes, no in (("TRUE", "FALSE"), ("Y", "N"), ("☑", "□"), ("■", "☐"), ("选中", "未选中"), ("√", "×")):
        text = f"{head}1,普通群众,市财政局,{yes},{no},{no}\n2,普通群众,市财政局,{no},{no},{yes}\n"
        assert desk.read("ballots", text).meaning.grades == {"满意": 1, "不满意": 1}, yes


@pytest.mark.parametrize("name", ["测评主体", "评价主体", "投票层面"])
def test_the_group_of_counts_under_other_names(name, tmp_path):
    text = f"单位,{name},满意,基本满意,不满意\n市财政局,普通群众,10,5,2\n"
    assert Desk(tmp_path / "desk").read("counts", text).meaning.groups == {"普通群众": 17}


# --- columns of votes under unknown names -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["不满意票数", "不满意（票）", "不满意人数", "3、不满意", "不满意票", "不满意数"])
def test_a_grade_with_what_is_counted_behind_it_is_the_grade(name, office):
    text = f"单位,主体,满意,基本满意,{name}\n市财政局,普通群众,10,20,70\n"
    assert office.read(text, kind="counts", code=0)["meaning"]["cells"]["votes"] == 100


@pytest.mark.parametrize("name", ["较满意", "一般", "满意以上", "差评"])
def test_votes_under_an_unknown_name_are_an_error_with_their_number(name, office):
    text = f"单位,主体,满意,{name},不满意\n市财政局,普通群众,10,20,70\n"
    (problem,) = office.read(text, kind="counts", code=3)["problems"]
    assert problem["code"] == "votes_not_read" and name in problem["message"] and "20" in problem["message"]
    meaning = office.read(text, "--value", f"{name}=基本满意", kind="counts", code=0)["meaning"]
    assert meaning["cells"]["votes"] == 100


def test_a_word_is_another_name_of_a_grade_once_a_person_says_so(office, long_digest):
    text = LONG.replace("基本满意", "较满意")
    assert {p["code"] for p in office.read(text, code=3)["problems"]} == {"unknown_grade"}
    digest = office.stored(text, "--value", "较满意=基本满意")
    assert digest == long_digest
    later = (
        text.replace("市财政局", "市财政局").replace("\n1,", "\n11,").replace("\n2,", "\n12,").replace("\n3,", "\n13,")
    )
    later = later.replace("\n4,", "\n14,").replace("\n5,", "\n15,").replace("\n6,", "\n16,")
    assert office.biaochi.json("import", "ballots", office.file("b.csv", later), "--round", "2025")["stored"]


# --- control figures --------------------------------------------------------------------------------------------------


def test_printed_figures_are_recomputed_and_each_difference_has_both_numbers(office):
    text = table("""
        单位     | 主体     | 发放票 | 收回票 | 有效票 | 满意 | 基本满意 | 不满意 | 合计 | 满意率 | 回收率
        市财政局 | 普通群众 | 100    | 90     | 80     | 50   | 20       | 10     | 95   | 62.5%  | 90%
        市教育局 | 普通群众 | 100    | 90     | 79     | 50   | 20       | 10     | 80   | 63.5%  | 95.0%
    """)
    path = office.file("a.csv", text)
    report = office.biaochi.json("import", "counts", path, "--round", "2025")
    assert report["stored"] and report["problems"] == []
    notes = {(note["row"], note["column"]): note["message"] for note in report["notes"]}
    assert set(notes) == {(2, "合计"), (3, "有效票"), (3, "满意率"), (3, "回收率")}
    assert "95" in notes[2, "合计"] and "80" in notes[2, "合计"]
    assert "95.0%" in notes[3, "回收率"] and "90.0%" in notes[3, "回收率"]


# --- directions -------------------------------------------------------------------------------------------------------


def test_a_pledge_below_its_baseline_is_asked_about_and_then_kept(office):
    """8 天 against 6 from 10: without a direction the default would call a kept pledge missed."""
    pledges = table("""
        承诺编号 | 单位     | 承诺事项     | 基期值 | 目标值
        C1       | 市财政局 | 办件平均用时 | 10     | 6
        C2       | 市财政局 | 群众满意率   | 80     | 90
    """)
    ((code, message),) = office.asked(pledges, kind="pledges")
    assert code == "confirm_direction" and "C1" in message and "C2" not in message
    office.stored(pledges, kind="pledges")
    progress = "承诺编号,核查日期,核实值\nC1,2025-12-20,5.5\nC2,2025-12-20,91\n"
    path = office.file("p.csv", progress)
    assert office.biaochi.json("import", "progress", path, "--round", "2025")["stored"]
    release = office.biaochi.publish()
    rows = json.loads(office.biaochi("pledges", "--round", "2025", "--format", "json"))["rows"]
    assert replay(Store(office.biaochi.store), release) == []
    assert rows


# --- conservation -----------------------------------------------------------------------------------------------------


def test_every_cell_is_a_vote_or_kept_or_set_aside_or_not_read(office):
    text = LONG.replace("不满意", "不了解") + "合计,,,24\n"
    text = with_column(text, "学历", "本科")
    cells = office.read(text)["meaning"]["cells"]
    assert cells == {"votes": 16, "unscored": 8, "set_aside": 1, "ignored": 25}
