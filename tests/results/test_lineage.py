"""A unit that a reform gave another code goes on; a merged or split one does not."""

import pytest

from data.store import Store
from results.comparison.year_on_year import changes
from results.ranking.lineage import carried, codes_of
from results.ranking.rows import unit_rounds
from tests.support.stores import SMALL

UNITS = "单位编码,单位全称\n"
OLD = UNITS + "A,市公安局\nH1,市卫生和计划生育委员会\nT1,市旅游局\nT2,市文化局\n"
NEW = UNITS + "A,市公安局\nH2,市卫生健康委员会\nT3,市文化和旅游局\n"
REFORMS = "原单位编码,现单位编码,变化类型,生效日期,名次是否沿用\n"
RENAMED = "H1,H2,更名,2024-11-01,\n"
MERGED = "T1,T3,合并,2024-11-01,\nT2,T3,合并,2024-11-01,\n"


def ballots(*units):
    groups = ("普通群众", "服务对象", "两代表一委员")
    rows = [
        f"{n},{groups[n % 3]},{unit},{('满意', '基本满意', '不满意')[(n * 7 + at) % 3]}"
        for n in range(60)
        for at, unit in enumerate(units)
    ]
    return "票号,评议主体,参评单位,评价\n" + "\n".join(rows)


@pytest.fixture
def release(store_path):
    """A release of two rounds with the reforms given; closed at the end."""
    made = []

    def build(reforms, round_id="2025"):
        store = Store(store_path, threads=2)
        store.add_rules(SMALL)
        files = [
            ("units", OLD, "2024"),
            ("units", NEW, "2025"),
            ("ballots", ballots("A", "H1", "T1", "T2"), "2024"),
            ("ballots", ballots("A", "H2", "T3"), "2025"),
        ]
        files += [("unit_lineage", REFORMS + reforms, round_id)] if reforms else []
        for kind, text, own in files:
            report = store.import_files(kind, [("a.csv", text.encode())], own)
            assert report.stored, [problem.message("en") for problem in report.problems]
        store.publish()
        made.append(store.release())
        return made[-1]

    yield build
    for each in made:
        each.close()


def rounds_of(release):
    return release.round("2024"), release.round("2025")


@pytest.mark.sweep
def test_without_a_link_another_code_is_another_unit(release):
    found = changes(*rounds_of(release("")), "全部")
    assert found.rows["unit_code"].tolist() == ["A"]
    assert set(found.left_out["reason"]) == {"new", "gone"}


def test_a_renamed_unit_with_a_new_code_goes_on(release):
    published = release(RENAMED + MERGED)
    found = changes(published.round("2024"), published.round("2025"), "全部")
    rows = found.rows.set_index("unit_code")
    assert set(rows.index) == {"A", "H2"}
    assert (
        rows.loc["H2", "old_name"] == "市卫生和计划生育委员会" and rows.loc["H2", "change"] == rows.loc["H2", "change"]
    )
    assert found.left_out.set_index("unit_code")["reason"].to_dict() == {"T3": "new", "T1": "gone", "T2": "gone"}
    assert [row["round"] for row in unit_rounds(published, "H2")] == ["2025", "2024"]
    assert [row["round"] for row in unit_rounds(published, "H1")] == ["2025", "2024"]
    assert codes_of(published, "T3") == ["T3"]


def test_a_merger_carries_only_where_the_document_says_so(release):
    """One of the two predecessors goes on, because the reform plan says that its ranks do."""
    published = release("T1,T3,合并,2024-11-01,\nT2,T3,合并,2024-11-01,是\n")
    assert carried(*rounds_of(published)) == {"T2": "T3"}


@pytest.mark.sweep
def test_a_renaming_that_is_not_carried_or_comes_later_breaks_the_row(release):
    assert carried(*rounds_of(release("H1,H2,更名,2024-11-01,否\n"))) == {}


def test_a_renaming_after_the_round_does_not_count_yet(release):
    assert carried(*rounds_of(release("H1,H2,更名,2026-01-01,\n"))) == {}


@pytest.mark.sweep
def test_a_chain_of_renamings_is_followed(release):
    assert carried(*rounds_of(release("H1,HX,更名,2024-03-01,\nHX,H2,更名,2024-11-01,\n"))) == {"H1": "H2"}
