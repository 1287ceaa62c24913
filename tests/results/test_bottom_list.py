"""The bottom list: every rule, what cannot be confirmed, and what may be said."""

from itertools import product

import pytest
from scipy import stats

from data.store import ImportOptions, Store
from reports.ranking_table import as_json
from results.home.cards import home_card
from results.ranking.bottom_list import bottom, bottom_lists
from results.ranking.ranking import FIELDS, ranking
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


FAR_APART = {f"单位{i}": (2000 - 200 * i, 200 * i, 100) for i in range(8)}
THIN = {"普通群众": (0, 0, 2000), "服务对象": (0, 0, 2000), "两代表一委员": (0, 0, 9)}
EXACT = THIN | {"两代表一委员": (0, 0, 10)}
WITHHELD = {"普通群众": (15, 11, 4), "服务对象": (15, 11, 4), "两代表一委员": (4, 3, 2)}
FEWER = {"普通群众": (9, 1, 0), "服务对象": (9, 1, 0), "两代表一委员": (9, 0, 0)}
OVER = {"好单位": (90, 8, 2), "中单位": (70, 14, 16), "差单位": (40, 20, 40), "一般": (80, 10, 10)}
SHARES = ((0.2, "nearest", 2), (0.2, "down", 1), (0.3, "up", 3), (0.05, "down", 0))
CASES = {
    "last 2": (FAR_APART, 'rule = "last"\nk = 2'),
    **{
        f"share {share} {rounding}": (FAR_APART, f'rule = "share"\nshare = {share}\nrounding = "{rounding}"')
        for share, rounding, _ in SHARES
    },
    "below 60": (FAR_APART, 'rule = "below"\nline = 60'),
    "last 2 and below 20": (FAR_APART, 'rule = "last_and_below"\nk = 2\nline = 20'),
    "last 2 and below 90": (FAR_APART, 'rule = "last_and_below"\nk = 2\nline = 90'),
    "over 15%": (OVER, 'rule = "dissatisfied_over"\nlimit = 0.15'),
    "thin": (FAR_APART | {"单位8": THIN}, 'rule = "last"\nk = 1'),
    "least": (FAR_APART | {"单位8": EXACT, "单位9": (9, 1, 0), "单位10": FEWER}, 'rule = "last"\nk = 1'),
    "a group lacks": (
        *(FAR_APART | {"单位8": {"普通群众": (0, 0, 200), "服务对象": (0, 0, 200)}}, 'rule = "last"\nk = 1'),
        'missing_group = "renormalise"',
    ),
    "two groups lack": (FAR_APART | {"单位8": {"普通群众": (0, 0, 200)}}, 'rule = "last"\nk = 1'),
    "all alike": ({f"单位{i}": (50, 0, 0) for i in range(6)}, 'rule = "last"\nk = 2'),
    "one unit": ({"甲": (50, 20, 10)}, 'rule = "last"\nk = 1'),
    "last 8": (FAR_APART, 'rule = "last"\nk = 8'),
    "below 20": ({f"单位{i}": (100, 60, 40) for i in range(6)}, 'rule = "below"\nline = 20'),
    "lowest alone": ({f"单位{i}": (0, 0, 50) for i in range(6)}, 'rule = "dissatisfied_over"\nlimit = 0.15'),
    "no order": ({f"单位{i}": (100 + i, 60, 40) for i in range(12)}, 'rule = "last"\nk = 3'),
    "near": (
        {f"单位{i}": (150, 40, 10) for i in range(8)} | {"甲": (70, 40, 90), "乙": (75, 40, 85)},
        'rule = "last"\nk = 1',
    ),
    "withheld": ({f"单位{i}": (20, 8, 2) for i in range(7)} | {"单位7": WITHHELD}, 'rule = "last"\nk = 1'),
}
"""What stands in a round, its bottom rule and, if not the usual one, its minimum."""


class Published:
    """The published cases: each is a round of one release, since to publish takes as long as to import."""

    def __init__(self, store):
        with store.batch():
            for year, (units, *rules) in enumerate(CASES.values(), 2001):
                store.add_rules(rules_with(*rules, name=f"rules-{year}"))
                options = ImportOptions(rules=f"rules-{year}")
                content = counts(units).encode()
                assert store.import_files("counts", [("票数.csv", content)], str(year), options).stored
        store.publish()
        self.release = store.release()

    def round(self, case):
        return self.release.round(str(2001 + list(CASES).index(case)))

    def rows(self, case):
        """The rows of `biaochi ranking --format json` by unit."""
        found = as_json(ranking(self.round(case)), self.release)["rows"]
        return {row["unit_code"]: row for row in found}

    def list(self, case):
        (found,) = bottom_lists(self.round(case))
        return found

    def card(self, case):
        return year_card(self.list(case), dict.fromkeys(GROUPS, 200))


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    made = Published(Store(tmp_path_factory.mktemp("bottom") / "var", threads=1))
    yield made
    made.release.close()


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


