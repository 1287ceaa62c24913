"""What the register of objections and the letters say of the steps of a year."""

from collections.abc import Sequence
from datetime import date

from data.model.working_days import Deadline
from data.store.deliveries import Delivery
from data.store.objections import Register
from data.store.review import PREVIEW, UNSETTLED
from i18n import LANGUAGES, N_, translate
from results.home.year_strip import CURRENT, DONE, ENDED, LETTERS, OBJECTIONS, PREVIEWED, UNTIL, StepFacts
from results.public_notice import shown_day

PAGE = "act/objections.py"
OBJECTED = N_("{open} of {count} open")
RULE = N_("Rule on the open objections: {open}.")
CORRECT = N_("Publish the corrections that rulings ask for: {count}.")
WAIT = N_("Units may object until {day}. Register what they hand in.")
SENT = N_("{received} of {sent} received")
RECEIVE = N_("Record who received the letters; on their way: {open}.")


def review_steps(register: Register, letters: Sequence[Delivery], today: date) -> dict[str, StepFacts]:
    """Return the steps of preview, objections and letters; a step is absent while nothing was registered for it.

    Until a round is announced, objections belong to its preview: they are settled before the announcement. Without
    preview, objections or letters the calendar alone says what `year_strip` shows.
    """
    term = register.last_term
    if register.previewed and term is not None and term.sort == PREVIEW:
        found = {PREVIEWED: _previewed(register, term.last, today)}
    else:
        found = _after_announcing(register, today)
    return found | ({LETTERS: _letters(letters)} if letters else {})


def _objections(register: Register) -> StepFacts:
    waiting = len(register.awaiting)
    open_ones = sum(line.state in UNSETTLED for line in register.lines)
    asked = RULE if open_ones else CORRECT if waiting else ""
    facts = {"open": str(open_ones), "count": str(len(register.lines))}
    return StepFacts(
        CURRENT if asked else DONE, _words(OBJECTED, facts), _words(asked, facts | _count(waiting, asked)), PAGE
    )


def _after_announcing(register: Register, today: date) -> dict[str, StepFacts]:
    """Return the step of objections once a round is announced; while its term runs and none is open, the calendar is
    right: more may come.
    """
    facts, term = _objections(register), register.last_term
    runs = term is not None and today <= term.last.day
    return {} if not register.lines or (facts.state == DONE and runs) else {OBJECTIONS: facts}


def _previewed(register: Register, last: Deadline, today: date) -> StepFacts:
    """Return the step of a preview that holds: its term, and what its objections ask for."""
    facts, runs = _objections(register), today <= last.day
    detail = facts.detail if register.lines else _until(UNTIL if runs else ENDED, last)
    if facts.state == CURRENT or not runs:
        return StepFacts(facts.state, detail, facts.next, PAGE, last.day)
    return StepFacts(CURRENT, detail, _until(WAIT, last), PAGE, last.day)


def _count(waiting: int, asked: str) -> dict[str, str]:
    return {"count": str(waiting)} if asked == CORRECT else {}


def _letters(letters: Sequence[Delivery]) -> StepFacts:
    received = sum(bool(letter.received) for letter in letters)
    facts = {"sent": str(len(letters)), "received": str(received), "open": str(len(letters) - received)}
    asked = RECEIVE if received < len(letters) else ""
    return StepFacts(CURRENT if asked else DONE, _words(SENT, facts), _words(asked, facts), PAGE)


def _words(message: str, facts: dict[str, str]) -> dict[str, str]:
    """Return a message in every language; empty without a message."""
    return {name: translate(message, name).format(**facts) if message else "" for name in LANGUAGES}


def _until(message: str, last: Deadline) -> dict[str, str]:
    """Return a message with a day in every language, the day marked while it is provisional."""
    return {name: translate(message, name).format(day=shown_day(last, name)) for name in LANGUAGES}
