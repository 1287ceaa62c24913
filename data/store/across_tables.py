"""Checks of an import against the other tables of the store, as the schemes give them (`data.model.across_tables`)."""

import json
from collections.abc import Iterator, Sequence
from functools import cache

import duckdb
import pandas as pd

from data.duckdb_access import read_sql, typed
from data.intake.record_places import Places
from data.model.across_tables import AcrossTables, Finding
from data.model.books import AS_OF
from data.model.contract import TABLES, fields, header_of
from data.store.records import LAST_DAY, as_typed, shape
from data.store.uploads import FACTS, Upload, reporting_damage
from problems import Problem

ANY = "$"  # path of JSON that every content has


def found_across(
    con: duckdb.DuckDBPyConnection, check: AcrossTables, own: Upload, together: list[Upload], places: Places
) -> list[Problem]:
    """Return what a check finds in an upload. together: the uploads in force with it. places: of its rows."""
    day = own.choices.as_of or LAST_DAY

    @cache
    def rows(name: str, columns: tuple[str, ...], given: str, before: bool) -> pd.DataFrame:
        kind = TABLES[name].kind
        of_kind = [u for u in together if u.kind == kind and not (before and u.number == own.number)]
        return _rows(con, kind, of_kind, day, columns, given)

    def tables(name: str, columns: Sequence[str] = (), *, given: str = "", before: bool = False) -> pd.DataFrame:
        return rows(name, tuple(columns), given, before)

    return list(_problems(con, own, list(check(places.key_set(), tables)), places))


def _rows(
    con: duckdb.DuckDBPyConnection, kind: str, uploads: list[Upload], day: str, columns: tuple[str, ...], given: str
) -> pd.DataFrame:
    """Return the rows of a kind by their keys, each key once: a file that is imported twice adds nothing."""
    names = columns or tuple(field.name for field in fields(kind))
    if not uploads:
        return as_typed(kind, pd.DataFrame(columns=[*names], dtype=object)).set_index(pd.Index([], dtype="str"))
    params: dict[str, object] = {
        "files": [str(upload.folder / FACTS) for upload in uploads],
        "days": [upload.choices.as_of for upload in uploads],
        "day": day,
        "given": f"$.{given}" if given else ANY,
    }
    with reporting_damage(uploads):
        found = typed(con.sql(read_sql("build/rows_in_force"), params=params), shape(kind, names), "key", AS_OF).df()
    others = ["key"] if AS_OF in names else ["key", AS_OF]
    return as_typed(kind, found.drop(columns=others)).set_index(pd.Index(found["key"].astype("str")))


def _problems(con: duckdb.DuckDBPyConnection, own: Upload, found: list[Finding], places: Places) -> Iterator[Problem]:
    """Yield findings as problems, at the row of their key if it is of the file."""
    keys = list({finding.key for finding in found if finding.key})
    at = places.of(keys)
    params = {"file": str(own.folder / FACTS), "keys": keys}
    texts = dict(con.execute(read_sql("build/rows_of_keys"), params).fetchall()) if keys else {}
    for finding in found:
        column = header_of(own.kind, finding.name)
        if finding.key not in at:
            yield Problem(finding.code, finding.level, places.file, None, None, column, None, finding.facts)
            continue
        value = json.loads(texts[finding.key]).get(finding.name)
        file, row = at[finding.key]
        shown = "" if value is None else str(value)
        yield Problem(finding.code, finding.level, file, None, row, column, shown, finding.facts)
