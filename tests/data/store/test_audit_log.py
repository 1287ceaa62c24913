"""The audit log: everything done is in it, and it cannot be altered unnoticed."""

import json
import shutil

import pytest

from data.store import Store
from data.store.audit_chain import FIRST
from data.store.audit_log import TAIL, append_missing_entries, log_action, log_export, read_log
from data.store.history import Event
from data.store.uploads import Upload
from data.store.verify import check
from errors import StoreDamagedError
from tests.support.stores import BALLOTS, SMALL, leave_note


@pytest.fixture
def store(small, files):
    """A rule set, two imports, two publications and a return: six lines."""
    small("import", "ballots", files("1.csv", BALLOTS), "--round", "2025")
    first = small.publish()
    small("import", "ballots", files("2.csv", BALLOTS.replace("不满意", "满意")), "--round", "2025", "--replace")
    small.publish()
    small("rollback", first, "--reason", "复核")
    return Store(small.store)


def lines(store):
    return (store.path / "audit" / "log.jsonl").read_text("utf-8").splitlines(keepends=True)


def put(store, kept):
    (store.path / "audit" / "log.jsonl").write_text("".join(kept), "utf-8")


def test_everything_done_is_told_in_order(store, small):
    log = read_log(store.path)
    assert [entry.action for entry in log] == ["rules", "import", "publish", "import", "publish", "rollback"]
    assert [entry.number for entry in log] == [1, 2, 3, 4, 5, 6]
    assert log[-1].note == "复核" and log[-1].release == store.in_force()
    rows = small.json("audit")["rows"]
    assert rows[1]["what"] == f"ballots {store.uploads()[0].upload_id}" and rows[1]["round"] == "2025"
    assert "已回退" in small("audit").decode() or "回退" in small("audit").decode()
    assert small.json("audit", "--since", "2099-01-01")["rows"] == []
    small("audit", "--since", "昨天", code=2)


def test_reading_and_refused_calls_write_nothing(store, small, files):
    before = lines(store)
    small("ranking", "--round", "2025")
    small("publish", "--dry-run")
    small("import", "ballots", files("3.csv", BALLOTS), "--round", "2026", "--dry-run")
    small("import", "ballots", files("4.csv", "a,b\n1,2\n"), "--round", "2026", code=3)
    assert lines(store) == before and check(store) == []


@pytest.mark.sample
@pytest.mark.parametrize(
    "tamper",
    [
        lambda kept: [*kept[:2], kept[2].replace('"user": "', '"user": "x'), *kept[3:]],
        lambda kept: [*kept[:2], *kept[3:]],
        lambda kept: [*kept[:2], kept[3], kept[2], *kept[4:]],
        lambda kept: [*kept[:3], kept[2], *kept[3:]],
        lambda kept: kept[:4],
        lambda kept: kept[1:],
        lambda kept: [],
        lambda kept: [*kept[:3], "{}\n", *kept[3:]],
    ],
    ids=["changed", "removed", "swapped", "doubled", "tail", "head", "emptied", "nonsense"],
)
def test_tampering_is_found(tamper, store, small):
    assert check(store) == []
    put(store, tamper(lines(store)))
    assert check(store)
    small("check", code=1)


@pytest.mark.parametrize("field", ["time", "user", "action", "round", "release", "what", "note", "sha256"])
def test_every_field_of_a_line_is_sealed(field, store_path):
    log_export(store_path, "ranking.csv", release="a" * 64, round_id="2025", sha256="ab", who="甲")
    path = store_path / "audit" / "log.jsonl"
    entry = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**entry, field: f"{entry[field]}1"}, ensure_ascii=False) + "\n", "utf-8")
    with pytest.raises(StoreDamagedError, match="line 1"):
        read_log(store_path)


def test_a_line_whose_hashes_were_made_anew_breaks_at_the_next(store):
    kept = [json.loads(line) for line in lines(store)]
    entry = read_log(store.path)[2]
    from dataclasses import asdict, replace

    forged = asdict(replace(entry, user="他人").sealed())
    put(store, [json.dumps(one, ensure_ascii=False) + "\n" for one in [*kept[:2], forged, *kept[3:]]])
    with pytest.raises(StoreDamagedError, match="line 4"):
        read_log(store.path)


def test_an_upload_that_was_taken_away_is_missed(store):
    shutil.rmtree(sorted((store.path / "uploads").iterdir())[0])
    assert any("uploads/" in finding.sentence("zh") for finding in check(store))


