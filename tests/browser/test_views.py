"""Pages projected, printed and read by people who use a keyboard or a screen reader."""

import io

import pytest
from axe_core_python.sync_playwright import Axe
from PIL import Image
from pypdf import PdfReader

from .conftest import settled, tab, watched_context
from .geometry import faults

pytestmark = pytest.mark.browser
PAGES = (
    *("", "ranking", "changes", "unit?unit=ZY009", "find", "compare", "pledges", "evaluators", "bottom", "objections"),
    *("bulletin", "bulletin?kind=brief", "rules", "upload", "releases", "methods", "trust", "echo", "approval"),
)
A4 = (595, 842)
"""Points of a sheet."""
STREAMLIT_ONLY = {"duplicate-id-active": "cells of two grids on a page, which number them alike"}
"""Rule of axe -> the element of Streamlit's own markup that breaks it."""


def opened(page, server, path, language, **query):
    asked = "&".join(f"{name}={value}" for name, value in {"lang": language, **query}.items())
    page.goto(f"{server.url}/{path}{'&' if '?' in path else '?'}{asked}")
    settled(page)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_arrow_keys_lead_through_the_categories(demo_server, page, language):
    opened(page, demo_server, "", language, view="projector")
    stage = page.locator("#biaochi-stage")
    stage.locator("h1").wait_for()
    cards = page.locator("#root .biaochi-card").count()
    names = []
    for _ in range(cards):
        page.keyboard.press("ArrowRight")
        names.append(stage.locator("h2").inner_text())
    assert len(set(names)) == cards
    page.keyboard.press("ArrowRight")
    assert stage.locator("h2").inner_text() == names[-1]
    assert not stage.locator("input, button, select").count()
    page.keyboard.press("Escape")
    stage.wait_for(state="detached")
    assert "view=" not in page.url


@pytest.mark.parametrize("path", ["", "ranking", "bottom", "releases"])
def test_a_printed_page_loses_nothing(demo_server, page, path):
    page.add_init_script("window.print = () => {}")  # the dialog that the page opens would wait for a person
    opened(page, demo_server, path, "zh", view="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert all(abs(float(sheet.mediabox[2 + at]) - A4[at]) < 2 for sheet in sheets for at in (0, 1))
    text = "".join(sheet.extract_text() for sheet in sheets)
    assert "查找单位：" not in text
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 703, "height": 995})
    cut = page.evaluate(
        "[...document.querySelectorAll('[data-testid=stMain] :is(td, th, p, h1, h2, .main-svg)')]"
        ".filter(e => e.getBoundingClientRect().right > 705).map(e => e.outerHTML.slice(0, 120))"
    )
    assert cut == []
    scrolled = page.evaluate(
        "[...document.querySelectorAll('[data-testid=stMain] :is([data-testid=stTable], [data-testid=stTable] *)')]"
        ".filter(e => /auto|scroll/.test(getComputedStyle(e).overflowY) && e.scrollHeight > e.clientHeight + 4).length"
    )
    assert scrolled == 0, "a table that scrolls is cut on paper"
    assert page.locator("[data-testid=stMain] canvas").count() == 0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_downloaded_chart_carries_its_finding_and_its_source(demo_server, page, language):
    opened(page, demo_server, "bottom?category=党群部门", language)
    chart = page.locator(".js-plotly-plot").first
    chart.hover()
    with page.expect_download() as download:
        chart.locator(".modebar-btn[data-title*='PNG']").first.click(force=True)
    finding = page.locator("[data-testid=stMain] h3").first.inner_text()
    assert download.value.suggested_filename.removesuffix(".png") in finding
    with Image.open(download.value.path()) as picture:
        box = chart.bounding_box()
        assert picture.width == round(2 * box["width"]) and picture.height >= 2 * (box["height"] + 60)
        shades = [picture.convert("L").crop(edge).getextrema()[0] for edge in _edges(picture)]
    assert max(shades) < 128, "no text above or below the chart"


def _edges(picture):
    """The strips above and below the chart, where finding and source are."""
    return (0, 0, picture.width, 60), (0, picture.height - 50, picture.width, picture.height)


@pytest.mark.parametrize("size", [(1366, 768), (683, 384), (390, 844)], ids=["desktop", "zoom200", "phone"])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_cut_off_or_wider_than_the_screen(demo_server, contexts, path, language, size):
    with tab(contexts("zh-CN")) as page:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        opened(page, demo_server, path, language)
        assert faults(page) == []


def test_a_dark_system_gets_dark_pages(demo_server, browser):
    context = watched_context(browser, color_scheme="dark")
    with tab(context) as page:
        opened(page, demo_server, "ranking", "zh")
        colours = page.evaluate(
            "[document.querySelector('[data-testid=stApp]'), document.querySelector('.js-plotly-plot .main-svg')]"
            ".map(e => getComputedStyle(e)).map(s => [s.backgroundColor, s.filter.slice(0, 9)])"
        )
        assert colours == [["rgb(20, 25, 30)", "none"], ["rgba(0, 0, 0, 0)", "invert(1)"]]
        found = [v for v in Axe().run(page)["violations"] if v["impact"] in ("serious", "critical")]
        assert [(v["id"], [n["html"][:160] for n in v["nodes"]]) for v in found if v["id"] not in STREAMLIT_ONLY] == []
    context.close()


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_no_serious_finding_of_axe(demo_server, contexts, path, language, size):
    with tab(contexts("zh-CN")) as page:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        opened(page, demo_server, path, language)
        found = [v for v in Axe().run(page)["violations"] if v["impact"] in ("serious", "critical")]
        assert [(v["id"], [n["html"][:160] for n in v["nodes"]]) for v in found if v["id"] not in STREAMLIT_ONLY] == []
