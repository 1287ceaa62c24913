"""The status of a round, from draft to withdrawn: permitted transitions and permitted actions.

A round without a status is treated as a draft. Whether a round is a trial follows from its uploads.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from data.store.history import Event
from i18n import N_

DRAFT, TRIAL, FINAL, ANNOUNCED, WITHDRAWN = "draft", "trial", "final", "announced", "withdrawn"
STATUSES = {
    DRAFT: N_("Draft"),
    TRIAL: N_("Trial"),
    FINAL: N_("Finalised"),
    ANNOUNCED: N_("Announced"),
    WITHDRAWN: N_("Withdrawn"),
}
CHINESE = {"草稿": DRAFT, "试算": TRIAL, "已定稿": FINAL, "已公布": ANNOUNCED, "已撤回": WITHDRAWN}
"""Status names of the contract, as users type them."""

PERMITS = {
    DRAFT: N_("Uploads are allowed. Files are marked as draft."),
    TRIAL: N_("Trial uploads only. Pages and files are marked as trial. A trial is cleared, never finalised."),
    FINAL: N_(
        "Ballots, counts, registers and rules are frozen; pledges, progress and votes on reports are taken. Files are "
        "marked as not yet announced."
    ),
    ANNOUNCED: N_(
        "Ballots, counts, registers and rules are frozen; pledges, progress and votes on reports are taken. Files are "
        "final."
    ),
    WITHDRAWN: N_(
        "Ballots, counts, registers and rules are frozen; pledges, progress and votes on reports are taken. Pages and "
        "files are marked as withdrawn."
    ),
}
FOLLOWING = {
    DRAFT: (TRIAL, FINAL, WITHDRAWN),
    TRIAL: (DRAFT,),
    FINAL: (DRAFT, ANNOUNCED, WITHDRAWN),
    ANNOUNCED: (WITHDRAWN,),
    WITHDRAWN: (DRAFT,),
}
FOLLOWING_SENTENCES = {
    DRAFT: N_("The round {round} is a draft: it can become a trial, be finalised or be withdrawn."),
    TRIAL: N_("The round {round} is a trial: it can only go back to draft."),
    FINAL: N_("The round {round} is finalised: it can go back to draft, be announced or be withdrawn."),
    ANNOUNCED: N_("The round {round} is announced: it can only be withdrawn."),
    WITHDRAWN: N_("The round {round} is withdrawn: it can only go back to draft."),
}
LOCKED: Mapping[str, str] = {
    FINAL: N_(
        "The round {round} is finalised: its ballots, counts, registers and rules are frozen. Set it back to draft "
        "first, with a reason. Pledges, progress and votes on reports are taken."
    ),
    ANNOUNCED: N_(
        "The round {round} is announced: its ballots, counts, registers and rules are frozen. They change by a ruling "
        "on an objection, or after the round is withdrawn and set back to draft. Pledges, progress and votes on "
        "reports are taken."
    ),
    WITHDRAWN: N_(
        "The round {round} is withdrawn: its ballots, counts, registers and rules are frozen. Set it back to draft "
        "first, with a reason. Pledges, progress and votes on reports are taken."
    ),
}


def status_given(history: list[Event], round_id: str) -> Event | None:
    """Return the newest status entry of a round; None if there is no entry or the round was cleared since."""
    for event in history:
        if event.round == round_id and event.action in ("status", "clear"):
            return event if event.action == "status" else None
    return None


def may_follow(status: str, new: str) -> bool:
    """Return whether a status may be changed to another."""
    return new in FOLLOWING[status]


@dataclass(frozen=True)
class RoundStatus:
    """Status of a round. code: a key of STATUSES. given: the history entry that set it; None for the initial status."""

    round: str
    code: str
    given: Event | None
