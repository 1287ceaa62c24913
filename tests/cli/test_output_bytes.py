"""Standard output holds the same bytes as the file of `-o`: nothing else is printed there, by us or by a C library."""

import subprocess
import sys

import pytest

from i18n import ROOT

CALLS = {
    "ranking": "ranking --round 2025",
    "ranking.xlsx": "ranking --round 2025 --format xlsx",
    "bottom": "bottom --round 2025 --format json",
    "unit": "unit ZY001",
    "pledges": "pledges --round 2025",
    "export": "export groups --round 2025",
    "ballots": "export ballots --round 2025",
    "bulletin": "bulletin --round 2025 --kind bottom --format pdf",
    "brief": "bulletin --round 2025 --kind brief --as-of 2026-01-15",
    "slides": "bulletin --round 2025 --kind slides --as-of 2026-01-15",
    "bundle": "bundle --round 2025",
    "public bundle": "bundle --round 2025 --public",
    "kit": "kit ZY001 --round 2025",
    "public": "public --round 2025",
    "releases": "releases",
    "rounds": "rounds",
    "rules": "rules list",
    "audit": "audit",
}
# The solver prints through C, so descriptor 1 itself is redirected and the buffers of C are flushed. One process
# makes all calls: importing takes longer than most of them.
PROGRAM = """
import ctypes, os, sys
from cli.main import run

store, folder, *calls = sys.argv[1:]
before = os.dup(1)
for call in calls:
    name, _, words = call.partition("=")
    for target, more in (("printed", []), ("beside the file", ["-o", f"{folder}/{name}.file"])):
        printed = os.open(f"{folder}/{name}.{target}", os.O_CREAT | os.O_WRONLY)
        os.dup2(printed, 1)
        code = run(["--store", store, *words.split(), *more])
        sys.stdout.flush()
        ctypes.CDLL(None).fflush(None)
        os.dup2(before, 1)
        if code:
            sys.exit(f"{call}: exit code {code}")
"""


@pytest.mark.sweep
def test_standard_output_has_the_bytes_of_the_file(own_town, tmp_path):
    words = [f"{name}={call}" for name, call in CALLS.items()]
    command = [sys.executable, "-c", PROGRAM, str(own_town.store), str(tmp_path), *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    content = {name: (tmp_path / f"{name}.file").read_bytes() for name in CALLS}
    assert all(content.values())
    different = [name for name in CALLS if (tmp_path / f"{name}.printed").read_bytes() != content[name]]
    chatty = [name for name in CALLS if (tmp_path / f"{name}.beside the file").read_bytes()]
    assert (different, chatty) == ([], [])
