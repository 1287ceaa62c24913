"""What the program may not decide by itself, a person decides by clicking: names, sheets, warnings, lost deadlines.

Pictures of every step go to tests/browser/screenshots/, which is not in git: look at them.
"""

import io

import pytest
import xlsxwriter

from data.model.working_days import Periods
from data.sample.city import GROUPS, demo_units
from data.store import Store
from results.public_notice import notice_of, shown_day
from tests.support.days import took_newest_step_on

from .conftest import ROOT, settled
from .journeys import Journey, choose_file, choose_option, fill_round, open_upload

pytestmark = pytest.mark.browser

REGISTER = ["单位编码,单位全称,类别", *(f"{unit.code},{unit.name},{unit.category}" for unit in demo_units())]
HEADER = "票号,评议主体,参评单位,评价"
SENTENCES = "[data-testid=stTable] td, [data-testid=stTable] th"
CUT = f"""() => [...document.querySelectorAll('{SENTENCES}')]
  .filter(cell => cell.checkVisibility() && (cell.scrollWidth > cell.clientWidth + 1
    || getComputedStyle(cell).textOverflow === 'ellipsis' && getComputedStyle(cell).whiteSpace === 'nowrap'))
  .map(cell => cell.innerText)"""


@pytest.fixture
def store(tmp_path):
    """The register of 2025 and its rules."""
    made = Store(tmp_path / "store")
    made.add_rules((ROOT / "rules" / "demo-2025.toml").read_text(encoding="utf-8"))
    assert made.import_files("units", [("名录.csv", "\n".join(REGISTER).encode())], "2025").stored
    return made


@pytest.fixture(params=["zh", "en"])
def person(request, serve, page, store):
    """Somebody at the upload page, about to hand in ballots of 2025, at the smallest screen that offices have."""
    page.set_viewport_size({"width": 1366, "height": 768})
    open_upload(page, serve(store.path), request.param)
    fill_round(page, "2025")
    return Journey(page, request.param, request.node.originalname.removeprefix("test_"))


def ballots(*rows: str) -> bytes:
    return "\r\n".join([HEADER, *rows]).encode("gb18030")


def box_of(page, text: str):
    """The list beside a name."""
    return page.get_by_test_id("stHorizontalBlock").filter(has_text=text).last.get_by_test_id("stSelectbox")


def test_an_unknown_name_is_confirmed_once_and_remembered(person, store):
    page = person.page
    choose_file(page, "a.csv", ballots("A1,普通群众,市卫健委,满意", "A2,服务对象,市公安局,满意"))
    person.sees("Places that must be corrected: {count}.", count=1)
    page.get_by_text(person.say("Names the register does not have: {count}", count=1)).click()
    settled(page)
    choose_option(page, box_of(page, "市卫健委"), "市卫生健康委员会")
    person.picture("chosen")
    person.button("Confirm these names").click()
    person.sees("No problems in {rows} rows.", rows=2)
    person.button("Store and publish").click()
    person.reads_and_publishes()
    (kept,) = (upload for upload in store.uploads() if upload.kind == "unit_alias")
    assert "市卫健委" in kept.frame()["content"].iloc[0]
    choose_file(page, "b.csv", ballots("B1,普通群众,市卫健委,不满意"))
    person.sees("No problems in {rows} rows.", rows=1)
    person.picture("remembered")


