"""Sentences that are chosen by numbers: one file with the numbers beside each, and none contradicts its numbers."""

from dataclasses import astuple
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.changes import RegressionToMean, changes_of, regression_to_mean
from analytics.scores import UnitScores, score_units
from analytics.verdicts import CLEARED, CONFIRMED, UNDECIDED
from i18n import LANGUAGES, translate
from reports.documents.bulletin import RULES, cleared_words
from reports.documents.circular import standing_words
from results.comparison import sentences
from results.comparison.year_on_year import FELL, ROSE, SAME, STATEMENT_NAMES, _statements
from results.pledges.labels import opposite_words, scored_words
from results.pledges.progress import DUE, LATE, WARNINGS, attention_counts
from results.ranking.statements import Rule, first_layer, strength

RISES = {
    "fell": RegressionToMean(5, 0.8, 0.51, -1.2, 0.3, 2.0, 2.1),
    "did not move": RegressionToMean(5, 0.8, 0.51, 0.0, 0.3, 2.0, 2.1),
    "moved by less than is printed": RegressionToMean(5, 0.8, 0.0, 0.004, 0.0, 0.0, 0.0),
    "rose less than predicted": RegressionToMean(5, 0.8, 0.51, 0.4, 0.3, 2.0, 2.1),
    "rose more, inside the margin": RegressionToMean(5, 0.8, 0.51, 2.4, 0.3, 2.0, 2.1),
    "rose beyond chance with all others": RegressionToMean(5, 0.8, 0.51, 13.52, 12.9, 2.0, 2.1),
    "rose beyond chance alone": RegressionToMean(5, 0.8, 0.51, 13.52, 0.3, 2.0, 2.1),
    "no margin known": RegressionToMean(5, 0.8, 0.51, 13.52, 0.3),
}
COUNTS = ((0, 0, 32), (3, 2, 27), (1, 0, 0), (0, 4, 0))
TIERS = ((0, 21), (19, 21), (21, 21))
HALLS = ((0, 12), (3, 12), (12, 12))
ATTENTION = (
    {"count": 40, "warned": 0, "late": 0, "due": 0, "other": 0},
    {"count": 103, "warned": 31, "late": 12, "due": 9, "other": 10},
)
BOTTOMS = {
    "last": Rule("last", 1, 21, "党群部门", None, None, 0.95),
    "share": Rule("share", 2, 21, "党群部门", None, None, 0.95),
    "below": Rule("below", 0, 21, "党群部门", 60.0, None, 0.95),
    "last_and_below": Rule("last_and_below", 2, 21, "党群部门", 60.0, None, 0.95),
    "dissatisfied_over": Rule("dissatisfied_over", 0, 21, "党群部门", None, 0.15, 0.95),
}


def told(language):
    """Every chosen sentence of a language, below the numbers that choose it."""
    yield f"## {language} · the last of the earlier round"
    for case, facts in RISES.items():
        yield f"[{case}: k, reliability, predicted, measured, overall, margin, margin of overall = {astuple(facts)}]"
        yield sentences.regression(facts, "2024", 2, language)
    yield f"## {language} · changes of a category: rose, fell, same"
    for rose, fell, same in COUNTS:
        message = sentences.SUMMARIES[sentences.summary_kind(rose, fell, same)]
        facts = {"count": rose + fell + same, "rose": rose, "fell": fell, "same": same, "level": "95"}
        yield f"[{rose}, {fell}, {same}] {translate(message, language).format(**facts)}"
    yield f"## {language} · the change of one unit: change, p after Holm"
    for change, p in ((3.2, 0.01), (-3.2, 0.01), (3.2, 0.06)):
        code = _statements(np.array([change]), np.array([p]), 0.95)[0]
        yield f"[{change}, {p}] {translate(STATEMENT_NAMES[code], language)}"
    yield f"## {language} · cleared units: cleared, ranked"
    yield from (f"[{cleared}, {count}] {cleared_words(cleared, count, language)}" for cleared, count in TIERS)
    yield f"## {language} · bottom rules"
    for name, rule in BOTTOMS.items():
        yield f"[{name}, k = {rule.k}] {translate(RULES[name], language).format(**rule.facts(language))}"
    yield f"## {language} · posts with a vote score; opposite posts"
    yield from (f"[{scored}, {posts}] {scored_words(scored, posts, language)}" for scored, posts in HALLS)
    yield from (f"[{count}, {posts}] {opposite_words(count, posts, language)}" for count, posts in HALLS)
    yield f"## {language} · pledges of a quarter"
    yield from (f"[{counts}] {standing_words(counts, date(2025, 9, 30), 8, language)}" for counts in ATTENTION)


def test_every_chosen_sentence_is_as_it_was(golden):
    lines = [line for language in LANGUAGES for line in told(language)]
    golden("chosen_sentences.txt", ("\n".join(lines) + "\n").encode())


POINTS = st.floats(-20, 20)
WIDTH = st.floats(0, 5)


