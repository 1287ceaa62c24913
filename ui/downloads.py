"""Download buttons. File contents come from results/, reports/ and data/ and are cached in ui/cached.py."""

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from access.roles import DOWNLOAD
from data.store.audit_log import log_export
from data.store.release import Release, Round
from errors import BiaochiError
from formats.spreadsheet import Sheet, csv_bytes, xlsx_bytes
from i18n import N_, PUNCTUATION
from ui import cached, guard, jobs, layout
from ui.i18n import _, language

LABELS = {"xlsx": N_("Download as Excel"), "csv": N_("Download as CSV")}
SHORTCUTS = {"xlsx": "Mod+Alt+X", "csv": "Mod+Alt+V"}
MIME = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "zip": "application/zip",
    "html": "text/html; charset=utf-8",
}


FILE_WORDS = {
    "ranking": N_("Ranking"),
    "bottom": N_("Bottom list"),
    "changes": N_("Changes"),
    "unit": N_("One unit"),
    "groups": N_("Evaluator groups"),
    "evaluators": N_("Evaluators"),
    "pledges": N_("Pledges"),
    "post": N_("Pledges of a post"),
    "circular": N_("Circular of the quarter"),
    "history": N_("History of releases"),
    "bulletin": N_("Bulletin"),
    "internal": N_("Internal package"),
    "public": N_("Public package"),
    "page": N_("Public page"),
    "kit": N_("Verification kit"),
    "province": N_("Province by levels"),
    "province_list": N_("Bottom lists as published"),
    "province_ranking": N_("Ranking across cities"),
    "classes": N_("Classes of units"),
    "integrity": N_("Findings on the ballots"),
    "flip": N_("Ballots to flip"),
    "design": N_("Votes of next year"),
    "objections": N_("Objections"),
    "audit": N_("Audit log"),
}
"""Names of files by the code that the log and the command line use."""


def named(stem: str) -> str:
    """Return the name of a file in the reader's language; the code stays in English, and names of units everywhere."""
    code, dash, rest = stem.partition("-")
    return stem if language() == "en" or code not in FILE_WORDS else _(FILE_WORDS[code]) + dash + rest


def file_name(stem: str, kind: str, content: bytes) -> str:
    """Return stem, 12 hex digits of the content's SHA-256, and kind.

    Streamlit distinguishes large files by length, head, middle, tail and name only: without the digits, two files
    that differ in one score could be confused and a user could get the wrong file.
    """
    return f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{kind}"


def download(
    label: str,
    stem: str,
    kind: str,
    content: bytes,
    key: str,
    *,
    log: Callable[[str], None] | None = None,
    right: str = "document",
) -> None:
    """Show a download button to whom the right allows it; the right is proved again on the click.

    The content is bytes from a cached function, since its hash is part of the file name. Streamlit gets the bytes
    only on the click, so an unused button keeps nothing in memory. `log` is called with the SHA-256 before the
    download and logs it.
    """

    if not guard.may(DOWNLOAD, right):
        return

    def hand_out() -> bytes:
        if log is not None:
            log(hashlib.sha256(content).hexdigest())
        return content

    st.download_button(
        label,
        data=guard.allowed_download(right, hand_out),
        file_name=file_name(named(stem), kind, content),
        mime=MIME[kind],
        key=key,
        on_click="ignore",
    )


def on_request(
    key: str,
    labels: tuple[str, str],
    asked: object,
    work: jobs.Work[bytes],
    stem: str,
    kind: str,
    log: Callable[[str], None],
    right: str = "document",
) -> None:
    """Show a button that creates a file as a job and, when it is ready, a download button.

    labels: of the two buttons. asked: everything that determines the content; a change starts a new job. `log`: see
    `download`.
    """
    if not guard.may(DOWNLOAD, right):
        return
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
    download(labels[1], stem, kind, content, f"download_{key}", log=log, right=right)


