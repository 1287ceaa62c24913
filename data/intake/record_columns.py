"""Large tables of records read by columns: a text is read once however many rows have it, and rows without a fault
never become Python objects. Half a million opinions took 36 s and 3 GiB row by row.

A row in which anything could be wrong is set aside in `doubtful`, for the reader that looks at it by itself; all
others are written as key and canonical text. What is doubtful may be too much and never too little.
"""

import re
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from data.duckdb_access import cursor_of
from data.intake.cells import Reading
from data.intake.headers import Header
from data.intake.record_rules import DATES, Rules, fields_of
from data.intake.values import is_totals_row, is_totals_unit
from data.model.checks import Check
from data.model.contract import KEYS, REQUIRED, Field, fields
from data.model.names import match_key
from data.model.record_keys import canonical

AT_ONCE = 1 << 16  # rows
POSITION, KEY, CONTENT = "position", "key", "content"
SPAN = re.compile(r"至|~|～|—+|--")
_DAY = len("2025-11-30")
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
# Codes and moments that are kept as they are, whatever the rest of their column is like; of half a million opinions
# nearly every number and moment is different, and to judge one takes 10 µs.
_SURE_CODE = re.compile(rf"(?=.{{1,20}}$)(?!(?i:{_MONTHS})-)[A-Za-z]+[0-9]*(?:-[A-Za-z0-9]+)*|[0-9]{{4}}-[0-9]{{3,15}}")
_SURE_NUMBER = re.compile(r"[0-9]{6,15}")
_SURE_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2})?")
_ORDINARY = "^(?:[A-Za-z][A-Za-z0-9-]*|[0-9]{4}-[0-9]{3,15}|[1-9][0-9]{0,14})$"
_NO_TOTAL = re.compile(r"[!-~]*[0-9][!-~]*")  # words of totals are Chinese, or letters alone

Mask: TypeAlias = NDArray[np.bool_]
Codes: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True)
class Column:
    """Texts of a field in some rows. codes : a row each, the number of its text.

    kept, parts, doubtful : by number, the value, the canonical text of field and value after a comma (None if unknown),
    and whether a row with it is set aside.
    """

    codes: Codes
    kept: list[object]
    parts: list[str | None]
    doubtful: Mask

    def is_empty(self) -> Codes:
        """Return by number whether the value is unknown."""
        return np.array([value in (None, "", []) for value in self.kept], dtype=np.int64)

    def texts(self) -> pa.Array:
        """Return a row each the value as text; null where it is unknown."""
        values = pa.array([None if value is None else str(value) for value in self.kept], pa.string())
        return values.take(pa.array(self.codes))

    def of_rows(self, *, without: int = 0) -> pa.Array:
        """Return a row each the canonical text, or its value alone where the name of the field is left off."""
        parts = pa.array([part if part is None else part[without:] for part in self.parts], pa.string())
        return parts.take(pa.array(self.codes))


@dataclass
class Read:
    """What became of a table. lines : files with position, key and content of the rows that are kept as they are.

    keys : of every row, null where it has none. doubtful : positions of the rows to be looked at. rows : with content.
    filled : column that is no field -> cells with content.
    """

    lines: list[Path] = field(default_factory=list)
    keys: list[pa.Array] = field(default_factory=list)
    doubtful: list[Codes] = field(default_factory=list)
    rows: int = 0
    filled: Counter[int] = field(default_factory=Counter)

    def all_keys(self) -> pa.ChunkedArray:
        """Return the key of every row, in the order of the table."""
        return pa.chunked_array(self.keys, pa.string())


@dataclass(frozen=True)
class Asked:
    """What is known of a table before its rows are read.

    read : reads a cell. sure_numbers : field of codes -> length below which a number has lost zeros. day : the as-of
    day of a register, or "". rounds : columns that name the round, and whether a text does. selves : fields that refer
    to other rows of the table, each with the field that they refer to.
    """

    kind: str
    header: Header
    rules: Rules
    read: Callable[[Field, str], Reading]
    sure_numbers: Mapping[str, int]
    day: str = ""
    rounds: Mapping[int, Callable[[str], bool]] = field(default_factory=dict)
    selves: tuple[tuple[str, str], ...] = ()