def test_last_k(published):
    rows = published.rows("last 2")
    assert [row["verdict"] for row in rows.values()] == ["cleared"] * 6 + ["confirmed"] * 2
    assert rows["单位7"]["p_bottom"] > 0.99 and rows["单位0"]["p_bottom"] < 0.01


@pytest.mark.parametrize(("share", "rounding", "k"), SHARES)
def test_a_share_comes_to_a_number_of_places(share, rounding, k, published):
    case = f"share {share} {rounding}"
    rows, found = published.rows(case), published.list(case)
    assert found.family.places == k
    assert int(found.rows["named"].sum()) == k
    if k == 0:
        assert {row["verdict"] for row in rows.values()} == {"undecided"}
        assert {row["confirm_p"] for row in rows.values()} == {1.0}
        assert year_card(found, {}).outcome == NO_LIST
        assert bottom(published.round(case)).rows.empty
        assert found.sentences(records(found.rows)[0], "zh") == ["按规则，全部单位没有末位名额，不产生名单。"]


def test_below_a_line_is_a_t_test_of_each_score(published):
    rows, family = published.rows("below 60"), published.list("below 60").family
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


def test_last_and_below_needs_both(published):
    low_line = published.rows("last 2 and below 20")
    assert {row["verdict"] for row in low_line.values()} == {"cleared"}  # all are above 20 points


def test_last_and_below_confirms_what_meets_both(published):
    rows = published.rows("last 2 and below 90")
    assert [code for code, row in rows.items() if row["verdict"] == "confirmed"] == ["单位6", "单位7"]
    assert rows["单位5"]["verdict"] == "cleared"  # below the line, not among the last


def test_too_many_lowest_grades_is_an_exact_binomial_test(published):
    rows, found = published.rows("over 15%"), published.list("over 15%")
    raw = {name: stats.binom.sf(3 * low - 1, 300, 0.15) for name, (_, _, low) in OVER.items()}
    smallest = min(raw, key=raw.get)
    assert rows[smallest]["confirm_p"] == pytest.approx(4 * raw[smallest])
    assert {name: rows[name]["verdict"] for name in OVER} == {
        "好单位": "cleared",
        "中单位": "undecided",
        "差单位": "confirmed",
        "一般": "cleared",
    }
    assert set(found.rows.loc[found.rows["named"], "unit_code"]) == {"中单位", "差单位"}


# --- what cannot be confirmed ------------------------------------------------------------------------------------


def test_a_small_group_is_marked_and_nothing_is_confirmed(published):
    rows = published.rows("thin")
    assert rows["单位8"]["confirm_p"] < 0.05
    assert (rows["单位8"]["verdict"], rows["单位8"]["reason"]) == ("undecided", "small_group")
    assert {rows[f"单位{i}"]["reason"] for i in range(8)} == {None}


def test_what_the_rules_alone_withhold_is_not_called_chance(published):
    """The last one would be confirmed, while no range of places is apart: the card must not call it chance."""
    rows = published.rows("withheld")
    assert rows["单位7"]["reason"] == "small_group" and rows["单位7"]["confirm_p"] < 0.05
    assert {(row["rank_best"], row["rank_worst"], row["verdict"]) for row in rows.values()} == {(1, 8, "undecided")}
    card = published.card("withheld")
    assert card.outcome == NOBODY and "chance" not in card.sentence("en")
    assert home_card(card).why_nobody("en").startswith("单位7 must not be named")


def test_the_least_number_of_votes_suffices_and_one_less_does_not(published):
    """The rules ask for 30 votes a unit and 10 a group; a unit with exactly these is judged as any other."""
    rows = published.rows("least")
    assert (rows["单位8"]["verdict"], rows["单位8"]["reason"]) == ("confirmed", None)
    assert (rows["单位9"]["n"], rows["单位9"]["reason"]) == (30, None) and rows["单位9"]["rank"]
    assert (rows["单位10"]["n"], rows["单位10"]["reason"], rows["单位10"]["rank"]) == (29, "too_few_votes", None)


