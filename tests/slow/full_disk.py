"""Every writing action on a disk with little room: what it says agrees with what happened. Needs root for a tmpfs.

`python -m tests.slow.full_disk DIR [ACTION ...]`
"""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.slow.actions import ACTIONS, Office, copied, effects, here, make_office, sound

ROOM = (0, 8, 16, 20, 24, 32, 48, 64, 512)  # KiB that are free when the action begins
SIZE = 64  # MiB of the disk
STAYS = ("took effect", "is changed already")


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Yield a folder that is a disk of its own, for scratch folders too."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "tmpfs", str(folder)], check=True)
    (folder / "tmp").mkdir()
    before, tempfile.tempdir = tempfile.tempdir, str(folder / "tmp")
    os.environ["BIAOCHI_ACCOUNTS"] = str(folder / "office" / "var-accounts")
    try:
        yield folder
    finally:
        tempfile.tempdir = before
        del os.environ["BIAOCHI_ACCOUNTS"]
        subprocess.run(["umount", str(folder)], check=True)


@contextlib.contextmanager
def filled(disk: Path, room: int) -> Iterator[None]:
    """Leave so many KiB free."""
    about = os.statvfs(disk)
    filler = disk / "filler"
    with filler.open("wb") as file, contextlib.suppress(OSError):
        file.write(b"\0" * max(0, about.f_bavail * about.f_frsize - room * 1024))
    try:
        yield
    finally:
        filler.unlink()


def attempt(office: Office, disk: Path, action: str, room: int) -> tuple[str, str]:
    """Carry out an action with so little room; return its exit code, + where it took effect, and what is wrong."""
    mine = copied(office, disk / "office")
    (disk / "out").mkdir()
    mine.prepare(action)
    before = effects(mine, disk / "out")
    with filled(disk, room):
        code, said = here(mine.store, mine.words(action, disk / "out"))
    changed = effects(mine, disk / "out") != before
    wrong = "; ".join(_wrong(mine, action, code, said, changed=changed))
    return f"{code}{'+' if changed else ''}", f"{wrong}: exit {code}, {said.strip()}" if wrong else ""


def _wrong(mine: Office, action: str, code: int, said: str, *, changed: bool) -> Iterator[str]:
    """Yield what is wrong with the exit code, with the words, with the store, and with the next import."""
    told = any(words in said for words in STAYS)
    if code == 70 or (code and not said.strip()):
        yield "no sentence"
    if changed != (code == 0 or told):
        yield f"the words are wrong, it took {'effect' if changed else 'no effect'}"
    if told != (code == 1):
        yield "the exit code is wrong"
    damaged = action == "rebuild" and not changed
    yield from [] if damaged else sound(mine.store)
    file = str(mine.folder / "files" / "more.csv")
    words = ["import", "ballots", file, "--round", "2030", "--rules", "demo-2025", "--accept-warnings", "小样"]
    after, why = here(mine.store, words)
    if after:
        yield f"the next import is refused: {why}"
    yield from [] if damaged else sound(mine.store)
    yield from (f"left: {path}" for path in (mine.store / "staging").iterdir() if path.is_dir())


def run(folder: Path, actions: tuple[str, ...] = tuple(ACTIONS)) -> list[str]:
    """Try every action with every room, print the exit codes, and return what is wrong."""
    office, wrong = make_office(folder / "office"), []
    for action in actions:
        codes = []
        for room in ROOM:
            with small_disk(folder / "disk") as disk:
                code, found = attempt(office, disk, action, room)
            codes.append(code)
            wrong += [f"{action} with {room} KiB: {found}"] if found else []
        print(action, *codes, flush=True)
    return wrong


if __name__ == "__main__":
    print("\n".join(run(Path(sys.argv[1]), tuple(sys.argv[2:]) or tuple(ACTIONS))))
