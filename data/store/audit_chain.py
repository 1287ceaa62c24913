"""The audit chain: every entry of the log has the hash of its predecessor, so that no change to a line goes unseen."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from errors import StoreDamagedError

FIRST = "0" * 64  # the previous hash of the first entry


@dataclass(frozen=True)
class LoggedCounts:
    """Progress of the log: numbers of the last logged upload and history entry, and the count of logged rule sets."""

    uploads: int = 0
    events: int = 0
    rules: int = 0


@dataclass(frozen=True)
class Entry:
    """A line of the log.

    what: the upload, rule set or file. sha256: of an exported file, else ''. time: in UTC. `told`: the logged counts
    including this line. before: the hash of the previous line. hash: of this line with the hash field empty.
    files: place in the store -> SHA-256 of each file that this entry seals. verified: how the user is known, a key of
    `data.store.people.KNOWN_BY`, or '' for a name that was typed and for entries of versions before.
    The field names are part of the stored JSON and of the hash, so they cannot change; those of LATER are left out of
    both while they are empty, so that lines of earlier versions keep their hash.
    """

    number: int
    time: str
    user: str
    action: str
    round: str
    release: str
    what: str
    note: str
    sha256: str
    told: LoggedCounts
    before: str
    hash: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    verified: str = ""

    def sealed(self) -> "Entry":
        """Return the entry with its hash filled in."""
        return replace(self, hash=hashlib.sha256(replace(self, hash="").line()).hexdigest())

    def line(self) -> bytes:
        """Return the entry as it is stored, without the end of the line."""
        values: dict[str, Any] = {name: value for name, value in asdict(self).items() if value or name not in LATER}
        return json.dumps(values, ensure_ascii=False, sort_keys=True).encode()


LATER = frozenset({"files", "verified"})
"""Fields that version 0.3.0 added."""


def chained(lines: Iterable[bytes]) -> list[Entry]:
    """Return the entries of a log whose chain is unbroken, oldest first. Raises StoreDamagedError where it breaks."""
    entries: list[Entry] = []
    for number, line in enumerate(lines, start=1):
        entry = entry_of(line)
        before = entries[-1].hash if entries else FIRST
        if entry is None or (entry.number, entry.before, entry.hash) != (number, before, entry.sealed().hash):
            raise StoreDamagedError(
                "Audit log: line {number} was changed, or lines before it were removed or inserted. Restore the log "
                "from a backup.",
                number=number,
            )
        entries.append(entry)
    return entries


def entry_of(line: bytes) -> Entry | None:
    """Return the entry of a line, or None if it is none."""
    try:
        values = json.loads(line)
        return Entry(**{**values, "told": LoggedCounts(**values["told"])})
    except (ValueError, TypeError, KeyError):
        return None
