"""Every page through the real main script, over an empty store and over the demonstration city."""

import pytest
from streamlit.testing.v1 import AppTest

from data.sample.city import demo_files
from data.store import Store
from settings import ROOT
from ui import loaded

PAGES = ("browse/overview", "browse/ranking", "browse/changes", "browse/unit", "method/methods")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("demo") / "store")
    store.add_rules((ROOT / "rules" / "demo-2025.toml").read_text(encoding="utf-8"))
    for file in demo_files():
        store.import_files(file.kind, [(file.name, file.content)], file.round_id, rules=file.rules, demo=True)
    store.publish()
    return store.path


def opened(page, store, monkeypatch, language="zh", **query):
    monkeypatch.setenv("BIAOCHI_STORE", str(store))
    for cached in (loaded.store, loaded.release_by_id):
        cached.clear()
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
    assert [info.value for info in test.info] == ["还没有发布任何结果。请先上传一个批次的测评票并发布。"]
    assert not test.dataframe


def test_the_ranking_holds_one_category_and_its_table_is_the_ranking(demo, monkeypatch):
    test = opened("browse/ranking", demo, monkeypatch)
    release = loaded.release()
    category = test.selectbox(key="category").value
    rows = loaded.ranking(release.id, "2025").rows
    rows = rows[(rows["category"] == category) & rows["rank"].notna()]
    assert test.dataframe[0].value["unit_name"].tolist() == rows["unit_name"].tolist()


def test_search_narrows_the_table(demo, monkeypatch):
    test = opened("browse/ranking", demo, monkeypatch)
    test.text_input(key="search").set_value("市妇联").run()
    assert test.dataframe[0].value["unit_name"].tolist() == ["市妇联"]
