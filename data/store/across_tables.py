"""Checks of an import against the other tables of the store, as the schemes give them (`data.model.across_tables`)."""

from collections.abc import Iterator, Mapping
from functools import cache

import pandas as pd

from data.model.across_tables import AcrossTables, Finding
from data.model.books import is_book, states
from data.model.contract import TABLES, header_of
from data.store.book_findings import snapshots
from data.store.records import typed_records
from data.store.uploads import Upload
from problems import Problem

LAST_DAY = "9999-12-31"
_Places = Mapping[str, tuple[str, int]]


def found_across(check: AcrossTables, own: Upload, together: list[Upload], places: _Places) -> Iterator[Problem]:
    """Yield what a check finds in an upload. together: the uploads in force with it. places: key -> file and row."""
    day = own.choices.as_of or LAST_DAY

    @cache
    def tables(name: str) -> pd.DataFrame:
        return _rows(TABLES[name].kind, together, day)

    file = next(iter(places.values()), ("", 0))[0]
    for finding in check(frozenset(places), tables):
        yield _problem(own.kind, finding, file, places, tables(_table_of(own.kind)))


def _table_of(kind: str) -> str:
    return next(name for name, table in TABLES.items() if table.kind == kind)


def _rows(kind: str, uploads: list[Upload], day: str) -> pd.DataFrame:
    """Return the rows of a kind by their keys, each key once: a file that is imported twice adds nothing."""
    if is_book(kind):
        rows = {key: state.content for key, state in states(snapshots(uploads, kind), day).items()}
    else:
        frames = [upload.frame() for upload in uploads if upload.kind == kind]
        rows = {key: text for frame in frames for key, text in zip(frame["key"], frame["content"], strict=True)}
    return typed_records(kind, list(rows.values())).set_index(pd.Index(list(rows), dtype="str"))


def _problem(kind: str, finding: Finding, file: str, places: _Places, rows: pd.DataFrame) -> Problem:
    column = header_of(kind, finding.name)
    if finding.key not in places:
        return Problem(finding.code, finding.level, file, None, None, column, None, finding.facts)
    value = rows.at[finding.key, finding.name]
    shown = "" if pd.isna(value) else str(value)
    file, row = places[finding.key]
    return Problem(finding.code, finding.level, file, None, row, column, shown, finding.facts)
