"""The pledges of a round from import to result: what became of each, kept apart by account and by kind."""

import csv
import io
import shutil
from datetime import date

import pandas as pd
import pytest
from scipy import stats

from data.sample.pledges import pledge_files
from data.store import Store
from reports.pledge_table import BY, as_json, as_sheet, attention, header, table
from results.pledges.by_year import pledge_year, posts_of
from results.pledges.progress import checks_by_quarter, quarter_of, quarter_report
from results.pledges.register import LINES, TOTALS, default_as_of, pledge_book, pledge_rounds
from results.ranking.family import RoundNotFoundError
from tests.reference.plain_pledges import plain_totals
from tests.support.stores import BALLOTS, SMALL, snapshot
from tests.support.stores import table as drawn

REGISTER = """
    单位编码 | 单位全称 | 类别
    A        | 市公安局 | 执法
    B        | 市财政局 | 综合
"""
PLEDGES = """
    承诺编号 | 单位 | 承诺人职务 | 序号 | 承诺事项 | 重点 | 目标值 | 方向 | 基期值 | 计量单位 | 完成时限 | 分值
    P1 | 市公安局 | 党委书记 | 1 | 新建警务室 | 是 | 8  |          | 5  | 个   | 2025-10-31 | 20
    P2 | 市公安局 | 党委书记 | 2 | 出警时间   |    | 8  | 越低越好 | 10 | 分钟 | 2025-12-31 | 10
    P3 | 市公安局 | 党委书记 | 3 | 公开制度   |    |    |          |    |      | 2025-06-30 | 10
    P4 | 市公安局 | 党委书记 | 4 | 回访率     |    | 90 |          | 90 | %    | 2025-12-31 |
    P5 | 市财政局 | 党组书记 | 1 | 报销天数   | 是 | 5  | 越低越好 | 9  | 天   | 2025-06-30 |
    P6 | 市财政局 | 党组书记 | 2 | 预算公开   |    | 12 |          | 10 | 项   | 2025-06-30 |
    P7 | 市财政局 | 党组书记 | 3 | 培训       |    | 4  |          | 3  | 场   | 2025-09-30 |
"""
PROGRESS = """
    承诺编号 | 核查日期   | 自报值 | 核实值 | 完成状态 | 完成率% | 佐证         | 核验人
    P1       | 2025-06-30 | 5      |        | 推进中   |         |              |
    P1       | 2025-09-30 | 8      | 7      | 部分完成 |         | 现场         | 督查室
    P2       | 2025-09-30 | 9      |        | 推进中   |         |              |
    P3       | 2025-06-25 |        |        | 已完成   | 100     | 文件         | 督查室
    P4       | 2025-09-30 | 95     | 95     | 已完成   |         |              | 督查室
    P6       | 2025-06-30 | 6      |        | 客观调整 |         | 上级政策调整 |
    P7       | 2025-09-20 | 1      |        | 取消     |         |              |
    P9       | 2025-09-30 |        |        | 推进中   |         |              |
"""
COUNTS = """
    参评单位 | 评议主体     | 满意 | 基本满意 | 不满意
    市公安局 | 普通群众     | 20   | 5        | 5
    市公安局 | 服务对象     | 20   | 5        | 5
    市公安局 | 两代表一委员 | 20   | 5        | 5
"""
ON = date(2025, 11, 15)


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    made = Store(tmp_path_factory.mktemp("pledges") / "var", threads=2)
    made.add_rules(SMALL)
    for kind, text in (("units", REGISTER), ("pledges", PLEDGES), ("progress", PROGRESS)):
        assert made.import_files(kind, [(f"{kind}.csv", drawn(text).encode())], "2025").problems == []
    made.publish()
    found = made.release()
    yield found
    found.close()


@pytest.fixture(scope="module")
def lines(release):
    return pledge_book(release.round("2025"), ON).lines.set_index("pledge_id")


def test_every_pledge_has_its_row_with_the_columns_that_are_promised(release):
    book = pledge_book(release.round("2025"), ON)
    assert list(book.lines) == [*LINES, "roster_no"] and list(book.units) == [*TOTALS, "roster_no"]
    assert list(book.lines["pledge_id"]) == ["P1", "P2", "P3", "P4", "P5", "P6", "P7"]


