"""Backup and restore of the store: a ZIP file with the checksum of every member, verified after writing.

Derived results are included, so a restored store can be used at once; `biaochi check` and `replay` verify it.
"""

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from data.model.progress import Progress, no_progress
from data.store.atomic_write import move_atomically
from data.store.audit_log import log_action
from data.store.store import Store
from errors import StoreDamagedError, UsageError
from i18n import N_

CONTENTS = "biaochi-backup.json"
PARTS = (
    *("audit", "closed", "history", "mappings", "objections", "paper", "public", "released_texts", "releases"),
    *("rules", "uploads"),
)
LEFT_OUT = {"lock"}
BLOCK = 1 << 20


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
            sums = _pack(store.path, draft, progress)
        _compare(draft, sums)
        digest = _sha256(draft)
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
        count = _unpack(source, draft / "store", progress)
        if store.path.is_dir():
            store.path.rmdir()
        move_atomically(draft / "store", store.path)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    log_action(store.path, "restore", source.name, sha256=_sha256(source))
    return count


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
        yield from sorted(p for p in (store / part).rglob("*") if p.is_file() and p.name not in LEFT_OUT)


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


def _unpack(source: Path, target: Path, progress: Progress) -> int:
    """Unpack every file of a backup into a new folder and verify its checksum; return the number of files."""
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


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
