"""Text table in DuckDB: every record of a file as text, with its row in Excel.

Structure comes first and content after: a regular file is loaded by DuckDB's reader in one step; a file that is not
regular is read record by record with the standard library, which names every short, long or unclosed record.
Nothing here knows what the columns mean.
"""

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import and_
from pathlib import Path
from typing import Any, TypeAlias

import duckdb

from data.intake.headers import Header
from data.intake.meaning import columns_left_out
from data.intake.source import TextTable
from data.intake.swallowed_rows import Swallowed, lines_between_marks
from data.intake.values import is_totals_row
from data.intake.workbook_worker import letters
from data.model.names import LONGEST_NAME, match_key
from problems import Problem, has_errors

Cells: TypeAlias = tuple[Any, ...]
"""A record as it is loaded, None for a cell without content."""

csv.field_size_limit(1 << 26)
LINE_FEED = duckdb.CSVLineTerminator.LINE_FEED
LONGEST_CELL = 100_000  # characters: DuckDB's reader takes lines up to 2 MB
SMALL = 1 << 20  # bytes of a file whose records are looked at here, without questions to the engine
FEWEST_BLANK = 2  # blank rows in succession; a single blank row is often left between groups
FEWEST_ALIKE = 2  # rows that differ from the header alike; of a single row one cannot tell which is wrong
TAIL = 64 << 10  # bytes at the end, where notes below a table are
REMARK = re.compile(
    r"[（(【]?\s*(注|备注|说明|填表|制表|(?:统计|审核|联系)(?:人|时间|日期|口径|电话)|负责人|单位负责人|数据来源|来源|截至|以上|本表)|.*[：:。]"
)


