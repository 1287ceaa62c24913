"""A new year arrives, from an empty store to a published ranking and back, as an office would do it.

Pictures of every step go to tests/browser/screenshots/, which is not in git: look at them.
"""

import pytest

from data.sample.city import demo_files, demo_units
from data.store import Store
from data.store.replay import replay
from data.store.verify import check
from tests.support.faults import planted_faults

from .conftest import ROOT, assert_only_language, settled
from .journeys import Journey, choose_file, choose_option, fill_round, open_upload, type_corrections

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RULES = ROOT / "rules" / "demo-2025.toml"
FAULTS = 30
NEW_VALUE = 5  # place of the column in the table of faulty cells


def demo_file(kind: str):
    return next(file for file in demo_files() if (file.kind, file.round_id) == (kind, "2025"))


def right_values(text: str, faults: list[tuple[int, str, str]]) -> list[str]:
    """What should have stood in each faulty cell, from the sound lines of the same ballot above it."""
    rows = [line.split(",") for line in text.splitlines()]
    units = [unit.name for unit in demo_units() if unit.participation("2025") == "参评"]
    right = []
    for row, column, _kind in faults:
        above, further = rows[row - 2], rows[row - 3]
        free = next(name for name in units if name not in (above[2], further[2]))
        values = {"票号": above[0], "评议主体": above[1], "参评单位": free, "测评指标": "总体评价", "评价": "满意"}
        right.append(values[column])
    return right


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_new_year_arrives(serve, page, tmp_path, language):
    store = Store(tmp_path / "store")
    server = serve(store.path)
    person = Journey(page, language, "new-year")
    open_upload(page, server, language)
    assert_only_language(page, language)
    person.picture("empty")

    person.chooses("Kind of file", person.say("Register of units"))
    fill_round(page, "2025")
    choose_file(page, "register.csv", demo_file("units").content)
    person.button("Store and publish").click()
    person.sees("See the next step of the round")
    person.picture("register")

    person.chooses("Kind of file", person.say("Ballots"))
    page.get_by_test_id("stExpander").get_by_text(person.say("Add a rule set")).click()
    page.locator("input[type=file]").first.set_input_files(RULES)
    person.button("Save this rule set").click()
    settled(page)

    page.get_by_text(person.say("Trial: test the procedure, clear it later")).click()
    settled(page)
    fill_round(page, "2025-trial")
    page.get_by_text(person.say("Trial: test the procedure, clear it later")).click()
    settled(page)
    tried = "票号,评议主体,参评单位,评价\r\nT1,普通群众,市公安局,满意\r\nT2,服务对象,市教育局,满意\r\n"
    choose_file(page, "trial.csv", tried.encode("gb18030"))
    person.button("Store and publish").click()
    person.reads_and_publishes()
    assert [upload.trial for upload in store.uploads()] == [False, True]
    person.picture("trial")

    person.opens("Releases")
    page.get_by_text(person.say("Change a status, or clear a trial")).click()
    person.chooses("Round", "2025-trial")
    person.picture("status")
    person.fills("Reason", "tried out")
    person.confirms("To confirm, type the name of the round: {name}", "2025-trial")
    person.button("Clear the trial round").click()
    settled(page)
    person.picture("cleared")
    assert [upload.round_id for upload in store.uploads_in_force()] == ["2025"]

    person.opens("Upload data")
    person.chooses("Kind of file", person.say("Ballots"))
    fill_round(page, "2025")
    content, faults = planted_faults(FAULTS, without=("personal_value",))
    choose_file(page, "ballots.csv", content)
    person.sees("Places that must be corrected: {count}.", count=FAULTS)
    person.picture("faults")
    type_corrections(page, right_values(content.decode("utf-8-sig"), faults), NEW_VALUE)
    person.picture("corrected")
    person.button("Check again with these corrections").click()
    person.sees("Corrections: {count}", count=FAULTS)
    person.picture("checked")
    person.button("Store and compare first").click()
    person.sees("What would change")
    page.get_by_role("button", name=person.say("Publish this")).wait_for()
    person.picture("compared")
    before = store.in_force()
    person.publishes()
    published = store.in_force()
    assert published not in (None, before)
    assert len(store.uploads_in_force()[-1].edits) == FAULTS
    assert (store.uploads_in_force()[-1].folder / "evidence-0").read_bytes() == content

    person.opens("Ranking")
    person.picture("ranking")
    person.opens("Releases")
    earlier = store.releases()[1]
    box = page.get_by_test_id("stSelectbox").filter(has_text=person.say("Release")).last
    choose_option(page, box, earlier[:16], exact=False)
    settled(page)
    page.get_by_text(person.say("Roll back to this release")).click()
    person.fills("Reason", "found a mistake")
    person.confirms("To confirm, type the first {count} digits of the release: {digits}", earlier[:6])
    person.picture("rollback")
    person.button("Roll back").click()
    settled(page)
    assert store.in_force() == earlier
    person.publishes()
    assert store.in_force() == published
    person.picture("again")
    assert check(store) == [] and replay(store, published) == []
