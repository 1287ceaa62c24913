"""What is noticed of the machine: a store that was there and is gone, and a clock that was set back."""

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from data.store.atomic_write import OWN_FILE, move_atomically
from data.store.audit_log import has_log, last_entry
from data.store.history import local_time
from errors import StoreDamagedError
from i18n import N_

NOTE = "stores-seen.json"  # in the folder of accounts, outside the store
TOLERANCE = timedelta(minutes=5)
CLOCK_BACK = N_(
    "The clock of this machine shows {now}, earlier than the last entry of the audit log, {last}. Set the clock: terms "
    "of objections and the order of the log go by it."
)


class StoreGoneError(StoreDamagedError):
    """A store that had a log when it was last looked at, and now has none."""

    message = N_(
        "The store {path} is not there any more: its disk is not mounted, or the folder was emptied. Mount the disk, "
        "or restore a backup. If the store was removed on purpose, delete the file {note} and start again."
    )


def refuse_gone(store: Path, notes: Path | None) -> None:
    """Raise StoreGoneError for a store that was seen by this process, or by one before that kept a note, and is gone.

    notes: folder of accounts of an installation where people sign in; None keeps no note.
    """
    place = store.resolve()
    if has_log(store):
        _seen().add(place)
        if notes is not None and str(place) not in _noted(notes):
            _keep(notes, [*_noted(notes), str(place)])
        return
    if place in _seen() or (notes is not None and str(place) in _noted(notes)):
        raise StoreGoneError(path=store, note=(notes or store) / NOTE)


def clock_back(store: Path) -> dict[str, str] | None:
    """Return the facts of CLOCK_BACK if the clock is behind the last entry of the log; else None."""
    try:
        last = last_entry(store)
        time = datetime.fromisoformat(last.time) if last else None
    except (StoreDamagedError, ValueError, OSError):
        return None
    now = datetime.now(UTC)
    if last is None or time is None or now >= time - TOLERANCE:
        return None
    return {"now": local_time(now.isoformat()), "last": local_time(last.time)}


@cache
def _seen() -> set[Path]:
    return set()


def _noted(notes: Path) -> list[str]:
    try:
        found: list[str] = json.loads((notes / NOTE).read_text(encoding="utf-8"))
        return found
    except (OSError, ValueError):
        return []


def _keep(notes: Path, places: list[str]) -> None:
    if not notes.is_dir():
        return
    draft = notes / f".{NOTE}"
    draft.touch(OWN_FILE)
    draft.write_text(json.dumps(places, ensure_ascii=False), encoding="utf-8")
    move_atomically(draft, notes / NOTE)