@dataclass(frozen=True)
class Placement:
    """Position of the records of a file: `start` is the position of the first in the loaded table.

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
        """Return the row that Excel shows for the record at this position of the loaded table."""
        offset = position - self.start
        return self.first_row + offset if self.rows is None else self.rows[offset]


@dataclass
class LoadedTable:
    """Records of the files of an upload under one set of columns, in file order, as a DuckDB table."""

    con: duckdb.DuckDBPyConnection
    name: str
    placements: list[Placement] = field(default_factory=list)
    kept: list[Cells] = field(default_factory=list)  # the records, as long as every file is small

    @property
    def count(self) -> int:
        """Return the number of records loaded so far."""
        return sum(placement.count for placement in self.placements)

    @property
    def blank(self) -> int:
        """Return the number of records without content: set aside, or of delimiters only, which readers ignore."""
        set_aside = sum(placement.blank for placement in self.placements)
        if len(self.kept) == self.count:
            return set_aside + sum(map(_is_empty, self.kept))
        table = self.con.table(self.name)
        empty = duckdb.CoalesceOperator(*map(duckdb.ColumnExpression, table.columns)).isnull()
        return set_aside + len(table.filter(empty))

    def records(self) -> list[Cells]:
        """Return all records, in the order of their files."""
        if len(self.kept) == self.count:
            return self.kept
        return self.con.table(self.name).fetchall()

    def place(self, position: int) -> tuple[str, int]:
        """Return file and Excel row of the record at this position."""
        for placement in self.placements:
            if position < placement.start + placement.count:
                return placement.file, placement.row(position)
        raise IndexError(position)

    def add(self, text: TextTable, header: Header, projection: str) -> list[Problem]:
        """Append the records of one file, seen through `projection` over columns `c0`, `c1`, ….

        Returns the faults of structure; with any, nothing of the file is appended.
        """
        before = self.count
        if _ends_in_note(text):
            return self._add_slowly(text, header, projection)
        self.con.begin()
        try:
            self._append(_reader(self.con, text, header, text.path), projection)
            table = self.con.table(self.name)
            # Each question to the engine takes 2 to 6 ms, and there are a dozen about a table.
            small = text.path.stat().st_size <= SMALL and len(self.kept) == before
            rows = table.fetchall()[before:] if small else []
            count = len(rows) if small else len(table) - before
        except duckdb.Error:
            self.con.rollback()
            return self._add_slowly(text, header, projection)
        # Records and line breaks agree: no record spans lines, none is blank, rows are plain arithmetic.
        if count + header.row != lines_of(text):
            self.con.rollback()
            return self._add_slowly(text, header, projection)
        named = {f"c{column}": cell for column, cell in enumerate(header.cells) if column in header.fields.values()}
        columns = list(table.columns)
        again: list[int] = []
        if set(named) <= set(columns):
            again = _alike(rows, columns, named) if small else self._repeated(table, named, before)
        if again:
            self.con.rollback()
            first = header.row + 1
            return [Problem("header_repeated", file=text.name, row=place + first) for place in again]
        self.con.commit()
        self.placements.append(Placement(text.name, before, count, header.row + 1))
        self.kept += rows
        empty = [header.row + 1 + at for at, row in enumerate(rows) if _is_empty(row)]
        gaps = self._gaps(text, empty if small else self._blank_rows(before), count)
        return gaps + cut_last_row(text, header, self.placements[-1])

    def _repeated(self, table: duckdb.DuckDBPyRelation, named: Mapping[str, str], before: int) -> list[int]:
        """Return the places, in their file, of rows that repeat the header: column -> its cell.

        Rows are counted: the ids of a transaction that is not committed are no places yet.
        """
        alike = [
            duckdb.FunctionExpression("trim", duckdb.ColumnExpression(name)) == duckdb.ConstantExpression(cell)
            for name, cell in named.items()
        ]
        place = duckdb.ColumnExpression("place") >= duckdb.ConstantExpression(before)
        repeated = table.project("row_number() OVER () - 1 AS place, *").filter(reduce(and_, alike, place))
        return [at - before for (at,) in repeated.project("place").fetchall()]

    def _append(self, relation: duckdb.DuckDBPyRelation, projection: str) -> None:
        rows = relation.project(projection)
        if self.placements:
            rows.insert_into(self.name)
        else:
            rows.create(self.name)

    def _add_slowly(self, text: TextTable, header: Header, projection: str) -> list[Problem]:
        """Read record by record: report every fault, or write a regular copy and load that."""
        scan = _Scan(text, header)
        copy = text.workdir / "regular.csv"
        with copy.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
            writer.writerows(scan.records())
        if has_errors(scan.problems):
            return scan.problems
        before = self.count
        self._append(_reader(self.con, text, header, copy, regular=True), projection)
        rows = scan.rows
        self.placements.append(Placement(text.name, before, len(rows), header.row + 1, rows, len(scan.blank_rows)))
        gaps = self._gaps(text, scan.blank_rows, len(rows))
        return scan.problems + gaps + cut_last_row(text, header, self.placements[-1])

    def _blank_rows(self, before: int) -> list[int]:
        """Return the rows of the last file that have delimiters only."""
        table = self.con.table(self.name)
        empty = duckdb.CoalesceOperator(*map(duckdb.ColumnExpression, table.columns)).isnull()
        found = table.filter(empty).project("rowid").fetchall()
        return sorted(self.placements[-1].row(position) for (position,) in found if position >= before)

    def _gaps(self, text: TextTable, blank: list[int], count: int) -> list[Problem]:
        """Warn of several blank rows in succession that more rows follow: another table, or rows that were lost."""
        last = self.placements[-1].row(self.placements[-1].start + count - 1) if count else 0
        return [
            Problem("blank_rows", "warning", text.name, text.sheet, rows[0], facts={"last": rows[-1]})
            for rows in _in_succession(blank)
            if len(rows) >= FEWEST_BLANK and rows[-1] < last
        ]


def cut_last_row(text: TextTable, header: Header, placed: Placement) -> list[Problem]:
    """Warn of a last row that may be cut after a delimiter, so that it has all cells but the last value."""
    if not placed.count or not _is_cut_short(text, header):
        return []
    return [Problem("cut_last_row", "warning", text.name, row=placed.row(placed.start + placed.count - 1))]


def _alike(rows: Iterable[Cells], columns: Sequence[str], named: Mapping[str, str]) -> list[int]:
    """Return the places of rows that repeat the header, as `LoadedTable` asks the engine for large files."""
    cells = [(columns.index(name), cell) for name, cell in named.items()]
    return [at for at, row in enumerate(rows) if all((row[of] or "").strip(" ") == cell for of, cell in cells)]


def _is_empty(row: Cells) -> bool:
    return all(cell is None for cell in row)


def _in_succession(rows: list[int]) -> list[list[int]]:
    """Group sorted row numbers that follow each other."""
    runs: list[list[int]] = []
    for row in rows:
        if runs and row == runs[-1][-1] + 1:
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs


def _is_cut_short(text: TextTable, header: Header) -> bool:
    """Return whether the file ends after a delimiter, where all rows above have a value in their last cell."""
    with text.path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - TAIL))
        *above, last = file.read().decode("utf-8-sig", "ignore").split("\n")
    if not last.endswith(text.delimiter):
        return False
    above = above[header.row if size <= TAIL else 1 :]
    filled = [record[-1:] for record in csv.reader(above, delimiter=text.delimiter) if any(record)]
    return bool(filled) and all(cell and cell[0].strip() for cell in filled)


def is_note(record: list[str]) -> bool:
    """Return whether a row below the table is a remark: a single text, perhaps merged over the row, worded as a remark.

    A register's last row may hold a name and nothing else, so one text alone does not make a remark.
    """
    texts = {cell.strip() for cell in record if cell.strip()}
    return len(texts) == 1 and REMARK.match(texts.pop()) is not None


def lines_of(text: TextTable) -> int:
    """Return the number of lines; the last one may lack its line break."""
    with text.path.open("rb") as file:
        file.seek(-1, 2)
        return text.newline_count + (file.read() != b"\n")


def is_plain(text: TextTable) -> bool:
    """Return whether a file has neither quotes, nor cells of a sheet, nor a remark below its rows."""
    return text.sheet is None and not text.has_quotes and not _ends_in_note(text)


def _ends_in_note(text: TextTable) -> bool:
    """Return whether the last record with content is a remark; then the table is read record by record."""
    with text.path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - TAIL))
        lines = file.read().decode("utf-8-sig", "ignore").rstrip(" \r\n\t,;").splitlines()
    return bool(lines) and is_note(next(csv.reader([lines[-1]], delimiter=text.delimiter), []))


def without_consequences(problems: list[Problem]) -> list[Problem]:
    """Leave out what follows from damaged ballot numbers: that several ballots have the same number."""
    if not any(problem.code == "damaged_identifier" for problem in problems):
        return problems
    return [problem for problem in problems if problem.code not in ("duplicate_line", "ballot_in_two_groups")]


def unchecked(con: duckdb.DuckDBPyConnection, text: TextTable, header: Header) -> duckdb.DuckDBPyRelation:
    """Return the rows below the header as far as they can be read, also of a table that is not regular.

    Threads that begin inside a file cannot tell a line break inside a cell from the end of a short row.
    """
    return con.read_csv(
        str(text.path),
        header=False,
        sep=text.delimiter,
        skiprows=header.row,
        columns={f"c{index}": "VARCHAR" for index in range(len(header.cells))},
        auto_detect=False,
        null_padding=True,
        ignore_errors=True,
        parallel=not text.has_quotes,
        lineterminator=_line_end(text),
    )


def cells_like(
    con: duckdb.DuckDBPyConnection, text: TextTable, header: Header, columns: Collection[int], pattern: str
) -> dict[int, int]:
    """Count the cells of each column that match a pattern, in a single pass over the file."""
    if not columns:
        return {}
    wanted = duckdb.ConstantExpression(pattern)
    cells = [duckdb.ColumnExpression(f"c{column}") for column in columns]
    matches = [duckdb.FunctionExpression("regexp_matches", cell, wanted) for cell in cells]
    counts = [duckdb.FunctionExpression("count_if", match) for match in matches]
    (found,) = unchecked(con, text, header).aggregate(counts).fetchall()
    return {column: count or 0 for column, count in zip(columns, found, strict=True)}  # none among empty cells


def _reader(
    con: duckdb.DuckDBPyConnection,
    text: TextTable,
    header: Header,
    path: Path,
    *,
    regular: bool = False,
) -> duckdb.DuckDBPyRelation:
    """Return DuckDB's reader over a file under a name we chose (a name given by a user could be a pattern)."""
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
        lineterminator=LINE_FEED if regular else _line_end(text),
    )


