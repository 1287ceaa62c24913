"""Three months of petitions: a file a month, what waits, the circular of March, a correction, the circular of April.

Pictures of the steps go to tests/browser/screenshots/, which is not in git: look at them.
"""

import pytest

from data.sample.community import registers_of_the_city
from data.sample.load import load_files
from data.store import Store
from tests.support.stores import table

from .journeys import SchemeJourney

pytestmark = pytest.mark.browser

PERSONS = """
    人员代码 | 单位         | 身份     | 级别 | 起
    L03      | 市城市管理局 | 领导干部 | 县级 | 2025-01-01
"""
HEADS = "登记编号|事项编号|信访人代码|登记日期|信访形式|人数|登记层级|责任单位|责任层级|受理日期|办结日期|办理结果"
FIRST = "XF-1|M-0412|P2207|2026-01-07|来访|1|县区|市城市管理局|县区|2026-01-08|{closed}"
SOLVED = "XF-2|M-0430|P0001|2026-02-03|来信|1|县区|市公交公司|县区|2026-02-04|2026-02-25|已解决"
REPEATED = "XF-3|M-0412|P2207|2026-03-20|来访|1|市|市城市管理局|县区|||"


def register(*rows: str) -> bytes:
    """A register of petitions as WPS saves it."""
    return table("\n".join((HEADS, *rows))).encode("gb18030")


def of_the_end(day: str) -> str:
    return f"信访件_截至{day}.csv"


@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=pytest.mark.sweep)])
def test_three_months_from_the_register_to_the_correction(serve, page, tmp_path, language):
    store = Store(tmp_path / "store", threads=2)
    load_files(store, [file for file in registers_of_the_city() if file.kind == "units"])
    store.import_files("person", [("人员岗位.csv", table(PERSONS).encode())], "2026")
    store.publish()
    clerk = SchemeJourney(page, language, "petitions", serve(store.path), "inquiry", "2026")
    waiting = FIRST.format(closed="|")
    clerk.stores_and_publishes("Petitions", of_the_end("2026年1月31日"), register(waiting))
    clerk.stores_and_publishes("Petitions", of_the_end("2026年2月28日"), register(waiting, SOLVED))
    clerk.stores_and_publishes("Petitions", of_the_end("2026年3月31日"), register(waiting, SOLVED, REPEATED))
    clerk.visits(period="2026-03")
    assert clerk.figure("Repetitions that count against the unit") == "1"
    assert clerk.figure("Closed in time") == "0.00%"
    main = page.get_by_test_id("stMain")
    for waits in ("Handling overdue", "Counts against the unit, no inquiry opened"):
        main.get_by_text(f"{clerk.say(waits)} 1", exact=True).wait_for()
    clerk.picture("waiting")
    march = clerk.reads("Circular of the month")
    assert "1 / 0" in march, "the repetition counts against the unit"
    assert clerk.say("Corrections of earlier circulars") not in march
    clerk.picture("circular")
    assert clerk.pdf().startswith(b"%PDF")
    clerk.closes_the_month()

    corrected = FIRST.format(closed="2026-03-06|已解决")
    clerk.stores_and_publishes(
        "Petitions", of_the_end("2026年4月30日"), register(corrected, SOLVED, REPEATED), "办结日期漏登"
    )
    clerk.visits(period="2026-04")
    april = clerk.reads("Circular of the month")
    corrections = april[april.index(clerk.say("Corrections of earlier circulars")) :]
    # Of March as it was printed, and as it is with the closing day of 6 March.
    assert "0.00% (0/1)" in corrections and "100.00% (1/1)" in corrections
    assert "1 / 1" in corrections and "0 / 1" in corrections
    clerk.picture("correction")
