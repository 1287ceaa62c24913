"""Ballot lines of large regular files as two small numbers each, in place of a table of texts.

A line is a head (its ballot, with its side: the group and whatever else a ballot has) and a tail (unit, indicator,
grade). Ballots repeat few tails, so texts are kept, counted and judged once: 100 million lines take 0.8 GB in place of
8. Whatever is not regular is left to the table of texts, which names every fault.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
from numpy.typing import NDArray

from data.duckdb_access import limit_memory, read_sql
from data.intake.byte_scan import BOMS
from data.intake.headers import Header
from data.intake.source import TextTable
from data.intake.table import LoadedTable, Placement, is_plain, lines_of
from data.read_ahead import results_in_order

Ints = NDArray[np.int64]
Texts = tuple[str | None, ...]
Column = tuple[NDArray[np.int32], list[str | None]]
"""A column of a block: for each line the place of its text among the texts, None first."""

LARGE = 8 << 20
"""Bytes of files that are worth it: questions to the engine about small tables of texts are quicker."""
BLOCK = 2 << 20
"""Bytes of a file at a time, cut at the end of a line; 1, 2 and 4 MB were equally fast."""
WAITING = 2
"""Blocks that may wait to be numbered. Arrow's reader of streams has one thread: 2.8 s for 8 million lines, not 1.7."""
HALF = 0.5
"""Share of the memory that the engine may take; the keys of the lines are outside of it."""
LINES_AT_ONCE = 1 << 20
MOST_TUPLES = 1 << 20
"""Different tails, or sides, of the lines; a table of texts is leaner where every line has another."""
MOST_BALLOTS = 4 << 20
MOST_SHORT = 1 << 16
SCATTERED = 1 << 21
"""Combinations of a block that are marked in an array; more are sorted."""
SIDE = ("group_name", "channel", "site", "round", "cast_date", "file_id", "invalid_reason")
TAIL = ("unit", "category", "indicator", "grade", "score", "validity", "weight", "row_no")


class TooManyError(Exception):
    """The lines have too many different texts to be numbered."""


@dataclass
class CodedTable(LoadedTable):
    """Lines of files as numbers: table `line_raw`, with their texts in `line_head`, `line_side` and `line_tail`."""

    def discard(self) -> None:
        """Drop its tables and views, so that the files can be loaded as text."""
        self.con.execute(read_sql("intake/discard_coded"))
        limit_memory(self.con, 1)

    def keys(self, shifts: dict[str, int]) -> Ints:
        """Return every line as a single integer, in file order. shifts: of the parts in it."""
        heads, tails = (self._keys_of(part, shifts) for part in ("head", "tail"))
        keys, done = np.empty(self.count, dtype=np.int64), 0
        for batch in self.con.table(self.name).to_arrow_reader(LINES_AT_ONCE):
            head, tail = (column.to_numpy() for column in batch.columns)
            np.bitwise_or(heads[head], tails[tail], out=keys[done : done + len(head)])
            done += len(head)
        return keys

    def _keys_of(self, part: str, shifts: dict[str, int]) -> Ints:
        """Return the part of the key of each head or tail, at its number."""
        asked = {name: shift for name, shift in shifts.items() if (name == "ballot_shift") == (part == "head")}
        found = self.con.execute(read_sql(f"intake/{part}_keys"), asked).fetchnumpy()
        numbers = np.asarray(found[part], dtype=np.int64)
        keys = np.zeros(int(numbers.max(initial=-1)) + 1, dtype=np.int64)
        keys[numbers] = found["key"]
        return keys


def coded_table(
    con: duckdb.DuckDBPyConnection, tables: Sequence[tuple[TextTable, Header]], columns: dict[str, str]
) -> CodedTable | None:
    """Load the lines of files; None if they are small, not regular, or have too many different texts.

    columns: field of the contract -> column of `line_text`.
    """
    if sum(text.path.stat().st_size for text, _ in tables) < LARGE or not all(is_plain(text) for text, _ in tables):
        return None
    limit_memory(con, HALF)
    try:
        return _Reader(con, columns).read(tables)
    except (pa.ArrowException, TooManyError):
        con.execute("DROP TABLE IF EXISTS line_raw")
        limit_memory(con, 1)
        return None


