"""Who is signed in at this run of a page, and what the role allows; without a login everything is allowed.

Asked again on every run, fragment and click, so that signing out and removing an account count at once.
"""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

import settings
from access.accounts import PASSWORD
from access.identity import Identity, identity
from access.roles import ACTION, DOWNLOAD, NotForRoleError, needs_two
from access.sessions import end_session
from data.store import people
from data.store.audit_log import has_log, log_action
from i18n import N_
from ui import bound_downloads

T = TypeVar("T")


class SessionEndedError(NotForRoleError):
    """Nobody is signed in any more: the session ended while the page was open."""

    message = N_("You are signed out. Open this page again to sign in.")


_PRESENT: ContextVar[Identity | None] = ContextVar("present", default=None)
"""Who was signed in when the run of this thread began."""


def login_needed() -> bool:
    """Return whether people must sign in."""
    return settings.load().login


def cookies() -> Mapping[str, str]:
    """Return the cookies that the browser sent when it opened the page."""
    return st.context.cookies


def on_phone() -> bool:
    """Return whether the screen was as narrow as a phone's when the page was opened; ui/views.js sets the cookie."""
    return cookies().get("biaochi_screen") == "narrow"


def who() -> Identity | None:
    """Return who is signed in; None if nobody is, or if no login is configured."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return None
    chosen = settings.load()
    if not chosen.login:
        return None
    return identity(chosen.accounts, cookies())


def begin() -> Identity | None:
    """Begin a run: return who is signed in, and bind what is stored and downloaded to that person."""
    found = who()
    found = found if found is not None and found.settled else None
    _PRESENT.set(found)
    people.act_as(person_of(found))
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None and login_needed():
        bound_downloads.hold(context.session_id, found.session.id if found else "")
    return found


def present() -> Identity | None:
    """Return who is signed in, as the run began: for what a page shows. A click asks again, see `require`."""
    return _PRESENT.get() or who()


def leave(found: Identity) -> None:
    """End the session of a person, and log it."""
    chosen = settings.load()
    end_session(chosen.accounts, found.session.id)
    log_action(chosen.store, "sign out", found.account.name, note=found.session.how)


def person_of(found: Identity | None) -> people.Person | None:
    """Return the person who acts, as the log names it."""
    if found is None:
        return None
    how = people.ACCOUNT if found.session.how == PASSWORD else people.PROVIDER
    return people.Person(found.account.name, how)


def may(kind: str, name: str) -> bool:
    """Return whether whoever looks at the page has a right."""
    if not login_needed():
        return True
    found = present()
    return found is not None and found.may(kind, name)


def can(action: str) -> bool:
    """Return whether whoever looks at the page may carry out an action; a page hides its button otherwise."""
    return may(ACTION, action)


def require(action: str) -> None:
    """Raise NotForRoleError, and log the refusal, if whoever clicks may not carry out an action."""
    if login_needed():
        require_of(who(), ACTION, action)


def require_of(found: Identity | None, kind: str, name: str) -> None:
    """Raise NotForRoleError, and log the refusal, if a person lacks a right. None: nobody is signed in."""
    if found is None:
        raise SessionEndedError
    try:
        found.require(kind, name)
    except NotForRoleError:
        log_refusal(found, f"{kind} {name}")
        raise


def log_refusal(found: Identity, what: str) -> None:
    """Log that a person asked for what the role does not allow."""
    store = settings.load().store
    if has_log(store):
        with people.acting(person_of(found)):
            log_action(store, "not for role", what, note=found.account.role)


def allowed_download(right: str, make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Return what makes a file on the click: for the person of this run, whose right is proved again then.

    The click is answered outside of any run of a page, so the cookies of this run are kept for it.
    """
    if not login_needed():
        return make
    chosen, sent = settings.load(), dict(cookies())

    def checked() -> bytes:
        found = identity(chosen.accounts, sent)
        require_of(found, DOWNLOAD, right)
        with people.acting(person_of(found)):
            return make()

    return checked


def log_view(what: str, release: str) -> None:
    """Log that the person signed in sees an internal paper, once in a session of the browser."""
    found = present()
    seen: set[tuple[str, str]] = st.session_state.setdefault("papers_seen", set())
    if found is not None and (what, release) not in seen:
        seen.add((what, release))
        log_action(settings.load().store, "view", what, release=release)


def two_people(action: str) -> bool:
    """Return whether a second person must confirm an action here."""
    return settings.load().two_people and needs_two(action)


def guarded(action: str, carry_out: Callable[..., T]) -> Callable[..., T]:
    """Return what carries an action out once the right to it is proved again at the click."""

    def checked(*facts: Any) -> T:
        require(action)
        return carry_out(*facts)

    return checked


people.ask_with(lambda: person_of(who()))
