"""Review of a round as its history tells it: preview, objections, rulings and corrections; pure, without disk access.

Terms and states are computed when they are read, never stored: the calendar of a year moves them once it is loaded.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from data.model.clock import OPEN, OVERDUE, Item, Standing, standing
from data.model.working_days import UNSTATED_BEFORE, Calendar, Deadline
from data.store.history import Event, Step
from data.store.round_status import ANNOUNCED, DRAFT
from i18n import N_

PREVIEW, OBJECTION, TAKEN_BACK, RULING = "preview", "objection", "take back", "ruling"
CORRECTION, DELIVERY, BALLOTS = "correct", "delivery", "ballots"
KEPT = (PREVIEW, OBJECTION, TAKEN_BACK, RULING, CORRECTION, DELIVERY, BALLOTS)
"""Actions of the history whose content is a kept file."""
LIFTED, UPHELD = "lifted", "upheld"
OUTCOMES = {LIFTED: N_("Lifted: the figures stand"), UPHELD: N_("Upheld")}
LATE, WITHDRAWN, CORRECTING, CORRECTED = "late", "withdrawn", "correcting", "corrected"
STATES = {
    OPEN: N_("Open"),
    OVERDUE: N_("Ruling overdue"),
    LATE: N_("Received late"),
    LIFTED: OUTCOMES[LIFTED],
    UPHELD: OUTCOMES[UPHELD],
    CORRECTING: N_("Upheld; correction to be published"),
    CORRECTED: N_("Upheld and corrected"),
    WITHDRAWN: N_("Objection withdrawn"),
}
UNSETTLED = (OPEN, OVERDUE)
COUNTED = {
    LIFTED: (LIFTED,),
    UPHELD: (UPHELD, CORRECTING, CORRECTED),
    LATE: (LATE,),
    WITHDRAWN: (WITHDRAWN,),
    OPEN: UNSETTLED,
}
"""What is counted -> the states that count for it; every objection counts once."""


@dataclass(frozen=True)
class Term:
    """Days on which an objection is in time. sort : PREVIEW, or ANNOUNCED for the review after announcing.

    number : of the entry that began it. An objection registered before it is none to what it shows: a late objection
    to the preview stays late when the round is announced on the same day.
    """

    sort: str
    first: date
    last: Deadline
    number: int = 0

    def holds(self, day: date) -> bool:
        """Return whether the day is in the term."""
        return self.first <= day <= self.last.day


@dataclass(frozen=True)
class Objected:
    """An objection in the history: how it was registered, and what became of it, each None until it happens."""

    registered: Event
    taken_back: Event | None = None
    ruling: Event | None = None
    correction: Event | None = None

    @property
    def number(self) -> int:
        """Return its number, counted through the store."""
        return step_of(self.registered).objection

    @property
    def received(self) -> date:
        """Return the day of receipt."""
        return date.fromisoformat(step_of(self.registered).day)

    @property
    def is_settled(self) -> bool:
        """Return whether it was ruled on or taken back."""
        return self.ruling is not None or self.taken_back is not None

    @property
    def awaits_correction(self) -> bool:
        """Return whether a ruling changes data and the corrected release is not published yet."""
        return self.ruling is not None and step_of(self.ruling).corrects and self.correction is None

    def clock(self, calendar: Calendar, today: date) -> Standing:
        """Return its clock: working days from receipt to the ruling."""
        ended = self.ruling or self.taken_back
        item = Item(self.received, step_of(self.registered).days, answered=day_of(ended) if ended else None)
        return standing(calendar, item, today)

    def state(self, terms: Sequence[Term], calendar: Calendar, today: date) -> str:
        """Return its state, one of STATES."""
        if self.taken_back is not None:
            return WITHDRAWN
        if self.ruling is not None:
            return self._ruled(self.ruling)
        if not any(term.holds(self.received) and term.number <= self.registered.number for term in terms):
            return LATE
        return self.clock(calendar, today).state

    def _ruled(self, ruling: Event) -> str:
        if step_of(ruling).corrects:
            return CORRECTING if self.correction is None else CORRECTED
        return step_of(ruling).outcome


def step_of(event: Event) -> Step:
    """Return the step of an entry of a review."""
    return event.step or Step()


def day_of(event: Event) -> date:
    """Return the day of an entry by the clock on the wall."""
    return datetime.fromisoformat(event.time).astimezone().date()


def preview_of(history: Sequence[Event], round_id: str) -> Event | None:
    """Return the preview that holds: the newest since the round was last a draft. history : newest first."""
    for event in _since_draft(history, round_id):
        if event.action == PREVIEW:
            return event
    return None


def terms(history: Sequence[Event], round_id: str, calendar: Calendar) -> list[Term]:
    """Return all terms of a round in which objections were in time, oldest first, those of earlier drafts included."""
    found = []
    for event in reversed(history):
        if event.round == round_id and event.action == PREVIEW:
            first = date.fromisoformat(step_of(event).day)
            found.append(Term(PREVIEW, first, calendar.add_working_days(first, step_of(event).days), event.number))
        elif event.round == round_id and event.status == ANNOUNCED:
            days = (event.periods or UNSTATED_BEFORE).review
            found.append(Term(ANNOUNCED, day_of(event), calendar.add_working_days(day_of(event), days), event.number))
    return found


def running_term(history: Sequence[Event], round_id: str, calendar: Calendar, today: date) -> Term | None:
    """Return the term of the preview that holds, while it runs; None if there is none, or after its last day."""
    preview = preview_of(history, round_id)
    if preview is None:
        return None
    first = date.fromisoformat(step_of(preview).day)
    term = Term(PREVIEW, first, calendar.add_working_days(first, step_of(preview).days))
    return term if today <= term.last.day else None


def objections(history: Sequence[Event], round_id: str | None = None) -> list[Objected]:
    """Return the objections of a round, or of all, by number."""
    found: dict[int, dict[str, Event]] = {}
    for event in reversed(history):
        for number in _numbers(event):
            known = found.setdefault(number, {})
            if event.action == RULING:  # a further ruling replaces the earlier
                known.pop(CORRECTION, None)
            known[event.action] = event
    own = [
        Objected(known[OBJECTION], known.get(TAKEN_BACK), known.get(RULING), known.get(CORRECTION))
        for _, known in sorted(found.items())
        if OBJECTION in known
    ]
    return [one for one in own if round_id in (None, one.registered.round)]


def _numbers(event: Event) -> tuple[int, ...]:
    if event.action == CORRECTION:
        return step_of(event).objections
    return (step_of(event).objection,) if event.action in (OBJECTION, TAKEN_BACK, RULING) else ()


def awaiting_correction(history: Sequence[Event], round_id: str) -> list[Objected]:
    """Return the objections of a round whose rulings change data that is not corrected yet."""
    return [one for one in objections(history, round_id) if one.awaits_correction]


def counts(states: Sequence[str]) -> dict[str, int]:
    """Return how many objections were lifted, upheld, late, withdrawn, and are open; each counts once."""
    return {name: sum(state in own for state in states) for name, own in COUNTED.items()}


def fixed_by(history: Sequence[Event], round_id: str) -> Event | None:
    """Return the entry that fixed the results of a round: its correction, announcement or preview, the newest.

    None for a round that nobody was shown: its results may still move.
    """
    for event in _since_draft(history, round_id):
        if event.action in (PREVIEW, CORRECTION) or event.status == ANNOUNCED:
            return event
    return None


def origins(history: Sequence[Event], origins_of: Callable[[str], Mapping[str, str]]) -> dict[str, str]:
    """Return round -> the release with whose id its draws begin, for rounds whose results are fixed.

    origins_of : gives the origins that are part of a release.
    """
    found = {}
    for round_id in sorted({event.round for event in history if event.round}):
        fixed = fixed_by(history, round_id)
        if fixed is not None and fixed.release:
            found[round_id] = origins_of(fixed.release).get(round_id, fixed.release)
    return found


def _since_draft(history: Sequence[Event], round_id: str) -> list[Event]:
    """Return the entries of a round since it was last set to draft or cleared, newest first."""
    found = []
    for event in history:
        if event.round != round_id:
            continue
        if event.action == "clear" or event.status == DRAFT:
            break
        found.append(event)
    return found
