"""DuckDB and NumPy in this process: `duckdb:`, the default."""

import pandas as pd

from data.duckdb_access import read_sql
from data.engines.fact_tables import FactTables
from data.moments.pieces import Scoring
from data.moments.vote_sums import VoteSums, sums_at_once


def count(tables: FactTables, statement: str) -> pd.DataFrame:
    """Run a file of data/sql over tables `line` and `ballot`."""
    return tables.con.execute(read_sql(statement)).df()


def add(tables: FactTables, scoring: Scoring) -> VoteSums:
    """Make votes of the lines, and return their sums: one piece, which needs no rows."""
    return sums_at_once(tables.lines, tables.ballots, scoring)
