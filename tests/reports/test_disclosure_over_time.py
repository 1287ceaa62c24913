"""Disclosure over time: what a reader of all public pages of a round can work out, and what the guard does about it."""

import random
import re
from itertools import product

import pytest

from data.store import ImportOptions, Store
from data.store.audit_log import PAGE, log_export
from reports.disclosure_control import judge
from reports.public_facts import BETWEEN, Facts, PublicSet, UnitFacts, set_of
from reports.public_page import public_page
from results.number_format import number
from results.ranking.ranking import ranking
from results.ranking.rows import records
from tests.reference.attacker import Page, printed
from tests.reference.attacker_over_time import by_interval, intervals_of
from tests.support.corrected_rounds import GRADES, GROUPS
from tests.support.public_sequences import SMALLEST, attack, attacked, sequences
from tests.support.stores import RULES, Biaochi


@pytest.mark.sweep
def test_no_ballot_is_recovered_from_pages_of_corrected_rounds(store_path):
    """Four rounds with a correction each; in tests/slow two hundred with four."""
    guarded, unguarded, made = attacked(store_path, range(4), 1)
    assert guarded == {}
    assert unguarded["ballot"] > 5, "the same reader finds them where pages are judged one by one"
    assert made > 4, "some corrections become public"


@pytest.mark.sweep
def test_scores_and_grades_of_a_category_are_tried_in_whole_votes(store_path):
    """76 satisfied votes on three units and their scores fitted only two sets of votes, with fractions any number."""
    told, weights, points = sequences(store_path, [25, 26], 0, both=False)
    pages, _ = told["2001"]
    assert attack(pages, weights["2001"], points) == []


# --- one page: score and interval --------------------------------------------------------------------------------


def smallest_groups(seed, units=9, n=10):
    """Votes by unit, group and grade at the smallest sizes that the rules of the demonstration rank."""
    draw = random.Random(seed)
    votes = {}
    for unit, group in product(range(units), GROUPS):
        liked = draw.choice([0.6, 0.75, 0.9])
        chosen = [0 if draw.random() < liked else draw.choice([1, 2]) for _ in range(n)]
        votes[f"单位{unit}", group] = [chosen.count(grade) for grade in range(3)]
    return votes


def test_score_and_interval_give_no_small_number_away(store_path):
    """To a reader who knows the votes of each group over all units; to two decimals they did."""
    store, votes = Store(store_path, threads=1), smallest_groups(2)
    rules = store.add_rules(RULES)
    lines = [f"{unit},{group},{','.join(map(str, counts))}" for (unit, group), counts in votes.items()]
    content = "\n".join(["参评单位,评议主体,满意,基本满意,不满意", *lines]).encode()
    assert store.import_files("counts", [("c.csv", content)], "2025", ImportOptions(rules=rules.name)).stored
    store.publish()
    release = store.release()
    page = public_page(release.round("2025"))
    rows = ranking(release.round("2025")).rows
    release.close()
    law = {
        group: {x: sum(v[at] for (_, g), v in votes.items() if g == group) for at, x in enumerate(GRADES)}
        for group in GROUPS
    }
    known = (rules.weights(), {grade: value / 100 for grade, value in rules.points.items()}, law)
    small = {(u, g, x): v[at] for (u, g), v in votes.items() for at, x in enumerate(GRADES) if 0 < v[at] < SMALLEST}

    def given_away(read, ends):
        found = by_interval(read, ends, *known)
        assert all(votes[u, g][GRADES.index(x)] == n for (u, g, x), n in found.items()), "the reader is wrong"
        return set(found) & set(small)

    assert given_away(printed(page), intervals_of(page)) == set()
    assert len(intervals_of(page)) == 9, "every unit has its score and interval"
    guessed = printed(page)
    for unit in guessed.units.values():
        unit["groups"] = dict.fromkeys(GROUPS, 10)  # where withheld, the reader may still guess the smallest there is
    assert given_away(guessed, intervals_of(page)) == set()
    ends = {row["unit_code"]: tuple(number(row[end]) for end in ("score_low", "score_high")) for row in records(rows)}
    assert len(given_away(guessed, ends)) > len(small) / 2, "ends to two decimals"


# --- what the guard answers ---------------------------------------------------------------------------------------


