"""What changes between two releases, the steps of a year, its notice, two units: every sentence below its numbers."""

import re
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.model.clock import Standing
from data.model.working_days import CALENDAR_DAYS, WORKING_DAYS, Deadline, Periods
from data.store.deliveries import Delivery
from data.store.history import Event
from data.store.objections import Line, Register
from data.store.review import ANNOUNCED, PREVIEW, Objected, Term
from i18n import LANGUAGES
from results import unit_comparison
from results.comparison.release_diff import (
    ADDED,
    CHANGED,
    GROUP_COLUMNS,
    MOST_TOLD,
    MOVED,
    RECORD_COLUMNS,
    REMOVED,
    UNIT_COLUMNS,
    Comparison,
    RoundDifference,
)
from results.home.review_steps import review_steps
from results.home.year_strip import (
    CHECKS,
    CURRENT,
    LETTERS,
    LINES,
    NO_NOTES,
    NOTES,
    NOTICE,
    OBJECTIONS,
    PREVIEWED,
    UNITS,
    _period,
    _step,
)
from results.pledges.analysis import SENTENCES, Unavailable
from results.pledges.labels import DIFFERS_SENTENCES, difference_sentence
from results.public_notice import Notice
from tests.support.examples import examples

DAY = date(2026, 3, 2)
LAST, PROVISIONAL = Deadline(date(2026, 3, 9), False), Deadline(date(2027, 1, 8), True)
SAME = {"category": "党群", "n": 60, "score": 70.0, "rank": 3, "verdict": "undecided"}


# --- two releases -------------------------------------------------------------------------------------------------


def moved(name, change=MOVED, **after):
    """A row of a unit: as SAME before, with other values afterwards."""
    row = {"unit_code": name, "unit_name": name, "change": change}
    for field, value in SAME.items():
        row |= {f"{field}_from": value, f"{field}_to": after.get(field, value)}
    return row | {"score_change": row["score_to"] - row["score_from"]}


def difference(change=CHANGED, votes=(220, 219), units=(), **others):
    """A round that differs between two releases."""
    empty = {"rules": ("2025", "2025"), "trial": False, "groups": [], "records": []} | others
    return RoundDifference(
        "2025",
        change,
        empty["trial"],
        empty["rules"],
        votes,
        pd.DataFrame(list(units), columns=list(UNIT_COLUMNS)),
        pd.DataFrame(empty["groups"], columns=list(GROUP_COLUMNS)),
        pd.DataFrame(empty["records"], columns=list(RECORD_COLUMNS)),
    )


NAMES = tuple(f"甲{number}局" for number in range(1, 15))
GROUPS = [("人大代表", CHANGED, 18, 17, 90, 85)]
RECORDS = [("pledges", 1, 0, 2), ("votes", 0, 3, 0)]
DIFFERENCES = {
    "new": difference(ADDED, (0, 220), rules=("", "2025")),
    "new, without votes": difference(ADDED, (0, 0), rules=("", ""), records=RECORDS),
    "gone": difference(REMOVED, (220, 0), rules=("2025", "")),
    "gone, without votes": difference(REMOVED, (0, 0), rules=("", "")),
    "a trial, other rules": difference(trial=True, rules=("2025", "2025-2")),
    "the same number": difference(votes=(220, 220)),
    "no votes as before": difference(votes=(0, 0), records=RECORDS),
    "no votes before": difference(votes=(0, 220)),
    "one unit, another verdict, score and place": difference(
        units=[moved("甲1局", CHANGED, score=66.5, rank=4, verdict="confirmed")], groups=GROUPS
    ),
    "13 verdicts, two units new, seven gone": difference(
        units=[
            *(moved(name, verdict="cleared") for name in NAMES[:13]),
            *(moved(name, ADDED) for name in NAMES[:2]),
            *(moved(name, REMOVED) for name in NAMES[:7]),
        ]
    ),
}


# --- a year -------------------------------------------------------------------------------------------------------


def objected(number, state):
    entry = Event(number, "objection", "r", "", "", "2026-03-03T04:00:00+00:00", "u", round="2025")
    return Line(Objected(entry), {}, {}, state, Standing("running", LAST.day, 1))


def registered(*states, sort=PREVIEW, last=LAST, awaiting=()):
    """A register with objections of these states; awaiting: numbers of those whose correction is to be published."""
    given = Event(1, "preview", "r", "", "", "2026-03-01T04:00:00+00:00", "u", round="2025")
    lines = tuple(objected(number, state) for number, state in enumerate(states, 1))
    shown = given if sort == PREVIEW else None
    return Register("2025", {}, shown, (Term(sort, DAY, last),), lines, awaiting)


