"""A store with registers of units, places and posts, which tests of books begin with."""

import pytest

from data.store import Store


@pytest.fixture
def store(store_path, made_once):
    """Replaced by the fixture of that name in files that begin with other tables."""
    from tests.data.store.test_books import PERSONS, PLACES, REGISTER, read, table

    def registers():
        made = Store(store_path, threads=2)
        assert made.import_files("units", [("单位名录.csv", table(REGISTER).encode())], "2025").stored
        assert read(made, "place", PLACES).problems == []
        assert read(made, "person", PERSONS).problems == []

    made_once(registers)
    return Store(store_path, threads=2)
