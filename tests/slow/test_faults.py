"""Kills, full disks and mutated files at full length; the drivers run shorter ones by hand and print how many."""

import os
import shutil
import sys

import pytest

from tests.slow import full_disk, kill9_actions, mutated_files, power_cut


@pytest.mark.slow
def test_two_writers_killed_at_any_instant_leave_a_sound_store(tmp_path):
    assert kill9_actions.run(tmp_path, 200)["killed"] >= 200


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="a small disk is mounted by root only")
def test_on_a_full_disk_words_and_exit_codes_agree_with_what_happened(tmp_path):
    assert full_disk.run(tmp_path) == []


@pytest.mark.slow
def test_mutated_files_are_taken_or_refused_with_a_sentence(tmp_path):
    assert sum(mutated_files.run(tmp_path, 300).values()) == 300


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace records the writes of an action")
def test_a_power_cut_at_any_instant_loses_nothing_and_writes_can_be_torn(tmp_path):
    found = power_cut.run(tmp_path, 200)
    assert found.total() == 200 and set(found) <= {"sound at once", "sound after the next writer"}
