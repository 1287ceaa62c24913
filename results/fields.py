"""Fields of every table that is exported: header, meaning and format, read from `fields.csv`.

Codes are for programs and stay English; headers and meanings are messages, which `i18n` extracts from the file.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from data.model.contract import header_of
from i18n import translate

FIELDS_FILE = Path(__file__).with_name("fields.csv")

SHARE, PER_CENT, P_VALUE, POINTS, SIGNED, ONE_DECIMAL, WHOLE = (
    *("share", "per_cent", "p", "points", "signed"),
    *("one", "whole"),
)
_FIXED = {SHARE: "0.0%", PER_CENT: "0%", P_VALUE: "0.0000", ONE_DECIMAL: "0.0"}


@dataclass(frozen=True)
class Column:
    """One column of one table.

    header: empty if the contract has it or groups make the columns. meaning: empty if the header says it.
    folded: collapsed in a workbook. type: text, int, decimal or bool. contract: the kind whose header it has.
    """

    table: str
    field: str
    header: str
    meaning: str
    format: str
    folded: bool
    type: str
    contract: str

    def title(self, language: str) -> str:
        """Return the Chinese header, or the English field name (what programs read)."""
        if language != "zh":
            return self.field
        return header_of(self.contract, self.field) if self.contract else translate(self.header, "zh")


@cache
def columns(table: str) -> dict[str, Column]:
    """Return the columns of one table by field, in the order of the file."""
    return {column.field: column for column in all_columns() if column.table == table}


@cache
def all_columns() -> tuple[Column, ...]:
    """Return every row of the file."""
    with FIELDS_FILE.open(encoding="utf-8", newline="") as file:
        return tuple(_column(**row) for row in csv.DictReader(file))


def _column(*, folded: str, **texts: str) -> Column:
    return Column(folded=folded == "yes", **texts)


def headers(table: str) -> dict[str, str]:
    """Return field -> header message of one table."""
    return {name: column.header for name, column in columns(table).items()}


def folded(table: str) -> tuple[str, ...]:
    """Return the fields that few readers ask for."""
    return tuple(name for name, column in columns(table).items() if column.folded)


@cache
def having(table: str, form: str) -> frozenset[str]:
    """Return the fields of one format."""
    return frozenset(name for name, column in columns(table).items() if column.format == form)


def meanings(table: str, names: Iterable[str]) -> list[tuple[str, str]]:
    """Return (field, message) of those whose meaning the header does not say."""
    known = columns(table)
    return [(name, known[name].meaning) for name in names if name in known and known[name].meaning]


def number_format(form: str, decimals: int) -> str:
    """Return the number format of a spreadsheet, "" for none. decimals: of a score, by the rule set."""
    points = f"0.{'0' * decimals}" if decimals else "0"
    return {**_FIXED, POINTS: points, SIGNED: f"+{points};-{points};{points}"}.get(form, "")


def number_formats(table: str, names: Iterable[str], decimals: int, language: str) -> dict[str, str]:
    """Return header -> number format of the columns with a format."""
    known = [column for name in names if (column := columns(table).get(name)) is not None]
    formats = {column.title(language): number_format(column.format, decimals) for column in known}
    return {title: form for title, form in formats.items() if form}
