"""Parts that documents of schemes are built from: measures, lists of what has to be done, and registers.

A line that names a unit, a place or a post says value, base and of what, period, as-of day, interval or why there is
none, and verdict or that everything was counted; the settings and the release stand on every page. A list of items
has its number, base and day in the paragraph above it and bears no verdict on whom it names.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from formats.document import Document, Form, Row, Section, Table, plain
from formats.table_kinds import BASE, INTERVAL, KINDS, NAME, VERDICT, Column, declared
from i18n import N_, PUNCTUATION, translate
from reports import measure_words
from reports.documents.common import BARE, INTERNAL, NOTE, ORIGIN, REPLAY, footer_of, head_line, numbered, table
from reports.documents.official_form import printed_form, printed_labels
from results import number_format
from results.contributions import Chosen, counts_of, names_of
from results.labels import DEMO
from results.missing import is_missing, named_rows

MEASURES = declared(
    "scheme_measures",
    (
        Column("measure", 31, True, header=N_("What is counted")),
        Column("value", 17, header=N_("Value")),
        Column("base", 42, True, (BASE,), N_("Base and of what")),
        Column("period", 21, header=N_("Period")),
        Column("as_of", 19, header=N_("As of")),
        Column("evidence", 26, True, (INTERVAL, VERDICT), N_("Interval and verdict")),
    ),
)
DIVIDED = declared(
    "scheme_divided",
    (
        Column("key", 33, True, (NAME,), N_("Name")),
        Column("value", 17, header=N_("Value")),
        Column("base", 40, True, (BASE,), N_("Base and of what")),
        Column("period", 21, header=N_("Period")),
        Column("as_of", 19, header=N_("As of")),
        Column("evidence", 26, True, (INTERVAL, VERDICT), N_("Interval and verdict")),
    ),
)
ITEMS = declared(
    "scheme_items",
    (
        Column("what", 26, True, header=N_("To do")),
        Column("key", 32, True, header=N_("Item number")),
        Column("unit", 30, True, (NAME,), N_("Unit")),
        Column("place", 26, True, header=N_("Place or grid")),
        Column("day", 22, header=N_("Day")),
        Column("days", 20, header=N_("Days or number")),
    ),
    listed=True,
)
CORRECTED = declared(
    "scheme_corrections",
    (
        Column("month", 20, header=N_("Month closed")),
        Column("measure", 34, True, header=N_("What is counted")),
        Column("key", 36, True, (NAME,), N_("Name")),
        Column("printed", 24, header=N_("As printed")),
        Column("now", 24, header=N_("Now")),
        Column("difference", 18, header=N_("Difference")),
    ),
    listed=True,
)
CORRECTIONS = N_("Corrections of earlier circulars")
CHANGED = N_("{count} figures of closed months are different as of {day}; value, then part and base.")
TO_CHECK = N_("Internal; to be checked. A computed flag is no finding.")
LISTED = N_("{count} listed, of {base} ({what}), {period}, as of {day}.")
NOTHING_LISTED = N_("Nothing to list: 0 of {base} ({what}), {period}, as of {day}.")
MADE_OF = N_("Release {release}; settings {rules}; {period}, as of {day}; lines in the tables: {rows}.")
NARROWED = N_("Only {name}.")


@dataclass(frozen=True)
class ListBase:
    """Base of a list of items: how many there are in all, and of what, a code of the words of the scheme."""

    n: int
    what: str


def measures_section(chosen: Chosen, heading: str, rows: pd.DataFrame, language: str) -> Section:
    """Return a table of measures that are not divided. heading : translated. rows : `schemes.frame.ROW`."""
    lines = [_measure_line(chosen, row, language) for row in named_rows(rows)]
    return Section(heading, 1, (), table(MEASURES, lines, language))


def divided_section(
    chosen: Chosen, heading: str, rows: pd.DataFrame, language: str, order: Sequence[str] = ()
) -> Section:
    """Return one measure divided by unit, place, month ... in the order of the roster, never by value.

    order : keys in their order; others follow by key.
    """
    known = {key: at for at, key in enumerate(order or roster(chosen))}
    listed = sorted(named_rows(rows), key=lambda row: (known.get(str(row["key"]), len(known)), str(row["key"])))
    names = names_of(chosen)
    lines = [_divided_line(chosen, row, names, language) for row in listed]
    return Section(heading, 1, (), table(DIVIDED, lines, language))


def items_section(chosen: Chosen, heading: str, listed: pd.DataFrame, base: ListBase, language: str) -> Section:
    """Return a list of what has to be done. listed : what, key, unit_code, place_code, day, days; due first."""
    names = names_of(chosen)
    lines = [_item_line(chosen, row, names, language) for row in named_rows(listed)]
    paragraphs = (translate(TO_CHECK, language), list_words(chosen, len(lines), base, language))
    return Section(heading, 1, paragraphs, table(ITEMS, lines, language) if lines else None)


def register_section(
    chosen: Chosen, heading: str, kind: str, rows: Iterable[Mapping[str, str]], base: ListBase, language: str
) -> Section:
    """Return a register under a kind of table that the scheme declared. rows : cells in the reader's language."""
    columns = KINDS[kind].names
    lines = [Row({name: plain(row[name]) for name in columns}) for row in rows]
    paragraphs = (list_words(chosen, len(lines), base, language),)
    return Section(heading, 1, paragraphs, table(kind, lines, language) if lines else None)


