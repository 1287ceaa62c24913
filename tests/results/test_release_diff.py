"""What publishing would change: against numbers counted by hand, and against the rankings themselves."""

import json
import subprocess
import sys
import threading
from contextlib import contextmanager
from subprocess import PIPE

import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from data.store import ImportOptions, Store
from errors import StoreBusyError, UsageError
from results.comparison.release_diff import ADDED, CHANGED, MOVED, REMOVED, compare
from results.ranking.ranking import ranking
from tests.support.examples import examples
from tests.support.stores import SMALL, snapshot, table

GROUPS = ("普通群众", "服务对象", "两代表一委员")
GRADES = ("满意", "基本满意", "不满意")


def ballots(grades, units):
    """One ballot a group and grade on each unit: {unit: grades of the three groups}."""
    lines = [
        f"{group}{number},{group},{unit},{grade}"
        for unit in units
        for group in GROUPS
        for number, grade in enumerate(grades[unit])
    ]
    return "票号,评议主体,参评单位,评价\n" + "\n".join(lines) + "\n"


def put(store, text, round_id="2025", kind="ballots", **how):
    report = store.import_files(kind, [("x.csv", text.encode())], round_id, ImportOptions(**how))
    assert report.stored, [problem.code for problem in report.problems]


@pytest.fixture
def store(store_path):
    made = Store(store_path, threads=1)
    made.add_rules(SMALL)
    return made


@pytest.fixture
def first(store, made_once):
    """The store with FIRST as 2025, published; the id of the release."""

    def make():
        put(store, ballots(FIRST, FIRST))
        return store.publish().release

    return made_once(make)


@contextmanager
def compared(store):
    """The release in force and what publishing would make of the store, compared."""
    with store.candidate() as candidate:
        in_force = store.release()
        try:
            yield compare(in_force, candidate), in_force, candidate
        finally:
            if in_force:
                in_force.close()


FIRST = {"甲": ["满意", "满意"], "乙": ["满意", "不满意"], "丙": ["基本满意", "基本满意"], "丁": ["不满意", "不满意"]}


@pytest.mark.sweep
def test_by_hand(store, first):
    """乙 goes from 50 to 100 and shares the first place, 丁 leaves, 戊 comes; 丙 (60 points) keeps its votes and its
    second place among 甲, 丙, 乙, 丁 becomes the third."""
    second = {**FIRST, "乙": ["满意", "满意"], "戊": ["不满意", "不满意"]}
    del second["丁"]
    put(store, ballots(second, second), replace=True)
    with compared(store) as (found, _, _):
        (one,) = found.rounds
        assert (one.round, one.change, one.votes) == ("2025", CHANGED, (24, 24))
        rows = one.units.set_index("unit_code")
        assert rows["change"].to_dict() == {"戊": ADDED, "丁": REMOVED, "乙": CHANGED, "丙": MOVED}
        assert rows.loc["乙", ["score_from", "score_to", "score_change"]].tolist() == [50, 100, 50]
        assert rows.loc["丙", ["rank_from", "rank_to", "score_change"]].tolist() == [2, 3, 0]
        assert one.scores_moved["unit_code"].tolist() == ["乙"]
        assert one.places_changed["unit_code"].tolist() == ["乙", "丙"]
        assert one.groups.empty
        told = found.sentences("zh")
        assert "得分有变动的单位 1 个，变动最大的是乙：50.00 → 100.00。" in told
        assert "新增单位 1 个（戊）。" in told and "减少单位 1 个（丁）。" in told


def test_groups_count_ballots_and_votes(store, first):
    more = table("""
        票号 | 评议主体 | 参评单位 | 评价
        新1  | 服务对象 | 甲       | 满意
        新1  | 服务对象 | 乙       | 满意
        新2  | 服务对象 | 甲       | 满意
    """)
    put(store, more)
    with compared(store) as (found, _, _):
        (row,) = found.rounds[0].groups.to_dict("records")
        assert row == {
            **{"group": "服务对象", "change": CHANGED, "ballots_from": 2, "ballots_to": 4},
            **{"votes_from": 8, "votes_to": 11},
        }


@pytest.mark.sweep
def test_a_new_round_leaves_the_others_alone(store):
    put(store, ballots(FIRST, FIRST), "2024")
    with compared(store) as (found, in_force, _):
        assert in_force is None and found.before == ""
        assert [(one.round, one.change) for one in found.rounds] == [("2024", ADDED)]
    store.publish()
    with compared(store) as (found, _, _):
        assert found.rounds == () and found.before == found.after
    put(store, ballots(FIRST, FIRST), "2025", trial=True)
    with compared(store) as (found, _, _):
        assert [(one.round, one.change, one.trial) for one in found.rounds] == [("2025", ADDED, True)]
        assert found.sentences("zh") == ["新增批次 2025（试算）：评价 24 份。"]


