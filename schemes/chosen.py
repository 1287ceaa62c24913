"""What is asked of a scheme: the release, the day and the period, and whether a single unit or place.

Pages, documents, commands and exports all ask a `Chosen`, so that a number is computed once and the same everywhere.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from schemes.frame import ALL, MONTH, NO_RECORDS, Asked, Frames, Measure, Period, as_rows, measure_records, texts
from schemes.kept_rules import rules_of_release, rules_on
from schemes.registers import PLACE, LazyFrames, Registers, latest_day
from schemes.rules import Rules
from schemes.scheme import Scheme

if TYPE_CHECKING:
    from data.store.release import Release

YEARLY = ("unit", "place", MONTH)
"""Ways to divide the rows of a year in a bundle."""
SMALL_PLACES = ("网格", "小组")
"""Kinds of places that are below the community; nothing of them is published."""
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
        other.__dict__["answered"] = self.answered
        return other

    @cached_property
    def answered(self) -> dict[tuple[str, Asked], list[dict[str, object]]]:
        """Records of ROW by measure and question: a document asks for one measure by unit, by place and in total,
        and computed all measures each time, which was three quarters of its time."""
        return {}


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
    """Return what is asked of a release, under the rules that are frozen with it and apply on the day."""
    dated = rules_of_release(release, scheme)
    applied = rules or rules_on(dated, as_of)
    registers = Registers(scheme, release, as_of, applied.settings, dated)
    return Chosen(scheme, registers, Asked(period, as_of, by, applied.name, release.id), unit, place)


def public_rows(scheme: Scheme, release: "Release", year: int) -> pd.DataFrame:
    """Return the rows of a year that may be published once they are judged: public measures, no small place."""
    found = year_rows(scheme, release, year)
    public = {measure.name for measure in scheme.measures if measure.public}
    day = date.fromisoformat(str(found["as_of"].iloc[0]))
    plain = Registers(scheme, release, day, scheme.settings).plain
    places = plain.get(PLACE)
    small = set(places.loc[places["kind"].isin(SMALL_PLACES), "place_code"]) if places is not None else set()
    kept = (
        found["measure"].isin(public) & (found["by"] != MONTH) & ~(found["key"].isin(small) & (found["by"] == "place"))
    )
    return found[kept & (found["reason"] != NO_RECORDS)].reset_index(drop=True)


def rules_in(release: "Release", scheme: Scheme, day: date | None = None) -> Rules[Any]:
    """Return the rules of a scheme that a release was published with: those that apply on a day, else the last."""
    dated = rules_of_release(release, scheme)
    return dated[-1].rules if day is None else rules_on(dated, day)


def rows(chosen: Chosen, only: Collection[str] | None = None) -> pd.DataFrame:
    """Return a row (`schemes.frame.ROW`) for every measure that can be divided as asked.

    only : names of the measures that are wanted; None is all.
    """
    wanted = [measure for measure in chosen.scheme.measures if only is None or measure.name in only]
    return as_rows(record for measure in wanted for record in _records(chosen, measure))


def _records(chosen: Chosen, measure: Measure[Any]) -> list[dict[str, object]]:
    key = measure.name, chosen.asked
    if key not in chosen.answered:
        found = measure_records(chosen.scheme.name, measure, chosen.frames, chosen.asked, chosen.settings)
        chosen.answered[key] = found
    return chosen.answered[key]


def of_year(scheme: Scheme, release: "Release", year: int) -> Chosen:
    """Return what is asked of a year, as of its newest day."""
    last = latest_day(scheme, release) or date(year, 12, 31)
    day = min(max(last, date(year, 1, 1)), date(year, 12, 31))
    return choose(scheme, release, Period.of(str(year)), day)


def year_rows(scheme: Scheme, release: "Release", year: int) -> pd.DataFrame:
    """Return the rows of a year, as of its newest day: in total, by unit, by place and by month."""
    chosen = of_year(scheme, release, year)
    ways = (ALL, *(by for by in YEARLY if any(by in measure.by for measure in scheme.measures)))
    return pd.concat([rows(chosen.by(by)) for by in ways], ignore_index=True)


def attention(chosen: Chosen) -> pd.DataFrame:
    """Return what has to be done on the as-of day: `schemes.frame.ATTENTION`, the day, the rules and the release."""
    found = chosen.scheme.attention(chosen.frames, chosen.asked, chosen.settings)
    asked = chosen.asked
    return found.assign(as_of=asked.as_of.isoformat(), rules=asked.rules, release=asked.release)


def ways(measures: Sequence[Measure[Any]]) -> tuple[str, ...]:
    """Return every way to divide any of the measures, each once, in the order in which they are first named."""
    return tuple(dict.fromkeys(by for measure in measures for by in measure.by))


def places_within(place: str, places: pd.DataFrame) -> frozenset[str]:
    """Return a place and all places below it."""
    above = dict(zip(places["place_code"], texts(places, "parent_code"), strict=True))
    found = {place}
    while True:
        more = {code for code, parent in above.items() if parent in found} - found
        if not more:
            return frozenset(found)
        found |= more
