"""Months that are closed: a scheme's bulletin of the month was issued, and the figures that it printed are kept.

Closing is an entry of the history and locks nothing: later files may still change the state of that month, and every
later document prints what was printed, what it is now, and the difference. The entry names the release of the bulletin
and the digest of the figures, which lie in a separate file.
"""

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from data.store.history import Event, now, read_history, user
from data.store.seals import store_for_good
from errors import StoreDamagedError, UsageError

if TYPE_CHECKING:
    from data.store.store import Store

FOLDER = "closed"
CLOSE, REOPEN = "close", "reopen"
SAME = ("measure", "by", "key", "period_from", "period_to")
"""What a printed figure and the present one have in common."""
_MONTH = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])")
_SCHEME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Closing:
    """A month that is closed for a scheme. release: of its bulletin. digest: of the figures."""

    scheme: str
    month: str
    release: str
    digest: str
    time: str
    user: str
    note: str = ""

    def figures(self, store: Path) -> list[dict[str, object]]:
        """Return the figures as they were printed. Raises StoreDamagedError."""
        return _read(_file(store, self.scheme, self.month, self.digest), self.digest)


@dataclass(frozen=True)
class Compared:
    """A figure as it was printed and as it is now; None where there was or is no such figure.

    printed_n, now_n: the bases. difference: now less printed, None where either is unknown.
    """

    measure: str
    by: str
    key: str
    of_what: str
    printed: float | None
    printed_n: int | None
    now: float | None
    now_n: int | None

    @property
    def difference(self) -> float | None:
        """Return how much more it is now."""
        return None if self.printed is None or self.now is None else self.now - self.printed

    @property
    def changed(self) -> bool:
        """Return whether the value or its base differs from what was printed."""
        return (self.printed, self.printed_n) != (self.now, self.now_n)


def close_month(
    store: "Store",
    scheme: str,
    month: str,
    rows: Sequence[Mapping[str, object]],
    release: str = "",
    note: str = "",
    who: str = "",
) -> Closing:
    """Close a month of a scheme with the figures that its bulletin prints.

    rows: measure rows. release: prefix of the id of their release; by default the release in force. Raises UsageError
    for a month that is closed already, for no rows, and for rows of another release.
    """
    _check_names(scheme, month)
    content = _content(rows)
    digest = hashlib.sha256(content).hexdigest()
    with store.writing() as staging:
        made_from = store.find(release) if release else store.in_force()
        if made_from is None:
            raise UsageError("Nothing is published; a month is closed with the release of its bulletin. Publish first.")
        _refuse_closing(read_history(store.path), scheme, month, rows, made_from)
        path = _file(store.path, scheme, month, digest)
        if not path.is_file():
            draft = staging / path.name
            draft.write_bytes(content)
            store_for_good(staging, draft, store.path, f"{FOLDER}/{path.name}")
        event = replace(_event(store, CLOSE, scheme, month, note, who), made_from=made_from, figures=digest)
        store.record(staging, event)
    return _closing(event)


def reopen_month(store: "Store", scheme: str, month: str, reason: str, who: str = "") -> Closing:
    """Open a month again and return what it was closed with; those figures stay kept. Raises UsageError."""
    _check_names(scheme, month)
    if not reason.strip():
        raise UsageError("To open a month again needs a reason.")
    with store.writing() as staging:
        closed = [one for one in _closed(read_history(store.path)) if (one.scheme, one.month) == (scheme, month)]
        if not closed:
            raise UsageError("The month {month} of {scheme} is not closed.", month=month, scheme=scheme)
        store.record(staging, _event(store, REOPEN, scheme, month, reason, who))
    return closed[0]


def closings(store: "Store", scheme: str = "") -> list[Closing]:
    """Return the months that are closed now, by scheme and month; of a single scheme if it is named."""
    return [one for one in _closed(read_history(store.path)) if scheme in ("", one.scheme)]


