"""Pages projected, printed and read by people who use a keyboard or a screen reader."""

import io
import unicodedata

import pytest
from axe_core_python.sync_playwright import Axe
from PIL import Image
from pypdf import PdfReader

from schemes import OTHER_SCHEMES
from tests.support.categories import load_categories
from tests.support.real_ballots import load_real_ballots

from .conftest import settled, tab, watched_context
from .geometry import faults
from .screenshots import PATHS

pytestmark = pytest.mark.browser
SCHEMES = tuple(scheme.name for scheme in OTHER_SCHEMES)
BY_NAME = {"unit": "unit?unit=ZY009"}
PAGES = (*(BY_NAME.get(path, path) for path in PATHS if path not in SCHEMES), "bulletin?kind=brief")
"""Over the demonstration city; pages of schemes have a store of their own."""
WIDE = ((1366, 768), (1920, 1080), (911, 512), (683, 384))
"""A laptop, a projector, and the laptop at 150 and 200 %."""
PHONE = ((390, 844),)
SCREENS = pytest.mark.parametrize("sizes", [WIDE, PHONE], ids=["screens", "phone"])
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
A4 = (595, 842)
"""Points of a sheet."""
RADICALS = str.maketrans("⼾⻔⻓⻚⻅⻋⻢⻩⻰⻬⻦⻥⻛⻜⻝⻄⺠⻘⻆⻉⻣⻤", "户门长页见车马黄龙齐鸟鱼风飞食西民青角贝骨鬼")
"""Of which Unicode's normal forms make nothing, or the traditional character."""
STREAMLIT_ONLY = {"duplicate-id-active": "cells of two grids on a page, which number them alike"}
"""Rule of axe -> the element of Streamlit's own markup that breaks it."""


def opened(page, server, path, language, **query):
    asked = "&".join(f"{name}={value}" for name, value in {"lang": language, **query}.items())
    page.goto(f"{server.url}/{path}{'&' if '?' in path else '?'}{asked}")
    settled(page)


def characters(text):
    """The characters of a text without spaces; a PDF has radicals where a font draws both the same."""
    return "".join(unicodedata.normalize("NFKC", text.translate(RADICALS)).split())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_arrow_keys_lead_through_the_categories(demo_server, page, language):
    assert projected(page, demo_server, language)
    stage = page.locator("#biaochi-stage")
    assert not stage.locator("input, button, select").count()
    page.keyboard.press("Escape")
    stage.wait_for(state="detached")
    assert "view=" not in page.url


def projected(page, server, language):
    """The categories in the order in which the arrow key leads through them; the last one stays."""
    opened(page, server, "", language, view="projector")
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
    return names


@LANGUAGES
@pytest.mark.parametrize("path", PAGES)
def test_a_printed_page_loses_nothing(demo_server, page, path, language):
    assert_printed_without_loss(page, demo_server, path, language)


