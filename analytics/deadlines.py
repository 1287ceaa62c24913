"""State of items with a deadline, and the share answered on time.

The base of the share includes what is open and overdue. Closed on time / closed shows 100% for every recent period and
hides what nobody answered. Items that are open and not yet due, or paused, are outside the base.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Days: TypeAlias = NDArray[np.datetime64]

ON_TIME, LATE, OVERDUE, OPEN, PAUSED, NO_CLOCK = "on_time", "late", "overdue", "open", "paused", "no_clock"
STATES = (ON_TIME, LATE, OVERDUE, OPEN, PAUSED, NO_CLOCK)
BASE = (ON_TIME, LATE, OVERDUE)


@dataclass(frozen=True)
class OnTime:
    """Share answered on time: on_time of base. open_in_all : open, overdue or not, paused left out."""

    on_time: int
    base: int
    open_in_all: int

    @property
    def share(self) -> float | None:
        """Return the share, 0 to 1; None for an empty base, which is neither 0% nor 100%."""
        return self.on_time / self.base if self.base else None


def states(
    due: ArrayLike, answered: ArrayLike, as_of: date, *, paused: ArrayLike = False, late_before: ArrayLike = False
) -> NDArray[Any]:
    """Return the state of each item on a day, a value of STATES, shape (items,).

    Parameters
    ----------
    due, answered : days as datetime64, NaT where there is none. An answer after `as_of` is not yet given; an answer on
        the due day is on time.
    paused : items whose clock does not run on that day. late_before : items that were late in an earlier cycle, before
        they were sent back: they are never on time.
    """
    last, day = np.asarray(due, dtype="datetime64[D]"), np.asarray(answered, dtype="datetime64[D]")
    today = np.datetime64(as_of, "D")
    stopped, before = (np.broadcast_to(np.asarray(part, dtype=bool), last.shape) for part in (paused, late_before))
    given, clock = day <= today, ~np.isnat(last)
    conditions = [
        given & clock & (day <= last) & ~before,
        given & clock,
        ~given & stopped,
        ~clock,
        today > last,
    ]
    return np.select(conditions, [ON_TIME, LATE, PAUSED, NO_CLOCK, OVERDUE], OPEN)


def on_time(counts: Mapping[str, int]) -> OnTime:
    """Return the share for numbers of items by state; states that are not named have none."""
    open_in_all = counts.get(OPEN, 0) + counts.get(OVERDUE, 0)
    return OnTime(counts.get(ON_TIME, 0), sum(counts.get(state, 0) for state in BASE), open_in_all)
