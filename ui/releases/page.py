"""Parts of the releases page: pending changes, round status, history, and the actions on them."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st

import settings
from access.roles import status_action
from data.model.contract import MONTH, TABLE_OF
from data.model.working_days import LONGEST_PERIOD, Periods
from data.store import PublishReport, RoundStatus
from data.store.audit_log import log_export
from data.store.history import ACTIONS, Event, local_time
from data.store.round_status import ANNOUNCED, DRAFT, FOLLOWING, PERMITS, STATUSES, TRIAL
from data.store.uploads import Upload
from errors import BiaochiError
from i18n import PUNCTUATION
from reports.history_table import as_sheet as history_sheet
from results.labels import person
from results.public_notice import Notice, notice, notice_of, shown_day
from results.quality.before_publishing import needs_reason, review
from ui import cached, downloads, guard, layout, problem_table, tables
from ui.i18n import _, language
from ui.releases import diff, second_person
from ui.upload import page as upload_page

DONE = "releases_done"
PUBLISHED = "releases_published"  # newest round that a publication changed
TYPED = 6  # digits of a release that are typed to confirm


def done() -> None:
    """Show the result of the last step."""
    place = st.empty()  # there without a result as well: what follows stays open as it was
    message, published = st.session_state.pop(DONE, None), st.session_state.pop(PUBLISHED, None)
    if not message:
        return
    with place.container():
        st.success(message)
        if published:
            layout.link_to_published(cached.release(), published)


def _carry_out(action: str, step: Callable[[], object], message: str) -> None:
    """Run a step of the store, then rerun the page; a refusal is shown in place of the button.

    action: whose right is proved again at the click.
    """
    try:
        guard.require(action)
        step()
    except BiaochiError as refusal:
        problem_table.show_error(refusal, "conflict")
    else:
        st.session_state[DONE] = message
        st.rerun()


# --- what is not published yet -----------------------------------------------------------------------------------


def show_changes() -> None:
    """Show what publishing would change, and the button that publishes exactly that."""
    if not cached.store().has_changes():
        st.caption(_("All uploads are published."))
        return
    try:
        with st.spinner(_("Computing what would change…")):
            would_change = diff.what_would_change()
    except BiaochiError as refusal:
        problem_table.show_error(refusal, "candidate")
        return
    if would_change is None:
        st.caption(_("No round has uploads in force."))
        return
    found, findings = would_change
    diff.show(found, "candidate")
    diff.show_findings(findings)
    if not guard.can("publish") or _is_correction([changed.round for changed in found.rounds]):
        return
    reason = None
    if needs_reason(findings):
        reason = st.text_input(_("Reason for publishing in spite of the warnings"), key="publish_reason").strip()
    note = st.text_input(_("Note for the history"), key="publish_note")
    if st.button(_("Publish this"), key="publish", type="primary", disabled=reason == ""):
        message = _("Published as release {release}.").format(release=found.after[:16])
        st.session_state[PUBLISHED] = max((one.round for one in found.rounds), default="")
        _carry_out("publish", lambda: publish(note.strip(), found.after, reason), message)


def _is_correction(rounds: list[str]) -> bool:
    """Say where a change that a ruling asks for is published; return whether there is such a change."""
    waiting = [round_id for round_id in rounds if cached.store().awaits_correction(round_id)]
    if not waiting:
        return False
    st.info(
        _("A ruling asks for this change of the round {round}: publish it as the correction, on the next page.").format(
            round=layout.plain(waiting[0])
        )
    )
    layout.page_link("act/objections.py", _("Publish the correction"), {"round": waiting[0], "lang": language()})
    return True


def publish(note: str, expect: str, reason: str | None) -> PublishReport:
    """Publish exactly the release that was compared, and record its findings and the reason for accepting them."""
    store = cached.store()
    return store.publish(note, expect=expect, review=lambda candidate: review(candidate, store, reason))


# --- rounds ------------------------------------------------------------------------------------------------------


def show_rounds() -> None:
    """Show every round with its status, and the form to change a status."""
    store = cached.store()
    own = [store.status(round_id) for round_id in store.rounds()]
    if not own:
        st.caption(_("No round has uploads in force."))
        return
    in_force = store.uploads_in_force()
    calendar = store.calendar()
    rows = [
        {
            _("Round"): status.round,
            _("Uploads"): sum(upload.round_id == status.round for upload in in_force),
            _("Status"): status_word(status),
            _("Reason"): _reason(status),
            **_last_days(notice_of(status.given, calendar)),
        }
        for status in own
    ]
    shown = pd.DataFrame(rows)
    optional = (_("Reason"), _("Public notice until"), _("Objections until"))
    tables.written(shown[tables.filled(shown, *optional)], _("Rounds with their status."))
    if not guard.can("change_status"):
        return
    with st.expander(_("Change a status, or clear a trial")):
        chosen = st.selectbox(_("Round"), [status.round for status in own], key="status_round", width=220)
        status = next(status for status in own if status.round == chosen)
        _tell_of_others(status)
        if status.code == TRIAL:
            _clear(chosen)
        else:
            _change_status(status)


def _reason(status: RoundStatus) -> str:
    """Return why a round has its status, and who gave it; empty for the initial status."""
    if status.given is None:
        return ""
    who = person(status.given.user, language())
    return _("{reason} ({user})").format(reason=status.given.note, user=who)


def _last_days(found: Notice | None) -> dict[str, str]:
    return {
        _("Public notice until"): shown_day(found.notice_ends, language()) if found else "",
        _("Objections until"): shown_day(found.review_until, language()) if found else "",
    }


def has_status(status: RoundStatus) -> bool:
    """Return whether a status was set explicitly, not only the initial draft."""
    return status.given is not None or status.code == TRIAL


def status_word(status: RoundStatus) -> str:
    """Return the status in words with what it permits; a status is optional."""
    if not has_status(status):
        return _("Draft (not set). Files can be uploaded.")
    return _("{status}. {permits}").format(status=_(STATUSES[status.code]), permits=_(PERMITS[status.code]))


def show_status(round_id: str, kind: str = "") -> None:
    """Show the status of a round with what it permits, on other pages; nothing if none is set.

    kind : of a file to be uploaded; the status closes the evaluation and no table that closes by month.
    """
    status = cached.status(round_id)
    if has_status(status) and kind and TABLE_OF[kind].lock == MONTH:
        st.caption(
            _("Status of the round {round}: {status}. It closes the evaluation; files of this kind are taken.").format(
                round=layout.plain(round_id), status=_(STATUSES[status.code])
            )
        )
    elif has_status(status):
        st.caption(
            _("Status of the round {round}: {status}. {permits}").format(
                round=layout.plain(round_id), status=_(STATUSES[status.code]), permits=_(PERMITS[status.code])
            )
        )


def show_notice(round_id: str) -> None:
    """Show the end of public notice and review of an announced round; nothing for other rounds."""
    found = notice_of(cached.status(round_id).given, cached.calendar())
    if found is None:
        return
    ends, review, basis = found.sentences(language())
    with st.container(border=True, key="notice"):
        st.markdown(layout.plain(ends) + ("" if language() == "zh" else " ") + layout.plain(review))
        st.caption(layout.plain(basis))
        if found.provisional:
            st.warning(layout.plain(found.to_mend(language())))


def _choose_periods() -> Periods:
    """Ask for the periods of notice and review; show the dates that follow if announced today."""
    left, right = st.columns(2)
    usual = settings.load()
    with left:
        ends = _days(_("Public notice, calendar days"), usual.notice_days, "notice_days")
    with right:
        review = _days(_("Raising an objection, working days"), usual.objection_days, "review_days")
    found = notice(date.today(), Periods(ends, review), cached.store().calendar())
    st.caption(
        _("If announced today: public notice until {end}, objections until {until}.").format(
            end=shown_day(found.notice_ends, language()), until=shown_day(found.review_until, language())
        )
    )
    if found.provisional:
        st.warning(layout.plain(found.to_mend(language())))
    return found.periods


def _days(label: str, usual: int, key: str) -> int:
    return st.number_input(label, min_value=1, max_value=LONGEST_PERIOD, value=usual, step=1, key=key)


def _change_status(status: RoundStatus) -> None:
    follows = [code for code in FOLLOWING[status.code] if code != TRIAL]
    follows = follows if has_status(status) else [DRAFT, *follows]
    new = st.segmented_control(
        _("New status"), follows, format_func=lambda code: _(STATUSES[code]), key=f"status_{status.round}_{status.code}"
    )
    although = _although(status.round, new) if new else ""
    if although is None:
        return
    reason = st.text_input(_("Reason"), key="status_reason")
    if new:
        st.caption(_(PERMITS[new]))
    periods = _choose_periods() if new == ANNOUNCED else None
    if st.button(_("Change the status"), key="status_set", disabled=not (new and reason.strip())) and new:
        _set_status(status.round, new, reason, periods, although)


def _although(round_id: str, new: str) -> str | None:
    """Return the reason for announcing before the term of objections ends, "" if none is needed.

    None while the round cannot get the status: why is shown before the form is filled in.
    """
    refusal = cached.store().refused_status(round_id, new)
    if refusal is None:
        return ""
    st.warning(layout.plain(refusal.sentence(language())))
    if cached.store().refused_status(round_id, new, although="x"):
        return None
    asked = st.text_input(_("Reason for announcing before"), key="status_although").strip()
    return asked or None


def _tell_of_others(status: RoundStatus) -> None:
    """Say who changed the status since this page showed it, if somebody else did so in the meantime."""
    key = f"status_seen_{status.round}"
    seen, st.session_state[key] = st.session_state.get(key, status.code), status.code
    if seen != status.code and status.given:
        st.warning(
            _("In the meantime {user} set the status of the round {round} at {time}: {status}.").format(
                user=layout.plain(status.given.user),
                round=layout.plain(status.round),
                time=local_time(status.given.time),
                status=_(STATUSES[status.code]),
            )
        )


def _set_status(round_id: str, new: str, reason: str, periods: Periods | None, although: str) -> None:
    """Set a status and rerun the page; the second of two people learns who was first."""
    facts = {"status": new, "although": although} | ({"periods": asdict(periods)} if periods else {})
    if second_person.waits(status_action(new), "status", reason, round_id=round_id, **facts):
        return
    message = _("Round {round}: {status}.").format(round=layout.plain(round_id), status=_(STATUSES[new]))
    try:
        guard.require(status_action(new))
        first = cached.store().set_status(round_id, new, reason, periods, although=although, who=layout.user() or "")
    except BiaochiError as refusal:
        problem_table.show_error(refusal, "conflict")
        return
    if first:
        message = _("Nothing changed: {user} set this status at {time}.").format(
            user=layout.plain(first.user), time=local_time(first.time)
        )
    st.session_state[f"status_seen_{round_id}"] = new
    st.session_state[DONE] = message
    st.rerun()


def _clear(round_id: str) -> None:
    st.caption(
        _(
            "Clearing takes the trial round out of the results at once. Its files are kept. Only then the round takes "
            "formal uploads."
        )
    )
    reason = st.text_input(_("Reason"), key="clear_reason")
    asked = _("To confirm, type the name of the round: {name}").format(name=layout.plain(round_id))
    typed = st.text_input(asked, key="clear_typed")
    if st.button(_("Clear the trial round"), key="clear", disabled=not reason.strip() or typed.strip() != round_id):
        message = _("The trial round {round} is cleared.").format(round=layout.plain(round_id))
        _carry_out("clear_trial", lambda: cached.store().clear(round_id, reason), message)


# --- history -----------------------------------------------------------------------------------------------------


def show_history(history: list[Event]) -> None:
    """Show who did what and when, newest first."""
    store = cached.store()
    sizes = {release: len(store.uploads_of(release)) for release in store.releases()}
    rows = [
        {
            _("Time"): local_time(event.time),
            _("User"): person(event.user, language()),
            _("Action"): _action(event),
            _("Release"): event.release[:16],
            _("Uploads"): sizes.get(event.release),
            _("Note"): _note(event),
        }
        for event in history
    ]
    shown = pd.DataFrame(rows).astype({_("Uploads"): "Int64"})
    tables.written(shown, _("Every publication and change, newest first."))
    release = cached.release()
    if release is not None:
        sheet = partial(history_sheet, history, language())
        downloads.table("history", release, sheet, depends=(str(len(history)),))


def _note(event: Event) -> str:
    """Return the note, and the reason for publishing in spite of warnings."""
    accepted = _("Warnings accepted: {reason}").format(reason=event.accepted) if event.accepted else ""
    return PUNCTUATION[language()].semicolon.join(filter(None, [event.note, accepted]))


def _action(event: Event) -> str:
    """Return the action and its round in words."""
    action = _(ACTIONS[event.action])
    if event.status:
        return _("{action}: {round} {status}").format(
            action=action, round=event.round, status=_(STATUSES[event.status])
        )
    return _("{action}: {round}").format(action=action, round=event.subject) if event.subject else action


def choose_release(releases: list[str], history: list[Event]) -> str:
    """Let the user choose among all releases that were in force, the current release first.

    Another release in force makes another widget: the browser would go on showing "in force" after the earlier release.
    """
    names = {release: release_name(release, history) for release in releases}
    return st.selectbox(_("Release"), releases, format_func=names.__getitem__, key=f"release_{history[0].release[:16]}")


def release_name(release: str, history: list[Event]) -> str:
    """Return short id, time of first publication, and whether the release is in force."""
    first = next(event for event in reversed(history) if event.release == release)
    name = f"{release[:16]} · {local_time(first.time)}"
    return f"{name} · " + _("in force") if history[0].release == release else name


def show_uploads(own: list[Upload]) -> None:
    """Show the uploads of a release: kind, time, user, and the original files."""
    rows = [
        {
            _("Upload"): upload.number,
            _("Kind"): _(upload_page.KIND_NAMES.get(upload.kind, upload.kind)),
            _("Round"): upload.round_id,
            _("Trial"): _("yes") if upload.trial else "",
            _("Rows"): upload.lines,
            _("Files"): ", ".join(file.name for file in upload.files),
            _("Time"): local_time(upload.imported_at),
            _("User"): person(upload.imported_by, language()),
            _("Reason for accepting"): upload.accepted_warnings,
        }
        for upload in own
    ]
    shown = pd.DataFrame(rows)
    shown = shown[tables.filled(shown, _("Trial"), _("Reason for accepting"))]
    tables.written(shown, _("Uploads included in the release."))
    with st.expander(_("Original files with their checksums")):
        for upload in own:
            for number, (file, path) in enumerate(upload.evidence()):
                left, right = st.columns([4, 1], vertical_alignment="center")
                left.text(f"{upload.number} · {file.name} · {file.size:,} B\nSHA-256 {file.sha256}")
                with right:
                    key = f"original_{upload.upload_id}_{number}"
                    log = partial(_tell_of_original, cached.store().path, layout.user(), upload, file.name)
                    downloads.original(_("Download"), file.name, file.sha256, path, key, log)


def _tell_of_original(store: Path, who: str | None, upload: Upload, name: str, sha256: str) -> None:
    """Log the download of an original file. Runs on the click, outside the page."""
    what = f"original {upload.upload_id} {name}"
    log_export(store, what, release="", round_id=upload.round_id, sha256=sha256, who=who or "")


def show_differences(chosen: str, releases: list[str], history: list[Event]) -> None:
    """Show the differences between the chosen release and another."""
    others = [release for release in releases if release != chosen]
    if not others:
        st.caption(_("There is no other release to compare with."))
        return
    after = next((event.previous for event in history if event.release == chosen and event.previous in others), None)
    other = st.selectbox(
        _("Compare with"),
        others,
        index=others.index(after) if after else 0,
        format_func=lambda release: release_name(release, history),
        key=f"other_{chosen}",
    )
    st.caption(_("From {before} to {after}:").format(before=other[:16], after=chosen[:16]))
    with st.spinner(_("Computing what would change…")):
        found = diff.comparison(cached.release_by_id(other), cached.release_by_id(chosen))
    diff.show(found, "differences")


def roll_back(chosen: str) -> None:
    """Roll back to an older release; requires a reason and the typed digits."""
    if not guard.can("roll_back"):
        return
    with st.expander(_("Roll back to this release")):
        st.caption(
            _(
                "All pages and files show this release again. The uploads stay as they are; publishing again takes "
                "them all."
            )
        )
        reason = st.text_input(_("Reason"), key="rollback_reason")
        digits = chosen[:TYPED]
        asked = _("To confirm, type the first {count} digits of the release: {digits}")
        typed = st.text_input(asked.format(count=TYPED, digits=digits), key="rollback_typed")
        ready = reason.strip() and typed.strip().lower() == digits
        if st.button(_("Roll back"), key="rollback", disabled=not ready):
            if second_person.waits("roll_back", "rollback", reason, release=chosen):
                return
            message = _("Release {release} is in force again.").format(release=chosen[:16])
            _carry_out("roll_back", lambda: cached.store().rollback(chosen, reason), message)
