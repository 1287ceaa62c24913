"""What a file of a book says of its earlier states, as problems: changed entries, missing rows, values given twice."""

from collections.abc import Mapping

from data.intake.record_places import Places
from data.model.books import Changed, Findings, Shared
from data.model.contract import header_of
from data.model.record_keys import shown_key
from problems import Problem

MOST_SHOWN = 50  # keys in a sentence
NOTHING = "—"


def book_problems(kind: str, found: Findings, as_of: str, places: Places) -> list[Problem]:
    """Return the findings as problems. places: of the rows of the new file."""
    of_changed = places.of({change.key for change in found.changed})
    problems = [_changed(kind, change, of_changed) for change in found.changed]
    of_shared = places.of({shared.key for shared in found.shared})
    problems += [_shared(shared, of_shared) for shared in found.shared]
    file = places.file
    if found.vanished:
        shown = [shown_key(key) for key in found.vanished[:MOST_SHOWN]]
        shown += ["…"] if len(found.vanished) > MOST_SHOWN else []
        facts: dict[str, object] = {"count": len(found.vanished), "shown": shown}
        problems.append(Problem("row_vanished", "warning", file, facts=facts))
    if found.newest:
        problems.append(Problem("snapshot_older", "note", file, facts={"day": as_of, "newest": found.newest}))
    return problems


def _changed(kind: str, change: Changed, places: Mapping[str, tuple[str, int]]) -> Problem:
    file, row = places[change.key]
    old, new = (NOTHING if value is None else str(value) for value in (change.old, change.new))
    facts = {"key": shown_key(change.key), "since": change.since, "old": old, "new": new}
    return Problem("past_changed", "warning", file, None, row, header_of(kind, change.field), new, facts)


def _shared(found: Shared, places: Mapping[str, tuple[str, int]]) -> Problem:
    file, row = places[found.key]
    facts = {"key": shown_key(found.key), "other": shown_key(found.other), "day": found.first}
    level = "warning" if found.check.warns else "error"
    code = found.check.code or "not_alone"
    return Problem(code, level, file, None, row, found.field.header, str(found.value), facts)
