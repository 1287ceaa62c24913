"""Facts: the accepted lines of a round in canonical form, so that the same content has the same digest.

Ballot facts are integer codes with small dictionaries, sorted by (unit, group, ballot, indicator). Every dictionary is
in the order of its text, so file order, encoding, chunk size and thread count do not matter.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from data.duckdb_access import cursor_of, read_sql

KEYS_AT_ONCE = 1 << 17  # 1 MB of keys
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
        shifts = (bits.unit_shift, bits.ballot_shift, bits.indicator_shift, 0)
        widths = (63 - bits.unit_shift, bits.ballot, bits.indicator, bits.grade)
        parts = tuple(np.empty(len(keys), dtype=np.int32) for _ in shifts)
        for start in range(0, len(keys), KEYS_AT_ONCE):
            piece = keys[start : start + KEYS_AT_ONCE]
            for part, shift, width in zip(parts, shifts, widths, strict=True):
                part[start : start + KEYS_AT_ONCE] = (piece >> shift) & ((1 << width) - 1)
        return cls(*parts)

    def __len__(self) -> int:
        return len(self.unit)


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


def lines_digest(dictionaries: Dictionaries, ballots: bytes, lines: Lines) -> str:
    """Return the SHA-256 (hex) of the canonical facts of a round."""
    digest = hashlib.sha256(b"ballots\n")
    digest.update(dictionaries.canonical())
    digest.update(ballots)
    for part in (lines.unit, lines.ballot, lines.indicator, lines.grade):
        digest.update(np.ascontiguousarray(part, dtype="<i4").data)
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
