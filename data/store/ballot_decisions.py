"""Decisions of two people on the listed ballots of a round: entries of the history with a kept content.

A decision is about ballots: it holds for every release with the same uploads and rule set of the round. After a
corrected file it no longer holds, as the ballots are others; papers then state that ballots were removed under it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from data.store.history import Event, Step, now, read_history, user
from data.store.kept_entries import content_of, keep
from data.store.release import Round
from data.store.review import BALLOTS
from data.store.second_person import SIGNED_IN, TYPED, require_second
from data.store.store import Store
from data.store.uploads import read_upload
from errors import UsageError
from i18n import N_

KEEP, CORRECT = "keep", "correct"
DECISIONS = {
    KEEP: N_("all ballots count"),
    CORRECT: N_("the listed ballots are taken out by a corrected file"),
}


@dataclass(frozen=True)
class Listed:
    """What two people judged. digest : of the listed ballots, by number. moved : unit_code, unit_name, verdict and
    verdict_without of each unit whose verdict is another without them."""

    release: str
    round: str
    ballots: int
    listed: int
    digest: str
    moved: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True)
class Judgement:
    """What is decided. public : the reason as the public notice prints it. signed_in : whether the name of the second
    person is that of a session."""

    decision: str
    reason: str
    second: str
    public: str = ""
    signed_in: bool = False


@dataclass(frozen=True)
class BallotDecision:
    """A kept decision. holds : for the ballots of the release; else it is about earlier ballots of the round."""

    decision: str
    reason: str
    public: str
    listed: int
    moved: tuple[Mapping[str, str], ...]
    who: str
    second: str
    release: str
    time: str
    holds: bool


def decide(store: Store, listed: Listed, judgement: Judgement, who: str = "") -> Event:
    """Keep a decision and return its entry.

    Raises UsageError without a reason, without a second person who is not the first, if nothing is listed, or if the
    release is not the current release.
    """
    actor = who or user()
    check_judgement(judgement)
    require_second(actor, judgement.second)
    if not listed.listed:
        raise UsageError(
            "The checks list no ballots of the round {round}: there is nothing to decide.", round=listed.round
        )
    with store.writing() as staging:
        in_force, release = store.in_force() or "", store.release()
        if release is None or listed.release != in_force:
            raise UsageError("Ballots are judged on the current release. Open it and decide there.")
        known_as = SIGNED_IN if judgement.signed_in else TYPED
        content = {
            **asdict(listed),
            "moved": [dict(row) for row in listed.moved],
            "ballots_of": ballots_of(release.round(listed.round)),
            "decision": judgement.decision,
            "reason": judgement.reason.strip(),
            "public": judgement.public.strip(),
            "by": actor,
            "second": judgement.second.strip(),
            "second_known_as": known_as,
        }
        step = Step(outcome=judgement.decision, second=f"{judgement.second.strip()} ({known_as})", by=actor)
        digest = keep(staging, store.path, content)
        note = judgement.reason.strip()
        event = Event(0, BALLOTS, in_force, in_force, note, now(), actor, listed.round, figures=digest, step=step)
        store.record(staging, event)
    return event


def check_judgement(judgement: Judgement) -> None:
    """Raise UsageError for an unknown decision or a missing reason."""
    if judgement.decision not in DECISIONS:
        raise UsageError("The decision must be one of: {known}.", known=", ".join(DECISIONS))
    if not judgement.reason.strip():
        raise UsageError("A decision on ballots needs a reason, which papers show. Enter it.")


def ballots_of(round_: Round) -> dict[str, Any]:
    """Return what makes the ballots of a round: its uploads of votes, and its rule set."""
    folder = round_.release.store / "uploads"
    uploads = [read_upload(folder / upload_id) for upload_id in round_.release.upload_ids]
    mine = [one.upload_id for one in uploads if (one.round_id, one.kind) == (round_.id, "ballots")]
    return {"uploads": sorted(mine), "rules": round_.rules.name if round_.rules else ""}


def decisions(round_: Round) -> list[BallotDecision]:
    """Return the decisions on the ballots of a round, oldest first: those that hold, and those before this release.

    Raises StoreDamagedError.
    """
    store, release = round_.release.store, round_.release.id
    history = read_history(store)[::-1]
    events = [event for event in history if (event.action, event.round) == (BALLOTS, round_.id)]
    if not events:
        return []
    own = ballots_of(round_)
    since = min((event.number for event in history if event.release == release), default=0)
    decisions = [(event, _decision(event, content_of(store, event), own)) for event in events]
    return [decision for event, decision in decisions if decision.holds or event.number < since]


def _decision(event: Event, kept: Mapping[str, Any], own: Mapping[str, Any]) -> BallotDecision:
    return BallotDecision(
        kept["decision"],
        kept["reason"],
        kept["public"],
        int(kept["listed"]),
        tuple(kept["moved"]),
        kept["by"],
        kept["second"],
        kept["release"],
        event.time,
        kept["ballots_of"] == own,
    )


def decision_of(round_: Round) -> BallotDecision | None:
    """Return the newest decision that holds for the ballots of a round; None if there is none."""
    found = [one for one in decisions(round_) if one.holds]
    return found[-1] if found else None
