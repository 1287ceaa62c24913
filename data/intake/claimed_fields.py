"""Checks of the fields of ballots and counts that no figure uses: a column that is claimed is never just ignored."""

from data.intake.cells import number_in, read_cell
from data.intake.values import Judgement
from data.model.contract import Field, field_of_header, fields
from data.model.names import LONGEST_NAME, match_key, tidy

CHECKED_OF_BALLOTS = ("channel", "site", "invalid_reason", "row_no", "file_id")
CHECKED_OF_COUNTS = ("share_pct", "base_n", "estimated")


def judge_claimed(kind: str, name: str, value: str) -> Judgement:
    """Return the value as its field takes it; a word of a list is spelled as in the list."""
    field = _field(kind, name)
    if field.type == "text" and len(value) > LONGEST_NAME:
        return Judgement(None, "name_too_long", {"length": len(value), "limit": LONGEST_NAME})
    reading = read_cell(field, value, None)
    if reading.code:
        return Judgement(None, reading.code, reading.facts)
    return Judgement(str(reading.kept) if field.type == "enum" and reading.kept else value)


def is_one(value: str) -> bool:
    """Return whether a sampling weight changes nothing: empty or 1."""
    return not tidy(value) or number_in(value) == 1


def is_weight(text: str) -> bool:
    """Return whether a heading names sampling weights, which tables of counts have no field for."""
    return field_of_header("ballots").get(match_key(text)) == "weight"


def _field(kind: str, name: str) -> Field:
    return next(field for field in fields(kind) if field.name == name)