def test_reported_and_verified_are_kept_apart(lines):
    row = lines.loc["P1"]
    assert (row["reported"], row["reported_met"], row["reported_completion"]) == (8, True, 100)
    assert (row["verified"], row["verified_met"], row["verified_completion"]) == (7, False, 87.5)
    assert (row["reported_gap"], row["verified_gap"]) == (0, -1)
    assert row["verified_progress"] == pytest.approx(200 / 3) and row["status"] == "partly_done"


def test_fewer_minutes_are_better_and_the_gap_says_so(lines):
    row = lines.loc["P2"]
    assert row["reported_gap"] == -1 and row["reported_completion"] == pytest.approx(100 * 8 / 9)
    assert row["reported_progress"] == 50 and pd.isna(row["verified_met"]) and row["unverified"]


def test_an_item_without_a_number_is_met_when_a_checker_says_done(lines):
    row = lines.loc["P3"]
    assert row["reported_met"] and row["verified_met"] and row["verified_completion"] == 100
    assert not row["overdue"] and not row["unverified"]


def test_a_target_of_last_year_is_soft(lines):
    assert lines["soft"].to_dict() == {f"P{n}": n == 4 for n in range(1, 8)}


def test_missing_is_not_zero(lines):
    row = lines.loc["P5"]
    assert pd.isna(row["reported"]) and pd.isna(row["reported_met"]) and pd.isna(row["status"])
    assert row["overdue"] and not row["unverified"]


def test_adjusted_is_neither_met_nor_missed_and_cancelled_is_missed(lines):
    assert pd.isna(lines.loc["P6", "reported_met"]) and lines.loc["P6", "status_reason"] == "上级政策调整"
    assert not lines.loc["P6", "overdue"]
    assert not lines.loc["P7", "reported_met"] and not lines.loc["P7", "verified_met"]
    assert pd.isna(lines.loc["P7", "status_reason"])


def test_overdue_goes_by_the_day_and_by_the_checker(release, lines):
    """P1 is reported as done and found wanting: past its day it is overdue, the day before it is not."""
    assert lines.loc["P1", "overdue"]
    earlier = pledge_book(release.round("2025"), date(2025, 10, 31)).lines.set_index("pledge_id")
    assert not earlier.loc["P1", "overdue"]


def test_a_day_sees_only_the_checks_up_to_it(release):
    june = pledge_book(release.round("2025"), date(2025, 6, 30)).lines.set_index("pledge_id")
    assert june.loc["P1", "reported"] == 5 and pd.isna(june.loc["P1", "verified"])
    assert pd.isna(june.loc["P2", "reported"]) and june.loc["P6", "status"] == "adjusted"


def test_headline_and_routine_are_never_in_one_share(release):
    book = pledge_book(release.round("2025"), ON)
    rows = book.posts.set_index(["unit_code", "kind"])
    assert rows.loc[("A", "headline"), "reported_share_met"] == 1
    assert rows.loc[("A", "headline"), "verified_share_met"] == 0
    routine = rows.loc[("A", "routine")]  # P2 9 of 8 minutes, P3 done, P4 95 of 90; P4 has the mean weight 40/3
    weight = 40 / 3
    completion = (10 * 800 / 9 + 10 * 100 + weight * 100 * 95 / 90) / (20 + weight)
    assert routine["reported_completion"] == pytest.approx(completion)
    assert routine["reported_share_met"] == pytest.approx((10 + weight) / (20 + weight))
    assert (routine["verified_known"], routine["verified_share_met"]) == (2, 1)
    finance = rows.loc[("B", "routine")]
    assert (finance["pledges"], finance["counted"], finance["adjusted"], finance["cancelled"]) == (2, 1, 1, 1)
    assert finance["reported_share_met"] == 0 and finance["reported_completion"] == 25


