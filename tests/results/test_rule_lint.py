"""Lint of rule sets: what a rule can never do or always does is said when it is made and on the ballots of a round."""

import pytest

from data.model.rule_sets import parse_rules
from data.store import ImportOptions, Store
from results.quality.rule_lint import lint_on, lint_rules
from tests.support.stores import RULES, SMALL, Biaochi

HEADER = "票号,评议主体,参评单位,测评指标,评价\n"
BOTTOM = RULES[RULES.index("[bottom]") : RULES.index("[uncertainty]")]
POINTS = RULES[RULES.index("[points]") : RULES.index("[unscored]")]


def with_bottom(bottom: str, points: str = POINTS, rules: str = SMALL) -> str:
    return rules.replace(BOTTOM, bottom + "\n\n").replace(POINTS, points + "\n\n")


def codes(remarks):
    return [remark.code for remark in remarks]


def test_the_demonstration_rules_have_no_remark():
    assert lint_rules(parse_rules(RULES)) == []


def test_a_line_on_the_points_of_the_lowest_grade_lists_nobody():
    """The real formula: 50 points for 不满意 and a line of 50, so that 165 of 165 不满意 list nobody."""
    points = '[points]\n"满意" = 100\n"基本满意" = 80\n"不满意" = 50'
    rules = parse_rules(with_bottom('[bottom]\nrule = "below"\nline = 50', points))
    found = {remark.code: remark for remark in lint_rules(rules)}
    assert list(found) == ["rule_line_never", "rule_scale_narrow"]
    assert found["rule_line_never"].facts == {"line": "50", "low": "50", "key": "bottom.line"}
    assert found["rule_scale_narrow"].facts["number"] == "50"
    assert "bottom.line = 50" in found["rule_line_never"].sentence("zh")


@pytest.mark.parametrize(
    ("bottom", "expected"),
    [
        ('rule = "below"\nline = 0.01', []),
        ('rule = "below"\nline = 0', ["rule_line_never"]),
        ('rule = "last_and_below"\nk = 1\nline = 0', ["rule_line_never"]),
        ('rule = "dissatisfied_over"\nlimit = 1', ["rule_limit_never"]),
        ('rule = "dissatisfied_over"\nlimit = 0', ["rule_limit_any"]),
        ('rule = "dissatisfied_over"\nlimit = 0.15', []),
        ('rule = "last"\nk = 1\n[bottom.by_category."党群"]\nrule = "below"\nline = 0', ["rule_line_never"]),
    ],
)
def test_a_line_or_limit_that_decides_nothing_is_named_where_it_is_written(bottom, expected):
    remarks = lint_rules(parse_rules(with_bottom("[bottom]\n" + bottom)))
    assert codes(remarks) == expected
    if "by_category" in bottom:
        assert remarks[0].facts["key"] == "bottom.by_category.党群.line"


def lines(units: dict[str, str], group: str = "普通群众", each: int = 12) -> str:
    """`each` ballots, of which the letters of a unit are its first grades; 满意 afterwards."""
    words = {"g": "满意", "m": "基本满意", "b": "不满意"}
    rows = [
        f"{group}{ballot},{group},{unit},总体评价,{words[(grades + 'g' * each)[ballot]]}\n"
        for unit, grades in units.items()
        for ballot in range(each)
    ]
    return "".join(rows)


def stored(path, rules: str, text: str):
    store = Store(path)
    store.add_rules(rules)
    asked = store.import_files("ballots", [("a.csv", text.encode())], "2025", ImportOptions(dry_run=True))
    options = ImportOptions(confirm=asked.meaning.digest, accept_warnings="试")
    report = store.import_files("ballots", [("a.csv", text.encode())], "2025", options)
    assert report.stored, [problem.message("en") for problem in report.problems]
    store.publish()
    return store.release().round("2025")


def test_a_group_with_a_weight_and_no_vote_is_named(store_path):
    rules = with_bottom('[bottom]\nrule = "last"\nk = 1')
    (silent,) = lint_on(stored(store_path, rules, HEADER + lines({"甲局": "bbb", "乙局": "bb", "丙局": "b"})))
    assert silent.code == "rule_group_silent"
    assert set(silent.units) == set(parse_rules(SMALL).weights()) - {"普通群众"}


