"""What schemes give to the dossier of a unit: rows of measures, and events of a timeline."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Protocol

import pandas as pd

from schemes.frame import Asked, Frames, Measure, measure_rows

EVENTS = ("day", "lane", "mark", "words", "matter_no")
"""Columns of a timeline. lane : name of the scheme. mark : one of MARKS. words : code of the scheme's words."""
MARKS = ("bar", "check", "dot", "ring", "diamond", "block", "cleared", "undecided", "confirmed", "tick", "square")


class Measured(Protocol):
    """What measures anything: a scheme, by its name and measures."""

    @property
    def name(self) -> str: ...

    @property
    def measures(self) -> Sequence[Measure[Any]]: ...


class Narrowed(Protocol):
    """What `schemes.chosen` asks of a scheme about a unit: its frames hold the rows of that unit."""

    @property
    def scheme(self) -> Measured: ...

    @property
    def asked(self) -> Asked: ...

    @property
    def frames(self) -> Frames: ...

    @property
    def settings(self) -> Any: ...


def dossier_rows(chosen: Narrowed, unit: str, names: Sequence[str]) -> pd.DataFrame:
    """Return the rows of these measures for a unit, in this order; none for a measure without a record of the unit."""
    asked = replace(chosen.asked, by="unit")
    measures = [measure for measure in chosen.scheme.measures if measure.name in names]
    found = measure_rows(chosen.scheme.name, measures, chosen.frames, asked, chosen.settings)
    own = found[found["key"] == unit]
    place = own["measure"].map({name: at for at, name in enumerate(names)})
    return own.loc[place.sort_values(kind="stable").index].reset_index(drop=True)


def events(lane: str, found: Iterable[tuple[object, str, str, str | None]]) -> pd.DataFrame:
    """Return EVENTS from day, mark, words and matter, earliest first; what has no day is left out."""
    rows = [(pd.Timestamp(str(day)), lane, mark, words, matter or "") for day, mark, words, matter in found if day]
    table = pd.DataFrame(rows, columns=list(EVENTS)).astype({"day": "datetime64[s]"})
    return table.sort_values("day", kind="stable", ignore_index=True)
