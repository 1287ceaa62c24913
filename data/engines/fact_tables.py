"""The ballots of a round as engines take them: tables of a connection, arrays, and Parquet files on demand."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

import settings
from data.model.facts import Lines
from data.moments.vote_sums import Ballots

LINES, BALLOTS = "lines.parquet", "ballots.parquet"


@dataclass(frozen=True)
class FactTables:
    """The ballots of a round. con: holds tables `line` and `ballot`.

    lines: sorted by unit, ballot and indicator. url: of the engine. folder: for files that another machine reads.
    """

    con: duckdb.DuckDBPyConnection
    lines: Lines
    ballots: Ballots
    url: str
    folder: Path
    written: list[Path] = field(default_factory=list)

    def files(self) -> Path:
        """Return the folder with the lines and ballots as Parquet; the first call writes it.

        No number of a sheet is in it. Columns of ballots: ballot, group_name, site, group_at, cluster, and together,
        which ballots of one piece share.
        """
        if not self.written:
            folder = Path(tempfile.mkdtemp(prefix="facts-", dir=self.folder))
            self.written.append(folder)
            folder.chmod(self.folder.stat().st_mode & 0o777)  # who may read it is settled by the folder around it
            self.con.table("line").write_parquet(str(folder / LINES), compression="zstd")
            self._write_ballots(folder / BALLOTS)
        return self.written[0]

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
def fact_tables(con: duckdb.DuckDBPyConnection, lines: Lines, ballots: Ballots, staging: Path) -> Iterator[FactTables]:
    """Yield the tables for the engine of the settings; files that it wrote are removed at the end."""
    known = settings.load()
    tables = FactTables(con, lines, ballots, known.engine, known.cluster_folder or staging)
    try:
        yield tables
    finally:
        for folder in tables.written:
            shutil.rmtree(folder, ignore_errors=True)
