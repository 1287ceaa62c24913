"""The delivery register of letters: to which unit a letter was sent, when and by whom, and who received it.

A letter is delivered in two entries of the history, when it is sent and when it is received; neither changes later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from data.store.history import Event, Step, local_time, now, user
from data.store.kept_entries import content_of, keep
from data.store.review import DELIVERY
from data.store.store import Store
from errors import UsageError


@dataclass(frozen=True)
class Delivery:
    """A letter to a unit. received, receiver : "" until it is known that it arrived."""

    round: str
    unit_code: str
    unit_name: str
    sent: str
    sent_by: str
    way: str
    entered: Event
    received: str = ""
    receiver: str = ""
    arrived: Event | None = None


def deliveries(store: Store, round_id: str | None = None) -> list[Delivery]:
    """Return the letters of a round, or of all, in the order in which they were sent. Raises StoreDamagedError."""
    found: list[Delivery] = []
    for event in reversed(store.history()):
        if event.action == DELIVERY and round_id in (None, event.round):
            _add(found, content_of(store.path, event), event)
    return found


def _add(found: list[Delivery], content: Mapping[str, Any], event: Event) -> None:
    if "sent" in content:
        fields = ("round", "unit_code", "unit_name", "sent", "sent_by", "way")
        kept: dict[str, Any] = {name: str(content[name]) for name in fields}
        found.append(Delivery(**kept, entered=event))
        return
    at = _waiting(found, content["unit_code"])
    found[at] = replace(found[at], received=str(content["received"]), receiver=str(content["receiver"]), arrived=event)


def _waiting(found: Sequence[Delivery], code: str) -> int:
    """Return the position of the newest letter to a unit without a receipt; -1 if there is none."""
    waiting = [at for at, one in enumerate(found) if one.unit_code == code and one.arrived is None]
    return waiting[-1] if waiting else -1


def letter_sent(
    store: Store, round_id: str, unit: tuple[str, str], sent: date, sent_by: str, way: str = "", who: str = ""
) -> Event:
    """Record that a letter was sent to a unit, by code and name. Raises UsageError, which names who did so first."""
    if not sent_by.strip():
        raise UsageError("A delivery needs the name of who sent the letter.")
    _check_day(sent)
    code, name = unit
    with store.writing() as staging:
        known = [one for one in deliveries(store, round_id) if (one.unit_code, one.sent) == (code, sent.isoformat())]
        if known:
            raise _recorded(name, known[0].entered)
        content = {
            "round": round_id,
            "unit_code": code,
            "unit_name": name,
            "sent": sent.isoformat(),
            "sent_by": sent_by.strip(),
            "way": way.strip(),
        }
        event = _event(store, round_id, name, sent, who)
        event = replace(event, figures=keep(staging, store.path, content))
        store.record(staging, event)
    return event


def letter_received(
    store: Store, round_id: str, unit: tuple[str, str], received: date, receiver: str, who: str = ""
) -> Event:
    """Record that a unit received the newest letter sent to it. Raises UsageError, which names who did so first."""
    if not receiver.strip():
        raise UsageError("A receipt needs the name of who received the letter.")
    _check_day(received)
    code, name = unit
    with store.writing() as staging:
        own = [one for one in deliveries(store, round_id) if one.unit_code == code]
        at = _waiting(own, code)
        if at < 0 and own and own[-1].arrived:
            raise _recorded(name, own[-1].arrived)
        if at < 0:
            raise UsageError("No letter to {unit} was recorded as sent.", unit=name)
        if received.isoformat() < own[at].sent:
            raise UsageError(
                "The letter to {unit} was sent on {day}; it arrives no earlier.", unit=name, day=own[at].sent
            )
        content = {
            "round": round_id,
            "unit_code": code,
            "received": received.isoformat(),
            "receiver": receiver.strip(),
        }
        event = _event(store, round_id, name, received, who)
        event = replace(event, figures=keep(staging, store.path, content))
        store.record(staging, event)
    return event


def _check_day(day: date) -> None:
    if day > date.today():
        raise UsageError("The day is later than today: {day}.", day=day.isoformat())


def _recorded(name: str, event: Event) -> UsageError:
    return UsageError(
        "For {unit} this was recorded by {user} at {time}.", unit=name, user=event.user, time=local_time(event.time)
    )


def _event(store: Store, round_id: str, note: str, day: date, who: str) -> Event:
    in_force = store.in_force() or ""
    step = Step(day=day.isoformat())
    return Event(0, DELIVERY, in_force, in_force, note, now(), who or user(), round_id, step=step)
