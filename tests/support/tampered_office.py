"""A round whose ballots hold a planted batch, a punished set of units and a careless group, with the truth.

A further sample: the demonstration keeps its release id.
"""

from dataclasses import dataclass

import numpy as np

from tests.support.tampered import clean, with_careless, with_copies, with_punishers

GRADES = ("不满意", "一般", "基本满意", "满意")
UNITS = tuple(f"单位{n:02d}" for n in range(1, 31))
RIVALS = (3, 7, 11, 15)


@dataclass(frozen=True)
class TamperedRound:
    """The file of the round; ballot numbers of the copies, the punishing and the careless people."""

    content: str
    copies: frozenset[int]
    punishing: frozenset[int]
    careless: frozenset[int]


def tampered_round(seed: int = 7, best: float = 0.73, *, planted: bool = True) -> TamperedRound:
    """Ten halls of 60 people who grade 30 units."""
    rng = np.random.default_rng(seed)
    sheets, hall = clean(rng, best, units=len(UNITS), batches=10, size=60, quality=0.5)
    copies = punishing = careless = np.zeros(0, dtype=int)
    if planted:
        sheets, marked = with_careless(rng, sheets, "like_all", 0.03)
        careless = np.flatnonzero(marked)
        sheets, punishing = with_punishers(rng, sheets, RIVALS, 20, 0.05)
        sheets, copies = with_copies(rng, sheets, hall, where=4)
    lines = ["票号,评议主体,参评单位,评价,会场"]
    for at, row in enumerate(sheets.grade):
        lines += [f"{at + 1},普通群众,{UNITS[u]},{GRADES[g]},会场{hall[at] + 1:02d}" for u, g in enumerate(row)]
    sets = (frozenset((rows + 1).tolist()) for rows in (copies, punishing, careless))
    return TamperedRound("\n".join(lines) + "\n", *sets)
