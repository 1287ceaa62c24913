"""版本 · Releases: pending changes, history of publications with their files, and rollback."""

import streamlit as st

from ui import cached
from ui.i18n import _
from ui.releases import page as releases_page
from ui.releases import second_person

st.title(_("Releases"))
releases_page.done()
store = cached.store()
history = store.history()
if not history and not store.uploads():
    st.info(_("Nothing is uploaded yet. Releases appear here once files are uploaded and published."))
    st.stop()

second_person.show_waiting()

st.subheader(_("What would change"))
releases_page.show_changes()

st.subheader(_("Rounds and their status"))
releases_page.show_rounds()

if history:
    st.subheader(_("History"))
    releases_page.show_history(history)

known = store.releases()
if known:
    st.subheader(_("One release"))
    chosen = releases_page.choose_release(known, history)
    members = set(store.uploads_of(chosen))
    releases_page.show_uploads([upload for upload in store.uploads() if upload.upload_id in members])
    st.markdown("**" + _("Differences from another release") + "**")
    releases_page.show_differences(chosen, known, history)
    if chosen != store.in_force():
        releases_page.roll_back(chosen)
