"""A ballots file of the demonstration city's 2025 round with a known number of faulty cells."""

from itertools import cycle, islice

import numpy as np

from data.sample.city import GROUPS, demo_units

HEADER = ("票号", "评议主体", "参评单位", "测评指标", "评价")
LINES = 3
SPARE = 200
"""Sound ballots among the faulty ones."""


def _identity(number: int) -> str:
    """A made-up identity number with a right check digit."""
    digits = f"51200019800101{number % 1000:03d}"
    factors = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(d) * f for d, f in zip(digits, factors, strict=True))
    return digits + "10X98765432"[total % 11]


# kind -> (column at fault, value from the fault's number, the sound line and the line before it)
FAULTS = {
    "unknown_unit": ("参评单位", lambda i, row, before: f"不存在的单位{i}"),
    "unknown_group": ("评议主体", lambda i, row, before: f"未列主体{i}"),
    "unknown_grade": ("评价", lambda i, row, before: f"未列等级{i}"),
    "indicator_too_long": ("测评指标", lambda i, row, before: f"{i}" + "项" * 101),
    "empty_ballot": ("票号", lambda i, row, before: ""),
    "empty_unit": ("参评单位", lambda i, row, before: ""),
    "empty_group": ("评议主体", lambda i, row, before: ""),
    "duplicate_line": ("参评单位", lambda i, row, before: before[2]),
    "ballot_in_two_groups": ("评议主体", lambda i, row, before: _other_group(row[1])),
    "control_character": ("参评单位", lambda i, row, before: row[2][:2] + "\x07" + row[2][2:]),
    "lookalike": ("参评单位", lambda i, row, before: row[2].replace("市", "巿", 1)),
    "too_long": ("参评单位", lambda i, row, before: f"{i}" + "某" * 101),
    "excel_error": ("评价", lambda i, row, before: "#REF!"),
    "formula": ("评价", lambda i, row, before: f"=HYPERLINK(A{i})"),
    "personal_value": ("票号", lambda i, row, before: _identity(i)),
}


def planted_faults(
    count: int = 500, seed: int = 20_251_120, without: tuple[str, ...] = ()
) -> tuple[bytes, list[tuple[int, str, str]]]:
    """The file (UTF-8 with mark) and its faults: (row, column header, kind), in file order.

    Rows count as Excel does, the header is row 1. Every fault sits in the last of the three
    lines of a ballot of its own, so that it raises no second finding. The file asks 总体评价 only.
    """
    if count > 1000 * len(FAULTS):
        raise ValueError("identity numbers would repeat")
    rng = np.random.Generator(np.random.PCG64(seed))
    names = [unit.name for unit in demo_units() if unit.participation("2025") == "参评"]
    kinds = rng.permutation(
        list(islice(cycle(kind for kind in FAULTS if kind not in without), count)) + [""] * SPARE
    ).tolist()
    rows, faults = [HEADER], []
    for number, kind in enumerate(kinds, start=1):
        group = GROUPS[int(rng.integers(len(GROUPS)))]
        units = rng.choice(names, LINES, replace=False).tolist()
        grades = rng.choice(["满意", "基本满意", "不满意"], LINES).tolist()
        ballot = f"F{number:06d}"
        rows += [(ballot, group, unit, "总体评价", grade) for unit, grade in zip(units, grades, strict=True)]
        if kind:
            column, value = FAULTS[kind]
            cells = list(rows[-1])
            cells[HEADER.index(column)] = value(number, rows[-1], rows[-2])
            rows[-1] = tuple(cells)
            faults.append((len(rows), column, kind))
    text = "".join(",".join(row) + "\n" for row in rows)
    return text.encode("utf-8-sig"), faults


def _other_group(group: str) -> str:
    return GROUPS[(GROUPS.index(group) + 1) % len(GROUPS)]
