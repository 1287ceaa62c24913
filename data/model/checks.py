"""Conditions of a field as the contract writes them: a small closed grammar, parsed once.

A cell `check` holds conditions separated by `; `. A condition that this module cannot parse is a fault of the contract,
never skipped: a rule that would silently not apply is worse than none.

    <= f   >= f   > f               f: another field of the row, or a number
    <= ref.f                        f: of the row that `ref` names, which has `in table.field`; so too in all of these
    <= each table.f                 f: of every row of the table that refers to this row by its `in`; so too `>=`
    sum(f,g,h) <= k   sum(f,g) = k  numbers that add up
    decimals 2                      a number with at most so many decimal places
    unsigned by f                   a number above zero; f says which way it counts
    required if f                   filled in wherever f is
    required if f in (a,b)          filled in where f is one of these words (yes or no: 是, 否)
    required unless f               filled in where f is not
    empty if f in (a,b)             must not be filled in there
    needs table where f in (a,b) and g in (c,d) if h in (e)  filled in only if such a row refers to this row; without
                                    `where` any row, without `if` always
    one yes by f unless g           of all rows with the same f a single row has yes here, unless each has another g
    from f of g                     where it is empty, the share f of g, which must be a whole number
    across f: {}a,{}b               a file may have a column for each word of f instead of f, under such headers
    in table.field                  a value that the other table has
    unit   place   post             a unit, place or person's code of the registers
    code   month   quarter          a code without meaning; a month such as 2026-03; a quarter such as 2026Q1
    spans                           spans of days, kept as FROM/UNTIL with a space between two; on UNTIL it is over
    past                            of a book: does not change any more once it is given
    state                           of a book: what its rows are counted by, besides month, unit and place
    within 60 days of f             calendar days; a last day that is not worked moves to the next worked day
    ref.f in (a,b)                  the row that `ref` names has one of these words
    unit of f on g                  the unit in which the person f is in post on the day g
    once by f,g sharing h           no other row has the same f and g and a common member of the list h
    round   confirms f              a round whose results are in force; one whose evidence confirms the unit f at the
                                    bottom
    alone from f to g if h in (a,b) of a book: no other row has the value on a day of [f, g); h may be left out

`warn: ` before a condition makes it a warning, with the same code of problem; `warn some_code: ` with another code;
so too `note` and `error`. ` if f in (a,b) and g in (c)` behind a condition without an `if`: only there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

WORDS = frozenset({"unit", "place", "post", "code", "month", "quarter", "spans", "past", "state", "round"})
REFERENCES = {"place": ("place", "place_code"), "post": ("person", "person_code")}
ALONE, SINGLE, SHARE, ACROSS = "alone", "one", "from", "across"
TERM, IS, UNIT_OF, ONCE, ROUND, CONFIRMS = "within", "is", "unit of", "once", "round", "confirms"
OF_OTHER_ROWS = frozenset({ALONE, SINGLE, ONCE, SHARE, UNIT_OF, ROUND, CONFIRMS})
"""Conditions that need more than the cells of a row, besides those with `named` or `related`."""
LEVELS = {"warn": "warning", "note": "note", "error": "error"}
_LEVEL = re.compile(r"(?P<level>warn|note|error)(?: (?P<code>[a-z_]+))?: (?P<condition>.+)")
_ONLY = re.compile(r"(?P<condition>(?!required|empty|needs|alone).+?) if (?P<when>\w+ in \(.+\))")
_AND_TEXT = r"\w+ in \([^()]+\)"
_IF = r" if (?P<other>\w+)(?: in \((?P<words>.+)\))?"
_PATTERNS = (
    (re.compile(r"(?P<sort><=|>=|>) (?P<other>\w+(?:\.\w+)?)"), "order"),
    (re.compile(r"(?P<sort><=|>=) each (?P<names>\w+)\.(?P<other>\w+)"), "each"),
    (re.compile(r"sum\((?P<names>\w+(?:,\w+)+)\) (?P<sort><=|=) (?P<other>\w+(?:\.\w+)?)"), "sum"),
    (re.compile(r"decimals (?P<other>\d)"), "decimals"),
    (re.compile(r"unsigned by (?P<other>\w+)"), "unsigned"),
    (re.compile(rf"(?P<sort>required|empty){_IF}"), "condition"),
    (re.compile(r"required unless (?P<other>\w+)"), "required unless"),
    (re.compile(rf"alone from (?P<first>\w+) to (?P<after>\w+)(?:{_IF})?"), ALONE),
    (re.compile(r"in (?P<names>\w+)\.(?P<other>\w+)"), "reference"),
    (re.compile(rf"needs (?P<names>\w+)(?: where (?P<where>{_AND_TEXT}(?: and {_AND_TEXT})*))?(?:{_IF})?"), "needs"),
    (re.compile(r"one yes by (?P<other>\w+)(?: unless (?P<names>\w+))?"), SINGLE),
    (re.compile(r"from (?P<other>\w+) of (?P<names>\w+)"), SHARE),
    (re.compile(r"across (?P<other>\w+): (?P<words>.+)"), ACROSS),
    (re.compile(r"within (?P<names>\d+) days of (?P<other>\w+)"), TERM),
    (re.compile(r"(?P<other>\w+\.\w+) in \((?P<words>.+)\)"), IS),
    (re.compile(r"unit of (?P<other>\w+) on (?P<names>\w+)"), UNIT_OF),
    (re.compile(r"once by (?P<names>\w+(?:,\w+)*) sharing (?P<other>\w+)"), ONCE),
    (re.compile(r"confirms (?P<other>\w+)"), CONFIRMS),
)
_AND = re.compile(r"(\w+) in \(([^()]+)\)")
_SORTS = {"sum": "sum {sort}", "reference": "in", "each": "{sort} each"}


@dataclass(frozen=True)
class Check:
    """One condition of a field.

    sort: `<=`, `>=`, `>`, `sum <=`, `sum =`, `<= each`, `>= each`, `decimals`, `unsigned`, `required`, `required
    unless`, `empty`, `needs`, `in`, ALONE, SINGLE, SHARE, ACROSS, TERM, IS, UNIT_OF, ONCE, CONFIRMS, or a word of
    WORDS. other: the field (or number) that it is compared with; of `in` the field of the other table. names: the
    fields that are added up or agree; of `in`, `needs` and `<= each` the other table; of TERM the days; of UNIT_OF
    the day; of ALONE the first day and the day after the last; of SINGLE the field that tells its rows apart; of
    SHARE the base. words: those for which `required`, `empty`, `needs` and ALONE apply, () means any; of IS those
    asked for; of ACROSS the headers. where: field -> words of the rows that are needed. when: field -> words of the
    rows to which it applies. level: of the problem; a person may accept a warning. code: of the problem, where the
    condition gives it.
    """

    sort: str
    other: str = ""
    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    level: str = "error"
    code: str = ""
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    when: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def warns(self) -> bool:
        """Return whether a person may accept what breaks the condition."""
        return self.level == "warning"

    def applies(self, row: Mapping[str, object]) -> bool:
        """Return whether the row has the words for which the condition applies."""
        return all(_word(row.get(name)) in words for name, words in self.when)

    @property
    def named(self) -> tuple[str, str] | None:
        """Return the field that names another row, and the field of that row, or None."""
        ref, dot, name = self.other.partition(".")
        return (ref, name) if dot else None

    @property
    def related(self) -> str:
        """Return the name under which a row holds what the rows that refer to it say; "" for other conditions."""
        if self.sort == "needs":
            return f"rows of {self.names[0]}"
        return f"each {self.names[0]}.{self.other}" if self.sort.endswith("each") else ""

    @property
    def reference(self) -> tuple[str, str] | None:
        """Return the table and field that must have the value, or None."""
        return (self.names[0], self.other) if self.sort == "in" else REFERENCES.get(self.sort)


def parse_checks(cell: str) -> tuple[Check, ...]:
    """Return the conditions of a cell. Raises ValueError if the grammar lacks one of them."""
    return tuple(_parse(text.strip()) for text in cell.split(";") if text.strip())


def _parse(text: str) -> Check:
    led = _LEVEL.fullmatch(text)
    if led is not None:
        return replace(_parse(led["condition"]), level=LEVELS[led["level"]], code=led["code"] or "")
    only = _ONLY.fullmatch(text)
    if only is not None:
        when = tuple((name, _listed(words)) for name, words in _AND.findall(only["when"]))
        return replace(_parse(only["condition"]), when=when)
    if text in WORDS:
        return Check(text)
    for pattern, form in _PATTERNS:
        match = pattern.fullmatch(text)
        if match is not None:
            return _check(form, match.groupdict())
    raise ValueError(f"no such condition: {text}")


def _check(form: str, parts: dict[str, str | None]) -> Check:
    span = [parts[name] or "" for name in ("first", "after") if parts.get(name)]
    names = _listed(parts.get("names")) or tuple(span)
    sort = _SORTS.get(form, "{sort}").format(sort=parts.get("sort") or form)
    where = tuple((name, _listed(words)) for name, words in _AND.findall(parts.get("where") or ""))
    return Check(sort, parts["other"] or "", names, _listed(parts.get("words")), where=where)


def _word(value: object) -> str:
    return {True: "是", False: "否"}[value] if isinstance(value, bool) else str(value)


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()
