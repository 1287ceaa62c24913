"""Heads of the audit log: number and first digits of an entry's hash, printed on papers, checked against a store.

Whoever holds a paper can show that the log up to that entry is the log of then: a changed, removed or cut-off entry
gives another hash. A cut that no paper reaches stays unseen, so the live head should leave the machine too.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from data.store.audit_chain import Entry
from data.store.audit_log import STATE_CHANGES, entries_backwards, last_entry, log_version
from errors import StoreDamagedError, UsageError
from i18n import N_

DIGITS = 16
HEAD = re.compile(r"0*(?P<number>[1-9][0-9]{0,11}):(?P<digits>[0-9a-f]{16,64})")


@dataclass(frozen=True)
class Head:
    """A head: the number of an entry and the first digits of its hash, 16 to 64."""

    number: int
    digits: str

    def __str__(self) -> str:
        return f"{self.number}:{self.digits}"


def head_of_entry(entry: Entry) -> Head:
    """Return the head that an entry gives."""
    return Head(entry.number, entry.hash[:DIGITS])


def parsed_head(text: str) -> Head:
    """Return a head as it is printed, such as 12:0123456789abcdef. Raises UsageError."""
    found = HEAD.fullmatch(text.strip().lower().replace("：", ":"))
    if found is None:
        raise UsageError(
            "A head is a number, a colon and at least {digits} hex digits, such as 12:0123456789abcdef, not {head}.",
            digits=DIGITS,
            head=text,
        )
    return Head(int(found["number"]), found["digits"])


def live_head(store: Path) -> Head | None:
    """Return the head of the newest entry; None for a store without a log, or with a log that ends in damage."""
    try:
        last = last_entry(store)
    except StoreDamagedError:
        return None
    return head_of_entry(last) if last else None


def head_of_release(store: Path, release: str, round_id: str = "") -> Head | None:
    """Return the head as of the last change of state of a release: published, finalised, announced or ruled.

    round_id: leaves out changes of other rounds. None for a release that was never in force. The answer stays the same
    until the state changes, so a paper that is exported twice has the same bytes.
    """
    return _head_of_release(store, log_version(store), release, round_id)


@lru_cache(maxsize=512)
def _head_of_release(store: Path, version: object, release: str, round_id: str) -> Head | None:
    """Return the same for a version of the log, which every table of a page asks for."""
    for entry in entries_backwards(store, release):
        of_round = not (round_id and entry.round) or entry.round == round_id
        if entry.action in STATE_CHANGES and entry.release == release and of_round:
            return head_of_entry(entry)
    return None


def refuse_other_log(log: Sequence[Entry], head: Head) -> Entry:
    """Return the entry of a head. Raises StoreDamagedError if the log ends before it or has another entry there."""
    if head.number > len(log):
        raise StoreDamagedError(
            N_(
                "The log ends at entry {last}; the head names entry {number}. The end was cut off, or an older backup "
                "was restored. Restore a backup that reaches entry {number}."
            ),
            last=len(log),
            number=head.number,
        )
    entry = log[head.number - 1]
    if not entry.hash.startswith(head.digits):
        raise StoreDamagedError(
            N_(
                "Entry {number} of the log is not the entry of this head: its hash begins with {found}. The log was "
                "rewritten, or it belongs to another store."
            ),
            number=head.number,
            found=entry.hash[:DIGITS],
        )
    return entry
