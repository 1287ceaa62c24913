"""The audit log: who did what and when, to which release; each entry is chained to the one before by its SHA-256.

`audit/log.jsonl`, one JSON line an entry, only ever added to. Uploads, rule sets and the history are logged from what
the store holds, so an action whose process was killed before its line was written is logged by the next writer.
A changed, removed or inserted line breaks the chain. A tail that was cut off is seen by uploads and history entries
that no line tells, or by whoever noted the last hash elsewhere: `biaochi audit` prints it.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from filelock import FileLock

from data.store.history import Event, now, user
from data.store.uploads import Upload
from errors import StoreDamagedError
from i18n import N_

FOLDER = "audit"
LOG = "log.jsonl"
FIRST = "0" * 64  # in place of a hash before the first entry
TAIL = 1 << 16  # bytes that nearly always hold the last line
ACTIONS = {
    "rules": N_("Rule set added"),
    "import": N_("Imported"),
    "publish": N_("Published"),
    "rollback": N_("Rolled back"),
    "clear": N_("Trial cleared"),
    "status": N_("Status changed"),
    "export": N_("Exported"),
    "rebuild": N_("Rebuilt"),
    "backup": N_("Backed up"),
    "restore": N_("Restored"),
}


PAGE, PUBLIC_BUNDLE, INTERNAL_BUNDLE, KIT = "public page", "public bundle", "internal bundle", "kit"
"""What the log calls files that leave, whether the command line or a page hands them out."""


@dataclass(frozen=True)
class LoggedCounts:
    """What the log has told so far: numbers of the last upload and history entry, and how many rule sets."""

    uploads: int = 0
    events: int = 0
    rules: int = 0


@dataclass(frozen=True)
class Entry:
    """One line of the log. what: the upload, rule set or file; sha256: of a file that went out, else ''.

    time is UTC. told: with this line. before: the hash of the line before; hash: of this one without itself.
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

    def sealed(self) -> "Entry":
        """The entry with its hash."""
        text = json.dumps(asdict(replace(self, hash="")), ensure_ascii=False, sort_keys=True)
        return replace(self, hash=hashlib.sha256(text.encode()).hexdigest())


def read_log(store: Path) -> list[Entry]:
    """Every entry, oldest first; empty for a new store. Raises StoreDamagedError where the chain breaks."""
    found: list[Entry] = []
    for number, line in enumerate(_lines(store), start=1):
        entry = _entry(line)
        before = found[-1].hash if found else FIRST
        if entry is None or (entry.number, entry.before, entry.hash) != (number, before, entry.sealed().hash):
            raise StoreDamagedError(
                "Audit log: line {number} was changed, or lines before it were removed or inserted. Restore the log "
                "from a backup.",
                number=number,
            )
        found.append(entry)
    return found


def logged_event_count(store: Path) -> int:
    """How many history entries the log tells of. 0 where the log is missing or its last line is damaged: results are
    read all the same, and `biaochi check` tells that.
    """
    try:
        return _told(store).events
    except StoreDamagedError:
        return 0


def has_log(store: Path) -> bool:
    """Whether anything was ever logged: every store that took a file has a log, if it is whole."""
    return (store / FOLDER / LOG).is_file()


def log_export(store: Path, what: str, *, release: str, round_id: str = "", sha256: str = "", who: str = "") -> None:
    """One entry for a file that leaves the house. who: the person who signed in; else the user of the machine."""
    with _appending(store) as draft:
        draft.add("export", what, release=release, round_id=round_id, sha256=sha256, who=who)


def log_action(
    store: Path, action: str, what: str, *, release: str = "", round_id: str = "", note: str = "", sha256: str = ""
) -> None:
    """One entry for an action that leaves no upload, rule set or history entry behind."""
    with _appending(store) as draft:
        draft.add(action, what, release=release, round_id=round_id, note=note, sha256=sha256)


