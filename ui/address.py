"""Choices that are kept in the address, so that a link repeats them and Back restores them.

Streamlit's bound widgets are not used: a choice replaces the entry of the browser's history in place of adding to it,
and two pages with a parameter of the same name lose it on Back (streamlit issues 9279 and 13963, read in 1.67.0). Here
the address is read before every widget, so whatever the browser goes back to holds.
"""

from collections.abc import Callable, Iterable
from typing import Any

import streamlit as st

VIEW, PRINT = "view", "print"


def is_printed() -> bool:
    """Return whether the address asks for the page as it is printed."""
    return st.query_params.get(VIEW) == PRINT


def choose(
    name: str,
    options: Iterable[str],
    widget: Callable[..., Any],
    label: str,
    words: Callable[[str], str],
    *,
    first: str | None = None,
    **more: object,
) -> str:
    """Return the option whose code is in the address, never a translated label; else `first`, else the first option.

    name : parameter of the address. widget : st.selectbox and the like. words : code -> what is shown.
    """
    known, key = list(options), f"address_{name}"
    asked = st.query_params.get(name)
    st.session_state[key] = asked if asked in known else known[0] if first is None else first

    def keep() -> None:
        st.query_params[name] = st.session_state[key]

    chosen: str = widget(label, known, format_func=words, key=key, on_change=keep, **more)
    return chosen


def picked(name: str, options: Iterable[str], label: str, words: Callable[[str], str]) -> str | None:
    """Return the option whose code is in the address, shown as buttons of which none may be pressed; else None."""
    known, key = list(options), f"address_{name}"
    asked = st.query_params.get(name)
    st.session_state[key] = asked if asked in known else None

    def keep() -> None:
        pressed = st.session_state[key]
        if pressed:
            st.query_params[name] = pressed
        else:
            st.query_params.pop(name, None)

    return st.pills(label, known, format_func=words, key=key, on_change=keep, label_visibility="collapsed")


def typed(name: str, label: str, **more: object) -> str:
    """Return the text in the address, for a search field; empty if there is none."""
    key = f"address_{name}"
    st.session_state[key] = st.query_params.get(name, "")

    def keep() -> None:
        entered = str(st.session_state[key]).strip()
        if entered:
            st.query_params[name] = entered
        else:
            st.query_params.pop(name, None)

    field: Callable[..., str] = st.text_input
    return field(label, key=key, on_change=keep, **more).strip()
