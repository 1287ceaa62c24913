"""Parts of the upload page: choices of the user, problems of the file, and their correction."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from data.model.across_tables import AcrossTables
from data.model.books import is_book
from data.model.contract import (
    EVIDENCE_KINDS,
    KIND_NAMES,
    MONTH,
    ROUND_BALLOTS,
    SCORED_KINDS,
    TABLE_OF,
    UPLOAD_KINDS,
    header_of,
)
from data.model.grouped_problems import (
    JOINED,
    MARKS,
    MORE_JOINED,
    MOST_JOINED,
    UNREGISTERED,
    shown_spellings,
    unscored_words,
)
from data.sample.city import DemoFile
from data.store import ImportOptions, PublishReport
from data.store.drafts import LARGEST, Draft, find_same
from data.store.import_job import ImportReport, Source
from data.store.inbox import inbox_files
from data.store.round_status import TRIAL
from data.store.uploads import EditLog
from errors import BiaochiError, StoreBusyError, UsageError
from ui import cached, guard, jobs, layout, printing, tables
from ui.i18n import _, language
from ui.problem_table import show_error, show_problems
from ui.upload import column_mapping, corrections, drafts, meaning, unknown_units
from ui.upload.work import OneFile

T = TypeVar("T")
FILE_KINDS = ["csv", "gz", "xlsx", "xls", "ods", "txt"]
MOST_WRITTEN = 8  # columns of a preview that fit the page; a wider preview scrolls sideways


def kind_choice() -> str:
    """Ask which table the file contains."""
    kinds = list(UPLOAD_KINDS)
    return st.selectbox(_("Kind of file"), kinds, format_func=lambda kind: _(KIND_NAMES[kind]), key="upload_kind")


def trial_choice(round_id: str, kind: str) -> bool:
    """Ask whether the round is a trial; a trial round remains a trial until it is cleared. Registers have no trial."""
    if TABLE_OF[kind].lock == MONTH:
        return False
    is_trial = bool(round_id) and cached.store().status(round_id).code == TRIAL
    return st.checkbox(
        _("Trial: test the procedure, clear it later"), value=is_trial, key=f"upload_trial_{round_id}_{is_trial}"
    )


def refused(kind: str, round_id: str, trial: bool) -> bool:
    """Show why a file of the kind is not taken for the round, before it is chosen; return whether it is so."""
    refusal = cached.store().refused_upload(kind, round_id, trial) if round_id else None
    if refusal is not None:
        layout.show_refusal(refusal)
    return refusal is not None


def correcting(round_id: str, kind: str) -> bool:
    """Say that a ruling has opened the data of a round, and how it is corrected; return whether it has."""
    if not round_id or TABLE_OF[kind].lock != ROUND_BALLOTS or not cached.store().awaits_correction(round_id):
        return False
    st.info(
        _(
            "A ruling has opened the data of the round {round}. Let the corrected file replace the earlier file, and "
            "store it; the correction is then published on the page of objections."
        ).format(round=layout.plain(round_id))
    )
    return True


def about_kind(kind: str) -> None:
    """Explain the purpose of a table if it is not obvious: the calendar changes deadlines."""
    if kind != "work_calendar":
        return
    comma = "、" if language() == "zh" else ", "
    spans = (f"{first}–{last}" if first != last else f"{first}" for first, last in cached.store().calendar().spans())
    columns = (header_of(kind, name) if language() == "zh" else name for name in ("date", "is_workday"))
    st.caption(
        _(
            "Calendars are loaded for {years}. Public notice and review periods are counted by them; in other "
            "years their dates are provisional. A file lists the exceptions to the weekday rule: {columns}."
        ).format(years=comma.join(spans), columns=comma.join(columns))
    )


def book_choice(kind: str) -> tuple[str, bool]:
    """Ask for the as-of day of a register whose rows live on, and whether the file is complete; ("", False) of others.

    Without a day the title of the file must name it; it is never taken from the clock.
    """
    if not is_book(kind):
        return "", False
    with st.container(horizontal=True, vertical_alignment="bottom"):
        day = st.date_input(
            _("As-of day"),
            value=None,
            key="upload_as_of",
            width=240,
            help=_("The day whose state the file gives. If it is empty, the title of the file must name the day."),
        )
        complete = st.checkbox(_("The file holds every entry of the round"), key="upload_complete")
    return day.isoformat() if isinstance(day, date) else "", complete


def needs_rules(kind: str) -> bool:
    """Return whether files of the kind are read under a rule set."""
    return kind in SCORED_KINDS


def round_choice() -> str:
    """Ask for the round of the file."""
    return st.text_input(
        _("Round"), key="upload_round", placeholder="2025", help=_("Usually the year, such as 2025 or 2025-Q2.")
    ).strip()


@dataclass(frozen=True)
class Chosen:
    """A file to read: `key` changes whenever another file is chosen."""

    key: str
    name: str
    source: Source


@dataclass(frozen=True)
class Choice:
    """Decisions of the user on a file: what it is and how it is read."""

    kind: str
    round_id: str
    options: ImportOptions


def file_choice() -> Chosen | None:
    """Ask for a file on this computer or in the inbox of the server.

    The widget is replaced after each publication, so that the next file starts from defaults.
    """
    turn = st.session_state.get("upload_turn", 0)
    waiting = {path.name: path for path in inbox_files(cached.store().path)}
    if waiting:
        name = st.selectbox(
            _("File in the inbox of the server"),
            ["", *waiting],
            format_func=lambda name: name or _("— none: choose a file on this computer below —"),
            key=f"upload_inbox_{turn}",
            help=_("For files too large for the browser; the server administrator puts them there."),
        )
        if name:
            status = waiting[name].stat()
            return Chosen(f"{name}:{status.st_mtime_ns}:{status.st_size}", name, waiting[name])
    file = st.file_uploader(_("CSV or Excel file"), type=FILE_KINDS, key=f"upload_file_{turn}")
    _let_go_of_earlier(None if file is None else file.file_id)
    if file is not None:
        return Chosen(file.file_id, file.name, (file.name, file.getvalue()))
    draft = drafts.chosen()
    if draft is None:
        return None
    try:
        content = draft.content()
    except UsageError as refusal:
        show_error(refusal, "draft")
        return None
    st.text(_("Continuing with {file}. Choose a file above to work on another.").format(file=draft.name))
    return Chosen(draft.draft_id, draft.name, (draft.name, content))


def _let_go_of_earlier(file_id: str | None) -> None:
    """Delete the earlier file, which Streamlit would keep until the session ends (20 uploads of 20 MB: 400 MB)."""
    earlier = st.session_state.get("upload_bytes")
    context = get_script_run_ctx()
    if earlier and earlier != file_id and context is not None:
        manager = context.uploaded_file_mgr
        assert isinstance(manager, MemoryUploadedFileManager)
        manager.remove_file(context.session_id, earlier)
    st.session_state["upload_bytes"] = file_id


def rules_choice(round_id: str, replaces: bool) -> str | None:
    """Ask for the rule set of the round; once in use, only replacing files can change it."""
    store = cached.store()
    names = [rules.name for rules in store.rule_sets()]
    used = store.rules_in_use(round_id) if round_id else ""
    if used and replaces:
        return st.selectbox(_("Rule set"), names, index=names.index(used), key="upload_rules_replacing")
    wanted = st.session_state.get("upload_rules_wanted")
    if used:
        return st.selectbox(_("Rule set"), [used], key="upload_rules_used", disabled=True)
    if not names:
        st.info(_("There is no rule set yet. Make one on the page of scoring rules, or add a file below."))
        layout.page_link("manage/rules.py", _("Make a rule set"), {"lang": language()})
        return None
    if wanted in names:  # of the unfinished upload that is continued
        return st.selectbox(_("Rule set"), names, index=names.index(wanted), key=f"upload_rules_wanted_{wanted}")
    return st.selectbox(_("Rule set"), names, index=len(names) - 1, key="upload_rules")


def may_have_rules(kind: str) -> bool:
    """Return whether files of the kind are read without a rule set, and their round may have one all the same."""
    return kind in EVIDENCE_KINDS


def evidence_rules_choice(round_id: str) -> str | None:
    """Ask for the rule set of a round with pledges or hall votes; None leaves it open."""
    store = cached.store()
    used = store.rules_in_use(round_id) if round_id else ""
    names = [used] if used else [rules.name for rules in store.rule_sets()]
    if not names:
        return None
    return st.selectbox(
        _("Rule set of the round"),
        names,
        index=0 if used else None,
        disabled=bool(used),
        key=f"upload_rules_evidence_{used}",
        placeholder=_("Not yet decided"),
        help=_("It gives the points of hall votes. Ballots of the round are later read under the same rule set."),
    )


def add_rules() -> None:
    """Let the user add a rule set as a TOML file; a refusal lists all problems."""
    if not guard.can("approve_rules"):
        return
    with st.expander(_("Add a rule set")):
        file = st.file_uploader(_("Rule file (.toml)"), type=["toml"], key="upload_rules_file")
        if file is None or not st.button(_("Save this rule set"), key="upload_rules_add"):
            return
        try:
            guard.require("approve_rules")
            rules = cached.store().add_rules(file.getvalue().decode("utf-8-sig"))
        except UnicodeDecodeError:
            st.error(_("The rule file must be UTF-8 text. Save it as UTF-8 and try again."))
        except BiaochiError as refusal:
            show_error(refusal, "rules")
        else:
            st.success(_("The rule set {name} is saved.").format(name=rules.name))
            st.rerun()


def changes_of(file: Chosen, choice: Choice) -> Choice:
    """Return the choice with the column mapping and corrections of this file, those of its draft to begin with."""
    state = st.session_state
    if state.get("upload_changed_file") != (file.key, choice.kind):
        state["upload_changed_file"] = (file.key, choice.kind)
        state["upload_sha256"] = sha256 = hashlib.sha256(content_of(file)).hexdigest()
        drafts.begin(file.key)
        _begin(find_same(cached.store().path, choice.kind, choice.round_id, sha256))
    mapping = state["upload_mapping"]
    options = replace(
        choice.options,
        mapping=None if mapping is None else dict(mapping),
        edits=state["upload_edits"],
        sheet=state["upload_sheet"],
        values=state["upload_values"],
        confirm=state["upload_confirm"],
    )
    return replace(choice, options=options)


def _begin(draft: Draft | None) -> None:
    """Set the answers of a file that is new on the page: those of its draft, or none."""
    state, options = st.session_state, draft.options if draft else ImportOptions()
    state["upload_mapping"] = None if options.mapping is None else tuple(options.mapping.items())
    state["upload_edits"], state["upload_values"] = options.edits, dict(options.values)
    state["upload_sheet"], state["upload_sheets"], state["upload_confirm"] = options.sheet, [], options.confirm
    state["upload_typed"] = state["upload_typed_now"] = draft.typed if draft else ()


def content_of(file: Chosen) -> bytes:
    """Return the bytes of a chosen file; none of a file of the inbox that is too large for a draft."""
    if not isinstance(file.source, Path):
        return file.source[1]
    return file.source.read_bytes() if file.source.stat().st_size <= LARGEST else b""


def examine(file: Chosen, choice: Choice, checks: Mapping[str, AcrossTables]) -> ImportReport | None:
    """Read the file as the import would, without storing it; cached while the choices stay the same.

    checks : by table, what its rows must agree with in other tables.
    """
    task = _task(file, choice, replace(choice.options, dry_run=True), checks)
    job = jobs.the_job("upload_job", (file.key, choice), task.imported, long=task.is_long)
    if not jobs.finished("upload_job", job):
        st.stop()
    return _answer("upload_job", job)


def _task(file: Chosen, choice: Choice, options: ImportOptions, checks: Mapping[str, AcrossTables]) -> OneFile:
    return OneFile(cached.store(), choice.kind, file.source, choice.round_id, options, checks)


def _answer(key: str, job: jobs.Job[T]) -> T | None:
    """Return the result of a job, or show its refusal."""
    if job.cancelled:
        st.info(_("Stopped. Nothing was stored; the results in use are unchanged."))
        if st.button(_("Read the file again"), key=f"{key}_again"):
            st.session_state.pop(key, None)
            st.rerun()
        return None
    try:
        return job.answer()
    except BiaochiError as refusal:
        show_error(refusal, "conflict")
        if isinstance(refusal, StoreBusyError):
            st.session_state.pop(key, None)
    return None


def correct(file: Chosen, choice: Choice, report: ImportReport) -> None:
    """Let the user correct columns and cells; each correction reads the file again."""
    turn = st.session_state.get("upload_changes", 0)
    confirmed = meaning.confirm(report, turn)
    if confirmed:
        _change("upload_confirm", confirmed)
    words = meaning.grade_words(report.problems, turn)
    if words:
        _change("upload_values", {**choice.options.values, **words})
    mapping = column_mapping.choice(report, choice.kind, turn)
    if mapping is not None:
        _change("upload_mapping", tuple(mapping.items()))
    if corrections.made(choice.options.edits, report, file.name):
        _change("upload_edits", ())
    refused = unknown_units.confirm(report.faulty, choice.round_id, turn)
    if refused:
        show_problems(refused, "unit_names")
    elif refused is not None:
        st.session_state.pop("upload_job", None)
        st.rerun()
    if report.faulty:
        done = partial(_corrected, choice.options.edits)
        corrections.editor(report.faulty, turn, st.session_state["upload_typed"], done)


def _corrected(earlier: tuple[EditLog, ...], edits: list[EditLog]) -> None:
    _change("upload_edits", (*earlier, *edits))


def _change(key: str, value: object) -> None:
    st.session_state[key] = value
    typed = () if key == "upload_edits" else st.session_state.get("upload_typed_now", ())
    st.session_state["upload_typed"] = st.session_state["upload_typed_now"] = typed
    st.session_state["upload_changes"] = st.session_state.get("upload_changes", 0) + 1
    st.rerun()


def keep_draft(file: Chosen, choice: Choice, report: ImportReport) -> None:
    """Keep the file with its answers until it is stored, and say so; nothing is kept of a file about persons."""
    size = file.source.stat().st_size if isinstance(file.source, Path) else len(file.source[1])
    sha256 = st.session_state["upload_sha256"]
    draft = Draft(choice.kind, choice.round_id, file.name, size, sha256, choice.options)
    drafts.say_kept(drafts.keep(draft, partial(content_of, file), report))


def choose_sheet(report: ImportReport, choice: Choice) -> None:
    """Ask which sheet of a workbook to read; the choice can be changed later."""
    several = next((problem for problem in report.problems if problem.code == "several_sheets"), None)
    if several is not None:
        sheets = several.facts["sheets"]
        names = [str(name) for name in sheets] if isinstance(sheets, list | tuple) else []
        st.session_state["upload_sheets"] = names
    names = st.session_state.get("upload_sheets", [])
    if not names:
        return
    current = choice.options.sheet or (several.sheet if several else None) or names[0]
    chosen = st.selectbox(_("Sheet"), names, index=names.index(current), key=f"upload_sheet_{current}", width=320)
    if chosen != current:
        st.session_state["upload_mapping"], st.session_state["upload_edits"] = None, ()
        _change("upload_sheet", chosen)


def show_preview(report: ImportReport) -> None:
    """Show encoding, size and the first rows as they were read."""
    for name, encoding in report.encodings.items():
        st.text(
            _("{name}: {rows} rows, read as {encoding}").format(
                name=name, rows=f"{report.rows:,}", encoding=encoding.upper().removesuffix("-SIG")
            )
        )
    for name, mark in report.delimiters.items():
        if mark != ",":
            st.text(_("{file}: the columns are separated by {mark}.").format(file=name, mark=_(MARKS[mark])))
    if report.unscored:
        st.text(_("Kept but not scored: {words}.").format(words=unscored_words(report.unscored, language())))
    for usual, others in list(report.joined.items())[:MOST_JOINED]:
        st.text(_(JOINED).format(name=usual, others=shown_spellings(others, language())))
    if len(report.joined) > MOST_JOINED:
        st.text(_(MORE_JOINED).format(count=len(report.joined) - MOST_JOINED))
    if len(report.preview):
        st.caption(_("First rows as read. If the characters look wrong, stop here."))
        if len(report.preview.columns) <= MOST_WRITTEN:
            tables.written(report.preview, _("First rows as read."))
        else:
            printing.grid(report.preview, hide_index=True, key="upload_preview")


def reason_for_warnings(report: ImportReport) -> str | None:
    """Ask for a reason for accepting the warnings, which is stored."""
    if not report.problems or report.refused:
        return None
    return st.text_input(_("Reason for accepting these findings"), key="upload_reason").strip()


def keep(
    file: Chosen, choice: Choice, reason: str | None, checks: Mapping[str, AcrossTables], *, publish: bool
) -> None:
    """Start the last step as a job: store the file and, if asked, publish the result."""
    try:
        guard.require("upload")
        if publish:
            guard.require("publish")
    except BiaochiError as refusal:
        layout.show_refusal(refusal)
        return
    task = _task(file, choice, replace(choice.options, accept_warnings=reason, demo=_beside_demo()), checks)
    work = task.published if publish else task.stored
    st.session_state["upload_storing"] = jobs.Job((file.key, choice), work, stop_before=0.5, long=task.is_long)
    publishing(choice.round_id)


def publishing(round_id: str) -> None:
    """Show the progress or result of the last step, if any."""
    job: jobs.Job[tuple[ImportReport, PublishReport | None]] | None = st.session_state.get("upload_storing")
    if job is None:
        return
    if not jobs.finished("upload_storing", job):
        st.stop()
    answer = _answer("upload_storing", job)
    if answer is None:
        st.stop()
    st.session_state.pop("upload_storing")
    report, published = answer
    if not report.stored:
        show_problems(report.problems, "store")
        return
    for key in ("upload_job", "upload_changed_file"):
        st.session_state.pop(key, None)
    drafts.close()
    cached.clear()
    st.session_state["upload_turn"] = st.session_state.get("upload_turn", 0) + 1
    st.session_state["upload_done"] = (published.release[:16] if published else "", round_id, report.unregistered)
    st.rerun()


def _beside_demo() -> bool:
    """Return whether the file is added to demonstration data, so that it is marked as such."""
    release = cached.release()
    return release is not None and release.is_demo


def done() -> None:
    """Show the result of the last publication, with a link to the ranking."""
    finished = st.session_state.pop("upload_done", None)
    if finished is None:
        return
    release, round_id, unregistered = finished
    if unregistered:
        st.info(_(UNREGISTERED))
    if not release:
        st.success(_("The file is stored. It counts once it is published: below, under “What would change”."))
        return
    st.success(_("Published as release {release}.").format(release=release))
    layout.link_to_published(cached.release(), round_id)


def offer_demo(more: Callable[[], Iterable[DemoFile]]) -> None:
    """Offer to load the demonstration city into an empty store. more: files of the schemes."""
    store = cached.store()
    if not store.is_empty() or not guard.can("publish"):
        return
    st.info(_("This store is empty. Begin with your rule set and files, or look around with invented data first."))
    if st.button(_("Load the demonstration city"), key="upload_demo"):
        from data.sample.load import load_demo

        with st.spinner(_("Making the demonstration data…")):
            load_demo(store, more())
        st.rerun()