def test_a_rule_set_may_count_cancelled_items_apart(tmp_path):
    """P6 is adjusted and P7 cancelled: nothing of the routine items of 市财政局 counts then."""
    made = Store(tmp_path / "var", threads=1)
    made.add_rules(SMALL.replace("[averaging]", '[pledges]\ncancelled = "apart"\n\n[averaging]'))
    for kind, text in (("units", REGISTER), ("counts", COUNTS), ("pledges", PLEDGES), ("progress", PROGRESS)):
        assert made.import_files(kind, [(f"{kind}.csv", drawn(text).encode())], "2025").problems == []
    made.publish()
    release = made.release()
    assert release.round("2025").rules.cancelled == "apart"
    book = pledge_book(release.round("2025"), ON)
    assert pd.isna(book.lines.set_index("pledge_id").loc["P7", "reported_met"])
    finance = book.posts.set_index(["unit_code", "kind"]).loc[("B", "routine")]
    assert (finance["pledges"], finance["counted"], finance["cancelled"], finance["reported_known"]) == (2, 0, 1, 0)
    assert pd.isna(finance["reported_share_met"]) and pd.isna(finance["reported_completion"])
    release.close()


def test_a_check_of_an_unknown_pledge_is_told(release):
    assert pledge_book(release.round("2025"), ON).unmatched_checks.to_dict("records") == [
        {"pledge_id": "P9", "check_date": "2025-09-30"}
    ]


def test_the_quarter_says_what_needs_attention(release):
    report = quarter_report(release.round("2025"), date(2025, 9, 30))
    assert report.quarter == "2025Q3"
    said = {row["pledge_id"]: attention(row, "en") for row in report.warnings.to_dict("records")}
    assert said == {
        "P1": "",
        "P2": "Not verified",
        "P3": "",
        "P4": "",
        "P5": "Overdue; Report overdue",
        "P6": "",
        "P7": "No reason given",
    }
    assert list(report.warnings["warned"]) == [bool(text) for text in said.values()]
    august = quarter_report(release.round("2025"), date(2025, 8, 1)).warnings.set_index("pledge_id")
    assert august["due_this_quarter"].to_dict() == {f"P{n}": n == 7 for n in range(1, 8)}


def test_quarters_hold_the_last_check_of_each(release):
    checks = checks_by_quarter(release.round("2025")).set_index(["pledge_id", "quarter"])
    assert checks.loc[("P1", "2025Q2"), "reported"] == 5
    assert checks.loc[("P1", "2025Q3"), "verified"] == 7 and checks.loc[("P6", "2025Q2"), "status"] == "adjusted"
    assert len(checks_by_quarter(release.round("2025"), date(2025, 6, 30))) == 3
    assert [quarter_of(date(2025, month, 1)) for month in (1, 3, 4, 12)] == ["2025Q1", "2025Q1", "2025Q2", "2025Q4"]


def test_the_day_is_today_inside_the_year_and_never_before_the_last_check(release):
    assert default_as_of(release.round("2025"), date(2025, 10, 1)) == date(2025, 10, 1)
    assert default_as_of(release.round("2025"), date(2026, 8, 1)) == date(2025, 12, 31)
    assert default_as_of(release.round("2025"), date(2025, 2, 1)) == date(2025, 9, 30)
    assert pledge_rounds(release) == ["2025"]


def test_a_round_that_is_not_there_is_refused(release):
    with pytest.raises(RoundNotFoundError):
        pledge_book(release.round("2024"))


def test_every_header_has_a_chinese_word_of_its_own(release):
    year = pledge_year(release.round("2025"), ON)
    for by in BY:
        sheet = as_sheet(table(year, by), release, "zh")
        assert len(set(sheet.headers)) == len(sheet.headers) and not any(h.isascii() for h in sheet.headers)
        assert list(as_json(table(year, by), release)["rows"][0]) == list(table(year, by).fields)
    assert header("headline_verified_share_met", "zh") == "重点承诺·核实达到比例"


def test_a_post_without_votes_or_public_score_still_has_its_row(release):
    rows = posts_of(pledge_year(release.round("2025"), ON)).set_index("unit_code")
    assert sorted(rows.index) == ["A", "B"]
    assert rows["vote_n"].isna().all() and rows["public_score"].isna().all()
    assert rows.loc["A", "headline_pledges"] == 1


# The command line.


