"""Due days of items that an office has to answer: working days with pauses, extensions and repeated work, calendar
days and months.

Nothing is stored: a due day is computed when it is read, so that the notice of a year moves the due days of open items.
The day of receipt is never counted, whatever the hour and whether it is worked or not.
"""

import calendar as months
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from data.model.working_days import Calendar, Deadline

_ONE = timedelta(days=1)
ON_TIME, LATE, OPEN, OVERDUE, PAUSED = "on_time", "late", "open", "overdue", "paused"
STATES = (ON_TIME, LATE, OPEN, OVERDUE, PAUSED)
# Why a pause is refused: it cannot begin before receipt, cure lateness, overlap another or end before it began.
BEFORE_RECEIPT, AFTER_DUE, OVERLAPS, NO_DAYS = "before_receipt", "after_due", "overlaps", "no_days"
NOT_PAUSED = "not_paused"  # why a resumption is refused
PAUSE, RESUME, EXTEND, AGAIN = "pause", "resume", "extend", "again"
COUNTED, WEEKEND, HOLIDAY, IN_PAUSE = "counted", "weekend", "holiday", "paused"


@dataclass(frozen=True, order=True)
class Pause:
    """Days that are not counted: from `start` up to, and without, `end`; None while it goes on."""

    start: date
    end: date | None = None

    def holds(self, day: date) -> bool:
        """Return whether the day is inside the pause."""
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True, order=True)
class Extension:
    """More working days, counted like the others from receipt; approved on a day."""

    approved: date
    days: int


@dataclass(frozen=True)
class Item:
    """An item to be answered within working days.

    days : as they applied on the day of receipt. answered : None while it is open.
    """

    received: date
    days: int
    pauses: tuple[Pause, ...] = ()
    answered: date | None = None


@dataclass(frozen=True, order=True)
class Event:
    """What happened to an item on a day: PAUSE, RESUME, EXTEND (by working days) or AGAIN (sent back to be redone)."""

    day: date
    sort: str
    days: int = 0


@dataclass(frozen=True)
class Handling:
    """An item with all that happened to it.

    cycles : in order; each but the first begins on a day on which the item was sent back. refused : events that do not
    hold, each with its reason. extensions : those that count. without_effect : those that came too late, are too long
    or too many.
    """

    cycles: tuple[Item, ...]
    refused: tuple[tuple[Event, str], ...] = ()
    without_effect: tuple[Event, ...] = ()
    extensions: tuple[Event, ...] = ()


@dataclass(frozen=True)
class Standing:
    """State of an item on a day.

    state : one of STATES. due : None while it is paused. used : working days counted after receipt, up to the answer or
    the day asked about. late : working days counted after the due day, likewise. provisional : the notice of a year
    within the term is not loaded, so that the due day may move.
    """

    state: str
    due: date | None
    used: int
    late: int = 0
    provisional: bool = False


@dataclass(frozen=True)
class CountedDay:
    """A day between receipt and due day. number : its place among the counted days, None if it is not counted. why :
    counted, weekend, holiday or paused. name : of the holiday, or of the day that is worked in lieu.
    """

    day: date
    number: int | None
    why: str
    name: str = ""


def due_day(calendar: Calendar, received: date, days: int, pauses: Sequence[Pause] = ()) -> Deadline | None:
    """Return the last day of a term of working days; None while a pause goes on that the term does not end before.

    Raises ValueError for fewer than one day.
    """
    if not pauses:
        return calendar.add_working_days(received, days)
    if days < 1:
        raise ValueError(f"a term has at least one working day, got {days}")
    day, left, provisional = received, days, False
    while left:
        day += _ONE
        if any(pause.end is None and pause.start <= day for pause in pauses):
            return None
        provisional = provisional or calendar.is_provisional(day)
        left -= _counts(calendar, day, pauses)
    return Deadline(day, provisional)


def used_days(calendar: Calendar, received: date, last: date, pauses: Sequence[Pause] = ()) -> int:
    """Return the counted days after receipt, up to and including `last`."""
    span = (last - received).days
    return sum(_counts(calendar, received + n * _ONE, pauses) for n in range(1, span + 1))


