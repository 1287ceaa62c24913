"""Stores that take long to make are kept between runs, for whoever runs one file after another."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from tests.support.paths import ROOT

# Whatever the content of a store can follow from.
ROOMS = ("analytics", "data", "formats", "results", "schemes", "tests/support")
KINDS = {".py", ".sql", ".csv", ".toml"}
KEPT = ROOT / ".pytest_cache" / "stores"


def sources() -> Iterator[Path]:
    yield ROOT / "requirements.txt"
    for room in ROOMS:
        yield from sorted(path for path in (ROOT / room).rglob("*") if path.suffix in KINDS)


@cache
def digest_of_sources() -> str:
    whole = hashlib.sha256()
    for path in sources():
        whole.update(f"{path.relative_to(ROOT)}\0".encode())
        whole.update(path.read_bytes())
    return whole.hexdigest()[:16]


def kept_or_made(name: str, folder: Path, make: Callable[[Path], object]) -> None:
    """Fill `folder` as `make` does, from the copy of an earlier run of the same sources where there is one."""
    kept = KEPT / digest_of_sources() / name
    if kept.exists():
        shutil.copytree(kept, folder)
        return
    make(folder)
    for earlier in KEPT.glob(f"*/{name}"):
        shutil.rmtree(earlier, ignore_errors=True)
    kept.parent.mkdir(parents=True, exist_ok=True)
    making = kept.with_name(f"{name}.{os.getpid()}")
    shutil.copytree(folder, making)
    making.rename(kept)