def votes_of(**units):
    """Facts of a round from name=(category, 满意, 基本满意, 不满意) of one group; `name__code` has another code."""
    told = {}
    for word, (category, *counts) in units.items():
        name, _, code = word.partition("__")
        by_grade = {f"总体{BETWEEN}{grade}": n for grade, n in zip(GRADES, counts, strict=True) if n}
        told[code or name] = UnitFacts(name, category, "", {"群众": by_grade})
    points = dict(zip(GRADES, (100.0, 60.0, 0.0), strict=True))
    ballots = sum(sum(unit[1:]) for unit in units.values())
    return Facts(told, "rules", points, {unit.category: None for unit in told.values()}, 2, ballots)


def public(facts, judgement=None, before=()):
    """A set of these facts, as an export would keep it."""
    waiting = judgement.named("waiting") if judgement else ()
    ballots = facts.ballots if judgement is None or judgement.ballots else None
    rows = {
        code: {"unit_name": unit.name, "score": score_of(unit), "score_low": 1.0} for code, unit in facts.units.items()
    }
    tables = [{"indicator": "总体", "grades": GRADES, "counts": dict.fromkeys(facts.categories, (1,)), "totals": {}}]
    earlier = tuple(one.digest for one in before)
    return PublicSet("2025", "r" * 64, earlier, facts, rows, tables, waiting, {}, ballots, {})


def score_of(unit):
    votes = {key.partition(BETWEEN)[2]: n for key, n in unit.counts["群众"].items()}
    total = sum(dict(zip(GRADES, (100, 60, 0), strict=True))[grade] * n for grade, n in votes.items())
    return round(total / sum(votes.values()), 2)


FIRST = {"甲": ("一", 40, 20, 10), "乙": ("一", 50, 10, 10), "丙": ("一", 30, 20, 20), "丁": ("二", 60, 20, 9)}
JUDGED = {
    "nothing changed": ({}, {"一": "repeated", "二": "repeated"}),
    "a vote more": ({"甲": ("一", 41, 20, 10)}, {"一": "waiting", "二": "repeated"}),
    "a vote fewer": ({"甲": ("一", 39, 20, 10)}, {"一": "waiting", "二": "repeated"}),
    "a vote changed": ({"甲": ("一", 39, 21, 10)}, {"一": "waiting", "二": "repeated"}),
    "four more": ({"甲": ("一", 42, 22, 10)}, {"一": "waiting", "二": "repeated"}),
    "many more in one unit and one in another": (
        {"甲": ("一", 60, 40, 30), "乙": ("一", 51, 10, 10)},
        {"一": "waiting", "二": "repeated"},
    ),
    "many more": ({"甲": ("一", 240, 120, 90)}, {"一": "new", "二": "repeated"}),
    "many more and alike: the score would tell": ({"甲": ("一", 46, 20, 10)}, {"一": "waiting", "二": "repeated"}),
    "many more, one of them unlike the others": ({"甲": ("一", 70, 20, 11)}, {"一": "waiting", "二": "repeated"}),
    "moved": ({"丙": ("二", 30, 20, 20)}, {"一": "new", "二": "new"}),
    "moved, and a vote more": ({"丙": ("二", 31, 20, 20)}, {"一": "new", "二": "waiting"}),
    "gone": ({"丙": None}, {"一": "new", "二": "repeated"}),
    "renamed": ({"丙": None, "丙改__丙": ("一", 30, 20, 20)}, {"一": "new", "二": "repeated"}),
    "renamed, and a vote more": ({"丙": None, "丙改__丙": ("一", 31, 20, 20)}, {"一": "waiting", "二": "repeated"}),
    "another code, and a vote more": ({"丙": None, "丙__C9": ("一", 31, 20, 20)}, {"一": "waiting", "二": "repeated"}),
    "another name and code, and a vote more": (
        {"丙": None, "戊__C9": ("一", 31, 20, 20)},
        {"一": "waiting", "二": "repeated"},
    ),
    "a new unit": ({"戊": ("一", 30, 20, 25)}, {"一": "new", "二": "repeated"}),
}


