"""The entry script: runs before every page, on every run. It decides the language, the menu
and who sees what.
"""

import streamlit as st

from ui import frame
from ui.i18n import _, settle_language

settle_language()
page = frame.navigation()
product = _("Biaochi")
st.set_page_config(page_title=f"{page.title} · {product}", page_icon="📏", layout="wide")
frame.language_switch()
if frame.allowed(frame.user(), page.url_path):
    frame.demonstration_banner()
page.run()
