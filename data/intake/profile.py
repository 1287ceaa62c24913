"""What the cells of a column hold: how many are filled, and each distinct value with its number of cells.

All rows are read: an indicator may be blank in its first 2,000 rows.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeAlias

import duckdb

from data.duckdb_access import read_sql
from data.intake.headers import Header
from data.intake.personal import SOUGHT, sorts_in
from data.intake.source import TextTable

# column, value, its cells, filled cells of the column, whether any of them looks personal
Row: TypeAlias = tuple[int, str, int, int, bool]
MOST_DISTINCT = 2000  # values kept of a column: no scale has as many, and a column of remarks as many as rows


@dataclass(frozen=True)
class ColumnProfile:
    """Content of a column. values: distinct value -> cells, the most frequent; filled: cells that are not empty;
    looks_personal: whether any value looks personal, the rare ones included.
    """

    filled: int = 0
    values: dict[str, int] = field(default_factory=dict)
    looks_personal: bool = False


def profiles(
    con: duckdb.DuckDBPyConnection, text: TextTable, header: Header, columns: Sequence[int], most: int | None = None
) -> dict[int, ColumnProfile]:
    """Return the content of some columns below the header, also in a table that is not regular.

    most: rows that are looked at; None for all of them.
    """
    if not columns:
        return {}
    try:
        rows = _counted(con, text, header, columns, most)
    except duckdb.Error:
        rows = _counted_slowly(text, header, columns, most)
    values: dict[int, dict[str, int]] = {column: {} for column in columns}
    of_column = dict.fromkeys(columns, (0, False))
    for column, value, cells, filled, personal in rows:
        values[column][value] = cells
        of_column[column] = (filled, personal)
    return {column: ColumnProfile(of_column[column][0], values[column], of_column[column][1]) for column in columns}


def _counted(
    con: duckdb.DuckDBPyConnection, text: TextTable, header: Header, columns: Sequence[int], most: int | None
) -> Iterable[Row]:
    names = [f"c{index}" for index in range(len(header.cells))]
    relation = con.read_csv(
        str(text.path),
        header=False,
        sep=text.delimiter,
        skiprows=header.row,
        columns=dict.fromkeys(names, "VARCHAR"),
        quotechar='"' if text.has_quotes else "",
        escapechar='"' if text.has_quotes else "",
        auto_detect=False,
        null_padding=True,
        ignore_errors=True,
    )
    relation = relation if most is None else relation.limit(most)
    cells = ", ".join(f"c{column}" for column in columns)
    places = ", ".join(str(int(column)) for column in columns)
    relation.project(f"unnest([{places}]) AS place, unnest([{cells}]) AS cell").create_view("profiled", replace=True)
    return con.execute(read_sql("intake/column_values"), {"most": MOST_DISTINCT, **SOUGHT}).fetchall()


def _counted_slowly(text: TextTable, header: Header, columns: Sequence[int], most: int | None) -> Iterable[Row]:
    """Count with the standard library's reader, which accepts line breaks in cells and short rows."""
    counts: dict[int, Counter[str]] = {column: Counter() for column in columns}
    with text.path.open(encoding="utf-8-sig", newline="") as file:
        last = None if most is None else header.row + most
        records = enumerate(csv.reader(file, delimiter=text.delimiter), start=1)
        for _, record in islice(records, header.row, last):
            for column in columns:
                if column < len(record) and record[column].strip():
                    counts[column][record[column].strip()] += 1
    for column, values in counts.items():
        filled, personal = values.total(), any(map(sorts_in, values))
        for value, cells in sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_DISTINCT]:
            yield column, value, cells, filled, personal
