"""Rules across rows: places inside places, spans of a person in posts, entries that were registered twice."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from data.intake.record_rules import Fault
from data.model.checks import ONCE, Check
from data.model.contract import TABLE_OF, Field
from data.model.record_keys import key_of, shown_key
from problems import Place

_ONCE = {
    kind: [(own, check) for own in table.fields for check in own.checks if check.sort == ONCE]
    for kind, table in TABLE_OF.items()
}
ACROSS_ROWS = frozenset({"place", "person", *(kind for kind, checks in _ONCE.items() if checks)})
"""Kinds with such rules."""
Stored = Callable[[], Sequence[Mapping[str, object]]]
LAST_DAY = "9999-12-31"


@dataclass(frozen=True)
class Entry:
    """An accepted row with its place in the file."""

    place: Place
    content: Mapping[str, object]


def across_rows(kind: str, entries: Sequence[Entry], stored: Stored) -> Iterator[tuple[Entry, Fault]]:
    """Yield every rule across rows that an entry breaks. stored: the rows of the kind that are in force."""
    for own, check in _ONCE[kind]:
        yield from _twice(kind, own, check, entries, stored())
    if kind == "place":
        yield from _cycles(entries)
    if kind == "person":
        yield from _overlaps(entries)


def _twice(
    kind: str, own: Field, check: Check, entries: Sequence[Entry], stored: Sequence[Mapping[str, object]]
) -> Iterator[tuple[Entry, Fault]]:
    """Yield the entries that equal another one; two that were both stored before were accepted then."""
    before = {key_of(kind, row): row for row in stored}
    now = {key_of(kind, entry.content): entry for entry in entries}
    seen: dict[tuple[object, ...], list[tuple[str, frozenset[str]]]] = {}
    for key, row in sorted({**before, **{key: entry.content for key, entry in now.items()}}.items()):
        alike = seen.setdefault(tuple(row.get(name) for name in check.names), [])
        members = _members(row.get(check.other))
        twin = next((other for other, others in alike if others & members), None)
        if twin is None:
            alike.append((key, members))
        elif not (key in before and twin in before):
            entry = now.get(key) or now[twin]
            known = {"value": shown_key(key), "other": shown_key(twin)}
            yield entry, Fault(own.name, check.code, known, warns=check.warns)


def _members(value: object) -> frozenset[str]:
    return frozenset(map(str, value)) if isinstance(value, list) else frozenset()


def _cycles(entries: Sequence[Entry]) -> Iterator[tuple[Entry, Fault]]:
    """Yield the places of a cycle, each with the place above it."""
    parents = {str(entry.content["place_code"]): entry.content.get("parent_code") for entry in entries}
    for entry in entries:
        code = str(entry.content["place_code"])
        seen, above = {code}, parents[code]
        while above in parents and above not in seen:
            seen.add(str(above))
            above = parents[str(above)]
        if above == code:
            yield entry, Fault("parent_code", "cycle", {"place": code, "other": parents[code]})


def _overlaps(entries: Sequence[Entry]) -> Iterator[tuple[Entry, Fault]]:
    """Yield the later of two spans of a person that have days in common."""
    ordered = sorted(entries, key=lambda entry: (str(entry.content["person_code"]), *_span(entry)))
    for before, after in pairwise(ordered):
        first, last = max(_span(before)[0], _span(after)[0]), min(_span(before)[1], _span(after)[1])
        if before.content["person_code"] == after.content["person_code"] and first < last:
            shown = f"{after.content['person_code']} {first}–{'' if last == LAST_DAY else last}"
            yield after, Fault("valid_from", "duplicate_key", {"value": shown, "earlier": before.place})


def _span(entry: Entry) -> tuple[str, str]:
    """Return the first day and the day after the last, as ISO text."""
    return str(entry.content.get("valid_from") or ""), str(entry.content.get("valid_to") or LAST_DAY)
