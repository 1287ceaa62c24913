"""Draws of correlated normal errors, and the largest standardised difference of two units in each draw.

Critical values of rank sets are quantiles of that largest difference. Nearly all of the p (p - 1) / 2 pairs of a draw
are far from being the largest: a pair counts only where the errors of both units together exceed an allowance. With
3,000 units about 165 may lie above another and as many below, 1/165 of the pairs; the others are never
formed, and every figure is the same to the last bit.
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

from analytics.differences import rows_at_once

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]

BLOCK = 1 << 17
"""Entries of a block of draws x units; 1 MB stays in the cache and was fastest."""
THREADS = 2
"""Blocks of draws at a time. NumPy releases the interpreter lock; each further thread holds a further block."""
PAIRS_AT_ONCE = 1 << 18
"""Pairs of a draw that are formed at a time, where many units may lie above many others."""
DRAWS_KEPT = 1 << 24
"""Entries of draws that are kept for the second look (128 MB); larger ones are drawn again from the seed."""
KEPT = 4
"""Step-down looks at the draws beyond the 1 - 4 (1 - level) quantile. Twice (1 - level) is enough: of every pair one
order stays, and Z and -Z have one law, so at least half of the exceedances stay. Else it would only be too wide."""
CLIMBS = 2
"""Searches for a pair whose standardised difference is nearly the largest. With 3,000 units 644 may lie above another
without a search, 184 after the first, 165 after the second and the third, 141 if the largest were known."""
ROUNDING = 1e-9
"""Share of the allowance by which a pair may miss it and is looked at all the same."""


def cholesky_factor(sigma: Floats) -> Floats:
    """Return L with L L' = sigma, lower triangular up to a permutation of rows; also for semi-definite matrices.

    Pivoted Cholesky: eigenvectors of 3,000 units took half a minute, this takes half a second.
    """
    if not len(sigma):
        return sigma
    scale = np.sqrt(np.diagonal(sigma).max()) or 1.0
    scaled = np.divide(sigma, scale**2, out=np.empty(sigma.shape, order="F"))  # LAPACK copies an array in C order
    factor, pivots, rank, info = linalg.lapack.dpstrf(scaled, lower=1, overwrite_a=1)
    if info < 0:
        raise ValueError("the covariance could not be factored")
    for j in range(1, len(factor)):
        factor[:j, j] = 0.0
    factor[:, rank:] = 0.0
    place = np.empty_like(pivots)
    place[pivots - 1] = np.arange(len(pivots))
    for rows in rows_at_once(len(factor)):  # in place, some columns at a time
        factor[:, rows] = factor[:, rows][place] * scale
    root: Floats = factor
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


@dataclass(frozen=True)
class _Apart:
    """Standardised differences in some draws: of each unit `above` to each unit `below`.

    at : shape (draws,), place of the draws in their block. above, below : units. value : shape (draws, above x below).
    """

    at: Ints
    above: Ints
    below: Ints
    value: Floats


class LargestDifference:
    """Largest standardised difference of each draw, and the pairs that make the large ones.

    sigma, spread : shape (p, p); covariance of the draws, and the standard error of every difference. A pair with
    standard error 0 is left out. `spread` is overwritten by its inverse, since 10,000 units take 800 MB a matrix.
    """

    def __init__(self, sigma: Floats, spread: Floats, draws: int, seed: int) -> None:
        self._root, self._inverse = cholesky_factor(sigma), _inverse(spread)
        self._allowance = _allowances(self._inverse)
        self._draws, self._seed = draws, seed
        self._kept = list(self._drawn()) if draws * len(sigma) <= DRAWS_KEPT else None
        with ThreadPoolExecutor(THREADS) as pool:
            parts = [part for few in _few(self._blocks()) for part in pool.map(self._largest, few)]
        self._largest_of_draw = np.concatenate(parts)

    def _blocks(self) -> Iterator[Floats]:
        """Yield the draws, shape (draws of the block, p), block after block."""
        return self._drawn() if self._kept is None else iter(self._kept)

    def _drawn(self) -> Iterator[Floats]:
        return (np.ascontiguousarray(block.T) for block in normal_blocks(self._root, self._draws, self._seed))

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
            for few in _few(self._blocks()):
                jobs = []
                for draws in few:
                    draw = np.flatnonzero(self._largest_of_draw[start : start + len(draws)] > floor)
                    jobs.append(pool.submit(self._beyond, draws[draw], floor, draw + start))
                    start += len(draws)
                parts += [job.result() for job in jobs]
        fields = ((part.draw, part.above, part.below, part.value) for part in parts)
        draw, above, below, value = (np.concatenate(columns) for columns in zip(*fields, strict=True))
        return Exceedances(draw, above, below, value)

    def _largest(self, draws: Floats) -> Floats:
        """Return the largest |Z_j - Z_k| / s_jk of each draw of a block of shape (draws, p)."""
        largest = self._climbed(draws)
        for found in self._candidates(draws, largest.copy()):
            largest[found.at] = np.maximum(largest[found.at], found.value.max(axis=1, initial=0.0))
        return largest

    def _beyond(self, draws: Floats, floor: float, draw: Ints) -> Exceedances:
        """Return what exceeds the floor in draws of shape (draws, p). draw : number of each."""
        parts = [(np.zeros(0, dtype=np.int64),) * 3 + (np.zeros(0),)]
        for found in self._candidates(draws, np.full(len(draw), floor)):
            row, pair = np.nonzero(found.value > floor)
            above, below = np.divmod(pair, len(found.below))
            parts.append((draw[found.at[row]], found.above[above], found.below[below], found.value[row, pair]))
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

    def _candidates(self, draws: Floats, reached: Floats) -> Iterator[_Apart]:
        """Yield every difference that may exceed what its draw has reached, and others.

        With allowances a_j + a_k <= s_jk, Z_j - Z_k > c s_jk needs (Z_j - c a_j) - (Z_k + c a_k) > 0: the first term is
        compared with the smallest second term of the draw, the second with the largest first.
        """
        if not draws.size:  # nobody is ranked
            return
        room = np.multiply.outer(reached, self._allowance)
        high, low = draws - room, draws + room
        lowest, highest = low.min(axis=1), high.max(axis=1)
        above = high >= (lowest - ROUNDING * np.abs(lowest))[:, None]
        below = low <= (highest + ROUNDING * np.abs(highest))[:, None]
        if len(draws) < draws.shape[1]:
            yield from self._of_each_draw(draws, above, below)
        else:
            yield from self._of_each_unit(draws, above)

    def _of_each_draw(self, draws: Floats, above: Bools, below: Bools) -> Iterator[_Apart]:
        for at, z in enumerate(draws):
            upper, lower = np.flatnonzero(above[at]), np.flatnonzero(below[at])
            size = max(1, PAIRS_AT_ONCE // max(len(lower), 1))
            for start in range(0, len(upper), size):
                j = upper[start : start + size]
                value = np.subtract.outer(z[j], z[lower])
                value *= self._inverse[np.ix_(j, lower)]
                yield _Apart(np.array([at]), j, lower, value.reshape(1, -1))

    def _of_each_unit(self, draws: Floats, above: Bools) -> Iterator[_Apart]:
        every = np.arange(draws.shape[1])
        for j in np.flatnonzero(above.any(axis=0)).tolist():
            at = np.flatnonzero(above[:, j])
            value = draws[at, j][:, None] - draws[at]
            value *= self._inverse[j]
            yield _Apart(at, np.array([j]), every, value)


def _few(blocks: Iterator[Floats]) -> Iterator[list[Floats]]:
    """Yield as many blocks at a time as there are threads, so that memory stays small."""
    while few := list(islice(blocks, THREADS)):
        yield few


def _inverse(spread: Floats) -> Floats:
    """Overwrite a spread by 1 / spread of its upper triangle on both sides; 0 stays, which excludes the pair."""
    inverse = np.divide(1.0, spread, out=spread, where=spread > 0)
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
