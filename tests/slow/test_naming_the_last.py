"""Naming the last k: wrong in at most 5% of years, whatever the variances, ties and correlations.

The last one by the proven bound without Holm, the last 2 and 3 with Holm, by the product's p-values.
`pytest -m slow -s tests/slow/test_naming_the_last.py` prints the worst of some 3,000 configurations.
"""

from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np
import pytest
from scipy import optimize, special

from analytics.differences import Differences, standardised
from analytics.verdicts import bottom_claims, bottom_claims_of, bottom_p, holm
from tests.support.bars import error_of, in_processes, printed_error
from tests.support.grades import LAWS, ONE, POINTS, known_scores, multinomial, scores_of_counts

pytestmark = pytest.mark.slow
LIMIT = 0.05
LOOKS = (3_000, 40_000, 200_000)
"""Years of a configuration in the first look, and in further looks at those that stay suspicious."""
AT_ONCE = 2_000
SIZES = (2, 3, 5, 12)
PLACES = (1, 2, 3)
GAPS = ("tied", "hair", "one more low", "stairs", "far")
SPREADS = ("equal", "one wide", "mixed", "extreme")
LINKS = ("none", "shared", "against", "factors", "mirror")
FREEDOM = (np.inf, 2, 5, 30)


@dataclass(frozen=True)
class Configuration:
    """p units of which the last k are named; df : of the variance of each pair, infinite where it is known."""

    p: int
    k: int
    gap: str
    spread: str
    link: str
    df: float
    seed: int

    @property
    def words(self) -> str:
        return f"last {self.k} of {self.p}, {self.gap}, {self.spread}, {self.link}, df {self.df:g}"


def configurations() -> list[Configuration]:
    found = []
    for k, p, gap, spread, link, df in product(PLACES, SIZES, GAPS, SPREADS, LINKS, FREEDOM):
        nobody_else = p == k + 1 and gap in ("one more low", "far")  # the same as "tied" then
        if p > k and not nobody_else and not (p == 2 and link in ("mirror", "factors")):
            found.append(Configuration(p, k, gap, spread, link, df, len(found)))
    return found


def means(kind: str, p: int, k: int) -> np.ndarray:
    """True scores in units of a typical error; the first k units are the last k, by as little as can be."""
    low = np.full(k, -1e-9)
    if kind == "tied":
        return np.r_[low, np.zeros(p - k)]
    if kind == "hair":
        return 1e-6 * np.arange(p)
    if kind == "stairs":
        return 0.5 * np.arange(p)
    return np.r_[low, 0.0, np.full(p - k - 1, 3.0 if kind == "one more low" else 40.0)]


def covariance_of(spread: str, link: str, p: int, rng: np.random.Generator) -> np.ndarray:
    sd = {
        "equal": np.ones(p),
        "one wide": np.r_[np.ones(p - 1), 10.0],
        "mixed": np.exp(rng.normal(0, 1, p)),
        "extreme": np.r_[1e-3, 1.0, np.full(p - 2, 1e3)],
    }[spread]
    correlation = np.eye(p)
    if link == "shared":
        correlation = 0.9 + 0.1 * np.eye(p)
    elif link == "against":
        correlation = np.where(np.eye(p) > 0, 1.0, -0.999 / (p - 1))
    elif link == "factors":
        load = rng.normal(size=(p, 2))
        load /= np.linalg.norm(load, axis=1, keepdims=True)
        correlation = 0.95 * load @ load.T + 0.05 * np.eye(p)
    elif link == "mirror" and p > 2:
        correlation = np.eye(p)
        correlation[1, 2] = correlation[2, 1] = -0.999
    return correlation * np.outer(sd, sd)


