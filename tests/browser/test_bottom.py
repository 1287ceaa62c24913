"""From the year card to the bottom list to one unit, as a leader clicks it; and the line at which names stop."""

import re

import pytest

from .conftest import settled
from .journeys import assert_no_chart_text_is_cut

pytestmark = pytest.mark.browser


def heading(page, text):
    page.locator("h1", has_text=re.compile(f"^{text}$")).wait_for()


def test_from_the_card_of_a_category_to_the_bottom_list(demo_server, page):
    page.goto(f"{demo_server.url}/overview?lang=zh")  # the former address of the home page
    settled(page)
    card = page.locator(".biaochi-card", has_text="政府工作部门")
    assert "确认末位" in card.inner_text() and "市司法局" in card.inner_text()
    card.get_by_role("link", name="政府工作部门").click()
    heading(page, "末位名单")
    settled(page)
    assert "%E6%94%BF%E5%BA%9C" in page.url or "政府工作部门" in page.url
    assert page.locator("h3").first.inner_text().startswith("确认末位 2 个")


@pytest.mark.parametrize(("width", "height"), [(1366, 768), pytest.param(1920, 1080, marks=pytest.mark.sweep)])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_confirmed_are_seen_without_scrolling(demo_server, page, width, height, language):
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{demo_server.url}/bottom?round=2025&category=公共服务单位&lang={language}")
    settled(page)
    page.locator(".js-plotly-plot").first.wait_for()
    name = page.locator(".js-plotly-plot .ytick text", has_text="市殡葬服务中心").first
    name.wait_for()
    settled(page)
    box = name.bounding_box()
    assert box["x"] > 0 and box["y"] + box["height"] < height


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_text_of_the_charts_is_cut_off(demo_server, page, language):
    page.goto(f"{demo_server.url}/bottom?round=2025&category=政府工作部门&lang={language}")
    settled(page)
    page.locator(".js-plotly-plot .ytick text").first.wait_for()
    assert_no_chart_text_is_cut(page)


def test_a_name_in_a_list_has_votes_interval_and_verdict(demo_server, page):
    page.goto(f"{demo_server.url}/bottom?round=2025&category=政府工作部门&lang=zh")
    settled(page)
    for name in ("市卫生健康委员会", "市司法局"):
        box = page.locator('[data-testid="stVerticalBlock"]', has_text=f"◆ {name}").last
        text = box.inner_text()
        assert re.search(r"评价 \d+ 份", text) and re.search(r"（\d+\.\d+ – \d+\.\d+）", text) and "确认末位" in text
