"""Every engine gives the same release: the same id, and the same numbers bit by bit."""

import pandas as pd
import pytest

from data import engines
from data.duckdb_access import table_names
from data.store import Store
from data.store.release import Release
from tests.support.stores import BALLOTS, LISTED, SMALL

THIRD = {"pieces": "tests.support.engine_in_pieces"}
SITES = BALLOTS.replace("票号,", "网点,票号,", 1)


@pytest.fixture
def third(monkeypatch):
    """A third engine: one module, and its name."""
    monkeypatch.setattr(engines, "ENGINES", engines.ENGINES | THIRD)
    monkeypatch.setenv("BIAOCHI_ENGINE", "pieces:")


def built(store: Store, folder):
    draft = folder / "draft"
    release_id = store.build(draft, store.uploads_in_force(), {})
    release = Release(draft, store.path)
    try:
        return release_id, {name: release.query_table(name) for name in table_names("build/schema")}
    finally:
        release.close()


def test_a_third_engine_gives_the_release_in_force(town_path, tmp_path, third):
    store = Store(town_path, threads=2)
    release = store.release()
    release_id, tables = built(store, tmp_path)
    assert release_id == release.id
    for name, table in tables.items():
        pd.testing.assert_frame_equal(table, release.query_table(name), check_exact=True, obj=name)
    release.close()
