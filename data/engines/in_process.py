"""DuckDB and NumPy in this process: `duckdb:`, the default."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa

from data.duckdb_access import read_sql
from data.engines.fact_tables import FactTables
from data.model.facts import StoredLines
from data.moments.pieces import ROWS, Scoring, rows_of_piece
from data.moments.vote_sums import Ballots, VoteSums, sums_at_once, sums_of_rows

LINES_OF_A_PIECE = 4_000_000
MOST_ROWS = 2_000_000
"""Rows of pieces that wait to be added."""


def count(tables: FactTables, statement: str) -> pd.DataFrame:
    """Run a file of data/sql over tables `line` and `ballot`."""
    return tables.con.execute(read_sql(statement)).df()


def add(tables: FactTables, scoring: Scoring) -> VoteSums:
    """Make votes of the lines, and return their sums: at once, or in pieces where they are too many to hold."""
    if not isinstance(tables.lines, StoredLines):
        return sums_at_once(tables.lines, tables.ballots, scoring)
    added = ROWS.empty_table()
    waiting: list[pa.Table] = []
    for piece in _pieces(tables.lines, tables.ballots):
        waiting.append(rows_of_piece(piece, scoring))
        if sum(rows.num_rows for rows in waiting) > MOST_ROWS:
            added, waiting = _added(tables, [added, *waiting]), []
    return sums_of_rows(_added(tables, [added, *waiting]), tables.ballots, scoring)


def _pieces(lines: StoredLines, ballots: Ballots) -> Iterator[pa.Table]:
    """Yield the lines of a range of ballots at a time, with group and cluster of their ballots."""
    group_at = ballots.group_at.astype(np.int32)
    bounds = np.linspace(0, len(ballots.group_at), -(-len(lines) // LINES_OF_A_PIECE) + 1).astype(np.int64).tolist()
    for low, high in pairwise(bounds):
        piece = lines.of_ballots(low, high)
        if not piece.num_rows:  # these ballots are left out
            continue
        code = piece.column("ballot").to_numpy()
        cluster = np.full(len(code), -1, dtype=np.int8) if ballots.cluster is None else ballots.cluster[code]
        yield piece.append_column("group_at", [group_at[code]]).append_column("cluster", [cluster])


def _added(tables: FactTables, rows: list[pa.Table]) -> pa.Table:
    tables.con.register("piece", pa.concat_tables(rows))
    added = tables.con.sql(read_sql("build/sum_pieces")).to_arrow_table().cast(ROWS)
    tables.con.unregister("piece")
    return added
