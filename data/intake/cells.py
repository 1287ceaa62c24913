"""Values of single cells of record tables: text, number, date, yes or no, a choice of words, a list.

A reading is the value as it is kept in JSON, or the code of a problem with its facts. Nothing here knows the table.
"""

import calendar
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from data.model.contract import Field
from data.model.names import CONTROL, EXCEL_ERRORS, FORMULA_SIGNS, RAISED, match_key, tidy

YES = frozenset({"是", "有", "true", "1", "y", "yes", "√"})
NO = frozenset({"否", "无", "false", "0", "n", "no", "×"})
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_OF_THIS_YEAR = re.compile(r"(\d{1,2})月(?:(\d{1,2})日|底|末)前?")
_SERIAL = re.compile(r"[34]\d{4}|5[0-4]\d{3}")
_DAY_NUMBER = re.compile(r"\d{2},?\d{3}(\.0)?")  # a spreadsheet prints it as 45992 or 45,992
# Excel counts a 29 February 1900 that did not exist, so from March 1900 on its day 0 is 30 December 1899.
_EXCEL_DAY_0 = date(1899, 12, 30)
_LIST_MARKS = re.compile(r"[;；、,，|]")
_FORMULA = re.compile(r"=|[+@-]\s*[A-Za-z_.]+\s*[(|!]")
_LONGEST_NUMBER = 16  # digits that a float holds


@dataclass(frozen=True)
class Reading:
    """Result of reading a cell: the value kept or None; code and facts of the refusal or of the warning to show."""

    kept: object = None
    code: str = ""
    facts: dict[str, object] = field(default_factory=dict)
    warning: bool = False


def read_cell(kind: Field, text: str, year: int | None) -> Reading:
    """Return the value of a cell; an empty cell is the default of its field, else unknown (None, never zero)."""
    control = CONTROL.search(text)
    if control:
        return Reading(code="control_character", facts={"character": control.group()})
    if text.strip().upper() in EXCEL_ERRORS:
        return Reading(code="excel_error")
    plain = unicodedata.normalize("NFKC", tidy(text)).lstrip("'") or kind.default
    if not plain:
        return Reading()
    if RAISED.search(text) and kind.type in ("int", "decimal"):
        return Reading(code="not_a_number")
    if kind.type in ("int", "decimal"):
        return _number(kind, plain)
    if kind.type == "timestamp" and _moment(plain):
        return Reading(_moment(plain))
    if kind.type in ("date", "timestamp"):
        return _date(kind, plain, year)
    if kind.type == "bool":
        return _yes_or_no(plain)
    if kind.type == "enum":
        return _choice(kind, plain)
    if kind.type == "list":
        return Reading([tidy(part) for part in _LIST_MARKS.split(text) if tidy(part)])
    return Reading(without_text_mark(tidy(text)) or kind.default)


def is_formula(text: str) -> bool:
    """Return whether a text is a formula that a spreadsheet would run, such as =HYPERLINK(...); -5度 is none."""
    return _FORMULA.match(unicodedata.normalize("NFKC", text).strip()) is not None


def without_text_mark(text: str) -> str:
    """Return the text without the apostrophe that prevents a spreadsheet from reading it as a formula."""
    marked = len(text) > 1 and text[0] == "'" and unicodedata.normalize("NFKC", text[1:])[0] in FORMULA_SIGNS
    return text[1:] if marked else text


def plain_number(number: Decimal) -> str:
    """Return the shortest text of a number: 5.0 and 5.00 as 5, 88.50 as 88.5."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def number_in(text: str) -> Decimal | None:
    """Return the number in a printed text (96.40, 65.2%, 1,234), or None."""
    if RAISED.search(text):
        return None
    plain = unicodedata.normalize("NFKC", tidy(text)).lstrip("'").removesuffix("%").removesuffix("分").strip()
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    return Decimal(plain) if _NUMBER.fullmatch(plain) and len(plain) <= _LONGEST_NUMBER else None


def _number(kind: Field, plain: str) -> Reading:
    if "%" in kind.header:
        plain = plain.removesuffix("%")
    number = number_in(plain) if not plain.endswith(("%", "分")) else None
    if number is None:
        return Reading(code="not_a_number")
    if kind.type == "int" and number != number.to_integral_value():
        return Reading(code="not_whole")
    if kind.high is not None and not (kind.low or 0) <= number <= kind.high:
        return Reading(code="out_of_range", facts={"low": kind.low, "high": kind.high})
    if kind.low is not None and number < kind.low:
        return Reading(code="below_lowest", facts={"low": kind.low})
    return Reading(int(number) if kind.type == "int" else plain_number(number))


def _date(kind: Field, plain: str, year: int | None) -> Reading:
    """Read 2025-03-01, 2025/3/1, 2025年3月1日, 12月底前 of the round's year, or an Excel day number (shown)."""
    number = plain.removesuffix(".0").replace(",", "") if _DAY_NUMBER.fullmatch(plain) else ""
    if _SERIAL.fullmatch(number):
        day = _EXCEL_DAY_0 + timedelta(days=int(number))
        return Reading(day.isoformat(), "serial_date", {"date": day.isoformat()}, warning=True)
    match = _DATE.match(plain)
    clock = _TIME.fullmatch(plain[match.end() :].strip(" T")) if match else None
    of_this_year = _OF_THIS_YEAR.fullmatch(plain)
    try:
        if match and (clock or not plain[match.end() :]):
            if not match[3]:  # a month alone is no day
                return Reading(code="not_a_date")
            day = date(int(match[1]), int(match[2]), int(match[3]))
            return Reading(_with_time(day, clock) if kind.type == "timestamp" and clock else day.isoformat())
        if of_this_year and year is not None:
            last = calendar.monthrange(year, int(of_this_year[1]))[1] if 1 <= int(of_this_year[1]) <= 12 else 0
            return Reading(date(year, int(of_this_year[1]), int(of_this_year[2] or last)).isoformat())
    except ValueError:
        return Reading(code="not_a_date")
    if year is not None and plain in ("年底", "年底前", "年内"):
        return Reading(date(year, 12, 31).isoformat())
    return Reading(code="not_a_date")


def _moment(plain: str) -> str | None:
    """Return a time in ISO form, with its zone if given; None for anything else."""
    try:
        return datetime.fromisoformat(plain).isoformat() if _TIME.search(plain) else None
    except ValueError:
        return None


def _with_time(day: date, clock: re.Match[str]) -> str:
    return datetime(day.year, day.month, day.day, int(clock[1]), int(clock[2]), int(clock[3] or 0)).isoformat()


def _yes_or_no(plain: str) -> Reading:
    if plain.casefold() in YES or plain.casefold() in NO:
        return Reading(plain.casefold() in YES)
    return Reading(code="unknown_choice", facts={"known": ["是", "否"]})


def _choice(kind: Field, plain: str) -> Reading:
    for word in kind.choices:
        if match_key(word) == match_key(plain):
            return Reading(word)
    for key, word in kind.other_words:
        if key == match_key(plain):
            return Reading(word)
    return Reading(code="unknown_choice", facts={"known": list(kind.choices)})
