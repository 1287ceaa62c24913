"""Backup and restore of the store: a ZIP file with the checksum of every member, verified after writing.

Derived results are included, so a restored store can be used at once; `biaochi check` and `replay` verify it.
"""

import tempfile
from pathlib import Path

from data.model.progress import Progress, no_progress
from data.store.archive import packed, sha256_of, unpacked
from data.store.atomic_write import move_atomically
from data.store.audit_log import log_action, read_log
from data.store.scratch import BACKUP, RESTORE, VERIFY, scratch
from data.store.store import Store
from data.store.verify import Damage, check
from errors import UsageError, after_effect
from i18n import N_


def backup(store: Store, target: Path, progress: Progress = no_progress) -> str:
    """Write the store into a new file and return the file's SHA-256. Writers are locked out; readers are not.

    Raises UsageError if the file exists or is inside the store, or if the store is empty.
    """
    if target.exists():
        raise UsageError("The file {path} already exists. Choose a new name.", path=target)
    if store.path.resolve() in target.resolve().parents:
        raise UsageError("The backup must not be inside the store: {path}.", path=target)
    if store.is_empty():
        raise UsageError("The store {path} is empty; there is nothing to back up.", path=store.path)
    if not target.parent.is_dir():
        raise UsageError("The folder {path} does not exist.", path=target.parent)
    with store.writing() as staging, scratch(target.parent, BACKUP, staging) as folder:
        draft = folder / target.name
        digest = packed(store.path, draft, progress)
        move_atomically(draft, target)
    with after_effect(target):
        log_action(store.path, "backup", target.name, sha256=digest)
    return digest


def restore(store: Store, source: Path, progress: Progress = no_progress) -> int:
    """Restore a backup into an empty store and return the number of files. A failed restore leaves no files.

    Raises UsageError if the store is not empty or the file is not a backup, StoreDamagedError if it is damaged.
    """
    if store.path.is_dir() and any(store.path.iterdir()):
        raise UsageError(
            "The store {path} is not empty. Restore into an empty folder with --store, check it, then move it "
            "into place.",
            path=store.path,
        )
    store.path.parent.mkdir(parents=True, exist_ok=True)
    with scratch(store.path.parent, RESTORE) as draft:
        count = unpacked(source, draft / "store", progress)
        if store.path.is_dir():
            store.path.rmdir()
        move_atomically(draft / "store", store.path)
    with after_effect(store.path):
        log_action(store.path, "restore", source.name, sha256=sha256_of(source))
    return count


def verify_backup(store: Store, source: Path, progress: Progress = no_progress) -> list[Damage]:
    """Restore a backup into a scratch folder, check it there, compare it with the store, and return what is wrong.

    The restored store must be sound, its log must be a beginning of the log of the store, and its release in force
    must open. Raises UsageError if the file is no backup, StoreDamagedError if it is damaged.
    """
    with scratch(Path(tempfile.gettempdir()), VERIFY) as folder:
        unpacked(source, folder / "store", progress)
        restored = Store(folder / "store", threads=store.threads)
        found = check(restored)
        if not found:
            found = _differing(store, restored)
    if not found:
        log_action(store.path, "backup verified", source.name, sha256=sha256_of(source))
    return found


def _differing(store: Store, restored: Store) -> list[Damage]:
    """Return how a sound backup does not belong to the store; every file of it is sealed by its log already."""
    then, now = read_log(restored.path), read_log(store.path)
    if [entry.hash for entry in then] != [entry.hash for entry in now[: len(then)]]:
        return [Damage(N_("The backup is of another store, or the log of the store was rewritten since."))]
    release = restored.release()
    if release is not None:
        release.query("rounds")
        release.close()
    return []
