"""From three tables to the circular of the quarter, as an office would do it; and the charts at a projector.

Pictures of the steps go to tests/browser/screenshots/, which is not in git: look at them.
"""

import csv
import io
from pathlib import Path
from zipfile import ZipFile

import pytest

from data.sample.city import demo_units
from data.sample.pledges import LATE, PRAISED_ONLY_IN_THE_HALL
from i18n import translate
from tests.support.pledges import PLEDGES, PROGRESS, UNITS, VOTES, town

from .conftest import assert_only_language, settled
from .journeys import (
    assert_no_chart_text_is_cut,
    choose_file,
    choose_option,
    fill_round,
    open_upload,
    store_and_publish,
)
from .screenshots import picture

pytestmark = pytest.mark.browser

TABLES = {"Pledges": PLEDGES, "Progress of pledges": PROGRESS, "Votes on duty reports": VOTES}
NAMES = {*UNITS, "单位", "修路", "植树", "公里", "棵", "党组书记", "现场测量", "督查室", "台账", "验收单", "demo"}
NAMES |= {"党员", "群众代表", "较好", "一般", "好", "差", "Q", "U"}


def wait_for_heading(page, text: str) -> None:
    page.locator("h1, h2, h3", has_text=text).first.wait_for()
    settled(page)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_three_tables_become_a_pledge_book_and_a_circular(serve, page, tmp_path, language):
    def say(message: str) -> str:
        return translate(message, language)

    store = town(tmp_path / "store", kinds=())
    server = serve(store.path)
    page.goto(f"{server.url}/pledges?lang={language}")
    wait_for_heading(page, say("Pledges"))
    page.get_by_text({"zh": "请上传下列三张表", "en": "Upload these three tables"}[language]).first.wait_for()
    assert_only_language(page, language, NAMES)
    picture(page, f"pledges-1-empty-{language}")

    for kind, content in TABLES.items():
        open_upload(page, server, language)
        box = page.get_by_test_id("stSelectbox").filter(has_text=say("Kind of file")).first
        choose_option(page, box, say(kind))
        settled(page)
        fill_round(page, "2025")
        choose_file(page, f"{kind}.csv", content.encode("gb18030"))
        store_and_publish(page, language)  # a round without a register says so first

    page.goto(f"{server.url}/pledges?lang={language}")
    wait_for_heading(page, say("Pledges"))
    page.locator(".js-plotly-plot").first.wait_for()
    names = {*NAMES, store.release().short}
    assert_only_language(page, language, names)
    picture(page, f"pledges-2-glance-{language}")

    page.get_by_test_id("stMain").get_by_role("radio", name=say("Quarter by quarter")).or_(
        page.get_by_role("button", name=say("Quarter by quarter"))
    ).first.click()
    settled(page)
    page.get_by_test_id("stMain").get_by_text(f"{say('Overdue')} 1", exact=True).first.click()
    settled(page)
    assert "view=progress" in page.url and "show=overdue" in page.url
    assert_only_language(page, language, names)
    picture(page, f"pledges-3-overdue-{language}")
    with page.expect_download() as download:
        page.get_by_test_id("stDownloadButton").filter(has_text=say("Download as CSV")).locator("button").click()
    content = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(content))
    assert "修路" in row.values() and "单位1" in row.values() and say("Overdue") in row.values()
    with page.expect_download() as download:
        page.get_by_test_id("stDownloadButton").filter(has_text=say("Download as Excel")).locator("button").click()
    assert "xl/workbook.xml" in ZipFile(download.value.path()).namelist()

    page.goto(f"{server.url}/pledges?lang={language}&view=book")
    wait_for_heading(page, "单位1")
    page.get_by_test_id("stExpander").filter(has_text="修路").click()
    page.get_by_text("现场测量").first.wait_for()
    assert_only_language(page, language, names)
    picture(page, f"pledges-4-book-{language}")
    page.goto(f"{server.url}/pledges?lang={language}&view=analysis")
    wait_for_heading(page, say("Trend of one post"))
    assert_only_language(page, language, names)


@pytest.mark.parametrize(("width", "height"), [(1366, 768), pytest.param(1920, 1080, marks=pytest.mark.sweep)])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_glance_is_seen_without_scrolling(demo_server, page, width, height, language):
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{demo_server.url}/pledges?lang={language}")
    settled(page)
    for place in (page.get_by_test_id("stMetricValue").last, page.get_by_text(PRAISED_ONLY_IN_THE_HALL).first):
        box = place.bounding_box()
        assert box["x"] > 0 and box["y"] + box["height"] < height
    for label in page.get_by_test_id("stMetricLabel").all():
        assert label.evaluate("one => one.scrollWidth <= one.clientWidth + 1"), label.inner_text()


@pytest.mark.parametrize("view", ["outcomes", "halls", "progress", "book"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_text_of_the_charts_is_cut_off(demo_server, page, language, view):
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(f"{demo_server.url}/pledges?lang={language}&view={view}")
    settled(page)
    page.locator(".js-plotly-plot .xtick text").first.wait_for()
    settled(page)
    assert_no_chart_text_is_cut(page)


def test_the_late_unit_is_found_by_the_address_alone(demo_server, page):
    code = next(unit.code for unit in demo_units() if unit.name == LATE)
    page.goto(f"{demo_server.url}/pledges?lang=zh&round=2025&view=book&unit={code}")
    wait_for_heading(page, LATE)
    page.get_by_test_id("stExpander").filter(has_text="新增便民服务点").filter(has_text="逾期").first.wait_for()
