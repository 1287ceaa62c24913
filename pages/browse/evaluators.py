"""评议人 · Evaluators: agreement, what goes together with the overall grade, channels, and the mix of ballots."""

from functools import partial

import streamlit as st

from i18n import N_
from results.evaluators.words import AGREEMENT, DRIVERS, MIX, MODES, PART_NAMES
from ui import cached, downloads, evaluators, layout, sheets
from ui.i18n import _, language

SHOWN = {
    AGREEMENT: evaluators.agreement,
    DRIVERS: evaluators.drivers,
    MODES: evaluators.modes,
    MIX: evaluators.mix,
}

release = layout.page(N_("Evaluators"))
scored = cached.scored_rounds(release)
if not scored:
    st.info(_("This release holds no round with votes yet."))
    st.stop()
round_ = layout.choose_round(release, among=scored)
figures = cached.evaluators(round_)
decimals = round_.scored_rules.presentation.decimals
st.markdown(
    _(
        "These figures describe how the evaluators of the round graded. They are read from its ballots, and no single "
        "ballot is shown. No rank and no verdict depends on them."
    )
)
for part, show in SHOWN.items():
    st.subheader(_(PART_NAMES[part]))
    if part in figures.absent:
        st.info(figures.why_absent(part, language()))
        continue
    show(figures, decimals)
    st.caption(figures.caution(part, language()))
evaluators.suggestions(round_)
if len(figures.rows):
    downloads.table("evaluators", round_, partial(sheets.evaluators, round_, language()))
