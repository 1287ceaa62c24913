"""The bottom list through the command line: every rule, what cannot be confirmed, and what may be said."""

import pytest
from scipy import stats

from data.store import Store
from results.ranking.bottom_list import bottom_lists
from results.ranking.ranking import FIELDS
from results.ranking.rows import records
from results.ranking.year_card import NO_LIST, NOBODY, NOTHING, SETTLED, SOME, year_card
from tests.support.stores import RULES

GROUPS = ("普通群众", "服务对象", "两代表一委员")
ROUND = ("--round", "2025")


def rules_with(bottom, minimum="per_unit = 30\nper_group = 10", name="tried"):
    """The demonstration's rules with another bottom rule."""
    text = RULES[: RULES.index("[minimum]")].replace('name = "demo-2025"', f'name = "{name}"')
    return f"{text}[minimum]\n{minimum}\n[bottom]\n{bottom}\n"


def counts(units):
    """Counts of 满意, 基本满意, 不满意: units maps a name to its triple in every group, or to a triple a group."""
    lines = ["参评单位,评议主体,满意,基本满意,不满意"]
    for name, given in units.items():
        triples = given if isinstance(given, dict) else dict.fromkeys(GROUPS, given)
        lines += [f"{name},{group},{','.join(map(str, triple))}" for group, triple in triples.items()]
    return "\n".join(lines) + "\n"


@pytest.fixture
def publish(biaochi, tmp_path):
    """Publish counts under a bottom rule; the rows by unit."""

    def run(units, bottom, **rules):
        path = tmp_path / "票数.csv"
        path.write_text(counts(units), "utf-8")
        biaochi.rules(tmp_path, rules_with(bottom, **rules))
        biaochi("import", "counts", path, *ROUND)
        biaochi.publish()
        return {row["unit_code"]: row for row in biaochi.json("ranking", *ROUND)["rows"]}

    return run


def lists_of(biaochi):
    return bottom_lists(Store(biaochi.store).release().round("2025"))


FAR_APART = {f"单位{i}": (2000 - 200 * i, 200 * i, 100) for i in range(8)}


# --- the command -------------------------------------------------------------------------------------------------


def test_the_demonstration_list_holds_who_is_named_and_who_is_not_cleared(town):
    answer = town.json("bottom", *ROUND)
    ranked = {row["unit_code"]: row for row in town.json("ranking", *ROUND)["rows"]}
    assert list(answer) == ["release", "round", "rules", "demo", "rows"]
    assert all(list(row) == list(FIELDS) and row == ranked[row["unit_code"]] for row in answer["rows"])
    expected = {code for code, row in ranked.items() if row["verdict"] in ("confirmed", "undecided")}
    assert {row["unit_code"] for row in answer["rows"]} == expected
    for before, after in zip(answer["rows"], answer["rows"][1:], strict=False):
        assert before["category"] != after["category"] or before["rank"] >= after["rank"]


def test_one_category_and_another_number_of_places(demo):
    three = demo.json("bottom", *ROUND, "--category", "公共服务单位", "-k", "3")["rows"]
    two = demo.json("bottom", *ROUND, "--category", "公共服务单位")["rows"]
    assert {row["category"] for row in three} == {"公共服务单位"}
    tied = {row["unit_name"]: row for row in two}["市燃气公司"], {row["unit_name"]: row for row in three}["市燃气公司"]
    assert [row["reason"] for row in tied] == ["border_tie", None]  # with three places the border lies elsewhere
    assert tied[1]["confirm_p"] < tied[0]["confirm_p"] == 1


def test_the_tie_across_the_border_is_named_and_never_confirmed(town):
    tied = [row for row in town.json("bottom", *ROUND)["rows"] if row["reason"] == "border_tie"]
    assert [row["unit_name"] for row in tied] == ["市燃气公司", "市公交公司"]
    assert {row["verdict"] for row in tied} == {"undecided"} and {row["rank"] for row in tied} == {8}


