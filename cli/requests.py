"""Steps that wait for a second person: list, confirm, decline."""

from typing import Annotated

import typer

from cli.app import app
from cli.context import Format, Output, session
from cli.output import emit_rows
from i18n import N_

requests_app = typer.Typer(add_completion=False, invoke_without_command=True, rich_markup_mode=None)
app.add_typer(requests_app, name="requests", help=N_("List the steps that wait for a second person."))

Number = Annotated[int, typer.Argument(metavar="NUMBER", help=N_("Number of the request."))]


def wait_for_second(action: str, step: str, reason: str, *, round_id: str = "", **facts: object) -> None:
    """Note a request and raise SecondPersonNeededError if a second person has to confirm an action here."""
    from access.roles import needs_two
    from data.store.requests import SecondPersonNeededError, ask

    if session.settings.two_people and needs_two(action):
        raise SecondPersonNeededError(ask(session.store(), step, reason, round_id=round_id, **facts).number)


@requests_app.callback()
def requests(context: typer.Context, form: Format = "csv", output: Output = None) -> None:
    """`biaochi requests`."""
    from data.store.history import local_time
    from data.store.requests import waiting
    from results.fields import headers

    if context.invoked_subcommand is not None:
        return
    titles = headers("requests")
    rows = [{name: getattr(one, name) for name in titles} for one in waiting(session.path)]
    rows = rows if form == "json" else [{**row, "time": local_time(row["time"])} for row in rows]
    emit_rows(rows, titles, N_("Waiting for a second person"), form, output)


@requests_app.command("confirm", help=N_("Carry out a step as its second person."))
def confirm(number: Number) -> None:
    """`biaochi requests confirm`."""
    from data.store.requests import confirm as carry_out

    made = carry_out(session.store(), number)
    session.say(N_("Confirmed and carried out: request {number} of {user}."), number=number, user=made.asked_by)


@requests_app.command("decline", help=N_("Decline a step that waits; nothing changes."))
def decline(number: Number, reason: Annotated[str, typer.Option(help=N_("Why; kept in the log."))]) -> None:
    """`biaochi requests decline`."""
    from data.store.requests import decline as take_back

    take_back(session.path, number, reason)
    session.say(N_("Declined: request {number}."), number=number)
