"""An empty store takes a register, a rule set and the export of a survey tool, on one page and without a manual."""

from random import Random

import pytest

from data.store import Store

from .conftest import ROOT, settled
from .journeys import Journey, choose_file, fill_round, open_upload

pytestmark = pytest.mark.browser

RULES = ROOT / "rules" / "three-grades-100-70-40.toml"
UNITS = [f"市第{number}局" for number in range(1, 33)]
RESPONDENTS = 3000


def export() -> bytes:
    """The export of a survey tool: a row a respondent, a column a unit, the question before each name."""
    random = Random(2025)
    heads = [f"2、请对以下单位的工作进行评价—{unit}" for unit in UNITS]
    lines = [",".join(["序号", "提交答卷时间", "所用时间", "来源", "1、您的身份", *heads])]
    for number in range(1, RESPONDENTS + 1):
        grades = random.choices(["满意", "基本满意", "不满意", "(跳过)"], [70, 20, 8, 2], k=len(UNITS))
        lines.append(",".join([str(number), "2025/11/20 9:11:00", f"{number % 300}秒", "微信", "普通群众", *grades]))
    return "\r\n".join(lines).encode("utf-8-sig")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_export_of_a_survey_tool_is_published_from_one_page(serve, page, tmp_path, language):
    store = Store(tmp_path / "store")
    server = serve(store.path)
    person = Journey(page, language, "survey")
    open_upload(page, server, language)
    person.chooses("Kind of file", person.say("Register of units"))
    fill_round(page, "2025")
    register = "单位编码,单位全称,类别\n" + "".join(f"{n:03d},{unit},政府部门\n" for n, unit in enumerate(UNITS, 1))
    choose_file(page, "register.csv", register.encode())
    person.button("Store and publish").click()
    person.sees("See the next step of the round")

    person.chooses("Kind of file", person.say("Ballots"))
    page.get_by_test_id("stExpander").get_by_text(person.say("Add a rule set")).click()
    page.locator("input[type=file]").first.set_input_files(RULES)
    person.button("Save this rule set").click()
    settled(page)
    fill_round(page, "2025")
    choose_file(page, "export.csv", export())
    person.sees("I have checked the table above: each column is what it says.")
    person.picture("asked")
    page.get_by_text(person.say("I have checked the table above: each column is what it says.")).click()
    settled(page)
    person.button("Confirm this reading").click()
    page.get_by_text(person.say("What the columns are taken for")).first.wait_for()
    settled(page)
    person.picture("confirmed")
    person.button("Store and publish").click()
    person.sees("See the ranking")
    person.picture("published")
    assert [(upload.kind, upload.lines) for upload in store.uploads()] == [("units", 32), ("ballots", RESPONDENTS)]
    release = store.release()
    assert release is not None and release.rounds() == ["2025"]