def append_missing_entries(
    store: Path, uploads: Sequence[Upload], history: Sequence[Event], rules: Sequence[str]
) -> None:
    """One entry for each upload, history entry and rule set (by name) that no line tells yet."""
    told = _told(store)
    new_uploads = [upload for upload in uploads if upload.number > told.uploads]
    new_events = [event for event in history if event.number > told.events]
    if not new_uploads and not new_events and len(rules) == told.rules:
        return
    with _appending(store) as draft:
        known = {entry.what for entry in read_log(store) if entry.action == "rules"}
        for name in [name for name in rules if name not in known]:
            draft.add("rules", name, told=replace(draft.told, rules=draft.told.rules + 1))
        done: list[Upload | Event] = [*new_uploads, *new_events]
        for one in sorted(done, key=_when):
            draft.tell(one)


def _when(done: Upload | Event) -> tuple[str, int]:
    return (done.imported_at, 0) if isinstance(done, Upload) else (done.time, 1)


class _Draft:
    """Lines that will be written together."""

    def __init__(self, last: Entry | None) -> None:
        self.number, self.hash = (last.number, last.hash) if last else (0, FIRST)
        self.told = last.told if last else LoggedCounts()
        self.lines: list[bytes] = []

    def add(
        self,
        action: str,
        what: str,
        *,
        release: str = "",
        round_id: str = "",
        note: str = "",
        sha256: str = "",
        time: str = "",
        who: str = "",
        told: LoggedCounts | None = None,
    ) -> None:
        """One more line."""
        self.number, self.told = self.number + 1, told or self.told
        entry = Entry(
            self.number,
            time or now(),
            who or user(),
            action,
            round_id,
            release,
            what,
            note,
            sha256,
            self.told,
            self.hash,
        ).sealed()
        self.hash = entry.hash
        self.lines.append(json.dumps(asdict(entry), ensure_ascii=False, sort_keys=True).encode() + b"\n")

    def tell(self, done: Upload | Event) -> None:
        """The line of an upload or of a history entry, with its own time and user."""
        if isinstance(done, Upload):
            self.add(
                "import",
                f"{done.kind} {done.upload_id}",
                round_id=done.round_id,
                note=done.accepted_warnings,
                time=done.imported_at,
                who=done.imported_by,
                told=replace(self.told, uploads=done.number),
            )
        else:
            self.add(
                done.action,
                done.status,
                release=done.release,
                round_id=done.round,
                note=done.note,
                time=done.time,
                who=done.user,
                told=replace(self.told, events=done.number),
            )


@contextmanager
def _appending(store: Path) -> Iterator[_Draft]:
    """Lines to add, on disk together; a lock of its own, since files go out while others import."""
    folder = store / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "lock"):
        last, whole = _last(store)
        draft = _Draft(last)
        yield draft
        with (folder / LOG).open("r+b" if (folder / LOG).exists() else "wb") as file:
            file.truncate(whole)  # a line that a power cut tore was never acknowledged
            file.seek(whole)
            file.write(b"".join(draft.lines))
            file.flush()
            os.fsync(file.fileno())


def _told(store: Path) -> LoggedCounts:
    last, _ = _last(store)
    return last.told if last else LoggedCounts()


def _last(store: Path) -> tuple[Entry | None, int]:
    """The last whole line, and where the whole lines end."""
    path = store / FOLDER / LOG
    if not path.is_file():
        return None, 0
    tail, begins = _tail(path)
    whole = tail[: tail.rfind(b"\n") + 1]
    if not whole:
        return None, begins
    entry = _entry(whole.rstrip(b"\n").rsplit(b"\n", 1)[-1])
    if entry is None:
        raise StoreDamagedError("Audit log: its last line cannot be read any more. Restore the log from a backup.")
    return entry, begins + len(whole)


def _tail(path: Path) -> tuple[bytes, int]:
    """The end of the log with the whole last line, however long its note is, and where that end begins."""
    length = TAIL
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        while True:
            begins = file.seek(max(0, size - length))
            tail = file.read(size - begins)
            if begins == 0 or tail.count(b"\n") > 1:
                return tail, begins
            length *= 8


def _lines(store: Path) -> Iterator[bytes]:
    path = store / FOLDER / LOG
    if path.is_file():
        with path.open("rb") as file:
            yield from (line for line in file if line.endswith(b"\n"))


def _entry(line: bytes) -> Entry | None:
    try:
        whole = json.loads(line)
        return Entry(**{**whole, "told": LoggedCounts(**whole["told"])})
    except (ValueError, TypeError, KeyError):
        return None
