"""Answers of a release that take seconds, kept beside it so that the next call has them at once.

A release never changes, so neither does an answer of it. The folder `var/cache` may be deleted at any time; it is no
evidence, and what is damaged in it is computed again.
"""

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path

MOST = 400
"""Answers kept; the oldest go first. One of 1,000 units takes 0.4 MB."""


class Cache:
    """Answers by name. Reading and writing never fail: without a place to write nothing is kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, name: str) -> object | None:
        """The answer that was kept under a name; None when there is none, or it is not whole."""
        with suppress(OSError, ValueError):  # not there, or no text any more
            digest, _, content = self._path(name).read_text(encoding="utf-8").partition("\n")
            if digest == _digest(content):
                answer: object = json.loads(content)
                return answer
        return None

    def put(self, name: str, answer: object) -> None:
        """Keep an answer of plain values (no NaN); in place at once or not at all."""
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
        kept = sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
        for path in kept[:-MOST]:
            path.unlink(missing_ok=True)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
