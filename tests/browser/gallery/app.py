"""Our page and gate over a script with every Streamlit element that the pages use."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route

from ui import host_page
from ui.security import Gate, content_security_policy

PORT = st.get_option("server.port")
app = st.App(
    Path(__file__).with_name("ui") / "gallery.py",
    routes=[Route(host_page.SCRIPT_PATH, host_page.script)],
    middleware=[
        Middleware(
            Gate,
            hosts=["127.0.0.1"],
            origins=[f"http://127.0.0.1:{PORT}"],
            signed_in=None,
            policy=content_security_policy(host_page.streamlit_index()),
        ),
        Middleware(host_page.Page),
    ],
)
