"""Data contract: the fields of each kind of upload, and the headers under which a file may provide them.

The words are in `contract.csv` and, for the schemes, in `schemes/*/tables.csv`; nothing here reads a user's file.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from data.model.checks import Check, parse_checks
from data.model.names import match_key
from settings import ROOT, scheme_folders

CONTRACT = Path(__file__).with_name("contract.csv")
# How a table is read: its module, or row by row. The rows of a fact happen once; those of a book live on (`books.py`).
VOTES, REGISTER, FACT, BOOK, UNREAD = "votes", "register", "fact", "book", "unread"
MODES = (VOTES, REGISTER, FACT, BOOK, UNREAD)
# What closes a table: its round, finalised or announced, or the bulletin of its month. Evidence on a round (pledges,
# their progress, votes on reports) is of the round as well, and goes on after the round is announced.
ROUND_BALLOTS, ROUND_EVIDENCE, MONTH = "round_ballots", "round_evidence", "month"
LOCKS = (ROUND_BALLOTS, ROUND_EVIDENCE, MONTH)


@dataclass(frozen=True)
class Field:
    """Field of a kind: its name in code, its Chinese header, and every other header it may have.

    type: text, int, decimal, date, timestamp, bool, enum or list. low, high: of numbers. default: the text that an
    empty cell means. required: "yes", "asked" (see AGREED_WITHOUT) or "". checks: conditions on its values. personal:
    "text" where free text is searched for persons. other_words: match keys of words that offices write, each with its
    choice.
    """

    name: str
    header: str
    synonyms: tuple[str, ...]
    type: str = "text"
    choices: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    default: str = ""
    required: str = ""
    checks: tuple[Check, ...] = ()
    personal: str = ""
    other_words: tuple[tuple[str, str], ...] = ()

    def match_keys(self) -> set[str]:
        """Return the match keys of every header that means this field."""
        return {match_key(word) for word in (self.name, self.header, *self.synonyms)}

    def has(self, sort: str) -> bool:
        """Return whether a condition of this sort applies to the field."""
        return any(check.sort == sort for check in self.checks)


@dataclass(frozen=True)
class Table:
    """Table of the contract.

    kind: first word of `biaochi import`, "" where no file brings the table. title: English, a message. mode: one of
    MODES. lock: one of LOCKS. key: the fields that identify a row; for `results` the category is part of the key.
    """

    name: str
    kind: str
    title: str
    title_zh: str
    mode: str
    lock: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]


def contract_files() -> list[Path]:
    """Return the tables of the evaluation and those of every scheme, which are read as data."""
    rooms = (ROOT / "schemes", *scheme_folders())
    return [CONTRACT, *(path for room in rooms for path in sorted(room.glob("*/tables.csv")))]


def read_tables(path: Path) -> Iterator[Table]:
    """Yield the tables of a file; the rows of a table follow each other. Raises ValueError for an unknown condition."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for name, own in groupby(rows, key=lambda row: row["table"]):
        given = list(own)
        head = given[0]
        key = tuple(head["key"].split(","))
        names = (head["kind"], head["table_en"], head["table_zh"], head["mode"], head["lock"])
        yield Table(name, *names, key, tuple(map(_field, given)))


def _field(row: Mapping[str, str]) -> Field:
    """Return the field of a row; the type of a table that is not read may hold more than the name of the type."""
    value_type = row["type"].split(" ")[0]
    choices = [word.split("=") for word in _listed(row["choices"], "|")]  # a word, then others that mean the same
    return Field(
        row["field"],
        row["header_zh"],
        _listed(row["synonyms"], ";"),
        value_type,
        tuple(words[0] for words in choices),
        int(row["low"]) if row["low"] else None,
        int(row["high"]) if row["high"] else None,
        row["default"],
        row["required"],
        parse_checks(row["check"]),
        row["personal"],
        tuple((match_key(word), words[0]) for words in choices for word in words[1:]),
    )


def _listed(cell: str, mark: str) -> tuple[str, ...]:
    return tuple(word for word in cell.split(mark) if word)


_READ = [table for path in contract_files() for table in read_tables(path)]
TABLES = {table.name: table for table in sorted(_READ, key=lambda table: table.lock == MONTH)}
"""Those of the evaluation first, then those that close by month."""
TABLE_OF = {table.kind: table for table in TABLES.values() if table.kind}
"""Kind of upload (first word of `biaochi import`) -> its table."""
KINDS = tuple(TABLE_OF)
TABLE_OF_KIND = {kind: table.name for kind, table in TABLE_OF.items()}
# Kinds whose rows are kept as they are, by `data/intake/records.py`.
RECORD_KINDS = tuple(kind for kind, table in TABLE_OF.items() if table.mode in (FACT, BOOK))
# Kinds that are read under a rule set.
SCORED_KINDS = tuple(kind for kind, table in TABLE_OF.items() if table.mode == VOTES)
# Kinds that belong to a round and may name its rule set, which scores its hall votes.
EVIDENCE_KINDS = tuple(kind for kind, table in TABLE_OF.items() if table.lock == ROUND_EVIDENCE)
SCHEME_RULES = "scheme_rules"
# Kinds that people upload; the settings of a scheme are checked and written as a table by a command.
UPLOAD_KINDS = tuple(kind for kind in KINDS if kind != SCHEME_RULES)
KIND_NAMES = {kind: table.title for kind, table in TABLE_OF.items()}
_CHECKS = [check for table in TABLE_OF.values() for field in table.fields for check in field.checks]
# Kinds that others refer to, by `in table.field`, `place` or `post`; then those that rows are compared with.
REFERRED_KINDS = tuple(
    dict.fromkeys(
        [
            *(TABLES[check.reference[0]].kind for check in _CHECKS if check.reference is not None and not check.when),
            *(TABLES[check.names[0]].kind for check in _CHECKS if check.related),
        ]
    )
)
KEYS = {kind: table.key for kind, table in TABLE_OF.items()}
REQUIRED = {kind: tuple(f.name for f in table.fields if f.required) for kind, table in TABLE_OF.items()}

# Required, but checked when the rows are read: ballots without numbers are separate ballots once a person has
# confirmed it; counts without a group cover all groups together where the rule set pools them.
AGREED_WITHOUT = {
    kind: names
    for kind, table in TABLE_OF.items()
    if (names := tuple(f.name for f in table.fields if f.required == "asked"))
}

# Written by the importer, or kept for a later version; a file that brings them is not an error.
UNUSED = {"ballot": ("file_id", "row_no", "round_id"), "grade_count": ("round_id", "estimated")}


def fields(kind: str) -> tuple[Field, ...]:
    """Return the fields of a kind of upload, in the order of the contract."""
    return TABLE_OF[kind].fields


def tables() -> frozenset[str]:
    """Return the names of all tables of the contract, also of those that this version does not read."""
    return frozenset(TABLES)


@cache
def field_of_header(kind: str) -> dict[str, str]:
    """Map match keys of headers to field names. A header that two fields list means the earlier field."""
    found: dict[str, str] = {}
    for field in fields(kind):
        for key in field.match_keys():
            found.setdefault(key, field.name)
    return found


@cache
def header_words() -> frozenset[str]:
    """Return every header known for any kind: the words that distinguish a decoded file from mojibake."""
    return frozenset(
        word for kind in KINDS for field in fields(kind) for word in (field.header, *field.synonyms) if word
    )


def header_of(kind: str, name: str) -> str:
    """Return the Chinese header of a field, for messages."""
    return next((field.header for field in fields(kind) if field.name == name), name)
