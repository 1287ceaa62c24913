"""Ballots without numbers: each row is a separate ballot; equal rows are compared with chance.

Nothing here depends on the meaning of the columns; a person decides whether such a file may be read.
"""

import math

import duckdb
import numpy as np

from problems import Problem

MOST_CELLS = 1_000_000  # combinations of values that are counted one by one
BESIDE = ("category",)  # follows from the unit and would make chance look smaller than it is
LEAD = "lead"  # words of columns that are not read; no part of a ballot


def number_rows(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Add a column ballot_id derived from each row's content and how often it occurred before.

    So neither the order of the rows nor the file's encoding changes the ballots. Blank rows get no number.
    """
    columns = [name for name in con.table(table).columns if name != LEAD]
    content = ", ".join(f"coalesce({name}, '')" for name in columns)
    blank = f"coalesce({', '.join(columns)}) IS NULL"
    number = f"row_number() OVER (PARTITION BY {', '.join(columns)} ORDER BY rowid)"
    ballot = f"CASE WHEN {blank} THEN NULL ELSE md5(concat_ws(chr(31), {content}))[:12] || '-' || {number} END"
    con.table(table).project(f"rowid AS place, *, {ballot} AS ballot_id").order("place").project(
        f"{', '.join(columns)}, {LEAD}, ballot_id"
    ).create("numbered")
    con.execute(f"DROP TABLE {table}")  # sql: a name of ours
    con.execute(f"ALTER TABLE numbered RENAME TO {table}")  # sql: a name of ours


def equal_rows(con: duckdb.DuckDBPyConnection, table: str, file: str) -> Problem:
    """Report how many rows repeat an earlier row, and how many would if the columns were independent."""
    numbered = con.table(table).filter("ballot_id IS NOT NULL")
    rows = len(numbered)
    equal = rows - len(numbered.filter("ballot_id LIKE '%-1'"))
    columns = [name for name in numbered.columns if name not in ("ballot_id", LEAD, *BESIDE)]
    shares = [
        np.array(numbered.aggregate("count(*) AS n", name).fetchnumpy()["n"], dtype=np.float64) / max(rows, 1)
        for name in columns
    ]
    about = {"lines": rows, "count": equal, "expected": round(expected_repeats(rows, shares))}
    return Problem("equal_rows", "warning", file=file, facts=about)


def expected_repeats(rows: int, shares: list[np.ndarray]) -> float:
    """Return the rows expected to repeat an earlier row if every column were drawn independently by its shares.

    Exact (rows minus expected distinct rows) while the combinations can be counted; beyond that equal pairs are so
    rare that their expected number is the answer.
    """
    if math.prod(len(share) for share in shares) > MOST_CELLS:
        pairs = rows * (rows - 1) / 2 * math.prod(float((share**2).sum()) for share in shares)
        return min(float(rows), pairs)
    cells = np.ones(1)
    for share in shares:
        cells = np.outer(cells, share).ravel()
    return rows - float((1 - (1 - cells) ** rows).sum())
