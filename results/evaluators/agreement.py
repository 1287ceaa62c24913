"""Agreement of the evaluators of each group, and how each indicator goes together with the overall grade."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.agreement import CONSTANT, FEW, RaterAgreement, icc, kendall_w, krippendorff_alpha
from analytics.drivers import drivers
from data.moments.votes import OVERALL
from results.evaluators.words import (
    AGREEMENT,
    ALPHA,
    DRIVERS,
    FIGURES,
    ICC,
    INCOMPLETE,
    NO_INTERVAL,
    UNDEFINED,
    WITHHELD,
    W,
)
from results.evaluators.words import CONSTANT as ALL_EQUAL
from results.evaluators.words import FEW as TOO_FEW

Floats: TypeAlias = NDArray[np.float64]
Row: TypeAlias = dict[str, object]

MOST_RATERS = 300
"""Evaluators of a group that agreement is computed from; of more, as many are drawn. 300 on 90 units take 0.3 s."""
MOST_DRIVERS = 4_000
"""Evaluators that correlations are computed from: 500 resamples of 4,000 hold 16 MB."""
MOST_VALUES = 21
"""Different vote scores that alpha distinguishes; if there are more, scores are put into steps of a twentieth."""
REFUSED = {FEW: TOO_FEW, CONSTANT: ALL_EQUAL}


def agreement_rows(votes: pd.DataFrame, groups: Sequence[str], smallest: int, level: float, seed: int) -> list[Row]:
    """Return alpha, ICC and W of each evaluator group, a row each.

    votes : of `RoundBallots`. smallest : evaluators below which nothing of a group is shown.
    """
    by_group = dict(list(votes.groupby("group_name")))
    return [
        row for group in groups if group in by_group for row in _of_group(group, by_group[group], smallest, level, seed)
    ]


def _of_group(group: str, votes: pd.DataFrame, smallest: int, level: float, seed: int) -> Iterator[Row]:
    people = np.sort(votes["ballot"].unique())
    head: Row = {"part": AGREEMENT, "group": group}
    if len(people) < smallest:
        yield from ({**head, "figure": figure, "reason": WITHHELD} for figure in FIGURES)
        return
    drawn = drawn_of(people, MOST_RATERS, seed)
    table = ratings(votes[votes["ballot"].isin(drawn)])
    head |= {"evaluators": len(people), "drawn": len(drawn), "votes": int((~np.isnan(table)).sum())}
    alpha = krippendorff_alpha(in_steps(table), level=level, seed=seed % 2**32)
    yield {**head, "figure": ALPHA, **_figure(alpha)}
    complete = ~np.isnan(table).any(axis=1)
    if 2 * complete.sum() < len(table):
        yield from ({**head, "figure": figure, "reason": INCOMPLETE} for figure in (ICC, W))
        return
    yield {**head, "figure": ICC, **_figure(icc(table, "2,k", level=level))}
    yield {**head, "figure": W, **_figure(kendall_w(table, level=level, seed=seed % 2**32))}


def drawn_of(people: NDArray[np.int32], most: int, seed: int) -> NDArray[np.int32]:
    """Return all people, or `most` of them drawn at random, sorted."""
    if len(people) <= most:
        return people
    return np.sort(np.random.default_rng(seed).choice(people, most, replace=False))


def ratings(votes: pd.DataFrame) -> Floats:
    """Return the scores of votes, units in rows and evaluators in columns, NaN where there is no vote."""
    unit, units = pd.factorize(votes["unit_code"], sort=True)
    person, people = pd.factorize(votes["ballot"], sort=True)
    table = np.full((len(units), len(people)), np.nan)
    table[unit, person] = votes["score"].to_numpy()
    return table


def in_steps(table: Floats) -> Floats:
    """Return the scores, put into steps of a twentieth of their range if they take more than MOST_VALUES values."""
    known = table[~np.isnan(table)]
    if len(np.unique(known)) <= MOST_VALUES:
        return table
    low, step = known.min(), np.ptp(known) / (MOST_VALUES - 1)
    stepped: Floats = np.round((table - low) / step)
    return stepped


def _figure(found: RaterAgreement) -> Row:
    """Return value, interval and reason; what is not finite is left empty, with its reason."""
    sizes: Row = {"units": found.units}
    if found.refused is not None:
        return {**sizes, "reason": REFUSED[found.refused]}
    return {**sizes, **bounded(found.value, found.low, found.high)}


def bounded(value: float, low: float, high: float) -> Row:
    """Return a value with its interval, and the reason if one of them does not exist."""
    if not np.isfinite(value):
        return {"reason": UNDEFINED}
    if not (np.isfinite(low) and np.isfinite(high)):
        return {"value": value, "reason": NO_INTERVAL}
    return {"value": value, "low": low, "high": high}


def driver_rows(lines: pd.DataFrame, smallest: int, level: float, seed: int) -> list[Row]:
    """Return the correlation of each indicator with the overall grade of the same vote, strongest first.

    Grades are taken around the mean of their unit and evaluator group, so that neither good units nor lenient groups
    make a correlation. lines : of `RoundBallots`.
    """
    wide = lines.pivot(index=["ballot", "unit_code", "group_name"], columns="indicator", values="points").reset_index()
    names = [name for name in lines["indicator"].unique() if name != OVERALL]
    wide = wide[wide[OVERALL].notna() & wide[names].notna().any(axis=1)]
    wide = wide[wide["ballot"].isin(drawn_of(np.sort(wide["ballot"].unique()), MOST_DRIVERS, seed))]
    place = wide.groupby(["unit_code", "group_name"]).ngroup().to_numpy()
    numbers = wide[names].to_numpy(dtype=np.float64)
    result = drivers(
        wide["ballot"].to_numpy(), place, numbers, wide[OVERALL].to_numpy(), level=level, seed=seed % 2**32
    )
    rows = []
    for at, name in enumerate(names):
        head: Row = {"part": DRIVERS, "figure": "correlation", "indicator": name}
        graded = wide[~np.isnan(numbers[:, at])]
        people = graded["ballot"].nunique()
        if people < smallest:
            rows.append({**head, "reason": WITHHELD})
            continue
        sizes: Row = {"drawn": people, "units": graded["unit_code"].nunique(), "votes": len(graded)}
        figure = bounded(float(result.correlation[at]), float(result.low[at]), float(result.high[at]))
        rows.append({**head, **sizes, **figure})
    return sorted(rows, key=_weakness)


def _weakness(row: Row) -> tuple[bool, float]:
    value = row.get("value")
    return (value is None, -value if isinstance(value, float) else 0.0)
