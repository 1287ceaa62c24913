"""Accounts of the people who sign in: add, list, role, password, remove."""

from typing import Annotated

import typer

from cli.app import app
from cli.context import Format, Output, session
from cli.output import emit_rows, print_line
from errors import after_effect
from i18n import N_, translate

user_app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)
app.add_typer(user_app, name="user", help=N_("Accounts of the people who sign in."))

Name = Annotated[str, typer.Argument(metavar="NAME", help=N_("Name of the account."))]
ROLE_HELP = N_("viewer, clerk, publisher, auditor or administrator")


@user_app.command("add", help=N_("Add an account and print its first password, which is changed at the first sign-in."))
def user_add(
    name: Name,
    role: Annotated[str, typer.Option(metavar="ROLE", help=ROLE_HELP)],
    title: Annotated[str, typer.Option(metavar="TEXT", help=N_("The person's name, as pages show it."))] = "",
    provider: Annotated[
        bool,
        typer.Option("--provider", help=N_("Signs in with the service of the office; NAME is its e-mail address.")),
    ] = False,
) -> None:
    """`biaochi user add`."""
    from access.accounts import add_account, plain_name
    from data.store.people import user

    password = add_account(session.settings.accounts, name, role, title=title, provider=provider, by=user())
    if password:
        session.say(N_("Added {name}. First password, shown only now:"), name=name)
        print_line(password)
    else:
        session.say(N_("Added {name}, who signs in with the service of the office."), name=name)
    _log(plain_name(name), role)


@user_app.command("list", help=N_("List the accounts with their roles."))
def user_list(form: Format = "csv", output: Output = None) -> None:
    """`biaochi user list`."""
    from access.accounts import read_accounts
    from access.roles import ROLES
    from results.fields import headers

    titles = headers("accounts")
    found = [vars(account) for account in read_accounts(session.settings.accounts).values()]
    rows = [{name: account[name] for name in titles} for account in found]
    if form != "json":
        rows = [{**row, "role": translate(ROLES[row["role"]], session.language)} for row in rows]
    emit_rows(rows, titles, N_("Accounts"), form, output)


@user_app.command("role", help=N_("Give an account another role; it counts at the next click."))
def user_role(name: Name, role: Annotated[str, typer.Argument(metavar="ROLE", help=ROLE_HELP)]) -> None:
    """`biaochi user role`."""
    from access.accounts import set_role

    found = set_role(session.settings.accounts, name, role)
    _log(found.name, role)
    session.say(N_("{name} is {role} now."), name=found.name, role=role)


@user_app.command("password", help=N_("Print a new first password; the sessions of the account end."))
def user_password(name: Name) -> None:
    """`biaochi user password`."""
    from access.accounts import plain_name, reset_password
    from access.failed_sign_ins import forget_failures
    from access.sessions import end_sessions

    password = reset_password(session.settings.accounts, name)
    end_sessions(session.settings.accounts, plain_name(name))
    forget_failures(session.settings.accounts, plain_name(name))
    print_line(password)
    _log(plain_name(name), "new first password")


@user_app.command("remove", help=N_("Remove an account; its sessions end at the next click."))
def user_remove(name: Name) -> None:
    """`biaochi user remove`."""
    from access.accounts import REMOVED, remove_account
    from access.sessions import end_sessions

    found = remove_account(session.settings.accounts, name)
    end_sessions(session.settings.accounts, found.name)
    _log(found.name, REMOVED)
    session.say(N_("Removed {name}."), name=found.name)


def _log(name: str, note: str) -> None:
    """Log a change of an account in the store, so that a change of the file by hand shows."""
    from data.store.audit_log import log_action

    with after_effect(name):
        log_action(session.path, "account", name, note=note)