def drawn(one: Configuration, years: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, covariances and standardised differences of some years; a covariance a year where df is finite.

    Shapes (years, p), (years or 1, p, p) and (years, p, p).
    """
    sigma = covariance_of(one.spread, one.link, one.p, np.random.default_rng([60, one.seed]))
    values, vectors = np.linalg.eigh(sigma)
    root = vectors * np.sqrt(np.maximum(values, 0))
    x = means(one.gap, one.p, one.k) + rng.standard_normal((years, one.p)) @ root.T
    estimate = sigma[None]
    if np.isfinite(one.df):
        scatter = rng.standard_normal((years, int(one.df), one.p)) @ root.T
        estimate = np.einsum("ydj,ydk->yjk", scatter, scatter) / one.df
    diagonal = np.diagonal(estimate, axis1=1, axis2=2)
    variance = diagonal[:, :, None] + diagonal[:, None, :] - 2 * estimate
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (x[:, :, None] - x[:, None, :]) / np.sqrt(np.maximum(variance, 0))
    t[:, range(one.p), range(one.p)] = 0.0
    if np.isfinite(one.df):
        t = np.copysign(special.ndtri(special.stdtr(one.df, -np.abs(t))), t)
    return x, estimate, t


def confirmed(z: np.ndarray, k: int) -> np.ndarray:
    """Units that are confirmed among the last k by the product's p-values, from differences of shape (p, p)."""
    confirm, _ = bottom_p(Differences(np.ones(len(z), dtype=bool), z, np.ones_like(z)), k)
    return (2 * confirm if k == 1 else holm(confirm)) <= LIMIT


def wrong_share(one: Configuration, years: int, look: int) -> float:
    """Share of years in which a unit is confirmed that is not among the last k."""
    rng = np.random.default_rng([61, look, one.seed])
    wrong = 0
    for start in range(0, years, AT_ONCE):
        _, _, z = drawn(one, min(AT_ONCE, years - start), rng)
        wrong += sum(bool(confirmed(year, one.k)[one.k :].any()) for year in z)
    return wrong / years


@pytest.mark.parametrize("k", PLACES)
def test_the_grid_is_judged_as_the_product_judges(k):
    """Differences that are computed for many years at once give the verdicts of `bottom_claims_of`."""
    rng, seen = np.random.default_rng(64), set()
    for one in configurations():
        if one.k != k or one.p == 2:
            continue
        x, sigma, z = drawn(one, 4, rng)
        for year in range(4):
            own = sigma[min(year, len(sigma) - 1)]
            verdict = bottom_claims_of(known_scores(x[year], own, one.df), k).verdict
            assert ((verdict == "confirmed") == confirmed(z[year], k)).all(), one.words
            seen |= set(verdict.tolist())
    assert {"confirmed", "undecided"} <= seen


def test_the_last_are_never_wrongly_named_too_often():
    """How so many configurations are looked at without one of them failing by luck.

    All are looked at for 3,000 years each. Those above 5% less one Monte Carlo error are run again, all of them, with
    fresh seeds for 40,000 years; those then above 5% and two errors a third time for 200,000. The bar, 5% and two
    errors, must be broken both times. The bound is sharp, so that many configurations are at exactly 5%: each of them
    breaks both by luck once in 2,000 times. One at 5.5% escapes once in 10 times.
    """
    first, second, third = LOOKS
    every = configurations()
    print(f"\n{len(every)} configurations of {first} years")
    assert sum(one.k == 1 for one in every) >= 500 and len(every) >= 1_500
    suspicious = looked_at(every, 0, LIMIT - error_of(first))
    print(f"{len(suspicious)} above {LIMIT - error_of(first):.4f}, run again with {second} years and fresh seeds")
    above = looked_at(suspicious, 1, LIMIT + 2 * error_of(second))
    print(f"{len(above)} above {LIMIT + 2 * error_of(second):.4f}, run again with {third} years and fresh seeds")
    wrong = looked_at(above, 2, LIMIT + 2 * error_of(third))
    assert not [one.words for one in wrong]


def looked_at(among: list[Configuration], look: int, bar: float) -> list[Configuration]:
    """Those that are wrong in more years than `bar`, after the worst of each number of places is printed."""
    years = LOOKS[look]
    shares = in_processes([partial(wrong_share, one, years, look) for one in among])
    found = sorted(zip(shares, among, strict=True), key=lambda pair: -pair[0])
    for k in PLACES:
        for share, one in [pair for pair in found if pair[1].k == k][:3]:
            print(f"  {one.words}: {share:.4f} +- {printed_error(years, share)}")
    return [one for share, one in found if share > bar]


@pytest.mark.parametrize(("rivals", "bar"), [("spread", 0.85), ("equal", 0.79)])
def test_a_unit_four_errors_below_is_named(rivals, bar):
    """20 rivals, 4 standard errors of a difference; with Holm over all units it was named in 65 to 68% of years.

    Of equal rivals 81.7% is all that the bound allows (docs/method/naming-the-last.en.md): the bar is two errors below.
    """
    rng = np.random.default_rng(62)
    named = holm = 0
    for _ in range(1_000):
        mean = np.abs(rng.normal(size=20)) if rivals == "spread" else np.zeros(20)
        x = np.r_[-4 * np.sqrt(2), mean] + rng.normal(size=21)
        confirm, _ = bottom_p(standardised(x, np.eye(21)), 1)
        named += 2 * confirm[0] <= LIMIT
        holm += bottom_claims(x, np.eye(21), 1).verdict[0] == "confirmed"
    print(f"\n{rivals} rivals: named in {named / 1000:.3f} of 1,000 years, with Holm {holm / 1000:.3f}")
    assert named / 1000 >= bar


def tilted(law, score: float) -> np.ndarray:
    """The law whose odds are changed evenly along the points until its mean is `score`."""

    def at(slope: float) -> np.ndarray:
        share = np.asarray(law) * np.exp(slope * (POINTS - POINTS.mean()))
        return share / share.sum()

    return at(optimize.brentq(lambda slope: at(slope) @ POINTS - score, -0.5, 0.5))


@pytest.mark.parametrize(("votes", "bar"), [(60, 0.80), (300, 0.85)])
def test_so_it_is_from_ballots(votes, bar):
    """The same 20 rivals spread above, by the pairs of the product: pseudo-votes cost power where votes are few."""
    rng = np.random.default_rng(63)
    named = wrong = 0
    middle = np.asarray(LAWS["even"])
    error = np.sqrt((middle @ POINTS**2 - (middle @ POINTS) ** 2) / votes)
    low = optimize.brentq(lambda score: four_below(score, votes, middle, error), 5.0, middle @ POINTS)
    for _ in range(1_000):
        rivals = [tilted(middle, middle @ POINTS + error * abs(step)) for step in rng.normal(size=20)]
        count = multinomial(np.array([tilted(middle, low), *rivals])[:, None], votes, rng)
        verdict = bottom_claims_of(scores_of_counts(POINTS, count, ONE), 1).verdict
        named += verdict[0] == "confirmed"
        wrong += (verdict[1:] == "confirmed").any()
    print(f"\n{votes} votes: named in {named / 1000:.3f} of 1,000 years (>= {bar}), another unit in {wrong / 1000:.3f}")
    assert named / 1000 >= bar and wrong / 1000 <= LIMIT


def four_below(score: float, votes: int, middle: np.ndarray, error: float) -> float:
    """Four standard errors of the difference to the middle law, less the difference."""
    law = tilted(middle, score)
    own = (law @ POINTS**2 - score**2) / votes
    return 4 * np.sqrt(own + error**2) - (middle @ POINTS - score)
