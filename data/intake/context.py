"""Inputs available while importing a file: rules of the round, register of units, earlier uploads."""

from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from data.model.progress import ProgressReporter
from data.model.register import Register
from data.model.rule_sets import RuleSet


@dataclass(frozen=True)
class Context:
    """Inputs of an import.

    earlier: the files were stored by a version with fewer checks, and are read as they were then: what
    was taken is not refused, and no name or number is read otherwise. reads_directions: a pledge without a direction is
    read by its target and baseline; uploads that were stored before this was asked are read again as they were.
    """

    con: duckdb.DuckDBPyConnection
    workdir: Path
    round_id: str
    rules: RuleSet | None
    register: Register | None
    mapping: dict[str, str] = field(default_factory=dict)
    reads_directions: bool = True
    earlier: bool = False
    watch: ProgressReporter = field(default_factory=ProgressReporter)
