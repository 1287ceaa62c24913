"""The public page: what stands on it, what does not, and what a determined reader can work out from it."""

import base64
import hashlib
import random
import re
from contextlib import contextmanager
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

import pytest

from data.store import ImportOptions, Store
from i18n import ROOT
from reports.disclosure_control import published
from reports.public_page import public_page
from results.ranking.ranking import ranking
from tests.reference.attacker import Attacker, Page, printed, recovered
from tests.support.stores import BALLOTS, RULES, SMALL

ROUND = ("--round", "2025")
GROUPS = ("普通群众", "服务对象", "两代表一委员")
GRADES = ("满意", "基本满意", "不满意")
NAMES = ("<script>alert(1)</script>", "{{ 7 * 7 }}{% x %}", "a & b <b>粗</b>", 'x" onload="y', "</td></table><h1>市局")


def truth_of(release, round_id, indicator="总体评价"):
    rows = release.round(round_id).query("unit_grades").to_dict("records")
    scored = release.round(round_id).rules
    known = set(scored.points) or None
    return {
        (row["unit_code"], row["group_name"], row["grade"]): int(row["lines"])
        for row in rows
        if row["indicator"] == indicator and (known is None or row["grade"] in known)
    }


def attack(release, round_id, content, further=(), only=None):
    """What an attacker recovers from a page as written."""
    rules = release.round(round_id).rules
    truth = truth_of(release, round_id)
    page = printed(content)
    weights = {unit["category"]: rules.weights(unit["category"]) for unit in page.units.values()}
    points = {grade: value / 100 for grade, value in rules.points.items()}
    points = points or {grade: float(grade) for _, _, grade in truth}
    attacker = Attacker(page, weights, points, further)
    return recovered(attacker, truth, rules.presentation.smallest_cell, only)


@pytest.fixture(scope="module")
def page_of(demo_release):
    """page_of[round]: the page of a round of the city, made when first asked for, in 2 CPU-seconds."""

    class Pages(dict):
        def __missing__(self, round_id):
            self[round_id] = public_page(demo_release.round(round_id))
            return self[round_id]

    return Pages()


@contextmanager
def opened(path):
    release = Store(path).release()
    try:
        yield release
    finally:
        release.close()


HEADER = "票号,评议主体,参评单位,类别,评价"


def ballots(votes, categories=None):
    """One line a ballot from votes {unit: {group: (满意, 基本满意, 不满意)}}."""
    cells = [
        (group, '"{}"'.format(unit.replace('"', '""')), (categories or {}).get(unit, "甲类"), grade)
        for unit, by_group in votes.items()
        for group, counts in by_group.items()
        for grade, n in zip(GRADES, counts, strict=True)
        for _ in range(n)
    ]
    return "\n".join([HEADER, *(",".join([str(number), *line]) for number, line in enumerate(cells, 1))]) + "\n"


def alike(units, **others):
    """Units with 31 votes of every group, and others."""
    return {f"单位{at}": dict.fromkeys(GROUPS, (20, 6, 5)) for at in range(units)} | others


TWO = '[indicators]\n"服务" = 0.5\n"效率" = 0.5\n\n[averaging]'


def named(rules, name):
    return rules.replace('name = "demo-2025"', f'name = "{name}"')


RULE_SETS = {
    "two": named(SMALL.replace("[averaging]", TWO), "two"),
    "last-4": named(re.sub(r"k = \d", "k = 4", SMALL), "last-4"),
    "last-1": named(re.sub(r"k = \d", "k = 1", SMALL), "last-1"),
    "numeric-1-5": (ROOT / "rules" / "numeric-1-5.toml").read_text("utf-8"),
    "alike": named(SMALL, "alike").replace('order = "group"', 'order = "pooled"'),
    "demo-2025": SMALL,
}


def published_rounds(path, cases):
    """A store whose rounds are 2001, 2002, ... of the cases (kind, content, rules), published; the pages in order."""
    store = Store(path, threads=1)
    with store.batch():
        for rules in RULE_SETS.values():
            store.add_rules(rules)
        for year, (kind, content, rules) in enumerate(cases, 2001):
            files = [(f"{year}.csv", content.encode())]
            report = store.import_files(kind, files, str(year), ImportOptions(rules=rules))
            assert report.stored, [problem.message("en") for problem in report.problems]
    store.publish()
    with opened(path) as release:
        return [public_page(release.round(str(year))) for year in range(2001, 2001 + len(cases))]


