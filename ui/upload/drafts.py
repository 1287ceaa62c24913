"""Unfinished uploads: what is kept while a file is mended, and the list from which a person goes on."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import streamlit as st

from data.model.contract import KIND_NAMES
from data.model.grouped_problems import QUESTION, level_of
from data.store.drafts import (
    Draft,
    TypedCell,
    changed_elsewhere,
    discard_draft,
    drafts,
    find_draft,
    find_same,
    keep_draft,
)
from data.store.history import is_day, local_time, now, user
from data.store.import_job import CLEAN, IDENTIFIES, ImportReport
from errors import UsageError
from i18n import ngettext
from results.labels import person
from ui import cached, layout
from ui.i18n import _, language

MOST_REMINDED = 3  # on another page; the upload page lists all of them
CURRENT = "upload_draft"  # of the session: id of the draft of the file in work
KEPT = "upload_draft_kept"  # of the session: what the draft on disk holds, so that it is written only when it changes
WRITTEN = "upload_draft_written"  # of the session: the draft as this window wrote it last
CHOSEN = "upload_draft_chosen"  # of the session: id of the draft that takes the place of a chosen file


def offer() -> None:
    """Show the unfinished uploads that are not in work, each with a button to continue and a button to discard it."""
    if not _is_in_work():
        close()
    in_work = {st.session_state.get(CURRENT), st.session_state.get(CHOSEN)}
    for draft in drafts(cached.store().path):
        if draft.draft_id in in_work:
            continue
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"draft_{draft.draft_id}"):
            st.markdown(layout.plain(sentence(draft)))
            name = layout.plain(draft.name)
            st.button(
                _("Continue"),
                key=f"draft_continue_{draft.draft_id}",
                on_click=_continue,
                args=(draft.draft_id,),
                help=_("Continue with {file}").format(file=name),
            )
            st.button(
                _("Discard"),
                key=f"draft_discard_{draft.draft_id}",
                on_click=_discard,
                args=(draft.draft_id,),
                help=_("Delete the kept copy of {file}; the results in use are unchanged").format(file=name),
            )


def remind() -> None:
    """Say on another page that uploads are unfinished, with a link to them."""
    waiting = drafts(cached.store().path)
    for draft in waiting[:MOST_REMINDED]:
        st.caption(layout.plain(sentence(draft)))
    if waiting:
        layout.page_link("manage/upload.py", _("Continue on the upload page"), {"lang": language()})


def _is_in_work() -> bool:
    """Return whether the page has a file and a round; leaving the page empties its fields."""
    state, turn = st.session_state, st.session_state.get("upload_turn", 0)
    chosen_file = state.get(f"upload_file_{turn}") or state.get(f"upload_inbox_{turn}") or state.get(CHOSEN)
    return bool(chosen_file and state.get("upload_round"))


def sentence(draft: Draft) -> str:
    """Return what is unfinished: what is left to do, file, kind, round, who kept it and when."""
    return _("Unfinished upload: {left} ({file}, {kind}, round {round}; {user}, {time}).").format(
        left=_left(draft),
        file=draft.name,
        kind=_(KIND_NAMES[draft.kind]),
        round=draft.round_id,
        user=person(draft.user, language()),
        time=local_time(draft.time),
    )


def _left(draft: Draft) -> str:
    """Return the first of what is left to do."""
    words = language()
    if draft.errors:
        message = ngettext("{count} place to mend", "{count} places to mend", draft.errors, words)
    elif draft.questions:
        message = ngettext("{count} question to answer", "{count} questions to answer", draft.questions, words)
    elif draft.warnings:
        message = ngettext("{count} place to confirm", "{count} places to confirm", draft.warnings, words)
    else:
        message = _("ready to store")
    return message.format(count=f"{draft.errors or draft.questions or draft.warnings:,}")


def _continue(draft_id: str) -> None:
    """Make the draft the file in work, with its kind, round, rule set and as-of day; runs before the page does."""
    try:
        draft = find_draft(cached.store().path, draft_id)
    except UsageError:
        return  # discarded meanwhile in another window; the list shows it
    state, turn = st.session_state, st.session_state.get("upload_turn", 0) + 1
    state["upload_turn"] = turn
    state["upload_kind"], state["upload_round"] = draft.kind, draft.round_id
    state[f"upload_replaces_{draft.kind}_{draft.round_id}_{turn}"] = draft.options.replace
    if draft.options.trial:
        state[f"upload_trial_{draft.round_id}_False"] = True
    as_of = draft.options.as_of
    state["upload_as_of"] = date.fromisoformat(as_of) if is_day(as_of) else None
    state["upload_complete"] = draft.options.complete
    state["upload_rules_wanted"] = draft.options.rules
    state[CHOSEN] = draft.draft_id
    state.pop("upload_changed_file", None)


def _discard(draft_id: str) -> None:
    """Delete a draft, and take its file off the page; runs before the page does."""
    in_work = st.session_state.get(CURRENT) == draft_id
    _delete(draft_id)
    if in_work:
        close()
        st.session_state["upload_turn"] = st.session_state.get("upload_turn", 0) + 1


def _delete(draft_id: str) -> None:
    store = cached.store().path
    for draft in drafts(store):
        if draft.draft_id == draft_id:
            discard_draft(store, draft, layout.user() or user())


def close() -> None:
    """Forget which draft is in work: another file is chosen, or this file is stored."""
    for key in (CURRENT, KEPT, WRITTEN, CHOSEN, "upload_rules_wanted"):
        st.session_state.pop(key, None)


def begin(file_key: str) -> None:
    """Note that another file, or the same file of another kind, is in work; drafts stay as they are."""
    here = (CURRENT, KEPT, WRITTEN)
    for key in here if st.session_state.get(CHOSEN) == file_key else (*here, CHOSEN):
        st.session_state.pop(key, None)


def chosen() -> Draft | None:
    """Return the draft that a person continues, if any."""
    draft_id = st.session_state.get(CHOSEN)
    return next((draft for draft in drafts(cached.store().path) if draft.draft_id == draft_id), None)


def keep(draft: Draft, content: Callable[[], bytes], report: ImportReport) -> UsageError | None:
    """Keep the file in work as a draft, if something is left to do or answered; a reason if it may not be kept.

    A file that identifies persons is never kept: what was kept before that was known is deleted. Under another round
    the draft moves there.
    """
    before = st.session_state.get(CURRENT)
    levels = [level_of(problem) for problem in report.problems]
    options = draft.options
    worth = bool(levels or options.edits or options.mapping or options.values or options.confirm)
    if report.search == IDENTIFIES or report.same_as or not worth:
        _delete(draft.draft_id)
        _forget(before)
        return None
    if report.search != CLEAN:
        return None
    draft = replace(
        draft,
        errors=levels.count("error"),
        questions=levels.count(QUESTION),
        warnings=levels.count("warning"),
        typed=st.session_state.get("upload_typed_now", ()),
    )
    refusal = _write(draft, content)
    if before and before != draft.draft_id and refusal is None:
        _delete(before)
        if st.session_state.get(CHOSEN) == before:
            st.session_state[CHOSEN] = draft.draft_id
    return refusal


def _forget(draft_id: str | None) -> None:
    """Delete the draft of the file in work, which the page goes on with from memory."""
    if draft_id is not None:
        _delete(draft_id)
    st.session_state.pop(CURRENT, None)
    st.session_state.pop(KEPT, None)
    st.session_state.pop(WRITTEN, None)


def _write(draft: Draft, content: Callable[[], bytes]) -> UsageError | None:
    """Write a draft if anything of it is new."""
    store, state = cached.store().path, st.session_state
    other = changed_elsewhere(store, state.get(WRITTEN))
    if other is not None and other.draft_id == draft.draft_id:
        return UsageError(
            "This unfinished upload was changed in another window ({user}, {time}); what you do here is not kept. "
            "Choose the file again to go on with it as it is there.",
            user=person(other.user, language()),
            time=local_time(other.time),
        )
    if state.get(KEPT) == draft and find_same(store, draft.kind, draft.round_id, draft.sha256):
        return None
    try:
        state[WRITTEN] = keep_draft(store, replace(draft, time=now(), user=layout.user() or user()), content)
    except UsageError as refusal:
        return refusal
    state[CURRENT], state[KEPT] = draft.draft_id, draft
    return None


def keep_typed(cells: Sequence[TypedCell]) -> UsageError | None:
    """Keep what is typed into the table of corrections and not checked yet; a reason if it is not kept."""
    kept: Draft | None = st.session_state.get(KEPT)
    st.session_state["upload_typed_now"] = tuple(cells)
    if kept is None or kept.typed == tuple(cells):
        return None
    held = find_same(cached.store().path, kept.kind, kept.round_id, kept.sha256)
    return None if held is None else _write(replace(kept, typed=tuple(cells)), held.content)


def say_refused(refusal: UsageError) -> None:
    """Say why the file in work, or what is typed, is not kept."""
    st.caption(layout.plain(" ".join(refusal.sentences(language()))))


def say_kept(refusal: UsageError | None) -> None:
    """Say that the file in work is kept, with a button to discard it; or why it is not kept."""
    if refusal is not None:
        say_refused(refusal)
        return
    current = st.session_state.get(CURRENT)
    if current is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            _(
                "This upload is kept as unfinished, with every answer and correction: you may leave the page and "
                "continue later, also after a restart."
            )
        )
        st.button(_("Discard this upload"), key="draft_discard_current", on_click=_discard, args=(current,))
