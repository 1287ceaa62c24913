"""The history of a store: without an entry nobody knows which release is in force."""

import json
from dataclasses import asdict

import pytest

from data.store.history import FOLDER, Event, read_history
from errors import StoreDamagedError


@pytest.fixture
def history(store_path):
    """Three publications; the folder of their entries."""
    folder = store_path / FOLDER
    folder.mkdir(parents=True)
    for number in (1, 2, 3):
        event = Event(number, "publish", str(number) * 64, "", "", "2026-11-23T08:00:00+00:00", "甲")
        (folder / f"{number:06d}.json").write_text(json.dumps(asdict(event)), encoding="utf-8")
    return folder


def test_the_newest_entry_comes_first(history):
    assert [event.number for event in read_history(history.parent)] == [3, 2, 1]


@pytest.mark.parametrize("number", [1, 2])
def test_a_gap_is_named(number, history):
    (history / f"{number:06d}.json").unlink()
    with pytest.raises(StoreDamagedError, match=f"entry {number} is missing"):
        read_history(history.parent)


def test_an_entry_that_takes_the_number_of_another_is_a_gap(history):
    first, second = history / "000001.json", history / "000002.json"
    second.write_bytes(first.read_bytes())
    with pytest.raises(StoreDamagedError, match="entry 2 is missing"):
        read_history(history.parent)
