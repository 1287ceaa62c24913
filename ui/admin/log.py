"""Parts of the page of the audit log: the live head, the entries, the check of the store."""

from functools import partial

import pandas as pd
import streamlit as st

from access.roles import ROLES
from data.store import heads
from data.store.audit_chain import Entry
from data.store.audit_log import ACTIONS, read_log
from data.store.history import local_time
from data.store.people import KNOWN_BY
from data.store.verify import check
from errors import BiaochiError
from formats.spreadsheet import Sheet
from i18n import N_, translate
from results.fields import headers
from ui import cached, downloads, guard, layout, tables
from ui.i18n import _, language

SHOWN = 200

NOTES = {
    **ROLES,
    "password": N_("with a password"),
    "provider": N_("with the office's sign-in service"),
    "password changed": N_("Password changed"),
    "new first password": N_("New first password"),
    "removed": N_("Removed"),
    "other sessions": N_("All other sessions"),
    "another session": N_("A session elsewhere"),
}
"""Notes that the program writes on accounts and sessions; those of people are shown as they are."""
ACCOUNT_ACTIONS = frozenset({"account", "sign in", "sign in refused", "sign out", "not for role"})


def show_head() -> None:
    """Show the head as it is now, to be noted outside the machine."""
    head = heads.live_head(cached.store().path)
    if head is None:
        st.info(_("There is no log yet."))
        st.stop()
    st.code(str(head), language=None)
    st.caption(
        _(
            "Head of the log: number and first digits of its last entry. Note it outside this machine. “biaochi audit "
            "verify --head” shows later whether the log was changed or cut off."
        )
    )


def show_entries() -> None:
    """Show the newest entries that fit, and the files with all of them."""
    try:
        log = read_log(cached.store().path)
    except BiaochiError as damage:
        layout.show_refusal(damage)
        return
    left, right = st.columns(2)
    actions = list(dict.fromkeys(entry.action for entry in log))
    words = {action: _(ACTIONS.get(action, action)) for action in actions}
    chosen = left.multiselect(_("Action"), actions, format_func=words.__getitem__, key="log_actions")
    user = right.selectbox(_("User"), sorted({entry.user for entry in log}), index=None, key="log_user")
    found = [entry for entry in log if entry.action in (chosen or actions) and user in (None, entry.user)]
    shown = pd.DataFrame([_row(entry) for entry in found[-SHOWN:][::-1]])
    tables.written(shown, _("The newest entries first; at most {count} are shown.").format(count=SHOWN))
    release = cached.release()
    if release is not None and guard.may("download", "log"):
        downloads.table(
            "audit", release, partial(_sheet, tuple(log), language()), depends=(str(len(log)),), right="log"
        )


def _row(entry: Entry) -> dict[str, object]:
    return {
        _("Number"): entry.number,
        _("Time"): local_time(entry.time),
        _("User"): entry.user,
        _("Known as"): _(KNOWN_BY[entry.verified]) if entry.verified in KNOWN_BY else "",
        _("Action"): _(ACTIONS.get(entry.action, entry.action)),
        _("What"): entry.what,
        _("Round"): entry.round,
        _("Release"): entry.release[:16],
        _("Note"): _(NOTES[entry.note]) if entry.action in ACCOUNT_ACTIONS and entry.note in NOTES else entry.note,
    }


def _sheet(log: tuple[Entry, ...], words: str) -> Sheet:
    titles = headers("audit")
    rows = [[getattr(entry, name) for name in titles] for entry in log]
    names = [translate(title, words) for title in titles.values()]
    return Sheet(
        translate("Audit log", words), names, rows, [(translate("Rows", words), len(rows))], translate("About", words)
    )


def offer_check() -> None:
    """Offer the check of every checksum and seal of the store."""
    if not guard.can("check_store"):
        return
    st.subheader(_("Check of the store"))
    if st.button(_("Check now"), key="check_store"):
        with st.spinner(_("Checking")):
            found = [finding.sentence(language()) for finding in check(cached.store())]
        for sentence in found:
            st.error(layout.plain(sentence))
        if not found:
            st.success(_("Sound: every checksum holds."))
