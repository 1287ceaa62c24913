"""Ballots for the benchmarks: `lines` lines of 60 units, about 59 bytes each, from a fixed seed."""

from pathlib import Path

import numpy as np

UNITS = 60
GROUPS = ("普通群众", "服务对象", "两代表一委员")
PRIMES = (1_000_003, 100_000_007)
"""Numbers of ballots are scattered over these; the first has room for 60 million lines."""
GRADES = np.array(["满意", "基本满意", "不满意", "不了解"])


def write_ballots(path: Path, lines: int) -> Path:
    """Write a UTF-8 CSV in the long form, in which every ballot grades all units. An existing file is kept."""
    if path.is_file():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(20251123)
    names = [f"市{number:02d}号局" for number in range(UNITS)]
    ballots = lines // UNITS
    prime = next(prime for prime in PRIMES if ballots <= prime)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("票号,评议主体,参评单位,测评指标,评价\r\n")
        for start in range(0, ballots, 2000):
            many = min(2000, ballots - start)
            grades = GRADES[rng.choice(4, size=(many, UNITS), p=[0.6, 0.25, 0.1, 0.05])]
            for ballot in range(start, start + many):
                head = f"2025-{ballot * 7919 % prime:06d},{GROUPS[min(ballot % 20 // 9, 2)]},"
                file.writelines(
                    f"{head}{name},总体评价,{grade}\r\n"
                    for name, grade in zip(names, grades[ballot - start], strict=True)
                )
    return path