def test_csv_speaks_the_reader_s_language(town):
    assert "认定" in town("bottom", *ROUND).decode("utf-8-sig").splitlines()[0]
    assert "Undecided" in town("bottom", *ROUND, lang="en").decode("utf-8-sig")


# --- the rules ---------------------------------------------------------------------------------------------------


def test_last_k(publish):
    rows = publish(FAR_APART, 'rule = "last"\nk = 2')
    assert [row["verdict"] for row in rows.values()] == ["cleared"] * 6 + ["confirmed"] * 2
    assert rows["单位7"]["p_bottom"] > 0.99 and rows["单位0"]["p_bottom"] < 0.01


@pytest.mark.parametrize(
    ("share", "rounding", "k"), [(0.2, "nearest", 2), (0.2, "down", 1), (0.3, "up", 3), (0.05, "down", 0)]
)
def test_a_share_comes_to_a_number_of_places(share, rounding, k, publish, biaochi):
    rows = publish(FAR_APART, f'rule = "share"\nshare = {share}\nrounding = "{rounding}"')
    (found,) = lists_of(biaochi)
    assert found.family.places == k
    assert int(found.rows["named"].sum()) == k
    if k == 0:
        assert {row["verdict"] for row in rows.values()} == {"undecided"}
        assert {row["confirm_p"] for row in rows.values()} == {1.0}
        assert year_card(found, {}).outcome == NO_LIST
        assert biaochi.json("bottom", *ROUND)["rows"] == []
        assert found.sentences(records(found.rows)[0], "zh") == ["按规则，全部单位没有末位名额，不产生名单。"]


def test_below_a_line_is_a_t_test_of_each_score(publish, biaochi):
    rows = publish(FAR_APART, 'rule = "below"\nline = 60')
    (family,) = (one.family for one in lists_of(biaochi))
    raw = {}
    for at, (code, row) in enumerate(rows.items()):
        t = (row["score"] - 60) / row["se"]
        raw[code] = stats.t.cdf(t, family.scores.df_score[at])
    smallest = min(raw, key=raw.get)
    assert rows[smallest]["confirm_p"] == pytest.approx(min(1, 8 * raw[smallest]), rel=1e-9)
    for code, row in rows.items():
        assert row["p_bottom"] is None
        expected = "confirmed" if row["score"] < 60 and raw[code] < 1e-4 else "cleared" if raw[code] > 0.999 else None
        assert expected is None or row["verdict"] == expected


def test_last_and_below_needs_both(publish):
    low_line = publish(FAR_APART, 'rule = "last_and_below"\nk = 2\nline = 20', name="low")
    assert {row["verdict"] for row in low_line.values()} == {"cleared"}  # all are above 20 points


def test_last_and_below_confirms_what_meets_both(publish):
    rows = publish(FAR_APART, 'rule = "last_and_below"\nk = 2\nline = 90')
    assert [code for code, row in rows.items() if row["verdict"] == "confirmed"] == ["单位6", "单位7"]
    assert rows["单位5"]["verdict"] == "cleared"  # below the line, not among the last


def test_too_many_lowest_grades_is_an_exact_binomial_test(publish, biaochi):
    units = {"好单位": (90, 8, 2), "中单位": (70, 14, 16), "差单位": (40, 20, 40), "一般": (80, 10, 10)}
    rows = publish(units, 'rule = "dissatisfied_over"\nlimit = 0.15')
    raw = {name: stats.binom.sf(3 * low - 1, 300, 0.15) for name, (_, _, low) in units.items()}
    smallest = min(raw, key=raw.get)
    assert rows[smallest]["confirm_p"] == pytest.approx(4 * raw[smallest])
    assert {name: rows[name]["verdict"] for name in units} == {
        "好单位": "cleared",
        "中单位": "undecided",
        "差单位": "confirmed",
        "一般": "cleared",
    }
    (found,) = lists_of(biaochi)
    assert set(found.rows.loc[found.rows["named"], "unit_code"]) == {"中单位", "差单位"}


