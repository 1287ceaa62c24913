"""The history of a store: what was published, rolled back and cleared, and each status a round was given.

Small files that are only ever added to; the newest says which release is in force.
"""

import getpass
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from data.model.working_days import Periods
from errors import StoreDamagedError
from i18n import N_

ACTIONS = {
    "publish": N_("Published"),
    "rollback": N_("Rolled back"),
    "clear": N_("Trial cleared"),
    "status": N_("Status changed"),
}
FOLDER = "history"


@dataclass(frozen=True)
class Event:
    """One entry of the history.

    action: one of ACTIONS. release: the one in force afterwards, '' when none is. round: of a clearing or a status;
    status: the new one. uploads: what a clearing took out of force. periods: of the public notice, where the one who
    announced the round stated them.
    """

    number: int
    action: str
    release: str
    previous: str
    note: str
    time: str
    user: str
    round: str = ""
    status: str = ""
    uploads: tuple[str, ...] = ()
    periods: Periods | None = None


def read_history(store: Path) -> list[Event]:
    """Every entry of a store's folder, newest first. Raises StoreDamagedError where one is missing between them."""
    events = [read_event(path) for path in sorted((store / FOLDER).glob("*.json"))]
    for number, event in enumerate(events, start=1):
        if event.number != number:
            raise missing_entry(number)
    return events[::-1]


def missing_entry(number: int) -> StoreDamagedError:
    """What is said of a gap: without the entry nobody knows what is in force, and the next one would overwrite."""
    return StoreDamagedError("History: entry {number} is missing. Restore it from a backup.", number=number)


def read_event(path: Path) -> Event:
    """One entry from its file. Raises StoreDamagedError."""
    try:
        return _event(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, AttributeError):
        raise StoreDamagedError(
            "History: the entry {name} cannot be read any more. Restore it from a backup.", name=path.name
        ) from None


def _event(entry: dict[str, Any]) -> Event:
    periods = entry.get("periods")
    typed = {"uploads": tuple(entry.get("uploads", ())), "periods": Periods(**periods) if periods else None}
    return Event(**{**entry, **typed})


def cleared(history: list[Event]) -> frozenset[str]:
    """Ids of the uploads that clearings took out of force."""
    return frozenset(upload for event in history for upload in event.uploads)


def is_day(text: str) -> bool:
    """Whether a text is a date as 2026-01-31."""
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def local_time(time: str) -> str:
    """A time of the history as the clock on the wall says it, to the minute."""
    return datetime.fromisoformat(time).astimezone().strftime("%Y-%m-%d %H:%M")


def now() -> str:
    """The time in UTC, to the second, as entries and uploads keep it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def user() -> str:
    """Who is at the machine; later the person who logged in."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
