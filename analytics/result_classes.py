"""Classes of results: so many units, scores from a line on, or both, under the rounding that the rule names."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.laws import Floats, Ints
from analytics.ranks import competition_ranks


@dataclass(frozen=True)
class Line:
    """What a class asks for. line : lowest score. share : of the units, at most. None : nothing."""

    line: float | None = None
    share: float | None = None


def class_sizes(units: int, shares: Sequence[float | None], rounding: str) -> list[int | None]:
    """Return how many units each class takes at most; None without a share. The best class comes first.

    rounding : "down", "nearest" (halves up), "up"; "largest", largest remainders, the better class first where they are
    equal;
    "remainder", down, and the last class takes all that are left.
    """
    exact = [None if share is None else round(share * units, 9) for share in shares]
    if rounding == "largest":
        return _largest(exact)
    step = {"up": math.ceil, "nearest": lambda value: math.floor(value + 0.5)}.get(rounding, math.floor)
    sizes = [None if value is None else int(step(value)) for value in exact]
    return [*sizes[:-1], None] if rounding == "remainder" else sizes


def _largest(exact: Sequence[float | None]) -> list[int | None]:
    sizes = [None if value is None else math.floor(value) for value in exact]
    given = [at for at, value in enumerate(exact) if value is not None]
    missing = math.floor(sum(exact[at] or 0 for at in given) + 0.5) - sum(sizes[at] or 0 for at in given)
    # Rounded, since 1.4 - 1 and 4.4 - 4 differ in binary: of equal remainders the better class comes first.
    by_rest = sorted(given, key=lambda at: round((exact[at] or 0) - (sizes[at] or 0), 9), reverse=True)
    for at in by_rest[:missing]:
        sizes[at] = (sizes[at] or 0) + 1
    return sizes


def classes_of(score: ArrayLike, classes: Sequence[Line], sizes: Sequence[int | None]) -> tuple[Ints, NDArray[Any]]:
    """Return the class of each unit, by its place in `classes`, -1 without a score; and those tied across a border.

    Units are taken from the best down. Those of equal score stay together: where not all of them fit, all are in the
    class below and are marked. The last class takes all that are left.
    """
    x: Floats = np.asarray(score, dtype=np.float64)
    found, tied = np.full(x.shape, -1), np.zeros(x.shape, dtype=bool)
    rank, _ = competition_ranks(x)
    last, at, filled = len(classes) - 1, 0, 0
    for place in np.unique(rank[rank > 0]):
        together = rank == place
        count, value = int(together.sum()), float(x[together][0])
        while at < last and not (_above(value, classes[at].line) and _fits(filled, count, sizes[at])):
            size = sizes[at]
            if size is not None and filled < size and _above(value, classes[at].line):
                tied |= together
            at, filled = at + 1, 0
        found[together] = at
        filled += count
    return found, tied


def _above(score: float, line: float | None) -> bool:
    return line is None or score >= line - 1e-9


def _fits(filled: int, count: int, size: int | None) -> bool:
    return size is None or filled + count <= size
