"""Distributions of vote scores, and the law of a score under a hypothesis about it.

A score is sum_g w_g * mean of n_g votes. Its cumulant generating function needs the distribution of the votes of each
cell (unit and group). Where nearly every vote has the best grade, the normal law says too little: a unit that drew no
low grade has a high score and a tiny standard error. So the distribution of a cell is smoothed with pseudo-votes of its
group, and tilted exponentially (Esscher 1932) until the score equals the hypothesis.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

MOST_VALUES = 96
"""Distinct vote scores above which votes are divided between the points of a grid, which keeps every mean."""
FINEST = 50
"""A step is at least a fiftieth of the range: indicators with odd weights make scores that differ by a hair."""


@dataclass(frozen=True)
class VoteCounts:
    """How many votes have which score.

    value : shape (values,), ascending, points. count : shape (p, groups, values), votes of each unit and group.
    group_count : shape (groups, values), votes of all units of the round, also those that `select` leaves out; or
        (p, groups, values), where units are of several rounds.
    """

    value: Floats
    count: Floats
    group_count: Floats

    @classmethod
    def of_rows(cls, unit: Ints, group: Ints, value: Floats, votes: Floats, shape: tuple[int, int]) -> "VoteCounts":
        """Return the counts of a complete round from rows of votes with one score, shape (rows,).

        unit, group : positions in `shape`, (units, groups). More than MOST_VALUES different scores are divided between
        the points of an even grid.
        """
        points, at = np.unique(value, return_inverse=True)
        if len(points) > MOST_VALUES:
            points, rows, at, votes = _on_grid(value, votes)
            unit, group = unit[rows], group[rows]
        cell = (unit * shape[1] + group) * len(points) + at
        count = np.bincount(cell, votes, minlength=shape[0] * shape[1] * len(points)).astype(np.float64)
        table = count.reshape(*shape, len(points))
        return cls(points, table, table.sum(axis=0))

    @property
    def step(self) -> float:
        """Return the smallest difference of two vote scores that occur, points; 0 where all votes are equal."""
        there = self.value[self.group_count.reshape(-1, len(self.value)).sum(axis=0) > 0]
        if len(there) < 2:
            return 0.0
        return float(max(np.diff(there).min(), np.ptp(there) / FINEST))

    def select(self, indices: Sequence[int] | Ints) -> "VoteCounts":
        """Select units; the groups keep the votes of the round."""
        return replace(self, count=self.count[np.asarray(indices, dtype=np.int64)])

    def one_group(self, number: int) -> "VoteCounts":
        """Return the votes of a single group, by its place."""
        column = slice(number, number + 1)
        return replace(self, count=self.count[:, column], group_count=self.group_count[column])

    def pooled(self) -> "VoteCounts":
        """Pool all groups."""
        return replace(
            self,
            count=self.count.sum(axis=1, keepdims=True),
            group_count=self.group_count.sum(axis=-2, keepdims=True),
        )

    def extended(self, value: float) -> "VoteCounts":
        """Add a vote score that nobody gave, with half a vote of every group that voted."""
        at = int(np.searchsorted(self.value, value))
        half = np.where(self.group_count.sum(axis=-1) > 0, 0.5, 0.0)
        return VoteCounts(
            np.insert(self.value, at, value),
            np.insert(self.count, at, 0.0, axis=2),
            np.insert(self.group_count, at, half, axis=-1),
        )

    def smoothed(self, pseudo: float, effect: Floats | None = None) -> Floats:
        """Return the shares of the scores in each cell together with pseudo-votes, shape (p, groups, values).

        pseudo : votes drawn from the entire group; infinite for the distribution of the group in every cell.
        effect : shape (groups,), design effects by which the counts of the cells are divided first.
        """
        group = self.group_count / np.maximum(self.group_count.sum(axis=-1, keepdims=True), 1)
        if np.isinf(pseudo):
            return np.broadcast_to(group, self.count.shape)
        count = self.count if effect is None else self.count / effect[:, None]
        shares: Floats = (count + pseudo * group) / (count.sum(axis=2, keepdims=True) + pseudo)
        return shares

    def variance(self, pseudo: float) -> Floats:
        """Return the variance of a vote under the smoothed shares, shape (p, groups), points squared."""
        shares = self.smoothed(pseudo)
        mean = shares @ self.value
        spread: Floats = np.einsum("pgv,pgv->pg", shares, (self.value - mean[:, :, None]) ** 2)
        return spread


def _on_grid(value: Floats, votes: Floats) -> tuple[Floats, Ints, Ints, Floats]:
    """Divide votes between their two neighbours on an even grid, in parts that keep their mean.

    Returns the grid, and the original row, the point of the grid and the votes of each part.
    """
    grid = np.linspace(value.min(), value.max(), MOST_VALUES)
    place = (value - grid[0]) / (grid[1] - grid[0])
    left = np.minimum(place.astype(np.int64), MOST_VALUES - 2)
    share = place - left
    rows = np.tile(np.arange(len(value)), 2)
    return grid, rows, np.concatenate([left, left + 1]), np.concatenate([votes * (1 - share), votes * share])


class Tilted:
    """Laws of p independent scores, each tilted by a multiplier.

    Parameters
    ----------
    share : shape (p, groups, values), of each vote score. value : shape (values,), points.
    weight, size : shape (p, groups); weights of the groups, and effective numbers of votes. An infinite size is a
        group without sampling error. mean : shape (p, groups), points, read for such groups only.
    shift : shape (p,), points of other parts of the scores; None without any.
    """

    def __init__(
        self, share: Floats, value: Floats, weight: Floats, size: Floats, mean: Floats, shift: Floats | None = None
    ) -> None:
        used = (size > 0) & np.isfinite(size) & (weight > 0)
        self.size = np.where(used, size, 0.0)
        self.step = np.where(used, weight / np.where(used, size, 1.0), 0.0)
        self.share, self.value = share, value
        self.fixed: Floats = np.where(np.isinf(size), weight * mean, 0.0).sum(axis=1)
        if shift is not None:
            self.fixed = self.fixed + shift

    def cumulants(self, multiplier: Floats, rows: Ints) -> tuple[Floats, Floats, Floats]:
        """Return the cumulant generating functions of scores `rows` with their first and second derivatives."""
        step, size = self.step[rows], self.size[rows]
        exponent = (multiplier[:, None] * step)[:, :, None] * self.value
        top = exponent.max(axis=2, keepdims=True)
        mass = self.share[rows] * np.exp(exponent - top)
        total = mass.sum(axis=2)
        total = np.where(total > 0, total, 1.0)
        mean = (mass @ self.value) / total
        square = np.einsum("pgv,pgv->pg", mass, (self.value - mean[:, :, None]) ** 2) / total
        log = np.log(total) + top[:, :, 0]
        fixed = self.fixed[rows]
        return (
            (size * log).sum(axis=1) + multiplier * fixed,
            (size * step * mean).sum(axis=1) + fixed,
            (size * step**2 * square).sum(axis=1),
        )

    def range_of(self, rows: Ints) -> tuple[Floats, Floats]:
        """Return the lowest and highest score that the law allows, shape (rows,)."""
        there = self.share[rows] > 0
        reach = (self.size * self.step)[rows]
        low = np.where(there, self.value, np.inf).min(axis=2)
        high = np.where(there, self.value, -np.inf).max(axis=2)
        used = reach > 0
        lowest = (reach * np.where(used, low, 0.0)).sum(axis=1) + self.fixed[rows]
        highest = (reach * np.where(used, high, 0.0)).sum(axis=1) + self.fixed[rows]
        return lowest, highest
