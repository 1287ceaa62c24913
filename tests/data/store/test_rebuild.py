"""A damaged store: every command says which file and what to do; what is derived is made again from the kept bytes."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from tests.support.stores import BALLOTS, SMALL, snapshot


@pytest.fixture
def published(small, files, made_once):
    """A store with one release; (store, release id)."""

    def make():
        small("import", "ballots", files("1.csv", BALLOTS), "--round", "2025")
        return small.publish(), small("ranking", "--round", "2025")

    release, ranking = made_once(make)
    RANKING[release] = ranking
    return small, release


RANKING = {}
"""The ranking of a release as `published` found it sound."""


def only(folder, pattern):
    (found,) = folder.glob(pattern)
    return found


def spoil(path):
    """Change the bytes of a file as a failing disk would."""
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 64] = bytes(byte ^ 0xFF for byte in data[middle : middle + 64])
    path.write_bytes(data)


DERIVED = [f"releases/*/{name}" for name in ("results.duckdb", "release.json")]
DERIVED += [f"uploads/*/{name}" for name in ("lines.parquet", "ballots.parquet", "dictionaries.json")]


@pytest.mark.sweep
@pytest.mark.parametrize("harm", [spoil, lambda path: path.unlink()], ids=["spoiled", "gone"])
@pytest.mark.parametrize("pattern", DERIVED)
def test_what_is_derived_is_made_again(pattern, harm, published):
    biaochi, release = published
    before = RANKING[release]
    harm(only(biaochi.store, pattern))
    told = biaochi("check", code=1).decode()
    assert "biaochi rebuild" in told and "请" in told
    biaochi("rebuild")
    assert "已重建" in biaochi.err
    biaochi("check")
    biaochi("replay", release)
    assert biaochi("ranking", "--round", "2025") == before


def test_a_release_whose_folder_is_gone_is_made_again(published):
    biaochi, release = published
    before = RANKING[release]
    shutil.rmtree(biaochi.store / "releases")
    for call in (["ranking", "--round", "2025"], ["replay", release], ["bottom", "--round", "2025"]):
        biaochi(*call, code=1)
        assert "biaochi rebuild" in biaochi.err
    biaochi("rebuild")
    assert biaochi("ranking", "--round", "2025") == before
    shutil.rmtree(biaochi.store / "releases")
    biaochi("publish")
    assert biaochi("ranking", "--round", "2025") == before


def test_a_sound_store_stays_as_it_is(published):
    biaochi, _ = published
    before = snapshot(biaochi.store)
    biaochi("rebuild")
    assert snapshot(biaochi.store) == before


@pytest.mark.parametrize(
    ("pattern", "call"),
    [
        ("uploads/*/upload.json", ["ranking", "--round", "2025", "--what-if", "RULES"]),
        ("uploads/*/upload.json", ["publish"]),
        ("history/*.json", ["ranking", "--round", "2025"]),
        ("history/*.json", ["releases"]),
        ("rules/*.toml", ["rules", "list"]),
    ],
)
def test_what_is_kept_and_damaged_is_named_and_never_guessed(pattern, call, published, tmp_path):
    biaochi, _ = published
    path = only(biaochi.store, pattern)
    path.write_bytes(b"\0" * 40)
    rules = tmp_path / "rules-to-add.toml"
    biaochi(*[str(rules) if word == "RULES" else word for word in call], code=1)
    assert "备份" in biaochi.err
    assert "备份" in biaochi("check", code=1).decode()
    biaochi("check", code=1, lang="en")
    assert path.read_bytes() == b"\0" * 40


def test_evidence_that_is_damaged_is_not_used_to_rebuild(published):
    biaochi, _ = published
    spoil(only(biaochi.store, "uploads/*/evidence-0"))
    only(biaochi.store, "uploads/*/lines.parquet").unlink()
    before = snapshot(biaochi.store)
    assert "evidence-0" in biaochi("check", code=1).decode()
    assert "evidence-0" in biaochi("rebuild", code=1).decode()
    assert snapshot(biaochi.store) == before


def exchange_the_original(store):
    """Another grade in the kept original of an upload, and the checksums of its description to go with it."""
    manifest, kept = only(store, "uploads/*/upload.json"), only(store, "uploads/*/evidence-0")
    forged = kept.read_bytes().replace("市公安局,满意".encode(), "市公安局,不满意".encode(), 1)
    assert forged != kept.read_bytes()
    kept.write_bytes(forged)
    digest = hashlib.sha256(forged).hexdigest()
    described = json.loads(manifest.read_text(encoding="utf-8"))
    described["checksums"]["evidence-0"] = described["files"][0]["sha256"] = digest
    manifest.write_text(json.dumps(described), encoding="utf-8")
    only(store, "uploads/*/lines.parquet").unlink()


def test_an_original_exchanged_together_with_its_checksum_is_no_base_to_rebuild_from(published):
    """The log knows the description of an upload as it was accepted."""
    biaochi, _ = published
    exchange_the_original(biaochi.store)
    before = snapshot(biaochi.store)
    assert "upload.json: it was changed after entry" in biaochi("rebuild", code=1, lang="en").decode()
    assert snapshot(biaochi.store) == before


def test_where_the_log_is_damaged_too_the_content_of_an_upload_still_is_its_name(published):
    biaochi, _ = published
    exchange_the_original(biaochi.store)
    (biaochi.store / "audit" / "log.jsonl").write_text("{}\n", encoding="utf-8")
    before = snapshot(biaochi.store / "uploads")
    answer = biaochi("rebuild", code=1, lang="en").decode()
    assert "its stored original now gives different content" in answer
    assert snapshot(biaochi.store / "uploads") == before


def test_publishing_with_damaged_facts_says_so(published, files):
    biaochi, release = published
    spoil(only(biaochi.store, "uploads/*/lines.parquet"))
    other = BALLOTS.replace("\n1,", "\n101,").replace("\n2,", "\n102,")
    biaochi("import", "ballots", files("2.csv", other), "--round", "2024")
    biaochi("publish", code=1)
    assert "biaochi rebuild" in biaochi.err
    biaochi("rebuild")
    assert biaochi.publish() != release


@pytest.mark.sweep
def test_a_round_that_was_tried_out_first_is_replayed(small, files):
    """The trial's register is cleared; the formal one has the same round."""
    register = files("u.csv", "单位编码,单位名称,类别\nU1,市公安局,政府\nU2,市财政局,政府\n")
    ballots = files("1.csv", BALLOTS)
    small("import", "units", register, "--round", "2025", "--trial")
    small("import", "ballots", ballots, "--round", "2025", "--trial")
    small.publish()
    small("clear", "2025", "--reason", "试算结束")
    small("import", "units", register, "--round", "2025")
    small("import", "ballots", ballots, "--round", "2025")
    small("replay", small.publish())


