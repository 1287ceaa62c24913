"""通报 · Bulletin: a round as an official document, previewed before it is created."""

from functools import partial

import streamlit as st

from formats.brief import Brief
from formats.document import Document
from i18n import N_
from schemes import OTHER_SCHEMES
from schemes.of_unit import unit_dossier
from ui import cached, documents, layout, packages
from ui.i18n import _

release = layout.page(N_("Bulletin"))
left, middle, right = st.columns([1, 2, 2])
round_ = layout.choose_round(release, left)
if not cached.bottom_lists(round_):
    st.info(_("This round holds a register but no ballots yet."))
    st.stop()

kind = documents.choose_kind(round_, middle)
whole = kind in ("unit", "pledges", "pledge-letter", *documents.BRIEFS)
categories = [found.family.name for found in cached.round_results(round_).lists]
with right:
    category = layout.choose_category(categories, disabled=whole)
found = cached.round_results(round_, None if whole else category or None)
code = layout.choose_unit(found.ranking.rows) if kind == "unit" else ""
since = documents.choose_earlier(round_) if kind == "changes" else ""
day = documents.choose_quarter(round_) if kind in ("pledges", "pledge-letter") else None
warned = documents.choose_warned(round_, day) if day is not None and kind == "pledge-letter" else ""
if kind == "pledge-letter" and not warned:
    st.stop()
form = documents.ask_form()
of_schemes = None
if kind == "unit":
    rounds = cached.unit(release, code, round_.is_trial).rounds
    make = partial(unit_dossier, release, code, rounds, OTHER_SCHEMES)
    of_schemes = cached.kept((release.id, code, f"dossier {round_.is_trial}"), make)

made: Document | Brief
if kind in documents.BRIEFS:
    made = documents.brief(found, kind, form)
elif day is not None and warned:
    made = documents.letter_on_pledges(round_, day, warned, form)
elif day is not None:
    made = documents.circular(round_, day, form)
else:
    made = documents.document(kind, found, form, code=code, since=since, schemes=of_schemes)
st.caption(
    _(
        "Every line that names a unit gives its votes, interval and verdict. Only confirmed units are listed "
        "under accountability."
    )
)
documents.offer(made, round_)

st.subheader(_("Other files of the round"))
packages.offer(round_, form, OTHER_SCHEMES)

st.subheader(_("What is in it"))
if isinstance(made, Brief):
    documents.preview_brief(made)
else:
    documents.preview(made)
