"""The audit log: who did what and when, to which release. Each entry is chained to its predecessor by SHA-256.

The log is `audit/log.jsonl`, append-only, with a JSON object per line. Entries for uploads, rule sets and history are
derived from the store itself. If a process is killed before it writes its line, the next writer adds that line.
A changed, removed or inserted line breaks the chain. A truncated log is detected by uploads and history entries that
have no line, or by comparison with a last hash noted elsewhere; `biaochi audit` prints that hash.
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

from filelock import FileLock

from data.store.audit_chain import FIRST, Entry, LoggedCounts, chained, entry_of
from data.store.history import Event, now, user
from data.store.uploads import Upload
from errors import StoreDamagedError
from i18n import N_

FOLDER = "audit"
LOG = "log.jsonl"
TAIL = 1 << 16  # bytes read from the end at first; they nearly always contain the last line
ACTIONS = {
    "rules": N_("Rule set added"),
    "import": N_("Imported"),
    "publish": N_("Published"),
    "rollback": N_("Rolled back"),
    "clear": N_("Trial cleared"),
    "withdraw": N_("Upload withdrawn"),
    "status": N_("Status changed"),
    "close": N_("Month closed"),
    "reopen": N_("Month opened again"),
    "export": N_("Exported"),
    "rebuild": N_("Rebuilt"),
    "backup": N_("Backed up"),
    "restore": N_("Restored"),
    "draft": N_("Unfinished upload kept"),
    "discard": N_("Unfinished upload discarded"),
    "second": N_("Checked by a second person"),
    "ballots judged": N_("Listed ballots judged"),
    "nothing later": N_("Nothing published after the backup"),
}


PAGE, PUBLIC_BUNDLE, INTERNAL_BUNDLE, KIT = "public page", "public bundle", "internal bundle", "kit"
"""Names of exported packages in the log, the same for the command line and the pages."""


def kits_noted(digest: str) -> str:
    """Return the note of an exported kit: the digest of all kits of its round, as the bulletin prints it."""
    return f"kits {digest}"


def read_log(store: Path) -> list[Entry]:
    """Return every entry, oldest first; empty for a new store. Raises StoreDamagedError where the chain breaks."""
    return chained(_lines(store))


def logged_event_count(store: Path) -> int:
    """Return the number of logged history entries; 0 if the log is missing or its last line is damaged.

    Results stay readable in both cases; `biaochi check` reports the damage.
    """
    try:
        return _told(store).events
    except StoreDamagedError:
        return 0


def has_log(store: Path) -> bool:
    """Return whether a log exists. Every undamaged store that accepted a file has a log."""
    return (store / FOLDER / LOG).is_file()


def log_export(
    store: Path, what: str, *, release: str, round_id: str = "", sha256: str = "", note: str = "", who: str = ""
) -> None:
    """Log the export of a file. note: of a public file its set. who: the person signed in, else the user."""
    with _appending(store) as draft:
        draft.add("export", what, release=release, round_id=round_id, sha256=sha256, note=note, who=who)


def log_action(
    store: Path,
    action: str,
    what: str,
    *,
    release: str = "",
    round_id: str = "",
    note: str = "",
    sha256: str = "",
    who: str = "",
) -> None:
    """Log an action that creates no upload, rule set or history entry."""
    with _appending(store) as draft:
        draft.add(action, what, release=release, round_id=round_id, note=note, sha256=sha256, who=who)


def append_missing_entries(
    store: Path, uploads: Sequence[Upload], history: Sequence[Event], rules: Sequence[str]
) -> None:
    """Append an entry for each upload, history entry and rule set (by name) that is not logged yet."""
    logged = _told(store)
    new_uploads = [upload for upload in uploads if upload.number > logged.uploads]
    new_events = [event for event in history if event.number > logged.events]
    if not new_uploads and not new_events and len(rules) == logged.rules:
        return
    with _appending(store) as draft:
        known = {entry.what for entry in read_log(store) if entry.action == "rules"}
        for name in [name for name in rules if name not in known]:
            draft.add("rules", name, told=replace(draft.told, rules=draft.told.rules + 1))
        missing: list[Upload | Event] = [*new_uploads, *new_events]
        for upload_or_event in sorted(missing, key=_when):
            draft.tell(upload_or_event)


def _when(done: Upload | Event) -> tuple[str, int]:
    return (done.imported_at, 0) if isinstance(done, Upload) else (done.time, 1)


class _Draft:
    """A batch of lines that is written in a single step."""

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
        """Add a line, chained to the previous line."""
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
        """Add the line of an upload or a history entry, with the time and user recorded there."""
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
                done.status or (done.subject if done.month else ""),
                release=done.made_from or done.release,
                round_id=done.round,
                note=done.note,
                sha256=done.figures,
                time=done.time,
                who=done.user,
                told=replace(self.told, events=done.number),
            )


@contextmanager
def _appending(store: Path) -> Iterator[_Draft]:
    """Yield a batch and write it durably on exit. A separate lock is used, because exports run during imports."""
    folder = store / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "lock"):
        last, end = _last(store)
        draft = _Draft(last)
        yield draft
        with (folder / LOG).open("r+b" if (folder / LOG).exists() else "wb") as file:
            file.truncate(end)  # drop a line torn by a power cut: it was never acknowledged
            file.seek(end)
            file.write(b"".join(draft.lines))
            file.flush()
            os.fsync(file.fileno())


def _told(store: Path) -> LoggedCounts:
    last, _ = _last(store)
    return last.told if last else LoggedCounts()


def _last(store: Path) -> tuple[Entry | None, int]:
    """Return the last complete entry, and the offset where complete lines end."""
    path = store / FOLDER / LOG
    if not path.is_file():
        return None, 0
    tail, begins = _tail(path)
    complete = tail[: tail.rfind(b"\n") + 1]
    if not complete:
        return None, begins
    entry = entry_of(complete.rstrip(b"\n").rsplit(b"\n", 1)[-1])
    if entry is None:
        raise StoreDamagedError("Audit log: its last line can no longer be read. Restore the log from a backup.")
    return entry, begins + len(complete)


def _tail(path: Path) -> tuple[bytes, int]:
    """Return the end of the log, including the complete last line, and its offset. Long notes need a longer read."""
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
