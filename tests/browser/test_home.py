"""Ten questions that the home page answers before anyone scrolls: read as a screen reader does, with boxes."""

import re

import pytest

from tests.support.categories import load_categories, name_of

from .accessible import tree_of
from .conftest import settled

pytestmark = pytest.mark.browser

SCREENS = {"desk": (1366, 768, 768), "phone": (390, 844, 3 * 844)}
"""Width, height, and how far down an answer may be: a screen, or two scrolls of a phone."""

QUESTIONS = {
    "zh": {
        "who is confirmed in 政府工作部门?": ("table:政府工作部门", "确认末位市卫生健康委员会"),
        "who is confirmed at all?": ("heading:首页", "4 个确认末位"),
        "how many cannot be told apart, how many are cleared?": ("heading:首页", "22 个证据不足、59 个确认不在末位"),
        "on how many votes does the first name rest, with which interval and place?": (
            "table:党群部门",
            r"评价 \d+ 份，\d+\.\d\d 分（\d+\.\d\d–\d+\.\d\d），名次 21（20–21）",
        ),
        "why is nobody named in 垂直管理单位?": ("main:", "市气象局的证据强度为 0，达到 100 方可点名"),
        "what would settle 党群部门?": ("main:", r"再收回约 [\d,]+ 份评议票，可见分晓"),
        "what must be done next?": ("main:", "下一步： ?核对名单，无误后将批次定稿"),
        "how far is the year?": ("list:年度工作进度", r"✓? ?评议票，完成82,125 行.*定稿，正在办理尚未办理.*送达通知"),
        "what changed against last year?": ("main:", r"与 2024 批次相比：\d+ 个单位明显上升，\d+ 个明显下降"),
        "who is not ranked, and why?": ("main:", "5 个单位不参与排名（.*评价数不足 1"),
    },
    "en": {
        "who is confirmed in 政府工作部门?": ("table:政府工作部门", "Confirmed市卫生健康委员会"),
        "who is confirmed at all?": ("heading:Home", "4 confirmed at the bottom"),
        "how many cannot be told apart, how many are cleared?": ("heading:Home", "22 undecided, 59 cleared"),
        "on how many votes does the first name rest, with which interval and place?": (
            "table:党群部门",
            r"\d+ votes, \d+\.\d\d points \(\d+\.\d\d–\d+\.\d\d\), place 21 \(20–21\)",
        ),
        "why is nobody named in 垂直管理单位?": ("main:", "evidence for 市气象局 is 0; 100 is required"),
        "what would settle 党群部门?": ("main:", r"about [\d,]+ more ballots"),
        "what must be done next?": ("main:", "Next: ?Check the list, then set the round to finalised"),
        "how far is the year?": ("list:Steps of the year", r"Ballots, donelines: 82,125.*Finalise, now.*Letters"),
        "what changed against last year?": ("main:", r"Since 2024: \d+ rose and \d+ fell"),
        "who is not ranked, and why?": ("main:", r"not ranked: 5 \(.*too few votes 1"),
    },
}


def opened(page, url, screen, language):
    width, height, _reach = SCREENS[screen]
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{url}/?lang={language}")
    settled(page)
    return tree_of(page)


def seen_first(node, reach):
    """The texts of a node whose boxes end within reach, in reading order."""
    return "".join(text.name for text in node.texts() if text.bottom is not None and text.bottom <= reach)


BOTH_SCREENS = pytest.mark.parametrize(
    ("screen", "language"),
    [
        ("desk", "zh"),
        ("phone", "en"),
        *(pytest.param(*both, marks=pytest.mark.sweep) for both in (("desk", "en"), ("phone", "zh"))),
    ],
)