def workbook() -> bytes:
    """Two sheets: the ballots stand on the second."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        book.add_worksheet("填报说明").write(0, 0, "请在第二张表填写评议结果")
        rows = [HEADER, "A1,普通群众,市公安局,满意", "A2,服务对象,市教育局,不满意"]
        sheet = book.add_worksheet("评议结果")
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row.split(","))
    return content.getvalue()


def test_the_right_sheet_of_a_workbook_is_chosen(person, store):
    page = person.page
    choose_file(page, "book.xlsx", workbook())
    box = page.get_by_test_id("stSelectbox").filter(has_text=person.say("Sheet"))
    box.wait_for()
    person.picture("asked")
    choose_option(page, box, "评议结果")
    person.sees("No problems in {rows} rows.", rows=2)
    person.picture("chosen")
    person.button("Store and publish").click()
    person.reads_and_publishes()
    assert [upload.lines for upload in store.uploads() if upload.kind == "ballots"] == [2]


def test_a_warning_needs_a_typed_reason_that_is_kept_and_shown(person, store):
    page, reason = person.page, "引号系录入习惯，与编办名录核对无误，单位确为市公安局，经办人已签字确认。"
    choose_file(page, "a.csv", ballots("A1,普通群众,“市公安局”,满意", "A2,服务对象,市教育局,满意"))
    person.sees("Places that need your confirmation: {count}.", count=1)
    assert person.button("Store and publish").is_disabled()
    person.picture("asked")
    person.fills("Reason for accepting these findings", reason)
    person.button("Store and publish").click()
    person.reads_and_publishes()
    assert store.uploads()[-1].accepted_warnings == reason
    page.get_by_text(person.say("Stored files: {count}", count=2)).click()
    page.get_by_test_id("stTable").get_by_text(reason).wait_for()
    person.opens("Releases")
    page.get_by_test_id("stTable").get_by_text(reason).wait_for()
    assert page.evaluate(CUT) == []
    person.picture("kept")


LONG = "市人民政府政务服务和公共资源交易服务中心驻不动产登记分中心综合受理窗口二〇二五年第四季度"


def test_no_text_of_the_findings_is_cut_off(person):
    page = person.page
    rows = ["A1,路人,市公安局,满意", f"A2,普通群众,{LONG},满意", "A3,普通群众,市卫健委,很好", ",服务对象,市教育局,满意"]
    choose_file(page, "a.csv", ballots(*rows))
    person.sees("Correct it here")
    for line in page.get_by_test_id("stExpander").locator("summary").filter(has_text="·").all():
        line.click()
    settled(page)
    assert page.get_by_text(LONG).filter(visible=True).count()
    assert page.evaluate(CUT) == []
    for table in page.get_by_test_id("stTable").filter(visible=True).all():
        frame, content = table.bounding_box(), table.locator("table").bounding_box()
        assert content["width"] <= frame["width"] + 1
    person.picture("findings")


CALENDAR = "日期,是否工作日,类型\r\n2027-01-01,否,法定节假日\r\n2027-01-02,否,调休放假\r\n2027-01-03,是,调休上班\r\n"


@pytest.fixture
def announced(store):
    """2025 announced on 23 December 2026: seven working days for objections end beyond the shipped calendar."""
    rows = [f"{n},{group},{unit.name},满意" for n, group in enumerate(GROUPS * 10) for unit in demo_units()[:3]]
    assert store.import_files("ballots", [("票.csv", "\n".join([HEADER, *rows]).encode())], "2025").stored
    store.publish()
    store.set_status("2025", "final", "审定")
    store.set_status("2025", "announced", "市委审定", Periods(5, 7))
    took_newest_step_on(store, "2026-12-23T02:00:00+00:00")
    return store


def test_an_uploaded_calendar_settles_a_provisional_deadline(announced, person):
    page = person.page
    person.opens("Home")
    page.get_by_text(person.say("{day} (provisional)", day="2027-01-01")).first.wait_for()
    person.picture("provisional")
    person.opens("Upload data")
    person.chooses("Kind of file", person.say("Working days"))
    fill_round(page, "2027")
    page.get_by_text("2004–2026").wait_for()
    choose_file(page, "放假安排.csv", CALENDAR.encode("gb18030"))
    person.picture("calendar")
    person.button("Store and publish").click()
    page.get_by_text("2004–2027").wait_for()
    person.opens("Home")
    page.get_by_text("2027-01-03").first.wait_for()
    assert page.get_by_text(person.say("{day} (provisional)", day="")).count() == 0
    person.picture("settled")


def test_who_announces_states_the_periods_and_sees_the_dates_first(announced, person):
    page = person.page
    announced.set_status("2025", "withdrawn", "更正")
    announced.set_status("2025", "draft", "更正")
    announced.set_status("2025", "final", "审定")
    person.opens("Releases")
    page.get_by_text(person.say("Change a status, or clear a trial")).click()
    page.get_by_test_id("stButtonGroup").get_by_text(person.say("Announced"), exact=True).click()
    settled(page)
    person.fills("Public notice, calendar days", "10")
    person.fills("Raising an objection, working days", "15")
    person.fills("Reason", "市委审定")
    person.picture("stated")
    person.button("Change the status").click()
    person.sees("Round {round}: {status}.", round="2025", status=person.say("Announced"))
    person.picture("announced")
    given = announced.status("2025").given
    assert (given.status, given.periods) == ("announced", Periods(10, 15))
    days = page.get_by_test_id("stTable").first.inner_text().replace("\u2060", "")
    assert shown_day(notice_of(given, announced.calendar()).notice_ends, person.language) in days
