"""Scratch folders that hold copies of ballots for a while: for their owner only, and cleared away after a kill.

A folder is locked as long as its process lives. Whoever makes the next folder in the same place, or writes into the
store next, clears what a killed process left. An import reads in such a folder inside the store, without the lock of
the store, and moves the finished upload out of it.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

BACKUP, RESTORE, VERIFY, WORK, IMPORT = ".backup-", ".restore-", ".verify-", ".biaochi-", ".import-"
PREFIXES = (BACKUP, RESTORE, VERIFY, WORK, IMPORT)
LOCK = "lock"
NOTE = "scratch.txt"
JUST_MADE = 60  # seconds: a folder so young may not be locked yet


@contextmanager
def scratch(parent: Path, prefix: str, note: Path | None = None) -> Iterator[Path]:
    """Yield a new private folder in a place, removed at the end. note: folder that keeps its path until then."""
    clear(parent)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    try:
        with FileLock(folder / LOCK, mode=0o600):
            if note is not None:
                (note / NOTE).write_text(str(folder), encoding="utf-8")
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def work_folder() -> Iterator[Path]:
    """Yield a private folder outside the store for a computation that reads ballots; a kill leaves it to the next."""
    with scratch(Path(tempfile.gettempdir()), WORK) as folder:
        (folder / "work").mkdir()
        yield folder / "work"


def clear(parent: Path) -> None:
    """Remove what killed processes left in a place."""
    for prefix in PREFIXES:
        for left in parent.glob(f"{prefix}*"):
            _clear_one(left)


def clear_noted(staging: Path) -> None:
    """Remove the folders that killed writers noted in the staging folder of a store."""
    for note in staging.glob(f"*/{NOTE}"):
        folder = Path(note.read_text(encoding="utf-8"))
        if folder.name.startswith(PREFIXES):
            _clear_one(folder)


def _clear_one(folder: Path) -> None:
    if not folder.is_dir() or folder.is_symlink():
        return
    try:
        if not (folder / LOCK).exists() and time.time() - folder.stat().st_mtime < JUST_MADE:
            return
        with FileLock(folder / LOCK, timeout=0):
            pass
        shutil.rmtree(folder, ignore_errors=True)
    except (Timeout, OSError):
        return  # a process works there, or another clears it away