def standing(calendar: Calendar, item: Item, as_of: date) -> Standing:
    """Return the state of an item on a day; what was entered for later days was not known then."""
    answered = item.answered if item.answered is not None and item.answered <= as_of else None
    pauses = _known_on(item.pauses, as_of, answered)
    last = as_of if answered is None else answered
    used = used_days(calendar, item.received, last, pauses)
    deadline = due_day(calendar, item.received, item.days, pauses)
    if deadline is None:
        return Standing(PAUSED, None, used)
    late = max(0, used - item.days)
    states = (OPEN, OVERDUE) if answered is None else (ON_TIME, LATE)
    return Standing(states[last > deadline.day], deadline.day, used, late, deadline.provisional)


def of_cycles(standings: Sequence[Standing]) -> Standing:
    """Return the state of an item that was sent back to be done again, from its cycles in order.

    It is on time only if all its cycles were; working days are added.
    """
    last = standings[-1]
    was_late = any(cycle.state == LATE for cycle in standings)
    return replace(
        last,
        state=LATE if last.state == ON_TIME and was_late else last.state,
        used=sum(cycle.used for cycle in standings),
        late=sum(cycle.late for cycle in standings),
        provisional=any(cycle.provisional for cycle in standings),
    )


def handled(
    calendar: Calendar,
    received: date,
    days: int,
    events: Iterable[Event],
    answers: Sequence[date] = (),
    *,
    most: int = 1,
    longest: int = 7,
) -> Handling:
    """Return an item from its events, in whatever order they are given.

    answers : days of the answers, each of a single cycle: what was answered and sent back on a day is of the earlier
    cycle. A cycle that was sent back without a recorded answer counts as answered on that day, which is the latest that
    it can have been. most, longest : as for `extended`.
    """
    handling = Handling((Item(received, days),))
    for event in sorted(events):
        if event.sort == AGAIN:
            handling = replace(handling, cycles=(*handling.cycles, Item(event.day, days)))
        elif event.sort == EXTEND:
            handling = _extend(calendar, handling, event, most, longest)
        else:
            handling = _pause_or_resume(calendar, handling, event)
    return replace(handling, cycles=_answered(handling.cycles, sorted(answers)))


def _extend(calendar: Calendar, handling: Handling, event: Event, most: int, longest: int) -> Handling:
    """Return the handling with its last cycle extended, or with the event noted as without effect."""
    *earlier, item = handling.cycles
    left = most - len(handling.extensions)
    longer, without = extended(calendar, item, [Extension(event.day, event.days)], most=left, longest=longest)
    if without:
        return replace(handling, without_effect=(*handling.without_effect, event))
    return replace(handling, cycles=(*earlier, longer), extensions=(*handling.extensions, event))


def _pause_or_resume(calendar: Calendar, handling: Handling, event: Event) -> Handling:
    """Return the handling with a pause begun or ended in its last cycle, or with the event refused."""
    *earlier, item = handling.cycles
    running = item.pauses[-1] if item.pauses and item.pauses[-1].end is None else None
    if event.sort == RESUME and running is None:
        return replace(handling, refused=(*handling.refused, (event, NOT_PAUSED)))
    ended = [Pause(running.start, event.day)] if running and event.sort == RESUME else [Pause(event.day)]
    pauses = (*(item.pauses[:-1] if event.sort == RESUME else item.pauses), *ended)
    refused = refused_pauses(calendar, item.received, item.days, pauses)
    if refused:
        return replace(handling, refused=(*handling.refused, (event, refused[-1][1])))
    return replace(handling, cycles=(*earlier, replace(item, pauses=pauses)))


def _answered(cycles: Sequence[Item], answers: Sequence[date]) -> tuple[Item, ...]:
    """Return the cycles with their answers: the first answer from the beginning of a cycle to that of the next."""
    found, left = [], list(answers)
    for number, item in enumerate(cycles):
        end = cycles[number + 1].received if number + 1 < len(cycles) else None
        left = [day for day in left if day >= item.received]
        own = left[0] if left and (end is None or left[0] <= end) else None
        left = left if own is None else left[1:]
        found.append(replace(item, answered=end if own is None else own))
    return tuple(found)


