"""Checks that need more than a row: the votes on the people present, the payments on the money there is.

A scheme gives them for its tables and an import is handed them; they read tables, never cells or stores.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import pandas as pd


class Tables(Protocol):
    """The rows of a table with those of the file, by their keys; of a register that lives on the latest states."""

    def __call__(
        self, name: str, columns: Sequence[str] = (), *, given: str = "", before: bool = False
    ) -> pd.DataFrame:
        """Return the rows of a table. columns: those that are needed, also `as_of` of a book; all fields without any.

        given: a field that must be filled in. before: without the rows of the file.
        """


@dataclass(frozen=True)
class Finding:
    """What a check finds. key: of the row, "" if it is about the entire file. name: the field to look at."""

    code: str
    level: str
    name: str
    key: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


AcrossTables: TypeAlias = Callable[[Set[str], Tables], Iterable[Finding]]
"""Keys of the rows of the file, and the tables -> findings."""
NO_CHECKS: Mapping[str, AcrossTables] = {}
