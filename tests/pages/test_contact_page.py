"""The page of visits and receptions over its demonstration: figures, the picture and its table, in both languages."""

import json
from datetime import date

import pytest

from data.store import Store
from schemes import scheme_of
from schemes.chosen import choose
from schemes.frame import Period
from tests.pages.test_schemes import captions, scheme_page

COLUMNS = {
    "zh": ["职务", "单位", "全年计划", "应到", "实到", "差额", "全年尚缺", "完成比例", "反映/解决"],
    "en": ["Post", "Unit", "Planned in the year", "Planned by the day", "Done", "Difference", "Missing in the year"],
}


def shown(schemes_path, monkeypatch, language="zh", **query):
    return scheme_page(schemes_path, monkeypatch, language, scheme="contact", **query)


@pytest.mark.sweep
def test_the_figures_of_the_demonstration_are_on_the_page(schemes_path, monkeypatch):
    """96 receptions in three years, 32 a year, one of each year's 32 spans missed; 1,240 live pairings."""
    for year in ("2023", "2024", "2025"):
        test = shown(schemes_path, monkeypatch, period=year, **{"as-of": "2025-12-31"})
        texts = captions(test)
        assert "接访场次：32" in texts and any(text.startswith("31/32") for text in texts), year
    assert [metric.label for metric in test.metric] == ["按计划接访", "接待人数", "当场解决事项", "对象签认的记录"]
    posts = test.dataframe[0].value
    assert len(posts) == 24 and posts["全年尚缺"].is_monotonic_decreasing
    assert any("24 个岗位中的前 14 个" in text for text in texts)
    assert "在帮结对：1,240" in captions(shown(schemes_path, monkeypatch, period="2026"))


@pytest.mark.sweep
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_picture_shows_the_rows_of_its_table(schemes_path, monkeypatch, language):
    test = shown(schemes_path, monkeypatch, language, period="2025")
    table = test.dataframe[0].value
    assert list(table.columns)[: len(COLUMNS[language])] == COLUMNS[language]
    fig = json.loads(test.get("plotly_chart")[0].proto.spec)
    planned, done = (list(trace["x"]) for trace in fig["data"])
    names = COLUMNS[language][3:5]
    assert planned == table[names[0]].head(14).tolist() and done == table[names[1]].head(14).tolist()
    assert [trace["marker"]["symbol"] for trace in fig["data"]] == ["circle-open", "circle"]
    printed = [note["text"] for note in fig["layout"]["annotations"]]
    for row in table.head(14).itertuples(index=False):
        short = f"{row[5]:.0f}".replace("-", "−")
        assert f"<b>{short}</b>" in printed and row[8] in printed and row[8].count("/") == 1
    assert table[COLUMNS[language][5]].iloc[0] < 0


@pytest.mark.sweep
def test_a_unit_narrows_the_page_and_an_earlier_day_moves_the_plan(schemes_path, monkeypatch):
    early = shown(schemes_path, monkeypatch, period="2025", **{"as-of": "2025-06-30"}).dataframe[0].value
    late = shown(schemes_path, monkeypatch, period="2025").dataframe[0].value
    assert early["应到"].sum() < late["应到"].sum() == late["全年计划"].sum()
    own = shown(schemes_path, monkeypatch, period="2025", unit="ZY001")
    assert any("接访场次：8" in text or "接访场次：7" in text or "接访场次：9" in text for text in captions(own))


TITLES = {
    "announcement": ("2026年4月领导接访公示表", "Receptions by leaders, 2026-04"),
    "quarter": ("2026年第1季度走访接访情况通报", "Circular on visits and receptions, 2026Q1"),
    "year": ("2025年走访接访结对统计", "Statistics of visits and receptions, 2025"),
}


def test_a_document_is_shown_on_the_page(schemes_path, monkeypatch):
    test = shown(schemes_path, monkeypatch, period="2026Q1")
    test.segmented_control(key="contact_document").set_value("quarter").run()
    assert not test.exception
    assert any(TITLES["quarter"][0] in item.value.replace("\\", "") for item in test.markdown)


@pytest.mark.sweep
@pytest.mark.parametrize(("language", "at"), [("zh", 0), ("en", 1)])
def test_the_documents_say_when_where_and_what_of_how_many(schemes_path, language, at):
    release = Store(schemes_path, threads=2).release()
    scheme = scheme_of("contact")

    def made(kind, period, day):
        chosen = choose(scheme, release, Period.of(period), date.fromisoformat(day))
        return scheme.documents[kind](chosen, language)

    announced = made("announcement", "2026-03", "2026-03-31")
    assert announced.title == TITLES["announcement"][at] and announced.secrecy == ""
    (days,) = [table for table in announced.tables() if table.kind == "contact_days"]
    assert {row.cells["day"] for row in days.rows} == {"2026-04-15"} and len(days.rows) == 3
    quarter, year = made("quarter", "2026Q1", "2026-03-31"), made("year", "2025", "2025-12-31")
    assert (quarter.title, year.title) == (TITLES["quarter"][at], TITLES["year"][at])
    assert quarter.secrecy and year.secrecy
    (posts,) = [table for table in year.tables() if table.kind == "contact_posts"]
    assert len(posts.rows) == 24 and all(row.cells["evidence"] and row.cells["planned"] for row in posts.rows)
    # What had to be done is that of the last day of the period, not of the day on which the paper is printed.
    later = made("year", "2025", "2026-03-31")
    lists = [[row.cells["key"] for row in table.rows] for table in later.tables() if table.kind == "scheme_items"]
    assert any("JF-2025" in key for keys in lists for key in keys) or any("L0" in key for keys in lists for key in keys)
    release.close()
