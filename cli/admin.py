"""Commands for the administrator: audit log, backup and restore."""

from pathlib import Path
from typing import Annotated

import typer

from cli.app import app
from cli.context import Format, Output, check_files, progress, session
from cli.output import emit_rows, parsed_date, print_line
from i18n import N_, translate


@app.command(help=N_("List who did what, when and to which release, newest last."))
def audit(
    since: Annotated[str, typer.Option(metavar="DATE", help=N_("From this day on, for instance 2026-01-31."))] = "",
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi audit`."""
    from data.model.contract import KIND_NAMES
    from data.store.audit_log import ACTIONS, read_log
    from data.store.history import local_time
    from data.store.round_status import STATUSES
    from results.fields import headers

    day = parsed_date("--since", since).isoformat() if since else ""
    log = read_log(session.path)
    titles = headers("audit")
    shown = [entry for entry in log if local_time(entry.time)[:10] >= day]
    rows = [{name: getattr(entry, name) for name in titles} for entry in shown]
    words_of = {**dict.fromkeys(("import", "draft", "discard"), KIND_NAMES), "status": STATUSES}
    if form != "json":
        for row, entry in zip(rows, shown, strict=True):
            row["action"] = translate(ACTIONS.get(row["action"], row["action"]), session.language)
            kind, gap, upload = row["what"].partition(" ")
            word = words_of.get(entry.action, {}).get(kind)
            row["what"] = f"{translate(word, session.language)}{gap}{upload}" if word else row["what"]
            row["time"] = local_time(row["time"])
    emit_rows(rows, titles, N_("Audit log"), form, output)
    if log:
        session.say(
            N_(
                "The chain holds to entry {number}, hash {hash}. Note both outside this machine: a tail cut off shows "
                "then."
            ),
            number=log[-1].number,
            hash=log[-1].hash[:16],
        )


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
