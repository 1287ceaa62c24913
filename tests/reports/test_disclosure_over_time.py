"""Disclosure over time: what a reader of all public pages of a round can work out, and what the guard does about it."""

from collections import Counter

from data.store import ImportOptions, Store
from reports.disclosure_control import NothingNewError, published
from reports.public_export import prepare
from reports.public_page import page_of
from tests.reference.attacker import printed
from tests.reference.attacker_over_time import OverTime, Seen, printed_in_bundle, recovered_over_time
from tests.support.corrected_rounds import KINDS, CorrectedRound
from tests.support.stores import SMALL

SMALLEST = 5


def sequences(path, seeds, steps):
    """Publish a round a seed, `steps` corrections each; per round the pages seen and the votes behind them.

    Returns round -> (guarded, open): lists of (release number, file that was read, votes, first names).
    """
    store = Store(path, threads=1)
    store.add_rules(SMALL)
    rounds = {str(2000 + at): CorrectedRound.drawn(seed) for at, seed in enumerate(seeds)}
    told = {name: ([], []) for name in rounds}
    for step in range(steps + 1):
        for at, (name, one) in enumerate(rounds.items()):
            if step:
                one.correct(KINDS[(at + step) % len(KINDS)] if step > 1 else KINDS[at % 3])
            options = ImportOptions(rules="demo-2025", replace=step > 0)
            report = store.import_files("ballots", [("b.csv", one.file().encode())], name, options)
            assert report.stored or report.same_as, [problem.message("en") for problem in report.problems]
        store.publish()
        release = store.release()
        for at, (name, one) in enumerate(rounds.items()):
            _publish(store, release.round(name), step, one, told[name], bundle=at % 2 == 1)
        points = {grade: value / 100 for grade, value in release.round(name).rules.points.items()}
        weights = dict(release.round(name).rules.weights())
        release.close()
    return told, weights, points


def _publish(store, round_, step, one, told, bundle):
    """Make the page or the bundle, with the joint check and without; read what it prints."""
    own = (step, one.votes(), dict(one.first_names))
    try:
        export = prepare(store, round_)
        export.keep(store)
        told[0].append((printed_in_bundle(export.bundle("en")) if bundle else printed(export.page()), *own))
    except NothingNewError:
        pass  # no page: the earlier one stays
    told[1].append((printed(page_of(published(round_, joint=False), round_)), *own))


def attack(told, weights, points):
    """What the pages of one round together give away."""
    seen = [Seen(page, names, step) for page, step, _, names in told]
    return recovered_over_time(OverTime(seen, weights, points), [votes for _, _, votes, _ in told], SMALLEST)


def attacked(path, seeds, steps):
    """Kinds of votes found: with the joint check, and without."""
    told, weights, points = sequences(path, seeds, steps)
    guarded = {name: found for name, (pages, _) in told.items() if (found := attack(pages, weights, points))}
    unguarded = Counter(kind for _, pages in told.values() for kind, *_ in attack(pages, weights, points))
    made = sum(len(pages) for pages, _ in told.values())
    return guarded, unguarded, made


def test_no_ballot_is_recovered_from_pages_of_corrected_rounds(store_path):
    """Eight rounds of four releases; in tests/slow two hundred of five."""
    guarded, unguarded, made = attacked(store_path, range(8), 3)
    assert guarded == {}
    assert unguarded["ballot"] > 10, "the same reader finds them where pages are judged one by one"
    assert made > 8, "some corrections become public"
