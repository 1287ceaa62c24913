"""通报 · Bulletin: a round as an official document, previewed before it is created."""

import streamlit as st

from i18n import N_
from ui import cached, documents, layout, packages
from ui.i18n import _, language

release = layout.page(N_("Bulletin"))
left, middle, right = st.columns([1, 2, 2])
round_id = layout.choose_round(release, left)
if not cached.bottom_lists(release.id, round_id):
    st.info(_("This round holds a register but no ballots yet."))
    st.stop()

kind = documents.choose_kind(release, round_id, middle)
whole = kind in ("unit", "pledges")
categories = [found.family.name for found in cached.round_results(release.id, round_id).lists]
category = right.selectbox(
    _("Category"),
    categories,
    format_func=layout.category_name,
    index=None,
    placeholder=_("All categories, each separately"),
    key="category",
    bind="query-params",
    disabled=whole,
)
found = cached.round_results(release.id, round_id, None if whole else category)
code = layout.choose_unit(found.ranking.rows) if kind == "unit" else ""
since = documents.choose_earlier(release, round_id) if kind == "changes" else ""
day = documents.choose_quarter(release, round_id) if kind == "pledges" else ""
signature = documents.ask_signature()

if kind == "pledges":
    made = cached.circular(release.id, round_id, day, language(), signature)
else:
    made = cached.document(kind, found, language(), signature, code=code, since=since)
st.caption(
    _(
        "Every line that names a unit gives its votes, interval and verdict. Only confirmed units are listed "
        "under accountability."
    )
)
documents.offer(made, release, round_id)

st.subheader(_("Other files of the round"))
packages.offer(release, round_id, signature)

st.subheader(_("What is in it"))
documents.preview(made)
