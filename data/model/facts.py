"""Facts: the accepted lines of a round in canonical form, so that the same content has the same digest.

Ballot facts are integer codes with small dictionaries, sorted by (unit, group, ballot, indicator). Every dictionary is
in the order of its text, so file order, encoding, chunk size and thread count do not matter.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from data.duckdb_access import cursor_of, read_sql

KEYS_AT_ONCE = 1 << 17  # 1 MB of keys
CODES = ("unit", "ballot", "indicator", "grade")
DIGEST_CHUNK = 1 << 16  # ballots: text hashed at a time


@dataclass(frozen=True)
class Bits:
    """Layout of unit, ballot, indicator and grade inside a 63-bit key; grade is lowest."""

    ballot: int
    indicator: int
    grade: int

    @classmethod
    def for_sizes(cls, units: int, ballots: int, indicators: int, grades: int) -> "Bits":
        """Return the narrowest layout for these sizes.

        Raises ValueError beyond 63 bits, which no real round approaches (100 million ballots, 4,096 units,
        64 indicators and 1,024 scores take 55).
        """
        widths = [max(1, (size - 1).bit_length()) for size in (units, ballots, indicators, grades)]
        if sum(widths) > 63:
            raise ValueError(f"{units} units x {ballots} ballots x {indicators} x {grades} do not fit")
        return cls(*widths[1:])

    @property
    def indicator_shift(self) -> int:
        return self.grade

    @property
    def ballot_shift(self) -> int:
        return self.grade + self.indicator

    @property
    def unit_shift(self) -> int:
        return self.grade + self.indicator + self.ballot

    def fields(self) -> tuple[tuple[int, int], ...]:
        """Return shift and width of unit, ballot, indicator and grade."""
        widths = (63 - self.unit_shift, self.ballot, self.indicator, self.grade)
        return tuple(zip((self.unit_shift, self.ballot_shift, self.indicator_shift, 0), widths, strict=True))


@dataclass(frozen=True)
class Lines:
    """Codes of every line, sorted by unit, ballot, indicator; four arrays of one length."""

    unit: NDArray[np.int32]
    ballot: NDArray[np.int32]
    indicator: NDArray[np.int32]
    grade: NDArray[np.int32]

    @classmethod
    def from_keys(cls, keys: NDArray[np.int64], bits: Bits) -> "Lines":
        """Split sorted keys into codes, in pieces that fit the processor's cache (a third of the time)."""
        parts = tuple(np.empty(len(keys), dtype=np.int32) for _ in bits.fields())
        for start in range(0, len(keys), KEYS_AT_ONCE):
            piece = keys[start : start + KEYS_AT_ONCE]
            for part, (shift, width) in zip(parts, bits.fields(), strict=True):
                part[start : start + KEYS_AT_ONCE] = (piece >> shift) & ((1 << width) - 1)
        return cls(*parts)

    def columns(self) -> "Iterator[Iterator[NDArray[np.int32]]]":
        """Yield unit, ballot, indicator and grade, each in pieces."""
        for part in (self.unit, self.ballot, self.indicator, self.grade):
            yield iter([part])

    def __len__(self) -> int:
        return len(self.unit)

    def loaded(self) -> "Lines":
        """Return all lines as arrays, which these are."""
        return self


@dataclass(frozen=True)
class PackedLines:
    """Codes of every line as sorted keys, in half the memory of `Lines`."""

    keys: NDArray[np.int64]
    bits: Bits

    def __len__(self) -> int:
        return len(self.keys)

    def pieces(self) -> Iterator[Lines]:
        """Yield the lines in order, in pieces that fit the processor's cache."""
        for start in range(0, len(self.keys), KEYS_AT_ONCE):
            yield Lines.from_keys(self.keys[start : start + KEYS_AT_ONCE], self.bits)

    def columns(self) -> Iterator[Iterator[NDArray[np.int32]]]:
        """Yield unit, ballot, indicator and grade, each in pieces."""
        for shift, width in self.bits.fields():
            yield (_field(piece, shift, width) for piece in _in_pieces(self.keys))


