"""Command `template`: an empty workbook to fill in and import."""

from typing import Annotated

import typer

from cli.app import app
from cli.context import Output, checked_round, session
from cli.imports import check_kind
from cli.output import check_form, check_output, write
from i18n import N_


@app.command(help=N_("Write an empty workbook to fill in and import."))
def template(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=N_("ballots, counts, units or another table"))],
    round_id: Annotated[
        str | None, typer.Option("--round", metavar="R", help=N_("Round whose units and categories are listed."))
    ] = None,
    rules: Annotated[
        str | None, typer.Option(metavar="NAME", help=N_("Rule set whose groups, grades and indicators are listed."))
    ] = None,
    output: Output = None,
) -> None:
    """`biaochi template`."""
    from reports.templates import choices_of
    from reports.templates import template as workbook

    check_kind(kind)
    check_form("xlsx", output)
    check_output(output)
    name = checked_round(round_id) if round_id else ""
    choices = choices_of(session.store(), name, rules)
    if round_id and choices.register is None and kind != "units":
        session.say(N_("The round {round} has no register of units yet; the template lists no units."), round=name)
    write(workbook(kind, choices, session.language), output)