@pytest.mark.sweep
def test_the_command_gives_items_posts_units_and_the_circular(demo):
    before = snapshot(demo.store)
    items = demo.json("pledges", "--round", "2025")
    assert list(items)[:3] == ["release", "round", "rules"] and items["rules"] == "demo-2025" and items["demo"]
    assert list(items["rows"][0]) == list(LINES) and len(items["rows"]) == 250
    posts = demo.json("pledges", "--round", "2025", "--by", "post")["rows"]
    assert len(posts) == 50 and sum(row["differs"] is not None for row in posts) == 1
    own = demo.json("pledges", "--round", "2025", "--by", "unit", "--category", "公共服务单位")["rows"]
    assert len(own) == 17 and {row["category"] for row in own} == {"公共服务单位"}
    circular = demo.json("pledges", "--round", "2025", "--circular", "--as-of", "2025-08-15")
    assert circular["as_of"] == "2025-08-15" and any(row["overdue"] for row in circular["rows"])
    assert snapshot(demo.store) == before


@pytest.mark.sweep
def test_json_does_not_depend_on_the_language_and_csv_does(demo, tmp_path):
    words = ("pledges", "--round", "2024", "--by", "post", "--format")
    assert demo(*words, "json", lang="zh") == demo(*words, "json", lang="en")
    chinese = list(csv.DictReader(io.StringIO(demo(*words, "csv").decode("utf-8-sig"))))
    assert {"单位", "职务", "述职测评得分", "群众评议得分下限", "重点承诺·核实完成率%"} <= set(chinese[0])
    assert {row["数据"] for row in chinese} == {"演示数据"}
    english = csv.DictReader(io.StringIO(demo(*words, "csv", lang="en").decode("utf-8-sig")))
    assert "headline_verified_completion" in english.fieldnames
    for name in ("1.xlsx", "2.xlsx"):
        demo(*words, "xlsx", "-o", tmp_path / name)
    assert (tmp_path / "1.xlsx").read_bytes() == (tmp_path / "2.xlsx").read_bytes()


def test_the_circular_speaks_the_readers_language(demo):
    words = ("pledges", "--round", "2025", "--circular", "--as-of", "2025-09-30")
    rows = list(csv.DictReader(io.StringIO(demo(*words).decode("utf-8-sig"))))
    assert {"承诺事项", "完成时限", "自报完成率%", "核实完成率%", "需关注情形"} <= set(rows[0])
    assert {(row["季度"], row["截至"]) for row in rows} == {("2025Q3", "2025-09-30")}
    assert any("逾期" in row["需关注情形"] for row in rows) and any("尚未核实" in row["需关注情形"] for row in rows)


# Against plain loops over the files themselves.


@pytest.mark.parametrize("round_id", ["2023", "2024", "2025"])
def test_totals_agree_with_plain_loops_over_the_files(demo_release, round_id):
    files = {file.kind: file.content.decode("utf-8-sig") for file in pledge_files() if file.round_id == round_id}
    pledges, checks = (list(csv.DictReader(io.StringIO(files[kind]))) for kind in ("pledges", "progress"))
    expected = plain_totals(pledges, checks)
    names = {
        row["unit_name"]: row["unit_code"] for row in pledge_book(demo_release.round(round_id)).lines.to_dict("records")
    }
    found = pledge_book(demo_release.round(round_id)).units.set_index(["unit_code", "kind"])
    assert len(found) == len(expected)
    for (name, kind), totals in expected.items():
        row = found.loc[(names[name], kind)]
        for field, value in totals.items():
            assert row[field] == pytest.approx(value, nan_ok=True), (name, kind, field)


# Numbers at the edge of what the import takes.


def taken(biaochi, tmp_path, kind, text):
    """One table of round 2025 imported by the command."""
    path = tmp_path / f"{kind}.csv"
    path.write_text(drawn(text), encoding="utf-8")
    biaochi("import", kind, path, "--round", "2025")