# --- what cannot be confirmed ------------------------------------------------------------------------------------


def test_a_small_group_is_marked_and_nothing_is_confirmed(publish):
    thin = {"普通群众": (0, 0, 2000), "服务对象": (0, 0, 2000), "两代表一委员": (0, 0, 9)}
    rows = publish(FAR_APART | {"单位8": thin}, 'rule = "last"\nk = 1')
    assert rows["单位8"]["confirm_p"] < 0.05
    assert (rows["单位8"]["verdict"], rows["单位8"]["reason"]) == ("undecided", "small_group")
    assert {rows[f"单位{i}"]["reason"] for i in range(8)} == {None}


def test_the_least_number_of_votes_suffices_and_one_less_does_not(publish):
    """The rules ask for 30 votes a unit and 10 a group; a unit with exactly these is judged as any other."""
    exact = {"普通群众": (0, 0, 2000), "服务对象": (0, 0, 2000), "两代表一委员": (0, 0, 10)}
    few, fewer = (9, 1, 0), {"普通群众": (9, 1, 0), "服务对象": (9, 1, 0), "两代表一委员": (9, 0, 0)}
    units = FAR_APART | {"单位8": exact, "单位9": few, "单位10": fewer}
    rows = publish(units, 'rule = "last"\nk = 1')
    assert (rows["单位8"]["verdict"], rows["单位8"]["reason"]) == ("confirmed", None)
    assert (rows["单位9"]["n"], rows["单位9"]["reason"]) == (30, None) and rows["单位9"]["rank"]
    assert (rows["单位10"]["n"], rows["单位10"]["reason"], rows["单位10"]["rank"]) == (29, "too_few_votes", None)


def test_a_missing_group_is_scored_on_the_others_when_the_rules_say_so(publish, biaochi):
    lacking = {"普通群众": (0, 0, 200), "服务对象": (0, 0, 200)}
    units = FAR_APART | {"单位8": lacking}
    rows = publish(units, 'rule = "last"\nk = 1', minimum='missing_group = "renormalise"')
    assert rows["单位8"]["rank"] == 9 and rows["单位8"]["score"] == 0
    assert (rows["单位8"]["verdict"], rows["单位8"]["reason"]) == ("undecided", "missing_group")
    assert rows["单位8"]["rank_worst"] == 9 and rows["单位8"]["confirm_p"] < 0.05


def test_without_that_rule_it_is_not_ranked(publish):
    rows = publish(FAR_APART | {"单位8": {"普通群众": (0, 0, 200)}}, 'rule = "last"\nk = 1')
    nulls = ("rank", "rank_best", "rank_worst", "p_bottom", "confirm_p", "clear_p", "shrunken", "expected_rank")
    assert (rows["单位8"]["verdict"], rows["单位8"]["reason"]) == ("not_ranked", "missing_group")
    assert {rows["单位8"][name] for name in nulls} == {None}
    assert rows["单位7"]["rank_tied_to"] == 8


def test_votes_that_are_all_alike_say_nothing(publish):
    rows = publish({f"单位{i}": (50, 0, 0) for i in range(6)}, 'rule = "last"\nk = 2')
    for row in rows.values():
        assert (row["verdict"], row["reason"]) == ("undecided", "no_spread")
        assert (row["rank"], row["rank_tied_to"], row["rank_best"], row["rank_worst"]) == (1, 6, 1, 6)


def test_one_unit_has_no_bottom(publish):
    row = publish({"甲": (50, 20, 10)}, 'rule = "last"\nk = 1')["甲"]
    assert (row["rank"], row["rank_best"], row["rank_worst"], row["verdict"]) == (1, 1, 1, "undecided")
    assert row["confirm_p"] == row["clear_p"] == 1 and row["p_bottom"] is None


def test_places_for_all_units_find_nothing_out(publish, biaochi):
    publish(FAR_APART, 'rule = "last"\nk = 8')
    card = card_of(biaochi)
    assert (card.outcome, card.undecided) == (NO_LIST, 8)
    assert "8" in card.sentence("zh") and len(biaochi.json("bottom", *ROUND)["rows"]) == 8


