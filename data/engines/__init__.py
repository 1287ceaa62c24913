"""Where the ballots of a round are counted and added: in this process, or on a cluster.

An engine is a module with the two functions of `Engine`. The part of its URL before the colon names it. What an engine
returns is whole numbers, so all give the same release.
"""

import importlib
from typing import Protocol, cast

import pandas as pd

from data.engines.fact_tables import FactTables
from data.moments.pieces import Scoring
from data.moments.vote_sums import VoteSums
from errors import EngineError
from i18n import N_

ENGINES = {"duckdb": "data.engines.in_process", "sc": "data.engines.spark_connect"}
"""The part of a URL before its colon -> module."""


class Engine(Protocol):
    """Counts and adds the ballots of a round."""

    def count(self, tables: FactTables, statement: str) -> pd.DataFrame:
        """Run a file of data/sql over tables `line` and `ballot`."""

    def add(self, tables: FactTables, scoring: Scoring) -> VoteSums:
        """Make votes of the lines, and return their sums."""


def engine_of(url: str) -> Engine:
    """Return the engine of a URL. Raises EngineError."""
    name = url.partition(":")[0]
    if name not in ENGINES:
        raise EngineError(
            N_("BIAOCHI_ENGINE names no known engine: “{url}”. It can be “duckdb:”, here, or “sc://host:15002”."),
            url=url,
        )
    return cast(Engine, importlib.import_module(ENGINES[name]))