@settings(max_examples=25)
@given(POINTS, POINTS, POINTS, WIDTH, WIDTH)
def test_a_rise_is_called_an_improvement_only_by_its_numbers(predicted, measured, overall, margin, apart):
    facts = RegressionToMean(5, 0.8, abs(predicted), measured, overall, margin, apart)
    kind = sentences.improvement(facts)
    said = sentences.regression(facts, "2024", 2, "zh")
    assert (kind == sentences.NOT_UP) == (round(measured, 2) <= 0) == ("未上升" in said)
    if kind in (sentences.SHARED, sentences.IMPROVED):
        assert measured - abs(predicted) > margin - 0.011
    if kind == sentences.BY_CHANCE:
        assert measured - abs(predicted) <= margin + 0.011 and "尚不能认为" in said
    assert ("可以认为有所改进" in said) == (kind == sentences.IMPROVED)
    without = sentences.improvement(RegressionToMean(5, 0.8, abs(predicted), measured, overall))
    assert without in (sentences.NOT_UP, sentences.BY_CHANCE, sentences.UNKNOWN)
    if kind == sentences.IMPROVED:
        assert measured > max(abs(predicted), overall) - 0.011 and measured - overall > apart - 0.011


YEAR = st.tuples(st.integers(1, 60), st.integers(0, 60), st.integers(0, 60))
"""Votes of 100, 60 and 0 points on a unit."""


def scores_of(votes: list[tuple[int, ...]]) -> UnitScores:
    """The scores of units that no evaluator has in common."""
    points = [
        value for counts in votes for value, count in zip((100, 60, 0), counts, strict=True) for _ in range(count)
    ]
    units = [unit for unit, counts in enumerate(votes) for _ in range(sum(counts))]
    return score_units(range(len(points)), units, ["all"] * len(points), points)


@pytest.mark.sweep
@settings(max_examples=25)
@given(st.lists(st.tuples(YEAR, YEAR), min_size=5, max_size=12))
def test_a_change_is_named_by_its_sign_and_its_size_against_chance(units):
    first, second = (scores_of([years[at] for years in units]) for at in (0, 1))
    found = changes_of(first, second)
    words = np.array(_statements(found.change, found.p_holm, 0.95))
    assert (found.low[words == ROSE] > 0).all() and (found.high[words == FELL] < 0).all()
    assert (found.change[words == ROSE] > 0).all() and (found.change[words == FELL] < 0).all()
    assert (found.p_holm[words == SAME] > 0.05).all()
    rose, fell, same = (int((words == name).sum()) for name in (ROSE, FELL, SAME))
    kind = sentences.summary_kind(rose, fell, same)
    assert (kind == sentences.NONE) == (rose + fell == 0)
    assert (kind == sentences.ALL_MOVED) == (same == 0)
    covariance = first.covariance_adjusted + second.covariance_adjusted
    facts = regression_to_mean(first.score, np.diag(first.covariance_adjusted), second.score, 2, covariance=covariance)
    assert facts is None or (facts.margin >= 0 and facts.margin_overall >= 0)


P = st.sampled_from([0.0, 1e-9, 0.01, 0.049, 0.05, 0.051, 0.3, 1.0])
REASONS = st.sampled_from([None, "small_group", "border_tie"])


@settings(max_examples=25)
@given(P, P, REASONS, st.sampled_from(LANGUAGES))
def test_a_verdict_is_said_with_the_evidence_that_it_has(confirm, clear, reason, language):
    verdict = CONFIRMED if confirm <= 0.05 and not reason else CLEARED if clear <= 0.05 < confirm else UNDECIDED
    row = {"unit_name": "甲局", "n": 41, "verdict": verdict, "reason": reason, "confirm_p": confirm, "clear_p": clear}
    row |= {"rank_best": 20, "rank_worst": 21, "p_bottom": 0.5, "shrunken": 60.0, "expected_rank": 20.0}
    rule = BOTTOMS["last"]
    said = first_layer(rule, row, language)[0]
    tested = "经统计检验" in said or "statistical test" in said
    assert tested == (verdict in (CONFIRMED, CLEARED))
    assert ("不属于" in said or "is not " in said) == (verdict == CLEARED) or verdict == UNDECIDED
    assert (strength(row, rule.level) >= 100) == (tested or (verdict == UNDECIDED and min(confirm, clear) <= 0.05))


ITEM = st.lists(st.booleans(), min_size=len(WARNINGS), max_size=len(WARNINGS))


@settings(max_examples=25)
@given(st.lists(ITEM, min_size=1, max_size=9))
def test_parts_of_the_attention_add_up(drawn):
    rows = pd.DataFrame(drawn, columns=list(WARNINGS))
    rows[DUE] &= ~rows[LATE]
    counts = attention_counts(rows.assign(warned=rows.any(axis=1)))
    assert counts["late"] + counts["due"] + counts["other"] == counts["warned"] <= counts["count"]
    assert min(counts.values()) >= 0
    said = standing_words(counts, date(2025, 9, 30), 1, "zh")
    assert ("无需关注" in said) == (counts["warned"] == 0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_none_some_and_all_are_three_sentences(language):
    for words in (cleared_words, scored_words):
        assert len({words(number, 4, language) for number in (0, 2, 4)}) == 3
    assert "0" not in opposite_words(0, 12, language)
