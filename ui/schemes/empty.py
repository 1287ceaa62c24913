"""What the page of a scheme says while a table is missing: which file, and an empty workbook to fill in."""

import hashlib
from collections.abc import Sequence
from functools import partial

import streamlit as st

from access.roles import DOWNLOAD
from data.model.contract import KIND_NAMES
from data.store import Store
from data.store.audit_log import log_export
from reports.templates import choices_of, template
from ui import cached, downloads, guard, layout
from ui.i18n import _, language


def nothing_yet(missing: Sequence[str], *, some: bool) -> None:
    """Name the tables that were never delivered and offer their templates. some : others were delivered."""
    listed = _(", ").join(_(KIND_NAMES[kind]) for kind in missing)
    if some:
        st.info(layout.plain(_("Not delivered yet: {tables}.").format(tables=listed)))
    else:
        st.info(layout.plain(_("No records yet. Upload {tables}, then publish.").format(tables=listed)))
    with st.container(horizontal=True):
        for kind in missing:
            _offer(kind)
    layout.page_link("manage/upload.py", _("Upload data"), {"lang": language()})


def _offer(kind: str) -> None:
    """Offer the template of a kind with its headers, lists and an example; it is created on the click."""
    if not guard.may(DOWNLOAD, "template"):
        return
    words, name = language(), _(KIND_NAMES[kind])
    digest = hashlib.sha256(f"{kind}\n{words}".encode()).hexdigest()[:12]
    st.download_button(
        _("Template: {table}").format(table=name),
        data=guard.allowed_download("template", partial(_created, cached.store(), kind, words, layout.user() or "")),
        file_name=f"template-{kind}-{digest}.xlsx",
        mime=downloads.MIME["xlsx"],
        key=f"template_{kind}",
        on_click="ignore",
    )


def _created(store: Store, kind: str, words: str, who: str) -> bytes:
    """Create the workbook and log the download. Runs on the click, outside the page."""
    content = template(kind, choices_of(store), words)
    digest = hashlib.sha256(content).hexdigest()
    log_export(store.path, f"template {kind}", release="", round_id="", sha256=digest, who=who)
    return content