def _line_end(text: TextTable) -> duckdb.CSVLineTerminator | None:
    """Return the line end of a sheet, which we wrote; None to detect it. CR LF inside a cell would be detected."""
    return LINE_FEED if text.has_our_line_ends else None


class _Scan:
    """Pass of the standard library's reader over a file that DuckDB's reader rejects."""

    def __init__(self, text: TextTable, header: Header) -> None:
        self.text, self.header = text, header
        self.problems: list[Problem] = []
        self.rows: list[int] = []
        self.blank_rows: list[int] = []
        self._swallowed = Swallowed(text.delimiter, len(header.cells))
        self._header_keys = [match_key(cell) for cell in header.cells]
        self._notes: list[tuple[int, list[str]]] = []

    def records(self) -> Iterator[list[str]]:
        """Yield regular records below the header; note faults on the way."""
        with self.text.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=self.text.delimiter, strict=True)
            number = 0
            try:
                for number, record in enumerate(reader, start=1):
                    if number > self.header.row:
                        yield from self._sorted(number, record)
            except csv.Error:
                self._note("unclosed_quote", number + 1)
        self._name_a_wrong_header()
        for first, last in () if self.text.earlier else self._swallowed.found():
            self._note("swallowed_rows", first, last=last)
        for number, record in self._notes:
            remark = next(cell.strip() for cell in record if cell.strip())
            code = "totals_row" if is_totals_row(remark) else "note_row"  # 合 计： ends like a remark
            self.problems.append(Problem(code, "warning", file=self.text.name, row=number, value=remark))

    def _sorted(self, number: int, record: list[str]) -> Iterator[list[str]]:
        """Hold back remarks: followed by a proper row they were rows themselves."""
        if is_note(record):
            self._notes.append((number, record))
            return
        if any(cell.strip() for cell in record):
            waiting, self._notes = self._notes, []
            for earlier, note in waiting:
                yield from self._taken(earlier, note)
        yield from self._taken(number, record)

    def _taken(self, number: int, record: list[str]) -> Iterator[list[str]]:
        if self._regular(number, record):
            self.rows.append(number)
            yield record

    def _regular(self, number: int, record: list[str]) -> bool:
        if not any(cell.strip() for cell in record):
            self.blank_rows.append(number)
            return False
        width = len(self.header.cells)
        if len(record) != width:
            lines = lines_between_marks(record, self.text.delimiter)
            if lines:
                self._note("swallowed_rows", number, last=number + lines)
            else:
                code = "short_row" if len(record) < width else "long_row"
                self._note(code, number, found=len(record), expected=width)
            return False
        if [match_key(cell) for cell in record] == self._header_keys:
            self._note("header_repeated", number)
            return False
        for column, cell in enumerate(record):
            if len(cell) > LONGEST_CELL:
                about = {"length": len(cell), "limit": LONGEST_NAME}
                name, start = self.header.cells[column], cell[:LONGEST_NAME]
                self.problems.append(
                    Problem("name_too_long", "error", self.text.name, None, number, name, start, about)
                )
                return False
        self._swallowed.look(number, record)
        return True

    def _name_a_wrong_header(self) -> None:
        """Report rows that all differ from the header in the same way as a single problem, which is the header's."""
        widths = {p.facts["found"] for p in self.problems if p.code in ("short_row", "long_row")}
        if len(widths) == 1 and not self.rows and len(self.problems) >= FEWEST_ALIKE:
            facts = {"expected": len(self.header.cells), "found": widths.pop(), "count": len(self.problems)}
            self.problems = [Problem("header_width", file=self.text.name, row=self.header.row, facts=facts)]

    def _note(self, code: str, row: int, **facts: object) -> None:
        self.problems.append(Problem(code, file=self.text.name, row=row, facts=facts))


