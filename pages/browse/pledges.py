"""承诺 · Pledges: who promised what, what came of it, what the hall said, and whether the people agree."""

import streamlit as st

from i18n import N_
from ui import frame, loaded, pledge_analysis, pledge_book, pledge_quarters, pledges
from ui.i18n import _

VIEWS = {
    "outcomes": (N_("Promise and outcome"), pledges.show_outcomes),
    "halls": (N_("Hall and public"), pledges.show_halls),
    "progress": (N_("Quarter by quarter"), pledge_quarters.show),
    pledges.BOOK: (N_("Pledge book of a unit"), pledge_book.show),
    "analysis": (N_("Analysis"), pledge_analysis.show),
}

release = frame.page(N_("Pledges"))
rounds = loaded.pledge_rounds(release.id)
if not rounds:
    pledges.nothing_yet()
    st.stop()

left, right = st.columns([1, 3])
round_id = frame.choose_round(release, left, rounds)
as_of = loaded.standing_day(release.id, round_id, pledges.today())
with st.spinner(_("Reading pledges, checks and votes; only the first time for this release…")):
    year = loaded.pledge_year(release.id, round_id, as_of)
categories = dict.fromkeys([*year.book.lines["category"], *year.votes.rows["category"]])
with right:
    category = pledges.from_address(
        "category", ["", *categories], st.selectbox, _("Category"), lambda name: name or _("All categories"), width=420
    )
chosen = pledges.Chosen(release, round_id, as_of, category)
pledges.glance(chosen)
pledges.show_notes(chosen)
view = pledges.from_address(
    "view",
    VIEWS,
    st.segmented_control,
    _("View"),
    lambda name: _(VIEWS[name][0]),
    required=True,
    label_visibility="collapsed",
)
VIEWS[view][1](chosen)
st.caption(
    _("As of {day}. Rule set: {rules}. Release {release}.").format(
        day=as_of, rules=frame.plain(year.votes.rules or "–"), release=release.short
    )
)