def test_all_above_a_line_is_settled_not_unrankable(publish, biaochi):
    publish({f"单位{i}": (100, 60, 40) for i in range(6)}, 'rule = "below"\nline = 20')
    assert (card_of(biaochi).outcome, card_of(biaochi).cleared) == (SETTLED, 6)


def test_votes_all_at_the_lowest_grade_are_too_many_of_them(publish):
    rows = publish({f"单位{i}": (0, 0, 50) for i in range(6)}, 'rule = "dissatisfied_over"\nlimit = 0.15')
    assert {row["verdict"] for row in rows.values()} == {"confirmed"}


def test_a_rule_that_forbids_naming_says_so_and_does_not_blame_the_votes(publish, biaochi):
    thin = {"普通群众": (0, 0, 2000), "服务对象": (0, 0, 2000), "两代表一委员": (0, 0, 9)}
    publish(FAR_APART | {"单位8": thin}, 'rule = "last"\nk = 1')
    (found,) = lists_of(biaochi)
    said = found.sentences(records(found.rows)[0], "en")[0]
    assert said.startswith("The tests would confirm") and "few votes" in said


# --- the card and the sentences ----------------------------------------------------------------------------------

BALLOTS = dict.fromkeys(GROUPS, 200)


def card_of(biaochi):
    (found,) = lists_of(biaochi)
    return year_card(found, BALLOTS)


def test_a_year_that_settles_its_bottom(publish, biaochi):
    publish(FAR_APART, 'rule = "last"\nk = 2')
    card = card_of(biaochi)
    assert (card.outcome, card.confirmed, card.undecided, card.cleared) == (SETTLED, 2, 0, 6)
    assert card.more is None and card.reliability > 0.9


def test_a_year_that_cannot_rank_offers_no_list(publish, biaochi):
    publish({f"单位{i}": (100 + i, 60, 40) for i in range(12)}, 'rule = "last"\nk = 3')
    card = card_of(biaochi)
    assert (card.outcome, card.confirmed, card.cleared, card.reliability) == (NOTHING, 0, 0, 0)
    assert "排不出名次" in card.sentence("zh") and "cannot rank" in card.sentence("en")


def test_a_year_that_can_name_some_or_nobody(publish, biaochi):
    units = {f"单位{i}": (150, 40, 10) for i in range(8)}
    near = {"甲": (70, 40, 90), "乙": (75, 40, 85)}
    publish(units | near, 'rule = "last"\nk = 1')
    card = card_of(biaochi)
    assert (card.outcome, card.undecided, card.cleared) == (NOBODY, 2, 8)
    assert card.more.kind == "plan" and {card.more.above, card.more.below} == {"甲", "乙"}
    assert all(more > 0 for _, more in card.more.plan.values())


def test_the_demonstration_has_cards_of_both_kinds(demo):
    release = Store(demo.store).release()
    ballots = {"普通群众": 7600, "服务对象": 2917, "两代表一委员": 400}
    cards = {found.family.name: year_card(found, ballots) for found in bottom_lists(release.round("2025"))}
    assert {name: card.outcome for name, card in cards.items()} == {
        "党群部门": SOME,
        "公共服务单位": SOME,
        "垂直管理单位": NOBODY,
        "政府工作部门": SOME,
    }
    assert cards["公共服务单位"].more.kind == "never"  # the tie at the border


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_name_is_said_without_votes_and_verdict(language, town):
    release = Store(town.store).release()
    for found in bottom_lists(release.round("2025")):
        for row in records(found.rows):
            said = found.sentences(row, language)
            assert row["unit_name"] in said[0] and str(row["n"]) in said[0]
            assert "{" not in "".join(said)
            if row["verdict"] == "undecided":
                assert ("既不得称其属于" if language == "zh" else "must not be stated") in said[0]
