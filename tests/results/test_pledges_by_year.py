"""A post through five years: side by side, and its trends where the rules stayed what they were."""

from contextlib import closing

import pytest

from data.store import ImportOptions, Store
from results.pledges.analysis import associations, trends
from results.pledges.by_year import pledge_year, post_through_years
from tests.support.stores import BALLOTS, SMALL, table

YEARS = ("2021", "2022", "2023", "2024", "2025")
REGISTER = """
    单位编码 | 单位全称 | 类别
    A        | 市公安局 | 执法
    B        | 市财政局 | 综合
"""
HALL = "单位,职务,测评主体,测评等次,票数\n"
OTHER = SMALL.replace("demo-2025", "other").replace('"一般" = 60', '"一般" = 50').replace('满意" = 60', '满意" = 70')


def year_files(at):
    """Pledge of 100, of which 60, 70, 80, 90 and 100 is reached; a hall that gives 10, 12, ... times 好 of 20."""
    year = YEARS[at]
    good = 10 + 2 * at
    return {
        "units": table(REGISTER),
        "ballots": BALLOTS,
        "pledges": f"承诺编号,单位,承诺人职务,承诺事项,目标值,方向\n{year}-1,市公安局,党委书记,事项,100,越高越好\n",
        "progress": f"承诺编号,核查日期,自报值,核实值\n{year}-1,{year}-12-20,100,{60 + 10 * at}\n",
        "votes": HALL + f"市公安局,党委书记,党员,好,{good}\n市公安局,党委书记,党员,一般,{20 - good}\n",
    }


def read_year(store, at, rules):
    for kind, text in year_files(at).items():
        options = ImportOptions(rules=rules if kind == "ballots" else None)
        report = store.import_files(kind, [(f"{kind}.csv", text.encode())], YEARS[at], options)
        assert report.stored, [problem.message("en") for problem in report.problems]


def released(path, last):
    """Five years, the last under these rules, and the others under those of the demonstration."""
    store = Store(path, threads=2)
    with store.batch():
        for text in (SMALL, OTHER):
            store.add_rules(text)
        for at in range(4):
            read_year(store, at, "demo-2025")
        read_year(store, 4, last)
    store.publish()
    return store.release()


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """Five years under one rule set."""
    with closing(released(tmp_path_factory.mktemp("same") / "var", "demo-2025")) as opened:
        yield opened


@pytest.fixture(scope="module")
def release_of_two_rule_sets(tmp_path_factory):
    """The same with other points for 一般 and 基本满意 in the last year."""
    with closing(released(tmp_path_factory.mktemp("other") / "var", "other")) as opened:
        yield opened


@pytest.mark.sweep
def test_five_years_stand_side_by_side_newest_first(release):
    years = [pledge_year(release.round(name)) for name in YEARS]
    rows = post_through_years(release, years, "A", "党委书记")
    assert list(rows["round"]) == list(reversed(YEARS))
    assert list(rows["routine_verified_completion"]) == [100, 90, 80, 70, 60]
    assert (rows["routine_reported_completion"] == 100).all() and (rows["vote_n"] == 20).all()
    assert post_through_years(release, years, "A", "局长").empty


def test_trends_over_five_years(release):
    """Ten points a year verified, none reported, 4 points a year in the hall, nothing headline."""
    years = [pledge_year(release.round(name)) for name in YEARS]
    found = {one.figure: one for one in trends(release, years, "A", "党委书记")}
    verified = found["routine_verified_completion"]
    assert verified.unavailable is None and verified.found.slope == pytest.approx(10)
    assert (verified.found.low, verified.found.high) == (pytest.approx(10), pytest.approx(10))
    assert found["routine_reported_completion"].found.slope == 0
    assert found["vote_score"].found.slope == pytest.approx(4) and found["public_score"].found.slope == 0
    assert found["headline_verified_completion"].unavailable.code == "trend_few"


@pytest.mark.sweep
def test_a_trend_does_not_mix_rules(release_of_two_rule_sets):
    years = [pledge_year(release_of_two_rule_sets.round(name)) for name in YEARS]
    found = {one.figure: one.unavailable for one in trends(release_of_two_rule_sets, years, "A", "党委书记")}
    assert found["vote_score"].code == found["public_score"].code == "trend_other_rules"
    assert found["routine_verified_completion"] is None  # completions are made without a rule set
    assert found["vote_score"].sentence("zh").startswith("这些年里")


def test_what_cannot_be_compared_is_said_in_both_languages(release):
    answers = associations(pledge_year(release.round("2025")))
    assert {one.unavailable.code for one in answers} == {"agreement_few"}
    assert answers[0].unavailable.sentence("en") == "Fewer than 3 posts have both figures; there is nothing to compare."
