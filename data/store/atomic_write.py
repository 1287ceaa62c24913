"""Durable, atomic file operations: bytes are synced to disk first, then moved into place by a single rename."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

STAGING = "staging"
PLANNED = "planned.txt"


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


def move_into_store(staging: Path, draft: Path, store: Path, place: str) -> None:
    """Move a draft to `place` in the store, a path from its root, and note the place in `staging` first.

    The move comes before the line in the audit log. A writer killed between the two leaves its note, so that a check
    does not take the missing line for a log that was cut off.
    """
    note = staging / PLANNED
    note.write_text(place, encoding="utf-8")
    copy_to_disk(note, note)
    move_atomically(draft, store / place)


def planned(store: Path) -> set[str]:
    """Return the places that writers have noted: of the writer at work and of a killed writer."""
    found = set()
    for note in (store / STAGING).glob(f"*/{PLANNED}"):
        with suppress(FileNotFoundError):  # the writer has ended since
            found.add(note.read_text(encoding="utf-8"))
    return found


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut. Windows has no such call and needs none."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
