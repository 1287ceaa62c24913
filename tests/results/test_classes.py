"""Classes of the town: the same under every filter, at most five, and what each says."""

import pytest

from data.store import Store
from results.evidence.classes import about, class_table, meanings
from results.ranking.family import ALL, RoundNotFoundError


@pytest.fixture(scope="module")
def round_(town_path):
    release = Store(town_path, threads=2).release()
    yield release.round("2025")
    release.close()


def test_a_filter_selects_rows_and_never_divides_anew(round_):
    every = class_table(round_)
    assert class_table(round_, ALL).equals(every)
    for name, part in every.groupby("category"):
        assert class_table(round_, str(name))["class"].tolist() == part["class"].tolist()
    with pytest.raises(RoundNotFoundError):
        class_table(round_, "没有的类别")


def test_classes_say_how_many_are_better(round_):
    for _, part in class_table(round_).groupby("category"):
        ranked = part[part["class"].notna()]
        assert 1 <= ranked["class"].nunique() <= 5
        assert (ranked["better_at_least"].groupby(ranked["class"]).min().diff().dropna() > 0).all()
        assert part[part["class"].isna()]["reason"].notna().all()
        assert len(meanings(part, "zh")) == ranked["class"].nunique()
    assert "95%" in about(0.95, "en")


def test_the_command_gives_classes_without_scores(town):
    rows = town.json("ranking", "--round", "2025", "--classes")["rows"]
    assert set(rows[0]) == {"unit_code", "unit_name", "category", "n", "class", "better_at_least", "reason"}
    header = town("ranking", "--round", "2025", "--classes").decode("utf-8-sig").splitlines()[0]
    assert "等次" in header or "档次" in header
    town("ranking", "--round", "2025", "--classes", "--what-if", "x.toml", code=2)
