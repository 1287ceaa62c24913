"""What a button hands out is what the command line writes."""

import pytest

from tests.support.stores import BALLOTS
from ui import cached, sheets


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_table_of_a_category_is_that_of_the_command_line(language, demo, monkeypatch):
    from formats.spreadsheet import csv_bytes

    monkeypatch.setenv("BIAOCHI_STORE", str(demo.store))
    cached.store.clear()
    round_ = cached.round_of(cached.release(), "2025")
    for table, make in (("ranking", sheets.ranking), ("bottom", sheets.bottom)):
        sheet = make(round_, language, "党群部门")
        words = (table, "--round", "2025", "--category", "党群部门")
        assert csv_bytes(sheet) == demo(*words, lang=language)


@pytest.mark.sweep
def test_the_log_calls_a_file_the_same_from_the_page_and_from_the_command(small, files, tmp_path):
    """`public 2025` was the page on the command line and the bundle in the browser."""
    from data.store.audit_log import read_log
    from ui.packages import LOGGED

    small("import", "ballots", files("评议票.csv", BALLOTS), "--round", "2025")
    small.publish()
    for name, words in (("page", ["public"]), ("public", ["bundle", "--public"])):
        small(*words, "--round", "2025", "-o", tmp_path / name)
        assert read_log(small.store)[-1].what == f"{LOGGED[name]} 2025"
