"""The verdict on the two-thirds line: beside exact fractions, its edges, and how often it is false."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analytics.two_thirds import bounds, joint_verdict, needed, size_to_clear, strata_verdict, tails, verdict
from tests.reference import plain_two_thirds as plain
from tests.support.examples import examples
from tests.support.surveys import false_claims, matters


@st.composite
def surveys(draw, largest=3000):
    population = draw(st.integers(1, largest))
    drawn = draw(st.integers(0, population))
    yes = draw(st.integers(0, drawn))
    return yes, drawn, draw(st.integers(0, drawn - yes)), population


LINES = st.sampled_from([(2, 3), (1, 2), (4, 5), (1, 1), (51, 100)])


@given(surveys(), LINES)
@examples(200, 40)
def test_the_p_values_are_those_of_exact_fractions(survey, line):
    answer = verdict(*survey, numerator=line[0], denominator=line[1])
    reaches, short, word = plain.verdict(*survey, share=Fraction(*line))
    assert math.isclose(answer.reaches_p, reaches, rel_tol=0, abs_tol=1e-12)
    assert math.isclose(answer.falls_short_p, short, rel_tol=0, abs_tol=1e-12)
    assert answer.verdict == word


@given(st.integers(0, 300), st.data(), LINES)
@examples(100)
def test_an_unknown_population_is_binomial(drawn, data, line):
    yes = data.draw(st.integers(0, drawn))
    missing = data.draw(st.integers(0, drawn - yes))
    answer = verdict(yes, drawn, missing, None, numerator=line[0], denominator=line[1])
    reaches, short, word = plain.verdict(yes, drawn, missing, None, share=Fraction(*line))
    assert math.isclose(answer.reaches_p, reaches, rel_tol=0, abs_tol=1e-12)
    assert math.isclose(answer.falls_short_p, short, rel_tol=0, abs_tol=1e-12)
    assert (answer.verdict, answer.low_count) == (word, None)
    exact = stats.binomtest(yes, drawn).proportion_ci() if drawn and not missing else None
    if exact:
        assert (answer.low, answer.high) == pytest.approx((exact.low, exact.high), abs=1e-12)


@given(surveys(largest=90))
@examples(60)
def test_the_interval_holds_every_number_that_is_not_rejected(survey):
    answer = verdict(*survey)
    assert (answer.low_count, answer.high_count) == plain.bounds(*survey, Fraction(1, 40))
    assert (answer.low, answer.high) == (answer.low_count / survey[3], answer.high_count / survey[3])


def test_the_interval_of_three_in_ten_of_fifty():
    """samplingbook prints 4 and 32 for the same survey: the first counts that are rejected."""
    answer = verdict(3, 10, 0, 50)
    assert (answer.low_count, answer.high_count) == (5, 31)
    assert not plain.at_least(3, 50, 4, 10) > Fraction(1, 40)


@given(surveys())
@examples(100)
def test_a_missing_answer_never_helps_a_claim(survey):
    yes, drawn, _, population = survey
    complete, holed = verdict(yes, drawn, 0, population), verdict(*survey)
    assert holed.reaches_p == complete.reaches_p and holed.falls_short_p >= complete.falls_short_p
    assert holed.low == complete.low and holed.high >= complete.high


@given(st.integers(1, 4000), st.data())
@examples(100)
def test_a_census_is_decided_by_counting(population, data):
    yes = data.draw(st.integers(0, population))
    missing = data.draw(st.integers(0, population - yes))
    answer = verdict(yes, population, missing, population)
    word = "cleared" if 3 * yes >= 2 * population else "confirmed" if 3 * (yes + missing) < 2 * population else None
    assert answer.verdict == (word or "undecided")
    assert (answer.low_count, answer.high_count) == (yes, yes + missing)


def test_how_many_must_be_asked_so_that_the_same_share_is_enough():
    assert [size_to_clear(yes, 300, 3000) for yes in (210, 205, 200, 0)] == [480, 1282, None, None]
    assert size_to_clear(214, 300, 3000) == 300  # cleared already
    assert size_to_clear(0, 0, 3000) is None and size_to_clear(2, 3, 3) is None
    for yes, size in ((210, 480), (205, 1282)):
        words = [verdict(yes * n // 300, n, 0, 3000).verdict for n in (size - 1, size)]
        assert words == ["undecided", "cleared"]


@given(st.lists(surveys(largest=60), min_size=1, max_size=4))
@examples(40, 15)
def test_strata_add_exact_bounds(rows):
    answer = strata_verdict(rows)
    ends, low, high, word = plain.strata(rows)
    assert list(zip(answer.low.tolist(), answer.high.tolist(), strict=True)) == ends
    assert (answer.low_sum, answer.high_sum, answer.verdict) == (low, high, word)


def test_several_questions_are_cleared_together_and_missed_after_holm():
    clear, miss, open_ = verdict(214, 300, 0, 3000), verdict(180, 300, 0, 3000), verdict(200, 300, 0, 3000)
    barely = verdict(186, 300, 0, 3000)  # 0.0416, and 0.125 after Holm over three
    assert joint_verdict([clear, clear, clear]) == "cleared"
    assert joint_verdict([clear, clear, open_]) == "undecided"
    assert joint_verdict([clear, clear, miss]) == "confirmed"
    assert barely.verdict == "confirmed" and joint_verdict([clear, clear, barely]) == "undecided"


def test_votes_needed_are_counted_upwards():
    assert [needed(base) for base in (1, 2, 3, 4, 200, 300, 100_000)] == [1, 2, 2, 3, 134, 200, 66_667]
    for base in range(1, 400):
        assert needed(base) == plain.line_of(base, Fraction(2, 3))


def test_what_cannot_be_a_survey_is_refused():
    wrong = [(5, 3, 0, 10), (2, 3, 2, 10), (-1, 3, 0, 10), (1, 3, 0, 2), (0, 0, 0, 0)]
    for survey in wrong:
        with pytest.raises(ValueError, match="people drawn"):
            verdict(*survey)
    for line in ((0, 3), (4, 3), (1, 0)):
        with pytest.raises(ValueError, match="line"):
            verdict(1, 3, 0, 10, numerator=line[0], denominator=line[1])
    with pytest.raises(ValueError, match="level"):
        verdict(1, 3, 0, 10, level=95)
    for empty in (strata_verdict, joint_verdict):
        with pytest.raises(ValueError, match="at least one"):
            empty([])


def test_nobody_asked_shows_nothing():
    answer = verdict(0, 0, 0, 40)
    assert (answer.verdict, answer.low_count, answer.high_count) == ("undecided", 0, 40)
    assert (verdict(0, 0, 0, None).low, verdict(0, 0, 0, None).high) == (0.0, 1.0)


def test_no_verdict_is_false_more_often_than_promised():
    """Exactly, without simulation: where the truth is at the line, or one below it."""
    worst = 0.0
    for population, drawn in [(300, 60), (300, 299), (1000, 250), (3000, 600), (5000, 60), (45, 30)]:
        line = needed(population)
        for truth, word in ((line, "confirmed"), (line - 1, "cleared")):
            yes = np.arange(max(0, drawn - population + truth), min(drawn, truth) + 1)
            chance = stats.hypergeom.pmf(yes, population, truth, drawn)
            reaches, short = tails(yes, drawn, 0, population)
            worst = max(worst, float(chance[(reaches if word == "cleared" else short) <= 0.05].sum()))
    assert 0.04 < worst <= 0.05


def test_false_verdicts_are_rare_in_simulated_surveys():
    """A few surveys of each kind; tests/slow runs forty matters with ten thousand each."""
    shares = np.array([false_claims(matter, 400, seed) for seed, matter in enumerate(matters(18, 7))])
    assert (shares[:, 0] <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 400)).all()
    assert shares[:, 0].max() > 0.02 and shares[:, 1].max() > 0.2


def test_the_bounds_of_one_person():
    assert bounds(1, 1, 0, 1, 0.025) == (1, 1) and bounds(0, 1, 1, 1, 0.025) == (0, 1)
