"""biaochi audit: the log, and proof that it is the log of then."""

from pathlib import Path
from typing import Annotated

import typer

from cli.app import app
from cli.context import Format, Output, session
from cli.output import emit_rows, parsed_date, print_line
from i18n import N_, translate

audit_app = typer.Typer(add_completion=False, invoke_without_command=True, rich_markup_mode=None)
app.add_typer(audit_app, name="audit", help=N_("List who did what, when and to which release, newest last."))

KeyFile = Annotated[Path | None, typer.Option("--key", metavar="FILE", help=N_("Public key of the checkpoints."))]


@audit_app.callback()
def audit(
    context: typer.Context,
    since: Annotated[str, typer.Option(metavar="DATE", help=N_("From this day on, for instance 2026-01-31."))] = "",
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi audit`."""
    if context.invoked_subcommand is None:
        _list(since, form, output)


def _list(since: str, form: str, output: Path | None) -> None:
    from data.model.contract import KIND_NAMES
    from data.store.audit_log import ACTIONS, read_log
    from data.store.heads import head_of_entry
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
                "The chain holds to entry {number}. Note its head {head} outside this machine: a tail cut off shows "
                "then."
            ),
            number=log[-1].number,
            head=head_of_entry(log[-1]),
        )


@audit_app.command("verify", help=N_("Check that the log is the log of a printed head, and that it is unbroken."))
def audit_verify(
    head: Annotated[str, typer.Option("--head", metavar="N:HEX", help=N_("Head as printed on a paper."))] = "",
    key: KeyFile = None,
) -> None:
    """`biaochi audit verify`."""
    from data.store.atomic_write import planned
    from data.store.audit_log import read_log
    from data.store.checkpoints import verify_checkpoints
    from data.store.heads import head_of_entry, parsed_head, refuse_other_log
    from data.store.history import local_time
    from data.store.seals import refuse_broken, sealed_files
    from data.store.store_format import is_sealed

    wanted = parsed_head(head) if head else None
    log = read_log(session.path)
    entry = refuse_other_log(log, wanted) if wanted else None
    key = key or session.settings.signing_key
    signed = verify_checkpoints(session.path, log, key) if key else None
    if is_sealed(session.path):
        refuse_broken(session.path, sealed_files(log), planned(session.path))
    if entry is not None:
        session.say(
            N_("This store holds the head {head}: entry {number} of {time}, by {user}."),
            head=head.strip(),
            number=entry.number,
            time=local_time(entry.time),
            user=entry.user,
        )
    if signed is not None:
        session.say(N_("Signed up to entry {number} with the key {key}."), number=signed.number, key=signed.key)
    print_line(str(head_of_entry(log[-1])) if log else "")


@audit_app.command("sign", help=N_("Sign the log as it is now, after comparing it with a printed head."))
def audit_sign(
    key: Annotated[Path | None, typer.Option("--key", metavar="FILE", help=N_("Signing key."))] = None,
) -> None:
    """`biaochi audit sign`."""
    from cli.context import CommandError
    from data.store.audit_log import log_action
    from data.store.checkpoints import sign

    chosen = key or session.settings.signing_key
    if chosen is None:
        raise CommandError(N_("Name the signing key with --key FILE or BIAOCHI_SIGNING_KEY."))
    log_action(session.path, "sign", chosen.name)
    made = sign(session.path, chosen)
    session.say(N_("Signed up to entry {number} with the key {key}."), number=made.number, key=made.key)
    print_line(f"{made.number}:{made.hash[:16]}")


@audit_app.command("key", help=N_("Make a signing key for checkpoints; keep it outside the store."))
def audit_key(file: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """`biaochi audit key`."""
    from data.store.checkpoints import make_key

    digest = make_key(file.absolute())
    session.say(
        N_("Written: {file} and {public}. Keep the first secret, give the second to whoever checks."),
        file=file,
        public=f"{file}.pub",
    )
    print_line(digest)