def assert_printed_without_loss(page, server, path, language):
    page.add_init_script("window.print = () => {}")  # the dialog that the page opens would wait for a person
    opened(page, server, path, language, view="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert all(abs(float(sheet.mediabox[2 + at]) - A4[at]) < 2 for sheet in sheets for at in (0, 1))
    text = "".join(sheet.extract_text() for sheet in sheets)
    assert "查找单位：" not in text and "Find a unit:" not in text
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
    printed = characters(text)
    headings = page.evaluate(
        "[...document.querySelectorAll('[data-testid=stMain] thead th')]"
        ".filter(e => getComputedStyle(e.closest('thead')).clipPath === 'none').map(e => e.innerText)"
    )
    assert [heading for heading in headings if characters(heading) not in printed] == []


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


def seen_at(page, server, path, language, sizes):
    """Opens a page at the first size and yields at each; a phone is opened as such, since it gets other charts."""
    page.set_viewport_size({"width": sizes[0][0], "height": sizes[0][1]})
    opened(page, server, path, language)
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        settled(page)
        yield f"{width} x {height}"


def axe_findings(page):
    """What is serious or critical, with the elements."""
    found = [v for v in Axe().run(page)["violations"] if v["impact"] in ("serious", "critical")]
    return [(v["id"], [n["html"][:160] for n in v["nodes"]]) for v in found if v["id"] not in STREAMLIT_ONLY]


def assert_fits(page, server, path, language, sizes):
    found = {size: faults(page) for size in seen_at(page, server, path, language, sizes)}
    page.set_viewport_size({"width": sizes[0][0], "height": sizes[0][1]})
    settled(page)
    assert {size: wrong for size, wrong in found.items() if wrong} == {}


def assert_fits_and_is_accessible(page, server, path, language, sizes):
    assert_fits(page, server, path, language, sizes)
    assert axe_findings(page) == []


@SCREENS
@LANGUAGES
@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_cut_off_and_axe_finds_nothing_serious(demo_server, contexts, path, language, sizes):
    with tab(contexts("zh-CN")) as page:
        assert_fits_and_is_accessible(page, demo_server, path, language, sizes)


@SCREENS
@LANGUAGES
@pytest.mark.parametrize("path", SCHEMES)
def test_pages_of_schemes_fit_and_axe_finds_nothing_serious(serve, schemes_path, contexts, path, language, sizes):
    with tab(contexts("zh-CN")) as page:
        assert_fits_and_is_accessible(page, serve(schemes_path), path, language, sizes)


@SCREENS
@LANGUAGES
@pytest.mark.parametrize(("person", "path"), [("zhou", "account"), ("zhou", "users"), ("sun", "log"), ("sun", "home")])
def test_pages_of_whoever_is_signed_in_fit(office, enter, person, path, language, sizes):
    page = enter(person)
    settled(page)
    assert_fits_and_is_accessible(page, office[0], path, language, sizes)


@SCREENS
@LANGUAGES
def test_the_door_fits_and_axe_finds_nothing_serious(office, contexts, language, sizes):
    with tab(contexts("zh-CN")) as page:
        for width, height in sizes:
            page.set_viewport_size({"width": width, "height": height})
            page.goto(f"{office[0].url}/signin?lang={language}")
            assert faults(page) == []
        assert axe_findings(page) == []


def load_four(path):
    load_categories(path, 1, 4, settled=1)


LONG = {("1,128 units", "bottom"): "bottom?category=院系06"}
"""A page on which axe takes more than three minutes -> one of its 14 lists."""
STORES = {"1,128 units": ("real-ballots", load_real_ballots), "4 units": ("four-units", load_four)}


@SCREENS
@LANGUAGES
@pytest.mark.slow
@pytest.mark.parametrize("path", ["home", "ranking", "bottom", "unit", "find", "compare", "changes", "releases"])
@pytest.mark.parametrize("size", STORES)
def test_large_and_small_rounds_fit(serve, once_a_run, contexts, size, path, language, sizes):
    """Real ballots of 1,128 teachers in 14 departments, and a category of four units."""
    server = serve(once_a_run(*STORES[size]))
    with tab(contexts("zh-CN")) as page:
        if (size, path) in LONG:
            assert_fits(page, server, path, language, sizes)
        assert_fits_and_is_accessible(page, server, LONG.get((size, path), path), language, sizes)


@pytest.mark.slow
@LANGUAGES
@pytest.mark.parametrize("path", ["home", "ranking", "bottom", "unit"])
@pytest.mark.parametrize("size", STORES)
def test_large_and_small_rounds_are_printed_without_loss(serve, once_a_run, page, size, path, language):
    assert_printed_without_loss(page, serve(once_a_run(*STORES[size])), path, language)


@pytest.mark.slow
@LANGUAGES
@pytest.mark.parametrize(("size", "categories"), [("1,128 units", 14), ("4 units", 1)])
def test_large_and_small_rounds_are_projected(serve, once_a_run, page, size, categories, language):
    assert len(projected(page, serve(once_a_run(*STORES[size])), language)) == categories


def test_a_dark_system_gets_dark_pages(demo_server, browser):
    context = watched_context(browser, color_scheme="dark")
    with tab(context) as page:
        opened(page, demo_server, "ranking", "zh")
        colours = page.evaluate(
            "[document.querySelector('[data-testid=stApp]'), document.querySelector('.js-plotly-plot .main-svg')]"
            ".map(e => getComputedStyle(e)).map(s => [s.backgroundColor, s.filter.slice(0, 9)])"
        )
        assert colours == [["rgb(20, 25, 30)", "none"], ["rgba(0, 0, 0, 0)", "invert(1)"]]
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_dark_pages_fit_and_have_contrast(demo_server, browser, path):
    context = watched_context(browser, color_scheme="dark")
    with tab(context) as page:
        assert_fits_and_is_accessible(page, demo_server, path, "zh", WIDE[:1])
    context.close()
