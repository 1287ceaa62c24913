"""Uploads: what was accepted, each in a folder of its own that is never changed.

`evidence-N` are the bytes as they came, `upload.json` says what they are; the Parquet files are derived from them.
A folder appears by one rename, so an upload is there wholly or not at all.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from data.duckdb_access import read_parquet
from data.intake.ballots import BallotFacts
from data.intake.corrections import Edit
from data.model.facts import write_dictionaries
from errors import StoreDamagedError

MANIFEST = "upload.json"
EVIDENCE = "evidence-"


@dataclass(frozen=True)
class Evidence:
    """One kept file: the name it came under, its size and SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class EditLog:
    """One correction made in the page: what, when (UTC) and by whom."""

    edit: Edit
    time: str
    user: str


@dataclass(frozen=True)
class Choices:
    """What a person chose about how the files are read: the sheet, and merged cells read as filled."""

    sheet: str = ""
    fill_down: bool = False


@dataclass(frozen=True)
class Upload:
    """One accepted upload. `digest` is of its canonical content, `replaces` makes earlier ones of its kind void;
    `trial`: of a round that is tried out before the formal one."""

    number: int
    kind: str
    round_id: str
    rules_name: str
    digest: str
    lines: int
    replaces: bool
    files: tuple[Evidence, ...]
    mapping: dict[str, str] = field(default_factory=dict)
    choices: Choices = Choices()
    edits: tuple[EditLog, ...] = ()
    accepted_warnings: str = ""
    demo: bool = False
    trial: bool = False
    imported_at: str = ""
    imported_by: str = ""
    folder: Path = Path()

    @property
    def upload_id(self) -> str:
        """Number and the first digits of the digest."""
        return f"{self.number:06d}-{self.digest[:12]}"

    def evidence(self) -> list[tuple[Evidence, Path]]:
        """Each kept file with where it lies."""
        return [(file, self.folder / f"{EVIDENCE}{i}") for i, file in enumerate(self.files)]

    def frame(self) -> pd.DataFrame:
        """The facts of a kind that is no ballots. Raises StoreDamagedError."""
        with damage_told([self]):
            return read_parquet(self.folder / "facts.parquet")


def write_manifest(folder: Path, upload: Upload, path: Path | None = None) -> None:
    """Keep what the upload is beside its bytes (or in `path`), with a checksum of every other file of the folder.

    The evidence was hashed while it was read; half a gigabyte is not read again for that.
    """
    whole = asdict(upload)
    del whole["folder"]
    known = {f"{EVIDENCE}{number}": file.sha256 for number, file in enumerate(upload.files)}
    whole["checksums"] = {
        name: known.get(name) or file_sha256(folder / name)
        for name in sorted(path.name for path in folder.iterdir())
        if name != MANIFEST
    }
    text = json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True)
    (path or folder / MANIFEST).write_text(text, encoding="utf-8")


def read_upload(folder: Path) -> Upload:
    """An upload from its folder. Raises StoreDamagedError."""
    try:
        whole = _manifest(folder)
        del whole["checksums"]
        whole["files"] = tuple(Evidence(**file) for file in whole["files"])
        whole["choices"] = Choices(**whole.get("choices", {}))
        whole["edits"] = tuple(EditLog(Edit(**log["edit"]), log["time"], log["user"]) for log in whole.get("edits", ()))
        return Upload(**whole, folder=folder)
    except (KeyError, TypeError):
        raise _manifest_damaged(folder) from None


def damaged_files(folder: Path) -> list[str]:
    """Names of files of an upload that are missing or whose bytes changed. Raises StoreDamagedError."""
    return [
        name
        for name, checksum in _manifest(folder).get("checksums", {}).items()
        if not (folder / name).is_file() or file_sha256(folder / name) != checksum
    ]


@contextmanager
def damage_told(uploads: Sequence[Upload]) -> Iterator[None]:
    """What goes wrong while the derived files of uploads are read: a sentence where one of them is damaged or missing.

    Looked for only then, since half a gigabyte is hashed for it. Raises StoreDamagedError.
    """
    try:
        yield
    except (duckdb.Error, OSError, ValueError) as error:
        kept = [upload for upload in uploads if (upload.folder / MANIFEST).is_file()]  # an import has none as yet
        damaged = [upload.upload_id for upload in kept if damaged_files(upload.folder)]
        if not damaged:
            raise
        raise StoreDamagedError(
            "Upload {upload}: files made from it are damaged or missing. Run `biaochi rebuild`: it makes them again "
            "from the kept files.",
            upload=damaged[0],
        ) from error


def derived_files(folder: Path) -> list[str]:
    """Names of the files of an upload that were made from its evidence."""
    return sorted(path.name for path in folder.iterdir() if path.name != MANIFEST and not is_evidence(path.name))


def is_evidence(name: str) -> bool:
    """Whether a file of an upload is kept as it came."""
    return name.startswith(EVIDENCE)


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        whole: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise _manifest_damaged(folder) from None
    return whole


def _manifest_damaged(folder: Path) -> StoreDamagedError:
    return StoreDamagedError(
        "Upload {upload}: {file} cannot be read any more. Restore it from a backup.", upload=folder.name, file=MANIFEST
    )


def file_sha256(path: Path) -> str:
    """SHA-256 (hex) of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_ballot_facts(con: duckdb.DuckDBPyConnection, folder: Path, facts: BallotFacts) -> None:
    """Ballot facts as Parquet: `lines` sorted by unit, ballot, indicator; `ballots` by their code."""
    con.register("line_codes", pd.DataFrame(facts.lines.__dict__, copy=False))
    con.table("line_codes").write_parquet(str(folder / "lines.parquet"), compression="zstd")
    con.unregister("line_codes")
    con.table("ballot").write_parquet(str(folder / "ballots.parquet"), compression="zstd")
    write_dictionaries(folder / "dictionaries.json", facts.dictionaries)


def write_frame(con: duckdb.DuckDBPyConnection, folder: Path, frame: pd.DataFrame) -> None:
    """Facts of a small kind as Parquet."""
    con.register("facts_frame", frame)
    con.table("facts_frame").write_parquet(str(folder / "facts.parquet"), compression="zstd")
    con.unregister("facts_frame")


def active(uploads: list[Upload]) -> list[Upload]:
    """The uploads in force: a replacing one makes all earlier ones of its kind and round void."""
    kept: list[Upload] = []
    for upload in sorted(uploads, key=lambda u: u.number):
        if upload.replaces:
            kept = [u for u in kept if (u.kind, u.round_id) != (upload.kind, upload.round_id)]
        kept.append(upload)
    return kept
