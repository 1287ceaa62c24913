"""The ballots of a round as engines take them: tables of a connection, arrays, and Parquet files on demand."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import numpy as np
import pandas as pd

import settings
from data.model.facts import Lines, StoredLines
from data.moments.vote_sums import Ballots

T = TypeVar("T")
LINES, BALLOTS = "lines.parquet", "ballots.parquet"


@dataclass(frozen=True)
class FactTables:
    """The ballots of a round. con: holds tables `line` and `ballot`.

    lines: sorted by unit, ballot and indicator. url: of the engine. folder: for files that another machine reads.
    """

    con: duckdb.DuckDBPyConnection
    lines: Lines | StoredLines
    ballots: Ballots
    url: str
    folder: Path
    kept: dict[str, Any] = field(default_factory=dict)
    closing: ExitStack = field(default_factory=ExitStack)

    def once(self, what: str, make: Callable[[], T]) -> T:
        """Return what an engine makes once for these tables, such as a session."""
        if what not in self.kept:
            self.kept[what] = make()
        made: T = self.kept[what]
        return made

    def files(self) -> Path:
        """Return the folder with the lines and ballots as Parquet, written by the first call, removed at the end.

        No number of a sheet is in it. Columns of ballots: ballot, group_name, site, group_at, cluster, and together,
        which ballots of one piece share.
        """
        return self.once("files", self._written)

    def _written(self) -> Path:
        folder = Path(tempfile.mkdtemp(prefix="facts-", dir=self.folder))
        self.closing.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(self.folder.stat().st_mode & 0o777)  # who may read it is settled by the folder around it
        self.con.table("line").write_parquet(str(folder / LINES), compression="zstd")
        self._write_ballots(folder / BALLOTS)
        return folder

    def _write_ballots(self, path: Path) -> None:
        cluster = self.ballots.cluster
        code = np.arange(len(self.ballots.group_at), dtype=np.int32)
        places = pd.DataFrame(
            {
                "ballot": code,
                "group_at": self.ballots.group_at.astype(np.int32),
                "cluster": np.int32(-1) if cluster is None else cluster.astype(np.int32),
                "together": code if cluster is None else cluster.astype(np.int32),
            }
        )
        self.con.register("ballot_places", places)
        joined = (
            self.con.table("ballot_places")
            .set_alias("p")
            .join(self.con.table("ballot").project("ballot, group_name, site").set_alias("b"), "p.ballot = b.ballot")
        )
        joined.project("p.*, b.group_name, b.site").write_parquet(str(path), compression="zstd")
        self.con.unregister("ballot_places")


@contextmanager
def fact_tables(
    con: duckdb.DuckDBPyConnection, lines: Lines | StoredLines, ballots: Ballots, staging: Path
) -> Iterator[FactTables]:
    """Yield the tables for the engine of the settings; what it opened or wrote is gone at the end."""
    known = settings.load()
    tables = FactTables(con, lines, ballots, known.engine, known.cluster_folder or staging)
    with tables.closing:
        yield tables
