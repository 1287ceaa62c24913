"""A file in Big5 is read when a word that somebody explained proves the header and the register proves the names."""

import pytest

from data.store import Store
from tests.support.stores import SMALL

RULES = (
    SMALL.replace("满意", "滿意")
    .replace("不了解", "不瞭解")
    .replace("普通群众", "普通群眾")
    .replace("服务对象", "服務對象")
    .replace("两代表一委员", "兩代表一委員")
)
TEXT = """票號,評議主體,參評單位,評價
1,普通群眾,市警察局,滿意
2,服務對象,市財政局,不滿意
3,兩代表一委員,市警察局,基本滿意
"""
MEANT = {"票號": "ballot_id", "評議主體": "group_code", "參評單位": "unit_code", "評價": "grade_code"}
MAP = tuple(word for column, name in MEANT.items() for word in ("--map", f"{column}={name}"))
REGISTER = "单位编码,单位全称\nU1,市警察局\nU2,市財政局\n"


@pytest.fixture
def office(biaochi, tmp_path):
    biaochi.rules(tmp_path, RULES)
    return biaochi


def codes(report: dict) -> list[str]:
    return [problem["code"] for problem in report["problems"]]


def test_with_a_mapping_and_a_register_it_is_read_as_what_it_is(office, files):
    office("import", "units", files("u.csv", REGISTER), "--round", "2025")
    path = files("big5.csv", TEXT.encode("big5"))
    assert codes(office.json("import", "ballots", path, "--round", "2025", code=3)) == ["unknown_encoding"]
    assert office.json("import", "ballots", path, "--round", "2025", *MAP) == {
        "problems": [],
        "rows": 3,
        "stored": True,
    }
    again = office.json("import", "ballots", files("utf8.csv", TEXT), "--round", "2025", *MAP)
    assert again["stored"] is False and again["problems"] == [], "the same ballots, whatever the encoding"


def test_remembered_words_prove_the_header_of_the_next_file(office, files):
    office("import", "units", files("u.csv", REGISTER), "--round", "2025")
    Store(office.store).remember_mapping("ballots", tuple(MEANT), MEANT)
    assert office.json("import", "ballots", files("big5.csv", TEXT.encode("big5")), "--round", "2025")["stored"]


def test_a_name_that_the_register_lacks_is_refused(office, files):
    office("import", "units", files("u.csv", REGISTER.replace("市財政局", "市财政局")), "--round", "2025")
    report = office.json("import", "ballots", files("big5.csv", TEXT.encode("big5")), "--round", "2025", *MAP, code=3)
    assert [(p["code"], p["row"], p["value"]) for p in report["problems"]] == [("unknown_unit", 3, "市財政局")]


@pytest.mark.parametrize("kind", ["ballots", "units", "results", "work_calendar"])
def test_without_a_register_it_is_refused_in_one_sentence(kind, office, files):
    text, options = TEXT, MAP
    if kind == "units":
        text, options = "單位,類別\n市警察局,政府\n", ("--map", "單位=unit_name", "--map", "類別=category")
    if kind == "results":
        text, options = "單位,名次\n市警察局,1\n", ("--map", "單位=unit_text")
    if kind == "work_calendar":
        text, options = "日期,是否工作日\n2025-01-01,否\n", ()
    path = files("big5.csv", text.encode("big5"))
    report = office.json("import", kind, path, "--round", "2025", *options, code=3)
    assert codes(report) == ["big5_unproven"]