def letters(*received):
    """Letters to units; the days on which they arrived, "" for those on their way."""
    entry = Event(9, "delivery", "r", "", "", "2026-03-10T04:00:00+00:00", "u", round="2025")
    sent = zip(NAMES, received, strict=False)
    return [Delivery("2025", name, name, "2026-03-10", "张", "专人", entry, day) for name, day in sent]


STEPS_OF = {
    "a preview without objections": (registered(), ()),
    "a preview whose last day is provisional": (registered(last=PROVISIONAL), ()),
    "a preview that is over": (registered(last=Deadline(date(2026, 3, 1), False)), ()),
    "two open of three": (registered("open", "overdue", "late"), ()),
    "one to be corrected": (registered("correcting", "lifted", awaiting=(1,)), ()),
    "all settled after announcing": (
        registered("lifted", sort=ANNOUNCED, last=Deadline(date(2026, 3, 1), False)),
        ("2026-03-11", ""),
    ),
    "all letters received": (registered(), ("2026-03-11",)),
}
NOTICES = {
    "calendar days": Notice(DAY, Periods(7, 5, CALENDAR_DAYS), LAST, LAST, "2026-1", ()),
    "working days": Notice(DAY, Periods(7, 5, WORKING_DAYS), LAST, LAST, "2026-1", ()),
    "never stated, a calendar missing": Notice(
        DAY, Periods(7, 5, CALENDAR_DAYS, stated=False), LAST, PROVISIONAL, "2026-1", (2027, 2028)
    ),
}


# --- units and pledges --------------------------------------------------------------------------------------------


def place(name, rank, best, worst, category="党群"):
    return {"unit_name": name, "category": category, "rank": rank, "rank_best": best, "rank_worst": worst}


PAIRS = {
    "apart": (place("甲局", 1, 1, 2), place("乙局", 5, 3, 6)),
    "apart, asked the other way round": (place("乙局", 5, 3, 6), place("甲局", 1, 1, 2)),
    "overlapping by one place": (place("甲局", 1, 1, 3), place("乙局", 5, 3, 6)),
    "other categories": (place("甲局", 1, 1, 2), place("乙局", 5, 3, 6, "政府")),
    "one is not ranked": (place("甲局", 1, 1, 2), place("乙局", None, None, None)),
}
OPPOSITE = {"unit_name": "甲局", "post": "党组书记", "vote_gap": 6.24, "public_gap": -3.16}
UNAVAILABLE = {"fewest": 5, "n": 3, "groups": "党员 / 群众代表"}


def of_a_round(language):
    """The steps as the history and the calendar know them, on a day within and after both periods."""
    for today in (DAY, date(2026, 3, 10)):
        yield f"## {language} · steps of the year · {today}, periods to {LAST.day}"
        for code in (NOTICE, OBJECTIONS):
            step = _period(code, LAST, today)
            yield f"[{code}, {step.state}] {step.words(language)} | {step.what_next(language)}"
    yield f"## {language} · steps of the year · register, ballots, notes"
    for message, count in ((UNITS, "32"), (LINES, "7,406"), (NOTES, "1"), (NO_NOTES, "0")):
        yield f"[{count}] {_step(CHECKS, True, message, {'count': count}).words(language)}"


def sentences(language):
    """Every sentence of a language, below the numbers that choose it."""
    for case, found in DIFFERENCES.items():
        yield f"## {language} · two releases · {case}"
        yield from found.sentences(language)
    yield f"## {language} · two releases · the same"
    yield from Comparison("", "", ()).sentences(language)
    for case, (found, received) in STEPS_OF.items():
        yield f"## {language} · steps of the year · {case}"
        for code, facts in review_steps(found, letters(*received), DAY).items():
            yield f"[{code}, {facts.state}] {facts.detail[language]} | {facts.next[language]}"
    yield from of_a_round(language)
    for case, notice in NOTICES.items():
        yield f"## {language} · notice · {case}"
        yield from filter(None, [*notice.sentences(language), notice.to_mend(language)])
    yield f"## {language} · two units: places, ranges of places"
    for case, rows in PAIRS.items():
        yield from (f"[{case}] {sentence}" for sentence in unit_comparison.Comparison(rows).sentences(language))
    yield f"## {language} · hall and public; what cannot be analysed"
    for differs in DIFFERS_SENTENCES:
        yield difference_sentence(OPPOSITE | {"differs": differs}, language)
    yield from (f"[{code}] {Unavailable(code, UNAVAILABLE).sentence(language)}" for code in SENTENCES)


