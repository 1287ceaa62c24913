"""全省 · Province: cities, counties and units of a round; lists as published; the same kind across cities."""

import streamlit as st

from ui import province
from ui.i18n import _

st.title(_("Province"))
found = province.chosen()
if found is None:
    province.empty()
    st.stop()

province.show_left_out(found)
st.subheader(_("Cities and counties"))
province.show_levels(found)
if not found.kinds:
    st.stop()

kind = province.choose_kind(found)
st.subheader(_("Bottom lists as the cities published them"))
province.show_lists(found, kind)
st.subheader(_("The same category across cities"))
province.show_across(found, kind)
