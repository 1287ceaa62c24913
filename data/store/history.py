"""The history of a store: publications, rollbacks, withdrawn uploads, status of rounds, reviews, months that close.

Each entry is a small file that never changes; the newest entry names the release in force.
"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from data.model.working_days import WORKING_DAYS, Periods
from data.store.people import user as user
from errors import StoreDamagedError
from i18n import N_

ACTIONS = {
    "publish": N_("Published"),
    "rollback": N_("Rolled back"),
    "clear": N_("Trial cleared"),
    "status": N_("Status changed"),
    "withdraw": N_("Upload withdrawn"),
    "close": N_("Month closed"),
    "reopen": N_("Month opened again"),
    "preview": N_("Preview given"),
    "objection": N_("Objection registered"),
    "take back": N_("Objection taken back"),
    "ruling": N_("Objection ruled on"),
    "correct": N_("Corrected by a ruling"),
    "delivery": N_("Letter delivered"),
    "ballots": N_("Listed ballots judged"),
}
FOLDER = "history"


@dataclass(frozen=True)
class Step:
    """What a step of a review says, of which the history has to know without a further file.

    objection: its number. outcome: of a ruling. corrects: whether the ruling changes data. second: who confirmed the
    ruling, and how that name is known; by: who ruled, if that is not who entered it. day: first day of a preview, or
    day of receipt. days: of the term, or for the ruling. objections: those that a correction answers.
    """

    objection: int = 0
    outcome: str = ""
    corrects: bool = False
    second: str = ""
    by: str = ""
    day: str = ""
    days: int = 0
    objections: tuple[int, ...] = ()


@dataclass(frozen=True)
class Event:
    """An entry of the history.

    action: a key of ACTIONS. release: the release in force afterwards, or ''. round: set for a cleared trial or a
    status change. status: the new status. uploads: ids that are withdrawn. periods: of the public notice, if
    stated when the round was announced. accepted: the reason for publishing in spite of warnings. findings: shown
    before publishing, as "code round". scheme, month: that were closed or opened again. made_from: of a closing, the
    release of its bulletin. figures: digest of the kept file of a closing or of a step of a review. step: of a review.
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
    accepted: str = ""
    findings: tuple[str, ...] = ()
    scheme: str = ""
    month: str = ""
    made_from: str = ""
    figures: str = ""
    step: Step | None = None

    @property
    def subject(self) -> str:
        """Return what it is about: the round, or the scheme and month."""
        return self.round or f"{self.scheme} {self.month}".strip()


def read_history(store: Path) -> list[Event]:
    """Read every entry of a store, newest first. Raises StoreDamagedError if there is a gap in the numbers."""
    events = [read_event(path) for path in sorted((store / FOLDER).glob("*.json"))]
    for number, event in enumerate(events, start=1):
        if event.number != number:
            raise missing_entry(number)
    return events[::-1]


def missing_entry(number: int) -> StoreDamagedError:
    """Return the error for a missing entry: the release in force is unknown, and the next entry would overwrite."""
    return StoreDamagedError("History: entry {number} is missing. Restore it from a backup.", number=number)


def read_event(path: Path) -> Event:
    """Read an entry. Raises StoreDamagedError."""
    try:
        return _event(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, AttributeError):
        raise StoreDamagedError(
            "History: the entry {name} can no longer be read. Restore it from a backup.", name=path.name
        ) from None


def _event(entry: dict[str, Any]) -> Event:
    periods = entry.get("periods")
    lists = {name: tuple(entry.get(name, ())) for name in ("uploads", "findings")}
    # entries of versions before 0.3 count the notice in working days, and do not say so
    read = Periods(**{"counted": WORKING_DAYS, **periods}) if periods else None
    step = entry.get("step")
    return Event(**{**entry, **lists, "periods": read, "step": _step(step) if step else None})


def _step(entry: dict[str, Any]) -> Step:
    return Step(**{**entry, "objections": tuple(entry.get("objections", ()))})


def written(event: Event) -> dict[str, Any]:
    """Return an entry as it is stored; without what was added later it is as versions before 0.2.0 wrote it."""
    added = ("accepted", "findings", "scheme", "month", "made_from", "figures", "step")
    entry = {name: value for name, value in asdict(event).items() if value or name not in added}
    if event.step:
        entry["step"] = {name: value for name, value in asdict(event.step).items() if value}
    return entry


def withdrawn(history: list[Event]) -> frozenset[str]:
    """Return the ids of the uploads that a person withdrew, with a cleared trial or each by itself."""
    return frozenset(upload for event in history for upload in event.uploads)


def cleared(history: list[Event]) -> frozenset[str]:
    """Return the ids of the uploads of cleared trials."""
    return withdrawn([event for event in history if event.action == "clear"])


def is_day(text: str) -> bool:
    """Return whether a text is an ISO date such as 2026-01-31."""
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def local_time(time: str) -> str:
    """Format a recorded UTC time as local time, to the minute."""
    return datetime.fromisoformat(time).astimezone().strftime("%Y-%m-%d %H:%M")


def now() -> str:
    """Return the current UTC time to the second, in the format of entries and uploads."""
    return datetime.now(UTC).isoformat(timespec="seconds")
