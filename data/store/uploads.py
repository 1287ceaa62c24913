"""Accepted uploads, each in a separate folder that never changes.

`evidence-N` files are the original bytes, `upload.json` describes them, and the Parquet files are derived from them.
A folder appears by a single rename, so an upload is never stored in part.
"""

import json
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pandas as pd
import pyarrow as pa

from data.duckdb_access import read_parquet
from data.intake.ballots import BallotFacts
from data.intake.context import READING, READING_OF_0_1, READING_OF_MEANINGS
from data.intake.corrections import Edit
from data.model.contract import MONTH, ROUND_BALLOTS, TABLE_OF
from data.model.facts import CODES, read_dictionaries, write_dictionaries
from data.store.seals import file_sha256 as file_sha256
from errors import StoreDamagedError
from i18n import N_
from problems import Problem

MANIFEST = "upload.json"
LINE_CODES = pa.schema([(name, pa.int32()) for name in CODES])
FACTS = "facts.parquet"
LARGEST_KEPT = 64 << 10  # bytes of a file of facts that is kept in memory; larger ones are read for each question
EVIDENCE = "evidence-"
TYPES: dict[str, type] = {
    **dict.fromkeys(
        ("kind", "round_id", "rules_name", "digest", "accepted_warnings", "imported_at", "imported_by"), str
    ),
    **dict.fromkeys(("number", "lines"), int),
    **dict.fromkeys(("replaces", "demo", "trial"), bool),
    "mapping": dict,
}
"""Types in a manifest: a value of another type would fail later, in every command."""
ORIGINAL_DAMAGED = N_("Upload {upload}: the stored original {file} is damaged or missing. Restore it from a backup.")
DERIVED_DAMAGED = N_("Upload {upload}: {file} is damaged or missing. Run “biaochi rebuild” to restore it.")


