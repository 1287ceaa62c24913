"""The register of objections and the delivery register as rows, for the command line, the page and the letter."""

from collections.abc import Sequence
from datetime import date

from data.store.deliveries import Delivery
from data.store.objections import FIGURES, Line, Register
from data.store.review import COUNTED, OPEN, OUTCOMES, STATES, counts
from formats.spreadsheet import Cell
from i18n import N_, PUNCTUATION, translate

COUNTS = {
    "lifted": N_("lifted"),
    "upheld": N_("upheld"),
    "late": N_("late"),
    "withdrawn": N_("withdrawn by the unit"),
    OPEN: N_("not ruled on yet"),
}
SAID = N_("Objections: {count}; {parts}.")
NONE = N_("No objection was registered.")


def rows(register: Register, language: str = "") -> list[dict[str, Cell]]:
    """Return a row for each objection; with words of a language, with codes if it is ""."""
    return [_row(register.round, line, language) for line in register.lines]


def _row(round_id: str, line: Line, language: str) -> dict[str, Cell]:
    figure, state = str(line.claim["figure"]), line.state
    return {
        "objection": line.number,
        "round": round_id,
        "unit_code": line.claim["unit_code"],
        "unit_name": line.claim["unit_name"],
        "figure": translate(FIGURES[figure], language) if language else figure,
        "text": line.claim["text"],
        "by": line.claim["by"],
        "received": line.claim["received"],
        "due": line.clock.due.isoformat() if line.clock.due else "",
        "used": line.clock.used,
        "state": translate(STATES[state], language) if language else state,
        "ruled_by": line.ruling.get("by", ""),
        "second": line.ruling.get("second", ""),
        "reason": line.ruling.get("reason", ""),
        "release": line.objected.correction.release if line.objected.correction else "",
        "files": "; ".join(f"{file['name']} {file['sha256']}" for file in line.claim["evidence"]),
    }


def counted(register: Register, language: str) -> str:
    """Return how many objections were lifted, upheld, late, withdrawn and are open."""
    if not register.lines:
        return translate(NONE, language)
    found = counts([line.state for line in register.lines])
    parts = [f"{translate(COUNTS[name], language)} {found[name]}" for name in COUNTED]
    listed = PUNCTUATION[language].comma.join(parts)
    return translate(SAID, language).format(count=len(register.lines), parts=listed)


def outcome_word(outcome: str, language: str) -> str:
    """Return an outcome in words."""
    return translate(OUTCOMES[outcome], language)


def delivery_rows(found: Sequence[Delivery]) -> list[dict[str, Cell]]:
    """Return a row for each letter."""
    names = ("round", "unit_code", "unit_name", "sent", "sent_by", "way", "received", "receiver")
    return [{name: getattr(one, name) for name in names} for one in found]


def last_day(register: Register, today: date) -> str:
    """Return the last day on which an objection is in time, while a term runs; "" after it."""
    running = [term.last.day for term in register.terms if term.holds(today)]
    return max(running).isoformat() if running else ""
