"""Year on year: changes of scores, what chance does to the last, and rounds that cannot be compared."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analytics.changes import CAUTION, changes_of, regression_to_mean
from analytics.scores import UnitScores, score_units
from analytics.verdicts import holm
from data.store import ImportOptions, Store
from results.comparison.method_breaks import BREAKS, Break
from results.comparison.year_on_year import FELL, ROSE, changes
from results.ranking.family import ALL, RoundNotFoundError
from results.ranking.ranking import ranking
from results.ranking.what_if import what_if
from tests.support.grades import LAWS, ONE, POINTS, differing, multinomial, scores_of_years
from tests.support.stores import SMALL

GRADES = ("满意", "基本满意", "不满意")


def scores(score, variance, df):
    """Scores of which only sums are known: intervals are score +- t * standard error."""
    x, table = np.array(score, dtype=float), np.diag(np.array(variance, dtype=float))
    p = len(x)
    nu = np.array(df, dtype=float)
    return UnitScores(np.arange(p), np.zeros(1), np.full((p, 1), 50), x, table, table, np.full((p, p), 50.0), nu)


def test_three_units_by_hand():
    """Half widths are added in squares; p is the level at which an interval ends at 0."""
    first = scores([70.0, 80.0, np.nan], [1.0, 2.0, 1.0], [10.0, 8.0, 9.0])
    found = changes_of(first, scores([76.0, 79.0, 60.0], [3.0, 2.0, 1.0], [30.0, 8.0, 9.0]))
    assert found.change[:2].tolist() == [6.0, -1.0] and np.isnan(found.change[2])

    def reach(p, *parts):
        return np.sqrt(sum(variance * stats.t.isf(p / 2, df) ** 2 for variance, df in parts))

    units = ((6.0, (1, 10), (3, 30)), (1.0, (2, 8), (2, 8)))
    for at, (moved, *parts) in enumerate(units):
        assert found.low[at] == pytest.approx(found.change[at] - reach(0.05, *parts))
        assert found.high[at] == pytest.approx(found.change[at] + reach(0.05, *parts))
        assert found.standard_error[at] == pytest.approx(reach(0.05, *parts) / stats.norm.isf(0.025))
        assert reach(found.p[at], *parts) == pytest.approx(moved, rel=1e-7)
    assert found.p_holm[:2] == pytest.approx([2 * CAUTION * found.p[0], CAUTION * found.p[1]])
    assert found.p_bh[:2] == pytest.approx([2 * found.p[0], found.p[1]])
    assert np.isnan(found.p[2]) and np.isnan(found.p_holm[2]) and np.isnan(found.p_bh[2])


def test_no_spread_at_all():
    found = changes_of(scores([70.0, 70.0], [0, 0], [5, 5]), scores([70.0, 71.0], [0, 0], [7, 7]))
    assert found.p[0] == 1 and found.p[1] < 1e-8
    assert (found.low.tolist(), found.high.tolist()) == ([0.0, 1.0], [0.0, 1.0])


UNIT = st.tuples(*[st.floats(0, 100), st.floats(0.01, 30), st.floats(2, 500)] * 2)


@given(st.lists(UNIT, min_size=1, max_size=12))
def test_back_is_there_with_the_other_sign(units):
    x1, v1, nu1, x2, v2, nu2 = np.array(units).T
    first, second = scores(x1, v1, nu1), scores(x2, v2, nu2)
    there, back = changes_of(first, second), changes_of(second, first)
    assert np.array_equal(there.change, -back.change)
    assert there.p == pytest.approx(back.p, rel=1e-6)
    assert there.low == pytest.approx(-back.high)
    assert (there.p <= there.p_bh + 1e-15).all() and (there.p_bh <= there.p_holm + 1e-15).all()
    outside = (there.low > 0) | (there.high < 0)
    clear = np.abs(there.p - 0.05) > 1e-6
    assert np.array_equal(outside[clear], (there.p < 0.05)[clear])


def test_wrong_input_is_refused():
    one, two = scores([1.0], [1.0], [5.0]), scores([1.0, 2.0], [1.0, 1.0], [5.0, 5.0])
    with pytest.raises(ValueError):
        changes_of(one, two)
    with pytest.raises(ValueError):
        changes_of(one, one, level=1.0)


@pytest.mark.sweep
def test_top_heavy_grades_change_nothing_in_short():
    """30 votes before 300, 95% the best grade, no change: the t test found one in 45% of years. Long: tests/slow."""
    rng = np.random.default_rng(3)
    laws = differing(LAWS["95"], 40 * 20, 1, rng)
    rounds = [scores_of_years(POINTS, multinomial(laws, n, rng).reshape(40, 20, 1, -1), ONE) for n in (30, 300)]
    found = changes_of(*rounds)
    wrong = sum((holm(year) <= 0.05).any() for year in found.p.reshape(40, 20))
    missed = ((found.low > 0) | (found.high < 0)).sum()
    assert wrong <= stats.binom.isf(1e-3, 40, 0.05)
    assert missed <= stats.binom.isf(1e-3, 800, 0.05)
    assert np.array_equal((found.low > 0) | (found.high < 0), found.p < 0.05)


def _round(rng, truth, votes=60):
    """Scores of a round: each evaluator grades three units, with leniency of their own."""
    units = len(truth)
    people = units * votes // 3
    unit = np.argsort(rng.random((people, units)), axis=1)[:, :3]
    latent = truth[unit] + rng.normal(0, 0.5, (people, 1)) + rng.normal(0, 0.9, (people, 3))
    points = np.select([latent > -0.2, latent > -1.4], [100.0, 60.0], 0.0)
    person = np.repeat(np.arange(people), 3)
    return score_units(person, unit.ravel(), np.zeros(people * 3, dtype=int), points.ravel())


@pytest.mark.sweep
def test_two_years_of_one_truth_change_by_chance_only():
    """5% of the raw p-values, hardly a statement after Holm, and the five lowest rise as predicted."""
    rng = np.random.default_rng(1)
    runs = 40
    raw, sure, looked_into, predicted, measured = 0, 0, 0, [], []
    for _ in range(runs):
        truth = rng.normal(0, 0.3, 40)
        first, second = _round(rng, truth), _round(rng, truth)
        found = changes_of(first, second)
        raw += int((found.p < 0.05).sum())
        sure += int((found.p_holm < 0.05).any())
        looked_into += int((found.p_bh < 0.05).any())
        facts = regression_to_mean(first.score, first.se**2, second.score, 5)
        predicted.append(facts.predicted)
        measured.append(facts.measured)
    assert 0.035 < raw / (40 * runs) < 0.06
    assert sure <= 6 and looked_into <= 6  # 2 expected of 40
    standard_error = np.std(measured) / np.sqrt(runs)  # 0.3 points
    assert np.mean(predicted) > 3
    assert abs(np.mean(measured) - np.mean(predicted)) < 2 * standard_error


def test_the_prediction_is_what_normal_scores_do():
    """True variance 9, sampling variance 4: reliability 9/13; the mean of many runs has no more room than 5%."""
    rng = np.random.default_rng(5)
    predicted, measured = [], []
    for _ in range(400):
        truth = rng.normal(70, 3, 60)
        first, second = truth + rng.normal(0, 2, 60), truth + rng.normal(0, 2, 60)
        facts = regression_to_mean(first, np.full(60, 4.0), second, 5)
        predicted.append(facts.predicted)
        measured.append(facts.measured)
    assert np.mean(measured) == pytest.approx(np.mean(predicted), rel=0.05)


def test_regression_by_hand_and_where_it_says_nothing():
    """Scores 10 .. 60 by tens, variance 350 = var(scores): reliability 0, the two lowest are predicted at the mean."""
    first = np.arange(10.0, 70.0, 10.0)
    second = first + np.array([1.0, 3.0, 0.0, 0.0, 0.0, 2.0])
    facts = regression_to_mean(first, np.full(6, 350.0), second, 2)
    assert (facts.k, facts.reliability, facts.predicted, facts.measured, facts.overall) == (2, 0.0, 20.0, 2.0, 1.0)
    half = regression_to_mean(first, np.full(6, 175.0), second, 2)
    assert half.predicted == pytest.approx(10.0)
    tied = regression_to_mean([1.0, 1.0, 2.0, 3.0, 4.0], np.ones(5), np.full(5, 2.0), 1)
    assert tied.k == 2
    gone = regression_to_mean(first, np.ones(6), [np.nan, *second[1:]], 1)
    assert gone is None
    for k in (0, 4):
        assert regression_to_mean(first, np.ones(6), second, k) is None
    assert regression_to_mean(first[:4], np.ones(4), second[:4], 1) is None


# --- the demonstration city -------------------------------------------------------------------------------------


def test_a_renamed_unit_is_carried_and_keeps_its_old_name(demo_release):
    found = changes(demo_release.round("2023"), demo_release.round("2024"), "政府工作部门")
    row = found.rows.set_index("unit_name").loc["市卫生健康委员会"]
    assert row["old_name"] == "市卫生和计划生育委员会"
    assert row["change"] == pytest.approx(row["score_to"] - row["score_from"])
    assert found.tested and found.breaks == () and found.left_out.empty
    assert (found.rows["old_name"].notna()).sum() == 1


@pytest.mark.sweep
def test_merged_units_stop_and_their_successor_is_new(demo_release):
    found = changes(demo_release.round("2024"), demo_release.round("2025"), "政府工作部门")
    told = dict(zip(found.left_out["unit_name"], found.left_out["reason"], strict=True))
    merged = {"市旅游局": "merged", "市文化广电局": "merged", "市文化广电和旅游局": "new", "市统计局": "exempt"}
    assert told == merged
    assert not set(merged) & set(found.rows["unit_name"])
    assert (found.ranked_from, found.ranked_to, len(found.rows)) == (34, 32, 31)


def test_scores_and_places_are_those_of_the_rankings(demo_release):
    found = changes(demo_release.round("2024"), demo_release.round("2025"), "公共服务单位")
    rows = found.rows.set_index("unit_code")
    for year, end in (("2024", "from"), ("2025", "to")):
        published = ranking(demo_release.round(year), "公共服务单位").rows.set_index("unit_code").loc[rows.index]
        assert rows[f"score_{end}"].tolist() == published["score"].tolist()
        for name in ("rank_best", "rank_worst"):
            assert rows[f"{name}_{end}"].tolist() == published[name].tolist()
    up = rows["rank_worst_to"] < rows["rank_best_from"]
    down = rows["rank_best_to"] > rows["rank_worst_from"]
    assert up.any() and down.any()
    assert ((rows["position"] == "up") == up).all() and ((rows["position"] == "down") == down).all()
    sure = rows["p_holm"] <= 0.05
    assert ((rows["statement"] == ROSE) == (sure & (rows["change"] > 0))).all()
    assert ((rows["statement"] == FELL) == (sure & (rows["change"] < 0))).all()
    assert found.count(ROSE) == 3 and found.count(FELL) == 2 and found.compared == 17


@pytest.mark.slow
def test_the_true_change_lies_in_its_interval(demo_release):
    """Truth is known in the demonstration city: about 95% of 2 x 80 intervals hold it."""
    from data.sample.city import demo_truth

    held = []
    for first, second in (("2023", "2024"), ("2024", "2025")):
        before, after = demo_truth(first), demo_truth(second)
        rows = changes(demo_release.round(first), demo_release.round(second), ALL).rows
        rows = rows[rows["reason"].isna()]
        true = np.array([after[code] - before[code] for code in rows["unit_code"]])
        held += ((rows["low"] <= true) & (true <= rows["high"])).tolist()
    assert len(held) > 160 and 0.91 <= np.mean(held) <= 0.99


def test_unknown_rounds_and_categories(demo_release):
    for first, second, category in (
        ("1999", "2025", "公共服务单位"),
        ("2024", "1999", "公共服务单位"),
        ("2024", "2025", "没有"),
    ):
        with pytest.raises(RoundNotFoundError):
            changes(demo_release.round(first), demo_release.round(second), category)
    with pytest.raises(ValueError):
        changes(demo_release.round("2025"), demo_release.round("2025"), ALL)


# --- rounds under different rules -------------------------------------------------------------------------------

UNITS = ("甲局", "乙局", "丙局", "丁局", "戊局", "己局")
GROUPS = ("普通群众", "服务对象", "两代表一委员")


def ballots(year, groups=GROUPS, grades=GRADES, people=40):
    """Every evaluator grades every unit; later units are liked less."""
    rng = np.random.default_rng(int(year))
    lines = ["票号,评议主体,参评单位,评价"]
    for group in groups:
        for person in range(people):
            for place, unit in enumerate(UNITS):
                grade = grades[min(int(rng.integers(0, len(grades)) * (0.6 + place / 10)), len(grades) - 1)]
                lines.append(f"{year}-{group}-{person},{group},{unit},{grade}")
    return "\n".join(lines) + "\n"


def register(categories):
    lines = ["单位编码,单位全称,类别"]
    lines += [f"U{place},{unit},{categories.get(unit, '全部')}" for place, unit in enumerate(UNITS)]
    return "\n".join(lines) + "\n"


OTHER = {
    "points": ('"基本满意" = 60', '"基本满意" = 70'),
    "weights": ('"普通群众" = 0.4\n"服务对象" = 0.3', '"普通群众" = 0.3\n"服务对象" = 0.4'),
    "averaging": ('order = "group"', 'order = "pooled"'),
    "indicators": ("[averaging]", '[indicators]\n"总体评价" = 1\n\n[averaging]'),
}
WORDS = ("好", "较好", "差")
FOUR = ("满意", "比较满意", "基本满意", "不满意")
POOLED = SMALL.replace('order = "group"', 'order = "pooled"')
MANY = SMALL.replace("per_unit = 1", "per_unit = 5000")
BY_CATEGORY = '\n[weights_by_category."一类"]\n"普通群众" = 0.5\n"服务对象" = 0.5\n'


def in_words():
    rules = SMALL
    for old, new in zip(GRADES, WORDS, strict=True):
        rules = rules.replace(f'"{old}" = ', f'"{new}" = ')
    return rules[: rules.index("[votes.points]")]


def counts():
    cells = [
        f"{unit},{group},总体评价,{grade},{30 + 5 * place - 7 * rank}\n"
        for place, unit in enumerate(UNITS)
        for group in GROUPS
        for rank, grade in enumerate(GRADES)
    ]
    return "参评单位,评议主体,测评指标,评价等级,票数\n" + "".join(cells)


def cases():
    """Round -> what came in, its rules and, if any, its register. All stand in one release."""
    yield "2024", ballots("2024"), SMALL, None
    yield "2025", ballots("2025"), SMALL, None
    for code, (old, new) in OTHER.items():
        yield f"2025-{code}", ballots("2025"), SMALL.replace(old, new), None
    yield "2025-words", ballots("2025", grades=WORDS), in_words(), None
    four_rules = SMALL.replace('"基本满意" = 60', '"比较满意" = 80\n"基本满意" = 60')
    yield "2025-four", ballots("2025", grades=FOUR), four_rules, None
    yield "2024-once", ballots("2024", grades=GRADES[:2]).replace("基本满意", "不满意", 1), SMALL, None
    yield "2025-none", ballots("2025", grades=GRADES[:2]), SMALL, None
    yield "2024-pooled", ballots("2024", groups=GROUPS[:2]), POOLED, None
    yield "2025-pooled", ballots("2025"), POOLED, None
    yield "2024-groups", ballots("2024", groups=GROUPS[:2]), SMALL, None
    yield "2024-many", ballots("2024"), MANY, None
    yield "2025-many", ballots("2025"), MANY, None
    yield "2025-counts", counts(), SMALL, None
    yield "2024-three", ballots("2024"), SMALL, dict.fromkeys(UNITS[:3], "一类")
    yield "2025-fourth", ballots("2025"), SMALL, dict.fromkeys(UNITS[:4], "一类")
    by_category = SMALL.replace("\n[averaging]", BY_CATEGORY + "\n[averaging]")
    yield "2025-own", ballots("2025"), by_category, dict.fromkeys(UNITS[:4], "一类")
    yield "2024-listed", ballots("2024"), SMALL, {}
    yield "2025-two", ballots("2025"), SMALL, dict.fromkeys(UNITS[:2], "一类")


def read_case(store, round_id, text, rules, categories):
    name = store.add_rules(rules.replace('name = "demo-2025"', f'name = "{round_id}"')).name
    if categories is not None:
        assert store.import_files("units", [("单位.csv", register(categories).encode())], round_id).stored
    kind = "counts" if "票数" in text else "ballots"
    options = ImportOptions(rules=name, accept_warnings="测试")
    report = store.import_files(kind, [("评议.csv", text.encode())], round_id, options)
    assert report.stored, (round_id, [problem.message("zh") for problem in report.problems])


@pytest.fixture(scope="module")
def small_city(tmp_path_factory):
    """The store with a round for every case, and its release: to publish takes as long as to import."""
    store = Store(tmp_path_factory.mktemp("rounds") / "var", threads=2)
    with store.batch():
        for case in cases():
            read_case(store, *case)
    store.publish()
    release = store.release()
    yield store, release
    release.close()


@pytest.fixture
def compared(small_city):
    """compared(round, other round, category): the changes, with the earlier ballots counted again where needed."""
    store, release = small_city

    def run(first, second, category="全部", recounting=True):
        more = (partial(what_if, store),) if recounting else ()
        return changes(release.round(first), release.round(second), category, *more)

    return run


def scores_of(found):
    return found.rows.set_index("unit_code")["score"]


def codes(found):
    return [item.code for item in found.breaks]


@pytest.mark.sweep
def test_a_new_name_of_the_same_rules_is_no_break(compared):
    found = compared("2024", "2025", recounting=False)
    assert found.breaks == () and found.tested and not found.recounted
    assert found.compared == len(UNITS) and found.regression is not None
    assert found.rows.equals(compared("2024", "2025").rows)


@pytest.mark.sweep
@pytest.mark.parametrize("code", OTHER)
def test_other_rules_count_the_earlier_round_again(code, compared, small_city):
    (store, release), second = small_city, f"2025-{code}"
    found = compared("2024", second)
    assert codes(found) == [code] and found.tested and found.recounted and found.rules == second
    recounted = what_if(store, release.round("2024"), release.round(second).rules)
    trial = scores_of(ranking(release.round("2024"), "全部", recounted))
    rows = found.rows.set_index("unit_code")
    assert rows["score_from"].tolist() == trial[rows.index].tolist()
    alone = compared("2024", second, recounting=False)
    assert codes(alone) == [code, "not_recounted"] and not alone.tested and not alone.recounted
    assert alone.rows["change"].isna().all() and alone.rows["statement"].isna().all()
    assert alone.rows["position"].isna().all() and alone.regression is None
    official = scores_of(ranking(release.round("2024"), "全部"))
    rows = alone.rows.set_index("unit_code")
    assert rows["score_from"].tolist() == official[rows.index].tolist()
    assert len(rows) == len(UNITS)


def test_grades_that_the_later_rules_do_not_know(compared):
    found = compared("2024", "2025-words")
    assert codes(found) == ["points", "not_recounted"] and not found.tested and len(found.rows) == len(UNITS)


@pytest.mark.sweep
def test_a_form_with_another_grade_is_not_tested(compared, small_city):
    found = compared("2024", "2025-four")
    assert codes(found) == ["points", "grades"] and found.breaks[1].names == ("比较满意",)
    assert not found.tested and not found.recounted and found.rows["p"].isna().all()
    official = scores_of(ranking(small_city[1].round("2024"), "全部"))
    assert found.rows["score_from"].tolist() == official[found.rows["unit_code"]].tolist()


def test_a_grade_missing_by_chance_is_no_break(compared):
    """One 不满意 in 2024 and none in 2025: fewer than ten were to be expected."""
    assert compared("2024-once", "2025-none").breaks == ()


def test_a_group_that_came_later_is_a_break(compared):
    found = compared("2024-pooled", "2025-pooled")
    assert codes(found) == ["groups"] and found.breaks[0].names == ("两代表一委员",)
    assert not found.tested and len(found.rows) == len(UNITS)
    assert "两代表一委员" in found.breaks[0].sentence("zh")


def test_a_missing_group_leaves_units_out_with_the_reason(compared):
    found = compared("2024-groups", "2025")
    assert codes(found) == ["groups"] and found.rows.empty and found.regression is None
    assert set(found.left_out["reason"]) == {"missing_group"} and set(found.left_out["round"]) == {"2024-groups"}


def test_a_unit_with_too_few_votes_for_a_place_still_has_a_change(compared):
    found = compared("2024-many", "2025-many")
    assert len(found.rows) == len(UNITS) and found.left_out.empty and found.compared == len(UNITS)
    assert set(found.rows["reason"]) == {"too_few_votes"}


def test_counts_compare_as_ballots_do(compared):
    found = compared("2024", "2025-counts", recounting=False)
    assert found.breaks == () and found.compared == len(UNITS) and found.rows["p_holm"].notna().all()


def test_a_unit_that_moved_to_another_category(compared):
    found = compared("2024-three", "2025-fourth", "一类")
    row = found.rows.set_index("unit_name").loc["丁局"]
    assert row["moved_from"] == "全部" and row["change"] == row["score_to"] - row["score_from"]
    assert found.rows["moved_from"].notna().sum() == 1
    assert found.rows.set_index("unit_name")["position"].isna().to_dict()["丁局"]
    left = compared("2024-three", "2025-fourth")
    assert left.left_out[["unit_name", "reason"]].to_numpy().tolist() == [["丁局", "gone"]]


def test_a_moved_unit_has_no_change_where_the_weights_differ(compared):
    found = compared("2024-three", "2025-own", "一类")
    assert codes(found) == ["weights"] and found.recounted
    rows = found.rows.set_index("unit_name")
    assert rows["change"].isna().to_dict() == {"甲局": False, "乙局": False, "丙局": False, "丁局": True}
    assert found.compared == 3


def test_a_category_that_is_new(compared):
    found = compared("2024-listed", "2025-two", "一类")
    assert found.compared == 2 and found.rows["moved_from"].tolist() == ["全部", "全部"]
    assert found.rows["position"].isna().all() and found.ranked_from == 0 and found.regression is None


def test_every_break_can_be_said():
    for code in BREAKS:
        assert Break(code, ("甲", "乙")).sentence("en") != Break(code, ("甲", "乙")).sentence("zh")
