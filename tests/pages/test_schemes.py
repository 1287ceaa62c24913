"""The page of every scheme in both languages, over its demonstration and over a store that lacks its tables."""

import re

import pytest

from data.sample.city import demo_units
from data.sample.community import registers_of_the_city
from data.sample.load import load_files
from data.store import Store
from schemes import SCHEMES
from tests.pages.test_pages import opened
from ui import cached

PAGE = "schemes/scheme"
WITH_PAGE = [scheme.name for scheme in SCHEMES if scheme.has("page") and scheme.has("demo")]
LANGUAGES = ("zh", "en")
SHOWN = []


def scheme_page(store, monkeypatch, language="zh", **query):
    if SHOWN[-1:] != [store]:
        cached.clear()
        SHOWN[:] = [store]
    return opened(PAGE, store, monkeypatch, language, **query)


def captions(test):
    return [re.sub(r"\\(.)", r"\1", item.value) for item in test.caption]


@pytest.mark.sweep
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", WITH_PAGE)
def test_the_page_shows_glance_picture_and_what_to_do(name, language, schemes_path, monkeypatch):
    test = scheme_page(schemes_path, monkeypatch, language, scheme=name)
    assert len(test.title) == 1 and not test.error
    assert 1 <= len(test.metric) <= 4
    based = [text for text in captions(test) if re.search(r"\d.*\d{4}-\d\d-\d\d$", text)]
    assert len(based) >= len(test.metric), "each figure has its base and its day"
    assert len(test.get("plotly_chart")) >= 1
    assert all(element.proto.alt for element in test.dataframe)


@pytest.mark.sweep
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", WITH_PAGE)
def test_without_its_tables_the_page_names_the_files_and_offers_their_templates(name, language, tmp_path, monkeypatch):
    store = Store(tmp_path / "units")
    load_files(store, registers_of_the_city())
    store.publish()
    test = scheme_page(store.path, monkeypatch, language, scheme=name)
    scheme = next(scheme for scheme in SCHEMES if scheme.name == name)
    from data.model.contract import KIND_NAMES
    from i18n import translate

    titles = [translate(KIND_NAMES[kind], language) for kind in scheme.tables]
    assert all(title in test.info[0].value.replace("\\", "") for title in titles)
    assert len(test.get("download_button")) == len(titles)
    assert not test.metric and not test.dataframe


@pytest.mark.sweep
def test_the_echo_page_has_the_figures_of_the_text(schemes_path, monkeypatch):
    test = scheme_page(schemes_path, monkeypatch, scheme="echo", period="2026Q1")
    figures = dict(zip([metric.label for metric in test.metric], captions(test), strict=False))
    assert test.metric[0].value == "480" and "480" in figures["收到意见"]
    assert "/1,116" in figures["走访天数达标"]
    tiles = test.dataframe[0].value
    assert list(tiles["网格"]) == ["第一网格", "第二网格", "第三网格", "第四网格", "第五网格", "第六网格"]
    assert [cell.split("/")[1] for cell in tiles["第1周"]] == ["16", "16", "16", "15", "15", "15"]
    assert set(tiles["第8周"]) == {"–"} and list(tiles.columns)[-1] == "第13周"


def test_a_place_narrows_figures_tiles_and_register(schemes_path, monkeypatch):
    test = scheme_page(schemes_path, monkeypatch, scheme="echo", period="2026Q1", place="KZ-1")
    assert list(test.dataframe[0].value["网格"]) == ["第一网格"]
    assert set(test.dataframe[-1].value["网格"]) == {"第一网格"}
    assert int(test.metric[0].value) < 480


@pytest.mark.sweep
def test_a_unit_narrows_the_register(schemes_path, monkeypatch):
    unit = next(unit for unit in demo_units() if unit.name == "市公安局")
    test = scheme_page(schemes_path, monkeypatch, scheme="echo", unit=unit.code)
    assert set(test.dataframe[-1].value["承办单位"]) == {"市公安局"}


@pytest.mark.sweep
def test_the_state_is_that_of_the_day_in_the_address(schemes_path, monkeypatch):
    late = scheme_page(schemes_path, monkeypatch, scheme="echo", period="2026", **{"as-of": "2026-03-31"})
    early = scheme_page(schemes_path, monkeypatch, scheme="echo", period="2026", **{"as-of": "2026-02-28"})
    assert int(early.metric[0].value) < int(late.metric[0].value) == 480
    assert any("2026-02-28" in text for text in captions(early))


@pytest.mark.sweep
def test_a_word_searches_the_register(schemes_path, monkeypatch):
    test = scheme_page(schemes_path, monkeypatch, scheme="echo")
    test.text_input(key="address_opinion_text").input("HY-2026-0480").run()
    assert list(test.dataframe[-1].value["意见编号"]) == ["HY-2026-0480"]


@pytest.mark.sweep
def test_a_document_is_shown_on_the_page(schemes_path, monkeypatch):
    test = scheme_page(schemes_path, monkeypatch, scheme="echo", period="2026-03")
    test.segmented_control(key="echo_document").set_value("wall").run()
    assert not test.exception
    assert any("回音墙公示" in item.value for item in test.markdown)
