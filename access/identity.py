"""Who a request comes from: the session of its cookie, with the account as it is now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from access.accounts import Account, account_of
from access.roles import NotForRoleError, may
from access.sessions import Session, find_session

COOKIE = "biaochi_session"


@dataclass(frozen=True)
class Identity:
    """A person signed in: the account as it is now, and the session."""

    account: Account
    session: Session

    @property
    def settled(self) -> bool:
        """Return whether the person may enter: not before the first password was changed."""
        return not self.account.must_change

    def may(self, kind: str, name: str) -> bool:
        """Return whether the role of now has a right."""
        return self.settled and may(self.account.role, kind, name)

    def require(self, kind: str, name: str) -> None:
        """Raise NotForRoleError if the role of now lacks a right."""
        if not self.may(kind, name):
            raise NotForRoleError(self.account.shown, self.account.role)


def identity(folder: Path, cookies: Mapping[str, str], *, used: bool = True) -> Identity | None:
    """Return who has the session of these cookies; None if it ended or the account was removed.

    folder: of accounts and sessions. used: whether the question counts as use by the person.
    """
    session = find_session(folder, cookies.get(COOKIE), used=used)
    account = account_of(folder, session.account) if session else None
    if session is None or account is None or session.began < _created(account):
        return None
    return Identity(account, session)


def _created(account: Account) -> float:
    """Return when an account was created, in seconds since 1970; sessions of an earlier account of its name end."""
    return datetime.fromisoformat(account.created).timestamp() if account.created else 0.0
