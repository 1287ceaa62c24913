"""Measures of schemes, and verified pledges, that a rule set may take as a component of the official score.

A measure enters if its register is kept by another office than the unit's: shares on time, and answers of those asked
back where they were drawn at random. Raw numbers, computed flags and votes on other matters never enter.
"""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from results.ranking.component_sources import Counts, Source

if TYPE_CHECKING:
    import pandas as pd

    from data.store.release import Release
    from schemes.frame import Measure
    from schemes.scheme import Scheme

UNIT, MATTER = "unit", "matter_no"


def sources() -> Mapping[str, Source]:
    """Return every measure that may enter, by SCHEME.MEASURE."""
    from results.pledges.component import SOURCE, attained
    from schemes import SCHEMES

    found = {
        f"{scheme.name}.{measure.name}": Source(
            partial(_counts, scheme, measure), True, partial(_behind, scheme, measure)
        )
        for scheme in SCHEMES
        for measure in scheme.measures
        if measure.enters
    }
    return {**found, SOURCE: Source(attained, False)}


def _counts(scheme: "Scheme", measure: "Measure[Any]", release: "Release", first: date, last: date) -> Counts:
    """Return unit code -> cases that met the measure, of how many; a unit whose share is not tested is missing."""
    from schemes.frame import NOT_RANDOM

    counted = [
        row
        for row in _rows(scheme, measure, release, first, last)
        if row["value"] is not None and row["reason"] != NOT_RANDOM
    ]
    return {str(row["key"]): (round(row["value"] * row["n"]), int(row["n"])) for row in counted}


def _behind(
    scheme: "Scheme", measure: "Measure[Any]", release: "Release", first: date, last: date, matter: str
) -> frozenset[str]:
    """Return the units with a case of the matter in the base of their share."""
    entered = _counts(scheme, measure, release, first, last)
    cases = _rows(scheme, measure, release, first, last, matter)
    return frozenset(str(row["key"]) for row in cases if row["n"] and str(row["key"]) in entered)


def _rows(
    scheme: "Scheme", measure: "Measure[Any]", release: "Release", first: date, last: date, matter: str = ""
) -> list[dict[str, Any]]:
    """Return the rows of a measure by unit. matter : its cases alone; "" for those of every matter."""
    from schemes.chosen import choose
    from schemes.frame import Period, measure_rows, records
    from schemes.registers import LazyFrames

    newest = scheme.latest_day(release)
    if newest is None or newest < first:
        return []
    chosen = choose(scheme, release, Period(first, last), min(newest, last), by=UNIT)
    whole = chosen.frames
    frames = LazyFrames(tuple(whole), lambda name: _of_matter(whole[name], matter)) if matter else whole
    rows = measure_rows(scheme.name, [measure], frames, chosen.asked, chosen.settings)
    return [row for row in records(rows) if row["key"]]


def _of_matter(rows: "pd.DataFrame", matter: str) -> "pd.DataFrame":
    return rows[rows[MATTER] == matter] if MATTER in rows else rows
