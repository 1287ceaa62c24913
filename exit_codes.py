"""Exit codes of the command line; every error says its own (`errors.py`), and `cli/errors.py` returns it."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of the command line, as scripts rely on them."""

    DONE = 0
    CHECK_FAILED = 1
    WRONG_USAGE = 2
    FILE_PROBLEMS = 3
    WARNINGS = 4
    BUSY = 5
    NOT_ALLOWED = 6
    OUR_BUG = 70
    INTERRUPTED = 130