@pytest.fixture(scope="module")
def small_pages(tmp_path_factory):
    """small_pages[name]: the page of a round of few votes; every round of CASES stands in one release."""
    pages = published_rounds(tmp_path_factory.mktemp("small") / "var", [make() for make in CASES.values()])
    return dict(zip(CASES, pages, strict=True))


CASES = {}


def case(make):
    """A round for `small_pages`, under the name of its function: kind, content and name of the rules."""
    CASES[make.__name__] = make
    return make


@case
def hostile_names():
    return "ballots", ballots({name: dict.fromkeys(GROUPS, (20 + at, 6, 5)) for at, name in enumerate(NAMES)}), RULED


RULED = "demo-2025"


@case
def a_small_group():
    own = {"普通群众": (14, 4, 2), "服务对象": (8, 1, 1), "两代表一委员": (2, 1, 0)}
    return "ballots", ballots(alike(4, 甲=own)), RULED


@case
def one_with_few():
    return "ballots", ballots(alike(4, 乙=dict.fromkeys(GROUPS, (1, 0, 0)))), RULED


@case
def everybody_voted_alike():
    return (
        "ballots",
        ballots(alike(3, 丙={"普通群众": (30, 0, 0), "服务对象": (7, 0, 0), "两代表一委员": (12, 0, 0)})),
        RULED,
    )


@case
def two_of_a_category():
    return "ballots", ballots(alike(5), {"单位0": "乙类", "单位1": "乙类"}), RULED


@case
def one_vote_stands_out():
    votes = {f"单位{at}": dict.fromkeys(GROUPS, (40, 0, 0)) for at in range(3)}
    votes["丁"] = {"普通群众": (20, 0, 0), "服务对象": (11, 0, 1), "两代表一委员": (15, 0, 0)}
    return "ballots", ballots(votes), RULED


@case
def counts_alone():
    lines = [f"单位{at},{group},{20 + at},6,{at}" for at in range(4) for group in GROUPS]
    return "counts", counts_of(lines), RULED


def counts_of(lines):
    return "\n".join(["参评单位,评议主体,满意,基本满意,不满意", *lines]) + "\n"


@case
def two_indicators():
    lines = ["票号,评议主体,参评单位,测评指标,评价"]
    for ballot in range(90):
        grades = (GRADES[ballot % 2], GRADES[ballot % 5 == 0])
        for name, grade in zip(("服务", "效率"), grades, strict=True):
            lines.append(f"{ballot},{GROUPS[ballot % 3]},单位{ballot % 4},{name},{grade}")
    return "ballots", "\n".join(lines) + "\n", "two"


@case
def two_indicators_and_few_votes():
    lines, ballot = ["票号,评议主体,参评单位,类别,测评指标,评价"], 0
    for unit, votes in (("甲", 60), ("丙", 60), ("丁", 60), ("乙", 3), ("戊", 60), ("己", 60), ("庚", 60)):
        category = "二类" if unit in "戊己庚" else "一类"
        for at in range(votes):
            ballot += 1
            for name, grade in zip(("服务", "效率"), (GRADES[at % 2], GRADES[at % 3]), strict=True):
                lines.append(f"{ballot},{GROUPS[at % 3]},{unit},{category},{name},{grade}")
    return "ballots", "\n".join(lines) + "\n", "two"


FOUR_ALIKE = [f"单位{at},{group},20,6,5" for at in range(4) for group in GROUPS]


@case
def all_are_listed():
    return "counts", counts_of(FOUR_ALIKE), "last-4"


@case
def nobody_is_listed():
    return "counts", counts_of(FOUR_ALIKE), "last-1"


@case
def numbers():
    lines = [f"{at},普通群众,单位{at % 3},{1 + at % 5}" for at in range(120)]
    return "ballots", "票号,评议主体,参评单位,评价\n" + "\n".join(lines) + "\n", "numeric-1-5"


