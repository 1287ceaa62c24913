"""Policy for rounds and releases: pure functions that return an error or None, without disk access."""

from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

from data.model.books import is_book
from data.model.contract import MONTH, ROUND_BALLOTS, SCHEME_RULES, TABLE_OF, UPLOAD_KINDS, tables
from data.model.working_days import LONGEST_PERIOD, Calendar, Periods
from data.store.history import Event
from data.store.review import UNSETTLED, awaiting_correction, objections, running_term, terms
from data.store.round_status import (
    ANNOUNCED,
    CHINESE,
    FINAL,
    FOLLOWING_SENTENCES,
    LOCKED,
    STATUSES,
    TRIAL,
    WITHDRAWN,
    RoundStatus,
    may_follow,
)
from data.store.uploads import Upload
from errors import UsageError

PATTERN_SIGNS = "*?[\\"
"""Signs of a folder's name that DuckDB expands, or takes for a separator."""


def refuse_path(store: Path) -> UsageError | None:
    """Refuse a store in a folder whose name the database engine reads as a pattern, which may fit other folders too."""
    found = sorted({sign for part in store.parts[1:] for sign in PATTERN_SIGNS if sign in part})
    if not found:
        return None
    return UsageError(
        "The path of the store {path} has the sign {signs}, with which the database engine would read files of other "
        "folders too. Rename the folder, or choose another with --store.",
        path=store,
        signs=" ".join(found),
    )


def refuse_kind(kind: str) -> UsageError | None:
    """Refuse a kind of file that is unknown, or in the contract but not read by this version."""
    if kind in UPLOAD_KINDS:
        return None
    if kind == SCHEME_RULES:
        return UsageError("Settings of a scheme are added by: biaochi scheme NAME rules add FILE.toml")
    if kind in tables():
        return UsageError("This version does not read files of the kind {kind} yet.", kind=kind)
    return UsageError(
        "There is no kind of file named {kind}. Known: {known}.", kind=kind, known=", ".join(UPLOAD_KINDS)
    )


def refuse_as_of(kind: str, as_of: str, complete: bool) -> UsageError | None:
    """Refuse an as-of day of a kind that has none, and a text that is no day."""
    if (as_of or complete) and not is_book(kind):
        return UsageError("Files of the kind {kind} have no as-of day.", kind=kind)
    try:
        date.fromisoformat(as_of or "2026-01-01")
    except ValueError:
        return UsageError("The as-of day should be a date such as 2026-03-31, not {value}.", value=as_of)
    return None


def refuse_upload(
    kind: str, status: RoundStatus, uploads: Sequence[Upload], trial: bool, correcting: bool = False
) -> UsageError | None:
    """Refuse an upload to the frozen part of a round, or a mixture of trial and formal uploads in a round.

    The status of the round freezes ballots, counts, registers and rules; evidence of its year, such as pledges, goes
    on; other tables close by month, and are never tried out. uploads: those of the evaluation of the round that are in
    force. correcting: a ruling on an objection waits for the correction of its data.
    """
    if TABLE_OF[kind].lock == MONTH:
        return UsageError("Only an evaluation can be tried out; {kind} has no trial.", kind=kind) if trial else None
    if status.code in LOCKED and TABLE_OF[kind].lock == ROUND_BALLOTS and not correcting:
        return UsageError(LOCKED[status.code], round=status.round)
    if not trial and status.code == TRIAL and not uploads:
        return UsageError(
            "The round {round} has the status trial. Set it back to draft first, or mark this upload as trial.",
            round=status.round,
        )
    if not trial and status.code == TRIAL:
        return UsageError(
            "The round {round} holds trial uploads, and trial and formal data are never mixed. Clear the trial "
            "round first, or mark this upload as trial too.",
            round=status.round,
        )
    if trial and uploads and not uploads[0].trial:
        return UsageError(
            "The round {round} holds formal uploads, and trial and formal data are never mixed. Use a separate "
            "round name for the trial.",
            round=status.round,
        )
    return None


def refuse_status_call(status: str, reason: str, periods: Periods | None) -> UsageError | None:
    """Refuse an invalid call, independent of the state of the round."""
    if status not in STATUSES:
        known = "、".join([*CHINESE, *STATUSES])
        return UsageError("There is no status {status}. Known: {known}.", status=status, known=known)
    if not reason.strip():
        return UsageError("A change of status needs a reason.")
    if periods and not all(1 <= days <= LONGEST_PERIOD for days in (periods.notice, periods.review)):
        return UsageError("A period of notice or objection has 1 to {longest} days.", longest=LONGEST_PERIOD)
    return None


