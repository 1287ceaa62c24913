"""Leniency over many simulated years: how near to the truth, and whether the standard errors are honest."""

from dataclasses import replace

import numpy as np
import pytest

from analytics.leniency import adjusted_scores
from analytics.verdicts import bottom_claims
from tests.support.leniency_years import mean_errors, sums_of, year
from tests.support.simulation import BASE, SCENARIOS, WEIGHTS, among_worst, leniency_scenario

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("cross_share", "bar"), [(1, 1.10), (0.3, 0.45), (0.05, 0.45)])
def test_error_against_the_truth(cross_share, bar):
    official, adjusted = mean_errors(cross_share, runs=24)
    assert adjusted <= bar * official


@pytest.mark.parametrize("seed", range(12))
def test_blocks_that_never_meet_are_refused(seed):
    answer = year(0, seed).adjusted
    assert answer.refused == "not_connected"
    assert [part.tolist() for part in answer.components] == np.arange(60).reshape(5, 12).tolist()


@pytest.mark.parametrize("cross_share", [1, 0.3])
@pytest.mark.parametrize("name", ["all_equal", "small_equal"])
def test_standard_errors_are_the_spread_between_years(name, cross_share):
    base = SCENARIOS["all_equal"]
    if name == "small_equal":
        base = replace(base, evaluators=SCENARIOS["small_sample"].evaluators)
    scores, errors = [], []
    for seed in range(60):
        answer = adjusted_scores(*reversed(sums_of(leniency_scenario(cross_share, seed, base))), WEIGHTS)
        if answer.refused or np.isnan(answer.score).any():
            continue
        around = np.eye(60) - 1 / 60
        scores.append(around @ answer.score)
        errors.append(np.sqrt(np.diagonal(around @ answer.covariance @ around)))
    assert len(scores) > 30
    assert 0.9 <= np.mean(errors) / np.std(scores, axis=0, ddof=1).mean() <= 1.15


@pytest.mark.parametrize("cross_share", [1, 0.3])
def test_claims_on_adjusted_scores_are_seldom_false(cross_share):
    false = 0
    for seed in range(100):
        sample = leniency_scenario(cross_share, seed, BASE)
        moments, links = sums_of(sample)
        answer = adjusted_scores(links, moments, WEIGHTS)
        bottom = among_worst(sample.truth, BASE.k, ~np.isnan(answer.score))
        verdict = bottom_claims(answer.score, answer.covariance, BASE.k, df=answer.df).verdict
        false += bool(((verdict == "confirmed") & ~bottom).any() or ((verdict == "cleared") & bottom).any())
    assert false <= 5
