"""The letter to a unit on its pledges: a reminder of what is due this quarter, a warning of what is overdue.

It lists items, not persons: a post is named, with the span of its holder where a span was given.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd

from data.model.working_days import Calendar
from data.store.release import Release
from formats.document import Document, Form, Section, plain
from formats.table_kinds import PLEDGES
from i18n import N_, translate
from reports.documents.circular import day_words, pledge_line
from reports.documents.common import BARE, MadeOf, document, table
from results.pledges.labels import NO_INTERVAL
from results.pledges.progress import DUE, LATE, SILENT, QuarterReport

REMINDER = N_("Reminder of pledges due in {year}, quarter {quarter}")
WARNING = N_("Warning on overdue pledges, {year}, quarter {quarter}")
IN_SHORT = N_("In short")
STANDS = N_(
    "As of {day}, {unit} has {count} pledged items; due this quarter and not done: {due}; overdue: {late}; without "
    "the report that is due: {silent}."
)
HEADINGS = {
    LATE: N_("Overdue items"),
    DUE: N_("Items due this quarter"),
    SILENT: N_("Items whose report is missing"),
}
ASKED = N_("What is asked")
ASK_DUE = N_("Items due this quarter are to be completed by the day in the list, and reported with evidence.")
ASK_LATE = N_(
    "For every overdue item the unit states in writing why it is late, what is being done, and by when it will be done."
)
REPORT_BY = N_("The report on this quarter is due by {day}: {days} working days after the quarter.")
PROVISIONAL = N_("The holidays of that year are not announced yet; the day may move.")
NO_FINDING = N_("This letter is a reminder of dates; it is no finding and no sanction.")


def to_warn(report: QuarterReport) -> list[tuple[str, str]]:
    """Return code and name of the units with an item that is due this quarter or overdue, in the order of the list."""
    rows = report.warnings[report.warnings[LATE] | report.warnings[DUE]]
    pairs = zip(rows["unit_code"].astype(str), rows["unit_name"].astype(str), strict=True)
    return list(dict.fromkeys(pairs))


def pledge_letter(
    release: Release,
    report: QuarterReport,
    code: str,
    calendar: Calendar,
    report_days: int,
    language: str,
    form: Form = BARE,
) -> Document:
    """Return the letter to a unit of `to_warn`. report_days : working days after a quarter in which its report is due.

    It is a warning if an item is overdue, else a reminder.
    """
    rows = report.warnings[report.warnings["unit_code"].astype(str) == code]
    name = plain(rows["unit_name"].iloc[0])
    year, _, quarter = report.quarter.partition("Q")
    title = WARNING if rows[LATE].any() else REMINDER
    sections = [
        Section(translate(IN_SHORT, language), 1, _in_short(rows, name, report, language)),
        *_lists(rows, language),
        Section(translate(ASKED, language), 1, tuple(_asked(rows, report, calendar, report_days, language))),
    ]
    made = document(
        release,
        "pledge_letter",
        translate(title, language).format(year=year, quarter=quarter),
        sections,
        language,
        replace(form, recipients=name),
        MadeOf((report.book.round,), report.rules),
    )
    return replace(made, subject=name)


def _in_short(rows: pd.DataFrame, name: str, report: QuarterReport, language: str) -> tuple[str, ...]:
    counts = {key: int(rows[column].sum()) for key, column in (("due", DUE), ("late", LATE), ("silent", SILENT))}
    facts = {"day": day_words(report.as_of, language), "unit": name, "count": len(rows), **counts}
    return translate(STANDS, language).format(**facts), translate(NO_INTERVAL, language)


def _lists(rows: pd.DataFrame, language: str) -> Iterator[Section]:
    """Yield a list for each reason; an item is listed under the first of its reasons."""
    left = rows
    for reason, heading in HEADINGS.items():
        listed, left = left[left[reason]], left[~left[reason]]
        if len(listed):
            lines = [pledge_line(row, language) for row in listed.to_dict("records")]
            yield Section(translate(heading, language), 1, (), table(PLEDGES, lines, language))


def _asked(
    rows: pd.DataFrame, report: QuarterReport, calendar: Calendar, report_days: int, language: str
) -> Iterator[str]:
    if rows[DUE].any():
        yield translate(ASK_DUE, language)
    if rows[LATE].any():
        yield translate(ASK_LATE, language)
    deadline = calendar.add_working_days(_quarter_end(report.quarter), report_days)
    yield translate(REPORT_BY, language).format(day=day_words(deadline.day, language), days=report_days)
    if deadline.provisional:
        yield translate(PROVISIONAL, language)
    yield translate(NO_FINDING, language)


def _quarter_end(quarter: str) -> date:
    """Return the last day of a quarter such as 2025Q3."""
    year, _, number = quarter.partition("Q")
    months = 3 * int(number)
    return date(int(year) + months // 12, months % 12 + 1, 1) - timedelta(days=1)
