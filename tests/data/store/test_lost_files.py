"""A store of which files are gone is not passed for a younger or an empty one, and nothing is written over the rest."""

import json
import shutil

import pytest

from data.store import ImportOptions, Store
from data.store.audit_log import read_log
from data.store.uploads import originals_verified_meanwhile
from data.store.verify import check
from errors import StoreDamagedError, UsageError
from tests.support.stores import BALLOTS, SMALL, leave_note, snapshot

READING = (["releases"], ["ranking", "--round", "2025"], ["unit", "A"], ["pledges", "--round", "2025"])
WRITING = (["publish"], ["status", "2025", "final", "--reason", "x"], ["rebuild"])


@pytest.fixture
def twice(small, files, made_once):
    """Two releases of one round, the second in force."""

    def make():
        small("import", "ballots", files("1.csv", BALLOTS), "--round", "2025")
        small.publish()
        small("import", "ballots", files("2.csv", BALLOTS.replace("不满意", "满意")), "--round", "2025", "--replace")
        small.publish()

    made_once(make)
    return small


@pytest.mark.sample
@pytest.mark.parametrize("call", [*READING, *WRITING], ids=" ".join)
@pytest.mark.parametrize("lost", ["all", "first", "newest", "with the log"])
def test_a_history_that_lost_entries_is_told_and_stays_as_it_is(lost, call, twice):
    history = twice.store / "history"
    if lost in ("all", "with the log"):
        shutil.rmtree(history)
    else:
        sorted(history.iterdir())[0 if lost == "first" else -1].unlink()
    if lost == "with the log":
        shutil.rmtree(twice.store / "audit")
    before = snapshot(twice.store)
    assert twice(*call, code=1) == b""
    assert f"第 {2 if lost == 'newest' else 1} 条" in twice.err and "备份" in twice.err
    assert snapshot(twice.store) == before


def test_a_reader_beside_a_writer_sees_a_sound_history(twice):
    """The entry is in place before the log tells of it, and a process may be killed in between."""
    store = Store(twice.store)
    log = store.path / "audit" / "log.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-1]))
    assert len(store.history()) == 2
    twice("ranking", "--round", "2025")
    leave_note(store.path, f"releases/{store.in_force()}/release.json", "history/000002.json")
    twice("status", "2025", "final", "--reason", "完成")
    assert [entry.action for entry in read_log(store.path)][-3:] == ["publish", "adopt", "status"]


@pytest.mark.parametrize("call", [["publish"], ["publish", "--dry-run"], ["replay", ""]], ids=" ".join)
def test_a_rule_set_that_is_gone_is_told(call, twice, files):
    release = Store(twice.store).in_force()
    (twice.store / "rules" / "demo-2025.toml").unlink()
    twice(*[word or release for word in call], code=1)
    assert "demo-2025" in (twice.err + twice("check", code=1).decode()) and "备份" in twice("check", code=1).decode()
    twice("import", "ballots", files("3.csv", BALLOTS + "8,普通群众,市公安局,满意\n"), "--round", "2025", code=1)
    assert "demo-2025" in twice.err


def test_an_upload_that_is_gone_stops_the_replay_with_a_sentence(twice):
    store = Store(twice.store)
    release, upload = store.in_force(), store.uploads()[-1]
    shutil.rmtree(upload.folder)
    told = twice("replay", release, code=1).decode()
    assert upload.upload_id in told and "备份" in told


def test_a_remembered_mapping_that_is_damaged_is_told(twice, files):
    text = BALLOTS.replace("票号", "编号")
    store = Store(twice.store)
    store.remember_mapping("ballots", tuple(text.splitlines()[0].split(",")), {"编号": "ballot_id"})
    (path,) = (twice.store / "mappings").glob("*/*.json")
    whole = path.read_bytes()
    path.write_bytes(whole[:20])
    twice("import", "ballots", files("3.csv", text), "--round", "2026", code=1)
    assert path.name in twice.err
    assert path.name in twice("check", code=1).decode()
    path.write_bytes(whole)
    assert check(store) == []


