"""The pledges page through the real main script, over the demonstration city and over towns that lack a table."""

import csv
import io
from datetime import date

import pytest

from data.sample import pledges as made
from data.sample.city import demo_units
from formats.spreadsheet import csv_bytes
from results.pledges.labels import WARNING_WORDS
from tests.pages.test_changes import said, table
from tests.pages.test_pages import opened
from tests.support.pledges import town
from ui import cached, sheets

PAGE = "browse/pledges"
VIEWS = ("outcomes", "halls", "progress", "book", "analysis")
CODE = {unit.name: unit.code for unit in demo_units()}


SHOWN = []


def pledges_page(store, monkeypatch, language="zh", **query):
    if SHOWN[-1:] != [store]:  # towns of equal content have one release id, in another file
        cached.clear()
        SHOWN[:] = [store]
    return opened(PAGE, store, monkeypatch, language, **query)


def round_2025():
    return cached.round_of(cached.release(), "2025")


def written(test, column):
    """The table of texts that has a column."""
    found = next(frame.value for frame in test.table if column in frame.value)
    return found.replace(r"\\", "", regex=True)


def figures(test):
    """The rows of the glance: (label, number) of every figure, five to a kind."""
    found = [(metric.label, int(metric.value.replace(",", ""))) for metric in test.metric]
    return [found[start : start + 5] for start in range(0, len(found), 5)]


@pytest.mark.sweep
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens(view, language, demo_path, monkeypatch):
    test = pledges_page(demo_path, monkeypatch, language, view=view)
    assert len(test.title) == 1 and not test.error
    assert test.segmented_control(key="address_view").value == view


def test_the_glance_counts_headline_and_routine_apart_and_adds_up(demo_path, monkeypatch):
    test = pledges_page(demo_path, monkeypatch)
    headline, routine = figures(test)
    drawn = made.demo_pledges("2025")
    assert headline[0] == ("重点承诺", sum(pledge.headline for pledge in drawn))
    assert routine[0] == ("一般承诺", sum(not pledge.headline for pledge in drawn))
    assert headline[0][1] == sum(number for _label, number in headline[1:4])
    assert "客观调整 2 项、取消 1 项" in said(test)
    assert routine[0][1] == sum(number for _label, number in routine[1:4]) + 3


@pytest.mark.parametrize(("language", "same"), [("zh", "差异不显著"), ("en", "No clear difference")])
def test_who_is_high_with_the_hall_and_low_with_the_public_is_named_the_uncertain_is_not(
    language, same, demo_path, monkeypatch
):
    test = pledges_page(demo_path, monkeypatch, language, view="halls")
    named = [item.value for item in test.markdown if item.value.startswith("◆")]
    assert len(named) == 1 and made.PRAISED_ONLY_IN_THE_HALL in named[0]
    assert any(f"**{made.PRAISED_ONLY_IN_THE_HALL}**" in item.value for item in test.markdown)
    findings = table(test, "finding").set_index("unit_name")["finding"]
    assert findings[made.WITHIN_UNCERTAINTY] == same
    assert findings[made.PRAISED_ONLY_IN_THE_HALL] != same
    everything = said(test)
    assert made.WITHIN_UNCERTAINTY not in everything


def test_the_named_stand_with_ballots_and_both_intervals(demo_path, monkeypatch):
    test = pledges_page(demo_path, monkeypatch, view="halls")
    row = cached.pledge_year(round_2025(), date(2025, 12, 31)).compared.named.iloc[0]
    line = next(item.value for item in test.caption if item.value.startswith("会场："))
    assert f"测评票 {row['vote_n']} 份" in line and f"{row['vote_low']:.1f} – {row['vote_high']:.1f}" in line
    assert f"{row['public_low']:.1f} – {row['public_high']:.1f}" in line


def test_outcomes_stand_by_gap_with_the_signed_difference(demo_path, monkeypatch):
    shown = table(pledges_page(demo_path, monkeypatch), "difference")
    known = shown["verified"].dropna()
    assert known.is_monotonic_increasing and shown["verified"].notna().iloc[: len(known)].all()
    first = shown.iloc[0]
    assert first["difference"] == pytest.approx(first["verified"] - 100, abs=0.06)
    scores = table(pledges_page(demo_path, monkeypatch, columns="scores"), "vote_score")
    assert list(scores["unit_name"]) == list(shown["unit_name"]) and scores["vote_low"].notna().iloc[0]
    by_unit = table(pledges_page(demo_path, monkeypatch, by="unit", kind="routine"), "difference")
    assert "post" not in by_unit and "vote_score" not in by_unit and len(by_unit) == 50
    assert set(by_unit["pledges"]) == {len(made.ROUTINES)}


