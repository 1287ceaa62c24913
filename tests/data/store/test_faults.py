"""What a machine can do to a store: a log that cannot be written, lost folders, paths that are patterns, damage."""

import json
import shutil
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from data.duckdb_access import refusal_of
from data.intake import ballots as ballots_of
from data.intake import fault_limit
from data.store import Store
from data.store.audit_chain import entry_of
from data.store.audit_log import read_log
from data.store.presence import StoreGoneError, clock_back, refuse_gone
from data.store.verify import check
from errors import NoRoomError, NotEnoughMemoryError
from tests.support.stores import BALLOTS, snapshot


@pytest.fixture
def office(small, files, made_once):
    """A round with a register of ballots, published."""

    def make():
        small("import", "ballots", files("1.csv", BALLOTS), "--round", "2025")
        small.publish()

    made_once(make)
    return small


def unwritable_log(store):
    """Make the log unwritable for everybody, an administrator too: its lock is a folder."""
    (store / "audit" / "lock").unlink(missing_ok=True)
    (store / "audit" / "lock").mkdir()


@pytest.mark.parametrize(
    ("call", "stays"),
    [
        (["import", "ballots", "{file}", "--round", "2026"], "uploads"),
        (["status", "2025", "final", "--reason", "审定"], "history"),
        (["backup", "{out}"], "office.backup"),
        (["user", "add", "li", "--role", "clerk"], "accounts.json"),
    ],
    ids=["import", "status", "backup", "account"],
)
def test_what_took_effect_without_its_line_is_said(call, stays, office, files, tmp_path, monkeypatch):
    """Exit code 1 and a sentence that nothing is to be repeated; the next writer adds the line."""
    monkeypatch.setenv("BIAOCHI_ACCOUNTS", str(tmp_path / "accounts"))
    facts = {"file": files("2.csv", BALLOTS.replace("不满意", "满意")), "out": tmp_path / "office.backup"}
    unwritable_log(office.store)
    before = {path for path in tmp_path.rglob("*") if stays in str(path)}
    office(*(word.format(**facts) for word in call), code=1, lang="en")
    assert "It took effect and" in office.err and "Do not repeat it" in office.err
    assert {path for path in tmp_path.rglob("*") if stays in str(path)} > before or stays == "history"
    (office.store / "audit" / "lock").rmdir()
    assert check(Store(office.store)) == []
    office("rules", "add", files("third.toml", office("rules", "show", "demo-2025").decode().replace("demo-2025", "x")))
    assert check(Store(office.store)) == []


@pytest.mark.parametrize("call", [["public", "--round", "2025", "-o", "{out}"], ["objection", "list"]], ids=" ".join)
def test_what_took_no_effect_is_not_said_to_have(call, office, tmp_path):
    unwritable_log(office.store)
    office(*(word.format(out=tmp_path / "page.html") for word in call), code=None, lang="en")
    assert "took effect" not in office.err and not (tmp_path / "page.html").exists()


def test_an_output_that_cannot_be_finished_leaves_what_was_there(office, tmp_path):
    kept = tmp_path / "out" / "ranking.csv"
    kept.parent.mkdir()
    kept.write_text("old", encoding="utf-8")
    office("ranking", "--round", "2025", "-o", kept)
    assert kept.read_text("utf-8-sig") != "old" and list(kept.parent.iterdir()) == [kept]


def test_errors_of_the_engine_on_a_full_disk_are_sentences():
    full = duckdb.IOException('IO Error: Could not write file "x": No space left on device')
    assert isinstance(refusal_of(full), NoRoomError)
    assert isinstance(refusal_of(duckdb.OutOfMemoryException("failed to offload data block")), NotEnoughMemoryError)
    assert refusal_of(duckdb.ParserException("syntax")) is None


@pytest.mark.parametrize("name", ["a?b", "a*b", "a[b]c", "a\\b"])
def test_a_store_whose_path_is_a_pattern_is_refused(name, tmp_path, small):
    """The engine would read the ballots of a folder nearby: of "abc" for "a[b]c"."""
    small("--store", tmp_path / name, "releases", code=2, lang="en")
    assert "has the sign" in small.err and not (tmp_path / name).exists()


def test_blanks_chinese_and_quotes_in_the_path_are_no_fault(office, tmp_path):
    place = tmp_path / "评议 数据 it's #1" / "库 %20"
    shutil.copytree(office.store, place)
    office("--store", place, "replay", Store(place).in_force())
    office("--store", place, "check")


