"""Rules across the rows of the registers that all schemes share: places inside places, spans of a person in posts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from data.intake.record_rules import Fault
from problems import Place

ACROSS_ROWS = frozenset({"place", "person"})  # kinds with such rules
LAST_DAY = "9999-12-31"


@dataclass(frozen=True)
class Entry:
    """An accepted row with its place in the file."""

    place: Place
    content: Mapping[str, object]


def across_rows(kind: str, entries: Sequence[Entry]) -> Iterator[tuple[Entry, Fault]]:
    """Yield every rule across rows that an entry breaks."""
    if kind == "place":
        yield from _cycles(entries)
    if kind == "person":
        yield from _overlaps(entries)


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
