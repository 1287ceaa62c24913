"""Intervals and rules of a line where most grades are the best or the worst: 60 to 99% of one grade.

Years of exact grade laws (`tests/support/grades.py`), which differ between units.
`pytest -m slow -s tests/slow/test_top_heavy_grades.py` prints every bar with its number.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest

from analytics.verdicts import both, bottom_claims_of, line_claims, share_claims
from tests.reference import plain_real_ballots as plain
from tests.support.bars import Bars, in_processes, wrong_years
from tests.support.grades import (
    LAWS,
    ONE,
    POINTS,
    THREE,
    differing,
    indicator_sums,
    multinomial,
    on_the_line,
    scores_of_counts,
    scores_of_years,
)

pytestmark = pytest.mark.slow
YEARS, UNITS = 1_000, 20
STACK = 10
"""Years at a time: fewer repeat the search for every year, more compute a covariance of all their units."""
VOTES = (30, 60, 300, 1_000)
SHORT = (30, 60)


@dataclass(frozen=True)
class Setup:
    """Weights of groups, None for the votes of a hall, where every ballot counts alike; indicators of a vote."""

    weights: dict[int, float] | None
    groups: int
    indicators: int

    def votes(self, laws: np.ndarray, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Vote scores, and votes of STACK years of UNITS units: n each in every group, in a hall n in all."""
        value, share = indicator_sums(laws, self.indicators)
        each = n if self.weights else n // self.groups
        return value, multinomial(share, each, rng).reshape(STACK, UNITS, self.groups, -1)

    def scores(self, laws: np.ndarray, n: int, rng: np.random.Generator):
        """Scores of these years."""
        return scores_of_years(*self.votes(laws, n, rng), self.weights)

    def truth(self, laws: np.ndarray) -> np.ndarray:
        share = list(self.weights.values()) if self.weights else [1 / self.groups] * self.groups
        return (laws @ POINTS) @ np.array(share)


SETUPS = {
    "one group": Setup(ONE, 1, 1),
    "three groups": Setup(THREE, 3, 1),
    "three indicators": Setup(ONE, 1, 3),
    "three groups and indicators": Setup(THREE, 3, 3),
    "votes of halls": Setup(None, 3, 1),
}


