"""Who is at the bottom under other rules: the ballots are counted again under every rule of the grid."""

import re

import numpy as np
import pandas as pd
import pytest

from data.model.rule_sets import parse_rules
from data.store import Store
from data.store.release import Release
from results.ranking.bottom_list import bottom_list, bottom_lists
from results.ranking.family import ALL, RoundNotFoundError, WhatIf, families
from results.ranking.ranking import ranking_of
from results.ranking.robustness import COLUMNS, REMARKS, Robustness, robustness, robustness_of
from results.ranking.rule_grid import KINDS, WEIGHT_FACTORS
from results.ranking.verdicts import verdicts
from results.ranking.what_if import what_if
from tests.reference import plain_sensitivity as plain
from tests.support.stores import RULES, table

CATEGORIES = ["党群部门", "公共服务单位", "垂直管理单位", "政府工作部门"]
GROUPS = {"普通群众": 0.4, "服务对象": 0.3, "两代表一委员": 0.3}
QUICK = RULES.replace("draws = 20000", "draws = 100")  # ranges of places are not looked at here
BOTTOM = re.compile(r"\[bottom\].*?(?=\[uncertainty\])", re.DOTALL)


@pytest.fixture(scope="module")
def store(demo_path) -> Store:
    return Store(demo_path, threads=2)


@pytest.fixture(scope="module")
def release(store) -> Release:
    return store.release()


def weighing(weights: dict[str, float]) -> str:
    """The rules with other weights, rounded to what the rule file takes, the last one filling up to 1."""
    rounded = {group: round(weight, 12) for group, weight in weights.items()}
    lines = "\n".join(f'"{group}" = {weight:.12f}' for group, weight in rounded.items() if weight > 0)
    return re.sub(r"\[weights\].*?\n\n", f"[weights]\n{lines}\n\n", QUICK, flags=re.DOTALL)


def moved(group: str, weight: float) -> dict[str, float]:
    own = GROUPS[group]
    return {name: weight if name == group else old * (1 - weight) / (1 - own) for name, old in GROUPS.items()}


def pointing(good: float, middling: float) -> str:
    return QUICK.replace('"满意" = 100', f'"满意" = {good}').replace('"基本满意" = 60', f'"基本满意" = {middling}')


def rule_files() -> dict[str, str]:
    """Code of a rule of the grid -> the rule set that says the same."""
    files = {
        f"weight:{group}:{factor:g}": weighing(moved(group, own * factor))
        for group, own in GROUPS.items()
        for factor in WEIGHT_FACTORS
    }
    files["equal"] = weighing(dict.fromkeys(GROUPS, 1 / 3))
    files["pooled"] = QUICK.replace('order = "group"', 'order = "pooled"')
    files["cut:满意"], files["cut:基本满意"] = pointing(100, 0), pointing(100, 100)
    files["minimum:0.5"] = QUICK.replace("per_unit = 30", "per_unit = 15")
    files["minimum:2"] = QUICK.replace("per_unit = 30", "per_unit = 60")
    return {"official": QUICK, **files}


def last_of_trial(store: Store, release: Release, rules: str, category: str | None = None) -> dict[str, set[str]]:
    """Category -> the last units of 2023 when its ballots are counted again under these rules."""
    trial = what_if(store, release.round("2023"), parse_rules(rules))
    found = {}
    for family in families(release.round("2023"), category, trial):
        scores = [[None if np.isnan(score) else score] for score in family.ranked_score]
        codes = family.members["unit_code"].tolist()
        found[family.name] = {codes[unit] for unit in plain.listed(scores, [1.0], family.places)}
    return found


def under(store: Store, release: Release, round_id: str, category: str, rules: str) -> Robustness:
    """Robustness of a trial."""
    trial: WhatIf = what_if(store, release.round(round_id), parse_rules(rules))
    return robustness_of(release.round(round_id), families(release.round(round_id), category, trial)[0])


def with_bottom(text: str) -> str:
    return BOTTOM.sub(f"[bottom]\n{text}\n\n", QUICK)


@pytest.fixture(scope="module")
def found(release) -> dict[str, Robustness]:
    return {category: robustness(release.round("2023"), category) for category in CATEGORIES}


# The grid against ballots counted again.


