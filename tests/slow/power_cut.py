"""Cut the power at random instants of writing actions. `python -m tests.slow.power_cut DIR CUTS [SEED] [ACTION ...]`.

An action runs under `strace`; its writes are replayed up to an instant. As on ext4: what was synchronised is there; of
names and folders a prefix is there, at least up to the last synchronisation; of every other write all, nothing or a
part of 512-byte sectors is there, in any combination.
"""

import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from i18n import ROOT
from tests.slow.actions import ACTIONS, Office, copied, here, make_office, sound

CALLS = "openat,open,creat,write,pwrite64,writev,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,mkdir"
CALLS += ",mkdirat,ftruncate,lseek,rmdir,copy_file_range,sendfile,link,linkat,symlink"
LINE = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\) += (-?\d+)(?:<(.*?)>)?")
RESUMED = re.compile(r"^(\d+) +<\.\.\. \w+ resumed>(.*)$")
UNFINISHED = re.compile(r"^(\d+ +.*) <unfinished \.\.\.>$")
SECTOR = 512
CUT_ACTIONS = ("rules", "import", "replace", "publish", "rollback", "final", "withdraw", "objection", "ruling", "clear")


@dataclass
class Step:
    """A call that changed something. kind: create, write, size, sync, rename, unlink, mkdir, rmdir."""

    kind: str
    path: str
    to: str = ""
    at: int = 0
    data: bytes = b""


@dataclass
class Trace:
    """The steps of an action below a folder. positions: where the next write of a file goes; -1 at its end."""

    folder: str
    steps: list[Step] = field(default_factory=list)
    positions: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, arguments: str, result: int, opened: str) -> None:
        """Add the step of a call that succeeded."""
        texts = [_bytes(text) for text in re.findall(r'"((?:\\x[0-9a-f]{2})*)"', arguments)]
        fd = re.match(r"(\d+)<(.*?)>", arguments)
        here_ = _path(fd[2]) if fd else ""
        paths = [text.decode("utf-8", "replace") for text in texts]
        if name in ("open", "openat", "creat"):
            self._open(paths[0], arguments, opened, result)
        elif name in ("write", "pwrite64") and self._inside(here_):
            offset = int(arguments.rsplit(",", 1)[1]) if name == "pwrite64" else self.positions.get(here_, 0)
            self.steps.append(Step("write", here_, at=offset, data=texts[0][:result]))
            if name == "write" and offset >= 0:
                self.positions[here_] = offset + result
        elif name == "sendfile" and self._inside(here_):
            source = re.findall(r"\d+<(.*?)>", arguments)[1]
            offset = self.positions.get(here_, 0)
            content = Path(_path(source)).read_bytes()[offset : offset + result]
            self.steps.append(Step("write", here_, at=offset, data=content))
            self.positions[here_] = offset + result
        elif name == "lseek" and self._inside(here_):
            self.positions[here_] = result if self.positions.get(here_, 0) >= 0 else -1
        elif name == "ftruncate" and self._inside(here_):
            self.steps.append(Step("size", here_, at=int(arguments.rsplit(",", 1)[1])))
        elif name in ("fsync", "fdatasync") and self._inside(here_):
            self.steps.append(Step("sync", here_))
        elif name.startswith("rename") and self._inside(paths[-1]):
            self.steps.append(Step("rename", paths[0], paths[-1]))
            self.positions[paths[-1]] = self.positions.pop(paths[0], 0)
        elif name in ("mkdir", "mkdirat", "unlink", "unlinkat", "rmdir"):
            self._named(name, arguments, paths[0])
        elif self._inside(here_):
            raise AssertionError(f"{name} is not replayed: {arguments[:200]}")

    def _open(self, path: str, arguments: str, opened: str, result: int) -> None:
        place = _path(opened) if opened else path
        if not self._inside(place) or "O_DIRECTORY" in arguments or not re.search("O_WRONLY|O_RDWR", arguments):
            return
        if "O_CREAT" in arguments:
            self.steps.append(Step("create", place))
        if "O_TRUNC" in arguments:
            self.steps.append(Step("size", place))
        self.positions[place] = -1 if "O_APPEND" in arguments else 0

    def _named(self, name: str, arguments: str, path: str) -> None:
        if not path.startswith("/"):
            folder = re.match(r"\w+<(.*?)>", arguments)
            path = f"{_path(folder[1])}/{path}" if folder else path
        kind = "rmdir" if "AT_REMOVEDIR" in arguments else {"mkdirat": "mkdir", "unlinkat": "unlink"}.get(name, name)
        if self._inside(path):
            self.steps.append(Step(kind, path))

    def _inside(self, path: str) -> bool:
        return path.startswith(self.folder)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def _path(text: str) -> str:
    return _bytes(text).decode() if text.startswith("\\x") else text


