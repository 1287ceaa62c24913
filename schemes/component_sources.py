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
    from data.store.release import Release
    from schemes.frame import Measure
    from schemes.scheme import Scheme

UNIT = "unit"


def sources() -> Mapping[str, Source]:
    """Return every measure that may enter, by SCHEME.MEASURE."""
    from results.pledges.component import SOURCE, attained
    from schemes import SCHEMES

    found = {
        f"{scheme.name}.{measure.name}": Source(partial(_counts, scheme, measure), True)
        for scheme in SCHEMES
        for measure in scheme.measures
        if measure.enters
    }
    return {**found, SOURCE: Source(attained, False)}


def _counts(scheme: "Scheme", measure: "Measure[Any]", release: "Release", first: date, last: date) -> Counts:
    """Return unit code -> cases that met the measure, of how many; a unit whose share is not tested is missing."""
    from schemes.chosen import choose
    from schemes.frame import NOT_RANDOM, Period, measure_rows, records

    newest = scheme.latest_day(release)
    if newest is None or newest < first:
        return {}
    chosen = choose(scheme, release, Period(first, last), min(newest, last), by=UNIT)
    rows = measure_rows(scheme.name, [measure], chosen.frames, chosen.asked, chosen.settings)
    counted = [row for row in records(rows) if row["key"] and row["value"] is not None and row["reason"] != NOT_RANDOM]
    return {str(row["key"]): (round(row["value"] * row["n"]), int(row["n"])) for row in counted}
