"""票的可信度 · Trust in the ballots: findings, the list without listed ballots, ballots to flip, recount, design."""

import streamlit as st

from i18n import N_
from results.evidence.integrity import integrity
from ui import ballot_trust, cached, layout, next_ballots
from ui.i18n import _

release = layout.page(N_("Trust in the ballots"))
scored = cached.scored_rounds(release)
if not scored:
    st.info(_("This release holds no round with votes yet."))
    st.stop()
round_ = layout.choose_round(release, among=scored)
with st.spinner(_("Reading the ballots; only the first time for this release…")):
    found = integrity(round_)
st.subheader(_("Findings of the checks"))
if found is None:
    st.info(_("The round {round} has no ballots, only counts or records.").format(round=layout.plain(round_.id)))
else:
    ballot_trust.show_findings(round_, found)
    ballot_trust.show_without(round_, found)
    ballot_trust.show_decision(round_, found)
    ballot_trust.show_turnout(found, release.short)
ballot_trust.show_flips(round_)
if found is not None:
    next_ballots.show_recount(round_)
next_ballots.show_design(round_)
