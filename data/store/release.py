"""A release: all rounds of the uploads in force with their rules, turned into counts and moments.

Built in a separate folder while the release in force stays readable, and never changed after; its id is the SHA-256 of
the canonical facts, the rule sets and the method version. Files: `release.json` (uploads, rule sets) and
`results.duckdb` (derived).
"""

import json
from collections.abc import Callable, Collection, Hashable, Sequence
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakValueDictionary

import duckdb
import pandas as pd

from data.duckdb_access import EVERYTHING, Database, Source, Wanted, table_of, typed_of
from data.model.books import is_book
from data.model.contract import MONTH, TABLE_OF
from data.model.rule_sets import RuleSet, parse_rules
from data.store.cache import Cache
from data.store.heads import head_of_release
from data.store.history import read_history
from data.store.records import ABOUT, ALL_ROUNDS, LAST_DAY, as_typed, book_table, shape, typed_records
from data.store.round_status import TRIAL, status_given
from data.store.uploads import file_sha256
from errors import StoreDamagedError

# Counts up when published numbers would change for the same facts and rules.
METHOD_VERSION = 3

RESULTS = "results.duckdb"
RELEASE = "release.json"

P = ParamSpec("P")
T = TypeVar("T")


class Release:
    """A published release, read-only."""

    def __init__(self, folder: Path, store: Path | None = None) -> None:
        self.folder = folder
        self.store = store or folder.parent.parent
        self.id: str = folder.name
        self._rounds: WeakValueDictionary[str, Round] = WeakValueDictionary()
        self._records: dict[str, pd.DataFrame] = {}
        self._newest_days: dict[str, str] = {}
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
        return self._ask(lambda database: database.query(f"release/{name}", **params))

    def query_table(self, name: str) -> pd.DataFrame:
        """Return all rows of one table of the schema, sorted by every column."""
        return self._ask(lambda database: database.query("table", table=name))

    @cached_property
    def tables(self) -> list[str]:
        """Its tables by name; each book has a table."""
        return list(map(str, self.query("tables")["name"]))

    def _ask(self, ask: Callable[[Database], T]) -> T:
        try:
            return ask(self._database)
        except duckdb.Error:
            if file_sha256(self.folder / RESULTS) == self.made_of["results_sha256"]:
                raise
            raise _damaged(self.folder) from None

    def round(self, round_id: str) -> "Round":
        """A handle on one round; the same handle for as long as someone holds it, so its answers are shared.

        Asks the store for nothing: whether the release has the round is asked by whoever needs it.
        """
        return self._rounds.setdefault(round_id, Round(self, round_id))

    @cached_property
    def rounds_table(self) -> pd.DataFrame:
        """A row a round with units or votes, oldest first: rules, size, score step."""
        return self.query("rounds").set_index("round_id")

    def rounds(self) -> list[str]:
        """Rounds of the release, newest first."""
        return sorted(map(str, self.rounds_table.index), reverse=True)

    @property
    def scored_rounds(self) -> list[str]:
        """Rounds with votes, newest first; the others hold a register or records only."""
        return [name for name in self.rounds() if self.rounds_table.loc[name, "rules_name"]]

    def records(self, kind: str) -> pd.DataFrame:
        """Rows of one record table over all rounds, as aliases, reforms and working days ask for; shared, read-only."""
        if kind not in self._records:
            self._records[kind] = self._read_records(ALL_ROUNDS, kind)
        return self._records[kind]

    def _read_records(self, round_id: str, kind: str) -> pd.DataFrame:
        if TABLE_OF[kind].lock == MONTH:
            others = ("as_of",) if is_book(kind) else ()
            rows = typed_of("release/records", shape(kind), *others, round_id=round_id, kind=kind)
            return as_typed(kind, self._select(rows))
        return typed_records(kind, list(self.query("records", round_id=round_id, kind=kind)["content"]))

    def _select(
        self, rows: Source, wanted: Wanted = EVERYTHING, order: str = "", limit: int | None = None, offset: int = 0
    ) -> pd.DataFrame:
        return self._ask(lambda database: database.select(rows, wanted, order, limit, offset))

    def book(self, kind: str, day: str = LAST_DAY) -> pd.DataFrame:
        """Return the last row of every key of a book on a day, over all rounds: fields, as_of, listed and round_id.

        as_of : day of the file that the row comes from. listed : False once a complete file lacks the row.
        """
        return self.book_rows(kind, day=day)

    def book_rows(
        self,
        kind: str,
        wanted: Wanted = EVERYTHING,
        order: str = "",
        limit: int | None = None,
        offset: int = 0,
        day: str = LAST_DAY,
    ) -> pd.DataFrame:
        """Return rows of a book, chosen and cut in the engine; the columns are those of `book`.

        wanted: field -> value, list of values, None for unknown, or a pair (from, to). order: fields as SQL orders
        them, such as "received_at DESC"; rows that are equal in them are in the order of their keys.
        """
        (key,) = TABLE_OF[kind].key
        by = f"{order}, {key}" if order else key
        return as_typed(kind, self._select(self._states(kind, day), wanted, by, limit, offset))

    def book_size(self, kind: str, wanted: Wanted = EVERYTHING, day: str = LAST_DAY) -> int:
        """Return how many rows of a book are as wanted."""
        return self._ask(lambda database: database.count(self._states(kind, day), wanted))

    def book_counts(self, kind: str) -> pd.DataFrame:
        """Return the rows of a book in its last state by month, unit, place, state and listed; "" where unknown."""
        return self.query("book_counts", kind=kind)

    def book_values(self, kind: str, field: str, keys: Collection[str], day: str = LAST_DAY) -> pd.DataFrame:
        """Return key, as_of and value of a field in every file up to a day, for some keys; oldest file first.

        A book gives the last value only; what it was before says when an item was answered the first time.
        """
        if not keys:
            return pd.DataFrame(columns=["key", "as_of", "value"], dtype=object)
        (key,) = TABLE_OF[kind].key
        about = {"kind": kind, "path": f"$.{key}", "field": f"$.{field}", "keys": sorted(keys), "day": day}
        return self.query("book_values", **about)

    def _states(self, kind: str, day: str) -> Source:
        """Return the states of a book on a day: as the release has them if no file is later, else from all files."""
        (key,) = TABLE_OF[kind].key
        if self._newest(kind) <= day and book_table(kind) in self._tables:
            return table_of(book_table(kind))
        about = {"kind": kind, "path": f"$.{key}", "day": day}
        return typed_of("release/book_states", shape(kind), *ABOUT, **about)

    def _newest(self, kind: str) -> str:
        """Return the latest as-of day of the rows of a book; "" if the release has no table of it."""
        if kind not in self._newest_days:
            rows = table_of(book_table(kind))
            last = self._select(rows, EVERYTHING, "as_of DESC", 1) if book_table(kind) in self._tables else None
            self._newest_days[kind] = "" if last is None else str(last["as_of"].iloc[0])
        return self._newest_days[kind]

    @cached_property
    def _tables(self) -> frozenset[str]:
        return frozenset(self.tables)

    def register(
        self, kind: str, day: str, *, text: str = "", unit: str = "", places: Sequence[str] = (), most: int = 200
    ) -> tuple[pd.DataFrame, int]:
        """Return the newest rows of a register on a day, at most so many, and how many fit the filters.

        Of a book the last row of every key, of facts those up to the day. places : codes; () is everywhere.
        """
        table = TABLE_OF[kind]
        path = f"$.{table.key[0]}" if is_book(kind) else "$"
        days = [field.name for field in table.fields if field.type in ("date", "timestamp")]
        asked = {"text": text, "unit": unit, "places": list(places), "most": most}
        rows = self.query(
            "register_page", kind=kind, path=path, day=day, day_path=f"$.{(days or ['none'])[0]}", **asked
        )
        total = int(rows["total"].iloc[0]) if len(rows) else 0
        return typed_records(kind, list(rows["content"])), total

    @cached_property
    def is_demo(self) -> bool:
        """Whether any upload is demonstration data."""
        return bool(self.query("uploads")["demo"].any())

    @cached_property
    def trial_rounds(self) -> frozenset[str]:
        """Rounds that are trials; their results are compared with formal rounds only on request."""
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

    def head(self, round_id: str = "") -> str:
        """Return the head of the audit log as papers print it; '' for a release that was never in force. Never cached.

        As of the last change of state of the release, or of this round of it: published, finalised, announced, ruled.
        """
        found = head_of_release(self.store, self.id, round_id)
        return str(found) if found else ""

    @property
    def is_outdated(self) -> bool:
        """Whether another method version built it: its tables are not those that are read now."""
        return self.made_of["method_version"] != METHOD_VERSION

    @property
    def origins(self) -> dict[str, str]:
        """Round -> the release with whose id its draws begin, of rounds that were announced or shown before."""
        found: dict[str, str] = self.made_of.get("origins", {})
        return found

    @property
    def upload_ids(self) -> list[str]:
        """Uploads that the release was built from, oldest first."""
        ids: list[str] = self.made_of["uploads"]
        return ids

    @cached_property
    def made_of(self) -> dict[str, Any]:
        """The contents of release.json."""
        return read_contents(self.folder)

    def close(self) -> None:
        """Close the database."""
        self._database.close()


