"""Marks of a workbook's sheet that may change what a row counts: text that is struck through, and notes on cells."""

import re
from collections.abc import Sequence

from data.intake.headers import Header
from data.intake.meaning import shortened
from data.intake.source import TextTable
from data.model.grouped_problems import spans
from problems import Problem

_ROW = re.compile(r"\d+$")


def below_the_header(text: TextTable, header: Header) -> list[Problem]:
    """Return what a person must know of rows and cells below the header: struck rows and notes in doubt are questions.

    A note may hold a name and is not repeated.
    """
    struck = [row for row in text.struck if row > header.row]
    doubted, noted = (
        [cell for cell in cells if (row_of(cell) or header.row + 1) > header.row]
        for cells in (text.doubted, text.noted)
    )
    found = (
        ("confirm_struck", "warning", spans(struck), len(struck)),
        ("confirm_notes", "warning", doubted, len(doubted)),
        ("notes_not_read", "note", noted, len(noted)),
    )
    return [_problem(code, level, text, places, count) for code, level, places, count in found if count]


def row_of(cell: str) -> int | None:
    """Return the row of a cell; None where the format does not tell the cell: its note may be on any row."""
    found = _ROW.search(cell)
    return int(found[0]) if found else None


def _problem(code: str, level: str, text: TextTable, places: Sequence[str], count: int) -> Problem:
    facts: dict[str, object] = {"columns": list(places), "shown": shortened(places), "count": count}
    return Problem(code, level, text.name, text.sheet, facts=facts)