def base_of(rows: pd.DataFrame, measure: str) -> ListBase:
    """Return the base of a measure that is not divided, for a list of some of its items."""
    row = rows[rows["measure"] == measure].to_dict("records")[0]
    return ListBase(int(row["n"]), str(row["of_what"]))


def list_words(chosen: Chosen, count: int, base: ListBase, language: str) -> str:
    """Return how many are listed, of how many of what, in which period and as of which day."""
    period = chosen.asked.period
    return translate(LISTED if count else NOTHING_LISTED, language).format(
        count=number_format.count(count),
        base=number_format.count(base.n),
        what=translate(chosen.scheme.word(base.what), language),
        period=measure_words.period_words(period.first, period.last, language),
        day=chosen.asked.as_of.isoformat(),
    )


def roster(chosen: Chosen) -> list[str]:
    """Return the codes of units and places in the order of their registers."""
    known = chosen.registers.plain
    found: list[str] = []
    for name, column in (("unit", "unit_code"), ("place", "place_code")):
        found += list(known[name][column].astype(str)) if name in known else []
    return found


def _measure_line(chosen: Chosen, row: Mapping[str, object], language: str) -> Row:
    name = translate(chosen.scheme.word(str(row["measure"])), language)
    return Row({"measure": name, **measure_cells(chosen, row, language)})


def _divided_line(chosen: Chosen, row: Mapping[str, object], names: Mapping[str, str], language: str) -> Row:
    return Row({"key": key_words(row["key"], names), **measure_cells(chosen, row, language)})


def measure_cells(chosen: Chosen, row: Mapping[str, object], language: str) -> dict[str, str]:
    """Return value, base, period, as-of day and evidence of a measure row, as every table of measures shows them."""
    counts = counts_of(chosen.scheme)[str(row["measure"])]
    of_what = chosen.scheme.word(str(row["of_what"]))
    return {
        "value": measure_words.value_words(row, counts, language),
        "base": measure_words.base_words(row, counts, of_what, language),
        "period": measure_words.period_words(row["period_from"], row["period_to"], language),
        "as_of": str(row["as_of"]),
        "evidence": measure_words.evidence_words(row, counts, chosen.scheme.word, language),
    }


def key_words(key: object, names: Mapping[str, str]) -> str:
    """Return the name of a unit or place; any other key as it is."""
    return plain(names.get(str(key), key))


def _item_line(chosen: Chosen, row: Mapping[str, object], names: Mapping[str, str], language: str) -> Row:
    return Row(item_cells(chosen, row, names, language))


def item_cells(chosen: Chosen, row: Mapping[str, object], names: Mapping[str, str], language: str) -> dict[str, str]:
    """Return the cells of an item that has to be done, as page and document show it."""
    return {
        "what": translate(chosen.scheme.word(str(row["what"])), language),
        "key": plain(row["key"]),
        "unit": _named(row["unit_code"], names),
        "place": _named(row["place_code"], names),
        "day": number_format.NONE if is_missing(row["day"]) else pd.Timestamp(str(row["day"])).date().isoformat(),
        "days": measure_words.number_words(chosen.scheme, row, language) or number_format.NONE,
    }


def _named(code: object, names: Mapping[str, str]) -> str:
    return number_format.NONE if is_missing(code) or code == "" else key_words(code, names)


