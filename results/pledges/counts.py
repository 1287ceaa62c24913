"""Counts of pledges: every item in exactly one state, headline and routine apart, quarter after quarter.

The states use verified outcomes only; counts of reported outcomes are listed separately.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from data.model.record_keys import year_of
from results.pledges.progress import quarter_of
from results.pledges.register import ADJUSTED, CANCELLED, KINDS, PledgeBook

KEPT, MISSED, RUNNING, UNKNOWN = "kept", "missed", "running", "unknown"
STATES = (KEPT, MISSED, RUNNING, UNKNOWN, ADJUSTED, CANCELLED)
COUNTS = ("pledges", *STATES, "overdue", "unverified", "reported_met", "soft")
QUARTERS = ("quarter", "as_of", "kind", "pledges", "reported_met", "verified_met", "overdue")


@dataclass(frozen=True)
class PledgeCounts:
    """Counts of a kind of pledge: pledges = the sum of the six states; the other counts overlap with them.

    kept: the verified value meets the target. missed: it does not, and the day is past. running: it does not yet, and
    there is time left. unknown: no verified outcome. adjusted, cancelled: as noted. overdue, unverified, soft: see
    `results.pledges.register.PledgeBook`. reported_met: met according to the unit's report.
    """

    kind: str
    pledges: int
    kept: int
    missed: int
    running: int
    unknown: int
    adjusted: int
    cancelled: int
    overdue: int
    unverified: int
    reported_met: int
    soft: int


def states(lines: pd.DataFrame, round_id: str, as_of: date) -> pd.Series:
    """Return the state (a value of STATES) of every row of `PledgeBook.lines`.

    An item without a due date is due at the end of the round's year, even when the book is read in the next January.
    """
    met = lines["verified_met"].astype("boolean")
    last = pd.Series([f"{year_of(round_id) or as_of.year}-12-31"] * len(lines), index=lines.index)
    past = (lines["due"].fillna(last) <= as_of.isoformat()).to_numpy(dtype=bool)
    found = pd.Series(UNKNOWN, index=lines.index, dtype=object)
    found[met.fillna(False).to_numpy(dtype=bool)] = KEPT
    short = (~met).fillna(False).to_numpy(dtype=bool)
    found[short & past] = MISSED
    found[short & ~past] = RUNNING
    for closed in (ADJUSTED, CANCELLED):
        found[(lines["status"] == closed).fillna(False).to_numpy(dtype=bool)] = closed
    return found


def count_pledges(lines: pd.DataFrame, round_id: str, as_of: date) -> tuple[PledgeCounts, ...]:
    """Count headline, then routine pledges; also for a part of the lines, such as a single category."""
    counted = states(lines, round_id, as_of)
    found = []
    for kind in KINDS:
        own = (lines["kind"] == kind).to_numpy(dtype=bool)
        numbers = {state: int((counted[own] == state).sum()) for state in STATES}
        numbers |= {name: int(lines.loc[own, name].sum()) for name in ("overdue", "unverified", "reported_met", "soft")}
        found.append(PledgeCounts(kind, int(own.sum()), **numbers))
    return tuple(found)


def count_book(book: PledgeBook, category: str | None = None) -> tuple[PledgeCounts, ...]:
    """Count headline, then routine pledges of a book, of one category or of all."""
    lines = book.lines if category is None else book.lines[book.lines["category"] == category]
    return count_pledges(lines, book.round, book.as_of)


def quarter_days(round_id: str, day: date) -> dict[str, date]:
    """Return the quarters of a round that have begun by a day, oldest first, each with its last day.

    The newest quarter has the given day instead.
    """
    year = year_of(round_id) or day.year
    found: dict[str, date] = {}
    while not found or list(found.values())[-1] < day:
        number = len(found)
        first_of_next = date(year + (number + 1) // 4, 3 * ((number + 1) % 4) + 1, 1)
        last = date.fromordinal(first_of_next.toordinal() - 1)
        found[quarter_of(last)] = min(last, day)
    return found


def through_quarters(books: Iterable[PledgeBook], category: str | None = None) -> pd.DataFrame:
    """Return QUARTERS: a row for each book (the same round, quarter after quarter) and kind of pledge."""
    rows = []
    for book in books:
        lines = book.lines if category is None else book.lines[book.lines["category"] == category]
        for kind in KINDS:
            own = lines[lines["kind"] == kind]
            sums = [int(own[name].sum()) for name in ("reported_met", "verified_met", "overdue")]
            rows.append((quarter_of(book.as_of), book.as_of.isoformat(), kind, len(own), *sums))
    return pd.DataFrame(rows, columns=list(QUARTERS))
