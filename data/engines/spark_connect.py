"""A Spark cluster over Spark Connect: `sc://host:15002`. Neither Java nor Spark is needed on this machine.

The lines and ballots go to the cluster as Parquet files in a folder that its machines see under the same path. Its
workers run `data.moments.pieces` on pieces that split no ballot and no site, and Spark adds what they return.
"""

import socket
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
import pyarrow as pa

from data.duckdb_access import read_sql
from data.engines.fact_tables import BALLOTS, LINES, FactTables
from data.moments.pieces import PieceSums, Scoring
from data.moments.vote_sums import VoteSums, sums_of_rows
from errors import EngineError
from i18n import N_

PORT = 15002
SECONDS_TO_ANSWER = 10
LINES_OF_A_PIECE = 1_000_000
VIEWS = {
    "line": (LINES, "unit int, ballot int, indicator int, grade int"),
    "ballot": (BALLOTS, "ballot int, group_at int, cluster int, together int, group_name string, site string"),
}
"""View -> its file and columns."""
SHIPPED = (
    "__init__",
    "moments/__init__",
    "moments/ballot_links",
    "moments/pieces",
    "moments/scored_lines",
    "moments/vote_moments",
)
"""Modules of `data` that run on the workers; they import NumPy, SciPy and PyArrow only."""
ROW_TYPE = (
    "what tinyint, group_at int, size int, unit_a int, unit_b int, score bigint, n bigint, "
    "x decimal(28,0), y decimal(28,0), z decimal(28,0)"
)


def count(tables: FactTables, statement: str) -> pd.DataFrame:
    """Run a file of data/sql over tables `line` and `ballot` on the cluster."""
    with _session(tables) as session:
        found: pa.Table = session.sql(read_sql(statement)).toArrow()
        return found.to_pandas()


def add(tables: FactTables, scoring: Scoring) -> VoteSums:
    """Make votes of the lines on the workers, in pieces, and return their sums, which Spark adds."""
    with _session(tables) as session:
        pieces = max(len(tables.lines) // LINES_OF_A_PIECE, 4)
        lines = session.sql(read_sql("build/lines_to_add")).repartition(pieces, "together")
        lines.mapInArrow(PieceSums(scoring), ROW_TYPE).createOrReplaceTempView("piece")
        return sums_of_rows(session.sql(read_sql("build/sum_pieces")).toArrow(), tables.ballots, scoring)


def _shipped(folder: Path) -> Path:
    """Write the modules that the workers need into an archive of Python code in a folder."""
    path = folder / "moments.zip"
    root = Path(__file__).parents[1]
    with zipfile.ZipFile(path, "w") as archive:
        for name in SHIPPED:
            archive.write(root / f"{name}.py", f"{root.name}/{name}.py")
    return path


@contextmanager
def _session(tables: FactTables) -> Iterator[Any]:
    """Yield the session in which lines and ballots are views. Raises EngineError for whatever the cluster refuses."""
    client = _client(tables.url)
    try:
        yield tables.once("session", lambda: _opened(tables, client))
    except client.refused as error:
        raise _failed(tables.url, error) from error


@dataclass(frozen=True)
class _Client:
    """What of the client package is used. refused: what a session raises."""

    builder: Any
    retries: Any
    refused: tuple[type[Exception], ...]


def _client(url: str) -> _Client:
    """Return the client. Raises EngineError if it is not installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # about pandas 3: results leave Spark as Arrow
            from grpc import RpcError
            from pyspark.errors import PySparkException
            from pyspark.sql.connect.client.retries import DefaultPolicy
            from pyspark.sql.connect.session import SparkSession
    except ImportError as error:
        raise EngineError(
            N_(
                "The engine {url} needs the package pyspark-client, which is not installed here ({why}). Install it as "
                "“Run on a cluster” in the documentation says, or unset BIAOCHI_ENGINE."
            ),
            url=url,
            why=str(error),
        ) from error
    return _Client(SparkSession.builder, DefaultPolicy(max_retries=3, max_backoff=2_000), (PySparkException, RpcError))


def _opened(tables: FactTables, client: _Client) -> Any:
    """Return a new session with the views and the modules that the workers need; it ends with the tables."""
    _refuse_silent(tables.url)
    session = client.builder.remote(tables.url).create()
    tables.closing.callback(session.stop)
    session.client.set_retry_policies([client.retries])
    session.addArtifacts(str(_shipped(tables.files())), pyfile=True)
    for view, (name, columns) in VIEWS.items():
        session.read.schema(columns).parquet((tables.files() / name).as_uri()).createOrReplaceTempView(view)
    return session


def _refuse_silent(url: str) -> None:
    """Raise EngineError if nothing answers at the address; the client itself would wait for minutes."""
    address = urlsplit(url)
    try:
        socket.create_connection((address.hostname or "", address.port or PORT), SECONDS_TO_ANSWER).close()
    except (OSError, ValueError) as error:
        raise _failed(url, error) from error


def _failed(url: str, error: Exception) -> EngineError:
    why = str(error).strip().partition("\n")[0].rstrip(".")
    return EngineError(
        N_(
            "The cluster {url} did not finish the work: {why}. Nothing was published; what is in force stays. Start "
            "the cluster and publish again, or unset BIAOCHI_ENGINE to compute here."
        ),
        url=url,
        why=why,
    )
