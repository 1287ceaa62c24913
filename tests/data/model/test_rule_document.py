"""Rule sets as tables: what the form shows and writes is the rule set itself, setting by setting."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.model.rule_document import EMPTY, SCORED, tables_of, text_of
from data.model.rule_sets import InvalidRulesError, parse_rules
from settings import ROOT
from tests.support.stores import RULES

SHIPPED = sorted((ROOT / "rules").glob("*.toml"))
BY_CATEGORY = '[weights_by_category."党群部门"]\n"两代表一委员" = 1.0\n\n'
INDICATORS = '[indicators]\n"总体评价" = 2\n"服务态度" = 0.5\n\n'
POPULATION = """cluster = "site"
[uncertainty.population."2025"]
"两代表一委员" = 120
[uncertainty.population."2025".by_category."党群部门"]
"两代表一委员" = 40
"""
FULL = (
    RULES.replace("[averaging]", f"{BY_CATEGORY}{INDICATORS}[averaging]")
    .replace("k = 1\n", 'rule = "last_and_below"\nk = 1\nline = 59.5\n', 1)
    .replace('cluster = "ballot"', POPULATION)
)


@pytest.mark.parametrize("text", [*(path.read_text(encoding="utf-8") for path in SHIPPED), FULL])
def test_tables_and_back_give_the_same_rule_set(text):
    assert parse_rules(text_of(tables_of(text))).canonical == parse_rules(text).canonical


def test_every_setting_of_the_rules_is_in_a_table():
    """A setting that the form lacked would be lost on the way; FULL gives every section of the file."""
    tables = tables_of(FULL)
    assert tables.weights[-1] == ("党群部门", "两代表一委员", Decimal(100))
    assert ("党群部门", "last_and_below", 1, None, None, Decimal("59.5"), None) in tables.bottom
    assert ("2025", "党群部门", "两代表一委员", 40) in tables.population
    assert dict(tables.indicators) == {"总体评价": 2, "服务态度": Decimal("0.5")}
    assert tables.votes and tables.presentation["smallest_cell"] == 5


WEIGHTS = st.lists(st.integers(1, 9999), min_size=1, max_size=6).map(
    lambda parts: [Decimal(part) / 100 for part in parts]
)


@given(WEIGHTS, st.integers(0, 10_000), st.booleans())
def test_percentages_are_written_as_exact_shares(percents, limit, pooled):
    """7 % is .07 and not .07000000000000001, so a sum of 100 % is a sum of 1."""
    rest = Decimal(100) * len(percents) - sum(percents)
    weights = tuple(("", f"第{at}类", percent / len(percents)) for at, percent in enumerate((*percents, rest)))
    weights = tuple(row for row in weights if row[2] > 0)
    bottom = (("", "dissatisfied_over", None, None, None, None, Decimal(limit) / 100),)
    tables = replace(
        EMPTY,
        header={name: "x" for name in EMPTY.header},
        date=tables_of(RULES).date,
        grades=(("好", SCORED, 100), ("差", SCORED, 0), ("不了解", "dont_know", None)),
        order="pooled" if pooled else "group",
        weights=weights,
        bottom=bottom,
    )
    rules = parse_rules(text_of(tables))
    assert rules.bottom.limit == float(Decimal(limit) / 10_000)
    assert rules.unscored == {"不了解": "dont_know"}
    assert rules.pooled is pooled
    if not pooled:
        assert sum(rules.group_weights.values()) == pytest.approx(1, abs=1e-9)


def test_an_empty_form_lists_what_is_missing():
    with pytest.raises(InvalidRulesError) as refused:
        parse_rules(text_of(EMPTY))
    missing = {str(problem.facts.get("key")) for problem in refused.value.problems}
    assert {"name", "title", "source", "why", "authored_by", "checked_by", "date"} <= missing
