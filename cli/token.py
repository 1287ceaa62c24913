"""Tokens with which programs read the API: add, list, revoke."""

from datetime import date, timedelta
from typing import Annotated

import typer

from cli.app import app
from cli.context import Format, Output, session
from cli.output import emit_rows, parsed_date, print_line
from cli.user import ROLE_HELP
from i18n import N_, translate

token_app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)
app.add_typer(token_app, name="token", help=N_("Tokens with which programs read the API."))

Name = Annotated[str, typer.Argument(metavar="NAME", help=N_("Name of the token, such as finebi."))]


@token_app.command("add", help=N_("Add a token and print it; it is shown only now, and kept as a hash."))
def token_add(
    name: Name,
    role: Annotated[str, typer.Option(metavar="ROLE", help=ROLE_HELP)] = "viewer",
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help=N_("Last day, at most 366 days ahead; 180 days if left out."))
    ] = None,
) -> None:
    """`biaochi token add`."""
    from access.tokens import USUAL_DAYS, add_token
    from data.store.people import user

    today = date.today()
    ends = parsed_date("--until", until) if until else today + timedelta(days=USUAL_DAYS)
    added, secret = add_token(session.settings.accounts, name, role, ends, today=today, by=user())
    _log(added.name, added.state)
    session.say(N_("Added {name}, valid to {ends}. Token, shown only now:"), name=added.name, ends=added.ends)
    print_line(secret)


@token_app.command("list", help=N_("List the tokens with role and last day."))
def token_list(form: Format = "csv", output: Output = None) -> None:
    """`biaochi token list`."""
    from access.roles import ROLES
    from access.tokens import read_tokens
    from results.fields import headers

    titles = headers("tokens")
    kept = [vars(token) for token in read_tokens(session.settings.accounts).values()]
    rows = [{name: token[name] for name in titles} for token in kept]
    if form != "json":
        rows = [{**row, "role": translate(ROLES[row["role"]], session.language)} for row in rows]
    emit_rows(rows, titles, N_("Tokens"), form, output)


@token_app.command("revoke", help=N_("Revoke a token; the next request with it is refused."))
def token_revoke(name: Name) -> None:
    """`biaochi token revoke`."""
    from access.accounts import REMOVED
    from access.tokens import revoke_token

    revoked = revoke_token(session.settings.accounts, name)
    _log(revoked.name, REMOVED)
    session.say(N_("Revoked {name}."), name=revoked.name)


def _log(name: str, note: str) -> None:
    """Log a change of a token in the store, so that a change of the file by hand shows."""
    from data.store.audit_log import log_action

    log_action(session.path, "token", name, note=note)
