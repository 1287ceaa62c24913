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
    code   month   quarter          a code without meaning; a month such as 2026-03; a quarter such as 2026Q1
    past                            of a book: does not change any more once it is given
    within 60 days of f             calendar days; a last day that is not worked moves to the next worked day
    >= f.g                          g: a field of the row that f refers to
    f.g in (a,b)                    the row that f refers to has one of these words
    unit of f on g                  the unit in which the person f is in post on the day g
    once by f,g sharing h           no other row has the same f and g and a common member of the list h
    round                           a round of the evaluation whose results are in force
    confirms f                      a round whose evidence confirms the unit f in the bottom list

`warn: ` before a condition makes it a warning, with the same code of problem; `warn some_code: ` with a code of its
own; `error some_code: ` an error with a code of its own. ` if f in (a,b) and g in (c)` behind it: only there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

WORDS = frozenset({"unit", "place", "post", "code", "month", "quarter", "past", "round"})
REFERENCES = {"place": ("place", "place_code"), "post": ("person", "person_code")}
TERM, RELATED, UNIT_OF, ONCE, ROUND, CONFIRMS = "within", "related", "unit of", "once", "round", "confirms"
OTHER_ROWS = frozenset({RELATED, UNIT_OF, ONCE, ROUND, CONFIRMS})
"""Conditions that the row alone does not decide."""
_WARNED = re.compile(r"(?P<level>warn|error)(?: (?P<code>[a-z_]+))?: (?P<condition>.+)")
_ONLY = re.compile(r"(?P<condition>(?!required|empty).+?) if (?P<when>\w+ in \(.+\))")
_WHEN = re.compile(r"(\w+) in \((.+?)\)(?: and (?=\w+ in \()|$)")
_PATTERNS = (
    (re.compile(r"(?P<sort><=|>=|>) (?P<other>\w+)"), "order"),
    (re.compile(r"(?P<sort>>=|>) (?P<other>\w+\.\w+)"), "order"),
    (re.compile(r"sum\((?P<names>\w+(?:,\w+)+)\) (?P<sort><=|=) (?P<other>\w+)"), "sum"),
    (re.compile(r"(?P<sort>required|empty) if (?P<other>\w+)(?: in \((?P<words>.+)\))?"), "condition"),
    (re.compile(r"in (?P<names>\w+)\.(?P<other>\w+)"), "reference"),
    (re.compile(r"within (?P<names>\d+) days of (?P<other>\w+)"), TERM),
    (re.compile(r"(?P<other>\w+\.\w+) in \((?P<words>.+)\)"), RELATED),
    (re.compile(r"unit of (?P<other>\w+) on (?P<names>\w+)"), UNIT_OF),
    (re.compile(r"once by (?P<names>\w+(?:,\w+)*) sharing (?P<other>\w+)"), ONCE),
    (re.compile(r"confirms (?P<other>\w+)"), CONFIRMS),
)


@dataclass(frozen=True)
class Check:
    """One condition of a field.

    sort: `<=`, `>=`, `>`, `sum <=`, `sum =`, `required`, `empty`, `in`, TERM, one of OTHER_ROWS or of WORDS. other: the
    field (or number) that it is compared with; of `in` the field of the other table; `f.g` is the field g of the row
    that f refers to. names: the fields that are added up or agree; of `in` the other table; of TERM the days. words:
    those for which `required` and `empty` apply, or which RELATED asks for; () means any. warns: whether a person may
    accept what breaks it. code: of the problem, where it has its own. when: fields and the words for which it applies.
    """

    sort: str
    other: str = ""
    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    warns: bool = False
    code: str = ""
    when: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def reference(self) -> tuple[str, str] | None:
        """Return the table and field that must have the value, or None."""
        return (self.names[0], self.other) if self.sort == "in" else REFERENCES.get(self.sort)

    @property
    def asks_other_rows(self) -> bool:
        """Return whether the row alone does not decide it."""
        return self.sort in OTHER_ROWS or "." in self.other or bool(self.when and self.reference)

    def applies(self, row: Mapping[str, object]) -> bool:
        """Return whether the row has the words for which the condition applies."""
        return all(_word(row.get(name)) in words for name, words in self.when)


def parse_checks(cell: str) -> tuple[Check, ...]:
    """Return the conditions of a cell. Raises ValueError if the grammar lacks one of them."""
    return tuple(_parse(text.strip()) for text in cell.split(";") if text.strip())


def _parse(text: str) -> Check:
    warned = _WARNED.fullmatch(text)
    if warned is not None:
        return replace(_parse(warned["condition"]), warns=warned["level"] == "warn", code=warned["code"] or "")
    only = _ONLY.fullmatch(text)
    if only is not None:
        when = tuple((name, tuple(words.split(","))) for name, words in _WHEN.findall(only["when"]))
        return replace(_parse(only["condition"]), when=when)
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
    sort = {"sum": f"sum {parts.get('sort')}", "reference": "in"}.get(form, parts.get("sort") or form)
    return Check(sort, parts["other"] or "", names, words)


def _word(value: object) -> str:
    return {True: "是", False: "否"}[value] if isinstance(value, bool) else str(value)
