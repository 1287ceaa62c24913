"""Identifiers damaged by a spreadsheet: numbers in scientific notation, rounded, turned into dates, without zeros.

A spreadsheet takes 202511000001 for a number, 11-1 for a date and 001 for 1. What it lost cannot be restored here.
Ordinary short numbers are identifiers like any other, and an identifier may contain a date.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from data.model.names import tidy
from i18n import N_
from problems import Proposal, Term

DIGITS_KEPT = 15  # by every spreadsheet: a float has 53 bits
SURELY_LONG = 17  # digits: two zeros at the end of every number are no accident any more
FEWEST_LONG = 3  # numbers of 16 digits that all end in 0: 1 in 1,000 by accident
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
EXPONENT = r"\d(\.\d+)?[Ee][+-]\d{2,3}|\d\.\d+[Ee]\d{1,3}"
DATE = (
    r"\d{4}/\d{1,2}/\d{1,2}( 0?0:00(:00)?)?|\d{4}-\d{2}-\d{2}( 00:00:00)?|(\d{4}年)?\d{1,2}月\d{1,2}日"
    rf"|(?i:({_MONTHS})-\d{{1,2}}|\d{{1,2}}-({_MONTHS})(-\d{{2,4}})?)"
)
DAY_NUMBER = r"[345]\d{4}"
SUSPECT = f"{EXPONENT}|{DATE}|{DAY_NUMBER}"
DASHED = r"\d{1,2}-\d{1,3}"
ISO = r"\d{4}-\d{2}-\d{2}"
WRITTEN = N_("it is in scientific notation, and its last digits are lost")
ROUNDED = N_("it has more than 15 digits, and a spreadsheet keeps 15")
DATED = N_("it has become a date")
STRIPPED = N_("its leading zeros are lost")
MEANT = N_("{unit} (with its leading zeros)")


@dataclass(frozen=True)
class Numbers:
    """What all identifiers of a column have in common.

    padded: length of the shortest number with a leading zero, 0 if there is none. rounded: all numbers beyond 15 digits
    end in zeros. dashed: some are like 11-31. counted: some look like dates and are none, such as 2025-01-45.
    """

    padded: int = 0
    rounded: bool = False
    dashed: bool = False
    counted: bool = False

    @classmethod
    def of(cls, values: Collection[str]) -> "Numbers":
        """Return what these values have in common."""
        texts = {tidy(value) for value in values}
        long = {text for text in texts if text.isdecimal() and len(text) > DIGITS_KEPT}
        zeros = all(not text[DIGITS_KEPT:].strip("0") for text in long)
        return cls(
            padded=min((len(text) for text in texts if text.isdecimal() and text[0] == "0" and text != "0"), default=0),
            rounded=zeros and (len(long) >= FEWEST_LONG or any(len(text) >= SURELY_LONG for text in long)),
            dashed=any(re.fullmatch(DASHED, text) for text in texts),
            counted=any(re.fullmatch(ISO, text) and not _is_date(text) for text in texts),
        )


def damage(value: str, numbers: Numbers) -> dict[str, object]:
    """Return the facts of a damaged identifier: its cause, and what was probably meant; empty if it may be right."""
    text = tidy(value).strip("'")
    if re.fullmatch(EXPONENT, text):
        return {"cause": Term(WRITTEN)}
    if _became_date(text, numbers):
        return {"cause": Term(DATED)}
    if not (text.isascii() and text.isdecimal()):
        return {}
    if numbers.rounded and len(text) > DIGITS_KEPT:
        return {"cause": Term(ROUNDED)}
    if len(text) < numbers.padded and text[0] != "0":
        return {"cause": Term(STRIPPED), "close": [text.zfill(numbers.padded)]}
    return {}


def without_zeros(value: str, codes: Collection[str]) -> dict[str, object]:
    """Return the facts of a number that the register has with leading zeros; empty if it has none."""
    text = tidy(value)
    if not (text.isascii() and text.isdecimal()):
        return {}
    meant = sorted(code for code in codes if code.isdecimal() and code != text and code.lstrip("0") == text)
    return {"cause": Term(STRIPPED), "close": [Proposal(code, MEANT) for code in meant]} if meant else {}


def _became_date(text: str, numbers: Numbers) -> bool:
    if re.fullmatch(ISO, text):
        return _is_date(text) and not numbers.counted
    return bool(re.fullmatch(DATE, text) or (numbers.dashed and re.fullmatch(DAY_NUMBER, text)))


def _is_date(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text[:10]))
    except ValueError:
        return False
