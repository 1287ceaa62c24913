"""Measures of schemes as components of the official score: only those that may enter, with their cases and error."""

from datetime import date

import pytest

from data.store import ImportOptions, Store
from results.ranking.component_sources import offer, offered
from results.ranking.family import families
from results.ranking.feature_words import feature_sentences
from results.ranking.other_parts import CountedTwiceError
from schemes import SCHEMES
from schemes.chosen import year_rows
from schemes.component_sources import sources
from tests.support.ruled_rounds import import_round
from tests.support.stores import table


@pytest.fixture(scope="module")
def store(schemes_path):
    offer(sources)
    return Store(schemes_path)


def test_only_shares_of_registers_and_verified_pledges_may_enter():
    offer(sources)
    offer(sources)
    assert {name for name in offered() if not name.startswith("wall.")} == {  # those another test offers
        *("echo.on_time", "echo.satisfaction", "inquiry.accepted_in_time", "inquiry.handled_in_time", "pledges.met")
    }
    assert not offered()["pledges.met"].sampled and offered()["echo.on_time"].sampled


@pytest.mark.sweep
def test_the_cases_are_those_of_the_scheme_from_the_first_day_on(store):
    release = store.release()
    (echo,) = (scheme for scheme in SCHEMES if scheme.name == "echo")
    year = max(int(str(day)[:4]) for day in [echo.latest_day(release)])
    source = offered()["echo.on_time"]
    counts = source.counts(release, date(year, 1, 1), date(year, 12, 31))
    rows = year_rows(echo, release, year)
    rows = rows[(rows["measure"] == "on_time") & (rows["by"] == "unit") & rows["value"].notna()]
    expected = {str(row["key"]): (round(row["value"] * row["n"]), int(row["n"])) for _, row in rows.iterrows()}
    assert counts == expected and counts
    later = source.counts(release, date(year, 3, 1), date(year, 12, 31))
    assert sum(base for _, base in later.values()) <= sum(base for _, base in counts.values())
    assert source.counts(release, date(year + 1, 1, 1), date(year + 1, 12, 31)) == {}
    release.close()


RULES = """
name = "in-time"
title = "按期办结计入得分"
source = "测试"
why = "测试"
authored_by = "甲"
checked_by = "乙"
date = 2025-11-01
[points]
"满意" = 100
"不满意" = 0
[weights]
"公众" = 1
[bottom]
rule = "last"
k = 1
[deductions]
source = "component_score:扣分"
[components."评议"]
weight = 0.8
[components."办理"]
weight = 0.2
source = "inquiry.handled_in_time"
missing = "renormalise"
"""
TWICE = """
[counted_twice]
matters = ["M-1"]
why = "条例第九条另有规定"
"""
PETITIONS = """
    登记编号 | 事项编号 | 登记日期 | 信访形式 | 人数 | 登记层级 | 责任单位 | 责任层级 | 受理日期 | 办结日期 | 办理结果
    XF-1 | M-1 | 2026-01-07 | 来信 | 1 | 县区 | 甲局 | 县区 | 2026-01-08 | 2026-04-25 | 已解决
    XF-2 | M-2 | 2026-01-09 | 来信 | 1 | 县区 | 乙局 | 县区 | 2026-01-10 | 2026-01-25 | 已解决
"""


def round_with(store, rules, *deductions):
    """甲局 closed a petition of matter M-1 late, 乙局 one of M-2 in time; deductions : (unit, matter)."""
    votes = [
        (f"{unit}{at}", "公众", "现场纸票", unit, "总体评价", grade)
        for unit in ("甲局", "乙局")
        for at, grade in enumerate(["满意"] * 20 + ["不满意"] * 10)
    ]
    import_round(store, rules, votes, round_id="2026", register=[("甲局", "一类"), ("乙局", "一类")])
    petitions = ImportOptions(as_of="2026-06-30")
    assert store.import_files("petition", [("信访件.csv", table(PETITIONS).encode())], "2026", petitions).stored
    rows = "".join(f"{unit},扣分,-3,某文,{matter}\n" for unit, matter in deductions)
    content = ("单位,项目,得分,依据,事项编号\n" + rows).encode()
    options = ImportOptions(accept_warnings="测试")
    assert store.import_files("component_score", [("其他得分.csv", content)], "2026", options).stored
    store.publish()
    return store.release().round("2026")


@pytest.fixture
def empty(store_path):
    offer(sources)
    return Store(store_path, threads=2)


def test_a_matter_that_a_measure_counts_is_not_deducted_for_as_well(empty):
    with pytest.raises(CountedTwiceError, match=r"M-1.*甲局.*扣分, 办理"):
        families(round_with(empty, RULES, ("甲局", "M-1")))


def test_a_matter_of_another_unit_or_without_a_case_is_deducted_for(empty):
    (family,) = families(round_with(empty, RULES, ("甲局", "M-2"), ("乙局", "M-7")))
    found = dict(zip(family.members["unit_code"], family.scores.score, strict=True))
    # 0.8 x 66.67 of the ballots, 0.2 x 0 or 0.2 x 100 of the petitions, 3 points off.
    assert found == {"甲局": pytest.approx(160 / 3 - 3), "乙局": pytest.approx(160 / 3 + 20 - 3)}


def test_a_matter_that_the_rule_set_names_counts_in_both_parts(empty):
    (family,) = families(round_with(empty, RULES + TWICE, ("甲局", "M-1")))
    found = dict(zip(family.members["unit_code"], family.scores.score, strict=True))
    assert found["甲局"] == pytest.approx(160 / 3 - 3)
    assert "M-1" in " ".join(feature_sentences(family.rules, "zh").values())