@pytest.mark.sweep
def test_one_category_narrows_everything(demo_path, monkeypatch):
    test = pledges_page(demo_path, monkeypatch, category="公共服务单位")
    units = [unit for unit in made.pledging_units("2025") if unit.category == "公共服务单位"]
    assert figures(test)[0][0][1] == len(made.HEADLINES) * len(units)
    assert set(table(test, "difference")["unit_name"]) == {unit.name_in("2025") for unit in units}


def test_the_address_filters_to_overdue_and_the_file_holds_the_same(demo_path, monkeypatch):
    test = pledges_page(demo_path, monkeypatch, view="progress", show="overdue", quarter="2025Q3")
    assert test.pills(key="address_show").value == "overdue"
    shown = table(test, "warning")
    assert made.LATE in set(shown["unit_name"]) and (shown["due"] < "2025-09-30").all()
    assert all("逾期" in words for words in shown["warning"])
    sheet = sheets.circular(round_2025(), date(2025, 9, 30), None, "zh", "overdue")
    content = csv_bytes(sheet)
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["承诺事项"] for row in rows] == list(shown["item"]) and {row["数据"] for row in rows} == {"演示数据"}


def test_every_sort_of_attention_finds_its_staged_case(demo_path, monkeypatch):
    for code, unit in (("not_reported", made.SILENT), ("no_reason", made.NO_REASON)):
        test = pledges_page(demo_path, monkeypatch, view="progress", show=code)
        shown = table(test, "warning")
        assert unit in set(shown["unit_name"]), code
    test = pledges_page(demo_path, monkeypatch, "en", view="progress", show="not_reported")
    assert all(WARNING_WORDS["not_reported"] in words for words in table(test, "warning")["warning"])


@pytest.mark.sweep
def test_the_book_tells_reasons_and_that_one_is_missing(demo_path, monkeypatch):
    cancelled = pledges_page(demo_path, monkeypatch, view="book", unit=CODE[made.CANCELLED])
    assert "载明的理由：项目并入全市统一平台，经市委同意取消" in said(cancelled)
    assert any("✕ 已取消" in item.label for item in cancelled.expander)
    without = pledges_page(demo_path, monkeypatch, view="book", unit=CODE[made.NO_REASON])
    assert "没有载明理由。" in [item.value for item in without.warning]
    evidence = [item.value for item in cancelled.markdown if "现场核查" in item.value]
    assert evidence and all("市委督查室" in item for item in evidence)


@pytest.mark.sweep
def test_nine_ballots_are_shown_with_a_wide_interval_four_are_not(demo_path, monkeypatch):
    nine = pledges_page(demo_path, monkeypatch, view="book", unit=CODE[made.NINE_BALLOTS])
    score = next(item.value for item in nine.markdown if item.value.startswith("述职测评得分"))
    assert score.endswith("测评票 9 份。")
    assert set(written(nine, "评议主体")["得分"]) == {"–"}
    four = pledges_page(demo_path, monkeypatch, view="book", unit=CODE[made.FOUR_BALLOTS])
    assert not any(item.value.startswith("述职测评得分") for item in four.markdown)
    assert any("不予显示" in item.value or "不显示" in item.value for item in four.info)
    halls = pledges_page(demo_path, monkeypatch, "en", view="halls")
    row = cached.pledge_year(round_2025(), date(2025, 12, 31)).votes.rows.set_index("unit_name")
    wide = row.loc[made.NINE_BALLOTS, "score"] - row.loc[made.NINE_BALLOTS, "score_low"]
    assert row["score_high"].max() <= 100, "cut off at the best grade; the lower side tells the reach"
    assert f"9 ballots give ±{wide:.1f} points" in said(halls)


@pytest.mark.sweep
def test_the_years_of_a_post_stand_side_by_side(demo_path, monkeypatch):
    test = pledges_page(demo_path, monkeypatch, view="book", unit=CODE[made.REPORTS_TOO_MUCH])
    years = written(test, "2024").set_index("数据项")
    assert list(years.columns) == ["2025", "2024", "2023"]
    assert years.loc["一般承诺 · 项数", "2023"] == str(len(made.ROUTINES))
    assert all("（" in years.loc["述职测评得分", year] for year in years)
    unit = CODE[made.REPORTS_TOO_MUCH]
    content = csv_bytes(sheets.post(cached.release(), unit, "党组书记", date(2026, 1, 10), False, "zh"))
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["批次"] for row in rows] == ["2025", "2024", "2023"] and {row["数据"] for row in rows} == {"演示数据"}


