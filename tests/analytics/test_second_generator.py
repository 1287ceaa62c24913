"""The second generator of simulated years draws what it says: exact grade laws, and the stated correlations."""

import numpy as np
import pytest

from tests.support.grades import LAWS, POINTS, ballots, differing, indicator_sums, on_the_line

PEOPLE = 40_000
HALVES = (0.5, 0.0, 0.0, 0.5)
"""Two grades of equal share: grades correlate by 2 / pi times the arcsine of the correlation of the latent normals."""


def grades_of(year, p: int) -> np.ndarray:
    """Points by evaluator and unit; NaN where there is no vote."""
    table = np.full((PEOPLE, p), np.nan)
    table[year.evaluator, year.unit] = year.points
    return table


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"leniency": 0.4},
        {"leniency": np.linspace(0, 0.8, len(LAWS)), "against": 5},
        {"sites": np.full(PEOPLE // 2, 2), "venue": 0.1, "leniency": 0.2},
        {"missing": 0.2, "leniency": 0.4},
    ],
    ids=["independent", "lenient", "correlations differ", "in sites", "missing"],
)
def test_every_law_is_exact_whatever_the_dependence(options):
    """Ten units, each with a law of its own: every share to four standard errors."""
    laws = np.array(list(LAWS.values()))
    table = grades_of(ballots(laws, PEOPLE, np.random.default_rng(31), **options), len(laws))
    votes = np.isfinite(table).sum(axis=0)
    shares = np.array([(table == point).sum(axis=0) for point in POINTS]).T / votes[:, None]
    agreeing = 1.1 if "venue" in options else 1.0  # two people a site
    error = np.sqrt(agreeing * laws * (1 - laws) / votes[:, None])
    assert (np.abs(shares - laws) <= 4 * error).all()
    assert shares[laws == 0].max() == 0
    missing = options.get("missing", 0.0)
    assert 1 - votes.sum() / table.size == pytest.approx(missing, abs=4 * np.sqrt(0.25 / table.size) * bool(missing))


def of_latent(correlation: float) -> float:
    return 2 / np.pi * np.arcsin(correlation)


def test_grades_are_correlated_as_stated():
    """Of one evaluator by leniency, of one site on one unit by venue, against the grain negatively, else not at all."""
    options = {"leniency": 0.3, "venue": 0.2, "sites": np.full(PEOPLE // 2, 2), "against": 2}
    table = grades_of(ballots(np.tile(HALVES, (3, 1)), PEOPLE, np.random.default_rng(32), **options), 3)
    together = np.corrcoef(table.T)
    error = 4 / np.sqrt(PEOPLE)
    assert together[0, 1] == pytest.approx(of_latent(0.3), abs=error)
    assert together[0, 2] == pytest.approx(of_latent(-0.3), abs=error)
    one, other = table[::2], table[1::2]  # the two people of each site
    error = 4 / np.sqrt(PEOPLE // 2)
    for unit in range(3):
        assert np.corrcoef(one[:, unit], other[:, unit])[0, 1] == pytest.approx(of_latent(0.2), abs=error)
    assert np.corrcoef(one[:, 0], other[:, 1])[0, 1] == pytest.approx(0, abs=error)
    assert np.corrcoef(one[:-1, 0], other[1:, 0])[0, 1] == pytest.approx(0, abs=error)


@pytest.mark.parametrize("law", LAWS)
def test_units_on_the_line_are_on_it_and_differ(law):
    line = float(np.dot(LAWS[law], POINTS))
    laws = on_the_line(LAWS[law], 50, 3, line, np.random.default_rng(33))
    assert laws @ POINTS == pytest.approx(np.full((50, 3), line))
    assert laws.sum(axis=2) == pytest.approx(np.ones((50, 3))) and laws.min() >= 0
    assert np.ptp(laws[:, 0, -1]) > 0


def test_the_mean_of_three_indicators_has_the_law_of_three_independent_grades():
    laws = differing(LAWS["good"], 4, 2, np.random.default_rng(34))
    value, share = indicator_sums(laws, 3)
    assert share.sum(axis=2) == pytest.approx(np.ones((4, 2)))
    mean, square = share @ value, share @ value**2
    one = laws @ POINTS**2 - (laws @ POINTS) ** 2
    assert mean == pytest.approx(laws @ POINTS, abs=1e-3)
    assert square - mean**2 == pytest.approx(one / 3, rel=1e-3)
