"""Attainment of pledges: target against outcome, for single pledges and for groups of them."""

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

HIGHER, LOWER = "higher", "lower"
CAP = 120.0
"""Cap of the completion of a pledge, in per cent: without it an exceeded goal could hide a missed goal."""


@dataclass(frozen=True)
class Attainment:
    """Attainment of a pledge; None where undefined.

    met : whether the target was reached. completion : actual against target, per cent, 0 to 120. progress : way from
    the baseline to the target, per cent, 0 to 120; undefined for a target that is no better than the baseline.
    """

    met: bool | None
    completion: float | None
    progress: float | None


def attainment(actual: float | None, target: float | None, baseline: float | None, direction: str) -> Attainment:
    """Return how far a pledge was kept.

    Parameters
    ----------
    actual, target, baseline : in the unit of the pledge; None where missing. A missing actual is "not reported",
        never 0.
    direction : "higher" or "lower", which way is better. For "lower" an actual of 0 or less gives the cap.

    Raises
    ------
    ValueError
        If the direction is another word or a number is not finite.
    """
    if direction not in (HIGHER, LOWER):
        raise ValueError(f'direction must be "higher" or "lower", got {direction!r}')
    if not all(math.isfinite(value) for value in (actual, target, baseline) if value is not None):
        raise ValueError("actual, target and baseline must be finite or None")
    if actual is None or target is None:
        return Attainment(None, None, None)
    met = actual >= target if direction == HIGHER else actual <= target
    return Attainment(met, _completion(actual, target, direction), _progress(actual, target, baseline, direction))


def soft(target: float | None, baseline: float | None, direction: str) -> bool:
    """Return whether the target is no better than last year's value; False where either is unknown."""
    if target is None or baseline is None:
        return False
    return target <= baseline if direction == HIGHER else target >= baseline


def _completion(actual: float, target: float, direction: str) -> float | None:
    """Divide actual by target, or target by actual where lower is better; None without a positive target."""
    if target <= 0:
        return None
    if direction == HIGHER:
        return _clipped(100 * actual / target)
    return CAP if actual <= 0 else _clipped(100 * target / actual)


def _progress(actual: float, target: float, baseline: float | None, direction: str) -> float | None:
    """Return the share of the way from baseline to target; None for a soft pledge."""
    if baseline is None or soft(target, baseline, direction):
        return None
    return _clipped(100 * (actual - baseline) / (target - baseline))


def _clipped(value: float) -> float:
    return float(min(max(value, 0.0), CAP))


@dataclass(frozen=True)
class Kept:
    """Pledges of several groups (a unit, a post, a kind), all shapes (groups,); NaN where nothing is defined.

    completion : weighted mean of the completions that are defined, per cent. share_met : weighted share of those met
    among those where it is known, 0 to 1. Both are given, because a mean hides failures. known : pledges of which it is
    known whether they were met. pledges : all of them.
    """

    completion: Floats
    share_met: Floats
    known: Ints
    pledges: Ints


def kept(group: ArrayLike, met: ArrayLike, completion: ArrayLike, weight: ArrayLike | None = None) -> Kept:
    """Summarise pledges by group.

    Parameters
    ----------
    group : shape (pledges,), 0, 1, 2, ...; which group each belongs to. met : 1, 0 or NaN for not known.
    completion : per cent, NaN for undefined. weight : relative, None for all alike.

    Raises
    ------
    ValueError
        If shapes differ or a weight is negative or not finite.
    """
    at = np.asarray(group, dtype=np.int64)
    given = np.ones(len(at)) if weight is None else np.asarray(weight, dtype=np.float64)
    outcome, share = (np.asarray(part, dtype=np.float64) for part in (met, completion))
    if not at.shape == given.shape == outcome.shape == share.shape:
        raise ValueError(
            f"group {at.shape}, met {outcome.shape}, completion {share.shape} and weight {given.shape} differ"
        )
    if not (np.isfinite(given).all() and (given >= 0).all()):
        raise ValueError("weights must be finite and not negative")
    known = np.bincount(at[~np.isnan(outcome)], minlength=at.max(initial=-1) + 1)
    return Kept(_mean(at, share, given), _mean(at, outcome, given), known, np.bincount(at))


def _mean(group: Ints, value: Floats, weight: Floats) -> Floats:
    """Return the weighted mean of the known values of each group."""
    groups = group.max(initial=-1) + 1
    there = ~np.isnan(value)
    total = np.bincount(group[there], weights=weight[there], minlength=groups)
    sum_ = np.bincount(group[there], weights=(weight * value)[there], minlength=groups)
    return np.divide(sum_, total, out=np.full(groups, np.nan), where=total > 0)
