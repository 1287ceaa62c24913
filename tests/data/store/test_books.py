"""Registers whose rows live on: as-of days, states on a day, corrections of the past, through the real intake."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.intake.as_of_days import as_of_days
from data.model.books import Snapshot, findings, states
from data.store import ImportOptions, Store
from data.store.replay import replay
from data.store.verify import check
from errors import UsageError
from tests.support.stores import table

PLACES = """
    地点编码 | 名称     | 类型   | 上级编码
    KZ       | 康庄社区 | 村社区 |
    KZ-1     | 第一网格 | 网格   | KZ
    KZ-2     | 第二网格 | 网格   | KZ
"""
PERSONS = """
    人员代码 | 单位 | 地点 | 身份     | 起
    R017     |      | KZ-1 | 民情信使 | 2025-01-01
"""
REGISTER = """
    单位编码 | 单位全称 | 单位简称
    A        | 市公安局 | 公安局
    B        | 市城管局 | 城管局
"""
JANUARY = """
    意见编号     | 收到时间         | 来源渠道 | 转达人代码 | 网格 | 承办单位 | 答复时间   | 办理结果
    HY-2026-0001 | 2026-01-06 09:30 | 民情信使 | R017       | KZ-1 | 城管局   | 2026-01-12 | 已解决
    HY-2026-0002 | 2026-01-20 20:15 | 回音墙   |            | KZ-2 | 城管局   |            |
    HY-2026-0003 | 2026-01-28       | 热线     |            | KZ-2 | 公安局   |            |
"""
FEBRUARY = """
    意见编号     | 收到时间         | 来源渠道 | 转达人代码 | 网格 | 承办单位 | 答复时间         | 办理结果
    HY-2026-0002 | 2026-01-20 20:15 | 回音墙   |            | KZ-2 | 城管局   | 2026-02-03 10:00 | 解释说明
    HY-2026-0004 | 2026-02-11 20:15 | 茶馆     |            | KZ-1 | 城管局   |                  |
