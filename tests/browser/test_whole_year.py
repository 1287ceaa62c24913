"""A whole year in an office, from an empty store to the round of the next year, by somebody who clicks.

A rule set is filled in, the procedure is tried, the year is counted, finalised, shown to its units, objected to,
corrected, announced, sent and published; in December its pledges are compared with the announced scores. Every number
of the public page is computed a second time from the kept files.

Pictures of every step go to tests/browser/screenshots/, which is not in git: look at them.
"""

import io
from datetime import date, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import TimeoutError as NotYet

from data.store import Store
from data.store.deliveries import deliveries
from data.store.objections import corrections, register
from data.store.replay import replay
from data.store.review import OUTCOMES, UNSETTLED
from data.store.round_status import STATUSES
from data.store.verify import check
from tests.reference.attacker import Page
from tests.reference.public_numbers import Kept, score
from tests.reports.test_public_notice_page import (
    CATEGORIES,
    assert_days_follow_from,
    assert_no_number_is_left,
    assert_numbers_follow_from,
    sentences_of,
    votes,
)
from tests.support.stores import table

from .conftest import settled
from .journeys import Journey, choose_file, fill_round, open_for_typing, open_upload

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.sweep]

UNITS = [(f"{name[0]}{at}", name) for name, n in CATEGORIES.items() for at in range(n)]
REGISTER = "单位编码,单位全称,类别,序号\n" + "".join(
    f"DW{at:02d},{unit},{category},{at}\n" for at, (unit, category) in enumerate(UNITS, 1)
)
TRIAL = "票号,评议主体,参评单位,评价\nT1,普通群众,甲0,满意\nT2,服务对象,乙1,满意\n"
PLEDGES = table("""
    承诺编号 | 单位 | 承诺人职务 | 承诺事项 | 重点 | 目标值 | 基期值 | 计量单位 | 方向     | 完成时限
    A1       | 甲0  | 党组书记   | 修路     | 是   | 10     | 5      | 公里     | 越高越好 | 2025-06-30
    A2       | 甲4  | 党组书记   | 植树     | 是   | 100    | 0      | 棵       | 越高越好 | 2025-12-31
    B1       | 乙1  | 主任       | 办件     | 是   | 8      | 2      | 千件     | 越高越好 | 2025-12-31
""")
PROGRESS = table("""
    承诺编号 | 核查日期   | 自报值 | 核实值 | 完成状态 | 佐证     | 核验人
    A1       | 2025-06-30 | 10     | 10     | 已完成   | 现场测量 | 督查室
    A2       | 2025-12-20 | 60     | 55     | 推进中   | 台账     | 督查室
    B1       | 2025-12-20 | 8      | 8      | 已完成   | 验收单   | 督查室
""")
HALLS = "单位,职务,测评主体,等次,票数\n" + "".join(
    f"{unit},{post},{group},{grade},{count}\n"
    for unit, post in (("甲0", "党组书记"), ("甲4", "党组书记"), ("乙1", "办公室主任"))
    for group in ("党员", "群众代表")
    for grade, count in (("好", 20), ("较好", 6), ("一般", 3), ("差", 1))
)
METRIC = ("stMetricLabel", "stMetricValue")
DRAWN = """[...document.querySelectorAll(".js-plotly-plot")]
    .flatMap(one => one.calcdata.flatMap(line => [...line].map(point => point.x)))
    .filter(x => typeof x === "number")"""
"""Every number on the horizontal axes of the charts of a page."""
TERM = 5  # working days of the preview, as offered
LATE, DOUBTED, RIGHT = "丙1", "甲4", "乙2"
"""Units that object: too late, with a ballot counted wrongly, and without reason."""


def corrected_votes() -> str:
    """The ballots without the last line about the unit whose objection is upheld: it was entered twice."""
    lines = votes().splitlines(keepends=True)
    last = max(at for at, line in enumerate(lines) if f",{DOUBTED}," in line and line.endswith("不满意\n"))
    return "".join(lines[:last] + lines[last + 1 :])


