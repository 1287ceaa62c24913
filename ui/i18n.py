"""`_`: a sentence in the language that the person in front of this session reads."""

import streamlit as st

import settings
from i18n import LANGUAGES, translate

KEY = "language"
DEFAULT = settings.load().language


def language() -> str:
    """zh or en. Works in pages, fragments and callbacks, since it asks the session each time."""
    return st.session_state.get(KEY, DEFAULT)


def settle_language() -> str:
    """Called once, first, by ui/main.py: the address wins, then what the session chose before.

    Moving to another page drops the query of the address, so it is written back unless it is
    the default.
    """
    asked = st.query_params.get("lang")
    if asked in LANGUAGES:
        st.session_state[KEY] = asked
    elif language() != DEFAULT:
        st.query_params["lang"] = language()
    return language()


def choose_language(chosen: str) -> None:
    """For the callback of the switch."""
    st.session_state[KEY] = chosen
    st.query_params["lang"] = chosen


def _(message: str) -> str:
    """The message in the session's language."""
    return translate(message, language())
