"""Records of the tables that close by month, as a release keeps them: numbered, and books also in their last state.

A book becomes a table with a column for each field, and counts by month, unit, place and state: of half a million
opinions a page reads the counts, and a list reads fifty rows.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from data.duckdb_access import read_sql, typed
from data.model.books import counted_by, is_book, stamped
from data.model.contract import KINDS, MONTH, TABLE_OF
from data.model.facts import ordered_digest
from data.store.records import ABOUT, LAST_DAY, book_table, shape
from data.store.uploads import FACTS, Upload, reporting_damage

RECORD, COUNT = "record", "book_count"
RECORD_COLUMNS = ("kind", "number", "content")


def closes_by_month(upload: Upload) -> bool:
    """Return whether an upload is of a table that closes by month."""
    return upload.kind in KINDS and TABLE_OF[upload.kind].lock == MONTH


def month_records(
    con: duckdb.DuckDBPyConnection, folder: Path, round_id: str, uploads: Sequence[Upload]
) -> tuple[Path | None, str]:
    """Write the records of a round that close by month as a file of columns RECORD_COLUMNS; return it and its digest.

    None and "" if there are none.
    """
    own = [upload for upload in uploads if upload.round_id == round_id and closes_by_month(upload)]
    if not own:
        return None, ""
    path = folder / f"months-{len(list(folder.iterdir()))}.parquet"
    heads = [_head(upload) for upload in own]
    params = {"files": [str(u.folder / FACTS) for u in own], "kinds": [u.kind for u in own], "heads": heads}
    with reporting_damage(own):
        con.sql(read_sql("build/month_records"), params=params).write_parquet(str(path), compression="zstd")
    lines = con.sql(read_sql("build/record_json"), params={"file": str(path)})
    return path, ordered_digest(RECORD, RECORD_COLUMNS, lines)


def _head(upload: Upload) -> str:
    """Return what a record begins with; that of a book says which day's state it is."""
    if not is_book(upload.kind):
        return "{"
    return stamped("{", upload.choices.as_of, complete=upload.choices.complete)


def add_records(con: duckdb.DuckDBPyConnection, round_id: str, path: Path) -> None:
    """Add the records of `month_records` to a database that is being written."""
    named = duckdb.ConstantExpression(round_id).alias("round_id")
    con.read_parquet(str(path)).select(named, *RECORD_COLUMNS).insert_into(RECORD)


def add_books(con: duckdb.DuckDBPyConnection) -> None:
    """Add the last state of every book and its counts, from the records of a database that is being written."""
    present = {kind for (kind,) in con.table(RECORD).select("kind").distinct().fetchall()}
    for kind in filter(is_book, sorted(present)):
        (key,) = TABLE_OF[kind].key
        params = {"kind": kind, "path": f"$.{key}", "day": LAST_DAY}
        states = con.sql(read_sql("release/book_states"), params=params)
        typed(states, shape(kind), *ABOUT).create(book_table(kind))
        _counted(con, kind).insert_into(COUNT)


def _counted(con: duckdb.DuckDBPyConnection, kind: str) -> duckdb.DuckDBPyRelation:
    """Return the rows of a book by the columns of COUNT."""
    day, *names = counted_by(kind)
    month = duckdb.FunctionExpression("left", _text(day), duckdb.ConstantExpression(len("2026-03"))).alias("month")
    by = [_text(name).alias(column) for name, column in zip(names, ("unit_code", "place_code", "state"), strict=True)]
    about = [duckdb.ConstantExpression(kind).alias("kind"), month, *by, duckdb.ColumnExpression("listed")]
    return con.table(book_table(kind)).select(*about).aggregate("*, count(*) AS lines", "ALL")


def _text(name: str) -> duckdb.Expression:
    nothing = duckdb.ConstantExpression("")
    return duckdb.CoalesceOperator(duckdb.ColumnExpression(name), nothing) if name else nothing
