"""Entry script, run before every page: sets the language, the menu and the permitted pages.

It hands the schemes to the menu, as no lower room knows them.
"""

import streamlit as st

from schemes import OTHER_SCHEMES
from ui import layout
from ui.i18n import _, settle_language

settle_language()
page = layout.navigation({scheme.name: scheme.title for scheme in OTHER_SCHEMES})
product = _("Biaochi")
st.set_page_config(page_title=f"{page.title} · {product}", page_icon="📏", layout="wide")
layout.language_switch()
path = page.url_path or layout.HOME  # the first page has no address
layout.top_row(path)
if layout.allowed(layout.user(), path):
    layout.round_banners()
st.session_state["page"] = path
page.run()