POOLED = SMALL[: SMALL.index("[weights]")] + '[averaging]\norder = "pooled"\n\n' + SMALL[SMALL.index("[minimum]") :]


def test_a_ballot_that_moves_more_than_the_border_is_said_with_both_numbers(store_path):
    """12 ballots and 100 points: a ballot moves a score by 8.33; 甲局 is a 基本满意 behind 乙局, less than that."""
    units = {"甲局": "bm", "乙局": "b", "丙局": "", "丁局": ""}
    round_ = stored(store_path, with_bottom('[bottom]\nrule = "last"\nk = 1', rules=POOLED), HEADER + lines(units))
    points = parse_rules(POOLED).points
    step = (points["满意"] - points["基本满意"]) / 100 / 12
    found = {remark.code: remark for remark in lint_on(round_)}
    assert float(found["rule_one_ballot"].facts["number"]) == pytest.approx(100 / 12, abs=0.01)
    assert float(found["rule_one_ballot"].facts["gap"]) == pytest.approx(step, abs=0.01)
    assert "rule_bottom_large" not in found


@pytest.mark.parametrize(
    ("line", "grades", "expected"),
    [(60, "b", "rule_line_nobody"), (99, "bb", "rule_line_everybody"), (90, "b", None)],
)
def test_a_line_that_all_or_none_pass_is_said(store_path, line, grades, expected):
    units = {"甲局": "bbb" if expected is None else grades, "乙局": grades, "丙局": grades}
    rules = with_bottom(f'[bottom]\nrule = "below"\nline = {line}', rules=POOLED)
    found = codes(lint_on(stored(store_path, rules, HEADER + lines(units))))
    assert [code for code in found if code in ("rule_line_nobody", "rule_line_everybody")] == (
        [expected] if expected else []
    )


@pytest.mark.sweep
@pytest.mark.parametrize(("units", "large"), [("甲乙丙", True), ("甲乙丙丁", False)])
def test_a_bottom_list_of_a_third_or_more_is_said(store_path, units, large):
    rules = with_bottom('[bottom]\nrule = "last"\nk = 1', rules=POOLED)
    text = HEADER + lines({name: "b" * (at + 1) for at, name in enumerate(units)})
    assert ("rule_bottom_large" in codes(lint_on(stored(store_path, rules, text)))) is large


def test_a_share_of_a_small_category_takes_no_place(store_path):
    rules = with_bottom('[bottom]\nrule = "share"\nshare = 0.1', rules=POOLED)
    found = {
        remark.code: remark for remark in lint_on(stored(store_path, rules, HEADER + lines({"甲": "b", "乙": "m"})))
    }
    assert found["rule_share_empty"].facts == {"share": "10", "ranked": 2}


def test_scores_that_lie_close_together_are_said(store_path):
    rules = with_bottom('[bottom]\nrule = "last"\nk = 1', rules=POOLED)
    found = {
        remark.code: remark for remark in lint_on(stored(store_path, rules, HEADER + lines({"甲": "m", "乙": ""})))
    }
    assert found["rule_scores_close"].facts["high"] == "100"


def test_the_command_says_it_of_a_file_and_on_the_ballots_of_a_round(store_path, tmp_path, capfdbinary):
    biaochi = Biaochi(store_path, capfdbinary)
    stored(store_path, POOLED, HEADER + lines({"甲局": "bm", "乙局": "b", "丙局": "", "丁局": ""}))
    other = tmp_path / "other.toml"
    other.write_text(with_bottom('[bottom]\nrule = "below"\nline = 0', rules=POOLED), encoding="utf-8")
    assert "bottom.line = 0" in biaochi("rules", "check", other).decode()
    said = biaochi("rules", "check", other, "--round", "2025", lang="en").decode()
    assert "None of 4 ranked units is below the line of 0" in said
    quiet = biaochi("rules", "check", parse_rules(POOLED).name)
    assert quiet == b"" and parse_rules(POOLED).name in biaochi.err
