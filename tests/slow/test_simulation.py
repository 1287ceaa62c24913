"""Do the sets and claims keep their promise? A thousand years of each kind with a known truth.

`make test-slow`, or `pytest -m slow -s tests/slow/test_simulation.py` to see the table. A few minutes on two cores.
"""

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest

from i18n import ROOT
from tests.support.bars import printed_error
from tests.support.trials import Trial, many_trials

COVER = 0.94
FALSE_CLAIMS = 0.05


@dataclass(frozen=True)
class Kind:
    """How a scenario is run, and what it must reach beside the cover and the false claims.

    2,000 draws are enough where the sets hold nearly always: the critical value then has a Monte Carlo SD of 0.02,
    which moves the cover by far less than it stands above the bar. Where all units are equal, the one sharp test
    of the cover, the product's own 20,000 are used. A year of the large sample takes 0.4 s, hence fewer of them.
    """

    name: str
    runs: int = 1000
    draws: int = 2_000
    confirmed: float = 0.0
    chance: int = 0


KINDS = (
    Kind("base", confirmed=0.38, chance=2_000),
    Kind("all_equal", draws=20_000),
    Kind("tie_block10"),
    Kind("near_ties"),
    Kind("small_sample"),
    Kind("tiny_sample"),
    Kind("large_sample", runs=300, confirmed=1.8),
    Kind("small_p12"),
    Kind("missing_lines"),
    Kind("absent_group"),
    Kind("strict_abstain"),
)
COLUMNS = ("cover", "width", "confirmed", "undecided", "false confirm", "false clear", "by sets", "naive wrong")
SHARES = ("cover", "false confirm", "false clear")
"""Columns that are shares of runs; the others are means over runs."""


def summary(found: list[Trial], method: str) -> dict[str, tuple[float, str]]:
    """Each column of the table: a share of runs, else a mean per run, with its Monte Carlo error as printed."""
    said = [getattr(one, method) for one in found]
    names = ("covered", "width", "confirmed", "undecided", "false_confirm", "false_clear", "set_confirmed")
    values = [[float(getattr(one, name)) for one in said] for name in names]
    values.append([one.naive_wrong for one in found if not np.isnan(one.naive_wrong)])
    return {name: mean_of(name, each) for name, each in zip(COLUMNS, values, strict=True)}


def mean_of(name: str, each: list[float]) -> tuple[float, str]:
    if not each:
        return float("nan"), ""
    mean = float(np.mean(each))
    error = printed_error(len(each), mean) if name in SHARES else f"{np.std(each, ddof=1) / np.sqrt(len(each)):.4f}"
    return mean, error


@pytest.fixture(scope="module", autouse=True)
def one_thread_each():
    """Each process multiplies on its own core; more threads than cores would only wait for each other."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            patch.setenv(name, "1")
        yield


@pytest.fixture(scope="module", autouse=True)
def header():
    print("\n" + f"{'scenario':15}{'method':>8}{'runs':>6}" + "".join(f"{name:>15}{'+-':>8}" for name in COLUMNS))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_promise_is_kept(kind):
    found = many_trials(kind.name, kind.runs, kind.draws, chance=kind.chance)
    failed = []
    for method in ("honest", "known"):
        row = summary(found, method)
        print(f"{kind.name:15}{method:>8}{len(found):6}" + "".join(f"{x:15.3f}{error:>8}" for x, error in row.values()))
        cover, confirmed = row["cover"][0], row["confirmed"][0]
        false = max(row["false confirm"][0], row["false clear"][0])
        if not (cover >= COVER and false <= FALSE_CLAIMS and confirmed >= kind.confirmed):
            failed.append(method)
    assert not failed
    if kind.chance:
        assert_calibrated(found)


def assert_calibrated(found: list[Trial]) -> None:
    """What is said to happen with probability q happens in a share q of cases, tenth by tenth."""
    predicted = np.concatenate([one.predicted for one in found])
    happened = np.concatenate([one.happened for one in found])
    tenth = np.minimum((predicted * 10).astype(int), 9)
    for number in range(10):
        mine = tenth == number
        said, came = float(predicted[mine].mean()), float(happened[mine].mean())
        print(f"  P(bottom k) {number / 10:.1f} to {(number + 1) / 10:.1f}: {mine.sum():6} {said:.3f} -> {came:.3f}")
        if mine.sum() >= 200:
            assert abs(said - came) <= 0.07
        if number == 9:
            assert came >= 0.95


@pytest.mark.slow
def test_marginal_sets_hold_when_all_units_are_equal():
    """The guard against a percentile bootstrap, which holds in 0.01% of cases here."""
    found = many_trials("all_equal", 300, 2_000, marginal=True)
    cover, error = mean_of("marginal", [one.marginal_covered for one in found])
    print(f"all_equal, marginal cover of {len(found)} runs: {cover:.3f} +- {error}")
    assert cover >= COVER


SHUFFLED = """
import sys
from dataclasses import replace
import numpy as np
from analytics.ranks import rank_sets
from analytics.shrinkage import bottom_probability
from analytics.verdicts import bottom_claims
from tests.support.simulation import BASE, draw, scored

sample = draw(BASE, 7)
order = np.random.default_rng(int(sys.argv[1])).permutation(len(sample.unit))
columns = {name: getattr(sample, name)[order] for name in ("evaluator", "unit", "group", "points")}
scores = scored(replace(sample, **columns))
sets = rank_sets(scores.score, scores.covariance_adjusted, seed=7, df=scores.df)
claims = bottom_claims(scores.score, scores.covariance_adjusted, 5, df=scores.df)
chance = bottom_probability(scores.score, scores.se**2, 5, seed=7)
for part in (scores.score, scores.covariance_adjusted, scores.df, sets.best, sets.worst, np.array(sets.critical),
             claims.confirm_p, claims.clear_p, chance.probability, chance.expected_rank):
    sys.stdout.buffer.write(part.tobytes())
"""


@pytest.mark.slow
@pytest.mark.parametrize(("threads", "order"), [("1", 1), ("2", 2), ("4", 3)])
def test_row_order_and_threads_leave_every_byte(threads, order):
    """Each in a process of its own, for the number of threads is settled at the first import."""
    straight, other = (
        subprocess.run(
            [sys.executable, "-c", SHUFFLED, str(seed)],
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": count, "OPENBLAS_NUM_THREADS": count},
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        for seed, count in ((0, "1"), (order, threads))
    )
    assert len(straight) > 60 * 60 * 8
    assert hashlib.sha256(other).hexdigest() == hashlib.sha256(straight).hexdigest()
