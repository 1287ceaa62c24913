"""A project in a real browser: its risk is assessed, and it is vetoed; or an assembly decides, money comes in, work is
accepted, its accounts are posted.

Pictures of the steps go to tests/browser/screenshots/, which is not in git: look at them.
"""

import pytest

from data.store import Store
from tests.support.assembly import ENTRIES, MEETINGS, MOTIONS, PLACES, PROJECTS, read
from tests.support.community import registers
from tests.support.stores import table

from .journeys import SchemeJourney, assert_no_chart_text_is_cut

pytestmark = pytest.mark.browser

BOTH = ["zh", pytest.param("en", marks=pytest.mark.sweep)]

HEADER, ROW = PROJECTS.splitlines()
LATER = (
    f"{HEADER}|镇审核日期|县复审日期|开工日期|完工日期|验收日期|账目公示日期\n"
    f"{ROW}|2024-03-15|2024-03-22|2024-04-12|2024-10-20|2024-11-05|2024-11-20\n"
)
NO_LOAN = {"zh": "没有借款记录", "en": "no loan is on record"}
SPENT = "凭证号|项目编号|日期|收支|来源|金额(元)|缴款人代码|是否开具凭证\n{}"


def written(drawing: str) -> bytes:
    """A drawn table as WPS saves it."""
    return table(drawing).encode("gb18030")


def shows(clerk: SchemeJourney, day: str, texts: tuple[str, ...]) -> None:
    """The picture on a day has these words beside the bar of the project."""
    clerk.visits(period="2024", **{"as-of": day})
    drawn = clerk.page.locator(".js-plotly-plot").first.inner_text()
    assert all(text in drawn for text in texts), drawn
    assert_no_chart_text_is_cut(clerk.page)
    clerk.picture(day)


@pytest.mark.parametrize("language", BOTH)
def test_from_the_assembly_to_its_accounts(serve, page, tmp_path, language):
    store = Store(tmp_path / "store", threads=2)
    assert read(store, "place", PLACES).stored
    clerk = SchemeJourney(page, language, "project", serve(store.path), "assembly", "2024")
    clerk.stores("Courtyard assemblies", "坝坝会.csv", written(MEETINGS))
    clerk.stores("Motions and their votes", "议题表决.csv", written(MOTIONS))
    clerk.stores("Projects decided on", "议定项目_截至2024年3月31日.csv", written(PROJECTS))
    clerk.stores("Receipts and payments", "资金收支.csv", written(ENTRIES))
    too_much = SPENT.format("E9|FS-L1|2024-04-20|支出|材料|9000||是")
    clerk.brings("Receipts and payments", "四月支出.csv", written(too_much))
    page.get_by_text(NO_LOAN[language]).first.wait_for()  # 3,500 yuan are there; nothing is stored
    assert clerk.button("Store and compare first").count() == 0
    assert len(store.uploads()) == 5
    store.publish()
    shows(clerk, "2024-03-31", ("187/214", clerk.say("Decided")))
    clerk.stores("Projects decided on", "议定项目_截至2024年12月31日.csv", written(LATER))
    store.publish()
    shows(clerk, "2024-12-31", ("187/214", clerk.say("Accepted, posted")))
    assert "3,500.00" in clerk.reads("Accounts for posting")


ASSESSED = """
    评估编号 | 事项编号 | 重大事项 | 类型 | 类别 | 责任单位 | 涉及地点 | 程序 | 利益相关人数 | 人数依据 | 启动 {heads}
    PG-1 | M-0398 | 污水厂扩建 | 项目 | 企业排污 | 市城市管理局 | KZ-1 | 普通 | 3000 | 红线内 | 2026-01-05 {cells}
"""
SURVEYED = """
    编号 | 评估编号 | 方式 | 抽取方式 | 计数单位 | 应调查 | 收回 | 起 | 止 | 主调查 | 确定日期
    ZX-1 | PG-1 | 问卷调查 | 随机 | 人 | 300 | 290 | 2026-01-12 | 2026-02-08 | 是 | 2026-01-08
"""
ANSWERED = """
    编号 | 有效票 | 无效票 | 满意票 | 支持票 | 信心票
    ZX-1 | 286    | 4      | 150    | 142    | 166
"""
OPEN = ASSESSED.format(heads="", cells="")
VETOED = ASSESSED.format(
    heads="| 结论 | 决定日期 | 决定机关 | 文号", cells="| 不予实施 | 2026-02-20 | 市政府 | 〔2026〕4号"
)


@pytest.mark.parametrize("language", BOTH)
def test_from_the_assessment_to_its_veto(serve, page, tmp_path, language):
    store = registers(tmp_path / "store")
    clerk = SchemeJourney(page, language, "vetoed", serve(store.path), "approval", "2026")
    clerk.stores("Assessments of major matters", "评估事项_截至2026年2月10日.csv", written(OPEN))
    clerk.stores("Consultations on major matters", "征求意见.csv", written(SURVEYED))
    clerk.stores_and_publishes("Answers to consultations", "意见统计.csv", written(ANSWERED))
    clerk.visits(period="2026")
    clerk.picture("forest")
    assert shown_words(clerk) >= {"142/290", clerk.say("Line missed")}
    opinion = clerk.reads("Opinion on a matter")
    # Two thirds of the forms returned are 194; the three questions of the wide file are three lines.
    assert all(words in opinion for words in ("48.97%", "51.72%", "57.24%", "41.87%", "57.47%"))
    assert clerk.say("The line is not reached: the matter may not go ahead.").rstrip("。.") in opinion
    clerk.picture("opinion")
    clerk.stores_and_publishes("Assessments of major matters", "评估事项_截至2026年2月28日.csv", written(VETOED))
    clerk.visits(period="2026")
    assert clerk.figure("Matters vetoed") == "1"
    assert shown_words(clerk) >= {"142/290", "2026-02-20", clerk.say("Line missed")}
    clerk.picture("vetoed")


def shown_words(clerk: SchemeJourney) -> set[str]:
    """The words of the picture; none of them is cut."""
    assert_no_chart_text_is_cut(clerk.page)
    drawn = clerk.page.locator(".js-plotly-plot").first.inner_text()
    return {*drawn.splitlines(), *drawn.split()}
