"""Standard output is clean of what C code prints, and takes its bytes again afterwards."""

import subprocess
import sys

from i18n import ROOT

PRINTING = """
import ctypes, os, threading
from concurrent.futures import ThreadPoolExecutor
from analytics.solver_output import silenced

printf = ctypes.CDLL(None).printf
together = threading.Barrier(4)

def solve(number):
    with silenced():
        together.wait()
        printf(b"line of a solver %d\\n", number)

os.write(1, b"before;")
with ThreadPoolExecutor(4) as threads:
    list(threads.map(solve, range(8)))
printf(b"after")
"""
CLOSED = "import os; os.close(1)\nfrom analytics.solver_output import silenced\nwith silenced(): pass\n"


def run(code: str) -> bytes:
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout


def test_lines_of_c_code_are_silenced_under_threads_and_the_rest_arrives():
    assert run(PRINTING) == b"before;after"


def test_a_program_without_standard_output_solves_too():
    assert run(CLOSED) == b""
