"""Parts of the page My account: name and role, sessions with the way to end them, password."""

from datetime import UTC, datetime

import pandas as pd
import streamlit as st

import settings
from access.accounts import PASSWORD
from access.roles import ROLES
from access.sessions import end_session, end_sessions, live_sessions
from data.store.audit_log import log_action
from ui import guard, layout, tables
from ui.i18n import _, language


def show() -> None:
    """Show who is signed in and where else, with the buttons that end sessions."""
    found = guard.present()
    if found is None:
        return
    facts = _("{name} · account {account} · role {role}").format(
        name=found.account.shown, account=found.account.name, role=_(ROLES[found.account.role])
    )
    st.markdown(layout.plain(facts))
    if found.account.how == PASSWORD:
        # A plain address: the form is in front of Streamlit, where the password leaves no trace in a session.
        st.markdown(f"[{_('Change the password')}](/signin/password?lang={language()})")
    st.subheader(_("Sessions"))
    chosen = settings.load()
    own = live_sessions(chosen.accounts, found.account.name)
    rows = [
        {
            _("Began"): _time(one.began),
            _("Last used"): _time(one.seen),
            _("Browser"): one.browser,
            _("This session"): _("yes") if one.id == found.session.id else "",
        }
        for one in own
    ]
    tables.written(pd.DataFrame(rows), _("Sessions of this account that have not ended."))
    st.caption(_("A session ends after 30 idle minutes and after eight hours."))
    others = [one for one in own if one.id != found.session.id]
    if others and st.button(_("End the other sessions"), key="end_others"):
        end_sessions(chosen.accounts, found.account.name, but=found.session.id)
        log_action(chosen.store, "sign out", found.account.name, note="other sessions")
        st.rerun()
    for one in others:
        label = _("End the session that began {time}").format(time=_time(one.began))
        if st.button(label, key=f"end_{one.id[:12]}"):
            end_session(chosen.accounts, one.id)
            log_action(chosen.store, "sign out", found.account.name, note="another session")
            st.rerun()


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).astimezone().strftime("%Y-%m-%d %H:%M")
