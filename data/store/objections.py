"""The register of objections: what is shown to units before announcing, what they object to, and what is ruled.

Every step is an entry of the history with a kept content, so backup, check and the audit log cover the register, and
the release in force can never disagree with it: a corrected release and its entry appear by one rename.

Figures come from whoever computes them; this module keeps them and decides what may follow what.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from data.model.clock import Standing
from data.model.working_days import LONGEST_PERIOD
from data.store.history import Event, Step, local_time, now, read_history, user
from data.store.kept_entries import HandedIn, content_of, keep
from data.store.policy import nothing_corrected
from data.store.release import Release, read_contents
from data.store.review import (
    CORRECTION,
    OBJECTION,
    OUTCOMES,
    PREVIEW,
    RULING,
    TAKEN_BACK,
    UPHELD,
    Objected,
    Term,
    awaiting_correction,
    objections,
    preview_of,
    step_of,
    terms,
)
from data.store.round_status import ANNOUNCED, FINAL
from data.store.second_person import SIGNED_IN, TYPED, require_second
from data.store.store import PublishReport, Reviewer, Store, unreviewed
from errors import UsageError
from i18n import N_

FIGURES = {
    "verdict": N_("Verdict"),
    "score": N_("Score"),
    "rank": N_("Place"),
    "n": N_("Number of votes"),
    "data": N_("Ballots or counts"),
    "register": N_("Name, category or participation"),
    "other": N_("Something else"),
}
"""What an objection may be about: a figure of the unit, or the data behind it."""
Rows = Sequence[Mapping[str, Any]]
Compare = Callable[[Release, Release], Rows]


@dataclass(frozen=True)
class Claim:
    """An objection as it is handed in.

    unit : code and name. figure : one of FIGURES. by : who objects, for the unit. received : None is today.
    """

    unit: tuple[str, str]
    figure: str
    text: str
    by: str
    received: date | None = None
    files: tuple[HandedIn, ...] = ()


@dataclass(frozen=True)
class Ruling:
    """A ruling on an objection.

    corrects : whether data change. public : the reason as it may be published, where data change. by : who rules; "" is
    who enters it. second : who confirms it; signed_in : whether that name is that of a session. again : it replaces an
    earlier ruling.
    """

    outcome: str
    reason: str
    second: str
    corrects: bool = False
    public: str = ""
    by: str = ""
    signed_in: bool = False
    again: bool = False


@dataclass(frozen=True)
class Line:
    """An objection with what was handed in and decided, and its state and clock on a day."""

    objected: Objected
    claim: Mapping[str, Any]
    ruling: Mapping[str, Any]
    state: str
    clock: Standing

    @property
    def number(self) -> int:
        """Return its number."""
        return self.objected.number


@dataclass(frozen=True)
class Register:
    """The objections of a round on a day, with the preview that holds and all terms. preview : {} if there is none."""

    round: str
    preview: Mapping[str, Any]
    previewed: Event | None
    terms: tuple[Term, ...]
    lines: tuple[Line, ...]
    awaiting: tuple[int, ...]

    @property
    def last_term(self) -> Term | None:
        """Return the newest term."""
        return self.terms[-1] if self.terms else None


def register(store: Store, round_id: str, today: date) -> Register:
    """Return the register of a round on a day. Raises StoreDamagedError."""
    history, calendar = store.history(), store.calendar()
    times = terms(history, round_id, calendar)
    lines = []
    for one in objections(history, round_id):
        ruled = content_of(store.path, one.ruling) if one.ruling else {}
        claim = content_of(store.path, one.registered)
        lines.append(Line(one, claim, ruled, one.state(times, calendar, today), one.clock(calendar, today)))
    preview = preview_of(history, round_id)
    shown = content_of(store.path, preview) if preview else {}
    waiting = tuple(one.number for one in awaiting_correction(history, round_id))
    return Register(round_id, shown, preview, tuple(times), tuple(lines), waiting)


# --- preview -----------------------------------------------------------------------------------------------------


def refused_preview(store: Store, round_id: str) -> UsageError | None:
    """Return why no preview of a round can be given now; None if it can."""
    status = store.status(round_id)
    if status.code != FINAL:
        return UsageError(
            "A preview shows the results of a finalised round. Finalise the round {round} first.", round=round_id
        )
    found = preview_of(store.history(), round_id)
    if found:
        return UsageError(
            "The preview of the round {round} was given by {user} at {time}; its term runs from then.",
            round=round_id,
            user=found.user,
            time=local_time(found.time),
        )
    if refusal := _not_as_published(store, round_id):
        return refusal
    return None


def _not_as_published(store: Store, round_id: str) -> UsageError | None:
    in_force = store.in_force()
    published = read_contents(store.path / "releases" / in_force)["uploads"] if in_force else []
    frozen = [one for one in store.uploads_in_force() if one.round_id == round_id and one.freezes_with_round]
    if frozen and all(one.upload_id in published for one in frozen):
        return None
    return UsageError("The current results of the round {round} are not published. Publish them first.", round=round_id)


def give_preview(
    store: Store, round_id: str, rows: Rows, release: str, days: int, first: date | None = None, who: str = ""
) -> Event:
    """Begin the term of objections of a finalised round and return its entry.

    rows : the figures that the units are shown. release : from which they come; it must be in force. days : working
    days of the term. first : day on which the units got the preview, which is not counted; None is today.
    """
    _check_days(days)
    day = first or date.today()
    if day > date.today():
        raise UsageError("A preview is given today or earlier, not on {day}.", day=day.isoformat())
    with store.writing() as staging:
        if refusal := refused_preview(store, round_id):
            raise refusal
        if release != store.in_force():
            raise UsageError("The figures are not those in force any more. Compute them again.")
        content = {"round": round_id, "release": release, "day": day.isoformat(), "days": days, "units": list(rows)}
        event = _event(store, PREVIEW, round_id, "", who, Step(day=day.isoformat(), days=days))
        return _record(store, staging, event, content)


# --- objections --------------------------------------------------------------------------------------------------


def refused_objection(store: Store, round_id: str) -> UsageError | None:
    """Return why no objection to a round is registered now; None if it is."""
    if store.status(round_id).code == ANNOUNCED or preview_of(store.history(), round_id):
        return None
    return UsageError(
        "Units object to what they were shown: the round {round} was neither announced nor previewed. Give a preview "
        "first: biaochi objection preview --round {round}",
        round=round_id,
    )


def object_to(store: Store, round_id: str, claim: Claim, ruling_days: int, who: str = "") -> Event:
    """Register an objection and return its entry; a late objection is registered as late.

    ruling_days : working days from receipt to the ruling.
    """
    _check_days(ruling_days)
    _check_claim(claim)
    day = claim.received or date.today()
    with store.writing() as staging:
        if refusal := refused_objection(store, round_id):
            raise refusal
        number = 1 + len(objections(store.history()))
        code, name = claim.unit
        content = {
            "objection": number,
            "round": round_id,
            "release": store.in_force() or "",
            "unit_code": code,
            "unit_name": name,
            "figure": claim.figure,
            "text": claim.text.strip(),
            "by": claim.by.strip(),
            "received": day.isoformat(),
            "ruling_days": ruling_days,
            "evidence": [file.as_json for file in claim.files],
        }
        event = _event(store, OBJECTION, round_id, name, who, Step(number, day=day.isoformat(), days=ruling_days))
        return _record(store, staging, event, content, claim.files)


def _check_claim(claim: Claim) -> None:
    if claim.figure not in FIGURES:
        raise UsageError(
            "An objection is about one of {known}, not {figure}.", known=", ".join(FIGURES), figure=claim.figure
        )
    if not claim.text.strip() or not claim.by.strip():
        raise UsageError("An objection needs a reason and the name of who objects.")
    if claim.received and claim.received > date.today():
        raise UsageError("An objection is received today or earlier, not on {day}.", day=claim.received.isoformat())


def take_back(store: Store, number: int, reason: str, who: str = "") -> Event:
    """Record that the unit withdrew its objection. Raises UsageError if it was ruled on or withdrawn before."""
    if not reason.strip():
        raise UsageError("To withdraw an objection needs a reason.")
    with store.writing() as staging:
        found = _objection(store, number)
        _refuse_settled(found)
        round_id = found.registered.round
        event = _event(store, TAKEN_BACK, round_id, reason, who, Step(number))
        return _record(store, staging, event, {"objection": number, "round": round_id, "reason": reason.strip()})


# --- rulings -----------------------------------------------------------------------------------------------------


def refused_ruling(store: Store, number: int, again: bool = False) -> UsageError | None:
    """Return why an objection cannot be ruled on now: it was, by whom and when, or there is none; None if it can."""
    try:
        found = _objection(store, number)
        if not (again and found.ruling and found.correction is None):
            _refuse_settled(found)
    except UsageError as refusal:
        return refusal
    return None


def rule(store: Store, number: int, ruling: Ruling, who: str = "") -> Event:
    """Record a ruling by two people and return its entry.

    A ruling that changes data opens the data of the round for the correction. A second ruling is refused, and names
    the first; with `again` it replaces a ruling that has not led to a corrected release.
    """
    by = ruling.by.strip() or who or user()
    _check_ruling(ruling, by)
    with store.writing() as staging:
        if refusal := refused_ruling(store, number, ruling.again):
            raise refusal
        found = _objection(store, number)
        round_id = found.registered.round
        known_as = SIGNED_IN if ruling.signed_in else TYPED
        content = {
            "objection": number,
            "round": round_id,
            "outcome": ruling.outcome,
            "corrects": ruling.corrects,
            "reason": ruling.reason.strip(),
            "public": ruling.public.strip(),
            "by": by,
            "second": ruling.second.strip(),
            "second_known_as": known_as,
        }
        second = f"{ruling.second.strip()} ({known_as})"
        step = Step(number, ruling.outcome, ruling.corrects, second, by)
        event = _event(store, RULING, round_id, ruling.reason, who, step)
        return _record(store, staging, event, content)


def _check_ruling(ruling: Ruling, by: str) -> None:
    if ruling.outcome not in OUTCOMES:
        known = ", ".join(OUTCOMES)
        raise UsageError("A ruling is one of {known}, not {outcome}.", known=known, outcome=ruling.outcome)
    if not ruling.reason.strip():
        raise UsageError("A ruling needs a reason.")
    if ruling.corrects and ruling.outcome != UPHELD:
        raise UsageError("Only an objection that is upheld changes data.")
    if ruling.corrects and not ruling.public.strip():
        raise UsageError(
            "A ruling that changes data needs a reason that may be published: the public page prints it next to the "
            "old and the new verdict."
        )
    require_second(by, ruling.second)


# --- corrections -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Corrected:
    """A corrected release of a round: the rulings that ask for it, and the figures before and after, unit by unit.

    compare : gives a row for each unit whose figures differ between two releases, old and new.
    """

    round: str
    compare: Compare
    path: Path

    def refuse(self, history: Sequence[Event]) -> None:
        """Raise UsageError if no ruling asks for a correction; the newest correction is named."""
        if awaiting_correction(history, self.round):
            return
        done = next((event for event in history if (event.round, event.action) == (self.round, CORRECTION)), None)
        if done is None:
            raise UsageError("No ruling asks for a correction of the round {round}.", round=self.round)
        raise UsageError(
            "The correction of the round {round} was published by {user} at {time}, as release {release}. No other "
            "ruling asks for a correction.",
            round=self.round,
            user=done.user,
            time=local_time(done.time),
            release=done.release[:16],
        )

    def entry(self, staging: Path, before: Release, after: Release, event: Event) -> Event:
        """Keep the old and new figures and return the entry of the corrected release."""
        rows = list(self.compare(before, after))
        if before.made_of.get("frozen", {}).get(self.round) == after.made_of["frozen"].get(self.round):
            raise nothing_corrected(self.round)
        waiting = awaiting_correction(_history_of(after), self.round)
        numbers = tuple(one.number for one in waiting)
        content = {
            "round": self.round,
            "objections": list(numbers),
            "before": before.id,
            "after": event.release,
            "reasons": [content_of(self.path, one.ruling)["public"] for one in waiting if one.ruling],
            "units": rows,
        }
        digest = keep(staging, self.path, content)
        return replace(event, action=CORRECTION, round=self.round, figures=digest, step=Step(objections=numbers))


def correct(
    store: Store, round_id: str, compare: Compare, note: str = "", review: Reviewer = unreviewed, who: str = ""
) -> PublishReport:
    """Publish the corrected release that rulings on a round ask for.

    The release and the entry of the register appear by one rename. Raises UsageError if no ruling asks for it, if
    nothing of the round changed, and for the second of two people, whom it tells who was first.
    """
    return store.publish(note, review=review, correction=Corrected(round_id, compare, store.path), who=who)


def _history_of(release: Release) -> list[Event]:
    return read_history(release.store)


# --- common ------------------------------------------------------------------------------------------------------


def _objection(store: Store, number: int) -> Objected:
    found = [one for one in objections(store.history()) if one.number == number]
    if not found:
        raise UsageError("There is no objection {number}. “biaochi objection list” names them all.", number=number)
    return found[0]


def _refuse_settled(found: Objected) -> None:
    """Raise UsageError if an objection was ruled on or withdrawn, naming who did it first."""
    if found.taken_back:
        raise UsageError(
            "Objection {number} was withdrawn; {user} recorded it at {time}.",
            number=found.number,
            user=found.taken_back.user,
            time=local_time(found.taken_back.time),
        )
    if found.ruling:
        raise UsageError(
            "Objection {number} was ruled on by {user} and {second} at {time}.",
            number=found.number,
            user=step_of(found.ruling).by,
            second=step_of(found.ruling).second,
            time=local_time(found.ruling.time),
        )


def _check_days(days: int) -> None:
    if not 1 <= days <= LONGEST_PERIOD:
        raise UsageError("A term has 1 to {longest} working days.", longest=LONGEST_PERIOD)


def _event(store: Store, action: str, round_id: str, note: str, who: str, step: Step) -> Event:
    in_force = store.in_force() or ""
    return Event(0, action, in_force, in_force, note.strip(), now(), who or user(), round_id, step=step)


def _record(
    store: Store, staging: Path, event: Event, content: Mapping[str, Any], files: Sequence[HandedIn] = ()
) -> Event:
    digest = keep(staging, store.path, content, files)
    event = replace(event, figures=digest)
    store.record(staging, event)
    return event


def corrections(store: Store, round_id: str) -> list[Mapping[str, Any]]:
    """Return what the corrected releases of a round changed, oldest first: before, after, reasons, units, user, time.

    Raises StoreDamagedError.
    """
    made = [event for event in reversed(store.history()) if (event.round, event.action) == (round_id, CORRECTION)]
    return [content_of(store.path, event) | {"user": event.user, "time": event.time} for event in made]


def corrections_to(store: Store, release_id: str) -> list[Mapping[str, Any]]:
    """Return the corrections that put a release in force, as kept. Raises StoreDamagedError."""
    made = [event for event in store.history() if (event.release, event.action) == (release_id, CORRECTION)]
    return [content_of(store.path, event) for event in made]