def with_formulas(
    text: TextTable, header: Header, problems: list[Problem], mended: set[tuple[int, str]]
) -> list[Problem]:
    """Return the problems of a table, with those of formulas without a result in columns that were read.

    A blank in such a cell is not what the person meant.

    mended: row and column of corrected cells, row and '' of rows left out.
    """
    of_file = [problem for problem in problems if problem.file == text.name]
    left_out = columns_left_out(of_file)
    names = {letters(place): cell for place, cell in enumerate(header.cells) if cell and cell not in left_out}
    formulas = [
        replace(problem, file=text.name, column=names[problem.column])
        for problem in text.without_value
        if problem.row and problem.row > header.row and problem.column in names
        if not {(problem.row, names[problem.column]), (problem.row, "")} & mended
    ]
    reported = {(problem.file, problem.row, problem.column) for problem in formulas}
    same = ("missing_value", "excel_error", "damaged_identifier")  # the same cell again, in other words
    kept = [p for p in problems if p.code not in same or (p.file, p.row, p.column) not in reported]
    return kept + formulas


def unknown_columns(
    con: duckdb.DuckDBPyConnection, text: TextTable, header: Header, columns: set[int]
) -> list[Problem]:
    """List the columns that are left out."""
    problems = []
    nameless = {column for column, cell in enumerate(header.cells) if not cell and column not in header.other}
    filled = {column for column, count in cells_like(con, text, header, nameless, r"\S").items() if count}
    unread = sorted(columns | filled)
    for column in unread:
        cell = header.cells[column] or letters(column)
        problems.append(Problem("unknown_column", "warning", text.name, text.sheet, header.row, cell, cell))
    return problems
