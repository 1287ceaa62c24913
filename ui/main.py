"""Entry script, run before every page: sets the language, the menu and the permitted pages."""

import streamlit as st

from ui import layout
from ui.i18n import _, settle_language

settle_language()
page = layout.navigation()
product = _("Biaochi")
st.set_page_config(page_title=f"{page.title} · {product}", page_icon="📏", layout="wide")
layout.language_switch()
if layout.allowed(layout.user(), page.url_path):
    layout.demonstration_banner()
page.run()
