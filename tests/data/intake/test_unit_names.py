"""A written name that is not in the register is proposed or asked about; nothing is joined without a person."""

import json
import shutil

import pytest

from data.model.name_proposals import proposals
from data.sample.city import demo_files
from data.store import ImportOptions, Store
from data.store.replay import replay
from data.store.rounds import read_register
from errors import UsageError
from tests.support.stores import RULES

# written -> the unit meant (2025), and what becomes of it: accepted as it is, shown and then accepted, or refused
VARIANTS = {
    # another writing of the same letters
    "市公​安局": ("市公安局", "same"),  # with a zero-width space
    "市 财 政 局": ("市财政局", "same"),
    "⺠政局": ("市民政局", "refused"),  # a radical that NFKC leaves alone
    # short forms
    "市卫健委": ("市卫生健康委员会", "refused"),
    "市发改委": ("市发展和改革委员会", "refused"),
    "市人社局": ("市人力资源和社会保障局", "refused"),
    "住建局": ("市住房和城乡建设局", "refused"),
    "市国资委": ("市国有资产监督管理委员会", "refused"),
    "市委办": ("市委办公室", "refused"),
    "市农业局": ("市农业农村局", "refused"),
    # with and without the place
    "教育局": ("市教育局", "same"),  # the register's own short form
    "资阳市交通运输局": ("市交通运输局", "refused"),
    "资阳示范市审计局": ("市审计局", "refused"),
    "宣传部": ("市委宣传部", "refused"),
    # old name, plates, quotation marks
    "市卫生和计划生育委员会": ("市卫生健康委员会", "shown"),
    "市卫计委": ("市卫生健康委员会", "refused"),
    "市档案馆（市党史馆）": ("市档案馆", "refused"),
    "市信访局(“12345”市长公开电话受理中心)": ("市信访局", "refused"),
    "“市公安局”": ("市公安局", "shown"),
    # one letter wrong, one letter that looks the same
    "市财证局": ("市财政局", "refused"),
    "巿司法局": ("市司法局", "refused"),
    "市统计据": ("市统计局", "refused"),
}
STRANGERS = ("和平县人民医院", "川剧团", "甲", "市长热线")


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """The demonstration registers of all rounds, and its rules. Read only."""
    store = Store(tmp_path_factory.mktemp("registers") / "var", threads=2)
    store.add_rules(RULES)
    for file in demo_files():
        if file.kind == "units":
            store.import_files("units", [(file.name, file.content)], file.round_id)
    return store


@pytest.fixture
def registers(shared, store_path):
    """A copy of them for one test."""
    shutil.copytree(shared.path, store_path)
    return Store(store_path, threads=2)


def ballots(*names):
    rows = [f"{number},普通群众,{name},满意" for number, name in enumerate(names, start=1)]
    return [("ballots.csv", "\n".join(["票号,评议主体,参评单位,评价", *rows]).encode())]


def code_of(store, name):
    frame = next(u for u in store.uploads() if u.round_id == "2025").frame()
    return frame.set_index("unit_name")["unit_code"][name]


def stored_units(store):
    folder = store.uploads()[-1].folder
    return json.loads((folder / "dictionaries.json").read_text(encoding="utf-8"))["units"]


@pytest.mark.sample
@pytest.mark.parametrize(("written", "meant", "fate"), [(w, *rest) for w, rest in VARIANTS.items()])
def test_a_variant_is_accepted_shown_or_proposed(shared, written, meant, fate):
    report = shared.import_files("ballots", ballots(written), "2025", ImportOptions(dry_run=True))
    if fate == "same":
        assert report.problems == []
    elif fate == "shown":
        assert report.needs_acceptance and not report.refused
        (shown,) = report.problems
        assert shown.level == "warning" and shown.row == 2
    else:
        (problem,) = report.problems
        assert (problem.code, problem.level) == ("unknown_unit", "error")
        assert problem.facts["close"][0] == meant, problem.suggestion("zh")
        assert meant in problem.suggestion("zh")


def test_none_of_them_is_joined_with_another_unit(registers):
    """What is accepted, with every warning accepted too, is the unit meant and no other."""
    for written, (meant, fate) in VARIANTS.items():
        report = registers.import_files(
            "ballots", ballots(written), "2025", ImportOptions(accept_warnings="看过", replace=True)
        )
        assert report.stored is (fate != "refused")
        if report.stored:
            assert stored_units(registers) == [code_of(registers, meant)]


@pytest.mark.parametrize("written", STRANGERS)
def test_a_stranger_is_nobody(shared, written):
    report = shared.import_files("ballots", ballots(written), "2025", ImportOptions(dry_run=True))
    assert [problem.code for problem in report.problems] == ["unknown_unit"]


def test_the_reason_of_a_proposal_is_said(shared):
    report = shared.import_files(
        "ballots", ballots("市卫健委", "巿司法局", "市财证局"), "2025", ImportOptions(dry_run=True)
    )
    said = [problem.suggestion("en") for problem in report.problems]
    codes = [code_of(shared, name) for name in ("市卫生健康委员会", "市司法局", "市财政局")]
    assert f"市卫生健康委员会[{codes[0]}] (a short form)" in said[0]
    assert f"市司法局[{codes[1]}] (a similar-looking character)" in said[1]
    assert f"市财政局[{codes[2]}] (similar spelling)" in said[2]


