"""Build the archive for machines without internet: the project, packages for every supported Python, checksums.

Use: `python -m tools.offline [--target linux-3.11] [--folder dist]`, on a machine with internet. On the office machine,
unpack it and run `start.bat` or `python3 start.py`: packages come from `wheels`, each compared with its pin.
"""

import argparse
import hashlib
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker

from i18n import ROOT

PINS = "requirements.txt"
WHEELS, TARGETS = "wheels", "wheels/targets.txt"
PYTHONS = ("3.11", "3.12", "3.13")
GLIBC = range(28, 4, -1)  # of the office's Linux at most 2.28, as Kylin V10 and UOS 20 have it
PLATFORMS = {
    "linux": (
        *(f"manylinux_2_{minor}_x86_64" for minor in GLIBC),
        "manylinux2014_x86_64",
        "manylinux2010_x86_64",
        "manylinux1_x86_64",
    ),
    "windows": ("win_amd64",),
}
MARKERS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64"},
    "windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
}
DATE = (2000, 1, 1, 0, 0, 0)
"""Of every entry, so that the same files give the same archive."""


@dataclass(frozen=True)
class Target:
    """An operating system and a Python that packages are fetched for."""

    system: str
    python: str

    @property
    def name(self) -> str:
        """Return the name, as --target and `targets.txt` have it."""
        return f"{self.system}-{self.python}"

    def holds(self, marker: str) -> bool:
        """Return whether a requirement with this marker is needed there; pip would ask the machine that downloads."""
        about = {"python_version": self.python, "python_full_version": f"{self.python}.0", **MARKERS[self.system]}
        return not marker or Marker(marker).evaluate({"platform_python_implementation": "CPython", **about})

    def options(self) -> list[str]:
        """Return the options of `pip download` for the target."""
        short = self.python.replace(".", "")
        abis = (f"cp{short}", "abi3", "none")
        options = ["--python-version", self.python, "--implementation", "cp"]
        for platform in PLATFORMS[self.system]:
            options += ["--platform", platform]
        for abi in abis:
            options += ["--abi", abi]
        return options


EVERY = tuple(Target(system, python) for system in PLATFORMS for python in PYTHONS)


def pins(text: str, target: Target) -> str:
    """Return the requirements that a target needs, with their hashes and without markers."""
    kept = []
    for entry in re.split(r"\n(?=\S)", text.replace("\\\n", " ")):
        line = entry.split("#", 1)[0].strip()
        if not line:
            continue
        head, *hashes = re.split(r"\s+(?=--hash)", line)
        requirement, _, marker = head.partition(";")
        if target.holds(marker.strip()):
            kept.append(" ".join([requirement.strip(), *hashes]))
    return "\n".join(kept) + "\n"


def fetch(root: Path, target: Target, wheels: Path) -> None:
    """Download the packages of a target. pip compares each with its pin."""
    wheels.mkdir(parents=True, exist_ok=True)
    listed = wheels.parent / f"{target.name}.txt"
    listed.write_text(pins((root / PINS).read_text(encoding="utf-8"), target), encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary", ":all:", "--require-hashes", "--dest", str(wheels), "-r", str(listed)]
    try:
        subprocess.run([*command, *target.options()], check=True)
    finally:
        listed.unlink()


def project_files(root: Path) -> list[str]:
    """Return the files of the project, as version control lists them."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True).stdout.decode()
    return sorted(name for name in listed.split("\0") if name and not name.startswith("tests/"))


def contents(root: Path, wheels: Path, targets: Sequence[Target]) -> Iterator[tuple[str, Path | bytes]]:
    """Yield each name in the archive with its file or content."""
    yield from ((name, root / name) for name in project_files(root) if (root / name).is_file())
    yield from ((f"{WHEELS}/{path.name}", path) for path in sorted(wheels.glob("*.whl")))
    yield TARGETS, "".join(f"{target.name}\n" for target in targets).encode()


def pack(archive: Path, folder: str, files: Iterable[tuple[str, Path | bytes]]) -> str:
    """Write the archive, with the checksum of every file in it, and return its SHA-256."""
    sums: Mapping[str, str]
    sums = {}
    with zipfile.ZipFile(archive, "w") as file:
        for name, source in files:
            content = source if isinstance(source, bytes) else source.read_bytes()
            sums[name] = hashlib.sha256(content).hexdigest()
            _add(file, f"{folder}/{name}", content)
        listed = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
        _add(file, f"{folder}/SHA256SUMS", listed.encode())
    with archive.open("rb") as written:
        return hashlib.file_digest(written, "sha256").hexdigest()


def _add(file: zipfile.ZipFile, name: str, content: bytes) -> None:
    about = zipfile.ZipInfo(name, DATE)
    about.external_attr = (0o755 if name.endswith((".sh", "start.py")) else 0o644) << 16
    about.compress_type = zipfile.ZIP_STORED if name.endswith(".whl") else zipfile.ZIP_DEFLATED
    file.writestr(about, content)


def main(arguments: Sequence[str] | None = None) -> None:
    """Fetch the packages of the targets and write the archive."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--target", action="append", choices=[target.name for target in EVERY])
    parser.add_argument("--folder", type=Path, default=ROOT / "dist")
    options = parser.parse_args(arguments)
    chosen = [target for target in EVERY if options.target is None or target.name in options.target]
    wheels = options.folder / WHEELS
    for target in chosen:
        print(f"{target.name} …", flush=True)
        fetch(ROOT, target, wheels)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    archive = options.folder / f"biaochi-{version}-offline.zip"
    digest = pack(archive, f"biaochi-{version}", contents(ROOT, wheels, chosen))
    (options.folder / f"{archive.name}.sha256").write_text(f"{digest}  {archive.name}\n", encoding="utf-8")
    print(f"{archive}  {archive.stat().st_size / 1e6:.0f} MB\n{digest}")


if __name__ == "__main__":
    main()
