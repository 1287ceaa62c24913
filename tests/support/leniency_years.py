"""Simulated years in blocks, through the product's sums: official and adjusted scores against the truth."""

from dataclasses import dataclass

import numpy as np

from analytics.leniency import Adjusted, Links, adjusted_scores
from analytics.moments import Moments
from analytics.scores import UnitScores, scores_from_moments
from data.moments.vote_moments import moments_of_votes
from tests.support.grades import Ballots
from tests.support.simulation import GROUPS, WEIGHTS, Sample, leniency_scenario
from tests.support.votes import as_input, as_links


@dataclass(frozen=True)
class Year:
    """truth, official: shape (units,), points."""

    truth: np.ndarray
    official: np.ndarray
    adjusted: Adjusted

    @property
    def errors(self) -> tuple[float, float]:
        """Root mean square distance from the truth of official and adjusted scores, their means made equal."""
        return _rmse(self.official - self.truth), _rmse(self.adjusted.score - self.truth)


def year(cross_share: float, seed: int) -> Year:
    """Five blocks of twelve units; so much of each ballot is drawn from all units."""
    sample = leniency_scenario(cross_share, seed)
    moments, links = sums_of(sample)
    official = scores_from_moments(moments, WEIGHTS).score
    return Year(sample.truth, official, adjusted_scores(links, moments, WEIGHTS))


def mean_errors(cross_share: float, runs: int) -> tuple[float, float]:
    """Mean error of official and adjusted scores over the years of seeds 0 to runs - 1."""
    official, adjusted = np.mean([year(cross_share, seed).errors for seed in range(runs)], axis=0)
    return float(official), float(adjusted)


def sums_of(sample: Sample) -> tuple[Moments, Links]:
    """The exact sums of a year."""
    score = sample.points.astype(np.int64) * 10_000
    units = sample.scenario.units
    sums = moments_of_votes(sample.evaluator, sample.unit, sample.group, score, units, len(GROUPS), step=200_000)
    return as_input(sums, range(units), range(len(GROUPS))), as_links(sums, range(len(GROUPS)))


def adjusted_ballots(year: Ballots, units: int, *, sites: bool = False) -> tuple[UnitScores, UnitScores] | None:
    """Adjusted and official scores of the ballots of one group; None where nothing can be adjusted."""
    score = year.points.astype(np.int64) * 10_000
    sums = moments_of_votes(year.evaluator, year.unit, year.group, score, units, 1, step=200_000)
    found = adjusted_scores(as_links(sums, range(1)), as_input(sums, range(units), range(1)), {0: 1.0})
    if found.refused is not None:
        return None
    official = year.scored({0: 1.0}, sites=sites)
    return found.scores(official, np.arange(units)), official


def _rmse(apart: np.ndarray) -> float:
    return float(np.sqrt(np.mean((apart - apart.mean()) ** 2)))
