"""Documents of opinions and visits: circular of a month, quarter or year, the sheet of the wall, and the weekly sheet.

The sheet of the wall is anonymous: number, topic, days and result, and no place below the community.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial

import pandas as pd

from analytics.deadlines import PAUSED
from formats.document import Document, Form, Section
from formats.table_kinds import KINDS, Column, declared
from i18n import N_, PUNCTUATION, translate
from reports.documents import scheme as parts
from reports.documents.common import BARE
from results import number_format
from results.contributions import PostedList
from schemes.chosen import Chosen, attention, rows
from schemes.documents import divided_sections
from schemes.echo import measures
from schemes.echo.words import DOCUMENT_TITLES, SECTION_WORDS
from schemes.frame import Period, days, records, texts

WALL = declared(
    "echo_wall",
    (
        Column("opinion_no", 30, True, header=N_("Item number")),
        Column("topic", 30, True, header=N_("Topic")),
        Column("received", 22, header=N_("Received")),
        Column("due", 22, header=N_("Answer due by")),
        Column("answered", 22, header=N_("Answered")),
        Column("result", 30, True, header=N_("Result")),
    ),
)
WEEK = timedelta(days=7)


def circular(kind: str, chosen: Chosen, language: str, form: Form = BARE) -> Document:
    """Return the circular of a period: figures, units and grids in roster order, and what is overdue."""
    figures, listed = rows(chosen), attention(chosen)
    sections = [
        parts.measures_section(chosen, _head("glance", language), figures, language),
        *_divided(chosen, (("on_time", "unit"), ("weeks_met", "place"), ("coverage", "place")), language),
        _items(chosen, listed, "overdue", parts.base_of(figures, "received"), language),
        _items(chosen, listed, "not_posted", _wall_base(chosen), language),
    ]
    title = parts.titled(chosen, DOCUMENT_TITLES["circular"], language)
    return parts.scheme_document(chosen, f"echo-{kind}", title, sections, language, form)


def wall(chosen: Chosen, language: str, form: Form = BARE) -> Document:
    """Return the sheet of the wall, which is posted: no unit, no person, no place below the community."""
    opinions = _of_the_wall(chosen)
    lines = [_wall_cells(row, language) for row in records(opinions)]
    section = parts.register_section(chosen, _head("posted", language), WALL, lines, _wall_base(chosen), language)
    title = parts.titled(chosen, DOCUMENT_TITLES["wall"], language)
    return parts.scheme_document(chosen, "echo-wall", title, [section], language, form, internal=False)


def posted_list(chosen: Chosen, language: str) -> PostedList | None:
    """Return the same list for the public page; None without an opinion of the wall in the period."""
    opinions = _of_the_wall(chosen)
    if opinions.empty:
        return None
    rows = {str(row["opinion_no"]): tuple(_wall_cells(row, language).values()) for row in records(opinions)}
    headers = [translate(column.header, language) for column in KINDS[WALL].columns]
    asked, colon = chosen.asked, PUNCTUATION[language].colon
    basis = {
        N_("Period"): f"{asked.period.first.isoformat()}–{asked.period.last.isoformat()}",
        N_("As of"): asked.as_of.isoformat(),
        N_("Rules"): asked.rules,
    }
    basis_words = " · ".join(f"{translate(name, language)}{colon}{value}" for name, value in basis.items())
    return PostedList(parts.titled(chosen, DOCUMENT_TITLES["wall"], language), headers, rows, basis_words)


def original_texts(chosen: Chosen) -> dict[str, str]:
    """Return the text of each opinion of the wall as it was delivered; "" where there is none."""
    opinions = _of_the_wall(chosen)
    return dict(zip(opinions["opinion_no"].astype(str), texts(opinions, "text"), strict=True)) if len(opinions) else {}


def week(chosen: Chosen, language: str, form: Form = BARE) -> Document:
    """Return the visits of the last week that is over: grids in roster order, who needs a word, who waits."""
    own = chosen.over(last_week(min(chosen.asked.as_of, chosen.asked.period.last)))
    listed = attention(chosen)
    people = chosen.frames["person"] if "person" in chosen.frames else pd.DataFrame(columns=["role"])
    visitors = people[texts(people, "role").isin(chosen.settings.visitors)]
    needy = chosen.frames["visit"] if "visit" in chosen.frames else pd.DataFrame(columns=["household_kind"])
    known = needy[texts(needy, "household_kind").isin(chosen.settings.needy)]
    sections = [
        *_divided(own, (("weeks_met", "place"), ("coverage", "place")), language),
        _items(own, listed, "weeks_missed", parts.ListBase(_number(visitors, "person_code"), "people"), language),
        _items(own, listed, "needy", parts.ListBase(_number(known, "household_code"), "needy_households"), language),
    ]
    title = parts.titled(own, DOCUMENT_TITLES["week"], language)
    return parts.scheme_document(own, "echo-week", title, sections, language, form)


DOCUMENTS = {
    "month": partial(circular, "month"),
    "quarter": partial(circular, "quarter"),
    "year": partial(circular, "year"),
    "wall": wall,
    "week": week,
}


def last_week(day: date) -> Period:
    """Return Monday to Sunday of the last week that is over on a day."""
    sunday = day if day.weekday() == 6 else day - timedelta(days=day.weekday() + 1)
    return Period(sunday - WEEK + timedelta(days=1), sunday)


def _frame(chosen: Chosen, name: str) -> pd.DataFrame:
    """Return a table, without rows if it was never delivered."""
    return chosen.frames[name] if name in chosen.frames else pd.DataFrame()


def _number(rows: pd.DataFrame, column: str) -> int:
    return rows[column].nunique() if column in rows else 0


def _head(name: str, language: str) -> str:
    return translate(SECTION_WORDS[name], language)


def _divided(chosen: Chosen, wanted: tuple[tuple[str, str], ...], language: str) -> list[Section]:
    return divided_sections(chosen, wanted, lambda measure: _head(measure, language), language)


def _items(chosen: Chosen, listed: pd.DataFrame, what: str, base: parts.ListBase, language: str) -> Section:
    return parts.items_section(chosen, _head(what, language), listed[listed["what"] == what], base, language)


def _of_the_wall(chosen: Chosen) -> pd.DataFrame:
    """Return the opinions of the wall that were received in the period, with their state."""
    if "opinion" not in chosen.frames:
        return pd.DataFrame(columns=["opinion_no"])
    opinions = measures.counted(chosen.frames["opinion"])
    opinions = opinions.assign(state=measures.opinion_states(opinions, chosen.asked.as_of))
    inside = chosen.asked.period.holds(days(opinions, "received_at"))
    return opinions[inside & (texts(opinions, "channel") == measures.WALL)].sort_values("opinion_no")


def _wall_base(chosen: Chosen) -> parts.ListBase:
    return parts.ListBase(len(_of_the_wall(chosen)), "wall_opinions")


def _wall_cells(row: Mapping[str, object], language: str) -> dict[str, str]:
    open_words = SECTION_WORDS["paused" if row["state"] == PAUSED else "not_answered"]
    return {
        "opinion_no": str(row["opinion_no"]),
        "topic": str(row["topic"] or number_format.NONE),
        "received": _day(row["received_at"]),
        "due": _day(row["due"]),
        "answered": _day(row["answered_at"]),
        "result": str(row["result"] or "") or translate(open_words, language),
    }


def _day(value: object) -> str:
    return number_format.NONE if value is None else pd.Timestamp(str(value)).date().isoformat()
