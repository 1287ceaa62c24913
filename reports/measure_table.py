"""Rows of the measures of schemes, written in a single way wherever they leave: sheet, JSON, lines of text.

A row says of what, of how many, of which days and as of which day, why there is no interval, under which rules and
from which release. Shares are printed with both integers, since a percentage alone hides its base.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from data.store.release import Release
from formats.spreadsheet import Cell, Sheet
from i18n import N_, PUNCTUATION, translate
from reports.measure_words import FEN, SHARE, base_words, number_words, value_words
from reports.ranking_table import head_fact
from results.contributions import Chosen, Scheme, counts_of, names_of
from results.fields import columns, meanings
from results.labels import DEMO
from results.missing import is_missing

TABLE, WAITING = "measures", "attention"
INSIDE = N_("Internal, to be checked")
"""Stamp of a list of what has to be done: computed, and no finding about anybody."""
WORDED = ("measure", "by", "counts", "of_what", "why_no_interval", "verdict", "reason", "what")
SHORTEST = ("measure", "key", "key_name", "shown", "of_what", "interval", "verdict")


def filled(rows: pd.DataFrame, scheme: Scheme, names: Mapping[str, str], language: str) -> list[dict[str, object]]:
    """Return rows with plain values, and what each counts, the name of its key, and the value as it is printed."""
    plain, known = [], counts_of(scheme)
    for row in _plain(rows):
        counts = known[str(row["measure"])]
        name = names.get(str(row["key"]), "") if row["key"] else ""
        plain.append(
            {**row, "counts": counts, "key_name": name, "shown": shown(row["value"], row["n"], counts, language)}
        )
    return plain


def shown(value: object, n: object, counts: str, language: str) -> str:
    """Return a share as 26 / 34 = 76.47%, half rounded up; a count as it is; nothing for a missing value."""
    if value is None or is_missing(value):
        return ""
    if counts == FEN:
        return value_words({"value": value}, counts, language)
    if counts != SHARE:
        return f"{value:,}"  # a slash would make people / receptions look like a share
    base = int(str(n))
    part = round(float(str(value)) * base)
    cent = Decimal("0.01")
    if abs(part - float(str(value)) * base) > 1e-6:  # weighted: it is no ratio of counts
        return f"{(Decimal(str(value)) * 100).quantize(cent, ROUND_HALF_UP)}% (n = {base:,})"
    return f"{part:,} / {base:,} = {(Decimal(part * 100) / base).quantize(cent, ROUND_HALF_UP)}%"


def as_json(rows: pd.DataFrame, scheme: Scheme, names: Mapping[str, str], release: Release) -> dict[str, object]:
    """Return the rows with field names and codes."""
    return {
        "release": release.id,
        "demo": release.is_demo,
        "scheme": scheme.name,
        "rows": filled(rows, scheme, names, "en"),
    }


def as_sheet(rows: pd.DataFrame, scheme: Scheme, names: Mapping[str, str], release: Release, language: str) -> Sheet:
    """Return the rows in the reader's language."""
    return _sheet(TABLE, filled(rows, scheme, names, language), scheme, release, language)


def measure_sheet(chosen: Chosen, rows: Callable[[Any], pd.DataFrame], language: str) -> Sheet:
    """Return the measures of a question in words. rows : `schemes.chosen.rows`, which no lower room may import."""
    return as_sheet(rows(chosen), chosen.scheme, names_of(chosen), chosen.registers.release, language)


def waiting_json(rows: pd.DataFrame, scheme: Scheme, names: Mapping[str, str], release: Release) -> dict[str, object]:
    """Return what has to be done, with field names and codes."""
    head = {"release": release.id, "demo": release.is_demo, "scheme": scheme.name, "internal": True}
    return {**head, "rows": _named(rows, names)}


def waiting_sheet(
    rows: pd.DataFrame, scheme: Scheme, names: Mapping[str, str], release: Release, language: str
) -> Sheet:
    """Return what has to be done, in the reader's language; every row has the stamp."""
    stamped = [{**row, "status": translate(INSIDE, language)} for row in _named(rows, names)]
    return _sheet(WAITING, stamped, scheme, release, language)


def _named(rows: pd.DataFrame, names: Mapping[str, str]) -> list[dict[str, object]]:
    found = []
    for row in _plain(rows):
        codes = {name: row.get(f"{name}_code") for name in ("unit", "place")}
        found.append({**row, **{f"{name}_name": names.get(str(code), "") for name, code in codes.items()}})
    return found