def titled(chosen: Chosen, title: str, language: str) -> str:
    """Return the title of a document of a period. title : English message with {period}."""
    period = chosen.asked.period
    words = measure_words.period_words(period.first, period.last, language)
    return translate(title, language).format(period=words)


def scheme_document(
    chosen: Chosen,
    kind: str,
    title: str,
    sections: Iterable[Section],
    language: str,
    form: Form = BARE,
    *,
    internal: bool = True,
) -> Document:
    """Return a document of a scheme with title, official form, stamps and provenance around its sections.

    kind : of the file, such as "NAME-month". title : translated. internal : False for what may be posted.
    """
    parts = [*sections, *(_corrections(chosen, language) if internal else [])]
    release, asked = chosen.registers.release, chosen.asked
    about = _about(chosen, parts, language)
    rules = plain(asked.rules) or number_format.NONE
    return Document(
        kind=kind,
        language=language,
        title=title,
        secrecy=translate(INTERNAL, language) if internal else "",
        stamp=translate(DEMO, language) if release.is_demo else "",
        sections=numbered([*parts, Section(translate(ORIGIN, language), 1, about)], language),
        about=about,
        footer=footer_of(form, release, rules, language),
        release=release.short,
        rules=rules,
        form=printed_form(form, language),
        labels=printed_labels(language),
    )


def _corrections(chosen: Chosen, language: str) -> list[Section]:
    """Return what has changed in closed months since their circulars; nothing if nothing has."""
    found = chosen.scheme.corrections(chosen)
    if not found:
        return []
    names = names_of(chosen)
    lines = [_correction_line(chosen, one, names, language) for one in found]
    count, day = number_format.count(len(found)), chosen.asked.as_of.isoformat()
    paragraph = translate(CHANGED, language).format(count=count, day=day)
    return [Section(translate(CORRECTIONS, language), 1, (paragraph,), table(CORRECTED, lines, language))]


def _correction_line(chosen: Chosen, one: Any, names: Mapping[str, str], language: str) -> Row:
    figure = one.figure
    counts = counts_of(chosen.scheme)[figure.measure]
    ends = _month_days(one.month)
    difference = figure.difference
    return Row(
        {
            "month": measure_words.period_words(*ends, language),
            "measure": translate(chosen.scheme.word(figure.measure, "measure"), language),
            "key": key_words(figure.key, names) if figure.key else number_format.NONE,
            "printed": _figure(figure.printed, figure.printed_n, counts, language),
            "now": _figure(figure.now, figure.now_n, counts, language),
            "difference": number_format.NONE
            if difference is None
            else measure_words.difference_words(difference, counts, language),
        }
    )


def _figure(value: float | None, n: int | None, counts: str, language: str) -> str:
    """Return a figure with its part and base: 97.44% (38/39)."""
    if n is None:
        return number_format.NONE
    row = {"value": value, "n": n}
    words = measure_words.value_words(row, counts, language)
    if counts != measure_words.SHARE or value is None:
        return f"{words} / {number_format.count(n)}"
    return f"{words} ({measure_words.part(row)}/{number_format.count(n)})"


def _month_days(month: str) -> tuple[str, str]:
    """Return the first and the last day of a month as ISO days."""
    first = pd.Timestamp(f"{month}-01")
    return first.date().isoformat(), (first + pd.offsets.MonthEnd()).date().isoformat()


def _about(chosen: Chosen, parts: Sequence[Section], language: str) -> tuple[str, ...]:
    release, asked, names = chosen.registers.release, chosen.asked, names_of(chosen)
    narrowed = [key_words(code, names) for code in (chosen.unit, chosen.place) if code]
    made_of = translate(MADE_OF, language).format(
        release=release.short,
        rules=plain(asked.rules) or number_format.NONE,
        period=measure_words.period_words(asked.period.first, asked.period.last, language),
        day=asked.as_of.isoformat(),
        rows=sum(len(part.table.rows) for part in parts if part.table is not None),
    )
    only = translate(NARROWED, language).format(name=PUNCTUATION[language].listed.join(narrowed)) if narrowed else ""
    replay = (translate(message, language).format(short=release.short) for message in (REPLAY, NOTE))
    return (*filter(None, (made_of, only)), *replay, *head_line(release, "", language))


def tables_of(document: Document) -> list[Table]:
    """Return the tables of a document that name somebody."""
    return [found for found in document.tables() if any(NAME in own.says for own in KINDS[found.kind].columns)]
