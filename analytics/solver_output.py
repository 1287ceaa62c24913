"""Keep the lines that a solver prints off standard output.

HiGHS, which SciPy calls for integer programmes, holds lines that it prints whatever `disp` says (SciPy 1.17:
"HighsMipSolverData::transformNewIntegerFeasibleSolution tmpSolver.run();"). They would come before the first byte of a
file that the command line writes to standard output, or, from the buffer of the C library, after its last.
"""

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

STANDARD_OUTPUT = 1  # file descriptor: C code does not go through sys.stdout

_lock = threading.Lock()
_solving = 0
_kept: int | None = None


@contextmanager
def silenced() -> Iterator[None]:
    """Send what C code writes to standard output to nowhere meanwhile.

    Safe under threads: the first to enter redirects, the last to leave restores. `sys.stdout` writes to the same
    descriptor, so nothing else may be printed meanwhile.
    """
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    global _solving, _kept
    with _lock:
        _solving += 1
        if _solving == 1:
            _flush()
            with suppress(OSError):  # a program without a console has no standard output
                _kept = os.dup(STANDARD_OUTPUT)
                _redirect()


def _leave() -> None:
    global _solving, _kept
    with _lock:
        _solving -= 1
        if _solving == 0 and _kept is not None:
            _flush()  # what printf left in its buffer goes to nowhere too
            os.dup2(_kept, STANDARD_OUTPUT)
            os.close(_kept)
            _kept = None


def _redirect() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, STANDARD_OUTPUT)
    finally:
        os.close(nowhere)


def _flush() -> None:
    """Write out the buffers of the C library, which Python does not know."""
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL("ucrtbase") if sys.platform == "win32" else ctypes.CDLL(None)
        library.fflush(None)