def test_the_analysis_refuses_a_trend_over_three_years_and_gives_the_rest_with_intervals(demo_path, monkeypatch):
    test = pledges_page(demo_path, monkeypatch, "en", view="analysis")
    trends = written(test, "Slope per year")
    assert set(trends["Slope per year"]) == {"–"}
    assert set(trends["Remark"]) == {"A trend needs 5 years with this figure; there are 3."}
    agreements = written(test, "Correlation")
    assert all("–" in words for words in agreements["Interval"])
    shifts = written(test, "Shift")
    assert shifts["Shift"].iloc[0].startswith("−")


def test_without_pledges_the_page_says_what_to_upload_in_which_form(tmp_path, monkeypatch):
    store = town(tmp_path / "var", kinds=())
    test = pledges_page(store.path, monkeypatch)
    assert "请上传下列三张表" in test.info[0].value
    forms = next(item.value for item in test.markdown if item.value.startswith("|"))
    assert "承诺编号、单位、承诺事项" in forms and "核查日期" in forms and "票数" in forms
    assert not test.metric and not test.dataframe
    english = pledges_page(store.path, monkeypatch, "en")
    forms = next(item.value for item in english.markdown if item.value.startswith("|"))
    assert "pledge\\_id" in forms


@pytest.mark.sweep
def test_pledges_alone_are_waiting_for_progress_and_votes(tmp_path, monkeypatch):
    store = town(tmp_path / "var", kinds=("pledges",))
    test = pledges_page(store.path, monkeypatch)
    assert any("还没有进度" in item.value for item in test.info)
    assert "本批次没有述职测评" in said(test)
    assert [number for _label, number in figures(test)[0][:4]] == [2, 0, 0, 2]
    for view in VIEWS:
        test = pledges_page(store.path, monkeypatch, "en", view=view)
        assert not test.exception
    halls = pledges_page(store.path, monkeypatch, view="halls")
    assert any("请上传“述职测评”表" in item.value for item in halls.info)


@pytest.mark.sweep
def test_votes_alone_and_a_round_that_nobody_ranked(tmp_path, monkeypatch):
    store = town(tmp_path / "var", kinds=("votes",), scores=False)
    for view in VIEWS:
        test = pledges_page(store.path, monkeypatch, view=view)
        assert any("没有公开承诺" in item.value for item in test.info)
        assert not test.metric


@pytest.mark.sweep
def test_all_of_a_small_town(tmp_path, monkeypatch):
    """A1 is reported as done and verified short of it; A2 is soft and not verified; B1 is kept, though late."""
    store = town(tmp_path / "var")
    test = pledges_page(store.path, monkeypatch)
    headline, routine = figures(test)
    assert [number for _label, number in headline] == [2, 1, 1, 0, 1]
    assert [number for _label, number in routine] == [1, 0, 0, 1, 0]
    assert "**一般承诺**：单位自报完成 1 项、目标不优于上年 1 项" in said(test)
    shown = table(test, "difference")
    assert list(shown["unit_name"]) == ["单位1", "单位2"] and list(shown["difference"]) == [-10.0, 0.0]


def test_a_trial_says_so_on_the_page_and_in_the_round(tmp_path, monkeypatch):
    store = town(tmp_path / "var", trial=True)
    test = pledges_page(store.path, monkeypatch)
    assert any("试算" in item.value for item in test.warning)
    assert test.selectbox(key="round").options == ["2025（试算）"]


@pytest.mark.sweep
def test_a_withdrawn_round_says_so(tmp_path, monkeypatch):
    store = town(tmp_path / "var")
    for code in ("final", "announced", "withdrawn"):
        store.set_status("2025", code, "试验")
    test = pledges_page(store.path, monkeypatch)
    assert any("撤回" in item.value for item in test.error)


@pytest.mark.sweep
def test_the_page_of_a_unit_shows_its_pledges_in_short(demo_path, monkeypatch):
    test = opened("browse/unit", demo_path, monkeypatch, unit=CODE[made.LATE], round="2025")
    assert "公开承诺" in [item.value for item in test.subheader]
    short = next(item.value for item in test.markdown if item.value.startswith("- **重点承诺**"))
    assert "2 项" in short and "逾期 1 项" in short
    other = opened("browse/unit", demo_path, monkeypatch, unit=CODE["市委办公室"], round="2025")
    assert "公开承诺" not in [item.value for item in other.subheader]


@pytest.mark.sweep
def test_progress_of_an_unknown_pledge_is_told_on_the_page(tmp_path, monkeypatch):
    store = town(tmp_path / "var", ("pledges",))
    progress = "承诺编号,核查日期,自报值\nA1,2025-06-30,10\nZ9,2025-06-30,1\nA2,2062-06-30,1\n"
    assert store.import_files("progress", [("p.csv", progress.encode())], "2025").stored
    store.publish()
    test = pledges_page(store.path, monkeypatch)
    (warning,) = test.warning
    assert "Z9" in warning.value and "A2 2062" in warning.value.replace("\\", "") and not test.error
