"""Rows swallowed by a stray pair of quotation marks: the reader sees a single cell with line breaks.

The cell may be closed in any column, so that the record has as many cells as the others and nothing else looks wrong.
"""

import re
from collections import deque
from collections.abc import Iterable, Sequence

COMPARED = 100  # rows before a suspicious row and at the end of the file, with which its lines are compared
PROSE_WIDTH = 4  # columns: prose hardly ever has three half-width commas in each line
_DIGITS, _LETTERS = re.compile(r"\d+"), re.compile(r"[A-Za-z]+")


class Swallowed:
    """Records that may hold further rows, with the rows around them."""

    def __init__(self, delimiter: str, width: int) -> None:
        self._delimiter, self._width = delimiter, width
        self._near: deque[Sequence[str]] = deque(maxlen=COMPARED)
        self._doubtful: list[tuple[int, int, list[list[str]], list[Sequence[str]]]] = []

    def look(self, number: int, record: Sequence[str]) -> None:
        """Remember a record; suspect it if a further line of it has as many cells as a row."""
        if any("\n" in cell or "\r" in cell for cell in record):
            lines = self._delimiter.join(record).replace("\r\n", "\n").replace("\r", "\n").split("\n")
            rows = [line.split(self._delimiter) for line in lines]
            if any(len(row) == self._width for row in rows[1:]):
                self._doubtful.append((number, number + len(lines) - 1, rows, list(self._near)))
        else:
            self._near.append(record)

    def found(self) -> list[tuple[int, int]]:
        """Return first and last row of each record that holds further rows, as the file's lines count."""
        return [
            (first, last)
            for first, last, rows, before in self._doubtful
            if self._are_rows(rows, [*before, *self._near, *rows[:1]])
        ]

    def _are_rows(self, rows: list[list[str]], others: list[Sequence[str]]) -> bool:
        if self._width >= PROSE_WIDTH and all(len(row) == self._width for row in rows):
            return True
        return any(_is_like(row, others) for row in rows[1:] if len(row) == self._width)


def lines_between_marks(record: Sequence[str], delimiter: str) -> int:
    """Count the line breaks of a record with a wrong number of cells, if one of them holds delimiters as well."""
    broken = [cell for cell in record if "\n" in cell]
    return sum(cell.count("\n") for cell in broken) if any(delimiter in cell for cell in broken) else 0


def _is_like(row: Sequence[str], others: Iterable[Sequence[str]]) -> bool:
    """Return whether another row has the same text in one column, or there a number of the same form."""
    return any(
        mine.strip() and (mine == theirs or (_form(mine) == _form(theirs) and any(map(str.isdigit, mine))))
        for other in others
        for mine, theirs in zip(row, other, strict=False)
    )


def _form(text: str) -> str:
    """Return the form of a text, in which digits and letters are alike: P12 and P3 have the same form."""
    return _LETTERS.sub("a", _DIGITS.sub("0", text.strip()))
