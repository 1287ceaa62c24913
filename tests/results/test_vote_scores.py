"""Votes on duty reports: scores with intervals, and counts so small that nobody may see them."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from data.store import ImportOptions, Store
from results.pledges.analysis import severity, vote_shift
from results.pledges.by_year import pledge_year
from results.pledges.labels import VOTE_REASON_SENTENCES, VOTE_REASONS
from results.pledges.vote_scores import vote_scores
from tests.reference import plain_real_ballots
from tests.support.stores import BALLOTS, SMALL, table

REGISTER = """
    单位编码 | 单位全称 | 类别
    A        | 市公安局 | 执法
    B        | 市财政局 | 综合
    C        | 市教育局 | 综合
"""
WITHOUT_POINTS = SMALL[: SMALL.index("[votes.points]")].replace('"demo-2025"', '"without-points"')
HEADER = "单位,职务,测评主体,测评等次,票数\n"


def votes(*rows):
    """Rows such as ("市公安局", "党员", 好=30, ...) as a file."""
    return HEADER + "".join(
        f"{unit},党委书记,{group},{grade},{count}\n" for unit, group, counts in rows for grade, count in counts.items()
    )


@pytest.fixture
def scores(store_path, made_once):
    """scores(*votes): what a published store says of these votes in place of any earlier ones."""
    releases = []

    def make():
        made = Store(store_path, threads=2)
        made.add_rules(SMALL)
        made.add_rules(WITHOUT_POINTS)
        put(made, "units", table(REGISTER))
        put(made, "ballots", BALLOTS, rules="demo-2025")

    def read(*rows, rules=""):
        if not releases:
            made_once(make)
        made = Store(store_path, threads=2)
        if rules:
            put(made, "ballots", BALLOTS, rules=rules, replace=True)
        put(made, "votes", votes(*rows), replace=True)
        made.publish()
        releases.append(made.release())
        return releases[-1]

    yield lambda *rows, **options: vote_scores(read(*rows, **options).round("2025"))
    for release in releases:
        release.close()


def put(store, kind, text, **options):
    report = store.import_files(kind, [(f"{kind}.csv", text.encode())], "2025", ImportOptions(**options))
    assert report.stored or report.same_as, [problem.message("en") for problem in report.problems]


def by_unit(frame):
    return frame.set_index("unit_code")


def interval(values, everyone):
    """The interval written out: 20 pseudo-ballots from all halls, Student's t with n + 1 degrees of freedom."""
    cells, groups = {0: Counter(values)}, {0: Counter(everyone)}
    return plain_real_ballots.interval(cells, groups, {0: 1.0}, len(values) - 1 + 2)


def test_100_ballots_and_9_by_hand(scores):
    """好 100, 较好 80, 一般 60, 差 0: the nine say about as much, the interval says how little nine say."""
    found = scores(
        ("市公安局", "党员", {"好": 60, "较好": 30, "一般": 8, "差": 2}),
        ("市财政局", "党员", {"好": 6, "较好": 2, "一般": 1}),
    )
    many = [100] * 60 + [80] * 30 + [60] * 8 + [0] * 2
    few = [100] * 6 + [80] * 2 + [60]
    rows = by_unit(found.rows)
    assert rows.loc["A", "n"] == 100 and rows.loc["A", "score"] == pytest.approx(88.8)
    assert rows.loc["B", "n"] == 9 and rows.loc["B", "score"] == pytest.approx(820 / 9)
    for code, values in (("A", many), ("B", few)):
        low, high = interval(values, many + few)
        assert tuple(rows.loc[code, ["score_low", "score_high"]]) == pytest.approx((low, high))
    below = rows["score"] - rows["score_low"]
    assert high < 100 and below["B"] > 2.5 * below["A"]
    assert rows["reason"].isna().all()


def test_every_ballot_counts_alike_whatever_its_group(scores):
    found = scores(("市公安局", "班子成员", {"好": 10, "一般": 1}), ("市公安局", "党员", {"好": 20, "差": 20}))
    assert by_unit(found.rows).loc["A", "score"] == pytest.approx((30 * 100 + 60) / 51)
    groups = found.groups.set_index("group")
    assert groups.loc["党员", "score"] == 50 and groups.loc["班子成员", "score"] == pytest.approx(1060 / 11)


