"""What must hold on real ballots: top-heavy grades, halls, few people, agreeing beside divided units.

Years of exact grade laws and a Gaussian copula (`tests/support/grades.py`), a generator that knows nothing of the
method. `pytest -m slow -s tests/slow/test_real_ballots.py` prints every bar with its number and its Monte Carlo error.
"""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from multiprocessing import get_context

import numpy as np
import pytest
from scipy import stats

from analytics.pairs import honest_pairs
from analytics.verdicts import bottom_p, holm, line_claims, share_claims
from tests.support.grades import (
    LAWS,
    ONE,
    POINTS,
    THREE,
    Ballots,
    ballots,
    differing,
    indicator_sums,
    multinomial,
    on_the_line,
    scores_of_years,
)

pytestmark = pytest.mark.slow
YEARS, UNITS, STACK = 1_000, 20, 50
PROMISE = 0.05
VOTES = (30, 60, 300, 1_000)
SITE_YEARS = 300
"""A year of 600 full ballots takes 0.1 s."""


def error_of(runs: int, share: float = PROMISE) -> float:
    return float(np.sqrt(share * (1 - share) / runs))


# 6.1: intervals and lines.


def skewed(law: str, n: int, groups: int, indicators: int, seed: int) -> dict[str, float]:
    """Cover, misses on each side and width of intervals; years with a wrong statement under a line or a share."""
    rng = np.random.default_rng(seed)
    weights, w = (ONE, np.ones(1)) if groups == 1 else (THREE, np.array(list(THREE.values())))
    line = float(np.dot(LAWS[law], POINTS))
    low_miss = high_miss = width = clear = confirm = 0.0
    for _ in range(YEARS // STACK):
        laws = differing(LAWS[law], STACK * UNITS, groups, rng)
        value, share = indicator_sums(laws, indicators)
        count = multinomial(share, n, rng).reshape(STACK, UNITS, groups, -1)
        low, high = scores_of_years(value, count, weights).interval()
        truth = (laws @ POINTS) @ w
        low_miss += float((truth < low - 1e-9).mean())
        high_miss += float((truth > high + 1e-9).mean())
        width += float((high - low).mean())
        value, share = indicator_sums(on_the_line(LAWS[law], STACK * UNITS, groups, line, rng), indicators)
        count = multinomial(share, n, rng).reshape(STACK, UNITS, groups, -1)
        claims = line_claims(scores_of_years(value, count, weights), line)
        clear += wrong_years(claims.clear_raw)
        confirm += wrong_years(claims.confirm_raw)
    stacks = YEARS // STACK
    found = {"low": low_miss / stacks, "high": high_miss / stacks, "width": width / stacks}
    return found | {"clear": clear / YEARS, "confirm": confirm / YEARS}


def wrong_years(raw: np.ndarray) -> int:
    """Years in which any of its units is claimed, Holm over the units of the year."""
    return sum(bool((holm(year) <= PROMISE).any()) for year in raw.reshape(-1, UNITS))


def in_processes(jobs: list[partial]) -> list:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        return [future.result() for future in [pool.submit(job) for job in jobs]]


@pytest.mark.parametrize("indicators", [1, 3])
@pytest.mark.parametrize("groups", [1, 3])
def test_top_heavy_grades(groups, indicators):
    """Intervals cover, no side misses much, and no line rule is wrong in more than 5% of years, both directions."""
    cases = [(law, n) for law in LAWS for n in VOTES]
    jobs = [partial(skewed, law, n, groups, indicators, 100 + at) for at, (law, n) in enumerate(cases)]
    found = dict(zip(cases, in_processes(jobs), strict=True))
    bar = PROMISE + 2 * error_of(YEARS)
    failed = []
    for (law, n), one in found.items():
        cover, least = 1 - one["low"] - one["high"], 0.92 if law.startswith("two") else 0.93
        print(f"{groups} groups, {indicators} indicators, {law:9} n {n:5}: cover {cover:.3f} (>= {least}),", end=" ")
        print(f"misses {one['low']:.3f} {one['high']:.3f}, width {one['width']:.2f},", end=" ")
        print(f"wrong clearing {one['clear']:.3f}, confirming {one['confirm']:.3f} (<= {bar:.3f})")
        if not (least <= cover <= 0.995 and max(one["clear"], one["confirm"]) <= bar):
            failed.append((law, n))
    for law in LAWS:
        sides = np.mean([[found[law, n]["low"], found[law, n]["high"]] for n in (30, 60)], axis=0)
        print(
            f"  {law:9} mean of 30 and 60: cover {1 - sides.sum():.3f} (.93-.985), worst side {sides.max():.3f} (.04)"
        )
        if not (0.93 <= 1 - sides.sum() <= 0.985 and sides.max() <= 0.04):
            failed.append((law, "average"))
    assert not failed


@pytest.mark.parametrize("limit", [0.01, 0.05, 0.15, 0.6])
def test_the_dissatisfied_share(limit):
    """Exact binomial tests of the votes of three groups of unequal size."""
    rng = np.random.default_rng(140)
    n = np.array([30, 60, 200])
    clear = confirm = 0
    for _ in range(YEARS):
        low = rng.binomial(n, limit, (UNITS, 3)).sum(axis=1)
        claims = share_claims(low, np.full(UNITS, n.sum()), limit)
        clear += (claims.verdict == "cleared").any()
        confirm += (claims.verdict == "confirmed").any()
    print(f"dissatisfied share {limit}: wrong clearing {clear / YEARS:.3f}, confirming {confirm / YEARS:.3f}")
    assert max(clear, confirm) / YEARS <= PROMISE + 2 * error_of(YEARS)


# 6.2 to 6.4: years in which all units are equal, so that every set must run from the first to the last place.


@cache
def critical(p: int) -> float:
    """Tukey's constant, a little lowered: the product's own value is within 0.04 of it and costs 50 ms a year."""
    return float(stats.studentized_range.ppf(0.95, p, np.inf) / np.sqrt(2) - 0.04)


def equal_years(make: Callable[[np.random.Generator], Ballots], runs: int, seed: int, line=None, sites=False, k=3):
    """Shares of years: sets hold, wrong clearing and confirming of the last k, of the line; mean cover and width."""
    rng = np.random.default_rng(seed)
    held = np.zeros((runs, 7))
    for year in range(runs):
        scores = make(rng).scored(sites=sites)
        pairs = honest_pairs(scores).differences
        confirm, clear = bottom_p(pairs, k)
        held[year, :3] = (
            np.abs(pairs.z).max() <= critical(len(pairs.z)),
            (holm(clear) <= PROMISE).any(),
            (holm(confirm) <= PROMISE).any(),
        )
        if line is not None:
            claims = line_claims(scores, line)
            low, high = scores.interval()
            held[year, 3:] = (
                (claims.verdict == "cleared").any(),
                (claims.verdict == "confirmed").any(),
                ((low <= line + 1e-9) & (line <= high + 1e-9)).mean(),
                (high - low).mean(),
            )
    return held.mean(axis=0)


def judged(name: str, found: np.ndarray, runs: int, *, line: bool) -> bool:
    """Print the case with its bars, and whether it holds."""
    bar = PROMISE + 2 * error_of(runs)
    text = f"{name}: sets hold {found[0]:.3f} (>= .94), wrong clearing {found[1]:.3f}, confirming {found[2]:.3f}"
    if line:
        text += f", under a line {found[3]:.3f} and {found[4]:.3f}, cover {found[5]:.3f}, width {found[6]:.2f}"
    print(f"{text} (<= {bar:.3f}, {runs} years)")
    return found[0] >= 0.94 and max(found[1:5]) <= bar and (not line or found[5] >= 0.93)


def people(laws, count: int, options: dict, rng: np.random.Generator) -> Ballots:
    return ballots(laws, count, rng, **options)


KINDS = {
    "alike": lambda p: {"leniency": 0.4},
    "correlations differ": lambda p: {"leniency": np.linspace(0, 0.8, p)},
    "one against the grain": lambda p: {"leniency": 0.5, "against": 0},
    "a fifth missing": lambda p: {"leniency": 0.4, "missing": 0.2},
}
PANELS = [(count, 30, "alike") for count in (2, 3, 5, 12, 20, 40, 60, 100)]
PANELS += [(count, 30, kind) for count in (5, 20, 60) for kind in list(KINDS)[1:]]
PANELS += [(count, p, "one against the grain") for count in (5, 40) for p in (8, 60)]


def test_few_people_grade_everything():
    jobs = []
    for at, (count, p, kind) in enumerate(PANELS):
        make = partial(people, np.tile(LAWS["even"], (p, 1)), count, KINDS[kind](p))
        jobs.append(partial(equal_years, make, YEARS, 200 + at))
    kept = [
        judged(f"{count:4} people, {p} units, {kind}", found, YEARS, line=False)
        for (count, p, kind), found in zip(PANELS, in_processes(jobs), strict=True)
    ]
    assert all(kept)


ALIKE = {"spread": (0, 0.2, 0.6, 0.2), "top-heavy": (0, 0, 0.25, 0.75)}
DIVIDED = {"spread": (0.2, 0, 0, 0.8), "top-heavy": (0.05, 0, 0, 0.95)}


def test_agreeing_beside_divided_units():
    """Line rules are promised from 30 votes on: of 10 votes a divided unit that drew no low grade shows nothing."""
    names, jobs = [], []
    for law in ALIKE:
        line = float(np.dot(ALIKE[law], POINTS))
        for count in (10, 30, 100):
            for alike, divided in ((27, 3), (29, 1), (15, 15)):
                laws = np.concatenate([np.tile(ALIKE[law], (alike, 1)), np.tile(DIVIDED[law], (divided, 1))])
                names.append((f"{law}, {alike} alike and {divided} divided, {count} votes", count >= 30))
                make = partial(people, laws, count, {})
                jobs.append(partial(equal_years, make, YEARS, 300 + len(jobs), line if count >= 30 else None))
    results = in_processes(jobs)
    assert all([judged(name, found, YEARS, line=line) for (name, line), found in zip(names, results, strict=True)])


def venues(laws, sizes, options: dict, rng: np.random.Generator) -> Ballots:
    return ballots(laws, int(np.sum(sizes)), rng, sites=sizes, leniency=0.2, **options)


UNEQUAL = np.array([5, 5, 10, 10, 15, 20, 20, 30, 30, 40, 40, 45, 60, 60, 80, 130])
SITES = [
    (law, f"{len(sizes)} sites of {sizes.min()}-{sizes.max()}, correlation {words}", sizes, correlation)
    for law, sizes, words, correlation in (
        *(("good", np.full(20, 30), str(c), c) for c in (0.0, 0.02, 0.05, 0.1)),
        *(("good", np.full(100, 20), str(c), c) for c in (0.02, 0.1)),
        *(("good", np.full(10, 30), str(c), c) for c in (0.02, 0.1)),
        *(("95", np.full(20, 30), str(c), c) for c in (0.02, 0.1)),
        ("good", UNEQUAL, "0.05", 0.05),
        ("95", UNEQUAL, "0.05", 0.05),
        ("good", np.full(20, 30), "0 to 0.15", np.linspace(0, 0.15, 30)),
    )
]


def test_ballots_filled_in_together():
    jobs = []
    for at, (law, _, sizes, correlation) in enumerate(SITES):
        make = partial(venues, np.tile(LAWS[law], (30, 1)), sizes, {"venue": correlation})
        line = float(np.dot(LAWS[law], POINTS))
        jobs.append(partial(equal_years, make, SITE_YEARS, 400 + at, line, True))
    results = in_processes(jobs)
    assert all(
        [
            judged(f"{law}, {name}", found, SITE_YEARS, line=True)
            for (law, name, *_), found in zip(SITES, results, strict=True)
        ]
    )


def test_sites_without_correlation_cost_little():
    """The mean interval is at most 1.05 times as wide as t with sites - 1 instead of the ballots' degrees makes it."""
    rng = np.random.default_rng(450)
    with_sites, alone = [], []
    for _ in range(100):
        year = ballots(np.tile(LAWS["good"], (30, 1)), 600, rng, sites=np.full(20, 30), leniency=0.2)
        with_sites.append(np.diff(year.scored(sites=True).interval(), axis=0).mean())
        alone.append(np.diff(year.scored().interval(), axis=0).mean())
    ratio = np.mean(with_sites) / np.mean(alone) * stats.t.ppf(0.975, 599) / stats.t.ppf(0.975, 19)
    print(f"without correlation intervals are {ratio:.3f} times as wide as 19 degrees of freedom make them (<= 1.05)")
    assert ratio <= 1.05
