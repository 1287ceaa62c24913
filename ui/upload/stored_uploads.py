"""Stored uploads with their state, taking a single upload back, and whether the next file adds or replaces."""

import pandas as pd
import streamlit as st

from data.model.contract import KIND_NAMES
from data.store.history import local_time, withdrawn
from data.store.uploads import Upload
from errors import BiaochiError
from i18n import N_
from results.labels import person
from ui import cached, guard, layout, tables
from ui.i18n import _, language

HEADERS = (
    *(N_("Number"), N_("Round"), N_("Kind of file"), N_("File"), N_("Rows"), N_("Corrections")),
    *(N_("Reason for accepting these findings"), N_("User"), N_("Time"), N_("State")),
)
IN_USE, REPLACED, WITHDRAWN = N_("in use"), N_("replaced"), N_("withdrawn")
TAKEN_BACK = "upload_taken_back"
MOST_NAMES = 5  # file names in a sentence


def replace_choice(kind: str, round_id: str, as_of: str = "") -> bool:
    """Ask whether the file adds to the round's files of its kind (the default) or replaces all of them.

    as_of: day of a register whose rows live on; only the files of that day are replaced. Asked only if there is
    something to replace; the choice returns to "adds" for the next file.
    """
    files = [
        file.name
        for upload in cached.store().uploads_in_force()
        if upload.replaced_together == (kind, round_id, as_of)
        for file in upload.files
    ]
    if not files:
        return False
    comma = "、" if language() == "zh" else ", "
    names = comma.join(files[:MOST_NAMES]) + ("…" if len(files) > MOST_NAMES else "")
    words = {
        False: _("is added to them"),
        True: _("replaces them as the complete corrected version"),
    }
    replaces = st.radio(
        _("Files of this kind in the round: {count} ({names}). The new file").format(count=len(files), names=names),
        list(words),
        format_func=words.__getitem__,
        horizontal=True,
        key=f"upload_replaces_{kind}_{round_id}_{st.session_state.get('upload_turn', 0)}",
    )
    if replaces:
        st.caption(
            _("Once published, results no longer count the replaced files. They are kept and stay in the list below.")
        )
    return replaces


def stored_files() -> None:
    """Show the stored files: user, time, corrections, reason for accepting warnings, and state."""
    store = cached.store()
    uploads = store.uploads()
    if not uploads:
        return
    states = _states()
    with st.expander(_("Stored files: {count}").format(count=len(uploads))):
        rows = [
            [
                upload.number,
                upload.round_id,
                _(KIND_NAMES[upload.kind]) if upload.kind in KIND_NAMES else upload.kind,
                "、".join(file.name for file in upload.files),
                upload.lines,
                len(upload.edits),
                upload.accepted_warnings,
                person(upload.imported_by, language()),
                local_time(upload.imported_at),
                _(states[upload.upload_id]),
            ]
            for upload in reversed(uploads)
        ]
        shown = pd.DataFrame(rows, columns=[_(header) for header in HEADERS])
        optional = (_("Corrections"), _("Reason for accepting these findings"))
        shown = shown[[name for name in shown if name not in optional or shown[name].any()]]
        if set(states.values()) == {IN_USE}:
            shown = shown.drop(columns=_("State"))
        tables.written(shown, _("Every file that is stored, newest first."))
    _take_back()


def _take_back() -> None:
    """Offer to withdraw an upload in force; a round that takes no changes is named before anything is filled in."""
    if not guard.can("withdraw_upload"):
        return
    if message := st.session_state.pop(TAKEN_BACK, None):
        st.success(message)
    store = cached.store()
    in_force = store.uploads_in_force()
    if not in_force:
        return
    with st.expander(_("Take an upload back")):
        chosen = st.selectbox(_("Upload"), in_force[::-1], format_func=_named, key="withdraw_upload")
        refusal = store.refused_withdrawing(chosen)
        if refusal is not None:
            layout.show_refusal(refusal)
            return
        st.caption(_("Its file is kept. The results in use change with the next publication."))
        reason = st.text_input(_("Reason"), key="withdraw_reason").strip()
        if st.button(_("Withdraw this upload"), key="withdraw", disabled=not reason):
            _withdraw(chosen, reason)


def _named(upload: Upload) -> str:
    files = "、".join(file.name for file in upload.files)
    return f"{upload.number} · {upload.round_id} · {_(KIND_NAMES.get(upload.kind, upload.kind))} · {files}"


def _withdraw(upload: Upload, reason: str) -> None:
    try:
        guard.require("withdraw_upload")
        cached.store().withdraw(upload.upload_id, reason)
    except BiaochiError as refusal:
        layout.show_refusal(refusal)
        return
    st.session_state[TAKEN_BACK] = _("Withdrawn: {upload}").format(upload=layout.plain(_named(upload)))
    st.rerun()


def _states() -> dict[str, str]:
    """Return for every upload whether publishing includes it, and if not, why."""
    store = cached.store()
    in_use = {upload.upload_id for upload in store.uploads_in_force()}
    gone = withdrawn(store.history())
    return {
        upload.upload_id: IN_USE if upload.upload_id in in_use else WITHDRAWN if upload.upload_id in gone else REPLACED
        for upload in store.uploads()
    }
