"""Slow answers are kept beside the releases; the folder is no evidence and may go or be damaged."""

import json

import pytest

from data.store.cache import MOST, Cache


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache")


def test_what_is_kept_comes_back(cache):
    assert cache.get("名次") is None
    cache.put("名次", {"best": [1, 2], "critical": 0.1 + 0.2})
    assert cache.get("名次") == {"best": [1, 2], "critical": 0.1 + 0.2}


def test_a_damaged_answer_is_no_answer(cache, tmp_path):
    cache.put("name", [1, 2, 3])
    (file,) = (tmp_path / "cache").iterdir()
    file.write_text(file.read_text("utf-8").replace("[1,2,3]", "[1,2,4]"), "utf-8")
    assert cache.get("name") is None
    for content in (b"", b"\xff\xfe", b"x\n{"):
        file.write_bytes(content)
        assert cache.get("name") is None


def test_without_a_place_to_write_nothing_is_kept_and_nothing_fails(tmp_path):
    (tmp_path / "file").write_text("in the way", "utf-8")
    cache = Cache(tmp_path / "file" / "cache")
    cache.put("name", 1)
    assert cache.get("name") is None


def test_the_oldest_go_first(cache, tmp_path):
    for number in range(MOST + 3):
        cache.put(str(number), number)
    assert len(list((tmp_path / "cache").iterdir())) == MOST
    assert cache.get(str(MOST + 2)) == MOST + 2


@pytest.mark.sweep
def test_a_large_family_is_ranked_once(biaochi, tmp_path):
    """The kept places are used; verdicts are computed anew whatever the cache says."""
    pairs = [(unit, ballot) for unit in range(120) for ballot in range(9)]
    lines = [f"{b},群众,单位{u:03d},{60 + (7 * u + 13 * b) % 41}" for u, b in pairs]
    path = tmp_path / "票.csv"
    path.write_text("票号,评议主体,参评单位,打分\n" + "\n".join(lines), "utf-8")
    biaochi.rules(tmp_path, LARGE)
    biaochi("import", "ballots", path, "--round", "2025")
    biaochi.publish()
    first = biaochi("ranking", "--round", "2025")
    (kept,) = (biaochi.store / "cache").iterdir()
    assert biaochi("ranking", "--round", "2025") == first
    digest, _, content = kept.read_text("utf-8").partition("\n")
    forged = json.loads(content) | {"best": [1] * 120}
    kept.write_text(f"{digest}\n{json.dumps(forged)}", "utf-8")
    assert biaochi("ranking", "--round", "2025") == first


LARGE = """
name = "large"
title = "很多单位"
source = "测试"
why = "测试"
authored_by = "甲"
checked_by = "乙"
date = 2025-11-01
[numeric]
low = 0
high = 100
[averaging]
order = "pooled"
[minimum]
per_unit = 1
[bottom]
rule = "last"
k = 3
"""
