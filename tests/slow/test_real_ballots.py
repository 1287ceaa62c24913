"""What must hold where ballots depend on each other: halls, few people, agreeing beside divided units.

Years of exact grade laws and a Gaussian copula (`tests/support/grades.py`), a generator that knows nothing of the
method. All units are equal, so that every set must run from the first to the last place and whoever is cleared is
wrongly so. `pytest -m slow -s tests/slow/test_real_ballots.py` prints every bar with its number.
"""

from collections.abc import Callable
from dataclasses import astuple, dataclass, replace
from functools import partial

import numpy as np
import pytest

from analytics.pairs import honest_pairs
from analytics.ranks import rank_sets_of
from analytics.verdicts import bottom_p, holm, line_claims, share_claims
from tests.support.bars import PROMISE, Bars, in_processes
from tests.support.grades import LAWS, POINTS, Ballots, ballots

pytestmark = pytest.mark.slow
YEARS = 1_000
SITE_YEARS, LARGE_YEARS = 500, 200
"""A year of 600 full ballots in sites takes 26 ms, one of 2,000 ballots 70; 60 units take as long as 600 ballots."""
K = 3
FIRST = 5
"""Years of a case whose smallest critical value is used for all of them: the product's own costs 50 ms a year, and
differs by 0.01 between the years of a case."""


@dataclass
class Year:
    """One year, or shares of years. sets: held. clear, confirm: wrongly so, of the last K; name: of the last one.

    below, above: confirmed and cleared under a line at the common score; more, fewer: the same under the share of
    the lowest grade. cover, width: of the intervals.
    """

    sets: float
    clear: float
    confirm: float
    name: float
    above: float = np.nan
    below: float = np.nan
    fewer: float = np.nan
    more: float = np.nan
    cover: float = np.nan
    width: float = np.nan


def year_of(found: Ballots, critical: float, line: float | None, share: float | None, sites: bool) -> Year:
    """What the product says of ballots on equal units. line, share : the truth, where rules of a line are asked."""
    scores = found.summed(found.unit.max() + 1, sites=sites)
    pairs = honest_pairs(scores).differences
    confirm, clear = bottom_p(pairs, K)
    last = bottom_p(pairs, 1)[0]
    year = Year(np.abs(pairs.z).max() <= critical, any_of(clear), any_of(confirm), (2 * last <= PROMISE).any())
    if line is not None:
        claims = line_claims(scores, line)
        year.above, year.below = ((claims.verdict == verdict).any() for verdict in ("cleared", "confirmed"))
        low, high = scores.interval()
        year.cover = ((low <= line + 1e-9) & (line <= high + 1e-9)).mean()
        year.width = (high - low).mean()
    if share is not None:
        n = np.bincount(found.unit)
        lowest = np.bincount(found.unit, found.points == POINTS[0])
        claims = share_claims(lowest, n, share, effect=float(scores.evidence.effect.max()))
        year.fewer, year.more = ((claims.verdict == verdict).any() for verdict in ("cleared", "confirmed"))
    return year


def any_of(raw: np.ndarray) -> bool:
    return bool((holm(raw) <= PROMISE).any())


def equal_years(
    make: Callable[[np.random.Generator], Ballots], runs: int, seed: int, line=None, share=None, sites=False
) -> Year:
    """Shares of years."""
    rng = np.random.default_rng(seed)
    scores = [year.summed(year.unit.max() + 1, sites=sites) for year in (make(rng) for _ in range(FIRST))]
    first = [rank_sets_of(one, seed=at).critical for at, one in enumerate(scores)]
    critical = min(float(value) for value in first)
    table = np.array([astuple(year_of(make(rng), critical, line, share, sites)) for _ in range(runs)], dtype=float)
    return Year(*table.mean(axis=0))


def judged(bars: Bars, case: str, runs: int, found: Year) -> None:
    """Every bar of a case."""
    bars.least(case, runs, "sets hold", found.sets, 0.94)
    bars.rare(case, runs, f"wrong clearing, last {K}", found.clear)
    bars.rare(case, runs, f"wrong confirming, last {K}", found.confirm)
    bars.rare(case, runs, "wrong confirming, last 1", found.name)
    if not np.isnan(found.cover):
        bars.rare(case, runs, "wrong clearing, a line", found.above)
        bars.rare(case, runs, "wrong confirming, a line", found.below)
        bars.covers(case, runs, "cover", found.cover, 0.93, runs * 30)
    if not np.isnan(found.fewer):
        bars.rare(case, runs, "wrong clearing, share", found.fewer)
        bars.rare(case, runs, "wrong confirming, share", found.more)


def people(laws, count: int, options: dict, rng: np.random.Generator) -> Ballots:
    return ballots(laws, count, rng, **options)


KINDS = {
    "alike": lambda p: {"leniency": 0.4},
    "correlations differ": lambda p: {"leniency": np.linspace(0, 0.8, p)},
    "one against the grain": lambda p: {"leniency": 0.5, "against": 0},
    "a fifth missing": lambda p: {"leniency": 0.4, "missing": 0.2},
}


def years_of(count: int, p: int) -> int:
    """Below 4 people nothing is separated, whatever they say."""
    if count < 4:
        return 50
    return YEARS if p < 60 else SITE_YEARS


PEOPLE, SIZES = (2, 3, 5, 12, 20, 40, 60, 100), (8, 30, 60)


