"""What stands on the same votes beside ranks and claims: year on year, funnel, leniency, the figures of the year card.

`pytest -m slow -s tests/slow/test_follow_ups.py` prints every bar with its number. Years of exact grade laws, as in
`test_real_ballots.py`.
"""

from functools import partial

import numpy as np
import pytest

from analytics.changes import changes_of, for_statements
from analytics.clusters import Clusters
from analytics.funnel import funnel_of
from analytics.pairs import honest_pairs
from analytics.verdicts import bottom_p, holm
from tests.analytics.test_resolution import share_confirmed, top_heavy_year, votes_needed
from tests.support.bars import PROMISE, error_of, in_processes, printed_error
from tests.support.grades import (
    LAWS,
    ONE,
    POINTS,
    THREE,
    ballots,
    differing,
    multinomial,
    scores_of_counts,
    scores_of_years,
)
from tests.support.leniency_years import adjusted_ballots

pytestmark = pytest.mark.slow
YEARS, UNITS, STACK = 200, 20, 50
"""200 years of a case take half a minute: a p-value is searched for."""
HARDEST = ("even", "95", "two 99", "worst 95")
VOTES = ((30, 30), (30, 300), (60, 60), (300, 300))


def bar(runs: int) -> float:
    return PROMISE + 2 * error_of(runs)


def shown(share: float, trials: int) -> str:
    """A share with its Monte Carlo error."""
    return f"{share:.4f} +- {printed_error(trials, share).strip()}"


# Year on year.


def divided(laws: np.ndarray) -> np.ndarray:
    """Laws of the best and the worst grade with the same means."""
    mean = (laws @ POINTS) / 100
    return np.stack([1 - mean, np.zeros_like(mean), np.zeros_like(mean), mean], axis=-1)