def test_a_register_changes_names_and_categories(store, first):
    register = table("""
        单位编码 | 单位全称 | 单位简称 | 建制序号 | 类别
        U1       | 甲       | 甲       | 1        | 一类
        U2       | 乙       | 乙       | 2        | 一类
        U3       | 丙       | 丙       | 3        | 二类
        U4       | 丁       | 丁       | 4        | 二类
    """)
    put(store, register, kind="units")
    with compared(store) as (found, _, _):
        rows = found.rounds[0].units
        assert set(rows.loc[rows["change"] == ADDED, "unit_code"]) == {"U1", "U2", "U3", "U4"}
        assert set(rows.loc[rows["change"] == REMOVED, "unit_code"]) == set(FIRST)


@pytest.mark.sweep
@examples(5)
@given(
    grades=st.lists(st.lists(st.sampled_from(GRADES), min_size=2, max_size=4), min_size=6, max_size=6),
    again=st.lists(st.lists(st.sampled_from(GRADES), min_size=2, max_size=4), min_size=6, max_size=6),
)
def test_it_says_what_the_two_rankings_say(grades, again, tmp_path_factory):
    """Every unit whose score, place or verdict differs between the two rankings is a row, and no other value."""
    store = Store(tmp_path_factory.mktemp("any") / "var", threads=1)
    store.add_rules(SMALL)
    names = [f"单位{number}" for number in range(6)]
    put(store, ballots(dict(zip(names, grades, strict=True)), names))
    store.publish()
    text = ballots(dict(zip(names, again, strict=True)), names)
    if store.import_files("ballots", [("x.csv", text.encode())], "2025", ImportOptions(replace=True)).same_as:
        return
    with compared(store) as (found, in_force, candidate):
        before, after = (
            ranking(release.round("2025")).rows.set_index("unit_code") for release in (in_force, candidate)
        )
        rows = found.rounds[0].units.set_index("unit_code")
        for code in names:
            told = [before.loc[code, name] == after.loc[code, name] for name in ("rank", "verdict")]
            same = all(told) and abs(before.loc[code, "score"] - after.loc[code, "score"]) <= 1e-9
            assert same or code in rows.index
            if code in rows.index:
                assert rows.loc[code, "score_to"] == after.loc[code, "score"]
                assert rows.loc[code, "verdict_from"] == before.loc[code, "verdict"]
                assert rows.loc[code, "rank_to"] == after.loc[code, "rank"]


@pytest.mark.sweep
def test_the_dry_run_stores_nothing_and_names_what_is_then_published(biaochi, tmp_path):
    biaochi.rules(tmp_path, SMALL)
    first = tmp_path / "1.csv"
    first.write_text(ballots(FIRST, FIRST), encoding="utf-8")
    biaochi("import", "ballots", first, "--round", "2025")
    before = snapshot(biaochi.store)
    told = biaochi("publish", "--dry-run").decode().splitlines()
    assert told[0] == "新增批次 2025：评价 24 份。"
    found = biaochi.json("publish", "--dry-run")
    assert (found["release"], found["in_force"]) == (told[-1], None)
    assert [unit["change"] for unit in found["rounds"][0]["units"]] == [ADDED] * 4
    assert b"2025" in biaochi("publish", "--dry-run", "--format", "csv", lang="en")
    assert snapshot(biaochi.store) == before
    biaochi("publish", "--expect", "0" * 16, code=2)
    assert told[-1][:16] in biaochi.err
    assert biaochi("publish", "--expect", told[-1][:16]).decode().splitlines()[-1] == told[-1]


def test_what_was_not_compared_is_not_published(store, biaochi):
    """Somebody imports between the comparison and the click: the other is told who and when."""
    put(store, ballots(FIRST, FIRST))
    with compared(store) as (found, _, _):
        put(store, ballots(FIRST, FIRST), "2024")
        with pytest.raises(UsageError, match="The last change is by") as refused:
            store.publish(expect=found.after)
        assert refused.value.facts["user"] and store.release() is None
    biaochi("publish", "--expect", found.after, code=2)
    assert "请重新比对" in biaochi.err