class Clerk(Journey):
    """Somebody who has never seen the product, at a server over a store."""

    def __init__(self, page, language: str, server, store: Store) -> None:
        super().__init__(page, language, "year")
        self.server, self.store = server, store

    def goes_home(self) -> str:
        """What the home page asks for next; empty if nothing."""
        self.page.goto(f"{self.server.url}/home?lang={self.language}&round=2025")
        self.page.locator("ol.biaochi-strip").wait_for()
        settled(self.page)
        asked = self.page.locator("p.biaochi-next")
        return asked.inner_text() if asked.count() else ""

    def follows(self) -> None:
        """The link of the next step."""
        self.page.locator("p.biaochi-next a").click()
        settled(self.page)

    def types(self, name: str, text: str) -> None:
        """Text for a field, by the key of its widget."""
        field = self.page.locator(f".st-key-{name}").locator("input, textarea").first
        field.fill(text)
        field.press("Control+Enter" if field.evaluate("one => one.tagName") == "TEXTAREA" else "Enter")
        settled(self.page)

    def types_day(self, name: str, day: date) -> None:
        """A day for a date field."""
        parts = self.page.locator(f".st-key-{name} [role=spinbutton]")
        parts.first.focus()
        self.page.keyboard.type(day.strftime("%Y%m%d"))
        self.page.keyboard.press("Enter")
        self.page.keyboard.press("Escape")
        settled(self.page)

    def picks(self, name: str, option: str, exact: bool = True) -> None:
        """An option of a list, by the key of its widget; only the beginning of a long list is drawn before typing."""
        field = self.page.locator(f".st-key-{name} input")
        chosen = field.input_value()
        if chosen == option or (not exact and option in chosen):
            return
        for _ in range(5):  # a list that the page's own redrawing closed is opened again, as a person would
            field.fill(option)
            try:
                self.page.get_by_role("option", name=option, exact=exact).first.click(timeout=10_000)
                return settled(self.page)
            except NotYet:
                self.page.keyboard.press("Escape")
        raise AssertionError(f"no option {option}")

    def presses(self, name: str) -> None:
        """A button, by the key of its widget."""
        self.page.locator(f".st-key-{name} button").first.click()
        settled(self.page)

    def unfolds(self, message: str, **facts: object) -> None:
        """A folded part of the page, open; one that is open stays so."""
        words = self.say(message, **facts)
        part = self.page.get_by_test_id("stExpander").filter(has=self.page.locator("summary", has_text=words)).first
        if part.locator("details").first.get_attribute("open") is None:
            part.locator("summary").first.click()
        part.locator("details[open]").first.wait_for()
        settled(self.page)

    def uploads(self, kind: str, name: str, content: str, round_id: str = "2025", reason: str = "") -> None:
        """A file, stored and published; a finding that asks for a reason gets it."""
        open_upload(self.page, self.server, self.language)
        self.brings(kind, name, content, round_id)
        self.stores(reason)

    def brings(self, kind: str, name: str, content: str, round_id: str = "2025") -> None:
        self.picks("upload_kind", self.say(kind))
        fill_round(self.page, round_id)
        choose_file(self.page, name, content.encode("gb18030"))
        self.page.locator(".st-key-upload_publish").wait_for()
        settled(self.page)

    def stores(self, reason: str = "") -> None:
        if reason:
            self.fills("Reason for accepting these findings", reason)
        self.button("Store and publish").click()
        read_first = self.page.get_by_text(self.say("Before you publish"))
        done = self.page.get_by_text({"zh": "已发布", "en": "Published as"}[self.language])
        read_first.or_(done).first.wait_for()
        settled(self.page)
        if read_first.count():
            if self.page.locator(".st-key-publish_reason").count():
                self.types("publish_reason", "已核对")
            self.publishes()

    def sets(self, status: str, reason: str) -> None:
        """A status of the round, on the page of releases."""
        self.opens("Releases")
        self.unfolds("Change a status, or clear a trial")
        self.page.get_by_test_id("stButtonGroup").get_by_text(self.say(STATUSES[status]), exact=True).click()
        settled(self.page)
        self.types("status_reason", reason)
        self.picture(f"status-{status}")
        self.presses("status_set")
        self.sees("Round {round}: {status}.", round="2025", status=self.say(STATUSES[status]))


