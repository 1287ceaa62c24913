"""The ballots of a release as a file again: one row a line, under the headers of the contract.

Millions of rows go out a piece at a time; imported again under the same register and rules, the file is the same
content.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from data.duckdb_access import read_sql, working_memory
from data.model.contract import header_of
from data.store.release import Release
from data.store.rounds import read_register, text_lines
from data.store.uploads import read_upload
from formats.spreadsheet import Cell

AT_ONCE = 100_000  # rows handed over at a time
FIELDS = (
    *("ballot_id", "group_code", "unit_code", "category", "indicator_code", "grade_code", "validity"),
    *("channel", "site"),
)
SOMETIMES = ("category", "validity", "channel", "site")
"""Left out where no row has one."""


@contextmanager
def ballot_file(release: Release, round_id: str, language: str) -> Iterator[tuple[list[str], Iterator[list[Cell]]]]:
    """Headers and rows of all ballots of a round; no headers where it has none. Read within the context."""
    uploads = [read_upload(release.store / "uploads" / upload_id) for upload_id in release.upload_ids]
    own = [upload for upload in uploads if (upload.round_id, upload.kind) == (round_id, "ballots")]
    if not own:
        yield [], iter(())
        return
    register = read_register(uploads, round_id)
    with tempfile.TemporaryDirectory() as scratch:
        con = working_memory(Path(scratch))
        try:
            text_lines(con, own, register.codes() if register else None)
            con.sql(read_sql("build/ballot_file")).create("ballot_file")
            names = [name for name in FIELDS if name not in SOMETIMES or _is_filled(con, name)]
            headers = [header_of("ballots", name) if language == "zh" else name for name in names]
            yield headers, _rows(con.table("ballot_file").project(", ".join(names)))
        finally:
            con.close()


def _is_filled(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    filled = duckdb.ColumnExpression(name) != duckdb.ConstantExpression("")
    return bool(con.table("ballot_file").filter(filled).limit(1).fetchall())


def _rows(relation: duckdb.DuckDBPyRelation) -> Iterator[list[Cell]]:
    for batch in relation.to_arrow_reader(AT_ONCE):
        columns = [column.to_pylist() for column in batch.columns]
        yield from (list(row) for row in zip(*columns, strict=True))
