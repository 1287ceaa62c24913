"""A project in a real browser: an assembly decides, money comes in, work is accepted, its accounts are posted."""

import pytest

from data.store import Store
from tests.support.assembly import ENTRIES, MEETINGS, MOTIONS, PLACES, PROJECTS, read
from tests.support.stores import table

from .conftest import settled
from .journeys import Journey, assert_no_chart_text_is_cut, choose_file, fill_round, open_upload

pytestmark = pytest.mark.browser

HEADER, ROW = PROJECTS.splitlines()
LATER = (
    f"{HEADER}|镇审核日期|县复审日期|开工日期|完工日期|验收日期|账目公示日期\n"
    f"{ROW}|2024-03-15|2024-03-22|2024-04-12|2024-10-20|2024-11-05|2024-11-20\n"
)
SPENT = "凭证号|项目编号|日期|收支|来源|金额(元)|缴款人代码|是否开具凭证\n{}"


class Clerk(Journey):
    """A clerk of a township, who brings a file at a time."""

    def brings(self, server, kind: str, name: str, drawing: str) -> None:
        open_upload(self.page, server, self.language)
        box = self.page.get_by_test_id("stSelectbox").filter(has_text=self.say("Kind of file")).first
        box.locator("input").fill(self.say(kind))  # the list is long, and only its beginning is drawn
        self.page.get_by_role("option", name=self.say(kind), exact=True).click()
        settled(self.page)
        fill_round(self.page, "2024")
        choose_file(self.page, name, table(drawing).encode("gb18030"))

    def stores(self) -> None:
        self.button("Store and compare first").click()
        self.sees("The file is stored. It counts once it is published: below, under “What would change”.")


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "store", threads=2)
    assert read(made, "place", PLACES).stored
    return made


def test_a_project_from_the_assembly_to_its_accounts(serve, page, store):
    server, clerk = serve(store.path), Clerk(page, "zh", "project")
    for kind, name, drawing in (
        ("Courtyard assemblies", "坝坝会.csv", MEETINGS),
        ("Motions and their votes", "议题表决.csv", MOTIONS),
        ("Projects decided on", "议定项目_截至2024年3月31日.csv", PROJECTS),
        ("Receipts and payments", "资金收支.csv", ENTRIES),
    ):
        clerk.brings(server, kind, name, drawing)
        page.get_by_text("没有发现问题").wait_for()
        settled(page)
        clerk.stores()
    clerk.brings(
        server, "Receipts and payments", "四月支出.csv", SPENT.format("E9|FS-L1|2024-04-20|支出|材料|9000||是")
    )
    page.get_by_text("且没有借款记录").first.wait_for()  # 3,500 yuan are there; nothing is stored
    settled(page)
    assert clerk.button("Store and compare first").count() == 0
    assert len(store.uploads()) == 5
    store.publish()
    shown(page, server, clerk, "2024-03-31", ("187/214", "已议定"))
    clerk.brings(server, "Projects decided on", "议定项目_截至2024年12月31日.csv", LATER)
    page.get_by_text("没有发现问题").wait_for()
    settled(page)
    clerk.stores()
    store.publish()
    shown(page, server, clerk, "2024-12-31", ("187/214", "已验收，已公示"))
    page.get_by_role("radio", name="账目公示").or_(page.get_by_text("账目公示", exact=True)).first.click()
    page.get_by_text("收入3,500.00元").first.wait_for()


def shown(page, server, clerk: Clerk, day: str, texts: tuple[str, ...]) -> None:
    """The page of assemblies on a day has these words beside the bar of the project."""
    page.goto(f"{server.url}/scheme?scheme=assembly&lang=zh&period=2024&as-of={day}")
    page.locator("h1", has_text="坝坝会").wait_for()
    settled(page)
    drawn = page.locator(".js-plotly-plot").first.inner_text()
    assert all(text in drawn for text in texts), drawn
    assert_no_chart_text_is_cut(page)
    clerk.picture(day)