def test_four_ballots_are_not_shown_and_five_are(scores):
    found = scores(
        ("市公安局", "党员", {"好": 3, "较好": 1}),
        ("市财政局", "党员", {"好": 4, "较好": 1}),
        ("市教育局", "党员", {"好": 40, "较好": 10}),
    )
    rows = by_unit(found.rows)
    assert (
        rows.loc["A", "reason"] == "small_cell" and np.isnan(rows.loc["A", ["score", "se", "score_low"]].tolist()).all()
    )
    assert rows["reason"].isna().to_dict() == {"A": False, "B": True, "C": True}
    assert set(found.grades["unit_code"]) == {"B", "C"}


def test_nine_ballots_all_alike_would_tell_how_everyone_voted(scores):
    found = scores(("市公安局", "党员", {"好": 9}), ("市财政局", "党员", {"好": 10}), ("市教育局", "党员", {"差": 30}))
    rows = by_unit(found.rows)
    assert rows.loc["A", "reason"] == "one_grade" and rows["reason"].isna().to_dict() == {
        "A": False,
        "B": True,
        "C": True,
    }
    assert rows.loc["B", "score_high"] > rows.loc["B", "score_low"]  # ten alike prove no certainty


def test_a_small_group_takes_the_others_with_it(scores):
    """Nine ballots of 5 and 4: the total is shown, and no group, because the four would be the difference."""
    found = scores(
        ("市公安局", "党员", {"好": 3, "较好": 2}),
        ("市公安局", "班子成员", {"好": 2, "一般": 2}),
        ("市财政局", "党员", {"好": 30, "较好": 2}),
        ("市财政局", "班子成员", {"好": 6, "较好": 3}),
    )
    assert by_unit(found.rows).loc["A", "score"] == pytest.approx((500 + 160 + 120) / 9)
    own = found.groups[found.groups["unit_code"] == "A"].set_index("group")
    assert own["reason"].to_dict() == {"党员": "complement", "班子成员": "small_cell"} and own["score"].isna().all()
    assert set(found.grades.loc[found.grades["unit_code"] == "A", "group"]) == {""}
    other = found.groups[found.groups["unit_code"] == "B"]
    assert other["reason"].isna().all() and other["score"].notna().all()


def test_counts_of_grades_add_up(scores):
    found = scores(("市公安局", "党员", {"好": 30, "较好": 12}), ("市公安局", "班子成员", {"好": 6, "差": 2}))
    whole = found.grades[found.grades["group"] == ""].set_index("grade")
    assert whole["count"].to_dict() == {"好": 36, "较好": 12, "差": 2}
    assert whole["share"].sum() == pytest.approx(1) and list(whole["points"]) == [100, 80, 0]


def test_grades_without_points_have_counts_and_no_score(scores):
    found = scores(("市公安局", "党员", {"优秀": 30, "称职": 12}), ("市财政局", "党员", {"好": 20, "优秀": 5, "差": 2}))
    rows = by_unit(found.rows)
    assert rows["reason"].to_dict() == {"A": "grade_without_points", "B": "grade_without_points"}
    assert rows["score"].isna().all() and found.grades["count"].sum() == 2 * (42 + 27)


def test_rules_without_points_for_votes_give_no_score(scores):
    found = scores(("市公安局", "党员", {"好": 30, "较好": 12}), rules="without-points")
    assert found.scores is None and by_unit(found.rows).loc["A", "reason"] == "no_points"
    assert set(VOTE_REASONS) == set(VOTE_REASON_SENTENCES)
    assert severity(found).unavailable.sentence("zh").startswith("计分规则没有给")


def test_groups_that_share_no_post_are_not_compared(scores):
    found = scores(("市公安局", "党员", {"好": 30, "较好": 12}), ("市财政局", "群众代表", {"好": 10, "一般": 12}))
    answer = severity(found)
    assert answer.rows.empty and answer.unavailable.code == "severity_no_overlap"
    assert "党员 / 群众代表" in answer.unavailable.sentence("en")


