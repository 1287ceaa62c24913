"""Durable, atomic file operations: bytes are synced to disk first, then moved into place by a single rename."""

import os
import shutil
from pathlib import Path


def copy_to_disk(source: Path, target: Path) -> None:
    """Copy a file and sync it to disk. If source and target are the same file, only sync it."""
    if source != target:
        shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())


def move_atomically(draft: Path, final: Path) -> None:
    """Sync a finished file or folder to disk, then move it into place by a single rename."""
    for path in [draft, *draft.rglob("*")] if draft.is_dir() else [draft]:
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    final.parent.mkdir(parents=True, exist_ok=True)
    os.rename(draft, final)
    _sync_folder(final.parent)


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut. Windows has no such call and needs none."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
