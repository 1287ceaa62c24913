"""Where the records of an upload come from: file and row of a key, without an object for every row."""

from collections.abc import Collection, Iterator, Set
from dataclasses import dataclass, field
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from data.intake.table import LoadedTable
from problems import Place

Found: TypeAlias = dict[str, tuple[str, int]]


@dataclass
class Places:
    """Places of records. seen : of the rows that were read one by one. tables : those read by columns, with the key of
    every row in their order.
    """

    seen: dict[str, Place] = field(default_factory=dict)
    tables: list[tuple[LoadedTable, pa.ChunkedArray]] = field(default_factory=list)

    def of(self, keys: Collection[str]) -> Found:
        """Return file and row of those keys that the upload has."""
        found = {key: (place.file, place.row or 0) for key in keys if (place := self.seen.get(key)) is not None}
        left = [key for key in keys if key not in found]
        for table, own in self.tables if left else ():
            positions = pc.index_in(pa.array(left, pa.string()), value_set=own).to_pylist()
            found |= {key: table.place(at) for key, at in zip(left, positions, strict=True) if at is not None}
        return found

    def keys(self) -> Iterator[str]:
        """Yield every key once."""
        yield from self.seen
        for _, own in self.tables:
            for chunk in own.chunks:
                yield from (key for key in chunk.to_pylist() if key is not None and key not in self.seen)

    def all(self) -> Found:
        """Return file and row of every record."""
        return self.of(list(self.keys()))

    def key_set(self) -> "KeySet":
        """Return the keys as a set that holds none of them."""
        return KeySet(self)

    @property
    def file(self) -> str:
        """Return the name of the first file with a record, or ""."""
        named = [place.file for place in self.seen.values()] + [table.place(0)[0] for table, _ in self.tables]
        return named[0] if named else ""


@dataclass(frozen=True)
class KeySet(Set[str]):
    """Keys of the records of an upload."""

    places: Places

    def __contains__(self, key: object) -> bool:
        return bool(self.places.of([str(key)]))

    def __iter__(self) -> Iterator[str]:
        return self.places.keys()

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __and__(self, others: Set[object]) -> frozenset[str]:
        """Return those of the other keys that the upload has, asked for together."""
        return frozenset(self.places.of([str(key) for key in others]))