def damaged(change):
    def act(path):
        manifest = json.loads(path.read_text("utf-8"))
        path.write_text(json.dumps(change(manifest)), "utf-8")

    return act


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b"\xff\x00"),
        lambda path: path.write_text("[]", "utf-8"),
        lambda path: path.write_text("{", "utf-8"),
        lambda path: path.unlink(),
        damaged(lambda manifest: {**manifest, "files": "x"}),
        damaged(lambda manifest: {**manifest, "files": [{"name": "1.csv"}]}),
        damaged(lambda manifest: {**manifest, "choices": 3}),
        damaged(lambda manifest: {**manifest, "edits": [{"edit": None}]}),
        damaged(lambda manifest: {**manifest, "kind": "unheard"}),
        damaged(lambda manifest: {**manifest, "number": "one"}),
        damaged(lambda manifest: {**manifest, "mapping": ["a"]}),
        damaged(lambda manifest: {name: value for name, value in manifest.items() if name != "digest"}),
    ],
)
def test_replay_on_a_damaged_manifest_names_it(damage, office):
    release = Store(office.store).in_force()
    damage(next((office.store / "uploads").glob("*/upload.json")))
    before = snapshot(office.store)
    for call in (["replay", release], ["check"], ["rebuild"], ["publish"]):
        found = office(*call, code=1, lang="en").decode() + office.err
        assert "000001-" in found, (call, found)
    assert snapshot(office.store) == before


def test_a_store_that_was_there_is_not_passed_for_an_empty_one(office, tmp_path):
    notes = tmp_path / "accounts"
    notes.mkdir()
    refuse_gone(tmp_path / "new", notes)
    refuse_gone(office.store, notes)
    office.store.rename(tmp_path / "elsewhere")
    office.store.mkdir()
    with pytest.raises(StoreGoneError, match="not mounted"):
        refuse_gone(office.store, notes)
    (tmp_path / "elsewhere").rename(office.store)
    refuse_gone(office.store, notes)


def test_a_clock_set_back_is_noticed(office):
    log = office.store / "audit" / "log.jsonl"
    assert clock_back(office.store) is None
    lines = log.read_bytes().splitlines(keepends=True)
    ahead = (datetime.now(UTC) + timedelta(days=40)).isoformat(timespec="seconds")
    last = entry_of(lines[-1])
    log.write_bytes(b"".join(lines[:-1]) + type(last)(**{**vars(last), "time": ahead}).sealed().line() + b"\n")
    office("status", "2025", "final", "--reason", "审定", lang="en")
    assert "Set the clock" in office.err and len(read_log(office.store)) == len(lines) + 1


def test_a_million_equal_faults_are_listed_as_far_as_anybody_reads(office, files, monkeypatch):
    """What is left out is said, and the first places of every kind of fault come before the second of any."""
    monkeypatch.setattr(ballots_of, "MOST_LISTED", 20)
    monkeypatch.setattr(fault_limit, "MOST_LISTED", 20)
    lines = [f"{number},普通群众,市公安局,坏等级\n" for number in range(200)]
    text = "票号,评议主体,参评单位,评价\n" + "".join(lines) + "900,,市公安局,满意\n901,普通群众,市公安局,也坏\n"
    found = office.json("import", "ballots", files("f.csv", text), "--round", "2026", code=3)["problems"]
    codes = [problem["code"] for problem in found]
    assert len(found) == 21 and codes.count("more_faults") == 1
    assert [problem["row"] for problem in found if problem["row"] and problem["row"] > 200] == [202, 203]


@pytest.mark.parametrize(
    ("kind", "head", "line", "later"),
    [
        ("counts", "评议主体,参评单位,满意,不满意\n", "普通群众,单位{},x,1\n", "普通群众,单位x,-3,1\n"),
        ("place", "地点编码,名称,类型,户数\n", "P{},某村,坏类型,3\n", "Px,某村,村,三户\n"),
    ],
)
def test_equal_faults_of_other_tables_are_listed_as_far_as_anybody_reads(
    office, files, monkeypatch, kind, head, line, later
):
    monkeypatch.setattr(fault_limit, "MOST_LISTED", 20)
    text = head + "".join(line.format(number) for number in range(200)) + later
    found = office.json("import", kind, files("f.csv", text), "--round", "2025", code=3)["problems"]
    codes = [problem["code"] for problem in found if problem["level"] == "error"]
    assert len(codes) == 21 and codes.count("more_faults") == 1, codes
    assert 202 in [problem["row"] for problem in found]
