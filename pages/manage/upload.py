"""上传 · Upload: check a file, correct its problems, store and publish it."""

import streamlit as st

from data.store import ImportOptions
from schemes import checks as scheme_checks
from schemes.demonstration import scheme_files
from ui import cached, guard
from ui.i18n import _
from ui.releases import page as releases_page
from ui.upload import drafts, meaning, personal_copy, stored_uploads, template_button
from ui.upload import page as upload_page

st.title(_("Upload data"))
upload_page.done()
releases_page.done()
upload_page.offer_demo(scheme_files)
drafts.offer()

left, middle, right = st.columns([2, 1, 2])
with left:
    kind = upload_page.kind_choice()
with middle:
    round_id = upload_page.round_choice()
as_of, complete = upload_page.book_choice(kind)
replaces = stored_uploads.replace_choice(kind, round_id, as_of)
with right:
    if upload_page.needs_rules(kind):
        rules = upload_page.rules_choice(round_id, replaces)
    else:
        rules = upload_page.evidence_rules_choice(round_id) if upload_page.may_have_rules(kind) else None
trial = upload_page.trial_choice(round_id, kind)
correcting = upload_page.correcting(round_id, kind)
if not correcting:
    releases_page.show_status(round_id, kind)
if upload_page.refused(kind, round_id, trial):
    stored_uploads.stored_files()
    st.stop()
upload_page.about_kind(kind)
if upload_page.needs_rules(kind):
    upload_page.add_rules()
template_button.offer(kind, round_id, rules if upload_page.needs_rules(kind) else None)

file = upload_page.file_choice()
upload_page.publishing(round_id)
if file is None or not round_id or (upload_page.needs_rules(kind) and rules is None):
    st.caption(_("Choose the kind, the round and a file. Reading a file changes no results."))
    if cached.store().has_changes():
        st.subheader(_("What would change"))
        releases_page.show_changes()
    stored_uploads.stored_files()
    st.stop()

options = ImportOptions(rules=rules, trial=trial, replace=replaces, as_of=as_of, complete=complete)
choice = upload_page.changes_of(file, upload_page.Choice(kind, round_id, options))
report = upload_page.examine(file, choice, scheme_checks(cached.store()))
if report is None:
    st.stop()
upload_page.keep_draft(file, choice, report)
upload_page.choose_sheet(report, choice)
upload_page.show_preview(report)
meaning.show(report, kind)
upload_page.show_problems([*report.problems, *report.notes], "found")
if report.same_as:
    st.info(_("This content is already stored; nothing would change."))
    st.stop()
if report.is_personal:
    personal_copy.offer(report.cleaned)
    st.stop()
upload_page.correct(file, choice, report)
if report.refused or report.needs_confirmation:
    st.stop()
reason = upload_page.reason_for_warnings(report)
if not report.problems:
    st.success(_("No problems in {rows} rows.").format(rows=f"{report.rows:,}"))
with st.container(horizontal=True):
    may_publish = guard.can("publish") and not correcting
    if may_publish and st.button(_("Store and publish"), key="upload_publish", type="primary", disabled=reason == ""):
        upload_page.keep(file, choice, reason, scheme_checks(cached.store()), publish=True)
    if st.button(_("Store and compare first"), key="upload_store", disabled=reason == ""):
        upload_page.keep(file, choice, reason, scheme_checks(cached.store()), publish=False)
