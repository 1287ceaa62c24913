"""Tables of pledges and votes as sheets or JSON; the labels are in `results/pledges/labels.py`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from data.model.rule_sets import Presentation
from data.store.release import Release
from formats.spreadsheet import Cell, Sheet
from i18n import N_, translate
from reports.ranking_table import decimals_of, facts_of, marks, printed_marks, status_of
from results.fields import WHOLE, columns, folded, meanings, number_format
from results.labels import DATA_HEADER
from results.missing import is_missing
from results.pledges.by_year import POSTS, UNITS, YEARS, PledgeYear, posts_of, units_of_year
from results.pledges.labels import (
    COMPARED_REASONS,
    DIFFERS,
    NO_INTERVAL,
    PLEDGE_KINDS,
    STATUS_WORDS,
    VOTE_REASON_SENTENCES,
    WARNING_WORDS,
    attention,
    difference_sentence,
    header,
    word,
)
from results.pledges.progress import WARNINGS, QuarterReport, quarter_of
from results.pledges.register import KINDS, LINES
from results.ranking.family import ALL, RoundNotFoundError

# The labels are re-exported for modules that build tables.
__all__ = [
    "BY",
    "BY_ITEM",
    "BY_POST",
    "BY_UNIT",
    "PledgeTable",
    "table",
    "as_json",
    "as_sheet",
    "post_sheet",
    "records",
    "COMPARED_REASONS",
    "DIFFERS",
    "NO_INTERVAL",
    "PLEDGE_KINDS",
    "STATUS_WORDS",
    "VOTE_REASON_SENTENCES",
    "WARNING_WORDS",
    "attention",
    "difference_sentence",
    "header",
    "word",
]

BY_ITEM, BY_POST, BY_UNIT = "item", "post", "unit"
BY = (BY_ITEM, BY_POST, BY_UNIT)

TITLES = {
    BY_ITEM: N_("Pledge against outcome"),
    BY_POST: N_("Pledges, hall and public by post"),
    BY_UNIT: N_("Pledges and public by unit"),
}
CIRCULAR_TITLE = N_("Circular of the quarter")
CIRCULAR = (
    *("unit_name", "post", "kind", "item", "due", "direction", "baseline", "target", "unit_of_measure", "status"),
    *("reported", "reported_on", "reported_completion", "verified", "verified_on", "verified_completion"),
    *("status_reason", "warning", "quarter"),
)
ENDING = ("round", "as_of", "rules", "release")
"""Last fields of every line in a file: people copy lines out of files, and a pledge means nothing without its day."""


@dataclass(frozen=True)
class PledgeTable:
    """Rows to export, with title, ordered fields, release, round, rule set and reporting date."""

    title: str
    by: str
    fields: tuple[str, ...]
    rows: pd.DataFrame
    release: str
    round: str
    rules: str
    as_of: str


def table(answer: PledgeYear | QuarterReport, by: str = BY_ITEM, category: str | None = None) -> PledgeTable:
    """Return a round by item, post or unit, or the quarterly circular. Raises RoundNotFoundError without rows."""
    book, title = answer.book, TITLES[by]
    rules = answer.rules if isinstance(answer, QuarterReport) else answer.votes.rules
    rows: pd.DataFrame = book.lines
    fields: tuple[str, ...] = LINES
    if isinstance(answer, QuarterReport):
        title, rows, fields = CIRCULAR_TITLE, answer.warnings, tuple(dict.fromkeys((*LINES, *WARNINGS)))
    else:
        if by in (BY_POST, BY_UNIT):
            rows, fields = (posts_of(answer), POSTS) if by == BY_POST else (units_of_year(answer), UNITS)
    if category not in (None, ALL):
        if category not in set(rows["category"]):
            raise RoundNotFoundError(f"{book.round} / {category}")
        rows = rows[rows["category"] == category]
    return PledgeTable(title, by, fields, rows, book.release, book.round, rules, book.as_of.isoformat())


def as_json(table: PledgeTable, release: Release) -> dict[str, object]:
    """Return a table with field names and codes, in full precision."""
    head: dict[str, object] = {"release": table.release, "round": table.round, "rules": table.rules}
    head |= {"demo": release.is_demo, "as_of": table.as_of} | status_of(release.round(table.round))
    return {**head, "rows": records(table.rows, table.fields)}


def as_sheet(table: PledgeTable, release: Release, language: str) -> Sheet:
    """Return a table in the reader's language; a circular has only the columns of CIRCULAR."""
    rows, fields = _ended(table, release, language)
    values = records(rows, fields)
    rounds = [str(row["round"]) for row in values]
    known = {name: marks(release.round(name), language) for name in rounds or [table.round]}
    headers = [header(name, language) for name in fields]
    legend = [(header(name, language), translate(meaning, language)) for name, meaning in meanings("pledges", fields)]
    decimals = _decimals(release, table)
    formats = {header(name, language): form for name in fields if (form := number_format(_form(name), decimals))}
    cells = [[_cell(word(name, row[name], language)) for name in fields] for row in values]
    if any(known.values()):
        headers.append(translate(DATA_HEADER, language))
        cells = [[*row, known[name]] for row, name in zip(cells, rounds, strict=True)]
    mark = ", ".join(filter(None, dict.fromkeys(known.values())))
    facts = facts_of(release, table.round, table.rules, len(cells), language, mark)
    if table.title == CIRCULAR_TITLE:
        facts.append((header("quarter", language), quarter_of(date.fromisoformat(table.as_of))))
    if table.as_of:
        facts.append((translate(N_("As of"), language), table.as_of))
    return Sheet(
        translate(table.title, language),
        headers,
        cells,
        facts,
        translate(N_("About"), language),
        legend,
        formats,
        marks=printed_marks(release, table.round, language, mark),
        folded=frozenset(header(name, language) for name in folded("pledges") if name in fields),
        leading=fields.index("unit_name") + 1,
    )


