"""The command line: `biaochi [--store DIR] [--lang zh|en] COMMAND`.

Results go to stdout, messages to stderr. The exit codes are a contract with scripts: see cli/call.py.
Heavy libraries are imported inside the commands, so that help and wrong usage answer at once.
"""

from cli import bulletin, documents, keeping, leaving, pledges, releases, results, rules, soundness, uploads
from cli.entry import main, run

__all__ = [
    "bulletin",
    "documents",
    "keeping",
    "leaving",
    "main",
    "pledges",
    "releases",
    "results",
    "rules",
    "run",
    "soundness",
    "uploads",
]
