"""Tables of the evidence (ballots to flip, classes, integrity, next year) as a sheet or as JSON."""

from collections.abc import Iterable, Mapping

import pandas as pd

from data.store.release import Round
from formats.spreadsheet import Cell, Sheet
from i18n import N_, translate
from reports.ranking_table import decimals_of, facts_of, marks, printed_marks
from results.evidence import classes
from results.evidence.integrity import CHECKS, FALSE_ALARMS, Integrity
from results.evidence.suggestions import Suggestions, about
from results.fields import columns, number_formats
from results.labels import REASONS, VERDICTS, YES_OR_NO
from results.missing import is_missing
from results.ranking.statements import family_name


def evidence_sheet(
    round_: Round,
    table: str,
    title: str,
    rows: pd.DataFrame,
    language: str,
    *,
    words: Mapping[str, Mapping[str, str]] | None = None,
    remarks: Iterable[tuple[str, Cell]] = (),
) -> Sheet:
    """Return the rows in words. table : of `fields.csv`. words : field -> code -> message. remarks : further facts."""
    known = columns(table)
    coded = {"verdict": VERDICTS, "verdict_without": VERDICTS, "reason": REASONS, **(words or {})}
    cells = [[_word(name, row[name], coded, language) for name in known] for row in rows.to_dict("records")]
    mark = marks(round_, language)
    facts = facts_of(round_.release, round_.id, round_.scored_rules.name, len(rows), language, mark)
    return Sheet(
        translate(title, language),
        [column.title(language) for column in known.values()],
        cells,
        [*facts, *remarks],
        translate(N_("About"), language),
        [(column.title(language), translate(column.meaning, language)) for column in known.values()],
        number_formats(table, known, decimals_of(round_), language),
        marks=printed_marks(round_.release, round_.id, language, mark),
    )


def classes_sheet(round_: Round, rows: pd.DataFrame, language: str) -> Sheet:
    """Return the classes of a round with what they promise."""
    level = round_.scored_rules.uncertainty.level
    remarks: list[tuple[str, Cell]] = [(translate(N_("Class"), language), classes.about(level, language))]
    return evidence_sheet(round_, "classes", N_("Classes"), rows, language, remarks=remarks)


def integrity_sheet(round_: Round, found: Integrity, language: str) -> Sheet:
    """Return the findings on the ballots with their false alarms."""
    remarks: list[tuple[str, Cell]] = [
        (translate(CHECKS[check], language), translate(FALSE_ALARMS[check], language)) for check in CHECKS
    ]
    remarks.append((translate(N_("Listed ballots"), language), len(found.flagged)))
    title = N_("Integrity of ballots")
    return evidence_sheet(round_, "integrity", title, found.rows, language, words={"check": CHECKS}, remarks=remarks)


def suggestions_sheet(round_: Round, found: Suggestions, language: str) -> Sheet:
    """Return the themes of suggestions, marked as internal."""
    remarks: list[tuple[str, Cell]] = [
        (translate(N_("For the office only"), language), " ".join(about(found, language)))
    ]
    return evidence_sheet(round_, "suggestions", N_("Themes of suggestions"), found.rows, language, remarks=remarks)


def evidence_json(round_: Round, rows: pd.DataFrame, **about: object) -> dict[str, object]:
    """Return the rows with codes and full precision; None for what is missing."""
    head = {"release": round_.release.id, "round": round_.id, "rules": round_.scored_rules.name}
    return {**head, **about, "rows": [{k: _cell(v) for k, v in row.items()} for row in rows.to_dict("records")]}


def _word(name: str, value: object, coded: Mapping[str, Mapping[str, str]], language: str) -> Cell:
    cell = _cell(value)
    if cell is None:
        return None
    if isinstance(cell, bool):
        return YES_OR_NO[cell][language == "en"]
    if name == "category":
        return family_name(str(cell), language)
    return translate(coded[name][str(cell)], language) if name in coded else cell


def _cell(value: object) -> Cell:
    if is_missing(value):
        return None
    if hasattr(value, "item"):
        value = value.item()
    return value if isinstance(value, str | int | float | bool) else str(value)