@pytest.mark.parametrize("kind", KINDS)
def test_few_people_grade_everything(kind):
    """Panels in which every person grades every unit, or four fifths of them."""
    cases = [(count, p) for count in PEOPLE for p in SIZES]
    jobs = []
    for at, (count, p) in enumerate(cases):
        make = partial(people, np.tile(LAWS["even"], (p, 1)), count, KINDS[kind](p))
        jobs.append(partial(equal_years, make, years_of(count, p), 200 + 100 * list(KINDS).index(kind) + at))
    bars = Bars(f"6.3, few people, {kind}")
    for (count, p), found in zip(cases, in_processes(jobs), strict=True):
        judged(bars, f"{count} people, {p} units, {kind}", years_of(count, p), found)
    bars.judge()


ALIKE = {"spread": (0, 0.2, 0.6, 0.2), "top-heavy": (0, 0, 0.25, 0.75)}
DIVIDED = {"spread": (0.2, 0, 0, 0.8), "top-heavy": (0.05, 0, 0, 0.95)}


@pytest.mark.parametrize("law", ALIKE)
def test_agreeing_beside_divided_units(law):
    """Line rules are promised from 30 votes on: of 10 votes a divided unit that drew no low grade shows nothing."""
    line = float(np.dot(ALIKE[law], POINTS))
    cases = [(count, *mix) for count in (10, 30, 100) for mix in ((27, 3), (29, 1), (15, 15))]
    jobs = []
    for count, alike, divided in cases:
        laws = np.concatenate([np.tile(ALIKE[law], (alike, 1)), np.tile(DIVIDED[law], (divided, 1))])
        make = partial(people, laws, count, {})
        seed = 700 + 50 * list(ALIKE).index(law) + len(jobs)
        jobs.append(partial(equal_years, make, YEARS, seed, line if count >= 30 else None))
    bars = Bars(f"6.4, agreeing beside divided, {law}")
    for (count, alike, divided), found in zip(cases, in_processes(jobs), strict=True):
        judged(bars, f"{law}, {alike} alike and {divided} divided, {count} votes", YEARS, found)
    bars.judge()


def venues(laws, sizes, options: dict, rng: np.random.Generator) -> Ballots:
    return ballots(laws, int(np.sum(sizes)), rng, sites=sizes, leniency=0.2, **options)


UNEQUAL = np.array([5, 5, 10, 10, 15, 20, 20, 30, 30, 40, 40, 45, 60, 60, 80, 130])
DIFFER = np.linspace(0, 0.15, 30)
VENUES = {
    "20 sites of 30": [(law, np.full(20, 30), c) for law in ("good", "95") for c in (0.0, 0.02, 0.05, 0.1, DIFFER)],
    "100 sites of 20": [("good", np.full(100, 20), c) for c in (0.02, 0.05, 0.1)],
    "10 sites of 30": [(law, np.full(10, 30), c) for law in ("good", "95") for c in (0.02, 0.1)],
    "sites of 5 to 130": [(law, UNEQUAL, c) for law in ("good", "95") for c in (0.05, DIFFER)],
}


@pytest.mark.parametrize("name", VENUES)
def test_ballots_filled_in_together(name):
    runs = LARGE_YEARS if name.startswith("100") else SITE_YEARS
    jobs = []
    for law, sizes, correlation in VENUES[name]:
        make = partial(venues, np.tile(LAWS[law], (30, 1)), sizes, {"venue": correlation})
        line, seed = float(np.dot(LAWS[law], POINTS)), 800 + 20 * list(VENUES).index(name) + len(jobs)
        jobs.append(partial(equal_years, make, runs, seed, line, LAWS[law][0], True))
    bars = Bars(f"6.2, {name}")
    for (law, _, correlation), found in zip(VENUES[name], in_processes(jobs), strict=True):
        words = "0 to 0.15" if correlation is DIFFER else f"{correlation}"
        judged(bars, f"{law}, {name}, correlation {words}", runs, found)
    bars.judge()


def wider(law: str, sizes: np.ndarray, runs: int, seed: int) -> list[float]:
    """Mean width with sites over that of the same votes without, read through t of the sites instead of the ballots."""
    rng = np.random.default_rng(seed)
    freedom = sizes.sum() ** 2 / (sizes**2).sum() - 1
    ratios = []
    for _ in range(runs):
        year = venues(np.tile(LAWS[law], (30, 1)), sizes, {"venue": 0.0}, rng)
        with_sites, alone = year.summed(30, sites=True), year.summed(30)
        assert alone.evidence is not None
        few = np.full(30, freedom)
        plain = replace(alone, df_score=few, evidence=replace(alone.evidence, df_score=few))
        widths = [float(np.diff(scores.interval(), axis=0).mean()) for scores in (with_sites, plain)]
        ratios.append(widths[0] / widths[1])
    return ratios


@pytest.mark.parametrize("name", VENUES)
def test_sites_without_correlation_cost_little(name):
    """The mean interval is at most 1.05 times as wide as t with sites - 1 instead of the ballots' degrees makes it.

    Of unequal sites (sum n)^2 / sum n^2 - 1 degrees.
    """
    runs, sizes = LARGE_YEARS, VENUES[name][0][1]
    laws = ("good", "95", "even")
    jobs = [partial(wider, law, sizes, runs, 450 + 10 * list(VENUES).index(name) + at) for at, law in enumerate(laws)]
    bars = Bars(f"6.2, sites without correlation, {name}")
    for law, ratios in zip(laws, in_processes(jobs), strict=True):
        bars.narrow(f"{law}, {name}", runs, "width over that of t of the sites", ratios, 1.05)
    bars.judge()
