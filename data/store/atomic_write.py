"""Durable, atomic file operations: bytes are synced to disk first, then moved into place by a single rename."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

STAGING = "staging"
PLANNED = "planned.txt"
OWN_FILE, OWN_FOLDER = 0o600, 0o700
"""Rights of what the store holds: its owner only."""


def copy_to_disk(source: Path, target: Path) -> None:
    """Copy a file and sync it to disk. If source and target are the same file, only sync it."""
    if source != target:
        shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())


def move_atomically(draft: Path, final: Path) -> None:
    """Sync a finished file or folder to disk, then move it into place by a single rename."""
    keep_private(draft)
    for path in [draft, *draft.rglob("*")] if draft.is_dir() else [draft]:
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    private_folder(final.parent)
    os.rename(draft, final)
    _sync_folder(final.parent)


def move_into_store(staging: Path, draft: Path, store: Path, place: str, seals: Mapping[str, str]) -> None:
    """Move a draft to `place` in the store, a path from its root, and note its files in `staging` first.

    seals: place -> SHA-256 of its truth files. The move comes before the line in the audit log. A writer killed between
    the two leaves its note, so that a check takes the missing line neither for a log that was cut off nor for a file
    that was put there by hand.
    """
    _note(staging, "".join(f"{sha256}  {name}\n" for name, sha256 in seals.items()))
    move_atomically(draft, store / place)


def _note(staging: Path, lines: str) -> None:
    note = staging / PLANNED
    before = note.read_text(encoding="utf-8") if note.is_file() else ""
    written = staging / f"{PLANNED}.new"
    written.write_text(before + lines, encoding="utf-8")
    move_atomically(written, note)


def noted_in(staging: Path) -> dict[str, str]:
    """Return place -> SHA-256 of the files that a writer noted in its folder before it stored them.

    The folder of a batch holds a folder for each of its writes that still runs, with notes.
    """
    found: dict[str, str] = {}
    for note in (staging / PLANNED, *sorted(staging.glob(f"*/{PLANNED}"))):
        with suppress(FileNotFoundError, NotADirectoryError):  # the writer has ended since; or its name
            found |= _read_notes(note)
    return found


def _read_notes(note: Path) -> dict[str, str]:
    parts = [line.partition("  ") for line in note.read_text(encoding="utf-8").splitlines() if line]
    return {place or sha256: sha256 if place else "" for sha256, _, place in parts}  # 0.2.0 noted a place alone


def pass_notes_on(part: Path, staging: Path) -> None:
    """Add the notes of a write to those of its batch, before the folder of the write goes."""
    if (part / PLANNED).is_file():
        _note(staging, (part / PLANNED).read_text(encoding="utf-8"))


def planned(store: Path) -> dict[str, str]:
    """Return what writers have noted: the writer at work and killed writers."""
    return {place: sha for note in sorted((store / STAGING).glob("*")) for place, sha in noted_in(note).items()}


@contextmanager
def undone_unless_logged(placed: Path) -> Iterator[None]:
    """Remove a file or folder again that was put into its place, where the block, which logs it, fails."""
    try:
        yield
    except OSError:
        shutil.rmtree(placed, ignore_errors=True) if placed.is_dir() else placed.unlink(missing_ok=True)
        raise


def keep_private(path: Path) -> None:
    """Take the rights to a file, or to a folder and all in it, from everybody but their owner."""
    if os.name != "posix":
        return
    for one in [path, *path.rglob("*")] if path.is_dir() else [path]:
        os.chmod(one, OWN_FOLDER if one.is_dir() else OWN_FILE)


def private_folder(path: Path) -> None:
    """Make a folder that its owner alone may enter, and likewise every folder above it that is missing."""
    for folder in (*reversed(path.parents), path):  # mkdir(parents=True) would give those above the usual rights
        if not folder.is_dir():
            folder.mkdir(exist_ok=True, mode=OWN_FOLDER)


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut. Windows has no such call and needs none."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