def test_categories_stand_wait_or_are_printed_anew():
    before, wrong = [public(votes_of(**FIRST))], []
    for name, (change, expected) in JUDGED.items():
        new = votes_of(**{word: told for word, told in {**FIRST, **change}.items() if told})
        judged = judge(new, before, SMALLEST)
        found = {category: one.how for category, one in judged.categories.items()}
        if found != expected or (
            name != "nothing changed" and any(one.how == "new" and one.grades for one in judged.categories.values())
        ):
            wrong.append((name, found, judged))
        free = judge(new, before, 1)
        if {one.how for one in free.categories.values()} != {"new"}:
            wrong.append((name, "without a limit", free))
    assert wrong == []


def test_every_earlier_page_counts_and_what_waited_does_not():
    """Votes come one after the other, all alike: ten of them become public together."""
    sets, seen = [public(votes_of(**FIRST))], []
    for more in range(1, 11):
        new = votes_of(**{**FIRST, "甲": ("一", 40 + more, 20, 10)})
        judged = judge(new, sets, SMALLEST)
        seen.append((judged.categories["一"].how, judged.ballots))
        sets.append(public(new, judged, sets))
    assert [how for how, _ in seen] == ["waiting"] * 9 + ["new"]
    assert [ballots for _, ballots in seen] == [False] * 4 + [True] + [False] * 4 + [True]
    back = judge(votes_of(**FIRST), sets, SMALLEST)
    assert (back.categories["一"].how, back.categories["一"].against) == ("repeated", 0)


def test_an_interval_stands_where_the_votes_of_a_unit_did_not_change():
    judged = judge(votes_of(**{**FIRST, "丙": ("二", 30, 20, 20)}), [public(votes_of(**FIRST))], SMALLEST)
    assert judged.categories["一"].intervals == {"甲": 0, "乙": 0}
    assert judged.categories["二"].intervals == {"丙": 0, "丁": 0}


def test_a_set_reads_back_as_it_was():
    one = public(votes_of(**FIRST))
    assert set_of(one.content).content == one.content and set_of(one.content).digest == one.digest


# --- the office ---------------------------------------------------------------------------------------------------

ROUND = ("--round", "2025")
CORRECTIONS = {"first": {}, "one more": {"单位0": 1}, "box": {"单位0": 60}}


def file_of(more=(), name="单位0"):
    """Two categories of three units; `more`: unit -> further votes of one group."""
    lines, ballot = ["票号,评议主体,参评单位,类别,评价"], 0
    for unit, group, (grade, n) in product(range(6), GROUPS, zip(GRADES, (20, 9, 8), strict=True)):
        extra = dict(more).get(f"单位{unit}", 0) if (group, grade) == (GROUPS[0], GRADES[unit % 3]) else 0
        for _ in range(n + unit + extra):
            ballot += 1
            lines.append(
                f"{ballot},{group},{name if unit == 0 else f'单位{unit}'},{'甲类' if unit < 3 else '乙类'},{grade}"
            )
    return "\n".join(lines) + "\n"


@pytest.fixture
def office(small, files):
    """office(more): import a corrected file and publish; returns the release."""

    def correct(more=()):
        again = ["--replace"] if small.store.is_dir() and Store(small.store).uploads() else []
        small("import", "ballots", files("b.csv", file_of(more)), *ROUND, *again)
        return small.publish()

    small.correct = correct
    return small


def kept(office):
    return sorted(path.name for path in (office.store / "public").glob("*.json"))


@pytest.mark.sweep
def test_the_same_release_is_the_same_bytes_whatever_came_after(office, tmp_path):
    first = office.correct()
    page = office("public", *ROUND)
    assert office("public", *ROUND) == page and len(kept(office)) == 1
    office("bundle", *ROUND, "--public", "-o", tmp_path / "first.zip")
    assert len(kept(office)) == 1, "page and bundle of a release are one set"
    second = office.correct({"单位0": 1})
    corrected = office("public", *ROUND)
    assert "单位0" in corrected.decode() and len(kept(office)) == 2
    for language in ("en", "zh"):
        assert office("public", *ROUND, "--release", first, lang=language) == page
        assert office("public", *ROUND, "--release", second, lang=language) == corrected
    office("rollback", first, "--reason", "回退")
    head = re.compile(rb"\d+:[0-9a-f]{16}")  # going back is a change of state, and a paper prints its head
    assert head.sub(b"", office("public", *ROUND)) == head.sub(b"", page) and len(kept(office)) == 2
    digest = kept(office)[0].split("-")[1].removesuffix(".json")
    assert digest in corrected.decode() and digest not in page.decode(), "a page lists what was public before it"
    notes = [row["note"] for row in office.json("audit")["rows"] if row["action"] == "export"]
    assert all(note.startswith("set ") for note in notes) and len(set(notes)) == 2