@pytest.mark.sweep
def test_every_rule_lists_the_last_when_ballots_are_counted_again_under_it(town_path):
    """In the town: to count the city again takes four times as long, 19 times over."""
    store = Store(town_path, threads=2)
    release = store.release()
    answers = {category: robustness(release.round("2023"), category) for category in CATEGORIES}
    wrong = []
    for code, rules in rule_files().items():
        expected = last_of_trial(store, release, rules)
        listed = {category: listed_by(answer, code) for category, answer in answers.items()}
        wrong += [(code, category) for category in CATEGORIES if listed[category] != expected[category]]
    release.close()
    assert wrong == []
    lists = {
        (category, frozenset(listed_by(answers[category], code))) for category in CATEGORIES for code in rule_files()
    }
    assert len(lists) > len(CATEGORIES), "some rule lists others"


@pytest.mark.sweep
def test_a_recount_is_judged_by_its_votes_as_the_published_round_is(town_path):
    """Under the same rules everything is the same, the votes by score among it; under other weights they are there."""
    store = Store(town_path, threads=2)
    round_ = store.release().round("2023")
    again = families(round_, None, what_if(store, round_, round_.scored_rules))
    for published, recounted in zip(families(round_), again, strict=True):
        pairs = zip(published.scores.evidence.arrays, recounted.scores.evidence.arrays, strict=True)
        assert all(np.array_equal(one, other) for one, other in pairs)
        pd.testing.assert_frame_equal(verdicts(published).rows, verdicts(recounted).rows)
    other = families(round_, None, what_if(store, round_, parse_rules(weighing(moved("普通群众", 0.2)))))
    assert all(family.scores.evidence is not None and len(verdicts(family).rows) for family in other)


def listed_by(answer: Robustness, code: str) -> set[str]:
    return set(next(rule for rule in answer.rules if rule.code == code).listed)


def test_the_grid_is_the_stated_one(found):
    for answer in found.values():
        assert answer.rules[0].code == "official"
        assert {rule.code for rule in answer.rules} == set(rule_files())
        assert {rule.kind for rule in answer.rules} == set(KINDS) - {"declared", "without_parts"}  # none in these rules


@pytest.mark.parametrize("round_id", ["2025", "2024", "2023"])
def test_the_official_list_is_the_bottom_list(round_id, release):
    for one in bottom_lists(release.round(round_id)):
        answer = robustness_of(release.round(round_id), one.family)
        named = one.rows.loc[one.rows["named"], "unit_code"]
        assert set(answer.rows.loc[answer.rows["listed"], "unit_code"]) == set(named) != set()


def test_rows_count_the_rules_that_list_a_unit(found):
    for answer in found.values():
        assert list(answer.rows.columns) == list(COLUMNS)
        assert answer.rows["rank"].is_monotonic_increasing
        for row in answer.rows.itertuples():
            codes = tuple(rule.code for rule in answer.rules if row.unit_code in rule.listed)
            assert (row.listed_by, row.times, row.of) == (codes, len(codes), 19)
            assert row.share == len(codes) / 19
            assert row.listed == ("official" in codes)


def test_units_listed_by_one_kind_of_assumption_alone_are_named(found):
    """2023: the hydrology centre only when every vote counts alike; another only when 15 votes are enough."""
    answer = found["垂直管理单位"]
    assert dict(answer.by_one_kind) == {"ZY069": "pooled", "ZY070": "minimum"}
    only = answer.rows.set_index("unit_code")["only"]
    assert only["ZY069"] == "pooled"
    assert "ZY070" not in only.index  # fewer than 30 votes: not ranked, so no row
    assert only.drop("ZY069").isna().all()


# How far.


@pytest.mark.sweep
def test_the_list_changes_just_outside_the_interval_of_a_weight_and_not_just_inside(store, release, found):
    category = "公共服务单位"  # the closest border of the round
    answer = found[category]
    now = set(answer.rules[0].listed)
    for row in answer.intervals.table.itertuples():
        for end, inward in ((row.low, 1e-4), (row.high, -1e-4)):
            if 0 < end < 1:
                inside, outside = (
                    last_of_trial(store, release, weighing(moved(row.name, end + step)), category)[category]
                    for step in (inward, -inward)
                )
                assert inside == now
                assert outside != now


def test_the_list_changes_just_outside_the_interval_of_a_step_and_not_just_inside(store, release, found):
    """The step between the two upper grades ends at 35.37: at 35.38 the middle grade has 64.62 points."""
    answer = found["公共服务单位"]
    first = answer.steps.table.iloc[0]
    assert (first["name"], first["value"], first["high"]) == ("满意", 40, 100)
    assert first["low"] == pytest.approx(35.3736, abs=1e-4)
    now = set(answer.rules[0].listed)
    for middling, same in ((64.62, True), (64.63, False)):
        last = last_of_trial(store, release, pointing(100, middling), answer.category)
        assert (last[answer.category] == now) is same


