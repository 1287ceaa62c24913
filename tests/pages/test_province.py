"""The page of the province: who is missing and what to do, lists as published, and a ranking across cities."""

import pytest

from data.store import Store
from data.store.city_facts import export_facts
from data.store.province import build_province
from results.province.published import published_results
from tests.pages.test_pages import eight_units, opened, told_by
from tests.support.stores import RULES

OTHER = RULES.replace('"基本满意" = 60', '"基本满意" = 70')


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    """Three cities of eight units, counts only; a city scores by other points, and a county publishes by itself."""
    folder = tmp_path_factory.mktemp("province")
    for name, county, rules, lowest in (("甲市", "", RULES, 3), ("甲市", "丁县", RULES, 5), ("乙市", "", OTHER, 7)):
        store = Store(folder / f"{name}{county}", threads=1)
        store.add_rules(rules)
        counts = eight_units(lambda place, lowest=lowest: 5 if place == lowest else 400 + 10 * place)
        assert store.import_files("counts", [("票.csv", counts.encode())], "2025").stored
        store.publish()
        release = store.release()
        round_ = release.round("2025")
        export_facts(round_, name, folder / "shared", "2026-01-10T00:00:00+00:00", published_results(round_), county)
        release.close()
    build_province(folder / "shared", folder / "province", "2025", expected=["丙市"])
    return folder / "province"


@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=pytest.mark.sweep)])
def test_the_page_names_who_is_missing_and_ranks_what_can_be_compared(province, tmp_path, monkeypatch, language):
    monkeypatch.setenv("BIAOCHI_PROVINCE", str(province))
    test = opened("browse/province", tmp_path / "var", monkeypatch, language)
    missing, refused = (item.value for item in test.warning)
    assert "丙市" in missing and "biaochi facts export" in missing
    assert "乙市" in refused and "甲市" not in refused
    levels, lists, across = (frame.value for frame in test.dataframe)
    assert list(levels["place"])[1:] == ["乙市", "甲市", "　丁县", "丙市"] and int(levels["units"][0]) == 24
    assert set(lists["city"]) == {"乙市", "甲市", "甲市 · 丁县"} and len(lists["release"].unique()) == 3
    assert len(across) == 16 and not any("乙市" in name for name in across["unit_name"])
    assert len(told_by(test)) > 3


def test_without_a_round_the_page_says_how_one_comes_about(tmp_path, monkeypatch):
    monkeypatch.setenv("BIAOCHI_PROVINCE", str(tmp_path / "province"))
    test = opened("browse/province", tmp_path / "var", monkeypatch)
    assert "biaochi province build" in test.code[0].value