# --- what stands on it -------------------------------------------------------------------------------------------


@pytest.mark.sweep
def test_every_ranked_unit_stands_in_order_with_all_that_belongs_to_a_name(town):
    content, told = town("public", *ROUND), town.json("ranking", *ROUND)
    rows, release = [row for row in told["rows"] if row["rank"]], told["release"][:16]
    section = Page(content.decode()).section("en")
    lines = [row for row in section.all("tr", data_unit=True) if "Score" in labels(row)]
    assert [row["unit_code"] for row in rows] == [line.attributes["data-unit"] for line in lines]
    for row, line in zip(rows, lines, strict=True):
        told = labels(line)
        assert told["Unit"] == row["unit_name"] and told["Votes"] == str(row["n"])
        assert told["Score"] == rounded(row["score"])
        assert told["Interval of the score"] in outwards(row["score_low"], row["score_high"])
        assert told["Places"] in (
            f"{row['rank_best']} – {row['rank_worst']}",
            str(row["rank_best"]) if row["rank_best"] == row["rank_worst"] else None,
        )
        assert told["Verdict"].lower() == row["verdict"]
        assert told["Basis"] == f"demo-2025 {release}"


def labels(line):
    return {c.attributes["data-label"]: c.text.strip() for tag in ("th", "td") for c in line.all(tag, data_label=True)}


def outwards(low, high):
    """The ends of an interval as they may be printed: to a tenth, a point or five, and never narrower than they are."""
    found = set()
    for step, decimals in (("0.1", 1), ("1", 0), ("5", 0)):
        ends = ((low, ROUND_FLOOR), (high, ROUND_CEILING))
        steps = [(Decimal(repr(end)) / Decimal(step)).to_integral_value(how) * Decimal(step) for end, how in ends]
        found.add(" – ".join(f"{end:.{decimals}f}" for end in steps))
    return found


def rounded(number):
    return str(Decimal(repr(number)).quantize(Decimal("0.01"), ROUND_HALF_UP))


ROUNDS = ("2025", *(pytest.param(round_id, marks=pytest.mark.sweep) for round_id in ("2023", "2024")))
"""The earlier rounds of the city withhold less than 2025 and are made of the same lines: pages and attacks by sweep."""


@pytest.mark.parametrize("round_id", ROUNDS)
def test_no_name_in_the_bottom_list_stands_bare(page_of, round_id):
    tree = Page(page_of[round_id].decode())
    for language in ("zh", "en"):
        items = list(tree.section(language).all("li", data_unit=True))
        assert len(items) > 80
        for item in items:
            line = next(item.all("span", **{"class": "line"})).text
            assert re.search(r"\d+.*\d – \d", line), line
            assert "demo-2025 · " in line, (round_id, line)


def test_only_confirmed_units_stand_under_confirmed(demo_release, page_of):
    rows = ranking(demo_release.round("2025")).rows.set_index("unit_code")["verdict"].to_dict()
    section = Page(page_of["2025"].decode()).section("zh")
    tier, seen = None, []
    for node in (child for child in section.children if not isinstance(child, str)):
        tier = node.attributes["class"] if node.tag == "h4" else tier
        if node.tag == "ul":
            seen += [(tier, item.attributes["data-unit"]) for item in node.all("li", data_unit=True)]
    assert sorted(seen) == sorted((verdict, code) for code, verdict in rows.items() if verdict != "not_ranked")
    assert sum(tier == "confirmed" for tier, _ in seen) == 4


def test_units_without_a_place_stand_with_their_reason_and_no_score(page_of):
    page = printed(page_of["2025"])
    release_units = [unit for unit in page.units.values() if unit["score"] is None]
    assert len(release_units) == 5 and len(page.units) == 90
    assert "不参与排名" in page_of["2025"].decode()


