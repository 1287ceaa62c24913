"""Many simulated years through the product's methods, counted.

The functions stand at the top of a module so that other processes can run them.
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np

from analytics.ranks import RankSets, competition_ranks, rank_sets, rank_sets_of
from analytics.scores import UnitScores
from analytics.shrinkage import bottom_probability
from analytics.verdicts import BottomClaims, bottom_claims, bottom_claims_of
from tests.support.simulation import SCENARIOS, Sample, among_worst, draw, scored, true_intervals

PROCESSES = 2


@dataclass(frozen=True)
class Statements:
    """What a method says of one year. Shares and counts are over the units that have a score.

    covered : every true rank lies in its simultaneous set. width : mean size of the simultaneous sets.
    confirmed, cleared, undecided : units with that verdict.
    set_confirmed, set_undecided : the same read from the rank sets: surely, possibly among the k worst.
    false_confirm, false_clear : whether any such claim is untrue.
    """

    covered: bool
    width: float
    confirmed: int
    cleared: int
    undecided: int
    set_confirmed: int
    set_undecided: int
    false_confirm: bool
    false_clear: bool


@dataclass(frozen=True)
class Trial:
    """One simulated year.

    honest : by the methods that the product uses, a variance of each pair. known : one covariance for all pairs.
    marginal_covered : share of units whose marginal set holds the true rank; NaN where not asked for.
    naive_wrong : share of the k lowest scores that are not truly among the k worst; NaN when all are equal.
    predicted, happened : shape (units with a score,), P(bottom k) and whether it is so; empty where not asked for.
    """

    honest: Statements
    known: Statements
    marginal_covered: float
    naive_wrong: float
    predicted: np.ndarray
    happened: np.ndarray


def trial(name: str, seed: int, draws: int, marginal: bool = False, chance: int = 0) -> Trial:
    """The year of this seed. `draws` for the rank sets, `chance` draws for P(bottom k); 0 for none."""
    sample = draw(SCENARIOS[name], seed)
    scores = scored(sample)
    ranked, k = ~np.isnan(scores.score), sample.scenario.k
    covariance = scores.covariance_adjusted
    bottom = among_worst(sample.truth, k, ranked)
    predicted = np.zeros(0)
    if chance:
        predicted = bottom_probability(scores.score, covariance, k, draws=chance, seed=seed).probability[ranked]
    sets = rank_sets(scores.score, covariance, draws=draws, seed=seed, df=scores.df)
    claims = bottom_claims(scores.score, covariance, k, df=scores.df)
    honest = rank_sets_of(scores, draws=draws, seed=seed)
    return Trial(
        honest=_statements(sample, ranked, honest, bottom_claims_of(scores, k)),
        known=_statements(sample, ranked, sets, claims),
        marginal_covered=_marginal_cover(sample, scores, draws, seed) if marginal else np.nan,
        naive_wrong=_naive_wrong(sample, scores.score, bottom, ranked),
        predicted=predicted,
        happened=bottom[ranked] if chance else np.zeros(0, dtype=bool),
    )


def _statements(sample: Sample, ranked: np.ndarray, sets: RankSets, claims: BottomClaims) -> Statements:
    """Compare sets and claims with the truth."""
    p, k = int(ranked.sum()), sample.scenario.k
    best, worst = true_intervals(sample.truth, ranked)
    bottom = among_worst(sample.truth, k, ranked)
    confirmed, cleared = claims.verdict == "confirmed", claims.verdict == "cleared"
    surely, possibly = sets.best[ranked] > p - k, sets.worst[ranked] > p - k
    return Statements(
        covered=bool(_inside(sets, best, worst).all()),
        width=float((sets.worst - sets.best + 1)[ranked].mean()),
        confirmed=int(confirmed.sum()),
        cleared=int(cleared.sum()),
        undecided=int((claims.verdict == "undecided").sum()),
        set_confirmed=int(surely.sum()),
        set_undecided=int((possibly & ~surely).sum()),
        false_confirm=bool((confirmed & ~bottom).any()),
        false_clear=bool((cleared & bottom).any()),
    )


def trials(name: str, seeds: Sequence[int], draws: int, marginal: bool = False, chance: int = 0) -> list[Trial]:
    """One year a seed, in this process."""
    return [trial(name, seed, draws, marginal, chance) for seed in seeds]


def many_trials(name: str, runs: int, draws: int, marginal: bool = False, chance: int = 0) -> list[Trial]:
    """The years of seeds 0 to runs - 1, in two processes, in the order of the seeds."""
    chunks = [range(start, min(start + 25, runs)) for start in range(0, runs, 25)]
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        done = [pool.submit(trials, name, chunk, draws, marginal, chance) for chunk in chunks]
        return [one for future in done for one in future.result()]


def _inside(sets: RankSets, best: np.ndarray, worst: np.ndarray) -> np.ndarray:
    return (sets.best <= best) & (worst <= sets.worst)


def _marginal_cover(sample: Sample, scores: UnitScores, draws: int, seed: int) -> float:
    sets = rank_sets_of(scores, draws=draws, seed=seed, simultaneous=False)
    ranked = sets.rank > 0
    return float(_inside(sets, *true_intervals(sample.truth, ranked))[ranked].mean())


def _naive_wrong(sample: Sample, score: np.ndarray, bottom: np.ndarray, ranked: np.ndarray) -> float:
    """The list an office would print: the k lowest scores, and those tied with the last of them."""
    if np.ptp(sample.truth) == 0:
        return np.nan
    last = competition_ranks(score)[1]
    named = ranked & (ranked.sum() - last < sample.scenario.k)
    return float(1 - bottom[named].mean())
