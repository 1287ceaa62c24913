"""Sentences of the evidence for a leader: one file with the numbers that choose them, and none contradicts these."""

from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.recount import Assertions
from data.store.ballot_decisions import CORRECT, KEEP, BallotDecision
from i18n import LANGUAGES
from results.evidence import classes, early_look, flips, integrity, recount, suggestions
from results.evidence.early_look import Look
from results.evidence.integrity import Integrity, SideBySide
from results.evidence.next_year import Plan
from results.evidence.suggestions import Suggestions
from results.ranking import leniency, robustness, rule_grid
from results.ranking.robustness import REMARKS

LOOKS = {
    "all decided": Look("政府部门", 30, 18_000, 600, 3, 3, 27, 0.95, 18_000),
    "more needed": Look("政府部门", 30, 18_000, 600, 3, 1, 20, 0.95, 26_000),
    "out of reach": Look("政府部门", 30, 18_000, 600, 3, 0, 0, 0.95),
    "too few": Look("政府部门", 30, 400, 12, 3, 0, 0, 0.95),
    "no places": Look("政府部门", 30, 18_000, 600, 0, 0, 0, 0.95),
}
LISTED = {"none": ((), 0), "copies": (("copies",), 40), "all": (("copies", "careless", "punished"), 107)}


def flip_rows(*numbers, exact=False):
    """Rows of a category, a triple of numbers for each unit: left out, changed, added; None where none alters it."""
    rows = pd.DataFrame(numbers, columns=["drop_place", "change_place", "add_place"], dtype="Int64")
    named = {"category": "政府部门", "verdict": "undecided", "place_is_exact": exact}
    return rows.assign(unit_name=[f"甲{at}局" for at in range(len(rows))], **named)


def class_rows(*numbers):
    table = pd.DataFrame({"class": pd.array(numbers, dtype="Int64")})
    return table.assign(better_at_least=[3 * ((number or 1) - 1) for number in numbers])


def found(kinds, listed):
    rows = pd.DataFrame({"check": list(kinds)})
    return Integrity(rows, pd.RangeIndex(listed).to_numpy(), 600, pd.DataFrame())


def moved(*flags):
    names = [f"甲{at}局" for at in range(len(flags))]
    return SideBySide(pd.DataFrame({"moved": flags, "unit_name": names}, columns=["moved", "unit_name"]), 40)


def planned(difference):
    return Plan("政府部门", pd.DataFrame({"votes_planned": [8000]}), 9.0, difference, 8000.0, 11_000.0)


UNIT = {"n": 220, "verdict": "undecided", "place_is_exact": False, "group": "人大代表", "group_n": 18}
UNIT |= {"drop_place": 3, "change_place": 2, "add_place": 4, "drop_verdict": 9, "change_verdict": 5, "add_verdict": 12}
FLIPPED = {
    "bounds": UNIT,
    "exact": UNIT | {"place_is_exact": True, "n": 12},
    "one way only": UNIT | {"drop_place": None, "add_place": None},
    "no number of ballots": UNIT | dict.fromkeys(("drop_place", "change_place", "add_place"), None),
    "not ranked": UNIT | {"verdict": "not_ranked"},
}


def recounted(needed, sheets=11_234, **tickets):
    """A category for whose recount so many sheets are read. tickets : of a sheet of each group."""
    pairs = Assertions(np.array([0, 0]), np.array([1, 2]), np.array([5.03, 8.7]))
    numbers, every = np.arange(sheets), np.ones(sheets, dtype=np.int64)
    return recount.Recount("政府部门", numbers, every, tickets, (), every, every, pairs, every, needed)


RECOUNTS = {
    "a sample": recounted(124, 普通群众=1, 人大代表=1),
    "a sample, unequal groups": recounted(124, 普通群众=1, 人大代表=12),
    "all sheets": recounted(900, sheets=880, 普通群众=1, 人大代表=12),
}
READINGS = (recount.Reading(124, 0.05, 0), recount.Reading(80, 0.0512, 44), recount.Reading(0, 1.0, 1))


def decision(chosen, *moved, holds=True):
    units = tuple({"unit_name": name} for name in moved)
    time = "2026-01-05T04:00:00+00:00"
    return BallotDecision(chosen, "逐份核对", "", 40, units, "张经办", "李复核", "r", time, holds)