@pytest.fixture(params=["zh", "en"])
def clerk(request, serve, page, tmp_path):
    store = Store(tmp_path / "store", threads=2)
    return Clerk(page, request.param, serve(store.path), store)


def test_a_whole_year(clerk):
    for stage in STAGES:
        stage(clerk)


def makes_rules(clerk):
    """A rule set by the form, from an example; its number of places is typed into the table."""
    clerk.page.goto(f"{clerk.server.url}/home?lang={clerk.language}")
    settled(clerk.page)
    clerk.picture("empty-home")
    clerk.opens("Scoring rules")
    clerk.picture("no-rules")
    clerk.page.locator(".st-key-rules_start").get_by_text(clerk.say("From an example")).click()
    settled(clerk.page)
    clerk.picks("rules_from_example", "demo-2025", exact=False)
    clerk.picture("rules-from-example")
    key = "rules_example_demo-2025"
    for name, text in (("name", "2025"), ("title", "2025年度评议计分办法"), ("source", "安委发〔2025〕3号")):
        clerk.types(f"{key}_{name}", text)
    clerk.types(f"{key}_why", "三档等级")
    clerk.types(f"{key}_authored_by", "张经办")
    clerk.types(f"{key}_checked_by", "张经办")
    bottom = clerk.page.locator(f".st-key-{key}_bottom")
    type_cell(clerk.page, bottom, row=0, column=2, text="1")
    clerk.picture("rules-filled")
    clerk.presses("rules_store")
    clerk.picture("rules-second-person")  # refused: the same person wrote and checked them
    assert clerk.store.rule_sets() == []
    clerk.types(f"{key}_checked_by", "李复核")
    clerk.presses("rules_store")
    clerk.page.get_by_text({"zh": "李复核", "en": "李复核"}[clerk.language]).first.wait_for()
    clerk.picture("rules-stored")
    (rules,) = clerk.store.rule_sets()
    assert (rules.name, rules.authored_by, rules.checked_by) == ("2025", "张经办", "李复核")
    assert rules.bottom.k == 1


def type_cell(page, place, row: int, column: int, text: str) -> None:
    """A cell of a table to fill in, counted from the first row and column."""
    place.scroll_into_view_if_needed()
    settled(page)
    box = place.locator("canvas").first.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 52 + 35 * row)
    settled(page)
    page.mouse.click(box["x"] + 60, box["y"] + 52 + 35 * row)
    for _ in range(column):
        page.keyboard.press("ArrowRight")
    open_for_typing(page)
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    page.keyboard.press("Enter")
    page.locator(".gdg-input").wait_for(state="detached")
    settled(page)


def brings_register(clerk):
    clerk.page.goto(f"{clerk.server.url}/home?lang={clerk.language}")
    settled(clerk.page)
    clerk.picture("home-with-rules")
    clerk.uploads("Register of units", "名录.csv", REGISTER)
    clerk.picture("register")


def tries(clerk):
    """A trial round, looked at and cleared."""
    clerk.opens("Upload data")
    open_upload(clerk.page, clerk.server, clerk.language)
    clerk.picks("upload_kind", clerk.say("Ballots"))
    fill_round(clerk.page, "2025-trial")
    clerk.page.get_by_text(clerk.say("Trial: test the procedure, clear it later")).click()
    settled(clerk.page)
    choose_file(clerk.page, "trial.csv", TRIAL.encode("gb18030"))
    clerk.page.locator(".st-key-upload_publish").wait_for()
    settled(clerk.page)
    clerk.picture("trial-read")
    clerk.stores()
    clerk.picture("trial-published")
    clerk.opens("Releases")
    clerk.unfolds("Change a status, or clear a trial")
    clerk.picks("status_round", "2025-trial")
    clerk.types("clear_reason", "试用完毕")
    clerk.types("clear_typed", "2025-trial")
    clerk.presses("clear")
    clerk.sees("The trial round {round} is cleared.", round="2025-trial")
    clerk.picture("trial-cleared")
    assert {upload.round_id for upload in clerk.store.uploads_in_force()} == {"2025"}


