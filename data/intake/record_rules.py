"""Rules between the columns of a record, by kind. Each rule examines values, not cells."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from data.model.contract import header_of

DEDUCTIONS = ("扣分", "一票否决")
# kind -> pairs of fields of which the first is never later than the second
DATES = {"round": ("start_date", "end_date"), "unit_alias": ("valid_from", "valid_to")}
# kind -> pairs of fields of which the first is never more than the second
NUMBERS = {"issue_return": ("valid", "returned"), "component_score": ("points", "max_points")}
# kind -> field -> lowest and highest number of records that are added up; None: no highest. The contract names none.
SPANS: dict[str, dict[str, tuple[int, int | None]]] = {
    "pledges": {"weight": (0, None)},
    # Ten million is above any hall: a number beyond it is a slip, such as two cells joined by mistake.
    "votes": {"count": (0, 10_000_000), "comment_points": (0, None)},
}


@dataclass(frozen=True)
class Fault:
    """Broken rule: the field to look at, the code of the problem and its facts."""

    name: str
    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


def row_faults(kind: str, row: Mapping[str, object]) -> Iterator[Fault]:
    """Yield every rule of the kind that the record breaks."""
    yield from _order(kind, row)
    yield from _missing(kind, row)
    yield from _outside(kind, row)
    if kind == "issue_return":
        yield from _returned(row)
    if kind == "component_score" and row.get("component") == "扣分" and _number(row, "points") > 0:
        yield Fault("points", "deduction_positive")


def _order(kind: str, row: Mapping[str, object]) -> Iterator[Fault]:
    if kind in DATES:
        first, last = DATES[kind]
        if row.get(first) and row.get(last) and str(row[last]) < str(row[first]):
            yield Fault(last, "before_start", {"start": row[first]})
    if kind in NUMBERS:
        part, total = NUMBERS[kind]
        known = row.get(part) is not None and row.get(total) is not None
        if known and _number(row, part) > _number(row, total):
            yield Fault(part, "more_than_whole", {"whole": header_of(kind, total), "most": row[total]})


def _outside(kind: str, row: Mapping[str, object]) -> Iterator[Fault]:
    """Yield numbers below the lowest or above the highest of SPANS."""
    for name, (low, high) in SPANS.get(kind, {}).items():
        number = _number(row, name)
        if row.get(name) is None or (number >= low and (high is None or number <= high)):
            continue
        if high is None:
            yield Fault(name, "below_lowest", {"low": low})
        else:
            yield Fault(name, "out_of_range", {"low": f"{low:,}", "high": f"{high:,}"})


def _missing(kind: str, row: Mapping[str, object]) -> Iterator[Fault]:
    """Yield fields that must be filled in because of another column."""
    if kind == "round" and row.get("method_break") and not row.get("method_note"):
        yield Fault("method_note", "missing_value")
    if kind == "unit_round" and row.get("status") not in (None, "参评") and not row.get("reason"):
        yield Fault("reason", "missing_value")
    if kind == "component_score" and row.get("component") in DEDUCTIONS and not row.get("evidence"):
        yield Fault("evidence", "missing_value")


def _returned(row: Mapping[str, object]) -> Iterator[Fault]:
    """Check that valid and invalid ballots add to those returned; more returned than issued is only a warning."""
    parts = ("valid", "invalid", "returned")
    if all(row.get(name) is not None for name in parts):
        total = _number(row, "valid") + _number(row, "invalid")
        if total != _number(row, "returned"):
            yield Fault("returned", "parts_differ", {"sum": str(total)})


def _number(row: Mapping[str, object], name: str) -> Decimal:
    value = row.get(name)
    return Decimal(0) if value is None else Decimal(str(value))
