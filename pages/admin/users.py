"""账号 · Accounts: who may sign in and with which role."""

import streamlit as st

from ui.admin import users
from ui.i18n import _

st.title(_("Accounts"))
users.done()
users.show()
users.add()
users.change()
