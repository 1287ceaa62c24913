"""The data contract: which fields each kind of upload has, and under which headers a file may bring them.

The words stand in `contract.csv`; nothing here reads a user's file.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from data.intake.names import match_key

CONTRACT = Path(__file__).with_name("contract.csv")

# kind of upload (first word of `biaochi import`) -> table of the contract
TABLE_OF_KIND = {"ballots": "ballot", "counts": "grade_count", "units": "unit"}
KINDS = tuple(TABLE_OF_KIND)

# Headers seen on real forms that the contract lists for a sister table only.
EXTRA_SYNONYMS = {
    ("ballot", "ballot_id"): ("票号", "选票号"),
    ("ballot", "unit_code"): ("单位编码", "单位代码", "unit_name"),
    ("ballot", "score"): ("打分",),
    ("ballot", "round_id"): ("年度", "年份", "批次", "评议年度", "测评年度"),
    ("grade_count", "unit_code"): ("部门", "被测评单位", "单位编码", "unit_name"),
    ("unit", "category"): ("组别",),
}

REQUIRED = {
    "ballots": ("ballot_id", "group_code", "unit_code"),
    "counts": ("group_code", "unit_code"),
    "units": ("unit_name",),
}

# Required, but looked at when the rows are read: ballots without numbers are each a ballot of their own once a person
# has agreed; counts without a group are of all groups together where the rule set pools them.
AGREED_WITHOUT = {"ballots": ("ballot_id",), "counts": ("group_code",)}

# Written by the importer, or kept for a later version; a file that brings them is not an error.
UNUSED = {"ballot": ("file_id", "row_no", "round_id"), "grade_count": ("round_id", "estimated")}


@dataclass(frozen=True)
class Field:
    """One field of one kind: its name in code, its Chinese header, and every other header it may carry."""

    name: str
    header: str
    synonyms: tuple[str, ...]

    def match_keys(self) -> set[str]:
        """Match keys of every header that means this field."""
        return {match_key(word) for word in (self.name, self.header, *self.synonyms)}


@cache
def fields(kind: str) -> tuple[Field, ...]:
    """Fields of one kind of upload, in the order of the contract."""
    table = TABLE_OF_KIND[kind]
    with CONTRACT.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["table"] == table]
    return tuple(
        Field(
            row["field"],
            row["header_zh"],
            (
                *(word for word in row["synonyms"].split(";") if word),
                *EXTRA_SYNONYMS.get((table, row["field"]), ()),
            ),
        )
        for row in rows
    )


@cache
def tables() -> frozenset[str]:
    """Names of all tables of the contract, also of those that this version does not read."""
    with CONTRACT.open(encoding="utf-8-sig", newline="") as file:
        return frozenset(row["table"] for row in csv.DictReader(file))


@cache
def field_of_header(kind: str) -> dict[str, str]:
    """Match key of a header -> field name. A header that two fields list means the earlier one."""
    found: dict[str, str] = {}
    for field in fields(kind):
        for key in field.match_keys():
            found.setdefault(key, field.name)
    return found


@cache
def header_words() -> frozenset[str]:
    """Every header known for any kind: the words that tell a decoded file from mojibake."""
    return frozenset(
        word for kind in KINDS for field in fields(kind) for word in (field.header, *field.synonyms) if word
    )


def header_of(kind: str, name: str) -> str:
    """The Chinese header of a field, for messages."""
    return next((field.header for field in fields(kind) if field.name == name), name)