def test_the_page_needs_nothing_from_anywhere_and_runs_only_its_own_search(page_of):
    content = page_of["2025"].decode()
    tree = Page(content)
    used = {node.tag for node in walk(tree.root)}
    assert not used & {"link", "img", "iframe", "object", "form", "audio", "video", "base"}
    (script,) = tree.root.all("script")
    digest = base64.b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
    policy = next(node.attributes["content"] for node in tree.root.all("meta", http_equiv="Content-Security-Policy"))
    assert policy == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    assert not re.search(r"innerHTML|eval|Function\(|fetch|XMLHttp|WebSocket|document\.write", script.text)
    assert not re.search(r"https?:|//[a-z]|url\(|@import|javascript:", content)
    assert all(
        name not in node.attributes for node in walk(tree.root) for name in ("onclick", "onload", "src", "style")
    )
    links = [node.attributes["href"] for node in tree.root.all("a")]
    ids = {node.attributes["id"] for node in walk(tree.root) if "id" in node.attributes}
    assert {link.removeprefix("#") for link in links} <= ids and tree.comments == []


def walk(node):
    for child in node.children:
        if not isinstance(child, str):
            yield child
            yield from walk(child)


def test_the_page_can_be_read_aloud(page_of):
    tree = Page(page_of["2025"].decode())
    assert next(tree.root.all("html")).attributes["lang"] == "zh-CN"
    assert [s.attributes["lang"] for s in tree.root.all("section")] == ["zh-CN", "en"]
    for one in tree.root.all("table"):
        assert len(list(one.all("caption"))) == 1
        assert all(head.attributes["scope"] in ("col", "row") for head in one.all("th"))
        headers = list(one.all("th", scope="col"))
        for row in (*one.all("tr", data_unit=True), *one.all("tr", data_row=True)):
            assert len([c for c in row.children if not isinstance(c, str)]) == len(headers)
    assert all(drawing.attributes["aria-hidden"] == "true" for drawing in tree.root.all("svg"))
    ids = [node.attributes["id"] for node in walk(tree.root) if "id" in node.attributes]
    assert {"zh", "en"} <= set(ids) and len(set(ids)) == len(ids)


@pytest.mark.sweep
def test_same_release_same_bytes_whatever_the_language(town, tmp_path):
    first = town("public", *ROUND, lang="zh")
    town("public", *ROUND, "-o", tmp_path / "page.html", lang="en")
    assert (tmp_path / "page.html").read_bytes() == first
    assert town("public", *ROUND, "--release", Store(town.store).in_force()) == first


def test_every_page_that_leaves_is_logged(small, files):
    small("import", "ballots", files("t.csv", BALLOTS), *ROUND)
    small("publish")
    small("public", *ROUND)
    entry = small.json("audit")["rows"][-1]
    assert (entry["action"], entry["what"], entry["round"]) == ("export", "public page 2025", "2025")


@pytest.mark.sweep
def test_what_is_no_announced_result_says_so_in_big_letters(store_path):
    """Through the life of a round: until it is announced, and once it is withdrawn."""
    life = {
        "": ["演示数据", "草稿"],
        "draft": ["演示数据", "草稿"],
        "final": ["演示数据", "尚未公布"],
        "announced": ["演示数据"],
        "withdrawn": ["演示数据", "已撤回"],
    }
    store, wrong = Store(store_path, threads=1), []
    store.add_rules(SMALL)
    content = ballots(alike(3)).encode()
    assert store.import_files("ballots", [("b.csv", content)], "2025", ImportOptions(demo=True)).stored
    store.publish()
    for status, stamps in life.items():
        if status:
            store.set_status("2025", status, "内部原因不外传")
        with opened(store_path) as release:
            page = public_page(release.round("2025")).decode()
        found = [node.text for node in Page(page).section("zh").all("p", **{"class": "stamp"})]
        if len(found) != len(stamps) or found[0] != stamps[0] or "内部原因不外传" in page:
            wrong.append((status, found))
    assert wrong == []


def test_a_trial_is_stamped(small, files):
    small("import", "ballots", files("t.csv", BALLOTS), *ROUND, "--trial")
    small("publish")
    assert [p.text for p in Page(small("public", *ROUND).decode()).section("zh").all("p", **{"class": "stamp"})]


