"""A community's month: wall, messengers and visits are uploaded, what is due is answered, the circular is issued, an
answer day is corrected, and the next circular says so.

Pictures of the steps go to tests/browser/screenshots/, which is not in git: look at them.
"""

import re
from pathlib import Path

import pytest

from schemes import SCHEMES
from tests.support.community import IN_TIME, LATE_ONES, opinions, registers, visits

from .conftest import settled
from .journeys import Journey, assert_no_chart_text_is_cut, choose_file, fill_round, open_upload
from .screenshots import picture

pytestmark = pytest.mark.browser

TITLE = "首行为标题，已核对"  # it names the as-of day, and a title is a finding to confirm
ECHO = "scheme?scheme=echo&period=2026-03"


def choose_typed(page, box, name):
    """An option of a long list, found by typing."""
    box.locator("input").fill(name)
    page.get_by_role("option", name=name, exact=True).click()
    settled(page)


def upload(person, server, kind, name, content, reason=""):
    """A file of 2026, stored and published; a finding that asks for a reason gets it."""
    page = person.page
    open_upload(page, server, person.language)
    box = page.get_by_test_id("stSelectbox").filter(has_text=person.say("Kind of file")).first
    choose_typed(page, box, person.say(kind))
    fill_round(page, "2026")
    choose_file(page, name, content)
    settled(page)
    if reason:
        person.fills("Reason for accepting these findings", reason)
    person.button("Store and publish").click()
    read_first = page.get_by_text(person.say("Before you publish"))
    done = page.get_by_text({"zh": "已发布", "en": "Published as"}[person.language])
    read_first.or_(done).first.wait_for()
    settled(page)
    if read_first.count():
        person.publishes()


def visit(person, server, address=ECHO):
    person.page.goto(f"{server.url}/{address}&lang={person.language}")
    person.page.get_by_test_id("stMetricValue").first.wait_for()
    settled(person.page)


def figures(page):
    """Label -> value of the glance."""
    labels, values = page.get_by_test_id("stMetricLabel"), page.get_by_test_id("stMetricValue")
    return dict(zip(labels.all_inner_texts(), values.all_inner_texts(), strict=True))


def shows(person, kind):
    """The document of a kind is chosen and shown."""
    main = person.page.get_by_test_id("stMain")
    radio = main.get_by_role("radio", name=person.say(kind))
    radio.or_(main.get_by_role("button", name=person.say(kind))).first.click()
    settled(person.page)


@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=pytest.mark.sweep)])
def test_a_month_from_the_wall_to_the_correction(serve, page, tmp_path, language):
    store = registers(tmp_path / "store")
    server = serve(store.path)
    person = Journey(page, language, "community")
    page.goto(f"{server.url}/scheme?scheme=echo&lang={language}")
    person.sees("Upload data")
    person.picture("empty")

    upload(person, server, "Opinions of residents", "意见.csv", opinions("2026-03-13", {IN_TIME: "2026-03-06"}), TITLE)
    upload(person, server, "Household visits", "走访.csv", visits())
    visit(person, server)
    person.picture("due")
    assert figures(page)[person.say("Open and overdue")] == "2"
    page.get_by_test_id("stMain").get_by_text(f"{person.say('Open and overdue')} 2", exact=True).first.wait_for()

    answered = dict.fromkeys(LATE_ONES, "2026-03-17") | {IN_TIME: "2026-03-06"}
    upload(person, server, "Opinions of residents", "答复.csv", opinions("2026-03-31", answered), TITLE)
    visit(person, server)
    assert figures(page)[person.say("Open and overdue")] == "0"
    assert figures(page)[person.say("Answered on time")] == "33.33%"

    shows(person, "Circular of the month")
    person.picture("circular")
    person.button("Make the PDF").click()
    with page.expect_download() as download:
        page.get_by_test_id("stDownloadButton").filter(has_text=person.say("Download the PDF")).locator(
            "button"
        ).click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    person.button("Close the month").click()
    page.get_by_text({"zh": "以后的文书会写明", "en": "later documents say"}[language]).first.wait_for()
    settled(page)

    corrected = answered | {IN_TIME: "2026-03-16"}
    upload(
        person,
        server,
        "Opinions of residents",
        "更正.csv",
        opinions("2026-04-03", corrected),
        "答复日期登记有误",
    )
    visit(person, server)
    assert figures(page)[person.say("Answered on time")] == "0.00%"
    shows(person, "Circular of the month")
    page.get_by_text(person.say("Corrections of earlier circulars")).first.wait_for()
    person.picture("correction")


@pytest.mark.sweep
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", [scheme.name for scheme in SCHEMES if scheme.has("page")])
def test_the_first_screen_has_glance_and_picture(serve, page, schemes_path, name, language):
    page.set_viewport_size({"width": 1366, "height": 768})
    server = serve(schemes_path)
    visit(Journey(page, language, name), server, f"scheme?scheme={name}")
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
    visit(Journey(page, language, "echo"), serve(schemes_path), "scheme?scheme=echo&period=2026")
    tree = page.locator('[data-testid="stMain"]').aria_snapshot()
    after = tree[tree.index(label) :]
    assert re.search(r"\b2\b.*?" + base, after, re.DOTALL) and after.index(base) < 200