def test_the_smallest_change_names_the_unit_that_leaves_and_the_one_that_enters(found):
    """Two units 0.23 points apart change places when one weight moves by 2.4 percentage points."""
    margin = found["公共服务单位"].intervals
    assert (margin.first_out, margin.first_in) == ("ZY089", "ZY081")
    assert margin.smallest_change == pytest.approx(0.0243, abs=1e-4)
    reach = [
        min(r.value - r.low if r.low else 1, r.high - r.value if r.high < 1 else 1) for r in margin.table.itertuples()
    ]
    assert margin.smallest_change <= min(reach)


def test_a_tie_across_the_border_leaves_no_margin(release):
    """2025: the gas and the bus company have the same votes on the last place but one."""
    answer = robustness(release.round("2025"), "公共服务单位")
    assert answer.intervals.smallest_change == 0
    assert {answer.intervals.first_out, answer.intervals.first_in} == {"ZY076", "ZY077"}
    assert (answer.intervals.table["low"] == answer.intervals.table["high"]).all()


def test_all_weights_bound_the_place_and_agree_with_the_grid(found):
    for answer in found.values():
        rows = answer.rows
        assert (rows["best_any"] <= rows["rank"]).all() and (rows["rank"] <= rows["worst_any"]).all()
        assert (rows.loc[rows["best_any"] > len(rows) - answer.k, "any_weights"] == 1).all()
        assert (rows.loc[rows["worst_any"] <= len(rows) - answer.k, "any_weights"] == 0).all()
        weighed = {code for rule in answer.rules if rule.kind in ("weight", "equal") for code in rule.listed}
        assert (rows.set_index("unit_code").loc[sorted(weighed), "any_weights"] > 0).all()


# Other rule sets.


def test_pooled_rules_have_no_weights(store, release):
    answer = under(store, release, "2023", "政府工作部门", rule_files()["pooled"])
    assert {rule.kind for rule in answer.rules} == {"official", "cut", "minimum"}
    assert answer.intervals is None and answer.steps is not None
    assert answer.remarks == ("pooled",)
    assert answer.rows["any_weights"].isna().all() and answer.rows["best_any"].isna().all()


def test_one_group_has_no_other_weights(store, release):
    rules = QUICK + '[weights_by_category."党群部门"]\n"普通群众" = 1\n'
    answer = under(store, release, "2023", "党群部门", rules)
    assert {rule.kind for rule in answer.rules} == {"official", "pooled", "cut", "minimum"}
    assert answer.intervals is None
    assert answer.remarks == ("one_group",)


@pytest.mark.sweep
def test_a_weight_goes_up_to_one_and_the_same_weights_are_tried_once(store, release):
    """0.9 times 1.25 and times 1.5 both come to 1; 0.5 and 0.5 are equal already."""
    own = '[weights_by_category."党群部门"]\n"普通群众" = {}\n"服务对象" = {}\n'
    capped = under(store, release, "2023", "党群部门", QUICK + own.format(0.9, 0.1))
    codes = [rule.code for rule in capped.rules]
    assert "weight:普通群众:1.25" in codes and "weight:普通群众:1.5" not in codes
    assert next(r for r in capped.rules if r.code == "weight:普通群众:1.25").facts["weight"] == "100%"
    halves = under(store, release, "2023", "党群部门", QUICK + own.format(0.5, 0.5))
    assert "equal" not in [rule.code for rule in halves.rules]
    assert len({rule.code for rule in halves.rules}) == len(halves.rules)


def test_a_line_alone_has_lists_and_no_places(store, release):
    answer = under(store, release, "2023", "政府工作部门", with_bottom('rule = "below"\nline = 69'))
    rows = answer.rows
    assert set(rows.loc[rows["listed"], "unit_code"]) == set(rows.loc[rows["score"] < 69, "unit_code"]) != set()
    assert {rule.kind for rule in answer.rules} == {"official", "weight", "equal", "pooled", "minimum"}
    assert answer.k == 0 and answer.intervals is None and answer.steps is None
    assert answer.remarks == ("no_places",)
    assert rows["any_weights"].isna().all() and rows["best_any"].notna().all()


