"""What is asked of a scheme: the release, the day and the period, and whether a single unit or place.

Pages, documents, commands and exports all ask a `Chosen`, so that a number is computed once and the same everywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from schemes.frame import ALL, Asked, Frames, Measure, Period, measure_rows, texts
from schemes.registers import PLACE, LazyFrames, Registers
from schemes.rules import Rules
from schemes.scheme import Scheme

if TYPE_CHECKING:
    from data.store.release import Release

UNIT_COLUMN, PLACE_COLUMN = "unit_code", "place_code"


@dataclass(frozen=True)
class Chosen:
    """A scheme with the registers, the question, and the unit or place that it is narrowed to ("" : all)."""

    scheme: Scheme
    registers: Registers
    asked: Asked
    unit: str = ""
    place: str = ""

    @property
    def settings(self) -> Any:
        """The settings that apply."""
        return self.registers.settings

    @cached_property
    def frames(self) -> Frames:
        """The frames that measures read, narrowed to the unit and the place with those below it."""
        whole = self.registers.frames
        if not self.unit and not self.place:
            return whole
        return LazyFrames(tuple(whole), lambda name: self._narrowed(whole[name]))

    def _narrowed(self, rows: pd.DataFrame) -> pd.DataFrame:
        if self.unit and UNIT_COLUMN in rows:
            rows = rows[rows[UNIT_COLUMN] == self.unit]
        if self.place and PLACE_COLUMN in rows:
            rows = rows[rows[PLACE_COLUMN].isin(self._places)]
        return rows

    @cached_property
    def _places(self) -> frozenset[str]:
        whole = self.registers.plain
        return places_within(self.place, whole[PLACE]) if PLACE in whole else frozenset({self.place})

    def by(self, by: str) -> "Chosen":
        """Return the same question, divided in another way; what is loaded is shared."""
        return self._with(replace(self.asked, by=by))

    def over(self, period: Period) -> "Chosen":
        """Return the same question of another period; what is loaded is shared."""
        return self._with(replace(self.asked, period=period))

    def _with(self, asked: Asked) -> "Chosen":
        other = replace(self, asked=asked)
        if "frames" in self.__dict__:
            other.__dict__["frames"] = self.frames
        return other


def choose(
    scheme: Scheme,
    release: "Release",
    period: Period,
    as_of: date,
    *,
    by: str = ALL,
    unit: str = "",
    place: str = "",
    rules: Rules[Any] | None = None,
) -> Chosen:
    """Return what is asked of a release, under the rules that are frozen with it."""
    applied = rules or rules_in(release, scheme)
    registers = Registers(scheme, release, as_of, applied.settings)
    return Chosen(scheme, registers, Asked(period, as_of, by, applied.name, release.id), unit, place)


def rules_in(release: "Release", scheme: Scheme) -> Rules[Any]:
    """Return the rules of a scheme that a release was published with: those of an office, else those of the folder."""
    return scheme.default_rules


def rows(chosen: Chosen) -> pd.DataFrame:
    """Return a row (`schemes.frame.ROW`) for every measure that can be divided as asked."""
    return measure_rows(chosen.scheme.name, chosen.scheme.measures, chosen.frames, chosen.asked, chosen.settings)


def attention(chosen: Chosen) -> pd.DataFrame:
    """Return what has to be done on the as-of day (`schemes.frame.ATTENTION`)."""
    return chosen.scheme.attention(chosen.frames, chosen.asked, chosen.settings)


def ways(measures: Mapping[str, Measure[Any]] | tuple[Measure[Any], ...]) -> tuple[str, ...]:
    """Return every way to divide one of the measures, each once, in the order in which they are first named."""
    listed = measures.values() if isinstance(measures, Mapping) else measures
    return tuple(dict.fromkeys(by for measure in listed for by in measure.by))


def places_within(place: str, places: pd.DataFrame) -> frozenset[str]:
    """Return a place and all places below it."""
    above = dict(zip(places["place_code"], texts(places, "parent_code"), strict=True))
    found = {place}
    while True:
        more = {code for code, parent in above.items() if parent in found} - found
        if not more:
            return frozenset(found)
        found |= more