@dataclass(frozen=True)
class Dictionaries:
    """Texts behind the codes, each list in text order.

    units: code of the register, or the name where there is none. categories: of each unit, '' if not given.
    grades: (text as kept, kind forced by the validity column or '').
    """

    units: tuple[str, ...]
    categories: tuple[str, ...]
    indicators: tuple[str, ...]
    grades: tuple[tuple[str, str], ...]

    def canonical(self) -> bytes:
        """Return bytes that are equal exactly when the dictionaries are."""
        content = [self.units, self.categories, self.indicators, self.grades]
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True)
class StoredLines:
    """Lines of a table `line` that are too many to hold; it is in their order."""

    con: duckdb.DuckDBPyConnection
    count: int

    def __len__(self) -> int:
        return self.count

    def columns(self) -> Iterator[Iterator[NDArray[np.int32]]]:
        """Yield unit, ballot, indicator and grade, each in pieces."""
        for name in CODES:
            batches = self.con.table("line").project(name).to_arrow_reader(KEYS_AT_ONCE)
            yield (batch.column(0).to_numpy() for batch in batches)

    def of_ballots(self, low: int, high: int) -> pa.Table:
        """Return the lines of the ballots from `low` up to, but not including, `high`."""
        code, number = duckdb.ColumnExpression("ballot"), duckdb.ConstantExpression
        wanted = (code >= number(low)) & (code < number(high))
        return self.con.table("line").filter(wanted).project(", ".join(CODES)).to_arrow_table()

    def loaded(self) -> Lines:
        """Return all lines as arrays."""
        columns = self.con.table("line").fetchnumpy()
        return Lines(*(np.asarray(columns[name], dtype=np.int32) for name in CODES))


def _in_pieces(keys: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    return (keys[start : start + KEYS_AT_ONCE] for start in range(0, len(keys), KEYS_AT_ONCE))


def _field(keys: NDArray[np.int64], shift: int, width: int) -> NDArray[np.int32]:
    return ((keys >> shift) & ((1 << width) - 1)).astype(np.int32)


def has_double(keys: NDArray[np.int64], bits: Bits) -> bool:
    """Return whether any two neighbours among sorted keys differ only in the grade."""
    for start in range(0, len(keys), KEYS_AT_ONCE):
        line = keys[start : start + KEYS_AT_ONCE + 1] >> bits.grade
        if bool((line[1:] == line[:-1]).any()):
            return True
    return False


def ballots_digest(con: duckdb.DuckDBPyConnection) -> bytes:
    """Return the SHA-256 of table `ballot` (ballot, ballot_id, group_name, channel, site) in order of its code."""
    digest = hashlib.sha256()
    cursor = cursor_of(con).execute(read_sql("intake/ballot_text"), {"chunk": DIGEST_CHUNK})
    while rows := cursor.fetchmany(64):
        for (text,) in rows:
            digest.update(text.encode())
    return digest.digest()


class CodesInOrder(Protocol):
    """Lines sorted by unit, ballot and indicator, wherever their codes are kept."""

    def __len__(self) -> int: ...

    def columns(self) -> Iterator[Iterator[NDArray[np.int32]]]:
        """Yield unit, ballot, indicator and grade, each in pieces."""


def lines_digest(dictionaries: Dictionaries, ballots: bytes, lines: CodesInOrder) -> str:
    """Return the SHA-256 (hex) of the canonical facts of a round."""
    digest = hashlib.sha256(b"ballots\n")
    digest.update(dictionaries.canonical())
    digest.update(ballots)
    for column in lines.columns():
        for piece in column:
            digest.update(np.ascontiguousarray(piece, dtype="<i4").data)
    return digest.hexdigest()


def frame_digest(kind: str, frame: pd.DataFrame) -> str:
    """Return the SHA-256 (hex) of a small table of facts, whatever the order of its rows."""
    records = sorted(
        json.dumps(list(row), ensure_ascii=False, separators=(",", ":"), default=str)
        for row in frame.itertuples(index=False, name=None)
    )
    head = json.dumps([kind, list(frame.columns)], ensure_ascii=False)
    return hashlib.sha256("\n".join([head, *records]).encode()).hexdigest()


def ordered_digest(kind: str, columns: Sequence[str], lines: duckdb.DuckDBPyRelation) -> str:
    """Return what `frame_digest` gives, of the JSON lines of a table in order, each after a line break.

    Half a million lines took 4 GB as a list; here their bytes are hashed as the engine hands them over.
    """
    digest = hashlib.sha256(json.dumps([kind, list(columns)], ensure_ascii=False).encode())
    for batch in lines.to_arrow_reader(DIGEST_CHUNK):
        texts = batch.column(0).cast(pa.large_string())
        _, ends, content = texts.buffers()
        starts = np.frombuffer(ends, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
        digest.update(memoryview(content)[starts[0] : starts[-1]])
    return digest.hexdigest()


def write_dictionaries(path: Path, dictionaries: Dictionaries) -> None:
    """Write the texts behind the codes as JSON."""
    content = {
        "units": dictionaries.units,
        "categories": dictionaries.categories,
        "indicators": dictionaries.indicators,
        "grades": dictionaries.grades,
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def read_dictionaries(path: Path) -> Dictionaries:
    """Read the file of `write_dictionaries`."""
    content = json.loads(path.read_text(encoding="utf-8"))
    return Dictionaries(
        tuple(content["units"]),
        tuple(content["categories"]),
        tuple(content["indicators"]),
        tuple((text, kind) for text, kind in content["grades"]),
    )
