"""The page 通报 in a real browser: a document is seen, made, handed out, and told to the audit log."""

import hashlib
import io
import shutil

import pytest
from docx import Document
from pypdf import PdfReader

from data.store.audit_log import read_log
from errors import UsageError
from formats.pdf import fonts_here

from .conftest import settled
from .journeys import Journey

pytestmark = pytest.mark.browser


@pytest.fixture
def own_store(demo_path, tmp_path):
    path = tmp_path / "store"
    shutil.copytree(demo_path, path)
    return path


def forms() -> list[str]:
    """The PDF only where there is a Chinese font."""
    try:
        fonts_here()
    except UsageError:
        return ["docx"]
    return ["pdf", "docx"]


def text_of(form: str, content: bytes) -> str:
    if form == "pdf":
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs)


def test_a_bulletin_is_made_and_handed_out(serve, page, own_store):
    server = serve(own_store)
    page.goto(f"{server.url}/bulletin?lang=zh")
    settled(page)
    person = Journey(page, "zh", "bulletin")
    person.sees("What is in it")
    page.get_by_text("建议按规定问责（确认末位）").first.wait_for()
    person.fills("Issuing office", "中共示范市委群众工作局")
    for form in forms():
        made_and_handed_out(person, form, own_store)


def made_and_handed_out(person, form, own_store):
    page, before = person.page, len(read_log(own_store))
    person.button({"pdf": "Make the PDF", "docx": "Make the Word file"}[form]).click()
    ready = person.button({"pdf": "Download the PDF", "docx": "Download the Word file"}[form])
    ready.wait_for()
    assert len(read_log(own_store)) == before
    with page.expect_download() as waiting:
        ready.click()
    content = waiting.value.path().read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    assert waiting.value.suggested_filename == f"通报-2025-{digest[:12]}.{form}"
    assert "关于2025年度群众评议结果的通报" in text_of(form, content).replace(" ", "")
    entries = read_log(own_store)[before:]
    assert [(entry.what, entry.sha256) for entry in entries] == [(f"bulletin.{form}", digest)]


def test_a_unit_and_a_comparison_can_be_chosen(demo_server, page):
    server = demo_server
    page.goto(f"{server.url}/bulletin?lang=zh&kind=unit&unit=ZY009")
    settled(page)
    page.get_by_text("2025年度群众评议单位情况").first.wait_for()
    page.goto(f"{server.url}/bulletin?lang=zh&kind=changes")
    settled(page)
    page.get_by_text("2024年度与2025年度群众评议结果对比").first.wait_for()
    page.goto(f"{server.url}/bulletin?lang=zh&kind=pledges&quarter=2025Q3")
    settled(page)
    page.get_by_text("2025年第3季度公开承诺办理情况通报").first.wait_for()
