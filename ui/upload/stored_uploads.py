"""Stored uploads with their state, and the choice whether the next file adds to them or replaces them."""

import pandas as pd
import streamlit as st

from data.model.contract import KIND_NAMES
from data.store.history import cleared, local_time
from i18n import N_
from ui import cached, tables
from ui.i18n import _, language

HEADERS = (
    *(N_("Number"), N_("Round"), N_("Kind of file"), N_("File"), N_("Rows"), N_("Corrections")),
    *(N_("Reason for accepting these findings"), N_("User"), N_("Time"), N_("State")),
)
IN_USE, REPLACED, CLEARED = N_("in use"), N_("replaced"), N_("cleared")
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
    told = comma.join(files[:MOST_NAMES]) + ("…" if len(files) > MOST_NAMES else "")
    words = {
        False: _("is added to them"),
        True: _("replaces them as the complete corrected version"),
    }
    replaces = st.radio(
        _("Files of this kind in the round: {count} ({names}). The new file").format(count=len(files), names=told),
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
                upload.imported_by,
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


def _states() -> dict[str, str]:
    """Return for every upload whether publishing includes it, and if not, why."""
    store = cached.store()
    in_use = {upload.upload_id for upload in store.uploads_in_force()}
    gone = cleared(store.history())
    return {
        upload.upload_id: IN_USE if upload.upload_id in in_use else CLEARED if upload.upload_id in gone else REPLACED
        for upload in store.uploads()
    }
