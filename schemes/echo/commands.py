"""Commands of the echo wall: the clock day by day, and what is due."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from errors import UsageError
from i18n import N_
from schemes.command import Answer, Command, Given

if TYPE_CHECKING:
    from data.model.clock import Pause
    from data.model.working_days import Calendar, Deadline

LONGEST = 60
WHY = {
    "received": N_("day of receipt"),
    "counted": N_("counted"),
    "weekend": N_("weekend"),
    "holiday": N_("holiday"),
    "paused": N_("paused"),
}
WEEKDAYS = {
    "monday": N_("Monday"),
    "tuesday": N_("Tuesday"),
    "wednesday": N_("Wednesday"),
    "thursday": N_("Thursday"),
    "friday": N_("Friday"),
    "saturday": N_("Saturday"),
    "sunday": N_("Sunday"),
}
CLOCK_HEADERS = {
    "day": N_("Day"),
    "weekday": N_("Weekday"),
    "number": N_("Number of the working day"),
    "why": N_("Counted"),
    "name": N_("Holiday, or holiday that it is worked for"),
}
DUE_HEADERS = {
    "opinion_no": N_("Opinion"),
    "unit_code": N_("Unit code"),
    "unit_name": N_("Unit"),
    "place_code": N_("Place code"),
    "place_name": N_("Place name"),
    "received_at": N_("Received"),
    "due": N_("Due"),
    "days_left": N_("Working days left"),
    "provisional": N_("Provisional"),
}
REFUSED_PAUSES = {
    "before_receipt": N_("The pause from {day} begins before the day of receipt."),
    "after_due": N_("The pause from {day} begins after the due day and cannot cure lateness."),
    "overlaps": N_("The pause from {day} overlaps another."),
    "no_days": N_("The pause from {day} ends before it has begun."),
}


def clock(
    given: Given,
    received: Annotated[str, typer.Argument(metavar="DAY", help=N_("Day of receipt, such as 2026-02-11."))],
    days: Annotated[
        int | None, typer.Option(metavar="N", help=N_("Working days of the term, else those of the rules."))
    ] = None,
    pause: Annotated[
        list[str] | None,
        typer.Option(metavar="FROM:UNTIL", help=N_("Days that are not counted; on the day UNTIL they are again.")),
    ] = None,
) -> Answer:
    """Return every day from receipt to the due day, with its number or why it is not counted."""
    from data.model.clock import due_day

    first, calendar = given.day("DAY", received), given.calendar()
    term = days if days is not None else given.rules(first).settings.days
    if not 1 <= term <= LONGEST:
        raise UsageError("A term has 1 to {longest} working days, not {days}.", longest=LONGEST, days=term)
    pauses = _pauses(given, calendar, first, term, pause or [])
    due = due_day(calendar, first, term, pauses)
    rows = list(_clock_rows(calendar, first, due.day if due else pauses[-1].start + timedelta(days=7), pauses))
    words = {"weekday": WEEKDAYS, "why": WHY}
    return Answer(N_("The clock day by day"), CLOCK_HEADERS, rows, _clock_facts(first, term, due), words)


def _pauses(given: Given, calendar: "Calendar", first: date, term: int, texts: list[str]) -> "list[Pause]":
    """Return the pauses of FROM:UNTIL; refuse the first that does not hold."""
    from data.model.clock import Pause, refused_pauses

    spans = [text.partition(":") for text in texts]
    pauses = [Pause(given.day("--pause", start), given.day("--pause", end) if end else None) for start, _, end in spans]
    for pause, why in refused_pauses(calendar, first, term, pauses):
        raise UsageError(REFUSED_PAUSES[why], day=pause.start)
    return sorted(pauses)


def _clock_rows(calendar: "Calendar", first: date, last: date, pauses: "list[Pause]") -> Iterator[dict[str, Any]]:
    from data.model.clock import CountedDay, counted_days

    receipt = CountedDay(first, None, "received", calendar.names.get(first, ""))
    for item in (receipt, *counted_days(calendar, first, last, pauses)):
        yield {
            "day": item.day.isoformat(),
            "weekday": [*WEEKDAYS][item.day.weekday()],
            "number": item.number,
            "why": item.why,
            "name": item.name,
        }


def _clock_facts(first: date, term: int, due: "Deadline | None") -> dict[str, str]:
    facts = {N_("Received"): first.isoformat(), N_("Working days of the term"): str(term)}
    if due is None:
        return {**facts, N_("Due"): "–"}
    named = N_("Due, provisional until the year's notice is loaded") if due.provisional else N_("Due")
    return {**facts, named: due.day.isoformat()}


def due(
    given: Given,
    within: Annotated[
        int | None, typer.Option(metavar="N", help=N_("Working days ahead, else those of the rules; overdue included."))
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help=N_("On this day, else on that of the newest file."))
    ] = None,
) -> Answer:
    """Return the open opinions that are overdue or due soon, by due day."""
    from schemes.echo.measures import counted, opinion_states
    from schemes.frame import records

    chosen = given.chosen(as_of=as_of)
    ahead = chosen.settings.due_within if within is None else within
    kept = counted(chosen.frames["opinion"]) if "opinion" in chosen.frames else None
    if kept is None:
        return Answer(N_("Due opinions"), DUE_HEADERS, [], _due_facts(chosen, ahead))
    waiting = opinion_states(kept, chosen.asked.as_of).isin(("open", "overdue")) & (kept["days_left"] <= ahead)
    listed = kept[waiting.fillna(False)].sort_values(["due", "opinion_no"])
    names = chosen.scheme.names(chosen.registers.release, chosen.asked.as_of)
    rows = [_due_row(row, names) for row in records(listed)]
    return Answer(N_("Due opinions"), DUE_HEADERS, rows, _due_facts(chosen, ahead))


def _due_row(row: dict[str, Any], names: Any) -> dict[str, Any]:
    named = {f"{part}_name": names.get(row[f"{part}_code"], "") for part in ("unit", "place")}
    dated = {name: row[name].date().isoformat() for name in ("received_at", "due")}
    found = {**row, **named, **dated, "days_left": int(row["days_left"]), "provisional": bool(row["provisional"])}
    return {name: found[name] for name in DUE_HEADERS}


def _due_facts(chosen: Any, ahead: int) -> dict[str, str]:
    return {
        N_("As of"): chosen.asked.as_of.isoformat(),
        N_("Working days ahead"): str(ahead),
        N_("Rules"): chosen.asked.rules,
        N_("Release"): chosen.registers.release.short,
    }


COMMANDS = {
    "clock": Command(
        clock,
        N_("Count the days of a term one by one."),
        ("clock 2026-02-11", "clock 2026-02-11 --pause 2026-02-24:2026-02-26"),
    ),
    "due": Command(due, N_("List the open opinions that are overdue or due soon."), ("due --within 2",)),
}
