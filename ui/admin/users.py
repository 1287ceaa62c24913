"""Parts of the page of accounts: who may sign in, adding, changing and removing."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

import settings
from access import accounts, failed_sign_ins, sessions
from access.roles import ROLES
from data.store.audit_log import log_action
from data.store.history import local_time
from errors import BiaochiError, after_effect
from ui import guard, layout, tables
from ui.i18n import _

DONE = "users_done"


def done() -> None:
    """Show the result of the last step; a first password is shown this once."""
    message = st.session_state.pop(DONE, None)
    if message:
        st.success(message)


def show() -> None:
    """Show the accounts with role, how they sign in, and the sessions that have not ended."""
    folder = settings.load().accounts
    rows = [
        {
            _("Account"): account.name,
            _("Name of the person"): account.title,
            _("Role"): _(ROLES[account.role]),
            _("Signs in with"): _("password") if account.how == accounts.PASSWORD else _("service of the office"),
            _("Added"): _("{time} by {user}").format(time=local_time(account.created), user=account.by),
            _("Sessions"): len(sessions.live_sessions(folder, account.name)),
        }
        for account in accounts.read_accounts(folder).values()
    ]
    tables.written(pd.DataFrame(rows), _("Who may sign in."))


def add() -> None:
    """Show the form of a further account."""
    with st.expander(_("Add an account")), st.form("add_account", border=False):
        name = st.text_input(_("Account"), key="account_name")
        title = st.text_input(_("Name of the person"), key="account_title")
        role = st.selectbox(_("Role"), list(ROLES), format_func=lambda one: _(ROLES[one]), key="account_role")
        provider = st.checkbox(_("Signs in with the service of the office"), key="account_provider")
        if st.form_submit_button(_("Add")):
            _carry_out(lambda: _add(name, role, title, provider))


def _add(name: str, role: str, title: str, provider: bool) -> str:
    by = layout.user() or ""
    password = accounts.add_account(settings.load().accounts, name, role, title=title, provider=provider, by=by)
    _log(accounts.plain_name(name), role)
    return _first(name, password) if password else _("Added {name}.").format(name=layout.plain(name))


def _first(name: str, password: str) -> str:
    return _("{name}: first password {password}, shown only now; it is changed at the first sign-in.").format(
        name=layout.plain(name), password=f"`{password}`"
    )


def change() -> None:
    """Show the buttons that change or remove an account; not for the account that is signed in."""
    known = [name for name in accounts.read_accounts(settings.load().accounts) if name != layout.user()]
    if not known:
        return
    with st.expander(_("Change or remove an account")):
        name = st.selectbox(_("Account"), known, key="account_changed")
        role = st.selectbox(_("New role"), list(ROLES), format_func=lambda one: _(ROLES[one]), key="account_new_role")
        left, middle, right = st.columns(3)
        if left.button(_("Give this role"), key="account_give"):
            _carry_out(lambda: _set_role(name, role))
        if middle.button(_("New first password"), key="account_reset"):
            _carry_out(lambda: _reset(name))
        if right.button(_("Remove the account"), key="account_remove"):
            _carry_out(lambda: _remove(name))


def _set_role(name: str, role: str) -> str:
    accounts.set_role(settings.load().accounts, name, role)
    _log(name, role)
    return _("{name} is {role} now.").format(name=layout.plain(name), role=_(ROLES[role]))


def _reset(name: str) -> str:
    folder = settings.load().accounts
    password = accounts.reset_password(folder, name)
    sessions.end_sessions(folder, name)
    failed_sign_ins.forget_failures(folder, name)
    _log(name, "new first password")
    return _first(name, password)


def _remove(name: str) -> str:
    folder = settings.load().accounts
    accounts.remove_account(folder, name)
    sessions.end_sessions(folder, name)
    _log(name, accounts.REMOVED)
    return _("Removed {name}.").format(name=layout.plain(name))


def _log(name: str, note: str) -> None:
    with after_effect(name):
        log_action(settings.load().store, "account", name, note=note)


def _carry_out(step: Callable[[], str]) -> None:
    """Run a step once the right to it is proved again, then show its result on a fresh run."""
    try:
        guard.require("manage_users")
        st.session_state[DONE] = step()
    except BiaochiError as refusal:
        layout.show_refusal(refusal)
        return
    st.rerun()
