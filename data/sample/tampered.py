"""The demonstration city with tampered ballots: what is wrong with them is known, so that the checks can be tried.

In the last round the delegates fill in their ballots together, 800 people in sixteen halls, and each grades every unit.
Planted: in a hall 40 ballots are copies of a single ballot; a group punishes four rivals, the units that the delegates
like best; a few people fill in their ballot without looking. All else is the demonstration city.
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from data.sample.city import (
    CUTS,
    EVALUATORS,
    GRADES,
    GROUP_SHIFT,
    GROUPS,
    INDICATORS,
    LENIENCY,
    NOISE,
    ROUNDS,
    DemoFile,
    DemoUnit,
    as_file,
    demo_files,
    demo_units,
    latent_levels,
)

Grades: TypeAlias = NDArray[np.int16]
Rows: TypeAlias = NDArray[np.int64]

SEED = 7
DELEGATES = GROUPS[-1]
PEOPLE, HALLS, COPIED_IN = 800, 16, 4
COPIES, PUNISHING, CARELESS, PUNISHED = 40, 40, 32, 4
SPREAD = 1.75
"""Delegates know the units: differences between units are so many times as large for them."""
WORDS = (GRADES[2], GRADES[1], GRADES[0])
"""From the lowest grade up."""


@dataclass(frozen=True)
class Planted:
    """What is wrong, by number of the ballot. hall : of the copies. units : codes of the punished units."""

    hall: str
    units: tuple[str, ...]
    copies: frozenset[str]
    punishing: frozenset[str]
    careless: frozenset[str]


def tampered_files() -> list[DemoFile]:
    """Return the files of the demonstration city with the tampered ballots of the last round."""
    last = ROUNDS[-1]
    return [
        replace(file, name=f"演示数据_{last}_评议票（含植入问题）.csv", content=_content(file.content))
        if (file.kind, file.round_id) == ("ballots", last)
        else file
        for file in demo_files()
    ]


def planted() -> Planted:
    """Return the truth about the tampered ballots."""
    codes = [unit.code for unit in _on_the_form()]
    _, rivals, *rows = _delegates()
    of = [frozenset(_number(row) for row in part.tolist()) for part in rows]
    return Planted(_hall(COPIED_IN), tuple(sorted(codes[at] for at in rivals.tolist())), *of)


def copy_sheets(rng: np.random.Generator, grade: Grades, rows: Rows, grades: int, slips: float = 0.05) -> None:
    """Make the ballots of `rows` copies of the first, each cell of the others with a slip now and then."""
    source = grade[rows[0]].copy()
    slip = rng.random((len(rows), grade.shape[1])) < slips
    slip[0] = False
    grade[rows] = np.where(slip, rng.integers(0, grades, slip.shape), source)


def punish(grade: Grades, rows: Rows, rivals: Rows | tuple[int, ...]) -> None:
    """Give the rivals the lowest grade on the ballots of `rows`."""
    grade[np.ix_(rows, np.asarray(rivals))] = 0


def fill_blindly(rng: np.random.Generator, grade: Grades, row: int, grades: int) -> None:
    """Fill in a ballot evenly, without looking at the units."""
    grade[row] = rng.integers(0, grades, grade.shape[1])


@cache
def _delegates() -> tuple[Grades, Rows, Rows, Rows, Rows]:
    """Return grades of the delegates by unit on the form, the punished units, and rows of the three groups."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    group, people = len(GROUPS) - 1, PEOPLE
    level = SPREAD * latent_levels(ROUNDS[-1], group)
    lenient = rng.normal(0, LENIENCY[group], people)
    noise = rng.normal(0, NOISE[group], (people, len(level)))
    grade = np.searchsorted(np.sort(CUTS), level + GROUP_SHIFT[group] + lenient[:, None] + noise).astype(np.int16)
    hall = np.arange(people) // (people // HALLS)
    copies = np.flatnonzero(hall == COPIED_IN)[:COPIES]
    others = rng.permutation(np.flatnonzero(hall != COPIED_IN))
    careless, punishing = others[:CARELESS], others[CARELESS : CARELESS + PUNISHING]
    rivals = np.argsort(-level, kind="stable")[:PUNISHED]
    for row in careless.tolist():
        fill_blindly(rng, grade, row, len(WORDS))
    punish(grade, punishing, rivals)
    copy_sheets(rng, grade, copies, len(WORDS))
    return grade, rivals, copies, punishing, careless


def _content(original: bytes) -> bytes:
    """Replace the ballots of the delegates, and give every line a column for the hall."""
    head, *lines = original.decode("utf-8-sig").splitlines()
    kept = [f"{line}," for line in lines if f",{DELEGATES}," not in line]
    names = [unit.name_in(ROUNDS[-1]) for unit in _on_the_form()]
    grade, size = _delegates()[0], PEOPLE // HALLS
    own = [
        f"{_number(row)},{DELEGATES},{names[at]},{INDICATORS[0]},{WORDS[value]},{_hall(row // size)}"
        for row, sheet in enumerate(grade.tolist())
        for at, value in enumerate(sheet)
    ]
    return as_file([f"{head},会场", *kept, *own])


def _on_the_form() -> list[DemoUnit]:
    return [unit for unit in demo_units() if unit.on_the_form(ROUNDS[-1])]


def _number(row: int) -> str:
    """Return the number of a delegate's ballot, after those of the city."""
    return f"{ROUNDS[-1]}-{sum(EVALUATORS) + row + 1:06d}"


def _hall(number: int) -> str:
    return f"第{number + 1}会场"
