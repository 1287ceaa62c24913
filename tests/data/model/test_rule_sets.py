"""Rule sets: the shipped ones load, wrong ones are refused with every problem at once."""

import pytest

from data.model.rule_sets import Bottom, InvalidRulesError, parse_rules
from i18n import ROOT
from problems import Problem

SHIPPED = sorted((ROOT / "rules").glob("*.toml"))
DEMO = (ROOT / "rules" / "demo-2025.toml").read_text(encoding="utf-8")


def codes(text: str) -> set[str]:
    with pytest.raises(InvalidRulesError) as refused:
        parse_rules(text)
    return {problem.code for problem in refused.value.problems}


def refusal(text: str) -> list[Problem]:
    with pytest.raises(InvalidRulesError) as refused:
        parse_rules(text)
    return refused.value.problems


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_rule_set_loads_under_its_name(path):
    assert parse_rules(path.read_text(encoding="utf-8")).name == path.stem


def test_the_demonstration_rules_say_what_they_say():
    rules = parse_rules(DEMO)
    assert rules.points == {"满意": 10000, "基本满意": 6000, "不满意": 0}
    assert rules.unscored["弃权"] == "abstain"
    assert rules.weights("党群部门") == {"普通群众": 0.4, "服务对象": 0.3, "两代表一委员": 0.3}
    assert rules.bottom_for("党群部门") == Bottom(rule="last", k=1)
    assert rules.bottom_for("别的类别").k == rules.bottom_for(None).k == 2
    assert rules.lowest_grade == "不满意"


def test_layout_and_comments_do_not_change_the_digest_but_a_number_does():
    same = parse_rules("# 注\n" + DEMO.replace("\n", "\r\n"))
    assert same.digest == parse_rules(DEMO).digest
    assert parse_rules(DEMO.replace("k = 3", "k = 4")).digest != same.digest


def test_all_problems_come_at_once():
    text = DEMO.replace("0.4", "0.5").replace('title = "', 'titel = "').replace("k = 2", "", 1)
    found = codes(text + '\n[quotas]\nshare = 0.1\n"')
    assert found == {"rules_not_toml"}
    found = codes(text + "\n[quotas]\nshare = 0.1\n")
    assert found >= {"rules_weights_sum", "rules_unknown_key", "rules_missing"}
    assert found >= {"rules_other_name", "rules_bottom_incomplete"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('满意" = 60', '满意" = 60.005', "rules_points_too_precise"),
        ('["不了解"]', '["不满意"]', "rules_grade_twice"),
        ("level = 0.95", "level = 95", "rules_out_of_range"),
        ("decimals = 2", "decimals = true", "rules_wrong_type"),
        ('order = "group"', 'order = "grup"', "rules_not_one_of"),
        ('rule = "last"', 'rule = "share"', "rules_bottom_incomplete"),
        ('rule = "last"', 'rule = "below"', "rules_bottom_incomplete"),
        ("[points]", "[numeric]\nlow = 1\nhigh = 5\n[points]", "rules_two_scales"),
        ('name = "demo-2025"', 'name = "../x"', "rules_bad_name"),
        ("date = 2025-11-01", 'date = "2025-11-01"', "rules_wrong_type"),
        ("\n[bottom]\n", "\n[bottom]\nquota = 3\n", "rules_other_name"),
        ('"普通群众" = 0.4', '"普通群众" = nan', "rules_wrong_type"),
        ('"普通群众" = 0.4', '"普通群众" = -0.4', "rules_not_positive"),
    ],
)
def test_a_wrong_setting_is_named(old, new, code):
    assert old in DEMO
    assert code in codes(DEMO.replace(old, new, 1))


@pytest.mark.parametrize(
    ("section", "name"),
    [("quotas", "classes"), ("deduction", "deductions"), ("trim", "trimming"), ("insider", "apart")],
)
def test_a_setting_under_another_name_is_answered_with_its_name(section, name):
    (problem,) = refusal(DEMO + f"\n[{section}]\nx = 1\n")
    assert problem.code == "rules_other_name" and name in problem.message("zh")


@pytest.mark.parametrize("section", ["validity", "consecutive", "sanctions"])
def test_what_is_left_out_on_purpose_is_refused_with_its_reason(section):
    (problem,) = refusal(DEMO + f"\n[{section}]\nx = 1\n")
    assert problem.code == "rules_out_of_scope" and len(problem.message("en")) > 120


def test_a_misspelt_key_is_answered_with_the_nearest():
    (problem,) = refusal(DEMO.replace("per_group", "per_grup"))
    assert problem.suggestion("en").startswith("Did you mean minimum.per_group?")


def test_nothing_at_all_names_everything_that_is_required():
    missing = {p.facts.get("key") for p in refusal("") if p.code == "rules_missing"}
    assert missing >= {"name", "title", "source", "why", "authored_by", "checked_by", "date"}
    assert "bottom" in missing


def test_an_empty_bottom_section_is_not_a_rule():
    text = DEMO[: DEMO.index("[bottom]")] + "[bottom]\n"
    assert codes(text) == {"rules_missing"}


POPULATED = (
    DEMO
    + """
[uncertainty.population."2025"]
"两代表一委员" = 120
[uncertainty.population."2025".by_category."党群部门"]
"两代表一委员" = 40
"""
)


def test_the_population_of_a_group_is_read_by_round_and_category():
    rules = parse_rules(POPULATED)
    assert rules.population("2025") == rules.population("2025", "政府工作部门") == {"两代表一委员": 120}
    assert rules.population("2025", "党群部门") == {"两代表一委员": 40}
    assert rules.population("2024") == parse_rules(DEMO).population("2025") == {}


def test_rules_without_a_population_keep_their_digest():
    assert "population" not in parse_rules(DEMO).canonical and "population" in parse_rules(POPULATED).canonical
    assert parse_rules(POPULATED).digest != parse_rules(DEMO).digest


def test_a_wrong_population_is_refused():
    wrong = {
        POPULATED.replace("120", "0"): "rules_out_of_range",
        POPULATED.replace("120", "12.5"): "rules_wrong_type",
        POPULATED.replace("= 120", '= "many"'): "rules_wrong_type",
        POPULATED.replace('"两代表一委员" = 120', '"代表" = 120'): "rules_not_one_of",
        DEMO.replace("[uncertainty]", '[uncertainty]\npopulation = {"两代表一委员" = 120}'): "rules_wrong_type",
    }
    assert [code for text, code in wrong.items() if codes(text) != {code}] == []


def test_sites_are_used_unless_a_rule_set_says_otherwise():
    assert parse_rules(DEMO).uncertainty.cluster == "ballot"
    assert parse_rules(DEMO.replace('cluster = "ballot"', 'cluster = "site"')).uncertainty.cluster == "site"
    assert parse_rules(DEMO.replace('cluster = "ballot"', "")).uncertainty.cluster == "site"
