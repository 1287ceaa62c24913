"""Leniency from files to rows: the demonstration city, and stores where it cannot be told."""

import csv
import io

import pytest

from data.sample.city import GROUPS, POINTS, WEIGHTS, demo_units
from data.store import Store
from i18n import LANGUAGES
from results.ranking.family import RoundNotFoundError
from results.ranking.leniency import ADJUSTED, Leniency, leniency
from results.ranking.ranking import ranking
from tests.reference.plain_leniency import plain_adjusted
from tests.support.stores import SMALL
from tests.support.town import city_files


@pytest.fixture(scope="module")
def city(demo_path):
    return Store(demo_path).release()


@pytest.fixture(scope="module")
def whole(city):
    return leniency(city.round("2025"), "ALL")


@pytest.mark.sweep
def test_adjusted_scores_of_the_city_are_those_of_a_full_fit_from_the_files(whole):
    content = next(f for f in city_files() if f.round_id == "2025" and f.kind == "ballots").content
    codes = {unit.name_in("2025"): unit.code for unit in demo_units()}
    names = sorted(set(codes.values()))
    points = dict(zip(("满意", "基本满意", "不满意"), POINTS, strict=True))
    votes = [
        (row["票号"], names.index(codes[row["参评单位"]]), GROUPS.index(row["评议主体"]), points[row["评价"]])
        for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        if row["测评指标"] == "总体评价" and row["评价"] in points
    ]
    expected = dict(zip(names, plain_adjusted(votes, len(names), WEIGHTS), strict=True))
    rows = whole.rows[whole.rows["adjusted"].notna()]
    assert len(rows) > 60
    assert rows["adjusted"].tolist() == pytest.approx(rows["unit_code"].map(expected).tolist(), abs=1e-7)


@pytest.mark.sweep
def test_rows_are_the_ranking_with_further_columns(city, whole):
    rows = ranking(city.round("2025"), "ALL").rows
    for name in ("unit_code", "unit_name", "n", "score", "rank", "verdict"):
        assert whole.rows[name].equals(rows[name]), name
    ranked = whole.rows["rank"].notna()
    for name in ("adjusted", "adjusted_low", "adjusted_rank", "adjusted_rank_best", "adjusted_verdict"):
        assert whole.rows.loc[ranked, name].notna().all(), name
    assert (whole.rows.loc[~ranked, "adjusted_rank"].isna()).all()
    inside = whole.rows[ranked]
    assert (inside["adjusted_low"] < inside["adjusted"]).all() and (inside["adjusted"] < inside["adjusted_high"]).all()
    assert (inside["adjusted_rank_best"] <= inside["adjusted_rank"]).all()


def test_a_unit_is_marked_where_its_verdict_is_another(city):
    found = [leniency(city.round("2025"), name) for name in ("政府工作部门", "垂直管理单位")]
    for one in found:
        differs = one.rows["verdict"] != one.rows["adjusted_verdict"]
        assert one.rows["changed"].equals(differs.astype(bool)) and one.changed == differs.sum()
    assert sum(one.changed for one in found) > 0


def test_no_such_round_or_category(city):
    for words in (("1999", "ALL"), ("2025", "没有这一类")):
        with pytest.raises(RoundNotFoundError):
            leniency(city.round(words[0]), words[1])


def lines_of(ballots) -> str:
    """ballots: (number, group, units); grades differ a little."""
    rows = ["票号,评议主体,参评单位,评价"]
    for number, group, units in ballots:
        for place, unit in enumerate(units):
            rows.append(f"{number},{group},{unit},{('满意', '基本满意', '不满意')[(number + place) % 3]}")
    return "\n".join(rows) + "\n"


def published(biaochi, folder, kind, text) -> Leniency:
    biaochi.rules(folder, SMALL)
    path = folder / f"{kind}.csv"
    path.write_text(text, encoding="utf-8")
    biaochi("import", kind, path, "--round", "2025")
    biaochi.publish()
    return leniency(Store(biaochi.store).release().round("2025"), "ALL")


def assert_refused(answer: Leniency, reason: str):
    assert answer.refused == reason and answer.weakest is None and not answer.weak
    assert answer.rows[[name for name in ADJUSTED if name != "changed"]].isna().all(axis=None)
    assert not answer.rows["changed"].any() and answer.rows["score"].notna().all()
    for language in LANGUAGES:
        assert len(answer.sentences(language)) == 1


def test_two_districts_without_a_common_ballot_are_named(biaochi, tmp_path):
    pairs = (("甲局", "乙局"), ("丙局", "丁局"))
    ballots = [(i, GROUPS[i % 3], pairs[i // 3 % 2]) for i in range(60)]
    answer = published(biaochi, tmp_path, "ballots", lines_of(ballots))
    assert_refused(answer, "not_connected")
    assert sorted(sorted(part) for part in answer.components) == [["丁局", "丙局"], ["乙局", "甲局"]]
    assert all(name in answer.sentences("zh")[0] for name in ("甲局", "乙局", "丙局", "丁局", "2"))


def test_ballots_of_one_unit_are_refused_with_their_own_reason(biaochi, tmp_path):
    ballots = [(i, GROUPS[i % 3], ("甲局", "乙局")[i // 3 % 2 :][:1]) for i in range(60)]
    assert_refused(published(biaochi, tmp_path, "ballots", lines_of(ballots)), "one_vote_ballots")


def test_tallies_show_no_ballots(biaochi, tmp_path):
    rows = [f"{unit},{group},{n},20,3" for unit, n in (("甲局", 40), ("乙局", 30)) for group in GROUPS]
    text = "参评单位,评议主体,满意,基本满意,不满意\n" + "\n".join(rows) + "\n"
    assert_refused(published(biaochi, tmp_path, "counts", text), "one_vote_ballots")


@pytest.mark.sweep
def test_one_bridge_between_two_districts_is_said_to_be_weak(biaochi, tmp_path):
    places = (("甲局", "乙局"), ("丙局", "丁局"))
    ballots = [(i, GROUPS[i % 3], places[i // 3 % 2]) for i in range(300)]
    ballots += [(900 + i, GROUPS[i % 3], ("甲局", "丙局")) for i in range(3)]
    answer = published(biaochi, tmp_path, "ballots", lines_of(ballots))
    assert answer.refused is None and answer.weak
    assert len(answer.sentences("en")) == 3 and "weakest link 0.0" in answer.sentences("en")[-1]


def test_a_family_without_ranked_units_has_nothing_to_adjust(biaochi, tmp_path):
    ballots = [(i, GROUPS[0], ("甲局", "乙局")) for i in range(60)]  # two groups are missing
    answer = published(biaochi, tmp_path, "ballots", lines_of(ballots))
    assert answer.refused is None and answer.rows["adjusted"].isna().all() and answer.changed == 0