class Round:
    """One round of a release: its rules, units and records, each read once and kept while the round is held.

    What is kept is shared by all sessions and never changed in place. Nothing is locked: two threads that ask at the
    same moment may both read, and get the same answer, because a release never changes.
    """

    def __init__(self, release: Release, round_id: str) -> None:
        self.release = release
        self.id = round_id
        self._records: dict[str, pd.DataFrame] = {}
        self._category_grades: dict[str, pd.DataFrame] = {}
        self.answers: dict[tuple[Hashable, ...], Any] = {}
        """What `per_round` keeps."""

    def query(self, name: str, **params: object) -> pd.DataFrame:
        """Run one file of data/sql/release for this round; not kept."""
        return self.release.query(name, round_id=self.id, **params)

    @property
    def is_trial(self) -> bool:
        """Whether it is a trial round."""
        return self.id in self.release.trial_rounds

    @property
    def drawn_from(self) -> str:
        """Id of the release with which its draws begin: that in which it was announced, else the release itself.

        So scores, places and ranges of places of an announced round stay when evidence of its year comes later.
        """
        return self.release.origins.get(self.id, self.release.id)

    @property
    def status(self) -> str:
        """What it is now, as `Release.status` says; never cached."""
        return self.release.status(self.id)

    @property
    def head(self) -> str:
        """The head of the audit log that its papers print, as `Release.head` says; never cached."""
        return self.release.head(self.id)

    @property
    def has_units(self) -> bool:
        """Whether the release has units of this round; a round may hold records only, as pledges before any vote."""
        return self.id in self.release.rounds_table.index

    @cached_property
    def about(self) -> dict[str, Any]:
        """Its row of `Release.rounds_table`. Raises KeyError for a round without units."""
        return {str(name): value for name, value in self.release.rounds_table.loc[self.id].items()}

    @cached_property
    def rules(self) -> RuleSet | None:
        """The rule set frozen into the release; None for a round without votes."""
        if not self.has_units or not self.about["rules_name"]:
            return None
        return parse_rules(str(self.query("rule_set")["content"].iloc[0]))

    @cached_property
    def evidence_rules(self) -> RuleSet | None:
        """The rule set of the round, also of a round with pledges or hall votes only; None if no upload names it."""
        if self.rules is not None:
            return self.rules
        found = self.query("named_rule_set")
        return parse_rules(str(found["content"].iloc[0])) if len(found) else None

    @property
    def scored_rules(self) -> RuleSet:
        """The rule set of a round that is known to have votes."""
        assert self.rules is not None, f"{self.id} has no votes"
        return self.rules

    @cached_property
    def units(self) -> pd.DataFrame:
        """Its units in roster order."""
        return self.query("units")

    @cached_property
    def cells(self) -> pd.DataFrame:
        """Votes, sum and sum of squares of every unit and group."""
        return self.query("cell_moments")

    @cached_property
    def grades_by_group(self) -> pd.DataFrame:
        """Lines of every group and grade."""
        return self.query("grades_by_group")

    @cached_property
    def ballots_by_group(self) -> pd.DataFrame:
        """Ballots of every group."""
        return self.query("ballots_by_group")

    def category_grades(self, category: str) -> pd.DataFrame:
        """Lines of the units of one category by unit, group, indicator and grade."""
        if category not in self._category_grades:
            self._category_grades[category] = self.query("category_grades", category=category)
        return self._category_grades[category]

    def records(self, kind: str) -> pd.DataFrame:
        """Rows of one record table: a column a field of the contract, typed by it.

        The figures of published lines are a column of mappings, printed header -> printed text.
        """
        if kind not in self._records:
            self._records[kind] = self.release._read_records(self.id, kind)
        return self._records[kind]


def per_round(compute: Callable[Concatenate[Round, P], T]) -> Callable[Concatenate[Round, P], T]:
    """Keep the answers of a function in the round that it is asked about, for as long as the round is held.

    For answers that few arguments can ask for, such as a category: nothing is dropped before the round is.
    """

    @wraps(compute)
    def kept(round_: Round, /, *args: P.args, **kwargs: P.kwargs) -> T:
        key = (compute.__module__, compute.__qualname__, args, *sorted(kwargs.items()))
        if key not in round_.answers:
            round_.answers[key] = compute(round_, *args, **kwargs)
        answer: T = round_.answers[key]
        return answer

    return kept


def read_contents(folder: Path) -> dict[str, Any]:
    """The contents of release.json, without opening the database. Raises StoreDamagedError."""
    try:
        whole: dict[str, Any] = json.loads((folder / RELEASE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise _damaged(folder) from None
    return whole


def _damaged(folder: Path) -> StoreDamagedError:
    return StoreDamagedError(
        "Release {release}: its results cannot be read any more. Run “biaochi rebuild”: it makes them again from the "
        "kept files.",
        release=folder.name[:16],
    )
