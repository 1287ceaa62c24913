"""Measure rows of a scheme as a sheet: the columns of every scheme are the same, in full precision."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from formats.spreadsheet import Cell, Sheet
from i18n import N_, translate
from results.contributions import Chosen, names_of
from results.missing import is_missing

HEADERS = {
    "scheme": N_("Scheme"),
    "measure": N_("What is counted"),
    "by": N_("Divided"),
    "key": N_("Key"),
    "period_from": N_("From"),
    "period_to": N_("To"),
    "as_of": N_("As of"),
    "value": N_("Value"),
    "n": N_("Base"),
    "of_what": N_("Of what"),
    "low": N_("Lower end"),
    "high": N_("Upper end"),
    "why_no_interval": N_("Why no interval"),
    "verdict": N_("Verdict"),
    "reason": N_("Reason"),
    "rules": N_("Settings"),
    "release": N_("Release"),
}
WORDS = ("measure", "of_what", "why_no_interval", "verdict", "reason", "by")


def measure_sheet(chosen: Chosen, rows: Callable[[Any], pd.DataFrame], language: str) -> Sheet:
    """Return the measures of a question in words. rows : `schemes.chosen.rows`, which no lower room may import."""
    names = names_of(chosen)
    lines = [
        [_cell(chosen, name, row[name], names, language) for name in HEADERS] for row in rows(chosen).to_dict("records")
    ]
    facts: list[tuple[str, Cell]] = [
        (translate(N_("Release"), language), chosen.asked.release),
        (translate(N_("Settings"), language), chosen.asked.rules),
        (translate(N_("As of"), language), chosen.asked.as_of.isoformat()),
        (translate(N_("Rows"), language), len(lines)),
    ]
    title, about = (translate(text, language) for text in (chosen.scheme.title, N_("About")))
    return Sheet(title, [translate(head, language) for head in HEADERS.values()], lines, facts, about)


def _cell(chosen: Chosen, name: str, value: object, names: dict[str, str], language: str) -> Cell:
    if is_missing(value):
        return None
    if name == "scheme":
        return translate(chosen.scheme.title, language)
    if name in WORDS:
        return translate(chosen.scheme.word(str(value)), language)
    if name == "key":
        return names.get(str(value), str(value))
    return value if isinstance(value, int | float) else str(value)
