"""上传 · Upload: one file in, every problem out, and the way to a published ranking."""

import streamlit as st

from ui import loaded, releases, stored_files, uploads
from ui.i18n import _

st.title(_("Upload data"))
uploads.done()
releases.done()
uploads.offer_demo()

left, middle, right = st.columns([2, 1, 2])
with left:
    kind = uploads.kind_choice()
with middle:
    round_id = uploads.round_choice()
replaces = stored_files.replace_choice(kind, round_id)
with right:
    rules = uploads.rules_choice(round_id, replaces) if uploads.needs_rules(kind) else None
trial = uploads.trial_choice(round_id)
releases.show_status(round_id)
uploads.about_kind(kind)
if uploads.needs_rules(kind):
    uploads.add_rules()

file = uploads.file_choice()
uploads.publishing(round_id)
if file is None or not round_id or (uploads.needs_rules(kind) and rules is None):
    st.caption(_("Choose the kind, the round and a file. Reading a file stores nothing."))
    if loaded.store().has_changes():
        st.subheader(_("What would change"))
        releases.show_changes()
    stored_files.stored_files()
    st.stop()

choice = uploads.changes_of(file, uploads.Choice(kind, round_id, rules, trial, replaces))
report = uploads.examine(file, choice)
if report is None:
    st.stop()
uploads.choose_sheet(report, choice)
uploads.show_preview(report)
uploads.show_problems(report.problems, "found")
if report.same_as:
    st.info(_("This content is already stored; nothing would change."))
    st.stop()
uploads.correct(file, choice, report)
if report.refused:
    st.stop()
reason = uploads.reason_for_warnings(report)
if not report.problems:
    st.success(_("No problems were found in {rows} rows.").format(rows=f"{report.rows:,}"))
with st.container(horizontal=True):
    if st.button(_("Store and publish"), key="upload_publish", type="primary", disabled=reason == ""):
        uploads.keep(file, choice, report, reason, publish=True)
    if st.button(_("Store and compare first"), key="upload_store", disabled=reason == ""):
        uploads.keep(file, choice, report, reason, publish=False)
