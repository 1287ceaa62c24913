"""Translation into the language of the session (`_`)."""

from contextvars import ContextVar

import streamlit as st

import settings
from i18n import LANGUAGES, translate

KEY = "language"
DEFAULT = settings.load().language
_RUN: ContextVar[str | None] = ContextVar("language of the run", default=None)
"""The language of the run of a page in this thread, which asks for it some two hundred times."""


def language() -> str:
    """Return zh or en from the session; works in pages, fragments and callbacks."""
    return _RUN.get() or _chosen()


def _chosen() -> str:
    found: str = st.session_state.get(KEY, DEFAULT)
    return found


def settle_language() -> str:
    """Set the language from the address, else from the session. pages/entry/main.py calls this first.

    Navigation drops the query of the address, so the language is written back unless it is the default.
    """
    asked = st.query_params.get("lang")
    if asked in LANGUAGES:
        st.session_state[KEY] = asked
    elif _chosen() != DEFAULT:
        st.query_params["lang"] = _chosen()
    _RUN.set(_chosen())
    return language()


def choose_language(chosen: str) -> None:
    """Store the language chosen with the switch (callback)."""
    st.session_state[KEY] = chosen
    _RUN.set(None)
    st.query_params["lang"] = chosen


def _(message: str) -> str:
    """Return the message in the language of the session."""
    return translate(message, language())
