"""Public sets: what every public export of a round printed, kept in `public/` of the store, one file a set.

The name of a file is its number and the first digits of the SHA-256 of its text. The audit log knows every set that
left; a set that the log knows and the store does not has to be brought back before the next export.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from data.store.atomic_write import OWN_FILE, keep_private, private_folder, undone_unless_logged
from data.store.audit_chain import Entry
from data.store.audit_log import PAGE, PUBLIC_BUNDLE, log_action, read_log
from data.store.history import local_time
from errors import BiaochiError, StoreDamagedError, UsageError
from i18n import N_

FOLDER = "public"
SHOWN = 16
NOTED = "set "
"""Begins the note of an export in the log; the digest of its set follows."""
NOTHING_LATER = "nothing later"
"""Action of the log: somebody states that nothing became public after the backup that was restored."""


class SetMissingError(BiaochiError):
    """A public export that the audit log knows, and whose set is not in the store."""

    message = N_(
        "What was published before of the round {round} must be known, so that the new page and the old ones together "
        "give no vote away. The audit log names the set {digest} of release {release}, and it is not in the store. "
        "Copy the file that ends in {digest}.json from the folder public of a newer backup into the same folder here, "
        "or publish that release again and write its page first: biaochi public --round {round} --release {release}"
    )

    def __init__(self, round_id: str, digest: str, release: str) -> None:
        super().__init__(round=round_id, digest=digest[:SHOWN], release=release[:SHOWN])


class RestoredError(BiaochiError):
    """A store that was restored from a backup: pages may have been published after the backup."""

    message = N_(
        "What was published before of the round {round} must be known, so that the new page and the old ones together "
        "give no vote away. This store was restored from {backup} on {time}; pages published after that backup "
        "are unknown here. If there are any (each page lists the ones before it), copy the folder public of the newer "
        "store. Then say that nothing is missing: biaochi public --round {round} --nothing-later REASON"
    )

    def __init__(self, round_id: str, backup: str, time: str) -> None:
        super().__init__(round=round_id, backup=backup, time=time)


@dataclass(frozen=True)
class Kept:
    """A kept set: its text, and the SHA-256 of it."""

    digest: str
    content: str


def kept_sets(store: Path, round_id: str) -> list[Kept]:
    """Return the sets of a round, oldest first. Raises StoreDamagedError for a changed file."""
    found = [_read(path) for path in sorted((store / FOLDER).glob("[0-9]*.json"))]
    return [kept for kept in found if json.loads(kept.content)["round"] == round_id]


def damaged_sets(store: Path) -> list[StoreDamagedError]:
    """Return the defects of all kept sets."""
    damages = []
    for path in sorted((store / FOLDER).glob("[0-9]*.json")):
        try:
            _read(path)
        except StoreDamagedError as damage:
            damages.append(damage)
    return damages


def keep_set(store: Path, round_id: str, content: str) -> str:
    """Keep a set unless it is kept already, and return its digest.

    Raises UsageError if another set of the round was kept in the meantime: this set would not take it into account.
    """
    digest, folder = hashlib.sha256(content.encode()).hexdigest(), store / FOLDER
    private_folder(folder)
    with FileLock(folder / "lock", mode=OWN_FILE):
        known = [kept.digest for kept in kept_sets(store, round_id)]
        if digest in known:
            return digest
        if json.loads(content)["earlier"] != known:
            raise UsageError(
                "Another public page of the round {round} was written in the meantime. Write this page again.",
                round=round_id,
            )
        number = 1 + max((int(path.name.split("-")[0]) for path in folder.glob("[0-9]*.json")), default=0)
        name = f"{number:06d}-{digest[:SHOWN]}.json"
        _write(folder, name, content)
        with undone_unless_logged(folder / name):
            log_action(store, "seal", f"{FOLDER}/{name}", round_id=round_id, files={f"{FOLDER}/{name}": digest})
    return digest


def exports_without_a_set(store: Path, round_id: str) -> list[str]:
    """Return releases of which a page or bundle left before sets were kept, oldest first."""
    found = [e.release for e in _public_exports(read_log(store), round_id) if not e.note.startswith(NOTED)]
    return list(dict.fromkeys(found))


def check_complete(store: Path, round_id: str, release: str) -> str | None:
    """Raise SetMissingError or RestoredError if something may have become public that the store does not know.

    The first missing set may be computed again from its release: its digest is returned then, else None.
    """
    log = read_log(store)
    known = {kept.digest for kept in kept_sets(store, round_id)}
    restored = [entry for entry in log if entry.action == "restore"]
    if restored and not _settled(log, restored[-1], round_id):
        raise RestoredError(round_id, restored[-1].what, local_time(restored[-1].time))
    for entry in _public_exports(log, round_id):
        digest = entry.note.removeprefix(NOTED)
        if entry.note.startswith(NOTED) and digest not in known:
            if entry.release == release:
                return digest
            raise SetMissingError(round_id, digest, entry.release)
    return None


def state_nothing_later(store: Path, round_id: str, reason: str, who: str = "") -> None:
    """Record the statement that nothing of the round became public after the backup that was restored."""
    if not reason.strip():
        raise UsageError("To say that nothing is missing needs a reason.")
    log_action(store, NOTHING_LATER, f"{PAGE} {round_id}", round_id=round_id, note=reason, who=who)


def noted(digest: str) -> str:
    """Return the note of an export whose set has this digest."""
    return NOTED + digest


def _settled(log: list[Entry], restored: Entry, round_id: str) -> bool:
    later = [entry for entry in log if entry.number > restored.number and entry.round == round_id]
    return any(entry.action == NOTHING_LATER for entry in later)


def _public_exports(log: Iterable[Entry], round_id: str) -> list[Entry]:
    names = (f"{PAGE} {round_id}", f"{PUBLIC_BUNDLE} {round_id}")
    return [entry for entry in log if entry.action == "export" and entry.what in names]


def _read(path: Path) -> Kept:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if path.stem.split("-")[-1] != digest[:SHOWN]:
        raise StoreDamagedError(
            "Public set {name}: its file was changed. Restore it from a backup.",
            name=path.name,
        )
    return Kept(digest, content.decode("utf-8"))


def _write(folder: Path, name: str, content: str) -> None:
    draft = folder / f"draft-{name}"
    with draft.open("wb") as file:
        file.write(content.encode("utf-8"))
        file.flush()
        os.fsync(file.fileno())
    keep_private(draft)
    draft.rename(folder / name)
