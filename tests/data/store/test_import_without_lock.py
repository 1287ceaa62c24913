"""An import reads and judges without the lock of the store: others write meanwhile, and it is as if one came first."""

import subprocess
import sys
import time

import pytest

from data.store import Store
from data.store.import_job import ImportOptions
from data.store.verify import check
from errors import UsageError
from i18n import ROOT
from tests.support.stores import BALLOTS, SMALL

PATIENCE = 60
NAMED = SMALL.replace('name = "demo-2025"', 'name = "{}"')
READER = """
import sys, time
from pathlib import Path
from data.store import Store
from data.store.import_job import ImportOptions

store, file, here, go = map(Path, sys.argv[1:])

def progress(share, message):
    if message == "Checking every value" and not here.exists():
        here.touch()
        while not go.exists():
            time.sleep(0.01)

report = Store(store, threads=1).import_files(
    "ballots", [file], "2025", ImportOptions(rules="demo-2025", accept_warnings="small"), progress
)
print(report.stored, report.same_as)
"""
OPTIONS = ImportOptions(rules="demo-2025", accept_warnings="small")


@pytest.fixture
def store(store_path):
    made = Store(store_path, threads=1)
    made.add_rules(SMALL)
    return made


@pytest.fixture
def reading(store, tmp_path):
    """A process that has read a file of ballots and waits; a call lets it go on and returns what it printed."""
    file, here, go = tmp_path / "ballots.csv", tmp_path / "here", tmp_path / "go"
    file.write_text(BALLOTS, encoding="utf-8")
    words = [sys.executable, "-c", READER, *map(str, (store.path, file, here, go))]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        until = time.monotonic() + PATIENCE
        while not here.exists() and process.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        assert here.exists()

        def finished():
            go.touch()
            return process.communicate(timeout=PATIENCE)[0].split()

        yield finished
        go.touch()


def put(store, round_id):
    report = store.import_files("ballots", [(f"{round_id}.csv", BALLOTS.encode())], round_id, OPTIONS)
    assert report.stored, report.problems
    return report.upload


def test_a_second_writer_imports_publishes_and_adds_rules_while_an_import_reads(store, reading):
    first = put(store, "2024")
    store.publish()
    store.add_rules(NAMED.format("other"))
    assert [upload.upload_id for upload in store.uploads()] == [first]
    assert reading() == ["True", "None"]
    assert [(upload.number, upload.round_id) for upload in store.uploads()] == [(1, "2024"), (2, "2025")]
    assert check(store) == [] and not [path for path in (store.path / "staging").iterdir() if path.is_dir()]


def test_two_imports_of_the_same_ballots_give_what_one_after_the_other_gives(store, reading):
    first = put(store, "2025")
    assert reading() == ["False", first]
    assert [upload.upload_id for upload in store.uploads()] == [first]


def test_a_dry_run_takes_no_lock(store):
    with store.writing():
        report = Store(store.path, threads=1).import_files(
            "ballots", [("a.csv", BALLOTS.encode())], "2025", ImportOptions(rules="demo-2025", dry_run=True)
        )
    assert not report.stored and report.rows > 0 and not report.refused


def test_an_import_that_finds_another_store_each_time_is_refused_and_stores_nothing(store):
    names = iter("abcdefgh")

    def disturb(share, message):
        if message == "Storing":
            Store(store.path).add_rules(NAMED.format(next(names)))

    with pytest.raises(UsageError) as refused:
        store.import_files("ballots", [("a.csv", BALLOTS.encode())], "2025", OPTIONS, disturb)
    assert "重新导入" in refused.value.sentence("zh") and next(names) == "d"
    assert store.uploads() == [] and check(store) == []
