"""Sentences of the evidence for a leader: one file with the numbers that choose them, and none contradicts these."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from i18n import LANGUAGES
from results.evidence import classes, early_look, flips, integrity, recount
from results.evidence.early_look import Look
from results.evidence.integrity import Integrity, SideBySide
from results.evidence.next_year import Plan

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


def sentences(language):
    """Every sentence of a language, below the numbers that choose it."""
    yield f"## {language} · integrity: listed ballots; verdicts that move without them"
    yield from (f"[{name}] {integrity.headline(found(*case), language)}" for name, case in LISTED.items())
    yield from (f"[{flags}] {integrity.moved_in_words(moved(*flags), language)}" for flags in ((False,), (True, True)))
    yield f"## {language} · ballots to flip: left out, changed, added of each unit"
    for numbers, exact in ((((8, 5, 6), (3, 4, 9)), False), (((1, 1, 1),), False), (((2, 3, 4),), True)):
        yield from (f"[{numbers}] {line}" for line in flips.headlines(flip_rows(*numbers, exact=exact), language))
    yield from flips.headlines(flip_rows((None, None, None)), language)
    yield f"## {language} · classes"
    for numbers in ((1, 1, 1), (1, 1, 2, 3, None)):
        conclusion = filter(None, [classes.headline(class_rows(*numbers), language)])
        yield from (f"[{numbers}] {line}" for line in [*conclusion, *classes.meanings(class_rows(*numbers), language)])
    yield f"## {language} · recount: categories with a sample, categories"
    yield from (f"[{pair}] {recount.headline(*pair, language)}" for pair in ((0, 4), (2, 4), (4, 4)))
    yield f"## {language} · design: points between two units, 9.0 this year"
    yield from (f"[{points}] {planned(points).sentence(language)}" for points in (4.0, 9.0, 12.0))
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