@dataclass(frozen=True)
class Evidence:
    """A stored original: its file name, size and SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class EditLog:
    """A correction from the upload page, with time (UTC) and user."""

    edit: Edit
    time: str
    user: str


@dataclass(frozen=True)
class Choices:
    """Reading options chosen by the user: the sheet, and whether merged cells are filled down.

    values: word of the file -> grade. confirmed: the questions about the meaning of columns that a person answered.
    reading: the checks under which the files were read, by which they are read again. as_of: ISO day of the state that
    a book gives, "" for other kinds; complete: whether it holds every row.
    """

    sheet: str = ""
    fill_down: bool = False
    values: dict[str, str] = field(default_factory=dict)
    confirmed: tuple[str, ...] = ()
    reading: int = READING
    as_of: str = ""
    complete: bool = False


@dataclass(frozen=True)
class Upload:
    """An accepted upload.

    digest: of the canonical content. replaces: whether earlier uploads of the same kind and round become void.
    trial: whether it belongs to a trial round. notes: findings of the import that needed no decision.
    """

    number: int
    kind: str
    round_id: str
    rules_name: str
    digest: str
    lines: int
    replaces: bool
    files: tuple[Evidence, ...]
    mapping: dict[str, str] = field(default_factory=dict)
    choices: Choices = field(default_factory=Choices)
    edits: tuple[EditLog, ...] = ()
    accepted_warnings: str = ""
    demo: bool = False
    trial: bool = False
    notes: tuple[Problem, ...] = ()
    imported_at: str = ""
    imported_by: str = ""
    folder: Path = Path()

    @property
    def upload_id(self) -> str:
        """Return the number and the first 12 digits of the digest."""
        return f"{self.number:06d}-{self.digest[:12]}"

    @property
    def locks_with_round(self) -> bool:
        """Return whether the upload belongs to the evaluation of its round: not to a table that closes by month."""
        table = TABLE_OF.get(self.kind)  # None: of a scheme that was taken out
        return table is None or table.lock != MONTH

    @property
    def freezes_with_round(self) -> bool:
        """Return whether the upload is frozen with its round; evidence on it, such as pledges, goes on."""
        table = TABLE_OF.get(self.kind)
        return table is None or table.lock == ROUND_BALLOTS

    @property
    def replaced_together(self) -> tuple[str, str, str]:
        """Return what an upload that replaces others must have in common with them."""
        return self.kind, self.round_id, self.choices.as_of

    def evidence(self) -> list[tuple[Evidence, Path]]:
        """Return each stored original with its path."""
        return [(file, self.folder / f"{EVIDENCE}{i}") for i, file in enumerate(self.files)]

    def indicators(self) -> tuple[str, ...]:
        """Return the indicators that ballots or counts ask, sorted; empty for other kinds. Raises StoreDamagedError."""
        if self.kind == "ballots":
            with reporting_damage([self]):
                return tuple(sorted(read_dictionaries(self.folder / "dictionaries.json").indicators))
        return tuple(sorted(set(map(str, self.frame()["indicator"])))) if self.kind == "counts" else ()

    def frame(self) -> pd.DataFrame:
        """Read the facts of any kind except ballots. Raises StoreDamagedError."""
        with reporting_damage([self]):
            path = self.folder / FACTS
            stamp = _stamp(path)
            if stamp.size > LARGEST_KEPT:
                return read_parquet(path)
            return _kept_frame(path, stamp).copy(deep=False)  # what is written into a copy is not written into this

    def keys(self) -> list[str]:
        """Read the keys of the records of an upload. Raises StoreDamagedError."""
        with reporting_damage([self]):
            large = _stamp(self.folder / FACTS).size > LARGEST_KEPT
            rows = read_parquet(self.folder / FACTS, "key") if large else self.frame()
            return list(map(str, rows["key"]))

    def mark(self) -> Hashable:
        """Return what tells its facts from all others, for answers that are kept. Raises StoreDamagedError."""
        with reporting_damage([self]):
            return self.folder, self.round_id, self.number, _stamp(self.folder / FACTS)

    def categories(self) -> set[str]:
        """Return the categories that an upload of ballots, counts or a register gives. Raises StoreDamagedError."""
        if self.kind == "ballots":
            return set(read_dictionaries(self.folder / "dictionaries.json").categories)
        return set(map(str, self.frame()["category"]))


class Stamp(NamedTuple):
    """What tells the content of a file from what was there before, or from what is restored under its name."""

    size: int
    changed: int
    inode: int


def _stamp(path: Path) -> Stamp:
    found = path.stat()
    return Stamp(found.st_size, found.st_mtime_ns, found.st_ino)


@lru_cache(maxsize=64)
def _kept_frame(path: Path, stamp: Stamp) -> pd.DataFrame:
    """Return a small file of facts: an import reads the register and the codes of its references several times."""
    return read_parquet(path)


def write_manifest(folder: Path, upload: Upload, path: Path | None = None) -> None:
    """Write the manifest into the folder (or to `path`), with a checksum of every other file of the folder.

    Originals were hashed while they were read, so up to half a gigabyte is not read again.
    """
    manifest = asdict(upload)
    del manifest["folder"]
    known = {f"{EVIDENCE}{number}": file.sha256 for number, file in enumerate(upload.files)}
    manifest["checksums"] = {
        name: known.get(name) or file_sha256(folder / name)
        for name in sorted(path.name for path in folder.iterdir())
        if name != MANIFEST
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    (path or folder / MANIFEST).write_text(text, encoding="utf-8")


def read_upload(folder: Path) -> Upload:
    """Read an upload from its folder. Raises StoreDamagedError."""
    try:
        return _read_upload(folder, _stamp(folder / MANIFEST))
    except OSError:
        raise _manifest_damaged(folder) from None


@lru_cache(maxsize=4096)
def _read_upload(folder: Path, stamp: Stamp) -> Upload:
    """Read a manifest that was not read before: an import asks for all uploads six times."""
    try:
        manifest = _manifest(folder)
        if not all(isinstance(manifest.get(name, kind()), kind) for name, kind in TYPES.items()):
            raise _manifest_damaged(folder)
        del manifest["checksums"]
        manifest["files"] = tuple(Evidence(**file) for file in manifest["files"])
        choices = manifest.get("choices", {})
        reading = READING_OF_MEANINGS if "confirmed" in choices else READING_OF_0_1
        confirmed = tuple(choices.get("confirmed", ()))
        manifest["choices"] = Choices(**{"reading": reading, **choices, "confirmed": confirmed})
        manifest["edits"] = tuple(
            EditLog(Edit(**log["edit"]), log["time"], log["user"]) for log in manifest.get("edits", ())
        )
        manifest["notes"] = tuple(Problem(**note) for note in manifest.get("notes", ()))
        return Upload(**manifest, folder=folder)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _manifest_damaged(folder) from None


def damaged_files(folder: Path, of: Callable[[str], bool] = lambda name: True) -> list[str]:
    """Return the names of missing or changed files of an upload, of some kind. Raises StoreDamagedError."""
    return [
        name
        for name, checksum in _manifest(folder).get("checksums", {}).items()
        if of(name) and (not (folder / name).is_file() or file_sha256(folder / name) != checksum)
    ]


def refuse_damaged(uploads: Sequence[Upload], of: Callable[[str], bool] = lambda name: True) -> None:
    """Raise StoreDamagedError for the first file of these uploads, of some kind, that is damaged or missing."""
    for upload in uploads:
        for name in damaged_files(upload.folder, of):
            facts = {"upload": upload.upload_id, "file": name}
            raise StoreDamagedError(ORIGINAL_DAMAGED if is_evidence(name) else DERIVED_DAMAGED, **facts)


@contextmanager
def originals_verified_meanwhile(uploads: Sequence[Upload]) -> Iterator[None]:
    """Verify the originals while others work with what was derived from them; raise StoreDamagedError at the end.

    The originals of 8 million lines take 0.4 s to hash, a seventh of the publication.
    """
    pool = ThreadPoolExecutor(max_workers=1)
    verified = pool.submit(refuse_damaged, uploads, is_evidence)
    try:
        yield
        verified.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)  # an error of the work, such as Ctrl+C, is reported at once


@contextmanager
def reporting_damage(uploads: Sequence[Upload]) -> Iterator[None]:
    """Turn a read error into a StoreDamagedError if a file of these uploads is damaged or missing.

    Checksums are verified only after an error, because that can mean hashing half a gigabyte.
    """
    try:
        yield
    except (duckdb.Error, OSError, ValueError) as error:
        kept = [
            upload for upload in uploads if (upload.folder / MANIFEST).is_file()
        ]  # an import in progress has no manifest
        damaged = [upload.upload_id for upload in kept if damaged_files(upload.folder)]
        if not damaged:
            raise
        raise StoreDamagedError(
            "Upload {upload}: files derived from it are damaged or missing. Run “biaochi rebuild” to restore "
            "them from the stored originals.",
            upload=damaged[0],
        ) from error


def derived_files(folder: Path) -> list[str]:
    """Return the names of the files of an upload that are derived from its originals."""
    return sorted(path.name for path in folder.iterdir() if path.name != MANIFEST and not is_evidence(path.name))


def is_evidence(name: str) -> bool:
    """Return whether a file of an upload is a stored original."""
    return name.startswith(EVIDENCE)


def is_derived(name: str) -> bool:
    """Return whether a file of an upload is derived from its originals."""
    return not is_evidence(name)


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise _manifest_damaged(folder) from None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("checksums", {}), dict):
        raise _manifest_damaged(folder)
    return manifest


def _manifest_damaged(folder: Path) -> StoreDamagedError:
    return StoreDamagedError(
        "Upload {upload}: {file} can no longer be read. Restore it from a backup.", upload=folder.name, file=MANIFEST
    )


def write_ballot_facts(con: duckdb.DuckDBPyConnection, folder: Path, facts: BallotFacts) -> None:
    """Write ballot facts as Parquet: `lines` sorted by unit, ballot and indicator; `ballots` sorted by code."""
    pieces = (pa.RecordBatch.from_pydict(piece.__dict__, LINE_CODES) for piece in facts.lines.pieces())
    lines = con.from_arrow(pa.RecordBatchReader.from_batches(LINE_CODES, pieces))
    lines.write_parquet(str(folder / "lines.parquet"), compression="zstd")
    con.table("ballot").write_parquet(str(folder / "ballots.parquet"), compression="zstd")
    write_dictionaries(folder / "dictionaries.json", facts.dictionaries)


def write_frame(con: duckdb.DuckDBPyConnection, folder: Path, frame: pd.DataFrame) -> None:
    """Write the facts of any kind except ballots as Parquet."""
    con.register("facts_frame", frame)
    con.table("facts_frame").write_parquet(str(folder / FACTS), compression="zstd")
    con.unregister("facts_frame")


def active(uploads: list[Upload]) -> list[Upload]:
    """Return the uploads in force.

    A replacing upload voids all earlier uploads of its kind and round; of a book only those of its as-of day.
    """
    kept: list[Upload] = []
    # In the order of import: an upload that replaces others must come after them.
    for upload in sorted(uploads, key=lambda u: u.number):
        if upload.replaces:
            kept = [u for u in kept if u.replaced_together != upload.replaced_together]
        kept.append(upload)
    return kept
