"""From the home page to the evidence of a unit, and to publishing, with nothing but a keyboard."""

import pytest

from data.store import Store
from tests.support.categories import load_categories, name_of

from .conftest import settled

pytestmark = pytest.mark.browser
FOCUSED = "() => document.activeElement.textContent.trim() || document.activeElement.getAttribute('aria-label') || ''"
RING = """() => {
  const ringed = document.activeElement.closest('a, button, summary') || document.activeElement;
  return parseFloat(getComputedStyle(ringed).outlineWidth);
}"""


def tab_to(page, text: str) -> None:
    """Press Tab until what shows a text has the focus; it is seen by its ring."""
    for _press in range(200):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED).startswith(text):
            assert page.evaluate(RING) >= 2
            return
    raise AssertionError(f"the keyboard does not reach {text}")


def test_home_evidence_and_publishing_without_a_mouse(serve, tmp_path, page):
    store = Store(load_categories(tmp_path / "store", 2, 4, settled=1), threads=2)
    register = "单位编码,单位全称,建制序号,类别\nU0000,1类第1局,1,第1类\n"
    assert store.import_files("units", [("名录.csv", register.encode())], "2026").stored
    page.goto(f"{serve(store.path).url}/?lang=zh")
    settled(page)
    tab_to(page, name_of(0, 0))
    page.keyboard.press("Enter")
    page.locator("h1", has_text="单位").wait_for()
    settled(page)
    assert "认定" in page.locator("[data-testid=stMain] h3").first.inner_text()
    tab_to(page, "供统计人员参考")
    page.keyboard.press("Enter")
    page.locator("details[open]").first.wait_for()
    tab_to(page, "发布历史")
    page.keyboard.press("Enter")
    page.locator("h1", has_text="发布历史").wait_for()
    settled(page)
    before = store.in_force()
    tab_to(page, "按此发布")
    page.keyboard.press("Enter")
    page.get_by_text("已发布，发布版编号").wait_for()
    assert store.in_force() != before
