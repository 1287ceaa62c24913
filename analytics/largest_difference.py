"""Draws of correlated normal errors, and the largest standardised difference of two units in each draw.

Critical values of rank sets are quantiles of that largest difference. Nearly all of the p (p - 1) / 2 pairs of a draw
are far from being the largest: a pair counts only where the errors of both units together exceed an allowance. With
3,000 units that leaves a ninth of the pairs; the others are never formed, and every figure is the same to the last bit.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from math import ceil
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]

BLOCK = 1 << 17
"""Entries of a block of draws x units; 1 MB stays in the cache and was fastest."""
THREADS = 2
"""Blocks of draws at a time. NumPy releases the interpreter lock; each further thread holds a further block."""
KEPT = 4
"""Step-down looks at the draws beyond the 1 - 4 (1 - level) quantile. Twice (1 - level) is enough: of every pair one
order stays, and Z and -Z have one law, so at least half of the exceedances stay. Else it would only be too wide."""
CLIMBS = 2
"""Searches for a pair whose standardised difference is nearly the largest. With 3,000 units 644 may lie above another
without a search, 184 after the first, 165 after the second and the third, 141 if the largest were known."""
ROUNDING = 1e-9
"""Share of the allowance by which a pair may miss it and is looked at all the same."""


def root_of(sigma: Floats) -> Floats:
    """Return L with L L' = sigma, lower triangular up to a permutation of rows; also for semi-definite matrices.

    Pivoted Cholesky: eigenvectors of 3,000 units took half a minute, this takes half a second.
    """
    if not len(sigma):
        return sigma
    scale = np.sqrt(np.diagonal(sigma).max()) or 1.0
    factor, pivots, rank, info = linalg.lapack.dpstrf(sigma / scale**2, lower=1, overwrite_a=1)
    if info < 0:
        raise ValueError("the covariance could not be factored")
    for j in range(1, len(factor)):
        factor[:j, j] = 0.0
    factor[:, rank:] = 0.0
    root: Floats = np.empty_like(factor)
    root[pivots - 1] = factor * scale
    return root


def normal_blocks(root: Floats, draws: int, seed: int) -> Iterator[Floats]:
    """Yield draws of N(0, root root'), shape (p, draws of the block), block after block."""
    p = len(root)
    rng = np.random.Generator(np.random.PCG64(seed))
    size = max(1, BLOCK // max(p, 1))
    for start in range(0, draws, size):
        yield root @ rng.standard_normal((min(size, draws - start), p)).T


def order_statistic(values: Floats, level: float) -> float:
    """Return the smallest value that at least the share `level` of the values does not exceed."""
    at = max(ceil(level * len(values) - 1e-9) - 1, 0)
    return float(np.partition(values, at)[at])


@dataclass(frozen=True)
class Exceedances:
    """Standardised differences beyond a floor, one entry each: its draw, the unit above, the unit below, its value."""

    draw: Ints
    above: Ints
    below: Ints
    value: Floats


class LargestDifference:
    """Largest standardised difference of each draw, and the pairs that make the large ones.

    sigma, spread : shape (p, p); covariance of the draws, and the standard error of every difference. A pair with
    standard error 0 is left out.
    """

    def __init__(self, sigma: Floats, spread: Floats, draws: int, seed: int) -> None:
        self._root, self._inverse = root_of(sigma), _inverse(spread)
        self._allowance = _allowances(self._inverse)
        self._draws, self._seed = draws, seed
        blocks = normal_blocks(self._root, draws, seed)
        with ThreadPoolExecutor(THREADS) as pool:
            parts = [part for few in _few(blocks) for part in pool.map(self._largest, few)]
        self._largest_of_draw = np.concatenate(parts)

    def critical(self, level: float) -> float:
        """Return the critical value of the first step."""
        return order_statistic(self._largest_of_draw, level)

    def step_down(self, z: Floats, level: float) -> float:
        """Remove rejected ordered pairs until none is left; return that critical value, never above the first.

        z : shape (p, p), standardised differences of the scores.
        """
        critical = self.critical(level)
        floor = order_statistic(self._largest_of_draw, max(0.0, 1 - KEPT * (1 - level)))
        beyond = self.exceedances(floor)
        rejected = 0
        while (now := int((z > critical).sum())) > rejected:
            rejected = now
            left = z[beyond.above, beyond.below] <= critical
            largest = np.full(self._draws, floor)
            np.maximum.at(largest, beyond.draw[left], beyond.value[left])
            critical = min(critical, order_statistic(largest, level))
        return critical

    def exceedances(self, floor: float) -> Exceedances:
        """Return every standardised difference beyond `floor`."""
        parts: list[Exceedances] = []
        start = 0
        with ThreadPoolExecutor(THREADS) as pool:
            for few in _few(normal_blocks(self._root, self._draws, self._seed)):
                jobs = []
                for block in few:
                    draw = np.flatnonzero(self._largest_of_draw[start : start + block.shape[1]] > floor)
                    jobs.append(pool.submit(self._beyond, block[:, draw], floor, draw + start))
                    start += block.shape[1]
                parts += [job.result() for job in jobs]
        fields = ((part.draw, part.above, part.below, part.value) for part in parts)
        draw, above, below, value = (np.concatenate(columns) for columns in zip(*fields, strict=True))
        return Exceedances(draw, above, below, value)

    def _largest(self, block: Floats) -> Floats:
        """Return the largest |Z_j - Z_k| / s_jk of each draw of a block of shape (p, draws)."""
        draws = np.ascontiguousarray(block.T)
        largest = self._climbed(draws)
        for j, at in self._above(block, largest.copy()):
            apart = draws[at, j][:, None] - draws[at]
            apart *= self._inverse[j]
            largest[at] = np.maximum(largest[at], apart.max(axis=1))
        return largest

    def _beyond(self, block: Floats, floor: float, draw: Ints) -> Exceedances:
        """Return what exceeds the floor in draws of shape (p, draws). draw : number of each."""
        parts = [(np.zeros(0, dtype=np.int64),) * 3 + (np.zeros(0),)]
        draws = np.ascontiguousarray(block.T)
        for j, at in self._above(block, np.full(len(draw), floor)):
            apart = draws[at, j][:, None] - draws[at]
            apart *= self._inverse[j]
            row, k = np.nonzero(apart > floor)
            parts.append((draw[at][row], np.full(len(k), j), k, apart[row, k]))
        return Exceedances(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))

    def _climbed(self, draws: Floats) -> Floats:
        """Return a standardised difference of each draw, shape (draws, p), that is nearly its largest.

        From the unit with the largest error to the unit furthest below it, from there to the unit furthest above.
        """
        every, largest = np.arange(len(draws)), np.zeros(len(draws))
        if not draws.size:
            return largest
        above = draws.argmax(axis=1)
        for _climb in range(CLIMBS):
            apart = (draws[every, above][:, None] - draws) * self._inverse[above]
            below = apart.argmax(axis=1)
            apart = (draws - draws[every, below][:, None]) * self._inverse[below]
            above = apart.argmax(axis=1)
            np.maximum(largest, apart[every, above], out=largest)
        return largest

    def _above(self, block: Floats, reached: Floats) -> Iterator[tuple[int, Ints]]:
        """Yield each unit that may lie above another by more than `reached`, with the draws where it may.

        With allowances a_j + a_k <= s_jk, Z_j - Z_k > c s_jk needs (Z_j - c a_j) - (Z_k + c a_k) > 0: the first term is
        compared with the smallest second term of the draw.
        """
        if not len(block):  # nobody is ranked
            return
        room = np.multiply.outer(self._allowance, reached)
        lowest = (block + room).min(axis=0)
        may = block - room >= lowest - ROUNDING * np.abs(lowest)
        for j in np.flatnonzero(may.any(axis=1)).tolist():
            yield j, np.flatnonzero(may[j])


def _few(blocks: Iterator[Floats]) -> Iterator[list[Floats]]:
    """Yield as many blocks at a time as there are threads, so that memory stays small."""
    while few := list(islice(blocks, THREADS)):
        yield few


def _inverse(spread: Floats) -> Floats:
    """Return 1 / spread of the upper triangle on both sides; 0 where the spread is 0, which excludes the pair."""
    inverse = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 0)
    for j in range(len(inverse) - 1):
        inverse[j + 1 :, j] = inverse[j, j + 1 :]
    return inverse


def _allowances(inverse: Floats) -> Floats:
    """Return a_j >= 0, shape (p,), with a_j + a_k <= s_jk for every pair, none of which can be raised by itself.

    Half of each unit's smallest standard error is such a set; each is then raised as far as the others let it.
    """
    p = len(inverse)
    nearest = inverse.max(axis=1, initial=0.0)
    allowance: Floats = np.divide(0.5, nearest, out=np.zeros(p), where=nearest > 0)
    for j in np.flatnonzero(nearest > 0).tolist():
        others = inverse[j] > 0
        allowance[j] = (1.0 / inverse[j, others] - allowance[others]).min()
    return allowance
