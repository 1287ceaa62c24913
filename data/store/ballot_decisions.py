"""Decisions of two people on the listed ballots of a round: lines of the audit log, read by release and round."""

import json
from dataclasses import dataclass
from pathlib import Path

from data.store.audit_log import log_action, read_log
from data.store.history import user
from data.store.second_person import log_second, require_second
from errors import UsageError, after_effect
from i18n import N_

KEEP, CORRECT = "keep", "correct"
DECISIONS = {
    KEEP: N_("all ballots count"),
    CORRECT: N_("the listed ballots are taken out by a corrected file"),
}
ACTION = "ballots judged"


@dataclass(frozen=True)
class BallotDecision:
    """decision : a key of DECISIONS. listed : ballots that were listed. who, second : the two people."""

    decision: str
    reason: str
    listed: int
    who: str
    second: str
    time: str


def decide(
    store: Path, release: str, round_id: str, decision: str, reason: str, second: str, listed: int, *, who: str = ""
) -> None:
    """Keep a decision with the release. Raises UsageError without a reason or a second person who is not the first."""
    actor = who or user()
    require_second(actor, second)
    if decision not in DECISIONS:
        raise UsageError("The decision must be one of: {known}.", known=", ".join(DECISIONS))
    if not reason.strip():
        raise UsageError("A decision on ballots needs a reason, which papers show. Enter it.")
    note = {"decision": decision, "reason": reason.strip(), "listed": listed, "second": second.strip()}
    text = json.dumps(note, ensure_ascii=False, sort_keys=True)
    log_action(store, ACTION, f"ballots {round_id}", release=release, round_id=round_id, note=text, who=actor)
    with after_effect(f"{ACTION} {round_id}"):
        log_second(store, f"ballots {round_id}", actor, second)


def decision_of(store: Path, release: str, round_id: str) -> BallotDecision | None:
    """Return the newest decision on a round of a release; None if there is none."""
    found = [e for e in read_log(store) if (e.action, e.release, e.round) == (ACTION, release, round_id)]
    if not found:
        return None
    told = json.loads(found[-1].note)
    who, time = found[-1].user, found[-1].time
    return BallotDecision(told["decision"], told["reason"], int(told["listed"]), who, told["second"], time)
