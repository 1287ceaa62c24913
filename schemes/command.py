"""What a scheme adds to the command line, in its file `commands.py`: functions that answer with a table.

The parameters of such a function after the first are options and arguments as Typer reads them; the first, `Given`, is
what the command line gives: the store's calendar, the rules, and what is asked of the release.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from data.model.working_days import Calendar
    from schemes.chosen import Chosen
    from schemes.frame import Period
    from schemes.rules import Rules


class Given(Protocol):
    """What a command of a scheme may ask for; nothing is opened before."""

    def calendar(self) -> "Calendar":
        """Return the working days that the store knows."""

    def rules(self, day: date) -> "Rules[Any]":
        """Return the rules of the scheme on a day, those of the store included."""

    def day(self, option: str, text: str) -> date:
        """Return the day that an option was given; refuse another text with the name of the option."""

    def chosen(self, period: "Period | None" = None, as_of: str | None = None) -> "Chosen":
        """Return what is asked of the release: as of its newest day and over the year of that day, if not named."""


@dataclass(frozen=True)
class Answer:
    """A table to print or to write.

    title : English message. headers : field -> English message. rows : values by field. words : field -> code ->
    English message, where a field holds codes. facts : what all rows share, in front of the table: message -> value.
    """

    title: str
    headers: Mapping[str, str]
    rows: Sequence[Mapping[str, Any]]
    facts: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Command:
    """A command of a scheme. help : English message. examples : what follows `biaochi scheme NAME`."""

    run: Callable[..., Answer]
    help: str
    examples: tuple[str, ...]
