"""The circular of a quarter: the promised items that need attention, category by category.

Pledges are counted one by one, not sampled: a line has what was promised, reported and verified, and no interval.
"""

from collections.abc import Iterator, Mapping
from datetime import date

import pandas as pd

from data.store.release import Release
from formats.document import Document, Form, Row, Section, plain
from formats.table_kinds import PLEDGES
from i18n import N_, translate
from reports.documents.common import BARE, REMARKED, MadeOf, document, table
from reports.documents.official_form import DAY
from results import number_format
from results.pledges.labels import NO_INTERVAL, STATUS_WORDS, attention
from results.pledges.progress import QuarterReport

TITLE = N_("Circular on the pledges, {year}, quarter {quarter}")
STANDING = N_(
    "As it stood on {day}: {count} items of {units} units; in need of attention: {warned}, of which overdue {late}, "
    "due this quarter {due} (no item is in both), for another reason {other}."
)
ALL_STANDING = N_("As it stood on {day}: {count} items of {units} units, none of them in need of attention.")
AWAITED = N_("Reports due by this day: those on quarter {quarter} of {year}.")
ALL_WELL = N_("No item needs attention.")
IN_GENERAL = N_("In general")
MEASURED = N_("{number} {measure}")


def circular(release: Release, report: QuarterReport, language: str, form: Form = BARE) -> Document:
    """Return the circular of a quarter as of its reporting date."""
    year, _, quarter = report.quarter.partition("Q")
    title = translate(TITLE, language).format(year=year, quarter=quarter)
    book, rows = report.book, report.warnings
    standing = standing_words(report.counts, report.as_of, rows["unit_code"].nunique(), language)
    awaited = (_awaited(report.awaited, language),) if report.awaited else ()
    general = Section(translate(IN_GENERAL, language), 1, (standing, *awaited, translate(NO_INTERVAL, language)))
    sections = [general, *_categories(rows, language)]
    rounds = release.query("rounds").set_index("round_id")["rules_name"]
    made_of = MadeOf((book.round,), str(rounds.get(book.round, "")))
    return document(release, "pledges", title, sections, language, form, made_of)


def standing_words(counts: Mapping[str, int], day: date, units: int, language: str) -> str:
    """Return how many items need attention and why. counts: `results.pledges.progress.attention_counts`."""
    message = STANDING if counts["warned"] else ALL_STANDING
    return translate(message, language).format(day=day_words(day, language), units=units, **counts)


def _awaited(quarter: str, language: str) -> str:
    """Return which reports were due, so that "report overdue" can be understood."""
    year, _, number = quarter.partition("Q")
    return translate(AWAITED, language).format(year=year, quarter=number)


def day_words(day: date, language: str) -> str:
    """Format a date as 2025-09-30; in Chinese in the official form without leading zeros."""
    digits = 1 if language == "zh" else 2
    return translate(DAY, language).format(year=day.year, month=f"{day.month:0{digits}}", day=f"{day.day:0{digits}}")


def _categories(rows: pd.DataFrame, language: str) -> Iterator[Section]:
    for name, own in rows.groupby("category", sort=False, dropna=False):
        heading = plain(name) if isinstance(name, str) else number_format.NONE
        warned = own[own["warned"]]
        if warned.empty:
            yield Section(heading, 1, (translate(ALL_WELL, language),))
            continue
        lines = [pledge_line(row, language) for row in warned.to_dict("records")]
        yield Section(heading, 1, (), table(PLEDGES, lines, language))


def pledge_line(row: Mapping[object, object], language: str) -> Row:
    """Return an item with its unit and post. row: LINES of results.pledges.register and its warnings."""
    unit, measure = plain(row["unit_name"]), row["unit_of_measure"]
    if isinstance(row["post"], str) and row["post"]:
        unit = translate(REMARKED, language).format(verdict=unit, remark=plain(row["post"]))
    status = row["status"]
    return Row(
        {
            "unit": unit,
            "item": plain(row["item"]),
            "due": plain(row["due"]) if isinstance(row["due"], str) else number_format.NONE,
            "target": _value(row["target"], measure, language),
            "status": translate(STATUS_WORDS[status], language) if isinstance(status, str) else number_format.NONE,
            "reported": _value(row["reported"], measure, language),
            "verified": _value(row["verified"], measure, language),
            "warning": attention(row, language),
        }
    )


def _value(value: object, measure: object, language: str) -> str:
    """Format a quantity such as 7.5 km; a dash if it is missing."""
    number = number_format.exact(value)
    if number == number_format.NONE or not isinstance(measure, str):
        return number
    return translate(MEASURED, language).format(number=number, measure=plain(measure))