def test_places_with_a_line_list_who_meets_both(store, release):
    text = with_bottom('rule = "last_and_below"\nk = 3\nline = 66')
    answer = under(store, release, "2023", "政府工作部门", text)
    assert answer.rules[0].listed == ("ZY030", "ZY035")  # the third of the last three has 68.97
    assert "cut" not in {rule.kind for rule in answer.rules}
    assert answer.intervals is not None and answer.steps is None
    assert answer.remarks == ("line",)


def test_a_share_is_taken_of_the_units_that_each_rule_ranks(store, release):
    """A sixteenth of 15 ranked units is no place; with half the minimum 16 are ranked, and one place is taken."""
    answer = under(
        store, release, "2023", "垂直管理单位", with_bottom('rule = "share"\nshare = 0.0625\nrounding = "down"')
    )
    assert answer.k == 0
    by_code = {rule.code: rule.listed for rule in answer.rules}
    assert by_code["official"] == ()
    assert len(by_code["minimum:0.5"]) == 1


def test_a_rule_on_the_lowest_grade_leaves_only_the_minimum_to_try(store, release):
    rules = parse_rules(with_bottom('rule = "dissatisfied_over"\nlimit = 0.15'))
    family = families(release.round("2023"), "政府工作部门", what_if(store, release.round("2023"), rules))[0]
    answer = robustness_of(release.round("2023"), family)
    named = bottom_list(family, ranking_of(release.round("2023"), [family])).rows.query("named")
    assert set(answer.rules[0].listed) == set(named["unit_code"]) != set()
    assert [rule.code for rule in answer.rules] == ["official", "minimum:0.5", "minimum:2"]
    assert answer.intervals is None
    assert answer.steps is None
    assert answer.remarks == ("not_by_score",)
    assert answer.rows["best_any"].isna().all()


def test_all_units_as_one_family(release):
    answer = robustness(release.round("2023"), ALL)
    assert len(answer.rows) == sum(len(robustness(release.round("2023"), category).rows) for category in CATEGORIES)
    assert answer.k == 2


# Lines, indicators, numbers.

NAMES = ["不满意", "基本满意", "满意"]


def ballots(answers: dict[tuple[str, str, str], str]) -> str:
    """(unit, group, indicator) -> one grade a ballot, separated by spaces."""
    lines = [
        f"{group}{ballot} | {group} | {unit} | {indicator} | {grade}"
        for (unit, group, indicator), grades in answers.items()
        for ballot, grade in enumerate(grades.split())
    ]
    return table("\n".join(["票号 | 评议主体 | 参评单位 | 测评指标 | 评价", *lines]))


def graded(digits: str) -> str:
    return " ".join(NAMES[int(digit)] for digit in digits)


def published(biaochi, tmp_path, rules: str, content: str) -> Release:
    biaochi.rules(tmp_path, rules)
    path = tmp_path / "ballots.csv"
    path.write_text(content, encoding="utf-8")
    biaochi("import", "ballots", path, "--round", "2025", "--accept-warnings", "试")
    biaochi.publish()
    return Store(biaochi.store).release()


SMALL_POOLED = re.sub(r"\[bottom\].*?(?=\[uncertainty\])", '[bottom]\nrule = "last"\nk = 1\n\n', RULES, flags=re.DOTALL)
SMALL_POOLED = SMALL_POOLED.replace('order = "group"', 'order = "pooled"').replace("per_unit = 30", "per_unit = 4")


def test_cuts_weigh_lines_with_their_indicator(biaochi, tmp_path):
    """服务 counts three times as much as 作风.

    满意: 甲 0.75 * 1/5 + 0.25 * 5/5 = 40%, 乙 0.75 * 3/5 + 0.25 * 2/5 = 55%; by lines alike 乙 would be last
    (60% against 50%). At least 基本满意: 甲 85%, 乙 100%. Scores: 甲 40 + 0.45 * 60 = 67, 乙 55 + 27 = 82.
    """
    digits = {"甲局": ("21110", "22222"), "乙局": ("22211", "22111")}
    answers = {
        (unit, "普通群众", indicator): graded(own)
        for unit, both in digits.items()
        for indicator, own in zip(("服务", "作风"), both, strict=True)
    }
    rules = SMALL_POOLED.replace("[averaging]", '[indicators]\n"服务" = 0.75\n"作风" = 0.25\n\n[averaging]')
    answer = robustness(published(biaochi, tmp_path, rules, ballots(answers)).round("2025"), "全部")
    assert answer.rows["score"].tolist() == pytest.approx([82, 67])
    listed = {rule.code: rule.listed for rule in answer.rules}
    assert listed == {
        "official": ("甲局",),
        "cut:满意": ("甲局",),
        "cut:基本满意": ("甲局",),
        "minimum:0.5": ("甲局",),
        "minimum:2": (),  # nobody has 8 votes
    }
    assert answer.rows["times"].tolist() == [0, 4]
    assert answer.steps.smallest_change == float("inf")


