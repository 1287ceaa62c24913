"""Tokens with which programs read the API: each has a role and a last day, and is kept as a hash.

A token is random, so a plain SHA-256 suffices; the token itself is printed once and stored nowhere. The file is next to
that of the accounts, outside the store.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from filelock import FileLock

from access.accounts import NAME, REMOVED, AccountError, check_role, plain_name
from access.private_file import write_private
from i18n import N_

FILE = "tokens.json"
BEGIN = "biaochi_"
"""First characters of every token, so that a token in a file or a mail is recognised as such."""
USUAL_DAYS, MOST_DAYS = 180, 366


@dataclass(frozen=True)
class Token:
    """A token. ends: its last day. created, by: when and by whom it was added."""

    name: str
    role: str
    hash: str
    ends: str
    created: str
    by: str = ""

    def lives(self, day: date) -> bool:
        """Return whether the token is still valid on a day."""
        return day.isoformat() <= self.ends

    @property
    def state(self) -> str:
        """Return what the log notes of the token: a change of the file by hand makes another state."""
        return f"{self.role} until {self.ends} {self.hash[:16]}"


def read_tokens(folder: Path) -> dict[str, Token]:
    """Return name -> token; empty where there is no file. Raises AccountError for a file that cannot be read."""
    path = folder / FILE
    try:
        about = path.stat()
        return dict(_parsed(path, (about.st_ino, about.st_size, about.st_mtime_ns)))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError):
        raise AccountError(
            N_("The file of tokens {path} cannot be read. Restore it from a backup; no token is valid until then."),
            path=path,
        ) from None


@lru_cache(maxsize=4)
def _parsed(path: Path, version: object) -> dict[str, Token]:
    content = json.loads(path.read_text(encoding="utf-8"))
    return {token["name"]: Token(**token) for token in content["tokens"]}


def token_of(folder: Path, secret: str) -> Token | None:
    """Return the token of a secret, also if its last day has passed; None if there is none or it was revoked."""
    wanted = _hash(secret)
    return next((token for token in read_tokens(folder).values() if token.hash == wanted), None)


def add_token(folder: Path, name: str, role: str, ends: date, *, today: date, by: str = "") -> tuple[Token, str]:
    """Add a token and return it with its secret, which is kept nowhere. Raises AccountError."""
    check_role(role)
    name = plain_name(name)
    if not NAME.fullmatch(name):
        raise AccountError(
            N_("The name of a token has 2 to 80 letters, digits or any of . @ + - _; it is {name}."), name=name
        )
    last = today + timedelta(days=MOST_DAYS)
    if not today <= ends <= last:
        raise AccountError(
            N_("A token ends between {first} and {last}, not on {ends}."), first=today, last=last, ends=ends
        )
    secret = BEGIN + secrets.token_urlsafe(32)
    new = Token(name, role, _hash(secret), ends.isoformat(), datetime.now(UTC).isoformat("T", "seconds"), by)
    with _changing(folder) as tokens:
        if name in tokens:
            raise AccountError(N_("There is a token {name} already. Revoke it first."), name=name)
        tokens[name] = new
    return new, secret


def revoke_token(folder: Path, name: str) -> Token:
    """Remove a token and return it; the next request with it is refused. Raises AccountError."""
    with _changing(folder) as tokens:
        if plain_name(name) not in tokens:
            raise AccountError(N_("There is no token {name}. “biaochi token list” names them all."), name=name)
        return tokens.pop(plain_name(name))


def token_states_logged(entries: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return token -> its state as the log has it last. entries: what and note of each entry on a token."""
    last = dict(entries)
    return {name: note for name, note in last.items() if note != REMOVED}


def differing_tokens(folder: Path, logged: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return name, state in the log and state in the file of tokens where they differ; '' is none."""
    now = {name: token.state for name, token in read_tokens(folder).items()}
    names = sorted({*now, *logged})
    return [(name, logged.get(name, ""), now.get(name, "")) for name in names if logged.get(name) != now.get(name)]


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@contextmanager
def _changing(folder: Path) -> Iterator[dict[str, Token]]:
    """Yield the tokens under a lock, and write them when the block ends without an error."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with FileLock(folder / "lock", mode=0o600):
        tokens = read_tokens(folder)
        yield tokens
        listed = [asdict(tokens[name]) for name in sorted(tokens)]
        write_private(folder / FILE, json.dumps({"format": 1, "tokens": listed}, ensure_ascii=False, indent=1))
