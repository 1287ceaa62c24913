"""Drivers: how closely the overall grade goes together with the grade on each indicator.

A correlation of votes around the mean of their unit. It is no cause: an evaluator who is content gives good grades on
everything. Intervals resample evaluators, whose votes are not independent.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analytics.laws import Floats

DRAWS = 500
FEWEST_EVALUATORS = 20
"""Evaluators below which no interval is resampled."""


@dataclass(frozen=True)
class Drivers:
    """Correlations with the overall grade, shape (indicators,); NaN where one of the two has no spread.

    low, high : interval by resampling evaluators, NaN below 20 of them. votes : that have both grades.
    """

    correlation: Floats
    low: Floats
    high: Floats
    votes: Floats


def drivers(
    evaluator: ArrayLike,
    unit: ArrayLike,
    indicators: ArrayLike,
    overall: ArrayLike,
    *,
    level: float = 0.95,
    seed: int = 0,
) -> Drivers:
    """Correlate each indicator with the overall grade.

    Parameters
    ----------
    evaluator, unit, overall : shape (votes,). indicators : shape (votes, indicators), points, NaN where not graded.
    """
    table, total = np.asarray(indicators, dtype=np.float64), np.asarray(overall, dtype=np.float64)
    people, person = np.unique(np.asarray(evaluator), return_inverse=True)
    _, place = np.unique(np.asarray(unit), return_inverse=True)
    if table.ndim != 2 or not len(table) == len(total) == len(person) == len(place):
        raise ValueError(f"indicators {table.shape} need one evaluator, unit and overall grade a row")
    weights = np.ones((1, len(people)))
    if len(people) >= FEWEST_EVALUATORS:
        rng = np.random.default_rng(seed)
        drawn = rng.multinomial(len(people), np.full(len(people), 1 / len(people)), size=DRAWS)
        weights = np.concatenate([weights, drawn])
    found, votes = [], []
    for column in table.T:
        known = ~(np.isnan(column) | np.isnan(total))
        x, y = (_around_units(values[known], place[known]) for values in (column, total))
        sums = [np.bincount(person[known], part, minlength=len(people)) for part in (x * x, y * y, x * y)]
        square, other, product = (weights @ part for part in sums)
        scale = np.sqrt(square * other)
        found.append(np.divide(product, scale, out=np.full(len(weights), np.nan), where=scale > 1e-9))
        votes.append(float(known.sum()))
    values = np.array(found).reshape(table.shape[1], len(weights))
    low, high = np.full(len(values), np.nan), np.full(len(values), np.nan)
    spread = ~np.isnan(values[:, 1:]).all(axis=1) if values.shape[1] > 1 else np.zeros(len(values), dtype=bool)
    tail = (1 - level) / 2
    if spread.any():
        low[spread], high[spread] = np.nanquantile(values[spread, 1:], [tail, 1 - tail], axis=1)
    return Drivers(values[:, 0], low, high, np.array(votes))


def _around_units(values: Floats, unit: Floats) -> Floats:
    """Return values minus the mean of their unit."""
    n = np.maximum(np.bincount(unit), 1)
    centred: Floats = values - (np.bincount(unit, values) / n)[unit]
    return centred