def original(label: str, name: str, sha256: str, path: Path, key: str, log: Callable[[str], None]) -> None:
    """Show a button for an original file, which is read on the click after `log` has logged its SHA-256."""
    if not guard.may(DOWNLOAD, "original"):
        return
    kind = "".join(Path(name).suffixes[-2:]) if name.lower().endswith(".gz") else Path(name).suffix
    stem = name.removesuffix(kind)
    st.download_button(
        label,
        data=guard.allowed_download("original", partial(_original, path, sha256, log)),
        file_name=f"{stem}-{sha256[:12]}{kind}",
        mime="application/octet-stream",
        key=key,
        on_click="ignore",
    )


def _original(path: Path, sha256: str, log: Callable[[str], None]) -> bytes:
    """Log the download, then return the bytes. Runs on the click, outside the page."""
    log(sha256)
    return path.read_bytes()


def ask_for_filter(search: str) -> str:
    """Ask whether the file follows the search of the page; return the search if so, else ""."""
    if not search:
        return ""
    chosen = st.toggle(_("Only the units shown, in the file as well"), key="filtered_file")
    return search if chosen else ""


def holds(round_id: str, category: str, count: int, search: str = "") -> str:
    """Return what a file of units holds: round, category, number of units, and the search that it follows."""
    named = layout.category_name(category) if category else _("all categories")
    words = (
        _("round {round}, {category}, {count} units")
        if not search
        else _("round {round}, {category}, {count} units that contain “{text}”")
    )
    return words.format(round=round_id, category=named, count=count, text=search)


def _held(title: str, round_id: str, of: str) -> str:
    """Return what a file holds: its table, the round, and the choice on the page, as far as there are any."""
    about = _("round {round}").format(round=round_id) if round_id else ""
    return PUNCTUATION[language()].comma.join(filter(None, [title, about, of]))


def table(
    name: str,
    about: Round | Release,
    sheet: Callable[[], Sheet],
    *,
    depends: tuple[str, ...] = (),
    keys: bool = True,
    right: str = "table",
    holds: str = "",
    title: str = "",
    of: str = "",
) -> None:
    """Show two buttons that download a table as a workbook and as CSV, created on the click.

    name: of reports.tables. sheet: builds the table in the language of the page. depends: what determines the content
    besides release, table, round, status and language; all of these enter the file name, so that files cannot be
    confused. keys: add keyboard shortcuts; for a single table per page. right: a download of the table of roles.
    holds: what the file holds, in words; else its table, the round and `of`, the choice on the page. title: name of the
    file in the reader's language, where FILE_WORDS has none.
    """
    if not guard.may(DOWNLOAD, right):
        return
    release, round_id, status = (about.release, about.id, about.status) if isinstance(about, Round) else (about, "", "")
    own = (release.id, name, round_id, status, release.head(round_id), language(), *depends)
    holds = holds or _held(title or _(FILE_WORDS.get(name, name)), round_id, of)
    digest = hashlib.sha256("\n".join(own).encode()).hexdigest()[:12]
    store, who = cached.store().path, layout.user()
    st.caption(layout.plain(_("The file holds: {what}.").format(what=holds)))
    with st.container(horizontal=True):
        for kind, label in LABELS.items():
            st.download_button(
                _(label),
                data=guard.allowed_download(
                    right, partial(_made, sheet, kind, f"{name}.{kind}", store, release.id, round_id, who)
                ),
                file_name="-".join(filter(None, [title or named(name), round_id, f"{digest}.{kind}"])),
                mime=MIME[kind],
                key=f"{name}_{kind}",
                on_click="ignore",
                shortcut=SHORTCUTS[kind] if keys else None,
            )


def _made(
    sheet: Callable[[], Sheet], kind: str, what: str, store: Path, release_id: str, round_id: str, who: str | None
) -> bytes:
    """Log the download, then return the file. Runs on the click, outside the page."""
    content = xlsx_bytes(sheet()) if kind == "xlsx" else csv_bytes(sheet())
    sha256 = hashlib.sha256(content).hexdigest()
    log_export(store, what, release=release_id, round_id=round_id, sha256=sha256, who=who or "")
    return content
