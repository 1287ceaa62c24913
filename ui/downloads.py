"""Buttons that hand out files. What is in a file is made in results/ and data/, and kept in
ui/cached.py.
"""

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from data.store.audit_log import log_export
from errors import BiaochiError
from formats.spreadsheet import Sheet, csv_bytes, xlsx_bytes
from i18n import N_
from ui import cached, jobs, layout
from ui.i18n import _, language

LABELS = {"xlsx": N_("Download as Excel"), "csv": N_("Download as CSV")}
SHORTCUTS = {"xlsx": "Mod+Alt+X", "csv": "Mod+Alt+V"}
MIME = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "zip": "application/zip",
    "html": "text/html; charset=utf-8",
}


def file_name(stem: str, kind: str, content: bytes) -> str:
    """Stem, 12 hex digits of the content's SHA-256, kind.

    Streamlit tells large files apart by length, head, middle, tail and name only: without the
    digits two
    files that differ in one score could be mistaken for each other and handed to the wrong person.
    """
    return f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{kind}"


def download(
    label: str, stem: str, kind: str, content: bytes, key: str, *, told: Callable[[str], None] | None = None
) -> None:
    """A download button. The content comes as bytes from a cached function, since its hash is
    part of its name;
    the bytes are handed to Streamlit only on the click, so an unused button keeps nothing in
    the server's memory. `told` is called with the SHA-256 before the file goes out.
    """

    def hand_out() -> bytes:
        if told is not None:
            told(hashlib.sha256(content).hexdigest())
        return content

    st.download_button(
        label,
        data=hand_out,
        file_name=file_name(stem, kind, content),
        mime=MIME[kind],
        key=key,
        on_click="ignore",
    )


def on_request(
    key: str,
    labels: tuple[str, str],
    asked: object,
    work: jobs.Work,
    stem: str,
    kind: str,
    told: Callable[[str], None],
) -> None:
    """A file that takes a while: the button that makes it; once it is made, the button that hands it out.

    labels: of the two buttons. asked: what decides the content; another one begins anew. told: see `download`.
    """
    if st.button(labels[0], key=f"make_{key}"):
        st.session_state[f"{key}_asked"] = asked
    if st.session_state.get(f"{key}_asked") != asked:
        return
    job = jobs.the_job(key, asked, work, stop_before=0.0)
    if not jobs.finished(key, job):
        return
    try:
        content = job.answer()
    except BiaochiError as refusal:
        layout.show_refusal(refusal)
        return
    download(labels[1], stem, kind, content, f"download_{key}", told=told)


def original(label: str, name: str, sha256: str, path: Path, key: str, told: Callable[[str], None]) -> None:
    """A button for a file as it was uploaded; it is read on the click, after `told` was called with its SHA-256."""
    kind = "".join(Path(name).suffixes[-2:]) if name.lower().endswith(".gz") else Path(name).suffix
    stem = name.removesuffix(kind)
    st.download_button(
        label,
        data=partial(_original, path, sha256, told),
        file_name=f"{stem}-{sha256[:12]}{kind}",
        mime="application/octet-stream",
        key=key,
        on_click="ignore",
    )


def _original(path: Path, sha256: str, told: Callable[[str], None]) -> bytes:
    """The bytes, after the audit log was told. Runs on the click, outside the page."""
    told(sha256)
    return path.read_bytes()


def table(
    name: str, release, round_id: str, sheet: Callable[[], Sheet], *, depends: tuple[str, ...] = (), keys: bool = True
) -> None:
    """Two buttons that hand out a table as it is shown: a workbook and a CSV file, made on the click.

    name: of reports.tables. sheet: makes the table in the language of the page. depends: what besides release, table,
    round, its status and the language decides the content; with them it makes the name of the file, so that no file
    can be mistaken for another. keys: the buttons answer to the keyboard; one table a page.
    """
    status = release.status(round_id) if round_id else ""
    own = (release.id, name, round_id, status, language(), *depends)
    digest = hashlib.sha256("\n".join(own).encode()).hexdigest()[:12]
    store, who = cached.store().path, layout.user()
    with st.container(horizontal=True):
        for kind, label in LABELS.items():
            st.download_button(
                _(label),
                data=partial(_made, sheet, kind, f"{name}.{kind}", store, release.id, round_id, who),
                file_name="-".join(filter(None, [name, round_id, f"{digest}.{kind}"])),
                mime=MIME[kind],
                key=f"{name}_{kind}",
                on_click="ignore",
                shortcut=SHORTCUTS[kind] if keys else None,
            )


def _made(
    sheet: Callable[[], Sheet], kind: str, what: str, store: Path, release_id: str, round_id: str, who: str | None
) -> bytes:
    """The file, after the audit log was told of it. Runs on the click, outside the page."""
    content = xlsx_bytes(sheet()) if kind == "xlsx" else csv_bytes(sheet())
    sha256 = hashlib.sha256(content).hexdigest()
    log_export(store, what, release=release_id, round_id=round_id, sha256=sha256, who=who or "")
    return content