def counts(clerk):
    """The formal ballots."""
    clerk.uploads("Ballots", "评议票.csv", votes())
    clerk.picture("ballots")
    assert clerk.goes_home()
    clerk.picture("home-before-final")


def finalises(clerk):
    clerk.sets("final", "审定")
    clerk.picture("final")
    clerk.goes_home()
    clerk.picture("home-final")


def previews(clerk):
    """The preview, given ten working days ago by the office's own record."""
    clerk.opens("Objections")
    clerk.picture("before-preview")
    clerk.types_day("preview_day", began())
    clerk.picture("preview")
    clerk.presses("preview_give")
    clerk.picture("term")
    found = register(clerk.store, "2025", date.today())
    assert (found.preview["day"], found.preview["days"]) == (began().isoformat(), TERM)
    clerk.goes_home()
    clerk.picture("home-preview")


def began() -> date:
    return date.today() - timedelta(days=21)


def objects(clerk):
    """Three objections: two in time, one today, which is late."""
    clerk.opens("Objections")
    for turn, (unit, figure, text, day) in enumerate(
        (
            (RIGHT, "Place", "名次有误", began() + timedelta(days=1)),
            (DOUBTED, "Ballots or counts", "有一份票录入了两次", began() + timedelta(days=2)),
            (LATE, "Score", "得分偏低", date.today() - timedelta(days=1)),
        )
    ):
        clerk.unfolds("Register an objection")
        clerk.picks(f"objection_unit_{turn}", unit)
        clerk.picks(f"objection_figure_{turn}", clerk.say(figure))
        clerk.types(f"objection_text_{turn}", text)
        clerk.types(f"objection_by_{turn}", "办公室")
        clerk.types_day(f"objection_received_{turn}", day)
        clerk.picture(f"objection-{unit}")
        clerk.presses("objection_add")
        clerk.sees("The objection of {unit} is registered.", unit=unit)
    clerk.picture("objections")
    assert set(states(clerk)[:2]) <= set(UNSETTLED) and states(clerk)[2] == "late"
    clerk.goes_home()
    clerk.picture("home-objections")


def states(clerk) -> list[str]:
    """The states of the objections, in the order in which they were registered."""
    return [line.state for line in register(clerk.store, "2025", date.today()).lines]


def rules_on(clerk):
    """One objection is lifted by the ruling, one upheld with a correction; the late one stays late."""
    clerk.opens("Objections")
    for number, outcome in ((1, "lifted"), (2, "upheld")):
        lines = register(clerk.store, "2025", date.today()).lines
        unit = lines[number - 1].claim["unit_name"]
        clerk.picks("ruling_number", f"{number} · {unit}", exact=False)
        clerk.page.locator(f"[class*='st-key-ruling_{number}']").get_by_text(
            outcome_word(clerk, outcome), exact=True
        ).click()
        settled(clerk.page)
        clerk.types(f"ruling_reason_{number}", f"复核{unit}的票")
        if outcome == "upheld":
            clerk.page.locator(f".st-key-ruling_corrects_{number}").locator("label").first.click()
            settled(clerk.page)
            clerk.types(f"ruling_public_{number}", "一份评议票重复录入，已剔除")
        clerk.types("ruling_by", "张经办")
        clerk.types("ruling_second", "李复核")
        clerk.picture(f"ruling-{number}")
        clerk.presses("ruling_record")
        clerk.sees("The ruling on objection {number} is recorded.", number=number)
    clerk.picture("ruled")
    assert register(clerk.store, "2025", date.today()).awaiting == (2,)
    assert states(clerk) == ["lifted", "correcting", "late"]
    clerk.goes_home()
    clerk.picture("home-ruled")