def test_a_later_decision_never_writes_over_an_earlier_one(small):
    store, cells = Store(small.store), ("编号", "单位")
    for field in ("ballot_id", "unit_code", "group_code"):
        store.remember_mapping("ballots", cells, {"编号": field})
    first, _, last = sorted((store.path / "mappings").glob("*/*.json"))
    first.unlink()
    kept = last.read_bytes()
    store.remember_mapping("ballots", cells, {"编号": "site"})
    assert last.read_bytes() == kept


def test_a_note_of_any_length_leaves_the_log_whole(small, files):
    """A clerk pastes the whole document as the reason."""
    long = "经查，" * 60_000
    store = Store(small.store)
    small("import", "ballots", files("1.csv", BALLOTS), "--round", "2025")
    store.publish(long)
    store.publish()
    store.set_status("2025", "final", long)
    store.set_status("2025", "draft", "复核")
    log = read_log(store.path)
    assert [entry.note for entry in log][-3:] == [long, long, "复核"] and check(store) == []


def test_a_long_line_that_was_torn_is_cut_off(small, files):
    store = Store(small.store)
    small("import", "ballots", files("1.csv", BALLOTS), "--round", "2025")
    path = store.path / "audit" / "log.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"note": "' + b"x" * 200_000)
    store.publish()
    assert path.read_bytes().startswith(whole) and check(store) == []


class _Slow(Store):
    """A store that another process writes to just before this one gets the lock."""

    meanwhile = None

    def writing(self, **how):
        if self.meanwhile:
            step, self.meanwhile = self.meanwhile, None
            step()
        return super().writing(**how)


def test_two_imports_at_once_never_give_a_round_two_rule_sets(small):
    from errors import TwoRuleSetsError

    store = _Slow(small.store)
    other = Store(small.store).add_rules(SMALL.replace('name = "demo-2025"', 'name = "other"'))
    source = ("1.csv", BALLOTS.encode())
    later = ("2.csv", BALLOTS.replace("\n", "\n9").encode()[:-1])
    store.meanwhile = lambda: Store(small.store).import_files(
        "ballots", [source], "2025", ImportOptions(rules="demo-2025")
    )
    with pytest.raises(TwoRuleSetsError):
        store.import_files("ballots", [later], "2025", ImportOptions(rules=other.name))
    assert {upload.rules_name for upload in store.uploads()} == {"demo-2025"}


def test_a_backup_that_has_to_wait_leaves_the_other_one_alone(twice, tmp_path):
    """Two people begin a backup into one file."""
    from data.store.backup import backup
    from errors import StoreBusyError

    store, target = Store(twice.store), tmp_path / "out" / "b.zip"
    target.parent.mkdir()
    with store.writing():
        before = target.parent / ".b.zip.part"
        before.write_bytes(b"half")
        with pytest.raises(StoreBusyError):
            backup(Store(twice.store), target)
        assert before.read_bytes() == b"half"
    before.unlink()
    backup(store, target)
    assert [path.name for path in target.parent.iterdir()] == ["b.zip"]
    with pytest.raises(UsageError):
        backup(store, target)


def test_results_are_read_beside_a_damaged_log(twice):
    """Who reads results learns nothing from the log; who checks or writes is told."""
    log = twice.store / "audit" / "log.jsonl"
    log.write_bytes(log.read_bytes() + b"{}\n")
    twice("ranking", "--round", "2025")
    twice("check", code=1)
    with pytest.raises(StoreDamagedError):
        Store(twice.store).publish()
    assert json.loads(log.read_bytes().splitlines()[-1]) == {}


def test_originals_are_verified_at_the_end_and_hide_no_other_error(small, files):
    small("import", "ballots", files("1.csv", BALLOTS), "--round", "2025")
    (upload,) = Store(small.store).uploads()
    (original,) = upload.folder.glob("evidence-*")
    original.write_bytes(b"changed")
    with pytest.raises(StoreDamagedError), originals_verified_meanwhile([upload]):
        pass
    with pytest.raises(KeyboardInterrupt), originals_verified_meanwhile([upload]):
        raise KeyboardInterrupt
