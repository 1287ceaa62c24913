"""The demonstration city's pledges: what is known to be true is found, and nothing that is not."""

import csv
import io
from datetime import date

import numpy as np
import pandas as pd
import pytest

from data.sample import pledges as made
from data.sample.city import ROUNDS, demo_units
from data.store import Store
from reports.pledge_table import difference_sentence
from results.pledges.analysis import TRENDS, associations, severity, shifts, trends
from results.pledges.by_year import YEARS, pledge_year, post_through_years
from results.pledges.progress import quarter_report
from results.pledges.vote_vs_public import _after_holm

CODES = {unit.name: unit.code for unit in demo_units()}


@pytest.fixture(scope="module")
def years(demo_path):
    release = Store(demo_path, threads=2).release()
    yield release, {name: pledge_year(release.round(name)) for name in ROUNDS}
    release.close()


def lines_of(year, name):
    return year.book.lines[year.book.lines["unit_code"] == CODES[name]].set_index("seq")


def test_the_files_are_the_same_each_time_and_of_a_middling_city():
    files = made.pledge_files()
    assert [file.content for file in made.pledge_files()] == [file.content for file in files]
    assert {(f.kind, f.round_id) for f in files} == {(k, y) for k in ("pledges", "progress", "votes") for y in ROUNDS}
    rows = list(csv.DictReader(io.StringIO(files[-3].content.decode("utf-8-sig"))))
    assert len(rows) == 250 and {row["方向"] for row in rows} == {"越高越好", "越低越好", ""}


def test_the_baseline_is_what_was_reached_the_year_before():
    before = {(p.unit.code, p.seq): p.truth for p in made.demo_pledges("2024")}
    pairs = [(p.baseline, before.get((p.unit.code, p.seq))) for p in made.demo_pledges("2025")]
    known = [(baseline, truth) for baseline, truth in pairs if truth is not None]
    assert len(known) > 190 and all(baseline == truth for baseline, truth in known)


def test_the_secretary_whom_only_the_hall_praises_is_named_and_no_one_else(years):
    found = years[1]
    named = {name: list(year.compared.named["unit_name"]) for name, year in found.items()}
    assert named == {"2023": [], "2024": [], "2025": [made.PRAISED_ONLY_IN_THE_HALL]}
    row = found["2025"].compared.named.to_dict("records")[0]
    assert row["differs"] == "vote_higher" and row["vote_gap_low"] > 0 > row["public_gap_high"]
    said = difference_sentence(row, "zh")
    assert said.startswith("市殡葬服务中心党组书记：") and "5.9" in said and "23.6" in said


def test_the_secretary_within_the_uncertainty_is_not_named(years):
    """Above the mean in the hall, below it with the public, by the points; but the hall's gap may be chance."""
    row = years[1]["2025"].compared.rows.set_index("unit_name").loc[made.WITHIN_UNCERTAINTY]
    assert row["vote_gap"] > 0 > row["public_gap_high"] and row["vote_gap_low"] < 0
    assert pd.isna(row["differs"]) and row["p"] == 1 and pd.isna(row["reason"])


def test_the_intervals_of_the_halls_hold_the_truth(years):
    inside = []
    for name, year in years[1].items():
        rows = year.votes.rows[year.votes.rows["score"].notna()]
        truth = rows["unit_code"].map(made.vote_truth(name))
        inside += list((rows["score_low"] <= truth) & (truth <= rows["score_high"]))
    assert len(inside) > 140 and np.mean(inside) > 0.88  # 95% nominal; halls of one grade nearly are skewed


def test_nine_ballots_have_a_wide_interval_and_no_groups_and_four_have_nothing(years):
    votes = years[1]["2025"].votes
    nine = votes.rows.set_index("unit_name").loc[made.NINE_BALLOTS]
    usual = (votes.rows["score_high"] - votes.rows["score_low"]).median()
    assert nine["n"] == 9 and pd.isna(nine["reason"]) and nine["score_high"] - nine["score_low"] > 2 * usual
    own = votes.groups[votes.groups["unit_code"] == CODES[made.NINE_BALLOTS]]
    assert len(own) == 3 and set(own["reason"]) == {"small_cell"}
    four = votes.rows.set_index("unit_name").loc[made.FOUR_BALLOTS]
    assert four["n"] == 4 and four["reason"] == "small_cell" and np.isnan(four["score"])
    compared = years[1]["2025"].compared.rows.set_index("unit_name")
    assert compared.loc[made.FOUR_BALLOTS, "reason"] == "no_vote_score"
    assert compared.loc["市统计局", "reason"] == "no_public_score"


def test_verified_values_are_the_truth_and_reports_are_not(years):
    truth = {p.pledge_id: p.truth for p in made.demo_pledges("2025")}
    lines = years[1]["2025"].book.lines
    known = lines[lines["verified"].notna() & ~lines["status"].isin(["cancelled", "adjusted"])]
    assert len(known) > 150 and (known["verified"] == known["pledge_id"].map(truth)).all()
    boastful = lines_of(years[1]["2025"], made.REPORTS_TOO_MUCH)
    checked = boastful[boastful["verified"].notna()]
    assert len(checked) >= 3 and (checked["reported_completion"] > checked["verified_completion"]).all()


