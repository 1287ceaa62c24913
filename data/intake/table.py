"""A text table in DuckDB: every record of a file as text, and where each stands in Excel.

Structure comes first and content after: a regular file is loaded by DuckDB's reader in one step; a file that is not
regular is read record by record with the standard library, which names every short, long or unclosed record.
Nothing here knows what the columns mean.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from data.intake.headers import Header
from data.intake.names import match_key
from data.intake.source import TextTable
from data.problems import Problem

csv.field_size_limit(1 << 26)


@dataclass(frozen=True)
class Placement:
    """Where the records of one file stand: `start` is the position of the first in the loaded table.

    rows: row as Excel counts of each record, or None where first_row + position is right.
    blank: records without any content, set aside.
    """

    file: str
    start: int
    count: int
    first_row: int
    rows: list[int] | None = None
    blank: int = 0

    def row(self, position: int) -> int:
        """The row that Excel shows for the record at this position of the loaded table."""
        offset = position - self.start
        return self.first_row + offset if self.rows is None else self.rows[offset]


@dataclass
class LoadedTable:
    """Records of one or several files under one set of columns, in file order, as a DuckDB table."""

    con: duckdb.DuckDBPyConnection
    name: str
    placements: list[Placement] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Records loaded so far."""
        return sum(placement.count for placement in self.placements)

    def place(self, position: int) -> tuple[str, int]:
        """File and Excel row of the record at this position."""
        for placement in self.placements:
            if position < placement.start + placement.count:
                return placement.file, placement.row(position)
        raise IndexError(position)

    def add(self, text: TextTable, header: Header, projection: str) -> list[Problem]:
        """Append the records of one file, seen through `projection` over columns `c0`, `c1`, ….

        Returns the faults of structure; with any, nothing of the file is appended.
        """
        before = self.count
        self.con.begin()
        try:
            self._append(_reader(self.con, text, header, text.path), projection)
            count = len(self.con.table(self.name)) - before
        except duckdb.Error:
            self.con.rollback()
            return self._add_slowly(text, header, projection)
        # Records and line breaks agree: no record spans lines, none is blank, rows are plain arithmetic.
        if count + header.row not in (text.newline_count, text.newline_count + 1):
            self.con.rollback()
            return self._add_slowly(text, header, projection)
        self.con.commit()
        self.placements.append(Placement(text.name, before, count, header.row + 1))
        return []

    def _append(self, relation: duckdb.DuckDBPyRelation, projection: str) -> None:
        rows = relation.project(projection)
        if self.placements:
            rows.insert_into(self.name)
        else:
            rows.create(self.name)

    def _add_slowly(self, text: TextTable, header: Header, projection: str) -> list[Problem]:
        """Record by record: names every fault, or writes a regular copy and loads that."""
        scan = _Scan(text, header)
        copy = text.path.with_name(f"{text.path.name}.regular")
        with copy.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
            writer.writerows(scan.records())
        if scan.problems:
            return scan.problems
        before = self.count
        self._append(_reader(self.con, text, header, copy, regular=True), projection)
        rows = scan.rows
        self.placements.append(Placement(text.name, before, len(rows), header.row + 1, rows, scan.blank))
        return []


def _reader(
    con: duckdb.DuckDBPyConnection,
    text: TextTable,
    header: Header,
    path: Path,
    *,
    regular: bool = False,
) -> duckdb.DuckDBPyRelation:
    """DuckDB's reader over a file under our own name (a name given by a user could be a pattern)."""
    names = [f"c{index}" for index in range(len(header.cells))]
    quoted = regular or text.has_quotes
    return con.read_csv(
        str(path),
        header=False,
        sep="," if regular else text.delimiter,
        columns=dict.fromkeys(names, "VARCHAR"),
        skiprows=0 if regular else header.row,
        quotechar='"' if quoted else "",
        escapechar='"' if quoted else "",
        auto_detect=False,
        strict_mode=True,
    )


class _Scan:
    """One pass of the standard library's reader over a file that DuckDB's reader would not take."""

    def __init__(self, text: TextTable, header: Header) -> None:
        self.text, self.header = text, header
        self.problems: list[Problem] = []
        self.rows: list[int] = []
        self.blank = 0
        self._header_keys = [match_key(cell) for cell in header.cells]

    def records(self) -> Iterator[list[str]]:
        """Regular records below the header; faults are noted on the way."""
        with self.text.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=self.text.delimiter, strict=True)
            number = 0
            try:
                for number, record in enumerate(reader, start=1):
                    if number > self.header.row and self._regular(number, record):
                        self.rows.append(number)
                        yield record
            except csv.Error:
                self._note("unclosed_quote", number + 1)

    def _regular(self, number: int, record: list[str]) -> bool:
        if not any(cell.strip() for cell in record):
            self.blank += 1
            return False
        width = len(self.header.cells)
        if len(record) != width:
            code = "short_row" if len(record) < width else "long_row"
            self._note(code, number, found=len(record), expected=width)
            return False
        if [match_key(cell) for cell in record] == self._header_keys:
            self._note("header_repeated", number)
            return False
        return True

    def _note(self, code: str, row: int, **facts: object) -> None:
        self.problems.append(Problem(code, file=self.text.name, row=row, facts=facts))
