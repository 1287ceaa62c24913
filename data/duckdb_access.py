"""Safe access to DuckDB and to the SQL files.

Every call has a separate cursor: a shared connection gave wrong answers under six threads (87 of 240 queries), a cursor
per call none. Only this module opens DuckDB.
"""

import os
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

import duckdb
import pandas as pd

import settings
from errors import BiaochiError, NoRoomError, NotEnoughMemoryError, of_the_machine

SQL = Path(__file__).with_name("sql")

# Fixed, so that an older DuckDB can open the file after a downgrade.
STORAGE_VERSION = "v1.4.0"

_OFFLINE = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
}


NO_ROOM = re.compile(r"No space left on device|Disk quota exceeded")


def refusal_of(error: BaseException, path: object = "") -> BiaochiError | None:
    """Return what an error of the machine or of DuckDB means to a person: no room, no right; None for any other.

    path: named where the error names none.
    """
    if isinstance(error, OSError):
        return of_the_machine(error, path)
    if isinstance(error, MemoryError | duckdb.OutOfMemoryException):
        return NotEnoughMemoryError()
    return NoRoomError() if isinstance(error, duckdb.Error) and NO_ROOM.search(str(error)) else None


@cache
def read_sql(name: str) -> str:
    """Return the text of an SQL file, named without its ending: 'release/units'."""
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def sql_names(folder: str) -> list[str]:
    """Return the names of the SQL files in a folder, as for `read_sql`."""
    return sorted(f"{folder}/{path.stem}" for path in (SQL / folder).glob("*.sql"))


def table_names(schema: str) -> list[str]:
    """Return the tables that an SQL file creates, sorted."""
    return sorted(re.findall(r"^CREATE TABLE (\w+)", read_sql(schema), re.MULTILINE))