class _Numbers:
    """Numbers of the different tuples of some texts, with the lines that have them and the first of these lines."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.known: dict[Texts, int] = {}
        self.lines = np.zeros(0, dtype=np.int64)
        self.first: list[int] = []

    def of(self, tuples: "Tuples", start: int) -> NDArray[np.int32]:
        """Return the number of each line of a block; start: the place of its first line."""
        code, texts = tuples
        new = [number for number, each in enumerate(texts) if each not in self.known]
        if new:
            first = np.empty(len(texts), dtype=np.int64)
            first[code[::-1]] = np.arange(len(code))[::-1]
            for number in sorted(new, key=first.__getitem__):
                self.known[texts[number]] = len(self.known)
                self.first.append(start + int(first[number]))
            if len(self.known) > MOST_TUPLES:
                raise TooManyError
            self.lines = np.concatenate([self.lines, np.zeros(len(new), dtype=np.int64)])
        numbers = np.array([self.known[each] for each in texts], dtype=np.int32)
        self.lines[numbers] += np.bincount(code, minlength=len(texts))
        return numbers[code]

    def frame(self, key: str) -> pa.Table:
        """Return the tuples as a table with their number, lines and place."""
        texts = list(zip(*self.known, strict=True)) if self.known else [()] * len(self.names)
        columns = {name: pa.array(values, pa.string()) for name, values in zip(self.names, texts, strict=True)}
        numbers = pa.array(np.arange(len(self.known), dtype=np.int32))
        return pa.table({key: numbers, **columns, "lines": self.lines, "place": pa.array(self.first, pa.int64())})


Tuples = tuple[NDArray[np.integer[Any]], list[Texts]]
"""For each line of a block the place of its tuple of texts among the tuples."""


def _tuples(columns: Sequence[Column], count: int) -> Tuples:
    """Return the tuples of some columns of a block."""
    size = 1
    code: NDArray[np.integer[Any]] = np.zeros(count, dtype=np.int32)
    for numbers, texts in columns:
        size *= len(texts)
        if size >= 1 << 62:
            raise TooManyError
        code = (code if size < 1 << 31 else code.astype(np.int64)) * len(texts) + numbers
    if size <= SCATTERED:
        seen = np.zeros(size, dtype=bool)
        seen[code] = True
        found = np.flatnonzero(seen)
        place = np.empty(size, dtype=np.int32)
        place[found] = np.arange(len(found))
        code = place[code]
    else:
        found, code = np.unique(code, return_inverse=True)
    parts: list[list[str | None]] = []
    for _, texts in reversed(columns):
        found, own = np.divmod(found, len(texts))
        parts.insert(0, [texts[number] for number in own.tolist()])
    return code, list(zip(*parts, strict=True)) if parts else [()]


@dataclass
class _Heads:
    """Numbers of ballots. A ballot whose lines differ in their side, such as their group, has a number for each."""

    known: dict[str | None, int] = field(default_factory=dict)
    texts: list[str | None] = field(default_factory=list)
    side: NDArray[np.int32] = field(default_factory=lambda: np.full(1024, -1, dtype=np.int32))
    others: dict[tuple[int, int], int] = field(default_factory=dict)

    def of(self, numbers: NDArray[np.int32], texts: list[str | None], side: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the number of each line of a block, by the ballot's place among the texts and the line's side."""
        found = [self.known.get(text, -1) for text in texts]
        new = [at for at, number in enumerate(found) if number < 0]
        for at in new:
            found[at] = self.known[texts[at]] = self._added(texts[at])
        head = np.array(found, dtype=np.int32)[numbers]
        if new:
            unset = np.flatnonzero(self.side[head] < 0)[::-1]  # the first line of a ballot is written last
            self.side[head[unset]] = side[unset]
        differs = np.flatnonzero(self.side[head] != side)
        if len(differs):
            pairs, place = np.unique(np.stack([head[differs], side[differs]]), axis=1, return_inverse=True)
            other = [self._other(int(ballot), int(own)) for ballot, own in pairs.T]
            head[differs] = np.array(other, dtype=np.int32)[place.ravel()]
        return head

    def _added(self, text: str | None) -> int:
        number = len(self.texts)
        if number >= MOST_BALLOTS:
            raise TooManyError
        self.texts.append(text)
        if number >= len(self.side):
            self.side = np.concatenate([self.side, np.full(len(self.side), -1, dtype=np.int32)])
        return number

    def _other(self, ballot: int, side: int) -> int:
        if (ballot, side) not in self.others:
            number = self.others[ballot, side] = self._added(self.texts[ballot])
            self.side[number] = side
        return self.others[ballot, side]

    def frame(self) -> pa.Table:
        """Return the ballots with their number and side; those of texts that no line has are left out."""
        numbers = np.arange(len(self.texts), dtype=np.int32)
        side = self.side[: len(numbers)]
        table = pa.table({"head": numbers, "ballot_id": pa.array(self.texts, pa.string()), "side": side})
        return table.filter(pa.array(side >= 0))


