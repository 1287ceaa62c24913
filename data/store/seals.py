"""Seals: which files of the store are the truth, their SHA-256, and whether they are as the audit log recorded them.

Entries of the log hold the SHA-256 of every file that they sealed; the newest seal of a file counts. Derived files
need no seal: manifests and releases hold their checksums, and are sealed themselves.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from data.store.atomic_write import move_into_store
from data.store.audit_chain import Entry
from errors import StoreDamagedError
from i18n import N_

TRUTH = {
    "closed": ("*.json",),
    "history": ("*.json",),
    "mappings": ("*/*.json",),
    "objections": ("*.json", "evidence/*"),
    "public": ("[0-9]*.json",),
    "released_texts": ("[0-9]*.json",),
    "releases": ("*/release.json",),
    "rules": ("*.toml",),
    "uploads": ("[0-9]*/upload.json", "[0-9]*/evidence-*"),
}
"""Folder of the store -> patterns of its truth files."""

SEALED_AFTER = ("public/", "released_texts/")
"""Folders that are written outside the writers' lock and sealed right after: a file without a seal is no alarm."""

CHANGED = N_("{what}: it was changed after entry {number} of the audit log recorded it. Restore it from a backup.")
GONE = N_("{what}: it is recorded in the audit log but missing from the store. Restore it.")
UNRECORDED = N_(
    "{what}: it is not recorded in the audit log: it was put there by hand, or the log's last lines were cut off."
)


@dataclass(frozen=True)
class Seal:
    """What the log recorded of a file: its SHA-256 and the number of the entry."""

    sha256: str
    number: int


@dataclass(frozen=True)
class Broken:
    """A file that is not as recorded. message: CHANGED, GONE or UNRECORDED. number: of the entry, 0 without a seal."""

    what: str
    message: str
    number: int = 0

    @property
    def error(self) -> StoreDamagedError:
        """Return it as the refusal of a writer."""
        return StoreDamagedError(self.message, what=self.what, number=self.number)


def truth_files(store: Path) -> list[str]:
    """Return the places of all truth files, as paths from the root of the store."""
    found = (path for folder, patterns in TRUTH.items() for one in patterns for path in (store / folder).glob(one))
    return sorted(path.relative_to(store).as_posix() for path in found if path.is_file())


def sealed_files(entries: Iterable[Entry]) -> dict[str, Seal]:
    """Return place -> the newest seal of it."""
    return {place: Seal(sha256, entry.number) for entry in entries for place, sha256 in entry.files.items()}


def seals_of(draft: Path, place: str) -> dict[str, str]:
    """Return place -> SHA-256 of the truth files of a finished file or folder that will be moved to a place.

    Originals were hashed while they were read, so up to half a gigabyte is not read again.
    """
    if draft.is_file():
        return {place: file_sha256(draft)} if _is_truth(place) else {}
    known = _known_originals(draft)
    names = sorted(path.name for path in draft.iterdir() if path.is_file() and _is_truth(f"{place}/{path.name}"))
    return {f"{place}/{name}": known.get(name) or file_sha256(draft / name) for name in names}


def store_for_good(staging: Path, draft: Path, store: Path, place: str) -> None:
    """Move a finished draft to its place in the store; the end of the writing seals its truth files in the log."""
    move_into_store(staging, draft, store, place, seals_of(draft, place))


def seals_now(store: Path) -> dict[str, str]:
    """Return place -> SHA-256 of every truth file as it is now."""
    return {place: file_sha256(store / place) for place in truth_files(store)}


def broken_seals(
    store: Path, sealed: Mapping[str, Seal], noted: Mapping[str, str], *, originals: bool = True
) -> list[Broken]:
    """Return the truth files that are not as the log recorded them, in the order of their places.

    noted: places that writers noted before they stored there, which may have no line yet. originals: whether to read
    the stored originals too; without, an original is taken from the manifest that is sealed itself.
    """
    there = truth_files(store)
    broken = [Broken(place, GONE, seal.number) for place, seal in sealed.items() if not (store / place).is_file()]
    for place in there:
        seal = sealed.get(place)
        if place in noted:
            continue
        if seal is None:
            broken += [] if place.startswith(SEALED_AFTER) else [Broken(place, UNRECORDED)]
        elif (originals or "/evidence-" not in place) and _differs(store / place, seal):
            broken.append(Broken(place, CHANGED, seal.number))
    return sorted(broken, key=lambda one: one.what)


def refuse_broken(store: Path, sealed: Mapping[str, Seal], noted: Mapping[str, str]) -> None:
    """Raise StoreDamagedError for the first truth file that is not as recorded, but for a lost release.

    noted: places that the writer at work noted, whose lines follow at the end of its batch.

    A release that is lost can be built again and shows by its id whether it is the same. Originals are not read.
    """
    for one in broken_seals(store, sealed, noted, originals=False):
        if one.message != GONE or not one.what.startswith("releases/"):
            raise one.error


def _differs(path: Path, seal: Seal) -> bool:
    try:
        return file_sha256(path) != seal.sha256
    except FileNotFoundError:
        return True


def file_sha256(path: Path) -> str:
    """Return the SHA-256 (hex) of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_truth(place: str) -> bool:
    folder, _, rest = place.partition("/")
    return any(Path(rest).match(pattern) for pattern in TRUTH.get(folder, ()))


def _known_originals(draft: Path) -> dict[str, str]:
    path = draft / "upload.json"
    if not path.is_file():
        return {}
    files = json.loads(path.read_text(encoding="utf-8"))["files"]
    return {f"evidence-{number}": str(file["sha256"]) for number, file in enumerate(files)}
