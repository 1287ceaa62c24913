"""Cells that the contract checks by more than their type: codes, months, spans of days, and values that another table
must have.
"""

import datetime
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from itertools import pairwise

from data.intake.cells import Reading, read_cell
from data.intake.context import Context
from data.intake.personal_values import is_personal_code
from data.intake.values import judge_unit
from data.model.checks import Check
from data.model.contract import TABLES, Field
from data.model.names import match_key, tidy
from problems import Term

LONGEST_CODE = 20
CLOSE = 3  # proposals
_JUDGED = frozenset({"code", "month", "quarter", "spans", "unit"})
MOST_COMPARED = 5_000  # codes that proposals are chosen from: difflib compares 5,000 in 0.05 s
_CODE = re.compile(rf"(?=.{{1,{LONGEST_CODE}}}$)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_MONTH = re.compile(r"(20\d\d)(?:[-/.年])(0?[1-9]|1[0-2])月?")
_QUARTER = re.compile(r"(20\d\d)(?:-?[Qq]|年第?)([1-4一二三四])(?:季度?)?")
_DAY = r"20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?"
_SPAN = re.compile(rf"({_DAY})(至|/)({_DAY})")
_AROUND, _BETWEEN_SPANS = re.compile(r"\s*(至|/)\s*"), re.compile(r"[;,、\s]+")
_NUMERALS = {"一": "1", "二": "2", "三": "3", "四": "4"}


def read_coded(field: Field, text: str, context: Context, units: dict[str, str]) -> Reading | None:
    """Return the reading of a cell with such a check, each part of a list by itself; None for any other cell.

    units: match key of every spelling of a registered unit -> its code.
    """
    judges = [check for check in field.checks if check.sort in _JUDGED or (check.reference and not check.when)]
    if not judges:
        return None
    if field.type != "list":
        return _one(judges, text, context, units)
    kept, warned = [], Reading()
    for part in _parts(field, text):
        reading = _one(judges, part, context, units)
        about = Reading(code=reading.code, facts={"value": part, **reading.facts}, warning=reading.warning)
        if reading.code and not reading.warning:
            return about
        warned = about if reading.code and not warned.code else warned
        kept.append(reading.kept)
    return replace(warned, kept=kept)


def _parts(field: Field, text: str) -> list[str]:
    parts = read_cell(field, text, None).kept
    return [str(part) for part in parts] if isinstance(parts, list) else []


def _one(judges: list[Check], text: str, context: Context, units: dict[str, str]) -> Reading:
    reading = Reading(tidy(text))
    for check in judges:
        if check.sort == "code":
            reading = _code(tidy(text))
        elif check.sort == "month":
            reading = _month(tidy(text))
        elif check.sort == "quarter":
            reading = _quarter(tidy(text))
        elif check.sort == "spans":
            reading = _spans(text)
        elif check.sort == "unit":
            judged = judge_unit(text, context, units)
            reading = Reading(judged.kept, judged.code, judged.facts, judged.warning)
        elif check.reference is not None:
            reading = _referred(check.reference, text, context)
        if reading.code and not reading.warning:
            return reading
    return reading


def _code(text: str) -> Reading:
    """Return a code. A code that identifies a person is reported with its column and never repeated here."""
    plain = unicodedata.normalize("NFKC", text)
    if is_personal_code(plain) or _CODE.fullmatch(plain):
        return Reading(plain)
    return Reading(code="not_a_code", facts={"limit": LONGEST_CODE})


def _month(text: str) -> Reading:
    match = _MONTH.fullmatch(unicodedata.normalize("NFKC", text))
    return Reading(f"{match[1]}-{int(match[2]):02d}") if match else Reading(code="not_a_month")


def _quarter(text: str) -> Reading:
    match = _QUARTER.fullmatch(unicodedata.normalize("NFKC", text))
    return Reading(f"{match[1]}Q{_NUMERALS.get(match[2], match[2])}") if match else Reading(code="not_a_quarter")


def _spans(text: str) -> Reading:
    """Return spans of days as FROM/UNTIL: A至B holds both days, A/B ends before B, as it is kept."""
    plain = _AROUND.sub(r"\1", unicodedata.normalize("NFKC", tidy(text)))
    given = [_span(part) for part in _BETWEEN_SPANS.split(plain) if part]
    spans = sorted(span for span in given if span is not None)
    if len(spans) < len(given) or any(second < after for (_, after), (second, _) in pairwise(spans)):
        return Reading(code="not_spans")
    return Reading(" ".join(f"{first}/{after}" for first, after in spans))


def _span(text: str) -> tuple[datetime.date, datetime.date] | None:
    """Return the first day of a span and the day after its last; None if it is none."""
    match = _SPAN.fullmatch(text)
    if match is None:
        return None
    try:
        first, last = (datetime.date(*map(int, re.findall(r"\d+", day))) for day in match.group(1, 3))
    except ValueError:
        return None
    after = last + datetime.timedelta(days=match[2] == "至")
    return (first, after) if first < after else None


def _referred(reference: tuple[str, str], text: str, context: Context) -> Reading:
    known = context.references(*reference)
    key = match_key(text)
    return Reading(known[key]) if key in known else unknown_value(reference, text, known)


def unknown_value(reference: tuple[str, str], text: str, known: Mapping[str, str]) -> Reading:
    """Return the refusal of a value that the other table does not have, with the nearest that it has."""
    table, key = reference[0], match_key(text)
    close = [known[near] for near in get_close_matches(key, list(known)[:MOST_COMPARED], CLOSE)]
    facts: dict[str, object] = {"close": close} if close else {}
    if table == "place":
        return Reading(code="unknown_place", facts=facts)
    return Reading(code="unknown_reference", facts={**facts, "table": Term(TABLES[table].title)})
