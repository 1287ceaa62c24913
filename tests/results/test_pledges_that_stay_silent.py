"""Pledges cannot look better by silence: same items compared, terms of reports, holders by span, hall ballots kept."""

from datetime import date

import pandas as pd
import pytest

from data.model.working_days import work_calendar
from data.store import ImportOptions, Store
from formats.spreadsheet import csv_bytes
from reports.pledge_table import BY, ENDING, as_sheet, header, table
from results.pledges.by_year import pledge_year, post_through_years, posts_of
from results.pledges.holders import seat
from results.pledges.progress import awaited_since, quarter_of, quarter_report
from tests.support.stores import table as drawn

RULES = """
name = "hall"
title = "述职测评办法"
source = "文号"
why = "试验"
authored_by = "甲"
checked_by = "乙"
date = 2025-01-01
[points]
"满意" = 100
"不满意" = 0
[unscored]
dont_know = ["不了解"]
[weights]
"群众" = 1.0
[bottom]
rule = "last"
k = 1
[votes.points]
"好" = 100
"较好" = 80
"差" = 0
"""
PLEDGES = """
    承诺编号 | 单位 | 承诺人职务 | 任职起     | 任职止     | 承诺事项 | 重点 | 目标值 | 基期值 | 方向     | 完成时限
    A1       | 甲局 | 局长       | 2025-01-01 | 2025-06-30 | 修路     | 否   | 10     | 5      |          | 2025-06-30
    A2       | 甲局 | 局长       | 2025-01-01 | 2025-06-30 | 植树     | 否   | 10     | 5      |          | 2025-12-31
    A3       | 甲局 | 局长       | 2025-01-01 | 2025-06-30 | 办会     | 否   | 10     | 5      |          | 2025-12-31
    A4       | 甲局 | 局长       | 2025-07-01 |            | 零事故   | 否   | 0      | 3      | 越低越好 | 2025-12-31
    A5       | 甲局 | 局长       | 2025-07-01 |            | 公开制度 | 否   |        |        |          | 2025-12-31
"""
PROGRESS = """
    承诺编号 | 核查日期   | 自报值 | 核实值 | 完成状态 | 核验人
    A1       | 2025-06-20 | 10     | 9      | 部分完成 | 督查室
    A2       | 2025-06-20 | 12     |        | 推进中   |
    A3       | 2025-06-20 |        | 5      | 推进中   | 督查室
    A4       | 2025-09-20 | 0      | 0      | 已完成   | 督查室
    A5       | 2025-09-20 |        |        | 未完成   | 督查室
"""
HALL = (("好", 20), ("较好", 10), ("差", 2), ("不了解", 4), ("弃权", 3))
VOTES = "单位,职务,任职起,任职止,测评主体,等次,票数\n" + "".join(
    f"甲局,局长,{first},{last},党员,{grade},{count}\n"
    for first, last in (("2025-01-01", "2025-06-30"), ("2025-07-01", ""))
    for grade, count in HALL
)


@pytest.fixture(scope="module")
def round_(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("silent") / "var", threads=2)
    store.add_rules(RULES)
    ballots = "票号,评议主体,参评单位,评价\n" + "".join(f"{n},群众,甲局,满意\n" for n in range(40))
    for kind, text in (
        ("ballots", ballots),
        ("pledges", drawn(PLEDGES)),
        ("progress", drawn(PROGRESS)),
        ("votes", VOTES),
    ):
        taken = store.import_files(kind, [(f"{kind}.csv", text.encode())], "2025", ImportOptions(rules="hall"))
        assert taken.stored, (kind, [problem.message("zh") for problem in taken.problems])
    store.publish()
    release = store.release()
    yield release.round("2025")
    release.close()


