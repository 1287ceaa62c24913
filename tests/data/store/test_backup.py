"""The whole store in one file and back; a backup is worth what was read back from it."""

import json
import zipfile

import pytest

from data.store import Store
from data.store.audit_log import read_log
from data.store.backup import verify_backup
from data.store.scratch import RESTORE, scratch
from tests.support.stores import BALLOTS, SMALL, Biaochi, snapshot


@pytest.fixture
def published(small, files, made_once):
    def make():
        small("import", "ballots", files("1.csv", BALLOTS), "--round", "2025")
        small.publish()

    made_once(make)
    return small


def other(biaochi, name):
    return Biaochi(biaochi.store.with_name(name), biaochi.capture)


def told(folder):
    """Files of a store without its audit log, which also tells of backups."""
    return {name: content for name, content in snapshot(folder).items() if not name.startswith("audit")}


def test_there_and_back(published, tmp_path):
    before, ranking = told(published.store), published("ranking", "--round", "2025")
    digest = published("backup", tmp_path / "b.zip").decode().strip()
    again = other(published, "again")
    again("restore", tmp_path / "b.zip")
    assert told(again.store) == before
    assert again("ranking", "--round", "2025") == ranking
    again("check")
    again("replay", published.json("releases")["rows"][0]["release"])
    assert [row["action"] for row in published.json("audit")["rows"]][-1] == "backup"
    last = again.json("audit")["rows"][-1]
    assert (last["action"], last["what"], last["sha256"]) == ("restore", "b.zip", digest)


def test_a_store_that_holds_something_is_not_overwritten(published, tmp_path):
    published("backup", tmp_path / "b.zip")
    before = snapshot(published.store)
    published("restore", tmp_path / "b.zip", code=2)
    assert "不是空" in published.err or "非空" in published.err
    assert snapshot(published.store) == before


def test_a_folder_that_is_not_there_is_named(published, tmp_path):
    published("backup", tmp_path / "none" / "b.zip", code=2)
    assert "none" in published.err


@pytest.mark.parametrize("where", ["there", "inside", "empty store"])
def test_no_backup_where_it_would_do_harm(where, published, tmp_path):
    target = tmp_path / "b.zip"
    if where == "there":
        target.write_bytes(b"x")
        published("backup", target, code=2)
        assert target.read_bytes() == b"x"
    elif where == "inside":
        published("backup", published.store / "b.zip", code=2)
    else:
        other(published, "none")("backup", target, code=2)
        assert not target.exists()


@pytest.mark.parametrize("harm", ["flip", "cut", "drop"])
def test_a_damaged_backup_restores_nothing(harm, published, tmp_path):
    path = tmp_path / "b.zip"
    published("backup", path)
    data = bytearray(path.read_bytes())
    if harm == "flip":
        data[len(data) // 3] ^= 0xFF
        path.write_bytes(data)
    elif harm == "cut":
        path.write_bytes(data[: len(data) // 2])
        other(published, "again")("restore", path, code=1)
    else:
        kept = tmp_path / "c.zip"
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(kept, "w") as new:
            for name in [name for name in old.namelist() if not name.endswith("results.duckdb")]:
                new.writestr(name, old.read(name))
        kept.replace(path)
    again = other(published, "again")
    again("restore", path, code=None)
    assert again.err.strip() and "Traceback" not in again.err
    assert not again.store.exists() or not any(again.store.iterdir())
    assert not list(tmp_path.glob(".restore-*"))


@pytest.mark.parametrize(
    "name", ["../evil.txt", "/evil.txt", "uploads/../../evil.txt", "C:\\evil.txt", "other/evil.txt"]
)
def test_a_backup_writes_nowhere_else(name, published, tmp_path):
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "x")
        archive.writestr("biaochi-backup.json", json.dumps({"files": {name: "0"}}))
    again = other(published, "again")
    again("restore", path, code=1)
    assert not list(tmp_path.rglob("evil.txt"))


def test_another_zip_is_no_backup(published, tmp_path):
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x", "x")
    other(published, "again")("restore", path, code=2)
    path.write_bytes(b"x")
    other(published, "again")("restore", path, code=2)


def test_a_backup_is_proved_by_restoring_it_elsewhere(small, files, tmp_path):
    small("import", "ballots", files("1.csv", BALLOTS), "--round", "2025")
    small.publish()
    target = tmp_path / "2025.zip"
    small("backup", target, "--verify")
    small("backup", target, "--verify")
    small("backup", "--verify")
    assert target.stat().st_mode & 0o777 == 0o600
    assert [entry.action for entry in read_log(small.store)].count("backup verified") == 3
    content = target.read_bytes()
    target.write_bytes(content.replace("公安局".encode(), "财政局".encode(), 1))
    small("backup", target, "--verify", code=1)
    small("backup", code=2)


def test_the_backup_of_another_store_proves_nothing(small, files, tmp_path):
    small("import", "ballots", files("1.csv", BALLOTS), "--round", "2025")
    target = tmp_path / "2025.zip"
    small("backup", target)
    (small.store / "audit" / "log.jsonl").rename(tmp_path / "log")
    other = Store(tmp_path / "other")
    other.add_rules(SMALL)
    assert verify_backup(other, target)


def test_what_a_killed_backup_or_restore_leaves_is_cleared_by_the_next_writer(small, files, tmp_path):
    """Copies of ballots, in the folder of the backup and beside the store; a folder that is in use stays."""
    small("import", "ballots", files("1.csv", BALLOTS), "--round", "2025")
    far = tmp_path / "far"
    far.mkdir()
    with scratch(small.store.parent, RESTORE) as used:
        for left in (far / ".backup-abc", small.store.parent / ".restore-abc"):
            left.mkdir()
            (left / "lock").touch()
            (left / "ballots").write_text("1,普通群众,市公安局,满意")
        noted = small.store / "staging" / "killed"
        noted.mkdir(parents=True)
        (noted / "scratch.txt").write_text(str(far / ".backup-abc"))
        small("import", "ballots", files("2.csv", BALLOTS), "--round", "2024")
        assert used.is_dir() and not list(far.iterdir())
    assert not list(small.store.parent.glob(".*-abc")) and not used.exists()


def test_a_store_that_an_import_makes_can_be_entered_by_its_owner_only(biaochi, files):
    biaochi("import", "units", files("名录.csv", "单位编码,单位名称\nA,市公安局\n"), "--round", "2025")
    assert [path for path in (biaochi.store, biaochi.store / "staging") if path.stat().st_mode & 0o077] == []


def test_a_store_can_be_read_by_its_owner_only(small, files):
    small("import", "ballots", files("1.csv", BALLOTS), "--round", "2025")
    small.publish()
    readable = [path for path in small.store.rglob("*") if path.stat().st_mode & 0o077]
    assert small.store.stat().st_mode & 0o077 == 0
    assert not [path for path in readable if path.is_file() and path.name != "lock" and "cache" not in path.parts]