class ColumnReader:
    """Reader of a loaded table by columns."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.fields = fields(asked.kind)
        self.known: dict[str, dict[str, tuple[object, str | None, bool]]] = {own.name: {} for own in self.fields}

    def read(self, con: duckdb.DuckDBPyConnection, table: str, folder: Path, before: int = 0) -> Read:
        """Read a table; the lines are written into the folder, a file for every AT_ONCE rows.

        before: rows of earlier tables, from which the positions of the lines are counted on.
        """
        found, start = Read(), 0
        for number, batch in enumerate(_batches(con, table)):
            cells = [pc.fill_null(column, "") for column in batch.columns]
            lines = self._batch(cells, start, found, before)
            path = folder / f"{table}-{number}.parquet"
            con.register("lines_at_once", lines)
            con.table("lines_at_once").write_parquet(str(path), compression="zstd")
            con.unregister("lines_at_once")
            found.lines.append(path)
            start += batch.num_rows
        return found

    def _batch(self, cells: list[pa.Array], start: int, found: Read, before: int) -> pa.Table:
        columns = {own.name: self._column(own, cells) for own in self.fields}
        blank = _blank(cells)
        doubtful = (_doubtful(columns) | self._sums(cells) | self._rounds(cells) | self._broken(columns)) & ~blank
        keys = self._keys(columns, blank)
        found.rows += int((~blank).sum())
        found.doubtful.append(np.flatnonzero(doubtful) + start)
        found.keys.append(keys)
        for at in self.asked.header.other:
            found.filled[at] += int((~_is_blank(cells[at])).sum())
        positions = pa.array(np.arange(start, start + len(keys)) + before)
        whole = pa.table({POSITION: positions, KEY: keys, CONTENT: _contents(columns)})
        return whole.filter(pa.array(~(doubtful | blank)))

    def _column(self, own: Field, cells: list[pa.Array]) -> Column:
        """Return a field of the rows; a text is read when it comes for the first time."""
        at = self.asked.header.fields.get(own.name)
        if at is None:
            words, codes = [""], np.zeros(len(cells[0]), dtype=np.int64)
        else:
            coded = cells[at].dictionary_encode()
            words, codes = coded.dictionary.to_pylist(), coded.indices.to_numpy().astype(np.int64)
        readings = [self._word(own, word) for word in words]
        kept, parts, doubtful = (list(of) for of in zip(*readings, strict=True))
        return Column(codes, kept, parts, np.array(doubtful, dtype=bool))

    def _word(self, own: Field, word: str) -> tuple[object, str | None, bool]:
        sure = self._sure(own, word) if word else None
        if sure is not None:
            return sure, f',"{own.name}":"{sure}"', False
        known = self.known[own.name]
        if word not in known:
            if len(known) >= AT_ONCE:  # a column of texts that are all different
                known.clear()
            known[word] = self._judged(own, word)
        return known[word]

    def _sure(self, own: Field, word: str) -> str | None:
        """Return a word as it is kept if nothing can be wrong with it by itself, else None."""
        if own.type == "text" and own.name in self.asked.sure_numbers:
            if _SURE_CODE.fullmatch(word):
                return word
            shortest = self.asked.sure_numbers[own.name]
            return word if _SURE_NUMBER.fullmatch(word) and (word[0] == "0" or len(word) >= shortest) else None
        if own.type == "timestamp" and _SURE_MOMENT.fullmatch(word):
            try:
                return datetime.fromisoformat(word).isoformat()
            except ValueError:
                return None
        return None

    def _judged(self, own: Field, word: str) -> tuple[object, str | None, bool]:
        reading = self.asked.read(own, word)
        missing = reading.kept is None and own.name in REQUIRED[self.asked.kind]
        other = (own.has("unit") and is_totals_unit(word)) or (own.name == "valid_from" and SPAN.search(word))
        part = canonical({own.name: reading.kept})[1:-1]
        return reading.kept, f",{part}" if part else None, bool(reading.code or missing or other)

    def _keys(self, columns: Mapping[str, Column], blank: Mask) -> pa.Array:
        """Return the key of every row; null where a part of it is in doubt."""
        own = [(name, columns[name]) for name in KEYS[self.asked.kind]]
        parts = [pc.fill_null(column.of_rows(without=len(name) + 4), "null") for name, column in own]
        joined = pc.binary_join_element_wise(*parts, ", ")
        keys = pc.binary_join_element_wise(pa.scalar("["), joined, pa.scalar("]"), "")
        none = blank | np.logical_or.reduce([column.doubtful[column.codes] for _, column in own])
        return pc.if_else(pa.array(none), pa.scalar(None, pa.string()), keys)

    def _sums(self, cells: list[pa.Array]) -> Mask:
        """Return the rows whose first cell may be a word for totals, where no unit is named."""
        at = self.asked.header.fields.get("unit_code", self.asked.header.fields.get("unit_text"))
        named = np.zeros(len(cells[0]), dtype=bool) if at is None else ~_is_blank(cells[at])
        first = pc.coalesce(
            *(pc.if_else(pa.array(_is_blank(cell)), pa.scalar(None, pa.string()), cell) for cell in cells)
        )
        coded = pc.fill_null(first, "").dictionary_encode()
        words = [not _NO_TOTAL.fullmatch(word) and is_totals_row(word) for word in coded.dictionary.to_pylist()]
        return ~named & np.array(words, dtype=bool)[coded.indices.to_numpy()]

    def _rounds(self, cells: list[pa.Array]) -> Mask:
        """Return the rows of another round than the import's."""
        found = np.zeros(len(cells[0]), dtype=bool)
        for at, names_it in self.asked.rounds.items():
            coded = cells[at].dictionary_encode()
            others = np.array([not names_it(word) for word in coded.dictionary.to_pylist()], dtype=bool)
            found |= others[coded.indices.to_numpy()]
        return found

    def _broken(self, columns: Mapping[str, Column]) -> Mask:
        """Return the rows that break a rule between their columns."""
        found = np.zeros(len(next(iter(columns.values())).codes), dtype=bool)
        for own, check in self.asked.rules.conditions:
            by_day = own.type in DATES and check.other in columns and check.sort in ("<=", ">=", ">")
            found |= _order(columns, own, check) if by_day else _judged(self.asked.rules, columns, own, check)
        for own in self.asked.rules.past if self.asked.day else ():
            days = pc.utf8_slice_codeunits(columns[own.name].texts(), 0, _DAY)
            found |= _true(pc.greater(days, self.asked.day))
        for name, other in self.asked.selves:
            found |= _true(pc.equal(columns[name].texts(), columns[other].texts()))
        return found


