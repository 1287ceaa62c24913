"""The shape of a scheme: what it measures, and the kind of row that all measures share.

A measure reads frames and returns key, value and n; `measure_rows` adds what every row must say: of what, of which
period, as of which day, why there is no interval, under which settings and from which release.
"""

import calendar
import re
import weakref
from collections import ChainMap
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import wraps
from typing import Any, Generic, Literal, TypeAlias, TypeVar, cast

import numpy as np
import pandas as pd

Frames: TypeAlias = Mapping[str, pd.DataFrame]
S = TypeVar("S")

ROW = (
    *("scheme", "measure", "by", "key", "period_from", "period_to", "as_of", "value", "n", "of_what"),
    *("low", "high", "why_no_interval", "verdict", "reason", "rules", "release"),
)
"""Columns of a row, in this order. value : a share from 0 to 1 of n, or a count. low, high : in the unit of value."""

ATTENTION = ("what", "key", "unit_code", "place_code", "day", "days")
"""Columns of what has to be done. days : of the kind that the word for `what` names, negative once a day is over; where
the scheme has ATTENTION_COUNT_WORDS for it, the number that they name.
"""

ALL, MONTH, QUARTER = "all", "month", "quarter"
KEY_COLUMN = {
    "unit": "unit_code",
    "place": "place_code",
    "post": "person_code",
    "matter": "matter_no",
    "project": "project_no",
    "channel": "channel",
    "topic": "topic",
    "class": "class",
    "assessment": "assess_no",
    "question": "question",
    "kind": "kind",
}
"""Ways to divide a measure, besides by time and not at all: the column that holds the key."""

SHARE = "share"
BEGUN = "begun"
"""Attribute of a frame: the first day of its table, whatever unit, place or period is asked about."""
COUNTED, NOT_TESTED = "counted", "not_tested"
"""Verdicts of what was counted completely, and of what cannot be tested; the others are those of `analytics`."""
EMPTY_BASE, NO_RECORDS, NOT_BEGUN, NOT_RANDOM = "empty_base", "no_records", "not_begun", "not_random"
"""Reasons: nothing in the base; the table was never delivered; its rows begin after the period; nobody was drawn at
random.
"""


def setting(default: Any, *, low: object = None, high: object = None, choices: tuple[str, ...] = ()) -> Any:
    """Return a field of a class of settings: its default, and the range or words that `schemes.rules` accepts."""
    return field(default=default, metadata={"low": low, "high": high, "choices": choices})


@dataclass(frozen=True)
class Earlier:
    """A field of a book whose earlier values a scheme reads: key, as_of and value of every file, oldest first.

    keys : frames -> the keys of the rows, which should be few.
    """

    kind: str
    field: str
    keys: Callable[[Frames], Collection[str]]


@dataclass(frozen=True)
class Period:
    """Days from first to last, both included."""

    first: date
    last: date

    @classmethod
    def of(cls, text: str) -> "Period":
        """Return a year, quarter or month, written 2026, 2026Q1 or 2026-03. Raises ValueError for other text."""
        match = re.fullmatch(r"(\d{4})(?:Q([1-4])|-(0[1-9]|1[0-2]))?", text)
        if not match:
            raise ValueError(f"a period is written 2026, 2026Q1 or 2026-03, not {text!r}")
        year = int(match[1])
        first, last = (3 * int(match[2]) - 2, 3 * int(match[2])) if match[2] else (1, 12)
        if match[3]:
            first = last = int(match[3])
        return cls(date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1]))

    def parts(self, by: str) -> Iterator[tuple[str, "Period"]]:
        """Yield the name and days of each month or quarter that the period touches."""
        day = self.first
        while day <= self.last:
            name = f"{day.year}-{day.month:02}" if by == MONTH else f"{day.year}Q{(day.month + 2) // 3}"
            part = Period.of(name)
            yield name, Period(max(part.first, self.first), min(part.last, self.last))
            day = part.last + timedelta(days=1)

    def holds(self, days: pd.Series) -> pd.Series:
        """Return which days are inside; a missing day is not."""
        return (days >= pd.Timestamp(self.first)) & (days <= pd.Timestamp(self.last))


@dataclass(frozen=True)
class Asked:
    """What is asked of a measure. by : "all", "month", "quarter" or a key of KEY_COLUMN.

    as_of : the state of the registers on this day is read. rules : name of the settings. release : id.
    """

    period: Period
    as_of: date
    by: str = ALL
    rules: str = ""
    release: str = ""

    def within(self, period: Period) -> "Asked":
        """Return the same question for a part of the period, not divided further."""
        return Asked(period, self.as_of, ALL, self.rules, self.release)


