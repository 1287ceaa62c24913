"""A store that version 0.1.0 made is opened, checked and answered from as that version did."""

import json
import zipfile

import pytest

from data.store import Store
from tests.support.paths import FIXTURES

OLDER = FIXTURES / "store-0.1.0"
ANSWERS = sorted(OLDER.glob("*.json"))


@pytest.fixture
def older(biaochi):
    with zipfile.ZipFile(OLDER / "store.zip") as archive:
        archive.extractall(biaochi.store)
    return biaochi


def same_answers(biaochi) -> None:
    assert len(ANSWERS) == 4
    for path in ANSWERS:
        command, round_id = path.stem.split("-")
        assert biaochi.json(command, "--round", round_id) == json.loads(path.read_bytes()), path.stem


def test_its_answers_are_those_of_then(older):
    same_answers(older)


def test_it_is_sound_and_every_release_is_computed_again(older):
    older("check")
    releases = {row["release"] for row in older.json("releases")["rows"] if row["release"]}
    assert len(releases) == 4
    for release in releases:
        older("replay", release)


def test_nothing_new_is_the_same_release(older):
    before = Store(older.store).in_force()
    assert older.publish() == before and Store(older.store).in_force() == before


def test_its_status_alias_and_cleared_trial_are_known(older):
    store = Store(older.store)
    assert store.status("2024").code == "announced"
    assert store.release().rounds() == ["2025", "2024"]
    assert "甲零" in older("export", "unit_alias", "--round", "2025").decode("utf-8-sig")


def test_its_backup_is_restored(biaochi):
    biaochi("restore", OLDER / "backup.zip")
    biaochi("check")
    same_answers(biaochi)
