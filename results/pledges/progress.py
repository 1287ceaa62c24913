"""Progress of pledges through the year: reports by quarter, due, late or unverified items, and the circular."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from data.store.release import Round
from results.pledges.register import ADJUSTED, CANCELLED, DONE, STATUSES, PledgeBook, pledge_book

DUE, LATE, UNVERIFIED, SILENT, NO_REASON = "due_this_quarter", "overdue", "unverified", "not_reported", "no_reason"
WARNINGS = (LATE, DUE, SILENT, UNVERIFIED, NO_REASON)

CHECKS = (
    *("pledge_id", "quarter", "check_date", "status", "reported", "verified", "completion_pct"),
    *("evidence", "verified_by"),
)


@dataclass(frozen=True)
class QuarterReport:
    """A quarter of a round as of a day.

    quarter : such as 2025Q3. book : the pledges on that day. warnings : `book.lines` with a column of truth values for
        each of WARNINGS (due_this_quarter: due inside the quarter and not done; overdue; not_reported: no check in the
        quarter; unverified: reported and not verified since; no_reason: adjusted or cancelled without a reason)
        and `warned`, whether any of them holds. Items done, adjusted or cancelled need not report.
    """

    quarter: str
    as_of: date
    book: PledgeBook
    warnings: pd.DataFrame


def quarter_of(day: date) -> str:
    """Return the quarter of a date: 2025-08-15 -> 2025Q3."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def checks_by_quarter(round_: Round, as_of: date | None = None) -> pd.DataFrame:
    """Return CHECKS: the last check of every pledge in every quarter, oldest first.

    Later checks of a quarter replace earlier values. A blank in a later check keeps the earlier value.
    """
    checks = round_.records("progress").rename(columns={"actual": "reported"})
    if as_of is not None:
        checks = checks[checks["check_date"] <= as_of.isoformat()]
    checks = checks[checks["check_date"].notna()].sort_values(["pledge_id", "check_date"])
    checks = checks.assign(quarter=[quarter_of(date.fromisoformat(day)) for day in checks["check_date"]])
    last = checks.groupby(["pledge_id", "quarter"], as_index=False).last()
    return last.assign(status=last["status"].map(STATUSES))[list(CHECKS)]


def quarter_report(round_: Round, as_of: date) -> QuarterReport:
    """Return what needs attention in the quarter that contains a day, as of that day."""
    book = pledge_book(round_, as_of)
    first = date(as_of.year, 3 * ((as_of.month - 1) // 3) + 1, 1)
    return QuarterReport(quarter_of(as_of), as_of, book, _warnings(book.lines, quarter_of(as_of), first))


def _warnings(lines: pd.DataFrame, quarter: str, first: date) -> pd.DataFrame:
    due = lines["due"].map(lambda day: quarter_of(date.fromisoformat(day)), na_action="ignore")
    open_ = ~lines["status"].isin([DONE, ADJUSTED, CANCELLED])
    unmet = ~lines["verified_met"].fillna(lines["reported_met"]).fillna(False).astype(bool)
    told = (lines["checked_on"] >= first.isoformat()).fillna(False)
    closed = lines["status"].isin([ADJUSTED, CANCELLED])
    found = lines.assign(
        **{
            DUE: ((due == quarter).fillna(False) & open_ & unmet).astype(bool),
            SILENT: (open_ & ~told).astype(bool),
            NO_REASON: closed & lines["status_reason"].isna(),
        }
    )
    return found.assign(warned=found[list(WARNINGS)].any(axis=1))
