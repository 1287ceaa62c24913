"""Checks beside the scores: each finding names its number and the rows concerned, and changes nothing else."""

import pytest

from data.store import ImportOptions, Store
from results.overview import overview
from results.ranking.ranking import ranking
from tests.support.paths import REAL, ROOT
from tests.support.stores import SMALL, table

REGISTER = "单位编码,单位全称,类别\nA,市公安局,政府\nB,市财政局,政府\n"
BALLOTS = """
    票号 | 评议主体     | 参评单位 | 评价
    1    | 普通群众     | A        | 满意
    1    | 普通群众     | B        | 不满意
    2    | 普通群众     | A        | 基本满意
    2    | 普通群众     | B        | 不满意
    3    | 服务对象     | A        | 满意
    3    | 服务对象     | B        | 基本满意
    4    | 两代表一委员 | A        | 满意
    4    | 两代表一委员 | B        | 满意
"""


class Year:
    """A store with two units and ballots of rounds, and the notes of a round by their codes."""

    def __init__(self, path):
        self.store = Store(path, threads=2)
        self.store.add_rules(SMALL)

    def read(self, kind, text, round_id="2025", **options):
        content = table(text) if "|" in text else text
        report = self.store.import_files(kind, [(f"{kind}.csv", content.encode())], round_id, ImportOptions(**options))
        assert report.stored, [problem.message("en") for problem in report.problems]

    def notes(self, round_id="2025"):
        self.store.publish()
        release = self.store.release()
        try:
            return {note.code: note for note in overview(release.round(round_id)).notes}
        finally:
            release.close()


@pytest.fixture
def year(store_path, made_once):
    def make():
        made = Year(store_path)
        made.read("units", REGISTER)
        made.read("ballots", BALLOTS)

    made_once(make)
    return Year(store_path)


def edited(name, old, new):
    text = (REAL / f"{name}.csv").read_text(encoding="utf-8")
    assert text.count(old) == 1
    return text.replace(old, new)


# --- published tables -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["sichuan_prefectures_2011_results", "fujian_systems_2010_results", "qingdao_2006_rates"]
)
def test_a_real_table_agrees_with_itself(year, name):
    year.read("results", (REAL / f"{name}.csv").read_text(encoding="utf-8"))
    assert not [code for code in year.notes() if code.startswith("printed")]


def test_a_total_that_is_not_the_sum_of_its_parts_is_told_with_the_difference(year):
    year.read("results", edited("sichuan_prefectures_2011_results", "资阳市,75.4", "资阳市,76"))
    note = year.notes()["printed_total"]
    assert (note.units, note.facts["number"]) == (("资阳市",), "0.6")
    assert "资阳市" in note.sentence("zh") and "0.6" in note.sentence("en")


def test_ties_are_ranked_as_printed_and_a_wrong_rank_is_told(year):
    year.read("results", edited("sichuan_prefectures_2011_results", "11,遂宁市", "10,遂宁市"))
    assert year.notes()["printed_rank"].units == ("遂宁市",)


def test_a_line_out_of_order_within_its_category_is_told(year):
    year.read("results", edited("fujian_systems_2010_results", "公安系统,90.40", "公安系统,92.40"))
    assert year.notes()["printed_order"].units == ("公安系统",)


def test_a_printed_mean_is_recomputed_from_its_parts(year):
    """12 x 67 + 16 x 64.3 + 10 x 64.6 over 38 is 65.23; 65.2 rounds it, 65.4 does not."""
    year.read("results", edited("qingdao_2006_rates", "38,65.2", "38,65.4"))
    note = year.notes()["printed_mean"]
    assert note.units == ("38个被评议部门和行业",) and note.facts["number"] == "0.1684"


def test_percentages_of_one_line_stay_within_a_hundred(year):
    year.read("results", edited("qingdao_2006_rates", "67,31.7", "70,31.7"))
    assert year.notes()["printed_share"].units == ("经济和社会管理类部门",)


def test_printed_scores_are_set_beside_our_own(year):
    """A: 0.4 x 80 + 0.6 x 100 = 92. B: 0.4 x 0 + 0.3 x 60 + 0.3 x 100 = 48. A confirmed alias is followed."""
    assert year.store.confirm_alias("财政局机关", "B", "简称").stored
    year.read("results", "排名,单位,得分\n1,市公安局,92.0\n2,财政局机关,48.4\n")
    notes = year.notes()
    assert notes["printed_score"].units == ("财政局机关",) and notes["printed_score"].facts["number"] == "0.4"
    assert "printed_place" not in notes
    year.read("results", "排名,单位,得分\n2,市公安局,92.04\n1,财政局机关,48\n", replace=True)
    notes = year.notes()
    assert notes["printed_place"].units == ("财政局机关", "市公安局")  # as printed
    assert notes["printed_score"].units == ("市公安局",)  # printed to the hundredth, so half a hundredth is allowed


# --- ballots --------------------------------------------------------------------------------------------------------


def test_more_ballots_back_than_handed_out(year):
    sheets = "普通群众,一会场,500,510\n普通群众,二会场,500,490\n服务对象,,,3\n两代表一委员,,20,20\n"
    year.read("issue_return", f"评议主体,会场,发放数,收回数\n{sheets}")
    note = year.notes()["returned_more"]
    assert (note.units, note.facts["number"]) == (("普通群众 一会场",), 10)