def refused_pauses(calendar: Calendar, received: date, days: int, pauses: Iterable[Pause]) -> list[tuple[Pause, str]]:
    """Return the pauses that do not hold, each with its reason; the others are judged without them."""
    refused: list[tuple[Pause, str]] = []
    kept: list[Pause] = []
    for pause in sorted(pauses, key=lambda pause: (pause.start, pause.end or date.max)):
        reason = _fault_of(calendar, received, days, pause, kept)
        if reason:
            refused.append((pause, reason))
        else:
            kept.append(pause)
    return refused


def _fault_of(calendar: Calendar, received: date, days: int, pause: Pause, kept: list[Pause]) -> str:
    if pause.start < received:
        return BEFORE_RECEIPT
    if pause.end is not None and pause.end <= pause.start:
        return NO_DAYS
    if any(other.end is None or pause.start < other.end for other in kept):
        return OVERLAPS
    deadline = due_day(calendar, received, days, kept)
    return AFTER_DUE if deadline is not None and pause.start > deadline.day else ""


def extended(
    calendar: Calendar,
    item: Item,
    extensions: Iterable[Extension],
    *,
    most: int = 1,
    longest: int = 7,
) -> tuple[Item, list[Extension]]:
    """Return the item with its term extended, and the extensions without effect.

    An extension counts if it was approved on or before the due day that was valid then. most : extensions that count.
    longest : working days of an extension.
    """
    without: list[Extension] = []
    counted = 0
    for extension in sorted(extensions):
        pauses = _known_on(item.pauses, extension.approved, None)
        deadline = due_day(calendar, item.received, item.days, pauses)
        in_time = deadline is None or extension.approved <= deadline.day
        if in_time and counted < most and 1 <= extension.days <= longest:
            item, counted = replace(item, days=item.days + extension.days), counted + 1
        else:
            without.append(extension)
    return item, without


def counted_days(calendar: Calendar, received: date, last: date, pauses: Sequence[Pause] = ()) -> Iterator[CountedDay]:
    """Yield every day after receipt up to `last`, with its number or why it is not counted."""
    number = 0
    for n in range(1, (last - received).days + 1):
        day = received + n * _ONE
        name = calendar.names.get(day, "")
        if _counts(calendar, day, pauses):
            number += 1
            yield CountedDay(day, number, COUNTED, name)
        elif calendar.is_working_day(day):
            yield CountedDay(day, None, IN_PAUSE, name)
        else:
            yield CountedDay(day, None, HOLIDAY if name or day.weekday() < 5 else WEEKEND, name)


def after_days(day: date, days: int) -> date:
    """Return the last day of a term of calendar days; the first day is not counted."""
    return day + days * _ONE


def after_months(day: date, count: int) -> date:
    """Return the last day of a term of months: the same day number, else the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


def rolled(calendar: Calendar, day: date) -> Deadline:
    """Return the day itself if it is worked, else the next worked day. Periods of effect are not moved."""
    provisional = calendar.is_provisional(day)
    while not calendar.is_working_day(day):
        day += _ONE
        provisional = provisional or calendar.is_provisional(day)
    return Deadline(day, provisional)


def _counts(calendar: Calendar, day: date, pauses: Sequence[Pause]) -> bool:
    return calendar.is_working_day(day) and not any(pause.holds(day) for pause in pauses)


def _known_on(pauses: Iterable[Pause], day: date, answered: date | None) -> tuple[Pause, ...]:
    """Return the pauses as they stood on a day: an answer ends a pause that goes on, as nothing is waited for."""
    known = []
    for pause in pauses:
        if pause.start > day or (answered is not None and pause.start > answered):
            continue
        end = pause.end if pause.end is not None and pause.end <= day else None
        known.append(Pause(pause.start, answered if answered is not None and (end is None or end > answered) else end))
    return tuple(sorted(known, key=lambda pause: pause.start))