class _Reader:
    """Reads files block by block and appends the numbers of their lines to `line_raw`."""

    def __init__(self, con: duckdb.DuckDBPyConnection, columns: dict[str, str]) -> None:
        self.con, self.columns = con, columns
        given = set(columns.values())
        self.side = _Numbers([name for name in SIDE if name in given])
        self.tail = _Numbers([name for name in TAIL if name in given])
        self.heads = _Heads()
        self.count = 0
        self._is_wide = False  # whether numbers of tails have four bytes, since they do not fit into two
        self._waiting: list[tuple[NDArray[np.int32], NDArray[np.int32]]] = []

    def read(self, tables: Sequence[tuple[TextTable, Header]]) -> CodedTable | None:
        self.con.execute("CREATE TABLE line_raw (head INTEGER, tail USMALLINT)")
        loaded = CodedTable(self.con, "line_raw")
        for text, header in tables:
            before = self.count
            with closing(_blocks(text, header, self.columns)) as blocks:
                for block in blocks:
                    self._add(block)
            count = self.count - before
            if count + header.row != lines_of(text):
                raise TooManyError
            loaded.placements.append(Placement(text.name, before, count, header.row + 1))
        self._flush()
        self._write_texts()
        return loaded

    def _add(self, block: "_Block") -> None:
        side, tail = self.side.of(block.side, self.count), self.tail.of(block.tail, self.count)
        head = self.heads.of(*block.ballots, side)
        self.count += len(head)
        self._waiting.append((head, tail))
        if sum(len(part) for part, _ in self._waiting) >= LINES_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            head, tail = (np.concatenate(parts) for parts in zip(*self._waiting, strict=True))
            if not self._is_wide and len(self.tail.known) > MOST_SHORT:
                self.con.execute("ALTER TABLE line_raw ALTER tail TYPE INTEGER")
                self._is_wide = True
            self.con.from_arrow(pa.table({"head": head, "tail": tail})).insert_into("line_raw")
            self._waiting = []

    def _write_texts(self) -> None:
        """Create the tables of texts, and the views over them."""
        self.con.from_arrow(self.heads.frame()).create("line_head")
        self.heads = _Heads()
        for part, key, names in ((self.side, "side", SIDE), (self.tail, "tail", TAIL)):
            missing = [f"NULL::VARCHAR AS {name}" for name in names if name not in part.names]
            self.con.from_arrow(part.frame(key)).project(", ".join(["*", *missing])).create(f"line_{key}")
        for view in ("coded_line_text", "coded_ballot_line"):
            self.con.sql(read_sql(f"intake/{view}")).create_view(view.removeprefix("coded_"))


@dataclass(frozen=True)
class _Block:
    """Lines of a block: their ballots, and the tuples of SIDE and of TAIL."""

    ballots: Column
    side: Tuples
    tail: Tuples


def _blocks(text: TextTable, header: Header, columns: dict[str, str]) -> Generator[_Block, None, None]:
    """Yield the blocks of a file in order; the next ones are read meanwhile."""
    read = partial(_read_block, text.delimiter, len(header.cells), _places(header, columns), tuple(columns.values()))
    numbered = ((data, 0 if number else header.row) for number, data in enumerate(_whole_lines(text.path)))
    with closing(results_in_order(lambda piece: read(*piece), numbered, waiting=WAITING)) as blocks:
        yield from (block for block in blocks if block is not None)


def _places(header: Header, columns: dict[str, str]) -> dict[str, int]:
    """Return column of `line_text` -> its place in the file."""
    return {columns[name]: column for name, column in header.fields.items() if name in columns}


def _whole_lines(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file in blocks that end where a line ends."""
    rest = b""
    with path.open("rb") as file:
        while data := file.read(BLOCK):
            end = data.rfind(b"\n") + 1
            if end:
                yield rest + data[:end]
                rest = data[end:]
            else:
                rest += data
    if rest:
        yield rest


def _read_block(
    delimiter: str, width: int, at: dict[str, int], wanted: tuple[str, ...], data: bytes, skip: int
) -> _Block | None:
    """Read a block; None if its lines are empty. skip: lines of the header at the beginning of the file."""
    if not skip and data.startswith(BOMS["utf-8-sig"]):  # Arrow would drop it, and it belongs to a text
        raise TooManyError
    names = [f"c{column}" for column in range(width)]
    read = pc.ReadOptions(column_names=names, skip_rows=skip, block_size=len(data) + 1, use_threads=False)
    parse = pc.ParseOptions(delimiter=delimiter, quote_char=False)
    convert = pc.ConvertOptions(
        column_types=dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string())),
        include_columns=[f"c{column}" for column in at.values()],
        strings_can_be_null=True,
        null_values=[""],
        check_utf8=False,
    )
    lines = pc.read_csv(pa.BufferReader(data), read, parse, convert)
    if not len(lines):
        return None
    empty: Column = np.zeros(len(lines), dtype=np.int32), [None]
    given = {name: _numbered(lines.column(place).chunk(0)) for place, name in enumerate(at)}
    side, tail = (_tuples([given.get(name, empty) for name in of if name in wanted], len(lines)) for of in (SIDE, TAIL))
    return _Block(given.get("ballot_id", empty), side, tail)


def _numbered(column: pa.DictionaryArray) -> Column:
    numbers = column.indices.fill_null(-1) if column.null_count else column.indices
    return numbers.to_numpy() + np.int32(1), [None, *column.dictionary.to_pylist()]
