"""Files that count: on disk before they are named, and in place in one step."""

import os
import shutil
from pathlib import Path


def copy_to_disk(source: Path, target: Path) -> None:
    """Copy, and see the bytes safely on disk; a file that lies there already is only seen to."""
    if source != target:
        shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())


def move_atomically(draft: Path, final: Path) -> None:
    """Put a finished file or folder in its place in one step, on disk before it counts."""
    for path in [draft, *draft.rglob("*")] if draft.is_dir() else [draft]:
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    final.parent.mkdir(parents=True, exist_ok=True)
    os.rename(draft, final)
    _sync_folder(final.parent)


def _sync_folder(folder: Path) -> None:
    """Make a rename last through a power cut; Windows has no such call and needs none."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
