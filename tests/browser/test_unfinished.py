"""Faults sorted by kind, an upload that survives a restart of the server, and findings before publishing."""

import pytest

from data.store import Store
from data.store.drafts import drafts

from .conftest import ROOT, assert_only_language, settled, stop_server, tab
from .journeys import Journey, choose_file, fill_round, open_upload, switch_language, type_corrections

pytestmark = pytest.mark.browser

RULES = ROOT / "rules" / "demo-2025.toml"
REGISTER = (
    "单位编码,单位全称,类别\n001,市公安局,政府部门\n002,市财政局,政府部门\n003,市民政局,政府部门\n004,市委办,党委部门\n"
)
UNITS = ("市公安局", "市财政局", "市民政局", "市委办")
GROUPS = ("普通群众", "服务对象", "两代表一委员")
NEW_VALUE = 5  # place of the column in the table of faulty cells
WORDS = {*UNITS, *GROUPS, "票号", "评议主体", "参评单位", "测评指标", "评价", "票.csv", "UTF", "demo", "root"}
WORDS |= {"满意", "基本满意", "不满意", "不了解", "空白", "弃权", "无效", "很差", "市财证局", "总体评价"}
WORDS |= {f"S{number}" for number in range(1, 10)}


def ballots(faulty: bool) -> bytes:
    """Three ballots of each group; with faults, sixteen grades off the scale and three names off the register."""
    lines = []
    for number, group in enumerate(group for group in GROUPS for _ in range(3)):
        for place, unit in enumerate(UNITS):
            grade = "很差" if faulty and (number + place) % 2 and len(lines) < 32 else "满意"
            name = "市财证局" if faulty and place == 1 and number < 3 else unit
            lines.append(f"S{number + 1},{group},{name},{grade}")
    return ("票号,评议主体,参评单位,评价\r\n" + "\r\n".join(lines)).encode("utf-8-sig")


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "store")
    made.add_rules(RULES.read_text(encoding="utf-8"))
    assert made.import_files("units", [("名录.csv", REGISTER.encode())], "2025").stored
    return made


def kinds(page) -> list[str]:
    """The lines of the kinds of problems, from above."""
    return [line for line in page.get_by_test_id("stExpander").locator("summary").all_inner_texts() if "·" in line]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_unfinished_upload_survives_a_restart_of_the_server(start, contexts, store, language):
    with tab(contexts("zh-CN")) as page:
        person = Journey(page, language, "unfinished")
        server = start(store.path)
        open_upload(page, server, language)
        fill_round(page, "2025")
        choose_file(page, "票.csv", ballots(faulty=True))
        person.sees("Correct it here")
        assert len(kinds(page)) == 2, kinds(page)
        person.picture("kinds")
        for line in page.get_by_test_id("stExpander").locator("summary").filter(has_text="·").all():
            line.click()
        settled(page)
        person.picture("places")
        assert_only_language(page, language, WORDS)
        type_corrections(page, ["市财政局", "不满意"], NEW_VALUE)
        settled(page)
        person.picture("typed")
    (draft,) = drafts(store.path)
    assert [(cell.old, cell.new) for cell in draft.typed] == [("市财证局", "市财政局"), ("很差", "不满意")]
    assert draft.errors == 19
    stop_server(server)

    with tab(contexts("zh-CN")) as page:
        person.page = page
        server = start(store.path)
        open_upload(page, server, language)
        person.picture("back")
        assert_only_language(page, language, WORDS)
        person.button("Continue").click()
        person.sees("Correct it here")
        person.picture("continued")
        assert_only_language(page, language, WORDS)
        page.get_by_role("button", name=person.say("Check again with these corrections")).click()
        person.sees("No problems in {rows} rows.", rows=36)
        person.picture("checked")
        (draft,) = drafts(store.path)
        assert (draft.errors, len(draft.options.edits), draft.typed) == (0, 19, ())
        person.button("Store and compare first").click()
        person.sees("What would change")
        person.picture("stored")
    assert drafts(store.path) == [] and [len(upload.edits) for upload in store.uploads()] == [0, 19]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_two_windows_on_one_unfinished_upload(serve, contexts, store, language):
    """The first window keeps nothing over what the second wrote, and says so; what the second discards is gone."""
    server = serve(store.path)
    with tab(contexts("zh-CN")) as page, tab(contexts("zh-CN")) as other:
        first, second = Journey(page, language, "window-1"), Journey(other, language, "window-2")
        open_upload(page, server, language)
        fill_round(page, "2025")
        choose_file(page, "票.csv", ballots(faulty=True))
        first.sees("Correct it here")
        open_upload(other, server, language)
        second.button("Continue").click()
        second.sees("Correct it here")
        type_corrections(other, ["市财政局"], NEW_VALUE)
        settled(other)
        (draft,) = drafts(store.path)
        assert [cell.new for cell in draft.typed] == ["市财政局"]

        page.bring_to_front()  # a tab behind another draws no field to type into
        type_corrections(page, ["市民政局"], NEW_VALUE)
        page.get_by_text({"zh": "已在另一窗口", "en": "was changed in another window"}[language]).wait_for()
        first.picture("changed-elsewhere")
        assert_only_language(page, language, WORDS)
        assert drafts(store.path) == [draft]

        other.bring_to_front()
        second.button("Discard this upload").click()
        settled(other)
        assert drafts(store.path) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_should_be_known_is_said_before_publishing(serve, page, store, language):
    server = serve(store.path)
    person = Journey(page, language, "before-publishing")
    open_upload(page, server, language)
    for name, indicator in (("态度.csv", "服务态度"), ("效率.csv", "办事效率")):
        fill_round(page, "2025")
        group = GROUPS[0]
        lines = "".join(f"{name[0]}{n},{group},{list(UNITS)[n % 3]},{indicator},满意\r\n" for n in range(6))
        choose_file(page, name, ("票号,评议主体,参评单位,测评指标,评价\r\n" + lines).encode("utf-8-sig"))
        person.button("Store and compare first").click()
        person.sees("Before you publish")
    person.picture("findings")
    names = {*WORDS, "服务态度", "办事效率", "态度", "效率", "政府部门", "党委部门", "csv"}
    assert_only_language(page, language, names)
    publish = person.button("Publish this")
    assert publish.is_disabled()
    person.fills("Reason for publishing in spite of the warnings", "split")
    person.picture("reason")
    person.publishes()
    person.picture("published")
    event = store.history()[0]
    assert event.accepted == "split" and event.findings[0] == "indicators_differ 2025"
    switch_language(page, {"zh": "en", "en": "zh"}[language])
    assert_only_language(page, {"zh": "en", "en": "zh"}[language], {*names, "split"})