def test_every_sentence_of_a_year_is_as_it_was(golden):
    lines = [line.rstrip() for language in LANGUAGES for line in sentences(language)]
    assert not [line for line in lines if re.search(r"\{\w+\}|None\b|nan", line)]
    golden("year_sentences.txt", ("\n".join(lines) + "\n").encode())


# --- none contradicts its numbers ---------------------------------------------------------------------------------

VERDICTS = st.sampled_from(["confirmed", "undecided", "cleared"])
CHANGES = st.tuples(st.sampled_from([60.0, 70.0, 80.0]), st.integers(1, 5), VERDICTS)


@examples(200)
@given(after=st.lists(CHANGES, max_size=9))
def test_the_difference_of_two_releases_counts_what_moved(after):
    units = [moved(name, score=s, rank=r, verdict=v) for name, (s, r, v) in zip(NAMES, after, strict=False)]
    words = difference(units=units).sentences("en")
    scores = [s for s, _, _ in after if s != SAME["score"]]
    places = [r for _, r, _ in after if r != SAME["rank"]]
    verdicts = [v for _, _, v in after if v != SAME["verdict"]]
    assert sum(sentence.startswith("Verdict on ") for sentence in words) == len(verdicts)
    assert any(f"another score: {len(scores)};" in sentence for sentence in words) == bool(scores)
    assert any(f"another place: {len(places)}." in sentence for sentence in words) == bool(places)
    assert ("No score, place or verdict changes." in words) == (not (scores or places or verdicts))
    if scores:
        most = max(scores, key=lambda score: abs(score - 70))
        assert any(f"70.00 → {most:.2f}" in sentence for sentence in words)


@examples(100)
@given(counts=st.tuples(*(st.integers(0, 9),) * 3))
def test_units_that_come_go_or_change_are_counted_and_the_first_named(counts):
    changes = zip((ADDED, REMOVED, CHANGED), counts, strict=True)
    units = [moved(name, change) for change, count in changes for name in NAMES[:count]]
    words = difference(units=units).sentences("en")
    for head, count in zip(("Units added", "Units removed", "Units with other votes"), counts, strict=True):
        found = [sentence for sentence in words if sentence.startswith(head)]
        assert len(found) == (count > 0)
        if found:
            assert f": {count} (" in found[0] and ("…" in found[0]) == (count > MOST_TOLD)


@examples(200)
@given(ends=st.lists(st.integers(1, 9), min_size=4, max_size=4), language=st.sampled_from(LANGUAGES))
def test_two_units_are_apart_exactly_where_their_places_do_not_overlap(ends, language):
    (best, worst), (next_best, next_worst) = sorted(ends[:2]), sorted(ends[2:])
    rows = (place("甲局", best, best, worst), place("乙局", next_worst, next_best, next_worst))
    (sentence,) = unit_comparison.Comparison(rows).sentences(language)
    apart = worst < next_best or next_worst < best
    assert ({"zh": "分不出先后", "en": "cannot be separated"}[language] not in sentence) == apart
    if apart:
        assert sentence.index("甲局") < sentence.index("乙局") or next_worst < best


@examples(200)
@given(
    states=st.lists(st.sampled_from(["open", "overdue", "lifted", "upheld", "late", "correcting"]), max_size=9),
    language=st.sampled_from(LANGUAGES),
)
def test_a_step_asks_for_rulings_first_then_for_corrections_and_counts_both(states, language):
    waiting = tuple(number for number, state in enumerate(states, 1) if state == "correcting")
    found = review_steps(registered(*states, awaiting=waiting), [], DAY)[PREVIEWED]
    unsettled = sum(state in ("open", "overdue") for state in states)
    numbers = re.findall(r"\d+", found.next[language])
    if unsettled or waiting:
        assert found.state == CURRENT and numbers == [str(unsettled or len(waiting))]
    if states:
        assert sorted(re.findall(r"\d+", found.detail[language])) == sorted([str(unsettled), str(len(states))])


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_are_asked_for_until_the_last_has_arrived(language):
    for received in (("2026-03-11", ""), ("2026-03-11", "2026-03-12")):
        step = review_steps(registered(), letters(*received), DAY)[LETTERS]
        assert bool(step.next[language]) == ("" in received)
