"""What a new upload of a book says of those in force, with only the rows in memory that could say anything.

`data/model/books.py` has the rules. Of twelve monthly files of half a million rows most rows are the same as before.
"""

import duckdb

from data.duckdb_access import read_sql
from data.model.books import Findings, Snapshot, findings, has_values_alone, past_fields
from data.store.uploads import FACTS, Upload, reporting_damage


def book_findings(con: duckdb.DuckDBPyConnection, new: Upload, others: list[Upload]) -> Findings:
    """Return what an upload of a book says of the others. Raises StoreDamagedError."""
    if has_values_alone(new.kind):  # every row may meet every other; such books are small
        with reporting_damage(others):
            return findings(new.kind, _complete(new), [_complete(upload) for upload in others])
    if not others:
        return Findings()
    with reporting_damage(others):
        rows, now = _differing(con, new, others)
        for file, key in _missing(con, new, others) if new.choices.complete else ():
            rows[file][key] = ""
    snapshots = [_snapshot(upload, rows[_facts(upload)]) for upload in others]
    return findings(new.kind, _snapshot(new, now), snapshots)


def _differing(
    con: duckdb.DuckDBPyConnection, new: Upload, others: list[Upload]
) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """Return the rows whose past may have changed: by file of the others, and those of the new upload."""
    rows: dict[str, dict[str, str]] = {_facts(upload): {} for upload in others}
    now: dict[str, str] = {}
    later = [_facts(upload) for upload in others if upload.choices.as_of > new.choices.as_of]
    past = [f"$.{own.name}" for own in past_fields(new.kind)]
    params = {"new": _facts(new), "files": list(rows), "later": later, "past": past}
    for file, key, content, recent in con.execute(read_sql("build/book_differences"), params).fetchall():
        rows[file][key], now[key] = content, recent
    return rows, now


def _missing(con: duckdb.DuckDBPyConnection, new: Upload, others: list[Upload]) -> list[tuple[str, str]]:
    params = {"new": _facts(new), "files": [_facts(upload) for upload in others]}
    return con.execute(read_sql("build/book_missing"), params).fetchall()


def _facts(upload: Upload) -> str:
    return str(upload.folder / FACTS)


def snapshots(uploads: list[Upload], kind: str) -> list[Snapshot]:
    """Return the uploads of a book with all their rows."""
    return [_complete(upload) for upload in uploads if upload.kind == kind]


def _complete(upload: Upload) -> Snapshot:
    frame = upload.frame()
    return _snapshot(upload, dict(zip(frame["key"], frame["content"], strict=True)))


def _snapshot(upload: Upload, rows: dict[str, str]) -> Snapshot:
    return Snapshot(upload.upload_id, upload.round_id, upload.choices.as_of, upload.choices.complete, rows)