def _ended(table: PledgeTable, release: Release, language: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return rows and fields of a sheet, with ENDING last."""
    rows, fields = table.rows, table.fields
    if table.title == CIRCULAR_TITLE:
        warning = [attention(row, language) for row in rows.to_dict("records")]
        rows = rows.assign(quarter=quarter_of(date.fromisoformat(table.as_of)), warning=warning)
        fields = CIRCULAR
    given = {"round": table.round, "as_of": table.as_of, "rules": table.rules}
    rows = rows.assign(**{name: value for name, value in given.items() if name not in rows}, release=release.short)
    return rows, (*(name for name in fields if name not in ENDING), *ENDING)


def _form(name: str) -> str:
    """Return the format of a field; a total of one kind of pledge has that of the total."""
    kind, _, rest = name.partition("_")
    totals = columns("pledge_totals")
    column = totals.get(rest) if kind in KINDS and rest in totals else columns("pledges").get(name)
    return column.format if column else ""


def _decimals(release: Release, table: PledgeTable) -> int:
    return decimals_of(release.round(table.round)) if table.rules else Presentation().decimals


def post_sheet(rows: pd.DataFrame, release: Release, language: str) -> Sheet:
    """Return the years of a post (`post_through_years`) in the reader's language."""
    rounds = ", ".join(rows["round"])
    whole = PledgeTable(N_("One post through the years"), BY_POST, YEARS, rows, release.id, rounds, "", "")
    return as_sheet(whole, release, language)


def records(rows: pd.DataFrame, fields: Iterable[str]) -> list[dict[str, object]]:
    """Return rows with plain Python values; None for missing values."""
    names = list(fields)
    columns = [[_plain(name, value) for value in rows[name].astype(object).tolist()] for name in names]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def _plain(name: str, value: object) -> object:
    if is_missing(value):
        return None
    return int(float(str(value))) if _form(name) == WHOLE else value


def _cell(value: object) -> Cell:
    return value if isinstance(value, str | int | float) else None
