"""The rule of two people: what one person prepares, another confirms; both are logged, and papers print both."""

from pathlib import Path

from data.model.names import match_key
from data.store.audit_log import log_action
from errors import UsageError

SIGNED_IN, TYPED = "signed in", "name typed, not verified"
"""How the second person is known, as the log notes it."""


def require_second(actor: str, second: str) -> None:
    """Raise UsageError unless a second person is named who is not the first."""
    if not match_key(second):
        raise UsageError("A second person has to confirm this. Enter the name of the person who checked it.")
    if match_key(actor) == match_key(second):
        raise UsageError(
            "The person who checks has to be another than the person who prepared it; both names are {name}.",
            name=second.strip(),
        )


def log_second(store: Path, what: str, actor: str, second: str, *, signed_in: bool = False) -> None:
    """Log who confirmed what another person prepared, and whether the second name is verified."""
    note = f"{second.strip()} ({SIGNED_IN if signed_in else TYPED})"
    log_action(store, "second", what, note=note, who=actor)
