"""What a scheme gives to the rest of the product, as lower rooms see it: none of them imports a scheme.

Pages and the command line pass these in. `schemes.scheme.Scheme` and `schemes.chosen.Chosen` fit.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import pandas as pd

    from data.store.release import Release


@dataclass(frozen=True)
class PostedList:
    """A list that a scheme posts for everybody, in words of a language: nobody in it can be recognised.

    rows : item -> its cells, in the order of `headers`. basis : period, day and rules.
    """

    title: str
    headers: Sequence[str]
    rows: Mapping[str, Sequence[str]]
    basis: str


class Scheme(Protocol):
    """A scheme: its name in addresses and commands, its title (an English message), tables, measures and words.

    year_rows : the rows of all measures for a year, in total, by unit, by place and by month. public_rows : of them
    those that may be published once they are judged. posted : the list that it posts of a year, if it posts any.
    names : of units and places, by code.
    """

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def tables(self) -> tuple[str, ...]: ...
    @property
    def measures(self) -> Sequence[Any]: ...
    @property
    def default_rules(self) -> Any: ...
    @property
    def documents(self) -> "Mapping[str, Callable[..., Any]]": ...
    def word(self, code: str, column: str = "") -> str: ...
    def words(self, kind: str) -> Mapping[str, str]: ...
    def latest_day(self, release: "Release") -> date | None: ...
    def year_rows(self, release: "Release", year: int) -> "pd.DataFrame": ...
    def public_rows(self, release: "Release", year: int) -> "pd.DataFrame": ...
    def posted(self, release: "Release", year: int, language: str) -> PostedList | None: ...
    def names(self, release: "Release", day: date) -> Mapping[str, str]: ...


class Period(Protocol):
    """Days from first to last."""

    @property
    def first(self) -> date: ...
    @property
    def last(self) -> date: ...


class Asked(Protocol):
    """Period, as-of day, way of dividing, rules and release."""

    @property
    def period(self) -> Period: ...
    @property
    def as_of(self) -> date: ...
    @property
    def by(self) -> str: ...
    @property
    def rules(self) -> str: ...
    @property
    def release(self) -> str: ...


class Registers(Protocol):
    """Registers of a release on a day; `plain` are those not narrowed to a unit or a place."""

    @property
    def release(self) -> "Release": ...
    @property
    def plain(self) -> "Mapping[str, pd.DataFrame]": ...


class Chosen(Protocol):
    """A scheme with what is asked of it; `unit` and `place` narrow it, "" is all."""

    @property
    def scheme(self) -> Any: ...
    @property
    def registers(self) -> Any: ...
    @property
    def asked(self) -> Any: ...
    @property
    def unit(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def frames(self) -> "Mapping[str, pd.DataFrame]": ...
    @property
    def settings(self) -> Any: ...


def counts_of(scheme: Scheme) -> dict[str, str]:
    """Return what each measure counts: "share", or the word for its unit of count."""
    return {measure.name: measure.counts for measure in scheme.measures}


def names_of(chosen: Chosen) -> dict[str, str]:
    """Return the name of each unit and place by its code, whatever the question is narrowed to."""
    known = chosen.registers.plain
    names: dict[str, str] = {}
    for table, code, name in (("unit", "unit_code", "unit_name"), ("place", "place_code", "name")):
        if table in known:
            rows = known[table]
            names |= dict(zip(rows[code].astype(str), rows[name].astype(str), strict=True))
    return names
