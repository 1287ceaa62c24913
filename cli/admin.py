"""Commands for the administrator: backup and restore."""

from pathlib import Path
from typing import Annotated

import typer

from cli.app import app
from cli.context import check_files, progress, session
from cli.output import print_line
from i18n import N_


@app.command(help=N_("Back up the store to a new file."))
def backup(file: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """`biaochi backup`."""
    from data.store.backup import backup as pack

    with progress(N_("Backing up")) as report:
        digest = pack(session.store(), file.absolute(), report)
    session.say(N_("Backed up and read again. Keep a copy on another machine. SHA-256:"))
    print_line(digest)


@app.command(help=N_("Restore a backup into an empty store."))
def restore(file: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """`biaochi restore`."""
    from data.store.backup import restore as unpack

    check_files([file])
    with progress(N_("Restoring")) as report:
        count = unpack(session.store(), file, report)
    session.say(N_("Restored: {count} files. Prove it with: biaochi check"), count=count)
    print_line(session.store().in_force() or "")