@BOTH_SCREENS
def test_ten_questions_are_answered_before_anyone_scrolls(demo_server, page, screen, language):
    tree, reach = opened(page, demo_server.url, screen, language), SCREENS[screen][2]
    unanswered = {}
    for question, (place, answer) in QUESTIONS[language].items():
        role, _, name = place.partition(":")
        text = seen_first(tree.found(role, name), reach)
        if not re.search(answer, text):
            unanswered[question] = text[-400:]
    assert len(QUESTIONS[language]) == 10 and unanswered == {}


FOURTEEN = {
    "zh": ("112 个参与排名的单位中", "确认末位", "没有确认末位的类别：12 个", "没有确认末位的类别"),
    "en": (
        "of 112 ranked units",
        "Confirmed",
        "Categories in which nobody is confirmed: 12",
        "Categories in which nobody",
    ),
}
"""Headline, the word before a name, and the fold with the other categories."""


@pytest.fixture
def fourteen(serve, once_a_run):
    store = once_a_run("fourteen", lambda path: load_categories(path, 14, 8, settled=2))
    return serve(store).url


@BOTH_SCREENS
def test_with_fourteen_categories_the_named_come_first_and_the_rest_is_a_tap_away(fourteen, page, screen, language):
    headline, named, fold, begins = FOURTEEN[language]
    shown = seen_first(opened(page, fourteen, screen, language), SCREENS[screen][2])
    for words in (headline, f"{named}{name_of(0, 0)}", f"{named}{name_of(1, 0)}", fold):
        assert words in shown, shown
    other = page.locator(".biaochi-card", has_text="第14类")
    assert not other.is_visible()
    page.locator("summary", has_text=begins).click()
    other.get_by_role("link").first.wait_for()


def test_one_category_of_four_units_has_headline_card_and_reason(serve, tmp_path, page):
    url = serve(load_categories(tmp_path / "store", 1, 4)).url
    shown = seen_first(opened(page, url, "phone", "en"), 3 * 844)
    assert "of 4 ranked units" in shown and "4 units · last 2" in shown and "What would settle it" in shown


def test_back_restores_category_and_address(demo_server, page):
    """Streamlit issues 9279 and 13963: from a category to another, to a unit and back, three times Back."""
    page.goto(f"{demo_server.url}/bottom?round=2025&category=党群部门&lang=en")
    settled(page)
    box = page.get_by_test_id("stSelectbox").filter(has_text="Category").first
    box.locator("input").click()
    page.get_by_role("option", name="公共服务单位", exact=True).click()
    page.locator("h2, h3").filter(has_text="1 confirmed").first.wait_for()
    settled(page)
    second = page.url
    page.locator(".stHtml").get_by_role("link", name="市燃气公司").first.click()
    page.locator("h1", has_text="One unit").wait_for()
    settled(page)
    assert "unit=ZY" in page.url
    page.go_back()
    page.locator("h1", has_text="Bottom list").wait_for()
    settled(page)
    assert page.url == second and box.locator("input").input_value() == "公共服务单位"
    page.go_back()
    page.wait_for_function("() => decodeURIComponent(location.search).includes('党群部门')")
    settled(page)
    assert (
        page.get_by_test_id("stSelectbox").filter(has_text="Category").first.locator("input").input_value()
        == "党群部门"
    )


def test_a_search_from_any_page_has_an_address_and_ends_at_the_unit(demo_server, page):
    page.goto(f"{demo_server.url}/methods?lang=zh")
    settled(page)
    field = page.get_by_placeholder("查找单位").first
    field.fill("swsjk")
    field.press("Enter")
    page.locator("h1", has_text="查找单位").wait_for()
    settled(page)
    assert "q=swsjk" in page.url
    page.get_by_test_id("stMain").locator(".biaochi-table").get_by_role("link").first.click()
    page.locator("h1", has_text="单位").wait_for()
    settled(page)
    page.go_back()
    page.locator("h1", has_text="查找单位").wait_for()
    settled(page)
    assert "q=swsjk" in page.url and page.get_by_placeholder("查找单位").first.input_value() == "swsjk"
