"""The as-of day that a title or a file name gives a register: 截至2026年3月31日."""

import calendar
import re
from collections.abc import Iterable
from datetime import date

from data.model.names import tidy

_AS_OF = re.compile(
    r"截[至止]到?(?:日期)?[:：]?\s*(20\d\d)\s*[-/.年]\s*(\d{1,2})\s*(?:[-/.月]\s*(?:(\d{1,2})\s*[日号]?|(底|末)))"
)


def as_of_days(texts: Iterable[str]) -> list[date]:
    """Return the as-of days that titles name, each once, in their order; a day that does not exist is none."""
    found = (_day(match) for text in texts for match in _AS_OF.finditer(tidy(text)))
    return list(dict.fromkeys(day for day in found if day is not None))


def _day(match: re.Match[str]) -> date | None:
    year, month = int(match[1]), int(match[2])
    try:
        last = calendar.monthrange(year, month)[1]
        return date(year, month, last if match[4] else int(match[3]))
    except ValueError:  # IllegalMonthError is one of them
        return None