def compared(printed: Sequence[Mapping[str, object]], today: Sequence[Mapping[str, object]]) -> list[Compared]:
    """Return every printed figure with the present figure, then those that were not printed."""
    present = {_same(row): row for row in today}
    known = {_same(row) for row in printed}
    pairs = [(row, present.get(_same(row), {})) for row in printed]
    pairs += [({}, row) for key, row in present.items() if key not in known]
    return [_pair(before, after) for before, after in pairs]


def damaged_closings(store: Path) -> list[StoreDamagedError]:
    """Return the defects of the figures of all closed months, also of those opened again."""
    damages = []
    for event in read_history(store):
        if event.action == CLOSE:
            try:
                _closing(event).figures(store)
            except StoreDamagedError as damage:
                damages.append(damage)
    return damages


def _closed(history: Sequence[Event]) -> list[Closing]:
    """Return the closings that were not opened again since. history: newest first."""
    last = {(event.scheme, event.month): event for event in reversed(history) if event.action in (CLOSE, REOPEN)}
    return [_closing(event) for _, event in sorted(last.items()) if event.action == CLOSE]


def _closing(event: Event) -> Closing:
    return Closing(event.scheme, event.month, event.made_from, event.figures, event.time, event.user, event.note)


def _event(store: "Store", action: str, scheme: str, month: str, note: str, who: str) -> Event:
    in_force = store.in_force() or ""
    return Event(0, action, in_force, in_force, note, now(), who or user(), scheme=scheme, month=month)


def _check_names(scheme: str, month: str) -> None:
    if not _MONTH.fullmatch(month):
        raise UsageError("A month is written such as 2026-03, not {value}.", value=month)
    if not _SCHEME.fullmatch(scheme):
        raise UsageError("There is no scheme {scheme}.", scheme=scheme)


def _refuse_closing(
    history: Sequence[Event], scheme: str, month: str, rows: Sequence[Mapping[str, object]], made_from: str
) -> None:
    if any((one.scheme, one.month) == (scheme, month) for one in _closed(history)):
        raise UsageError(
            "The month {month} of {scheme} is closed already. Open it again first, with a reason.",
            month=month,
            scheme=scheme,
        )
    if not rows:
        raise UsageError("The month {month} of {scheme} has no figures to close with.", month=month, scheme=scheme)
    others = {str(row.get("release") or made_from) for row in rows} - {made_from}
    if others:
        raise UsageError(
            "The figures are of the release {other}, and the month would be closed with {release}. Compute them again.",
            other=min(others)[:16],
            release=made_from[:16],
        )


def _content(rows: Sequence[Mapping[str, object]]) -> bytes:
    """Return the figures as they are kept: one row a line, unknown values as null."""
    lines = [json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False) for row in rows]
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode()


def _plain(value: object) -> object:
    """Return a value as JSON has it: numbers of numpy as plain ones, a missing number as null."""
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and math.isnan(value) else value


def _file(store: Path, scheme: str, month: str, digest: str) -> Path:
    return store / FOLDER / f"{scheme}-{month}-{digest[:12]}.json"


def _read(path: Path, digest: str) -> list[dict[str, object]]:
    try:
        content = path.read_bytes()
        rows: list[dict[str, object]] = json.loads(content)
    except (OSError, ValueError):
        content, rows = b"", []
    if hashlib.sha256(content).hexdigest() != digest:
        raise StoreDamagedError(
            "Closed month {name}: its figures are missing or were changed. Restore them from a backup.", name=path.name
        )
    return rows


def _same(row: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(str(row.get(name) or "") for name in SAME)


def _pair(before: Mapping[str, object], after: Mapping[str, object]) -> Compared:
    about = before or after
    measure, by, key, of_what = (str(about.get(name) or "") for name in ("measure", "by", "key", "of_what"))
    return Compared(measure, by, key, of_what, _number(before), _whole(before), _number(after), _whole(after))


def _number(row: Mapping[str, object]) -> float | None:
    value = _plain(row.get("value"))
    return value if isinstance(value, int | float) else None


def _whole(row: Mapping[str, object]) -> int | None:
    value = _plain(row.get("n"))
    return int(value) if isinstance(value, int | float) else None
