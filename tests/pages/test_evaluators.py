"""The page on evaluators, through the real main script."""

import pytest

from data.store import Store
from tests.pages.test_pages import eight_units, opened, published
from tests.results.test_evaluators import channels
from tests.support.stores import SMALL


def said(test):
    return "\n".join(item.value for item in [*test.markdown, *test.caption, *test.info])


def written(test):
    """The texts of the tables whose texts wrap."""
    return [frame.value for frame in test.table]


def test_the_town_has_agreement_and_drivers_and_says_what_is_missing(town_path, monkeypatch):
    test = opened("browse/evaluators", town_path, monkeypatch, "en", round="2025")
    agreement, drivers = written(test)
    assert agreement["Statistic"].tolist()[:3] == ["Krippendorff's alpha", "ICC\\(2,k\\)", "Kendall's W"]
    assert agreement["Remark"].str.contains("only where everyone grades everything").sum() == 6
    assert drivers["Indicator"].tolist() and drivers["95% interval"].str.contains("–").all()
    text = said(test)
    for sentence in (
        "A correlation is not a cause",
        "a low alpha does not make the ranking chance",
        "The ballots do not name a channel",
        "there is nothing to adjust",
    ):
        assert sentence in text, sentence


@pytest.mark.sweep
def test_channels_and_mix_in_chinese(tmp_path, monkeypatch):
    store = Store(tmp_path / "var", threads=2)
    store.add_rules(SMALL)
    assert store.import_files("ballots", [("票.csv", channels().encode())], "2024").stored
    store.publish()
    test = opened("browse/evaluators", tmp_path / "var", monkeypatch)
    text = said(test)
    assert "**2 个单位中有 1 个**在本类别的名次会变" in text
    assert "绝不用于末位名单" in text and "不能证明由评议方式造成" in text
    agreement, modes, _by_unit, mix = written(test)
    assert agreement["备注"].str.contains("少于可显示的下限").sum() == 3
    assert modes["分差"].iloc[0].replace("\\", "") in ("+50.00", "−50.00")
    assert set(mix["调整后得分"]) == {"50\\.00"} and set(mix["调整后名次"]) == {"1"}


def test_counts_say_why_there_is_nothing(tmp_path, monkeypatch):
    store = published(tmp_path / "var", "counts", eight_units(lambda place: 60 + place))
    test = opened("browse/evaluators", store, monkeypatch)
    assert [info.value[:13] for info in test.info] == ["本批次只有汇总票数，看不出同"[:13]] * 4
    assert not test.dataframe and not test.table
