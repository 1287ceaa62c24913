"""Books: registers whose rows live on, such as petitions or opinions, brought again every month with the same rows.

Every upload of a book has an as-of day, and every row of every upload is kept. The state of a row on a day is the row
of the upload with the latest as-of day that is not after it; a file holds all rows or only those that moved. A file
that is declared complete also says that the rows it lacks are no longer listed: they keep their last state.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from data.model.checks import ALONE, Check
from data.model.contract import BOOK, TABLE_OF, Field

AS_OF, COMPLETE = "as_of", "complete"
"""Names of the two facts about its upload that every row of a book carries in a release."""
NO_END = "9999-12-31"


@dataclass(frozen=True)
class Snapshot:
    """One upload of a book: canonical rows by their key, as of a day; whether they are all rows of its round."""

    upload: str
    round_id: str
    as_of: str
    complete: bool
    rows: Mapping[str, str]


@dataclass(frozen=True)
class State:
    """A row on a day. as_of: of the upload that it comes from. listed: False once a complete file lacks it."""

    content: str
    round_id: str
    as_of: str
    listed: bool = True


@dataclass(frozen=True)
class Changed:
    """A field that should not change once it is given. earlier: the as-of day of the other row."""

    key: str
    field: str
    since: str
    old: object
    new: object


@dataclass(frozen=True)
class Shared:
    """A value that a row has at the same time as another row, though it should be alone. first: of those days."""

    key: str
    field: Field
    check: Check
    value: object
    other: str
    first: str


@dataclass(frozen=True)
class Findings:
    """What a new snapshot says of the earlier ones.

    changed: past entries that changed. vanished: keys that a complete file lacks. newest: the latest as-of day known,
    if it is after that of the new snapshot, else "". shared: rows of the new snapshot whose value should be alone.
    """

    changed: tuple[Changed, ...] = ()
    vanished: tuple[str, ...] = ()
    newest: str = ""
    shared: tuple[Shared, ...] = ()


def is_book(kind: str) -> bool:
    """Return whether the rows of a kind live on."""
    return kind in TABLE_OF and TABLE_OF[kind].mode == BOOK


def past_fields(kind: str) -> list[Field]:
    """Return the fields of a book that do not change any more once they are given."""
    return [own for own in TABLE_OF[kind].fields if own.has("past")]


def counted_by(kind: str) -> tuple[str, str, str, str]:
    """Return the fields of a book by which its rows are counted: day, unit, place and state; "" for one it lacks.

    The day is that of the first past event: when a row came in. A field with several places at once counts for none.
    """
    own = [one for one in TABLE_OF[kind].fields if one.type != "list"]
    days = [one.name for one in own if one.type in ("date", "timestamp") and one.has("past")]
    by = [next((one.name for one in own if one.has(word)), "") for word in ("unit", "place", "state")]
    return next(iter(days), ""), by[0], by[1], by[2]


def has_values_alone(kind: str) -> bool:
    """Return whether a book has a field whose value no two rows may have at the same time."""
    return any(check.sort == ALONE for own in TABLE_OF[kind].fields for check in own.checks)


def states(snapshots: Iterable[Snapshot], day: str) -> dict[str, State]:
    """Return the state of every row on a day, by key."""
    found: dict[str, State] = {}
    complete: dict[str, str] = {}
    for snapshot in sorted(snapshots, key=lambda snapshot: (snapshot.as_of, snapshot.round_id)):
        if snapshot.as_of > day:
            continue
        for key, content in snapshot.rows.items():
            found[key] = State(content, snapshot.round_id, snapshot.as_of)
        if snapshot.complete:
            complete[snapshot.round_id] = snapshot.as_of
    return {
        key: State(state.content, state.round_id, state.as_of, state.as_of >= complete.get(state.round_id, ""))
        for key, state in found.items()
    }


def findings(kind: str, new: Snapshot, others: Sequence[Snapshot]) -> Findings:
    """Return what a new snapshot says of those in force."""
    before = states(others, new.as_of)
    after = _first_after(others, new.as_of, new.rows)
    changed = [
        *_changes(kind, new.rows, {key: (s.as_of, s.content) for key, s in before.items() if key in new.rows}),
        *_changes(kind, new.rows, after, later=True),
    ]
    known = {key for key, state in before.items() if state.listed and state.round_id == new.round_id}
    vanished = sorted(known - set(new.rows)) if new.complete else []
    newest = max((one.as_of for one in others), default="")
    shared = _shared(kind, new.rows, before)
    return Findings(tuple(changed), tuple(vanished), newest if newest > new.as_of else "", shared)


def _shared(kind: str, rows: Mapping[str, str], before: Mapping[str, State]) -> tuple[Shared, ...]:
    """Return the rows that have a value on the same days as another row, of this file or of an earlier file."""
    checks = [(own, check) for own in TABLE_OF[kind].fields for check in own.checks if check.sort == ALONE]
    if not checks:
        return ()
    all_rows = {key: json.loads(text) for key, text in {**{k: s.content for k, s in before.items()}, **rows}.items()}
    return tuple(found for own, check in checks for found in _of_check(own, check, all_rows) if found.key in rows)


def _of_check(own: Field, check: Check, rows: Mapping[str, Mapping[str, object]]) -> Iterator[Shared]:
    """Yield every row whose days overlap those of another row with the same value; half-open, as written."""
    spans: dict[object, list[tuple[str, str, str]]] = {}
    for key, row in sorted(rows.items()):
        applies = not check.words or row.get(check.other) in check.words
        if applies and row.get(own.name) is not None:
            first, after = (str(row.get(name) or "") for name in check.names)
            spans.setdefault(row[own.name], []).append((first, after or NO_END, key))
    for value, listed in spans.items():
        for first, after, key in listed:
            for other_first, other_after, other in listed:
                if other != key and max(first, other_first) < min(after, other_after):
                    yield Shared(key, own, check, value, other, max(first, other_first))
                    break


def _first_after(others: Sequence[Snapshot], day: str, keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """Return the first later row of each key, with its as-of day."""
    found: dict[str, tuple[str, str]] = {}
    for snapshot in sorted(others, key=lambda snapshot: snapshot.as_of):
        for key in keys if snapshot.as_of > day else ():
            if key in snapshot.rows:
                found.setdefault(key, (snapshot.as_of, snapshot.rows[key]))
    return found


def _changes(
    kind: str, rows: Mapping[str, str], others: Mapping[str, tuple[str, str]], *, later: bool = False
) -> Iterable[Changed]:
    """Yield the past fields that differ; what was unknown at first may be filled in later."""
    names = [own.name for own in past_fields(kind)]
    for key, (since, other) in others.items():
        if rows[key] == other:  # the same text is the same row, and most rows of a month do not move
            continue
        new, old = json.loads(rows[key]), json.loads(other)
        for name in names:
            first, last = (new, old) if later else (old, new)
            if first.get(name) is not None and first.get(name) != last.get(name):
                yield Changed(key, name, since, old.get(name), new.get(name))


def book_digest(rows: str, as_of: str, *, complete: bool) -> str:
    """Return the SHA-256 (hex) of an upload of a book, from that of its rows."""
    return hashlib.sha256(json.dumps([rows, as_of, complete]).encode()).hexdigest()


def stamped(content: str, as_of: str, *, complete: bool) -> str:
    """Return the canonical text of a row with the facts about its upload in front, so that rows sort by day."""
    about = json.dumps({AS_OF: as_of, **({COMPLETE: True} if complete else {})}, separators=(",", ":"))
    return f"{about[:-1]},{content[1:]}"
