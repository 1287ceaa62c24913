"""Page of assemblies in both languages: glance, the funds picture with its table, what has to be done, documents."""

import re

import pytest

from tests.pages.test_pages import opened
from tests.schemes.test_assembly_demo import load
from ui import cached

HEADS = {
    "zh": ["项目", "类型和长度", "赞成/到会", "已收", "集资", "捐款", "项目补助", "预算", "已支", "状态"],
    "en": [
        *("Project", "Kind and length", "Votes in favour of those present", "Received", "Shares"),
        *("Gifts", "Subsidies", "Budget", "Spent", "State"),
    ],
}
TO_DO = {
    "zh": ["已验收、账目未公示", "已通过未开工", "没有监督人员"],
    "en": ["Accepted, accounts not posted", "Passed, not started", "No monitors"],
}


@pytest.fixture
def village(store_path, made_once):
    made_once(lambda: load(store_path))
    cached.clear()
    return store_path


def shown(element):
    return re.sub(r"\\(.)", r"\1", element.value)


@pytest.mark.sweep
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_has_the_money_the_roads_and_the_votes(village, monkeypatch, language):
    test = opened("schemes/scheme", village, monkeypatch, language, scheme="assembly", period="2024")
    assert [metric.value for metric in test.metric][:2] == ["75.00%", "80.00%"]
    captions = [shown(item) for item in test.caption]
    assert "3" in captions[0] and "4" in captions[0] and "2026-03-31" in captions[0]
    (line,) = [text for item in test.markdown if "14,000,000.00" in (text := shown(item))]
    assert all(text in line for text in ("930,000.00", "1,520,000.00", "11,550,000.00", "24.0", "20.5"))
    funds, listed, entries = (frame.value for frame in test.dataframe[:3])
    assert list(funds.columns) == HEADS[language] and len(funds) == 7
    row = funds.iloc[2].tolist()
    assert row[2:4] == ["187/214", 3_100_000.0] and "6.2" in row[1] and row[0] == "方山村水泥路"
    assert sorted(set(listed.iloc[:, 0])) == sorted(TO_DO[language]) and len(entries)
    assert len(test.get("plotly_chart")) == 1 and all(frame.proto.alt for frame in test.dataframe)


@pytest.mark.sweep
def test_a_village_alone_has_its_own_project_and_minutes(village, monkeypatch):
    query = {"scheme": "assembly", "period": "2024", "place": "FS"}
    test = opened("schemes/scheme", village, monkeypatch, "zh", **query)
    assert list(test.dataframe[0].value["项目"]) == ["方山村水泥路"]
    (listed,) = [frame.value for frame in test.dataframe if "开工日期" in frame.value]
    assert list(listed["项目编号"]) == ["FS-L1"] and list(listed["村社区"]) == ["方山村"]
    test.segmented_control(key="assembly_document").set_value("minutes").run()
    assert not test.exception
    assert any("BB-2024-03" in shown(item) for item in [*test.markdown, *test.subheader, *test.html])
