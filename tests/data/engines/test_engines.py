"""Every engine gives the same release: the same id, and the same numbers bit by bit."""

import socket
import sys

import numpy as np
import pandas as pd
import pytest

from data import engines
from data.duckdb_access import table_names
from data.engines import in_process
from data.store import Store, rounds
from data.store.city_facts import export_facts
from data.store.province import build_province, built_rounds
from data.store.release import Release
from data.store.release_builder import round_tables
from errors import EngineError
from i18n import LANGUAGES
from tests.cluster.cities import WEIGHTED, write_city
from tests.support import engine_in_pieces
from tests.support.stores import snapshot

THIRD = {"pieces": "tests.support.engine_in_pieces"}
HALLS_AND_WEIGHTS = 9
"""A city whose ballots name halls, which are the clusters, and whose votes are means of two indicators."""


@pytest.fixture(scope="module")
def halls(tmp_path_factory) -> Store:
    folder = tmp_path_factory.mktemp("halls")
    store = Store(folder / "var", threads=2)
    store.add_rules(WEIGHTED)
    report = store.import_files("ballots", [write_city(folder / "votes.csv", HALLS_AND_WEIGHTS, 2_000)], "2025")
    assert report.stored, report.problems[:3]
    store.publish()
    return store


@pytest.fixture
def third(monkeypatch):
    """A third engine: one module, and its name."""
    monkeypatch.setattr(engines, "ENGINES", engines.ENGINES | THIRD)
    monkeypatch.setenv("BIAOCHI_ENGINE", "pieces:")


def assert_built_alike(store: Store, draft):
    """Build what is in force once more, and compare it with what was published."""
    release = store.release()
    assert store.build(draft, store.uploads_in_force(), {}) == release.id
    again = Release(draft, store.path)
    try:
        for name in table_names("build/schema"):
            found, expected = again.query_table(name), release.query_table(name)
            pd.testing.assert_frame_equal(found, expected, check_exact=True, obj=name)
    finally:
        again.close()
        release.close()
    assert sorted(path.name for path in draft.iterdir()) == ["release.json", "results.duckdb"]


def test_a_third_engine_gives_the_release_in_force(town_path, tmp_path, third):
    assert_built_alike(Store(town_path, threads=2), tmp_path / "draft")


def test_halls_and_weighted_indicators_are_added_alike(halls, tmp_path, third):
    assert_built_alike(halls, tmp_path / "draft")


@pytest.fixture
def ranges(monkeypatch):
    """Rounds are too many lines to hold, and are read in ranges of ballots."""
    monkeypatch.setattr(rounds, "MOST_LINES_HELD", 0)
    monkeypatch.setattr(in_process, "LINES_OF_A_PIECE", 700)
    monkeypatch.setattr(in_process, "MOST_ROWS", 1_000)


@pytest.mark.sweep
def test_a_town_that_is_read_in_ranges_gives_the_release_in_force(town_path, tmp_path, ranges):
    assert_built_alike(Store(town_path, threads=2), tmp_path / "draft")


@pytest.mark.sweep
def test_halls_and_weighted_indicators_are_added_alike_in_ranges(halls, tmp_path, ranges):
    assert_built_alike(halls, tmp_path / "draft")


def test_ballots_that_are_left_out_are_in_no_piece(halls, tmp_path, third, monkeypatch):
    uploads, rules = halls.uploads_in_force(), halls.rule_set("weighted")
    without = np.array([0, 3, 5])
    pieces = round_tables(tmp_path, uploads, "2025", rules, without)
    monkeypatch.setenv("BIAOCHI_ENGINE", "duckdb:")
    for name, expected in round_tables(tmp_path, uploads, "2025", rules, without).items():
        columns = list(expected.columns)
        found = pieces[name].sort_values(columns, ignore_index=True)
        pd.testing.assert_frame_equal(found, expected.sort_values(columns, ignore_index=True), check_exact=True)


@pytest.fixture(scope="module")
def shared(halls, tmp_path_factory):
    """Two cities have published the same facts; results as published are no matter of an engine."""
    folder, release = tmp_path_factory.mktemp("shared"), halls.release()
    for city in ("甲市", "乙市"):
        export_facts(release.round("2025"), city, folder, "2026-01-10T00:00:00+00:00", {})
    release.close()
    return folder


def test_a_province_has_the_same_id_and_numbers_from_a_third_engine(shared, tmp_path, third, monkeypatch):
    pieces = build_province(shared, tmp_path / "pieces", "2025")
    monkeypatch.setenv("BIAOCHI_ENGINE", "duckdb:")
    here = build_province(shared, tmp_path / "here", "2025")
    assert pieces.release == here.release and len(pieces.cities) == 2
    found, expected = Release(pieces.folder), Release(here.folder)
    for name in table_names("build/schema"):
        pd.testing.assert_frame_equal(found.query_table(name), expected.query_table(name), check_exact=True, obj=name)
    found.close()
    expected.close()


@pytest.mark.sweep
def test_an_engine_that_stops_at_the_second_city_leaves_the_province_as_it_was(shared, tmp_path, third, monkeypatch):
    """No release without the city that was not added, and the round keeps the release that it has."""
    monkeypatch.setenv("BIAOCHI_ENGINE", "duckdb:")
    build_province(shared, tmp_path / "province", "2025", expected=["丙市"])
    before, built = snapshot(tmp_path / "province"), built_rounds(tmp_path / "province")
    monkeypatch.setenv("BIAOCHI_ENGINE", "pieces:")
    add, added = engine_in_pieces.add, []

    def stops(tables, scoring):
        if added:
            raise EngineError("The cluster stopped.")
        added.append(tables)
        return add(tables, scoring)

    monkeypatch.setattr(engine_in_pieces, "add", stops)
    with pytest.raises(EngineError, match="The cluster stopped"):
        build_province(shared, tmp_path / "province", "2025")
    assert snapshot(tmp_path / "province") == before and built_rounds(tmp_path / "province") == built and added


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("flink:", ["sc://host:15002", "“duckdb:”"]),
        ("sc://127.0.0.1:{closed}", ["BIAOCHI_ENGINE"]),
    ],
    ids=["unknown", "silent or without its client"],
)
def test_an_engine_that_cannot_work_is_a_sentence_and_no_release(halls, url, words, monkeypatch):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("BIAOCHI_ENGINE", url.format(closed=closed.getsockname()[1]))
        before = snapshot(halls.path)
        with pytest.raises(EngineError) as refused:
            halls.publish()
    sentences = [refused.value.sentence(language) for language in LANGUAGES]
    assert all(word in sentence for word in words for sentence in sentences) and len(set(sentences)) == 2
    assert snapshot(halls.path) == before


def test_a_missing_client_is_named(halls, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setenv("BIAOCHI_ENGINE", "sc://127.0.0.1:15002")
    with pytest.raises(EngineError) as refused:
        halls.publish()
    assert "pyspark-client" in refused.value.sentence("en") and "pyspark-client" in refused.value.sentence("zh")