def _order(columns: Mapping[str, Column], own: Field, check: Check) -> Mask:
    """Return the rows in which two days or moments are in the wrong order, at the precision that both have."""
    value, limit = columns[own.name].texts(), columns[check.other].texts()
    days = [pc.utf8_slice_codeunits(texts, 0, _DAY) for texts in (value, limit)]
    if check.sort == "<=":
        return _true(pc.less(days[1], days[0]))
    compared = pc.less if check.sort == ">=" else pc.less_equal
    alone = pc.or_(*(pc.equal(pc.utf8_length(texts), _DAY) for texts in (value, limit)))
    return _true(pc.if_else(alone, compared(*days), compared(value, limit)))


def _judged(rules: Rules, columns: Mapping[str, Column], own: Field, check: Check) -> Mask:
    """Return the rows that break a condition, which is asked once of every combination of values that occurs."""
    names = [name for name in fields_of(own, check) if name in columns]
    combined = np.zeros(len(columns[own.name].codes), dtype=np.int64)
    for name in names:
        column = columns[name]
        whole = check.sort in ("required", "empty") and (name == own.name or not check.words)
        numbers = column.is_empty()[column.codes] if whole else column.codes
        combined = np.unique(combined * (int(numbers.max(initial=0)) + 1) + numbers, return_inverse=True)[1]
    _, first, of_row = np.unique(combined, return_index=True, return_inverse=True)
    rows = ({name: columns[name].kept[columns[name].codes[at]] for name in names} for at in first)
    broken = np.array([any(True for _ in rules.broken(own, check, row)) for row in rows], dtype=bool)
    return broken[of_row]


def _doubtful(columns: Mapping[str, Column]) -> Mask:
    return np.logical_or.reduce([column.doubtful[column.codes] for column in columns.values()])


