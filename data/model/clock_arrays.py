"""The clock of `clock.py` for many items without events at once; half a million due days take 0.1 s.

Each array holds the days of many items as datetime64[D]; NaT stays NaT.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from data.model.working_days import Calendar

DAY = "datetime64[D]"
# The longest term of working days is 60, and 7 more; with the longest holidays that is less than 150 days.
_AHEAD = 400


@dataclass(frozen=True)
class ManyDays:
    """Running numbers of worked and provisional days, from the first day on.

    worked : day by day, how many days up to and including it are worked. provisional : likewise, days of years whose
    notice is not loaded. days : the worked days themselves.
    """

    first: np.datetime64
    worked: NDArray[np.int64]
    provisional: NDArray[np.int64]
    days: NDArray[Any]

    @classmethod
    def around(cls, calendar: Calendar, *days: ArrayLike) -> "ManyDays":
        """Return the numbers for all days that are given, and for terms that begin on them."""
        given = np.concatenate([np.atleast_1d(np.asarray(part, dtype=DAY)) for part in days])
        given = given[~np.isnat(given)]
        first = given.min() if len(given) else np.datetime64("2026-01-01", "D")
        last = (given.max() if len(given) else first) + _AHEAD
        every = np.arange(first, last + 1, dtype=DAY)
        worked = np.is_busday(every)
        for day, is_worked in calendar.exceptions.items():
            if first <= np.datetime64(day, "D") <= last:
                worked[int((np.datetime64(day, "D") - first).astype(np.int64))] = is_worked
        years = every.astype("datetime64[Y]").astype(np.int64) + 1970
        unknown = ~np.isin(years, list(calendar.years))
        return cls(first, np.cumsum(worked), np.cumsum(unknown), every[worked])

    def due(self, received: ArrayLike, terms: ArrayLike) -> NDArray[Any]:
        """Return the last day of each term of working days; the day of receipt is not counted."""
        begun = np.asarray(received, dtype=DAY)
        known = ~np.isnat(begun)
        found = np.full(begun.shape, np.datetime64("NaT"), dtype=DAY)
        number = self.worked[self._at(begun[known])] + np.broadcast_to(np.asarray(terms), begun.shape)[known]
        found[known] = self.days[number - 1]
        return found

    def between(self, start: ArrayLike, last: ArrayLike) -> NDArray[np.int64]:
        """Return the working days after `start` up to and including `last`, negative if `last` is earlier; NaT: 0."""
        return self._difference(self.worked, start, last)

    def is_provisional(self, received: ArrayLike, due: ArrayLike) -> NDArray[np.bool_]:
        """Return whether a day after receipt, up to the due day, is in a year whose notice is not loaded."""
        return self._difference(self.provisional, received, due) > 0

    def rolled(self, days: ArrayLike) -> NDArray[Any]:
        """Return each day if it is worked, else the next worked day."""
        given = np.asarray(days, dtype=DAY)
        known = ~np.isnat(given)
        found = np.full(given.shape, np.datetime64("NaT"), dtype=DAY)
        before = given[known] - 1
        inside = np.where(before < self.first, 0, self.worked[np.maximum(self._at(before), 0)])
        found[known] = self.days[inside]
        return found

    def _at(self, days: NDArray[Any]) -> NDArray[np.int64]:
        return (days - self.first).astype(np.int64)

    def _difference(self, numbers: NDArray[np.int64], start: ArrayLike, last: ArrayLike) -> NDArray[np.int64]:
        first, end = np.broadcast_arrays(np.asarray(start, dtype=DAY), np.asarray(last, dtype=DAY))
        known = ~(np.isnat(first) | np.isnat(end))
        found = np.zeros(first.shape, dtype=np.int64)
        found[known] = numbers[self._at(end[known])] - numbers[self._at(first[known])]
        return found


def as_day(day: date) -> np.datetime64:
    """Return a day as the arrays hold it."""
    return np.datetime64(day, "D")
