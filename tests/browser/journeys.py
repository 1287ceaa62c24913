"""Steps that several browser journeys of the upload page share."""

from playwright.sync_api import TimeoutError as NotYet

from .conftest import settled


def choose_file(page, name: str, content: bytes) -> None:
    """A file for the last uploader of the page."""
    page.locator("input[type=file]").last.set_input_files([{"name": name, "mimeType": "text/csv", "buffer": content}])


def open_upload(page, server, language: str = "zh") -> None:
    """The upload page in one language."""
    page.goto(f"{server.url}/upload?lang={language}")
    settled(page)


def fill_round(page, round_id: str) -> None:
    """The round's name, entered."""
    field = page.get_by_test_id("stTextInputField").first
    field.fill(round_id)
    field.press("Enter")
    settled(page)


def type_corrections(page, values: list[str], column: int) -> None:
    """New values for the faulty cells, from the first row down, typed as a person does.

    `column` counts from the left as the arrow keys go. The table is a canvas: the keyboard is the way in.
    """
    table = page.get_by_test_id("stDataFrame").filter(has=page.locator("canvas")).last
    table.scroll_into_view_if_needed()
    page.wait_for_timeout(600)  # what a picture of the whole page moved comes to rest
    box = table.locator("canvas").first.bounding_box()
    page.mouse.click(box["x"] + 20, box["y"] + 52)
    for _ in range(column):
        page.keyboard.press("ArrowRight")
    for value in values:
        page.keyboard.press("Enter")
        page.locator(".gdg-input").wait_for()
        page.keyboard.insert_text(value)
        page.keyboard.press("Enter")
        page.locator(".gdg-input").wait_for(state="detached")
    page.wait_for_timeout(400)  # the table hands its edits on a little later


def choose_option(page, box, name: str) -> None:
    """One option of a list; a list that the page's own redrawing closed is opened again, as a person would."""
    option = page.get_by_role("option", name=name, exact=True)
    for _ in range(8):
        settled(page)
        box.locator("input").click()
        try:
            option.click(timeout=2_500)
            return
        except NotYet:
            page.keyboard.press("Escape")
    raise AssertionError(f"no option {name}")