DECISIONS = {
    "kept, two verdicts would move": decision(KEEP, "甲0局", "甲1局"),
    "taken out, none would": decision(CORRECT),
    "taken out before": decision(CORRECT, "甲0局", holds=False),
}


def lenient(changed, *, refused=None, weak=False):
    rows = pd.DataFrame({"changed": [True] * changed + [False] * 3})
    return leniency.Leniency(None, rows, refused, [["甲0局", "甲1局"], ["甲2局"]], 0.04, weak)


LENIENT = {
    "no verdict changes": lenient(0),
    "one changes": lenient(1),
    "two change, weak links": lenient(2, weak=True),
    **{str(code): lenient(0, refused=code) for code in leniency.REFUSED},
}
GRID = (
    rule_grid.Rule("official", "official", ()),
    rule_grid.Rule("weight", "weight", (), {"group": "人大代表", "weight": "15%", "before": "30%"}),
    rule_grid.Rule("equal", "equal", ()),
    rule_grid.Rule("pooled", "pooled", ()),
    rule_grid.Rule("cut", "cut", (), {"grades": ("满意", "基本满意")}),
    rule_grid.Rule("without_parts", "without_parts", ()),
    rule_grid.Rule("declared", "declared", (), {"name": "不加权", "why": "去年如此"}),
    rule_grid.Rule("minimum", "minimum", (), {"votes": 15, "before": 30}),
)
LEFT_OUT = robustness.Margin(pd.DataFrame(), 0.1, None, None, ("甲0局", "甲1局"))
TRIED = robustness.Robustness("r", "2025", "政府部门", 1, GRID, pd.DataFrame(), LEFT_OUT, None, (), tuple(REMARKS))


def sentences(language):
    """Every sentence of a language, below the numbers that choose it."""
    yield f"## {language} · integrity: listed ballots; verdicts that move without them"
    yield from (f"[{name}] {integrity.headline(found(*case), language)}" for name, case in LISTED.items())
    yield from (f"[{flags}] {integrity.moved_in_words(moved(*flags), language)}" for flags in ((False,), (True, True)))
    yield f"## {language} · ballots to flip: left out, changed, added of each unit"
    for numbers, exact in ((((8, 5, 6), (3, 4, 9)), False), (((1, 1, 1),), False), (((2, 3, 4),), True)):
        yield from (f"[{numbers}] {line}" for line in flips.headlines(flip_rows(*numbers, exact=exact), language))
    yield from flips.headlines(flip_rows((1, 4, 2), exact=True), language)
    yield from flips.headlines(flip_rows((None, None, None)), language)
    yield f"## {language} · ballots to flip, of one unit"
    for case, unit in FLIPPED.items():
        yield from (f"[{case}] {sentence}" for sentence in flips.in_words(unit, language))
    yield f"## {language} · classes"
    yield classes.about(0.95, language)
    for numbers in ((1, 1, 1), (1, 1, 2, 3, None), (1, 2)):
        conclusion = filter(None, [classes.headline(class_rows(*numbers), language)])
        yield from (f"[{numbers}] {line}" for line in [*conclusion, *classes.meanings(class_rows(*numbers), language)])
    yield f"## {language} · recount: categories with a sample, categories"
    yield from (f"[{pair}] {recount.headline(*pair, language)}" for pair in ((0, 4), (2, 4), (4, 4)))
    for case, found_ in RECOUNTS.items():
        words = [found_.sentence(language), found_.tickets_in_words(language)]
        yield from (f"[{case}] {sentence}" for sentence in words if sentence)
    for reading in READINGS:
        yield f"[{reading}] {reading.sentence('政府部门', language)}"
    yield f"## {language} · what two people decided on listed ballots"
    yield from (f"[{case}] {integrity.decided_in_words(one, language)}" for case, one in DECISIONS.items())
    yield f"## {language} · suggestions: people, themes that wait"
    for people, waiting in ((1, 0), (41, 2)):
        wrote = Suggestions(pd.DataFrame(), people, waiting)
        yield from (f"[{people}, {waiting}] {sentence}" for sentence in suggestions.about(wrote, language))
    yield f"## {language} · lenient evaluators"
    for case, adjusted in LENIENT.items():
        yield from (f"[{case}] {sentence}" for sentence in adjusted.sentences(language))
    yield f"## {language} · the list under other rules"
    yield from (f"[{rule.code}] {rule.sentence(language)}" for rule in GRID)
    yield from (f"[{code}] {sentence}" for code, sentence in zip(REMARKS, TRIED.sentences(language), strict=True))
    yield f"## {language} · design: points between two units, 9.0 this year"
    yield from (f"[{points}] {planned(points).sentence(language)}" for points in (4.0, 9.0, 12.0))
    yield replace(planned(4.0), rows=pd.DataFrame()).sentence(language)
    yield f"## {language} · early look"
    for name, look in LOOKS.items():
        yield f"[{name}] {early_look.headline([look], language)} {look.sentence(language)} {look.outlook(language)}"
    yield early_look.caution(list(LOOKS.values()), language)


