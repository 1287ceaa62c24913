"""The page of changes and the funnel section, through the real main script."""

import pytest

from data.model.rule_sets import parse_rules
from data.sample.city import GROUPS
from data.store import ImportOptions, Store
from tests.pages.test_pages import opened
from tests.support.stores import RULES
from ui import cached


def said(test):
    return "\n".join(item.value for item in [*test.markdown, *test.caption, *test.warning, *test.info])


def rounds(*names):
    return [cached.round_of(cached.release(), name) for name in names]


def table(test, column):
    return next(frame.value for frame in test.dataframe if column in frame.value)


@pytest.mark.sweep
def test_the_two_newest_rounds_and_their_numbers(demo_path, monkeypatch):
    test = opened("browse/changes", demo_path, monkeypatch, "en", category="公共服务单位")
    assert [test.selectbox(key=f"address_{key}").value for key in ("from", "to", "category")] == [
        "2024",
        "2025",
        "公共服务单位",
    ]
    assert "Units compared: 17. Changed by more than chance explains: 3 rose, 2 fell" in said(test)
    assert "The last of the year 2024 (2): " in said(test) and "+13.52" in said(test)
    shown = table(test, "finding")
    rows = cached.changes(*rounds("2024", "2025"), "公共服务单位").rows
    assert shown["unit_name"].tolist() == rows["unit_name"].tolist()
    assert shown["finding"].tolist()[0] == "Rose" and shown["finding"].tolist()[-1] == "Fell"
    assert (shown["score_from"][0], shown["score_to"][0]) == (48.37, 65.39)


@pytest.mark.sweep
def test_renamed_and_merged_units_are_told(demo_path, monkeypatch):
    earlier = {"from": "2023", "to": "2024", "category": "政府工作部门"}
    test = opened("browse/changes", demo_path, monkeypatch, "zh", **earlier)
    assert "市卫生健康委员会在 2023 批次名为市卫生和计划生育委员会。" in said(test)
    assert not any("reason" in frame.value for frame in test.dataframe)
    test = opened("browse/changes", demo_path, monkeypatch, "zh", category="政府工作部门")
    left = next(frame.value for frame in test.table if "原因" in frame.value).set_index("单位")["原因"]
    assert left["市旅游局"].startswith("该单位本批次已撤并") and left["市文化广电和旅游局"] == "前一批次没有该单位。"


@pytest.mark.sweep
def test_choosing_the_oldest_pair(demo_path, monkeypatch):
    test = opened("browse/changes", demo_path, monkeypatch)
    assert test.selectbox(key="address_from").options == ["2024", "2023"]
    test.selectbox(key="address_to").set_value("2024").run()
    assert not test.exception
    assert test.selectbox(key="address_from").options == ["2023"] and test.selectbox(key="address_from").value == "2023"


def town(path, rules):
    """Eight units counted in some rounds, each under a rule set of its own: round -> text. Groups differ in what they
    say, so that other weights give other scores.
    """
    store = Store(path, threads=2)
    for round_id, text in rules.items():
        store.add_rules(text)
        grade = "基本满意" if '"基本满意"' in text else "较满意"
        lines = [
            f"单位{unit},{group},{40 + 4 * unit - 9 * place},20,{30 - 3 * unit + 9 * place}\n"
            for unit in range(8)
            for place, group in enumerate(GROUPS)
        ]
        content = f"参评单位,评议主体,满意,{grade},不满意\n{''.join(lines)}".encode()
        how = ImportOptions(rules=parse_rules(text).name)
        assert store.import_files("counts", [("票数.csv", content)], round_id, how).stored
    store.publish()
    return path


OTHER = RULES.replace('name = "demo-2025"', 'name = "other"')


@pytest.mark.sweep
def test_other_weights_are_a_break_and_the_earlier_round_is_counted_again(tmp_path, monkeypatch):
    other = OTHER.replace('"普通群众" = 0.4\n"服务对象" = 0.3', '"普通群众" = 0.3\n"服务对象" = 0.4')
    store = town(tmp_path / "var", {"2024": RULES, "2025": other})
    test = opened("browse/changes", store, monkeypatch, "zh")
    box = next(item.value for item in test.warning if "评议办法不一致" in item.value)
    assert "评议主体的权重不同。" in box and "批次 2024 已按计分规则 other 重新计分" in box
    found = cached.changes(*rounds("2024", "2025"), test.selectbox(key="address_category").value)
    assert found.recounted and found.tested
    official = cached.ranking(*rounds("2024")).rows.set_index("unit_code")["score"]
    assert (official[found.rows["unit_code"]].to_numpy() != found.rows["score_from"].to_numpy()).all()


def test_rounds_of_another_scale_stand_side_by_side_untested(tmp_path, monkeypatch):
    """A later rule set that does not know the earlier grades: no chart, no finding, both official scores."""
    store = town(tmp_path / "var", {"2024": RULES, "2025": OTHER.replace('"基本满意" = 60', '"较满意" = 60')})
    test = opened("browse/changes", store, monkeypatch, "en")
    box = next(item.value for item in test.warning if "different methods" in item.value)
    assert "cannot be counted under the later rules" in box and "The change is not tested" in box
    assert "change" not in table(test, "score_from") and "regression" not in said(test)


def test_one_round_cannot_be_compared(tmp_path, monkeypatch):
    test = opened("browse/changes", town(tmp_path / "var", {"2025": RULES}), monkeypatch)
    assert [info.value for info in test.info] == ["至少有两个批次有评议票，才能比较变化。"]


def test_the_funnel_of_a_chosen_category(demo_path, monkeypatch):
    test = opened("method/methods", demo_path, monkeypatch, "zh")
    test.selectbox(key="address_category").set_value("公共服务单位").run()
    assert not test.exception
    found = cached.funnel(*rounds("2025"), "公共服务单位")
    assert f"标准差 {found.limits.tau2**0.5:.2f} 分" in said(test)
    assert "不是对末位的认定" in said(test)
