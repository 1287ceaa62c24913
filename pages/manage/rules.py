"""计分规则 · Scoring rules: the stored rule sets, what differs between two, and the form for a further rule set."""

import streamlit as st

from ui.i18n import _
from ui.rules import page as rules_page

st.title(_("Scoring rules"))
rules_page.done()
rules_page.stored()
rules_page.make()
