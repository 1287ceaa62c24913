"""Backup and restore of the store: a ZIP file with the checksum of every member, verified after writing.

Derived results are included, so a restored store can be used at once; `biaochi check` and `replay` verify it.
"""

import shutil
import tempfile
from pathlib import Path

from data.model.progress import Progress, no_progress
from data.store.archive import packed, sha256_of, unpacked
from data.store.atomic_write import move_atomically
from data.store.audit_log import log_action
from data.store.store import Store
from errors import UsageError


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
    folder = Path(tempfile.mkdtemp(prefix=".backup-", dir=target.parent))  # a separate draft for concurrent backups
    draft = folder / target.name
    try:
        with store.writing():
            digest = packed(store.path, draft, progress)
        move_atomically(draft, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
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
    draft = Path(tempfile.mkdtemp(prefix=".restore-", dir=store.path.parent))
    try:
        count = unpacked(source, draft / "store", progress)
        if store.path.is_dir():
            store.path.rmdir()
        move_atomically(draft / "store", store.path)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    log_action(store.path, "restore", source.name, sha256=sha256_of(source))
    return count
