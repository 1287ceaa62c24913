"""Tables leave a page by a click or by the keyboard; the audit log is told before they do."""

import hashlib
import shutil
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from data.store import Store
from data.store.audit_log import read_log
from i18n import translate
from ui.downloads import FILE_WORDS

from .conftest import settled

pytestmark = pytest.mark.browser
TABLES = {
    "ranking": "ranking",
    "bottom": "bottom",
    "changes": "changes",
    "unit?unit=ZY001": "unit",
    "releases": "history",
    "": "groups",
}


@pytest.fixture
def own(demo_path, tmp_path):
    """A copy of the demonstration: exports write into its log."""
    path = tmp_path / "store"
    shutil.copytree(demo_path, path)
    return Store(path, threads=2)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_hands_out_its_table(language, serve, page, own):
    server = serve(own.path)
    for address, table in TABLES.items():
        join = "&" if "?" in address else "?"
        page.goto(f"{server.url}/{address}{join}lang={language}")
        settled(page)
        if not address:
            page.locator("summary", has_text=translate("Who voted, and what they answered", language)).click()
        contents = {}
        for kind in ("xlsx", "csv"):
            with page.expect_download() as waiting:
                page.locator(f".st-key-{table}_{kind} button").click()
            contents[kind] = waiting.value.path().read_bytes()
            code = table.partition("-")[0]
            shown = translate(FILE_WORDS[code], "zh") if language == "zh" and code in FILE_WORDS else table
            assert waiting.value.suggested_filename.startswith(shown)
            last = read_log(own.path)[-1]
            digest = hashlib.sha256(contents[kind]).hexdigest()
            assert (last.action, last.what, last.sha256) == ("export", f"{table}.{kind}", digest)
            assert last.release == own.in_force()
        book = CalamineWorkbook.from_filelike(BytesIO(contents["xlsx"]))
        assert len(book.get_sheet_by_index(0).to_python()) == contents["csv"].count(b"\r\n")


def test_the_keyboard_hands_out_the_table_of_the_page(serve, page, own):
    server = serve(own.path)
    page.goto(f"{server.url}/ranking?lang=zh")
    settled(page)
    # A key does what its button does, once the button is drawn; Streamlit loads it after the text of the page.
    button = page.locator(".st-key-ranking_csv button")
    button.hover()
    with page.expect_download() as waiting:
        page.keyboard.press("Control+Alt+v")
    command = waiting.value.path().read_bytes()
    assert command.startswith(b"\xef\xbb\xbf") and "单位编码".encode() in command[:40]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_table_has_no_way_out_that_the_log_does_not_see(language, serve, page, own):
    server = serve(own.path)
    page.goto(f"{server.url}/ranking?lang={language}")
    settled(page)
    page.get_by_test_id("stDataFrame").first.hover()
    page.get_by_test_id("stElementToolbarButton").first.wait_for()
    told = [button.get_attribute("aria-label") for button in page.locator("button:visible").all()]
    assert any(label and label.startswith({"zh": "查找", "en": "Search"}[language]) for label in told)
    assert not [label for label in told if label and "CSV" in label]


def test_a_kept_original_is_logged_when_it_leaves(serve, page, own):
    server = serve(own.path)
    page.goto(f"{server.url}/releases?lang=zh")
    settled(page)
    page.get_by_text("原始文件及校验值").click()
    settled(page)
    with page.expect_download() as waiting:
        page.locator('[class*="st-key-original_"] button').first.click()
    digest = hashlib.sha256(waiting.value.path().read_bytes()).hexdigest()
    last = read_log(own.path)[-1]
    assert (last.action, last.sha256) == ("export", digest) and last.what.startswith("original 0")


BULLETIN, UNIT = "bulletin", "unit?unit=ZY001"


# All four go one way from button to log, so two of them stand for it in every run; a bundle takes seconds to make.
@pytest.mark.parametrize(
    ("address", "name"),
    [
        (BULLETIN, "page"),
        (UNIT, "kit"),
        pytest.param(BULLETIN, "internal", marks=pytest.mark.sweep),
        pytest.param(BULLETIN, "public", marks=pytest.mark.sweep),
    ],
)
def test_bundles_public_page_and_kit_are_made_and_handed_out(address, name, serve, page, own):
    server = serve(own.path)
    page.goto(f"{server.url}/{address}{'&' if '?' in address else '?'}lang=zh")
    settled(page)
    page.locator(f".st-key-make_file_{name} button").click()
    ready = page.locator(f".st-key-download_file_{name} button")
    ready.wait_for()
    with page.expect_download() as waiting:
        ready.click()
    digest = hashlib.sha256(waiting.value.path().read_bytes()).hexdigest()
    last = read_log(own.path)[-1]
    assert (last.action, last.sha256) == ("export", digest) and name in last.what
