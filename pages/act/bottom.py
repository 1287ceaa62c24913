"""末位 · Bottom list: of all categories on a page, or of a category with its evidence and other rules."""

from functools import partial

import streamlit as st

from i18n import N_
from ui import bottom_lists, cached, downloads, layout, sheets
from ui.i18n import _, language
from ui.releases import page as releases_page

release = layout.page(N_("Bottom list"))
left, right = st.columns([1, 3])
round_ = layout.choose_round(release, left)
lists = cached.bottom_lists(round_)
if not lists:
    st.info(_("This round holds a register but no ballots yet."))
    st.stop()
with right:
    category = layout.choose_category(list(lists))

if category:
    bottom_lists.show_category(round_, category)
else:
    bottom_lists.show_all(round_)
releases_page.show_notice(round_.id)

sheet = partial(sheets.bottom, round_, language(), category or None)
holds = downloads.holds(round_.id, category, bottom_lists.size(round_, category))
downloads.table("bottom", round_, sheet, depends=(category,), holds=holds)
