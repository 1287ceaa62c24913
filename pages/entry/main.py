"""Entry script, run before every page: sets the language, the menu and the permitted pages.

It hands the schemes to the menu, and what a score may take from them, as no lower room knows them.
"""

import streamlit as st

from access.roles import PAGE
from results.ranking.component_sources import offer
from schemes import OTHER_SCHEMES
from schemes.component_sources import sources
from ui import guard, layout, name_plate
from ui.i18n import _, settle_language

offer(sources)
settle_language()
signed_in = guard.begin()
page = layout.navigation({scheme.name: scheme.title for scheme in OTHER_SCHEMES})
product = _("Biaochi")
st.set_page_config(page_title=f"{page.title} · {product}", page_icon="📏", layout="wide")
name_plate.above_menu()
layout.language_switch()
layout.view_links()
path = page.url_path or layout.first_page()  # the first page has no address
if signed_in is not None or not guard.login_needed():
    layout.live_head()
    layout.top_row(path)
if guard.may(PAGE, layout.HOME):
    layout.round_banners()
st.session_state["page"] = path
try:
    page.run()
finally:  # a page that has nothing to show stops here
    name_plate.foot()
st.session_state[layout.SHOWN] = True