@pytest.mark.sweep
def test_what_waits_is_said_before_the_file_is_made_and_on_the_page(office, tmp_path):
    first = office.correct()
    office("public", *ROUND)
    office.correct({"单位0": 1})
    for words in (("public",), ("bundle", "--public", "-o", tmp_path / "b.zip")):
        content = office(*words, *ROUND, lang="en")
        assert "甲类: votes of at least one unit changed by fewer than 5" in office.err
        assert "乙类: no vote changed" in office.err
    content = office("public", *ROUND).decode()
    page = printed(content.encode())
    assert {code: unit["n"] for code, unit in page.units.items() if unit["category"] == "甲类"} == dict.fromkeys(
        ["单位0", "单位1", "单位2"]
    )
    assert all(unit["score"] is not None for unit in page.units.values() if unit["category"] == "乙类")
    assert set(page.grades) == {"乙类"} and not re.search(
        r"\d份评议票", content.split('id="zh"')[1].split("<h2>")[0].replace("一份", "")
    )
    section = Page(content).section("en")
    assert "The figures of this category wait" in section.text and "The number of ballots is not shown" in section.text
    basis = {
        row.attributes["data-unit"]: next(c.text for c in row.all("td", **{"class": "basis"}))
        for row in section.all("tr", data_unit=True)
    }
    assert first[:16] in basis["单位4"] and first[:16] not in basis["单位0"], "figures printed again name their release"


@pytest.mark.sweep
def test_nothing_new_is_no_page(office):
    """A vote on a unit of each category: every figure would have to wait."""
    office.correct()
    office("public", *ROUND)
    office.correct({"单位0": 1, "单位3": 1})
    assert office("public", *ROUND, code=2, lang="en") == b"" and len(kept(office)) == 1
    assert "the change waits until more votes change" in office.err
    office.correct({"单位0": 60, "单位3": 60})
    assert office("public", *ROUND) and len(kept(office)) == 2


@pytest.mark.sweep
def test_what_the_log_knows_and_the_store_does_not_is_asked_for(office):
    releases = [office.correct()]
    pages = [office("public", *ROUND)]
    releases.append(office.correct({"单位0": 1}))
    pages.append(office("public", *ROUND))
    office.correct({"单位0": 90})
    lost = office.store / "public" / kept(office)[1]
    lost.unlink()
    office("public", *ROUND, code=2)
    assert lost.stem.split("-")[1] in office.err and releases[1][:16] in office.err
    assert office("public", *ROUND, "--release", releases[1]) == pages[1], "made again from its release"
    assert lost.is_file() and office("public", *ROUND)
    lost.write_text(lost.read_text("utf-8") + " ", "utf-8")
    assert lost.name in office("check", code=1).decode() + office.err


@pytest.mark.sweep
def test_after_a_restore_it_is_asked_whether_anything_is_missing(office, files, tmp_path):
    office.correct()
    office("public", *ROUND)
    office("backup", tmp_path / "b.zip")
    other = Biaochi(tmp_path / "other", office.capture)
    other("restore", tmp_path / "b.zip")
    assert kept(other) == kept(office)
    assert other("public", *ROUND) == office("public", *ROUND), "a known page is the same without a question"
    other("import", "ballots", files("b.csv", file_of({"单位0": 1})), *ROUND, "--replace")
    other.publish()
    other("public", *ROUND, code=2)
    assert "--nothing-later" in other.err and "b.zip" in other.err
    other("public", *ROUND, "--nothing-later", " ", code=2)
    other("public", *ROUND, "--nothing-later", "备份后未再公开")
    assert "备份后未再公开" in [row["note"] for row in other.json("audit")["rows"]]
    assert other("public", *ROUND) and len(kept(other)) == 2


@pytest.mark.sweep
def test_pages_that_left_before_sets_were_kept_count(office):
    first = office.correct()
    log_export(office.store, f"{PAGE} 2025", release=first, round_id="2025", sha256="0" * 64)
    office.correct({"单位0": 1})
    assert office("public", *ROUND) and "单位0" in office("public", *ROUND).decode()
    assert len(kept(office)) == 2 and printed(office("public", *ROUND)).units["单位0"]["n"] is None