@dataclass(frozen=True)
class Measure(Generic[S]):
    """A measure of a scheme.

    counts : what the value is: "share", or the word for what is counted. of_what : word for the base. by : ways to
    divide it. fn : frames, question and settings to key, value, n and, where tested, low, high, verdict and reason.
    tables : frames it reads. why_no_interval : None where the interval is exact. good : direction that is good.
    public : may leave the system after disclosure control. enters : a share that may be a component of the official
    score of a unit.
    """

    name: str
    counts: str
    of_what: str
    by: tuple[str, ...]
    fn: Callable[[Frames, Asked, S], pd.DataFrame]
    tables: tuple[str, ...]
    why_no_interval: str | None = COUNTED
    good: Literal["high", "low"] | None = None
    public: bool = False
    enters: bool = False


def measure_rows(
    scheme: str, measures: Iterable[Measure[S]], frames: Frames, asked: Asked, settings: S
) -> pd.DataFrame:
    """Return ROW for every measure that can be divided as asked."""
    return as_rows(row for measure in measures for row in measure_records(scheme, measure, frames, asked, settings))


def measure_records(
    scheme: str, measure: Measure[S], frames: Frames, asked: Asked, settings: S
) -> list[dict[str, object]]:
    """Return the rows of one measure as records of ROW; none if it cannot be divided as asked."""
    if asked.by not in (ALL, *measure.by):
        return []
    about = {"scheme": scheme, "measure": measure.name, "by": asked.by, "of_what": measure.of_what}
    return [
        {**about, **row} for name, part in _parts(asked) for row in _answered(measure, frames, part, settings, name)
    ]


def as_rows(found: Iterable[dict[str, object]]) -> pd.DataFrame:
    """Return records of ROW as a frame."""
    return pd.DataFrame(list(found), columns=list(ROW), dtype=object)


def _parts(asked: Asked) -> list[tuple[str, Asked]]:
    """Return the question, or its months or quarters that have begun: later ones are blank, not zero."""
    if asked.by not in (MONTH, QUARTER):
        return [("", asked)]
    return [(name, asked.within(part)) for name, part in asked.period.parts(asked.by) if part.first <= asked.as_of]


def _answered(measure: Measure[S], frames: Frames, asked: Asked, settings: S, name: str) -> Iterator[dict[str, object]]:
    """Yield the rows of one measure and period; `name` is the key of a part of the period."""
    why = _no_records(measure.tables, frames, asked.period)
    answer = answers([("", None, 0)]).assign(reason=why) if why else measure.fn(frames, asked, settings)
    about = {
        "period_from": asked.period.first.isoformat(),
        "period_to": asked.period.last.isoformat(),
        "as_of": asked.as_of.isoformat(),
        "rules": asked.rules,
        "release": asked.release,
    }
    for row in records(answer):
        named = {**row, "key": name} if name else row
        yield {**about, **_explained(named, measure.why_no_interval)}


def _no_records(tables: Iterable[str], frames: Frames, period: Period) -> str | None:
    """Return why nothing can be counted: a table was never delivered, or all begin after the period; else None.

    Missing is never zero: without this, visits that are recorded from 2026 on would be missed by everybody in 2025.
    """
    if any(table not in frames for table in tables):
        return NO_RECORDS
    begun = [first for table in tables if (first := frames[table].attrs.get(BEGUN)) is not None]
    return NOT_BEGUN if begun and min(begun) > pd.Timestamp(period.last) else None


def _explained(row: dict[str, Any], why_no_interval: str | None) -> dict[str, Any]:
    """Fill in why there is no interval, and the verdict of what was counted or has nothing to count."""
    reason, words = row.get("reason"), row.get("verdict")
    if row["value"] is None:
        reason, words = reason or EMPTY_BASE, words or NOT_TESTED
    why = None
    if row.get("low") is None:
        why = row.get("why_no_interval") or (reason if row["value"] is None else why_no_interval or COUNTED)
    return {"low": None, "high": None, **row, "reason": reason, "verdict": words or COUNTED, "why_no_interval": why}


def with_frames(frames: Frames, changed: Frames) -> Frames:
    """Return the frames with some replaced or added; the others are loaded when they are first read."""
    # A chain only writes into its first mapping, so that the others need not be mutable.
    return ChainMap(dict(changed), cast("MutableMapping[str, pd.DataFrame]", frames))


def answers(rows: Iterable[tuple[str, float | None, int]]) -> pd.DataFrame:
    """Return key, value and n of a measure."""
    return pd.DataFrame(list(rows), columns=["key", "value", "n"], dtype=object)


