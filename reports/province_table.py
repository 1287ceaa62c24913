"""A round of a province as sheets and JSON: its levels, and the bottom lists as the cities published them."""

from collections.abc import Mapping

import pandas as pd

from data.store.province import ADVICE, DAMAGED, EARLIER, LATE, MISSING, NEWER, UNFIT
from formats.spreadsheet import Cell, Sheet
from i18n import N_, translate
from results.fields import columns, folded, meanings, number_formats
from results.labels import REASONS, VERDICTS, YES_OR_NO
from results.missing import is_missing
from results.province.levels import CITY, COUNTY, IN, LEVELS, LISTED, PROVINCE, Province, advice, why

PROVINCE_TABLE, PROVINCE_LIST = "province", "province_list"
LEVEL_WORDS = {PROVINCE: N_("Province"), CITY: N_("City"), COUNTY: N_("County")}
STATES = {
    IN: N_("in the release"),
    MISSING: N_("nothing published"),
    DAMAGED: N_("facts damaged"),
    EARLIER: N_("facts of an earlier format"),
    NEWER: N_("facts of a newer format"),
    LATE: N_("published too late"),
    UNFIT: N_("facts cannot be used"),
}
"""State of a city -> words; every key of ADVICE is among them."""
WORDS: Mapping[str, Mapping[str, str]] = {
    "level": LEVEL_WORDS,
    "state": STATES,
    "verdict": VERDICTS,
    "reason": REASONS,
}
DECIMALS = 2
assert set(STATES) == {IN, *ADVICE}


def levels_sheet(province: Province, rows: pd.DataFrame, language: str) -> Sheet:
    """Return a row for the province, each city and each county."""
    return _sheet(province, PROVINCE_TABLE, N_("Province by levels"), rows, language)


def lists_sheet(province: Province, rows: pd.DataFrame, language: str) -> Sheet:
    """Return the bottom lists as the cities published them."""
    return _sheet(province, PROVINCE_LIST, N_("Bottom lists as published"), rows, language)


def as_json(province: Province, rows: pd.DataFrame, language: str = "en") -> dict[str, object]:
    """Return rows with field names and codes, and the cities that are not in the release, each with what to do."""
    gone = [
        {"city": own.city, "state": own.code, "why": why(own, language), "advice": advice(own, language)}
        for own in province.left_out
    ]
    return {
        "release": province.release.id,
        "round": province.built.round_id or province.round.id,
        "left_out": gone,
        "rows": [{str(name): _plain(value) for name, value in row.items()} for row in rows.to_dict("records")],
    }


def _sheet(province: Province, table: str, title: str, rows: pd.DataFrame, language: str) -> Sheet:
    names = LEVELS if table == PROVINCE_TABLE else LISTED
    known = columns(table)
    headers = [known[name].title(language) for name in names]
    cells = [[_cell(name, row[name], language) for name in names] for row in rows.to_dict("records")]
    facts: list[tuple[str, Cell]] = [
        (translate(N_("Release of the province"), language), province.release.id),
        (translate(N_("Round"), language), province.built.round_id or province.round.id),
        (translate(N_("Rows"), language), len(cells)),
    ]
    facts += [(own.city, f"{why(own, language)} {advice(own, language)}") for own in province.left_out]
    return Sheet(
        translate(title, language),
        headers,
        cells,
        facts,
        translate(N_("About"), language),
        [(known[name].title(language), translate(meaning, language)) for name, meaning in meanings(table, names)],
        number_formats(table, names, DECIMALS, language),
        folded=frozenset(known[name].title(language) for name in folded(table)),
    )


def _cell(name: str, value: object, language: str) -> Cell:
    if is_missing(value):
        return None
    if isinstance(value, bool):
        return YES_OR_NO[value][language != "zh"]
    words = WORDS.get(name)
    if words:
        return translate(words[str(value)], language)
    return value if isinstance(value, str | int | float) else str(value)


def _plain(value: object) -> object:
    return None if is_missing(value) else value
