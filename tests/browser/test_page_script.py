"""Streamlit's own texts follow the page's language: every element the pages use, resting,
opened and hovered.
"""

import contextlib
import re

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from .conftest import assert_only_language, drawn, settled, tab

pytestmark = pytest.mark.browser
KINDS = {"c", "csv", "xlsx"}  # of the gallery's upload fields


@pytest.fixture(scope="session")
def gallery(start):
    return start(app="tests/browser/gallery/app.py")


@pytest.fixture(scope="module", params=["zh", "en"])
def language(request):
    return request.param


@pytest.fixture(scope="module")
def opened(gallery, contexts, language):
    """The gallery in one language, in a browser that speaks the other one."""
    with tab(contexts({"zh": "en-US", "en": "zh-CN"}[language])) as page:
        page.goto(f"{gallery.url}/?lang={language}")
        settled(page)
        yield page


@pytest.fixture
def shown(opened):
    """The same page for all tests, with whatever the one before has opened closed again."""
    yield opened
    opened.keyboard.press("Escape")
    opened.keyboard.press("Escape")
    opened.mouse.move(1, 899)


@pytest.mark.sweep
def test_at_rest(shown, language):
    assert_only_language(shown, language, KINDS)


@pytest.mark.parametrize("key", ["one", "many"])
def test_an_open_list(shown, language, key):
    shown.locator(f".st-key-{key} input").first.click()
    shown.get_by_role("option").first.wait_for()
    drawn(shown)
    assert_only_language(shown, language, KINDS)
    shown.keyboard.type("zzz" if language == "en" else "999")
    shown.get_by_role("option", name=re.compile("^[45][12]$")).first.wait_for(state="detached")
    drawn(shown)
    assert_only_language(shown, language, KINDS | {"zzz", "999"})


def test_an_open_calendar(shown, language):
    shown.locator(".st-key-date button").first.click()
    shown.get_by_role("grid").first.wait_for()
    drawn(shown)
    assert_only_language(shown, language, KINDS)


def hint(page, button, other):
    """Rest on a button until its hint shows. The toolbar may be redrawn under a pointer that rests, and shows no
    hint then: come back from another button, as a hand would.
    """
    shown = page.get_by_role("tooltip").filter(has_text=button.get_attribute("aria-label").split("：")[0].split(":")[0])
    for _ in range(10):
        button.hover(force=True)
        with contextlib.suppress(PlaywrightTimeout):
            shown.wait_for(timeout=2000)
            break
        other.hover(force=True)
    assert shown.count(), f"no hint of {button.get_attribute('aria-label')}"
    drawn(page)


@pytest.mark.sweep
@pytest.mark.parametrize("place", [0, 1])
def test_the_toolbar_of_a_table(shown, language, place):
    table = shown.get_by_test_id("stFullScreenFrame").filter(has=shown.get_by_test_id("stDataFrame"))
    # In the middle of the window: at its top the page's own header lies over the toolbar.
    table.nth(place).evaluate("element => element.scrollIntoView({block: 'center'})")
    table.nth(place).hover()
    buttons = table.nth(place).get_by_test_id("stElementToolbarButton").locator("button:visible").all()
    for number, button in enumerate(buttons):
        hint(shown, button, buttons[number - 1])
        assert_only_language(shown, language, KINDS)


def test_the_menu_of_a_column(shown, language):
    canvas = shown.get_by_test_id("stDataFrame").first.locator("canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    for step in range(10, int(box["width"] / 2), 12):
        shown.mouse.move(box["x"] + box["width"] / 2 - step, box["y"] + 16)
        shown.mouse.click(box["x"] + box["width"] / 2 - step, box["y"] + 16)
        if shown.get_by_test_id("stDataFrameColumnMenu").count():
            break
    menu = shown.get_by_test_id("stDataFrameColumnMenu")
    menu.wait_for()
    for item in menu.get_by_role("menuitem").all():
        item.hover()
        drawn(shown)
        assert_only_language(shown, language, KINDS)


def test_the_toolbar_of_a_chart(shown, language):
    shown.locator(".js-plotly-plot").hover()
    hints = [hint.get_attribute("data-title") or "" for hint in shown.locator(".modebar-btn").all()]
    assert hints
    wrong = re.compile("[A-Za-z]{3}" if language == "zh" else "[\u4e00-\u9fff]")
    assert not [hint for hint in hints if wrong.search(hint.replace("PNG", ""))]


def test_typing_into_a_field(shown, language):
    for key in ("area", "number", "in_form"):
        shown.locator(f".st-key-{key} :is(input, textarea)").first.fill("7")
        drawn(shown)
        assert_only_language(shown, language, KINDS)


def test_the_main_menu(shown, language):
    shown.get_by_test_id("stMainMenu").locator("button").click()
    shown.get_by_test_id("stMainMenuList").first.wait_for()
    drawn(shown)
    assert_only_language(shown, language, KINDS)


def test_a_download_carries_the_hash_of_its_content(shown):
    with shown.expect_download() as download:
        shown.locator(".st-key-download button").click()
    assert download.value.suggested_filename == "17-4ec9599fc203.csv"


def test_a_refused_file(shown, language):
    shown.locator(".st-key-file input[type=file]").set_input_files(
        {"name": "7.exe", "mimeType": "application/octet-stream", "buffer": b"7"}
    )
    shown.get_by_text("7.exe").first.wait_for()
    drawn(shown)
    assert_only_language(shown, language, KINDS | {"exe"})
