"""Parts of the public notice on a page: asked for, and filled in with what the store remembers."""

import streamlit as st

from data.store.released_texts import newest_text
from i18n import N_
from reports.notice_parts import REMEMBERED, SHOWN_PARTS, NoticeParts, remember_parts, remembered_parts
from ui import cached
from ui.i18n import _

PARTS = {
    "office": (N_("Notice given by"), N_("Full name of the office")),
    "number": (N_("Number of the notice"), N_("Such as No. 3 of 2026")),
    "contact": (N_("Contact"), N_("Post, telephone of the office, address")),
    "reason": (N_("Public reason for withdrawing or correcting"), N_("Only on such a notice")),
}
SHOWN = {
    "measures": N_("Public measures of the schemes"),
    "wall": N_("Lists that a scheme posts, such as the echo wall"),
}


def ask_notice() -> NoticeParts:
    """Ask for the parts of the public notice; all may be empty. What the store remembers is filled in."""
    store = cached.store().path
    known = remembered_parts(store)
    with st.expander(_("Public notice: office, contact, objections, parts of the page")):
        columns = st.columns(2)
        texts = {
            name: columns[at % 2].text_input(
                _(label), value=known.get(name, ""), key=f"notice_{name}", placeholder=_(hint)
            )
            or ""
            for at, (name, (label, hint)) in enumerate(PARTS.items())
        }
        texts["objection"] = st.text_area(
            _("How to object"),
            value=known["objection"],
            key="notice_objection",
            height=80,
            placeholder=_("A usual sentence if it is left out"),
        )
        shown = {name: st.checkbox(_(label), value=known[name], key=f"notice_{name}") for name, label in SHOWN.items()}
        if st.button(_("Remember for the next notices"), key="remember_notice"):
            remember_parts(
                store, {name: texts[name] for name in REMEMBERED} | {name: shown[name] for name in SHOWN_PARTS}
            )
            st.toast(_("Remembered."))
    wall = newest_text(store) if shown["wall"] else None
    return NoticeParts(**texts, city=known["city"], measures=shown["measures"], wall=wall)
