"""Rule sets in words: each setting that differs is a sentence with both values."""

import pytest

from data.model.rule_sets import parse_rules
from results.ranking.rule_words import differences
from tests.support.stores import RULES

CHANGES = [
    ('"基本满意" = 60', '"基本满意" = 70', "“基本满意”的分值：60 → 70"),
    ('"普通群众" = 0.4\n"服务对象" = 0.3', '"普通群众" = 0.5\n"服务对象" = 0.2', "普通群众的权重：40% → 50%"),
    ("per_unit = 30", "per_unit = 50", "单位所需评价数：30 → 50"),
    ('k = 1\n[bottom.by_category."政府工作部门"]', 'k = 2\n[bottom.by_category."政府工作部门"]', "党群部门的末位规则"),
    ('cluster = "ballot"', 'cluster = "site"', "成组的评价：按票 → 按会场或点位"),
    ('invalid = ["无效"]', 'invalid = ["无效", "涂改"]', "“涂改”，不计分：无效（新增）"),
    ('"差" = 0', '"很差" = 0', "述职测评中“差”的分值：0（取消）"),
]


@pytest.mark.parametrize(("old", "new", "sentence"), CHANGES)
def test_a_changed_setting_is_a_sentence(old, new, sentence):
    assert old in RULES
    found = differences(parse_rules(RULES), parse_rules(RULES.replace(old, new)), "zh")
    said = [difference.sentence("zh") for difference in found]
    assert any(text.startswith(sentence) for text in said), said
    assert len(said) <= 2


def test_titles_and_reasons_are_no_settings():
    other = RULES.replace("示范市2025年度", "示范市2026年度").replace('name = "demo-2025"', 'name = "demo-2026"')
    assert differences(parse_rules(RULES), parse_rules(other), "zh") == []
