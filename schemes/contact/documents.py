"""Documents of visits and receptions: circulars, statistics of the year, and the announcement of next month."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pandas as pd

from formats.document import Document, Form, Section
from formats.table_kinds import BASE, INTERVAL, NAME, VERDICT, Column, declared
from i18n import N_, translate
from reports.documents import scheme as parts
from reports.documents.common import BARE
from results import number_format
from results.contributions import names_of
from schemes.chosen import Chosen, attention, rows
from schemes.contact import measures
from schemes.contact.words import DOCUMENT_TITLES, SECTION_WORDS
from schemes.documents import divided_sections
from schemes.frame import QUARTER, Period, records

DAYS = declared(
    "contact_days",
    (
        Column("day", 26, header=N_("Day")),
        Column("post", 34, True, (NAME,), N_("Post")),
        Column("unit", 46, True, header=N_("Unit")),
        Column("place", 50, True, header=N_("Place of the reception")),
    ),
    listed=True,
)
POSTS = declared(
    "contact_posts",
    (
        Column("post", 24, True, (NAME,), N_("Post")),
        Column("unit", 34, True, header=N_("Unit")),
        Column("planned", 18, says=(BASE,), header=N_("Planned in the year")),
        Column("planned_by_then", 18, header=N_("Planned by the day")),
        Column("done", 14, header=N_("Done")),
        Column("difference", 14, header=N_("Difference")),
        Column("evidence", 34, True, (INTERVAL, VERDICT), N_("Interval and verdict")),
    ),
)
LISTS = ("no_reception", "not_announced", "no_visit", "no_log")


def circular(kind: str, chosen: Chosen, language: str, form: Form = BARE) -> Document:
    """Return the circular of a period: figures, posts and units in roster order, and what has to be done."""
    sections = [
        parts.measures_section(chosen, _head("glance", language), rows(chosen), language),
        *_divided(chosen, (("receptions", QUARTER), ("solved_there", QUARTER)) if kind == "year" else (), language),
        *_divided(chosen, (("plan_met", "post"), ("visits_done", "unit"), ("signed", "unit")), language),
        *_posts(chosen, language),
        *_lists(chosen, language),
    ]
    title = parts.titled(chosen, DOCUMENT_TITLES[kind], language)
    return parts.scheme_document(chosen, f"contact-{kind}", title, sections, language, form)


def announcement(chosen: Chosen, language: str, form: Form = BARE) -> Document:
    """Return the receptions of the month after the as-of day, to be posted: post, day and place."""
    month = next_month(chosen)
    own = chosen.over(month)
    days = _reception_days(own)
    names = names_of(own)
    lines = [_day_cells(row, names) for row in records(days)]
    base = parts.ListBase(_leaders(own), "leaders_base")
    section = parts.register_section(own, _head("announced_days", language), DAYS, lines, base, language)
    rule = _head("day_rule", language).format(day=own.settings.reception_day)
    section = replace(section, paragraphs=(*section.paragraphs, rule, _head("changes", language)))
    title = parts.titled(own, DOCUMENT_TITLES["announcement"], language)
    return parts.scheme_document(own, "contact-announcement", title, [section], language, form, internal=False)


DOCUMENTS = {
    "announcement": announcement,
    "month": partial(circular, "month"),
    "quarter": partial(circular, "quarter"),
    "year": partial(circular, "year"),
}


def next_month(chosen: Chosen) -> Period:
    """Return the month after the last day that the question speaks of."""
    day = min(chosen.asked.as_of, chosen.asked.period.last)
    first = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return Period.of(f"{first.year}-{first.month:02}")


def _reception_days(chosen: Chosen) -> pd.DataFrame:
    """Return the receptions of the month, in the order of their days, ranks and codes."""
    if "person" not in chosen.frames:
        return pd.DataFrame(columns=["person_code"])
    found = measures.reception_days(chosen.frames, chosen.asked.period, chosen.asked.as_of, chosen.settings)
    return found.sort_values(["day", "person_code"], kind="stable")


def _leaders(chosen: Chosen) -> int:
    """Return the number of leaders whose rank has a plan of receptions."""
    held = measures.leaders(chosen.frames["person"]) if "person" in chosen.frames else {}
    return sum(any(post.rank in chosen.settings.reception_months for post in posts) for posts in held.values())


def _day_cells(row: Mapping[str, object], names: Mapping[str, str]) -> dict[str, str]:
    place, unit = str(row["place_code"] or ""), str(row["unit_code"] or "")
    return {
        "day": str(row["day"]),
        "post": _post(row),
        "unit": names.get(unit, unit) or number_format.NONE,
        "place": names.get(place, place) or number_format.NONE,
    }


def _post(row: Mapping[str, object]) -> str:
    return " ".join(str(part) for part in (row["person_code"], row["rank"]) if part)


def _posts(chosen: Chosen, language: str) -> list[Section]:
    """Return the posts with their visits, where there are contact points in the last year of the period."""
    if not all(table in chosen.frames for table in measures.VISITED):
        return []
    last = min(chosen.asked.as_of, chosen.asked.period.last)
    table, names = measures.posts(chosen.frames, last.year, last), names_of(chosen)
    if table.empty:
        return []
    lines = [_post_cells(row, names, language) for row in records(table)]
    base = parts.ListBase(len(table), "posts_base")
    return [parts.register_section(chosen, _head("posts", language), POSTS, lines, base, language)]


def _post_cells(row: Mapping[str, object], names: Mapping[str, str], language: str) -> dict[str, str]:
    unit = str(row["unit_code"] or "")
    return {
        "post": _post(row),
        "unit": names.get(unit, unit) or number_format.NONE,
        **{name: number_format.count(row[name]) for name in ("planned", "planned_by_then", "done")},
        "difference": number_format.signed(row["difference"], 0),
        "evidence": _head("counted", language),
    }


def _lists(chosen: Chosen, language: str) -> list[Section]:
    """Return what had to be done on the last day of the period, of the year up to that day."""
    last = min(chosen.asked.as_of, chosen.asked.period.last)
    own = chosen.over(Period(date(last.year, 1, 1), last))
    own = replace(own, asked=replace(own.asked, as_of=last))
    figures, listed = rows(own), attention(own)
    return [
        parts.items_section(
            own, _head(what, language), listed[listed["what"] == what], _base(own, figures, what), language
        )
        for what in LISTS
    ]


def _base(chosen: Chosen, figures: pd.DataFrame, what: str) -> parts.ListBase:
    """Return of how many a list is: spans, receptions, points or pairings."""
    if what == "no_visit":
        return parts.ListBase(_planned_points(chosen), "points_base")
    measure = {"no_reception": "plan_met", "not_announced": "receptions", "no_log": "pairings"}[what]
    return parts.base_of(figures, measure)


def _planned_points(chosen: Chosen) -> int:
    if "contact_point" not in chosen.frames:
        return 0
    rows = chosen.frames["contact_point"]
    planned = pd.to_numeric(rows["planned"]) > 0
    return int((planned & (rows["year"].astype("int64") == chosen.asked.as_of.year)).sum())


def _head(name: str, language: str) -> str:
    return translate(SECTION_WORDS[name], language)


def _divided(chosen: Chosen, wanted: tuple[tuple[str, str], ...], language: str) -> list[Section]:
    return divided_sections(chosen, wanted, lambda measure: _head(measure, language), language)
