"""上传 · Upload: one file in, every problem out, and the way to a published ranking."""

import streamlit as st

from ui import uploads
from ui.words import _

st.title(_("Upload data"))
uploads.done()
uploads.offer_demo()

left, middle, right = st.columns([2, 1, 2])
with left:
    kind = uploads.kind_choice()
with middle:
    round_id = uploads.round_choice()
with right:
    rules = uploads.rules_choice(round_id) if uploads.needs_rules(kind) else None
uploads.add_rules()

file = uploads.file_choice()
if file is None or not round_id or (uploads.needs_rules(kind) and rules is None):
    st.caption(_("Choose the kind, the round and a file. Nothing is stored before you publish."))
    st.stop()

report = uploads.examine(file, kind, round_id, rules)
if report is None:
    st.stop()
uploads.show_preview(report)
uploads.show_problems(report.problems, "found")
if report.same_as:
    st.info(_("This content is already stored; nothing would change."))
    st.stop()
if report.refused:
    st.stop()
reason = uploads.reason_for_warnings(report)
if not report.problems:
    st.success(_("No problems were found in {rows} rows.").format(rows=f"{report.rows:,}"))
if st.button(_("Store and publish"), key="upload_publish", type="primary", disabled=reason == ""):
    uploads.store_and_publish(file, kind, round_id, rules, reason)