@pytest.mark.sweep
def test_names_are_text(small_pages):
    content = small_pages["hostile_names"]
    tree = Page(content.decode())
    assert len(list(tree.root.all("script"))) == 1
    shown = {row.attributes["data-unit"]: labels(row)["Unit"] for row in tree.section("en").all("tr", data_unit=True)}
    assert set(shown.values()) == set(NAMES) and all(code == name for code, name in shown.items())


def test_a_round_without_votes_has_no_page(own_town, files):
    own_town("import", "units", files("u.csv", "单位编码,单位名称,类别\nA1,甲局,甲类\n"), "--round", "2026")
    own_town("publish")
    own_town("public", "--round", "2026", code=2)
    assert "2026" in own_town.err


# --- what is withheld --------------------------------------------------------------------------------------------


@pytest.mark.sweep
def test_a_small_group_takes_a_second_one_with_it(small_pages):
    """Unit 甲 has 3 votes of one group; with 33 in all and 20 of another, the third would give it away."""
    page = printed(small_pages["a_small_group"])
    groups = page.units["甲"]["groups"]
    assert page.units["甲"]["n"] == 33 and groups["两代表一委员"] is None
    assert sum(n is None for n in groups.values()) == 2
    others = [sum(n is None for n in unit["groups"].values()) for code, unit in page.units.items() if code != "甲"]
    assert sorted(others) == [0, 0, 0, 2], "another row hides the column, should somebody print its total"


def test_a_unit_with_too_few_votes_is_only_named(small_pages):
    content = small_pages["one_with_few"]
    page = printed(content)
    assert page.units["乙"]["n"] is None and page.units["乙"]["score"] is None
    section = Page(content.decode()).section("zh")
    assert [one for one in section.all("li", data_unit="乙")] == []
    assert sum(n is None for n in page.grades["甲类"].values()) >= 1, "the grades of all would give 乙 away"


def test_how_everybody_voted_is_withheld(small_pages):
    """7 votes of a group, all 满意, of a unit whose score is 100."""
    groups = printed(small_pages["everybody_voted_alike"]).units["丙"]["groups"]
    assert groups["服务对象"] is None


def test_two_units_of_a_category_have_no_grades_of_their_own(small_pages):
    assert set(printed(small_pages["two_of_a_category"]).grades) == {"甲类"}


def test_a_score_that_gives_one_vote_away_costs_the_numbers_by_group(small_pages):
    """All of 20, 12 and 15 votes are 满意 but one: the score alone would show in which group it is."""
    assert printed(small_pages["one_vote_stands_out"]).units["丁"]["groups"]["服务对象"] is None


def test_counts_without_ballots_have_a_page(small_pages):
    content = small_pages["counts_alone"]
    page = printed(content)
    assert sorted(unit["n"] for unit in page.units.values()) == [78, 84, 90, 96]
    assert list(page.grades.values()) == [{"满意": 258, "基本满意": 72, "不满意": 18}]
    assert "共统计" not in content.decode(), "nobody counted ballots"
    assert "independent ballots" in content.decode()


def test_every_indicator_that_makes_the_score_has_its_grades(small_pages):
    content = small_pages["two_indicators"].decode()
    assert "分类别、分等级评价数：服务" in content and "分类别、分等级评价数：效率" in content


def test_several_indicators_do_not_give_a_unit_away_by_their_totals(small_pages):
    """Unit 乙 has 3 votes. Each indicator's total is the votes of all units, and those of the others are printed."""
    page = printed(small_pages["two_indicators_and_few_votes"])
    assert page.units["乙"]["n"] is None and set(page.grades) == {"二类"}


@pytest.mark.parametrize(("name", "said"), [("all_are_listed", "全部列入"), ("nobody_is_listed", "不作点名")])
def test_where_no_list_may_be_made_nobody_is_named_in_one(name, said, small_pages):
    """The rule takes all four units; or four alike, of whom nobody is confirmed and nobody cleared."""
    section = Page(small_pages[name].decode()).section("zh")
    assert not list(section.all("li", data_unit=True))
    assert [p.text for p in section.all("p") if said in p.text]