"""


def read(store, kind, text, round_id="2026", name="登记簿.csv", **options):
    return store.import_files(kind, [(name, table(text).encode())], round_id, ImportOptions(**options))


def codes(report):
    return [problem.code for problem in report.problems]


def by_number(release, day="9999-12-31"):
    return release.book("opinion", day).set_index("opinion_no")


@pytest.mark.sweep
def test_january_moves_on_in_the_file_of_february_and_every_state_is_kept(store):
    assert read(store, "opinion", JANUARY, as_of="2026-01-31").stored
    february = read(store, "opinion", FEBRUARY, as_of="2026-02-28")
    assert february.stored and february.problems == [] and february.notes == []
    release_id = store.publish().release
    release = store.release()
    assert by_number(release)["result"].dropna().to_dict() == {"HY-2026-0001": "已解决", "HY-2026-0002": "解释说明"}
    assert by_number(release)["as_of"].tolist() == ["2026-01-31", "2026-02-28", "2026-01-31", "2026-02-28"]
    earlier = by_number(release, "2026-02-27")
    assert list(earlier.index) == ["HY-2026-0001", "HY-2026-0002", "HY-2026-0003"]
    assert earlier["answered_at"].isna().tolist() == [False, True, True]
    assert by_number(release, "2026-01-30").empty
    assert by_number(release)["unit_code"].tolist() == ["B", "B", "A", "B"]  # of the register of 2025
    release.close()
    assert replay(store, release_id) == [] and check(store) == []


def test_the_same_content_again_in_another_order_stores_nothing(store):
    first = read(store, "opinion", JANUARY, as_of="2026-01-31")
    header, *rows = table(JANUARY).splitlines()
    again = store.import_files(
        "opinion",
        [("另存.csv", "\r\n".join([header, *reversed(rows)]).encode("gb18030"))],
        "2026",
        ImportOptions(as_of="2026-01-31"),
    )
    assert (again.stored, again.same_as, again.problems) == (False, first.upload, [])
    assert read(store, "opinion", JANUARY, as_of="2026-02-01").stored  # the same rows on another day are another state


def test_a_day_must_be_given_by_the_title_or_the_person_and_never_by_the_clock(store):
    with pytest.raises(UsageError, match="--as-of"):
        read(store, "opinion", JANUARY)
    with pytest.raises(UsageError, match="2026-01-32"):
        read(store, "opinion", JANUARY, as_of="2026-01-32")
    with pytest.raises(UsageError, match="no as-of day"):
        read(store, "place", PLACES, as_of="2026-01-31")
    named = read(store, "opinion", JANUARY, name="意见登记簿（截至2026年1月31日）.csv")
    assert named.stored and store.uploads()[-1].choices.as_of == "2026-01-31"
    differs = read(store, "opinion", FEBRUARY, name="登记簿 截至2026年2月底.csv", as_of="2026-03-01", dry_run=True)
    assert codes(differs) == ["as_of_differs"] and "2026-02-28" in differs.problems[0].message("zh")


def test_titles_name_days_as_offices_write_them():
    texts = ["群众意见登记簿 截至2026年3月31日", "截止 2026.3.31", "（截至2026年3月底）", "截至日期：2026-03-31"]
    assert [[day.isoformat() for day in as_of_days([text])] for text in texts] == [["2026-03-31"]] * 4
    assert as_of_days(["2026年3月登记簿", "截至2026年2月30日", "截至目前"]) == []


def test_two_files_of_a_day_need_a_decision(store):
    first = read(store, "opinion", JANUARY, as_of="2026-01-31")
    other = JANUARY.replace("热线", "信箱")
    refused = read(store, "opinion", other, as_of="2026-01-31")
    assert codes(refused) == ["record_in_other_upload"] * 3 and first.upload in refused.problems[0].message("zh")
    assert "2026-01-31" in refused.problems[0].message("zh")
    assert codes(read(store, "opinion", other, round_id="2025", as_of="2026-01-31")) == ["record_in_other_upload"] * 3
    assert read(store, "opinion", FEBRUARY, as_of="2026-02-28").stored
    assert read(store, "opinion", other, as_of="2026-01-31", replace=True).stored
    assert [u.choices.as_of for u in store.uploads_in_force() if u.kind == "opinion"] == ["2026-02-28", "2026-01-31"]


def test_a_past_entry_that_changed_is_named_with_both_values_and_needs_a_reason(store):
    assert read(store, "opinion", JANUARY, as_of="2026-01-31").stored
    moved = FEBRUARY.replace("2026-01-20 20:15", "2026-01-22 08:00")
    asked = read(store, "opinion", moved, as_of="2026-02-28")
    (problem,) = asked.problems
    assert (problem.code, problem.level, problem.row, problem.column) == ("past_changed", "warning", 2, "收到时间")
    parts = ("HY-2026-0002", "2026-01-20T20:15:00", "2026-01-22T08:00:00", "2026-01-31")
    assert [part for part in parts if part not in problem.message("zh")] == []
    assert asked.needs_acceptance and not asked.stored
    assert read(store, "opinion", moved, as_of="2026-02-28", accept_warnings="原登记有误").stored


def test_an_older_state_is_compared_with_the_later_one_and_said_to_be_older(store):
    assert read(store, "opinion", FEBRUARY, as_of="2026-02-28").stored
    report = read(store, "opinion", JANUARY, as_of="2026-01-31")
    assert report.stored and codes(report) == [] and [note.code for note in report.notes] == ["snapshot_older"]
    answered = JANUARY.replace("KZ-2 | 城管局   |            |", "KZ-2 | 城管局   | 2026-01-25 | 已解决")
    changed = read(store, "opinion", answered, as_of="2026-01-30", dry_run=True)
    assert [(p.code, p.column) for p in changed.problems] == [("past_changed", "答复时间")]


@pytest.mark.sweep
def test_a_complete_file_lists_the_rows_it_lacks_and_they_keep_their_last_state(store):
    assert read(store, "opinion", JANUARY, as_of="2026-01-31").stored
    asked = read(store, "opinion", FEBRUARY, as_of="2026-02-28", complete=True)
    (problem,) = asked.problems
    assert problem.code == "row_vanished" and problem.facts["count"] == 2
    assert "HY-2026-0001" in problem.message("zh") and "HY-2026-0003" in problem.message("zh")
    assert read(store, "opinion", FEBRUARY, as_of="2026-02-28", complete=True, accept_warnings="已销号").stored
    release_id = store.publish().release
    release = store.release()
    assert by_number(release)["listed"].to_dict() == {
        **{"HY-2026-0001": False, "HY-2026-0002": True},
        **{"HY-2026-0003": False, "HY-2026-0004": True},
    }
    release.close()
    assert replay(store, release_id) == []


BAD = """
    意见编号     | 收到时间   | 来源渠道 | 转达人代码 | 网格 | 承办单位 | 答复时间   | 办理结果 | 重复于
    HY-2026-0001 | 2026-01-06 | 回音墙   | R017       | KZ-1 | 城管局   |            |          |
    HY-2026-0002 | 2026-01-30 | 热线     |            | KZ-3 | 城管局   | 2026-01-20 | 已解决   |
    HY-2026-0003 | 2026-02-01 | 贴吧     | R018       | KZ-1 | 川剧团   |            |          |
    HY-2026-0004 | 2026-13-05 | 热线     |            | KZ-1 | 城管局   | 2026-01-20 |          |
    HY-2026-0005 | 2026-01-06 | 热线     |            | KZ-1 | 城管局   |            |          | HY-2026-0005
    HY 2026/0006 | 2026-01-06 | 热线     |            | KZ-1 | 城管局   |            |          | HY-2026-0009
    HY-2026-0001 | 2026-01-06 | 热线     |            | KZ-1 | 城管局   |            |          | HY-2026-0002
