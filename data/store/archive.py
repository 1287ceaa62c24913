"""All files of a store in a single ZIP: written with the checksum of every member, read back, unpacked.

Knows folders only, no store that is open: backup, restore and the upgrade of an older store call it.
"""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from data.model.progress import Progress
from errors import StoreDamagedError, UsageError
from i18n import N_

CONTENTS = "biaochi-backup.json"
PARTS = (
    *("audit", "closed", "format.json", "history", "mappings", "objections", "paper", "public", "released_texts"),
    *("releases", "requests", "rules", "uploads"),
)
LEFT_OUT = {"lock"}
BLOCK = 1 << 20


def packed(store: Path, target: Path, progress: Progress) -> str:
    """Write every file of a store into a ZIP, read it back, and return the SHA-256 of the ZIP."""
    _compare(target, _pack(store, target, progress))
    return sha256_of(target)


def _pack(store: Path, target: Path, progress: Progress) -> dict[str, str]:
    """Write every file of the store into a ZIP; return name -> SHA-256 of the bytes written."""
    files = list(_files(store))
    total = sum(path.stat().st_size for path in files) or 1
    done, sums = 0, {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in files:
            name, digest = path.relative_to(store).as_posix(), hashlib.sha256()
            with path.open("rb") as source, archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as part:
                while block := source.read(BLOCK):
                    part.write(block)
                    digest.update(block)
                    done += len(block)
                    progress(done / total, N_("Backing up"))
            sums[name] = digest.hexdigest()
        archive.writestr(zipfile.ZipInfo(CONTENTS), json.dumps({"files": sums}, indent=1, sort_keys=True))
    return sums


def _files(store: Path) -> Iterator[Path]:
    for part in PARTS:
        found = [store / part] if (store / part).is_file() else sorted((store / part).rglob("*"))
        yield from (path for path in found if path.is_file() and path.name not in LEFT_OUT)


def _compare(archive: Path, sums: dict[str, str]) -> None:
    """Refuse a backup whose members, read back, do not have the checksums of the bytes written."""
    with zipfile.ZipFile(archive) as parts:
        for name, digest in sums.items():
            actual = hashlib.sha256()
            with parts.open(name) as part:
                while block := part.read(BLOCK):
                    actual.update(block)
            if actual.hexdigest() != digest:
                raise _damaged(archive)


def unpacked(source: Path, target: Path, progress: Progress) -> int:
    """Unpack every file of a backup into a new folder and verify its checksum; return the number of files.

    Raises UsageError if the file is not a backup, StoreDamagedError if it is damaged.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            if CONTENTS not in archive.namelist():
                raise _no_backup(source)
            sums: dict[str, str] = json.loads(archive.read(CONTENTS))["files"]
            for number, (name, digest) in enumerate(sums.items(), start=1):
                _unpack_one(archive, name, digest, target)
                progress(number / len(sums), N_("Restoring"))
    except zipfile.BadZipFile:
        with source.open("rb") as file:  # a truncated backup still has the ZIP signature
            begins = file.read(4)
        raise (_damaged(source) if begins == b"PK\x03\x04" else _no_backup(source)) from None
    except (ValueError, KeyError, EOFError):
        raise _damaged(source) from None
    return len(sums)


def _unpack_one(archive: zipfile.ZipFile, name: str, digest: str, target: Path) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or path.parts[0] not in PARTS or "\\" in name:
        raise ValueError(name)
    place = target / path
    place.parent.mkdir(parents=True, exist_ok=True)
    actual = hashlib.sha256()
    with archive.open(name) as part, place.open("wb") as file:
        while block := part.read(BLOCK):
            file.write(block)
            actual.update(block)
        file.flush()
        os.fsync(file.fileno())
    if actual.hexdigest() != digest:
        raise ValueError(name)


def _no_backup(path: Path) -> UsageError:
    return UsageError("The file {path} is not a backup of a store.", path=path)


def _damaged(path: Path) -> StoreDamagedError:
    return StoreDamagedError("The backup {path} is damaged. Nothing was restored; use another backup.", path=path)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 (hex) of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
