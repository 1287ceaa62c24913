"""审计日志 · Audit log: who did what and when, the live head, and the check of the store."""

import streamlit as st

from ui.admin import log
from ui.i18n import _

st.title(_("Audit log"))
log.show_head()
log.show_entries()
log.offer_check()