def test_severity_is_told_beside_the_score(scores):
    found = scores(
        ("市公安局", "党员", {"好": 30, "较好": 10}),
        ("市公安局", "群众代表", {"好": 10, "一般": 30}),
        ("市财政局", "群众代表", {"好": 10, "一般": 30}),
        ("市财政局", "党员", {"好": 4, "较好": 3}),
    )
    answer = severity(found)
    rows = by_unit(answer.rows)
    assert answer.unavailable is None and answer.groups.set_index("group")["severity"]["群众代表"] < 0
    assert rows.loc["B", "adjusted"] > rows.loc["B", "score"] == by_unit(found.rows).loc["B", "score"]
    assert rows.loc["B", "adjusted_low"] < rows.loc["B", "adjusted"] < rows.loc["B", "adjusted_high"]


def test_years_with_other_points_are_not_compared(demo_release):
    """The same round twice: no shift; with other points for a grade: refused."""
    year = pledge_year(demo_release.round("2025"))
    same = vote_shift(year, year)
    assert same.found.zeros == same.found.n and same.unavailable.code == "shift_few"
    other = replace(year, rules=replace(year.rules, votes_points={"好": 10000, "较好": 7000, "一般": 6000, "差": 0}))
    refused = vote_shift(year, other)
    assert refused.unavailable.code == "shift_other_points" and np.isnan(refused.found.p)


def test_the_largest_hall_that_is_taken_still_adds_up(scores):
    """Ten million ballots of 100 points: their squares pass 64 bits. The mean lies halfway to the other grade."""
    most = 10_000_000
    found = scores(("市公安局", "党员", {"好": most, "差": most}))
    high, low = found.grades[found.grades["group"] == ""]["points"]
    row = found.rows.iloc[0]
    assert row["n"] == 2 * most and row["score"] == pytest.approx((high + low) / 2, abs=1e-3)
    assert row["se"] == pytest.approx((high - low) / 2 / (2 * most) ** 0.5, rel=1e-3)


def test_no_interval_leaves_the_scale(scores):
    """Nine of ten say 好: t would reach 103 points, and a hall can give no more than 100."""
    found = scores(
        ("市公安局", "党员", {"好": 9, "较好": 1}),
        ("市公安局", "群众代表", {"好": 9, "较好": 1}),
        ("市财政局", "党员", {"差": 10, "一般": 1}),
        ("市财政局", "群众代表", {"差": 10, "一般": 1}),
    )
    rows = by_unit(found.rows)
    assert rows.loc["A", "score_low"] < rows.loc["A", "score"] < rows.loc["A", "score_high"] <= 100
    assert 0 <= rows.loc["B", "score_low"] < rows.loc["B", "score"] and found.scale == (0, 100)
    assert found.groups["score_high"].max() <= 100 and found.groups["score_low"].min() >= 0
    adjusted = severity(found).rows
    assert adjusted["adjusted_high"].max() == 100 and adjusted["adjusted_low"].min() == 0


def test_severity_gives_no_withheld_ballot_away(scores):
    """One ballot of 班子成员 in all: its severity and the adjusted score of its hall would be its grade."""
    open_ = [
        (unit, group, {"好": 20 + at, "较好": 8, "一般": 3 + at})
        for unit in ("市财政局", "市教育局")
        for at, group in enumerate(("党员", "群众代表"))
    ]
    hall = [("市公安局", group, {"好": 20, "较好": 8}) for group in ("党员", "群众代表")]
    answers = [severity(scores(*open_, *hall, ("市公安局", "班子成员", {grade: 1}))) for grade in ("好", "差")]
    assert answers[0].rows["adjusted"].equals(answers[1].rows["adjusted"])
    assert answers[0].groups.equals(answers[1].groups)
    assert set(answers[0].rows["unit_code"]) == {"B", "C"} and answers[0].groups["severity"].notna().sum() == 2
    alone = severity(scores(*hall, ("市公安局", "班子成员", {"差": 1})))
    assert alone.unavailable.code == "severity_withheld" and alone.rows.empty
