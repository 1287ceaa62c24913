"""The main journey in a real browser: a rule set and a GB18030 file become a published ranking."""

import io
from pathlib import Path

import openpyxl
import pytest

from data.sample.city import GRADES, GROUPS, demo_files
from data.store import Store
from data.store.audit_log import read_log
from tests.support import paths

from .conftest import assert_only_language, settled
from .journeys import choose_file, choose_option, fill_round, open_upload, store_and_publish, type_corrections

pytestmark = pytest.mark.browser

RULES = paths.RULES / "demo-2025.toml"
HEADER = "票号,评议主体,参评单位,测评指标,评价\r\n"
QUOTED = {*GRADES, *GROUPS, "市公安局", "总体评价", "很好", "路人", "空白", "points", "unscored"} - {""}
"""What the preview and the sentences about the faults quote: the words of the file and of the rule set."""
NAMES = {"票号", "评议主体", "参评单位", "测评指标", "评价", "demo", "S1", "S2", "S3", "S4"}


def ballots_2025() -> str:
    """The demonstration ballots of 2025 as an office's own file: the first 600 lines, since what is caught here lies
    between the steps; the file of a whole year goes the same way in test_new_year.
    """
    file = next(f for f in demo_files() if (f.kind, f.round_id) == ("ballots", "2025"))
    return "".join(file.content.decode("utf-8-sig").splitlines(keepends=True)[:600])


@pytest.fixture
def store_with_rules(tmp_path):
    store = Store(tmp_path / "store")
    store.add_rules(RULES.read_text(encoding="utf-8"))
    return store


def test_an_empty_store_takes_a_rule_set_and_a_gb18030_file_to_a_published_ranking(serve, page, tmp_path):
    server = serve(tmp_path / "store")
    open_upload(page, server)
    assert_only_language(page, "zh")
    page.get_by_test_id("stExpander").get_by_text("添加计分规则").click()
    page.locator("input[type=file]").first.set_input_files(RULES)
    page.get_by_role("button", name="保存这套规则").click()
    settled(page)
    fill_round(page, "2025")
    choose_file(page, "2025年评议票.csv", ballots_2025().encode("gb18030"))
    page.get_by_text("按 GB18030 编码读取").wait_for()
    page.get_by_text("没有发现问题").wait_for()
    settled(page)
    store_and_publish(page)
    settled(page)
    page.get_by_text("查看排名").click()
    page.locator("h1", has_text="排名").wait_for()
    settled(page)
    release = Store(tmp_path / "store").release()
    assert release is not None and release.rounds() == ["2025"]


def test_faults_are_all_named_and_nothing_is_stored(serve, page, store_with_rules):
    server = serve(store_with_rules.path)
    open_upload(page, server)
    fill_round(page, "2025")
    bad = HEADER + "S1,普通群众,市公安局,总体评价,很好\r\nS2,路人,市公安局,总体评价,满意\r\n"
    choose_file(page, "faults.csv", bad.encode("utf-8-sig"))
    page.get_by_text("有 2 处需要改正").wait_for()
    page.get_by_role("button", name="下载问题清单").wait_for()
    assert page.get_by_role("button", name="保存并发布").count() == 0
    assert store_with_rules.uploads() == []


@pytest.mark.sweep
def test_the_upload_page_speaks_english(serve, page, store_with_rules):
    server = serve(store_with_rules.path)
    open_upload(page, server, "en")
    fill_round(page, "2025")
    assert_only_language(page, "en", NAMES)


FAULTS = [
    "S1,普通群众,市公安局,总体评价,很好",
    "S2,路人,市公安局,总体评价,满意",
    "S3,普通群众,市公安局,总体评价,很好",
    "S4,服务对象,市公安局,总体评价,不满意",
]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_faults_are_corrected_where_they_stand(serve, page, store_with_rules, language):
    server = serve(store_with_rules.path)
    open_upload(page, server, language)
    fill_round(page, "2025")
    file = (HEADER + "\r\n".join(FAULTS)).encode("gb18030")
    choose_file(page, "faults.csv", file)
    again = page.get_by_role("button", name={"zh": "按以上改正重新检查", "en": "Check again"}[language])
    again.wait_for()
    settled(page)
    page.get_by_role("cell", name="S4").first.wait_for()
    assert_only_language(page, language, {*NAMES, *QUOTED, "faults.csv"})
    type_corrections(page, ["满意", "普通群众"], column=5)  # the third fault is spelled like the first
    again.click()
    page.get_by_text({"zh": "没有发现问题", "en": "No problems in"}[language]).wait_for()
    settled(page)
    page.get_by_text({"zh": "已作改正：3 处", "en": "Corrections: 3"}[language]).click()
    settled(page)  # what moves while it opens is missed by a click: seen in 3 of 40 runs on a busy machine
    with page.expect_download() as download:
        page.get_by_role(
            "button", name={"zh": "下载改正后的文件", "en": "Download the corrected file"}[language]
        ).click()
    mended = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    assert mended.splitlines()[1:4] == [
        "S1,普通群众,市公安局,总体评价,满意",
        "S2,普通群众,市公安局,总体评价,满意",
        "S3,普通群众,市公安局,总体评价,满意",
    ]
    store_and_publish(page, language)
    (upload,) = store_with_rules.uploads()
    assert [(log.edit.row, log.edit.old, log.edit.new) for log in upload.edits] == [
        (2, "很好", "满意"),
        (3, "路人", "普通群众"),
        (4, "很好", "满意"),
    ]
    assert (upload.folder / "evidence-0").read_bytes() == file


