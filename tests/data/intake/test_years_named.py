"""A file that names another year than the round's is refused in every kind that has such a column."""

import pytest

from tests.support.cases import CASES, codes, found


def test_a_list_of_results_of_other_years(office):
    problems = found(office, "results", CASES / "p15f_results_wrong_year.csv", 3)
    assert [(p["code"], p["row"], p["column"], p["value"]) for p in problems] == [
        ("wrong_round", 2, "年度", "2023"),
        ("wrong_round", 3, "年度", "2024"),
    ]


def test_scores_of_another_year(office):
    problems = found(office, "component_score", CASES / "p15g_year_component_score.csv", 3)
    assert codes(problems) == [("wrong_round", 2)]


KINDS = {
    "ballots": ("票号,主体,单位,等级", "1,普通群众,市财政局,满意"),
    "counts": ("单位,主体,满意,不满意", "市财政局,普通群众,3,4"),
    "units": ("单位编码,单位全称", "001,市财政局"),
    "results": ("单位,得分", "市财政局,94"),
    "component_score": ("单位,项目,得分", "市财政局,日常考核,9"),
    "issue_return": ("主体,发放数,收回数", "普通群众,5,4"),
    "unit_round": ("单位,类别", "市财政局,政府"),
    "progress": ("承诺编号,核查日期", "P1,2025-06-30"),
    "evaluator_group": ("主体编码,主体名称", "A,普通群众"),
}


@pytest.mark.sample
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_compares_its_year_with_the_round(kind, office, tmp_path):
    head, line = KINDS[kind]
    path = tmp_path / "表.csv"
    for header, year in (("年度", "2024"), ("考核年度", "2026年")):
        path.write_text(f"{header},{head}\n{year},{line}\n", encoding="utf-8")
        assert codes(found(office, kind, path, 3)) == [("wrong_round", 2)]
    for header, year in (("年度", "2025年度"), ("年份", "2025"), ("评议年度", "")):
        path.write_text(f"{header},{head}\n{year},{line}\n", encoding="utf-8")
        report = office.json("import", kind, path, "--round", "2025", "--dry-run", code=None)
        assert report["problems"] == []


@pytest.mark.parametrize(
    ("kind", "head", "line"),
    [
        ("unit_alias", "别名,单位编码,年份", "市财局,001,2019"),
        ("work_calendar", "日期,是否工作日,年份", "2026-01-04,是,2026"),
    ],
)
def test_tables_of_several_years_name_others(kind, head, line, office, tmp_path):
    path = tmp_path / "表.csv"
    path.write_text(f"{head}\n{line}\n", encoding="utf-8")
    assert codes(found(office, kind, path, 4)) == [("unknown_column", 1)]


def test_the_column_of_the_year_stays_with_the_printed_line(office, tmp_path):
    path = tmp_path / "通报.csv"
    path.write_text("年度,单位,得分\n2025,市财政局,94\n", encoding="utf-8")
    office("import", "results", path, "--round", "2025")
    office("publish")
    assert "2025" in office("export", "results", "--round", "2025").decode("utf-8-sig")
