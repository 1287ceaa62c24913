"""Columns of a register that no result uses: each is reported with its number of filled cells, and a column
that looks like a category, a superior or a weight is asked about by name.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from data.intake.cells import read_cell
from data.intake.headers import Header, round_columns
from data.intake.headings import without_number
from data.model.contract import fields
from data.model.names import match_key
from i18n import N_
from problems import Problem, Term

USED = ("unit_code", "unit_name", "short_name", "roster_no", "category", "participation")
CATEGORY, SUPERIOR, WEIGHT = N_("a category"), N_("the superior unit"), N_("a weight")
_LOOKS_LIKE = (
    (WEIGHT, r".*(?:权重|权数|系数|分值|占比|比重|weight)[(（]?[%％]?[)）]?"),
    (SUPERIOR, r".*(?:上级|主管|隶属|归口|分管|挂靠|牵头|parent|superior|supervis).*"),
    (
        CATEGORY,
        r".*(?:类别?|分类|类型|组别?|分组|板块|序列|系列|系统|条线|层级|级别|性质|批次|category|group|type|class|level)",
    ),
)
_CLAIMED = {"system": CATEGORY, "level": CATEGORY, "parent_code": SUPERIOR}


@dataclass(frozen=True)
class _Column:
    """Column that no result uses. looks: what it may be, '' for nothing; name: its field, '' where none claims it."""

    text: str
    cells: int
    looks: str
    name: str = ""


def unused(file: str, header: Header, records: Sequence[Sequence[str]], mapping: Mapping[str, str]) -> list[Problem]:
    """Report the columns of a register that are not used: a question, a warning or, for a field, a note."""
    columns = [column for column in _unused(header, records) if column.cells]
    asked = [column for column in columns if column.looks and column.text not in mapping]
    problems = [_asked(file, header, column) for column in asked]
    for column in (column for column in columns if column not in asked):
        level = "note" if column.name else "warning"
        code = "field_not_used" if column.name else "unknown_column"
        facts = {"cells": column.cells}
        problems.append(Problem(code, level, file, None, header.row, column.text, column.text, facts))
    return problems


def _unused(header: Header, records: Sequence[Sequence[str]]) -> list[_Column]:
    found = []
    rounds = round_columns("units", header)
    for at, text in header.other.items():
        if at not in rounds:
            found.append(_Column(header.cells[at], _filled(records, at), _looks_like(text)))
    for name, at in header.fields.items():
        if name not in USED:
            looks = _CLAIMED.get(name, "") if name == "parent_code" or "category" not in header.fields else ""
            found.append(_Column(header.cells[at], _filled(records, at), looks, name))
    return found


def _filled(records: Sequence[Sequence[str]], at: int) -> int:
    return sum(bool(record[at].strip()) for record in records)


def _looks_like(text: str) -> str:
    key = match_key(without_number(text))
    return next((what for what, pattern in _LOOKS_LIKE if re.fullmatch(pattern, key)), "")


def _asked(file: str, header: Header, column: _Column) -> Problem:
    facts = {"columns": [column.text], "cells": column.cells, "what": Term(column.looks)}
    return Problem("confirm_register_column", "warning", file, None, header.row, column.text, facts=facts)


def faulty(file: str, header: Header, row: int, values: Sequence[str]) -> list[Problem]:
    """Report the cells in unused fields that are not what their field takes."""
    found = []
    for field in fields("units"):
        if field.name in header.fields and field.name not in USED and field.type != "enum":  # any words are possible
            text = values[header.fields[field.name]]
            reading = read_cell(field, text, None)
            if reading.code and not reading.warning:
                column = header.text_of("units", field.name)
                found.append(Problem(reading.code, "error", file, None, row, column, text, reading.facts))
    return found
