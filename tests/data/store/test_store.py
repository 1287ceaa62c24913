"""History, checks and replay, through the command line."""

import pytest
from filelock import FileLock

from tests.support.stores import BALLOTS, SMALL, Biaochi


@pytest.fixture
def two(small, files, made_once):
    """Two releases: (store, old id, new id)."""

    def make():
        small("import", "ballots", files("1.csv", BALLOTS), "--round", "2025")
        old = small.publish()
        small("import", "ballots", files("2.csv", BALLOTS.replace("不满意", "满意")), "--round", "2025", "--replace")
        return old, small.publish()

    return small, *made_once(make)


def test_publishing_again_changes_nothing(two):
    biaochi, old, new = two
    assert old != new and len(new) == 64
    assert biaochi.publish() == new
    assert [row["action"] for row in biaochi.json("releases")["rows"]] == ["publish", "publish"]


def test_the_same_votes_under_other_points_are_another_release(small, files, tmp_path):
    other = Biaochi(small.store.with_name("other"), small.capture)
    other.rules(tmp_path, SMALL.replace('"基本满意" = 60', '"基本满意" = 50'))
    for store in (small, other):
        store("import", "ballots", files("1.csv", BALLOTS), "--round", "2025")
    assert small.publish() != other.publish()


def test_going_back_is_recorded(two):
    biaochi, old, new = two
    biaochi("rollback", old[:10], "--reason", " ", code=2)
    biaochi("rollback", "ffffffffffff", "--reason", "x", code=2)
    assert biaochi("rollback", old[:10], "--reason", "复核").decode().strip() == old
    assert biaochi.json("ranking", "--round", "2025")["release"] == old
    assert biaochi.json("ranking", "--round", "2025", "--release", new[:12])["release"] == new
    newest = biaochi.json("releases")["rows"][0]
    assert (newest["action"], newest["release"], newest["note"]) == ("rollback", old, "复核")


@pytest.mark.parametrize("pattern", ["evidence-0", "lines.parquet", "results.duckdb"])
def test_a_flipped_byte_is_found(pattern, two):
    biaochi, _, _ = two
    biaochi("check")
    path = sorted(biaochi.store.rglob(pattern))[0]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert biaochi("check", code=1).strip()


def test_replay_is_equal_until_someone_changes_a_number(two):
    import duckdb

    biaochi, _, new = two
    biaochi("replay", new[:12])
    con = duckdb.connect(str(biaochi.store / "releases" / new / "results.duckdb"))
    con.execute("UPDATE cell_moment SET total = total + 1")
    con.close()
    assert b"cell_moment" in biaochi("replay", new[:12], code=1)


def test_a_busy_store_says_so(two):
    biaochi, _, _ = two
    with FileLock(biaochi.store / "lock"):
        biaochi("publish", code=5)
        biaochi("ranking", "--round", "2025")


def test_a_release_of_an_earlier_version_is_built_anew_by_publishing(two):
    import json

    biaochi, _, new = two
    path = biaochi.store / "releases" / new / "release.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"method_version": 1}), "utf-8")
    biaochi("ranking", "--round", "2025", code=2)
    assert "publish" in biaochi.err and new[:16] in biaochi.err
