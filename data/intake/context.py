"""Inputs available while importing a file: rules of the round, register of units, earlier uploads."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol, TypeAlias

import duckdb

from data.model.progress import ProgressReporter
from data.model.register import Register
from data.model.rule_sets import RuleSet

# Checks under which a file is read, kept with its upload. 1: version 0.1.0, whose manifests say nothing of it; 2: the
# meaning of every column is settled, every field checked (0.2.0); 3: what contradicts the reading is refused, such as a
# score that is no number.
READING_OF_0_1, READING_OF_MEANINGS, READING = 1, 2, 3

References: TypeAlias = Callable[[str, str], Mapping[str, str]]
"""Table and field -> what a cell may refer to: match key of a spelling -> the value as the other table has it."""


class Stored(NamedTuple):
    """A row of another upload. file: the name of its file."""

    content: Mapping[str, object]
    file: str


Rows: TypeAlias = Callable[[str], Mapping[str, Stored]]
"""Table -> its rows by key, of books their last state."""


class Claims(Protocol):
    """What the evidence of the evaluation allows to be stated, as far as an import asks."""

    def rounds(self) -> Sequence[str]:
        """Return the rounds whose results are in force."""

    def bottom(self, round_id: str, unit_code: str) -> Mapping[str, str] | None:
        """Return why a unit must not be named at the bottom, by language; None if it is confirmed there."""


def no_rows(table: str) -> Mapping[str, Stored]:
    """Return no rows, as of tables that nobody imported."""
    return {}


def no_references(table: str, field: str) -> Mapping[str, str]:
    """Return nothing to refer to, as of tables that nobody imported."""
    return {}


@dataclass(frozen=True)
class Context:
    """Inputs of an import.

    reading: the checks under which the files are read. Files that were stored under fewer are read as they were then:
    what was taken is not refused, and no name or number is read otherwise. reads_directions: a pledge without a
    direction is read by its target and baseline; uploads that were stored before this was asked are read again as they
    were.
    references, rows: of other uploads. claims: of the release in force, None where nobody can ask. replaying: the files
    were judged before, so the release is not asked again. as_of: day of the state that a register gives, in ISO form,
    else ""; complete: whether it holds every row.
    """

    con: duckdb.DuckDBPyConnection
    workdir: Path
    round_id: str
    rules: RuleSet | None
    register: Register | None
    mapping: dict[str, str] = field(default_factory=dict)
    reads_directions: bool = True
    reading: int = READING
    references: References = no_references
    rows: Rows = no_rows
    claims: Claims | None = None
    replaying: bool = False
    as_of: str = ""
    complete: bool = False
    watch: ProgressReporter = field(default_factory=ProgressReporter)

    @property
    def earlier(self) -> bool:
        """Return whether the files were stored by version 0.1.0."""
        return self.reading < READING_OF_MEANINGS

    @property
    def former(self) -> bool:
        """Return whether the files were stored before contradictions were refused."""
        return self.reading < READING