def test_a_group_that_knows_one_grade_only(year):
    rows = [f"{n},两代表一委员,{unit},满意" for n in range(10, 16) for unit in "AB"]
    year.read("ballots", "票号,评议主体,参评单位,评价\n" + "\n".join(rows))
    note = year.notes()["same_grade"]
    assert note.units == ("两代表一委员",) and note.facts["number"] == 14


@pytest.mark.sweep
def test_a_site_that_knows_one_grade_only(year):
    rows = [f"{n},服务对象,{unit},{grade},{site}" for n, grade, site in sites() for unit in "AB"]
    year.read("ballots", "票号,评议主体,参评单位,评价,会场\n" + "\n".join(rows))
    note = year.notes()["same_grade_sites"]
    assert note.units == ("二会场",) and note.facts["number"] == 12
    assert "same_grade" not in year.notes()  # the group has other answers elsewhere


def sites():
    """Ballots of three sites: mixed, all alike, and all alike but too few to tell."""
    yield from ((n, ("满意", "不满意")[n % 2], "一会场") for n in range(100, 106))
    yield from ((n, "满意", "二会场") for n in range(200, 206))
    yield from ((n, "不满意", "三会场") for n in range(300, 302))


def test_insiders_against_the_others(year):
    """A: 100 - (100 + 60 + 100) / 3; B: 100 - (0 + 0 + 60) / 3."""
    assert "insider_gap" not in year.notes()
    year.read("evaluator_group", "主体编码,主体名称,是否利益相关\nG1,普通群众,否\nG2,两代表一委员,是\n")
    note = year.notes()["insider_gap"]
    assert note.facts["number"] == f"{(100 - 260 / 3 + 100 - 60 / 3) / 2:.2f}" == "46.67"
    assert note.units == ("市财政局", "市公安局")


# --- two rounds -----------------------------------------------------------------------------------------------------


@pytest.mark.sweep
def test_a_change_of_scoring_that_nobody_declared(year):
    year.store.add_rules(
        SMALL.replace('name = "demo-2025"', 'name = "other"').replace('"基本满意" = 60', '"基本满意" = 70')
    )
    year.read("ballots", BALLOTS.replace("两代表一委员", "服务对象    "), "2026", rules="other")
    note = year.notes("2026")["break_not_declared"]
    assert [found.code for found in note.breaks] == ["points", "groups"]
    assert "2025" in note.sentence("zh") and "两代表一委员" in note.sentence("zh")
    declared = "批次编号,评议年度,口径变化,口径说明\n2026,2026,是,基本满意由60分改为70分\n"
    year.read("round", declared, "2026")
    assert "break_not_declared" not in year.notes("2026")


@pytest.mark.sweep
def test_a_grade_that_jumps_between_two_real_months(store_path):
    """Guangdong: 基本满意 fell from 77.3% to 0.4% within a year; the counts come in as they were published."""
    store = Store(store_path, threads=2)
    store.add_rules((ROOT / "rules" / "five-grades-10-8-6-4-2.toml").read_text(encoding="utf-8"))
    for month in ("2020-01", "2021-01", "2023-07"):
        assert store.import_files("counts", [REAL / f"guangdong_counts_{month}.csv"], month).stored
    store.publish()
    release = store.release()
    votes = release.query("rounds").set_index("round_id")["votes"].to_dict()
    assert votes == {"2020-01": 2_120_294, "2021-01": 5_312_493, "2023-07": 13_461_728}
    score = {month: float(ranking(release.round(month)).rows["score"].iloc[0]) for month in votes}
    assert [round(value, 2) for value in score.values()] == [6.87, 9.97, 9.99]  # printed were 7.8, 10 and 9.9
    notes = {month: [n for n in overview(release.round(month)).notes if n.code == "grade_jump"] for month in votes}
    release.close()
    assert not notes["2020-01"] and not notes["2023-07"]
    (jump,) = notes["2021-01"]
    assert set(jump.units) == {"非常满意", "基本满意"} and jump.facts["number"] == "78.1"


@pytest.mark.sweep
def test_units_that_come_and_go_without_a_reform(year):
    year.read("units", "单位编码,单位全称,类别\nA,市公安局,政府\nC,市财政金融局,政府\n", "2026")
    year.read("ballots", BALLOTS.replace("| B ", "| C "), "2026")
    note = year.notes("2026")["units_unlinked"]
    assert note.units == ("市财政金融局", "市财政局") and note.facts["previous"] == "2025"
    year.read("unit_lineage", "原单位编码,现单位编码,变化类型,生效日期\nB,C,更名,2026-03-01\n", "2026")
    assert "units_unlinked" not in year.notes("2026")


def test_notes_never_change_the_exit_code(biaochi, year):
    """An import with findings of this kind is accepted without a question."""
    file = year.store.path / "results.csv"
    file.write_text(edited("sichuan_prefectures_2011_results", "资阳市,75.4", "资阳市,99"), encoding="utf-8")
    biaochi("import", "results", file, "--round", "2025", code=0)
    biaochi("publish", code=0)
