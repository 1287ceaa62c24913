"""The public page in a real browser: a phone, a screen of an office, with and without scripts, both languages."""

import random

import pytest
from axe_core_python.sync_playwright import Axe

from data.store import Store
from reports.notice_parts import NoticeParts
from reports.public_export import prepare
from tests.support.stores import SMALL

PHONE, OFFICE = {"width": 390, "height": 844}, {"width": 1366, "height": 768}
FIRST = "公安局 财政局 教育局 民政局 司法局 人社局 住建局 交通局 水务局 农业局 商务局 文旅局 卫健委 应急局 审计局"
LAST = "发改委 科技局 信访局 统计局 医保局 林业局 体育局 气象局 邮政局 税务局 海关 供电公司 供水公司 公交公司 图书馆"
UNITS = [f"市{name}" for name in f"{FIRST} {LAST}".split(" ")]
PARTS = NoticeParts("中共安远市委督查办公室", "安委督〔2026〕7号", "", "督查办群众评议组，0830-0000000，人民路1号")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The page of an announced round of 30 units in a category, as a file."""
    draw, lines = random.Random(2), ["票号,评议主体,参评单位,类别,评价"]
    groups = ("普通群众",) * 40 + ("服务对象",) * 20 + ("两代表一委员",) * 15
    for number, group in enumerate(groups, 1):
        for at, unit in enumerate(UNITS):
            grade = "满意" if draw.random() < 0.9 - at / 50 else draw.choice(["基本满意", "不满意"])
            lines.append(f"{number},{group},{unit},政府工作部门,{grade}")
    folder = tmp_path_factory.mktemp("public")
    store = Store(folder / "var", threads=1)
    store.add_rules(SMALL)
    assert store.import_files("ballots", [("票.csv", "\n".join(lines).encode())], "2025").stored
    store.publish()
    store.set_status("2025", "final", "审定")
    store.set_status("2025", "announced", "市委审定")
    release = store.release()
    (folder / "public.html").write_bytes(prepare(store, release.round("2025"), PARTS).page())
    release.close()
    return (folder / "public.html").as_uri()


@pytest.fixture
def reader(browser):
    """reader(viewport, scripts): a page whose console has to stay empty and which asks for nothing outside its file."""
    opened, heard = [], []

    def read(viewport, scripts=True):
        context = browser.new_context(viewport=viewport, java_script_enabled=scripts)
        opened.append(context)
        page = context.new_page()
        page.on("console", lambda message: heard.append(message.text))
        page.on("request", lambda request: heard.append(request.url) if not request.url.startswith("file:") else None)
        return page

    yield read
    for context in opened:
        context.close()
    assert heard == []


def seen(page):
    return [row for row in page.locator("table.units tbody tr").all() if row.is_visible()]


@pytest.mark.parametrize("viewport", [PHONE, OFFICE])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_nothing_serious(reader, written, language, viewport):
    page = reader(viewport)
    page.goto(f"{written}#{language}")
    found = Axe().run(page)
    assert found["passes"]
    assert [v["id"] for v in found["violations"] if v["impact"] in ("serious", "critical")] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_summary_and_thirty_units_need_three_screens_of_a_phone(reader, written, language):
    page = reader(PHONE)
    page.goto(f"{written}#{language}")
    rows = page.locator(f"#{language} table.units").first.locator("tbody tr")
    assert rows.count() == 30
    box = rows.nth(29).bounding_box()
    top = page.evaluate("scrollY")
    assert box["y"] + top + box["height"] <= 3 * PHONE["height"]
    summary = page.locator(f"#{language}-summary").bounding_box()
    assert summary["y"] + top < PHONE["height"] / 2
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


@pytest.mark.parametrize("viewport", [PHONE, OFFICE], ids=["phone", "office"])
def test_everything_is_there_without_scripts(reader, written, viewport):
    page = reader(viewport, scripts=False)
    page.goto(written)
    assert not page.locator("#zh [role=search]").is_visible() and page.locator("#zh table.units").first.is_visible()
    page.locator("#zh nav summary").click()
    page.locator("#zh nav details a", has_text="市体育局").click()
    row = page.locator("#zh tr[data-unit='市体育局']")
    assert row.is_visible() and page.url.endswith(row.get_attribute("id"))
    page.locator("#zh .switch a").click()
    assert page.locator("#en h1").is_visible() and not page.locator("#zh h1").is_visible()
    page.locator("#en nav a").first.click()  # a place inside the English text keeps the language
    assert page.locator("#en h1").is_visible() and not page.locator("#zh h1").is_visible()


def test_search_leaves_the_lines_of_a_unit(reader, written):
    page = reader(PHONE)
    page.goto(written)
    assert len(seen(page)) == 30
    page.locator("#zh input[type=search]").fill(" 供水")
    assert [row.get_attribute("data-unit") for row in seen(page)] == ["市供水公司"]
    assert page.locator("#zh output").inner_text().startswith("找到 ")
    page.locator("#zh input[type=search]").fill("")
    assert len(seen(page)) == 30


def test_votes_by_group_are_a_tick_away_on_a_phone(reader, written):
    page = reader(PHONE)
    page.goto(written)
    cell = page.locator("#zh table.units td.group").first
    assert not cell.is_visible()
    page.locator("#zh input.groups").check()
    assert cell.is_visible()