"""


def test_every_broken_condition_is_named_at_once(store):
    report = read(store, "opinion", BAD, as_of="2026-01-31", dry_run=True)
    found = {(p.row, p.column, p.code) for p in report.problems}
    assert found == {
        (2, "转达人代码", "must_be_empty"),
        (3, "网格", "unknown_place"),
        (3, "答复时间", "before_start"),
        (4, "来源渠道", "unknown_choice"),
        (4, "转达人代码", "unknown_reference"),
        (4, "承办单位", "unknown_unit"),
        (4, "收到时间", "date_in_future"),
        (5, "收到时间", "not_a_date"),
        (5, "办理结果", "missing_because"),
        (6, "重复于", "unknown_reference"),
        (7, "意见编号", "not_a_code"),
        (7, "重复于", "unknown_reference"),
    }
    assert all(p.message("zh") and p.suggestion("zh") and p.message("en") for p in report.problems)
    place = next(p for p in report.problems if p.code == "unknown_place")
    assert set(place.facts["close"]) == {"KZ-1", "KZ-2", "KZ"} or "KZ-1" in place.facts["close"]


def test_the_status_of_a_round_locks_its_evaluation_and_no_register(store):
    store.set_status("2025", "final", "评议结束")
    with pytest.raises(UsageError, match="finalised"):
        store.import_files("units", [("u.csv", table(REGISTER).encode())], "2025", ImportOptions(replace=True))
    assert read(store, "opinion", JANUARY.replace("2026-", "2025-"), round_id="2025", as_of="2025-01-31").stored
    with pytest.raises(UsageError, match="tried out"):
        read(store, "opinion", FEBRUARY, as_of="2026-02-28", trial=True)
    store.publish()
    store.set_status("2025", "announced", "公布")
    before = store.digests_of(store.in_force())
    assert read(store, "opinion", FEBRUARY, round_id="2025", as_of="2026-02-28").stored
    after = store.publish()
    assert after.new and store.digests_of(store.in_force()) == before  # the announced evaluation is the same


def test_a_register_of_unknown_codes_is_refused_before_its_tables(store_path):
    empty = Store(store_path, threads=2)
    report = read(empty, "opinion", FEBRUARY, as_of="2026-02-28", dry_run=True)
    assert set(codes(report)) == {"unknown_place"}
    assert "地点名录" in report.problems[0].suggestion("zh")


def test_the_command_asks_for_the_day_and_exports_the_last_state(store, biaochi, tmp_path):
    path = tmp_path / "登记簿.csv"
    path.write_text(table(JANUARY), encoding="utf-8")
    biaochi("import", "opinion", path, "--round", "2026", code=2)
    assert "--as-of" in biaochi.err
    biaochi("import", "opinion", path, "--round", "2026", "--as-of", "2026-01-31")
    path.write_text(table(FEBRUARY), encoding="utf-8")
    biaochi("import", "opinion", path, "--round", "2026", "--as-of", "2026-02-28", "--complete", code=4)
    biaochi("import", "opinion", path, "--round", "2026", "--as-of", "2026-02-28")
    biaochi.publish()
    exported = tmp_path / "导出.csv"
    exported.write_bytes(biaochi("export", "opinion", "--round", "2026"))
    assert exported.read_text("utf-8-sig").count("HY-2026-") == 4  # each opinion once, in its last state
    biaochi("import", "opinion", exported, "--round", "2026", "--as-of", "2026-03-31", "--complete")


def test_visits_without_numbers_are_numbered_by_their_content(store):
    rows = "走访日期,走访人代码,网格,户代码\n2026-03-04,R017,KZ-1,H1\n2026-03-04,R017,KZ-1,H2\n"
    visits = [("走访.csv", rows.encode())]
    assert store.import_files("visit", visits, "2026").stored
    turned = "走访日期,走访人代码,网格,户代码\n2026-03-04,R017,KZ-1,H2\n2026-03-05,R017,KZ-1,H1\n"
    again = store.import_files("visit", [("b.csv", turned.encode())], "2026", ImportOptions(dry_run=True))
    assert codes(again) == ["record_in_other_upload"] and again.problems[0].row == 2
    twice = store.import_files("visit", [("c.csv", f"{rows}2026-03-04,R017,KZ-1,H2\n".encode())], "2025")
    assert codes(twice) == ["equal_rows"] and twice.needs_acceptance
    assert "3" in twice.problems[0].message("zh")


def test_places_form_a_tree_and_a_person_has_one_span_at_a_time(store):
    cycle = PLACES.replace("村社区 |", "村社区 | KZ-2")
    report = read(store, "place", cycle, replace=True, dry_run=True)
    assert [(p.row, p.column, p.code) for p in report.problems] == [
        (2, "上级编码", "cycle"),
        (4, "上级编码", "cycle"),
    ]
    assert "KZ" in report.problems[0].message("zh") and "KZ-2" in report.problems[0].message("zh")
    spans = """
        人员代码 | 身份   | 起         | 止
        G031     | 网格员 | 2025-01-01 | 2025-06-01
        G031     | 网格长 | 2025-05-01 |
        G032     | 网格员 | 2025-01-01 | 2025-06-01
        G032     | 网格长 | 2025-06-01 | 2025-05-01
    """
    found = read(store, "person", spans, replace=True, dry_run=True).problems
    assert [(p.row, p.code) for p in found] == [(3, "duplicate_key"), (5, "before_start")]
    assert "2025-05-01–2025-06-01" in found[0].message("zh")


KEYS = [f'["K{n}"]' for n in range(4)]
CONTENT = st.fixed_dictionaries(
    {}, optional={"received_at": st.sampled_from(["2026-01-01", "2026-01-02"]), "result": st.sampled_from("ab")}
)
SNAPSHOT = st.tuples(st.integers(1, 6), st.sampled_from(["2025", "2026"]), st.booleans(), st.dictionaries(
    st.sampled_from(KEYS), CONTENT, max_size=4))  # fmt: skip


def snapshots_of(drawn):
    """At most one snapshot a day, as an import would have it."""
    found = {}
    for day, round_id, complete, rows in drawn:
        texts = {key: json.dumps(row, sort_keys=True) for key, row in rows.items()}
        found[day] = Snapshot(f"{day}", round_id, f"2026-0{day}-01", complete, texts)
    return list(found.values())


@given(drawn=st.lists(SNAPSHOT, max_size=6), day=st.integers(0, 7), seed=st.integers(0, 9))
def test_the_state_on_a_day_equals_a_plain_replay(drawn, day, seed):
    known = snapshots_of(drawn)
    plain = {}
    for number in range(1, day + 1):  # day by day: what each file says, and what a complete file no longer lists
        for snapshot in known:
            if snapshot.upload == str(number):
                gone = [k for k, row in plain.items() if snapshot.complete and row["round"] == snapshot.round_id]
                for key in gone:
                    plain[key]["listed"] = False
                for key, content in snapshot.rows.items():
                    plain[key] = {"content": content, "round": snapshot.round_id, "listed": True}
    shuffled = random.Random(seed).sample(known, len(known))  # whatever the order of import
    found = states(shuffled, f"2026-0{day}-15" if day else "2025-12-31")
    assert {key: {"content": s.content, "round": s.round_id, "listed": s.listed} for key, s in found.items()} == plain


@given(drawn=st.lists(SNAPSHOT, min_size=1, max_size=6))
def test_what_was_unknown_may_be_filled_in_and_what_was_given_may_not_change(drawn):
    new, *others = snapshots_of(drawn)
    found = findings("opinion", new, others)
    earlier = states(others, new.as_of)
    named = {(one.key, one.field) for one in found.changed}
    assert {field for _, field in named} <= {"received_at"}  # a result may change
    for key, text in new.rows.items():
        before = json.loads(earlier[key].content).get("received_at") if key in earlier else None
        if before is not None and before != json.loads(text).get("received_at"):
            assert (key, "received_at") in named
    assert bool(found.newest) == any(one.as_of > new.as_of for one in others)


def test_twelve_monthly_files_give_the_states_of_a_plain_replay(store):
    """Each month brings the new opinions and those that moved: 12 files of 60 rows with overlaps."""
    dice, plain, on_day = random.Random(7), {}, {}
    for month in range(1, 13):  # an import costs 0.2 CPU-s, and its replay as much again
        day = f"2026-{month:02d}-28"
        moved = [key for key, row in plain.items() if row[1] is None and dice.random() < 0.5]
        for key in moved:
            plain[key] = (plain[key][0], day)
        new = [f"HY-{month:02d}-{n:03d}" for n in range(40)]
        plain |= {key: (f"2026-{month:02d}-0{1 + n % 9}", None) for n, key in enumerate(new)}
        rows = [f"{key},{plain[key][0]},热线,KZ-1,城管局,{plain[key][1] or ''},{'已解决' if plain[key][1] else ''}"
                for key in dice.sample([*moved, *new], len(moved) + len(new))]  # fmt: skip
        text = "意见编号,收到时间,来源渠道,网格,承办单位,答复时间,办理结果\n" + "\n".join(rows) + "\n"
        report = store.import_files("opinion", [("a.csv", text.encode())], "2026", ImportOptions(as_of=day))
        assert report.stored and report.problems == []
        on_day[day] = dict(plain)
    release_id = store.publish().release
    release = store.release()
    wrong = []
    for day, expected in on_day.items():
        book = by_number(release, day)
        found = {
            key: (received, answered if isinstance(answered, str) else None)
            for key, received, answered in book[["received_at", "answered_at"]].itertuples()
        }
        wrong += [day] if found != expected else []
    release.close()
    assert wrong == [] and replay(store, release_id) == []