def refuse_status(
    current: RoundStatus,
    status: str,
    uploads: Sequence[Upload],
    published: Collection[str],
    frozen: Sequence[Upload] | None = None,
) -> UsageError | None:
    """Refuse a status that may not follow the current status.

    published: upload ids in the release in force. frozen: the uploads that the status is about, if not all.
    """
    round_id = current.round
    if any(upload.trial for upload in uploads):
        return UsageError("The round {round} holds trial uploads. Clear the trial round first.", round=round_id)
    if current.code != status and not may_follow(current.code, status):
        return UsageError(FOLLOWING_SENTENCES[current.code], round=round_id)
    if status == TRIAL and uploads:
        return UsageError("The round {round} holds formal uploads; it cannot become a trial any more.", round=round_id)
    if status == FINAL and not uploads:
        return UsageError("The round {round} holds no uploads.", round=round_id)
    about = uploads if frozen is None else frozen
    if status in (ANNOUNCED, WITHDRAWN) and not _as_published(about, published, whole=status == ANNOUNCED):
        return UsageError(
            "The current results of the round {round} are not published. Publish them first.", round=round_id
        )
    return None


def refuse_announcing(
    history: Sequence[Event], round_id: str, calendar: Calendar, today: date, although: str
) -> UsageError | None:
    """Refuse to announce a round while its term of objections runs, or while an objection or a correction is open.

    although: the reason for announcing before; it does not replace a correction that a ruling asks for.
    """
    if waiting := awaiting_correction(history, round_id):
        return UsageError(
            "By the ruling on objection {number}, figures of the round {round} are wrong. Publish the correction "
            "first.",
            number=waiting[0].number,
            round=round_id,
        )
    if although.strip():
        return None
    if term := running_term(history, round_id, calendar, today):
        return UsageError(
            "Units may object to the figures of the round {round} until {day}. Announce it after that day, or say why "
            "it is announced before.",
            round=round_id,
            day=term.last.day.isoformat(),
        )
    times = terms(history, round_id, calendar)
    found = [one.number for one in objections(history, round_id) if one.state(times, calendar, today) in UNSETTLED]
    if found:
        return UsageError(
            "{count} objections to the round {round} wait for a ruling; the first is number {number}. Rule on "
            "them, or say why the round is announced before.",
            round=round_id,
            count=len(found),
            number=found[0],
        )
    return None


def _as_published(uploads: Sequence[Upload], published: Collection[str], *, whole: bool) -> bool:
    """Return whether all or any of a round's uploads are in the release in force."""
    known = [upload.upload_id in published for upload in uploads]
    return bool(known) and (all(known) if whole else any(known))


def refuse_rollback(release_id: str, uploads: Collection[str], cleared: Collection[str]) -> UsageError | None:
    """Refuse a release that contains a cleared trial round. uploads: ids in the release."""
    if set(cleared).intersection(uploads):
        return UsageError(
            "The release {release} holds a trial round that was cleared. Choose another release.",
            release=release_id[:16],
        )
    return None


def refuse_change_of_announced(changed: Sequence[str], release_id: str) -> UsageError | None:
    """Refuse to go back to a release with other results of announced rounds. changed: these rounds."""
    if not changed:
        return None
    return UsageError(
        "The round {round} is announced, and the release {release} holds other results of it. Withdraw the "
        "round first.",
        round=changed[0],
        release=release_id[:16],
    )


def refuse_change_of_fixed(changed: Sequence[str], correcting: Sequence[str]) -> UsageError | None:
    """Refuse to publish other results of rounds that are announced or were shown to their units.

    changed: these rounds. correcting: those of them for which a ruling asks for a correction.
    """
    if correcting:
        return UsageError(
            "A ruling corrects the round {round}. Publish it as the correction, so that the register of objections "
            "names the old and the new figures: biaochi objection correct --round {round}",
            round=correcting[0],
        )
    if changed:
        return UsageError(
            "The round {round} is announced or was shown to its units, and this publication would change its results. "
            "Results change by a ruling on an objection, or after the round is set back to draft. Take back the upload "
            "that changes them.",
            round=changed[0],
        )
    return None


def refuse_clearing(round_id: str, uploads: Sequence[Upload]) -> UsageError | None:
    """Refuse to clear a formal round. uploads: uploads of the round in force."""
    if not uploads:
        return UsageError("The round {round} holds no uploads.", round=round_id)
    if not uploads[0].trial:
        return UsageError(
            "The round {round} is formal and cannot be cleared. Correct it with an upload that replaces the "
            "earlier ones, or withdraw the round.",
            round=round_id,
        )
    return None


def nothing_corrected(round_id: str) -> UsageError:
    """Return the refusal of a correction before the data of the round were corrected."""
    return UsageError(
        "Nothing of the round {round} has changed. Upload the corrected file first, or withdraw the upload that is "
        "wrong.",
        round=round_id,
    )


def refuse_withdrawing(
    upload: Upload, status: RoundStatus, in_force: Sequence[Upload], correcting: bool = False
) -> UsageError | None:
    """Refuse to withdraw an upload that is not in force, or that is frozen with its round.

    correcting: a ruling on an objection waits for the correction of the data of the round.
    """
    if upload.upload_id not in {other.upload_id for other in in_force}:
        return UsageError("The upload {upload} is not in force: it is replaced or withdrawn.", upload=upload.upload_id)
    if upload.freezes_with_round and status.code in LOCKED and not correcting:
        return UsageError(LOCKED[status.code], round=status.round)
    return None