def _contents(columns: Mapping[str, Column]) -> pa.Array:
    """Return the canonical text of every row: fields in the order of their names, without unknown values."""
    parts = [columns[name].of_rows() for name in sorted(columns)]
    joined = pc.binary_join_element_wise(*parts, "", null_handling="replace", null_replacement="")
    opened = pc.binary_replace_slice(joined, 0, 1, "{")  # in place of the comma before the first field
    return pc.binary_join_element_wise(opened, pa.scalar("}"), "")


def _blank(cells: list[pa.Array]) -> Mask:
    return np.logical_and.reduce([_is_blank(cell) for cell in cells])


def _is_blank(cells: pa.Array) -> Mask:
    return _true(pc.equal(pc.utf8_trim_whitespace(cells), ""))


def _true(answers: pa.Array) -> Mask:
    return np.asarray(pc.fill_null(answers, False).to_numpy(zero_copy_only=False), dtype=bool)


def _batches(
    con: duckdb.DuckDBPyConnection, table: str, columns: str = "*", *, distinct: bool = False
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a table, through a cursor: what is done with them may ask the connection meanwhile."""
    with cursor_of(con) as cursor:
        rows = cursor.table(table).project(columns)
        yield from (rows.distinct() if distinct else rows).to_arrow_reader(AT_ONCE)


def rows_at(con: duckdb.DuckDBPyConnection, table: str, positions: Codes) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a loaded table at these positions, which are sorted, with their cells."""
    start = 0
    for batch in _batches(con, table):
        first, last = np.searchsorted(positions, [start, start + batch.num_rows])
        wanted = positions[first:last]
        columns = [column.take(pa.array(wanted - start)).fill_null("").to_pylist() for column in batch.columns]
        yield from zip(map(int, wanted), (list(cells) for cells in zip(*columns, strict=True)), strict=True)
        start += batch.num_rows


@dataclass(frozen=True)
class Texts:
    """The different texts of the columns of a loaded table, as its rows are judged by."""

    con: duckdb.DuckDBPyConnection
    table: str
    columns: Mapping[str, int]

    def of(self, name: str) -> list[str]:
        """Return every text of a field once; none if the table lacks the field."""
        return [text for batch in self._batches(name) for text in batch.to_pylist()]

    def telling(self, name: str) -> set[str]:
        """Return the texts of a column of codes that say how its numbers were damaged; most say nothing."""
        found: set[str] = set()
        for batch in self._batches(name):
            rest = batch.filter(pc.invert(pc.match_substring_regex(batch, _ORDINARY)))
            padded = pc.match_substring_regex(rest, "^0[0-9]+$")
            found |= set(rest.filter(pc.invert(padded)).to_pylist())
            found |= set(sorted(rest.filter(padded).to_pylist(), key=len)[:1])
        return found

    def referred(self, name: str, by: Collection[str], first: int) -> list[str]:
        """Return those texts of a field that the texts of other fields refer to, and the first of all for proposals."""
        wanted = {match_key(text) for other in by for text in self.of(other) if text.strip()}
        if not wanted:
            return []
        found = dict.fromkeys(self.in_order(name, first))
        for batch in self._batches(name):
            close = pc.is_in(pc.utf8_lower(batch), value_set=pa.array(sorted(wanted)))
            plain = pc.match_substring_regex(batch, "^[!-~]*$")
            found |= dict.fromkeys(batch.filter(pc.or_(close, pc.invert(plain))).to_pylist())
        return list(found)

    def in_order(self, name: str, most: int = sys.maxsize) -> list[str]:
        """Return the first different texts of a field in the order of the rows."""
        found: dict[str, None] = {}
        for batch in () if name not in self.columns else _batches(self.con, self.table, f"c{self.columns[name]}"):
            found |= dict.fromkeys(text for text in batch.column(0).to_pylist() if text and text.strip())
            if len(found) >= most:
                break
        return list(found)[:most]

    def _batches(self, name: str) -> Iterator[pa.Array]:
        if name in self.columns:
            for batch in _batches(self.con, self.table, f"c{self.columns[name]}", distinct=True):
                yield pc.fill_null(batch.column(0), "")