def test_numbers_have_no_cuts(biaochi, tmp_path):
    content = ballots({("甲局", "普通群众", "总体评价"): "1 1 2 1 1", ("乙局", "普通群众", "总体评价"): "3 2 3 3 3"})
    rules = re.sub(r"\[points\].*?\n\n", "[numeric]\nlow = 1\nhigh = 3\n\n", SMALL_POOLED, flags=re.DOTALL)
    answer = robustness(
        published(biaochi, tmp_path, rules, content.replace("评价\n", "打分\n", 1)).round("2025"), "全部"
    )
    assert [rule.code for rule in answer.rules] == ["official", "minimum:0.5", "minimum:2"]
    assert answer.rules[0].listed == ("甲局",)
    assert answer.remarks == ("pooled", "numeric")
    assert answer.steps is None


def test_a_unit_scored_on_the_groups_it_has_is_listed_on_them_and_left_out_of_the_margin(biaochi, tmp_path):
    """甲 has the public only: 30 under all weights. 乙 100, 60, 0 and 丙 60, 100, 60 by group.

    Without 甲, 乙 is the last until the public weighs t with 40 t = 50 (1 - t).
    """
    digits = {"甲局": ("0011", "", ""), "乙局": ("2222", "1111", "0000"), "丙局": ("1111", "2222", "1111")}
    answers = {
        (unit, group, "总体评价"): graded(own)
        for unit, three in digits.items()
        for group, own in zip(GROUPS, three, strict=True)
    }
    rules = SMALL_POOLED.replace('order = "pooled"', 'order = "group"')
    rules = rules.replace('missing_group = "not_ranked"', 'missing_group = "renormalise"')
    answer = robustness(published(biaochi, tmp_path, rules, ballots(answers)).round("2025"), "全部")
    assert answer.rows["unit_code"].tolist() == ["丙局", "乙局", "甲局"]
    assert answer.rows["score"].tolist() == pytest.approx([72, 58, 30])
    listed = {rule.code: rule.listed for rule in answer.rules}
    assert {code: units for code, units in listed.items() if units != ("甲局",)} == {"minimum:2": ("乙局",)}
    assert answer.rows["any_weights"].isna().tolist() == [False, False, True]
    assert answer.intervals.left_out == ("甲局",)
    assert answer.remarks == ("left_out",)
    assert "甲局" in answer.sentences("zh")[0]
    weights = answer.intervals.table.set_index("name")
    assert weights.loc["普通群众", ["low", "high"]].tolist() == pytest.approx([0, 5 / 9])
    assert (answer.intervals.first_out, answer.intervals.first_in) == ("乙局", "丙局")


# Words, and the same answer every time.


def test_every_rule_and_remark_has_its_sentence(found):
    for rule in found["政府工作部门"].rules:
        assert "{" not in rule.sentence("zh") + rule.sentence("en")
    by_code = {rule.code: rule for rule in found["政府工作部门"].rules}
    assert "20% instead of 40%" in by_code["weight:普通群众:0.5"].sentence("en")
    assert "满意、基本满意" in by_code["cut:基本满意"].sentence("zh")
    assert "15" in by_code["minimum:0.5"].sentence("zh")
    for code in REMARKS:
        answer = Robustness("", "", "", 0, (), found["党群部门"].rows, None, None, (), (code,))
        assert len(answer.sentences("zh")) == 1


def test_the_same_question_has_the_same_answer(release, found):
    again = robustness(release.round("2023"), "政府工作部门")
    assert again.rows.equals(found["政府工作部门"].rows)
    assert again.rules == found["政府工作部门"].rules
    assert again.intervals.table.equals(found["政府工作部门"].intervals.table)


def test_what_is_not_there_is_refused(release):
    for round_id, category in (("1999", "党群部门"), ("2025", "没有")):
        with pytest.raises(RoundNotFoundError):
            robustness(release.round(round_id), category)
