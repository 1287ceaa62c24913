"""Disclosure over time: what a reader of all public pages of a round can work out, and what the guard does about it."""

import random
from collections import Counter
from itertools import product

from data.store import ImportOptions, Store
from reports.disclosure_control import NothingNewError, published
from reports.public_export import prepare
from reports.public_page import page_of, public_page
from results.number_format import number
from results.ranking.ranking import ranking
from results.ranking.rows import records
from tests.reference.attacker import printed
from tests.reference.attacker_over_time import (
    OverTime,
    Seen,
    by_interval,
    intervals_of,
    printed_in_bundle,
    recovered_over_time,
)
from tests.support.corrected_rounds import GRADES, GROUPS, KINDS, CorrectedRound
from tests.support.stores import RULES, SMALL

SMALLEST = 5
POOLED = SMALL.replace('name = "demo-2025"', 'name = "pooled"').replace('order = "group"', 'order = "pooled"')
RULE_SETS = {"demo-2025": SMALL, "pooled": POOLED}


def sequences(path, seeds, steps):
    """Publish a round a seed, `steps` corrections each; per round the pages seen and the votes behind them.

    Returns round -> (guarded, open): lists of (file that was read, votes, first names).
    """
    store = Store(path, threads=1)
    for text in RULE_SETS.values():
        store.add_rules(text)
    rounds = {str(2000 + at): CorrectedRound.drawn(seed) for at, seed in enumerate(seeds)}
    told = {name: ([], []) for name in rounds}
    for step in range(steps + 1):
        for at, (name, one) in enumerate(rounds.items()):
            if step:
                one.correct(KINDS[(at + step - 1) % len(KINDS)])
            options = ImportOptions(rules=list(RULE_SETS)[at // 2 % 2], replace=step > 0)
            report = store.import_files("ballots", [("b.csv", one.file().encode())], name, options)
            assert report.stored or report.same_as, [problem.message("en") for problem in report.problems]
        store.publish()
        release = store.release()
        for at, (name, one) in enumerate(rounds.items()):
            _publish(store, release.round(name), step, one, told[name], bundle=at % 2 == 1)
        points = {grade: value / 100 for grade, value in release.round("2000").rules.points.items()}
        weights = {name: release.round(name).rules.weights() for name in rounds}
        release.close()
    return told, weights, points


def _publish(store, round_, step, one, told, bundle):
    """Make the page or the bundle, with the joint check and without; read what it prints."""
    own = (one.votes(), dict(one.first_names))
    try:
        export = prepare(store, round_)
        export.keep(store)
        told[0].append((printed_in_bundle(export.bundle("en")) if bundle else printed(export.page()), *own))
    except NothingNewError:
        pass  # no page: the earlier one stays
    # A first page is the same with the check and without.
    told[1].append((printed(page_of(published(round_, joint=False), round_)), *own) if step else told[0][0])


def attack(told, weights, points):
    """What the pages of one round together give away."""
    seen = [Seen(page, names) for page, _, names in told]
    return recovered_over_time(OverTime(seen, weights, points), [votes for _, votes, _ in told], SMALLEST)


def attacked(path, seeds, steps):
    """Kinds of votes found: with the joint check, and without."""
    told, weights, points = sequences(path, seeds, steps)
    guarded = {name: attack(pages, weights[name], points) for name, (pages, _) in told.items()}
    unguarded = Counter(kind for name, (_, pages) in told.items() for kind, *_ in attack(pages, weights[name], points))
    made = sum(len(pages) for pages, _ in told.values())
    return {name: found for name, found in guarded.items() if found}, unguarded, made


def test_no_ballot_is_recovered_from_pages_of_corrected_rounds(store_path):
    """Eight rounds with a correction each; in tests/slow two hundred with four."""
    guarded, unguarded, made = attacked(store_path, range(8), 1)
    assert guarded == {}
    assert unguarded["ballot"] > 5, "the same reader finds them where pages are judged one by one"
    assert made > 8, "some corrections become public"


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
    store, votes = Store(store_path, threads=1), smallest_groups(1)
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
    exact = printed(page)
    for unit in exact.units.values():
        unit["groups"] = dict.fromkeys(GROUPS, 10)
    ends = {row["unit_code"]: tuple(number(row[end]) for end in ("score_low", "score_high")) for row in records(rows)}
    assert len(given_away(exact, ends)) > len(small) / 5
