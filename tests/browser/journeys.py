"""Steps that several browser journeys share."""

from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import TimeoutError as NotYet

from i18n import translate
from ui.layout import LANGUAGE_NAMES, MENU, PROVINCE, WITH_LOGIN

from .conftest import settled
from .screenshots import picture

TITLES = [entry.title for entries in MENU.values() for entry in entries if entry.path not in {*WITH_LOGIN, PROVINCE}]
"""Pages of a menu where nobody signs in and no province is set; `test_sign_in.py` opens the others."""


HANDED_ON = "() => new Promise((done) => setTimeout(done, 300))"
"""A table within a form tells the form of its edits 150 ms after the last one, and nothing on the page shows it. The
timer is the page's own, so that it fires after that of the table however busy the machine is."""


class Journey:
    """One person at one browser, in one language."""

    def __init__(self, page, language: str, name: str) -> None:
        self.page, self.language, self.name, self.step = page, language, name, 0

    def say(self, message: str, **facts: object) -> str:
        return translate(message, self.language).format(**facts)

    def button(self, message: str):
        return self.page.get_by_role("button", name=self.say(message), exact=True)

    def sees(self, message: str, **facts: object) -> None:
        self.page.get_by_text(self.say(message, **facts)).first.wait_for()
        settled(self.page)

    def picture(self, name: str) -> None:
        self.step += 1
        picture(self.page, f"{self.name}-{self.step:02d}-{name}-{self.language}")

    def opens(self, title: str) -> None:
        self.page.get_by_test_id("stSidebarNavLink").get_by_text(self.say(title), exact=True).click()
        self.page.locator("h1", has_text=self.say(title)).wait_for()
        settled(self.page)

    def chooses(self, label: str, option: str) -> None:
        box = self.page.get_by_test_id("stSelectbox").filter(has_text=self.say(label)).first
        choose_option(self.page, box, option)
        settled(self.page)

    def fills(self, label: str, text: str) -> None:
        field = self.page.get_by_label(self.say(label)).locator("visible=true").first
        field.fill(text)
        field.press("Enter")
        settled(self.page)

    def publishes(self) -> None:
        """What is stored is published, which takes as long as its ranking, and the page says so."""
        self.button("Publish this").click()
        self.page.get_by_text({"zh": "已发布", "en": "Published as"}[self.language]).first.wait_for()
        settled(self.page)

    def reads_and_publishes(self) -> None:
        """What is stored is published after its findings were shown."""
        self.sees("Before you publish")
        self.publishes()

    def confirms(self, begins: str, text: str) -> None:
        """The field whose label asks to type something, which holds a name of the data."""
        label = translate(begins, self.language).split("{")[0]
        field = self.page.get_by_label(label).locator("visible=true").first
        field.fill(text)
        field.press("Enter")
        settled(self.page)


class SchemeJourney(Journey):
    """A clerk who brings the files of a scheme and reads its page and its documents."""

    def __init__(self, page, language: str, name: str, server, scheme: str, round_id: str) -> None:
        super().__init__(page, language, name)
        self.server, self.scheme, self.round_id = server, scheme, round_id

    def brings(self, kind: str, name: str, content: bytes) -> None:
        """A file is chosen, with its kind and its year; the page checks it."""
        open_upload(self.page, self.server, self.language)
        self.chooses("Kind of file", self.say(kind))
        fill_round(self.page, self.round_id)
        choose_file(self.page, name, content)
        settled(self.page)

    def stores(self, kind: str, name: str, content: bytes) -> None:
        """A file without a finding is stored; it does not count yet."""
        self.brings(kind, name, content)
        self.page.get_by_text({"zh": "没有发现问题", "en": "No problems in"}[self.language]).first.wait_for()
        self.button("Store and compare first").click()
        self.sees("The file is stored. It counts once it is published: below, under “What would change”.")

    def stores_and_publishes(self, kind: str, name: str, content: bytes, reason: str = "") -> None:
        """A file is stored and published; a finding that asks for a reason gets it."""
        self.brings(kind, name, content)
        if reason:
            self.fills("Reason for accepting these findings", reason)
        self.button("Store and publish").click()
        read_first = self.page.get_by_text(self.say("Before you publish"))
        done = self.page.get_by_text({"zh": "已发布", "en": "Published as"}[self.language])
        read_first.or_(done).first.wait_for()
        settled(self.page)
        if read_first.count():
            self.publishes()

    def visits(self, **query: str) -> None:
        """The page of the scheme, with a period, a day ... of its address."""
        address = urlencode({"scheme": self.scheme, **query, "lang": self.language})
        self.page.goto(f"{self.server.url}/scheme?{address}")
        self.page.get_by_test_id("stMetricValue").first.wait_for()
        settled(self.page)

    def figures(self) -> dict[str, str]:
        """Label -> value of the glance."""
        labels, values = self.page.get_by_test_id("stMetricLabel"), self.page.get_by_test_id("stMetricValue")
        return dict(zip(labels.all_inner_texts(), values.all_inner_texts(), strict=True))

    def figure(self, measure: str) -> str:
        """The value of one measure of the glance."""
        return self.figures()[self.say(measure)]

    def reads(self, document: str) -> str:
        """The words of a document, which the page shows once its kind is chosen."""
        main = self.page.get_by_test_id("stMain")
        radio = main.get_by_role("radio", name=self.say(document), exact=True)
        radio.or_(main.get_by_role("button", name=self.say(document), exact=True)).first.click()
        settled(self.page)
        return main.inner_text()

    def pdf(self) -> bytes:
        """The document that is shown, as PDF."""
        self.button("Make the PDF").click()
        offered = self.page.get_by_test_id("stDownloadButton").filter(has_text=self.say("Download the PDF"))
        with self.page.expect_download() as download:
            offered.locator("button").click()
        return Path(download.value.path()).read_bytes()

    def closes_the_month(self) -> None:
        self.button("Close the month").click()
        self.page.get_by_text({"zh": "以后的文书会写明", "en": "later documents say"}[self.language]).first.wait_for()
        settled(self.page)


