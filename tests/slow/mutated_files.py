"""Mutated files through the command line. `python -m tests.slow.mutated_files DIR COUNT [SEED]`.

Bit flips, cuts, doubled parts, wrong dimensions, entities, nesting, bombs and endless sheets: each is taken or refused
with a sentence, in less than a minute and 2 GiB, and a refused file leaves the store as it was.
"""

import io
import random
import resource
import shutil
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from data.store.seals import seals_now
from formats.spreadsheet import Sheet, xlsx_bytes
from tests.slow.actions import ballots, call, make_office

SECONDS, BYTES = 60, 2 << 30
SHEET = "xl/worksheets/sheet1.xml"


def _workbook() -> bytes:
    head, *rows = [line.split(",") for line in ballots(40).splitlines()]
    return xlsx_bytes(Sheet("评议票", head, rows, []))


def _parts(workbook: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


def _zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def _in_part(change: Callable[[random.Random, bytes], bytes]) -> Callable[[random.Random, bytes], bytes]:
    def mutate(rng: random.Random, workbook: bytes) -> bytes:
        parts = _parts(workbook)
        name = rng.choice([name for name in parts if name.endswith(".xml")])
        return _zipped({**parts, name: change(rng, parts[name])})

    return mutate


def _flipped(rng: random.Random, content: bytes) -> bytes:
    found = bytearray(content)
    for _ in range(rng.randint(1, 20)):
        found[rng.randrange(len(found))] ^= 1 << rng.randrange(8)
    return bytes(found)


def _cut(rng: random.Random, content: bytes) -> bytes:
    return content[: rng.randrange(len(content))]


def _doubled(rng: random.Random, content: bytes) -> bytes:
    at, size = rng.randrange(len(content)), rng.randint(1, 200)
    return content[:at] + content[at : at + size] * rng.randint(2, 50) + content[at:]


def _entities(rng: random.Random, content: bytes) -> bytes:
    names = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x"}">' for n in range(rng.randint(3, 12)))
    head, mark, rest = content.partition(b"?>")
    return head + mark + f"<!DOCTYPE x [{names}]>".encode() + rest


def _dimension(rng: random.Random, content: bytes) -> bytes:
    corner = rng.choice((b"XFD1048576", b"A1", b"ZZZ9", b"A99999999", b"$B$2"))
    return content.replace(b"<sheetData", b'<dimension ref="A1:' + corner + b'"/><sheetData', 1)


def _nested(rng: random.Random, content: bytes) -> bytes:
    depth = rng.choice((100, 10_000, 300_000))
    return content.replace(b"<sheetData>", b"<sheetData>" + b"<x>" * depth + b"</x>" * depth, 1)


def _far(rng: random.Random, content: bytes) -> bytes:
    cell = b'<row r="%d"><c r="XFD%d"><v>1</v></c></row></sheetData>' % ((rng.choice((9000, 1048576)),) * 2)
    return content.replace(b"</sheetData>", cell, 1)


def _bomb(rng: random.Random, content: bytes) -> bytes:
    row = b'<row><c t="inlineStr"><is><t>' + b"x" * 1000 + b"</t></is></c></row>"
    return content.replace(b"</sheetData>", row * rng.choice((1000, 60_000)) + b"</sheetData>", 1)


WORKBOOKS = {
    "bits of the file": _flipped,
    "file cut": _cut,
    "file doubled": _doubled,
    **{
        name: _in_part(change)
        for name, change in {
            "bits of a part": _flipped,
            "part cut": _cut,
            "part doubled": _doubled,
            "entities": _entities,
            "dimension": _dimension,
            "nesting": _nested,
            "far cell": _far,
            "bomb": _bomb,
        }.items()
    },
}
TEXTS = {"bits of a text": _flipped, "text cut": _cut, "text doubled": _doubled}


def run(folder: Path, count: int, seed: int = 1) -> dict[int, int]:
    """Bring so many mutated files in; return exit code -> how many. AssertionError where one is not handled."""
    office, rng, codes = make_office(folder / "office"), random.Random(seed), dict[int, int]()
    workbook, text = _workbook(), ballots(40).encode()
    kinds = [*WORKBOOKS, *TEXTS]
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    for number in range(count):
        kind = kinds[number % len(kinds)]
        content = WORKBOOKS[kind](rng, workbook) if kind in WORKBOOKS else TEXTS[kind](rng, text)
        file = folder / f"mutated-{number}{'.xlsx' if kind in WORKBOOKS else '.csv'}"
        file.write_bytes(content)
        before = seals_now(office.store)
        words = [
            "import",
            "ballots",
            str(file),
            "--round",
            f"m{number}",
            "--rules",
            "demo-2025",
            "--accept-warnings",
            "x",
        ]
        began, process = time.monotonic(), call(office.store, words, folder / "answer.txt")
        process.join(SECONDS * 4)
        took = time.monotonic() - began
        case = f"{kind}, {file}: exit {process.exitcode} in {took:.1f} s"
        assert process.exitcode is not None, case
        said = (folder / "answer.txt").read_text("utf-8")
        assert process.exitcode in (0, 3, 4), f"{case}: {said}"
        assert (seals_now(office.store) != before) == (process.exitcode == 0), case
        codes[process.exitcode] = codes.get(process.exitcode, 0) + 1
        file.unlink()
    used = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) << 10
    assert used < BYTES, used
    shutil.rmtree(office.folder)
    return codes


if __name__ == "__main__":
    print(run(Path(sys.argv[1]), int(sys.argv[2]), int([*sys.argv, "1"][3])))
