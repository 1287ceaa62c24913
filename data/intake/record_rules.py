"""Rules between the columns of a record, by kind, as the contract has them. Each rule examines values, not cells."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache

from data.model.checks import IS, TERM, Check
from data.model.clock import after_days, rolled
from data.model.contract import TABLE_OF, TABLES, Field, Table, header_of
from data.model.working_days import work_calendar
from problems import Term

# Kinds of version 0.1: programs know their broken conditions by these codes and words, and keep them.
_AS_BEFORE = frozenset({"round", "unit_round", "component_score", "issue_return"})
DATES = frozenset({"date", "timestamp"})
_DAY = len("2025-11-30")
LIMIT = "limit"
_TRUTHS = {True: "是", False: "否"}


@dataclass(frozen=True)
class Fault:
    """Broken rule: the field to look at, the code of the problem, its facts and its level."""

    name: str
    code: str
    facts: Mapping[str, object] = field(default_factory=dict)
    level: str = "error"


@dataclass(frozen=True)
class Rules:
    """Conditions of a table, each with its field.

    headers: field, also of a row that it names -> Chinese header. choices: field -> its listed words. past: the days of
    a book that must not be in the future.
    """

    kind: str
    headers: Mapping[str, str]
    choices: Mapping[str, tuple[str, ...]]
    conditions: tuple[tuple[Field, Check], ...]
    past: tuple[Field, ...]

    @classmethod
    def of(cls, table: Table) -> "Rules":
        """Return the conditions of a table that its rows can be checked against by themselves."""
        conditions = tuple((own, check) for own in table.fields for check in own.checks if check.sort in _JUDGES)
        past = tuple(own for own in table.fields if own.has("past") and own.type in DATES)
        headers = {own.name: own.header for own in table.fields}
        named = [(check.other, own, check.named) for own, check in conditions if check.named]
        headers |= {other: _header_of_named(table, *of) for other, _, of in named}
        choices = {own.name: own.choices for own in table.fields}
        return cls(table.kind, headers, choices, conditions, past)

    def faults(self, row: Mapping[str, object]) -> Iterator[Fault]:
        """Yield every condition that a row breaks; a cell is named once for each kind of problem."""
        named = set()
        for own, check in self.conditions:
            for fault in self.broken(own, check, row):
                if (fault.name, fault.code) not in named:
                    yield fault
                named.add((fault.name, fault.code))

    def broken(self, own: Field, check: Check, row: Mapping[str, object]) -> Iterator[Fault]:
        """Yield the faults of a row by one of the conditions."""
        for fault in _JUDGES[check.sort](self, own, check, row) if check.applies(row) else ():
            yield self._coded(fault, own, check, row) if check.code else replace(fault, level=check.level)

    def _coded(self, fault: Fault, own: Field, check: Check, row: Mapping[str, object]) -> Fault:
        """Return a fault under the code of its condition, at the field that has the condition."""
        about = {"other": self.headers.get(check.other, ""), "limit": _limit(check, row)}
        return Fault(own.name, check.code, {**about, **fault.facts}, check.level)


def _header_of_named(table: Table, ref: str, name: str) -> str:
    own = next(own for own in table.fields if own.name == ref)
    (other,) = (check.reference[0] for check in own.checks if check.reference is not None)
    return header_of(TABLES[other].kind, name)


def row_faults(kind: str, row: Mapping[str, object]) -> Iterator[Fault]:
    """Yield every rule of the kind that the record breaks."""
    yield from rules_of(kind).faults(row)
    if kind == "component_score" and row.get("component") == "扣分" and _number(row.get("points")) > 0:
        yield Fault("points", "deduction_positive")


def after_day(kind: str, row: Mapping[str, object], day: str) -> Iterator[Fault]:
    """Yield past events of a register that are later than the day whose state it gives."""
    for own in rules_of(kind).past:
        if row.get(own.name) is not None and _day(row[own.name]) > day:
            yield Fault(own.name, "date_in_future", {"day": day})


@cache
def rules_of(kind: str) -> Rules:
    """Return the conditions of a kind."""
    return Rules.of(TABLE_OF[kind])


def fields_of(own: Field, check: Check) -> list[str]:
    """Return the names that a condition compares; a limit may be a number among them."""
    return list(dict.fromkeys((own.name, *check.names, check.other)))


def _at_most(rules: Rules, own: Field, check: Check, row: Mapping[str, object]) -> Iterator[Fault]:
    value, limit = row.get(own.name), _limit(check, row)
    if value is None or limit is None:
        return
    if own.type in DATES:
        if _day(limit) < _day(value):
            yield Fault(own.name if check.named else check.other, "before_start", {"start": value})
    elif _number(value) > _number(limit) and check.other.isdecimal():
        yield Fault(own.name, "out_of_range", {"low": f"{own.low or 0:,}", "high": f"{int(check.other):,}"})
    elif _number(value) > _number(limit):
        yield Fault(own.name, "more_than_whole", {"whole": rules.headers[check.other], "most": limit})


def _at_least(rules: Rules, own: Field, check: Check, row: Mapping[str, object]) -> Iterator[Fault]:
    value, limit = row.get(own.name), _limit(check, row)
    if value is None or limit is None:
        return
    if own.type in DATES:
        first, last = _comparable(limit, value)
        if last < first:
            yield Fault(own.name, "before_start", {"start": limit})
        elif check.sort == ">" and last == first:
            yield Fault(own.name, "before_start", {"start": limit, "after": True})
    elif _number(value) < _number(limit) or (check.sort == ">" and _number(value) == _number(limit)):
        yield Fault(own.name, "below_lowest", {"low": limit})


def _precise(rules: Rules, own: Field, check: Check, row: Mapping[str, object]) -> Iterator[Fault]:
    exponent = _number(row.get(own.name)).as_tuple().exponent
    if isinstance(exponent, int) and -exponent > int(check.other):
        yield Fault(own.name, "too_precise", {"decimals": check.other})


def _unsigned(rules: Rules, own: Field, check: Check, row: Mapping[str, object]) -> Iterator[Fault]:
    if row.get(own.name) is not None and _number(row[own.name]) <= 0:
        facts = {"low": 0, "by": rules.headers[check.other], "words": [*rules.choices[check.other]]}
        yield Fault(own.name, "below_lowest", facts)


def _adds_up(rules: Rules, own: Field, check: Check, row: Mapping[str, object]) -> Iterator[Fault]:
    """Check parts against their total; unknown parts are not zero, so an equality needs all of them."""
    parts = [row.get(name) for name in check.names]
    most = row.get(check.other)
    known = [_number(part) for part in parts if part is not None]
    if most is None or not known:
        return
    total = sum(known)
    facts: dict[str, object] = {"sum": str(total)}
    if rules.kind not in _AS_BEFORE:
        facts |= {"parts": [rules.headers[name] for name in check.names], "whole": rules.headers[check.other]}
    if check.sort == "sum =" and len(known) == len(parts) and total != _number(most):
        named = {"value": str(most)} if check.named else {}
        yield Fault(own.name if check.named else check.other, "parts_differ", {**facts, **named})
    if check.sort == "sum <=" and total > _number(most):
        yield Fault(own.name, "sum_exceeds", {**facts, "most": most})


def _required(rules: Rules, own: Field, check: Check, row: Mapping[str, object]) -> Iterator[Fault]:
    reason = _applies(check, row)
    if reason is None or _is_given(row, own.name):
        return
    if rules.kind in _AS_BEFORE:
        yield Fault(own.name, "missing_value")
    else:
        yield Fault(own.name, "missing_because", {"because": rules.headers[check.other], "given": reason})


def _required_instead(rules: Rules, own: Field, check: Check, row: Mapping[str, object]) -> Iterator[Fault]:
    if not _is_given(row, own.name) and not _is_given(row, check.other):
        yield Fault(own.name, "missing_because", {"instead": rules.headers[check.other]})


def _empty(rules: Rules, own: Field, check: Check, row: Mapping[str, object]) -> Iterator[Fault]:
    reason = _applies(check, row)
    if reason is not None and _is_given(row, own.name):
        yield Fault(own.name, "must_be_empty", {"because": rules.headers[check.other], "given": reason})


def _each(rules: Rules, own: Field, check: Check, row: Mapping[str, object]) -> Iterator[Fault]:
    """Compare a value with those of all rows that refer to this row: the highest of them, or the lowest."""
    given = row.get(check.related)
    values = [value for value in given if value is not None] if isinstance(given, list) else []
    if row.get(own.name) is None or not values:
        return
    at_least = check.sort.startswith(">=")
    limit = (max if at_least else min)(values, key=_day if own.type in DATES else _number)
    judge = _at_least if at_least else _at_most
    about = {"other": header_of(TABLES[check.names[0]].kind, check.other), "limit": limit}
    for fault in judge(rules, own, Check(check.sort[:2], LIMIT), {**row, LIMIT: limit}):
        yield replace(fault, name=own.name, facts={**fault.facts, **about})


def _needs(rules: Rules, own: Field, check: Check, row: Mapping[str, object]) -> Iterator[Fault]:
    reason = _applies(check, row) if check.other else ""
    if reason is None or not _is_given(row, own.name):
        return
    given = row.get(check.related)
    rows = given if isinstance(given, list) else []
    if not any(all(related.get(name) in words for name, words in check.where) for related in rows):
        yield Fault(own.name, "needs_rows", {"table": Term(TABLES[check.names[0]].title)})


def _within(rules: Rules, own: Field, check: Check, row: Mapping[str, object]) -> Iterator[Fault]:
    """Check that a day is inside a term of calendar days from another day."""
    value, start = row.get(own.name), row.get(check.other)
    if value is None or start is None:
        return
    (days,) = check.names
    last = rolled(_shipped_calendar(), after_days(date.fromisoformat(_day(start)), int(days))).day.isoformat()
    if _day(value) > last:
        yield Fault(own.name, "after_term", {"start": start, "days": days, "last": last})


_shipped_calendar = cache(work_calendar)


def _is(rules: Rules, own: Field, check: Check, row: Mapping[str, object]) -> Iterator[Fault]:
    """Check a word of the row that a field names; a row that is lacking is refused at that field."""
    given = row.get(check.other)
    if given is not None and given not in check.words:
        yield Fault(
            own.name, "referred_differs", {"header": rules.headers[check.other], "given": given, "known": check.words}
        )


_JUDGES = {
    TERM: _within,
    IS: _is,
    "<=": _at_most,
    ">=": _at_least,
    ">": _at_least,
    "decimals": _precise,
    "unsigned": _unsigned,
    "sum <=": _adds_up,
    "sum =": _adds_up,
    "required": _required,
    "required unless": _required_instead,
    "empty": _empty,
    "<= each": _each,
    ">= each": _each,
    "needs": _needs,
}


def _applies(check: Check, row: Mapping[str, object]) -> str | None:
    """Return the value because of which a condition applies, or None."""
    value = row.get(check.other)
    if value in (None, "", []):
        return None
    word = _TRUTHS[value] if isinstance(value, bool) else str(value)
    return word if not check.words or word in check.words else None


def _is_given(row: Mapping[str, object], name: str) -> bool:
    return row.get(name) not in (None, "", [])


def _limit(check: Check, row: Mapping[str, object]) -> object:
    return check.other if check.other.isdecimal() else row.get(check.other)


def _comparable(first: object, second: object) -> tuple[str, str]:
    """Return two dates or times at the precision that both have: an answer on the day of receipt is not before it."""
    texts = str(first), str(second)
    length = _DAY if min(map(len, texts)) == _DAY else None
    return texts[0][:length], texts[1][:length]


def _day(value: object) -> str:
    return str(value)[:_DAY]


def _number(value: object) -> Decimal:
    return Decimal(0) if value is None else Decimal(str(value))