def assert_no_chart_text_is_cut(page) -> None:
    """Every text of every chart of the page lies within its chart; there is at least one."""
    charts = page.locator(".js-plotly-plot").all()
    assert charts
    for chart in charts:
        frame = chart.bounding_box()
        for text in chart.locator("text").all():
            box = text.bounding_box()
            if box and text.inner_html().strip():
                inside = box["x"] >= frame["x"] - 1 and box["x"] + box["width"] <= frame["x"] + frame["width"] + 1
                assert inside, text.inner_html()


def switch_language(page, language: str) -> None:
    """The switch below the menu; where it stands there already, nothing happens."""
    page.get_by_test_id("stSidebar").get_by_text(LANGUAGE_NAMES[language], exact=True).click()
    settled(page)


def choose_file(page, name: str, content: bytes) -> None:
    """A file for the last uploader of the page."""
    page.locator("input[type=file]").last.set_input_files([{"name": name, "mimeType": "text/csv", "buffer": content}])


def store_and_publish(page, language: str = "zh") -> None:
    """Stores a file whose round has something to say before it is published, and publishes it then."""
    person = Journey(page, language, "")
    person.button("Store and publish").click()
    person.reads_and_publishes()


def open_upload(page, server, language: str = "zh") -> None:
    """The upload page in one language."""
    page.goto(f"{server.url}/upload?lang={language}")
    settled(page)


def fill_round(page, round_id: str) -> None:
    """The round's name, entered."""
    field = page.locator(".st-key-upload_round input")
    field.fill(round_id)
    field.press("Enter")
    settled(page)


def type_corrections(page, values: list[str], column: int) -> None:
    """New values for the faulty cells, from the first row down, typed as a person does.

    `column` counts from the left as the arrow keys go. The table is a canvas: the keyboard is the way in.
    """
    table = page.get_by_test_id("stDataFrame").filter(has=page.locator("canvas")).last
    table.scroll_into_view_if_needed()
    settled(page)
    box = table.locator("canvas").first.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 52)  # its toolbar appears; a click that comes before it is missed
    settled(page)
    page.mouse.click(box["x"] + 20, box["y"] + 52)
    for _ in range(column):
        page.keyboard.press("ArrowRight")
    for value in values:
        open_for_typing(page)
        page.keyboard.insert_text(value)
        page.keyboard.press("Enter")
        page.locator(".gdg-input").wait_for(state="detached")
    page.evaluate(HANDED_ON)


def open_for_typing(page) -> None:
    """The chosen cell, open for typing.

    A key pressed while the table is redrawn is lost, or the cell to the left opens, which shows its text and takes
    none: seen in 1 of 2 runs with 16 busy processes. A person sees that and presses again, or goes on to the right.
    """
    cell = page.locator(".gdg-input")
    for _ in range(8):
        page.keyboard.press("Enter")
        try:
            cell.wait_for(timeout=20_000)
        except NotYet:
            continue
        if cell.is_enabled():
            return
        page.keyboard.press("Escape")
        cell.wait_for(state="detached")
        page.keyboard.press("ArrowRight")
    raise AssertionError("no cell can be typed into")


def choose_option(page, box, name: str, exact: bool = True) -> None:
    """One option of a list, by its text or a part of it, which is typed: only the beginning of a long list is drawn.

    A list that the page's own redrawing closed is opened again, as a person would.
    """
    option = page.get_by_role("option", name=name, exact=exact)
    for _ in range(8):
        settled(page)
        box.locator("input").fill(name)
        try:
            option.first.click(timeout=10_000)
            return
        except NotYet:
            page.keyboard.press("Escape")
    raise AssertionError(f"no option {name}")