def test_a_replay_without_its_evidence_says_which_file(published):
    biaochi, release = published
    only(biaochi.store, "uploads/*/evidence-0").unlink()
    assert "evidence-0" in biaochi("replay", release, code=1).decode()


@pytest.mark.parametrize("there", [True, False])
def test_what_is_no_store_is_not_sound(there, biaochi):
    if there:
        biaochi.store.mkdir()
        (biaochi.store / "1.csv").write_text("a,b\n")
    biaochi("check", code=2)
    assert "没有数据目录" in biaochi.err


@pytest.mark.sweep
@pytest.mark.parametrize("name", ["lines.parquet", "ballots.parquet", "dictionaries.json", "facts.parquet"])
def test_who_reads_what_was_made_from_an_upload_is_told_what_helps(name, small, files, made_once):
    """Other rules, ballots as a file, one more file, another name of a unit: all read more than the release."""

    def make():
        small("import", "units", files("u.csv", "单位编码,单位全称\nU1,市公安局\nU2,市财政局\n"), "--round", "2025")
        small("import", "ballots", files("1.csv", BALLOTS), "--round", "2025")
        small.publish()

    made_once(make)
    other = files("other.toml", SMALL.replace('"基本满意" = 60', '"基本满意" = 50'))
    more = files("2.csv", "票号,评议主体,参评单位,评价\n91,普通群众,市公安局,满意\n")
    calls = [
        ("ranking", "--round", "2025", "--what-if", other),
        ("export", "ballots", "--round", "2025"),
        ("import", "ballots", more, "--round", "2025"),
    ]
    calls += [("alias", "公安", "U1")] if name == "facts.parquet" else []
    damaged = only(small.store, f"uploads/*/{name}")
    for harm in (spoil, Path.unlink):
        harm(damaged)
        for call in calls:
            assert small(*call, code=1) == b"", (harm, call)
            assert "biaochi rebuild" in small.err, (harm, call)
    small("rebuild")
    for call in calls:
        small(*call)


def test_a_kept_file_that_is_damaged_takes_only_the_row_from_a_finding(published, files):
    biaochi, _ = published
    spoil(only(biaochi.store, "uploads/*/evidence-0"))
    again = biaochi.json(
        "import", "ballots", files("2.csv", BALLOTS + "9,普通群众,市公安局,满意\n"), "--round", "2025", code=3
    )
    assert "“1.csv”" in again["problems"][0]["message"]