def skewed(law: str, n: int, setup: Setup, seed: int) -> dict[str, float]:
    """Misses on each side and width of intervals; shares of years with a wrong statement under a line."""
    rng = np.random.default_rng(seed)
    line = float(np.dot(LAWS[law], POINTS))
    low_miss = high_miss = width = clear = confirm = 0.0
    for _ in range(YEARS // STACK):
        laws = differing(LAWS[law], STACK * UNITS, setup.groups, rng)
        low, high = setup.scores(laws, n, rng).interval()
        truth = setup.truth(laws)
        low_miss += float((truth < low - 1e-9).mean())
        high_miss += float((truth > high + 1e-9).mean())
        width += float((high - low).mean())
        laws = on_the_line(LAWS[law], STACK * UNITS, setup.groups, line, rng)
        claims = line_claims(setup.scores(laws, n, rng), line)
        clear += wrong_years(claims.clear_raw, UNITS)
        confirm += wrong_years(claims.confirm_raw, UNITS)
    stacks = YEARS // STACK
    found = {"low": low_miss / stacks, "high": high_miss / stacks, "width": width / stacks}
    return found | {"clear": clear / YEARS, "confirm": confirm / YEARS}


@pytest.mark.parametrize("name", SETUPS)
def test_intervals_and_lines(name):
    """Intervals cover, no side misses much, and no line is wrongly applied in more than 5% of years."""
    cases = [(law, n) for law in LAWS for n in VOTES]
    jobs = [partial(skewed, law, n, SETUPS[name], 100 + at) for at, (law, n) in enumerate(cases)]
    found = dict(zip(cases, in_processes(jobs), strict=True))
    bars = Bars(f"6.1, {name}")
    for (law, n), one in found.items():
        case, two = f"{law} of {n} votes", law.startswith("two")
        cover = 1 - one["low"] - one["high"]
        bars.covers(case, YEARS, "cover, two grades" if two else "cover", cover, 0.92 if two else 0.93, YEARS * UNITS)
        bars.most(case, YEARS, "cover at most", cover, 0.995, YEARS * UNITS)
        if two:
            side = max(one["low"], one["high"])
            bars.most(case, YEARS, "misses of a side, two grades", side, 0.05, YEARS * UNITS)
        bars.rare(case, YEARS, "wrong clearing, a line", one["clear"])
        bars.rare(case, YEARS, "wrong confirming, a line", one["confirm"])
    for law in LAWS:
        sides = np.mean([[found[law, n]["low"], found[law, n]["high"]] for n in SHORT], axis=0)
        case = f"{law}, mean of {SHORT} votes"
        intervals = len(SHORT) * YEARS * UNITS
        bars.least(case, YEARS, "mean cover", 1 - sides.sum(), 0.93, intervals)
        bars.most(case, YEARS, "mean cover at most", 1 - sides.sum(), 0.985, intervals)
        bars.most(case, YEARS, "misses of a side", sides.max(), 0.04, intervals)
    if name == "one group":
        bars.narrow("95 of 60 votes", YEARS, "mean width, points", found["95", 60]["width"], 1.1 * 5.5)
    bars.judge()


EACH = 5
"""Units of a year whose interval is also computed by the reference, which takes 4 to 12 ms each."""


def against_the_reference(law: str, n: int, setup: Setup, seed: int) -> list[float]:
    """Mean width over that of the reference as written out in plain code, of STACK years."""
    rng = np.random.default_rng(seed)
    value, count = setup.votes(differing(LAWS[law], STACK * UNITS, setup.groups, rng), n, rng)
    scores = scores_of_years(value, count, setup.weights)
    low, high = (end.reshape(STACK, UNITS)[:, :EACH] for end in scores.interval())
    freedom = scores.df_score.reshape(STACK, UNITS)
    weights = setup.weights or ONE
    if setup.weights is None:
        count = count.sum(axis=2, keepdims=True)
    ratios = []
    for year in range(STACK):
        groups = cells_of(count[year].sum(axis=0), value)
        cells = [cells_of(count[year, j], value) for j in range(EACH)]
        ends = [plain.interval(own, groups, weights, freedom[year, j], 0.95) for j, own in enumerate(cells)]
        ratios.append(float((high - low)[year].mean() / np.mean(np.diff(ends, axis=1))))
    return ratios


@pytest.mark.parametrize("name", SETUPS)
def test_intervals_are_no_wider_than_the_reference(name):
    """Ten years of every law and number of votes, five units of each year."""
    cases = [(law, n) for law in LAWS for n in VOTES]
    jobs = [partial(against_the_reference, law, n, SETUPS[name], 130 + at) for at, (law, n) in enumerate(cases)]
    bars = Bars(f"6.1, width against the reference, {name}")
    for (law, n), ratios in zip(cases, in_processes(jobs), strict=True):
        bars.narrow(f"{law} of {n} votes", STACK, "width over the reference's", ratios, 1.1)
    bars.judge()


def cells_of(count, value):
    """Counts of one unit or of the round as the plain implementation takes them."""
    return {g: {float(v): int(n) for v, n in zip(value, row, strict=True) if n} for g, row in enumerate(count)}


@pytest.mark.parametrize("limit", [0.01, 0.05, 0.15, 0.6])
def test_the_dissatisfied_share(limit):
    """The share of every unit is the limit, so that every statement is wrong; exact binomial tests."""
    bars = Bars("6.1, dissatisfied share")
    rng = np.random.default_rng(140)
    for n in VOTES:
        low = rng.binomial(n, limit, YEARS * UNITS)
        claims = share_claims(low, np.full(YEARS * UNITS, n), limit)
        bars.rare(f"limit {limit}, {n} votes", YEARS, "wrong clearing", wrong_years(claims.clear_raw, UNITS) / YEARS)
        bars.rare(
            f"limit {limit}, {n} votes", YEARS, "wrong confirming", wrong_years(claims.confirm_raw, UNITS) / YEARS
        )
    bars.judge()


def last_and_below(law: str, n: int, p: int, k: int, runs: int, seed: int) -> np.ndarray:
    """Shares of years with a wrong clearing and confirming: all units are on the line, so every unit is both."""
    rng = np.random.default_rng(seed)
    law, _, groups = law.partition(OF_GROUPS)
    weights = THREE if groups else ONE
    line = float(np.dot(LAWS[law], POINTS))
    wrong = np.zeros(2)
    for _ in range(runs):
        laws = on_the_line(LAWS[law], p, len(weights), line, rng)
        scores = scores_of_counts(POINTS, multinomial(laws, n, rng), weights)
        claims = both(bottom_claims_of(scores, k), line_claims(scores, line), k=k)
        wrong += [(claims.verdict == verdict).any() for verdict in ("cleared", "confirmed")]
    return wrong / runs


OF_GROUPS = ", groups"
"""Ending of a law whose votes come from three weighted groups, n from each."""
LAST_AND_BELOW = [(law, n, p, k) for law in ("even", "95") for n in (60, 300) for p, k in ((5, 1), (20, 1), (20, 3))]
LAST_AND_BELOW += [(law, n, 20, k) for law in ("worst 95", "two 99") for n in (30, 60, 300) for k in (1, 3)]
LAST_AND_BELOW += [(law, 30, 20, k) for law in ("even", "95") for k in (1, 3)]
LAST_AND_BELOW += [(law + OF_GROUPS, 30, 20, k) for law in ("even", "95", "worst 95", "two 99") for k in (1, 3)]
FEW = [(law, n, p, k) for law, n in (("even", 300), ("95", 60)) for p, k in ((2, 1), (3, 1), (3, 2), (4, 1), (4, 2))]


def test_last_and_below():
    """Clearing takes the smaller of two p-values, twice the smaller among fewer than 5 units; else 2 units had 9%."""
    bars = Bars("6.1, last k and below a line")
    cases = LAST_AND_BELOW + FEW
    jobs = [partial(last_and_below, *case, YEARS, 150 + at) for at, case in enumerate(cases)]
    for (law, n, p, k), (clear, confirm) in zip(cases, in_processes(jobs), strict=True):
        case = f"{law} of {n} votes, last {k} of {p}"
        bars.rare(case, YEARS, "wrong confirming", confirm)
        bars.rare(case, YEARS, "wrong clearing", clear)
    bars.judge()
