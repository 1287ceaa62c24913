"""中途查看 · Early look: how much of a round is decided while its ballots still come in; no names."""

import streamlit as st

from i18n import N_
from ui import early_look
from ui.i18n import _

st.title(_(N_("Early look")))
rounds = early_look.open_rounds()
if not rounds:
    st.info(_("No round is open: an early look is for rounds whose ballots still come in."))
    st.stop()
early_look.show(early_look.choose(rounds))
