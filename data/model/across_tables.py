"""Checks that need more than a row: the votes on the people present, the payments on the money there is.

A scheme gives them for its tables and an import is handed them; they read tables, never cells or stores.
"""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import TypeAlias

import pandas as pd

Tables: TypeAlias = Callable[[str], pd.DataFrame]
"""Name of a table -> its rows with those of the file, by their keys; of a register that lives on the latest states."""


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
