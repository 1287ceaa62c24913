"""Classes of a round, and the parts of its scores with their evidence, as a sheet or as JSON."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from data.store.release import Release, Round
from formats.spreadsheet import Sheet
from i18n import N_, translate
from reports.ranking_table import decimals_of, facts_of, marks, printed_marks, status_of, with_basis
from results.fields import columns, meanings, number_formats
from results.labels import VERDICTS
from results.missing import is_missing
from results.ranking.apart_votes import COLUMNS as APART
from results.ranking.apart_votes import apart_votes
from results.ranking.score_classes import CLASS_TIE, CLASS_VETO, Classes
from results.ranking.score_classes import FIELDS as CLASS_FIELDS
from results.ranking.score_parts import PARTS, ROWS, ScoreParts

CLASSES, SCORE_PARTS = "rule_classes", "score_parts"
REASON_WORDS = {
    CLASS_TIE: N_("Units of equal score did not all fit into the class above"),
    CLASS_VETO: N_("Vetoed: in the last class"),
}
KIND_WORDS = {
    "component": N_("Component"),
    "deduction": N_("Points taken off"),
    "bonus": N_("Points added"),
    "volume": N_("Coefficient of volume"),
    "veto": N_("Veto"),
}
WORDS: Mapping[str, Mapping[str, str]] = {"class_reason": REASON_WORDS, "kind": KIND_WORDS, "verdict": VERDICTS}


def classes_as_json(found: Classes, release: Release) -> dict[str, object]:
    """Return classes with field names and codes, and the number of units of each class."""
    head = {"release": found.ranking.release, "round": found.ranking.round, "rules": found.ranking.rules}
    status = status_of(release.round(found.ranking.round))
    return {**head, **status, "sizes": found.sizes, "rows": _records(found.rows, CLASS_FIELDS)}


def classes_as_sheet(found: Classes, release: Release, language: str) -> Sheet:
    """Return classes in the reader's language."""
    rows = _records(found.rows, CLASS_FIELDS)
    round_ = release.round(found.ranking.round)
    return _sheet(N_("Classes of the rule set"), CLASSES, CLASS_FIELDS, rows, round_, found.ranking.rules, language)


def parts_as_json(found: list[ScoreParts], round_: Round) -> dict[str, object]:
    """Return the parts of the scores, and places and verdicts with and without them."""
    head = {"release": round_.release.id, "round": round_.id, "rules": round_.scored_rules.name}
    rows = [row for own in found for row in _records(own.rows, ROWS)]
    parts = [row for own in found for row in _records(own.parts, PARTS)]
    apart = _records(apart_votes(round_), APART)
    return {**head, **status_of(round_), "rows": rows, "parts": parts, "apart": apart}


def parts_as_sheet(found: list[ScoreParts], round_: Round, language: str) -> Sheet:
    """Return the parts of the scores in the reader's language, a row a unit and part."""
    rows = [row for own in found for row in _records(own.parts, PARTS)]
    return _sheet(N_("Parts of the scores"), SCORE_PARTS, PARTS, rows, round_, round_.scored_rules.name, language)


def _sheet(
    title: str,
    table: str,
    fields: Iterable[str],
    rows: list[dict[str, Any]],
    round_: Round,
    rules: str,
    language: str,
) -> Sheet:
    names, known = list(fields), columns(table)
    mark = marks(round_, language)
    headers = [known[name].title(language) for name in names]
    cells = [[_word(name, row[name], language) for name in names] for row in rows]
    headers, cells = with_basis(headers, cells, [(rules, mark)] * len(rows), round_.release, language)
    return Sheet(
        translate(title, language),
        headers,
        cells,
        facts_of(round_.release, round_.id, rules, len(rows), language, mark),
        translate(N_("About"), language),
        [(known[name].title(language), translate(meaning, language)) for name, meaning in meanings(table, names)],
        number_formats(table, names, decimals_of(round_), language),
        [],
        translate(N_("Charts"), language),
        printed_marks(round_.release, round_.id, language, mark),
        frozenset(),
    )


def _records(rows: pd.DataFrame, fields: Iterable[str]) -> list[dict[str, Any]]:
    """Return rows with plain values, None for what is missing."""
    return [
        {str(name): None if is_missing(value) else _plain(value) for name, value in row.items()}
        for row in rows[list(fields)].astype(object).to_dict("records")
    ]


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _word(name: str, value: Any, language: str) -> Any:
    words = WORDS.get(name)
    return value if words is None or value is None else translate(words[str(value)], language)