def test_cancelled_adjusted_silent_and_late_items_are_found(years):
    year = years[1]["2025"]
    first = {name: lines_of(year, name).loc[3] for name in (made.CANCELLED, made.ADJUSTED, made.NO_REASON, made.SILENT)}
    assert first[made.CANCELLED]["status"] == "cancelled" and "取消" in first[made.CANCELLED]["status_reason"]
    assert not first[made.CANCELLED]["verified_met"]
    assert first[made.ADJUSTED]["status"] == "adjusted" and pd.isna(first[made.ADJUSTED]["reported_met"])
    assert pd.isna(first[made.NO_REASON]["status_reason"])
    assert pd.isna(first[made.SILENT]["reported"]) and pd.isna(first[made.SILENT]["checked_on"])
    late = lines_of(year, made.LATE).loc[1]
    assert late["overdue"] and late["due"] == "2025-06-30" and not late["verified_met"]


def test_the_quarters_warnings_find_them_too(years):
    release = years[0]
    third = quarter_report(release.round("2025"), date(2025, 9, 30)).warnings.set_index(["unit_code", "seq"])
    assert third.loc[(CODES[made.LATE], 1), "overdue"] and third.loc[(CODES[made.SILENT], 3), "not_reported"]
    assert (third.loc[third["due_this_quarter"], "due"] == "2025-09-30").all()
    last = quarter_report(release.round("2025"), date(2025, 12, 31)).warnings.set_index(["unit_code", "seq"])
    assert last.index[last["no_reason"]].tolist() == [(CODES[made.NO_REASON], 3)]


def test_soft_targets_and_fewer_is_better_are_there(years):
    for year in years[1].values():
        lines = year.book.lines
        assert 10 < lines["soft"].sum() < 60 and (lines["direction"] == "lower").sum() > 90
        softer = lines[lines["soft"]]
        lower = softer["direction"] == "lower"
        assert (
            softer["target"].where(~lower, -softer["target"]) <= softer["baseline"].where(~lower, -softer["baseline"])
        ).all()


def test_a_post_is_followed_through_its_units_renaming(years):
    release, found = years
    rows = post_through_years(release, list(found.values()), CODES["市卫生健康委员会"], "党组书记")
    assert list(rows["round"]) == ["2025", "2024", "2023"] and list(rows) == list(YEARS)
    assert rows["unit_name"].tolist() == ["市卫生健康委员会"] * 2 + ["市卫生和计划生育委员会"]
    assert rows[["vote_score", "public_score", "headline_verified_completion"]].notna().all().all()
    assert post_through_years(release, list(found.values()), "ZY999", "党组书记").empty


def test_hall_and_public_agree_in_part_and_reports_run_ahead_of_checks(years):
    """The hall's opinion is made half of the public's; one item in four is reported 8% better than it is."""
    found = {(one.first, one.second): one.found for one in associations(years[1]["2025"])}
    both = found["vote_gap", "public_gap"]
    assert 0 < both.low < both.correlation < both.high < 1
    for one in shifts(years[1]["2025"]):
        assert one.unavailable is None and one.found.median < 0 and one.found.high <= 0 and one.found.p < 0.001


def test_the_groups_of_the_halls_are_as_severe_as_they_were_made(years):
    groups = severity(years[1]["2025"].votes).groups.set_index("group")["severity"]
    assert list(groups.sort_values().index) == ["群众代表", "两代表一委员", "党员", "班子成员"]


def test_three_years_are_no_trend(years):
    release, found = years
    answers = trends(release, list(found.values()), CODES["市公安局"], "党组书记")
    assert [one.figure for one in answers] == list(TRENDS)
    assert {one.unavailable.sentence("zh") for one in answers} == {"计算趋势至少需要 5 年的数据，现有 3 年。"}


def test_a_p_value_taken_over_from_an_upper_bound_is_one():
    """Holm: 3 x 2/100,000 for the first, and no less for the second, whose own 2 x 2.2/100,000 would be less."""
    p, at_most = _after_holm(pd.Series([2.2e-5, 2e-5, 0.5, np.nan]))
    assert list(p[:3]) == pytest.approx([6e-5, 6e-5, 0.5]) and list(at_most) == [True, True, False, False]


def test_gaps_are_rounded_half_up():
    row = {"differs": "vote_higher", "unit_name": "A", "post": "B", "vote_gap": 0.25, "public_gap": -0.35}
    assert "0.3 points above" in difference_sentence(row, "en") and "0.4 points below" in difference_sentence(row, "en")


def test_the_finding_stands_when_the_ballots_are_dealt_anew_and_every_time(years):
    """p of the one named: no deal of 99,999 comes near it, twice for two directions, times the 48 posts compared."""
    release, found = years
    rows = found["2025"].compared.rows
    assert rows["p"].min() == pytest.approx(48 * 2 / 100_000) and rows["p"].notna().sum() == 48
    again = pledge_year(release.round("2025")).compared.rows
    pd.testing.assert_frame_equal(again, rows)
