"""Pledge against outcome: what was promised and what came of it, for one pledge and for several together."""

import math
from dataclasses import dataclass

HIGHER, LOWER = "higher", "lower"
CAP = 120.0
"""Most that one pledge can count, in per cent: beyond it a lavish goal would hide a missed one."""


@dataclass(frozen=True)
class Attainment:
    """One pledge; None where undefined.

    met : whether the target was reached. completion : actual against target, per cent, 0 to 120. progress : way from
    the baseline to the target, per cent, 0 to 120; undefined for a target that is no better than the baseline.
    """

    met: bool | None
    completion: float | None
    progress: float | None


def attainment(actual: float | None, target: float | None, baseline: float | None, direction: str) -> Attainment:
    """How far a pledge was kept.

    Parameters
    ----------
    actual, target, baseline : in the pledge's own unit; None where there is none. A missing actual is "not reported",
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
    """Whether the target is no better than last year's value; False where either is unknown."""
    if target is None or baseline is None:
        return False
    return target <= baseline if direction == HIGHER else target >= baseline


def _completion(actual: float, target: float, direction: str) -> float | None:
    """Actual over target, or target over actual where lower is better; undefined without a positive target."""
    if target <= 0:
        return None
    if direction == HIGHER:
        return _clipped(100 * actual / target)
    return CAP if actual <= 0 else _clipped(100 * target / actual)


def _progress(actual: float, target: float, baseline: float | None, direction: str) -> float | None:
    """Share of the way from baseline to target; undefined for a soft pledge."""
    if baseline is None or soft(target, baseline, direction):
        return None
    return _clipped(100 * (actual - baseline) / (target - baseline))


def _clipped(value: float) -> float:
    return float(min(max(value, 0.0), CAP))


@dataclass(frozen=True)
class Kept:
    """Several pledges together; None where nothing is defined.

    completion : weighted mean of the completions that are defined, per cent. share_met : weighted share of those met
    among those where it is known. Both are told, because a mean hides failures. known : pledges whose outcome is known.
    """

    completion: float | None
    share_met: float | None
    known: int
    pledges: int


def kept(attainments: list[Attainment], weights: list[float] | None = None) -> Kept:
    """Pledges of one unit, post or kind together. Weights default to alike; they are relative."""
    given = [1.0] * len(attainments) if weights is None else [float(weight) for weight in weights]
    if len(given) != len(attainments) or any(weight < 0 or not math.isfinite(weight) for weight in given):
        raise ValueError("weights must be finite, not negative, one a pledge")
    pairs = list(zip(attainments, given, strict=True))
    completion = _mean([(one.completion, weight) for one, weight in pairs if one.completion is not None])
    met = _mean([(float(one.met), weight) for one, weight in pairs if one.met is not None])
    return Kept(completion, met, sum(one.met is not None for one in attainments), len(attainments))


def _mean(pairs: list[tuple[float, float]]) -> float | None:
    total = sum(weight for _, weight in pairs)
    return sum(value * weight for value, weight in pairs) / total if total > 0 else None
