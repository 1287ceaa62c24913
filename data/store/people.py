"""Who acts: the person signed in on the page, else the user of the operating system as the system itself knows it.

Environment variables are not asked: whoever starts a program can set LOGNAME to any name.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from i18n import N_

ACCOUNT, PROVIDER, SYSTEM, TOKEN = "account", "provider", "system", "token"
KNOWN_BY = {
    ACCOUNT: N_("signed in with a password"),
    PROVIDER: N_("signed in with the office's sign-in service"),
    SYSTEM: N_("user of the operating system"),
    TOKEN: N_("program with a token of the API"),
}
"""How the name of a person is known, as entries of the log keep it."""


@dataclass(frozen=True)
class Person:
    """A person who acts. known_by: a key of KNOWN_BY."""

    name: str
    known_by: str


def _nobody() -> Person | None:
    return None


_ask: Callable[[], Person | None] = _nobody
_ACTING: ContextVar[Person | None] = ContextVar("acting", default=None)


@contextmanager
def acting(person: Person | None) -> Iterator[None]:
    """Let a person act in this thread: what is stored meanwhile carries the name. None: the user of the system."""
    before = _ACTING.set(person)
    try:
        yield
    finally:
        _ACTING.reset(before)


def act_as(person: Person | None) -> None:
    """Let a person act in this thread from now on, as the run of a page does."""
    _ACTING.set(person)


def person() -> Person:
    """Return who acts in this thread."""
    return _ACTING.get() or _ask() or Person(system_user(), SYSTEM)


def ask_with(ask: Callable[[], Person | None]) -> None:
    """Set how the person of a thread is known in which nobody acts yet, such as a part of a page that runs alone."""
    global _ask
    _ask = ask


def user() -> str:
    """Return the name of who acts in this thread."""
    return person().name


def system_user() -> str:
    """Return the user of this process by the number that the operating system gives it."""
    if os.name == "posix":
        return _name_of(os.getuid())
    try:
        return os.getlogin()  # asks Windows, not the environment
    except OSError:
        return "unknown"


def _name_of(number: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid {number}"