def traced(office: Office, words: list[str], log: Path) -> list[Step]:
    """Carry out a command under strace and return its steps in the store."""
    command = ["strace", "-f", "-y", "-xx", "-s", "100000000", "--seccomp-bpf", "-e", f"trace={CALLS}", "-o", str(log)]
    command += [sys.executable, "-m", "cli", "--store", str(office.store), "--lang", "en", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    trace, waiting = Trace(str(office.store)), {}
    for line in log.read_text().splitlines():
        if unfinished := UNFINISHED.match(line):
            waiting[line.split()[0]] = unfinished[1]
            continue
        if resumed := RESUMED.match(line):
            line = waiting.pop(resumed[1]) + resumed[2]
        found = LINE.match(line)
        if found and int(found[3]) >= 0:
            trace.add(found[1], found[2], int(found[3]), found[4] or "")
    return trace.steps


class Disk:
    """A disk that loses its power. start: the store before the action."""

    def __init__(self, start: Path, root: str, steps: list[Step]) -> None:
        self.steps, self.root = steps, root
        files = {f"{root}/{path.relative_to(start)}": path for path in start.rglob("*") if path.is_file()}
        self.names: dict[str, int] = {path: number for number, path in enumerate(sorted(files))}
        self.content = {self.names[path]: file.read_bytes() for path, file in files.items()}
        self.folders = {f"{root}/{path.relative_to(start)}" for path in start.rglob("*") if path.is_dir()} | {root}
        self.inodes = self._numbered()

    def _numbered(self) -> list[int | None]:
        """Return the file of every step, as the names were at that instant."""
        names, found = dict(self.names), []
        for step in self.steps:
            if step.kind == "create" and step.path not in names:
                names[step.path] = len(self.content) + len(found)
            found.append(names.get(step.path))
            _rename(names, step)
        return found

    def cut(self, instant: int, rng: random.Random, target: Path) -> None:
        """Write what is on the disk after a power cut into a folder."""
        synced = [at for at in range(instant) if self.steps[at].kind == "sync"]
        last_name = rng.randint(synced[-1] if synced else 0, instant)
        names, folders = dict(self.names), set(self.folders)
        for at, step in enumerate(self.steps[:last_name]):
            if step.kind == "create" and step.path not in names:
                names[step.path] = self.inodes[at]
            _rename(names, step, folders)
        shutil.rmtree(target)
        for folder in sorted(folders):
            Path(folder.replace(self.root, str(target), 1)).mkdir(parents=True, exist_ok=True)
        for path, inode in names.items():
            place = Path(path.replace(self.root, str(target), 1))
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(self._kept(inode, instant, rng))

    def _kept(self, inode: int, instant: int, rng: random.Random) -> bytes:
        content = bytearray(self.content.get(inode, b""))
        own = [at for at in range(instant) if self.inodes[at] == inode]
        durable = max((at for at in own if self.steps[at].kind == "sync"), default=-1)
        for at in own:
            step = self.steps[at]
            share = 1.0 if at < durable else rng.choice((0.0, 1.0, rng.random()))
            if step.kind == "size" and share:
                content = content[: step.at].ljust(step.at, b"\0")
            elif step.kind == "write":
                at_byte = len(content) if step.at < 0 else step.at
                data = step.data if share == 1 else step.data[: int(share * len(step.data)) // SECTOR * SECTOR]
                content = content.ljust(at_byte, b"\0") if data else content
                content[at_byte : at_byte + len(data)] = data
        return bytes(content)


def _rename(names: dict[str, int], step: Step, folders: set[str] | None = None) -> None:
    """Carry out a change of names."""
    folders = set() if folders is None else folders
    if step.kind == "rename":
        for path in [path for path in names if path == step.path or path.startswith(f"{step.path}/")]:
            names[step.to + path[len(step.path) :]] = names.pop(path)
        for path in [path for path in folders if path == step.path or path.startswith(f"{step.path}/")]:
            folders.remove(path)
            folders.add(step.to + path[len(step.path) :])
    elif step.kind == "unlink":
        names.pop(step.path, None)
    elif step.kind == "mkdir":
        folders.add(step.path)
    elif step.kind == "rmdir":
        folders.discard(step.path)


def look(mine: Office, before: set[str], case: str) -> str:
    """Return how the store is after a cut: sound at once, after the next writer or after a rebuild; else raise."""
    assert before <= {path.name for path in (mine.store / "uploads").iterdir()}, case
    at_once = sound(mine.store)
    words = ["import", "ballots", str(mine.folder / "files" / "more.csv"), "--round", "2030", "--rules", "demo-2025"]
    code, said = here(mine.store, [*words, "--accept-warnings", "小样"])
    after = sound(mine.store)
    if not at_once and not after and code == 0:
        return "sound at once"
    if code == 0 and not after:
        return "sound after the next writer"
    here(mine.store, ["rebuild"])
    assert not sound(mine.store), (case, at_once, code, said, after)
    return "sound after a rebuild"


def run(folder: Path, cuts: int, seed: int = 1, actions: tuple[str, ...] = CUT_ACTIONS) -> Counter[str]:
    """Cut the power so many times, each action in turn; return how often the store was how."""
    rng, office, found = random.Random(seed), make_office(folder / "office"), Counter()
    for action in actions:
        acted = copied(office, folder / f"acted-{action}")
        acted.prepare(action)
        start = copied(acted, folder / f"start-{action}")
        (acted.folder / "out").mkdir()
        steps = traced(acted, acted.words(action, acted.folder / "out"), folder / f"{action}.strace")
        disk, before = Disk(start.store, str(acted.store), steps), {p.name for p in (start.store / "uploads").iterdir()}
        for number in range(cuts // len(actions)):
            mine = copied(start, folder / "cut")
            instant = rng.randint(0, len(steps))
            disk.cut(instant, rng, mine.store)
            found[look(mine, before, f"{action}, cut {number} at {instant} of {len(steps)}")] += 1
            shutil.rmtree(mine.folder)
        print(action, len(steps), "steps", dict(found), flush=True)
    return found


if __name__ == "__main__":
    chosen = tuple(sys.argv[4:]) or CUT_ACTIONS
    assert set(chosen) <= set(ACTIONS)
    print(dict(run(Path(sys.argv[1]), int(sys.argv[2]), int([*sys.argv, "", "1"][3] or 1), chosen)))