def test_reported_and_verified_are_compared_on_the_same_items(round_):
    """A2 is only reported (120%), A3 only verified (50%): neither is in the comparison, both are in its own mean."""
    first = posts_of(pledge_year(round_)).iloc[0]
    assert first["post"] == "局长（2025-01-01—2025-06-30）"
    assert (first["routine_reported_completion"], first["routine_reported_measured"]) == (110, 2)
    assert (first["routine_verified_completion"], first["routine_verified_measured"]) == (70, 2)
    assert first["routine_same_items"] == 1
    assert (first["routine_same_reported_completion"], first["routine_same_verified_completion"]) == (100, 90)


def test_a_target_of_zero_and_yes_or_no_have_an_outcome_without_a_percentage(round_):
    second = posts_of(pledge_year(round_)).iloc[1]
    assert (second["routine_verified_known"], second["routine_verified_measured"]) == (2, 0)
    assert second["routine_verified_share_met"] == 0.5 and pd.isna(second["routine_verified_completion"])


def test_holders_of_one_post_are_two_posts_and_one_seat(round_):
    year = pledge_year(round_)
    assert list(year.votes.rows["post"]) == ["局长（2025-01-01—2025-06-30）", "局长（2025-07-01—）"]
    assert {seat(post) for post in year.votes.rows["post"]} == {"局长"}
    rows = post_through_years(round_.release, [year], year.votes.rows["unit_code"].iloc[0], "局长")
    assert len(rows) == 2 and list(rows["routine_pledges"]) == [3, 2]


def test_ballots_without_a_grade_are_kept_and_not_scored(round_):
    row = pledge_year(round_).votes.rows.iloc[0]
    assert (row["n"], row["dont_know"], row["abstain"], row["blank"]) == (32, 4, 3, 0)
    assert row["score"] == pytest.approx((20 * 100 + 10 * 80) / 32)


def test_a_report_is_late_after_its_term_and_never_on_the_first_morning(round_):
    """Ten working days after 30 September 2025 end on 21 October, behind the holidays of 1 to 8 October."""
    calendar = work_calendar()
    assert calendar.add_working_days(date(2025, 9, 30), 10).day == date(2025, 10, 21)
    found = {}
    for day in (date(2025, 3, 1), date(2025, 10, 1), date(2025, 10, 21), date(2025, 10, 22)):
        report = quarter_report(round_, day)
        late = report.warnings.loc[report.warnings["not_reported"], "pledge_id"]
        found[day.isoformat()] = (report.awaited, list(late))
    assert found == {
        "2025-03-01": (None, []),
        "2025-10-01": ("2025Q2", []),
        "2025-10-21": ("2025Q2", []),
        "2025-10-22": ("2025Q3", ["A1", "A2", "A3"]),
    }
    assert quarter_of(awaited_since(date(2025, 10, 3), 1, calendar)) == "2025Q2"
    assert quarter_of(awaited_since(date(2025, 10, 10), 1, calendar)) == "2025Q3"


def test_overdue_is_not_also_due_this_quarter(round_):
    rows = quarter_report(round_, date(2025, 12, 31)).warnings.set_index("pledge_id")
    assert rows.loc["A3", "overdue"] and not rows["due_this_quarter"].any()
    rows = quarter_report(round_, date(2025, 11, 30)).warnings.set_index("pledge_id")
    assert list(rows.index[rows["due_this_quarter"]]) == ["A3", "A5"]
    assert not (rows["overdue"] & rows["due_this_quarter"]).any() and rows.loc["A1", "overdue"]


def test_every_file_ends_with_round_day_rules_and_release(round_):
    year, release = pledge_year(round_), round_.release
    sheets = [as_sheet(table(year, by), release, "zh") for by in BY]
    sheets.append(as_sheet(table(quarter_report(round_, date(2025, 9, 30))), release, "zh"))
    for sheet in sheets:
        assert sheet.headers[-4:] == [header(name, "zh") for name in ENDING]
        day = "2025-09-30" if sheet is sheets[-1] else "2025-12-31"
        assert {tuple(row[-4:]) for row in sheet.rows} == {("2025", day, "hall", release.short)}
        assert csv_bytes(sheet).decode("utf-8-sig").splitlines()[0].endswith('"批次","截至","计分规则","发布版"')
