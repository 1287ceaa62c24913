"""A release: all rounds of the uploads in force with their rules, turned into counts and moments.

Built beside the release in force and never changed after; its id is the SHA-256 of the canonical facts, the rule sets
and the method version. Files: `release.json` (what it is made of) and `results.duckdb` (derived).
"""

import json
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from data.duckdb_access import Database
from data.model.rule_sets import RuleSet, parse_rules
from data.store.cache import Cache
from data.store.history import read_history
from data.store.records import typed_records
from data.store.round_status import TRIAL, status_given
from data.store.uploads import file_sha256
from errors import StoreDamagedError

# Counts up when published numbers would change for the same facts and rules.
METHOD_VERSION = 2

RESULTS = "results.duckdb"
RELEASE = "release.json"


class Release:
    """A published release, read-only."""

    def __init__(self, folder: Path, store: Path | None = None) -> None:
        self.folder = folder
        self.store = store or folder.parent.parent
        self.id: str = folder.name
        try:
            self._database = Database(folder / RESULTS)
        except duckdb.Error:
            raise _damaged(folder) from None

    @property
    def cache(self) -> Cache:
        """Where slow answers of this store's releases are kept."""
        return Cache(self.folder.parent.parent / "cache")

    @property
    def short(self) -> str:
        """The digits of the id that are shown."""
        return self.id[:16]

    def query(self, name: str, **params: object) -> pd.DataFrame:
        """Run one file of data/sql/release."""
        return self._ask(f"release/{name}", **params)

    def query_table(self, name: str) -> pd.DataFrame:
        """Return all rows of one table of the schema, sorted by every column."""
        return self._ask("table", table=name)

    def _ask(self, name: str, **params: object) -> pd.DataFrame:
        try:
            return self._database.query(name, **params)
        except duckdb.Error:
            if file_sha256(self.folder / RESULTS) == self.made_of["results_sha256"]:
                raise
            raise _damaged(self.folder) from None

    def rounds(self) -> list[str]:
        """Rounds of the release, newest first."""
        return sorted(self.query("rounds")["round_id"], reverse=True)

    def rules(self, round_id: str) -> RuleSet:
        """The rule set frozen into the release for a round."""
        content = self.query("rule_set", round_id=round_id)["content"].iloc[0]
        return parse_rules(str(content))

    def records(self, round_id: str, kind: str) -> pd.DataFrame:
        """Rows of one record table of a round: a column a field of the contract, typed by it.

        ALL_ROUNDS reads the kind over all rounds, as aliases, reforms and working days ask for. The figures of
        published lines are a column of mappings, printed header -> printed text.
        """
        return typed_records(kind, list(self.query("records", round_id=round_id, kind=kind)["content"]))

    @cached_property
    def is_demo(self) -> bool:
        """Whether any upload is demonstration data."""
        return bool(self.query("uploads")["demo"].any())

    @cached_property
    def trial_rounds(self) -> frozenset[str]:
        """Rounds that are trials; their results are never set beside formal ones unasked."""
        return frozenset(self.made_of.get("trial_rounds", []))

    def status(self, round_id: str) -> str:
        """What a round is now: trial, the status somebody gave it, or '' when nobody did. Never cached."""
        return self.statuses()[round_id]

    def statuses(self) -> dict[str, str]:
        """The same of every round, with the history read once."""
        history = read_history(self.store)
        given = {name: status_given(history, name) for name in self.made_of["rounds"]}
        return {
            name: TRIAL if name in self.trial_rounds else (event.status if event else "")
            for name, event in given.items()
        }

    @property
    def is_outdated(self) -> bool:
        """Whether another method version built it: its tables are not those that are read now."""
        return self.made_of["method_version"] != METHOD_VERSION

    @property
    def upload_ids(self) -> list[str]:
        """Uploads that the release is made of, oldest first."""
        ids: list[str] = self.made_of["uploads"]
        return ids

    @cached_property
    def made_of(self) -> dict[str, Any]:
        """The contents of release.json."""
        return read_contents(self.folder)

    def close(self) -> None:
        """Let go of the database file."""
        self._database.close()


def read_contents(folder: Path) -> dict[str, Any]:
    """The contents of release.json, without opening the database. Raises StoreDamagedError."""
    try:
        whole: dict[str, Any] = json.loads((folder / RELEASE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise _damaged(folder) from None
    return whole


def _damaged(folder: Path) -> StoreDamagedError:
    return StoreDamagedError(
        "Release {release}: its results cannot be read any more. Run `biaochi rebuild`: it makes them again from the "
        "kept files.",
        release=folder.name[:16],
    )


# --- units and groups --------------------------------------------------------------------------------------------


# --- counts ------------------------------------------------------------------------------------------------------


# --- moments -----------------------------------------------------------------------------------------------------


# --- rules and uploads -------------------------------------------------------------------------------------------
