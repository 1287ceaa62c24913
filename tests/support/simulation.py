"""Evaluation years with a known truth: quality, evaluators, ballots and the score each unit deserves.

A latent opinion = unit quality + unit-by-group deviation + group shift + evaluator leniency + noise,
cut into four grades. The truth is what infinitely many evaluators of each group would give.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from analytics.laws import VoteCounts
from analytics.moments import Moments
from analytics.ranks import competition_ranks
from analytics.scores import UnitScores, scores_from_moments
from data.moments.vote_moments import moments_of_votes
from tests.support.votes import as_input

GROUPS = ("public", "service", "representatives")
WEIGHTS = {0: 0.4, 1: 0.3, 2: 0.3}
SHIFT = (0.0, -0.15, 0.25)
LENIENCY = (0.50, 0.45, 0.60)
NOISE = (0.85, 0.95, 0.70)
UNITS_PER_BALLOT = ((4, 9), (1, 3), (40, 60))
CUTS = np.array([-2.2, -1.0, 0.35])
POINTS = np.array([0, 60, 80, 100])
BLOCKS = 5


@dataclass(frozen=True)
class Scenario:
    """What a year is drawn from; `evaluators` by group in the order of GROUPS, `k` the length of the bottom list.

    tied: so many of the worst units are made exactly equal. cross_share: None for no blocks, else the share of
    a ballot's units drawn from all units instead of the evaluator's own block. missing: share of lines lost at random.
    absent: so many units have no vote of the service users. strict_abstain: strict evaluators skip more units.
    """

    name: str
    units: int = 60
    evaluators: tuple[int, int, int] = (4000, 1500, 120)
    k: int = 5
    quality_sd: float = 0.30
    deviation_sd: float = 0.10
    tied: int = 0
    cross_share: float | None = None
    block_sd: float = 0.4
    missing: float = 0.0
    absent: int = 0
    strict_abstain: bool = False


BASE = Scenario("base")
SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        BASE,
        Scenario("all_equal", quality_sd=0, deviation_sd=0),
        Scenario("tie_block10", tied=10),
        Scenario("near_ties", quality_sd=0.05),
        Scenario("small_sample", evaluators=(600, 200, 30)),
        Scenario("tiny_sample", evaluators=(300, 90, 12)),
        Scenario("large_sample", evaluators=(40_000, 15_000, 300)),
        Scenario("small_p12", units=12, evaluators=(1200, 500, 60), k=3),
        Scenario("missing_lines", missing=0.05),
        Scenario("absent_group", missing=0.05, absent=2),
        Scenario("strict_abstain", missing=0.05, strict_abstain=True),
    )
}


@dataclass(frozen=True)
class Sample:
    """One year: a line a vote, in the order of evaluator and unit, and the truth.

    evaluator, unit, group : shape (lines,), integers from 0. points : shape (lines,), 0, 60, 80 or 100.
    truth : shape (units,), in points. block : shape (units,), the block of each unit; all 0 without blocks.
    """

    scenario: Scenario
    evaluator: np.ndarray
    unit: np.ndarray
    group: np.ndarray
    points: np.ndarray
    truth: np.ndarray
    block: np.ndarray


def draw(scenario: Scenario, seed: int) -> Sample:
    """The year of this seed; the same seed gives the same votes."""
    rng = np.random.default_rng(seed)
    quality = _quality(scenario, rng)
    blocks = 1 if scenario.cross_share is None else BLOCKS
    block_leniency = rng.normal(0, scenario.block_sd if blocks > 1 else 0, blocks)
    block = np.arange(scenario.units) * blocks // scenario.units
    people = sum(scenario.evaluators)
    group = np.repeat(np.arange(len(GROUPS)), scenario.evaluators)
    home = rng.integers(0, blocks, people)
    own = rng.standard_normal(people) * np.array(LENIENCY)[group]
    asked = np.concatenate([_assigned(scenario, g, home[group == g], rng) for g in range(len(GROUPS))])
    asked &= _kept(scenario, asked.shape, own / np.array(LENIENCY)[group], rng)
    asked[group == 1, : scenario.absent] = False
    evaluator, unit = np.nonzero(asked)
    voice = group[evaluator]
    opinion = quality[voice, unit] + (own + block_leniency[home])[evaluator]
    opinion += rng.standard_normal(len(unit)) * np.array(NOISE)[voice]
    points = POINTS[np.searchsorted(CUTS, opinion)]
    truth = expected_scores(quality, block_leniency)
    return Sample(scenario, evaluator, unit, voice, points.astype(float), truth, block)


def leniency_scenario(cross_share: float, seed: int, base: Scenario = BASE) -> Sample:
    """A year in five blocks of units whose evaluators share a leniency; `cross_share` 1 mixes them fully."""
    return draw(replace(base, name=f"leniency_{cross_share}", cross_share=cross_share), seed)


def expected_scores(quality: np.ndarray, block_leniency: np.ndarray) -> np.ndarray:
    """What infinitely many evaluators would give, shape (units,), in points; blocks count alike.

    The normal integral over leniency and noise: grade k with probability Phi((cut_k - mean) / sd) and so on.
    """
    spread = np.hypot(LENIENCY, NOISE)
    steps = np.diff(POINTS)
    total = np.zeros(quality.shape[1])
    for shift in block_leniency:
        mean = quality + shift
        for g, weight in WEIGHTS.items():
            above = special.ndtr((mean[g][:, None] - CUTS) / spread[g])
            total += weight * (above * steps).sum(axis=1)
    return total / len(block_leniency)


def moments_of(sample: Sample) -> Moments:
    """Exact sums of a year, for all its units and groups."""
    score = sample.points.astype(np.int64) * 10_000
    units = sample.scenario.units
    sums = moments_of_votes(sample.evaluator, sample.unit, sample.group, score, units, len(GROUPS), step=200_000)
    counts = VoteCounts.of_rows(sample.unit, sample.group, sample.points, np.ones(len(score)), (units, len(GROUPS)))
    return replace(as_input(sums, range(units), range(len(GROUPS))), counts=counts)


def scored(sample: Sample) -> UnitScores:
    """Scores of a year by the product's road from exact sums; NaN where a unit lacks a group."""
    return scores_from_moments(moments_of(sample), WEIGHTS)


