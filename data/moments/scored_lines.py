"""Votes from codes of lines, with plain arrays only: it also runs on machines that hold nothing of the product."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UNSCORED = -(10**12)  # no real score is negative


@dataclass(frozen=True)
class Votes:
    """Votes, an entry each: codes of unit and ballot, and the score in ten-thousandths of a point.

    step: divides every score.
    """

    unit: NDArray[np.int32]
    ballot: NDArray[np.int32]
    score: NDArray[np.int64]
    step: int


def votes_of_codes(
    unit: NDArray[np.int32],
    ballot: NDArray[np.int32],
    indicator: NDArray[np.int32],
    grade: NDArray[np.int32],
    points: NDArray[np.int64],
    weight: NDArray[np.int64],
) -> Votes:
    """Compute votes, in the order of the lines (by unit, then ballot).

    unit, ballot, indicator, grade : shape (lines,); codes. points : of each grade, UNSCORED where it has none.
    weight : of each indicator, 0 where it is not in the score.
    """
    scored = (points != UNSCORED)[grade]
    if (weight == 0).any():
        scored &= weight[indicator] > 0
    unit, ballot, line_points = unit[scored], ballot[scored], points[grade[scored]]
    if not step_depends_on_votes(weight):
        return Votes(unit, ballot, line_points, step_of_points(points))
    return _weighted(unit, ballot, line_points, weight[indicator[scored]])


def step_depends_on_votes(weight: NDArray[np.int64]) -> bool:
    """Return whether scores are means of several indicators, so that only the votes show what divides them all."""
    return bool(np.count_nonzero(weight) > 1)


def step_of_points(points: NDArray[np.int64]) -> int:
    """Return the largest number that divides the points of every grade."""
    return int(np.gcd.reduce(points[points != UNSCORED], initial=0)) or 1


def _weighted(
    unit: NDArray[np.int32],
    ballot: NDArray[np.int32],
    points: NDArray[np.int64],
    weight: NDArray[np.int64],
) -> Votes:
    """Compute weighted means over the adjacent lines of each (unit, ballot); half rounds up."""
    if not len(unit):
        return Votes(unit, ballot, points, 1)
    new = np.flatnonzero((np.diff(unit) != 0) | (np.diff(ballot) != 0)) + 1
    first = np.concatenate([[0], new])
    divisor = int(np.gcd.reduce(weight))
    weight = weight // divisor
    total = np.add.reduceat(points * weight, first)
    share = np.add.reduceat(weight, first)
    score = (2 * total + share) // (2 * share)
    return Votes(unit[first], ballot[first], score, int(np.gcd.reduce(score)) or 1)
