"""Worked examples of each setting of a rule set (docs/worked/rules): by hand, in plain Python and by the product."""

import tomllib
from collections import Counter

import pytest

from data.store import Store
from i18n import ROOT
from results.ranking.bottom_list import bottom_lists
from results.ranking.family import families
from results.ranking.score_classes import score_classes
from tests.reference import plain_rules
from tests.support.ruled_rounds import import_round

FOLDER = ROOT / "docs" / "worked" / "rules"
EXAMPLES = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))}


def lines_of(example):
    """Lines of an example: the first ballots of a unit, group and channel have a line on every indicator."""
    number = Counter()
    found = []
    for unit, group, channel, indicator, grade, ballots in example["votes"]:
        for _ in range(ballots):
            number[unit, group, channel, indicator] += 1
            ballot = f"{unit}{group}{channel}{number[unit, group, channel, indicator]}"
            found.append((ballot, group, channel, unit, indicator, grade))
    return found


def others_of(example):
    return [(unit, name, points, most or None) for unit, name, points, most in example["others"]]


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("examples") / "var")
    with store.batch():
        for at, example in enumerate(EXAMPLES.values()):
            import_round(store, example["rules"], lines_of(example), others_of(example), str(2001 + at))
    store.publish()
    found = store.release()
    yield found
    found.close()


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_product_gives_what_the_example_says(name, release):
    round_ = release.round(str(2001 + list(EXAMPLES).index(name)))
    rows = score_classes(round_).rows.set_index("unit_code")
    (family,), (listed,) = families(round_), bottom_lists(round_)
    answer = listed.rows.set_index("unit_code")
    reason = {**answer["reason"].to_dict(), **listed.not_ranked.set_index("unit_code")["reason"].to_dict()}
    for unit, expected in EXAMPLES[name]["expected"].items():
        score = family.scores.score[list(family.members["unit_code"]).index(unit)]
        assert score == pytest.approx(expected["score"], abs=1e-9), unit
        found = {
            "class": lambda code: rows["class_name"][code],
            "place": lambda code: rows["place"][code],
            "rank": lambda code: rows["rank"][code],
            "n": lambda code: rows["n"][code],
            "named": lambda code: answer["named"][code],
            "reason": reason.get,
        }
        for key in expected.keys() - {"score"}:
            assert found[key](unit) == expected[key], (unit, key)


@pytest.mark.parametrize("name", EXAMPLES)
def test_plain_python_gives_what_the_example_says(name):
    example = EXAMPLES[name]
    rules = plain_rules.read(example["rules"])
    scores = plain_rules.official(rules, lines_of(example), others_of(example))
    expected = {unit: own["score"] for unit, own in example["expected"].items()}
    assert {unit: float(score) for unit, score in scores.items()} == pytest.approx(expected, abs=1e-9)
    classes = {unit: own["class"] for unit, own in example["expected"].items() if "class" in own}
    assert not classes or plain_rules.classes(rules, scores) == classes


def test_each_setting_has_an_example():
    used = {name for example in EXAMPLES.values() for name in plain_rules.read(example["rules"])}
    assert {"trimming", "components", "deductions", "bonus", "veto", "classes", "volume", "apart"} <= used


def test_nobody_is_confirmed_or_cleared_where_nothing_is_known_of_the_error(release):
    for name in ("trimming", "by-indicator"):
        round_ = release.round(str(2001 + list(EXAMPLES).index(name)))
        (listed,) = bottom_lists(round_)
        assert set(listed.rows["verdict"]) == {"undecided"}
        assert listed.rows[["se", "score_low", "score_high", "p_bottom"]].isna().all().all()
        assert (listed.rows["rank_best"] == 1).all() and (listed.rows["rank_worst"] == len(listed.rows)).all()


def test_where_every_ballot_is_complete_indicator_by_indicator_is_known_like_the_mean_of_votes(tmp_path):
    text = EXAMPLES["by-indicator"]["rules"]
    lines = [
        (f"b{n}", "公众", "", unit, indicator, "满意" if n % (3 + at) else "不满意")
        for n in range(40)
        for at, unit in enumerate(("甲局", "乙局", "丙局"))
        for indicator in ("态度", "效率")
    ]
    store = Store(tmp_path / "var")
    import_round(store, text, lines)
    import_round(store, text.replace('"indicator"', '"group"').replace("by-indicator", "by-vote"), lines, (), "2024")
    store.publish()
    with_order, plain = (families(store.release().round(name))[0] for name in ("2025", "2024"))
    assert with_order.no_error is None
    assert with_order.scores.score.tolist() == plain.scores.score.tolist()
    assert with_order.scores.se.tolist() == plain.scores.se.tolist()
