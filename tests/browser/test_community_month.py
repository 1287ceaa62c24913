"""A community's month: wall, messengers and visits are uploaded, what is due is answered, the circular is issued, an
answer day is corrected, and the next circular says so.

Pictures of the steps go to tests/browser/screenshots/, which is not in git: look at them.
"""

import re

import pytest

from schemes import SCHEMES
from tests.support.community import IN_TIME, LATE_ONES, opinions, people, registers, visits

from .conftest import settled
from .journeys import SchemeJourney, assert_no_chart_text_is_cut
from .screenshots import picture

pytestmark = pytest.mark.browser

TITLE = "首行为标题，已核对"  # it names the as-of day, and a title is a finding to confirm
BOTH = ["zh", pytest.param("en", marks=pytest.mark.sweep)]


@pytest.fixture
def clerk(serve, page, tmp_path, language):
    """A clerk of a community whose registers are published: no opinion and no visit yet."""
    return SchemeJourney(page, language, "community", serve(registers(tmp_path / "store").path), "echo", "2026")


@pytest.mark.parametrize("language", BOTH)
def test_a_month_from_the_wall_to_the_correction(clerk):
    clerk.page.goto(f"{clerk.server.url}/scheme?scheme=echo&lang={clerk.language}")
    clerk.sees("Upload data")
    clerk.picture("empty")

    clerk.stores_and_publishes(
        "Opinions of residents", "意见.csv", opinions("2026-03-13", {IN_TIME: "2026-03-06"}), TITLE
    )
    clerk.stores_and_publishes("Household visits", "走访.csv", visits())
    clerk.visits(period="2026-03")
    clerk.picture("due")
    assert clerk.figure("Open and overdue") == "2"
    clerk.page.get_by_test_id("stMain").get_by_text(f"{clerk.say('Open and overdue')} 2", exact=True).first.wait_for()

    answered = dict.fromkeys(LATE_ONES, "2026-03-17") | {IN_TIME: "2026-03-06"}
    clerk.stores_and_publishes("Opinions of residents", "答复.csv", opinions("2026-03-31", answered), TITLE)
    clerk.visits(period="2026-03")
    assert clerk.figure("Open and overdue") == "0"
    assert clerk.figure("Answered on time") == "33.33%"

    assert clerk.say("Corrections of earlier circulars") not in clerk.reads("Circular of the month")
    clerk.picture("circular")
    assert clerk.pdf().startswith(b"%PDF")
    clerk.closes_the_month()

    corrected = answered | {IN_TIME: "2026-03-16"}
    clerk.stores_and_publishes(
        "Opinions of residents", "更正.csv", opinions("2026-04-03", corrected), "答复日期登记有误"
    )
    clerk.visits(period="2026-03")
    assert clerk.figure("Answered on time") == "0.00%"
    assert clerk.say("Corrections of earlier circulars") in clerk.reads("Circular of the month")
    clerk.picture("correction")


@pytest.mark.parametrize("language", BOTH)
def test_a_week_from_people_and_visits_to_its_sheet(serve, page, tmp_path, language):
    store = registers(tmp_path / "store", people=False)
    clerk = SchemeJourney(page, language, "week", serve(store.path), "echo", "2026")
    clerk.stores("Persons in posts, by code", "人员岗位.csv", people())
    clerk.stores_and_publishes("Household visits", "走访.csv", visits())
    clerk.visits(period="2026-03")
    assert clerk.figure("Weeks with enough visits") == "–", "the week of the visits still runs on Thursday"
    clerk.stores_and_publishes("Household visits", "次周走访.csv", visits("2026-03-16"))
    clerk.visits(period="2026-03")
    assert clerk.figure("Weeks with enough visits") == "50.00%"
    drawn = page.locator(".js-plotly-plot").first.inner_text().splitlines()
    assert {"1", "2"} <= set(drawn[0]) and "5/478" in drawn, drawn
    assert_no_chart_text_is_cut(page)
    clerk.picture("tiles")
    sheet = clerk.reads("Weekly sheet of home visits")
    assert "2026-03-09" in sheet and "1/2" in sheet and clerk.say("Weeks with enough visits") in sheet
    clerk.picture("sheet")


@pytest.mark.sweep
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", [scheme.name for scheme in SCHEMES if scheme.has("page")])
def test_the_first_screen_has_glance_and_picture(serve, page, schemes_path, name, language):
    page.set_viewport_size({"width": 1366, "height": 768})
    SchemeJourney(page, language, name, serve(schemes_path), name, "2026").visits()
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    settled(page)
    for label in page.get_by_test_id("stMetricLabel").all():
        assert label.evaluate("one => one.scrollWidth <= one.clientWidth + 1"), label.inner_text()
    figure = page.get_by_test_id("stMetricValue").last.bounding_box()
    chart = page.locator(".js-plotly-plot").first.bounding_box()
    assert figure["y"] + figure["height"] < 768
    assert chart["y"] + min(chart["height"], 200) < 768, "at least the upper part of the picture"
    assert_no_chart_text_is_cut(page)
    picture(page, f"scheme-{name}-{language}")


@pytest.mark.parametrize(
    ("language", "label", "base"),
    [("zh", "超期未办", "基数480"), pytest.param("en", "Open and overdue", "of 480", marks=pytest.mark.sweep)],
)
def test_a_reader_hears_how_many_are_overdue_and_of_how_many(serve, page, schemes_path, language, label, base):
    """The accessibility tree of the first screen answers it: the figure, then its base."""
    SchemeJourney(page, language, "echo", serve(schemes_path), "echo", "2026").visits(period="2026")
    tree = page.locator('[data-testid="stMain"]').aria_snapshot()
    after = tree[tree.index(label) :]
    assert re.search(r"\b2\b.*?" + base, after, re.DOTALL) and after.index(base) < 200
