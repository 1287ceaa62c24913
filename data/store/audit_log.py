"""The audit log: who did what and when, to which release. Each entry is chained to its predecessor by SHA-256.

The log is `audit/log.jsonl`, append-only, with a JSON object per line. Entries for uploads, rule sets, history, and
whatever else is stored for good hold the SHA-256 of the files (`data.store.seals`). If a process is killed before it
writes its line, the next writer adds that line from the note of the killed process, and an entry that says so.
A changed, removed or inserted line breaks the chain. A truncated log is detected by files that have no line, or by
comparison with a head noted elsewhere (`data.store.heads`).
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from filelock import FileLock

from data.store.atomic_write import OWN_FILE, private_folder
from data.store.audit_chain import FIRST, Entry, LoggedCounts, chained, entry_of
from data.store.history import Event, now
from data.store.people import person
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
    "preview": N_("Preview given"),
    "objection": N_("Objection registered"),
    "take back": N_("Objection taken back"),
    "ruling": N_("Objection ruled on"),
    "correct": N_("Corrected by a ruling"),
    "delivery": N_("Letter delivered"),
    "ballots": N_("Listed ballots judged"),
    "export": N_("Exported"),
    "rebuild": N_("Rebuilt"),
    "backup": N_("Backed up"),
    "backup verified": N_("Backup restored and compared"),
    "restore": N_("Restored"),
    "draft": N_("Unfinished upload kept"),
    "discard": N_("Unfinished upload discarded"),
    "second": N_("Checked by a second person"),
    "recount drawn": N_("Sheets drawn for a recount"),
    "recount entered": N_("Sheets of a recount entered"),
    "nothing later": N_("Nothing published after the backup"),
    "mapping": N_("Meaning of columns confirmed"),
    "seal": N_("Files sealed"),
    "adopt": N_("Completed after a program was stopped"),
    "answer": N_("Answer written to a file"),
    "view": N_("Internal paper viewed"),
    "look": N_("Early look at a running round"),
    "request": N_("Asked for a second person"),
    "decline": N_("Request declined"),
    "sign in": N_("Signed in"),
    "sign in refused": N_("Sign-in refused"),
    "sign out": N_("Signed out"),
    "not for role": N_("Refused: not for this role"),
    "account": N_("Account changed"),
    "token": N_("Token changed"),
    "read": N_("Read through the API"),
    "sign": N_("Checkpoint signed"),
}
STATE_CHANGES = ("publish", "rollback", "clear", "withdraw", "status", "ruling", "correct", "ballots")
"""Actions that change the state of a release: the last of them gives the head that its papers print."""


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
        return _logged_counts(store).events
    except StoreDamagedError:
        return 0


def last_entry(store: Path) -> Entry | None:
    """Return the newest entry, from the end of the log; None for a new store. Raises StoreDamagedError."""
    return _last(store)[0]


def log_version(store: Path) -> tuple[int, int, int]:
    """Return what changes with every change of the log; zeros for a store without a log."""
    try:
        about = (store / FOLDER / LOG).stat()
    except OSError:
        return (0, 0, 0)
    return (about.st_ino, about.st_size, about.st_mtime_ns)


def entries_backwards(store: Path, containing: str) -> Iterator[Entry]:
    """Yield the entries whose line has a text, newest first, without a look at the chain."""
    lines = [line for line in _lines(store) if containing.encode() in line]
    yield from (entry for entry in map(entry_of, reversed(lines)) if entry is not None)


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
    files: Mapping[str, str] | None = None,
) -> None:
    """Log an action that creates no upload, rule set or history entry. files: place -> SHA-256 of what it seals."""
    with _appending(store) as draft:
        draft.add(action, what, release=release, round_id=round_id, note=note, sha256=sha256, who=who, files=files)


def append_missing_entries(
    store: Path, uploads: Sequence[Upload], history: Sequence[Event], rules: Sequence[str]
) -> None:
    """Append an entry for each upload, history entry and rule set (by name) of a store without seals that has none."""
    logged = _logged_counts(store)
    new_uploads = [upload for upload in uploads if upload.number > logged.uploads]
    new_events = [event for event in history if event.number > logged.events]
    if not new_uploads and not new_events and len(rules) == logged.rules:
        return
    with _appending(store) as draft:
        known = {entry.what for entry in read_log(store) if entry.action == "rules"}
        for name in [name for name in rules if name not in known]:
            draft.add("rules", name, counts=replace(draft.counts, rules=draft.counts.rules + 1))
        missing: list[Upload | Event] = [*new_uploads, *new_events]
        for upload_or_event in sorted(missing, key=_when):
            draft.tell(upload_or_event, {})


def log_stored(
    store: Path,
    seals: Mapping[str, str],
    uploads: Sequence[Upload],
    history: Sequence[Event],
    *,
    adopted: bool = False,
) -> None:
    """Append the entries of what a writer stored. seals: place -> SHA-256 of every truth file of it.

    uploads, history: of the store. adopted: the writer was killed before it could, and another adds the entries.
    """
    left = dict(seals)
    with _appending(store) as draft:
        for place in [place for place in left if place.startswith("rules/")]:
            counts = replace(draft.counts, rules=draft.counts.rules + 1)
            draft.add("rules", Path(place).stem, counts=counts, files={place: left.pop(place)})
        parts: list[tuple[Upload | Event, str]] = [(upload, f"uploads/{upload.upload_id}/") for upload in uploads]
        parts += [(event, f"history/{event.number:06d}.json") for event in history]
        stored = [(done, _taken(left, begins)) for done, begins in parts]
        new = sorted(((done, files) for done, files in stored if files), key=lambda pair: _when(pair[0]))
        for place, files in _others(left, last=new[-1][1] if new and isinstance(new[-1][0], Event) else None):
            draft.add("mapping" if place.startswith("mappings/") else "seal", place, files=files)
        for done, files in new:
            draft.tell(done, files)
        if adopted:
            draft.add("adopt", ", ".join(seals))


def _taken(left: dict[str, str], begins: str) -> dict[str, str]:
    """Take the files of a place out of what is left, and return them."""
    return {place: left.pop(place) for place in [place for place in left if place.startswith(begins)]}


def _others(left: Mapping[str, str], last: dict[str, str] | None) -> list[tuple[str, dict[str, str]]]:
    """Return the files that get an entry for themselves; a release and figures go with the event that stored them."""
    if last is not None:
        last.update({place: sha for place, sha in left.items() if not place.startswith("mappings/")})
    return [(place, {place: sha}) for place, sha in left.items() if last is None or place not in last]


def _when(done: Upload | Event) -> tuple[str, int]:
    return (done.imported_at, 0) if isinstance(done, Upload) else (done.time, 1)


class _Draft:
    """A batch of lines that is written in a single step."""

    def __init__(self, last: Entry | None) -> None:
        self.number, self.hash = (last.number, last.hash) if last else (0, FIRST)
        self.counts = last.told if last else LoggedCounts()
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
        counts: LoggedCounts | None = None,
        files: Mapping[str, str] | None = None,
    ) -> None:
        """Add a line, chained to the previous line."""
        self.number, self.counts = self.number + 1, counts or self.counts
        acting = person()
        entry = Entry(
            self.number,
            time or now(),
            who or acting.name,
            action,
            round_id,
            release,
            what,
            note,
            sha256,
            self.counts,
            self.hash,
            files=dict(files or {}),
            verified=acting.known_by if who in ("", acting.name) else "",
        ).sealed()
        self.hash = entry.hash
        self.lines.append(entry.line() + b"\n")

    def tell(self, done: Upload | Event, files: Mapping[str, str]) -> None:
        """Add the line of an upload or a history entry, with the time and user recorded there, and seal its files."""
        if isinstance(done, Upload):
            self.add(
                "import",
                f"{done.kind} {done.upload_id}",
                round_id=done.round_id,
                note=done.accepted_warnings,
                time=done.imported_at,
                who=done.imported_by,
                counts=replace(self.counts, uploads=done.number),
                files=files,
            )
        else:
            self.add(
                done.action,
                _what(done),
                release=done.made_from or done.release,
                round_id=done.round,
                note=_note(done),
                sha256=done.figures,
                time=done.time,
                who=done.user,
                counts=replace(self.counts, events=done.number),
                files=files,
            )


def _what(event: Event) -> str:
    """Return what an entry of the history is about: the status, the month, or the objections."""
    if event.step:
        numbers = event.step.objections or (event.step.objection,)
        return " ".join([*(str(number) for number in numbers if number), event.step.outcome]).strip()
    return event.status or (event.subject if event.month else "")


def _note(event: Event) -> str:
    """Return the note; with the second person of a ruling, and with the reason for announcing before a term ends."""
    names = (event.step.by, event.step.second) if event.step else ()
    second = " + ".join(filter(None, names))
    early = event.accepted if event.status else ""
    return " · ".join(filter(None, [event.note, second, early]))


@contextmanager
def _appending(store: Path) -> Iterator[_Draft]:
    """Yield a batch and write it durably on exit. A separate lock is used, because exports run during imports."""
    folder = store / FOLDER
    private_folder(folder)
    with FileLock(folder / "lock", mode=OWN_FILE):
        last, end = _last(store)
        draft = _Draft(last)
        yield draft
        with (folder / LOG).open("r+b" if (folder / LOG).exists() else "wb") as file:
            file.truncate(end)  # drop a line torn by a power cut: it was never acknowledged
            file.seek(end)
            file.write(b"".join(draft.lines))
            _own(file.fileno())
            file.flush()
            os.fsync(file.fileno())


def _own(descriptor: int) -> None:
    """Take the rights to an open file from everybody but its owner."""
    if os.name == "posix":
        os.fchmod(descriptor, OWN_FILE)


def _logged_counts(store: Path) -> LoggedCounts:
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
