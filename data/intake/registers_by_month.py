"""Rules across rows: places inside places, spans of a person in posts, a yes that only one of several rows has, entries
that were registered twice.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from data.intake.context import Stored
from data.intake.record_rules import Fault
from data.model.checks import ONCE, SINGLE, Check
from data.model.contract import TABLE_OF, Field
from data.model.record_keys import key_of, shown_key
from problems import Place

ACROSS_ROWS = frozenset(
    {"place", "person"}
    | {kind for kind, table in TABLE_OF.items() if any(own.has(SINGLE) or own.has(ONCE) for own in table.fields)}
)
"""Kinds with such rules."""
LAST_DAY = "9999-12-31"


@dataclass(frozen=True)
class Entry:
    """An accepted row with its place in the file."""

    place: Place
    content: Mapping[str, object]


def across_rows(
    kind: str, entries: Sequence[Entry], rows: Callable[[], Mapping[str, Stored]]
) -> Iterator[tuple[Entry, Fault]]:
    """Yield every rule across rows that an entry breaks. rows: of other uploads of the kind, by key."""
    if kind == "place":
        yield from _cycles(entries)
    if kind == "person":
        yield from _overlaps(entries, rows())
    for own in TABLE_OF[kind].fields:
        for check in own.checks:
            if check.sort == SINGLE:
                yield from _more_than_one(kind, own, check, entries, rows())
            if check.sort == ONCE:
                yield from _twice(kind, own, check, entries, rows())


def _more_than_one(
    kind: str, own: Field, check: Check, entries: Sequence[Entry], rows: Mapping[str, Stored]
) -> Iterator[tuple[Entry, Fault]]:
    """Yield every later entry that has a yes although another row of the same group has it."""
    new = {key_of(kind, entry.content) for entry in entries}
    seen: dict[object, list[tuple[object, Place]]] = {}
    for key, row in rows.items():
        if key not in new and row.content.get(own.name) is True:
            seen.setdefault(row.content.get(check.other), []).append((_part(row.content, check), Place(row.file)))
    for entry in entries:
        if entry.content.get(own.name) is not True:
            continue
        part, earlier = _part(entry.content, check), seen.setdefault(entry.content.get(check.other), [])
        clash = next((place for other, place in earlier if part is None or other in (None, part)), None)
        if clash is not None:
            shown = f"{own.header} {entry.content[check.other]}"
            yield entry, Fault(own.name, "duplicate_key", {"value": shown, "earlier": clash})
        earlier.append((part, entry.place))


def _twice(
    kind: str, own: Field, check: Check, entries: Sequence[Entry], rows: Mapping[str, Stored]
) -> Iterator[tuple[Entry, Fault]]:
    """Yield the entries that equal another entry; two that were both stored before were accepted then."""
    now = {key_of(kind, entry.content): entry for entry in entries}
    together = {**{key: row.content for key, row in rows.items()}, **{key: now[key].content for key in now}}
    seen: dict[tuple[object, ...], list[tuple[str, frozenset[str]]]] = {}
    for key, row in sorted(together.items()):
        alike = seen.setdefault(tuple(row.get(name) for name in check.names), [])
        members = _members(row.get(check.other))
        twin = next((other for other, others in alike if others & members), None)
        if twin is None:
            alike.append((key, members))
        elif not (key in rows and twin in rows):
            entry = now.get(key) or now[twin]
            known = {"value": shown_key(key), "other": shown_key(twin)}
            yield entry, Fault(own.name, check.code, known, check.level)


def _members(value: object) -> frozenset[str]:
    return frozenset(map(str, value)) if isinstance(value, list) else frozenset()


def _part(row: Mapping[str, object], check: Check) -> object:
    """Return what tells a row apart from others of its group, or None."""
    return row.get(check.names[0]) if check.names else None


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


def _overlaps(entries: Sequence[Entry], rows: Mapping[str, Stored]) -> Iterator[tuple[Entry, Fault]]:
    """Yield the spans of a person that have days in common with an earlier span, or with one of another file."""
    new = {key_of("person", entry.content) for entry in entries}
    stored = [Entry(Place(row.file), row.content) for key, row in rows.items() if key not in new]
    own = {id(entry) for entry in entries}
    named: set[int] = set()
    longest: dict[str, Entry] = {}
    for entry in sorted([*stored, *entries], key=lambda entry: (str(entry.content["person_code"]), *_span(entry))):
        person = str(entry.content["person_code"])
        before = longest.get(person)
        if before is None or _span(before)[1] < _span(entry)[1]:
            longest[person] = entry
        if before is None or _span(entry)[0] >= _span(before)[1]:
            continue
        here, there = (entry, before) if id(entry) in own else (before, entry)
        if id(here) in own and id(here) not in named:
            named.add(id(here))
            yield here, _in_two_posts(person, _span(entry)[0], min(_span(before)[1], _span(entry)[1]), there)


def _in_two_posts(person: str, first: str, last: str, other: Entry) -> Fault:
    shown = f"{person} {first}–{'' if last == LAST_DAY else last}"
    return Fault("valid_from", "duplicate_key", {"value": shown, "earlier": other.place})


def _span(entry: Entry) -> tuple[str, str]:
    """Return the first day and the day after the last, as ISO text."""
    return str(entry.content.get("valid_from") or ""), str(entry.content.get("valid_to") or LAST_DAY)
