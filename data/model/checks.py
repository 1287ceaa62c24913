"""Conditions of a field as the contract writes them: a small closed grammar, parsed once.

A cell `check` holds conditions separated by `; `. A condition that this module cannot parse is a fault of the contract,
never skipped: a rule that would silently not apply is worse than none.

    <= f   >= f   > f               f: another field of the row, or a number
    sum(f,g,h) <= k   sum(f,g) = k  numbers that add up
    required if f                   filled in wherever f is
    required if f in (a,b)          filled in where f is one of these words (yes or no: 是, 否)
    required unless f               filled in where f is not
    empty if f in (a,b)             must not be filled in there
    in table.field                  a value that the other table has
    unit   place   post             a unit, place or person's code of the registers
    code   month                    a code without meaning; a month such as 2026-03
    past                            of a book: does not change any more once it is given
    alone from f to g if h in (a,b) of a book: no other row has the value on a day of [f, g); `if` may be left out

`warn: ` before a condition makes it a warning with the same code of problem, `warn some_code: ` with that code.
"""

import re
from dataclasses import dataclass, replace

WORDS = frozenset({"unit", "place", "post", "code", "month", "past"})
REFERENCES = {"place": ("place", "place_code"), "post": ("person", "person_code")}
ALONE = "alone"
_WARNED = re.compile(r"warn(?: (?P<code>[a-z_]+))?: (?P<condition>.+)")
_IF = r" if (?P<other>\w+)(?: in \((?P<words>.+)\))?"
_PATTERNS = (
    (re.compile(r"(?P<sort><=|>=|>) (?P<other>\w+)"), "order"),
    (re.compile(r"sum\((?P<names>\w+(?:,\w+)+)\) (?P<sort><=|=) (?P<other>\w+)"), "sum"),
    (re.compile(rf"(?P<sort>required|empty){_IF}"), "condition"),
    (re.compile(r"required unless (?P<other>\w+)"), "required unless"),
    (re.compile(rf"alone from (?P<first>\w+) to (?P<after>\w+)(?:{_IF})?"), ALONE),
    (re.compile(r"in (?P<names>\w+)\.(?P<other>\w+)"), "reference"),
)


@dataclass(frozen=True)
class Check:
    """One condition of a field.

    sort: `<=`, `>=`, `>`, `sum <=`, `sum =`, `required`, `required unless`, `empty`, `in`, ALONE, or one of WORDS.
    other: the field (or number) that it is compared with; of `in` the field of the other table. names: the fields that
    are added up; of `in` the other table; of ALONE the first day and the day after the last. words: those for which
    `required`, `empty` and ALONE apply; () means any. warns: whether a person may accept what breaks it. code: of the
    problem; "" is that of the condition.
    """

    sort: str
    other: str = ""
    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    warns: bool = False
    code: str = ""

    @property
    def reference(self) -> tuple[str, str] | None:
        """Return the table and field that must have the value, or None."""
        return (self.names[0], self.other) if self.sort == "in" else REFERENCES.get(self.sort)


def parse_checks(cell: str) -> tuple[Check, ...]:
    """Return the conditions of a cell. Raises ValueError if the grammar lacks one of them."""
    return tuple(_parse(text.strip()) for text in cell.split(";") if text.strip())


def _parse(text: str) -> Check:
    warned = _WARNED.fullmatch(text)
    if warned is not None:
        return replace(_parse(warned["condition"]), warns=True, code=warned["code"] or "")
    if text in WORDS:
        return Check(text)
    for pattern, form in _PATTERNS:
        match = pattern.fullmatch(text)
        if match is not None:
            return _check(form, match.groupdict())
    raise ValueError(f"no such condition: {text}")


def _check(form: str, parts: dict[str, str | None]) -> Check:
    span = [parts[name] or "" for name in ("first", "after") if parts.get(name)]
    names = tuple((parts.get("names") or "").split(",")) if parts.get("names") else tuple(span)
    words = tuple((parts.get("words") or "").split(",")) if parts.get("words") else ()
    sort = {"sum": f"sum {parts.get('sort')}", "reference": "in"}.get(form, parts.get("sort") or form)
    return Check(sort, parts["other"] or "", names, words)
