"""Failed sign-ins of an account, and for how long they lock it. They are kept next to the sessions."""

from pathlib import Path

from access.sessions import now_or, sign_in_database

FREE_FAILURES = 10
FIRST_WAIT, LONGEST_WAIT = 60, 24 * 3600  # seconds; doubles with every failure
FORGOTTEN_AFTER = 2 * 86400  # seconds: longer than any wait; else names that a scanner tries would pile up


def seconds_to_wait(folder: Path, account: str, now: float | None = None) -> int:
    """Return for how long an account is locked after failures: from the tenth on a minute, doubling up to a day."""
    with sign_in_database(folder) as rows:
        row = rows.execute("SELECT count, last FROM failure WHERE account = ?", (account,)).fetchone()
    if row is None or row[0] < FREE_FAILURES:
        return 0
    wait = min(FIRST_WAIT * 2.0 ** min(row[0] - FREE_FAILURES, 20), LONGEST_WAIT)
    return max(0, round(row[1] + wait - now_or(now)))


def note_failure(folder: Path, account: str, now: float | None = None) -> int:
    """Count a failed sign-in of an account and return how many there are now."""
    text = (
        "INSERT INTO failure VALUES (?, 1, ?) "
        "ON CONFLICT (account) DO UPDATE SET count = count + 1, last = excluded.last"
    )
    with sign_in_database(folder) as rows:
        rows.execute("DELETE FROM failure WHERE last < ?", (now_or(now) - FORGOTTEN_AFTER,))
        rows.execute(text, (account[:80], now_or(now)))
        return int(rows.execute("SELECT count FROM failure WHERE account = ?", (account[:80],)).fetchone()[0])


def forget_failures(folder: Path, account: str) -> None:
    """Forget the failed sign-ins of an account: after a right password, or when an administrator resets it."""
    with sign_in_database(folder) as rows:
        rows.execute("DELETE FROM failure WHERE account = ?", (account,))