def test_every_sentence_of_the_evidence_is_as_it_was(golden):
    lines = [line.rstrip() for language in LANGUAGES for line in sentences(language)]
    golden("evidence_sentences.txt", ("\n".join(lines) + "\n").encode())


NUMBER = st.one_of(st.none(), st.integers(1, 500))


@settings(max_examples=25)
@given(st.lists(st.tuples(NUMBER, NUMBER, NUMBER), min_size=1, max_size=6), st.booleans())
def test_the_closest_case_is_that_with_the_fewest_ballots(numbers, exact):
    (sentence,) = flips.headlines(flip_rows(*numbers, exact=exact), "zh")
    there = [number for triple in numbers for number in triple if number is not None]
    assert ("任何数量" in sentence) == (not there)
    if there:
        names = [f"甲{at}局" for at, triple in enumerate(numbers) if min(there) in triple]
        assert any(name in sentence for name in names)
        assert f"{min(there)}" in sentence


PLACES = st.integers(0, 5)


@settings(max_examples=25)
@given(PLACES, PLACES, st.integers(0, 20), st.integers(0, 80), st.one_of(st.none(), st.integers(0, 90_000)))
def test_a_look_calls_decided_what_is_and_asks_for_votes_only_where_they_are_needed(
    places, confirmed, cleared, fewest, more
):
    needed = None if more is None else 3000 + more
    look = Look("政府部门", 30, 3000, fewest, places, min(confirmed, places), cleared, 0.95, needed)
    sentence, statement = early_look.headline([look], "zh"), look.sentence("zh")
    decided = places > 0 and look.confirmed == places
    assert ("全部" in sentence and "已可确定" in sentence) == decided
    reach = needed is not None or fewest < early_look.FEWEST
    assert ("继续收票" in sentence) == (places > 0 and not decided and reach)
    assert bool(look.outlook("zh")) == (places > 0 and not decided and fewest >= early_look.FEWEST)
    assert ("不作任何判断" in statement) == (places > 0 and fewest < early_look.FEWEST)


@settings(max_examples=25)
@given(st.lists(st.one_of(st.none(), st.integers(1, 5)), min_size=1, max_size=12))
def test_units_in_classes_add_up(numbers):
    sentence = classes.headline(class_rows(*numbers), "en")
    ranked = [number for number in numbers if number]
    assert bool(sentence) == (len(set(ranked)) > 1)
    if sentence:
        first = ranked.count(min(ranked))
        assert f"{len(ranked)} ranked" in sentence and f"{first} in the first, {len(ranked) - first} in" in sentence


@settings(max_examples=25)
@given(st.integers(0, 9), st.integers(1, 9), st.floats(0.5, 20))
def test_a_sample_is_enough_only_where_it_is_and_a_plan_is_finer_only_where_it_is(sampled, count, points):
    sampled = min(sampled, count)
    sentence = recount.headline(sampled, count, "en")
    assert ("count all" in sentence) == (sampled < count) and ("a sample of" in sentence) == (sampled > 0)
    assert ("instead of" in planned(points).sentence("en")) == (round(points, 1) < planned(points).difference_now)


@settings(max_examples=25)
@given(st.lists(st.booleans(), min_size=1, max_size=5), st.integers(0, 60), st.sampled_from(list(LISTED)))
def test_ballots_are_listed_and_verdicts_move_only_where_they_do(flags, listed, kinds):
    sentence = integrity.headline(found(LISTED[kinds][0], listed), "en")
    assert sentence.startswith("None") == (listed == 0)
    assert ("no verdict" in integrity.moved_in_words(moved(*flags), "en")) == (not any(flags))
