"""Progress of pledges through the year: reports by quarter, due, late or unverified items, and the circular."""

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from data.model.record_keys import year_of
from data.model.working_days import Calendar, work_calendar
from data.store.release import Round
from results.pledges.register import ADJUSTED, CANCELLED, DONE, STATUSES, PledgeBook, pledge_book

DUE, LATE, UNVERIFIED, SILENT, NO_REASON = "due_this_quarter", "overdue", "unverified", "not_reported", "no_reason"
WARNINGS = (LATE, DUE, SILENT, UNVERIFIED, NO_REASON)
REPORT_DAYS = 10
"""Working days after the end of a quarter in which its report is due; usual in the notices read, and a setting."""

CHECKS = (
    *("pledge_id", "quarter", "check_date", "status", "reported", "verified", "completion_pct"),
    *("evidence", "verified_by"),
)


@dataclass(frozen=True)
class QuarterReport:
    """A quarter of a round as of a day.

    quarter : such as 2025Q3. book : the pledges on that day. warnings : `book.lines` with a column of truth values for
        each of WARNINGS (due_this_quarter: due inside the quarter, not done and not overdue; overdue; not_reported: no
        check since the beginning of `awaited`; unverified: reported and not verified since; no_reason: adjusted or
        cancelled without a reason) and `warned`, whether any of them holds. Items done, adjusted or cancelled need not
        report.
    awaited : the newest quarter whose report had to be there before the day; None where no term has passed. A report
        is late after its term and not before, so none is missing on the first morning of a quarter.
    """

    quarter: str
    as_of: date
    book: PledgeBook
    warnings: pd.DataFrame
    awaited: str | None = None
    rules: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """Return `attention_counts` of all items."""
        return attention_counts(self.warnings)


def attention_counts(rows: pd.DataFrame) -> dict[str, int]:
    """Return how many items there are, need attention, are overdue, due this quarter, or warned for another reason.

    rows: `QuarterReport.warnings`. The last three do not overlap and add up to those that need attention.
    """
    warned, late, due = (int(rows[name].sum()) for name in ("warned", LATE, DUE))
    return {"count": len(rows), "warned": warned, "late": late, "due": due, "other": warned - late - due}


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


def quarter_report(round_: Round, as_of: date, report_days: int = REPORT_DAYS) -> QuarterReport:
    """Return what needs attention in the quarter that contains a day, as of that day.

    report_days: working days after a quarter in which its report is due.
    """
    book = pledge_book(round_, as_of)
    calendar = work_calendar(round_.release.records("work_calendar"))
    begun: date | None = awaited_since(as_of, report_days, calendar)
    if begun and begun.year < (year_of(round_.id) or begun.year):
        begun = None  # nobody reports on the quarters before the round
    warnings = _warnings(book.lines, quarter_of(as_of), begun)
    rules = round_.evidence_rules.name if round_.evidence_rules else ""
    return QuarterReport(quarter_of(as_of), as_of, book, warnings, quarter_of(begun) if begun else None, rules)


def awaited_since(as_of: date, report_days: int, calendar: Calendar) -> date:
    """Return the first day of the newest quarter whose report was due before a day."""
    ended = _first_of_quarter(as_of) - timedelta(days=1)
    while calendar.add_working_days(ended, report_days).day >= as_of:
        ended = _first_of_quarter(ended) - timedelta(days=1)
    return _first_of_quarter(ended)


def _first_of_quarter(day: date) -> date:
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def _warnings(lines: pd.DataFrame, quarter: str, awaited: date | None) -> pd.DataFrame:
    due = lines["due"].map(lambda day: quarter_of(date.fromisoformat(day)), na_action="ignore")
    open_ = ~lines["status"].isin([DONE, ADJUSTED, CANCELLED])
    unmet = ~lines["verified_met"].fillna(lines["reported_met"]).fillna(False).astype(bool)
    since = awaited.isoformat() if awaited else ""
    reported = (lines["checked_on"] >= since).fillna(False)
    closed = lines["status"].isin([ADJUSTED, CANCELLED])
    found = lines.assign(
        **{
            DUE: ((due == quarter).fillna(False) & open_ & unmet & ~lines[LATE]).astype(bool),
            SILENT: (open_ & ~reported & bool(since)).astype(bool),
            NO_REASON: closed & lines["status_reason"].isna(),
        }
    )
    return found.assign(warned=found[list(WARNINGS)].any(axis=1))
