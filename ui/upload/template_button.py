"""Download of a template of the chosen kind, with the choices of the round and the rule set."""

import hashlib
from functools import partial

import streamlit as st

from access.roles import DOWNLOAD
from data.store import Store
from data.store.audit_log import log_export
from reports.templates import choices_of, earlier_register, template
from ui import cached, downloads, guard, layout
from ui.i18n import _, language


def offer(kind: str, round_id: str, rules: str | None) -> None:
    """Offer an empty workbook to fill in; its lists are those of the round, if it is known.

    The workbook is created on the click: building it with every run of the page took 0.1 s of each.
    """
    if not guard.may(DOWNLOAD, "template"):
        return
    words = language()
    digest = hashlib.sha256("\n".join((kind, round_id, rules or "", words)).encode()).hexdigest()[:12]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            _("Download a template"),
            data=guard.allowed_download(
                "template", partial(_created, cached.store(), kind, round_id, rules, words, layout.user() or "")
            ),
            file_name="-".join(filter(None, ["template", kind, round_id, f"{digest}.xlsx"])),
            mime=downloads.MIME["xlsx"],
            key="upload_template",
            on_click="ignore",
        )
        st.caption(_about(kind, round_id))


def _about(kind: str, round_id: str) -> str:
    uploads = cached.store().uploads_in_force()
    before = earlier_register(uploads, round_id) if kind == "units" and round_id else ""
    if before and not any((u.kind, u.round_id) == (kind, round_id) for u in uploads):
        message = _("A workbook that begins with the units of the round {round}: change it, then upload it here.")
        return message.format(round=layout.plain(before))
    return _("An empty workbook with the columns, lists and notes of this kind of file.")


def _created(store: Store, kind: str, round_id: str, rules: str | None, words: str, who: str) -> bytes:
    """Create the workbook and log the download. Runs on the click, outside the page."""
    content = template(kind, choices_of(store, round_id, rules), words)
    digest = hashlib.sha256(content).hexdigest()
    log_export(store.path, f"template {kind}", release="", round_id=round_id, sha256=digest, who=who)
    return content
