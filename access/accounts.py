"""Accounts of the people who sign in: a file outside the store, read again at every question.

A local account has a password, kept as Argon2id; an account of the office's sign-in service has none, and is known by
the name that the service gives. Roles are taken from here alone, never from a token.
"""

import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from filelock import FileLock

from access.private_file import write_private
from access.roles import ROLES
from errors import BiaochiError
from i18n import N_
from settings import ACCOUNTS

PASSWORD, PROVIDER = "password", "provider"
NAME = re.compile(r"[\w.@+-]{2,80}")
SHORTEST = 10
LONGEST = 200
TOGETHER = BoundedSemaphore(2)  # passwords hashed at a time: each takes 64 MiB
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike


class AccountError(BiaochiError):
    """A change of an account that is not carried out."""


@dataclass(frozen=True)
class Account:
    """An account. name: in lower case. title: the person's name as pages show it. how: PASSWORD or PROVIDER.

    must_change: whether it is the first password, given by an administrator. created, by: when and by whom.
    """

    name: str
    role: str
    title: str = ""
    how: str = PASSWORD
    hash: str = ""
    must_change: bool = False
    created: str = ""
    by: str = ""

    @property
    def shown(self) -> str:
        """Return the person's name, else the name of the account."""
        return self.title or self.name


def read_accounts(folder: Path) -> dict[str, Account]:
    """Return name -> account; empty where there is no file. Raises AccountError for a file that cannot be read."""
    try:
        about = (folder / ACCOUNTS).stat()
        return dict(_parsed(folder / ACCOUNTS, (about.st_ino, about.st_size, about.st_mtime_ns)))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError):
        raise AccountError(
            N_("The file of accounts {path} cannot be read. Restore it from a backup; nobody can sign in until then."),
            path=folder / ACCOUNTS,
        ) from None


@lru_cache(maxsize=4)
def _parsed(path: Path, version: object) -> dict[str, Account]:
    """Return the accounts of a version of the file: every click asks, and the file seldom changes."""
    content = json.loads(path.read_text(encoding="utf-8"))
    found = [Account(**account) for account in content["accounts"]]
    return {account.name: account for account in found}


def account_of(folder: Path, name: str) -> Account | None:
    """Return the account of a name, in whatever case it is typed."""
    return read_accounts(folder).get(plain_name(name))


def plain_name(name: str) -> str:
    """Return the name of an account as it is kept."""
    return name.strip().casefold()


def add_account(
    folder: Path,
    name: str,
    role: str,
    *,
    title: str = "",
    provider: bool = False,
    by: str = "",
    now: datetime | None = None,
) -> str:
    """Add an account and return its first password; '' for an account of the sign-in service. Raises AccountError."""
    check_role(role)
    name = plain_name(name)
    if not NAME.fullmatch(name):
        raise AccountError(
            N_("The name of an account has 2 to 80 letters, digits or any of . @ + - _; it is {name}."), name=name
        )
    password = "" if provider else first_password()
    how = PROVIDER if provider else PASSWORD
    hashed = "" if provider else hashed_password(password)
    created = (now or datetime.now(UTC)).isoformat("T", "seconds")
    made = Account(name, role, title.strip(), how, hashed, not provider, created, by)
    with _changing(folder) as accounts:
        if name in accounts:
            raise AccountError(N_("There is an account {name} already."), name=name)
        accounts[name] = made
    return password


def set_role(folder: Path, name: str, role: str) -> Account:
    """Give an account another role and return it. Raises AccountError."""
    check_role(role)
    with _changing(folder) as accounts:
        found = _known(accounts, name)
        accounts[found.name] = replace(found, role=role)
    return found


def remove_account(folder: Path, name: str) -> Account:
    """Remove an account and return it. Raises AccountError."""
    with _changing(folder) as accounts:
        found = _known(accounts, name)
        del accounts[found.name]
    return found


