"""Entry script, run before every page: sets the language, the menu and the permitted pages.

It hands the schemes to the menu, as no lower room knows them.
"""

import streamlit as st

from access.roles import PAGE
from schemes import SCHEMES
from ui import guard, layout
from ui.i18n import _, settle_language

settle_language()
signed_in = guard.begin()
page = layout.navigation({scheme.name: scheme.title for scheme in SCHEMES})
product = _("Biaochi")
st.set_page_config(page_title=f"{page.title} · {product}", page_icon="📏", layout="wide")
layout.language_switch()
if signed_in is not None or not guard.login_needed():
    layout.account_box()
    layout.live_head()
if guard.may(PAGE, "overview"):
    layout.demonstration_banner()
st.session_state["page"] = page.url_path
page.run()
