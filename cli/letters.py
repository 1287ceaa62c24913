"""biaochi letters, and biaochi delivery: send, receive, list."""

import hashlib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import settings
from cli.app import app
from cli.context import CommandError, Format, Output, ReleaseId, RoundId, checked_round, progress, session
from cli.form_options import with_form
from cli.objections import unit_of
from cli.output import check_binary, check_form, emit_rows, parsed_date, print_line, write
from cli.results import open_release
from i18n import N_

if TYPE_CHECKING:
    from formats.document import Form

delivery_app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)
app.add_typer(delivery_app, name="delivery", help=N_("Delivery register of letters: sent, received, list."))

Unit = Annotated[str, typer.Argument(metavar="UNIT", help=N_("Code of the unit."))]
Day = Annotated[str | None, typer.Option("--on", metavar="DATE", help=N_("The day; else today."))]


@app.command(help=N_("Write the letters to the named units, or to all, as PDF and Word in a ZIP."))
@with_form
def letters(
    round_id: RoundId,
    everyone: Annotated[
        bool, typer.Option("--all", help=N_("To all units, not only to those that are named."))
    ] = False,
    pledges: Annotated[
        bool, typer.Option("--pledges", help=N_("On pledges that are due this quarter or overdue instead."))
    ] = False,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help=N_("With --pledges: as it stood on this day."))
    ] = None,
    release: ReleaseId = None,
    output: Output = None,
    *,
    form: "Form",
) -> None:
    """`biaochi letters`."""
    from data.store.audit_log import log_export
    from data.store.objections import corrections, register
    from reports.documents.letter import Reviewed
    from reports.letters import letters as all_letters

    check_binary(output)
    if pledges:
        return _on_pledges(checked_round(round_id), as_of, release, output, form)
    name, store = checked_round(round_id), session.store()
    today = date.today()
    with open_release(release) as chosen:
        reviewed = Reviewed(register(store, name, today), corrections(store, name), today)
        with progress(N_("Typesetting")) as report:
            round_ = chosen.round(name)
            content, count = all_letters(round_, reviewed, session.language, form, everyone=everyone, progress=report)
        if not count:
            raise CommandError(N_("No unit of the round {round} is named; --all writes to every unit."), round=name)
        digest = hashlib.sha256(content).hexdigest()
        log_export(session.path, "letters.zip", release=chosen.id, round_id=name, sha256=digest)
    write(content, output)
    session.say(N_("Letters: {count}."), count=count)


def _on_pledges(name: str, as_of: str | None, release: str | None, output: Path | None, form: "Form") -> None:
    """Write the letters on pledges of the quarter of a day."""
    from data.store.audit_log import log_export
    from reports.letters import pledge_letters
    from results.pledges.progress import quarter_report
    from results.pledges.register import default_as_of

    days, calendar = settings.load().report_days, session.store().calendar()
    with open_release(release) as chosen:
        round_ = chosen.round(name)
        day = parsed_date("--as-of", as_of) if as_of else default_as_of(round_, date.today())
        with progress(N_("Typesetting")) as tell:
            report = quarter_report(round_, day, days)
            content, count = pledge_letters(chosen, report, calendar, days, session.language, form, tell)
        if not count:
            raise CommandError(N_("No pledge of the round {round} is due in this quarter or overdue."), round=name)
        digest = hashlib.sha256(content).hexdigest()
        log_export(session.path, "pledge-letters.zip", release=chosen.id, round_id=name, sha256=digest)
    write(content, output)
    session.say(N_("Letters on pledges: {count}."), count=count)


@delivery_app.command("sent", help=N_("Record that a letter was sent to a unit."))
def sent(
    unit: Unit,
    round_id: RoundId,
    by: Annotated[str, typer.Option(metavar="NAME", help=N_("Who sent it."))],
    on: Day = None,
    way: Annotated[str, typer.Option(metavar="TEXT", help=N_("How it was sent."))] = "",
) -> None:
    """`biaochi delivery sent`."""
    from data.store.deliveries import letter_sent

    name, day = checked_round(round_id), parsed_date("--on", on) if on else date.today()
    with open_release(None) as release:
        about = unit_of(release, name, unit)
    letter_sent(session.store(), name, about, day, by, way)
    print_line(unit)


@delivery_app.command("received", help=N_("Record that a unit received the letter."))
def received(
    unit: Unit,
    round_id: RoundId,
    by: Annotated[str, typer.Option(metavar="NAME", help=N_("Who received it for the unit."))],
    on: Day = None,
) -> None:
    """`biaochi delivery received`."""
    from data.store.deliveries import letter_received

    name, day = checked_round(round_id), parsed_date("--on", on) if on else date.today()
    with open_release(None) as release:
        about = unit_of(release, name, unit)
    letter_received(session.store(), name, about, day, by)
    print_line(unit)


@delivery_app.command("list", help=N_("List the letters of a round, or of all: when and by whom sent and received."))
def list_letters(
    round_id: Annotated[str | None, typer.Option("--round", metavar="R", help=N_("Round, for instance 2025."))] = None,
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi delivery list`."""
    from data.store.deliveries import deliveries
    from reports.objection_table import delivery_rows
    from results.fields import headers

    check_form(form, output)
    name = checked_round(round_id) if round_id else None
    rows = delivery_rows(deliveries(session.store(), name))
    emit_rows(rows, headers("deliveries"), N_("Delivery register"), form, output)
