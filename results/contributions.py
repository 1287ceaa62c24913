"""What a scheme adds to files and pages of the product; the rooms below the schemes know this shape and no scheme.

Pages and commands pass the schemes in.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

if TYPE_CHECKING:
    from data.store.release import Release

SHARE = "share"


class MeasureShape(Protocol):
    """What a writer of rows must know of a measure."""

    @property
    def name(self) -> str:
        """Its code."""

    @property
    def counts(self) -> str:
        """What the value is: "share", or the word for what is counted."""

    @property
    def public(self) -> bool:
        """Whether it may leave the house after disclosure control."""


class Contribution(Protocol):
    """A scheme, seen from below."""

    @property
    def name(self) -> str:
        """Its code."""

    @property
    def title(self) -> str:
        """Its name, an English message."""

    @property
    def tables(self) -> tuple[str, ...]:
        """Its kinds of upload."""

    @property
    def documents(self) -> Mapping[str, Callable[..., Any]]:
        """Its documents."""

    def word(self, code: str, column: str) -> str:
        """Return the English message of a code in a column of measure rows."""

    def measure_of(self, name: str) -> MeasureShape:
        """Return a measure by its code."""

    def latest_day(self, release: "Release") -> date | None:
        """Return the newest day that its tables speak of; None if the release has none of them."""

    def year_rows(self, release: "Release", year: int) -> pd.DataFrame:
        """Return the rows of all its measures for a year, in total, by unit, by place and by month."""

    def names(self, release: "Release", day: date) -> Mapping[str, str]:
        """Return code -> name of the units and places that rows may name."""
