"""Somebody who kept the public pages of several months and looks for small numbers in the measures of a scheme.

Reads the lines of a measure by unit as printed, in total and divided, and knows that a register only grows: what was
met or missed by February is so in March. Every question is a pair of linear programmes over all pages together.
"""

import re
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from scipy import optimize

from tests.reference.attacker import HIDDEN, Page

SMALL = 5
UNBOUNDED = 3
"""Status of scipy for a programme without an end."""


@dataclass
class Month:
    """What a page prints of a measure: unit -> (met, rest), None where it is withheld. total : the same of all."""

    units: dict
    total: tuple | None


def printed_measures(content: bytes, measure: str) -> Month:
    section = Page(content.decode()).section("en")
    units, total = {}, None
    for row in section.all("tr", data_row=True):
        name, by, key = [*row.attributes["data-row"].split("|"), "", ""][:3]
        if name != measure:
            continue
        base = next(c.text for c in row.all("td", data_label="Base"))
        pair = None if base.strip() == HIDDEN else _pair(base)
        if by == "all":
            total = pair
        elif by == "unit":
            units[key] = pair
    return Month(units, total)


def _pair(text: str) -> tuple[int, int]:
    shared = re.match(r"([\d,]+) of ([\d,]+)", text)
    if shared:
        part, n = (int(number.replace(",", "")) for number in shared.groups())
        return part, n - part
    n = int(re.search(r"[\d,]+", text)[0].replace(",", ""))
    assert n == 0, text
    return 0, 0


def recovered(months: list[Month], truth: list[dict]) -> list[tuple]:
    """Return small numbers, and small changes between months, that the pages fix.

    truth : month -> unit -> (met, rest).
    """
    units = sorted({unit for month in months for unit in month.units})
    cells = [(m, unit, k) for m in range(len(months)) for unit in units for k in (0, 1)]
    at = {cell: place for place, cell in enumerate(cells)}
    equal, values = [], []

    def fact(cells, value):
        row = np.zeros(len(at))
        row[[at[cell] for cell in cells]] = 1
        equal.append(row)
        values.append(value)

    for m, month in enumerate(months):
        for unit, pair in month.units.items():
            for k in (0, 1) if pair is not None else ():
                fact([(m, unit, k)], pair[k])
        for unit in set(units) - set(month.units):  # no line: nothing was due
            fact([(m, unit, 0)], 0)
            fact([(m, unit, 1)], 0)
        for k in (0, 1) if month.total is not None else ():
            fact([(m, unit, k) for unit in units], month.total[k])
    grows = []
    for m in range(1, len(months)):
        for unit in units:
            for k in (0, 1):
                row = np.zeros(len(at))
                row[at[m - 1, unit, k]], row[at[m, unit, k]] = 1, -1
                grows.append(row)
    asked = []
    for m in range(len(months)):
        for unit in units:
            for k in (0, 1):
                number = truth[m].get(unit, (0, 0))[k]
                one = np.zeros(len(at))
                one[at[m, unit, k]] = 1
                if 0 < number < SMALL:
                    asked.append((("number", m, unit, k), one, number))
                change = number - truth[m - 1].get(unit, (0, 0))[k] if m else 0
                if 0 < change < SMALL:
                    asked.append((("change", m, unit, k), one - np.eye(len(at))[at[m - 1, unit, k]], change))
    found = []
    for what, question, number in asked:
        ends = [_extreme(sign * question, grows, equal, values) for sign in (1, -1)]
        if not all(map(np.isfinite, ends)):
            continue  # without a total nothing ends
        low, high = ceil(ends[0] - 1e-6), floor(-ends[1] + 1e-6)
        assert low <= number <= high, what  # else the attacker has a fact wrong
        if low == high:
            found.append(what)
    return found


def _extreme(goal, grows, equal, values):
    told = {"A_ub": np.array(grows), "b_ub": np.zeros(len(grows))} if grows else {}
    held = {"A_eq": np.array(equal), "b_eq": np.array(values)} if equal else {}
    answer = optimize.linprog(goal, bounds=(0, None), method="highs", **told, **held)
    assert answer.status in (0, UNBOUNDED), answer.message  # else the attacker has a fact wrong
    return answer.fun if answer.status == 0 else -np.inf