def outcome_word(clerk, outcome: str) -> str:
    return clerk.say(OUTCOMES[outcome])


def corrects(clerk):
    """The corrected file replaces the earlier one; the correction is published on the page of objections."""
    open_upload(clerk.page, clerk.server, clerk.language)
    clerk.picks("upload_kind", clerk.say("Ballots"))
    fill_round(clerk.page, "2025")
    clerk.page.get_by_text(clerk.say("replaces them as the complete corrected version")).click()
    settled(clerk.page)
    choose_file(clerk.page, "更正.csv", corrected_votes().encode("gb18030"))
    clerk.page.locator(".st-key-upload_store").wait_for()
    settled(clerk.page)
    clerk.picture("correction-read")
    clerk.button("Store and compare first").click()
    settled(clerk.page)
    clerk.sees("What would change")
    clerk.picture("correction-stored")
    clerk.opens("Objections")
    clerk.picture("correction-open")
    if clerk.page.locator(".st-key-correct_reason").count():
        clerk.types("correct_reason", "已核对")
    clerk.presses("correct")
    clerk.sees("The correction is published.")
    clerk.picture("corrected")
    assert len(corrections(clerk.store, "2025")) == 1 and states(clerk) == ["lifted", "corrected", "late"]


def announces(clerk):
    clerk.goes_home()
    clerk.picture("home-before-announcing")
    clerk.sets("announced", "市委审定")
    clerk.goes_home()
    clerk.picture("home-announced")


def downloads(clerk, key: str) -> bytes:
    """A file that is made on request."""
    place = clerk.page.locator(f"[class*='st-key-{key}']")
    place.locator("button").first.click()
    ready = clerk.page.get_by_test_id("stDownloadButton")
    clerk.page.locator(f"[class*='st-key-{key}'] [data-testid=stDownloadButton]").or_(ready).first.wait_for()
    settled(clerk.page)
    return ready


def sends(clerk):
    """Letters to all units, and who received them."""
    clerk.opens("Objections")
    clerk.page.locator(".st-key-letters_to").get_by_text(clerk.say("all units"), exact=True).click()
    settled(clerk.page)
    content = made(clerk, "Make the letters", "Download the letters")
    names = ZipFile(io.BytesIO(content)).namelist()
    assert sum(name.endswith(".pdf") for name in names) >= len(UNITS), names
    keep(f"year-letters-{clerk.language}.zip", content)
    clerk.unfolds("Record a delivery")
    clerk.picks("sent_unit", DOUBTED)
    clerk.types("sent_by", "张经办")
    clerk.types("sent_way", "专人送达")
    clerk.presses("sent_record")
    clerk.sees("Recorded as sent: {unit}.", unit=DOUBTED)
    clerk.unfolds("Record a delivery")
    clerk.types("received_by", "甲4办公室")
    clerk.picture("delivery")
    clerk.presses("received_record")
    clerk.sees("Recorded as received: {unit}.", unit=DOUBTED)
    clerk.picture("delivered")
    assert [one.receiver for one in deliveries(clerk.store)] == ["甲4办公室"]
    clerk.goes_home()
    clerk.picture("home-letters")


def keep(name: str, content: bytes) -> Path:
    """A file next to the pictures, to be looked at."""
    folder = Path(__file__).with_name("screenshots")
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    return path


def made(clerk, make: str, download: str) -> bytes:
    """A file that is made on request, downloaded."""
    clerk.button(make).click()
    ready = clerk.page.get_by_test_id("stDownloadButton").filter(has_text=clerk.say(download)).locator("button")
    ready.wait_for()
    settled(clerk.page)
    with clerk.page.expect_download() as download_:
        ready.click()
    return Path(download_.value.path()).read_bytes()