def test_a_history_entry_that_was_taken_away_is_missed(store):
    sorted((store.path / "history").iterdir())[-1].unlink()
    assert [finding for finding in check(store) if "history/000003.json" in finding.sentence("zh")]


def test_what_a_killed_writer_did_is_told_by_the_next(store, small, files):
    """As if the process ended between the upload's rename and its line."""
    put(store, lines(store)[:-1])
    leave_note(store.path, "history/000003.json")
    small("import", "ballots", files("5.csv", BALLOTS), "--round", "2024")
    log = read_log(store.path)
    assert [entry.action for entry in log][-3:] == ["rollback", "adopt", "import"]
    assert log[-2].what == "history/000003.json" and log[-3].files.keys() == {"history/000003.json"}
    assert check(store) == []


def test_a_check_between_a_write_and_its_line_raises_no_alarm(store, small, tmp_path):
    """A writer that is at work, or was killed there, has noted what it stores; the note hides nothing else."""
    before = lines(store)
    with store.writing() as staging:
        store.record(staging, Event(0, "publish", store.in_force(), store.in_force(), "", "2026-11-23T08:00:00", "甲"))
        assert lines(store) == before and check(store) == []
        shutil.copytree(staging, tmp_path / "left")
    assert check(store) == []
    put(store, before)
    shutil.copytree(tmp_path / "left", store.path / "staging" / "left")
    assert check(store) == []
    shutil.rmtree(store.path / "staging" / "left")
    leave_note(store.path, "history/000002.json")
    assert [finding.facts["what"] for finding in check(store)] == ["history/000004.json"]
    small("rollback", sorted(store.releases())[0], "--reason", "复核", code=1)
    assert "history/000004.json" in small.err and lines(store) == before
    leave_note(store.path, "history/000004.json")
    small("rollback", sorted(store.releases())[0], "--reason", "复核")
    assert not list((store.path / "staging").iterdir()) and check(store) == []
    assert len(lines(store)) == len(before) + 3


def test_a_torn_last_line_is_written_again(store):
    path = store.path / "audit" / "log.jsonl"
    path.write_bytes(path.read_bytes() + b'{"number": 7, "ti')
    log_export(store.path, "ranking.csv", release=store.in_force(), round_id="2025", sha256="ab")
    log = read_log(store.path)
    assert [entry.number for entry in log] == [1, 2, 3, 4, 5, 6, 7] and log[-1].action == "export"


def test_a_rule_set_is_told_by_its_own_name_whatever_it_is_called(small, files):
    """Only uploads and statuses are told in words; `units` is a kind of upload too."""
    text = SMALL.replace('name = "demo-2025"', 'name = "units"')
    small("rules", "add", files("r.toml", text))
    assert small("audit").decode("utf-8-sig").splitlines()[-1].split(",")[6] == '"units"'
    assert small.json("audit")["rows"][-1]["what"] == "units"


def test_an_upload_comes_before_its_publication_in_the_same_second(store_path):
    """Times are kept to the second; a file that is imported and published at once has one time twice."""
    second = "2026-11-23T08:00:00+00:00"
    uploads = [Upload(n, "ballots", "2025", "r", f"{n:064d}", 1, False, (), imported_at=second) for n in (1, 2)]
    published = Event(1, "publish", "a" * 64, "", "", second, "甲")
    append_missing_entries(store_path, uploads, [published], [])
    log = read_log(store_path)
    assert [(entry.number, entry.action) for entry in log] == [(1, "import"), (2, "import"), (3, "publish")]
    assert [entry.before for entry in log] == [FIRST, log[0].hash, log[1].hash]
    assert [(entry.told.uploads, entry.told.events) for entry in log] == [(1, 0), (2, 0), (2, 1)]
    append_missing_entries(store_path, uploads, [published], [])
    assert read_log(store_path) == log


def test_two_exports_in_one_second_are_two_entries_of_one_chain(store_path):
    for name in ("ranking.csv", "ranking.csv"):
        log_export(store_path, name, release="a" * 64, round_id="2025", sha256="ab", who="甲")
    first, second = read_log(store_path)
    assert (first.number, second.number, second.before) == (1, 2, first.hash) and first.hash != second.hash


def test_a_line_longer_than_what_is_read_at_first_is_continued(store_path):
    log_action(store_path, "backup", "2026.zip", note="理由" * TAIL)
    for _ in range(2):
        log_export(store_path, "ranking.csv", release="a" * 64, sha256="ab", who="甲")
    assert [entry.number for entry in read_log(store_path)] == [1, 2, 3]
