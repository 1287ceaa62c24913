"""Commands for the administrator: backup and restore."""

from pathlib import Path
from typing import Annotated

import typer

from cli.app import app
from cli.context import CHECK_FAILED, CommandError, check_files, progress, session
from cli.output import print_line
from i18n import N_


@app.command(help=N_("Back up the store to a new file, or prove a backup by restoring it elsewhere."))
def backup(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]")] = None,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify",
            help=N_("Restore into a scratch folder and compare: FILE if it exists, else a new backup."),
        ),
    ] = False,
) -> None:
    """`biaochi backup`."""
    if file is None and not verify:
        raise CommandError(N_("Name the file of the backup, or give --verify."))
    if file is not None and verify and file.is_file():
        return _verify(file.absolute())
    if file is None:
        from data.store.scratch import work_folder

        with work_folder() as folder:
            _back_up(folder / "backup.zip")
            return _verify(folder / "backup.zip")
    digest = _back_up(file.absolute())
    session.say(N_("Backed up and read again. Keep a copy on another machine. SHA-256:"))
    print_line(digest)
    if verify:
        _verify(file.absolute())


def _back_up(file: Path) -> str:
    from data.store.backup import backup as pack

    with progress(N_("Backing up")) as report:
        return pack(session.store(), file, report)


def _verify(file: Path) -> None:
    from data.store.backup import verify_backup

    with progress(N_("Checking")) as report:
        found = verify_backup(session.store(), file, report)
    for damage in found:
        print_line(damage.sentence(session.language))
    if found:
        raise typer.Exit(CHECK_FAILED)
    session.say(N_("Proved: the backup was restored elsewhere, checked, and belongs to this store."))


@app.command(help=N_("Restore a backup into an empty store."))
def restore(file: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """`biaochi restore`."""
    from data.store.backup import restore as unpack

    check_files([file])
    with progress(N_("Restoring")) as report:
        count = unpack(session.store(new=True), file, report)
    session.say(N_("Restored: {count} files. Prove it with: biaochi check"), count=count)
    print_line(session.store().in_force() or "")
