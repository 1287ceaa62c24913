"""Disk cache for results of a release that take seconds to compute.

A release never changes, so its cached results never expire. The folder `var/cache` may be deleted at any time: it is
not evidence, and a damaged entry is computed again.
"""

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path

MOST = 400
"""Maximum number of cached results; the oldest are deleted first. A result for 1,000 units takes 0.4 MB."""


class Cache:
    """Cached results by name. Reading and writing never fail: if the folder is not writable, nothing is cached."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, name: str) -> object | None:
        """Return the result cached under a name; None if there is no result or its checksum does not match."""
        with suppress(OSError, ValueError):  # missing, or not valid UTF-8 or JSON
            digest, _, content = self._path(name).read_text(encoding="utf-8").partition("\n")
            if digest == _digest(content):
                answer: object = json.loads(content)
                return answer
        return None

    def put(self, name: str, answer: object) -> None:
        """Cache a result of plain values (no NaN), replacing the entry atomically."""
        content = json.dumps(answer, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        with suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._folder, prefix=".") as scratch:
                draft = Path(scratch, "draft")
                draft.write_text(f"{_digest(content)}\n{content}", encoding="utf-8")
                os.replace(draft, self._path(name))
            self._forget()

    def _path(self, name: str) -> Path:
        return self._folder / f"{_digest(name)[:32]}.json"

    def _forget(self) -> None:
        # The oldest answers go first; most belong to releases that are no longer in force.
        kept = sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
        for path in kept[:-MOST]:
            path.unlink(missing_ok=True)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