def working_memory(spill: Path, *, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """Open a connection in memory for intake and building; it spills into `spill`."""
    config = {**_OFFLINE, **_limits(spill, threads)}
    return duckdb.connect(":memory:", config=config)


def _limits(spill: Path, threads: int | None) -> dict[str, str | bool | int | float | list[str]]:
    """Return the settings of an engine that may differ between two uses. threads : None leaves it to DuckDB."""
    return {
        "memory_limit": settings.load().memory_limit,
        "temp_directory": str(spill),
        "preserve_insertion_order": True,
        **({} if threads is None else {"threads": threads}),
    }


@contextmanager
def engine_at_work(spill: Path, *, threads: int | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a working memory for a piece of work that leaves nothing in it: an engine at rest, else a new engine.

    To open an engine takes 20 ms, a tenth of a small import; to set the limits of an engine at rest, 2. After an
    error, and after work that spilled or was large, it is closed.
    """
    memory = _woken(_limits(spill, threads)) or working_memory(spill, threads=threads)
    try:
        yield memory
    except BaseException:
        memory.close()
        raise
    _rest(memory, spill)


_RESTING: dict[int, list[duckdb.DuckDBPyConnection]] = defaultdict(list)
"""Engines that rest, by process: the threads of an engine stay with the parent of a fork."""
MOST_RESTING, MOST_KEPT = 2, 64 * 2**20  # engines, and bytes that each may hold on to


def _woken(limits: Mapping[str, object]) -> duckdb.DuckDBPyConnection | None:
    """Return an engine that rests, under the limits of the next piece of work; None if there is none."""
    try:
        memory = _RESTING[os.getpid()].pop()
    except IndexError:
        return None
    try:
        memory.execute("RESET threads")
        for name, value in limits.items():
            memory.execute(f"SET {name} = $value", {"value": value})  # sql: a name of ours
    except duckdb.Error:  # it is damaged, or has spilled: DuckDB changes its folder no more
        memory.close()
        return None
    return memory


def _rest(memory: duckdb.DuckDBPyConnection, spill: Path) -> None:
    """Keep an engine for the next piece of work, or close it. The work is done: no error of the engine undoes it."""
    resting = _RESTING[os.getpid()]
    try:
        ((kept,),) = memory.execute(read_sql("memory_in_use")).fetchall()
        keep = len(resting) < MOST_RESTING and kept <= MOST_KEPT and not any(spill.glob("duckdb_temp*"))
    except (duckdb.Error, OSError):
        keep = False
    if keep:
        resting.append(memory)
    else:
        memory.close()


_BYTES = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30}


def limit_memory(con: duckdb.DuckDBPyConnection, share: float) -> None:
    """Let an engine in memory hold a share of what the settings allow, and spill the rest: arrays need what is left."""
    text = settings.load().memory_limit
    number = text.rstrip("BIKMGT")
    size = int(int(number) * _BYTES.get(text[len(number) :], 1 << 40) * share)
    con.execute("SET memory_limit = $limit", {"limit": f"{size // 1000}KB"})


@contextmanager
def part_of(memory: duckdb.DuckDBPyConnection, name: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection with separate tables in the memory of another: this takes 2 ms, to open a memory 20."""
    with memory.cursor() as con:
        con.execute(f"ATTACH ':memory:' AS {name}")  # sql: a name of ours
        con.execute(f"USE {name}")  # sql: a name of ours
        try:
            yield con
        finally:
            con.execute("USE memory")
            con.execute(f"DETACH {name}")  # sql: a name of ours


def cursor_of(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Return a second connection to the tables of another: a cursor of DuckDB begins in the first database instead."""
    ((name,),) = con.execute("SELECT current_database()").fetchall()  # to its end: DuckDB refuses others before
    cursor = con.cursor()
    cursor.execute(f'USE "{name}"')  # sql: a name that the engine gave
    return cursor


def read_parquet(path: Path, *columns: str) -> pd.DataFrame:
    """Read a small Parquet file of ours as a frame, or some of its columns; safe from any thread."""
    with _reader().cursor() as cursor:
        return cursor.read_parquet(str(path)).project(", ".join(columns) or "*").df()


@cache
def _reader() -> duckdb.DuckDBPyConnection:
    """Return the connection that reads every small file: to open one takes 17 ms, to read 2.

    It keeps nothing of a file, since a store may be restored under it.
    """
    return duckdb.connect(":memory:", config={**_OFFLINE, "enable_external_file_cache": False})


def sort_keys(characters: Iterable[str]) -> dict[str, str]:
    """Return a text for every character whose order is that of Pinyin; safe from any thread."""
    with _reader().cursor() as cursor:
        found = cursor.execute(read_sql("pinyin_order"), {"characters": sorted(set(characters))}).fetchall()
    return {str(character): str(key) for character, key in found}


def write_database(path: Path, tables: dict[str, pd.DataFrame], schema: str) -> None:
    """Write a new database file with these tables, declared by `schema` (an SQL file)."""
    with new_database(path, schema) as con:
        append_frames(con, tables)


def append_frames(con: duckdb.DuckDBPyConnection, tables: dict[str, pd.DataFrame]) -> None:
    """Append frames to the tables of their names."""
    for name, frame in tables.items():
        if len(frame):  # an append of no rows takes 5 ms as well
            con.append(name, frame[con.table(name).columns])


@contextmanager
def new_database(path: Path, schema: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection that writes a new database file with the tables that `schema` (an SQL file) declares."""
    with closing(duckdb.connect(":memory:", config={**_OFFLINE})) as con, new_database_of(con, path, schema) as out:
        yield out


@contextmanager
def new_database_of(memory: duckdb.DuckDBPyConnection, path: Path, schema: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield the same, written by a memory that is open already. After an error the memory has to be closed."""
    quoted = str(path).replace("'", "''")
    attach = f"ATTACH '{quoted}' AS out (STORAGE_VERSION '{STORAGE_VERSION}')"  # takes no parameter
    with memory.cursor() as con:
        con.execute(attach)
        con.execute("USE out")
        con.execute(read_sql(schema))
        yield con
        con.execute("CHECKPOINT")
        con.execute("USE memory")
        con.execute("DETACH out")


def typed(rows: duckdb.DuckDBPyRelation, shape: str, *others: str) -> duckdb.DuckDBPyRelation:
    """Return the JSON texts of column `content` as columns of the shape (name -> type, as JSON), after some others."""
    content = duckdb.FunctionExpression(
        "json_transform", duckdb.ColumnExpression("content"), duckdb.ConstantExpression(shape)
    )
    return rows.select(*others, duckdb.FunctionExpression("unnest", content))


Source: TypeAlias = Callable[[duckdb.DuckDBPyConnection], duckdb.DuckDBPyRelation]
"""What a cursor is asked for its rows."""
Wanted: TypeAlias = Mapping[str, object]
"""Column -> the value that rows must have: a text or number, None for unknown, a list for any of several, and a pair
(from, to) for texts in order, both included; "" leaves the end open."""
EVERYTHING: Wanted = MappingProxyType({})


def table_of(name: str) -> Source:
    """Return a table as a source of rows."""
    return lambda cursor: cursor.table(name)


def typed_of(name: str, shape: str, *others: str, **params: object) -> Source:
    """Return an SQL file whose column `content` is JSON as a source: its fields by `shape` after some others."""
    return lambda cursor: typed(cursor.sql(read_sql(name), params=params), shape, *others)


def _chosen(rows: duckdb.DuckDBPyRelation, wanted: Wanted) -> duckdb.DuckDBPyRelation:
    for name, value in wanted.items():
        rows = rows.filter(_condition(name, value))
    return rows


def _condition(name: str, wanted: object) -> duckdb.Expression:
    column, constant = duckdb.ColumnExpression(name), duckdb.ConstantExpression
    if wanted is None:
        return column.isnull()
    if isinstance(wanted, list):
        return column.isin(*map(constant, wanted)) if wanted else constant(False)
    if isinstance(wanted, tuple):
        low, high = wanted
        first = column >= constant(low)
        return first if high == "" else first & (column <= constant(high))
    return column == constant(wanted)


class Database:
    """Database file, opened for reading only; safe from any thread."""

    def __init__(self, path: Path) -> None:
        # In the configuration, not by SET: cursors do not inherit a plain SET.
        locked: dict[str, str | bool | int | float | list[str]] = {
            **_OFFLINE,
            "enable_external_access": False,
            "max_execution_time": 15_000,
            "lock_configuration": True,
        }
        self._con = duckdb.connect(str(path), read_only=True, config=locked)
        self._lock = threading.Lock()

    def query(self, name: str, **params: object) -> pd.DataFrame:
        """Run an SQL file with named parameters."""
        with self._cursor() as cursor:
            return cursor.execute(read_sql(name), params or None).df()

    def select(
        self, source: Source, wanted: Wanted, order: str = "", limit: int | None = None, offset: int = 0
    ) -> pd.DataFrame:
        """Return rows of a source that are as wanted, in the order of some columns."""
        with self._cursor() as cursor:
            found = _chosen(source(cursor), wanted)
            found = found.order(order) if order else found
            return (found if limit is None else found.limit(limit, offset)).df()

    def count(self, source: Source, wanted: Wanted) -> int:
        """Return the number of rows of a source that are as wanted."""
        with self._cursor() as cursor:
            return len(_chosen(source(cursor), wanted))

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._lock:
            cursor = self._con.cursor()
        with cursor:
            yield cursor

    def close(self) -> None:
        """Close the database."""
        self._con.close()