def test_one_of_two_publishers_wins_and_the_other_is_told_who_and_when(store):
    """Two users at once: whoever holds the store finishes, the other gets a name and a time and loses nothing."""
    put(store, ballots(FIRST, FIRST))
    inside, done = threading.Event(), threading.Event()

    class Slow(Store):
        def record(self, staging, event):
            inside.set()
            assert done.wait(60)
            super().record(staging, event)

    other = threading.Thread(target=Slow(store.path, threads=1).publish)
    other.start()
    assert inside.wait(60)
    with pytest.raises(StoreBusyError) as busy:
        put(store, ballots(FIRST, FIRST), "2024")
    done.set()
    other.join()
    who, since = busy.value.holder
    assert who and since[:2] == "20"
    assert [event.action for event in store.history()] == ["publish"]


@pytest.mark.sweep
def test_two_processes_importing_the_same_file_make_one_upload(tmp_path, store):
    path = tmp_path / "x.csv"
    path.write_text(ballots(FIRST, FIRST), encoding="utf-8")
    call = [sys.executable, "-m", "cli", "--store", store.path, "import", "ballots", path, "--round", "2025"]
    both = [subprocess.Popen([*call, "--format", "json"], stdout=PIPE, stderr=PIPE) for _ in range(2)]
    told = [process.communicate() for process in both]
    answers = [(out, process.returncode) for (out, _), process in zip(told, both, strict=True)]
    assert len(store.uploads()) == 1
    assert sorted(code for _, code in answers) in ([0, 0], [0, 5])
    stored = [json.loads(out)["stored"] for out, code in answers if code == 0]
    assert sum(stored) == 1
    loser = next(
        err.decode() for (_, err), answer in zip(told, answers, strict=True) if b'"stored": true' not in answer[0]
    )
    if 5 in [code for _, code in answers]:  # it came while the other one was writing
        assert "正在使用" in loser
    else:
        assert store.uploads()[0].imported_by in loser and "20" in loser


def test_readers_see_the_old_release_while_another_is_made(store, first):
    put(store, ballots(FIRST, FIRST), "2024")
    with FileLock(store.path / "lock"), compared(store) as (found, in_force, _):
        assert in_force.id == first and found.after != first
        assert in_force.rounds() == ["2025"]


@pytest.mark.sweep
def test_tables_beside_the_ballots_are_compared_row_by_row(biaochi, tmp_path):
    """Pledges alone, then progress and a correction: what is told is what was imported, table by table."""

    def put_in(kind, text, *how):
        path = tmp_path / f"{kind}.csv"
        path.write_text(table(text), encoding="utf-8")
        biaochi("import", kind, path, "--round", "2025", *how)

    def told():
        return biaochi("publish", "--dry-run").decode().splitlines()[:-1]

    put_in(
        "pledges",
        """
        承诺编号 | 单位 | 承诺事项 | 目标值 | 方向
        P1       | 甲   | 修路     | 10 | 越高越好
        P2       | 甲   | 植树     | 20 | 越高越好
        P3       | 乙   | 培训     | 30 | 越高越好
    """,
    )
    assert told() == ["新增批次 2025：没有群众评议的评价。", "公开承诺：新增 3 行。"]
    biaochi.publish()
    put_in(
        "progress",
        """
        承诺编号 | 核查日期   | 自报值
        P1       | 2025-06-30 | 5
    """,
    )
    put_in(
        "pledges",
        """
        承诺编号 | 单位 | 承诺事项 | 目标值 | 方向
        P1       | 甲   | 修路     | 11 | 越高越好
        P2       | 甲   | 植树     | 20 | 越高越好
        P4       | 乙   | 讲座     | 1 | 越高越好
        P5       | 乙   | 讲座     | 2 | 越高越好
    """,
        "--replace",
    )
    sentences = told()
    assert sentences[0] == "批次 2025 有变动，仍然没有群众评议的评价。"
    assert set(sentences[1:]) == {"公开承诺：新增 2 行、删去 1 行、改动 1 行。", "践诺进度：新增 1 行。"}
    (found,) = biaochi.json("publish", "--dry-run")["rounds"]
    assert found["records"][0] == {"kind": "pledges", "rows_added": 2, "rows_removed": 1, "rows_changed": 1}
    assert "rows removed: 1" in biaochi("publish", "--dry-run", lang="en").decode()
    csv = biaochi("publish", "--dry-run", "--format", "csv").decode()
    assert "新增行数" in csv and "公开承诺" in csv


def test_a_round_with_votes_says_its_tables_too(store, first):
    put(store, "承诺编号,单位,承诺事项\nP1,甲,修路\n", kind="pledges")
    with compared(store) as (found, _, _):
        english = found.sentences("en")
    assert english[-1] == "Pledges: rows added: 1." and "No score, place or verdict changes." in english
