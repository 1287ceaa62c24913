"""我的账号 · My account: who is signed in, where, and the password."""

import streamlit as st

from ui.admin import account
from ui.i18n import _

st.title(_("My account"))
account.show()
