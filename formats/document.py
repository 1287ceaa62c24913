"""Document model: sections with paragraphs and tables, independent of methods and formats.

Every text is already in the reader's language. A writer shows texts as they are: nothing in them is markup.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

CREATED = datetime(2000, 1, 1, tzinfo=UTC)
"""Creation time in every file, fixed so that the same content gives the same bytes."""

UNITS, ROUNDS, GROUPS, INDICATORS = "units", "rounds", "groups", "indicators"
CHANGES, LEFT_OUT, PLEDGES, STATISTICS = "changes", "left_out", "pledges", "statistics"
_MEANS = ("group", "n", "score", "interval", "category_mean", "category_range")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    UNITS: ("rank", "unit", "n", "score", "interval", "places", "verdict"),
    ROUNDS: ("round", "rank", "n", "score", "interval", "places", "verdict"),
    GROUPS: _MEANS,
    INDICATORS: ("indicator", *_MEANS),
    CHANGES: ("unit", "n", "scores", "change", "interval", "places", "verdict"),
    LEFT_OUT: ("unit", "round", "reason"),
    PLEDGES: ("unit", "item", "due", "target", "status", "reported", "verified", "warning"),
    STATISTICS: ("unit", "n", "interval", "verdict", "confirm_p", "clear_p", "p_bottom"),
}
"""Kinds of table and their columns. A row that names a unit has its votes, an interval and a verdict, or the reason why
they are missing. Pledges are counted completely, not sampled: target, reported and verified value replace those."""


@dataclass(frozen=True)
class Bar:
    """Range of places to draw: best to worst of `count`, the rank itself, and where the last k begin."""

    best: int
    worst: int
    rank: int
    count: int
    line: float | None
    verdict: str


@dataclass(frozen=True)
class Row:
    """Line of a table: its cells by column, the range to draw in `places`, a sentence below that names nobody."""

    cells: Mapping[str, str]
    bar: Bar | None = None
    statement: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of one kind of COLUMNS under their headers."""

    kind: str
    headers: Mapping[str, str]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Section:
    """Section: a heading of level 1 to 3 (none: ''), paragraphs, and a table."""

    heading: str = ""
    level: int = 1
    paragraphs: tuple[str, ...] = ()
    table: Table | None = None


@dataclass(frozen=True)
class Document:
    """Document to be written as PDF, Word or data.

    kind: a code. secrecy: the stamp of an internal document, else ''. stamp: what must not be overlooked (draft,
    demonstration data ...), else ''. office, date: who signs and when, else ''.
    footer: on every page. about: where it comes from, and the command that makes it again.
    """

    kind: str
    language: str
    title: str
    secrecy: str
    stamp: str
    office: str
    date: str
    sections: tuple[Section, ...]
    about: tuple[str, ...]
    footer: str

    def as_data(self) -> dict[str, object]:
        """Return the document as dictionaries and lists."""
        return asdict(self)

    def tables(self) -> list[Table]:
        """Return its tables in order."""
        return [section.table for section in self.sections if section.table is not None]

    def rows(self) -> int:
        """Return the number of lines of all its tables."""
        return sum(len(table.rows) for table in self.tables())


def plain(text: object) -> str:
    """Return a name from a file as a single line of visible characters."""
    kept = (c if unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp") else " " for c in str(text))
    return " ".join("".join(kept).split())