def true_intervals(truth: np.ndarray, ranked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Best and worst true rank of each unit among the ranked ones, shape (units,); 0 where not ranked."""
    return competition_ranks(np.where(ranked, truth, np.nan))


def among_worst(truth: np.ndarray, k: int, ranked: np.ndarray) -> np.ndarray:
    """Truly among the k worst: fewer than k ranked units are strictly below. Shape (units,)."""
    last = true_intervals(truth, ranked)[1]
    return ranked & (int(ranked.sum()) - last < k)


def _quality(scenario: Scenario, rng: np.random.Generator) -> np.ndarray:
    """Mean latent opinion of each group on each unit, shape (groups, units)."""
    quality = rng.standard_normal(scenario.units) * scenario.quality_sd
    deviation = rng.standard_normal((len(GROUPS), scenario.units)) * scenario.deviation_sd
    if scenario.tied:
        worst = np.argsort(quality)[: scenario.tied]
        quality[worst] = quality[worst].mean()
        deviation[:, worst] = 0
    return quality + deviation + np.array(SHIFT)[:, None]


def _assigned(scenario: Scenario, group: int, home: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Which units each evaluator of a group is asked about, shape (evaluators, units).

    A unit drawn both from the own block and from all units is asked once; a block has no more units than it has.
    """
    p, people = scenario.units, len(home)
    low, high = np.minimum(UNITS_PER_BALLOT[group], p)
    size = rng.integers(low, high + 1, people)
    if scenario.cross_share is None:
        return _chosen(size, p, rng)
    inside = rng.binomial(size, 1 - scenario.cross_share)
    asked = _chosen(size - inside, p, rng)
    width = p // BLOCKS
    rows = np.arange(people)[:, None]
    asked[rows, home[:, None] * width + np.arange(width)] |= _chosen(np.minimum(inside, width), width, rng)
    return asked


def _chosen(size: np.ndarray, p: int, rng: np.random.Generator) -> np.ndarray:
    """`size` different units of p in each row, all sets alike, shape (rows, p): the first places of a shuffle."""
    people = len(size)
    rows = np.arange(people)
    deck = np.tile(np.arange(p, dtype=np.int16), (people, 1))
    chosen = np.zeros((people, p), dtype=bool)
    for place in range(int(size.max(initial=0))):
        other = rng.integers(place, p, people)
        taken = deck[rows, other]
        deck[rows, other] = deck[:, place]
        chosen[rows, taken] = size > place
    return chosen


def _kept(scenario: Scenario, shape: tuple[int, int], leniency: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Lines that come back. Strict evaluators lose more: one standard deviation doubles the odds or so."""
    if not scenario.strict_abstain:
        return rng.random(shape, dtype=np.float32) >= scenario.missing
    lost = special.ndtr(special.ndtri(scenario.missing) - 0.35 * leniency)
    return rng.random(shape, dtype=np.float32) >= lost[:, None]
