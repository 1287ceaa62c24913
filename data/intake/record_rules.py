"""Rules between the columns of a record, by kind, as the contract has them. Each rule examines values, not cells."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache

from data.model.checks import Check
from data.model.contract import TABLE_OF, Field, Table

# Kinds of version 0.1: programs know their broken conditions by these codes and words, and keep them.
_AS_BEFORE = frozenset({"round", "unit_round", "component_score", "issue_return"})
_DATES = frozenset({"date", "timestamp"})
_DAY = len("2025-11-30")
_TRUTHS = {True: "是", False: "否"}


@dataclass(frozen=True)
class Fault:
    """Broken rule: the field to look at, the code of the problem and its facts. warns: a person may accept it."""

    name: str
    code: str
    facts: Mapping[str, object] = field(default_factory=dict)
    warns: bool = False


@dataclass(frozen=True)
class Rules:
    """Conditions of a table, each with its field.

    headers: field -> Chinese header. past: the days of a book that must not be in the future.
    """

    kind: str
    headers: Mapping[str, str]
    conditions: tuple[tuple[Field, Check], ...]
    past: tuple[Field, ...]

    @classmethod
    def of(cls, table: Table) -> "Rules":
        """Return the conditions of a table that its rows can be checked against by themselves."""
        conditions = tuple((own, check) for own in table.fields for check in own.checks if check.sort in _JUDGES)
        past = tuple(own for own in table.fields if own.has("past") and own.type in _DATES)
        return cls(table.kind, {own.name: own.header for own in table.fields}, conditions, past)

    def faults(self, row: Mapping[str, object]) -> Iterator[Fault]:
        """Yield every condition that a row breaks."""
        for own, check in self.conditions:
            for fault in _JUDGES[check.sort](self, own, check, row):
                yield self._warned(fault, own, check, row) if check.warns else fault

    def _warned(self, fault: Fault, own: Field, check: Check, row: Mapping[str, object]) -> Fault:
        """Return a fault as a warning; where the condition has a code, it is shown at the field that has it."""
        if not check.code:
            return replace(fault, warns=True)
        about = {"other": self.headers.get(check.other, ""), "limit": _limit(check, row)}
        return Fault(own.name, check.code, {**fault.facts, **about}, warns=True)


def row_faults(kind: str, row: Mapping[str, object]) -> Iterator[Fault]:
    """Yield every rule of the kind that the record breaks."""
    yield from _rules(kind).faults(row)
    if kind == "component_score" and row.get("component") == "扣分" and _number(row.get("points")) > 0:
        yield Fault("points", "deduction_positive")


def after_day(kind: str, row: Mapping[str, object], day: str) -> Iterator[Fault]:
    """Yield past events of a register that are later than the day whose state it gives."""
    for own in _rules(kind).past:
        if row.get(own.name) is not None and _day(row[own.name]) > day:
            yield Fault(own.name, "date_in_future", {"day": day})


@cache
def _rules(kind: str) -> Rules:
    return Rules.of(TABLE_OF[kind])


def _at_most(rules: Rules, own: Field, check: Check, row: Mapping[str, object]) -> Iterator[Fault]:
    value, limit = row.get(own.name), _limit(check, row)
    if value is None or limit is None:
        return
    if own.type in _DATES:
        if _day(limit) < _day(value):
            yield Fault(check.other, "before_start", {"start": value})
    elif _number(value) > _number(limit) and check.other.isdecimal():
        yield Fault(own.name, "out_of_range", {"low": f"{own.low or 0:,}", "high": f"{int(check.other):,}"})
    elif _number(value) > _number(limit):
        yield Fault(own.name, "more_than_whole", {"whole": rules.headers[check.other], "most": limit})


def _at_least(rules: Rules, own: Field, check: Check, row: Mapping[str, object]) -> Iterator[Fault]:
    value, limit = row.get(own.name), _limit(check, row)
    if value is None or limit is None:
        return
    if own.type in _DATES:
        first, last = _comparable(limit, value)
        if last < first:
            yield Fault(own.name, "before_start", {"start": limit})
        elif check.sort == ">" and last == first:
            yield Fault(own.name, "before_start", {"start": limit, "after": True})
    elif _number(value) < _number(limit) or (check.sort == ">" and _number(value) == _number(limit)):
        yield Fault(own.name, "below_lowest", {"low": limit})


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
        yield Fault(check.other, "parts_differ", facts)
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


_JUDGES = {
    "<=": _at_most,
    ">=": _at_least,
    ">": _at_least,
    "sum <=": _adds_up,
    "sum =": _adds_up,
    "required": _required,
    "required unless": _required_instead,
    "empty": _empty,
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
