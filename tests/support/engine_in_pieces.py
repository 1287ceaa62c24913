"""A third engine: cuts the lines into pieces in this process, and adds their rows as Spark does."""

import numpy as np
import pandas as pd
import pyarrow as pa

from data.duckdb_access import part_of, read_sql
from data.engines.fact_tables import FactTables
from data.moments.pieces import Scoring, rows_of_piece
from data.moments.vote_sums import VoteSums, sums_of_rows

PIECES = 3


def count(tables: FactTables, statement: str) -> pd.DataFrame:
    """Count as on a cluster: from the files, in a memory that holds nothing else."""
    with part_of(tables.con, "apart") as con:
        _views(con, tables)
        return con.sql(read_sql(statement)).to_arrow_table().to_pandas()


def add(tables: FactTables, scoring: Scoring) -> VoteSums:
    """Add the rows of a few pieces, whose lines come in no order."""
    with part_of(tables.con, "apart") as con:
        _views(con, tables)
        lines = con.sql(read_sql("build/lines_to_add")).to_arrow_table()
        lines = lines.take(np.random.default_rng(1).permutation(lines.num_rows))
        piece = lines.column("together").to_numpy() % PIECES
        rows = [rows_of_piece(lines.filter(pa.array(piece == number)), scoring) for number in range(PIECES)]
        con.register("piece", pa.concat_tables(rows))
        return sums_of_rows(con.sql(read_sql("build/sum_pieces")).to_arrow_table(), tables.ballots, scoring)


def _views(con, tables):
    for view, name in (("line", "lines"), ("ballot", "ballots")):
        con.read_parquet(str(tables.files() / f"{name}.parquet")).create_view(view)
