"""Back to an older release and forth again, in a real browser."""

import hashlib

import pytest

from data.store import ImportOptions, Store
from tests.support.stores import BALLOTS, SMALL

from .conftest import assert_only_language, settled
from .journeys import choose_option

pytestmark = pytest.mark.browser


@pytest.fixture
def corrected(tmp_path):
    """A round of seven ballots, published, and a correction of it, published too: the last ballot is gone."""
    store = Store(tmp_path / "store", threads=2)
    store.add_rules(SMALL)
    corrected = "\n".join(BALLOTS.splitlines()[:-1])
    for name, content in (("评议票.csv", BALLOTS), ("更正.csv", corrected)):
        how = ImportOptions(replace=content is corrected)
        assert store.import_files("ballots", [(name, content.encode())], "2025", how).stored
        store.publish(name.removesuffix(".csv"))
    return store


def names(store) -> set[str]:
    """What the page shows as it was written: users, ids, checksums, notes and file names."""
    found = {"csv", *(event.note for event in store.history()), *(event.user for event in store.history())}
    found |= {part for release in store.releases() for part in (release[:16], release[:6])}
    files = [file for upload in store.uploads() for file in upload.files]
    return found | {file.sha256 for file in files} | {file.name for file in files} - {""}


def typed(page, label: str, text: str) -> None:
    field = page.get_by_label(label).last
    field.fill(text)
    field.press("Enter")
    settled(page)


def test_back_and_forth_with_a_reason(serve, page, corrected):
    newest, first = corrected.releases()
    server = serve(corrected.path)
    page.goto(f"{server.url}/releases?lang=zh")
    settled(page)
    page.get_by_text("已上传的数据均已发布。").wait_for()
    assert_only_language(page, "zh", names(corrected))
    choose_option(page, page.get_by_test_id("stSelectbox").filter(has_text="发布版"), first[:16], exact=False)
    settled(page)
    page.get_by_text("回退到这一发布版").click()
    typed(page, "原因", "更正有误，先恢复")
    typed(page, "请输入发布版编号的前 6 位以确认", first[:6])
    page.get_by_role("button", name="回退", exact=True).click()
    page.get_by_text("已重新生效").wait_for()
    assert corrected.in_force() == first
    assert (corrected.history()[0].action, corrected.history()[0].note) == ("rollback", "更正有误，先恢复")
    page.get_by_role("button", name="按此发布").click()
    page.get_by_text("已发布，发布版编号").wait_for()
    settled(page)
    assert corrected.in_force() == newest


def test_an_original_file_comes_back_as_it_was(serve, page, corrected):
    server = serve(corrected.path)
    page.goto(f"{server.url}/releases?lang=en")
    settled(page)
    page.get_by_text("Original files with their checksums").click()
    settled(page)
    with page.expect_download() as waiting:
        page.get_by_test_id("stDownloadButton").last.get_by_role("button").click()
    download = waiting.value
    content = download.path().read_bytes()
    checksum = corrected.uploads()[-1].files[0].sha256
    assert hashlib.sha256(content).hexdigest() == checksum
    assert download.suggested_filename == f"更正-{checksum[:12]}.csv"