def reset_password(folder: Path, name: str) -> str:
    """Give an account a new first password and return it. Raises AccountError."""
    password = first_password()
    hashed = hashed_password(password)
    with _changing(folder) as accounts:
        found = _with_password(_known(accounts, name))
        accounts[found.name] = replace(found, hash=hashed, must_change=True)
    return password


def change_password(folder: Path, name: str, old: str, new: str) -> None:
    """Change the password of an account. Raises AccountError for a wrong old or an unfit new password."""
    found = _with_password(_known(read_accounts(folder), name))
    if not matches(found, old):
        raise AccountError(N_("The present password is not right."))
    refuse_password(new, found, old)
    hashed = hashed_password(new)
    with _changing(folder) as accounts:
        accounts[found.name] = replace(_known(accounts, name), hash=hashed, must_change=False)


def refuse_password(new: str, account: Account, old: str) -> None:
    """Raise AccountError for a password that is too short, too plain, or unchanged."""
    if not SHORTEST <= len(new) <= LONGEST:
        raise AccountError(N_("A password has {shortest} to {longest} characters."), shortest=SHORTEST, longest=LONGEST)
    if new == old:
        raise AccountError(N_("The new password is the same as the present password. Choose another."))
    if account.name in new.casefold() or len(set(new)) < 5 or new.isdigit():
        raise AccountError(
            N_(
                "This password is easily guessed: use at least five different characters, not digits alone, and not "
                "the name."
            )
        )


def matches(account: Account | None, password: str) -> bool:
    """Return whether a password is that of an account; takes as long where there is no account."""
    hashed = account.hash if account and account.hash else _nobody()
    with TOGETHER:
        try:
            _hasher().verify(hashed, password[:LONGEST])
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False
    return account is not None and bool(account.hash)


def hashed_password(password: str) -> str:
    """Return the Argon2id hash of a password, with its salt and parameters."""
    with TOGETHER:
        return _hasher().hash(password)


def first_password() -> str:
    """Return a random password of four groups, which a person can read out and type."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


def states_logged(entries: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return account -> role as the log has it last. entries: what and note of each entry on an account."""
    states: dict[str, str] = {}
    for name, note in entries:
        if note in ROLES:
            states[name] = note
        elif note == REMOVED:
            states.pop(name, None)
    return states


REMOVED = "removed"
"""Note of the log where an account was removed; else the note is its role."""


def differing(folder: Path, logged: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return name, role in the log and role in the file of accounts where they differ; '' is none."""
    now = {name: account.role for name, account in read_accounts(folder).items()}
    names = sorted({*now, *logged})
    return [(name, logged.get(name, ""), now.get(name, "")) for name in names if logged.get(name) != now.get(name)]


def check_role(role: str) -> None:
    """Raise AccountError for a role that does not exist."""
    if role not in ROLES:
        raise AccountError(N_("There is no role {role}. Known: {known}."), role=role, known=", ".join(ROLES))


def _known(accounts: Mapping[str, Account], name: str) -> Account:
    found = accounts.get(plain_name(name))
    if found is None:
        raise AccountError(N_("There is no account {name}. “biaochi user list” names them all."), name=name)
    return found


def _with_password(account: Account) -> Account:
    if account.how != PASSWORD:
        raise AccountError(
            N_("The account {name} signs in with the sign-in service, not with a password."), name=account.name
        )
    return account


@contextmanager
def _changing(folder: Path) -> Iterator[dict[str, Account]]:
    """Yield the accounts under a lock, and write them when the block ends without an error."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with FileLock(folder / "lock", mode=0o600):
        accounts = read_accounts(folder)
        yield accounts
        listed = [asdict(accounts[name]) for name in sorted(accounts)]
        text = json.dumps({"format": 1, "accounts": listed}, ensure_ascii=False, indent=1)
        write_private(folder / ACCOUNTS, text)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobody() -> str:
    return _hasher().hash(secrets.token_hex(16))
