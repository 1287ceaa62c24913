"""Sessions of people signed in, kept on the server: a row each, by the SHA-256 of the token in the cookie.

A session ends after 30 idle minutes, after eight hours, when its person signs out or is removed, or when the clock goes
back. A copied cookie ends with it, since the cookie is nothing but the token.
"""

import hashlib
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

IDLE = 30 * 60  # seconds
LONGEST = 8 * 3600
CLOCK_BACK = 60  # seconds that a clock may be set back, as it is when it is synchronised
SEEN_EVERY = 5  # seconds between two notes that a session was used
FILE = "sessions.sqlite"
SCHEMA = """
CREATE TABLE IF NOT EXISTS session (
  id TEXT PRIMARY KEY, account TEXT, how TEXT, browser TEXT, began REAL, seen REAL, ended REAL
);
CREATE TABLE IF NOT EXISTS failure (account TEXT PRIMARY KEY, count INTEGER, last REAL);
"""


@dataclass(frozen=True)
class Session:
    """A session. id: SHA-256 of its token. browser: as it calls itself. began, seen: seconds since 1970."""

    id: str
    account: str
    how: str
    browser: str
    began: float
    seen: float


def session_id(token: str) -> str:
    """Return the id under which the session of a token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(folder: Path, account: str, how: str, browser: str, now: float | None = None) -> str:
    """Begin a session and return its token, which is kept nowhere but in the cookie."""
    token, at = secrets.token_urlsafe(32), now_or(now)
    with sign_in_database(folder) as rows:
        rows.execute("DELETE FROM session WHERE began < ?", (at - 30 * 86400,))
        values = (session_id(token), account, how, browser[:200], at, at)
        rows.execute("INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, NULL)", values)
    return token


def find_session(folder: Path, token: str | None, now: float | None = None, *, used: bool = True) -> Session | None:
    """Return the live session of a token, or None. used: whether the question counts as use by its person."""
    if not token or not (folder / FILE).is_file():
        return None
    at = now_or(now)
    with sign_in_database(folder) as rows:
        found = _live(rows, session_id(token), at)
        if found and used and at - found.seen >= SEEN_EVERY:
            rows.execute("UPDATE session SET seen = ? WHERE id = ?", (at, found.id))
    return found


def live_sessions(folder: Path, account: str, now: float | None = None) -> list[Session]:
    """Return the live sessions of an account, newest first."""
    at = now_or(now)
    with sign_in_database(folder) as rows:
        ids = rows.execute("SELECT id FROM session WHERE account = ? AND ended IS NULL ORDER BY began DESC", (account,))
        found = [_live(rows, name, at) for (name,) in ids.fetchall()]
    return [one for one in found if one is not None]


def end_session(folder: Path, wanted: str, now: float | None = None) -> None:
    """End a session by its id."""
    with sign_in_database(folder) as rows:
        rows.execute("UPDATE session SET ended = ? WHERE id = ? AND ended IS NULL", (now_or(now), wanted))


def end_sessions(folder: Path, account: str, *, but: str = "", now: float | None = None) -> int:
    """End every session of an account except `but`, by its id; return how many."""
    with sign_in_database(folder) as rows:
        text = "UPDATE session SET ended = ? WHERE account = ? AND id <> ? AND ended IS NULL"
        return rows.execute(text, (now_or(now), account, but)).rowcount


def _live(rows: sqlite3.Connection, wanted: str, at: float) -> Session | None:
    text = "SELECT id, account, how, browser, began, seen FROM session WHERE id = ? AND ended IS NULL"
    row = rows.execute(text, (wanted,)).fetchone()
    if row is None:
        return None
    found = Session(*row)
    over = at - found.seen > IDLE or at - found.began > LONGEST or at < found.seen - CLOCK_BACK
    if over:
        rows.execute("UPDATE session SET ended = ? WHERE id = ?", (at, wanted))
        return None
    return found


def now_or(given: float | None) -> float:
    """Return the seconds since 1970, or those that are given."""
    return time.time() if given is None else given


@contextmanager
def sign_in_database(folder: Path) -> Iterator[sqlite3.Connection]:
    """Yield the tables of sessions and failed sign-ins in a separate transaction.

    A connection costs less than a lock between threads.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / FILE
    new = not path.is_file()
    with closing(sqlite3.connect(path, timeout=10, isolation_level="IMMEDIATE")) as rows:
        if new:
            path.chmod(0o600)
            rows.execute("PRAGMA journal_mode = WAL")
        rows.executescript(SCHEMA)
        with rows:
            yield rows
