"""Measures that may be a component of the official score, offered by the schemes, which no lower room imports."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from data.model.rule_features import RECORDS
from errors import BiaochiError
from i18n import N_

if TYPE_CHECKING:
    from data.model.rule_sets import RuleSet
    from data.store.release import Release

Counts = Mapping[str, tuple[int, int]]
"""Unit code -> how many cases met the measure, of how many."""


@dataclass(frozen=True)
class Source:
    """A measure that may enter: what it says of every unit from a day to a day, and whether its cases are a sample.

    sampled : the share is a sample of how the unit works, so that the share of a few cases has a sampling error. False
    for what was verified completely.
    behind : units with a case of a matter among those that are counted; None where cases belong to no matter.
    """

    counts: "Callable[[Release, date, date], Counts]"
    sampled: bool
    behind: "Callable[[Release, date, date, str], Collection[str]] | None" = None


class SourceNotFoundError(BiaochiError):
    """Source of a component that no scheme offers."""

    message = N_(
        "The rule set {rules} takes the component {component} from {source}, which may not enter a score or does not "
        "exist. These may: {known}."
    )

    def __init__(self, rules: str, component: str, source: str) -> None:
        super().__init__(rules=rules, component=component, source=source, known=", ".join(sorted(offered())))


_OFFERS: dict[Callable[[], Mapping[str, Source]], None] = {}


def offer(sources: Callable[[], Mapping[str, Source]]) -> None:
    """Add measures that may enter; `sources` is asked when a rule set first names a measure."""
    _OFFERS[sources] = None


def refuse_unknown(rules: "RuleSet") -> None:
    """Raise SourceNotFoundError if a component is taken from a measure that no scheme offers."""
    for part in rules.features.components:
        table = (part.source or RECORDS).partition(":")[0]
        if table != RECORDS and table not in offered():
            raise SourceNotFoundError(rules.name, part.name, table)


def offered() -> dict[str, Source]:
    """Return every measure that may enter, by SCHEME.MEASURE."""
    return {name: source for sources in _OFFERS for name, source in sources().items()}
