"""Kinds of table in a document, each declared once: its columns, their widths, and what they say of a named unit.

The PDF and the Word file loop over the columns of a kind; a new kind of table needs its declaration only. A kind that
names units, places or posts also has columns for the base, for the interval or what replaces it, and for the verdict.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

WIDTH = 156.0
"""Millimetres that the columns of a table take together: the width of the text (GB/T 9704-2012)."""

NAME, BASE, INTERVAL, VERDICT = "name", "base", "interval", "verdict"
GUARD = (BASE, INTERVAL, VERDICT)
"""What a line that names somebody says besides the name; a column may stand for several of them."""


@dataclass(frozen=True)
class Column:
    """Column of a table. width : millimetres. written : words, on the left; else a figure, in the middle.

    says : members of NAME and GUARD. header : English message; "" is looked up in the fields of documents.
    """

    name: str
    width: float
    written: bool = False
    says: tuple[str, ...] = ()
    header: str = ""


@dataclass(frozen=True)
class TableKind:
    """Kind of table. range_width : millimetres after the column `places` in which the PDF draws a range, else 0.

    at_blanks : cells are broken at their blanks only. listed : a list of items under a paragraph that says how many of
    what they are, as of which day; such a list has no verdict on whom it names.
    """

    name: str
    columns: tuple[Column, ...]
    range_width: float = 0.0
    at_blanks: bool = False
    listed: bool = False

    def __post_init__(self) -> None:
        """Refuse a kind that names somebody and does not say the rest, or that is not as wide as the text."""
        present = {part for column in self.columns for part in column.says}
        lacking = [part for part in GUARD if part not in present]
        if NAME in present and lacking and not self.listed:
            raise ValueError(f"{self.name} names units without {', '.join(lacking)}")
        if abs(sum(self.widths) - WIDTH) > 0.01:
            raise ValueError(f"the columns of {self.name} take {sum(self.widths):g} mm, not {WIDTH:g}")

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def widths(self) -> tuple[float, ...]:
        """Return the widths in millimetres; the drawn range comes after `places`."""
        drawn = {"places": (self.range_width,)} if self.range_width else {}
        return tuple(width for own in self.columns for width in (own.width, *drawn.get(own.name, ())))

    @property
    def written(self) -> frozenset[str]:
        """Return the columns of words."""
        return frozenset(column.name for column in self.columns if column.written)


_KINDS: dict[str, TableKind] = {}
KINDS: Mapping[str, TableKind] = _KINDS
"""Every declared kind by name."""


def declared(
    name: str, columns: Iterable[Column], *, range_width: float = 0.0, at_blanks: bool = False, listed: bool = False
) -> str:
    """Declare a kind of table and return its name. Raises ValueError if another kind has that name."""
    kind = TableKind(name, tuple(columns), range_width, at_blanks, listed)
    if _KINDS.setdefault(name, kind) != kind:
        raise ValueError(f"another kind of table is named {name}")
    return name


def _unit(width: float) -> Column:
    return Column("unit", width, True, (NAME,))


def _verdict(width: float) -> Column:
    return Column("verdict", width, True, (VERDICT,))


def _votes(width: float) -> Column:
    return Column("n", width, says=(BASE,))


def _interval(width: float) -> Column:
    return Column("interval", width, says=(INTERVAL,))


def _means(group: float, *widths: float) -> tuple[Column, ...]:
    n, score, interval, mean, span = widths
    return (
        Column("group", group, True),
        _votes(n),
        Column("score", score),
        _interval(interval),
        Column("category_mean", mean),
        Column("category_range", span),
    )


UNITS = declared(
    "units",
    (
        Column("rank", 13),
        _unit(36),
        _votes(12),
        Column("score", 12),
        _interval(25),
        Column("places", 14),
        _verdict(21),
    ),
    range_width=23.0,
)
ROUNDS = declared(
    "rounds",
    (
        Column("round", 34, True),
        Column("rank", 17),
        _votes(16),
        Column("score", 17),
        _interval(28),
        Column("places", 20),
        _verdict(24),
    ),
)
GROUPS = declared("groups", _means(38, 18, 20, 28, 22, 30))
INDICATORS = declared("indicators", (Column("indicator", 32, True), *_means(30, 14, 16, 25, 16, 23)))
CHANGES = declared(
    "changes",
    (
        _unit(30),
        _votes(19),
        Column("scores", 25),
        Column("change", 13),
        _interval(26),
        Column("places", 21),
        _verdict(22),
    ),
    at_blanks=True,
)
LEFT_OUT = declared("left_out", (_unit(50), Column("round", 22, True), Column("reason", 84, True, GUARD)))
# Pledges are counted completely, not sampled: target, reported and verified value replace votes and interval.
PLEDGES = declared(
    "pledges",
    (
        _unit(27),
        Column("item", 32, True),
        Column("due", 17),
        Column("target", 16, says=(BASE,)),
        Column("status", 15),
        Column("reported", 16),
        Column("verified", 16, says=(INTERVAL,)),
        Column("warning", 17, True, (VERDICT,)),
    ),
)
STATISTICS = declared(
    "statistics",
    (
        _unit(38),
        _votes(13),
        _interval(27),
        _verdict(27),
        Column("confirm_p", 17),
        Column("clear_p", 17),
        Column("p_bottom", 17),
    ),
)