def groups(rows: pd.DataFrame, by: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each key with its rows, sorted by key; all rows under the key "" if not divided."""
    if by == ALL:
        yield "", rows
        return
    for key, part in rows.groupby(KEY_COLUMN[by], sort=True):
        yield str(key), part


def counts(rows: pd.DataFrame, asked: Asked) -> pd.DataFrame:
    """Return the number of rows of each key, which is also its base."""
    return answers((key, n, n) for key, _, n in totals(rows, asked.by, None))


def parts_of(rows: pd.DataFrame, asked: Asked, met: pd.Series) -> pd.DataFrame:
    """Return how many rows of each key meet a condition, of how many."""
    return answers(totals(rows, asked.by, met))


def distinct(rows: pd.DataFrame, asked: Asked, column: str) -> pd.DataFrame:
    """Return the number of different values of each key, of how many rows."""
    return answers((key, part[column].nunique(), len(part)) for key, part in groups(rows, asked.by))


def sums(rows: pd.DataFrame, asked: Asked, column: str) -> pd.DataFrame:
    """Return the sum of a column of each key, of how many rows."""
    return answers(totals(rows, asked.by, numbers(rows, column)))


def shares(rows: pd.DataFrame, asked: Asked, met: pd.Series) -> pd.DataFrame:
    """Return the share of rows of each key that meet a condition; None for an empty base."""
    return answers((key, share(part, n), n) for key, part, n in totals(rows, asked.by, met))


def totals(rows: pd.DataFrame, by: str, values: pd.Series | None) -> Iterator[tuple[str, int, int]]:
    """Yield each key with the sum of the values of its rows, and their number: half a million rows in one pass."""
    own = None if values is None else values if values.index.equals(rows.index) else values.reindex(rows.index)
    numbers = np.ones(len(rows), dtype=np.int64) if own is None else own.to_numpy(dtype=np.int64)
    if by == ALL:
        yield "", int(numbers.sum()), len(rows)
        return
    grouped = pd.Series(numbers, index=rows.index).groupby(rows[KEY_COLUMN[by]], sort=True)
    for key, part, n in zip(grouped.size().index, grouped.sum(), grouped.size(), strict=True):
        yield str(key), int(part), int(n)


def share(part: int, base: int) -> float | None:
    """Return part / base; None for an empty base, which is neither 0% nor 100%. `part` is round(share * base)."""
    return part / base if base else None


T = TypeVar("T")


def once(fn: Callable[..., T]) -> Callable[..., T]:
    """Keep what a function of a frame answers as long as the frame lives: every measure asks for it.

    fn : frame, and arguments that can be hashed.
    """
    kept: dict[tuple[Hashable, ...], tuple[Any, T]] = {}

    @wraps(fn)
    def of(rows: pd.DataFrame, *others: Hashable) -> T:
        name = (id(rows), *others)
        found = kept.get(name)
        if found is None or found[0]() is not rows:
            found = (weakref.ref(rows, lambda _: kept.pop(name, None)), fn(rows, *others))
            kept[name] = found
        return found[1]

    return of


def days(rows: pd.DataFrame, column: str) -> pd.Series:
    """Return a column of days, from dates, timestamps or ISO text; missing where there is no such column."""
    if column not in rows:
        return pd.Series(pd.NaT, index=rows.index, dtype="datetime64[s]")
    parsed: pd.Series = pd.to_datetime(rows[column], format="ISO8601").astype("datetime64[s]").dt.normalize()
    return parsed


def numbers(rows: pd.DataFrame, column: str) -> pd.Series:
    """Return a column of whole numbers, missing ones as 0; 0 where there is no such column."""
    if column not in rows:
        return pd.Series(0, index=rows.index, dtype="int64")
    return pd.to_numeric(rows[column]).fillna(0).astype("int64")


def flags(rows: pd.DataFrame, column: str) -> pd.Series:
    """Return a column of yes and no, a missing answer as no."""
    if column not in rows:
        return pd.Series(False, index=rows.index, dtype=bool)
    return rows[column].astype("boolean").fillna(False).astype(bool)


def texts(rows: pd.DataFrame, column: str) -> pd.Series:
    """Return a column of texts, a missing text as ""."""
    if column not in rows:
        return pd.Series("", index=rows.index, dtype=object)
    return rows[column].astype(object).where(rows[column].notna(), "")


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as dictionaries, a missing value as None."""
    plain = rows.astype(object)
    return [
        {str(name): value for name, value in row.items()} for row in plain.where(plain.notna(), None).to_dict("records")
    ]


def whole(value: object) -> int | None:
    """Return a whole number of a record; None stays None."""
    return None if value is None else int(str(value).removesuffix(".0"))
