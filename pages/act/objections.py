"""复核 · Objections: preview, objections, rulings, the corrected release, and letters with their delivery."""

import streamlit as st

from i18n import N_
from ui import documents, layout
from ui.i18n import _
from ui.objections import letters as letters_part
from ui.objections import page as objections_page
from ui.objections import rulings

release = layout.page(N_("Objections"))
objections_page.done()
round_ = layout.choose_round(release)
if round_.is_trial or round_.rules is None:
    st.info(_("Only a formal round with ballots or counts is reviewed."))
    st.stop()
found = objections_page.register_of(round_.id)
objections_page.show_state(found)

st.subheader(_("Preview for the units"))
with st.container():
    objections_page.preview(round_, found)

st.subheader(_("Register of objections"))
with st.container():  # the form below stays open, however much the register shows
    objections_page.show_register(round_, found)
objections_page.add(round_, found)

st.subheader(_("Rulings"))
rulings.rule(found)
rulings.correct(round_, found)
rulings.show_corrections(round_)

st.subheader(_("Letters to units"))
form = documents.ask_form()
letters_part.offer(round_, found, form)
letters_part.delivery(round_)
