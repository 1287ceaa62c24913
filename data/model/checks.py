"""Conditions of a field as the contract writes them: a small closed grammar, parsed once.

A cell `check` holds conditions separated by `; `. A condition that this module cannot parse is a fault of the contract,
never skipped: a rule that would silently not apply is worse than none.

    <= f   >= f   > f               f: another field of the row, or a number
    sum(f,g,h) <= k   sum(f,g) = k  numbers that add up
    required if f                   filled in wherever f is
    required if f in (a,b)          filled in where f is one of these words (yes or no: 是, 否)
    empty if f in (a,b)             must not be filled in there
    in table.field                  a value that the other table has
    unit   place   post             a unit, place or person's code of the registers
    code   month                    a code without meaning; a month such as 2026-03
    past                            of a book: does not change any more once it is given
    state                           of a book: what its rows are counted by, besides month, unit and place
"""

import re
from dataclasses import dataclass

WORDS = frozenset({"unit", "place", "post", "code", "month", "past", "state"})
REFERENCES = {"place": ("place", "place_code"), "post": ("person", "person_code")}
_PATTERNS = (
    (re.compile(r"(?P<sort><=|>=|>) (?P<other>\w+)"), "order"),
    (re.compile(r"sum\((?P<names>\w+(?:,\w+)+)\) (?P<sort><=|=) (?P<other>\w+)"), "sum"),
    (re.compile(r"(?P<sort>required|empty) if (?P<other>\w+)(?: in \((?P<words>.+)\))?"), "condition"),
    (re.compile(r"in (?P<names>\w+)\.(?P<other>\w+)"), "reference"),
)


@dataclass(frozen=True)
class Check:
    """One condition of a field.

    sort: `<=`, `>=`, `>`, `sum <=`, `sum =`, `required`, `empty`, `in`, or one of WORDS. other: the field (or number)
    that it is compared with; of `in` the field of the other table. names: the fields that are added up; of `in` the
    other table. words: those for which `required` and `empty` apply; () means any.
    """

    sort: str
    other: str = ""
    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def reference(self) -> tuple[str, str] | None:
        """Return the table and field that must have the value, or None."""
        return (self.names[0], self.other) if self.sort == "in" else REFERENCES.get(self.sort)


def parse_checks(cell: str) -> tuple[Check, ...]:
    """Return the conditions of a cell. Raises ValueError if the grammar lacks one of them."""
    return tuple(_parse(text.strip()) for text in cell.split(";") if text.strip())


def _parse(text: str) -> Check:
    if text in WORDS:
        return Check(text)
    for pattern, form in _PATTERNS:
        match = pattern.fullmatch(text)
        if match is not None:
            return _check(form, match.groupdict())
    raise ValueError(f"no such condition: {text}")


def _check(form: str, parts: dict[str, str | None]) -> Check:
    names = tuple((parts.get("names") or "").split(",")) if parts.get("names") else ()
    words = tuple((parts.get("words") or "").split(",")) if parts.get("words") else ()
    sort = {"sum": f"sum {parts.get('sort')}", "reference": "in"}.get(form, parts.get("sort") or "")
    return Check(sort, parts["other"] or "", names, words)
