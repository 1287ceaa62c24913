"""Does a survey show that a line of approval, such as two thirds, is reached? Exact tests for census and sample.

Among N people concerned M approve, and M is unknown; n were drawn at random, y answered yes, m gave no usable answer.
The number of yes is hypergeometric(N, M, n); where N is unknown it is binomial. A missing answer counts against
whoever makes a claim: as a no for "reached", as a yes for "missed". A census (n = N) needs no special formula: the
tails are then 0 or 1. Normal approximations would not do: their cover falls to n / N (Wang 2015, JASA 110, 1491).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from analytics.laws import Floats, Ints
from analytics.verdicts import CLEARED, CONFIRMED, UNDECIDED, holm

ROUNDING = 1e-12
"""1 - 0.95 falls short of 0.05 by rounding."""
MOST_ASKED = 1_000_000
FIRST_STEP = 1024
"""Sizes of survey that are tried at once: most answers are among the first thousand."""


@dataclass(frozen=True)
class LineVerdict:
    """What one survey shows about the line.

    reaches_p : chance of so many yes if the line were just missed; small speaks for "reached".
    falls_short_p : chance of so few yes if it were just reached; small speaks for "missed".
    verdict : "cleared" (reaches_p <= 1 - level), "confirmed" missed (falls_short_p <= 1 - level), else "undecided".
    low, high : two-sided interval of the share that approves, 0 to 1, widened by the missing answers. The verdict is
        one-sided, so the interval of a cleared matter may touch the line.
    low_count, high_count : the same as numbers of people; None where the population is unknown.
    """

    reaches_p: float
    falls_short_p: float
    verdict: str
    low: float
    high: float
    low_count: int | None
    high_count: int | None


@dataclass(frozen=True)
class StrataVerdict:
    """What surveys of strata show together. low, high : shape (strata,), people; low_sum, high_sum : their sums.

    needed : approvals that reach the line in all strata together.
    """

    low: Ints
    high: Ints
    low_sum: int
    high_sum: int
    needed: int
    verdict: str


def verdict(
    yes: int,
    drawn: int,
    missing: int = 0,
    population: int | None = None,
    *,
    numerator: int = 2,
    denominator: int = 3,
    level: float = 0.95,
) -> LineVerdict:
    """Return what a survey shows about the line `numerator / denominator`.

    Parameters
    ----------
    yes, drawn, missing : answers yes, people drawn, and those of them without a usable answer (not returned, blank or
        invalid). Abstentions and "don't know" are answers, and no yes.
    population : people concerned; `drawn` for a census, None if unknown.
    level : 1 - level is the chance of a false verdict, of each kind.

    Raises
    ------
    ValueError
        If more answered than were drawn, more were drawn than there are, or the line is not inside (0, 1].
    """
    _refuse(yes, drawn, missing, population, numerator, denominator, level)
    reaches, short = tails(yes, drawn, missing, population, numerator=numerator, denominator=denominator)
    word, tail = _word(float(reaches), float(short), level), (1 - level) / 2
    if population is None:
        low, high = _shares(yes, drawn, missing, tail)
        return LineVerdict(float(reaches), float(short), word, low, high, None, None)
    least, most = bounds(yes, drawn, missing, population, tail)
    return LineVerdict(float(reaches), float(short), word, least / population, most / population, least, most)


def tails(
    yes: ArrayLike,
    drawn: ArrayLike,
    missing: ArrayLike,
    population: int | None,
    *,
    numerator: int = 2,
    denominator: int = 3,
) -> tuple[Floats, Floats]:
    """Return the p-values of "reached" and of "missed" for surveys of one population, each of the shape of `yes`."""
    reaches = reaches_p(yes, drawn, population, numerator=numerator, denominator=denominator)
    n, most = np.asarray(drawn, dtype=np.int64), np.asarray(yes, dtype=np.int64) + np.asarray(missing, dtype=np.int64)
    if population is None:
        return reaches, stats.binom.cdf(most, n, numerator / denominator)
    return reaches, _at_most(most, population, needed(population, numerator, denominator), n)


def reaches_p(
    yes: ArrayLike, drawn: ArrayLike, population: int | None, *, numerator: int = 2, denominator: int = 3
) -> Floats:
    """Return the p-values of "reached", of the shape of `yes`; missing answers count as no yes."""
    y, n = np.asarray(yes, dtype=np.int64), np.asarray(drawn, dtype=np.int64)
    if population is None:
        tail: Floats = stats.binom.sf(y - 1, n, numerator / denominator)
        return tail
    return _at_least(y, population, needed(population, numerator, denominator) - 1, n)


def needed(base: int, numerator: int = 2, denominator: int = 3) -> int:
    """Return the smallest number that is at least `numerator / denominator` of the base."""
    return -(-numerator * base // denominator)


def bounds(yes: int, drawn: int, missing: int, population: int, tail: float) -> tuple[int, int]:
    """Return the smallest and the largest number of approvals in the population that the survey does not reject.

    tail : chance below which a number is rejected, for each end. Missing answers widen both ends.
    """
    least, most = yes, population - (drawn - yes - missing)
    limit = tail - ROUNDING
    low = _first(least, most, lambda count: float(_at_least(yes, population, count, drawn)) > limit)
    high = -_first(-most, -least, lambda count: float(_at_most(yes + missing, population, -count, drawn)) > limit)
    return low, high


def strata_verdict(
    strata: Iterable[tuple[int, int, int, int]],
    *,
    numerator: int = 2,
    denominator: int = 3,
    level: float = 0.95,
    each: bool = False,
) -> StrataVerdict:
    """Return what surveys of strata show about the line of all of them together.

    Each bound holds with 1 - (1 - level) / strata, so their sums hold with `level`: conservative, exact, whole numbers.

    Parameters
    ----------
    strata : (yes, drawn, missing, size) of each.
    each : every stratum must reach the line by itself, so that a single stratum that misses it is a veto. The bounds
        hold together, so nothing is corrected further; needed is then the sum over the strata.
    """
    rows = list(strata)
    if not rows:
        raise ValueError("a verdict on strata needs at least one stratum")
    for row in rows:
        _refuse(*row, numerator, denominator, level)
    ends = np.array([bounds(*row, (1 - level) / len(rows)) for row in rows], dtype=np.int64)
    low_sum, high_sum = (int(total) for total in ends.sum(axis=0))
    sizes = [size for *_, size in rows]
    lines = np.array([needed(size, numerator, denominator) for size in sizes])
    line = int(lines.sum()) if each else needed(sum(sizes), numerator, denominator)
    cleared, missed = low_sum >= line, high_sum < line
    if each:
        cleared, missed = bool((ends[:, 0] >= lines).all()), bool((ends[:, 1] < lines).any())
    word = CLEARED if cleared else CONFIRMED if missed else UNDECIDED
    return StrataVerdict(ends[:, 0], ends[:, 1], low_sum, high_sum, line, word)


def joint_verdict(questions: Iterable[LineVerdict], *, level: float = 0.95) -> str:
    """Return the verdict where each of several questions must reach the line.

    "cleared" if each is, which needs no correction; "confirmed" if a question is after Holm's correction.
    """
    rows = list(questions)
    if not rows:
        raise ValueError("a joint verdict needs at least one question")
    if all(row.verdict == CLEARED for row in rows):
        return CLEARED
    adjusted = holm([row.falls_short_p for row in rows])
    return CONFIRMED if (adjusted <= 1 - level + ROUNDING).any() else UNDECIDED


def size_to_clear(
    yes: int, drawn: int, population: int | None, *, numerator: int = 2, denominator: int = 3, level: float = 0.95
) -> int | None:
    """Return how many people must be asked so that the same share of yes is cleared; None if only all would do.

    population : None if unknown; then None is returned if MOST_ASKED would not do.

    The number of yes is rounded down, so that the larger survey never has the better share.
    """
    _refuse(yes, drawn, 0, population, numerator, denominator, level)
    if drawn == 0 or denominator * yes <= numerator * drawn:
        return None
    start, step, end = drawn, FIRST_STEP, MOST_ASKED if population is None else population
    while start < end:
        sizes = np.arange(start, min(start + step, end), dtype=np.int64)
        answers = yes * sizes // drawn
        reaches = reaches_p(answers, sizes, population, numerator=numerator, denominator=denominator)
        enough = np.flatnonzero(reaches <= 1 - level + ROUNDING)
        if len(enough):
            return int(sizes[enough[0]])
        start, step = start + step, 2 * step
    return None


def _word(reaches: float, short: float, level: float) -> str:
    alpha = 1 - level + ROUNDING
    return CLEARED if reaches <= alpha else CONFIRMED if short <= alpha else UNDECIDED


def _at_least(count: ArrayLike, population: int, approving: int, drawn: ArrayLike) -> Floats:
    """Return the chance of at least `count` yes."""
    tail: Floats = stats.hypergeom.sf(np.asarray(count) - 1, population, approving, drawn)
    return tail


def _at_most(count: ArrayLike, population: int, approving: int, drawn: ArrayLike) -> Floats:
    tail: Floats = stats.hypergeom.cdf(count, population, approving, drawn)
    return tail


def _shares(yes: int, drawn: int, missing: int, tail: float) -> tuple[float, float]:
    """Return the interval of Clopper and Pearson (1934), widened by the missing answers."""
    most = yes + missing
    low = float(stats.beta.ppf(tail, yes, drawn - yes + 1)) if yes else 0.0
    high = float(stats.beta.isf(tail, most + 1, drawn - most)) if most < drawn else 1.0
    return low, high


def _first(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """Return the first number of low..high for which a condition holds that, once true, stays so; else high."""
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _refuse(
    yes: int, drawn: int, missing: int, population: int | None, numerator: int, denominator: int, level: float
) -> None:
    if min(yes, missing) < 0 or yes + missing > drawn:
        raise ValueError(f"yes {yes} and missing {missing} must be parts of the {drawn} people drawn")
    if population is not None and not max(drawn, 1) <= population:
        raise ValueError(f"the population of {population} must hold the {drawn} people drawn and at least one person")
    if not 0 < numerator <= denominator:
        raise ValueError(f"the line must lie above 0 and at most at 1, got {numerator}/{denominator}")
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
