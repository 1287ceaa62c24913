"""Agreement of evaluators: Krippendorff's alpha, intra-class correlations, Kendall's W with ties.

Evaluators may agree little while the means of many of them are reliable: a low alpha does not make a ranking noise.
`ratings` has units in rows and raters in columns, NaN where a rater did not grade a unit.

Intervals of alpha and W resample raters (percentiles of 500 draws). A rater drawn twice agrees with itself, so pairs of
copies are left out; with them, resamples of 4 raters would show an agreement that nobody measured.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

DRAWS = 500
FEWEST_RATERS = 4
"""Raters below which no interval is resampled: three raters have ten different resamples."""
FEW, CONSTANT = "few", "constant"
METRICS = ("nominal", "ordinal", "interval")
FORMS = ("1,1", "2,1", "3,1", "1,k", "2,k", "3,k")


@dataclass(frozen=True)
class RaterAgreement:
    """A coefficient with its interval, 1 is perfect agreement; NaN where refused or without an interval.

    units, raters : that entered. refused : None; "few": fewer than two raters or units; "constant": all grades equal.
    """

    value: float
    low: float
    high: float
    units: int
    raters: int
    refused: str | None = None


def krippendorff_alpha(
    ratings: ArrayLike, *, metric: str = "ordinal", level: float = 0.95, seed: int = 0
) -> RaterAgreement:
    """Return Krippendorff's alpha (2011): 1 - observed disagreement / disagreement expected by chance.

    Units with one grade count nothing. metric : "nominal", "ordinal" or "interval".
    """
    if metric not in METRICS:
        raise ValueError(f"metric must be one of {METRICS}, got {metric!r}")
    table = _table(ratings)
    table = table[(~np.isnan(table)).sum(axis=1) > 1]
    units, raters = len(table), int((~np.isnan(table)).any(axis=0).sum())
    if units < 1 or raters < 2:
        return _refused(FEW, units, raters)
    value, at = np.unique(table[~np.isnan(table)], return_inverse=True)
    if len(value) < 2:
        return _refused(CONSTANT, units, raters)
    graded = np.zeros((*table.shape, len(value)))
    graded[(*np.nonzero(~np.isnan(table)), at)] = 1.0

    def alpha(weight: Floats) -> float:
        return _alpha(graded, value, weight, metric)

    return _with_interval(alpha, table.shape[1], units, raters, level, seed)


def _alpha(graded: Floats, value: Floats, weight: Floats, metric: str) -> float:
    """Return alpha of raters with integer weights; graded : shape (units, raters, grades), 0 or 1."""
    count = np.einsum("urg,r->ug", graded, weight)
    itself = np.einsum("urg,r->ug", graded, weight**2)
    size = count.sum(axis=1)
    pairs = size**2 - itself.sum(axis=1)
    used = pairs > 0
    per = np.divide(size, pairs, out=np.zeros_like(size), where=used)
    coincidence = np.einsum("u,ug,uh->gh", per, count, count) - np.diag(per @ itself)
    margin = coincidence.sum(axis=0)
    total = margin.sum()
    distance = _distance(value, margin, metric)
    expected = float(margin @ distance @ margin)
    observed = float((total - 1) * (coincidence * distance).sum())
    return 1 - observed / expected if expected > 0 else float("nan")


def _distance(value: Floats, margin: Floats, metric: str) -> Floats:
    """Return squared distances of the grades, shape (grades, grades)."""
    if metric == "nominal":
        differ: Floats = (value[:, None] != value[None, :]).astype(np.float64)
        return differ
    if metric == "interval":
        apart: Floats = np.subtract.outer(value, value) ** 2
        return apart
    middle = np.cumsum(margin) - margin / 2  # grades between count fully, the two themselves half
    between: Floats = np.subtract.outer(middle, middle) ** 2
    return between


def icc(ratings: ArrayLike, form: str = "2,k", *, level: float = 0.95) -> RaterAgreement:
    """Return an intra-class correlation of Shrout and Fleiss (1979) with its F interval.

    Parameters
    ----------
    ratings : units with an empty cell are left out.
    form : "1,1", "2,1", "3,1" of a single rater, "1,k", "2,k", "3,k" of the mean of all k raters. 1: raters differ from
        unit to unit; 2: the raters are a sample, and their leniency counts as error; 3: it does not.
    """
    if form not in FORMS:
        raise ValueError(f"form must be one of {FORMS}, got {form!r}")
    table = _table(ratings)
    table = table[~np.isnan(table).any(axis=1)]
    n, k = table.shape
    if n < 2 or k < 2:
        return _refused(FEW, n, k)
    between, judges, error, within = _mean_squares(table)
    if between + judges + error <= 0:
        return _refused(CONSTANT, n, k)
    tail = (1 - level) / 2
    squares = (between, judges, error)
    if form[0] == "2":
        single, low, high = _two_way(n, k, *squares, tail)
    else:
        rest, df = (within, n * (k - 1)) if form[0] == "1" else (error, (n - 1) * (k - 1))
        single = (between - rest) / (between + (k - 1) * rest)
        low, high = _ratio_interval(between, rest, n, k, df, tail)
    if form[2] == "k":
        single, low, high = (_stepped_up(value, k) for value in (single, low, high))
    return RaterAgreement(single, low, high, n, k)


def _mean_squares(table: Floats) -> tuple[float, float, float, float]:
    """Return mean squares between units, between raters, of the residual, and within units."""
    n, k = table.shape
    mean, unit, rater = table.mean(), table.mean(axis=1), table.mean(axis=0)
    between = k * ((unit - mean) ** 2).sum() / (n - 1)
    judges = n * ((rater - mean) ** 2).sum() / (k - 1)
    residual = table - unit[:, None] - rater + mean
    error = (residual**2).sum() / ((n - 1) * (k - 1))
    within = ((table - unit[:, None]) ** 2).sum() / (n * (k - 1))
    return float(between), float(judges), float(error), float(within)


def _ratio_interval(between: float, rest: float, n: int, k: int, df: int, tail: float) -> tuple[float, float]:
    """Return the interval of (F - 1) / (F + k - 1) with F = between / rest; 1 without a residual."""
    if rest <= 0:
        return 1.0, 1.0
    ratio = between / rest
    low, high = ratio / stats.f.isf(tail, n - 1, df), ratio * stats.f.isf(tail, df, n - 1)
    return float((low - 1) / (low + k - 1)), float((high - 1) / (high + k - 1))


def _two_way(n: int, k: int, between: float, judges: float, error: float, tail: float) -> tuple[float, float, float]:
    """Return ICC(2,1) with the interval of Shrout and Fleiss (Satterthwaite's degrees of freedom)."""
    value = (between - error) / (between + (k - 1) * error + k * (judges - error) / n)
    if error <= 0:
        return value, value, value
    ratio = judges / error
    common = n * (1 + (k - 1) * value) - k * value
    df = (k - 1) * (n - 1) * (k * value * ratio + common) ** 2 / ((n - 1) * (k * value * ratio) ** 2 + common**2)
    upper, lower = stats.f.isf(tail, n - 1, df), stats.f.isf(tail, df, n - 1)
    rest = k * judges + (k * n - k - n) * error
    low = n * (between - upper * error) / (upper * rest + n * between)
    high = n * (lower * between - error) / (rest + n * lower * between)
    return value, float(low), float(high)


def _stepped_up(value: float, k: int) -> float:
    """Return the reliability of the mean of k raters (Spearman 1910, Brown 1910); minus infinity at its pole."""
    bottom = 1 + (k - 1) * value
    return float(k * value / bottom) if bottom > 0 else float("-inf")


def kendall_w(ratings: ArrayLike, *, level: float = 0.95, seed: int = 0) -> RaterAgreement:
    """Return Kendall's coefficient of concordance with correction for ties, 0 to 1.

    Units with an empty cell are left out, and so are raters who grade all units alike: they give no order.
    """
    table = _table(ratings)
    table = table[~np.isnan(table).any(axis=1)]
    n = len(table)
    ranks = stats.rankdata(table, axis=0) if n else table
    ranks = ranks[:, np.ptp(ranks, axis=0) > 0] if n else ranks
    m = ranks.shape[1]
    if n < 2 or table.shape[1] < 2:
        return _refused(FEW, n, table.shape[1])
    if m < 2:
        return _refused(CONSTANT, n, table.shape[1])
    centred = ranks - (n + 1) / 2
    squares = (centred**2).sum(axis=0)

    def concordance(weight: Floats) -> float:
        """Return W; of copies only pairs of different raters count, which by themselves give the mean agreement."""
        total = float(((centred @ weight) ** 2).sum())
        mine = float((weight**2 * squares).sum())
        pairs = float(weight.sum() ** 2 - (weight**2).sum())
        if pairs <= 0:
            return float("nan")
        typical = float(weight @ squares) / m
        agreeing = (total - mine) / pairs / typical
        return float(((m - 1) * agreeing + 1) / m)

    return _with_interval(concordance, m, n, m, level, seed)


def _with_interval(
    coefficient: Callable[[Floats], float], columns: int, units: int, raters: int, level: float, seed: int
) -> RaterAgreement:
    """Return the coefficient of all raters, and percentiles of it over resampled raters."""
    value = coefficient(np.ones(columns))
    if raters < FEWEST_RATERS:
        return RaterAgreement(value, float("nan"), float("nan"), units, raters)
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(columns, np.full(columns, 1 / columns), size=DRAWS).astype(np.float64)
    found = np.array([coefficient(weight) for weight in weights])
    tail = (1 - level) / 2
    low, high = np.nanquantile(found, [tail, 1 - tail])
    return RaterAgreement(value, float(min(low, value)), float(max(high, value)), units, raters)


def _table(ratings: ArrayLike) -> Floats:
    table = np.asarray(ratings, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError(f"ratings must have units in rows and raters in columns, got shape {table.shape}")
    return table


def _refused(why: str, units: int, raters: int) -> RaterAgreement:
    nan = float("nan")
    return RaterAgreement(nan, nan, nan, units, raters, why)