def test_ranked_units_are_counted_alike_everywhere(small_pages):
    """One of five ranked units has too few votes to publish; the head and the table both count it."""
    section = Page(small_pages["one_with_few"].decode()).section("en")
    head = " ".join(p.text for p in section.all("p"))
    captions = [caption.text for caption in section.all("caption")]
    assert "ranked: 5." in head and any(text.startswith("甲类: 5 ranked units") for text in captions)


def test_a_scale_of_numbers_is_printed_in_points(small_pages):
    section = Page(small_pages["numbers"].decode()).section("en")
    facts = dict(zip((n.text for n in section.all("dt")), (n.text for n in section.all("dd")), strict=True))
    assert facts["Scale"] == "1 – 5"


# --- the attack --------------------------------------------------------------------------------------------------


@pytest.mark.sweep
@pytest.mark.parametrize("round_id", ROUNDS)
def test_nothing_small_is_recovered_from_the_demonstration(demo_release, page_of, round_id):
    assert any(n is None for unit in printed(page_of[round_id]).units.values() for n in unit["groups"].values())
    assert attack(demo_release, round_id, page_of[round_id]) == []


@pytest.mark.sweep
def test_nor_when_somebody_prints_the_votes_of_each_group(demo_release, page_of):
    truth = truth_of(demo_release, "2025")
    further = [
        (lambda c, group=group: c[2] == group, sum(n for (_, own, _), n in truth.items() if own == group))
        for group in GROUPS
    ]
    assert attack(demo_release, "2025", page_of["2025"], further) == []


def test_the_attack_finds_what_is_left_open(demo_release, page_of):
    """With the withheld numbers of one unit printed elsewhere, it names the unit and the number."""
    truth = truth_of(demo_release, "2025")
    page = printed(page_of["2025"])
    code = next(code for code, unit in page.units.items() if unit["n"] == 18)
    group = next(g for g, n in page.units[code]["groups"].items() if n is None and g != "普通群众")
    n = sum(v for (own, g, _), v in truth.items() if (own, g) == (code, group))
    further = [(lambda c: (c[0], c[2]) == (code, group), n)]
    found = attack(demo_release, "2025", page_of["2025"], further, only=1)
    assert (f"{code} 普通群众", 2, 2, 2) in found


def random_votes(seed):
    """Small categories, small groups, grades nearly all alike: the worst case for a reader's privacy."""
    draw = random.Random(seed)
    votes, categories = {}, {}
    for at in range(draw.randint(2, 7)):
        liked = draw.choice([0.6, 0.9, 0.98])
        unit, by_group = f"单位{at}", {}
        for group in GROUPS[: draw.randint(1, 3)]:
            n = draw.choice([0, 1, 2, 3, 4, 6, 8, 12, 20])
            chosen = [0 if draw.random() < liked else draw.choice([1, 2]) for _ in range(n)]
            by_group[group] = tuple(chosen.count(grade) for grade in range(3))
        votes[unit], categories[unit] = by_group, draw.choice(["甲类", "甲类", "乙类"])
    votes["单位0"]["普通群众"] = (9, 2, 1)
    return ballots(votes, categories)


@pytest.mark.parametrize(
    ("under", "seeds"),
    [
        ("weights", range(3)),
        ("pooled", range(3)),
        pytest.param("weights", range(3, 40), marks=pytest.mark.slow),
        pytest.param("pooled", range(3, 40), marks=pytest.mark.slow),
    ],
)
def test_nothing_small_is_recovered_from_small_rounds(store_path, under, seeds):
    rules = "alike" if under == "pooled" else RULED
    pages = published_rounds(store_path, [("ballots", random_votes(seed), rules) for seed in seeds])
    with opened(store_path) as release:
        found = {seed: attack(release, str(2001 + at), pages[at]) for at, seed in enumerate(seeds)}
    assert {seed: told for seed, told in found.items() if told} == {}


@pytest.mark.sweep
def test_a_published_round_says_how_much_it_withholds(demo_release):
    found = published(demo_release.round("2025"))
    assert (found.withheld_units, found.withheld_groups, found.withheld_grades) == (0, 6, 0)
    assert len(found.shown) == 90 and found.without_grades == ()
    assert RULES.count("smallest_cell = 5") == 1