def test_a_name_confirmed_once_is_read_from_then_on(registers, biaochi):
    file = registers.path / "ballots.csv"
    file.write_bytes(ballots("市卫健委")[0][1])
    biaochi("import", "ballots", file, "--round", "2025", code=3)
    code = code_of(registers, "市卫生健康委员会")
    biaochi("alias", "市卫健委", code, "--by", "考评办主任")
    biaochi("import", "ballots", file, "--round", "2025")
    assert stored_units(registers) == [code]
    kept = Store(registers.path).uploads()[-2]
    assert kept.kind == "unit_alias" and "考评办主任" in kept.frame()["content"][0]


def test_an_alias_holds_in_its_span_only(registers):
    code = code_of(registers, "市卫生健康委员会")
    rows = f"别名,单位编码,别名类型,起止\n市卫健办,{code},简称,2025-01-01至今\n"
    assert registers.import_files("unit_alias", [("a.csv", rows.encode())], "2025").stored
    assert not registers.import_files("ballots", ballots("市卫健办"), "2025", ImportOptions(dry_run=True)).problems
    assert registers.import_files("ballots", ballots("市卫健办"), "2024", ImportOptions(dry_run=True)).refused


def test_two_units_share_an_alias_in_disjoint_spans_only(registers):
    health, justice = (code_of(registers, name) for name in ("市卫生健康委员会", "市司法局"))
    one = f"别名,单位编码,启用日期,停用日期\n市某办,{health},2020-01-01,2024-06-30\n"
    assert registers.import_files("unit_alias", [("a.csv", one.encode())], "2025").stored
    clash = f"别名,单位编码,启用日期\n市某办,{justice},2024-06-29\n"
    refused = registers.import_files("unit_alias", [("b.csv", clash.encode())], "2025")
    assert [problem.code for problem in refused.problems] == ["alias_taken"]
    after = clash.replace("06-29", "06-30")
    assert registers.import_files("unit_alias", [("b.csv", after.encode())], "2025").stored


def test_the_name_of_a_registered_unit_is_no_alias_of_another(registers):
    row = f"别名,单位编码\n市司法局,{code_of(registers, '市财政局')}\n"
    report = registers.import_files("unit_alias", [("a.csv", row.encode())], "2025")
    assert [problem.code for problem in report.problems] == ["alias_taken"]


def test_an_alias_needs_a_registered_unit_and_a_known_kind(registers):
    with pytest.raises(UsageError, match="No register"):
        registers.confirm_alias("市卫健委", "XX9", "简称")
    with pytest.raises(UsageError, match="kind of a name"):
        registers.confirm_alias("市卫健委", code_of(registers, "市财政局"), "昵称")


def test_a_name_that_is_confirmed_already_is_the_same_content(registers):
    finance, justice = (code_of(registers, name) for name in ("市财政局", "市司法局"))
    first = registers.confirm_alias("钱袋子", finance, "简称")
    again = registers.confirm_alias(" 钱袋子 ", finance, "简称")
    assert first.stored and not again.stored and again.same_as == first.upload
    with pytest.raises(UsageError, match="confirmed as a name of"):
        registers.confirm_alias("钱袋子", justice, "简称")
    with pytest.raises(UsageError, match="word for totals"):
        registers.confirm_alias("合 计：", justice, "简称")
    with pytest.raises(UsageError, match="Enter the name"):
        registers.confirm_alias(" ", justice, "简称")
    with pytest.raises(UsageError, match="2025/13/1"):
        registers.confirm_alias("司法", justice, "简称", valid_from="2025/13/1")
    with pytest.raises(UsageError, match="2099"):
        registers.confirm_alias("司法", justice, "简称", round_id="2099")


def test_at_most_three_units_are_proposed(shared):
    register = read_register(shared.uploads(), "2025")
    assert proposals("甲乙丙丁", register) == []
    assert len(proposals("市政局", register)) == 3


REFORMS = "原单位编码,现单位编码,变化类型,生效日期\n"


@pytest.mark.sweep
def test_the_name_before_a_renaming_with_a_new_code_is_shown_and_accepted(store_path):
    store = Store(store_path, threads=2)
    store.add_rules(RULES)
    for year, row in (("2024", "H1,市卫生和计划生育委员会"), ("2025", "H2,市卫生健康委员会")):
        assert store.import_files("units", [("a.csv", f"单位编码,单位全称\n{row}\n".encode())], year).stored
    assert store.import_files("ballots", ballots("市卫生和计划生育委员会"), "2025").refused
    link = f"{REFORMS}H1,H2,更名,2024-12-01\n".encode()
    assert store.import_files("unit_lineage", [("b.csv", link)], "2025").stored
    shown = store.import_files("ballots", ballots("市卫生和计划生育委员会"), "2025")
    assert [(p.code, p.level) for p in shown.problems] == [("unit_alias_used", "warning")]
    assert "市卫生健康委员会" in shown.problems[0].message("zh")
    assert store.import_files(
        "ballots", ballots("市卫生和计划生育委员会"), "2025", ImportOptions(accept_warnings="更名")
    ).stored
    assert stored_units(store) == ["H2"]
    assert replay(store, store.publish().release) == []


def test_a_merged_unit_is_never_read_as_its_successor(registers):
    """The successor is proposed first, and a person says so or not."""
    culture, both = (code_of(registers, name) for name in ("市文化广电局", "市文化广电和旅游局"))
    old = f"单位编码,单位全称\n{both},市文化广电和旅游局\n".encode()
    assert registers.import_files("units", [("c.csv", old)], "2026").stored
    link = f"{REFORMS}{culture},{both},合并,2025-03-01\n".encode()
    assert registers.import_files("unit_lineage", [("b.csv", link)], "2026").stored
    (problem,) = registers.import_files(
        "ballots", ballots("市文化广电局"), "2026", ImportOptions(dry_run=True)
    ).problems
    assert problem.code == "unknown_unit" and "took over in a reform" in problem.suggestion("en")