def unchanged(law: str, votes: tuple[int, int], groups: int, then: str, seed: int) -> tuple[float, float, float]:
    """Share of years in which a unit is said to have changed, cover of the intervals, and the worse side's misses."""
    rng = np.random.default_rng(seed)
    weights = ONE if groups == 1 else THREE
    wrong, misses = 0, np.zeros(2)
    for _ in range(YEARS // STACK):
        first = differing(LAWS[law], STACK * UNITS, groups, rng)
        laws = first, divided(first) if then == "divided" else first
        years = [
            scores_of_years(POINTS, multinomial(own, n, rng).reshape(STACK, UNITS, groups, -1), weights)
            for own, n in zip(laws, votes, strict=True)
        ]
        found = changes_of(*years)
        wrong += sum(bool((for_statements(year) <= PROMISE).any()) for year in found.p.reshape(STACK, UNITS))
        misses += [(found.low > 0).mean(), (found.high < 0).mean()]
    misses /= YEARS // STACK
    return wrong / YEARS, 1 - float(misses.sum()), float(misses.max())


@pytest.mark.parametrize("groups", [1, 3])
def test_nobody_changes_by_chance(groups):
    """No statement after Holm in 95% of years; intervals cover 93%, no side misses more than 4%."""
    laws = LAWS if groups == 1 else HARDEST
    cases = [(law, votes, "alike") for law in laws for votes in VOTES]
    cases += [(law, votes, "divided") for law in ("even", "95") for votes in (*VOTES, (300, 30))]
    jobs = [partial(unchanged, law, votes, groups, then, 500 + at) for at, (law, votes, then) in enumerate(cases)]
    failed = []
    for (law, votes, then), (wrong, cover, side) in zip(cases, in_processes(jobs), strict=True):
        print(f"{groups} groups, {law:9} {votes} {then:8}: wrong {shown(wrong, YEARS)} (<= {bar(YEARS):.3f}),")
        intervals = YEARS * UNITS
        print(f"  cover {shown(cover, intervals)} (>= .93), worse side {shown(side, intervals)} (<= .04)")
        if wrong > bar(YEARS) or cover < 0.93 or side > 0.04:
            failed.append((law, votes, then))
    assert not failed


# Funnel.

FUNNEL_YEARS = 200


def placed(law: str, votes: tuple[int, int], seed: int) -> tuple[float, float, float, float]:
    """Shares of equal units below and above the 95% limits, and outside 99.8%; mean error of the centre."""
    rng = np.random.default_rng(seed)
    below = above = far = error = 0.0
    for _ in range(FUNNEL_YEARS):
        n = rng.integers(votes[0], votes[1] + 1, 30)
        count = np.array([rng.multinomial(one, LAWS[law]) for one in n])[:, None, :]
        found = funnel_of(scores_of_counts(POINTS, count, ONE))
        below += float(np.isin(found.place, ["below_2", "below_3"]).mean())
        above += float(np.isin(found.place, ["above_2", "above_3"]).mean())
        far += float(np.isin(found.place, ["below_3", "above_3"]).mean())
        error += found.theta0 - float(np.dot(LAWS[law], POINTS))
    return below / FUNNEL_YEARS, above / FUNNEL_YEARS, far / FUNNEL_YEARS, error / FUNNEL_YEARS


def test_equal_units_are_inside_the_funnel():
    """At most 2.5% beyond each limit of 95% and 0.2% beyond those of 99.8%, plus Monte Carlo error; centred."""
    cases = [(law, votes) for law in LAWS for votes in ((30, 30), (30, 300), (300, 300))]
    jobs = [partial(placed, law, votes, 600 + at) for at, (law, votes) in enumerate(cases)]
    units = 30 * FUNNEL_YEARS
    side, outside = (share + 2.5 * float(np.sqrt(share * (1 - share) / units)) for share in (0.025, 0.002))
    failed = []
    for (law, votes), (below, above, far, error) in zip(cases, in_processes(jobs), strict=True):
        print(f"{law:9} {votes}: below {shown(below, units)}, above {shown(above, units)} (<= {side:.4f}),")
        print(f"  outside 99.8% {shown(far, units)} (<= {outside:.4f}), centre off by {error:+.3f}")
        if max(below, above) > side or far > outside or abs(error) > 0.3:
            failed.append((law, votes))
    assert not failed


# Leniency.


def divided_laws() -> np.ndarray:
    return np.concatenate([np.tile((0, 0, 1.0, 0), (27, 1)), np.tile((0.2, 0, 0, 0.8), (3, 1))])


LENIENT = {
    "5 people, one unit against the grain": (np.tile(LAWS["even"], (30, 1)), 5, {"leniency": 0.5, "against": 0}, False),
    "20 people, a fifth missing": (np.tile(LAWS["even"], (30, 1)), 20, {"leniency": 0.4, "missing": 0.2}, False),
    "27 alike and 3 divided, 10 people": (divided_laws(), 10, {"missing": 0.1}, False),
    "27 alike and 3 divided, 30 people": (divided_laws(), 30, {"missing": 0.1}, False),
    "95% best, 60 people": (np.tile(LAWS["95"], (30, 1)), 60, {"leniency": 0.3, "missing": 0.2}, False),
    "20 halls, correlation 0.05": (
        np.tile(LAWS["good"], (30, 1)),
        600,
        {"sites": np.full(20, 30), "venue": 0.05, "leniency": 0.2, "missing": 0.3},
        True,
    ),
}


def judged(name: str, runs: int, seed: int) -> tuple[float, float]:
    """Shares of years in which an adjusted verdict on equal units is wrong: cleared, confirmed."""
    laws, people, options, sites = LENIENT[name]
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(runs):
        scores = adjusted_ballots(ballots(laws, people, rng, **options), len(laws), sites=sites)
        if scores is not None:
            confirm, clear = bottom_p(honest_pairs(scores[0]).differences, 3)
            found.append(((holm(clear) <= PROMISE).any(), (holm(confirm) <= PROMISE).any()))
    return tuple(np.mean(found, axis=0).tolist())


def test_adjusted_verdicts_on_real_ballots_are_seldom_wrong():
    runs = 200
    jobs = [partial(judged, name, runs, 700 + at) for at, name in enumerate(LENIENT)]
    failed = []
    for name, (clear, confirm) in zip(LENIENT, in_processes(jobs), strict=True):
        print(f"{name}: wrong clearing {shown(clear, runs)}, confirming {shown(confirm, runs)} (<= {bar(runs):.3f})")
        if max(clear, confirm) > bar(runs):
            failed.append(name)
    assert not failed


# The year card.

NEEDED = [(n, k, gap) for n in (120, 250, 1_000) for k in (1, 3) for gap in (0.05, 0.1)]


def needed(n: int, k: int, gap: float, seed: int) -> tuple[float, list[float]]:
    count = top_heavy_year(n, k, gap=gap)
    votes, unit = votes_needed(count, k)
    return votes, [share_confirmed(count / n, votes * part, k, unit, 500, seed) for part in (0.9, 1.0, 1.1)]


def test_votes_needed_are_right_to_a_tenth():
    """From ballots with 90% best grades: 80% of years at the votes needed, fewer below, more above."""
    jobs = [partial(needed, *case, 800 + at) for at, case in enumerate(NEEDED)]
    failed = []
    print(f"\nshares of 500 years, +- {error_of(500, 0.8):.3f}")
    for case, (votes, shares) in zip(NEEDED, in_processes(jobs), strict=True):
        print(f"{case}: {votes:.0f} votes needed; confirmed with 0.9, 1, 1.1 of them: {shares}")
        error = 2 * error_of(500, 0.8)
        enough = votes <= case[0]  # of the votes that there are, fewer may do as well
        if not ((enough or shares[0] < 0.8 + error) and shares[2] > 0.8 - error):
            failed.append(case)
    assert not failed


HALLS = [(law, size, rho) for law in ("good", "95") for size in (20, 30) for rho in (0.0, 0.02, 0.05, 0.1)]


def effects(law: str, size: int, rho: float, seed: int) -> tuple[float, float]:
    """Design effect that the year card prints, mean of years; and the one that the scores of these years had."""
    rng = np.random.default_rng(seed)
    laws = np.tile(LAWS[law], (12, 1))
    said, scores, plain = [], [], []
    for _ in range(250):
        year = ballots(laws, 40 * size, rng, sites=np.full(40, size), venue=rho).scored(sites=True)
        clusters = year.evidence.clusters
        assert isinstance(clusters, Clusters)
        said.append(float(clusters.effect[0]))
        scores.append(year.score)
        plain.append(float(np.mean([np.dot(own, POINTS**2) - np.dot(own, POINTS) ** 2 for own in laws])) / (40 * size))
    return float(np.mean(said)), float(np.var(scores, axis=0, ddof=1).mean() / np.mean(plain))


def test_the_design_effect_is_that_of_the_scores():
    """To a tenth: the effect printed against the variance of scores between years over that of independent votes."""
    jobs = [partial(effects, *case, 900 + at) for at, case in enumerate(HALLS)]
    failed = []
    for case, (said, true) in zip(HALLS, in_processes(jobs), strict=True):
        print(
            f"{case}: design effect printed {said:.2f}, of the scores {true:.2f}, ratio {said / true:.3f} (.9 to 1.1)"
        )
        if not 0.9 <= said / true <= 1.1:
            failed.append(case)
    assert not failed
