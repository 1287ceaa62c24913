"""Tables with a column for each word of a field, such as 满意票 and 支持票, taken apart into a row for each word."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from data.model.checks import ACROSS, SHARE
from data.model.contract import fields
from data.model.names import match_key

_PER_CENT = re.compile(r"[(]?%[)]?$")


@dataclass(frozen=True)
class WideColumns:
    """Columns of the words of a field. columns: word -> field -> column. doubtful: fields whose only column is for no
    word, although there are columns for several.
    """

    field: str
    columns: Mapping[str, Mapping[str, int]]
    doubtful: frozenset[str] = frozenset()

    def claimed(self) -> set[int]:
        """Return every column of a word."""
        return {column for of_word in self.columns.values() for column in of_word.values()}


def wide_columns(
    kind: str, cells: Sequence[str], named: Mapping[str, int], other: Mapping[int, str]
) -> WideColumns | None:
    """Return the columns of words among those that no field claims; None where the table has none.

    cells: header of every column. named: field -> column. other: column -> header of the columns that are left.
    """
    field, words = _headers(kind)
    if not words or field in named:
        return None
    found: dict[str, dict[str, int]] = {}
    for column, text in other.items():
        word, name = words.get(_plain(cells[column])) or words.get(_plain(text)) or ("", "")
        if word:
            found.setdefault(word, {}).setdefault(name, column)
    doubtful = {name for _, name in words.values()} & set(named) if len(found) > 1 else set()
    return WideColumns(field, found, frozenset(doubtful)) if found else None


def given_otherwise(kind: str, cells: Sequence[str], named: Mapping[str, int], other: Mapping[int, str]) -> set[str]:
    """Return the fields that need no column: words have columns, or a share gives the number."""
    wide = wide_columns(kind, cells, named, other)
    found = {wide.field, *(name for of_word in wide.columns.values() for name in of_word)} if wide else set()
    shares = [(own.name, check.other) for own in fields(kind) for check in own.checks if check.sort == SHARE]
    return found | {name for name, share in shares if share in found or share in named}


def apart(texts: Mapping[str, str], cells: Sequence[str], wide: WideColumns) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield word and texts of every row that a line makes; the first word where no column of any word is filled in."""
    shared = {name: text for name, text in texts.items() if name not in wide.doubtful}
    rows = [
        (word, {**shared, wide.field: word, **{name: cells[column] for name, column in of_word.items()}})
        for word, of_word in wide.columns.items()
    ]
    filled = [(word, row) for word, row in rows if any(row[name].strip() for name in wide.columns[word])]
    yield from filled or rows[:1]


@cache
def _headers(kind: str) -> tuple[str, Mapping[str, tuple[str, str]]]:
    """Return the field whose words have columns, and word and field by the key of a header."""
    by_name = {own.name: own for own in fields(kind)}
    checks = [(own.name, check) for own in by_name.values() for check in own.checks if check.sort == ACROSS]
    found: dict[str, tuple[str, str]] = {}
    for name, check in checks:
        for word in by_name[check.other].choices:
            for pattern in check.words:
                found.setdefault(match_key(pattern.format(word)), (word, name))
    return (checks[0][1].other if checks else ""), found


def _plain(text: str) -> str:
    return _PER_CENT.sub("", match_key(text))