def _sheet(table: str, rows: Sequence[Mapping[str, object]], scheme: Scheme, release: Release, language: str) -> Sheet:
    known = columns(table)
    mark = translate(DEMO, language) if release.is_demo else ""
    facts: list[tuple[str, Cell]] = [
        (translate(N_("Scheme"), language), translate(scheme.title, language)),
        (translate(N_("Release"), language), release.id),
        (translate(N_("Rows"), language), len(rows)),
        *head_fact(release, "", language),
    ]
    text = translate(N_("Release {release}"), language).format(release=release.short)
    return Sheet(
        translate(scheme.title, language),
        [column.title(language) for column in known.values()],
        [[_worded(name, row.get(name), scheme, language) for name in known] for row in rows],
        [*facts, (translate(N_("Data"), language), mark)] if mark else facts,
        translate(N_("About"), language),
        [(known[name].title(language), translate(meaning, language)) for name, meaning in meanings(table, known)],
        marks=PUNCTUATION[language].semicolon.join(filter(None, (mark, text))),
        folded=frozenset(column.title(language) for column in known.values() if column.folded),
    )


def lines(rows: pd.DataFrame, scheme: Scheme, names: Mapping[str, str], release: Release, language: str) -> list[str]:
    """Return the rows as text to read: what all share first, then a table of the columns that differ."""
    given = filled(rows, scheme, names, language)
    several = len({(row["period_from"], row["period_to"]) for row in given}) > 1
    cells = []
    for row in given:
        worded = {name: str(_worded(name, row.get(name), scheme, language) or "") for name in row}
        worded["interval"] = f"{row['low']:.4g}–{row['high']:.4g}" if row["low"] is not None else ""
        worded["verdict"] = PUNCTUATION[language].semicolon.join(filter(None, (worded["verdict"], worded["reason"])))
        if row["counts"] != SHARE and row["value"] is not None and row["value"] != row["n"]:
            message = scheme.word(str(row["of_what"]), "of_what")
            worded["of_what"] = base_words(row, str(row["counts"]), message, language)
        first = [f"{row['period_from']}–{row['period_to']}"] if several else []
        cells.append([*first, *(worded[name] for name in SHORTEST)])
    known = columns(TABLE)
    heads = {"interval": translate(N_("Interval"), language)}
    headers = [heads.get(name) or translate(known[name].header, language) for name in SHORTEST]
    first = [translate(N_("Period"), language)] if several else []
    return [*_heading(given, scheme, release, language, several), "", *text_table([*first, *headers], cells)]


def waiting_lines(
    rows: pd.DataFrame, scheme: Scheme, names: Mapping[str, str], release: Release, language: str
) -> list[str]:
    """Return what has to be done as text to read."""
    given, known = _named(rows, names), columns(WAITING)
    listed = ("what", "key", "unit_name", "place_name", "day", "days")
    cells = [
        [_text(_worded(name, row.get(name), scheme, language)) for name in listed[:-1]]
        + [number_words(scheme, row, language)]
        for row in given
    ]
    headers = [translate(known[name].header, language) for name in listed]
    head = _heading([{**row, "period_from": ""} for row in given], scheme, release, language, True)
    return [*head, translate(INSIDE, language), "", *text_table(headers, cells)]


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _heading(
    rows: Sequence[Mapping[str, object]], scheme: Scheme, release: Release, language: str, several: bool
) -> list[str]:
    first = rows[0] if rows else {}
    parts = [
        (N_("Period"), "" if several or not rows else f"{first['period_from']}–{first['period_to']}"),
        (N_("As of"), first.get("as_of")),
        (N_("Rules"), first.get("rules")),
        (N_("Release"), release.short),
        (N_("Data"), translate(DEMO, language) if release.is_demo else ""),
    ]
    colon = PUNCTUATION[language].colon
    return [
        translate(scheme.title, language),
        " · ".join(f"{translate(name, language)}{colon}{value}" for name, value in parts if value),
    ]


def text_table(headers: Sequence[str], cells: Iterable[Sequence[str]]) -> list[str]:
    """Return aligned lines; a Chinese character is as wide as two others. Empty columns are left out."""
    rows = [list(row) for row in cells]
    kept = [at for at in range(len(headers)) if any(row[at] for row in rows)]
    table = [[headers[at] for at in kept], *([row[at] for at in kept] for row in rows)]
    widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(f"{text}{' ' * (size - _width(text))}" for text, size in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _worded(name: str, value: object, scheme: Scheme, language: str) -> Cell:
    if value is None:
        return None
    if name == "scheme":
        return translate(scheme.title, language)
    if name in WORDED:
        return translate(scheme.word(str(value), name), language)
    return value if isinstance(value, str | int | float | bool) else str(value)


def _plain(rows: pd.DataFrame) -> list[dict[str, object]]:
    """Return rows with plain values: days as ISO text, whole numbers as int, None where a value is missing."""
    return [{str(name): _value(value) for name, value in row.items()} for row in rows.astype(object).to_dict("records")]


def _value(value: object) -> object:
    if is_missing(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if hasattr(value, "item"):
        value = value.item()
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) > 1 else value