def test_pledges_that_all_weigh_nothing_have_no_completion_and_no_crash(biaochi, tmp_path):
    taken(biaochi, tmp_path, "units", REGISTER)
    nothing = """
        承诺编号 | 单位     | 承诺事项 | 方向     | 目标值 | 分值
        P1       | 市公安局 | 修路     | 越高越好 | 10     | 0
        P2       | 市公安局 | 植树     | 越高越好 | 10     | 0
        P3       | 市财政局 | 培训     | 越高越好 | 9999999999999999 | 9999999999999999
        P4       | 市财政局 | 讲座     | 越高越好 | 0.00000000000001 |
    """
    taken(biaochi, tmp_path, "pledges", nothing)
    checks = """
        承诺编号 | 核查日期   | 自报值 | 核实值
        P1       | 2025-06-30 | 5      | 5
        P3       | 2025-06-30 | 0.00000000000001 | -999999999999999
        P4       | 2025-06-30 | 9999999999999999 | 0
    """
    taken(biaochi, tmp_path, "progress", checks)
    biaochi("publish")
    by_unit = {row["unit_code"]: row for row in biaochi.json("pledges", "--round", "2025", "--by", "unit")["rows"]}
    assert by_unit["A"]["routine_verified_completion"] is None and by_unit["A"]["routine_pledges"] == 2
    assert 0 <= by_unit["B"]["routine_reported_completion"] <= 120
    assert len(biaochi.json("pledges", "--round", "2025")["rows"]) == 4


def test_a_weight_below_zero_is_refused_by_name(biaochi, tmp_path):
    path = tmp_path / "pledges.csv"
    path.write_text("承诺编号,单位,承诺事项,分值\nP1,市公安局,修路,-3\n", encoding="utf-8")
    biaochi("import", "pledges", path, "--round", "2025", code=3)
    assert "“分值”" in biaochi.err and "-3" in biaochi.err


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("kind", "old", "new"), [("pledges", '"weight":"30"', '"weight":"-30"'), ("votes", '"count":20', '"count":-20')]
)
def test_a_number_below_zero_of_an_earlier_version_is_a_sentence(kind, old, new, biaochi, tmp_path):
    """Versions before took such numbers; their rounds are in the stores of offices."""
    import duckdb

    from data.store import Store
    from data.store.uploads import write_frame, write_manifest

    taken(biaochi, tmp_path, "units", REGISTER)
    head = "承诺编号 | 单位 | 承诺事项 | 方向 | 目标值 | 分值\n"
    taken(biaochi, tmp_path, "pledges", f"{head}P1 | 市公安局 | 修路 | 越高越好 | 10 | 30")
    taken(biaochi, tmp_path, "votes", "单位 | 职务 | 测评主体 | 等次 | 票数\n市公安局 | 党委书记 | 党员 | 好 | 20")
    upload = next(upload for upload in Store(biaochi.store).uploads() if upload.kind == kind)
    frame = upload.frame()
    assert frame["content"].str.contains(old, regex=False).all(), frame["content"].tolist()
    frame["content"] = frame["content"].str.replace(old, new, regex=False)
    (upload.folder / "facts.parquet").unlink()
    con = duckdb.connect()
    write_frame(con, upload.folder, frame)
    con.close()
    write_manifest(upload.folder, upload)
    shutil.rmtree(biaochi.store / "audit")  # a store of before there was a log, whose files have no seals
    (biaochi.store / "format.json").unlink()
    biaochi("publish")
    for words in ([], ["--by", "unit"], ["--circular"] if kind == "pledges" else ["--by", "post"]):
        biaochi("pledges", "--round", "2025", *words, code=1)
        assert "-" + ("30" if kind == "pledges" else "20") in biaochi.err and "--replace" in biaochi.err
    right = {"pledges": f"{head}P1 | 市公安局 | 修路 | 越高越好 | 10 | 3"}
    right["votes"] = "单位 | 职务 | 测评主体 | 等次 | 票数\n市公安局 | 党委书记 | 党员 | 好 | 2"
    path = tmp_path / "right.csv"
    path.write_text(drawn(right[kind]), encoding="utf-8")
    biaochi("import", kind, path, "--round", "2025", "--replace")
    biaochi("publish")
    assert len(biaochi.json("pledges", "--round", "2025")["rows"]) == 1


