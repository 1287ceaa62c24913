"""Content of the steps of a review, each a file that never changes, and the files that people hand in with them.

The history names every content by its SHA-256, so a changed or missing file is noticed. A content is moved into the
store before its entry; without an entry it means nothing, so a writer may be killed at any instant.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.store.history import Event, read_history
from data.store.review import KEPT
from data.store.seals import store_for_good
from errors import StoreDamagedError, UsageError

FOLDER = "objections"
EVIDENCE = "evidence"
LARGEST = 50 << 20
"""Bytes of a file that is handed in with an objection."""


@dataclass(frozen=True)
class HandedIn:
    """A file that was handed in: its name and its bytes, not kept yet."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of its bytes."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def as_json(self) -> dict[str, object]:
        """Return its name, size and SHA-256, as a content names it."""
        return {"name": self.name, "size": len(self.content), "sha256": self.sha256}


def keep(staging: Path, store: Path, content: Mapping[str, Any], files: Sequence[HandedIn] = ()) -> str:
    """Keep a content with its files and return its SHA-256; only inside `Store.writing`.

    Raises UsageError for a file that is too large.
    """
    for file in files:
        if len(file.content) > LARGEST:
            raise UsageError("The file {name} is larger than {most} MB.", name=file.name, most=LARGEST >> 20)
        _move(staging, store, f"{FOLDER}/{EVIDENCE}/{file.sha256}", file.content)
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False).encode() + b"\n"
    digest = hashlib.sha256(text).hexdigest()
    _move(staging, store, f"{FOLDER}/{digest}.json", text)
    return digest


def content_of(store: Path, event: Event) -> dict[str, Any]:
    """Return the content of a step. Raises StoreDamagedError."""
    found: dict[str, Any] = json.loads(_verified(_path(store, event.figures), event.figures))
    return found


def evidence_path(store: Path, sha256: str) -> Path:
    """Return the place of a file that was handed in."""
    return store / FOLDER / EVIDENCE / sha256


def damaged_entries(store: Path) -> list[StoreDamagedError]:
    """Return the defects of the contents of all steps, and of the files handed in with them."""
    damages = []
    for event in read_history(store):
        if event.action not in KEPT:
            continue
        try:
            for file in content_of(store, event).get("evidence", ()):
                _verified(evidence_path(store, file["sha256"]), file["sha256"])
        except StoreDamagedError as damage:
            damages.append(damage)
    return damages


def _path(store: Path, digest: str) -> Path:
    return store / FOLDER / f"{digest}.json"


def _move(staging: Path, store: Path, place: str, content: bytes) -> None:
    """Move a content to its place. What is there already has this name because it has these bytes, or is damaged."""
    draft = staging / Path(place).name
    draft.write_bytes(content)
    store_for_good(staging, draft, store, place)


def _verified(path: Path, digest: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError:
        content = b""
    if hashlib.sha256(content).hexdigest() != digest:
        raise StoreDamagedError(
            "Register of objections: the file {name} is missing or was changed. Restore it from a backup.",
            name=path.name,
        )
    return content
