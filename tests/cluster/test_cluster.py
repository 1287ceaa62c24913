"""The same release from DuckDB and from a Spark cluster, of which a worker is killed; none from one that is stopped.

LINES=20000000 make test-cluster takes so many lines; without it there are a few hundred thousand. CITIES=2 takes fewer
cities, for a machine that is busy.
"""

import os
import shutil
import threading
import time
from pathlib import Path

import pandas as pd
import pytest

from data.duckdb_access import table_names
from data.store import ImportOptions, Store
from data.store.city_facts import export_facts
from data.store.province import build_province
from data.store.release import Release
from errors import EngineError
from i18n import LANGUAGES
from tests.cluster.cities import CITIES as ALL_CITIES
from tests.cluster.cities import WEIGHTED, is_weighted, write_city
from tests.cluster.spark import Cluster, spark_cluster, until
from tests.support.stores import RULES, snapshot

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore:.RETRIES_EXCEEDED"),  # the client warns, and then raises
]
LINES = int(os.environ.get("LINES") or 240_000)
CITIES = int(os.environ.get("CITIES") or ALL_CITIES)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with spark_cluster(tmp_path_factory.mktemp("spark")) as running:
        yield running


@pytest.fixture(scope="module")
def cities(tmp_path_factory) -> Path:
    """A store with a round for each city, published in this process."""
    folder = tmp_path_factory.mktemp("cities")
    store = Store(folder / "var", threads=2)
    store.add_rules(RULES)
    store.add_rules(WEIGHTED)
    for city in range(CITIES):
        path = write_city(folder / "ballots.csv", city, LINES // CITIES)
        rules = "weighted" if is_weighted(city) else "demo-2025"
        report = store.import_files("ballots", [path], f"2025-{city + 1:02d}", ImportOptions(rules=rules))
        assert report.stored, [problem.message("en") for problem in report.problems[:3]]
    start = time.monotonic()
    store.publish()
    print(f"\nin this process: {time.monotonic() - start:.1f} s")
    return folder / "var"


def kill_in_the_middle(cluster: Cluster, name: str, killed: list[int]) -> threading.Thread:
    """Kill a worker as soon as it runs pieces."""

    def wait_and_kill() -> None:
        until(lambda: cluster.python_workers(name), "the worker runs Python", seconds=3_600)
        killed.extend(cluster.kill(name))

    thread = threading.Thread(target=wait_and_kill, daemon=True)
    thread.start()
    return thread


def test_a_cluster_gives_every_number_again_although_a_worker_is_killed(cities, cluster, tmp_path, monkeypatch):
    monkeypatch.setenv("BIAOCHI_ENGINE", cluster.url)
    store, killed = Store(cities), []
    thread = kill_in_the_middle(cluster, "worker-1", killed)
    start = time.monotonic()
    release_id = store.build(tmp_path / "draft", store.uploads_in_force(), {})
    print(f"\non the cluster: {time.monotonic() - start:.1f} s, killed {killed}")
    thread.join()
    assert "Lost executor" in cluster.log("connect")
    assert release_id == store.in_force()
    there, here = Release(tmp_path / "draft", cities), store.release()
    numbers = 0
    for name in table_names("build/schema"):
        expected = here.query_table(name)
        pd.testing.assert_frame_equal(there.query_table(name), expected, check_exact=True, obj=name)
        numbers += expected.size
    print(f"{numbers:,} values of {len(table_names('build/schema'))} tables are equal; release {release_id[:16]}")
    assert sorted(path.name for path in (tmp_path / "draft").iterdir()) == ["release.json", "results.duckdb"]


def test_a_province_has_the_same_id_and_numbers_on_a_cluster(cities, cluster, tmp_path, monkeypatch):
    """Two cities have published the same facts of a round, with halls in them; one worker is left."""
    release = Store(cities).release()
    for city in ("甲市", "乙市"):
        export_facts(release.round("2025-01"), city, tmp_path / "shared", "2026-01-10T00:00:00+00:00", {})
    here = build_province(tmp_path / "shared", tmp_path / "here", "2025-01")
    monkeypatch.setenv("BIAOCHI_ENGINE", cluster.url)
    start = time.monotonic()
    there = build_province(tmp_path / "shared", tmp_path / "there", "2025-01")
    print(f"\nprovince on the cluster: {time.monotonic() - start:.1f} s")
    assert there.release == here.release and len(there.cities) == 2
    found, expected = Release(there.folder), Release(here.folder)
    for name in table_names("build/schema"):
        pd.testing.assert_frame_equal(found.query_table(name), expected.query_table(name), check_exact=True, obj=name)
    print(f"province: all tables are equal; release {there.release[:16]}")


def test_a_cluster_that_stops_publishes_nothing(cities, cluster, tmp_path, monkeypatch):
    """The server ends while the pieces run; the store then has no new file but the note of the writer."""
    store = Store(shutil.copytree(cities, tmp_path / "var"))
    store.withdraw("1", "half of a test")
    before, in_force = snapshot(store.path), store.in_force()
    monkeypatch.setenv("BIAOCHI_ENGINE", cluster.url)
    thread = kill_in_the_middle(cluster, "worker-2", [])
    stopped = threading.Thread(target=lambda: (thread.join(), cluster.kill("connect")), daemon=True)
    stopped.start()
    with pytest.raises(EngineError) as refused:
        store.publish()
    print("", *(refused.value.sentence(language) for language in LANGUAGES), sep="\n")
    assert store.in_force() == in_force and snapshot(store.path) == before