@pytest.mark.sweep
def test_what_counts_nowhere_is_said_and_a_slip_of_the_year_moves_nothing(biaochi, tmp_path):
    """A check of 2052, a pledge that is not there, a grade without points, a group that nobody knows: all are told."""
    biaochi.rules(tmp_path, SMALL)
    taken(biaochi, tmp_path, "units", REGISTER)
    taken(biaochi, tmp_path, "pledges", PLEDGES)
    taken(biaochi, tmp_path, "progress", PROGRESS + "    P1 | 2052-10-01 | 9 | 9 | 已完成 | | | 督查室\n")
    votes = """
        单位     | 职务     | 测评主体 | 等次 | 票数
        市公安局 | 党委书记 | 党员     | 好   | 20
        市公安局 | 党委书记 | 党园     | 优秀 | 20
        市公安局 | 党委书记 | 党园     | 好   | 20
    """
    (tmp_path / "b.csv").write_text(BALLOTS, encoding="utf-8")
    biaochi("import", "ballots", tmp_path / "b.csv", "--round", "2025")
    taken(biaochi, tmp_path, "votes", votes)
    biaochi("publish")
    found = biaochi.json("pledges", "--round", "2025")
    assert found["as_of"] <= "2025-12-31"
    assert {row["pledge_id"]: row["reported"] for row in found["rows"]}["P1"] == 8
    for told in ("P9", "P1 2052-10-01", "优秀", "党园"):
        assert told in biaochi.err, biaochi.err
    later = biaochi.json("pledges", "--round", "2025", "--as-of", "2052-12-31")
    assert {row["pledge_id"]: row["reported"] for row in later["rows"]}["P1"] == 9 and "2052" not in biaochi.err


def test_a_circular_by_post_is_a_wrong_call(demo):
    demo("pledges", "--round", "2025", "--circular", "--by", "post", code=2)
    assert "--circular" in demo.err


def test_the_naming_can_be_computed_again_from_what_is_handed_out(demo):
    """Gap, standard error and degrees of freedom give the limits and both one-sided claims; dealing only raises p."""
    rows = demo.json("pledges", "--round", "2025", "--by", "post")["rows"]
    compared = [row for row in rows if row["p"] is not None]
    assert len(compared) == 48
    for row in compared:
        tails = {}
        for side in ("vote_gap", "public_gap"):
            gap, se, df = (row[f"{side}{end}"] for end in ("", "_se", "_df"))
            reach = stats.t.ppf(0.975, df) * se
            assert (row[f"{side}_low"], row[f"{side}_high"]) == pytest.approx((gap - reach, gap + reach))
            tails[side] = stats.t.sf(gap / se, df), stats.t.cdf(gap / se, df)
        (above, below), (over, under) = tails["vote_gap"], tails["public_gap"]
        raw = min(1.0, 2 * min(max(above, under), max(below, over)))
        assert row["p"] >= raw - 1e-12
        assert (row["differs"] is not None) == (row["p"] <= 0.05)
        assert row["not_named"] == (None if row["differs"] else "not_sure")
    (named,) = [row for row in compared if row["p_at_most"]]
    assert named["differs"] and sum(row["p_at_most"] is False for row in compared) == 47
    assert {row["not_named"] for row in rows if row["p"] is None} <= {"no_vote_score", "no_public_score", "not_ranked"}
    (told, *_) = csv.DictReader(io.StringIO(demo("pledges", "--round", "2025", "--by", "post").decode("utf-8-sig")))
    assert {"述职测评与本类别平均分之差的标准误", "未被点名的原因"} <= set(told)


def test_a_year_end_check_in_january_counts(biaochi, tmp_path):
    """The year-end check is often made in the first weeks of the next year; a slip of years is none."""
    biaochi.rules(tmp_path, SMALL)
    taken(biaochi, tmp_path, "units", REGISTER)
    taken(biaochi, tmp_path, "pledges", PLEDGES)
    taken(biaochi, tmp_path, "progress", PROGRESS + "    P1 | 2026-01-12 | 9 | 9 | 已完成 | | | 督查室\n")
    (tmp_path / "b.csv").write_text(BALLOTS, encoding="utf-8")
    biaochi("import", "ballots", tmp_path / "b.csv", "--round", "2025")
    biaochi("publish")
    found = biaochi.json("pledges", "--round", "2025")
    assert found["as_of"] == "2026-01-12" and "2026-01-12" not in biaochi.err
    assert {row["pledge_id"]: row["reported"] for row in found["rows"]}["P1"] == 9