def test_columns_are_named_once_for_all_files_of_that_shape(serve, page, store_with_rules):
    server = serve(store_with_rules.path)
    open_upload(page, server)
    fill_round(page, "2025")
    rows = "编号,身份,对象,评价\r\n{0}1,普通群众,市公安局,满意\r\n{0}2,服务对象,市公安局,不满意\r\n"
    choose_file(page, "first.csv", rows.format("A").encode("gb18030"))
    page.get_by_role("button", name="按此重新读取").wait_for()
    for place, name in enumerate(["选票编号", "主体", "单位"]):
        box = page.get_by_test_id("stExpander").last.get_by_test_id("stSelectbox").nth(place)
        if box.locator("input").input_value() == name:  # the groups are recognised by the values of their column
            continue
        box.evaluate("element => element.scrollIntoView({block: 'center'})")  # a list needs room to open
        choose_option(page, box, name)
    page.get_by_role("button", name="按此重新读取").click()
    page.get_by_text("没有发现问题").wait_for()
    settled(page)
    store_and_publish(page)
    choose_file(page, "second.csv", rows.format("B").encode("gb18030"))
    page.get_by_text("没有发现问题").wait_for()
    assert page.get_by_role("button", name="保存并发布").count() == 1


def test_a_file_of_the_inbox_is_read_from_disk(serve, page, store_with_rules):
    inbox = store_with_rules.path / "inbox"
    inbox.mkdir()
    (inbox / "2025.csv").write_text(HEADER + FAULTS[3], encoding="gb18030")
    server = serve(store_with_rules.path)
    open_upload(page, server)
    fill_round(page, "2025")
    box = page.get_by_test_id("stSelectbox").filter(has_text="服务器收件文件夹中的文件")
    choose_option(page, box, "2025.csv")
    page.get_by_text("没有发现问题").wait_for()
    settled(page)
    store_and_publish(page)
    assert (inbox / "2025.csv").is_file() and len(store_with_rules.uploads()) == 1


PERSONAL = HEADER.replace("评价\r\n", "评价,来自IP,备注\r\n") + "".join(
    f"S{n},普通群众,市公安局,总体评价,满意,118.112.3.{n},请回电1391234567{n}\r\n" for n in (1, 2, 3)
)
OFFERS = {
    "zh": ("下载去除个人信息后的文件", "已去除的列：来自IP、备注。"),
    "en": ("Download the file without personal data", "Left out: 来自IP, 备注."),
}


@pytest.mark.parametrize("language", OFFERS)
def test_a_file_about_persons_is_given_back_without_them(language, start, page, store_with_rules):
    server = start(store_with_rules.path)
    open_upload(page, server, language)
    fill_round(page, "2025")
    choose_file(page, "票.csv", PERSONAL.encode("utf-8-sig"))
    button, dropped = OFFERS[language]
    page.get_by_text(dropped).wait_for()
    settled(page)
    assert "1391234567" not in page.content() and "118.112.3" not in page.content()
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    content = Path(waiting.value.path()).read_bytes()
    assert content.decode("utf-8-sig").splitlines()[0] == "票号,评议主体,参评单位,测评指标,评价"
    assert not list((store_with_rules.path / "uploads").glob("*"))
    choose_file(page, "copy.csv", content)
    page.get_by_text("没有发现问题" if language == "zh" else "No problems in 3 rows").wait_for()


def test_a_template_is_downloaded_in_the_language_of_the_page(start, page, store_with_rules):
    server = start(store_with_rules.path)
    open_upload(page, server)
    fill_round(page, "2025")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="下载模板").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    assert book.sheetnames == ["评议票", "填写说明"] and book.worksheets[0]["A1"].value == "选票编号"
    told = [(entry.action, entry.what, entry.round) for entry in read_log(store_with_rules.path)]
    assert told == [("rules", "demo-2025", ""), ("export", "template ballots", "2025")]
