"""Rounds that are corrected again and again: publish them, read what is public, and attack it."""

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
POOLED = SMALL.replace('name = "demo-2025"', 'name = "pooled"').replace('order = "group"', 'order = "pooled"')
RULE_SETS = {"demo-2025": SMALL, "pooled": POOLED}


def sequences(path, seeds, steps, *, both=True, kinds=KINDS, together=False):
    """Publish a round a seed, `steps` corrections each; per round the pages seen and the votes behind them.

    Corrections are of these kinds in turn. Every other round is published as a bundle; `together`: each as both.
    Returns round -> (guarded, open): lists of (files that were read, votes, first names).
    """
    store = Store(path, threads=1)
    for text in RULE_SETS.values():
        store.add_rules(text)
    rounds = {str(2000 + at): CorrectedRound.drawn(seed) for at, seed in enumerate(seeds)}
    told = {name: ([], []) for name in rounds}
    for step in range(steps + 1):
        with store.batch():
            for at, (name, one) in enumerate(rounds.items()):
                if step:
                    one.correct(kinds[(at + step - 1) % len(kinds)])
                options = ImportOptions(rules=list(RULE_SETS)[at // 2 % 2], replace=step > 0)
                report = store.import_files("ballots", [("b.csv", one.file().encode())], name, options)
                assert report.stored or report.same_as, [problem.message("en") for problem in report.problems]
        store.publish()
        release = store.release()
        for at, (name, one) in enumerate(rounds.items()):
            read = ("page", "bundle") if together else (("page", "bundle")[at % 2],)
            _publish(store, release.round(name), step, one, told[name], read=read, both=both)
        points = {grade: value / 100 for grade, value in release.round("2000").rules.points.items()}
        weights = {name: release.round(name).rules.weights() for name in rounds}
        release.close()
    return told, weights, points


def _publish(store, round_, step, one, told, *, read, both):
    """Make the page or the bundle, with the joint check and without; read what it prints."""
    own = (one.votes(), dict(one.first_names))
    try:
        export = prepare(store, round_)
        export.keep(store)
        told[0].append(([READERS[name](export) for name in read], *own))
    except NothingNewError:
        pass  # no page: the earlier one stays
    if both:  # a first page is the same with the check and without
        told[1].append(([printed(page_of(published(round_, joint=False), round_))], *own) if step else told[0][0])


READERS = {
    "page": lambda export: printed(export.page()),
    "bundle": lambda export: printed_in_bundle(export.bundle("en")),
}


def attack(told, weights, points, *, to_the_end=True):
    """What the files of one round together give away; asking to the end is part of it, where the guard is judged."""
    seen = [Seen(files, names) for files, _, names in told]
    reader = OverTime(seen, weights, points)
    found = recovered_over_time(reader, [votes for _, votes, _ in told], SMALLEST)
    assert not (to_the_end and reader.unsettled), "a search that did not end is no answer"
    return found


def attacked(path, seeds, steps, *, both=True, **choices):
    """Votes found with the joint check by round; kinds of those found without, if `both`; number of guarded pages."""
    told, weights, points = sequences(path, seeds, steps, both=both, **choices)
    guarded = {name: attack(pages, weights[name], points) for name, (pages, _) in told.items()}
    unguarded = Counter()
    for name, (_, pages) in told.items() if both else ():
        found = attack(pages, weights[name], points, to_the_end=False)  # what is found is enough
        unguarded.update(kind for kind, *_ in found)
    made = sum(len(pages) for pages, _ in told.values())
    return {name: found for name, found in guarded.items() if found}, unguarded, made
