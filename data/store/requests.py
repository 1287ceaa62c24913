"""Steps that wait for a second person: finalising, announcing, ruling, judging ballots, going back to a release.

The first person asks, with a reason; nothing changes yet. Another person confirms, and only then the step is carried
out, on the same release; or declines. Asking, confirming and declining are entries of the log, and the request itself
is sealed by the entry, so that what is confirmed is what was asked for.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.model.working_days import Periods
from data.store.atomic_write import move_atomically, private_folder
from data.store.audit_log import log_action, read_log
from data.store.history import now
from data.store.people import SYSTEM, person
from data.store.second_person import SIGNED_IN, require_second
from errors import BiaochiError, StoreDamagedError, UsageError, after_effect
from exit_codes import ExitCode
from i18n import N_

if TYPE_CHECKING:
    from data.store.store import Store

FOLDER = "requests"
STATUS, ROLLBACK, RULING = "status", "rollback", "ruling"
BALLOTS = "ballots"


class SecondPersonNeededError(BiaochiError):
    """A step waits for a second person now."""

    exit_code = ExitCode.NOT_ALLOWED
    message = N_(
        "This needs a second person, and nothing has changed yet. Request {number} is noted: another person confirms "
        "it on the page Releases, or with: biaochi requests confirm {number}"
    )

    def __init__(self, number: int) -> None:
        super().__init__(number=number)


@dataclass(frozen=True)
class Request:
    """A step that waits. action: a key of STEPS. facts: what it needs. release: in force when it was asked for."""

    number: int
    action: str
    round: str
    facts: Mapping[str, Any]
    reason: str
    release: str
    asked_by: str
    known_by: str
    time: str


Step = Callable[["Store", Request], None]
STEPS: dict[str, Step] = {}
"""Action -> what carries it out; `step` adds an action."""


def step(action: str) -> Callable[[Step], Step]:
    """Register what carries out an action that a second person confirms."""

    def registered(carry_out: Step) -> Step:
        STEPS[action] = carry_out
        return carry_out

    return registered


@step(STATUS)
def _set_status(store: "Store", request: Request) -> None:
    periods = request.facts.get("periods")
    given = Periods(**periods) if periods else None
    although = str(request.facts.get("although", ""))
    store.set_status(request.round, str(request.facts["status"]), request.reason, given, although=although)


@step(ROLLBACK)
def _roll_back(store: "Store", request: Request) -> None:
    store.rollback(str(request.facts["release"]), request.reason)


@step(RULING)
def _rule(store: "Store", request: Request) -> None:
    from data.store.objections import Ruling, rule

    second = person()
    known = {"second": second.name, "signed_in": second.known_by != SYSTEM}
    rule(store, int(request.facts["objection"]), Ruling(**{**request.facts["ruling"], **known}), request.asked_by)


@step(BALLOTS)
def _judge_ballots(store: "Store", request: Request) -> None:
    from data.store.ballot_decisions import Judgement, Listed, decide

    second = person()
    known = {"second": second.name, "signed_in": second.known_by != SYSTEM}
    listed, judgement = Listed(**request.facts["listed"]), Judgement(**{**request.facts["judgement"], **known})
    decide(store, listed, judgement, request.asked_by)


def ask(store: "Store", action: str, reason: str, *, round_id: str = "", **facts: object) -> Request:
    """Note a step that a second person has to confirm, and return the request. Raises UsageError without a reason."""
    if not reason.strip():
        raise UsageError("A request needs a reason, which the second person reads.")
    acting = person()
    with store.writing() as staging:
        number = 1 + sum(entry.action == "request" for entry in read_log(store.path))
        release = store.in_force() or ""
        made = Request(number, action, round_id, facts, reason, release, acting.name, acting.known_by, now())
        content = _content(made)
        draft = staging / "request.json"
        draft.write_bytes(content)
        private_folder(store.path / FOLDER)
        sha256 = hashlib.sha256(content).hexdigest()
        what = f"{action} {number}"
        log_action(store.path, "request", what, release=release, round_id=round_id, note=reason, sha256=sha256)
        move_atomically(draft, store.path / FOLDER / f"{number:06d}.json")
    return made


def waiting(store: Path) -> list[Request]:
    """Return the requests that nobody confirmed or declined yet, oldest first. Raises StoreDamagedError."""
    return [_read(path) for path in sorted((store / FOLDER).glob("*.json"))]


def find_request(store: Path, number: int) -> Request:
    """Return a request that waits. Raises UsageError."""
    found = [one for one in waiting(store) if one.number == number]
    if not found:
        raise UsageError("No request {number} waits for a second person.", number=number)
    return found[0]


def confirm(store: "Store", number: int) -> Request:
    """Carry out a step as its second person and return the request.

    Raises UsageError if the same person asked for it, or if another release is in force since; StoreDamagedError if
    the request is not what was asked for. Whatever the step itself refuses is raised too, and the request stays.
    """
    request = find_request(store.path, number)
    second = person()
    require_second(request.asked_by, second.name)
    _refuse_other(store, request)
    STEPS[request.action](store, request)
    what = f"{request.action} {request.number}"
    with after_effect(what):
        _remove(store.path, request)
        note = f"{second.name} ({SIGNED_IN if second.known_by != SYSTEM else second.known_by})"
        log_action(store.path, "second", what, round_id=request.round, note=note, who=request.asked_by)
    return request


def decline(store: Path, number: int, reason: str) -> Request:
    """Take a request back, by whoever asked for it or by a second person, and return it."""
    if not reason.strip():
        raise UsageError("Declining a request needs a reason.")
    request = find_request(store, number)
    log_action(store, "decline", f"{request.action} {request.number}", round_id=request.round, note=reason)
    _remove(store, request)
    return request


def _refuse_other(store: "Store", request: Request) -> None:
    """Raise if the request was changed after it was asked for, or if another release came in force since."""
    what, sha256 = f"{request.action} {request.number}", hashlib.sha256(_content(request)).hexdigest()
    logged = [entry for entry in read_log(store.path) if entry.action == "request" and entry.what == what]
    if not logged or (logged[-1].sha256, logged[-1].user) != (sha256, request.asked_by):
        raise StoreDamagedError(
            "Request {number}: it is not what was asked for. Decline it and ask again.", number=request.number
        )
    if (store.in_force() or "") != request.release:
        raise UsageError(
            "Another release came into force after request {number}. Decline it, compare, and ask again.",
            number=request.number,
        )


def _content(request: Request) -> bytes:
    return json.dumps(asdict(request), ensure_ascii=False, indent=1, sort_keys=True).encode()


def _read(path: Path) -> Request:
    try:
        return Request(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        raise StoreDamagedError("{what}: it can no longer be read. Restore it from a backup.", what=path.name) from None


def _remove(store: Path, request: Request) -> None:
    (store / FOLDER / f"{request.number:06d}.json").unlink(missing_ok=True)
