"""Policy for rounds and releases: pure functions that return an error or None, without disk access."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from data.model.books import is_book
from data.model.contract import MONTH, SCHEME_RULES, TABLE_OF, UPLOAD_KINDS, tables
from data.model.working_days import LONGEST_PERIOD, Periods
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


def refuse_upload(kind: str, status: RoundStatus, uploads: Sequence[Upload], trial: bool) -> UsageError | None:
    """Refuse an upload to a locked round, or a mixture of trial and formal uploads in a round.

    The status of the round locks its evaluation; other tables close by month, and are never tried out. uploads: those
    of the evaluation of the round that are in force.
    """
    if TABLE_OF[kind].lock == MONTH:
        return UsageError("Only an evaluation can be tried out; {kind} has no trial.", kind=kind) if trial else None
    if status.code in LOCKED:
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
    current: RoundStatus, status: str, uploads: Sequence[Upload], published: Collection[str]
) -> UsageError | None:
    """Refuse a status that may not follow the current status. published: upload ids in the release in force."""
    round_id = current.round
    if any(upload.trial for upload in uploads):
        return UsageError("The round {round} holds trial uploads. Clear the trial round first.", round=round_id)
    if current.code != status and not may_follow(current.code, status):
        return UsageError(FOLLOWING_SENTENCES[current.code], round=round_id)
    if status == TRIAL and uploads:
        return UsageError("The round {round} holds formal uploads; it cannot become a trial any more.", round=round_id)
    if status == FINAL and not uploads:
        return UsageError("The round {round} holds no uploads.", round=round_id)
    if status in (ANNOUNCED, WITHDRAWN) and not _as_published(uploads, published, whole=status == ANNOUNCED):
        return UsageError(
            "The current results of the round {round} are not published. Publish them first.", round=round_id
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


def refuse_change_of_announced(
    before: Mapping[str, str], after: Mapping[str, str], announced: Collection[str], release_id: str
) -> UsageError | None:
    """Refuse to change an announced round that is not withdrawn. before, after: round -> digest of its results."""
    for round_id, digest in before.items():
        if digest != after.get(round_id) and round_id in announced:
            return UsageError(
                "The round {round} is announced, and the release {release} holds other results of it. Withdraw the "
                "round first.",
                round=round_id,
                release=release_id[:16],
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


def refuse_withdrawing(upload: Upload, status: RoundStatus, in_force: Sequence[Upload]) -> UsageError | None:
    """Refuse to withdraw an upload that is not in force, or that the status of its round locks."""
    if upload.upload_id not in {other.upload_id for other in in_force}:
        return UsageError("The upload {upload} is not in force: it is replaced or withdrawn.", upload=upload.upload_id)
    if upload.locks_with_round and status.code in LOCKED:
        return UsageError(LOCKED[status.code], round=status.round)
    return None