def publishes_notice(clerk):
    """The public page; each of its numbers follows from the kept files."""
    clerk.opens("Bulletin")
    clerk.picture("bulletin")
    clerk.unfolds("Public notice: office, contact, objections, parts of the page")
    for name, text in (
        ("office", "中共安远市委督查办公室"),
        ("number", "安委督〔2026〕7号"),
        ("contact", "督查办评议组（人民路1号）"),
    ):
        clerk.types(f"notice_{name}", text)
    clerk.picture("notice-parts")
    content = made(clerk, "Make the public page", "Download the public page")
    path = keep(f"year-public-{clerk.language}.html", content)
    section = Page(content.decode()).section("zh")
    assert_numbers_follow_from(section, clerk.store.path)
    assert_days_follow_from(section, clerk.store.status("2025").given)
    outcomes = ("经复核维持原数据的异议", "经复核予以采纳的异议", "逾期提出的异议")
    assert_no_number_is_left(section, clerk.store.path, dict.fromkeys(outcomes, 1))
    assert all(any(text.startswith(outcome) for text in sentences_of(section)) for outcome in outcomes)
    other = clerk.page.context.new_page()
    other.goto(path.as_uri() + f"#{clerk.language}")
    other.screenshot(path=path.with_suffix(".png"), full_page=True)
    other.close()


def december(clerk):
    """Pledges, their progress and the votes in the halls, after the scores were announced."""
    clerk.uploads("Pledges", "承诺.csv", PLEDGES)
    clerk.picture("pledges-stored")
    clerk.uploads("Progress of pledges", "进展.csv", PROGRESS)
    # one post is written differently from the pledges: a person confirms that it is another
    clerk.uploads("Votes on duty reports", "述职.csv", HALLS, reason="主任与办公室主任系两个职务")
    clerk.picture("halls-stored")
    clerk.opens("Pledges")
    clerk.picture("pledges")
    for view in ("halls", "progress", "book", "analysis"):
        clerk.page.goto(f"{clerk.server.url}/pledges?lang={clerk.language}&round=2025&view={view}")
        settled(clerk.page)
        clerk.picture(f"pledges-{view}")
    assert clerk.store.status("2025").code == "announced"
    assert_pledges_stand_against_the_announced_scores(clerk)


def assert_pledges_stand_against_the_announced_scores(clerk):
    """Two of three pledges are kept; the picture has each completion, and the scores of the announced ballots."""
    clerk.page.goto(f"{clerk.server.url}/pledges?lang={clerk.language}&round=2025&view=outcomes")
    clerk.page.locator(".js-plotly-plot").first.wait_for()
    settled(clerk.page)
    clerk.picture("pledges-outcomes")
    labels, values = (clerk.page.locator(f"[data-testid={part}]").all_inner_texts() for part in METRIC)
    counts = dict(zip(labels, values, strict=True))
    for name, count in (("Headline pledges", 3), ("Kept, verified", 2), ("Not kept, verified", 1)):
        assert counts[clerk.say(name)] == str(count)
    drawn = clerk.page.evaluate(DRAWN)
    kept = Kept(clerk.store.path, "2025")
    scores = {unit: float(score(cells, kept)) for unit, cells in kept.counted().items()}
    for value in (100, 55, scores["甲0"], scores["甲4"], scores["乙1"]):
        assert min(abs(x - value) for x in drawn) < 1e-6, (value, drawn)


def starts_next_year(clerk):
    """The round of 2026 begins with the rules and the register of this one."""
    clerk.goes_home()
    clerk.picture("home-year-over")
    clerk.opens("Scoring rules")
    clerk.unfolds("Make a rule set")
    clerk.picture("rules-next-year")
    key = "rules_stored_2025"
    clerk.types(f"{key}_name", "2026")
    clerk.types(f"{key}_authored_by", "张经办")
    clerk.types(f"{key}_checked_by", "李复核")
    clerk.presses("rules_store")
    clerk.picture("rules-next-year-stored")
    clerk.uploads("Register of units", "名录2026.csv", REGISTER, "2026")
    clerk.picture("register-next-year")
    assert check(clerk.store) == [] and replay(clerk.store, clerk.store.in_force()) == []


STAGES = (
    makes_rules, brings_register, tries, counts, finalises, previews, objects, rules_on, corrects, announces, sends,
    publishes_notice, december, starts_next_year,
)  # fmt: skip
