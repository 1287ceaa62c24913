"""Ballots of a release as rows of text, streamed in batches from the stored facts."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from data.duckdb_access import read_sql, working_memory
from data.store.release import Round
from data.store.rounds import read_register, text_lines
from data.store.scratch import work_folder
from data.store.uploads import read_upload

AT_ONCE = 100_000  # rows in memory at a time
FIELDS = (
    *("ballot_id", "group_code", "unit_code", "category", "indicator_code", "grade_code", "validity"),
    *("channel", "site"),
)
# Omitted if no row has a value.
OPTIONAL = ("category", "validity", "channel", "site")


@contextmanager
def ballot_lines(round_: Round) -> Iterator[tuple[list[str], Iterator[list[str | None]]]]:
    """Yield field names and rows of all ballots of a round, or no names if there are no ballots.

    Rows must be read inside the context, which closes the database on exit.
    """
    uploads = [read_upload(round_.release.store / "uploads" / upload_id) for upload_id in round_.release.upload_ids]
    of_round = [upload for upload in uploads if (upload.round_id, upload.kind) == (round_.id, "ballots")]
    if not of_round:
        yield [], iter(())
        return
    register = read_register(uploads, round_.id)
    with work_folder() as scratch:
        con = working_memory(scratch)
        try:
            text_lines(con, of_round, register.codes() if register else None)
            con.sql(read_sql("build/ballot_file")).create("ballot_file")
            names = [name for name in FIELDS if name not in OPTIONAL or _is_filled(con, name)]
            yield names, _rows(con.table("ballot_file").project(", ".join(names)))
        finally:
            con.close()


def _is_filled(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    filled = duckdb.ColumnExpression(name) != duckdb.ConstantExpression("")
    return bool(con.table("ballot_file").filter(filled).limit(1).fetchall())


def _rows(relation: duckdb.DuckDBPyRelation) -> Iterator[list[str | None]]:
    for batch in relation.to_arrow_reader(AT_ONCE):
        columns = [column.to_pylist() for column in batch.columns]
        yield from (list(row) for row in zip(*columns, strict=True))
