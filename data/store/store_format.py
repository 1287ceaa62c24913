"""The format of a store: a newer format is refused, an older format is upgraded by the first writer.

Format 1 had an audit log without seals. Format 2 seals every truth file; the upgrade changes the log only, and keeps
a copy of the store as it was.
"""

import json
from pathlib import Path

from data.model.progress import no_progress
from data.store.archive import packed
from data.store.atomic_write import keep_private, move_atomically
from data.store.audit_log import log_action, read_log
from data.store.seals import seals_now, truth_files
from errors import StoreDamagedError
from i18n import N_

FORMAT = 2
FIRST_WRITTEN = 2  # stores of format 1 have no file
FILE = "format.json"
BEFORE = "before-format-2.zip"


class NewerStoreError(StoreDamagedError):
    """The format of the store is newer than the program."""

    message = N_(
        "The store {path} has format {found}; this version of the program reads formats up to {known}. Install the "
        "newer version, or restore a backup of before."
    )

    def __init__(self, path: Path, found: int) -> None:
        super().__init__(path=path, found=found, known=FORMAT)


def refuse_newer(store: Path) -> None:
    """Raise NewerStoreError for a store of a newer format, StoreDamagedError where its format cannot be read."""
    found = _written(store)
    if found is not None and found > FORMAT:
        raise NewerStoreError(store, found)


def format_changed(store: Path) -> bool:
    """Return whether the file names a format that no program ever wrote into it."""
    found = _written(store)
    return found is not None and found < FIRST_WRITTEN


def is_sealed(store: Path) -> bool:
    """Return whether the files of a store are sealed: by its format, or since its log has seals."""
    return _written(store) is not None or _has_seals(store)


def bring_up_to_date(store: Path, sealing: bool) -> None:
    """Write the format of a store that has none; only under the writers' lock.

    sealing: whether the store holds files of format 1; a copy of the store is kept then, and its files are sealed.
    """
    if (store / FILE).is_file():
        return
    if sealing and truth_files(store) and not _has_seals(store):
        sha256 = _copied(store)
        log_action(store, "seal", f"format {FORMAT}", note=BEFORE, sha256=sha256, files=seals_now(store))
    draft = store / f".{FILE}"
    draft.write_text(json.dumps({"format": FORMAT}) + "\n", encoding="utf-8")
    move_atomically(draft, store / FILE)


def _copied(store: Path) -> str:
    """Keep the store as it is in a ZIP next to its folders, and return the SHA-256 of the ZIP."""
    draft = store / f".{BEFORE}"
    sha256 = packed(store, draft, no_progress)
    move_atomically(draft, store / BEFORE)
    for part in store.iterdir():
        keep_private(part)
    return sha256


def _has_seals(store: Path) -> bool:
    return any(entry.files for entry in read_log(store))


def _written(store: Path) -> int | None:
    """Return the format that is written in the store; None where none is."""
    try:
        return int(json.loads((store / FILE).read_text(encoding="utf-8"))["format"])
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, KeyError, TypeError):
        raise StoreDamagedError("{what}: it can no longer be read. Restore it from a backup.", what=FILE) from None
