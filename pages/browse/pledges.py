"""承诺 · Pledges: promises, outcomes, votes in the hall, and agreement with the public."""

from datetime import date

import streamlit as st

from i18n import N_
from ui import address, cached, layout
from ui.i18n import _
from ui.pledges import analysis, quarters, unit_book
from ui.pledges import page as pledges_page

VIEWS = {
    "outcomes": (N_("Promise and outcome"), pledges_page.show_outcomes),
    "halls": (N_("Hall and public"), pledges_page.show_halls),
    "progress": (N_("Quarter by quarter"), quarters.show),
    pledges_page.BOOK: (N_("Pledge book of a unit"), unit_book.show),
    "analysis": (N_("Analysis"), analysis.show),
}

release = layout.page(N_("Pledges"))
rounds = cached.pledge_rounds(release)
if not rounds:
    pledges_page.nothing_yet()
    st.stop()

left, right = st.columns([1, 3])
round_ = layout.choose_round(release, left, rounds)
as_of = cached.default_as_of(round_, date.today())
with st.spinner(_("Reading pledges, checks and votes; only the first time for this release…")):
    year = cached.pledge_year(round_, as_of)
categories = dict.fromkeys([*year.book.lines["category"], *year.votes.rows["category"]])
with right:
    category = address.choose(
        "category", ["", *categories], st.selectbox, _("Category"), lambda name: name or _("All categories"), width=420
    )
chosen = pledges_page.Chosen(round_, as_of, category)
pledges_page.glance(chosen)
pledges_page.show_notes(chosen)
view = address.choose(
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
        day=as_of.isoformat(), rules=layout.plain(year.votes.rules or "–"), release=release.short
    )
)
