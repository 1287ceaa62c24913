"""Download of a template of the chosen kind, with the choices of the round and the rule set."""

import streamlit as st

from reports.templates import choices_of, template
from ui import cached, downloads
from ui.i18n import _, language


def offer(kind: str, round_id: str, rules: str | None) -> None:
    """Offer an empty workbook to fill in; its lists are those of the round, if it is known."""
    content = template(kind, choices_of(cached.store(), round_id, rules), language())
    stem = "-".join(filter(None, ["template", kind, round_id]))
    with st.container(horizontal=True, vertical_alignment="center"):
        downloads.download(_("Download a template"), stem, "xlsx", content, "upload_template")
        st.caption(_("An empty workbook with the columns, lists and notes of this kind of file."))
