"""Columns of a register and names of categories: told, asked by name or refused, never passed over."""

import pytest

from data.intake.categories import look_alike
from data.model.rule_sets import parse_rules
from data.store import Store
from data.store.replay import replay
from tests.data.intake.test_meaning import POOLED, Office

HEAD = "单位编码,单位全称,类别"
LINES = ["1,市财政局,政府部门", "2,市教育局,政府部门", "3,市水务局,党群部门"]


@pytest.fixture
def office(biaochi, tmp_path, made_once):
    return Office(biaochi, tmp_path, made_once, POOLED, register="")


def register(head: str = HEAD, *more: str) -> str:
    lines = [f"{line},{more[n]}" if more else line for n, line in enumerate(LINES)]
    return "\n".join([head, *lines]) + "\n"


def found(office: Office, text: str, *words: str, kind: str = "units") -> dict[str, dict]:
    report = office.read(text, *words, kind=kind)
    return {p["code"]: p for p in [*report["problems"], *report.get("notes", [])]}


ASKED = ["系统", "上级单位", "主管", "权重", "考核系数", "板块", "单位性质", "归口"]
TOLD = ["联系处室", "编制人数", "成立背景", "网站"]


def test_a_column_of_a_register_is_asked_about_or_told_with_its_cells(office):
    """What looks like a category, a superior or a weight is asked by name; the rest is told."""
    wrong = {}
    for name in ASKED:
        head = "单位编码,单位全称" if name in ("系统",) else HEAD
        text = register(f"{head},{name}", "甲", "乙", "")
        text = text.replace(",政府部门", "").replace(",党群部门", "") if name == "系统" else text
        problems = found(office, text)
        question = problems.get("confirm_register_column")
        if question is None or name not in question["message"] or "2" not in question["message"]:
            wrong[name] = problems
    for name in TOLD:
        problems = found(office, register(f"{HEAD},{name}", "甲", "", ""))
        if set(problems) != {"unknown_column"} or "1" not in problems["unknown_column"]["message"]:
            wrong[name] = problems
    assert not wrong


def test_a_field_that_no_result_uses_is_checked_and_told(office):
    problems = found(office, register(f"{HEAD},垂直管理", "是", "否", ""))
    assert set(problems) == {"field_not_used"} and problems["field_not_used"]["level"] == "note"
    wrong = {}
    for name, value, code in (
        ("垂直管理", "也许", "unknown_choice"),
        ("启用日期", "去年", "not_a_date"),
        ("停用日期", "2025-13-01", "not_a_date"),
    ):
        codes = {p["code"] for p in office.read(register(f"{HEAD},{name}", value, "", ""), kind="units")["problems"]}
        if code not in codes:
            wrong[name] = codes
    assert not wrong


@pytest.mark.sweep
def test_an_answer_holds_for_the_next_register_of_that_shape(office):
    text = register(f"{HEAD},上级单位", "甲", "乙", "")
    office.stored(text, kind="units")
    later = office.biaochi.json("import", "units", office.file("u.csv", text), "--round", "2026")
    assert later["stored"]
    assert replay(Store(office.biaochi.store), office.biaochi.publish()) == []


ALIKE = [
    ("政府部门", "政府组成部门"),
    ("党群", "党群部门"),
    ("党群类", "党群部门"),
    ("政府部门", "政府布门"),
    ("垂直管理单位", "垂直管单位"),
    ("事业单位", "事业"),
]
DIFFERENT = [
    ("甲类", "乙类"),
    ("第一类", "第二类"),
    ("市直部门", "区直部门"),
    ("政府部门", "党群部门"),
    ("A类", "B类"),
    ("窗口单位", "执法单位"),
    ("政府 部门", "政府部门"),  # one name by its key
]


def test_names_that_may_be_one_category():
    assert [pair for pair in ALIKE if not look_alike(*pair) or not look_alike(*reversed(pair))] == []
    assert [pair for pair in DIFFERENT if look_alike(*pair)] == []


BALLOTS = "票号,主体,单位,评价,类别\n" + "".join(
    f"{n},群众,{unit},满意,{category}\n"
    for n, (unit, category) in enumerate((("市财政局", "政府部门"), ("市教育局", "政府组成部门"), ("市水务局", "党群")))
)
COUNTS = "主体,单位,类别,满意,基本满意,不满意\n群众,市财政局,事业单位,3,2,1\n群众,市教育局,事业,3,2,1\n"


def test_categories_under_two_names_are_asked_by_name(office):
    """In a register, in ballots and in counts; once confirmed for a shape they are remembered."""
    asked = {}
    for name, text, kind in (
        ("units", register().replace("2,市教育局,政府部门", "2,市教育局,政府组成部门"), "units"),
        ("ballots", BALLOTS, "ballots"),
        ("counts", COUNTS, "counts"),
    ):
        asked[name] = found(office, text, kind=kind).get("confirm_category", {}).get("message", "")
    assert "政府组成部门 / 政府部门" in asked["units"] and "政府部门" in asked["ballots"]
    assert "事业 / 事业单位" in asked["counts"]


def test_a_register_and_ballots_that_disagree_on_a_category_are_asked_about(office):
    """The register counts; no unit becomes a family of one, and nothing is stored unasked."""
    office.biaochi("import", "units", office.file("u.csv", register()), "--round", "2025")
    for text, kind in ((BALLOTS, "ballots"), (COUNTS, "counts")):
        question = found(office, text, kind=kind)["confirm_registered_category"]["message"]
        assert "→ 政府部门" in question, question
    office.stored(BALLOTS)
    rows = office.biaochi.json("ranking", "--round", "2025") if office.biaochi.publish() else {}
    assert {row["category"] for row in rows["rows"]} == {"政府部门", "党群部门"}


@pytest.mark.sweep
def test_categories_of_two_uploads_are_asked_about(office):
    first = "票号,主体,单位,评价,类别\n1,群众,市财政局,满意,党群部门\n"
    office.stored(first)
    second = first.replace("\n1,", "\n2,").replace("市财政局", "市教育局").replace("党群部门", "党群")
    assert "党群 / 党群部门" in found(office, second, kind="ballots")["confirm_category"]["message"]
    other = register().replace("党群部门", "党群类")
    assert "党群类 / 党群部门" in found(office, other, kind="units").get("confirm_category", {}).get("message", "")


def test_a_rule_set_names_a_category_by_any_spelling():
    rules = parse_rules(POOLED + '\n[bottom.by_category."政府 部门"]\nk = 7\n')
    assert [rules.bottom_for(name).k for name in ("政府部门", "政府　部门", "政府\u200b部门")] == [7, 7, 7]
    assert rules.bottom_for("党群部门") == rules.bottom_for(None) == rules.bottom
