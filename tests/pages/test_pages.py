"""Every page through the real main script, over an empty store and over the demonstration city."""

import pytest
from streamlit.testing.v1 import AppTest

from data.sample.city import demo_files
from data.store import ImportOptions, Store
from settings import ROOT
from ui import cached

PAGES = (
    "browse/overview",
    "browse/ranking",
    "browse/changes",
    "browse/unit",
    "browse/pledges",
    "act/bottom",
    "act/bulletin",
    "method/methods",
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("demo") / "store")
    store.add_rules((ROOT / "rules" / "demo-2025.toml").read_text(encoding="utf-8"))
    for file in demo_files():
        store.import_files(
            file.kind, [(file.name, file.content)], file.round_id, ImportOptions(rules=file.rules, demo=True)
        )
    store.publish()
    return store.path


def opened(page, store, monkeypatch, language="zh", **query):
    monkeypatch.setenv("BIAOCHI_STORE", str(store))
    for part in (cached.store, cached.release_by_id):
        part.clear()
    test = AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=60)
    test.query_params.update({"lang": language, **query})
    test.run()
    test = test.switch_page(f"../pages/{page}.py").run()
    assert not test.exception, test.exception
    return test


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens(page, language, demo, monkeypatch):
    test = opened(page, demo, monkeypatch, language)
    assert len(test.title) == 1
    assert not test.error


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_store_says_what_to_do(page, tmp_path, monkeypatch):
    test = opened(page, tmp_path / "none", monkeypatch)
    assert [info.value for info in test.info] == ["还没有发布任何结果。请先上传一个批次的评议票并发布。"]
    assert not test.dataframe


def test_the_ranking_holds_one_category_and_its_table_is_the_ranking(demo, monkeypatch):
    test = opened("browse/ranking", demo, monkeypatch)
    category = test.selectbox(key="category").value
    rows = cached.ranking(cached.round_of(cached.release(), "2025")).rows
    rows = rows[(rows["category"] == category) & rows["rank"].notna()]
    assert test.dataframe[0].value["unit_name"].tolist() == rows["unit_name"].tolist()


def test_search_narrows_the_table(demo, monkeypatch):
    test = opened("browse/ranking", demo, monkeypatch)
    test.text_input(key="search").set_value("市妇联").run()
    assert test.dataframe[0].value["unit_name"].tolist() == ["市妇联"]


def test_the_bottom_page_names_only_the_confirmed(demo, monkeypatch):
    test = opened("act/bottom", demo, monkeypatch, category="公共服务单位", round="2025")
    assert test.selectbox(key="category").value == "公共服务单位"
    texts = [one.value for one in test.markdown]
    assert any("◆ 市殡葬服务中心" in text for text in texts)
    assert not any("◆ 市燃气公司" in text for text in texts)
    tables = [table.value for table in test.dataframe if "verdict_words" in table.value]
    assert {"n", "interval", "verdict_words", "places"} <= set.intersection(*(set(table) for table in tables))
    assert tables[0]["unit_name"].tolist() == ["市燃气公司", "市公交公司", "市图书馆"]


def test_a_category_without_any_difference_offers_no_list(tmp_path, monkeypatch):
    store = Store(tmp_path / "store")
    rules = (ROOT / "rules" / "demo-2025.toml").read_text(encoding="utf-8")
    store.add_rules(rules)
    groups = ("普通群众", "服务对象", "两代表一委员")
    lines = [f"单位{i},{group},{60 + i},30,20" for i in range(8) for group in groups]
    text = "参评单位,评议主体,满意,基本满意,不满意\n" + "\n".join(lines) + "\n"
    assert store.import_files("counts", [("票数.csv", text.encode())], "2025").stored
    store.publish()
    test = opened("act/bottom", store.path, monkeypatch)
    assert "排不出名次" in test.subheader[0].value
    assert [warning.value for warning in test.warning] == ["不提供名单：这些单位之间的差别不超过偶然波动。"]
    assert not any("◆" in header.value for header in test.subheader)


def test_the_unit_page_says_why(demo, monkeypatch):
    test = opened("browse/unit", demo, monkeypatch, unit="ZY082", round="2025")
    metrics = {metric.label: metric.value for metric in test.metric}
    assert metrics["认定"] == "确认末位" and metrics["名次区间"] == "17"
    assert any(text.value.startswith("可以说") for text in test.markdown)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_a_round_in_which_nobody_is_ranked_shows_no_empty_figures(page, language, tmp_path, monkeypatch):
    store = Store(tmp_path / "store")
    store.add_rules((ROOT / "rules" / "demo-2025.toml").read_text(encoding="utf-8"))
    text = "票号,评议主体,参评单位,评价\n1,普通群众,市公安局,满意\n2,服务对象,市教育局,满意\n"
    assert store.import_files("ballots", [("票.csv", text.encode())], "2025").stored
    store.publish()
    test = opened(page, store.path, monkeypatch, language)
    told = "\n".join(item.value for item in [*test.markdown, *test.caption, *test.subheader])
    assert "– 分" not in told and "– points" not in told
    if page in ("browse/overview", "act/bottom"):
        assert {"zh": "均不参与排名", "en": "is ranked; there is no list"}[language] in told.replace("\\", "")
    if page != "method/methods":
        assert not test.get("plotly_chart")


@pytest.mark.parametrize(("language", "name"), [("zh", "全部单位"), ("en", "all units")])
def test_the_one_category_of_a_round_without_categories_has_a_word(language, name, tmp_path, monkeypatch):
    store = Store(tmp_path / "store")
    store.add_rules((ROOT / "rules" / "demo-2025.toml").read_text(encoding="utf-8"))
    groups = ("普通群众", "服务对象", "两代表一委员")
    lines = [f"单位{i},{group},{60 + 3 * i},30,20" for i in range(8) for group in groups]
    text = "参评单位,评议主体,满意,基本满意,不满意\n" + "\n".join(lines) + "\n"
    assert store.import_files("counts", [("票数.csv", text.encode())], "2025").stored
    store.publish()
    test = opened("act/bottom", store.path, monkeypatch, language)
    assert test.selectbox(key="category").options == [name]
    assert any(name in text.value for text in opened("browse/overview", store.path, monkeypatch, language).markdown)
