"""Personal data outside of the table that is read: other sheets, notes on cells, names of sheets and of the file.

Refused by place before the original is kept; no value is repeated. Names in free text look like other words.
"""

from collections.abc import Iterable, Sequence

from data.intake.personal_values import hidden, sorts_in
from problems import Problem, Term

MOST_SHOWN = 10  # cells in a sentence
CELLS, NOTES = "cells", "notes"


def of_name(name: str) -> list[Problem]:
    """Refuse a file whose name identifies a person."""
    what = _sorts([name])
    return [Problem("personal_elsewhere", "error", hidden(name), facts={"what": what})] if what else []


def of_workbook(names: Iterable[str], found: Sequence[Sequence[str]]) -> list[Problem]:
    """Refuse a workbook by names of its sheets and texts outside the table: (cells or notes, sheet, cell, text)."""
    problems = []
    for name in names:
        what = _sorts([name])
        if what:
            facts = {"what": what, "sheet_name": True}
            problems.append(Problem("personal_elsewhere", "error", None, hidden(name), facts=facts))
    for where, sheet in dict.fromkeys((where, sheet) for where, sheet, _, _ in found):
        own = [(cell, text) for part, of, cell, text in found if (part, of) == (where, sheet) and sorts_in(text)]
        if own:
            cells = list(dict.fromkeys(cell for cell, _ in own if cell))
            shown = [*cells[:MOST_SHOWN], *(["…"] if len(cells) > MOST_SHOWN else [])]
            facts = {"what": _sorts(text for _, text in own), where: shown, "count": len(own)}
            problems.append(Problem("personal_elsewhere", "error", None, hidden(sheet), facts=facts))
    return problems


def _sorts(texts: Iterable[str]) -> list[Term]:
    return [Term(sort) for sort in dict.fromkeys(sort for text in texts for sort, _ in sorts_in(text))]
