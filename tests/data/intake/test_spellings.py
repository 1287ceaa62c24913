"""One name in two spellings (spaces, width, brackets, invisible marks, case) is one name, and that is told."""

import pytest

from tests.support.cases import CASES, SCALE, found
from tests.support.desk import Desk
from tests.support.paths import ROOT
from tests.support.stores import SMALL


@pytest.fixture
def bare(biaochi, tmp_path):
    """A store with a rule set and no register."""
    biaochi.rules(tmp_path, SMALL)
    return biaochi


def published(biaochi) -> dict:
    biaochi("publish")
    return biaochi.json("ranking", "--round", "2025")


def written(biaochi, kind, folder, head, lines, name="表.csv"):
    path = folder / name
    path.write_text("\n".join([head, *lines, ""]), encoding="utf-8")
    return biaochi.json("import", kind, path, "--round", "2025")


def test_a_category_with_an_ideographic_space_is_no_family_of_its_own(biaochi):
    biaochi("rules", "add", ROOT / "rules" / f"{SCALE}.toml")
    biaochi("import", "units", CASES / "v94_space.csv", "--round", "2025")
    assert "[政府 部门]" in biaochi.err and "[政府部门]" in biaochi.err
    biaochi("import", "ballots", CASES / "v94_b.csv", "--round", "2025")
    assert {row["category"] for row in published(biaochi)["rows"]} == {"政府部门"}


@pytest.mark.sample
@pytest.mark.parametrize("other", ["政府 部门", "政府\u200b部门", "政府\u00a0部门", "⽀府部门".replace("⽀", "政")])
def test_categories_of_two_registers(other, bare, tmp_path):
    written(bare, "units", tmp_path, "单位编码,单位全称,类别", ["1,甲局,政府部门", "2,乙局,政府部门"])
    written(bare, "units", tmp_path, "单位编码,单位全称,类别", [f"3,丙局,{other}"])
    lines = [f"{n},普通群众,{unit},满意" for n, unit in enumerate(("甲局", "乙局", "丙局"))]
    written(bare, "ballots", tmp_path, "票号,主体,单位,评价", lines)
    assert {row["category"] for row in published(bare)["rows"]} == {"政府部门"}


def test_categories_of_ballots_and_counts_without_a_register(bare, tmp_path):
    head = "票号,主体,单位,评价,类别"
    lines = [
        "1,普通群众,甲局,满意,政府",
        "2,普通群众,甲局,满意,政府",
        "3,普通群众,甲局,满意,政　府",
        "4,普通群众,乙局,满意,政 府",
    ]
    assert written(bare, "ballots", tmp_path, head, lines)["problems"] == []
    assert "[政府]" in bare.err
    assert {row["category"] for row in published(bare)["rows"]} == {"政府"}


@pytest.mark.sample
@pytest.mark.parametrize(
    ("first", "second"),
    [("A001", "Ａ００１"), ("A001", "a001"), ("甲 1", "甲1"), ("甲（1）", "甲(1)"), ("B\u200b7", "B7")],
)
def test_a_ballot_whose_number_is_spelled_in_two_ways_is_one(first, second, bare, tmp_path):
    lines = [f"{first},普通群众,甲局,满意", f"{second},普通群众,乙局,满意", "9,普通群众,甲局,不满意"]
    assert written(bare, "ballots", tmp_path, "票号,主体,单位,评价", lines)["stored"]
    path = tmp_path / "重复.csv"
    path.write_text(f"票号,主体,单位,评价\n{second},普通群众,甲局,满意\n", encoding="utf-8")
    (problem,) = found(bare, "ballots", path, 3)
    assert problem["code"] in ("already_imported_line", "upload_overlaps")


def test_a_ballot_number_in_two_spellings_and_two_groups(bare, tmp_path):
    path = tmp_path / "票.csv"
    path.write_text("票号,主体,单位,评价\nA1,普通群众,甲局,满意\nＡ1,服务对象,乙局,满意\n", encoding="utf-8")
    assert {problem["code"] for problem in found(bare, "ballots", path, 3)} == {"ballot_in_two_groups"}


def test_units_without_a_register_and_sites(bare, tmp_path):
    head = "票号,主体,单位,评价,会场"
    lines = [
        "1,普通群众,市财政局,满意,一楼大厅",
        "2,普通群众,市 财政局,满意,一楼 大厅",
        "3,普通群众,市财政局,满意,一楼大厅",
    ]
    written(bare, "ballots", tmp_path, head, lines)
    assert "[市财政局]" in bare.err and "[一楼大厅]" in bare.err
    (row,) = published(bare)["rows"]
    assert (row["unit_name"], row["n"]) == ("市财政局", 3)


def test_counts_of_one_unit_in_two_spellings_are_a_double_entry(bare, tmp_path):
    path = tmp_path / "汇总.csv"
    path.write_text("单位,主体,满意,不满意\n市财政局,普通群众,3,4\n市　财政局,普通群众,5,6\n", encoding="utf-8")
    assert {problem["code"] for problem in found(bare, "counts", path, 3)} == {"duplicate_count"}


def test_the_order_of_rows_does_not_choose_the_spelling(bare, tmp_path):
    head = "票号,主体,单位,评价,类别"
    lines = ["1,普通群众,市 财政局,满意,政府", "2,普通群众,市财政局,满意,政　府"]
    assert written(bare, "ballots", tmp_path, head, lines)["stored"]
    assert not written(bare, "ballots", tmp_path, head, lines[::-1])["stored"]


def test_uniform_spellings_are_kept_as_they_are(bare, tmp_path):
    head = "票号,主体,单位,评价,会场"
    written(bare, "ballots", tmp_path, head, ["Ａ1,普通群众,市 财政局,满意,一 楼"])
    assert "另有写法" not in bare.err


def test_a_category_given_in_the_first_row_of_a_block_alone_is_refused(tmp_path):
    """A unit without a category beside units with one would be ranked in a category of its own."""
    desk = Desk(tmp_path / "desk")
    files = {
        "units": "类别,单位编码,单位全称\n政府,1,市财政局\n,2,市教育局\n党群,3,市委办\n",
        "counts": "类别,单位,主体,满意,不满意\n政府,市财政局,普通群众,5,2\n,市教育局,普通群众,5,2\n",
        "ballots": "票号,主体,类别,单位,等级\n1,普通群众,政府,市财政局,满意\n"
        "1,普通群众,,市教育局,满意\n2,普通群众,,市财政局,满意\n",
    }
    for kind, text in files.items():
        assert [(p.code, p.row, p.column) for p in desk.read(kind, text).problems] == [("missing_value", 3, "类别")], (
            kind
        )
        assert desk.read(kind, text.replace("政府", "").replace("党群", "")).problems == [], kind
    exempt = "类别,单位编码,单位全称,参评状态\n政府,1,市财政局,\n,2,市教育局,免评\n"
    assert desk.read("units", exempt).problems == []