def test_a_missing_group_is_scored_on_the_others_when_the_rules_say_so(published):
    rows = published.rows("a group lacks")
    assert rows["单位8"]["rank"] == 9 and rows["单位8"]["score"] == 0
    assert (rows["单位8"]["verdict"], rows["单位8"]["reason"]) == ("undecided", "missing_group")
    assert rows["单位8"]["rank_worst"] == 9 and rows["单位8"]["confirm_p"] < 0.05


def test_without_that_rule_it_is_not_ranked(published):
    rows = published.rows("two groups lack")
    nulls = ("rank", "rank_best", "rank_worst", "p_bottom", "confirm_p", "clear_p", "shrunken", "expected_rank")
    assert (rows["单位8"]["verdict"], rows["单位8"]["reason"]) == ("not_ranked", "missing_group")
    assert {rows["单位8"][name] for name in nulls} == {None}
    assert rows["单位7"]["rank_tied_to"] == 8


def test_votes_that_are_all_alike_say_nothing(published):
    rows = published.rows("all alike")
    for row in rows.values():
        assert (row["verdict"], row["reason"]) == ("undecided", "no_spread")
        assert (row["rank"], row["rank_tied_to"], row["rank_best"], row["rank_worst"]) == (1, 6, 1, 6)


def test_one_unit_has_no_bottom(published):
    row = published.rows("one unit")["甲"]
    assert (row["rank"], row["rank_best"], row["rank_worst"], row["verdict"]) == (1, 1, 1, "undecided")
    assert row["confirm_p"] == row["clear_p"] == 1 and row["p_bottom"] is None


def test_places_for_all_units_find_nothing_out(published):
    card = published.card("last 8")
    assert (card.outcome, card.undecided) == (NO_LIST, 8)
    assert "8" in card.sentence("zh") and len(bottom(published.round("last 8")).rows) == 8


def test_all_above_a_line_is_settled_not_unrankable(published):
    card = published.card("below 20")
    assert (card.outcome, card.cleared) == (SETTLED, 6)


def test_votes_all_at_the_lowest_grade_are_too_many_of_them(published):
    rows = published.rows("lowest alone")
    assert {row["verdict"] for row in rows.values()} == {"confirmed"}


def test_a_rule_that_forbids_naming_says_so_and_does_not_blame_the_votes(published):
    found = published.list("thin")
    said = found.sentences(records(found.rows)[0], "en")[0]
    assert said.startswith("The tests would confirm") and "few votes" in said


# --- the card and the sentences ----------------------------------------------------------------------------------


def test_a_year_that_settles_its_bottom(published):
    card = published.card("last 2")
    assert (card.outcome, card.confirmed, card.undecided, card.cleared) == (SETTLED, 2, 0, 6)
    assert card.more is None and card.reliability > 0.9


def test_a_year_that_cannot_rank_offers_no_list(published):
    card = published.card("no order")
    assert (card.outcome, card.confirmed, card.cleared, card.reliability) == (NOTHING, 0, 0, 0)
    assert "不能据以区分名次" in card.sentence("zh") and "cannot rank" in card.sentence("en")


def test_a_year_that_can_name_some_or_nobody(published):
    card = published.card("near")
    assert (card.outcome, card.undecided, card.cleared) == (NOBODY, 2, 8)
    assert card.more.kind == "plan" and {card.more.above, card.more.below} == {"甲", "乙"}
    assert all(more > 0 for _, more in card.more.plan.values())


def test_the_demonstration_has_cards_of_both_kinds(demo_release):
    ballots = {"普通群众": 7600, "服务对象": 2917, "两代表一委员": 400}
    cards = {found.family.name: year_card(found, ballots) for found in bottom_lists(demo_release.round("2025"))}
    assert {name: card.outcome for name, card in cards.items()} == {
        "党群部门": SOME,
        "公共服务单位": SOME,
        "垂直管理单位": NOBODY,
        "政府工作部门": SOME,
    }
    assert cards["公共服务单位"].more.kind == "never"  # the tie at the border


def test_no_name_is_said_without_votes_and_verdict(town):
    release = Store(town.store).release()
    for found, language in product(bottom_lists(release.round("2025")), ("zh", "en")):
        for row in records(found.rows):
            said = found.sentences(row, language)
            assert row["unit_name"] in said[0] and str(row["n"]) in said[0]
            assert "{" not in "".join(said)
            if row["verdict"] == "undecided":
                assert ("不宜作出是或不是的表述" if language == "zh" else "It should be stated neither") in said[0]
